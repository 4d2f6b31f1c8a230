//! Headers that every answer carries.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// The page loads nothing from elsewhere, shows pictures and films that it made itself, and compiles its WebAssembly.
const PAGE: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' blob: data:; \
                    media-src 'self' blob:; connect-src 'self'; worker-src 'self'; \
                    object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The documentation's user interface sets styles by itself.
const DOCS: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; \
                    object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Tells browsers to keep nothing, guess nothing, load nothing from elsewhere and tell nobody.
pub async fn protect(request: Request, next: Next) -> Response {
    let policy = if request.uri().path().starts_with("/docs") { DOCS } else { PAGE };
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(self), microphone=()"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

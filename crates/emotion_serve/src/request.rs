//! What happens around every request: an id, a line in the log, counts, and the body of problems.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::App;
use crate::guard::keys::hex;
use crate::problem::Problem;

/// The header with a request's id.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Numbers a request, and logs and counts how it went. What was sent and read is not logged.
pub async fn track(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = hex(&rand::random::<[u8; 8]>());
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or("other", MatchedPath::as_str).to_owned();
    let start = Instant::now();
    let mut response = next.run(request).await;
    let elapsed = start.elapsed();
    let problem = response.extensions_mut().remove::<Problem>();
    if let Some(problem) = &problem {
        let mut answer = problem.respond(&id);
        // Headers of the layers below, as those of the rate.
        for (name, value) in response.headers() {
            if !answer.headers().contains_key(name) && name != CONTENT_LENGTH {
                answer.headers_mut().insert(name.clone(), value.clone());
            }
        }
        response = answer;
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let status = response.status().as_u16();
    let code = problem.map(|problem| problem.code());
    let milliseconds = elapsed.as_secs_f64() * 1e3;
    tracing::info!(request_id = %id, %method, route, status, ?code, milliseconds, "answered");
    app.metrics.count_request(method.as_str(), &route, status, elapsed);
    response
}

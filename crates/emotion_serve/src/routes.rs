//! All addresses of the server, and what happens around them.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderName, Method};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{delete, get, post};
use tower_http::cors::CorsLayer;

use crate::app::App;
use crate::guard::{admit, headers};
use crate::problem::{Code, Problem};
use crate::{analyze, health, jobs, live, metrics, openapi, page, request};

/// The server's routes.
pub fn routes(app: &App) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(app.hosts.origin_headers())
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, HeaderName::from_static("idempotency-key")]);
    Router::new()
        .route("/v1/analyze", post(analyze::analyze))
        .route("/v1/jobs", post(jobs::create))
        .route("/v1/jobs/{id}", delete(jobs::delete).get(jobs::status))
        .route("/v1/jobs/{id}/events", get(jobs::progress))
        .route("/v1/jobs/{id}/result", get(jobs::result))
        .route("/v1/live", get(live::live))
        .route("/v1/tickets", post(live::ticket))
        .route("/v1/models", get(health::models))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::metrics))
        .merge(openapi::documentation())
        .fallback(get(page::file).fallback(no_method))
        .method_not_allowed_fallback(no_method)
        // Bodies are read by `body`, with a limit that holds before anything is taken in.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(app.clone(), admit))
        .layer(cors)
        .layer(from_fn(headers::protect))
        .layer(from_fn_with_state(app.clone(), request::track))
        .with_state(app.clone())
}

async fn no_method() -> Problem {
    Problem::new(Code::MethodNotAllowed, "this method is not for this address; see /docs")
}

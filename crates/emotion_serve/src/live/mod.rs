//! `GET /v1/live`: a WebSocket that takes the frames of a camera and gives the session's events.

mod messages;
mod session;
mod watcher;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{ConnectInfo, State};
use axum::response::Response;
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::guard::Client;
use crate::guard::connections::Counted;
use crate::guard::tickets::LIFE;
use crate::problem::{Code, Problem, ProblemDetails};

/// Bytes that a frame may have.
pub const MAX_FRAME: usize = 2_000_000;
/// Frames that a client may have sent without an answer.
const WINDOW: u32 = 2;

/// Opens a live session.
///
/// The messages are described in `docs/asyncapi.yaml`: settings first, then one binary message for each
/// frame, and one answer for each.
#[utoipa::path(get, path = "/v1/live", tag = "live", security((), ("key" = [])),
    params(("ticket" = Option<String>, Query, description = "A ticket of /v1/tickets, for browsers")),
    responses(
        (status = 101, description = "The session begins"),
        (status = 400, description = "The request is no WebSocket's", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "A key or ticket is needed", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "No further live sessions", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub async fn live(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    connection: Option<Extension<Arc<Counted>>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|error| Problem::new(Code::BadRequest, error.body_text()))?;
    if *app.ending.borrow() {
        return Err(Problem::new(
            Code::ShuttingDown,
            "the server is about to end; ask another one",
        ));
    }
    let place = app.live.clone().try_acquire_owned().map_err(|_| {
        let most = app.config.live_sessions;
        Problem::new(Code::TooMany, format!("{most} live sessions are open; try again later"))
    })?;
    let upgrade = upgrade
        .max_message_size(MAX_FRAME)
        .max_frame_size(MAX_FRAME)
        // A client that does not read its answers is not waited for.
        .max_write_buffer_size(1 << 20);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let count = app.metrics.count_session();
        let end = session::run(&app, socket).await;
        tracing::info!(%peer, %end, "a live session ended");
        drop((place, count, connection));
    }))
}

/// A ticket for a socket.
#[derive(Serialize, ToSchema)]
pub struct Ticket {
    /// Goes into `/v1/live?ticket=…`; it is good for one socket.
    ticket: String,
    /// For how many seconds it can be used.
    expires_in: u64,
}

/// Gives a ticket for one live session, since browsers cannot send a key with a WebSocket.
#[utoipa::path(post, path = "/v1/tickets", tag = "live", security((), ("key" = [])), responses(
    (status = 200, description = "A ticket for one live session", body = Ticket),
    (status = 401, description = "A key is needed", body = ProblemDetails, content_type = "application/problem+json"),
    (status = 429, description = "Too many requests of one client", body = ProblemDetails, content_type = "application/problem+json"),
    (status = 503, description = "Too many tickets are unused", body = ProblemDetails, content_type = "application/problem+json"),
))]
pub async fn ticket(
    State(app): State<App>,
    Extension(client): Extension<Client>,
) -> Result<Json<Ticket>, Problem> {
    let ticket = app.tickets.issue(client).ok_or_else(|| {
        Problem::new(Code::TooMany, "too many tickets are unused; try again in half a minute")
    })?;
    Ok(Json(Ticket { ticket, expires_in: LIFE.as_secs() }))
}

/// How long the first message may take, and the writing of each answer.
const PATIENCE: Duration = Duration::from_secs(10);

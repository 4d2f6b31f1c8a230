//! `/v1/jobs`: films in, events out, in the background.
//!
//! A film lies in a temporary file until its job is over. The result is remembered for a while, and
//! forgotten when the client says so.

mod film;
mod store;
mod table;
mod upload;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, Request, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub use store::Jobs;
use store::{Job, State as JobState};

use crate::app::App;
use crate::guard::Client;
use crate::openapi::{BytesSchema, EventSchema};
use crate::problem::{Code, Problem, ProblemDetails};

/// Between two messages about the progress of a job.
const PROGRESS_PAUSE: Duration = Duration::from_millis(200);

/// How far a job is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct JobStatus {
    /// The job's id.
    id: String,
    /// `queued`, `running`, `done` or `failed`.
    #[schema(example = "running")]
    state: &'static str,
    /// Frames that were analyzed.
    frames: u64,
    /// Frames that the film has, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    frames_expected: Option<u64>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemDetails>,
}

impl JobStatus {
    fn of(id: &str, state: &JobState) -> Self {
        let (state, frames, frames_expected, problem) = match state {
            JobState::Queued => ("queued", 0, None, None),
            JobState::Running { frames, expected } => ("running", *frames, *expected, None),
            JobState::Done { frames, .. } => ("done", *frames, Some(*frames), None),
            JobState::Failed(problem) => ("failed", 0, None, Some(problem.details(None))),
        };
        Self { id: id.to_owned(), state, frames, frames_expected, problem }
    }
}

/// Sends a film to be analyzed in the background.
///
/// The body is the film: MP4, MOV, Matroska, WebM or AVI. With the header `Idempotency-Key`, the same
/// film sent again under the same key is the same job.
#[utoipa::path(post, path = "/v1/jobs", tag = "jobs", security((), ("key" = [])),
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
        description = "A name for the request, of ASCII characters")),
    request_body(content((BytesSchema = "video/mp4"), (BytesSchema = "application/octet-stream"))),
    responses(
        (status = 202, description = "The job; its address is in the header Location", body = JobStatus),
        (status = 400, description = "The request makes no sense", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "A key is needed", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 408, description = "It took too long", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "The Idempotency-Key belongs to another film", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 413, description = "The film is too large", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 415, description = "It is no film of a known kind", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests of one client", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "Too many jobs", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "There is no room for the film", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub async fn create(
    State(app): State<App>,
    Extension(client): Extension<Client>,
    request: Request,
) -> Result<Response, Problem> {
    let name = idempotency_key(request.headers())?;
    let place = app.jobs.place()?;
    let film = upload::receive(&app, request).await?;
    let (job, is_new) = app.jobs.find_or_add(client, name, film.sha256, place)?;
    if is_new {
        tokio::spawn(film::run(app.clone(), job.clone(), film.file));
    }
    let status = JobStatus::of(&job.id, &job.state());
    let address = format!("/v1/jobs/{}", job.id);
    Ok((StatusCode::ACCEPTED, [(LOCATION, address)], Json(status)).into_response())
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(name) = headers.get("idempotency-key") else { return Ok(None) };
    match name.to_str() {
        Ok(name) if (1..=255).contains(&name.len()) => Ok(Some(name.to_owned())),
        _ => Err(Problem::new(Code::BadRequest, "Idempotency-Key has 1 to 255 ASCII characters")),
    }
}

/// How far a job is.
#[utoipa::path(get, path = "/v1/jobs/{id}", tag = "jobs", security((), ("key" = [])),
    params(("id" = String, Path, description = "The job's id")),
    responses(
        (status = 200, description = "How far it is", body = JobStatus),
        (status = 401, description = "A key is needed", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such job of this client", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests of one client", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub async fn status(
    State(app): State<App>,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
) -> Result<Json<JobStatus>, Problem> {
    let job = app.jobs.get(client, &id)?;
    let status = JobStatus::of(&job.id, &job.state());
    Ok(Json(status))
}

/// The progress of a job as server-sent events, until it is over.
#[utoipa::path(get, path = "/v1/jobs/{id}/events", tag = "jobs", security((), ("key" = [])),
    params(("id" = String, Path, description = "The job's id")),
    responses(
        (status = 200, description = "Events \"progress\" with the job's status as data", body = String, content_type = "text/event-stream"),
        (status = 401, description = "A key is needed", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such job of this client", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests of one client", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub async fn progress(
    State(app): State<App>,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<SseEvent, Infallible>>>, Problem> {
    let job = app.jobs.get(client, &id)?;
    Ok(Sse::new(follow(app, job)).keep_alive(KeepAlive::default()))
}

/// A message at once, and one whenever something changed, until the job or the server ends.
fn follow(app: App, job: Arc<Job>) -> impl Stream<Item = Result<SseEvent, Infallible>> {
    let states = job.states();
    futures_util::stream::unfold(
        (app, job, states, false),
        |(app, job, mut states, over)| async move {
            if over {
                return None;
            }
            let state = states.borrow_and_update().clone();
            let status = JobStatus::of(&job.id, &state);
            let over = state.is_over() || *app.ending.borrow();
            let data = serde_json::to_string(&status).unwrap_or_default();
            if !over {
                tokio::time::sleep(PROGRESS_PAUSE).await;
                tokio::select! {
                    _ = states.changed() => {}
                    () = app.ended() => {}
                }
            }
            let event = SseEvent::default().event("progress").data(data);
            Some((Ok(event), (app, job, states, over)))
        },
    )
}

/// How a result is written.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ResultQuery {
    /// Events as JSON (the default), or rows as CSV.
    #[serde(default)]
    #[param(inline, required = false)]
    format: ResultFormat,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ResultFormat {
    #[default]
    Json,
    Csv,
}

/// What was found in a film.
#[derive(Serialize, ToSchema)]
pub struct JobResult<'a> {
    /// Frames that were analyzed.
    frames: u64,
    /// The session's events, in order.
    #[schema(value_type = Vec<EventSchema>)]
    events: &'a [emotion_core::Event],
}

/// The result of a job: events as JSON, or the rows of `emotion analyze` as CSV.
#[utoipa::path(get, path = "/v1/jobs/{id}/result", tag = "jobs", security((), ("key" = [])),
    params(
        ("id" = String, Path, description = "The job's id"),
        ResultQuery,
    ),
    responses(
        (status = 200, description = "What was found", content((JobResult = "application/json"), (String = "text/csv"))),
        (status = 400, description = "The request makes no sense", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "A key is needed", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such job of this client", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "The job is not done", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "The film could not be read", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests of one client", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub async fn result(
    State(app): State<App>,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
    query: Result<Query<ResultQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|error| Problem::new(Code::BadRequest, error.body_text()))?;
    let job = app.jobs.get(client, &id)?;
    let (frames, events) = match job.state() {
        JobState::Done { frames, events } => (frames, events),
        JobState::Failed(problem) => return Err(problem),
        JobState::Queued | JobState::Running { .. } => {
            let detail = "the job is not done; its progress is at /events";
            return Err(Problem::new(Code::NotReady, detail));
        }
    };
    // Long films make long texts: not on the runtime's threads.
    let write = move || match query.format {
        ResultFormat::Json => serde_json::to_vec(&JobResult { frames, events: &events })
            .map(|text| (text, "application/json"))
            .map_err(|error| error.to_string()),
        ResultFormat::Csv => table::write(&events)
            .map(|text| (text, "text/csv; charset=utf-8"))
            .map_err(|error| error.to_string()),
    };
    let written = tokio::task::spawn_blocking(write).await.map_err(|error| error.to_string());
    let (text, kind) = written
        .and_then(|written| written)
        .map_err(|error| Problem::new(Code::Internal, format!("no result: {error}")))?;
    Ok(([(CONTENT_TYPE, kind)], text).into_response())
}

/// Stops a job and forgets it and its result.
#[utoipa::path(delete, path = "/v1/jobs/{id}", tag = "jobs", security((), ("key" = [])),
    params(("id" = String, Path, description = "The job's id")),
    responses(
        (status = 204, description = "It is forgotten"),
        (status = 401, description = "A key is needed", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such job of this client", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests of one client", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub async fn delete(
    State(app): State<App>,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let job = app.jobs.get(client, &id)?;
    job.cancel();
    app.jobs.forget(&id);
    Ok(StatusCode::NO_CONTENT)
}

//! `POST /v1/analyze`: pictures in, faces out.

use std::time::{Duration, Instant};

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest, Multipart, Query, Request, State};
use axum::http::header::CONTENT_TYPE;
use emotion_core::FaceReading;
use emotion_session::Analyzer;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::body;
use crate::health::Model;
use crate::metrics::{From, Outcome};
use crate::openapi::{BytesSchema, FaceSchema};
use crate::picture;
use crate::pool::PoolError;
use crate::problem::{Code, Problem, ProblemDetails};

/// Pictures that a request may bring.
const MAX_PICTURES: usize = 64;
/// While the queue is full, the further pictures of a request are tried again after this time.
const QUEUE_PAUSE: Duration = Duration::from_millis(10);

/// How pictures are analyzed.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AnalyzeQuery {
    /// Side of the smallest face to look for, in pixels; by default a 27th of the longer side.
    #[param(minimum = 24, maximum = 16384)]
    smallest: Option<u16>,
}

/// What was found in the pictures of a request.
#[derive(Serialize, ToSchema)]
pub struct Analyzed {
    /// What read the faces.
    model: Model,
    /// One for each picture, in their order.
    pictures: Vec<Picture>,
}

/// What was found in a picture.
#[derive(Default, Serialize, ToSchema)]
pub struct Picture {
    /// The name of the file, where one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Width and height in pixels, turned as the picture's EXIF data say.
    #[serde(skip_serializing_if = "Option::is_none")]
    frame_size: Option<(u32, u32)>,
    /// Its faces, from the left: the readings of the session's events.
    #[schema(value_type = Vec<FaceSchema>)]
    faces: Vec<FaceReading>,
    /// Time spent on finding faces, in seconds.
    detect_seconds: f32,
    /// Time spent on reading them, in seconds.
    classify_seconds: f32,
    /// Why it could not be analyzed, where it could not.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemDetails>,
}

/// Reads the faces of pictures.
///
/// The body is a JPEG or PNG picture, or up to 64 of them as `multipart/form-data`; together at most
/// 25 MB, each at most 8.3 million pixels. Each picture is judged by itself. Of several, one that
/// cannot be used has a `problem` in the answer, and the others are still read; when none can be used, the
/// answer is the first one's problem. Nothing is kept.
#[utoipa::path(
    post, path = "/v1/analyze", tag = "analysis", params(AnalyzeQuery), security((), ("key" = [])),
    request_body(content(
        (BytesSchema = "image/jpeg"), (BytesSchema = "image/png"), (Uploads = "multipart/form-data"),
    )),
    responses(
        (status = 200, description = "The faces of each picture", body = Analyzed),
        (status = 400, description = "The request makes no sense", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "A key is needed", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 408, description = "It took too long", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 413, description = "Too many bytes or pixels", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 415, description = "Neither JPEG nor PNG", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "The picture is damaged", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests of one client", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The queue is full", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub async fn analyze(
    State(app): State<App>,
    query: Result<Query<AnalyzeQuery>, QueryRejection>,
    request: Request,
) -> Result<Json<Analyzed>, Problem> {
    let (head, body) = request.into_parts();
    // Before anything is refused: a client that is still sending would see a broken connection.
    let held = body::read(&app, &head, body).await?;
    let query = check(query)?;
    let kind = head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or("application/octet-stream").to_ascii_lowercase();
    let pictures = if kind.starts_with("multipart/form-data") {
        let request = Request::from_parts(head, Body::from(held.bytes.clone()));
        analyze_several(&app, query, request).await?
    } else if kind.starts_with("image/") || kind.starts_with("application/octet-stream") {
        vec![analyze_one(&app, query, held.bytes.clone()).await?]
    } else {
        let detail = "send image/jpeg, image/png or multipart/form-data";
        return Err(Problem::new(Code::UnsupportedMediaType, detail));
    };
    Ok(Json(Analyzed { model: Model::of(&app), pictures }))
}

fn check(query: Result<Query<AnalyzeQuery>, QueryRejection>) -> Result<AnalyzeQuery, Problem> {
    let Query(query) = query.map_err(|error| Problem::new(Code::BadRequest, error.body_text()))?;
    if query.smallest.is_some_and(|side| !(24..=16384).contains(&side)) {
        return Err(Problem::new(Code::BadRequest, "smallest goes from 24 to 16384 pixels"));
    }
    Ok(query)
}

async fn analyze_several(
    app: &App,
    query: AnalyzeQuery,
    request: Request,
) -> Result<Vec<Picture>, Problem> {
    let refused = |detail: String| Problem::new(Code::BadRequest, detail);
    let mut parts =
        Multipart::from_request(request, app).await.map_err(|error| refused(error.body_text()))?;
    let mut files = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(|error| refused(error.body_text()))? {
        if files.len() == MAX_PICTURES {
            return Err(refused(format!(
                "{MAX_PICTURES} pictures may be sent at once; send fewer"
            )));
        }
        let name = part.file_name().map(str::to_owned);
        let bytes = part.bytes().await.map_err(|error| refused(error.body_text()))?;
        files.push((name, bytes));
    }
    if files.is_empty() {
        return Err(refused("there is no picture in the form".to_owned()));
    }
    let (mut pictures, mut usable, mut first_problem) = (Vec::new(), 0, None);
    for (name, bytes) in files {
        let picture = loop {
            match analyze_one(app, query, bytes.clone()).await {
                // What was begun is finished.
                Err(problem) if problem.code() == Code::QueueFull && !pictures.is_empty() => {
                    tokio::time::sleep(QUEUE_PAUSE).await;
                }
                Err(problem) if problem.code() == Code::QueueFull => return Err(problem),
                Err(problem) => {
                    let details = problem.details(None);
                    first_problem.get_or_insert(problem);
                    break Picture { problem: Some(details), ..Picture::default() };
                }
                Ok(picture) => {
                    usable += 1;
                    break picture;
                }
            }
        };
        pictures.push(Picture { name, ..picture });
    }
    match first_problem {
        Some(problem) if usable == 0 => Err(problem),
        _ => Ok(pictures),
    }
}

async fn analyze_one(app: &App, query: AnalyzeQuery, bytes: Bytes) -> Result<Picture, Problem> {
    let smallest = query.smallest.map(f32::from);
    let result = app.pool.run(move |analyzer| {
        let start = Instant::now();
        read_faces(analyzer, smallest, &bytes).map(|picture| (picture, start.elapsed()))
    });
    let outcome = match result.await {
        Ok(Ok((picture, time))) => {
            app.metrics.count_analysis(From::Analyze, time);
            return Ok(picture);
        }
        Ok(Err(problem)) => (Outcome::Refused, problem),
        Err(error @ PoolError::Full) => (Outcome::Dropped, error.into()),
        Err(error @ PoolError::Crashed) => (Outcome::Refused, error.into()),
    };
    app.metrics.count_picture(From::Analyze, outcome.0);
    Err(outcome.1)
}

/// The faces of one picture; runs on a thread of the pool.
fn read_faces(
    analyzer: &mut Analyzer,
    smallest: Option<f32>,
    bytes: &[u8],
) -> Result<Picture, Problem> {
    let frame = picture::decode(bytes, 0, Duration::ZERO)?;
    let size = (frame.width(), frame.height());
    let analysis = analyzer
        .analyze_still(&frame, smallest)
        .map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
    Ok(Picture {
        name: None,
        frame_size: Some(size),
        faces: analysis.readings.iter().map(|reading| FaceReading::new(reading, size)).collect(),
        detect_seconds: analysis.detect_time.as_secs_f32(),
        classify_seconds: analysis.classify_time.as_secs_f32(),
        problem: None,
    })
}

/// A form with pictures.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the documentation's view of a form that is read part by part")]
pub struct Uploads {
    /// JPEG or PNG pictures.
    picture: Vec<BytesSchema>,
}

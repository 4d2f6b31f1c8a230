//! Errors as RFC 9457 (*Problem Details for HTTP APIs*, 2023) describes them.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::picture::PictureError;
use crate::pool::PoolError;

/// What went wrong. The codes are stable: clients may decide by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The request makes no sense.
    BadRequest,
    /// The body breaks off.
    BodyIncomplete,
    /// The body is larger than allowed.
    BodyTooLarge,
    /// The picture is damaged.
    PictureDamaged,
    /// The picture has too many pixels.
    PictureTooLarge,
    /// Neither JPEG nor PNG.
    PictureUnknown,
    /// The film cannot be read.
    FilmUnusable,
    /// A key is needed.
    Unauthorized,
    /// The page of another site asked.
    OriginForbidden,
    /// The request names a host that this server is not.
    HostUnknown,
    /// There is nothing at this address.
    NotFound,
    /// The method is not for this address.
    MethodNotAllowed,
    /// The job is not done yet, or failed.
    NotReady,
    /// The key was used for another request.
    IdempotencyConflict,
    /// The body's type is not understood.
    UnsupportedMediaType,
    /// Too many requests of one client.
    RateLimited,
    /// As much waits as may wait.
    QueueFull,
    /// No further live sessions or jobs.
    TooMany,
    /// The server is about to end.
    ShuttingDown,
    /// It took too long.
    Timeout,
    /// There is no room for a film.
    StorageFull,
    /// A fault of the server.
    Internal,
}

impl Code {
    const fn status(self) -> StatusCode {
        match self {
            Self::BadRequest | Self::BodyIncomplete => StatusCode::BAD_REQUEST,
            Self::BodyTooLarge | Self::PictureTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::PictureDamaged | Self::FilmUnusable => StatusCode::UNPROCESSABLE_ENTITY,
            Self::PictureUnknown | Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::OriginForbidden => StatusCode::FORBIDDEN,
            Self::HostUnknown => StatusCode::MISDIRECTED_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotReady | Self::IdempotencyConflict => StatusCode::CONFLICT,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::QueueFull | Self::TooMany | Self::ShuttingDown => StatusCode::SERVICE_UNAVAILABLE,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::BadRequest => "The request makes no sense",
            Self::BodyIncomplete => "The body breaks off",
            Self::BodyTooLarge => "The body is too large",
            Self::PictureDamaged => "The picture is damaged",
            Self::PictureTooLarge => "The picture is too large",
            Self::PictureUnknown => "The picture is of an unknown kind",
            Self::FilmUnusable => "The film cannot be read",
            Self::Unauthorized => "A key is needed",
            Self::OriginForbidden => "This origin may not ask",
            Self::HostUnknown => "This server is not that host",
            Self::NotFound => "There is nothing here",
            Self::MethodNotAllowed => "This method is not for this address",
            Self::NotReady => "The job has no result",
            Self::IdempotencyConflict => "The key belongs to another request",
            Self::UnsupportedMediaType => "The body's type is not understood",
            Self::RateLimited => "Too many requests",
            Self::QueueFull => "The queue is full",
            Self::TooMany => "No more at the same time",
            Self::ShuttingDown => "The server is about to end",
            Self::Timeout => "It took too long",
            Self::StorageFull => "There is no room",
            Self::Internal => "A fault of the server",
        }
    }
}

/// An error on its way to a client.
#[derive(Debug, Clone)]
pub struct Problem {
    code: Code,
    detail: String,
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem; `detail` says what happened and what to do.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let retry_after =
            matches!(code, Code::QueueFull | Code::TooMany | Code::ShuttingDown).then_some(1);
        Self { code, detail: detail.into(), retry_after }
    }

    /// Says after how many seconds to try again.
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// What went wrong.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// As it is written.
    pub fn details(&self, request_id: Option<&str>) -> ProblemDetails {
        let code = serde_json::to_value(self.code).unwrap_or_default();
        ProblemDetails {
            kind: format!("urn:emotion:problem:{}", code.as_str().unwrap_or("internal")),
            title: self.code.title(),
            status: self.code.status().as_u16(),
            code: self.code,
            detail: self.detail.clone(),
            request_id: request_id.map(str::to_owned),
        }
    }

    /// The answer to the request with this id.
    pub fn respond(&self, request_id: &str) -> Response {
        let details = self.details(Some(request_id));
        let body = serde_json::to_vec(&details).unwrap_or_default();
        let mut response = (self.code.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.code == Code::Unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl IntoResponse for Problem {
    /// An answer without a body: [`crate::request::track`] knows the request's id and writes it.
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A problem as JSON: `application/problem+json`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProblemDetails {
    /// A name for the kind of problem: `urn:emotion:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(example = "urn:emotion:problem:picture_damaged")]
    kind: String,
    /// The kind of problem in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// The kind of problem, stable.
    code: Code,
    /// What happened this time, and what to do.
    detail: String,
    /// The request's id, as in the header `x-request-id` and the server's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

impl From<PictureError> for Problem {
    fn from(error: PictureError) -> Self {
        let code = match error {
            PictureError::Unknown => Code::PictureUnknown,
            PictureError::TooLarge { .. } | PictureError::TooMuchMemory => Code::PictureTooLarge,
            PictureError::Damaged(_) | PictureError::Bytes { .. } => Code::PictureDamaged,
        };
        Self::new(code, error.to_string())
    }
}

impl From<PoolError> for Problem {
    fn from(error: PoolError) -> Self {
        let code = match error {
            PoolError::Full => Code::QueueFull,
            PoolError::Crashed => Code::Internal,
        };
        Self::new(code, error.to_string())
    }
}

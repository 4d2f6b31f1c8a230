//! Bodies of requests: bounded in size, in time, and in what all of them together may hold.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_LENGTH;
use axum::http::request::Parts;
use futures_util::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::app::App;
use crate::problem::{Code, Problem};

/// Bytes that the pictures of a request may have together.
pub const MAX_BATCH: usize = 25_000_000;
/// Bytes that the bodies of all requests may have together.
const ALL_BODIES: usize = 8 * MAX_BATCH;

/// Memory for bodies that are held at the same time.
pub struct Memory(Arc<Semaphore>);

impl Default for Memory {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(ALL_BODIES)))
    }
}

impl Memory {
    fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        self.0.clone().try_acquire_many_owned(bytes).map_err(|_| {
            Problem::new(Code::QueueFull, "too much is being sent; try again in a moment")
        })
    }
}

/// A body, and its share of the memory.
pub struct Held {
    /// The body.
    pub bytes: Bytes,
    _share: OwnedSemaphorePermit,
}

/// Reads the body of a request with pictures.
///
/// # Errors
/// [`Problem`] when it is too large, breaks off, comes too slowly, or there is no room for it.
pub async fn read(app: &App, head: &Parts, body: Body) -> Result<Held, Problem> {
    let declared = head.headers.get(CONTENT_LENGTH);
    let declared = declared.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > MAX_BATCH) {
        return Err(too_large(MAX_BATCH as u64));
    }
    let mut chunks = Chunks::new(app, body, MAX_BATCH as u64);
    // What was only announced takes no memory.
    let mut share = app.memory.take(0)?;
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await? {
        share.merge(app.memory.take(chunk.len())?);
        bytes.extend_from_slice(&chunk);
    }
    Ok(Held { bytes: bytes.into(), _share: share })
}

/// Reads the body of a request that is refused, up to a limit: a client that is still sending would see
/// a broken connection instead of the answer.
pub async fn discard(app: &App, body: Body) {
    let mut chunks = Chunks::new(app, body, MAX_BATCH as u64);
    let read_all = async { while let Ok(Some(_)) = chunks.next().await {} };
    // Who sends slowly gets the answer in the middle.
    let _ = tokio::time::timeout(DISCARD_TIME, read_all).await;
}

/// How long the body of a refused request is read.
const DISCARD_TIME: Duration = Duration::from_secs(5);

/// A body as it arrives.
pub struct Chunks<'a> {
    app: &'a App,
    stream: axum::body::BodyDataStream,
    most: u64,
    read: u64,
}

impl<'a> Chunks<'a> {
    /// The chunks of `body`, of which `most` bytes are taken.
    pub fn new(app: &'a App, body: Body, most: u64) -> Self {
        Self { app, stream: body.into_data_stream(), most, read: 0 }
    }

    /// The next one; `None` at the end.
    ///
    /// # Errors
    /// [`Problem`] when the body is too large, breaks off, or comes too slowly.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        let silence = self.app.config.silence;
        let chunk = tokio::time::timeout(silence, self.stream.next()).await.map_err(|_| {
            let seconds = silence.as_secs();
            Problem::new(Code::Timeout, format!("nothing of the body came for {seconds} s"))
        })?;
        let Some(chunk) = chunk else { return Ok(None) };
        let chunk = chunk.map_err(|error| {
            Problem::new(Code::BodyIncomplete, format!("the body cannot be read: {error}"))
        })?;
        self.read += chunk.len() as u64;
        if self.read > self.most { Err(too_large(self.most)) } else { Ok(Some(chunk)) }
    }
}

/// The problem of a body with more than `most` bytes.
pub fn too_large(most: u64) -> Problem {
    Problem::new(Code::BodyTooLarge, format!("{most} bytes may be sent at once; send less"))
}

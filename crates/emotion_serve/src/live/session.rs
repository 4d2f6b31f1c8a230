//! A live session: one frame in work, at most one that waits, and an answer for each.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use emotion_core::Event;
use futures_util::{SinkExt, StreamExt};

use super::messages::{Answer, Settings};
use super::watcher::{Arrived, Watcher};
use super::{MAX_FRAME, PATIENCE, WINDOW};
use crate::app::App;
use crate::health::Model;
use crate::metrics::{From, Outcome};
use crate::pool::PoolError;
use crate::problem::Problem;

/// Why a session ended.
#[derive(Debug, thiserror::Error)]
pub enum End {
    /// The client said so, or is not there any more.
    #[error("the client left")]
    Left,
    /// The client sent nothing, or read nothing, for too long.
    #[error("the client was silent for too long")]
    Silent,
    /// The client broke the protocol.
    #[error("the client broke the protocol: {0}")]
    Protocol(String),
    /// The server ends.
    #[error("the server ends")]
    ServerEnds,
    /// The analysis failed.
    #[error("the analysis failed: {0}")]
    Failed(String),
}

/// Runs the session to its end, and tells the client why it ended.
pub async fn run(app: &App, mut socket: WebSocket) -> End {
    let end = match begin(app, &mut socket).await {
        Ok(watcher) => {
            let watcher = Arc::new(Mutex::new(watcher));
            let session =
                Session { app, socket: &mut socket, watcher, waiting: None, next_frame: 0 };
            session.run().await
        }
        Err(end) => end,
    };
    let code = match &end {
        End::Left => {
            // The answer to its closing, which the library holds ready.
            let _ = tokio::time::timeout(Duration::from_secs(1), socket.flush()).await;
            return end;
        }
        End::Silent => close_code::POLICY,
        End::Protocol(_) => close_code::UNSUPPORTED,
        End::ServerEnds => close_code::AWAY,
        End::Failed(_) => close_code::ERROR,
    };
    let mut reason = end.to_string();
    // A close message has room for 123 bytes.
    while reason.len() > 123 {
        reason.pop();
    }
    let close = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
    // Who has left needs no reason.
    let _ = tokio::time::timeout(Duration::from_secs(1), socket.send(close)).await;
    end
}

/// Waits for the settings, and makes an analyzer for the client.
async fn begin(app: &App, socket: &mut WebSocket) -> Result<Watcher, End> {
    let first = tokio::time::timeout(PATIENCE, socket.recv()).await.map_err(|_| End::Silent)?;
    let text = match first {
        Some(Ok(Message::Text(text))) => text,
        Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(End::Left),
        Some(Ok(_)) => return Err(End::Protocol("the first message is no settings".to_owned())),
    };
    let settings = Settings::read(&text).map_err(End::Protocol)?;
    let parts = app.parts.clone();
    let analyzer = app.pool.run(move |_| parts.analyzer()).await;
    let analyzer = analyzer
        .map_err(|error| End::Failed(error.to_string()))?
        .map_err(|error| End::Failed(error.to_string()))?;
    let ready = Answer::Ready { model: Model::of(app), window: WINDOW, max_frame_bytes: MAX_FRAME };
    send(socket, &ready).await?;
    Ok(Watcher::new(analyzer, settings))
}

async fn send(socket: &mut WebSocket, answer: &Answer) -> Result<(), End> {
    let text = serde_json::to_string(answer).map_err(|error| End::Failed(error.to_string()))?;
    match tokio::time::timeout(PATIENCE, socket.send(Message::Text(text.into()))).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Left),
        Err(_) => Err(End::Silent),
    }
}

/// What became of a frame.
struct Looked {
    frame: u64,
    arrived_at: Instant,
    time: Duration,
    events: Result<Vec<Event>, Problem>,
}

/// A frame in work.
type Look<'a> = Pin<Box<dyn Future<Output = Result<Looked, PoolError>> + Send + 'a>>;

struct Session<'a> {
    app: &'a App,
    socket: &'a mut WebSocket,
    watcher: Arc<Mutex<Watcher>>,
    /// The newest frame, while another one is in work.
    waiting: Option<Arrived>,
    next_frame: u64,
}

impl Session<'_> {
    async fn run(mut self) -> End {
        let app = self.app;
        let mut look: Option<(u64, Look)> = None;
        loop {
            if look.is_none()
                && let Some(arrived) = self.waiting.take()
            {
                let watcher = self.watcher.clone();
                look = Some((arrived.frame, Box::pin(look_at(app, watcher, arrived))));
            }
            let result = tokio::select! {
                (frame, looked) = finish(&mut look) => self.answer(frame, looked).await,
                message = tokio::time::timeout(app.config.silence, self.socket.next()) => {
                    match message {
                        Ok(Some(Ok(message))) => self.take(message).await,
                        Ok(Some(Err(error))) => Err(broken(&error)),
                        Ok(None) => Err(End::Left),
                        Err(_) => Err(End::Silent),
                    }
                }
                () = app.ended() => Err(End::ServerEnds),
            };
            match result {
                Ok(()) => {}
                Err(End::ServerEnds) => return self.end_with(look).await,
                Err(end) => return end,
            }
        }
    }

    /// Takes a message in. A frame takes the place of one that waits.
    async fn take(&mut self, message: Message) -> Result<(), End> {
        match message {
            Message::Binary(bytes) => {
                let frame = self.next_frame;
                self.next_frame += 1;
                let arrived = Arrived { frame, bytes, at: Instant::now() };
                match self.waiting.replace(arrived) {
                    Some(older) => self.drop_frame(older.frame).await,
                    None => Ok(()),
                }
            }
            Message::Close(_) => Err(End::Left),
            // The library answers pings.
            Message::Ping(_) | Message::Pong(_) => Ok(()),
            Message::Text(_) => {
                Err(End::Protocol("after the settings come binary messages".to_owned()))
            }
        }
    }

    async fn drop_frame(&mut self, frame: u64) -> Result<(), End> {
        self.app.metrics.count_picture(From::Live, Outcome::Dropped);
        send(self.socket, &Answer::Dropped { frame }).await
    }

    async fn answer(&mut self, frame: u64, looked: Result<Looked, PoolError>) -> Result<(), End> {
        let Looked { frame, arrived_at, time, events } = match looked {
            Ok(looked) => looked,
            Err(PoolError::Full) => return self.drop_frame(frame).await,
            Err(error @ PoolError::Crashed) => return Err(End::Failed(error.to_string())),
        };
        let answer = match events {
            Ok(events) => {
                self.app.metrics.count_analysis(From::Live, time);
                Answer::Result { frame, seconds: arrived_at.elapsed().as_secs_f32(), events }
            }
            Err(problem) => {
                self.app.metrics.count_picture(From::Live, Outcome::Refused);
                Answer::Refused { frame, problem: problem.details(None) }
            }
        };
        send(self.socket, &answer).await
    }

    /// Answers what is in work, since the server ends.
    async fn end_with(mut self, mut look: Option<(u64, Look<'_>)>) -> End {
        if look.is_some()
            && let Ok((frame, looked)) = tokio::time::timeout(PATIENCE, finish(&mut look)).await
            && let Err(end) = self.answer(frame, looked).await
        {
            return end;
        }
        if let Some(arrived) = self.waiting.take()
            && let Err(end) = self.drop_frame(arrived.frame).await
        {
            return end;
        }
        End::ServerEnds
    }
}

/// Has the pool look at a frame.
async fn look_at(
    app: &App,
    watcher: Arc<Mutex<Watcher>>,
    arrived: Arrived,
) -> Result<Looked, PoolError> {
    let look = move |_: &mut _| {
        let start = Instant::now();
        // Only one frame of a session is in work: nobody waits here.
        let events = watcher.lock().unwrap_or_else(PoisonError::into_inner).look(&arrived);
        let (frame, arrived_at) = (arrived.frame, arrived.at);
        Looked { frame, arrived_at, time: start.elapsed(), events }
    };
    app.pool.run(look).await
}

/// Waits for the frame in work; for ever when there is none.
async fn finish(look: &mut Option<(u64, Look<'_>)>) -> (u64, Result<Looked, PoolError>) {
    match look {
        Some((frame, running)) => {
            let looked = (*frame, running.as_mut().await);
            *look = None;
            looked
        }
        None => std::future::pending().await,
    }
}

fn broken(error: &axum::Error) -> End {
    // The library's words for a frame above its limit.
    if error.to_string().contains("too long") {
        End::Protocol(format!("a frame has more than {MAX_FRAME} bytes"))
    } else {
        End::Left
    }
}

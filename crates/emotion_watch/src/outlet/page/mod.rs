//! A page on this machine: a wall of rings, the alerts, and figures for Prometheus.
//!
//! It has no picture of anybody. Other machines do not reach it; a page of another site that this machine's browser shows does
//! not either: the `Host` has to be this one, no origin is allowed in, and only a JSON request of the page itself acknowledges.

mod http;
mod metrics;

use std::collections::VecDeque;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use serde::Serialize;

use self::http::{Answer, Request};
use crate::{Alert, AlertState, Notice, PageConfig, WatchState};

/// Alerts that the page shows.
const SHOWN: usize = 50;
/// Requests that are answered at the same time.
const AT_ONCE: usize = 16;

/// The page, on threads of its own.
pub struct Page {
    address: SocketAddr,
    board: Arc<Board>,
    acknowledged: Receiver<String>,
}

struct Board {
    shown: Mutex<Shown>,
    acknowledge: Mutex<Sender<String>>,
    port: u16,
    is_over: AtomicBool,
    answering: AtomicUsize,
}

#[derive(Serialize, Default)]
struct Shown {
    state: Option<WatchState>,
    /// The newest first.
    alerts: VecDeque<Alert>,
}

impl Page {
    /// Listens.
    ///
    /// # Errors
    /// When the address is taken, or is not one of this machine alone.
    pub fn start(config: &PageConfig) -> io::Result<Self> {
        if !config.listen.ip().is_loopback() {
            let message = format!("{} is reached by other machines; take 127.0.0.1", config.listen);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let listener = TcpListener::bind(config.listen)?;
        let address = listener.local_addr()?;
        let (sender, acknowledged) = channel();
        let board = Arc::new(Board {
            shown: Mutex::default(),
            acknowledge: Mutex::new(sender),
            port: address.port(),
            is_over: AtomicBool::new(false),
            answering: AtomicUsize::new(0),
        });
        let shared = board.clone();
        thread::Builder::new().name("page".to_owned()).spawn(move || listen(&listener, &shared))?;
        Ok(Self { address, board, acknowledged })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Shows how the watch is doing.
    pub fn show(&self, state: WatchState) {
        lock(&self.board.shown).state = Some(state);
    }

    /// Shows what became of an alert.
    pub fn tell(&self, notice: &Notice) {
        let Notice::Alert(event) = notice else { return };
        let mut shown = lock(&self.board.shown);
        if event.state == AlertState::New {
            shown.alerts.push_front(event.alert.clone());
            shown.alerts.truncate(SHOWN);
        } else if let Some(alert) = shown.alerts.iter_mut().find(|alert| alert.id == event.alert.id)
        {
            *alert = event.alert.clone();
        }
    }

    /// An alert that somebody acknowledged on the page.
    pub fn acknowledged(&self) -> Option<String> {
        self.acknowledged.try_recv().ok()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.board.is_over.store(true, Ordering::Relaxed);
        // The listener wakes up for a connection only.
        let _ = std::net::TcpStream::connect(self.address);
    }
}

fn listen(listener: &TcpListener, board: &Arc<Board>) {
    for stream in listener.incoming() {
        if board.is_over.load(Ordering::Relaxed) {
            return;
        }
        let Ok(stream) = stream else { continue };
        if board.answering.fetch_add(1, Ordering::Relaxed) >= AT_ONCE {
            board.answering.fetch_sub(1, Ordering::Relaxed);
            continue;
        }
        let shared = board.clone();
        let spawned = thread::Builder::new().name("page-answer".to_owned()).spawn(move || {
            http::serve(stream, shared.port, |request| shared.answer(request));
            shared.answering.fetch_sub(1, Ordering::Relaxed);
        });
        if let Err(error) = spawned {
            board.answering.fetch_sub(1, Ordering::Relaxed);
            tracing::warn!("the page did not answer: {error}");
        }
    }
}

impl Board {
    fn answer(&self, request: &Request) -> Answer {
        match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/") => Answer::ok("text/html; charset=utf-8", include_str!("page.html")),
            ("GET", "/page.js") => Answer::ok("text/javascript", include_str!("page.js")),
            ("GET", "/page.css") => Answer::ok("text/css", include_str!("page.css")),
            ("GET", "/state") => match serde_json::to_string(&*lock(&self.shown)) {
                Ok(json) => Answer::ok("application/json", json),
                Err(error) => Answer::problem(500, &format!("the state is no JSON: {error}")),
            },
            ("GET", "/metrics") => {
                let shown = lock(&self.shown);
                let text = shown.state.as_ref().map(metrics::text).unwrap_or_default();
                Answer::ok("text/plain; version=0.0.4", text)
            }
            ("POST", "/acknowledge") => self.acknowledge(request),
            (_, "/" | "/page.js" | "/page.css" | "/state" | "/metrics" | "/acknowledge") => {
                Answer::problem(405, "this address does not take that method")
            }
            _ => Answer::problem(404, "there is nothing here; the page is at /"),
        }
    }

    fn acknowledge(&self, request: &Request) -> Answer {
        // A form of another site cannot send JSON without being asked first, and nobody answers that question.
        if !request.is_json {
            return Answer::problem(415, "send JSON: {\"id\": \"…\"}");
        }
        let id = serde_json::from_slice::<serde_json::Value>(&request.body);
        let Some(id) = id.ok().and_then(|body| body.get("id")?.as_str().map(str::to_owned)) else {
            return Answer::problem(400, "send the id of an alert: {\"id\": \"…\"}");
        };
        if !lock(&self.shown).alerts.iter().any(|alert| alert.id == id && alert.ended.is_none()) {
            return Answer::problem(404, "there is no such alert, or it is over");
        }
        match lock(&self.acknowledge).send(id) {
            Ok(()) => Answer::ok("application/json", "{}"),
            Err(_) => Answer::problem(503, "the watch is over"),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

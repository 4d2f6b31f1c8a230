//! Counts for operators, in the text format of Prometheus. None tells what a face showed.

use std::time::Duration;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::app::App;
use crate::problem::{Code, Problem};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PictureLabels {
    from: From,
    outcome: Outcome,
}

/// What brought a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum From {
    /// `POST /v1/analyze`.
    Analyze,
    /// `GET /v1/live`.
    Live,
    /// A film.
    Job,
}

/// What became of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum Outcome {
    /// It was analyzed.
    Analyzed,
    /// A newer one took its place, or the queue was full.
    Dropped,
    /// It could not be used.
    Refused,
}

/// All counts of a server.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_time: Histogram,
    pictures: Family<PictureLabels, Counter>,
    analysis_time: Histogram,
    live_sessions: Gauge,
    waiting: Gauge,
}

impl Metrics {
    /// Counts from 0.
    pub fn new() -> Self {
        let histogram = || Histogram::new(exponential_buckets(0.001, 2.0, 14));
        let mut metrics = Self {
            registry: Registry::with_prefix("emotion"),
            requests: Family::default(),
            request_time: histogram(),
            pictures: Family::default(),
            analysis_time: histogram(),
            live_sessions: Gauge::default(),
            waiting: Gauge::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("requests", "Requests answered", metrics.requests.clone());
        let help = "Time from a request to the head of its answer";
        registry.register_with_unit("request", help, Unit::Seconds, metrics.request_time.clone());
        registry.register("pictures", "Pictures and frames", metrics.pictures.clone());
        let help = "Time spent on decoding and analyzing a picture";
        registry.register_with_unit("analysis", help, Unit::Seconds, metrics.analysis_time.clone());
        registry.register("live_sessions", "Live sessions now", metrics.live_sessions.clone());
        registry.register("waiting", "Analyses that wait now", metrics.waiting.clone());
        metrics
    }

    /// Counts an answered request.
    pub fn count_request(&self, method: &str, route: &str, status: u16, time: Duration) {
        // Methods are free text of clients: others than these would make counters without end.
        let known = ["GET", "POST", "DELETE", "HEAD", "OPTIONS"];
        let method = known.into_iter().find(|known| *known == method).unwrap_or("other").to_owned();
        let labels = RequestLabels { method, route: route.to_owned(), status };
        self.requests.get_or_create(&labels).inc();
        self.request_time.observe(time.as_secs_f64());
    }

    /// Counts a picture.
    pub fn count_picture(&self, from: From, outcome: Outcome) {
        self.pictures.get_or_create(&PictureLabels { from, outcome }).inc();
    }

    /// Counts a picture that was analyzed.
    pub fn count_analysis(&self, from: From, time: Duration) {
        self.count_picture(from, Outcome::Analyzed);
        self.analysis_time.observe(time.as_secs_f64());
    }

    /// Counts a live session until the answer is dropped.
    pub fn count_session(&self) -> SessionCount {
        self.live_sessions.inc();
        SessionCount(self.live_sessions.clone())
    }
}

/// A live session that counts until this is dropped.
pub struct SessionCount(Gauge);

impl Drop for SessionCount {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// `GET /metrics`.
#[utoipa::path(get, path = "/metrics", tag = "operation", responses(
    (status = 200, description = "Counts in the text format of Prometheus", body = String, content_type = "application/openmetrics-text"),
))]
pub async fn metrics(State(app): State<App>) -> Result<Response, Problem> {
    app.metrics.waiting.set(i64::try_from(app.pool.waiting()).unwrap_or(i64::MAX));
    let mut text = String::new();
    encode(&mut text, &app.metrics.registry)
        .map_err(|error| Problem::new(Code::Internal, format!("no counts: {error}")))?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(CONTENT_TYPE, kind)], text).into_response())
}

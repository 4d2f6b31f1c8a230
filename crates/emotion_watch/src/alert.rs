//! Alerts, and their life.

use emotion_core::SessionTime;
use serde::Serialize;

use crate::RuleKind;
use crate::evidence::Evidence;

/// The version of [`AlertEvent`]. It grows when a field changes its meaning or goes.
pub const ALERT_VERSION: u16 = 1;

/// Something unusual, from its beginning to its end.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alert {
    /// Unique within a watch: `foyer/count-door/3`.
    pub id: String,
    /// The camera.
    pub camera: String,
    /// The rule, with its zone.
    pub rule: String,
    /// What the rule measures.
    pub kind: RuleKind,
    /// What was seen, for people.
    pub message: String,
    /// The highest figure so far.
    pub figure: f64,
    /// Its unit.
    pub unit: &'static str,
    /// What the figure had to reach.
    pub threshold: f64,
    /// The highest figure of a usual minute, in the median; `None` with a fixed threshold that is not learnt yet.
    pub usual: Option<f64>,
    /// When it began, on the session's clock.
    pub began: SessionTime,
    /// The same in seconds since the start of 1970 (UTC).
    pub began_at: i64,
    /// When it was over.
    pub ended: Option<SessionTime>,
    /// Whether somebody took note of it.
    pub is_acknowledged: bool,
    /// Readings around its beginning, of nobody in particular.
    pub evidence: Evidence,
}

/// A step in the life of an alert.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlertEvent {
    /// [`ALERT_VERSION`] of the program that wrote it.
    pub version: u16,
    /// Which step.
    pub state: AlertState,
    /// When, on the session's clock.
    pub time: SessionTime,
    /// The alert as it is now.
    pub alert: Alert,
}

/// The steps in the life of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    /// It begins. Its evidence ends here.
    New,
    /// Its evidence is whole, or its figure rose.
    Update,
    /// Somebody took note of it. It is not told of again until it ends.
    Acknowledged,
    /// It is over.
    End,
}

impl AlertEvent {
    pub(crate) fn new(state: AlertState, time: SessionTime, alert: &Alert) -> Self {
        Self { version: ALERT_VERSION, state, time, alert: alert.clone() }
    }
}

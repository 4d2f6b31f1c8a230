//! Many cameras, and alerts that people can live with.
//!
//! A [`Watch`] hears the events of a session with several streams, and says when a camera shows what it rarely shows: more faces
//! than usual, a face that stays longer, everybody gone, faces that move, several faces that turned scared or surprised within
//! seconds. What is usual is learnt for each camera; how unusual it has to be follows from a budget of false alarms a day.
//!
//! It says what was seen. It knows no one, links nobody from one camera to another, and judges nobody.
//!
//! | file | what |
//! | --- | --- |
//! | `config.rs` | the file `watch.toml` |
//! | `zone.rs`, `schedule.rs` | where and when is watched |
//! | `rule.rs`, `signal.rs` | what is measured |
//! | `usual.rs`, `tail.rs` | what is usual, and the threshold |
//! | `moment.rs`, `watcher.rs`, `watch.rs` | events in, notices out |
//! | `alert.rs`, `evidence.rs` | what alerts say |
//! | `outlet/` | who is told: webhooks, MQTT, a page; each a feature |
//!
//! All but `outlet/` runs on media time alone: the same events give the same notices.

mod alert;
mod config;
mod evidence;
mod moment;
pub mod outlet;
mod rule;
mod schedule;
mod signal;
mod tail;
mod usual;
mod watch;
mod watcher;
mod zone;

pub use alert::{ALERT_VERSION, Alert, AlertEvent, AlertState};
pub use config::{
    CameraConfig, ConfigError, ExemptionConfig, ExemptionKind, MaskConfig, MqttConfig, PageConfig,
    WatchConfig, WebhookConfig, ZoneConfig,
};
pub use evidence::{Evidence, EvidenceFace, EvidenceReading};
pub use moment::{Face, Gatherer, Heard, Moment};
pub use rule::{Rule, RuleKind};
pub use schedule::{Day, Hours, Schedule, ScheduleError};
pub use watch::{Learnt, Notice, Watch, WatchState};
pub use watcher::{CameraState, CameraWatcher, RuleState};
pub use zone::{Polygon, PolygonError};

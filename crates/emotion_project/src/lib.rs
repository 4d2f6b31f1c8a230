//! People over time: sessions of people in a folder, and reports of them.
//!
//! A [`Project`] is a folder: `project.db` with what was counted, `raw/` with readings (no pictures),
//! `keys/` with a key for each person where the readings are encrypted, `out/` with reports and exports.
//! It is made for one of a fixed list of [`Purpose`]s. Each person in it has a pseudonym, and a consent
//! without which nothing is recorded of them.
//!
//! The program reads what faces show. It does not know what a person feels, it is no medical device, and
//! nothing here is a diagnosis.
//!
//! | file | what |
//! | --- | --- |
//! | `project.rs`, `schema.rs` | the folder and its database |
//! | `purpose.rs`, `notice.rs` | what a project may be for, and what people are told |
//! | `person.rs`, `consent.rs` | people by pseudonym, and what they agreed to |
//! | `session.rs`, `mark.rs` | sessions, and what happened in them |
//! | `intake.rs`, `segment.rs` | how readings come in, minute by minute |
//! | `keys.rs`, `seal.rs` | a key for each person, with the feature `encrypt` |
//! | `rollup.rs`, `smile.rs` | what is counted in a second, a minute, an hour |
//! | `erase.rs`, `retention.rs`, `handout.rs` | how data go, and how a person gets theirs |
//! | `study/` | many people, one film: curves of viewers, bands, comparisons |
//! | `audit.rs` | who did what: a log that shows when it was changed |
//! | `report/` | reports as HTML |
//! | `export/` | tables and files for other programs |

mod audit;
mod consent;
mod date;
mod erase;
mod error;
pub mod export;
mod handout;
mod intake;
mod keys;
mod mark;
mod notice;
mod person;
mod project;
mod purpose;
pub mod report;
mod retention;
mod rollup;
mod schema;
#[cfg(feature = "encrypt")]
mod seal;
#[cfg(not(feature = "encrypt"))]
#[path = "unsealed.rs"]
mod seal;
mod segment;
mod session;
mod smile;
pub mod stats;
pub mod study;

pub use audit::{AuditEntry, AuditState};
pub use consent::Consent;
pub use date::{DateError, date_of, moment_of, now, parse_moment};
pub use erase::Erased;
pub use error::ProjectError;
pub use handout::HandedOut;
pub use intake::{Intake, SessionStart, Taken};
pub use mark::{Mark, MarkKind};
pub use person::Person;
pub use project::{NewProject, Project, Settings};
pub use purpose::{Exemption, Purpose, Refused};
pub use retention::{DEFAULT_RETENTION_DAYS, Due};
pub use rollup::{Rollup, Span};
pub use session::{Session, SessionState};
pub use smile::Smile;

//! What is counted in a second, a minute, an hour of a session.
//!
//! What was not seen is counted, too: a second without frames is a row whose `frames` are 0, and one whose
//! person was away is a row whose `seen` is 0. Neither has scores.

use emotion_core::{Expression, Reading};
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};

use crate::ProjectError;

/// How much of a session a row counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
}

impl Span {
    /// Its length.
    pub const fn seconds(self) -> u64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
        }
    }
}

/// What was seen of a person in a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Rollup {
    /// When it begins, in seconds from the session's start.
    pub at: u64,
    /// Frames that were analyzed.
    pub frames: u64,
    /// Frames in which the person was seen.
    pub seen: u64,
    /// Of these, frames with an expression that was sure.
    pub sure: u64,
    /// Frames with other faces, too. Nothing else is kept of them.
    pub company: u64,
    /// The sum of the confidences of all frames that were seen.
    pub confidence: f64,
    /// The sums of the scores.
    pub scores: [f64; Expression::COUNT],
}

impl Rollup {
    /// An empty span.
    pub fn at(at: u64) -> Self {
        Self { at, ..Self::default() }
    }

    /// Counts a frame.
    pub(crate) fn count(&mut self, reading: Option<&Reading>, company: bool) {
        self.frames += 1;
        self.company += u64::from(company);
        if let Some(reading) = reading {
            self.seen += 1;
            self.sure += u64::from(reading.dominant.is_some());
            self.confidence += f64::from(reading.confidence);
            for (sum, score) in self.scores.iter_mut().zip(reading.scores.as_array()) {
                *sum += f64::from(*score);
            }
        }
    }

    /// Adds what another span counted.
    pub fn add(&mut self, other: &Self) {
        self.frames += other.frames;
        self.seen += other.seen;
        self.sure += other.sure;
        self.company += other.company;
        self.confidence += other.confidence;
        for (sum, more) in self.scores.iter_mut().zip(other.scores) {
            *sum += more;
        }
    }

    /// In which part of its frames the person was seen, 0 to 1; 0 without frames.
    pub fn visible(&self) -> f64 {
        self.seen as f64 / self.frames.max(1) as f64
    }

    /// The mean scores; `None` if the person was not seen.
    pub fn means(&self) -> Option<[f64; Expression::COUNT]> {
        (self.seen > 0).then(|| self.scores.map(|sum| sum / self.seen as f64))
    }

    /// The mean score of one expression.
    pub fn mean(&self, expression: Expression) -> Option<f64> {
        self.means().map(|means| means[expression.index()])
    }

    /// The mean confidence: how sure it was.
    pub fn mean_confidence(&self) -> Option<f64> {
        (self.seen > 0).then(|| self.confidence / self.seen as f64)
    }
}

const COLUMNS: &str = "at, frames, seen, sure, company, confidence, \
                       angry, disgust, fear, happy, sad, surprise, neutral";

/// Stores a row, or adds it to the one that is there.
pub fn store(
    db: &Connection,
    session: i64,
    span: Span,
    rollup: &Rollup,
) -> Result<(), ProjectError> {
    let sum: Vec<String> = COLUMNS
        .split(", ")
        .skip(1)
        .map(|name| format!("{name} = {name} + excluded.{name}"))
        .collect();
    let sql = format!(
        "INSERT INTO rollup (session, span, {COLUMNS}) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT DO UPDATE SET {}",
        sum.join(", ")
    );
    let [angry, disgust, fear, happy, sad, surprise, neutral] = rollup.scores;
    let Rollup { at, frames, seen, sure, company, confidence, .. } = *rollup;
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    db.prepare_cached(&sql)?.execute(params![
        session,
        number(span.seconds()),
        number(at),
        number(frames),
        number(seen),
        number(sure),
        number(company),
        confidence,
        angry,
        disgust,
        fear,
        happy,
        sad,
        surprise,
        neutral
    ])?;
    Ok(())
}

/// The rows of a session in order of time.
pub fn load(db: &Connection, session: i64, span: Span) -> Result<Vec<Rollup>, ProjectError> {
    let sql = format!("SELECT {COLUMNS} FROM rollup WHERE session = ? AND span = ? ORDER BY at");
    let mut statement = db.prepare_cached(&sql)?;
    let span = i64::try_from(span.seconds()).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![session, span], row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn row(row: &Row) -> rusqlite::Result<Rollup> {
    let number = |index| row.get::<_, i64>(index).map(|value| u64::try_from(value).unwrap_or(0));
    let mut scores = [0.0; Expression::COUNT];
    for (index, score) in scores.iter_mut().enumerate() {
        *score = row.get(6 + index)?;
    }
    Ok(Rollup {
        at: number(0)?,
        frames: number(1)?,
        seen: number(2)?,
        sure: number(3)?,
        company: number(4)?,
        confidence: row.get(5)?,
        scores,
    })
}

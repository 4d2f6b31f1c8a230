//! How readings come into a project: minute by minute, each stored as a whole or not at all.
//!
//! A minute's readings are written and synced, then its counts, its file's checksum and what the next minute
//! has to know go into the database in one transaction. After a crash the import goes on from the last whole
//! minute, with the same counts as one that was never interrupted. Memory holds one minute.

use std::time::Duration;

use emotion_core::{Analysis, Reading};
use emotion_store::{Moment, What};
use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::audit::hex;
use crate::project::Lock;
use crate::seal::{self, Recipient};
use crate::segment::{Finished, SegmentWriter};
use crate::smile::SmileFinder;
use crate::study::View;
use crate::{
    Person, Project, ProjectError, Rollup, Session, SessionState, Smile, Span, audit, keys,
    moment_of, now, rollup, segment, session,
};

/// A session is at most this long, in seconds.
const LONGEST: u64 = 24 * 3600;
/// The earliest start that is believed: 2000-01-01.
const EARLIEST: i64 = 946_684_800;
/// Another face becomes the person when its box is so much larger than the person's.
const LARGER: f32 = 1.5;

/// What a session begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionStart {
    /// When it began, in seconds since 1970.
    pub started_at: i64,
    /// What it is read from, for people: `film`, `recording`, `camera`, `puppet`. No file name, which may be
    /// somebody's name.
    pub source: String,
    /// What a resumed import knows its source by: its path and size, or the like. Only a hash is kept.
    pub identity: String,
    /// The model that reads it.
    pub model: Option<String>,
    /// Whether it happens now, and cannot be read again.
    pub is_live: bool,
    /// How long it will be, where that is known.
    pub expected: Option<Duration>,
}

/// A session that comes in.
pub struct Intake<'a> {
    project: &'a mut Project,
    _lock: Lock,
    person: Person,
    session: Session,
    key: Option<Recipient>,
    carry: Carry,
    /// Seconds of the current minute; the last one is being counted.
    seconds: Vec<Rollup>,
    smiles: Vec<Smile>,
    writer: Option<SegmentWriter>,
    resumed_at: Duration,
}

/// What one minute has to know of those before it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct Carry {
    /// The minute that comes next.
    minute: u64,
    /// The track that is taken for the person.
    track: Option<u64>,
    smiles: SmileFinder,
    /// Frames whose time was before that of the one before them.
    backwards: u64,
    last_ms: u64,
    /// Whether it can only be cut off, not resumed.
    is_live: bool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The session.
    pub session: Session,
    /// Frames in all.
    pub frames: u64,
    /// Frames with the person in view.
    pub seen: u64,
    /// Smiles.
    pub smiles: usize,
}

impl Project {
    /// Begins a session of a person, or goes on with one that was interrupted: the same person, source and
    /// start.
    ///
    /// # Errors
    /// Without consent; if it overlaps with another session; if its start cannot be right; if another
    /// program records or imports.
    pub fn begin_session(
        &mut self,
        pseudonym: &str,
        start: &SessionStart,
    ) -> Result<Intake<'_>, ProjectError> {
        self.begin(pseudonym, start, None)
    }

    /// Begins a session, in which a film of a study is seen if `view` says so.
    pub(crate) fn begin(
        &mut self,
        pseudonym: &str,
        start: &SessionStart,
        view: Option<View>,
    ) -> Result<Intake<'_>, ProjectError> {
        let lock = self.lock()?;
        let person = self.person(pseudonym)?;
        person.require_consent()?;
        check_clock(start.started_at)?;
        let source_hash = source_hash(&person, &start.identity);
        let encrypted = self.settings().is_encrypted;
        let key = encrypted.then(|| keys::load(&self.folder, person.id)).transpose()?;
        let key = key.as_ref().map(seal::public);
        self.close_cut_off(&person)?;
        let (session, carry) = match self.interrupted(&person, start.started_at, &source_hash)? {
            Some(found) => found,
            None => {
                self.check_overlap(&person, start)?;
                self.insert(&person, start, &source_hash, view)?
            }
        };
        let resumed_at = Duration::from_secs(carry.minute * segment::SECONDS);
        Ok(Intake {
            project: self,
            _lock: lock,
            person,
            session,
            key,
            carry,
            seconds: Vec::new(),
            smiles: Vec::new(),
            writer: None,
            resumed_at,
        })
    }

    /// Live sessions that were interrupted end where they are stored: they cannot be read again.
    fn close_cut_off(&mut self, person: &Person) -> Result<(), ProjectError> {
        let open = self.sessions(person)?.into_iter().filter(|it| it.state == SessionState::Open);
        for session in open.collect::<Vec<_>>() {
            if self.carry(session.id)?.is_live {
                let transaction = self.db.transaction()?;
                let state = SessionState::CutOff.name();
                transaction.execute(
                    "UPDATE session SET state = ?, carry = NULL WHERE id = ?",
                    params![state, session.id],
                )?;
                audit::log(&transaction, "session cut off", &person.tag, &named(session.id))?;
                transaction.commit()?;
            }
        }
        Ok(())
    }

    fn carry(&self, session: i64) -> Result<Carry, ProjectError> {
        let sql = "SELECT carry FROM session WHERE id = ?";
        let text: Option<String> = self.db.query_row(sql, [session], |row| row.get(0))?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    fn interrupted(
        &self,
        person: &Person,
        started_at: i64,
        source_hash: &str,
    ) -> Result<Option<(Session, Carry)>, ProjectError> {
        let sql = format!(
            "{} WHERE person = ? AND started_at = ? AND source_hash = ? AND state = 'open'",
            session::SQL
        );
        let found = self
            .db
            .prepare_cached(&sql)?
            .query_row(params![person.id, started_at, source_hash], session::session);
        match found {
            Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
            found => {
                let session = found?;
                let carry = self.carry(session.id)?;
                Ok(Some((session, carry)))
            }
        }
    }

    fn check_overlap(&self, person: &Person, start: &SessionStart) -> Result<(), ProjectError> {
        let length = start.expected.map_or(0, |length| length.as_secs());
        let end = start.started_at.saturating_add(i64::try_from(length).unwrap_or(i64::MAX));
        let overlaps =
            |other: &Session| start.started_at <= other.ends_at() && other.started_at <= end;
        match self.sessions(person)?.into_iter().find(overlaps) {
            None => Ok(()),
            Some(other) => Err(overlap(person, &other)),
        }
    }

    fn insert(
        &mut self,
        person: &Person,
        start: &SessionStart,
        source_hash: &str,
        view: Option<View>,
    ) -> Result<(Session, Carry), ProjectError> {
        let carry = Carry { is_live: start.is_live, ..Carry::default() };
        let text = serde_json::to_string(&carry).unwrap_or_default();
        let transaction = self.db.transaction()?;
        transaction.execute(
            "INSERT INTO session (person, started_at, source, source_hash, model, state, carry) \
             VALUES (?, ?, ?, ?, ?, 'open', ?)",
            params![person.id, start.started_at, start.source, source_hash, start.model, text],
        )?;
        let id = transaction.last_insert_rowid();
        if let Some(View { study, lead }) = view {
            transaction.execute(
                "INSERT INTO view (session, study, person, lead_s) VALUES (?, ?, ?, ?)",
                params![id, study, person.id, i64::try_from(lead).unwrap_or(i64::MAX)],
            )?;
        }
        let detail = format!("{} from a {}", named(id), start.source);
        audit::log(&transaction, "session begun", &person.tag, &detail)?;
        transaction.commit()?;
        Ok((self.session(id)?, carry))
    }
}

fn named(session: i64) -> String {
    format!("session {session}")
}

fn overlap(person: &Person, other: &Session) -> ProjectError {
    ProjectError::Overlap {
        person: person.pseudonym.clone(),
        other: other.id,
        when: format!("{} to {}", moment_of(other.started_at), moment_of(other.ends_at())),
    }
}

fn check_clock(started_at: i64) -> Result<(), ProjectError> {
    let why = if started_at < EARLIEST {
        "the clock of the recording was not set"
    } else if started_at > now() + 3600 {
        "that is in the future"
    } else {
        return Ok(());
    };
    Err(ProjectError::Clock { when: moment_of(started_at), why })
}

/// A hash that nobody can guess names of files from: the person's tag is random.
pub(crate) fn source_hash(person: &Person, identity: &str) -> String {
    hex(&Sha256::digest(format!("{}\n{identity}", person.tag)))
}

impl Intake<'_> {
    /// The session's number.
    pub const fn id(&self) -> i64 {
        self.session.id
    }

    /// From when on readings are wanted: later than zero if an interrupted import goes on.
    pub const fn resumes_at(&self) -> Duration {
        self.resumed_at
    }

    /// The time from which nothing is stored yet.
    fn minute_ms(&self) -> u64 {
        self.carry.minute * segment::SECONDS * 1000
    }

    /// Another source or opening begins: faces of before are others.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub fn new_source(&mut self, at: Duration) -> Result<(), ProjectError> {
        if at < self.resumed_at {
            return Ok(());
        }
        self.advance(at)?;
        self.carry.track = None;
        let ended = self.carry.smiles.end();
        self.smiles.extend(ended);
        let moment = Moment::new(at, What::NewSource);
        self.writer()?.push(&moment)
    }

    /// Takes in what was read of a frame. Only the person is kept: the face that was taken for them before, or
    /// the largest. That there were others is counted.
    ///
    /// # Errors
    /// When it cannot be stored; [`ProjectError::TooLong`] after a day.
    pub fn frame(
        &mut self,
        at: Duration,
        frame_size: (u32, u32),
        analysis: &Analysis,
    ) -> Result<(), ProjectError> {
        if at < self.resumed_at {
            return Ok(());
        }
        let mut ms = millis(at);
        if ms < self.carry.last_ms {
            self.carry.backwards += 1;
            ms = self.carry.last_ms;
        }
        self.carry.last_ms = ms;
        let at = at.max(Duration::from_millis(ms));
        self.advance(at)?;
        let reading = self.carry.person_in(&analysis.readings).cloned();
        if let Some(second) = self.seconds.last_mut() {
            second.count(reading.as_ref(), analysis.readings.len() > 1);
        }
        let happy = reading.as_ref().map(|it| it.scores.get(emotion_core::Expression::Happy));
        let ended = self.carry.smiles.frame(ms, happy);
        self.smiles.extend(ended);
        let analysis = Analysis { readings: reading.into_iter().collect(), ..analysis.clone() };
        let what = What::Frame { frame_size, analysis };
        self.writer()?.push(&Moment::new(at, what))
    }

    /// Ends the session; `length` is the time from its start to its end.
    ///
    /// # Errors
    /// When it cannot be stored. Begun again, it goes on.
    pub fn finish(mut self, length: Duration) -> Result<Taken, ProjectError> {
        let length_ms = millis(length).max(self.carry.last_ms).max(self.minute_ms());
        self.advance(Duration::from_millis(length_ms))?;
        let ended = self.carry.smiles.end();
        self.smiles.extend(ended);
        // A second that begins with the end is none.
        if length_ms.is_multiple_of(1000)
            && self.seconds.last().is_some_and(|second| second.frames == 0)
        {
            self.seconds.pop();
        }
        self.store(length_ms, true)?;
        let session = self.project.session(self.session.id)?;
        let mut all = Rollup::default();
        for hour in self.project.rollups(session.id, Span::Hour)? {
            all.add(&hour);
        }
        let smiles = self.project.smiles(session.id)?.len();
        Ok(Taken { session, frames: all.frames, seen: all.seen, smiles })
    }

    /// Lets the time go on to `at`: seconds without frames are counted, whole minutes stored.
    fn advance(&mut self, at: Duration) -> Result<(), ProjectError> {
        let second = at.as_secs();
        if second >= LONGEST {
            return Err(ProjectError::TooLong);
        }
        loop {
            let next = self.carry.minute * segment::SECONDS + self.seconds.len() as u64;
            if next > second {
                return Ok(());
            }
            if self.seconds.len() as u64 == segment::SECONDS {
                let end = self.minute_ms() + segment::SECONDS * 1000;
                self.store(end, false)?;
                self.seconds.clear();
            } else {
                self.seconds.push(Rollup::at(next));
            }
        }
    }

    fn writer(&mut self) -> Result<&mut SegmentWriter, ProjectError> {
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => {
                let name = (self.session.id, self.carry.minute);
                let model = self.session.model.as_deref();
                SegmentWriter::begin(&self.project.folder, name, self.key.as_ref(), model)?
            }
        };
        Ok(self.writer.insert(writer))
    }

    /// Stores the minute that is over.
    fn store(&mut self, length_ms: u64, is_last: bool) -> Result<(), ProjectError> {
        let minute = self.carry.minute;
        let length = Duration::from_millis(length_ms);
        let finished = match self.writer.take() {
            None => None,
            Some(writer) => Some(writer.finish(length)?),
        };
        let mut next = self.carry.clone();
        next.minute += 1;
        let transaction = self.project.db.transaction()?;
        let others = session::sessions(&transaction, self.person.id)?;
        let end = self.session.started_at + i64::try_from(length_ms / 1000).unwrap_or(i64::MAX);
        let meets = |other: &&Session| {
            other.id != self.session.id
                && other.started_at <= end
                && self.session.started_at <= other.ends_at()
        };
        if let Some(other) = others.iter().find(meets) {
            return Err(overlap(&self.person, other));
        }
        store_minute(&transaction, self.session.id, minute, &self.seconds, &self.smiles)?;
        if let Some(Finished { file, sha256 }) = finished {
            transaction.execute(
                "INSERT INTO segment VALUES (?, ?, ?, ?)",
                params![self.session.id, i64::try_from(minute).unwrap_or(i64::MAX), file, sha256],
            )?;
        }
        let state = if is_last { SessionState::Complete } else { SessionState::Open };
        let carry = if is_last { None } else { serde_json::to_string(&next).ok() };
        transaction.execute(
            "UPDATE session SET length_ms = ?, state = ?, carry = ?, remarks = ? WHERE id = ?",
            params![
                i64::try_from(length_ms).unwrap_or(i64::MAX),
                state.name(),
                carry,
                next.remarks(),
                self.session.id
            ],
        )?;
        if is_last {
            let detail = named(self.session.id);
            audit::log(&transaction, "session stored", &self.person.tag, &detail)?;
        }
        transaction.commit()?;
        self.carry = next;
        self.smiles.clear();
        Ok(())
    }
}

fn store_minute(
    transaction: &Transaction,
    session: i64,
    minute: u64,
    seconds: &[Rollup],
    smiles: &[Smile],
) -> Result<(), ProjectError> {
    let start = minute * segment::SECONDS;
    let hour_length = Span::Hour.seconds();
    let (mut whole, mut hour) = (Rollup::at(start), Rollup::at(start / hour_length * hour_length));
    for second in seconds {
        rollup::store(transaction, session, Span::Second, second)?;
        whole.add(second);
        hour.add(second);
    }
    if !seconds.is_empty() {
        rollup::store(transaction, session, Span::Minute, &whole)?;
        rollup::store(transaction, session, Span::Hour, &hour)?;
    }
    for smile in smiles {
        let time = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        transaction.execute(
            "INSERT OR REPLACE INTO smile VALUES (?, ?, ?, ?)",
            params![session, time(smile.from_ms), time(smile.to_ms), smile.peak],
        )?;
    }
    Ok(())
}

impl Carry {
    /// The person's face among those of a frame.
    fn person_in<'a>(&mut self, readings: &'a [Reading]) -> Option<&'a Reading> {
        let area = |reading: &Reading| reading.bbox_in_frame.width * reading.bbox_in_frame.height;
        let largest = readings.iter().max_by(|a, b| area(a).total_cmp(&area(b)))?;
        let known = readings.iter().find(|reading| Some(reading.track) == self.track);
        let person = match known {
            Some(known) if area(largest) < LARGER * area(known) => known,
            _ => largest,
        };
        self.track = Some(person.track);
        Some(person)
    }

    fn remarks(&self) -> String {
        match self.backwards {
            0 => String::new(),
            count => format!(
                "{count} frames had times before the one before them, and were counted at its time"
            ),
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
pub mod tests;

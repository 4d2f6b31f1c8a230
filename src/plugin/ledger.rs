//! Who is in view, who is remembered and who is gone: the bookkeeping without entities.
//!
//! Everything happens at exact times on the faces' clock, however seldom anybody looks: what was
//! due between two arrivals comes between them. So the same readings make the same changes in the
//! same order at any update rate.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bevy::prelude::*;

use super::{FrameAnalyzed, TrackPlugin};
use crate::track::Reading;

/// The faces that are in view or remembered.
#[derive(Resource, Debug, Clone, Default)]
pub(super) struct Ledger {
    faces: BTreeMap<u64, Known>,
    /// When the last readings came.
    last_analysis: Duration,
    /// How long their analysis took.
    analysis_time: Duration,
    /// Counts the sources: equal track numbers of different ones are not the same face.
    source: u64,
}

#[derive(Debug, Clone)]
struct Known {
    /// As last seen.
    reading: Reading,
    frame_size: UVec2,
    /// Since when it is out of view.
    hidden_at: Option<Duration>,
}

/// What happened to a face, named by its track.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Change {
    /// It was read: it is new, in view, or back in view.
    Seen { reading: Reading, frame_size: UVec2 },
    /// It went out of view.
    Hidden { track: u64 },
    /// It stayed away.
    Gone { track: u64 },
}

impl Ledger {
    /// Readings of a frame came at `at`.
    pub fn read(&mut self, at: Duration, frame: &FrameAnalyzed, changes: &mut Vec<Change>) {
        let FrameAnalyzed { analysis, frame_size, .. } = frame;
        let (readings, frame_size) = (&analysis.readings, *frame_size);
        self.last_analysis = at;
        self.analysis_time = analysis.detect_time + analysis.classify_time;
        for reading in readings {
            let known = Known { reading: reading.clone(), frame_size, hidden_at: None };
            self.faces.insert(reading.track, known);
            changes.push(Change::Seen { reading: reading.clone(), frame_size });
        }
        let in_view: BTreeSet<u64> = readings.iter().map(|reading| reading.track).collect();
        for (track, face) in &mut self.faces {
            if face.hidden_at.is_none() && !in_view.contains(track) {
                face.hidden_at = Some(at);
                changes.push(Change::Hidden { track: *track });
            }
        }
    }

    /// Lets happen what was due before `now`, one after the other: faces hide when no readings
    /// come any more, and go when they were hidden for long.
    pub fn advance(&mut self, now: Duration, rules: &TrackPlugin, changes: &mut Vec<Change>) {
        let silent_at = self.last_analysis + rules.hide_after.max(self.analysis_time * 3);
        self.let_go(now.min(silent_at), rules, changes);
        if now > silent_at {
            for (track, face) in &mut self.faces {
                if face.hidden_at.is_none() {
                    face.hidden_at = Some(silent_at);
                    changes.push(Change::Hidden { track: *track });
                }
            }
            self.let_go(now, rules, changes);
        }
    }

    /// Those go that were hidden for long before `now`, the longest hidden first.
    fn let_go(&mut self, now: Duration, rules: &TrackPlugin, changes: &mut Vec<Change>) {
        let mut gone: Vec<(Duration, u64)> = self
            .faces
            .iter()
            .filter_map(|(track, face)| Some((face.hidden_at?, *track)))
            .filter(|(since, _)| now > *since + rules.keep_hidden)
            .collect();
        gone.sort_unstable();
        for (_, track) in gone {
            self.faces.remove(&track);
            changes.push(Change::Gone { track });
        }
    }

    /// All faces hide and go: those that come next belong to another source.
    pub fn turn_to_another_source(&mut self, at: Duration, changes: &mut Vec<Change>) {
        for (track, face) in std::mem::take(&mut self.faces) {
            face.leave(track, changes);
        }
        self.source += 1;
        self.last_analysis = at;
        self.analysis_time = Duration::ZERO;
    }
}

impl Known {
    fn leave(&self, track: u64, changes: &mut Vec<Change>) {
        if self.hidden_at.is_none() {
            changes.push(Change::Hidden { track });
        }
        changes.push(Change::Gone { track });
    }
}

//! Who is in view, who is remembered and who is gone: the bookkeeping without entities.
//!
//! Everything happens at exact times on the faces' clock, however seldom anybody looks: what was
//! due between two arrivals comes between them. So the same readings make the same changes in the
//! same order at any update rate.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bevy::prelude::*;

use super::feed::{Arrival, Arrived};
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
}

#[derive(Debug, Clone)]
struct Known {
    /// As last seen.
    reading: Reading,
    frame_size: UVec2,
    /// Since when it is out of view.
    hidden_at: Option<Duration>,
}

/// What happened to a face, and when.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Change {
    pub at: Duration,
    pub what: Changed,
}

/// What happened to a face, named by its track.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Changed {
    /// It was read: it is new, in view, or back in view.
    Seen { reading: Reading, frame_size: UVec2 },
    /// It went out of view.
    Hidden { track: u64 },
    /// It stayed away.
    Gone { track: u64 },
}

impl Ledger {
    /// Something came to the faces. What was due before happens before.
    pub fn take_in(&mut self, arrival: &Arrival, rules: &TrackPlugin, changes: &mut Vec<Change>) {
        let at = arrival.at;
        self.advance(at, rules, changes);
        match &arrival.what {
            Arrived::Frame(frame) => self.read(at, frame, changes),
            Arrived::NewSource { clock } => {
                self.let_all_go(at, changes);
                self.last_analysis = *clock;
                self.analysis_time = Duration::ZERO;
            }
            Arrived::Jump { clock, before, same_source } => {
                let mut there = Self::default();
                let mut unseen = Vec::new();
                for arrival in before {
                    there.take_in(arrival, rules, &mut unseen);
                }
                there.advance(*clock, rules, &mut unseen);
                if !same_source {
                    self.let_all_go(at, changes);
                }
                self.become_like(there, *clock, changes);
            }
        }
    }

    /// Lets happen what was due before `now`, one after the other: faces hide when no readings
    /// come any more, and go when they were hidden for long.
    pub fn advance(&mut self, now: Duration, rules: &TrackPlugin, changes: &mut Vec<Change>) {
        let silence = rules.hide_after.max(self.analysis_time.saturating_mul(3));
        let silent_at = self.last_analysis.saturating_add(silence);
        self.let_go(now.min(silent_at), rules, changes);
        if now > silent_at {
            for (track, face) in &mut self.faces {
                if face.hidden_at.is_none() {
                    face.hidden_at = Some(silent_at);
                    changes.push(hidden(silent_at, *track));
                }
            }
            self.let_go(now, rules, changes);
        }
    }

    fn read(&mut self, at: Duration, frame: &FrameAnalyzed, changes: &mut Vec<Change>) {
        let FrameAnalyzed { analysis, frame_size, .. } = frame;
        let frame_size = *frame_size;
        self.last_analysis = at;
        self.analysis_time = analysis.detect_time.saturating_add(analysis.classify_time);
        for reading in &analysis.readings {
            let known = Known { reading: reading.clone(), frame_size, hidden_at: None };
            self.faces.insert(reading.track, known);
            changes.push(seen(at, reading, frame_size));
        }
        let in_view: BTreeSet<u64> =
            analysis.readings.iter().map(|reading| reading.track).collect();
        for (track, face) in &mut self.faces {
            if face.hidden_at.is_none() && !in_view.contains(track) {
                face.hidden_at = Some(at);
                changes.push(hidden(at, *track));
            }
        }
    }

    /// Those go that were hidden for long before `now`, the longest hidden first.
    fn let_go(&mut self, now: Duration, rules: &TrackPlugin, changes: &mut Vec<Change>) {
        let mut going: Vec<(Duration, u64)> = self
            .faces
            .iter()
            .filter_map(|(track, face)| {
                Some((face.hidden_at?.saturating_add(rules.keep_hidden), *track))
            })
            .filter(|(due, _)| now > *due)
            .collect();
        going.sort_unstable();
        for (due, track) in going {
            self.faces.remove(&track);
            changes.push(gone(due, track));
        }
    }

    fn let_all_go(&mut self, at: Duration, changes: &mut Vec<Change>) {
        for (track, face) in std::mem::take(&mut self.faces) {
            if face.hidden_at.is_none() {
                changes.push(hidden(at, track));
            }
            changes.push(gone(at, track));
        }
    }

    /// The changes that lead from these faces to those of `there`.
    fn become_like(&mut self, there: Self, at: Duration, changes: &mut Vec<Change>) {
        for (track, face) in &self.faces {
            if !there.faces.contains_key(track) {
                if face.hidden_at.is_none() {
                    changes.push(hidden(at, *track));
                }
                changes.push(gone(at, *track));
            }
        }
        for (track, face) in &there.faces {
            let known = self.faces.get(track);
            if known.is_some_and(|known| known.hidden_at.is_some() && known.shows_the_same(face)) {
                continue;
            }
            changes.push(seen(at, &face.reading, face.frame_size));
            if face.hidden_at.is_some() {
                changes.push(hidden(at, *track));
            }
        }
        *self = there;
    }
}

impl Known {
    /// Whether both are hidden and were last seen alike.
    fn shows_the_same(&self, other: &Self) -> bool {
        other.hidden_at.is_some() == self.hidden_at.is_some() && self.reading == other.reading
    }
}

fn seen(at: Duration, reading: &Reading, frame_size: UVec2) -> Change {
    Change { at, what: Changed::Seen { reading: reading.clone(), frame_size } }
}

fn hidden(at: Duration, track: u64) -> Change {
    Change { at, what: Changed::Hidden { track } }
}

fn gone(at: Duration, track: u64) -> Change {
    Change { at, what: Changed::Gone { track } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyzer::Analysis;
    use crate::emotion::Scores;
    use crate::frame::FrameRect;

    const SECOND: Duration = Duration::from_secs(1);

    fn frame(at: Duration, tracks: &[u64]) -> Arrival {
        let readings = tracks
            .iter()
            .map(|track| Reading {
                track: *track,
                box_in_frame: FrameRect::square((50.0, 50.0), 20.0),
                roll: 0.0,
                presence: 1.0,
                scores: Scores::UNIFORM,
                raw_scores: Scores::UNIFORM,
                dominant: None,
                confidence: 0.2,
            })
            .collect();
        let analysis = Analysis { readings, ..Analysis::default() };
        let frame = FrameAnalyzed { analysis, frame_size: UVec2::ONE, frame: None, at };
        Arrival { at, what: Arrived::Frame(frame) }
    }

    /// `1.5s 2 hides` and the like.
    fn told(changes: &[Change]) -> Vec<String> {
        changes
            .iter()
            .map(|change| match &change.what {
                Changed::Seen { reading, .. } => format!("{:?} {} seen", change.at, reading.track),
                Changed::Hidden { track } => format!("{:?} {track} hides", change.at),
                Changed::Gone { track } => format!("{:?} {track} goes", change.at),
            })
            .collect()
    }

    /// Two faces, one of which leaves; then silence.
    fn session() -> Vec<Arrival> {
        vec![frame(Duration::ZERO, &[1, 2]), frame(SECOND / 2, &[2]), frame(SECOND, &[2])]
    }

    #[test]
    fn changes_come_at_their_time_however_seldom_one_looks() {
        let expected = [
            "0ns 1 seen",
            "0ns 2 seen",
            "500ms 2 seen",
            "500ms 1 hides",
            "1s 2 seen",
            "2s 2 hides",
            "3.5s 1 goes",
            "5s 2 goes",
        ];
        let rules = TrackPlugin::default();
        for step in [SECOND / 100, SECOND / 3, SECOND * 100] {
            let (mut ledger, mut changes) = (Ledger::default(), Vec::new());
            let mut arrivals = session().into_iter().peekable();
            let mut now = Duration::ZERO;
            while now < SECOND * 6 {
                now += step;
                while let Some(arrival) = arrivals.next_if(|arrival| arrival.at <= now) {
                    ledger.take_in(&arrival, &rules, &mut changes);
                }
                ledger.advance(now, &rules, &mut changes);
            }
            assert_eq!(told(&changes), expected, "looked at each {step:?}");
        }
    }

    #[test]
    fn a_jump_makes_the_faces_of_that_time() {
        let rules = TrackPlugin::default();
        let jump = |at, clock, same_source| {
            let before = session().into_iter().filter(|arrival| arrival.at <= clock).collect();
            let what = Arrived::Jump { clock, before, same_source };
            Arrival { at, what }
        };
        let after = |ledger: &mut Ledger, arrival: &Arrival| {
            let mut changes = Vec::new();
            ledger.take_in(arrival, &rules, &mut changes);
            told(&changes)
        };
        let mut ledger = Ledger::default();
        let hidden = ["700ms 1 seen", "700ms 1 hides", "700ms 2 seen"];
        assert_eq!(after(&mut ledger, &jump(SECOND * 9, SECOND * 7 / 10, true)), hidden);
        let mut changes = Vec::new();
        ledger.advance(SECOND * 4, &rules, &mut changes);
        assert_eq!(told(&changes), ["1.5s 2 hides", "3.5s 1 goes"], "and goes on from there");

        let other = jump(SECOND * 4, SECOND / 10, false);
        let all_new = ["4s 2 goes", "100ms 1 seen", "100ms 2 seen"];
        assert_eq!(after(&mut ledger, &other), all_new);
    }

    #[test]
    fn a_slow_analysis_is_no_silence() {
        let mut slow = frame(Duration::ZERO, &[1]);
        if let Arrived::Frame(frame) = &mut slow.what {
            frame.analysis.detect_time = SECOND;
        }
        let (mut ledger, mut changes) = (Ledger::default(), Vec::new());
        ledger.take_in(&slow, &TrackPlugin::default(), &mut changes);
        ledger.advance(SECOND * 4, &TrackPlugin::default(), &mut changes);
        assert_eq!(told(&changes), ["0ns 1 seen", "3s 1 hides"]);
    }
}

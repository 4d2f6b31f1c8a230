//! The figure of a rule, moment by moment.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use emotion_core::{Expression, SessionTime};

use crate::moment::Face;
use crate::{Rule, RuleKind};

/// A track that is lost for no longer than this was there all the time.
const LOST: Duration = Duration::from_secs(5);
/// Speed is measured over this time at least, so that the detector's jitter is none.
const SPEED_BASE: Duration = Duration::from_millis(300);
/// Fear and surprise together: below this a face shows neither.
const CALM: f32 = 0.35;
/// From this on it shows one of them.
const TURNED: f32 = 0.5;

/// Measures what a rule looks for in the faces of its zone.
#[derive(Debug, Clone)]
pub struct Signal {
    kind: RuleKind,
    within: Duration,
    hold: Duration,
    /// What was measured within `hold` and the moment before it.
    held: VecDeque<(SessionTime, f64)>,
    /// How many faces there were within `within`.
    counts: VecDeque<(SessionTime, usize)>,
    tracks: BTreeMap<u64, Track>,
}

#[derive(Debug, Clone)]
struct Track {
    since: SessionTime,
    seen: SessionTime,
    /// Where it was lately: time, place and width, all in widths of the frame.
    places: VecDeque<(SessionTime, [f32; 2], f32)>,
    is_calm: bool,
    turned: Option<SessionTime>,
}

impl Signal {
    /// Nothing was seen.
    pub fn new(rule: &Rule) -> Self {
        let within = rule.within_seconds.or(rule.kind.within()).unwrap_or(0.0);
        Self {
            kind: rule.kind,
            within: Duration::from_secs_f64(within),
            hold: Duration::from_secs_f64(rule.kind.hold()),
            held: VecDeque::new(),
            counts: VecDeque::new(),
            tracks: BTreeMap::new(),
        }
    }

    /// Tracks of before mean nothing any more.
    pub fn forget(&mut self) {
        self.held.clear();
        self.counts.clear();
        self.tracks.clear();
    }

    /// The figure at this moment: the lowest of the last second or so, where the rule asks that it lasts.
    pub fn measure(&mut self, now: SessionTime, faces: &[&Face]) -> f64 {
        self.follow(now, faces);
        let figure = match self.kind {
            RuleKind::Count => faces.len() as f64,
            RuleKind::Dwell => self.dwell(now),
            RuleKind::EveryoneLeaves => self.left(now, faces.len()),
            RuleKind::Agitation => self.speed(now),
            RuleKind::FacesTurned => self.turned(now),
        };
        self.held.push_back((now, figure));
        // One from before the span stays: only with it the span is covered.
        while self.held.get(1).is_some_and(|(time, _)| now.since(*time) >= self.hold) {
            self.held.pop_front();
        }
        if self.held.front().is_none_or(|(time, _)| now.since(*time) < self.hold) {
            return 0.0;
        }
        self.held.iter().map(|(_, figure)| *figure).fold(f64::INFINITY, f64::min)
    }

    fn follow(&mut self, now: SessionTime, faces: &[&Face]) {
        self.tracks.retain(|_, track| now.since(track.seen) <= LOST);
        for face in faces {
            let shown = face.scores.get(Expression::Fear) + face.scores.get(Expression::Surprise);
            let track = self.tracks.entry(face.track).or_insert_with(|| Track {
                since: now,
                seen: now,
                places: VecDeque::new(),
                is_calm: false,
                turned: None,
            });
            track.seen = now;
            track.places.push_back((now, face.place(), face.size_in_frame[0]));
            while track
                .places
                .front()
                .is_some_and(|(time, ..)| now.since(*time) > self.within.max(SPEED_BASE * 2))
            {
                track.places.pop_front();
            }
            if shown < CALM {
                track.is_calm = true;
            } else if shown >= TURNED && std::mem::take(&mut track.is_calm) {
                track.turned = Some(now);
            }
        }
    }

    fn dwell(&self, now: SessionTime) -> f64 {
        let longest = self.tracks.values().map(|track| now.since(track.since)).max();
        longest.unwrap_or_default().as_secs_f64()
    }

    fn left(&mut self, now: SessionTime, faces: usize) -> f64 {
        self.counts.push_back((now, faces));
        while self.counts.front().is_some_and(|(time, _)| now.since(*time) > self.within) {
            self.counts.pop_front();
        }
        let most = self.counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
        if faces == 0 { most as f64 } else { 0.0 }
    }

    fn speed(&self, now: SessionTime) -> f64 {
        let tracks = self.tracks.values().filter(|track| track.seen == now);
        let mut speeds: Vec<f64> = tracks.filter_map(Track::speed).collect();
        speeds.sort_by(f64::total_cmp);
        // Of two the slower one: that one face moves is no agitation of both.
        speeds.get(speeds.len().saturating_sub(1) / 2).copied().unwrap_or(0.0)
    }

    fn turned(&self, now: SessionTime) -> f64 {
        let lately = |track: &&Track| track.turned.is_some_and(|at| now.since(at) <= self.within);
        self.tracks.values().filter(lately).count() as f64
    }
}

impl Track {
    /// Widths of the face a second: the way between its places, so that to and fro is motion.
    fn speed(&self) -> Option<f64> {
        let (first, last) = (self.places.front()?, self.places.back()?);
        let time = last.0.since(first.0);
        if time < SPEED_BASE {
            return None;
        }
        let (mut way, mut from) = (0.0, first);
        for place in &self.places {
            if place.0.since(from.0) >= SPEED_BASE {
                let [dx, dy] = [place.1[0] - from.1[0], place.1[1] - from.1[1]];
                way += f64::from(dx.hypot(dy) / place.2.max(1e-3));
                from = place;
            }
        }
        let measured = from.0.since(first.0).as_secs_f64();
        (measured > 0.0).then(|| way / measured)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use emotion_core::Scores;

    fn face(track: u64, x: f32, scores: Scores) -> Face {
        Face { track, center_in_frame: [x, 0.5], size_in_frame: [0.1, 0.1], scores, dominant: None }
    }

    /// The figure at each tenth of a second.
    fn run(kind: RuleKind, seconds: f64, faces: impl Fn(f64) -> Vec<Face>) -> Vec<f64> {
        let mut signal = Signal::new(&Rule::new(kind));
        (0..(seconds * 10.0) as u32)
            .map(|tenth| {
                let at = f64::from(tenth) / 10.0;
                let faces = faces(at);
                let time = SessionTime(Duration::from_millis(u64::from(tenth) * 100));
                signal.measure(time, &faces.iter().collect::<Vec<_>>())
            })
            .collect()
    }

    fn calm(count: u64) -> Vec<Face> {
        (0..count).map(|track| face(track, 0.5, Scores::certain(Expression::Neutral))).collect()
    }

    #[test]
    fn a_flicker_is_no_crowd_and_nobody_left_for_it() {
        let at_once = |at: f64| calm(if (2.0..2.6).contains(&at) { 9 } else { 2 });
        assert!(run(RuleKind::Count, 5.0, at_once).iter().all(|count| *count <= 2.0));
        let lost = |at: f64| calm(if (2.0..2.6).contains(&at) { 0 } else { 4 });
        assert!(run(RuleKind::EveryoneLeaves, 5.0, lost).iter().all(|left| *left == 0.0));
        let gone = run(RuleKind::EveryoneLeaves, 5.0, |at| calm(if at < 2.0 { 4 } else { 0 }));
        assert_eq!((gone[29], gone[31]), (0.0, 4.0));
    }

    #[test]
    fn a_face_that_is_lost_for_a_moment_still_dwells() {
        let dwell = run(RuleKind::Dwell, 30.0, |at| calm(u64::from(!(10.0..13.0).contains(&at))));
        assert!((dwell[299] - 29.9).abs() < 1e-6, "{}", dwell[299]);
    }

    #[test]
    fn shaking_is_motion_and_one_of_two_is_not_both() {
        let neutral = Scores::certain(Expression::Neutral);
        let shake = |at: f64| 0.5 + 0.1 * (at * 4.0).sin() as f32;
        let both = run(RuleKind::Agitation, 4.0, |at| {
            vec![face(1, shake(at), neutral), face(2, shake(at), neutral)]
        });
        assert!(both[39] > 1.0, "{}", both[39]);
        let one = run(RuleKind::Agitation, 4.0, |at| {
            vec![face(1, shake(at), neutral), face(2, 0.2, neutral)]
        });
        assert_eq!(one[39], 0.0);
    }

    #[test]
    fn who_turns_counts_and_who_comes_so_does_not() {
        let turns = |at: f64| {
            let shown = if at < 1.0 { Expression::Neutral } else { Expression::Surprise };
            let mut faces: Vec<_> =
                (0..3).map(|track| face(track, 0.5, Scores::certain(shown))).collect();
            if at >= 1.0 {
                faces.push(face(9, 0.5, Scores::certain(Expression::Fear)));
            }
            faces
        };
        let turned = run(RuleKind::FacesTurned, 6.0, turns);
        assert_eq!((turned[9], turned[10], turned[40], turned[41]), (0.0, 3.0, 3.0, 0.0));
    }
}

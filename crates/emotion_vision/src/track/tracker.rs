//! Tracks: matching detections to faces over time.

use std::time::Duration;

use super::motion::Motion;
use crate::detect::{Detection, FoundBy, KnownFace};
use crate::math;
use emotion_core::FrameRect;

/// How faces are followed and their scores smoothed. All times are on the frames' own clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrackerConfig {
    /// Time constant of the scores' smoothing while they only waver: after it, a small change has
    /// come through by 63 %.
    pub score_time_constant: Duration,
    /// The same while the expression really changes.
    pub change_time_constant: Duration,
    /// Below this smoothed probability no expression is dominant, 0 to 1.
    pub confidence_floor: f32,
    /// By how much another expression must lead before it becomes dominant, 0 to 1.
    pub switch_margin: f32,
    /// How long a lost face keeps its number.
    pub keep_hidden: Duration,
    /// A new face with at least this confidence is confirmed at once, 0 to 1.
    pub confirm_confidence: f32,
    /// A less clear face is confirmed once it was seen in every frame for this time, if it is still
    /// as likely as not.
    pub confirm_time: Duration,
}

impl Default for TrackerConfig {
    fn default() -> Self {
        Self {
            score_time_constant: Duration::from_millis(500),
            change_time_constant: Duration::from_millis(80),
            confidence_floor: 0.3,
            switch_margin: 0.1,
            keep_hidden: Duration::from_secs(3),
            confirm_confidence: 0.6,
            confirm_time: Duration::from_millis(200),
        }
    }
}

/// A face in view.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrackedFace {
    /// The track's number, from 1.
    pub track: u64,
    /// A square around the face, as Haar cascades frame it, in pixels, with jitter removed.
    pub bbox_in_frame: FrameRect,
    /// How far the head leans, in radians, clockwise as seen in the picture.
    pub roll: f32,
    /// Confidence that a face is there, 0 to 1.
    pub presence: f32,
}

/// Follows several faces over time.
///
/// A detection that names a known face continues its track. The others are assigned to the
/// remaining tracks, nearest pairs first, where position and size make it likely; the rest start
/// new tracks. A track is shown once its face is clear, or less clear for a while. A hidden track
/// is kept where it coasted to, and gets its number back when a face appears there.
pub struct Tracker {
    config: TrackerConfig,
    tracks: Vec<Track>,
    /// The key of the next track.
    next_key: u64,
    /// The highest number given so far.
    numbered: u64,
}

struct Track {
    /// Its name for detectors, from its first detection on.
    key: u64,
    /// Its number in readings, from the frame on in which it is confirmed.
    number: Option<u64>,
    motion: Motion,
    presence: f32,
    born: Duration,
    seen: Duration,
}

/// How far from its expected place a face may be found again, in sides of its box.
const GATE: f32 = 0.7;
/// How much farther for each second that it was hidden.
const GATE_PER_SECOND: f32 = 0.8;
/// Upper limit of that distance, in sides.
const WIDEST_GATE: f32 = 2.0;
/// A face found again may be larger or smaller by this factor.
const SIZE_GATE: f32 = 1.6;
/// Two boxes whose middles are closer than this part of the larger side are the same face.
const SAME_FACE: f32 = 0.45;
/// Presence that a less clear face needs after `confirm_time` to be confirmed.
const LIKELY: f32 = 0.5;
/// Weight of a new confidence in the presence of a track.
const PRESENCE_SHARE: f32 = 0.5;

impl Tracker {
    /// A tracker without faces.
    pub const fn new(config: TrackerConfig) -> Self {
        Self { config, tracks: Vec::new(), next_key: 1, numbered: 0 }
    }

    /// How faces are followed and their scores smoothed.
    pub const fn config(&self) -> &TrackerConfig {
        &self.config
    }

    /// The faces that a detector should look for in the frame at `time`: those in view, those
    /// hidden for less than [`TrackerConfig::keep_hidden`], and those not yet confirmed.
    pub fn known_faces(&self, time: Duration) -> Vec<KnownFace> {
        self.tracks
            .iter()
            .filter(|track| self.is_kept(track, time))
            .map(|track| KnownFace {
                track: track.key,
                bbox_in_frame: track.motion.predicted_box(time),
                roll: track.motion.roll(),
                confidence: track.presence,
            })
            .collect()
    }

    /// Adds the detections of the frame at `time`; returns the faces in view, sorted by number.
    pub fn observe(&mut self, time: Duration, detections: &[Detection]) -> Vec<TrackedFace> {
        let keep = self.config.keep_hidden;
        self.tracks
            .retain(|track| track.born <= time && track.seen <= time && time - track.seen <= keep);
        for (detection, track) in self.assign(time, &without_doubles(detections)) {
            match track {
                Some(index) => self.tracks[index].see(time, &detection),
                None => self.start(time, &detection),
            }
        }
        // A face that is not confirmed yet is dropped after one frame without it.
        self.tracks.retain(|track| track.number.is_some() || track.seen == time);

        let mut faces = Vec::new();
        for track in self.tracks.iter_mut().filter(|track| track.seen == time) {
            let believed = track.presence >= self.config.confirm_confidence
                || (time - track.born >= self.config.confirm_time && track.presence >= LIKELY);
            if track.number.is_none() && believed {
                self.numbered += 1;
                track.number = Some(self.numbered);
            }
            faces.extend(track.face());
        }
        faces.sort_by_key(|face| face.track);
        faces
    }

    /// Forgets all faces. Numbering continues: no number is given twice.
    pub fn reset(&mut self) {
        self.tracks.clear();
    }

    /// Forgets all faces and numbers from 1 again, for another stream.
    pub fn restart(&mut self) {
        self.reset();
        self.numbered = 0;
    }

    fn is_kept(&self, track: &Track, time: Duration) -> bool {
        time.saturating_sub(track.seen) <= self.config.keep_hidden
    }

    /// Each detection with the index of the track that it continues.
    fn assign(&self, time: Duration, detections: &[Detection]) -> Vec<(Detection, Option<usize>)> {
        let mut assigned: Vec<(Detection, Option<usize>)> = detections
            .iter()
            .map(|detection| {
                let named = self.tracks.iter().position(|track| Some(track.key) == detection.known);
                (*detection, named)
            })
            .collect();
        let mut pairs = Vec::new();
        for (index, track) in self.tracks.iter().enumerate() {
            for (detection_index, (detection, _)) in assigned.iter().enumerate() {
                if let Some(distance) = track.distance(time, detection) {
                    pairs.push((distance, index, detection_index));
                }
            }
        }
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        for (_, index, detection_index) in pairs {
            let taken = assigned.iter().any(|(_, track)| *track == Some(index));
            if !taken && assigned[detection_index].1.is_none() {
                assigned[detection_index].1 = Some(index);
            }
        }
        assigned
    }

    fn start(&mut self, time: Duration, detection: &Detection) {
        self.tracks.push(Track {
            key: self.next_key,
            number: None,
            motion: Motion::new(time, detection),
            presence: detection.confidence,
            born: time,
            seen: time,
        });
        self.next_key += 1;
    }
}

impl Track {
    fn see(&mut self, time: Duration, detection: &Detection) {
        self.motion.update(time, detection);
        self.seen = time;
        self.presence = match detection.found_by {
            // The detector has already let it decay.
            FoundBy::Followed => detection.confidence,
            FoundBy::Frontal | FoundBy::Profile => {
                self.presence + (detection.confidence - self.presence) * PRESENCE_SHARE
            }
        };
    }

    /// How far a detection lies from where this face is expected, in sides; `None` when it is too
    /// far or too different in size to be this face.
    fn distance(&self, time: Duration, detection: &Detection) -> Option<f32> {
        let expected = self.motion.predicted_box(time);
        let found = &detection.bbox_in_frame;
        let ratio = found.width / expected.width.max(1.0);
        if !(1.0 / SIZE_GATE..SIZE_GATE).contains(&ratio) {
            return None;
        }
        let distance = distance(&expected, found) / expected.width.max(1.0);
        let hidden = time.saturating_sub(self.seen).as_secs_f32();
        (distance <= (GATE + GATE_PER_SECOND * hidden).min(WIDEST_GATE)).then_some(distance)
    }

    /// The face, if it is confirmed.
    fn face(&self) -> Option<TrackedFace> {
        let face = |track| TrackedFace {
            track,
            bbox_in_frame: self.motion.bbox_in_frame(),
            roll: self.motion.roll(),
            presence: self.presence,
        };
        self.number.map(face)
    }
}

fn distance(a: &FrameRect, b: &FrameRect) -> f32 {
    let (a, b) = (a.center(), b.center());
    math::hypot(a.0 - b.0, a.1 - b.1)
}

/// Removes detections of a face that a higher-ranked detection shows already.
fn without_doubles(detections: &[Detection]) -> Vec<Detection> {
    let mut by_rank: Vec<&Detection> = detections.iter().collect();
    let rank = |detection: &Detection| {
        (detection.found_by != FoundBy::Followed, detection.known.is_some())
    };
    by_rank.sort_by(|a, b| rank(b).cmp(&rank(a)).then(b.confidence.total_cmp(&a.confidence)));
    let mut kept: Vec<Detection> = Vec::new();
    for detection in by_rank {
        let double = kept.iter().any(|other| {
            let side = detection.bbox_in_frame.width.max(other.bbox_in_frame.width);
            distance(&detection.bbox_in_frame, &other.bbox_in_frame) < SAME_FACE * side
        });
        if !double {
            kept.push(*detection);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: f32 = 80.0;

    fn at(frame: u32) -> Duration {
        Duration::from_secs(1) * frame / 30
    }

    fn face(x: f32, y: f32) -> Detection {
        Detection {
            bbox_in_frame: FrameRect::square((x, y), SIDE),
            roll: 0.0,
            confidence: 0.8,
            found_by: FoundBy::Frontal,
            known: None,
        }
    }

    fn tracker() -> Tracker {
        Tracker::new(TrackerConfig::default())
    }

    fn numbers(faces: &[TrackedFace]) -> Vec<u64> {
        faces.iter().map(|face| face.track).collect()
    }

    #[test]
    fn faces_that_cross_keep_their_numbers() {
        let mut tracker = tracker();
        let place = |frame: u32| (100.0 + frame as f32 * 6.0, 500.0 - frame as f32 * 6.0);
        for frame in 0..70 {
            let (right, left) = place(frame);
            tracker.observe(at(frame), &[face(right, 200.0), face(left, 215.0)]);
        }
        let (right, left) = place(70);
        let faces = tracker.observe(at(70), &[face(left, 215.0), face(right, 200.0)]);
        assert_eq!(numbers(&faces), [1, 2]);
        assert!((faces[0].bbox_in_frame.center().0 - right).abs() < 10.0, "{faces:?}");
        assert!((faces[1].bbox_in_frame.center().0 - left).abs() < 10.0, "{faces:?}");
    }

    #[test]
    fn a_face_hidden_behind_another_gets_its_number_back() {
        let mut tracker = tracker();
        let moving = |frame: u32| 100.0 + frame as f32 * 5.0;
        for frame in 0..90 {
            let x = moving(frame);
            let mut seen = vec![face(320.0, 200.0)];
            if (x - 320.0).abs() > 0.6 * SIDE {
                seen.push(face(x, 210.0));
            }
            tracker.observe(at(frame), &seen);
        }
        let faces = tracker.observe(at(90), &[face(moving(90), 210.0), face(320.0, 200.0)]);
        let by_place: Vec<(u64, bool)> =
            faces.iter().map(|face| (face.track, face.bbox_in_frame.center().0 > 400.0)).collect();
        assert_eq!(by_place, [(1, false), (2, true)]);
    }

    #[test]
    fn a_short_loss_hides_and_does_not_forget() {
        let mut tracker = tracker();
        tracker.observe(at(0), &[face(100.0, 100.0)]);
        assert!(tracker.observe(at(1), &[]).is_empty());
        let known = tracker.known_faces(at(30));
        assert_eq!(known.len(), 1, "still looked for after a second");
        let returned = tracker.observe(at(60), &[face(130.0, 100.0)]);
        assert_eq!(numbers(&returned), [1]);
    }

    #[test]
    fn a_long_loss_forgets() {
        let mut tracker = tracker();
        tracker.observe(at(0), &[face(100.0, 100.0)]);
        assert!(tracker.known_faces(at(91)).is_empty(), "kept for 3 seconds");
        let another = tracker.observe(at(91), &[face(100.0, 100.0)]);
        assert_eq!(numbers(&another), [2]);
    }

    #[test]
    fn someone_elsewhere_or_of_another_size_is_someone_else() {
        let mut tracker = tracker();
        tracker.observe(at(0), &[face(100.0, 100.0)]);
        tracker.observe(at(1), &[]);
        let elsewhere = tracker.observe(at(2), &[face(400.0, 100.0)]);
        assert_eq!(numbers(&elsewhere), [2]);
        let mut near = face(100.0, 100.0);
        near.bbox_in_frame = near.bbox_in_frame.scaled(2.0);
        assert_eq!(numbers(&tracker.observe(at(3), &[near])), [3]);
    }

    #[test]
    fn one_face_is_never_two() {
        let mut tracker = tracker();
        for frame in 0..20 {
            let seen = [face(100.0, 100.0), face(112.0, 95.0), face(100.0, 110.0)];
            assert_eq!(numbers(&tracker.observe(at(frame), &seen)), [1]);
        }
    }

    #[test]
    fn two_faces_side_by_side_stay_two() {
        let mut tracker = tracker();
        for frame in 0..20 {
            let seen = [face(100.0, 100.0), face(100.0 + 0.8 * SIDE, 100.0)];
            assert_eq!(numbers(&tracker.observe(at(frame), &seen)), [1, 2]);
        }
    }

    #[test]
    fn the_detector_knows_better_who_is_who() {
        let mut tracker = tracker();
        tracker.observe(at(0), &[face(100.0, 100.0), face(300.0, 100.0)]);
        let named = |x, track| Detection { known: Some(track), ..face(x, 100.0) };
        let faces = tracker.observe(at(1), &[named(120.0, 2), named(280.0, 1)]);
        assert_eq!(numbers(&faces), [1, 2]);
        assert!(faces[0].bbox_in_frame.center().0 > 200.0);
    }

    #[test]
    fn an_unclear_face_is_believed_after_a_while() {
        let mut tracker = tracker();
        let unclear = Detection { confidence: 0.52, ..face(100.0, 100.0) };
        let believed = (0..30).find(|frame| !tracker.observe(at(*frame), &[unclear]).is_empty());
        assert_eq!(believed, Some(6), "after 200 ms at 30 frames a second");
    }

    #[test]
    fn chance_is_not_believed_and_costs_no_number() {
        let mut tracker = tracker();
        let chance = |frame: u32| Detection {
            confidence: 0.55,
            ..face(100.0 + 200.0 * (frame % 2) as f32, 100.0)
        };
        for frame in 0..60 {
            assert!(tracker.observe(at(frame), &[chance(frame)]).is_empty());
        }
        let weak = Detection { confidence: 0.4, ..face(500.0, 100.0) };
        for frame in 60..90 {
            assert!(tracker.observe(at(frame), &[weak]).is_empty());
        }
        tracker.observe(at(90), &[]);
        assert_eq!(numbers(&tracker.observe(at(91), &[face(100.0, 100.0)])), [1]);
    }

    #[test]
    fn presence_decays_as_the_detector_says() {
        let mut tracker = tracker();
        tracker.observe(at(0), &[face(100.0, 100.0)]);
        let followed = Detection {
            confidence: 0.45,
            found_by: FoundBy::Followed,
            known: Some(1),
            ..face(100.0, 100.0)
        };
        let faces = tracker.observe(at(1), &[followed]);
        assert_eq!(faces[0].presence, 0.45);
        assert_eq!(tracker.known_faces(at(2))[0].confidence, 0.45);
    }

    #[test]
    fn a_clock_that_jumps_back_starts_anew() {
        let mut tracker = tracker();
        tracker.observe(at(100), &[face(100.0, 100.0)]);
        assert_eq!(numbers(&tracker.observe(at(0), &[face(100.0, 100.0)])), [2]);
    }

    #[test]
    fn numbers_go_on_after_a_reset() {
        let mut tracker = tracker();
        tracker.observe(at(0), &[face(100.0, 100.0)]);
        tracker.reset();
        assert!(tracker.known_faces(at(0)).is_empty());
        assert_eq!(numbers(&tracker.observe(at(0), &[face(100.0, 100.0)])), [2]);
    }

    #[test]
    fn another_stream_numbers_from_one() {
        let mut tracker = tracker();
        tracker.observe(at(0), &[face(100.0, 100.0), face(300.0, 100.0)]);
        tracker.restart();
        assert_eq!(numbers(&tracker.observe(at(0), &[face(100.0, 100.0)])), [1]);
    }

    #[test]
    fn numbers_have_no_gaps_in_the_order_of_appearance() {
        let mut tracker = tracker();
        let unclear = Detection { confidence: 0.55, ..face(100.0, 100.0) };
        assert!(tracker.observe(at(0), &[unclear]).is_empty());
        let clear = tracker.observe(at(1), &[unclear, face(300.0, 100.0)]);
        assert_eq!(numbers(&clear), [1], "the clear face is the first to be seen");
        let both = tracker.observe(at(7), &[unclear, face(300.0, 100.0)]);
        assert_eq!(numbers(&both), [1, 2]);
        assert!(both[1].bbox_in_frame.center().0 < 200.0, "{both:?}");
    }
}

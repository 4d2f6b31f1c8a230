//! Tracks: which detection is which face.

use std::time::Duration;

use super::motion::Motion;
use super::smoothing::{ScoreSmoother, Smoothing};
use crate::detect::{Detection, FoundBy, KnownFace};
use emotion_core::FrameRect;
use emotion_core::Reading;
use emotion_core::Scores;

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
    /// How long a face that is lost keeps its number.
    pub keep_hidden: Duration,
    /// A new face is believed at once from this confidence on, 0 to 1.
    pub confirm_confidence: f32,
    /// A less clear one is believed when it was seen in every frame for this time, and still is
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
    /// A square around the face, as Haar frames it, freed from jitter.
    pub box_in_frame: FrameRect,
    /// How far the head leans, in radians, clockwise as seen in the picture.
    pub roll: f32,
    /// How sure it is that a face is there, 0 to 1.
    pub presence: f32,
}

/// Keeps faces apart over time.
///
/// A detection that names a known face continues it. Others are given to the nearest track that
/// was not continued, nearest first, as far as position and size make it likely; what is left
/// starts a track. A track is shown once its face is clear, or less clear for a while. It is kept
/// while hidden, at the place where it coasted to, and gets its number back when a face appears
/// there.
pub struct Tracker {
    config: TrackerConfig,
    tracks: Vec<Track>,
    /// The highest number that was ever shown.
    shown: u64,
}

struct Track {
    number: u64,
    motion: Motion,
    presence: f32,
    born: Duration,
    seen: Duration,
    confirmed: bool,
    smoother: ScoreSmoother,
}

/// How far from its expected place a face may be found again, in sides.
const GATE: f32 = 0.7;
/// How much farther for each second that it was hidden.
const GATE_PER_SECOND: f32 = 0.8;
/// The most, in sides.
const WIDEST_GATE: f32 = 2.0;
/// A face found again may be larger or smaller by this factor.
const SIZE_GATE: f32 = 1.6;
/// Two boxes whose middles are closer than this part of the larger side are the same face.
const SAME_FACE: f32 = 0.45;
/// A face that is not clear has to have this presence in the end to be believed.
const LIKELY: f32 = 0.5;
/// Share of a new confidence in the presence of a track.
const PRESENCE_SHARE: f32 = 0.5;

impl Tracker {
    /// A tracker without faces.
    pub const fn new(config: TrackerConfig) -> Self {
        Self { config, tracks: Vec::new(), shown: 0 }
    }

    /// The faces that a detector should look for in the frame at `time`: those in view, those
    /// hidden for less than [`TrackerConfig::keep_hidden`], and those not yet believed.
    pub fn known_faces(&self, time: Duration) -> Vec<KnownFace> {
        self.tracks
            .iter()
            .filter(|track| self.is_kept(track, time))
            .map(|track| KnownFace {
                track: track.number,
                box_in_frame: track.motion.predicted_box(time),
                roll: track.motion.roll(),
                confidence: track.presence,
            })
            .collect()
    }

    /// Takes the detections of the frame at `time`; gives the faces in view by track number.
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
        // One frame without it, and a face that was not believed yet was none.
        self.tracks.retain(|track| track.confirmed || track.seen == time);

        let mut faces = Vec::new();
        for track in self.tracks.iter_mut().filter(|track| track.seen == time) {
            track.confirmed |= track.presence >= self.config.confirm_confidence
                || (time - track.born >= self.config.confirm_time && track.presence >= LIKELY);
            if track.confirmed {
                self.shown = self.shown.max(track.number);
                faces.push(track.face());
            }
        }
        faces.sort_by_key(|face| face.track);
        faces
    }

    /// Smooths the `scores` of the `faces` that [`Tracker::observe`] gave for the frame at `time`:
    /// one for each face, in their order.
    pub fn read(
        &mut self,
        time: Duration,
        faces: &[TrackedFace],
        scores: &[Scores],
    ) -> Vec<Reading> {
        let smoothing = Smoothing {
            calm: self.config.score_time_constant,
            changing: self.config.change_time_constant,
            floor: self.config.confidence_floor,
            margin: self.config.switch_margin,
        };
        let mut readings = Vec::with_capacity(faces.len());
        for (face, raw) in faces.iter().zip(scores) {
            let Some(track) = self.tracks.iter_mut().find(|track| track.number == face.track)
            else {
                continue;
            };
            let (smoothed, dominant) = track.smoother.update(time, raw, &smoothing);
            readings.push(Reading {
                track: face.track,
                box_in_frame: face.box_in_frame,
                roll: face.roll,
                presence: face.presence,
                scores: smoothed,
                raw_scores: *raw,
                dominant,
                confidence: dominant.map_or(smoothed.highest().1, |shown| smoothed.get(shown)),
            });
        }
        readings
    }

    /// Forgets all faces. Numbers go on: none is given twice.
    pub fn reset(&mut self) {
        self.tracks.clear();
    }

    fn is_kept(&self, track: &Track, time: Duration) -> bool {
        time.saturating_sub(track.seen) <= self.config.keep_hidden
    }

    /// Each detection with the index of the track that it continues.
    fn assign(&self, time: Duration, detections: &[Detection]) -> Vec<(Detection, Option<usize>)> {
        let mut assigned: Vec<(Detection, Option<usize>)> = detections
            .iter()
            .map(|detection| {
                let named =
                    self.tracks.iter().position(|track| Some(track.number) == detection.known);
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
        // A face that was never shown leaves its number to the next one.
        let highest = self.tracks.iter().map(|track| track.number).max().unwrap_or(0);
        self.tracks.push(Track {
            number: highest.max(self.shown) + 1,
            motion: Motion::new(time, detection),
            presence: detection.confidence,
            born: time,
            seen: time,
            confirmed: false,
            smoother: ScoreSmoother::new(),
        });
    }
}

impl Track {
    fn see(&mut self, time: Duration, detection: &Detection) {
        self.motion.update(time, detection);
        self.seen = time;
        self.presence = match detection.found_by {
            // The detector let it decay already.
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
        let found = &detection.box_in_frame;
        let ratio = found.width / expected.width.max(1.0);
        if !(1.0 / SIZE_GATE..SIZE_GATE).contains(&ratio) {
            return None;
        }
        let distance = distance(&expected, found) / expected.width.max(1.0);
        let hidden = time.saturating_sub(self.seen).as_secs_f32();
        (distance <= (GATE + GATE_PER_SECOND * hidden).min(WIDEST_GATE)).then_some(distance)
    }

    fn face(&self) -> TrackedFace {
        TrackedFace {
            track: self.number,
            box_in_frame: self.motion.box_in_frame(),
            roll: self.motion.roll(),
            presence: self.presence,
        }
    }
}

fn distance(a: &FrameRect, b: &FrameRect) -> f32 {
    let (a, b) = (a.center(), b.center());
    (a.0 - b.0).hypot(a.1 - b.1)
}

/// The detections without those that show the same face as a clearer one.
fn without_doubles(detections: &[Detection]) -> Vec<Detection> {
    let mut by_rank: Vec<&Detection> = detections.iter().collect();
    let rank = |detection: &Detection| {
        (detection.found_by != FoundBy::Followed, detection.known.is_some())
    };
    by_rank.sort_by(|a, b| rank(b).cmp(&rank(a)).then(b.confidence.total_cmp(&a.confidence)));
    let mut kept: Vec<Detection> = Vec::new();
    for detection in by_rank {
        let double = kept.iter().any(|other| {
            let side = detection.box_in_frame.width.max(other.box_in_frame.width);
            distance(&detection.box_in_frame, &other.box_in_frame) < SAME_FACE * side
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
    use emotion_core::Expression;

    const SIDE: f32 = 80.0;

    fn at(frame: u32) -> Duration {
        Duration::from_secs(1) * frame / 30
    }

    fn face(x: f32, y: f32) -> Detection {
        Detection {
            box_in_frame: FrameRect::square((x, y), SIDE),
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
        assert!((faces[0].box_in_frame.center().0 - right).abs() < 10.0, "{faces:?}");
        assert!((faces[1].box_in_frame.center().0 - left).abs() < 10.0, "{faces:?}");
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
            faces.iter().map(|face| (face.track, face.box_in_frame.center().0 > 400.0)).collect();
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
        near.box_in_frame = near.box_in_frame.scaled(2.0);
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
        assert!(faces[0].box_in_frame.center().0 > 200.0);
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
    fn readings_are_smoothed_by_track() {
        let mut tracker = tracker();
        let (happy, sad) = (Scores::certain(Expression::Happy), Scores::certain(Expression::Sad));
        let mut last = Vec::new();
        for frame in 0..10 {
            let faces = tracker.observe(at(frame), &[face(100.0, 100.0), face(300.0, 100.0)]);
            last = tracker.read(at(frame), &faces, &[happy, sad]);
        }
        assert_eq!(last[0].dominant, Some(Expression::Happy));
        assert_eq!(last[1].dominant, Some(Expression::Sad));
        assert!(last[0].valence() > 0.5 && last[1].valence() < -0.5);

        let faces = tracker.observe(at(10), &[face(100.0, 100.0), face(300.0, 100.0)]);
        let readings = tracker.read(at(10), &faces, &[sad, sad]);
        assert_eq!(readings[0].dominant, Some(Expression::Happy), "one frame is not a change");
        assert_eq!(readings[0].raw_scores, sad);
    }
}

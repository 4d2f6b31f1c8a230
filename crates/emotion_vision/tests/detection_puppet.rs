//! Boxes and leans against the puppet, whose truth is known.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::collections::BTreeSet;

use emotion_capture::FrameSource;
use emotion_capture::puppet::{PuppetConfig, PuppetMotion, PuppetSource, PuppetTruth};
use emotion_vision::detect::{FaceDetector, HaarDetector};
use emotion_vision::track::{TrackedFace, Tracker, TrackerConfig};

/// What came out over all frames.
#[derive(Debug, Default)]
struct Outcome {
    wanted: usize,
    found: usize,
    overlap: f32,
    lean_error: f32,
    extra: usize,
    tracks: BTreeSet<u64>,
}

impl Outcome {
    fn add(&mut self, truth: &[PuppetTruth], faces: &[TrackedFace]) {
        self.wanted += truth.len();
        for face in faces {
            self.tracks.insert(face.track);
            let overlap = |truth: &&PuppetTruth| truth.bbox_in_frame.iou(&face.bbox_in_frame);
            let nearest =
                truth.iter().max_by(|a, b| overlap(a).total_cmp(&overlap(b))).expect("a head");
            if overlap(&nearest) < 0.35 {
                self.extra += 1;
                continue;
            }
            self.found += 1;
            self.overlap += overlap(&nearest);
            self.lean_error += (nearest.roll - face.roll).abs();
        }
    }
}

fn follow(config: PuppetConfig) -> Outcome {
    let mut source = PuppetSource::new(config);
    let mut detector = HaarDetector::from_system(None).expect("opencv-data is installed");
    let mut tracker = Tracker::new(TrackerConfig::default());
    let mut outcome = Outcome::default();
    while let Some(frame) = source.next_frame().expect("a puppet does not fail") {
        let known = tracker.known_faces(frame.time());
        let detections = detector.detect(&frame, &known).expect("no failure");
        outcome.add(source.truth(), &tracker.observe(frame.time(), &detections));
    }
    outcome
}

#[test]
fn one_to_four_heads_are_followed_closely() {
    for heads in [1, 2, 4] {
        let outcome = follow(PuppetConfig { heads, frames: Some(120), ..Default::default() });
        let found = outcome.found as f32;
        assert!(found >= 0.95 * outcome.wanted as f32, "{heads} heads: {outcome:?}");
        assert_eq!(outcome.tracks.len(), usize::from(heads), "{outcome:?}");
        assert_eq!(outcome.extra, 0, "{heads} heads: {outcome:?}");
        assert!(outcome.overlap / found >= 0.7, "{heads} heads: {outcome:?}");
        assert!((outcome.lean_error / found).to_degrees() <= 4.0, "{heads} heads: {outcome:?}");
    }
}

#[test]
fn a_head_that_leans_far_is_followed() {
    let motion = PuppetMotion { tilt: 0.8, sway: 0.4, ..PuppetMotion::default() };
    let outcome = follow(PuppetConfig { motion, frames: Some(150), ..Default::default() });
    let found = outcome.found as f32;
    assert!(found >= 0.95 * outcome.wanted as f32, "{outcome:?}");
    assert_eq!(outcome.tracks.len(), 1, "{outcome:?}");
    assert!((outcome.lean_error / found).to_degrees() <= 6.0, "{outcome:?}");
}

//! The analyzer for browsers says what the session's parts say.

mod common;

use std::time::Duration;

use common::{grey_frames, parts};
use emotion_core::{EventKind, Expression, FaceReading};
use emotion_models::{BackendChoice, ClassifierOptions, ModelChoice};
use emotion_session::Analyzer;
use emotion_vision::detect::HaarDetector;
use emotion_vision::track::TrackerConfig;
use emotion_web::{Parts, WebAnalyzer, WebError};

#[test]
fn readings_are_those_of_the_analyzer() {
    let parts = parts();
    let mut web = WebAnalyzer::new(&parts.as_parts()).expect("an analyzer");
    let detector = HaarDetector::from_system(None).expect("opencv-data is installed");
    let model = ModelChoice::Path(common::MODEL.into());
    let classifier = ClassifierOptions::new(BackendChoice::Cpu, model).load().expect("a model");
    let mut analyzer = Analyzer::new(Box::new(detector), classifier, TrackerConfig::default());
    let mut faces = 0;
    for frame in grey_frames(20) {
        let size = (frame.width(), frame.height());
        let analysis = analyzer.analyze(&frame).expect("an analysis");
        let expected: Vec<_> =
            analysis.readings.iter().map(|reading| FaceReading::new(reading, size)).collect();
        let events = web.analyze(&frame).expect("events");
        let found: Vec<_> = events
            .into_iter()
            .filter_map(|event| match event.kind {
                EventKind::FaceAppeared { face, .. }
                | EventKind::FaceRead { face, .. }
                | EventKind::FaceReturned { face, .. } => Some(face),
                _ => None,
            })
            .collect();
        assert_eq!(found, expected, "{frame:?}");
        faces += found.len();
    }
    assert!(faces >= 15, "{faces} faces in 20 frames");
}

#[test]
fn another_camera_has_other_faces_and_begins_with_frame_0() {
    let parts = parts();
    let mut web = WebAnalyzer::new(&parts.as_parts()).expect("an analyzer");
    assert!(web.restart(Duration::ZERO).is_empty(), "nothing was there before");
    let frames = grey_frames(6);
    for frame in &frames {
        web.analyze(frame).expect("events");
    }
    let kinds: Vec<_> = web.restart(Duration::ZERO).into_iter().map(|event| event.kind).collect();
    assert!(kinds.iter().any(|kind| matches!(kind, EventKind::FaceGone { .. })), "{kinds:?}");
    assert_eq!(kinds.last(), Some(&EventKind::EpochBegan));
    assert_eq!(web.next_sequence(), 0);
    let events = web.analyze(&frames[0]).expect("events");
    assert!(events.iter().all(|event| event.epoch.0 == 1));
}

#[test]
fn a_picture_is_read_by_itself() {
    let parts = parts();
    let mut web = WebAnalyzer::new(&parts.as_parts()).expect("an analyzer");
    let found = web.analyze_still(&grey_frames(1)[0], None).expect("faces");
    assert_eq!(found.faces.len(), 1);
    assert_eq!(found.faces[0].dominant, Some(Expression::Neutral));
    assert_eq!(found.frame_size, found.faces[0].frame_size);
}

#[test]
fn a_damaged_part_is_named() {
    let parts = parts();
    let damaged = Parts { profile: b"<opencv_storage/>", ..parts.as_parts() };
    let error = WebAnalyzer::new(&damaged).err().expect("an error");
    assert!(matches!(&error, WebError::Cascade { name: "profile", .. }), "{error}");
    let damaged = Parts { model: b"", ..parts.as_parts() };
    assert!(matches!(WebAnalyzer::new(&damaged), Err(WebError::Model(_))));
}

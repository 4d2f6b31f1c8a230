//! The puppet in the real pipeline: found by the detector and read by the shipped model.
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::time::Duration;

use emotion_core::{Expression, FrameSource};
use emotion_models::{BackendChoice, ClassifierOptions, ModelChoice};
use emotion_puppet::{PuppetConfig, PuppetMotion, PuppetScript, PuppetSource};
use emotion_session::Analyzer;
use emotion_vision::detect::HaarDetector;
use emotion_vision::track::TrackerConfig;

/// How long a change of the face takes, and how long after it the reading may still follow.
const TRANSITION: Duration = Duration::from_millis(180);
const SETTLED: Duration = Duration::from_millis(600);

fn analyzer() -> Analyzer {
    let detector = HaarDetector::from_system(None).expect("the cascades are installed");
    let options = ClassifierOptions::new(BackendChoice::Cpu, ModelChoice::Default);
    let classifier = options.load().expect("the shipped model loads");
    Analyzer::new(Box::new(detector), classifier, TrackerConfig::default())
}

/// Each expression for a second and a half.
fn parade() -> PuppetScript {
    let each = Duration::from_millis(1500);
    let steps = Expression::ALL.into_iter().zip(0u32..);
    PuppetScript::Steps(steps.map(|(expression, place)| (each * place, expression)).collect())
}

#[test]
fn the_detector_finds_it_in_every_frame_under_tilt_and_sway() {
    let mut source = PuppetSource::new(PuppetConfig {
        motion: PuppetMotion { tilt: 12f32.to_radians(), ..Default::default() },
        script: parade(),
        frames: Some(300),
        ..Default::default()
    });
    let mut analyzer = analyzer();
    let mut missed = Vec::new();
    while let Some(frame) = source.next_frame().expect("the puppet draws") {
        let truth = source.truth()[0];
        let readings = analyzer.analyze(&frame).expect("the pipeline runs").readings;
        // A track is shown from its second frame on.
        if frame.sequence() < 5 {
            continue;
        }
        assert!(readings.len() <= 1, "a face where there is none in {frame:?}: {readings:?}");
        let found = readings.iter().any(|reading| {
            reading.track == 1 && reading.bbox_in_frame.iou(&truth.bbox_in_frame) > 0.6
        });
        if !found {
            missed.push(frame.sequence());
        }
    }
    assert!(missed.is_empty(), "not found in frames {missed:?}");
}

#[test]
fn four_heads_are_four_tracks() {
    let mut source =
        PuppetSource::new(PuppetConfig { heads: 4, frames: Some(120), ..Default::default() });
    let mut analyzer = analyzer();
    let mut found = 0;
    while let Some(frame) = source.next_frame().expect("the puppet draws") {
        let readings = analyzer.analyze(&frame).expect("the pipeline runs").readings;
        if frame.sequence() >= 60 {
            found += source
                .truth()
                .iter()
                .filter(|truth| {
                    readings.iter().any(|it| it.bbox_in_frame.iou(&truth.bbox_in_frame) > 0.5)
                })
                .count();
        }
    }
    assert!(found >= 60 * 4 * 95 / 100, "{found} of {}", 60 * 4);
}

#[test]
fn the_shipped_model_reads_every_expression_as_meant() {
    let mut source = PuppetSource::new(PuppetConfig {
        script: parade(),
        frames: Some(30 * 3 / 2 * 7),
        ..Default::default()
    });
    let mut analyzer = analyzer();
    let mut right = [0u32; Expression::COUNT];
    let mut read = [0u32; Expression::COUNT];
    while let Some(frame) = source.next_frame().expect("the puppet draws") {
        let truth = source.truth()[0];
        let readings = analyzer.analyze(&frame).expect("the pipeline runs").readings;
        if frame.time() < truth.since + SETTLED {
            continue;
        }
        for reading in readings {
            let place = truth.expression.index();
            read[place] += 1;
            right[place] += u32::from(reading.scores.highest().0 == truth.expression);
        }
    }
    for expression in Expression::ALL {
        let (right, read) = (right[expression.index()], read[expression.index()]);
        assert!(
            read > 20 && right * 10 >= read * 8,
            "{expression}: read as meant in {right} of {read} frames"
        );
    }
}

#[test]
fn a_change_is_read_within_300_ms_of_its_end() {
    let change = Duration::from_secs(2);
    let mut source = PuppetSource::new(PuppetConfig {
        motion: PuppetMotion::STILL,
        script: PuppetScript::Steps(vec![(change, Expression::Happy)]),
        frames: Some(90),
        ..Default::default()
    });
    let mut analyzer = analyzer();
    let mut seen = None;
    while let Some(frame) = source.next_frame().expect("the puppet draws") {
        let readings = analyzer.analyze(&frame).expect("the pipeline runs").readings;
        let dominant = readings.first().and_then(|reading| reading.dominant);
        if frame.time() < change {
            assert_ne!(dominant, Some(Expression::Happy), "in {frame:?}");
        } else if dominant == Some(Expression::Happy) && seen.is_none() {
            seen = Some(frame.time() - change);
        }
    }
    let delay = seen.expect("the smile is read");
    assert!(delay <= TRANSITION + Duration::from_millis(300), "{delay:?}");
}

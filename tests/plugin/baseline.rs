//! What a resting baseline is good for, measured on pictures that go through the real
//! detector and the model that ships: a puppet whose face at rest is not neutral, and people.
//!
//! The clips of people lie in `../shared/clips` and are no part of the project, so that test is
//! ignored unless it is asked for.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use bevy::prelude::*;
use bevy::time::TimeUpdateStrategy;
use bevy_emotion::Analysis;
use bevy_emotion::capture::puppet::{PuppetConfig, PuppetScript, PuppetSource};
use bevy_emotion::capture::{self, FrameSource};
use bevy_emotion::input::{
    BaselineSettings, FaceInput, MeasureBaseline, MeasurePlugin, RestingBaseline,
};
use bevy_emotion::prelude::*;

const FRAME_SIZE: UVec2 = UVec2::new(640, 480);

/// What the pipeline reads in each frame.
fn read(frames: impl IntoIterator<Item = Frame>) -> Vec<Analysis> {
    let classifier = ClassifierOptions::new(BackendChoice::Cpu, ModelChoice::default());
    let mut analyzer = Analyzer::new(
        Box::new(HaarDetector::from_system(None).expect("the cascades are installed")),
        classifier.load().expect("the model is part of the crate"),
        TrackerConfig::default(),
    );
    let analyze = |frame: Frame| analyzer.analyze(&frame).expect("it is read");
    frames.into_iter().map(analyze).collect()
}

/// What is measured of a face in a frame.
struct Measured {
    time: Duration,
    track: u64,
    input: FaceInput,
    is_measured: bool,
}

/// How the rest of a face comes to be known.
#[derive(Clone, Copy, PartialEq)]
enum Ask {
    Never,
    /// As soon as a face looks like one at rest.
    Automatic,
    /// For each face when it appears.
    Asked,
}

/// What an app measures of these readings.
fn measure(readings: &[Analysis], ask: Ask) -> Vec<Measured> {
    let mut app = App::new();
    app.add_plugins((
        MinimalPlugins,
        EmotionPlugins.build().disable::<CapturePlugin>().disable::<AnalyzePlugin>(),
        MeasurePlugin,
    ))
    .insert_resource(BaselineSettings { automatic: ask == Ask::Automatic, ..default() })
    .insert_resource(TimeUpdateStrategy::ManualDuration(Duration::ZERO));
    if ask == Ask::Asked {
        app.add_observer(|appeared: On<FaceAppeared>, mut commands: Commands| {
            commands.trigger(MeasureBaseline { entity: appeared.entity });
        });
    }
    app.finish();
    app.cleanup();
    app.update();
    let feed = app.world_mut().resource_mut::<EmotionFeed>().take_over("pictures");
    let mut measured = Vec::new();
    let mut before = Duration::ZERO;
    for analysis in readings {
        let passed = analysis.time.saturating_sub(before);
        before = analysis.time;
        app.insert_resource(TimeUpdateStrategy::ManualDuration(passed));
        app.world_mut().resource_mut::<EmotionFeed>().send(feed, FRAME_SIZE, analysis.clone());
        app.update();
        let mut faces = app.world_mut().query::<(&Face, &FaceInput, &RestingBaseline)>();
        for (face, input, resting) in faces.iter(app.world()).filter(|(face, ..)| face.visible) {
            measured.push(Measured {
                time: analysis.time,
                track: face.subject.track,
                input: *input,
                is_measured: resting.is_done(),
            });
        }
    }
    measured
}

/// The mean of a number over some of what was measured, and how often that is.
fn mean<'a>(
    measured: impl IntoIterator<Item = &'a Measured>,
    number: impl Fn(&FaceInput) -> f32,
) -> (f32, usize) {
    let numbers: Vec<f32> = measured.into_iter().map(|it| number(&it.input)).collect();
    (numbers.iter().sum::<f32>() / numbers.len().max(1) as f32, numbers.len())
}

/// What the puppet shows after its rest, and how long each of them and the rests between them last.
const ACTED: [Expression; 4] =
    [Expression::Happy, Expression::Surprise, Expression::Angry, Expression::Sad];
const REST: Duration = Duration::from_secs(8);
const ACT: Duration = Duration::from_secs(2);

/// A puppet whose face at rest has so much of an expression.
fn puppet(rest: (Expression, f32)) -> Vec<Frame> {
    let steps = ACTED.into_iter().zip(0..).flat_map(|(expression, place)| {
        let from = REST + 2 * ACT * place;
        [(from, expression), (from + ACT, Expression::Neutral)]
    });
    let mut source = PuppetSource::new(PuppetConfig {
        frames_per_second: 15.0,
        script: PuppetScript::Steps(steps.collect()),
        rest: Some(rest),
        frames: Some(24 * 15),
        ..default()
    });
    std::iter::from_fn(|| source.next_frame().expect("the puppet draws")).collect()
}

/// A clip in another light: what it makes of a brightness, 0 to 255, at a place from the left, 0 to 1.
fn lit(path: &Path, light: impl Fn(f32, f32) -> f32) -> Vec<Frame> {
    let spec = SourceSpec::Path(path.to_owned());
    let mut source = capture::open(&spec, &OpenOptions::default()).expect("a clip");
    let frames = std::iter::from_fn(|| source.next_frame().expect("readable"));
    frames
        .map(|frame| {
            let (width, height) = (frame.width(), frame.height());
            let place = |index: usize| (index / 3 % width as usize) as f32 / width as f32;
            let rgb = frame.rgb().iter().enumerate();
            let rgb = rgb.map(|(index, &value)| light(place(index), f32::from(value)) as u8);
            Frame::from_rgb(rgb.collect(), width, height, frame.sequence(), frame.time())
                .expect("a frame")
        })
        .collect()
}

#[test]
fn a_puppet_that_rests_sadly_or_crossly_is_neutral_after_its_baseline() {
    for rest in [(Expression::Sad, 0.35), (Expression::Angry, 0.6)] {
        let biased = rest.0;
        let readings = read(puppet(rest));
        let raw = measure(&readings, Ask::Never);
        let from_rest = measure(&readings, Ask::Asked);
        let strength = |measured: &[Measured], seconds: std::ops::Range<f32>, expression| {
            let then = measured.iter().filter(|it| seconds.contains(&it.time.as_secs_f32()));
            mean(then, |input| input.strength(expression)).0
        };
        let [before, after] =
            [&raw, &from_rest].map(|measured| strength(measured, 5.0..8.0, biased));
        println!("at rest {biased} is {before:.2} before, {after:.2} after");
        assert!(before > 0.4 && after < 0.2, "{biased} {before} before, {after} after");
        let neutral = strength(&from_rest, 5.0..8.0, Expression::Neutral);
        assert!(neutral > 0.8, "a rest with {biased} is neutral by {neutral}");
        for (expression, place) in ACTED.into_iter().zip(0..) {
            let from = REST.as_secs_f32() + (place as f32) * 2.0 * ACT.as_secs_f32();
            let shown = strength(&from_rest, from + 0.8..from + ACT.as_secs_f32(), expression);
            println!("    {expression}: {shown:.2}");
            assert!(shown > 0.5, "{expression} of a face that rests as {biased}: {shown}");
        }
    }
}

#[test]
#[ignore = "needs the clips in ../shared/clips: scripts/test runs it where they are"]
fn people_at_rest_are_nearer_to_neutral_with_their_baseline_needs_clips() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/clips/head-pose-face-detection-female-and-male.mp4");
    assert!(path.is_file(), "there is no {} (see docs/detection.md)", path.display());
    type Light = fn(f32, f32) -> f32;
    let lights: [(&str, Light); 4] = [
        ("as it is", |_, value| value),
        ("very dark", |_, value| value * 0.1),
        ("light from the left", |x, value| value * (1.2 - 1.1 * x)),
        ("light from the right", |x, value| value * (0.1 + 1.1 * x)),
    ];
    let (mut faces, mut away_from_neutral) = (0, [0.0, 0.0]);
    for (name, light) in lights {
        let readings = read(lit(&path, light));
        let raw = measure(&readings, Ask::Never);
        let from_rest = measure(&readings, Ask::Asked);
        let mut tracks = BTreeMap::<u64, Vec<usize>>::new();
        for (index, it) in from_rest.iter().enumerate().filter(|(_, it)| it.is_measured) {
            tracks.entry(it.track).or_default().push(index);
        }
        for (track, indices) in tracks {
            let neutral = |measured: &[Measured]| {
                let then = indices.iter().map(|index| &measured[*index]);
                mean(then, |input| input.strength(Expression::Neutral)).0
            };
            let (before, after) = (neutral(&raw), neutral(&from_rest));
            let count = indices.len();
            println!(
                "{name}, face {track}: neutral {before:.3}, then {after:.3} ({count} readings)"
            );
            assert!(after > before - 0.01, "{name}, face {track}: {before} became {after}");
            away_from_neutral[0] += 1.0 - before;
            away_from_neutral[1] += 1.0 - after;
            faces += 1;
        }
    }
    let [before, after] = away_from_neutral;
    assert!(faces >= 4, "only {faces} faces rested");
    assert!(after < 0.2 * before, "away from neutral by {before} in sum, then by {after}");
}

//! What each shipped model says of the puppet's seven expressions, number by number: a change of
//! drawing, cropping, folding or arithmetic that moves them is seen here.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::fmt::Write;

use emotion_core::{Expression, FaceImage, FrameSource};
use emotion_models::{BackendChoice, ClassifierOptions, ModelChoice, shipped_models};
use emotion_puppet::{PuppetConfig, PuppetMotion, PuppetScript, PuppetSource};
use emotion_vision::crop::face_image;

/// How far a score may be from the pinned one.
const TOLERANCE: f32 = 2e-3;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pinned/scores.txt");

const UPDATE: &str = "UPDATE_PINNED=1 cargo test --release -p emotion_models --features cnn4,efficientnet,resnet --test pinned";

const HEADER: &str = "\
# The shipped models' scores for the puppet's faces, on the CPU: tests/pinned.rs compares.
# Where models, puppet or cropping were changed on purpose, write them anew with
#     UPDATE_PINNED=1 cargo test --release -p emotion_models --features cnn4,efficientnet,resnet --test pinned
# and look at the difference before it is committed.
#
# model shown: angry disgust fear happy sad surprise neutral
";

/// The puppet's face half a second after it put the expression on.
fn puppet(expression: Expression) -> FaceImage {
    let mut source = PuppetSource::new(PuppetConfig {
        motion: PuppetMotion::STILL,
        script: PuppetScript::Hold(expression),
        frames: Some(16),
        ..PuppetConfig::default()
    });
    let mut last = None;
    while let Some(frame) = source.next_frame().expect("the puppet draws") {
        last = Some(frame);
    }
    let truth = source.truth()[0];
    face_image(&last.expect("a frame"), truth.bbox_in_frame, truth.roll)
}

/// A line for each shipped model and expression: what it is about, and the scores.
fn measured() -> Vec<(String, [f32; Expression::COUNT])> {
    let faces = Expression::ALL.map(puppet);
    let mut lines = Vec::new();
    for model in shipped_models() {
        let choice = ModelChoice::Name(model.to_owned());
        let options = ClassifierOptions::new(BackendChoice::Cpu, choice);
        let scores = options.load().expect("a model").classify(&faces).expect("scores");
        for (expression, scores) in Expression::ALL.into_iter().zip(scores) {
            lines.push((format!("{model} {expression}"), *scores.as_array()));
        }
    }
    lines
}

fn parse(text: &str) -> Vec<(String, [f32; Expression::COUNT])> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| {
            let (about, numbers) = line.split_once(':').expect("a line is \"model shown: scores\"");
            let numbers: Vec<f32> = numbers
                .split_whitespace()
                .map(|number| number.parse().expect("scores are numbers"))
                .collect();
            (about.to_owned(), numbers.try_into().expect("seven scores"))
        })
        .collect()
}

#[test]
fn shipped_models_say_what_they_said() {
    let measured = measured();
    if std::env::var_os("UPDATE_PINNED").is_some() {
        let mut text = HEADER.to_owned();
        for (about, scores) in &measured {
            let scores = scores.map(|score| format!("{score:.4}")).join(" ");
            writeln!(text, "{about}: {scores}").expect("text");
        }
        std::fs::write(FILE, text).expect("the file is written");
        eprintln!("{FILE} was written anew");
        return;
    }
    let pinned = parse(&std::fs::read_to_string(FILE).expect("the pinned scores"));
    let about = |lines: &[(String, _)]| -> Vec<String> {
        lines.iter().map(|(about, _)| about.clone()).collect()
    };
    assert_eq!(about(&measured), about(&pinned), "other models are pinned; {UPDATE}");
    for ((about, scores), (_, pinned)) in measured.iter().zip(&pinned) {
        let differ = scores.iter().zip(pinned).any(|(a, b)| (a - b).abs() > TOLERANCE);
        assert!(!differ, "{about}: {scores:.4?}, pinned {pinned:.4?}; if that is meant: {UPDATE}");
    }
}

//! The module that `scripts/web` built, in Node: what it reads is what the same code reads outside of a browser.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use common::{grey_frames, parts};
use emotion_core::{Event, EventKind, FaceReading, Frame};
use emotion_web::WebAnalyzer;

/// As far as scores, and boxes in pixels, may differ.
const MOST: f32 = 1e-3;

fn dist() -> PathBuf {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/emotion/dist");
    assert!(dist.is_dir(), "run scripts/web first");
    dist
}

/// The events of each frame, as the module in Node has them.
fn read_in_node(frames: &[Frame]) -> Vec<Vec<Event>> {
    let folder = tempfile::tempdir().expect("a folder");
    let film = folder.path().join("frames.grey");
    let bytes: Vec<u8> =
        frames.iter().flat_map(|frame| frame.grey().expect("a grey frame").to_vec()).collect();
    std::fs::write(&film, bytes).expect("written");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/read_frames.mjs");
    let size = [frames[0].width().to_string(), frames[0].height().to_string()];
    let output = Command::new("node")
        .args([script, dist(), film])
        .args(size)
        .arg("30")
        .output()
        .expect("node is installed");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let lines = String::from_utf8(output.stdout).expect("text");
    let events: Vec<Vec<Event>> =
        lines.lines().map(|line| serde_json::from_str(line).expect("events")).collect();
    assert_eq!(events.len(), frames.len());
    events
}

fn faces(events: &[Event]) -> Vec<(u64, &FaceReading)> {
    events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::FaceAppeared { subject, face }
            | EventKind::FaceRead { subject, face }
            | EventKind::FaceReturned { subject, face } => Some((subject.track, face)),
            _ => None,
        })
        .collect()
}

/// Compares all frames; how many faces there were.
fn compare(frames: &[Frame]) -> usize {
    let parts = parts();
    let mut native = WebAnalyzer::new(&parts.as_parts()).expect("an analyzer");
    let (mut count, mut furthest) = (0, 0.0_f32);
    for (frame, in_node) in frames.iter().zip(read_in_node(frames)) {
        let native = native.analyze(frame).expect("events");
        let (ours, theirs) = (faces(&native), faces(&in_node));
        assert_eq!(ours.len(), theirs.len(), "{frame:?}");
        for ((track, ours), (other, theirs)) in ours.iter().zip(&theirs) {
            assert_eq!(track, other, "{frame:?}");
            for (a, b) in [
                (ours.bbox_in_frame.x, theirs.bbox_in_frame.x),
                (ours.bbox_in_frame.y, theirs.bbox_in_frame.y),
                (ours.bbox_in_frame.width, theirs.bbox_in_frame.width),
            ] {
                assert!((a - b).abs() < MOST, "{frame:?}: {a} and {b}");
            }
            for (ours, theirs) in
                [(&ours.scores, &theirs.scores), (&ours.raw_scores, &theirs.raw_scores)]
            {
                for ((expression, a), (_, b)) in ours.iter().zip(theirs.iter()) {
                    furthest = furthest.max((a - b).abs());
                    assert!((a - b).abs() < MOST, "{frame:?} {expression}: {a} and {b}");
                }
            }
            assert_eq!(ours.dominant, theirs.dominant, "{frame:?}");
            count += 1;
        }
    }
    eprintln!("{count} faces; scores differ by {furthest} at most");
    count
}

#[test]
#[ignore = "needs scripts/web and Node"]
fn needs_wasm_the_puppet_is_read_alike() {
    assert!(compare(&grey_frames(60)) > 50);
}

#[test]
#[ignore = "needs scripts/web, Node, FFmpeg and the clips"]
fn needs_wasm_and_clips_people_are_read_alike() {
    let clips = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/clips");
    for clip in
        ["head-pose-face-detection-female-and-male.mp4", "head-pose-face-detection-male.mp4"]
    {
        let output = Command::new("ffmpeg")
            .args(["-loglevel", "error", "-i"])
            .arg(clips.join(clip))
            .args([
                "-vf",
                "scale=640:480",
                "-frames:v",
                "120",
                "-f",
                "rawvideo",
                "-pix_fmt",
                "gray",
                "-",
            ])
            .output()
            .expect("ffmpeg is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let frames: Vec<Frame> = (0..)
            .zip(output.stdout.chunks_exact(640 * 480))
            .map(|(index, grey)| {
                let time = Duration::from_secs_f64(index as f64 / 30.0);
                Frame::from_grey(grey.to_vec(), 640, 480, index, time).expect("a frame")
            })
            .collect();
        assert!(compare(&frames) > 50, "{clip}");
    }
}

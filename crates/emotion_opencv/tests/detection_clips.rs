//! Faces in real clips: found, kept apart, and not seen where there are none.
//!
//! The clips lie in `../shared/clips` and are no part of the project, so the tests that need them are
//! ignored unless they are asked for.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use emotion_core::Frame;
use emotion_vision::detect::{Detection, FaceDetector, HaarDetector};
use emotion_vision::track::{TrackedFace, Tracker, TrackerConfig};
use opencv::core::{self, Mat, Scalar, Size};
use opencv::prelude::*;
use opencv::{imgproc, videoio};

const TWO_PEOPLE: &str = "head-pose-face-detection-female-and-male.mp4";
const MAN: &str = "head-pose-face-detection-male.mp4";
const WALKING: &str = "face-demographics-walking.mp4";
const NO_FACE: &str = "no_face.mp4";

/// The frames of a clip in 640x480 with bars, each changed by `change`.
fn frames(clip: &str, change: impl Fn(Mat) -> Mat) -> Vec<Frame> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/clips").join(clip);
    assert!(path.is_file(), "there is no {} (see docs/detection.md)", path.display());
    let mut capture =
        videoio::VideoCapture::from_file(path.to_str().expect("UTF-8"), videoio::CAP_ANY)
            .expect("a clip");
    let rate = capture.get(videoio::CAP_PROP_FPS).expect("a rate");
    let mut frames = Vec::new();
    let mut picture = Mat::default();
    while capture.read(&mut picture).expect("readable") {
        let (size, left, top) = {
            let scale = (640.0 / f64::from(picture.cols())).min(480.0 / f64::from(picture.rows()));
            let side = |length: i32| (f64::from(length) * scale).round() as i32;
            let size = Size::new(side(picture.cols()), side(picture.rows()));
            (size, (640 - size.width) / 2, (480 - size.height) / 2)
        };
        let (mut scaled, mut boxed, mut rgb) = (Mat::default(), Mat::default(), Mat::default());
        imgproc::resize(&picture, &mut scaled, size, 0.0, 0.0, imgproc::INTER_LINEAR)
            .expect("resized");
        let (right, bottom) = (640 - size.width - left, 480 - size.height - top);
        let black = Scalar::default();
        core::copy_make_border(
            &scaled,
            &mut boxed,
            top,
            bottom,
            left,
            right,
            core::BORDER_CONSTANT,
            black,
        )
        .expect("bars");
        imgproc::cvt_color_def(&change(boxed), &mut rgb, imgproc::COLOR_BGR2RGB).expect("colours");
        let index = frames.len() as u64;
        let time = Duration::from_secs_f64(index as f64 / rate);
        let bytes = rgb.data_bytes().expect("contiguous").to_vec();
        frames.push(Frame::from_rgb(bytes, 640, 480, index, time).expect("a frame"));
    }
    frames
}

/// The faces in each frame.
fn faces(frames: &[Frame]) -> Vec<Vec<TrackedFace>> {
    let mut detector = HaarDetector::from_system(None).expect("opencv-data is installed");
    let mut tracker = Tracker::new(TrackerConfig::default());
    frames
        .iter()
        .map(|frame| {
            let known = tracker.known_faces(frame.time());
            let detections = detector.detect(frame, &known).expect("no failure");
            tracker.observe(frame.time(), &detections)
        })
        .collect()
}

fn faces_a_frame(faces: &[Vec<TrackedFace>]) -> f64 {
    faces.iter().map(Vec::len).sum::<usize>() as f64 / faces.len() as f64
}

fn tracks(faces: &[Vec<TrackedFace>]) -> BTreeMap<u64, usize> {
    let mut tracks = BTreeMap::new();
    for face in faces.iter().flatten() {
        *tracks.entry(face.track).or_insert(0) += 1;
    }
    tracks
}

#[test]
#[ignore = "needs the clips in ../shared/clips: scripts/test runs it where they are"]
fn both_people_are_found_however_they_lean_needs_clips() {
    let frames = frames(TWO_PEOPLE, |picture| picture);
    let faces = faces(&frames);
    assert!(faces_a_frame(&faces) >= 1.9, "{} faces a frame", faces_a_frame(&faces));
    assert_eq!(tracks(&faces).len(), 2, "{:?}", tracks(&faces));
    for (index, frame) in faces.iter().enumerate() {
        let on_the_left = frame.iter().filter(|face| face.bbox_in_frame.center().0 < 320.0).count();
        assert!(on_the_left <= 1 && frame.len() - on_the_left <= 1, "frame {index}: {frame:?}");
    }
    // Both lean to the left of the picture by 40 to 50 degrees in the second half.
    for face in faces[28..].iter().flatten() {
        let lean = face.roll.to_degrees();
        assert!((-65.0..-28.0).contains(&lean), "{lean} degrees");
    }
}

#[test]
#[ignore = "needs the clips in ../shared/clips: scripts/test runs it where they are"]
fn both_people_are_found_in_a_mirror_and_in_the_dark_needs_clips() {
    let mirror = |picture: Mat| {
        let mut mirrored = Mat::default();
        core::flip(&picture, &mut mirrored, 1).expect("flipped");
        mirrored
    };
    let dark = |picture: Mat| {
        let mut dark = Mat::default();
        picture.convert_to(&mut dark, core::CV_8U, 0.35, 0.0).expect("darkened");
        dark
    };
    let changes: [(&str, &dyn Fn(Mat) -> Mat); 2] = [("mirror", &mirror), ("dark", &dark)];
    for (name, change) in changes {
        let frames = frames(TWO_PEOPLE, change);
        let faces = faces(&frames);
        assert!(faces_a_frame(&faces) >= 1.9, "{name}: {} a frame", faces_a_frame(&faces));
        assert_eq!(tracks(&faces).len(), 2, "{name}: {:?}", tracks(&faces));
    }
}

#[test]
#[ignore = "needs the clips in ../shared/clips: scripts/test runs it where they are"]
fn the_man_is_found_and_stays_one_needs_clips() {
    let frames = frames(MAN, |picture| picture);
    let faces = faces(&frames);
    let with_face = faces.iter().filter(|frame| !frame.is_empty()).count();
    assert!(with_face as f64 >= 0.98 * faces.len() as f64, "{with_face} of {}", faces.len());
    assert_eq!(tracks(&faces).len(), 1, "{:?}", tracks(&faces));
    // His face lies around the middle of the picture, 115 to 150 pixels wide.
    for face in faces.iter().flatten() {
        let (x, y) = face.bbox_in_frame.center();
        assert!((300.0..370.0).contains(&x) && (140.0..240.0).contains(&y), "{face:?}");
        assert!((100.0..170.0).contains(&face.bbox_in_frame.width), "{face:?}");
        assert!(face.roll.abs() < 0.2, "{face:?}");
    }
}

#[test]
#[ignore = "needs the clips in ../shared/clips: scripts/test runs it where they are"]
fn small_faces_are_found_after_a_while_needs_clips() {
    let frames = frames(WALKING, |picture| picture);
    let faces = faces(&frames);
    let late = faces_a_frame(&faces[15..]);
    assert!(late >= 1.8, "{late} faces a frame from the 15th on");
    assert_eq!(tracks(&faces).len(), 2, "{:?}", tracks(&faces));
}

#[test]
#[ignore = "needs the clips in ../shared/clips: scripts/test runs it where they are"]
fn no_face_is_seen_where_there_is_none_needs_clips() {
    let frames = frames(NO_FACE, |picture| picture);
    let faces = faces(&frames);
    let with_face = faces.iter().filter(|frame| !frame.is_empty()).count();
    assert!(with_face * 100 <= faces.len(), "{with_face} of {}", faces.len());
}

#[test]
#[ignore = "needs the clips in ../shared/clips: scripts/test runs it where they are"]
fn the_same_frames_give_the_same_faces_needs_clips() {
    let frames = frames(TWO_PEOPLE, |picture| picture);
    let first = faces(&frames[..25]);
    assert_eq!(first, faces(&frames[..25]));

    let mut detector = HaarDetector::from_system(None).expect("opencv-data is installed");
    let detect = |detector: &mut HaarDetector| -> Vec<Vec<Detection>> {
        let frames = frames[..5].iter();
        frames.map(|frame| detector.detect(frame, &[]).expect("no failure")).collect()
    };
    let fresh = detect(&mut detector);
    detector.reset();
    assert_eq!(fresh, detect(&mut detector), "a reset forgets everything");
}

#[test]
#[ignore = "needs the clips in ../shared/clips: scripts/test runs it where they are"]
fn a_face_that_leaves_is_given_up_soon_needs_clips() {
    let frames = frames(MAN, |picture| picture);
    let empty = self::frames(NO_FACE, |picture| picture);
    let start = frames[29].time();
    let mut cut = frames[..30].to_vec();
    for (index, frame) in empty.iter().take(24).enumerate() {
        let time = start + Duration::from_secs(1) * (index as u32 + 1) / 24;
        let sequence = 30 + index as u64;
        let again = Frame::from_rgb(frame.rgb().to_vec(), 640, 480, sequence, time);
        cut.push(again.expect("a frame"));
    }
    let faces = faces(&cut);
    assert_eq!(faces[29].len(), 1);
    let ghosts = faces[30..].iter().filter(|frame| !frame.is_empty()).count();
    assert!(ghosts <= 1, "{ghosts} frames with a face after he left");
}

#[test]
fn frames_of_any_size_are_borne() {
    let mut detector = HaarDetector::from_system(None).expect("opencv-data is installed");
    let sizes = [
        (1, 1),
        (1, 700),
        (700, 1),
        (16_384, 1),
        (23, 23),
        (24, 24),
        (3, 2000),
        (640, 480),
        (7680, 4320),
    ];
    for (width, height) in sizes {
        detector.reset();
        for sequence in 0..3 {
            let grey = |index: usize| ((index * 7919) % 251) as u8;
            let rgb = (0..width as usize * height as usize * 3).map(grey).collect();
            let time = Duration::from_millis(33 * sequence);
            let frame = Frame::from_rgb(rgb, width, height, sequence, time).expect("a frame");
            let known = [emotion_vision::detect::KnownFace {
                track: 1,
                bbox_in_frame: emotion_core::FrameRect::new(-5.0, -5.0, 20.0, 20.0),
                roll: 0.3,
                confidence: 0.9,
            }];
            let detections = detector.detect(&frame, &known);
            assert!(detections.is_ok(), "{width}x{height}: {detections:?}");
        }
    }
}

#[test]
#[ignore = "needs the clips in ../shared/clips: scripts/test runs it where they are"]
fn an_8k_frame_gives_the_faces_of_a_small_one_needs_clips() {
    let frames = frames(MAN, |picture| picture);
    let rgb = frames[0].rgb();
    let mut large = Vec::with_capacity(7680 * 5760 * 3);
    for y in 0..5760_usize {
        for x in 0..7680_usize {
            let at = ((y / 12) * 640 + x / 12) * 3;
            large.extend_from_slice(&rgb[at..at + 3]);
        }
    }
    let large = Frame::from_rgb(large, 7680, 5760, 0, Duration::ZERO).expect("a frame");
    let (small, large) = (faces(&frames[..1]), faces(&[large]));
    assert_eq!(large[0].len(), 1);
    let (x, y) = large[0][0].bbox_in_frame.center();
    let (small_x, small_y) = small[0][0].bbox_in_frame.center();
    assert!((x / 12.0 - small_x).abs() < 5.0 && (y / 12.0 - small_y).abs() < 5.0, "{large:?}");
}

//! Single pictures: whatever their size and content, each face in them is found, and nothing else.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::time::Duration;

use emotion_core::{Frame, FrameRect};
use emotion_vision::detect::{Detection, FaceDetector, HaarDetector, KnownFace};

mod pictures;

use pictures::{Head, Picture};

fn detector() -> HaarDetector {
    HaarDetector::from_system(None).expect("opencv-data is installed")
}

/// Asserts that the faces of the picture are found, and nothing else.
fn assert_found(detector: &mut HaarDetector, picture: &Picture, smallest: Option<f32>, what: &str) {
    let found = detector.detect_still(&picture.frame(), smallest).expect("no failure");
    let is_found =
        |face: &FrameRect| found.iter().any(|found| found.bbox_in_frame.iou(face) >= 0.35);
    let missed: Vec<_> = picture.faces.iter().filter(|face| !is_found(face)).collect();
    assert!(missed.is_empty(), "{what}: missed {missed:?}, found {found:?}");
    assert_eq!(found.len(), picture.faces.len(), "{what}: {found:?}");
}

#[test]
fn groups_of_20_and_30_are_complete() {
    let (mut detector, heads) = (detector(), Head::four(3, 0.12));
    for seed in 0..2 {
        let group = Picture::group(20, 5, &heads, seed);
        assert_found(&mut detector, &group, None, &format!("20 faces, seed {seed}"));
        let group = Picture::group(30, 6, &heads, seed);
        assert_found(&mut detector, &group, None, &format!("30 faces, seed {seed}"));
    }
}

#[test]
fn faces_that_fill_the_picture_are_found() {
    let (mut detector, heads) = (detector(), Head::four(4, 0.12));
    for (index, head) in heads.iter().enumerate() {
        for (pixels, reach) in [(350, 1.0), (350, 1.3), (96, 1.1), (48, 1.2)] {
            let tight = Picture::tight(pixels, reach, head, index as u64);
            let what = format!("head {index} in {pixels} pixels, {reach} sides");
            assert_found(&mut detector, &tight, None, &what);
        }
    }
}

#[test]
fn one_face_is_found_upright_and_leaning() {
    let mut detector = detector();
    for (seed, tilt) in [(1, 0.12), (2, 0.12), (5, 0.6), (6, 0.6)] {
        let heads = Head::four(seed, tilt);
        for side in [100.0, 200.0] {
            let photo = Picture::photo(640, 480, side, &heads, seed);
            assert_found(&mut detector, &photo, None, &format!("seed {seed}, {side} pixels"));
        }
    }
}

#[test]
fn faces_of_24_pixels_are_found_when_they_are_asked_for() {
    let (mut detector, heads) = (detector(), Head::four(3, 0.12));
    let mut picture = Picture::group(2, 2, &heads, 1);
    for (index, head) in heads.iter().enumerate() {
        picture.paste(head, (80.0 + 160.0 * index as f32, 440.0), 26.0);
    }
    assert_found(&mut detector, &picture, Some(24.0), "four small faces below two large ones");
}

#[test]
fn textures_hold_no_face() {
    let mut detector = detector();
    for seed in 0..12 {
        let picture = Picture::textured(480, 360, 1000 + seed);
        assert_found(&mut detector, &picture, None, &format!("seed {seed}"));
    }
}

#[test]
fn the_same_picture_gives_the_same_faces_whatever_came_before() {
    let (mut detector, heads) = (detector(), Head::four(3, 0.12));
    let frame = Picture::photo(320, 240, 90.0, &heads, 1).frame();
    let detect = |detector: &mut HaarDetector, frame: &Frame| -> Vec<Detection> {
        detector.detect_still(frame, None).expect("no failure")
    };
    let first = detect(&mut detector, &frame);
    assert_eq!(first.len(), 1);
    detect(&mut detector, &Picture::group(4, 2, &heads, 2).frame());
    assert_eq!(detect(&mut detector, &frame), first);
}

fn even(width: u32, height: u32, value: u8) -> Frame {
    let rgb = vec![value; width as usize * height as usize * 3];
    Frame::from_rgb(rgb, width, height, 0, Duration::ZERO).expect("a frame")
}

#[test]
fn pictures_of_any_shape_are_borne() {
    let mut detector = detector();
    let sizes =
        [(1, 1), (2, 3), (16_384, 1), (1, 16_384), (16_384, 24), (23, 23), (24, 24), (48, 48)];
    for (width, height) in sizes {
        for value in [0, 77, 255] {
            let frame = even(width, height, value);
            for smallest in [None, Some(0.0), Some(f32::NAN), Some(f32::INFINITY)] {
                let found = detector.detect_still(&frame, smallest).expect("no failure");
                assert!(found.is_empty(), "{width}x{height}, {value}, {smallest:?}: {found:?}");
            }
            let found = detector.detect(&frame, &[]).expect("no failure");
            assert!(found.is_empty(), "{width}x{height}, {value} as a film: {found:?}");
        }
    }
}

#[test]
fn absurd_known_faces_are_no_faces() {
    let mut detector = detector();
    let (nan, infinite) = (f32::NAN, f32::INFINITY);
    let places = [
        (FrameRect::new(10.0, 10.0, 60.0, 60.0), nan),
        (FrameRect::new(10.0, 10.0, 60.0, 60.0), infinite),
        (FrameRect::new(nan, 10.0, 60.0, 60.0), 0.0),
        (FrameRect::new(10.0, 10.0, nan, nan), 0.0),
        (FrameRect::new(-infinite, 10.0, 60.0, 60.0), 0.0),
        (FrameRect::new(10.0, 10.0, infinite, infinite), 0.0),
        (FrameRect::new(10.0, 10.0, 0.0, 0.0), 0.0),
        (FrameRect::new(10.0, 10.0, -50.0, -50.0), 0.0),
        (FrameRect::new(1e30, -1e30, 1e30, 1e30), 1e30),
    ];
    let frame = Picture::textured(160, 120, 7).frame();
    for (bbox_in_frame, roll) in places {
        for confidence in [0.9, nan] {
            let known = [KnownFace { track: 1, bbox_in_frame, roll, confidence }];
            for _ in 0..2 {
                let found = detector.detect(&frame, &known).expect("no failure");
                assert!(found.is_empty(), "{bbox_in_frame:?}, roll {roll}: {found:?}");
            }
        }
    }
}

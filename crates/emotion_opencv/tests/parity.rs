//! What is done in Rust gives what OpenCV gives: cascades, grey, smaller and turned pictures, motion.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use emotion_core::Frame;
use emotion_core::FrameSource;
use emotion_opencv::OpenCvEngine;
use emotion_puppet::{PuppetConfig, PuppetSource};
use emotion_vision::detect::{CascadePaths, Detection, FaceDetector, HaarDetector};
use emotion_vision::flow::FlowPyramid;
use emotion_vision::haar::{Cascade, CascadeSearch, Group, Hit, SearchPyramid, Sizes, group};
use emotion_vision::image::{Affine, Border, GreyImage};
use emotion_vision::track::{Tracker, TrackerConfig};
use opencv::core::{self, Mat, Point2f, Rect, Scalar, Size, Vec3b, Vector};
use opencv::objdetect::CascadeClassifier;
use opencv::prelude::*;
use opencv::{imgproc, video, videoio};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn mat(picture: &GreyImage) -> Mat {
    Mat::new_rows_cols_with_data(picture.height() as i32, picture.width() as i32, picture.pixels())
        .expect("a picture")
        .try_clone()
        .expect("memory")
}

/// OpenCV 4.x has the minor version x.
fn minor_version() -> i32 {
    core::get_version_minor()
}

fn size(width: usize, height: usize) -> Size {
    Size::new(width as i32, height as i32)
}

/// The largest difference, and the part of the pixels that differ.
fn differences(ours: &GreyImage, theirs: &Mat) -> (u8, f32) {
    let theirs = theirs.data_bytes().expect("contiguous");
    assert_eq!(ours.pixels().len(), theirs.len());
    let all: Vec<u8> = ours.pixels().iter().zip(theirs).map(|(a, b)| a.abs_diff(*b)).collect();
    let most = all.iter().max().copied().unwrap_or(0);
    (most, all.iter().filter(|difference| **difference > 0).count() as f32 / all.len() as f32)
}

/// Noise, smoothed until it has the structure of pictures.
fn noise(width: usize, height: usize, seed: u64) -> GreyImage {
    let mut pixels = vec![0; width * height];
    ChaCha8Rng::seed_from_u64(seed).fill_bytes(&mut pixels);
    let rough = GreyImage::from_pixels(pixels, width, height).expect("a picture");
    let (mut smooth, mut even) = (Mat::default(), Mat::default());
    imgproc::gaussian_blur_def(&mat(&rough), &mut smooth, Size::new(0, 0), 3.0).expect("smooth");
    imgproc::equalize_hist(&smooth, &mut even).expect("even");
    let pixels = even.data_bytes().expect("contiguous").to_vec();
    GreyImage::from_pixels(pixels, width, height).expect("a picture")
}

fn grey(frame: &Frame) -> GreyImage {
    let mut grey = GreyImage::default();
    grey.set_from_rgb(frame.rgb(), frame.width() as usize, frame.height() as usize);
    grey
}

fn puppet_frames(count: u64) -> Vec<Frame> {
    let config = PuppetConfig { frames: Some(count), ..PuppetConfig::default() };
    let mut puppet = PuppetSource::new(config);
    let next = || puppet.next_frame().expect("a puppet does not fail");
    std::iter::from_fn(next).collect()
}

fn clip_frames(name: &str, every: usize) -> Vec<Frame> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/clips").join(name);
    assert!(path.is_file(), "there is no {} (see docs/detection.md)", path.display());
    let name = path.to_str().expect("UTF-8");
    let mut capture = videoio::VideoCapture::from_file(name, videoio::CAP_ANY).expect("a clip");
    let rate = capture.get(videoio::CAP_PROP_FPS).expect("a rate");
    let (mut picture, mut frames) = (Mat::default(), Vec::new());
    let mut index = 0;
    while capture.read(&mut picture).expect("readable") {
        if index % every == 0 {
            let mut rgb = Mat::default();
            imgproc::cvt_color_def(&picture, &mut rgb, imgproc::COLOR_BGR2RGB).expect("colours");
            let bytes = rgb.data_bytes().expect("contiguous").to_vec();
            let (width, height) = (picture.cols() as u32, picture.rows() as u32);
            let time = Duration::from_secs_f64(index as f64 / rate);
            frames
                .push(Frame::from_rgb(bytes, width, height, index as u64, time).expect("a frame"));
        }
        index += 1;
    }
    frames
}

/// Compares raw hits and groups of the three cascades in all pictures; gives the number of hits.
fn compare_cascades(pictures: &[GreyImage]) -> usize {
    let paths = CascadePaths::find(None).expect("opencv-data is installed");
    let sizes = Sizes { step: 1.1, smallest: 30, largest: 480 };
    let mut compared = 0;
    for path in [&paths.frontal, &paths.frontal_strict, &paths.profile] {
        let bytes = std::fs::read(path).expect("readable");
        let cascade = Cascade::from_xml(&bytes).expect("a cascade");
        let mut ours = CascadeSearch::new(Arc::new(cascade));
        let mut theirs = CascadeClassifier::new(path.to_str().expect("UTF-8")).expect("a cascade");
        let mut pyramid = SearchPyramid::default();
        for (index, picture) in pictures.iter().enumerate() {
            let mut hits = Vec::new();
            pyramid.set(picture, ours.window(), &sizes);
            ours.search(&pyramid, &mut hits);
            let mut rects = Vector::<Rect>::new();
            let square = |side| size(side, side);
            let (smallest, largest) = (square(sizes.smallest), square(sizes.largest));
            theirs
                .detect_multi_scale(&mat(picture), &mut rects, 1.1, 0, 0, smallest, largest)
                .expect("hits");
            let mut their_hits: Vec<Hit> = rects.iter().map(|rect| hit(&rect)).collect();
            let mut our_hits = hits.clone();
            our_hits.sort();
            their_hits.sort();
            let only = |hits: &[Hit], others: &[Hit]| -> Vec<Hit> {
                hits.iter().filter(|hit| !others.contains(hit)).copied().collect()
            };
            let (more, fewer) = (only(&our_hits, &their_hits), only(&their_hits, &our_hits));
            assert!(
                more.is_empty() && fewer.is_empty() && our_hits.len() == their_hits.len(),
                "{}, picture {index}: {more:?} are not OpenCV's, {fewer:?} are missing",
                path.display(),
            );
            compare_groups(&hits);
            compared += our_hits.len();
        }
    }
    compared
}

fn hit(rect: &Rect) -> Hit {
    Hit { x: rect.x, y: rect.y, width: rect.width, height: rect.height }
}

fn compare_groups(hits: &[Hit]) {
    let mut rects: Vector<Rect> =
        hits.iter().map(|hit| Rect::new(hit.x, hit.y, hit.width, hit.height)).collect();
    let mut weights = Vector::<i32>::new();
    opencv::objdetect::group_rectangles_weights(&mut rects, &mut weights, 3, 0.2).expect("groups");
    let mut theirs: Vec<(Hit, usize)> =
        rects.iter().map(|rect| hit(&rect)).zip(weights.iter().map(|n| n as usize)).collect();
    let mut ours: Vec<(Hit, usize)> =
        group(hits, 3).into_iter().map(|Group { mean, hits }| (mean, hits)).collect();
    ours.sort();
    theirs.sort();
    assert_eq!(ours, theirs);
}

#[test]
fn cascades_have_the_same_hits_in_noise() {
    let sides = [(640, 480), (333, 251), (96, 131), (58, 58), (24, 24)];
    let pictures: Vec<GreyImage> = sides
        .into_iter()
        .zip(0..)
        .map(|((width, height), seed)| noise(width, height, seed))
        .collect();
    assert!(compare_cascades(&pictures) > 0);
}

#[test]
fn cascades_have_the_same_hits_on_the_puppet() {
    let frames = puppet_frames(60);
    let pictures: Vec<GreyImage> = frames.iter().step_by(12).map(grey).collect();
    assert!(compare_cascades(&pictures) > 50);
}

#[test]
#[ignore = "needs ../shared/clips: scripts/test runs it"]
fn cascades_have_the_same_hits_in_clips_needs_clips() {
    let clips = ["face-demographics-walking.mp4", "head-pose-face-detection-female-and-male.mp4"];
    let pictures: Vec<GreyImage> =
        clips.iter().flat_map(|clip| clip_frames(clip, 9)).map(|frame| grey(&frame)).collect();
    assert!(compare_cascades(&pictures) > 50);
}

/// The detections of a whole pass over the frames.
fn detections(mut detector: HaarDetector, frames: &[Frame]) -> Vec<Vec<Detection>> {
    let mut tracker = Tracker::new(TrackerConfig::default());
    let mut detect = |frame: &Frame| {
        let known = tracker.known_faces(frame.time());
        let detections = detector.detect(frame, &known).expect("no failure");
        tracker.observe(frame.time(), &detections);
        detections
    };
    frames.iter().map(&mut detect).collect()
}

#[test]
fn the_detector_finds_the_same_with_either_engine() {
    let paths = CascadePaths::find(None).expect("opencv-data is installed");
    let frames = puppet_frames(90);
    let ours = detections(HaarDetector::from_paths(&paths).expect("a detector"), &frames);
    let theirs = detections(
        HaarDetector::with_engine(Box::new(OpenCvEngine::load(&paths).expect("an engine"))),
        &frames,
    );
    assert!(ours.iter().filter(|faces| !faces.is_empty()).count() > 80);
    assert_eq!(ours, theirs);
}

#[test]
fn grey_is_the_same() {
    let mut rgb = vec![0; 640 * 480 * 3];
    ChaCha8Rng::seed_from_u64(3).fill_bytes(&mut rgb);
    let colours = Mat::new_rows_cols_with_bytes::<Vec3b>(480, 640, &rgb).expect("a picture");
    let mut theirs = Mat::default();
    imgproc::cvt_color_def(&colours, &mut theirs, imgproc::COLOR_RGB2GRAY).expect("grey");
    let mut ours = GreyImage::default();
    ours.set_from_rgb(&rgb, 640, 480);
    assert_eq!(differences(&ours, &theirs).0, 0);
}

#[test]
fn smaller_pictures_are_the_same() {
    let picture = noise(641, 480, 11);
    for (width, height) in [(640, 360), (321, 240), (213, 160), (100, 77), (641, 240)] {
        let (mut ours, mut theirs) = (GreyImage::default(), Mat::default());
        ours.set_shrunk(&picture, width, height);
        let area = imgproc::INTER_AREA;
        imgproc::resize(&mat(&picture), &mut theirs, size(width, height), 0.0, 0.0, area)
            .expect("smaller");
        let (most, part) = differences(&ours, &theirs);
        assert!(most <= 1 && part < 0.01, "{width}x{height}: {most}, {part}");
    }
    let (mut ours, mut theirs) = (GreyImage::default(), Mat::default());
    let even = noise(640, 480, 12);
    ours.set_shrunk(&even, 320, 240);
    imgproc::resize(&mat(&even), &mut theirs, size(320, 240), 0.0, 0.0, imgproc::INTER_AREA)
        .expect("half");
    assert_eq!(differences(&ours, &theirs).0, 0);
}

#[test]
fn turned_pictures_are_the_same() {
    let picture = noise(320, 240, 13);
    let mut random = ChaCha8Rng::seed_from_u64(14);
    for run in 0..40 {
        let (angle, zoom): (f64, f64) =
            (random.random_range(-1.0..1.0), random.random_range(0.4..1.2));
        let (sin, cos) = (angle.sin() * zoom, angle.cos() * zoom);
        let (dx, dy) = (random.random_range(-60.0..200.0), random.random_range(-60.0..200.0));
        let back = Affine { a: cos, b: -sin, dx, c: sin, d: cos, dy };
        let (border, theirs_border) = if run % 2 == 0 {
            (Border::Black, core::BORDER_CONSTANT)
        } else {
            (Border::Replicate, core::BORDER_REPLICATE)
        };
        let (mut ours, mut theirs) = (GreyImage::default(), Mat::default());
        ours.set_warped(&picture, &back, 97, 58, border);
        let matrix = [back.a, back.b, back.dx, back.c, back.d, back.dy];
        let matrix = Mat::new_rows_cols_with_data(2, 3, &matrix).expect("a matrix");
        let how = imgproc::INTER_LINEAR | imgproc::WARP_INVERSE_MAP;
        let black = Scalar::default();
        imgproc::warp_affine(
            &mat(&picture),
            &mut theirs,
            &matrix,
            size(97, 58),
            how,
            theirs_border,
            black,
        )
        .expect("turned");
        // From 4.11 on OpenCV does not round positions.
        let (most_allowed, part_allowed) = if minor_version() < 11 { (0, 0.0) } else { (4, 0.3) };
        let (most, part) = differences(&ours, &theirs);
        assert!(most <= most_allowed && part <= part_allowed, "run {run}: {most}, {part}");
    }
}

#[test]
fn points_are_followed_to_the_same_places() {
    let before = noise(96, 96, 21);
    let moved = Affine { a: 0.99, b: -0.05, dx: 2.3, c: 0.05, d: 0.99, dy: -1.4 };
    let mut after = GreyImage::default();
    after.set_warped(&before, &moved, 96, 96, Border::Replicate);
    let points: Vec<(f32, f32)> = (0..64)
        .map(|index| (24.0 + (index % 8) as f32 * 6.5, 24.0 + (index / 8) as f32 * 6.5))
        .collect();
    let start: Vector<Point2f> = points.iter().map(|(x, y)| Point2f::new(*x, *y)).collect();
    let mut theirs = Vector::<Point2f>::new();
    let (mut found, mut errors) = (Vector::<u8>::new(), Vector::<f32>::new());
    let end = core::TermCriteria { typ: 3, max_count: 10, epsilon: 0.03 };
    video::calc_optical_flow_pyr_lk(
        &mat(&before),
        &mat(&after),
        &start,
        &mut theirs,
        &mut found,
        &mut errors,
        Size::new(13, 13),
        2,
        end,
        0,
        1e-3,
    )
    .expect("motion");
    let (mut one, mut other) = (FlowPyramid::default(), FlowPyramid::default());
    one.set(&before);
    other.set(&after);
    let mut close = 0;
    for (index, point) in points.iter().enumerate() {
        let their_point = theirs.get(index).expect("a point");
        let their_point =
            (found.get(index).expect("a mark") != 0).then_some((their_point.x, their_point.y));
        let our_point = one.follow(&other, *point);
        assert_eq!(our_point.is_some(), their_point.is_some(), "{point:?}");
        if let (Some(ours), Some(theirs)) = (our_point, their_point) {
            close += usize::from((ours.0 - theirs.0).hypot(ours.1 - theirs.1) < 0.1);
        }
    }
    assert!(close >= 60, "{close} of 64 points are in the same place");
}

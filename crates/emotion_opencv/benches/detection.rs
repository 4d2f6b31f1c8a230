//! What finding and following faces costs, beside one full-frame Haar search by OpenCV a frame.
//!
//! `cargo bench --bench detection [-- [--rows FOLDER] CLIP...]` takes the clips of
//! `../shared/clips` and a textured picture when none is named. Each frame is scaled to 640x480
//! (aspect kept, black bars) and goes through both in turn, so that whatever else the machine does
//! hits both. `--rows` writes the boxes as CSV files. Then the same search, by OpenCV and by this crate.

#![expect(clippy::print_stdout, reason = "a bench prints its result")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use emotion_core::{Frame, FrameRect};
use emotion_vision::crop::face_image;
use emotion_vision::detect::{CascadePaths, FaceDetector, HaarDetector};
use emotion_vision::haar::{Cascade, CascadeSearch, SearchPyramid, Sizes, group};
use emotion_vision::image::GreyImage;
use emotion_vision::track::{Tracker, TrackerConfig};
use opencv::core::{Mat, Rect, Scalar, Size, Vec3b, Vector};
use opencv::objdetect::CascadeClassifier;
use opencv::prelude::*;
use opencv::{core, imgcodecs, imgproc, videoio};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let mut arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let mut rows = None;
    if let Some(at) = arguments.iter().position(|argument| argument == "--rows") {
        arguments.remove(at);
        rows = (at < arguments.len()).then(|| PathBuf::from(arguments.remove(at)));
    }
    let mut inputs: Vec<PathBuf> = arguments.iter().map(PathBuf::from).collect();
    if inputs.is_empty() {
        let clips = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/clips");
        match std::fs::read_dir(&clips) {
            Ok(entries) => inputs.extend(entries.flatten().map(|entry| entry.path())),
            Err(error) => println!("skipped: no clips in {}: {error}", clips.display()),
        }
        inputs.retain(|path| path.extension().is_some_and(|extension| extension == "mp4"));
        inputs.sort();
    }
    core::set_num_threads(1)?;
    println!("one thread each");
    println!(
        "{:<46}{:>7}{:>9}{:>9}{:>9}{:>9}{:>8}{:>8}{:>7}{:>8}",
        "median and mean in ms of",
        "frames",
        "ours",
        "mean",
        "baseline",
        "mean",
        "ratio",
        "mean",
        "faces",
        "tracks"
    );
    for input in &inputs {
        measure(input, rows.as_deref())?;
    }
    compare_searches(&inputs)?;
    measure_crops()
}

/// Cutting a leaning face out of a 1920x1080 frame, by the side of its box in pixels.
fn measure_crops() -> Outcome<()> {
    println!(
        "\n{:<46}{:>9}{:>9}",
        "median and mean in ms of the crop a model reads", "ours", "mean"
    );
    let rgb = (0..1920 * 1080 * 3_u32).map(|index| (index % 251) as u8).collect();
    let frame = Frame::from_rgb(rgb, 1920, 1080, 0, Duration::ZERO)?;
    for side in [48.0, 100.0, 200.0, 400.0, 900.0] {
        let mut times = Vec::new();
        for _ in 0..200 {
            let start = Instant::now();
            let square = FrameRect::square((960.0, 540.0), side);
            std::hint::black_box(face_image(&frame, square, 0.2));
            times.push(start.elapsed());
        }
        let (median, mean) = figures(&mut times);
        println!("{side:<46}{median:>9.3}{mean:>9.3}");
    }
    Ok(())
}

/// One search of the whole picture with each cascade: grey, size ratio 1.1, faces from 60 pixels on, at
/// least 6 hits joined.
fn compare_searches(inputs: &[PathBuf]) -> Outcome<()> {
    println!(
        "\n{:<46}{:>7}{:>9}{:>9}{:>9}{:>9}{:>8}{:>8}",
        "median and mean in ms of one search",
        "frames",
        "ours",
        "mean",
        "OpenCV",
        "mean",
        "times",
        "mean"
    );
    let paths = CascadePaths::find(None)?;
    for path in [&paths.frontal, &paths.frontal_strict, &paths.profile] {
        let mut theirs = CascadeClassifier::new(path.to_str().ok_or("path")?)?;
        let mut ours = CascadeSearch::new(Arc::new(Cascade::from_xml(&std::fs::read(path)?)?));
        let (mut pyramid, mut grey, mut hits) =
            (SearchPyramid::default(), GreyImage::default(), Vec::new());
        let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
        for input in inputs {
            for frame in frames(input)? {
                let start = Instant::now();
                full_frame_search(&mut theirs, &frame)?;
                their_times.push(start.elapsed());

                let start = Instant::now();
                let (width, height) = (frame.width() as usize, frame.height() as usize);
                grey.set_from_rgb(frame.rgb(), width, height);
                let sizes = Sizes { step: 1.1, smallest: 60, largest: width.max(height) };
                pyramid.set(&grey, ours.window(), &sizes);
                hits.clear();
                ours.search(&pyramid, &mut hits);
                std::hint::black_box(group(&hits, 5));
                our_times.push(start.elapsed());
            }
        }
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned());
        let count = our_times.len();
        let (ours, theirs) = (figures(&mut our_times), figures(&mut their_times));
        println!(
            "{:<46}{count:>7}{:>9.2}{:>9.2}{:>9.2}{:>9.2}{:>8.2}{:>8.2}",
            name.unwrap_or_default(),
            ours.0,
            ours.1,
            theirs.0,
            theirs.1,
            theirs.0 / ours.0,
            theirs.1 / ours.1,
        );
    }
    Ok(())
}

fn measure(input: &Path, rows: Option<&Path>) -> Outcome<()> {
    let frames = frames(input)?;
    let paths = CascadePaths::find(None)?;
    let mut baseline = CascadeClassifier::new(paths.frontal.to_str().ok_or("path")?)?;
    let mut detector = HaarDetector::from_paths(&paths)?;
    let mut tracker = Tracker::new(TrackerConfig::default());
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let (mut faces, mut tracks) = (0, std::collections::BTreeSet::new());
    let mut table = String::from("frame,track,x,y,w,h,roll_deg,presence,expression\n");
    for frame in &frames {
        let start = Instant::now();
        full_frame_search(&mut baseline, frame)?;
        theirs.push(start.elapsed());

        let start = Instant::now();
        let known = tracker.known_faces(frame.time());
        let detections = detector.detect(frame, &known)?;
        let seen = tracker.observe(frame.time(), &detections);
        ours.push(start.elapsed());

        faces += seen.len();
        for face in seen {
            tracks.insert(face.track);
            let FrameRect { x, y, width, height } = face.bbox_in_frame;
            writeln!(
                table,
                "{},{},{x:.1},{y:.1},{width:.1},{height:.1},{:.1},{:.2},",
                frame.sequence(),
                face.track,
                face.roll.to_degrees(),
                face.presence
            )?;
        }
    }
    let name = input.file_stem().map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    if let Some(folder) = rows {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join(format!("{name}.csv")), table)?;
    }
    let ((our_median, our_mean), (median, mean)) = (figures(&mut ours), figures(&mut theirs));
    println!(
        "{name:<46}{:>7}{our_median:>9.2}{our_mean:>9.2}{median:>9.2}{mean:>9.2}{:>8.2}{:>8.2}{:>7.2}{:>8}",
        frames.len(),
        our_median / median,
        our_mean / mean,
        faces as f64 / frames.len() as f64,
        tracks.len(),
    );
    Ok(())
}

/// What most programs do: grey, then one search of the whole picture, upright.
fn full_frame_search(cascade: &mut CascadeClassifier, frame: &Frame) -> Outcome<()> {
    let (rows, columns) = (frame.height() as i32, frame.width() as i32);
    let rgb = Mat::new_rows_cols_with_bytes::<Vec3b>(rows, columns, frame.rgb())?;
    let mut grey = Mat::default();
    imgproc::cvt_color_def(&rgb, &mut grey, imgproc::COLOR_RGB2GRAY)?;
    let mut found = Vector::<Rect>::new();
    let smallest = Size::new(60, 60);
    cascade.detect_multi_scale(&grey, &mut found, 1.1, 5, 0, smallest, Size::default())?;
    Ok(())
}

/// Median and mean in milliseconds.
fn figures(times: &mut [Duration]) -> (f64, f64) {
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let total: Duration = times.iter().sum();
    let count = times.len().max(1);
    (times.get(count / 2).copied().map_or(0.0, ms), ms(total) / count as f64)
}

/// All frames of a clip, or 30 times the same picture.
fn frames(input: &Path) -> Outcome<Vec<Frame>> {
    let name = input.to_str().ok_or("path")?;
    let mut frames = Vec::new();
    let picture = imgcodecs::imread(name, imgcodecs::IMREAD_COLOR)?;
    if !picture.empty() {
        for index in 0..30 {
            frames.push(letterboxed(&picture, index, Duration::from_millis(33) * index as u32)?);
        }
        return Ok(frames);
    }
    let mut capture = videoio::VideoCapture::from_file(name, videoio::CAP_ANY)?;
    let rate = capture.get(videoio::CAP_PROP_FPS)?.max(1.0);
    let mut picture = Mat::default();
    while capture.read(&mut picture)? {
        let index = frames.len() as u64;
        let time = Duration::from_secs_f64(index as f64 / rate);
        frames.push(letterboxed(&picture, index, time)?);
    }
    if frames.is_empty() { Err(format!("{name} holds no frames").into()) } else { Ok(frames) }
}

fn letterboxed(picture: &Mat, sequence: u64, time: Duration) -> Outcome<Frame> {
    let (width, height) = (640, 480);
    let scale = (f64::from(width) / f64::from(picture.cols()))
        .min(f64::from(height) / f64::from(picture.rows()));
    let side = |length: i32| (f64::from(length) * scale).round() as i32;
    let size = Size::new(side(picture.cols()), side(picture.rows()));
    let (mut scaled, mut boxed, mut rgb) = (Mat::default(), Mat::default(), Mat::default());
    imgproc::resize(picture, &mut scaled, size, 0.0, 0.0, imgproc::INTER_LINEAR)?;
    let (x, y) = (width - size.width, height - size.height);
    core::copy_make_border(
        &scaled,
        &mut boxed,
        y / 2,
        y - y / 2,
        x / 2,
        x - x / 2,
        core::BORDER_CONSTANT,
        Scalar::default(),
    )?;
    imgproc::cvt_color_def(&boxed, &mut rgb, imgproc::COLOR_BGR2RGB)?;
    let bytes = rgb.data_bytes()?.to_vec();
    Ok(Frame::from_rgb(bytes, width as u32, height as u32, sequence, time)?)
}

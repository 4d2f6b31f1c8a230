//! Sources and the capture threads: films, pictures and streams that are fine, and all the ways in
//! which they are not.
#![cfg(feature = "films")]
#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests fail by panicking too")]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use emotion_capture::{
    Capture, CaptureCommand, CaptureError, CaptureState, CaptureStatus, FilmWriter, FrameSource,
    OpenOptions, Pacing, SourceSpec, cameras, frame_slot, open,
};
use emotion_core::{Frame, MAX_SIDE};
use image::{Rgb, RgbImage};
use tempfile::TempDir;

/// In which a swapped red and blue shows.
const ORANGE: [u8; 3] = [230, 120, 30];

fn picture(width: u32, height: u32, rgb: [u8; 3]) -> RgbImage {
    RgbImage::from_pixel(width, height, Rgb(rgb))
}

fn write_picture(path: &Path, width: u32, height: u32, rgb: [u8; 3]) {
    picture(width, height, rgb).save(path).expect("an encoder");
}

/// A film of `frames` frames at `rate` frames per second; its brightness grows with the frames.
fn write_film(path: &Path, frames: u32, rate: f64) {
    let mut film = FilmWriter::create(path, rate, (96, 64)).expect("a film");
    for number in 0..frames {
        let share = f64::from(number) / f64::from(frames);
        let picture = picture(96, 64, ORANGE.map(|value| (f64::from(value) * share) as u8));
        film.write(picture.into_raw(), Duration::from_secs_f64(f64::from(number) / rate))
            .expect("a frame");
    }
    film.finish().expect("a finished film");
}

/// A film of noise, which no encoder makes small: half of the file is half of the film.
fn write_noise(path: &Path, frames: u32, rate: f64) {
    let mut film = FilmWriter::create(path, rate, (96, 64)).expect("a film");
    let mut state = 1_u32;
    for number in 0..frames {
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .take(96 * 64 * 3)
        .collect();
        film.write(noise, Duration::from_secs_f64(f64::from(number) / rate)).expect("a frame");
    }
    film.finish().expect("a finished film");
}

fn film(folder: &TempDir, frames: u32, rate: f64) -> PathBuf {
    let path = folder.path().join("film.mp4");
    write_film(&path, frames, rate);
    path
}

fn open_path(path: &Path) -> Result<Box<dyn FrameSource>, CaptureError> {
    open(&SourceSpec::Path(path.to_owned()), &OpenOptions::default())
}

fn refusal(path: &Path) -> CaptureError {
    match open_path(path) {
        Ok(source) => panic!("{} opened as {}", path.display(), source.label()),
        Err(error) => error,
    }
}

fn start(path: &Path, options: OpenOptions) -> Capture {
    Capture::start(SourceSpec::Path(path.to_owned()), options).expect("threads")
}

/// Waits until the status is as wanted; fails with the last one when it takes too long.
fn wait_for(
    capture: &Capture,
    what: &str,
    wanted: impl Fn(&CaptureStatus) -> bool,
) -> CaptureStatus {
    let start = Instant::now();
    loop {
        let status = capture.status();
        if wanted(&status) {
            return status;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{what}: still {status:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_film_gives_all_frames_with_its_own_times_and_colours() {
    let folder = TempDir::new().expect("a folder");
    let mut source = open_path(&film(&folder, 20, 10.0)).expect("a film");
    assert_eq!((source.label().as_str(), source.pacing()), ("film.mp4", Pacing::Timed));
    assert_eq!((source.frame_count(), source.frame_rate()), (Some(20), Some(10.0)));
    let mut last = None;
    for number in 0..20 {
        let frame = source.next_frame().expect("a readable film").expect("a frame");
        assert_eq!((frame.width(), frame.height(), frame.sequence()), (96, 64, number));
        let expected = Duration::from_millis(100 * number);
        assert!(frame.time().abs_diff(expected) < Duration::from_millis(2), "{frame:?}");
        last = Some(frame);
    }
    assert!(source.next_frame().expect("an end").is_none());
    let last = last.expect("a last frame");
    let [r, g, b] = [0, 1, 2].map(|channel| i32::from(last.rgb()[channel]));
    assert!((r - 218).abs() < 12 && (g - 114).abs() < 12 && (b - 28).abs() < 12, "{r} {g} {b}");
}

#[test]
fn a_repeated_film_goes_on_counting() {
    let folder = TempDir::new().expect("a folder");
    let options = OpenOptions { repeat: true, ..OpenOptions::default() };
    let mut source = open(&SourceSpec::Path(film(&folder, 5, 10.0)), &options).expect("a film");
    let mut last = None;
    for number in 0..17 {
        let frame = source.next_frame().expect("a readable film").expect("a frame");
        assert_eq!(frame.sequence(), number);
        assert!(
            frame.time().abs_diff(Duration::from_millis(100 * number)) < Duration::from_millis(5)
        );
        assert!(last < Some(frame.time()), "times grow");
        last = Some(frame.time());
    }
}

#[test]
fn a_folder_gives_its_pictures_by_name_and_leaves_out_what_is_damaged() {
    let folder = TempDir::new().expect("a folder");
    write_picture(&folder.path().join("c.png"), 30, 20, ORANGE);
    write_picture(&folder.path().join("a.bmp"), 10, 20, ORANGE);
    write_picture(&folder.path().join("d.jpg"), 40, 20, ORANGE);
    fs::write(folder.path().join("b.jpg"), b"\xff\xd8\xff\xe0 no more").expect("a damaged picture");
    fs::write(folder.path().join("notes.txt"), "not a picture").expect("a text");
    fs::create_dir(folder.path().join("more")).expect("a subfolder");
    let mut source = open_path(folder.path()).expect("a folder of pictures");
    assert!(source.label().ends_with("(4 pictures, 1 other file skipped)"), "{}", source.label());
    assert_eq!(source.frame_count(), Some(4));
    let mut seen = Vec::new();
    let mut damaged = Vec::new();
    loop {
        match source.next_frame() {
            Ok(Some(frame)) => seen.push((frame.width(), frame.sequence(), frame.time().as_secs())),
            Ok(None) => break,
            Err(CaptureError::BadPicture { path, .. }) => damaged.push(path),
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(seen, [(10, 0, 0), (30, 1, 1), (40, 2, 2)]);
    assert_eq!(damaged, [folder.path().join("b.jpg")]);
}

#[test]
fn pictures_come_out_as_rgb_in_any_size() {
    let folder = TempDir::new().expect("a folder");
    for (name, width, height) in [("one.png", 1, 1), ("large.jpg", 7680, 4320)] {
        let path = folder.path().join(name);
        write_picture(&path, width, height, ORANGE);
        let mut source = open_path(&path).expect("a picture");
        let frame = source.next_frame().expect("a readable picture").expect("a frame");
        assert_eq!((frame.width(), frame.height()), (width, height));
        assert!(frame.rgb()[0] > 220 && frame.rgb()[2] < 40, "{:?}", &frame.rgb()[..3]);
        assert!(source.next_frame().expect("an end").is_none());
    }
}

#[test]
fn what_is_too_large_is_refused_with_the_limit() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("wide.png");
    write_picture(&path, MAX_SIDE + 1, 1, ORANGE);
    let error = open_path(&path).expect("a picture").next_frame().expect_err("too wide");
    let text = error.to_string();
    assert!(text.contains("wide.png") && text.contains(&MAX_SIDE.to_string()), "{text}");
}

#[test]
fn what_cannot_be_opened_says_why() {
    let folder = TempDir::new().expect("a folder");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("a file");
        path
    };
    assert!(matches!(refusal(Path::new("/nowhere/film.mp4")), CaptureError::NotFound { .. }));
    assert!(matches!(refusal(&file("empty.mp4", b"")), CaptureError::EmptyFile { .. }));
    assert!(matches!(refusal(&file("empty.png", b"")), CaptureError::EmptyFile { .. }));
    let text = refusal(&file("notes.txt", b"hello\nworld\n"));
    assert!(matches!(text, CaptureError::NotMedia { .. }) && text.to_string().contains("text"));
    let noise: Vec<u8> =
        (0..5000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let noise = refusal(&file("noise.mp4", &noise));
    assert!(matches!(noise, CaptureError::NotMedia { .. }), "{noise}");
    let device = refusal(Path::new("/dev/zero"));
    assert!(device.to_string().contains("camera:0"), "{device}");

    let empty = folder.path().join("empty");
    fs::create_dir(&empty).expect("a folder");
    assert!(matches!(refusal(&empty), CaptureError::NoPictures { skipped: 0, .. }));
    fs::write(empty.join("x.bin"), [0, 1, 2]).expect("a file");
    assert!(matches!(refusal(&empty), CaptureError::NoPictures { skipped: 1, .. }));
}

#[test]
fn a_truncated_film_gives_its_frames_and_then_says_so() {
    let folder = TempDir::new().expect("a folder");
    // MP4 keeps its index at the end: without it nothing can be read.
    let mp4 = film(&folder, 60, 25.0);
    let bytes = fs::read(&mp4).expect("a film");
    fs::write(&mp4, &bytes[..bytes.len() / 2]).expect("half a film");
    let error = refusal(&mp4);
    assert!(matches!(error, CaptureError::NotMedia { .. }), "{error}");

    // AVI tells its length at the start.
    let avi = folder.path().join("film.avi");
    write_noise(&avi, 60, 25.0);
    let bytes = fs::read(&avi).expect("a film");
    fs::write(&avi, &bytes[..bytes.len() / 2]).expect("half a film");
    let mut source = open_path(&avi).expect("the first half");
    let mut frames = 0;
    let error = loop {
        match source.next_frame() {
            Ok(Some(_)) => frames += 1,
            Ok(None) => panic!("the end came after {frames} frames without a word"),
            Err(error) => break error,
        }
    };
    assert!((10..50).contains(&frames), "{frames}");
    assert!(matches!(error, CaptureError::Truncated { .. }), "{error}");
    assert!(source.next_frame().expect("an end").is_none());
}

#[test]
fn capture_shows_a_film_in_real_time_and_ends() {
    let folder = TempDir::new().expect("a folder");
    let started = Instant::now();
    let mut capture = start(&film(&folder, 20, 20.0), OpenOptions::default());
    let mut seen: Vec<u64> = Vec::new();
    let end = loop {
        if let Some(frame) = capture.frames().take() {
            assert!(frame.captured_at().elapsed() < Duration::from_secs(5));
            seen.push(frame.sequence());
        }
        let status = capture.status();
        if status.state == CaptureState::Ended && capture.frames().offered() == 20 {
            break status;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{status:?}");
        thread::sleep(Duration::from_millis(2));
    };
    // The last frame is due 0.95 s after the first: not earlier, whatever the machine's speed.
    assert!(started.elapsed() >= Duration::from_millis(950), "{:?}", started.elapsed());
    assert!(seen.is_sorted() && seen.first() == Some(&0), "{seen:?}");
    assert_eq!((end.captured, end.size, end.label.as_str()), (20, Some((96, 64)), "film.mp4"));
    assert!(capture.stop(Duration::from_secs(5)));
}

#[test]
fn only_the_newest_frame_waits_and_the_others_are_counted() {
    let folder = TempDir::new().expect("a folder");
    let capture = start(&film(&folder, 10, 100.0), OpenOptions::default());
    let status = wait_for(&capture, "the end", |status| status.state == CaptureState::Ended);
    assert_eq!((status.captured, status.dropped), (10, 9));
    assert_eq!(capture.frames().take().map(|frame| frame.sequence()), Some(9));
    assert!(capture.frames().take().is_none());
}

#[test]
fn pause_holds_the_film_and_its_clock() {
    let folder = TempDir::new().expect("a folder");
    let capture = start(&film(&folder, 100, 50.0), OpenOptions::default());
    wait_for(&capture, "frames", |status| status.captured >= 5);
    capture.send(CaptureCommand::Pause(true));
    wait_for(&capture, "pause", |status| status.state == CaptureState::Paused);
    thread::sleep(Duration::from_millis(100));
    let held = capture.status().captured;
    thread::sleep(Duration::from_millis(600));
    assert_eq!(capture.status().captured, held, "no frames while paused");
    capture.send(CaptureCommand::Pause(false));
    thread::sleep(Duration::from_millis(200));
    let status = capture.status();
    assert_eq!(status.state, CaptureState::Streaming);
    // 0.2 s are 10 frames; had the clock gone on through the pause, 30 more would have come at once.
    assert!(status.captured > held && status.captured < held + 30, "{held} {status:?}");
}

#[test]
fn switching_turns_to_the_other_source_alone() {
    let folder = TempDir::new().expect("a folder");
    let film = film(&folder, 1000, 50.0);
    let path = folder.path().join("other.png");
    write_picture(&path, 33, 22, ORANGE);
    let capture = start(&film, OpenOptions::default());
    wait_for(&capture, "the film", |status| status.state == CaptureState::Streaming);
    capture.send(CaptureCommand::Switch(SourceSpec::Path(path)));
    let status = wait_for(&capture, "the picture", |status| status.size == Some((33, 22)));
    assert_eq!(status.label, "other.png");
    let frame = capture.frames().wait(Duration::from_secs(5)).expect("the picture");
    assert_eq!((frame.width(), frame.height()), (33, 22));
    wait_for(&capture, "its end", |status| status.state == CaptureState::Ended);
    assert!(capture.frames().take().is_none(), "nothing of the film comes late");

    capture.send(CaptureCommand::Switch(SourceSpec::Path("/nowhere".into())));
    let status =
        wait_for(&capture, "a failure", |s| matches!(s.state, CaptureState::Failed { .. }));
    assert!(
        matches!(&status.state, CaptureState::Failed { reason } if reason.contains("/nowhere"))
    );
    capture.send(CaptureCommand::Switch(SourceSpec::Path(film)));
    wait_for(&capture, "the film again", |status| status.state == CaptureState::Streaming);
}

#[test]
fn a_film_that_breaks_off_is_reported_and_shown_as_failed() {
    let folder = TempDir::new().expect("a folder");
    let avi = folder.path().join("film.avi");
    write_noise(&avi, 40, 100.0);
    let bytes = fs::read(&avi).expect("a film");
    fs::write(&avi, &bytes[..bytes.len() / 2]).expect("half a film");
    let capture = start(&avi, OpenOptions::default());
    let status =
        wait_for(&capture, "a failure", |s| matches!(s.state, CaptureState::Failed { .. }));
    assert!(status.captured > 5, "what was there was shown: {status:?}");
    assert!(
        matches!(&status.state, CaptureState::Failed { reason } if reason.contains("truncated"))
    );
}

#[test]
fn an_unreachable_stream_is_tried_again_later_and_later() {
    // A port that was free a moment ago and where nobody listens.
    let port =
        TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    let url = format!("http://me:secret@127.0.0.1:{port}/stream");
    let mut capture =
        Capture::start(SourceSpec::Url(url), OpenOptions::default()).expect("threads");
    let retrying = |attempts: u32| move |status: &CaptureStatus| matches!(&status.state, CaptureState::Retrying { attempt, .. } if *attempt >= attempts);
    let first = wait_for(&capture, "a first failure", retrying(1));
    let CaptureState::Retrying { reason, next_try, .. } = &first.state else { unreachable!() };
    assert!(reason.contains("127.0.0.1") && !reason.contains("secret"), "{reason}");
    assert!(*next_try <= Duration::from_millis(500));
    let started = Instant::now();
    wait_for(&capture, "a third failure", retrying(3));
    assert!(started.elapsed() >= Duration::from_millis(1400), "0.5 s, then 1 s");
    assert!(capture.stop(Duration::from_secs(5)));
}

#[test]
fn a_stream_that_says_nothing_is_stuck_and_does_not_hold_up_stop() {
    // Accepts connections (the backlog does) and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let options = OpenOptions { timeout: Duration::from_secs(600), ..OpenOptions::default() };
    let url = SourceSpec::Url(format!("http://127.0.0.1:{port}/stream"));
    let mut capture = Capture::start(url.clone(), options).expect("threads");
    thread::sleep(Duration::from_millis(300));
    assert_eq!(capture.status().state, CaptureState::Opening);
    let started = Instant::now();
    assert!(!capture.stop(Duration::from_millis(200)), "the reader hangs and is left behind");
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());

    let options = OpenOptions { timeout: Duration::from_millis(300), ..OpenOptions::default() };
    let capture = Capture::start(url, options).expect("threads");
    wait_for(&capture, "a retry", |s| matches!(s.state, CaptureState::Retrying { .. }));
}

/// Serves `bytes` as a film over HTTP to whoever asks, but only the first `share` of them.
fn serve(bytes: Vec<u8>, share: f64) -> SourceSpec {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for client in listener.incoming() {
            let Ok(mut client) = client else { return };
            let mut request = [0; 4096];
            // Any request is answered with the film; a client that leaves early is no failure.
            let _ = client.read(&mut request);
            let head = format!(
                "HTTP/1.0 200 OK\r\nContent-Type: video/x-msvideo\r\nContent-Length: {}\r\n\r\n",
                bytes.len()
            );
            let sent = (bytes.len() as f64 * share) as usize;
            let _ =
                client.write_all(head.as_bytes()).and_then(|()| client.write_all(&bytes[..sent]));
        }
    });
    SourceSpec::Url(format!("http://127.0.0.1:{port}/film.avi"))
}

#[test]
fn a_film_from_the_network_ends_and_one_that_breaks_off_is_tried_again() {
    let folder = TempDir::new().expect("a folder");
    let avi = folder.path().join("film.avi");
    write_noise(&avi, 40, 50.0);
    let bytes = fs::read(&avi).expect("a film");

    let capture =
        Capture::start(serve(bytes.clone(), 1.0), OpenOptions::default()).expect("threads");
    let status = wait_for(&capture, "the end", |status| status.state == CaptureState::Ended);
    assert_eq!(status.captured, 40);

    let capture = Capture::start(serve(bytes, 0.5), OpenOptions::default()).expect("threads");
    let lost = wait_for(&capture, "a loss", |s| matches!(s.state, CaptureState::Retrying { .. }));
    let CaptureState::Retrying { reason, .. } = &lost.state else { unreachable!() };
    assert!(reason.contains("broke off after"), "{reason}");
    assert!((10..30).contains(&lost.captured), "{lost:?}");
    wait_for(&capture, "frames again", |status| status.captured > lost.captured);
}

#[test]
#[ignore = "needs the clips in ../shared/clips: scripts/test runs it where they are"]
fn real_films_are_read_to_the_end_without_complaint_needs_clips() {
    let clips = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/clips");
    let entries = fs::read_dir(&clips)
        .unwrap_or_else(|error| panic!("no films: {}: {error}", clips.display()));
    let mut films = 0;
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        if path.extension().is_none_or(|extension| extension != "mp4") {
            continue;
        }
        films += 1;
        let mut source = open_path(&path).expect("a film");
        let (mut frames, mut last) = (0, None);
        while let Some(frame) = source.next_frame().expect("a readable film") {
            assert_eq!(frame.sequence(), frames);
            assert!(Some(frame.time()) > last, "{}: {frame:?}", path.display());
            (frames, last) = (frames + 1, Some(frame.time()));
        }
        // Cut films keep more frames than they show.
        let promised = source.frame_count().expect("a count");
        assert!(promised.abs_diff(frames) * 20 <= promised, "{}: {frames}", path.display());
    }
    assert!(films > 0, "there are no films in {}", clips.display());
}

#[test]
fn a_camera_that_does_not_exist_is_reported_and_tried_again() {
    let spec = SourceSpec::Camera(Some(4321));
    let error = open(&spec, &OpenOptions::default()).err().expect("no camera 4321");
    let capture = Capture::start(spec, OpenOptions::default()).expect("threads");
    if cfg!(feature = "webcam") {
        assert!(matches!(error, CaptureError::UnknownCamera { index: 4321 }), "{error}");
        wait_for(&capture, "a retry", |s| matches!(s.state, CaptureState::Retrying { .. }));
    } else {
        assert!(error.to_string().contains("`webcam`"), "{error}");
        wait_for(&capture, "a failure", |s| matches!(s.state, CaptureState::Failed { .. }));
    }
}

#[test]
fn auto_and_next_end_at_the_puppet_where_there_is_no_camera() {
    if cameras().is_ok_and(|cameras| !cameras.is_empty()) {
        println!("skipped: this machine has cameras; tests/camera-vm covers them");
        return;
    }
    let capture = Capture::start(SourceSpec::Auto, OpenOptions::default()).expect("threads");
    let is_puppet = |status: &CaptureStatus| {
        status.state == CaptureState::Streaming && status.label.contains("puppet")
    };
    let status = wait_for(&capture, "the puppet", is_puppet);
    let note = status.note.expect("a line for the screen");
    assert!(note.starts_with("No camera") && note.len() < 80, "{note}");
    capture.send(CaptureCommand::NextCamera);
    wait_for(&capture, "the puppet again", is_puppet);
}

#[test]
fn frames_can_be_played_in_without_a_thread() {
    let (sender, receiver) = frame_slot();
    let mut capture = Capture::from_receiver("played".to_owned(), receiver);
    for sequence in 0..3 {
        let time = Duration::from_millis(sequence * 33);
        sender.offer(Frame::from_rgb(vec![0; 3], 1, 1, sequence, time).expect("a frame"));
    }
    let status = capture.status();
    assert_eq!((status.label.as_str(), status.captured, status.dropped), ("played", 3, 2));
    assert_eq!(status.state, CaptureState::Streaming);
    capture.send(CaptureCommand::Pause(true));
    assert_eq!(capture.status().state, CaptureState::Paused);
    assert!(capture.stop(Duration::ZERO));
    const fn is_shared<T: Send + Sync>() {}
    is_shared::<Capture>();
}

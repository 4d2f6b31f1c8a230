//! The checks. They run one after the other: they share the cameras.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use emotion_capture::{
    Capture, CaptureCommand, CaptureError, CaptureState, CaptureStatus, FrameSource, OpenOptions,
    Pacing, SourceSpec, cameras, open,
};
use emotion_core::Frame;
use emotion_puppet::PuppetConfig;
use linuxvideo::Device;
use linuxvideo::format::{PixFormat, PixelFormat};

/// Emulated machines are slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs all checks; panics where one fails.
pub fn probe() {
    let checks: [(&str, fn()); 15] = [
        ("cameras are listed with their formats, other video nodes are not", lists_cameras),
        ("`emotion cameras` prints them", prints_cameras),
        ("a camera gives 640x480 in the right colours", gives_the_right_picture),
        ("auto takes the first camera", auto_takes_the_first_camera),
        ("a camera that does not exist is told", tells_unknown_cameras),
        ("a camera is opened once only, and again after it was closed", opens_once),
        ("a camera that another program reads is busy", tells_busy_cameras),
        ("odd formats that another program left behind do not matter", resets_odd_formats),
        ("a camera streams on its threads and stops at once", streams_and_stops),
        ("next goes through the cameras, to the puppet and round", goes_through_the_cameras),
        ("pause holds the frames back", pauses),
        ("a stream that breaks is reported and recovers", recovers_from_stream_errors),
        ("an unplugged camera is reported and comes back", reports_unplugging),
        ("a camera that hangs is noticed and does not hold up stop", leaves_hanging_drivers),
        ("auto passes over a camera that gives nothing", passes_over_dead_cameras),
    ];
    for (what, check) in checks {
        let start = Instant::now();
        println!("check: {what}");
        check();
        println!("ok ({:.1} s)", start.elapsed().as_secs_f32());
    }
}

fn lists_cameras() {
    let cameras = cameras().expect("a list");
    let numbers: Vec<u32> = cameras.iter().map(|camera| camera.index).collect();
    assert_eq!(numbers.len(), 2, "two of the nodes are cameras");
    assert!(numbers.is_sorted());
    for camera in &cameras {
        assert!(camera.name.contains("vivid"), "{}", camera.name);
        assert_eq!(camera.problem, None);
        let yuyv = camera.formats.iter().find(|format| {
            (format.encoding.as_str(), format.width, format.height) == ("YUYV", 640, 480)
        });
        assert!(yuyv.expect("640x480 in YUYV").frame_rates.contains(&25));
    }
}

fn prints_cameras() {
    let program = Path::new("/bin/emotion");
    if !program.exists() {
        println!("skipped: built without the program");
        return;
    }
    let output = Command::new(program).arg("cameras").output().expect("a program that runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{output:?}");
    let row = text.lines().find(|row| row.contains("640x480")).expect(&text);
    assert!(row.contains("YUYV") && row.ends_with("25 15 10 5 4 2 1"), "{row}");
    for wanted in ["camera:0  vivid-000-vid-cap", "camera:3  vivid-001-vid-cap"] {
        assert!(text.contains(wanted), "{text}");
    }
}

fn gives_the_right_picture() {
    let mut camera = open_camera(first());
    let label = camera.label();
    assert!(label.starts_with(&format!("camera {} (vivid", first())), "{label}");
    assert!(label.ends_with("640x480 YUYV"), "vivid has no MJPEG: {label}");
    assert_eq!((camera.pacing(), camera.frame_rate()), (Pacing::Live, Some(25.0)));
    let mut last = None;
    for number in 0..5 {
        let frame = camera.next_frame().expect("a camera").expect("a frame");
        assert_eq!((frame.width(), frame.height(), frame.sequence()), (640, 480, number));
        assert!(Some(frame.time()) > last, "times grow");
        assert_bars(&frame);
        last = Some(frame.time());
    }
}

/// Vivid's default picture: the eight colour bars of television at three quarters of their
/// strength.
fn assert_bars(frame: &Frame) {
    const BARS: [(&str, [u8; 3]); 8] = [
        ("white", [191, 191, 191]),
        ("yellow", [191, 191, 0]),
        ("cyan", [0, 191, 191]),
        ("green", [0, 191, 0]),
        ("magenta", [191, 0, 191]),
        ("red", [191, 0, 0]),
        ("blue", [0, 0, 191]),
        ("black", [0, 0, 0]),
    ];
    let width = frame.width() as usize;
    // The upper part has text in it.
    let row = frame.height() as usize * 3 / 4;
    for (number, (name, expected)) in BARS.into_iter().enumerate() {
        let column = (2 * number + 1) * width / 16;
        let start = (row * width + column) * 3;
        let found = &frame.rgb()[start..start + 3];
        let near = found.iter().zip(expected).all(|(found, wanted)| found.abs_diff(wanted) <= 12);
        assert!(near, "the {name} bar is {found:?}, not {expected:?}");
    }
}

fn auto_takes_the_first_camera() {
    let source = open(&SourceSpec::Auto, &OpenOptions::default()).expect("a source");
    assert!(source.label().starts_with(&format!("camera {}", first())), "{}", source.label());
}

fn tells_unknown_cameras() {
    let error = open(&SourceSpec::Camera(Some(77)), &OpenOptions::default()).err();
    assert!(matches!(error, Some(CaptureError::UnknownCamera { index: 77 })), "{error:?}");
}

fn opens_once() {
    for _ in 0..3 {
        let mut camera = open_camera(first());
        camera.next_frame().expect("a camera").expect("a frame");
        let second = open(&SourceSpec::Camera(Some(first())), &OpenOptions::default()).err();
        assert!(matches!(second, Some(CaptureError::CameraBusy { .. })), "{second:?}");
        let listed = cameras().expect("a list");
        assert!(listed[0].problem.as_ref().is_some_and(|problem| problem.contains("busy")));
        camera.next_frame().expect("a camera").expect("listing does not disturb it");
    }
}

fn tells_busy_cameras() {
    let format = PixFormat::new(640, 480, PixelFormat::YUYV);
    let other = device(first()).video_capture(format).expect("a camera for the other program");
    let mut stream = other.into_stream().expect("a stream");
    stream.dequeue(|_| Ok(())).expect("a frame for the other program");
    let error = open(&SourceSpec::Camera(Some(first())), &OpenOptions::default()).err();
    assert!(matches!(error, Some(CaptureError::CameraBusy { .. })), "{error:?}");
    let source = open(&SourceSpec::Auto, &OpenOptions::default()).expect("another camera");
    assert!(source.label().starts_with("camera "), "{}", source.label());
    assert!(!source.label().starts_with(&format!("camera {} ", first())), "{}", source.label());
}

fn resets_odd_formats() {
    let code = PixelFormat::from_fourcc(*b"422P");
    let odd = device(first()).video_capture(PixFormat::new(1280, 720, code)).expect("a camera");
    assert_eq!(odd.format().pixel_format(), code, "a format that is not decoded here");
    drop(odd);
    let frame = open_camera(first()).next_frame().expect("a camera").expect("a frame");
    assert_eq!((frame.width(), frame.height()), (640, 480));
    assert_bars(&frame);
}

fn streams_and_stops() {
    for _ in 0..3 {
        let mut capture = start(SourceSpec::Camera(Some(first())), Duration::from_secs(20));
        let status = streaming(&capture, 5);
        assert_eq!(status.size, Some((640, 480)));
        assert!(status.frames_per_second > 0.0, "{status:?}");
        let frame = capture.frames().wait(PATIENCE).expect("a frame");
        assert_bars(&frame);
        let started = Instant::now();
        assert!(capture.stop(Duration::from_secs(10)), "all threads ended");
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    }
}

fn goes_through_the_cameras() {
    let numbers: Vec<u32> = cameras().expect("a list").iter().map(|camera| camera.index).collect();
    let capture = start(SourceSpec::Auto, Duration::from_secs(20));
    let stations = [
        format!("camera {} ", numbers[0]),
        format!("camera {} ", numbers[1]),
        "puppet".to_owned(),
        format!("camera {} ", numbers[0]),
    ];
    for (number, station) in stations.iter().enumerate() {
        if number > 0 {
            capture.send(CaptureCommand::NextCamera);
        }
        wait_for(&capture, station, |status| {
            status.label.starts_with(station) && status.state == CaptureState::Streaming
        });
        assert_eq!(capture.status().note, None);
    }
}

fn pauses() {
    let capture = start(SourceSpec::Camera(None), Duration::from_secs(20));
    streaming(&capture, 2);
    capture.send(CaptureCommand::Pause(true));
    thread::sleep(Duration::from_secs(1));
    let held = capture.status();
    assert_eq!(held.state, CaptureState::Paused);
    thread::sleep(Duration::from_secs(1));
    assert_eq!(capture.status().captured, held.captured);
    capture.send(CaptureCommand::Pause(false));
    streaming(&capture, held.captured + 2);
}

fn recovers_from_stream_errors() {
    let capture = start(SourceSpec::Camera(Some(first())), Duration::from_secs(20));
    let before = streaming(&capture, 3).captured;
    press(first(), "Inject Fatal Streaming Error");
    let status = retrying(&capture);
    assert!(reason(&status).contains("was lost"), "{status:?}");
    let before = streaming(&capture, before + 4).captured;

    press(first(), "Inject VIDIOC_STREAMON Error");
    press(first(), "Inject Fatal Streaming Error");
    retrying(&capture);
    wait_for(
        &capture,
        "a second try",
        |status| matches!(status.state, CaptureState::Retrying { attempt, .. } if attempt > 1),
    );
    streaming(&capture, before + 4);
    assert_bars(&capture.frames().wait(PATIENCE).expect("a frame"));
}

fn reports_unplugging() {
    let mut capture = start(SourceSpec::Auto, Duration::from_secs(20));
    let before = streaming(&capture, 3).captured;
    press(first(), "Disconnect");
    let status = retrying(&capture);
    assert!(reason(&status).contains(&format!("camera {} was lost", first())), "{status:?}");
    // Vivid plugs itself in again when the last program lets go of it.
    streaming(&capture, before + 4);
    assert!(capture.stop(Duration::from_secs(10)));
}

fn leaves_hanging_drivers() {
    let mut capture = start(SourceSpec::Camera(Some(first())), Duration::from_secs(4));
    streaming(&capture, 3);
    set(first(), LOST_FRAMES, 100);
    let status = retrying(&capture);
    assert!(reason(&status).contains("gave nothing for"), "{status:?}");
    let started = Instant::now();
    assert!(!capture.stop(Duration::from_millis(300)), "the reader hangs in the driver");
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    let error = open(&SourceSpec::Camera(Some(first())), &OpenOptions::default()).err();
    assert!(matches!(error, Some(CaptureError::CameraBusy { .. })), "{error:?}");
    wake_up();
}

fn passes_over_dead_cameras() {
    let second = cameras().expect("a list")[1].index;
    set(first(), LOST_FRAMES, 100);
    let capture = start(SourceSpec::Auto, Duration::from_secs(3));
    let status = retrying(&capture);
    assert!(reason(&status).contains("gave nothing for"), "{status:?}");
    wait_for(&capture, "the second camera", |status| {
        status.label.starts_with(&format!("camera {second} "))
            && status.state == CaptureState::Streaming
    });
    drop(capture);
    wake_up();
}

/// A camera that loses all its frames hangs whoever reads it.
const LOST_FRAMES: &str = "Percentage of Dropped Buffers";

/// Lets the first camera give frames again and waits until the reader that hangs has left it.
fn wake_up() {
    set(first(), LOST_FRAMES, 0);
    let started = Instant::now();
    while open(&SourceSpec::Camera(Some(first())), &OpenOptions::default()).is_err() {
        assert!(started.elapsed() < PATIENCE, "the reader that was left behind lets go");
        thread::sleep(Duration::from_millis(100));
    }
}

/// The number of the first camera.
fn first() -> u32 {
    0
}

fn open_camera(index: u32) -> Box<dyn FrameSource> {
    open(&SourceSpec::Camera(Some(index)), &OpenOptions::default()).expect("a camera")
}

fn start(spec: SourceSpec, timeout: Duration) -> Capture {
    // Drawing takes long on an emulated processor.
    let puppet = PuppetConfig { size: (64, 64), ..PuppetConfig::default() };
    Capture::start(spec, OpenOptions { timeout, puppet, ..OpenOptions::default() })
        .expect("threads")
}

fn streaming(capture: &Capture, frames: u64) -> CaptureStatus {
    wait_for(capture, "frames", |status| {
        status.state == CaptureState::Streaming && status.captured >= frames
    })
}

fn retrying(capture: &Capture) -> CaptureStatus {
    wait_for(capture, "a retry", |status| matches!(status.state, CaptureState::Retrying { .. }))
}

fn reason(status: &CaptureStatus) -> &str {
    match &status.state {
        CaptureState::Retrying { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

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
        assert!(start.elapsed() < PATIENCE, "{what}: still {status:?}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn device(index: u32) -> Device {
    Device::open(format!("/dev/video{index}")).expect("a device")
}

fn press(index: u32, button: &str) {
    set(index, button, 1);
}

fn set(index: u32, control: &str, value: i32) {
    let mut device = device(index);
    let controls: Vec<_> = device.controls().filter_map(Result::ok).collect();
    let found = controls.iter().find(|known| known.name() == control);
    let id = found.unwrap_or_else(|| panic!("no control {control} among {controls:?}")).id();
    device.write_control_raw(id, value).expect("a control that obeys");
}

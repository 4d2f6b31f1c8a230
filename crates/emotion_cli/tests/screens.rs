//! The demo's screen, photographed by the program itself and checked for what must be in it.
//!
//! The pictures are looked at as a person would: is the ring there, in the colour of what the face
//! shows; is the picture behind it; is something written where texts belong.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests fail by panicking too")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bevy::color::Srgba;
use bevy_emotion::hud::theme;
use emotion_core::Expression;
use image::RgbImage;

const WIDTH: u32 = 640;
const HEIGHT: u32 = 360;

/// What the program says of a face: `face 1: happy, 83 %, 210x210 at 375,151 of 960x540`.
struct Report {
    shown: String,
    /// The face's middle and the side of its box, in pixels of the screen.
    middle: (f64, f64),
    side: f64,
}

impl Report {
    fn of(stderr: &str) -> Vec<Self> {
        stderr.lines().filter(|line| line.starts_with("face ")).map(Self::read).collect()
    }

    fn read(line: &str) -> Self {
        let numbers: Vec<f64> = line
            .split(|c: char| !c.is_ascii_digit() && c != '-')
            .filter_map(|part| part.parse().ok())
            .collect();
        let [_, _, width, _, x, y, frame_width, frame_height] = numbers[..] else {
            panic!("\"{line}\" has {} numbers", numbers.len());
        };
        assert_eq!(frame_width / frame_height, f64::from(WIDTH) / f64::from(HEIGHT));
        let scale = f64::from(WIDTH) / frame_width;
        let shown = line.split([' ', ',']).nth(2).expect("a third word").to_owned();
        let middle = ((x + width / 2.0) * scale, (y + width / 2.0) * scale);
        Self { shown, middle, side: width * scale }
    }
}

fn demo(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_emotion"))
        .arg("demo")
        .args(args)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .output()
        .expect("the program starts")
}

/// Takes a picture of the puppet.
fn photograph(folder: &Path, name: &str, args: &[&str]) -> (RgbImage, Vec<Report>) {
    photograph_at((WIDTH, HEIGHT), folder, name, args)
}

/// The same, on a screen of another size.
fn photograph_at(
    (width, height): (u32, u32),
    folder: &Path,
    name: &str,
    args: &[&str],
) -> (RgbImage, Vec<Report>) {
    let path: PathBuf = folder.join(name);
    let text = path.to_str().expect("a path of letters");
    let size = format!("{width}x{height}");
    let output = demo(
        &[
            &["--headless", "--source", "puppet", "--backend", "cpu", "--size", &size][..],
            &["--screenshot", text],
            args,
        ]
        .concat(),
    );
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{args:?} failed: {stderr}");
    let picture = image::open(text).expect("the picture can be read").into_rgb8();
    assert_eq!(picture.dimensions(), (width, height), "{stderr}");
    (picture, Report::of(&stderr))
}

/// The pixels whose middles `inside` accepts, as red, green, blue from 0 to 255.
fn pixels(picture: &RgbImage, inside: impl Fn(f64, f64) -> bool) -> Vec<[f64; 3]> {
    let inside = picture
        .enumerate_pixels()
        .filter(|(x, y, _)| inside(f64::from(*x) + 0.5, f64::from(*y) + 0.5));
    inside.map(|(.., rgb)| rgb.0.map(f64::from)).collect()
}

fn in_rect(left: f64, top: f64, right: f64, bottom: f64) -> impl Fn(f64, f64) -> bool {
    move |x, y| x >= left && x < right && y >= top && y < bottom
}

fn share(pixels: &[[f64; 3]], wanted: impl Fn([f64; 3]) -> bool) -> f64 {
    pixels.iter().filter(|pixel| wanted(**pixel)).count() as f64 / pixels.len().max(1) as f64
}

fn brightness([red, green, blue]: [f64; 3]) -> f64 {
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// Whether a pixel has the hue of an expression, strongly.
fn has_hue_of(expression: Expression) -> impl Fn([f64; 3]) -> bool {
    let hue = |[red, green, blue]: [f64; 3]| {
        let mean = (red + green + blue) / 3.0;
        [red - mean, green - mean, blue - mean]
    };
    let length = |v: [f64; 3]| v.iter().map(|part| part * part).sum::<f64>().sqrt();
    let Srgba { red, green, blue, .. } = theme::Theme::STANDARD.color(expression).to_srgba();
    let goal = hue([red, green, blue].map(|part| f64::from(part) * 255.0));
    move |pixel| {
        let found = hue(pixel);
        let along: f64 = found.iter().zip(goal).map(|(a, b)| a * b).sum();
        length(found) > 0.55 * length(goal) && along > 0.93 * length(found) * length(goal)
    }
}

/// The strip in which the ring lies.
fn ring_of(face: &Report) -> impl Fn(f64, f64) -> bool + use<> {
    let (middle, radius) = (face.middle, face.side * f64::from(theme::RING_RADIUS));
    move |x, y| {
        let distance = (x - middle.0).hypot(y - middle.1) / radius;
        (0.88..1.14).contains(&distance)
    }
}

/// The puppet's seven faces are read as meant, and the ring shows what was read.
#[test]
#[ignore = "needs a Vulkan driver, software will do: scripts/test runs it"]
fn each_expression_wears_its_colour_needs_vulkan() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut read_right = 0;
    for expression in Expression::ALL {
        let name = expression.name();
        let args = ["--frames", "48", "--expression", name];
        let (picture, faces) = photograph(folder.path(), &format!("{name}.png"), &args);
        let [face] = &faces[..] else { panic!("{name}: {} faces, not one", faces.len()) };
        let shown: Option<Expression> = face.shown.parse().ok();
        read_right += usize::from(shown == Some(expression));

        let ring = pixels(&picture, ring_of(face));
        match shown {
            Some(Expression::Neutral) => {
                for other in Expression::ALL.into_iter().filter(|it| *it != Expression::Neutral) {
                    let colored = share(&ring, has_hue_of(other));
                    assert!(colored < 0.08, "the neutral ring looks {other}: {colored:.3}");
                }
            }
            Some(shown) => {
                let colored = share(&ring, has_hue_of(shown));
                assert!(colored > 0.05, "{name}: only {colored:.3} of the ring looks {shown}");
            }
            None => {}
        }

        let (x, y) = face.middle;
        let half = face.side * 0.4;
        let skin = pixels(&picture, in_rect(x - half, y - half, x + half, y + half));
        let black = share(&skin, |pixel| brightness(pixel) < 16.0);
        assert!(black < 0.25, "{name}: {black:.2} of the face is black: covered, or not drawn");
    }
    assert_eq!(read_right, Expression::COUNT, "not all of the puppet's faces are read right");
}

#[test]
#[ignore = "needs a Vulkan driver, software will do: scripts/test runs it"]
fn something_is_written_where_texts_belong_needs_vulkan() {
    let folder = tempfile::tempdir().expect("a folder");
    let args = ["--frames", "40", "--expression", "happy"];
    let (picture, _) = photograph(folder.path(), "texts.png", &args);
    for (what, area) in panels(1.0) {
        assert_written(&picture, what, area);
    }
}

/// Where the four panels at the rim are on a screen so many times as large as 640x360.
fn panels(times: f64) -> [(&'static str, [f64; 4]); 4] {
    let (width, height) = (f64::from(WIDTH), f64::from(HEIGHT));
    [
        ("source and model", [8.0, 8.0, 130.0, 30.0]),
        ("delays", [width - 160.0, 8.0, width - 8.0, 66.0]),
        ("dial", [8.0, height - 96.0, 80.0, height - 8.0]),
        ("keys", [width - 160.0, height - 40.0, width - 8.0, height - 8.0]),
    ]
    .map(|(what, area)| (what, area.map(|edge| edge * times)))
}

/// There is a dark panel with something bright written on it.
fn assert_written(picture: &RgbImage, what: &str, [left, top, right, bottom]: [f64; 4]) {
    let area = pixels(picture, in_rect(left, top, right, bottom));
    let panel = share(&area, |pixel| brightness(pixel) < 110.0);
    let text = share(&area, |pixel| brightness(pixel) > 140.0);
    assert!(panel > 0.5, "{what}: no panel, only {panel:.2} is dark");
    assert!(text > 0.01, "{what}: nothing is written, {text:.4} is bright");
}

#[test]
#[ignore = "needs a Vulkan driver, software will do: scripts/test runs it"]
fn panels_open_over_the_picture_needs_vulkan() {
    let folder = tempfile::tempdir().expect("a folder");
    let args = ["--frames", "40", "--expression", "happy", "--show"];
    let middle = [180.0, 110.0, 460.0, 250.0];
    for (panel, area) in [("why", [8.0, 44.0, 150.0, 96.0]), ("cameras", middle), ("help", middle)]
    {
        let args = [&args[..], &[panel]].concat();
        let name = format!("{panel}.png");
        let (picture, _) = photograph(folder.path(), &name, &args);
        assert_written(&picture, panel, area);
    }
}

#[test]
#[ignore = "needs a Vulkan driver, software will do: scripts/test runs it"]
fn a_baseline_in_work_is_shown_beside_the_face_needs_vulkan() {
    let folder = tempfile::tempdir().expect("a folder");
    let args = ["--frames", "40", "--expression", "neutral"];
    let asked = [&args[..], &["--show", "baseline"]].concat();
    let area = [512.0, 303.0, 616.0, 330.0];
    let (picture, _) = photograph(folder.path(), "baseline.png", &asked);
    assert_written(&picture, "baseline", area);
    let (picture, _) = photograph(folder.path(), "no.png", &args);
    let [left, top, right, bottom] = area;
    let area = pixels(&picture, in_rect(left, top, right, bottom));
    let text = share(&area, |pixel| brightness(pixel) > 200.0);
    assert!(text < 0.001, "nobody asked, and {text:.4} is bright");
}

/// A folder with a reaction that throws magenta confetti when a face is happy, and a damaged one.
fn confetti(folder: &Path) -> String {
    let reactions = folder.join("reactions");
    std::fs::create_dir(&reactions).expect("a folder");
    let confetti = "(
        expression: happy,
        color: \"#FF00FF\",
        emitter: (
            per_second: 200, shape: dot, distance: (1.1, 1.2),
            outward: (0.2, 0.5), life: (1, 2), size: (0.2, 0.3), end_size: (0.2, 0.2),
        ),
    )";
    std::fs::write(reactions.join("confetti.ron"), confetti).expect("written");
    std::fs::write(reactions.join("happy.ron"), "(expression: happy, pose: 7)").expect("written");
    reactions.to_str().expect("a path of letters").to_owned()
}

/// The share of the picture that has its colour.
fn magenta(picture: &RgbImage) -> f64 {
    let all = pixels(picture, |_, _| true);
    share(&all, |[red, green, blue]| red.min(blue) > 150.0 && green < 0.6 * red.min(blue))
}

/// A user adds a reaction with a file; with reduced motion nothing flies, and the ring is there.
#[test]
#[ignore = "needs a Vulkan driver, software will do: scripts/test runs it"]
fn reactions_come_from_a_folder_and_reduced_motion_lets_nothing_fly_needs_vulkan() {
    let folder = tempfile::tempdir().expect("a folder");
    let reactions = confetti(folder.path());
    let args = ["--frames", "60", "--expression", "happy", "--reactions", &reactions];
    let (moving, _) = photograph(folder.path(), "moving.png", &args);
    let flying = magenta(&moving);
    assert!(flying > 0.001, "no confetti: {flying:.5}");

    let args = [&args[..], &["--reduced-motion"]].concat();
    let (still, faces) = photograph(folder.path(), "still.png", &args);
    let [face] = &faces[..] else { panic!("{} faces, not one", faces.len()) };
    let flying = magenta(&still);
    assert!(flying == 0.0, "confetti with reduced motion: {flying:.5}");
    // The built-in reaction is still there in the damaged one's place.
    let colored = share(&pixels(&still, ring_of(face)), has_hue_of(Expression::Happy));
    assert!(colored > 0.05, "only {colored:.3} of the ring looks happy");
}

#[test]
#[ignore = "needs a Vulkan driver, software will do: scripts/test runs it"]
fn a_screen_of_3840x2160_has_the_same_panels_three_times_as_large_needs_vulkan() {
    let folder = tempfile::tempdir().expect("a folder");
    let args = ["--frames", "12", "--expression", "happy"];
    let size = (WIDTH * 6, HEIGHT * 6);
    let (picture, _) = photograph_at(size, folder.path(), "4k.png", &args);
    for (what, area) in panels(6.0) {
        assert_written(&picture, what, area);
    }
}

#[test]
#[ignore = "needs a Vulkan driver, software will do: scripts/test runs it"]
fn the_largest_scale_fits_the_smallest_screen_needs_vulkan() {
    let folder = tempfile::tempdir().expect("a folder");
    let args = ["--frames", "40", "--expression", "happy", "--scale", "1.5", "--high-contrast"];
    let (picture, faces) = photograph(folder.path(), "large.png", &args);
    assert_eq!(faces.len(), 1);
    // The two at the right may have made way for the face.
    for (what, area) in
        panels(1.0).into_iter().filter(|(what, _)| !["delays", "keys"].contains(what))
    {
        assert_written(&picture, what, area);
    }
}

/// Without a window the user's settings are neither read nor written.
#[test]
#[ignore = "needs a Vulkan driver, software will do: scripts/test runs it"]
fn headless_runs_leave_the_users_settings_alone_needs_vulkan() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("home");
    let ours = home.join("bevy_emotion");
    std::fs::create_dir_all(&ours).expect("a folder");
    std::fs::write(ours.join("hud.ron"), "damaged").expect("written");
    let picture = folder.path().join("demo.png");
    let output = Command::new(env!("CARGO_BIN_EXE_emotion"))
        .args(["demo", "--headless", "--source", "puppet", "--backend", "cpu"])
        .args(["--size", "320x180", "--frames", "4", "--scale", "1.25", "--screenshot"])
        .arg(&picture)
        .env("XDG_CONFIG_HOME", &home)
        .output()
        .expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let left: Vec<_> = std::fs::read_dir(&ours).expect("a folder").collect();
    assert_eq!(left.len(), 1);
    assert_eq!(std::fs::read_to_string(ours.join("hud.ron")).expect("a file"), "damaged");
}

#[test]
#[ignore = "needs a Vulkan driver, software will do: scripts/test runs it"]
fn four_heads_wear_four_rings_needs_vulkan() {
    let folder = tempfile::tempdir().expect("a folder");
    let args = ["--frames", "60", "--heads", "4"];
    let (picture, faces) = photograph(folder.path(), "four.png", &args);
    assert_eq!(faces.len(), 4);
    for face in &faces {
        // No panel lies over a face: panels are much darker than the puppet's skin.
        let (x, y) = face.middle;
        let half = face.side * 0.4;
        let skin = pixels(&picture, in_rect(x - half, y - half, x + half, y + half));
        let black = share(&skin, |pixel| brightness(pixel) < 16.0);
        assert!(black < 0.25, "{black:.2} of {} is black: covered, or not drawn", face.shown);
    }
}

#[test]
#[ignore = "needs a Vulkan driver, software will do: scripts/test runs it"]
fn a_film_has_the_frames_that_were_asked_for_needs_vulkan() {
    let folder = tempfile::tempdir().expect("a folder");
    let film = folder.path().join("demo.mp4");
    let film = film.to_str().expect("a path of letters");
    let output = demo(&[
        "--headless",
        "--source",
        "puppet",
        "--backend",
        "cpu",
        "--size",
        "320x180",
        "--frames",
        "12",
        "--record",
        film,
    ]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let spec = film.parse().expect("a path");
    let film = emotion_capture::open(&spec, &Default::default()).expect("the film can be read");
    assert_eq!(film.frame_count(), Some(12));
}

#[test]
fn without_a_display_the_message_says_what_to_do() {
    let output = demo(&["--source", "puppet"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(stderr.contains("no display: run with --headless --record demo.mp4"), "{stderr}");
}

#[test]
fn a_display_that_is_not_there_is_a_message() {
    let output = Command::new(env!("CARGO_BIN_EXE_emotion"))
        .args(["demo", "--source", "puppet", "--frames", "2"])
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .env("DISPLAY", ":4711")
        .output()
        .expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("--headless --record demo.mp4"), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}

#[test]
fn without_vulkan_the_message_says_what_to_install() {
    let output = Command::new(env!("CARGO_BIN_EXE_emotion"))
        .args(["demo", "--headless", "--source", "puppet", "--screenshot", "never.png"])
        .env("VK_DRIVER_FILES", "/nonexistent.json")
        .env("VK_ICD_FILENAMES", "/nonexistent.json")
        .env("WGPU_BACKEND", "vulkan")
        .output()
        .expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("no graphics driver"), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}

#[test]
fn headless_without_an_output_is_refused() {
    let output = demo(&["--headless"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--record"));
}

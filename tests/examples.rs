//! Each example runs without a window, ends well, and says what it is there to say.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests fail by panicking too")]

use std::env::consts::EXE_SUFFIX;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// No example takes this long, on any machine.
const PATIENCE: Duration = Duration::from_secs(180);
/// Enough updates, a tenth of a second each, for what needs no model.
const FEW: u32 = 30;
/// Enough of them to load a model on a slow machine.
const MANY: u32 = 200;

/// The program of an example. Plain `cargo test` has built it.
fn program(name: &str) -> PathBuf {
    let file = format!("{name}{EXE_SUFFIX}");
    let test = std::env::current_exe().expect("the test's program");
    let profile = test.parent().and_then(Path::parent).expect("target/PROFILE/deps");
    let beside = profile.join("examples").join(&file);
    if beside.is_file() {
        return beside;
    }
    // A build folder of its own has the tests; finished programs are in the target folder.
    let built = target_folder().join(profile.file_name().expect("a profile")).join("examples");
    let program = built.join(&file);
    assert!(
        program.is_file(),
        "there is no {}: `cargo build --release --example {name}` builds it, and so does `cargo test` \
         without naming tests, in the test's own profile",
        program.display()
    );
    program
}

fn target_folder() -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--locked", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo's metadata are JSON");
    metadata["target_directory"].as_str().expect("a target folder").into()
}

/// Runs an example for so many updates; gives what it wrote.
fn run(name: &str, updates: u32) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("output");
    let output = File::create(&path).expect("a file");
    let mut child = Command::new(program(name))
        .env("EXAMPLE_UPDATES", updates.to_string())
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .stdout(output.try_clone().expect("the same file"))
        .stderr(output)
        .spawn()
        .expect("the example starts");
    let start = Instant::now();
    let read = || String::from_utf8_lossy(&fs::read(&path).expect("the output")).into_owned();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        if start.elapsed() > PATIENCE {
            child.kill().expect("it can be ended");
            panic!("{name} does not end: {}", read());
        }
        thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success(), "{name} ends with {status}: {}", read());
    read()
}

fn says(name: &str, updates: u32, expected: &[&str]) {
    let output = run(name, updates);
    for text in expected {
        assert!(output.contains(text), "{name} does not say {text:?}: {output}");
    }
}

#[test]
fn observers() {
    says("observers", FEW, &["hello", "face 1 shows happy", "somebody left", "welcome back"]);
}

#[test]
fn axes() {
    says("axes", FEW, &["steering by +1.00", "steering by -1.00"]);
}

#[test]
fn two_players() {
    says("two_players", FEW, &["player 1 jumps", "player 2 jumps", "well done, player 2"]);
}

#[test]
fn resting_baseline() {
    let output = ["its rest is found: it reads as sad by 50 %", "which counts as 0 %; Done"];
    says("resting_baseline", FEW, &output);
}

#[test]
fn replay() {
    says("replay", 2 * FEW, &["recorded at", "played at"]);
}

#[cfg(feature = "hud")]
#[test]
fn overlay_3d() {
    says("overlay_3d", FEW, &["the cube sees Some(Happy)"]);
}

#[cfg(feature = "efficientnet")]
#[test]
fn own_detector() {
    says("own_detector", MANY, &["the booth has a guest", "the guest shows Some("]);
}

#[cfg(feature = "efficientnet")]
#[test]
fn own_source() {
    says("own_source", MANY, &["drawn: 0 faces in frame"]);
}

#[cfg(feature = "efficientnet")]
#[test]
fn two_cameras() {
    let output = ["the camera at the door sees happy", "the camera at the desk sees"];
    says("two_cameras", MANY, &output);
}

/// Here the number counts events.
#[cfg(feature = "efficientnet")]
#[test]
fn headless_server() {
    let output = run("headless_server", 60);
    let events: Vec<serde_json::Value> = output
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let face = events.iter().find(|event| event["event"] == "face_appeared");
    assert!(face.is_some_and(|face| face["subject"]["track"] == 1), "{output}");
    assert!(events.iter().all(|event| event["event"] != "face_read"), "{output}");
}

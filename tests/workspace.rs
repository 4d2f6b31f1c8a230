//! The workspace's arrows go downwards only: no part names one above it.

#![expect(clippy::expect_used, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::process::Command;

/// What each part may name; see docs/architecture.md. Parts that only tests use are left out.
const MAY_NAME: [(&str, &[&str]); 19] = [
    ("emotion_core", &[]),
    ("emotion_puppet", &["emotion_core"]),
    ("emotion_capture", &["emotion_core", "emotion_puppet"]),
    ("emotion_fusion", &["emotion_core", "emotion_model_fusion"]),
    ("emotion_vision", &["emotion_core"]),
    ("emotion_opencv", &["emotion_vision"]),
    ("emotion_voice", &["emotion_core", "emotion_model_voice", "emotion_model_voice_nc"]),
    (
        "emotion_models",
        &[
            "emotion_core",
            "emotion_model_cnn4",
            "emotion_model_efficientnet",
            "emotion_model_resnet",
        ],
    ),
    (
        "emotion_session",
        &["emotion_capture", "emotion_core", "emotion_fusion", "emotion_models", "emotion_vision"],
    ),
    ("emotion_store", &["emotion_core"]),
    ("emotion_project", &["emotion_core", "emotion_store"]),
    ("emotion_watch", &["emotion_core", "emotion_project"]),
    ("emotion_words", &["emotion_core", "emotion_model_words"]),
    (
        "emotion_serve",
        &["emotion_capture", "emotion_core", "emotion_models", "emotion_session", "emotion_vision"],
    ),
    ("emotion_web", &["emotion_core", "emotion_models", "emotion_session", "emotion_vision"]),
    (
        "emotion_train",
        &["emotion_core", "emotion_fusion", "emotion_models", "emotion_voice", "emotion_words"],
    ),
    (
        "bevy_emotion",
        &[
            "emotion_capture",
            "emotion_core",
            "emotion_models",
            "emotion_session",
            "emotion_store",
            "emotion_vision",
            "emotion_voice",
            "emotion_words",
        ],
    ),
    (
        "emotion_cli",
        &[
            "bevy_emotion",
            "emotion_capture",
            "emotion_core",
            "emotion_fusion",
            "emotion_models",
            "emotion_opencv",
            "emotion_project",
            "emotion_puppet",
            "emotion_serve",
            "emotion_session",
            "emotion_store",
            "emotion_train",
            "emotion_vision",
            "emotion_voice",
            "emotion_watch",
            "emotion_words",
        ],
    ),
    ("arcade", &["bevy_emotion", "emotion_puppet"]),
];

/// The parts of the workspace that each part names, without those that only its tests need.
fn named() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--locked", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo's metadata are JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let name = |value: &serde_json::Value| value["name"].as_str().unwrap_or_default().to_owned();
    let dependencies = |package: &serde_json::Value| {
        let dependencies = package["dependencies"].as_array().expect("dependencies").iter();
        let own = dependencies
            .filter(|dependency| dependency["kind"].is_null() && dependency["path"].is_string());
        own.map(name).collect()
    };
    packages.iter().map(|package| (name(package), dependencies(package))).collect()
}

#[test]
fn no_part_names_one_above_it() {
    let named = named();
    for (part, allowed) in MAY_NAME {
        let names = named.get(part).unwrap_or_else(|| panic!("there is no package {part}"));
        for other in names {
            assert!(allowed.contains(&other.as_str()), "{part} names {other}, which is above it");
        }
    }
    let games = ["smile_runner", "mimic", "poker_face", "mood_room"];
    for game in games {
        assert!(named[game].iter().all(|name| ["arcade", "bevy_emotion"].contains(&name.as_str())));
    }
}

/// All packages that one needs with its default features, also to be built.
fn needed(part: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--edges", "normal,build", "--prefix", "none"])
        .args(["--format", "{p}", "-p", part])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && tree.contains("emotion_core"), "{tree}");
    tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn nothing_below_the_plugin_knows_bevy() {
    for part in ["emotion_project", "emotion_session", "emotion_store", "emotion_train"] {
        let mut bevy = needed(part);
        bevy.retain(|name| name.starts_with("bevy"));
        assert!(bevy.is_empty(), "{part} needs {bevy:?}");
    }
}

/// A camera game is built without FFmpeg, OpenCV, libclang and what only the program needs.
#[test]
fn an_app_gets_what_it_uses_and_no_more() {
    let needed = needed("bevy_emotion");
    for present in ["emotion_vision", "emotion_model_efficientnet", "wgpu"] {
        assert!(needed.iter().any(|name| name == present), "{present} is missing");
    }
    if cfg!(target_os = "linux") {
        assert!(needed.iter().any(|name| name == "linuxvideo"), "cameras are missing");
        let clang = ["bindgen", "clang-sys"];
        assert!(
            !needed.iter().any(|name| clang.contains(&name.as_str())),
            "libclang is not wanted"
        );
    }
    let absent = ["opencv", "ffmpeg-next", "clap", "plotters", "emotion_train", "winit"];
    for name in absent.into_iter().chain(["x11rb", "wayland-client", "emotion_model_resnet"]) {
        assert!(!needed.iter().any(|needed| needed == name), "{name} is not wanted");
    }
}

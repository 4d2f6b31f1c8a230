//! The way of somebody new: an empty crate outside the project, this crate as its dependency, and
//! what README and guide say, word for word.

#![cfg(feature = "hud")]
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Instant;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The features that this test was built with: with others Bevy would be compiled anew.
fn features() -> Vec<&'static str> {
    [
        ("films", cfg!(feature = "films")),
        ("webcam", cfg!(feature = "webcam")),
        ("wgpu", cfg!(feature = "wgpu")),
        ("hud", cfg!(feature = "hud")),
        ("cnn4", cfg!(feature = "cnn4")),
        ("efficientnet", cfg!(feature = "efficientnet")),
        ("resnet", cfg!(feature = "resnet")),
    ]
    .into_iter()
    .filter_map(|(name, is_on)| is_on.then_some(name))
    .collect()
}

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(file)).expect(file)
}

/// The first program of a page.
fn program(page: &str) -> String {
    let (_, rest) = page.split_once("```rust,no_run\n").expect("a program");
    let (program, _) = rest.split_once("\n```").expect("its end");
    assert!(program.contains("fn main()"), "it is whole");
    let lines = program.lines().map(|line| line.strip_prefix("# ").unwrap_or(line));
    lines.fold(String::new(), |mut text, line| {
        writeln!(text, "{line}").expect("memory");
        text
    })
}

/// Version and features in the line of `Cargo.toml` that a page shows:
/// `bevy_emotion = { version = "…", features = ["…", "…"] }`.
fn dependency(page: &str) -> (String, Vec<String>) {
    let line = page.lines().find(|line| line.starts_with("bevy_emotion = ")).expect("a line");
    let after = |key: &str| line.split_once(key).map_or("", |(_, rest)| rest);
    let version = after("version").split('"').nth(1).unwrap_or_default().to_owned();
    let list = after("features = [").split(']').next().unwrap_or_default();
    (version, list.split('"').skip(1).step_by(2).map(str::to_owned).collect())
}

fn cargo(folder: &Path) -> Option<Output> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // What this test was built with lies beside it; with the same features nothing of it is
    // compiled again.
    let build = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a build folder");
    let mut command = Command::new(program);
    command
        .args(["check", "--offline", "--all-targets"])
        .args((!cfg!(debug_assertions)).then_some("--release"))
        .current_dir(folder)
        .env("CARGO_BUILD_BUILD_DIR", build)
        .env("CARGO_TARGET_DIR", folder.join("target"));
    // What cargo tells the test of this crate is not for the other one.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name);
        }
    }
    command.output().ok()
}

#[test]
fn what_is_documented_compiles_in_an_empty_crate() {
    let folder = tempfile::tempdir().expect("a folder");
    let bevy = read("Cargo.toml");
    // Below the line that begins the profiles: the same ones, or everything is compiled again.
    let profiles = bevy.split_once("[profile.dev]").map(|(_, rest)| format!("[profile.dev]{rest}"));
    let bevy = bevy.lines().find_map(|line| line.strip_prefix("bevy = { version = \""));
    let bevy = bevy.and_then(|rest| rest.split('"').next()).expect("a version of Bevy");
    let manifest = format!(
        "[package]\nname = \"my_game\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [dependencies]\n\
         bevy = {{ version = \"{bevy}\", default-features = false }}\n\
         bevy_emotion = {{ path = {ROOT:?}, default-features = false, features = {:?} }}\n\n\
         # The features of the whole workspace, or everything is compiled again.\n\
         feature_union = {{ path = \"{ROOT}/tests/feature_union\" }}\n\
         emotion_models = {{ path = \"{ROOT}/crates/emotion_models\", features = [\"onnx\"] }}\n\
         emotion_train = {{ path = \"{ROOT}/crates/emotion_train\", features = [\"wgpu\"] }}\n\n{}",
        features(),
        profiles.expect("profiles")
    );
    fs::create_dir_all(folder.path().join("src/bin")).expect("folders");
    let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).expect(file);
    write("Cargo.toml", &manifest);
    write("Cargo.lock", &read("Cargo.lock"));
    write("src/main.rs", &program(&read("README.md")));
    write("src/bin/guide.rs", &program(&read("docs/embedding.md")));

    let start = Instant::now();
    let Some(output) = cargo(folder.path()) else {
        eprintln!("skipped: there is no cargo to try the documented programs with");
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    eprintln!("{said}\nchecked in {:.0} s", start.elapsed().as_secs_f32());
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("warning: unused"), "{said}");
}

/// Runs everywhere: what the pages tell people to write into `Cargo.toml` exists.
#[test]
fn the_documented_dependency_is_this_crate() {
    let manifest = read("Cargo.toml");
    let (version, features) = dependency(&read("docs/embedding.md"));
    assert!(env!("CARGO_PKG_VERSION").starts_with(&version));
    assert!(!features.is_empty());
    for feature in features {
        assert!(manifest.contains(&format!("\n{feature} = [")), "there is no feature {feature}");
    }
}

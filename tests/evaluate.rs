//! `emotion evaluate` and `emotion train` as a user runs them, and the backends when things fail.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A data set of a few drawn faces: one of each class in PublicTest, two in Training.
fn data(folder: &Path) -> PathBuf {
    let mut text = "emotion,pixels,Usage\n".to_owned();
    for (split, copies) in [("Training", 2), ("PublicTest", 1)] {
        for row in 0..7 * copies {
            let pixels: Vec<String> =
                (0..48 * 48).map(|index| (index * (row + 2) % 256).to_string()).collect();
            text += &format!("{},{},{split}\n", row % 7, pixels.join(" "));
        }
    }
    let path = folder.join("fer2013.csv");
    std::fs::write(&path, text).expect("a file");
    path
}

fn emotion(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_emotion"));
    command.args(arguments).env("RUST_BACKTRACE", "0").envs(environment.iter().copied());
    command.output().expect("the program runs")
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// No Vulkan driver at all.
const NO_VULKAN: [(&str, &str); 2] =
    [("VK_ICD_FILENAMES", "/nonexistent"), ("VK_DRIVER_FILES", "/nonexistent")];

#[test]
fn figures_are_printed_and_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = data(folder.path());
    let json = folder.path().join("figures.json");
    let output = emotion(&["evaluate", "--data", path(&data), "--tta", "--json", path(&json)], &[]);
    assert!(output.status.success(), "{}", errors(&output));
    let table = String::from_utf8_lossy(&output.stdout);
    assert!(table.contains("7 faces: accuracy") && table.contains("ms a face"), "{table}");
    let figures = std::fs::read_to_string(&json).expect("figures");
    let figures: serde_json::Value = serde_json::from_str(&figures).expect("JSON");
    assert_eq!(figures["original"]["n"], 7);
    for figure in ["accuracy", "mean_class_accuracy", "macro_f1", "ece", "nll"] {
        assert!(figures["original"][figure].is_number(), "{figure}");
    }
    assert_eq!(figures["original"]["confusion"].as_array().map(Vec::len), Some(7));
}

#[test]
fn what_cannot_be_measured_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = data(folder.path());
    let damaged = folder.path().join("mine.safetensors");
    std::fs::write(&damaged, b"not a model").expect("a file");
    for (arguments, message) in [
        (["--split", "PrivateTest"], "no faces in PrivateTest"),
        (["--model", path(&damaged)], "is damaged"),
        (["--model", "/nonexistent/cnn4.safetensors"], "cannot be read"),
        (["--model", "vgg"], "there is no model vgg"),
    ] {
        let output = emotion(&[&["evaluate", "--data", path(&data)], &arguments[..]].concat(), &[]);
        let text = errors(&output);
        assert!(!output.status.success() && text.contains(message), "{arguments:?}: {text}");
        assert!(!text.contains("panicked"), "{text}");
    }
}

#[test]
fn without_a_gpu_auto_takes_the_cpu_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = data(folder.path());
    let output = emotion(&["evaluate", "--data", path(&data), "--backend", "auto"], &NO_VULKAN);
    let text = errors(&output);
    assert!(output.status.success() && text.contains("cpu"), "{text}");
    if cfg!(feature = "wgpu") {
        assert!(text.contains("on the CPU, because"), "{text}");
        assert!(!text.contains("panicked"), "{text}");
    }
}

#[test]
fn without_a_gpu_wgpu_is_an_error_with_advice() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = data(folder.path());
    let output = emotion(&["evaluate", "--data", path(&data), "--backend", "wgpu"], &NO_VULKAN);
    let text = errors(&output);
    assert!(!output.status.success() && text.contains("--backend cpu"), "{text}");
    assert!(!text.contains("panicked"), "{text}");
}

#[test]
fn a_run_leaves_a_model_that_can_be_measured() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = data(folder.path());
    let (out, recipe) = (folder.path().join("run"), folder.path().join("recipe.json"));
    let small = r#"{"name": "tiny", "batch": 4, "epochs": 1,
        "network": {"channels": [2, 3, 4, 5], "hidden": 6, "dropout": 0.1}}"#;
    std::fs::write(&recipe, small).expect("a recipe");
    let arguments =
        ["train", "--data", path(&data), "--out", path(&out), "--recipe", path(&recipe)];
    let output = emotion(&arguments, &[]);
    assert!(output.status.success(), "{}", errors(&output));
    for file in ["tiny.safetensors", "SHA256SUMS", "recipe.json", "curves.csv", "curves.png"] {
        assert!(out.join(file).is_file(), "{file}");
    }
    let resumed = emotion(&[&arguments[..], &["--resume", "--epochs", "2"]].concat(), &[]);
    assert!(
        resumed.status.success() && errors(&resumed).contains("epoch   2"),
        "{}",
        errors(&resumed)
    );
    let model = out.join("tiny.safetensors");
    let output = emotion(&["evaluate", "--data", path(&data), "--model", path(&model)], &[]);
    assert!(output.status.success(), "{}", errors(&output));
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

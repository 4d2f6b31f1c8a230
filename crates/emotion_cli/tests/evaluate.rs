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

/// FER+'s votes for [`data`]: each face's label, but for a tie and a contempt in PublicTest.
fn votes(folder: &Path) -> PathBuf {
    let mut text = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,\
                    contempt,unknown,NF\n"
        .to_owned();
    // The columns of angry, disgust, fear, happy, sad, surprise and neutral.
    let columns = [4, 5, 6, 1, 3, 2, 0];
    for (split, copies) in [("Training", 2), ("PublicTest", 1)] {
        for row in 0..7 * copies {
            let mut votes = [0; 10];
            votes[columns[row % 7]] = 10;
            match (split, row) {
                ("PublicTest", 0) => votes = [5, 5, 0, 0, 0, 0, 0, 0, 0, 0],
                ("PublicTest", 1) => votes = [1, 1, 0, 0, 0, 0, 0, 8, 0, 0],
                _ => {}
            }
            let votes = votes.map(|votes: i32| votes.to_string()).join(",");
            text += &format!("{split},face{row}.png,{votes}\n");
        }
    }
    let path = folder.join("fer2013new.csv");
    std::fs::write(&path, text).expect("a file");
    path
}

/// [`data`] as folders of pictures, each twice as large as a face.
fn folders(folder: &Path) -> PathBuf {
    let classes = ["angry", "Disgusted", "fear", "happiness", "sad", "surprise", "neutral"];
    for (split, copies) in [("train", 2), ("val", 1)] {
        for row in 0..7 * copies {
            let class = folder.join("faces").join(split).join(classes[row % 7]);
            std::fs::create_dir_all(&class).expect("a folder");
            let grey = |x: u32, y: u32| {
                let index = (y / 2 * 48 + x / 2) as usize;
                image::Luma([(index * (row + 2) % 256) as u8])
            };
            let picture = image::GrayImage::from_fn(96, 96, grey);
            picture.save(class.join(format!("{row}.png"))).expect("a picture");
        }
    }
    folder.join("faces")
}

fn figures(path: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(path).expect("figures");
    serde_json::from_str(&text).expect("JSON")
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
    let figures = figures(&json);
    assert_eq!(figures["original"]["n"], 7);
    for figure in ["accuracy", "mean_class_accuracy", "macro_f1", "ece", "nll"] {
        assert!(figures["original"][figure].is_number(), "{figure}");
    }
    assert_eq!(figures["original"]["confusion"].as_array().map(Vec::len), Some(7));
}

#[test]
fn votes_copies_disturbances_and_pictures() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, votes) = (data(folder.path()), votes(folder.path()));
    let (json, plots) = (folder.path().join("figures.json"), folder.path().join("plots/deep"));
    let arguments = ["evaluate", "--data", path(&data), "--ferplus", path(&votes), "--disturb"];
    let files = ["--json", path(&json), "--plots", path(&plots)];
    let output = emotion(&[&arguments[..], &files].concat(), &[]);
    assert!(output.status.success(), "{}", errors(&output));
    let figures = figures(&json);

    // Every face of PublicTest is drawn like one of Training.
    assert_eq!(figures["copies_of_training"], 7);
    assert_eq!(figures["original_without_copies"]["n"], 0);
    assert_eq!(figures["ferplus"]["n"], 5);
    assert_eq!(figures["ferplus_without_copies"], serde_json::Value::Null);
    let left_out = &figures["ferplus_left_out"];
    assert_eq!((&left_out["tie"], &left_out["contempt"]), (&1.into(), &1.into()));
    let sum = |shares: &serde_json::Value| -> f64 {
        shares.as_array().expect("shares").iter().filter_map(serde_json::Value::as_f64).sum()
    };
    assert!((sum(&figures["original"]["share_of_readings"]) - 1.0).abs() < 1e-9);

    let disturbed = figures["disturbed"].as_array().expect("disturbances");
    assert!(disturbed.len() > 20, "{}", disturbed.len());
    assert_eq!(disturbed[0]["name"], "undisturbed");
    assert_eq!(disturbed[0]["accuracy"], figures["original"]["accuracy"]);
    assert_eq!(disturbed[0]["change"], 0.0);
    let table = String::from_utf8_lossy(&output.stdout);
    for row in disturbed {
        let name = row["name"].as_str().expect("a name");
        assert!(table.contains(name), "{name}: {table}");
        assert!((sum(&row["share_of_readings"]) - 1.0).abs() < 1e-9, "{name}");
    }
    for labels in ["original", "ferplus"] {
        for kind in ["confusion", "reliability"] {
            let picture = image::open(plots.join(format!("{kind}_{labels}.png")));
            assert!(picture.expect("a picture").width() >= 600);
        }
    }
    for name in ["disturbed.png", "disturbances.png"] {
        assert!(plots.join(name).is_file(), "{name}");
    }
}

#[test]
fn the_output_is_measured_under_each_prior() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, votes) = (data(folder.path()), votes(folder.path()));
    let json = folder.path().join("figures.json");
    let mut losses = Vec::new();
    for prior in ["none", "camera", "adaptive"] {
        let arguments = ["evaluate", "--data", path(&data), "--ferplus", path(&votes)];
        let options = ["--prior", prior, "--streams", "--json", path(&json)];
        let output = emotion(&[&arguments[..], &options].concat(), &[]);
        assert!(output.status.success(), "{}", errors(&output));
        let table = String::from_utf8_lossy(&output.stdout);
        let first = format!("what apps get (prior {prior}), against the labels");
        assert!(table.lines().next().is_some_and(|line| line.contains(&first)), "{table}");
        let figures = figures(&json);
        assert_eq!(figures["prior"], prior);
        assert_eq!(
            (&figures["output"]["original"]["n"], &figures["original"]["n"]),
            (&7.into(), &7.into())
        );
        assert_eq!(figures["output"]["ferplus"]["n"], figures["ferplus"]["n"]);
        losses.push(figures["output"]["original"]["nll"].as_f64().expect("a number"));

        let streams = figures["streams"].as_array().expect("streams");
        assert_eq!(streams.len(), 4 * 3, "four streams under three priors");
        for row in streams {
            let name = row["name"].as_str().expect("a name");
            assert!(table.contains(name) && row["ece"].is_number(), "{name}: {table}");
            assert!(row["n"].as_u64().is_some_and(|count| count > 0), "{row}");
        }
    }
    assert!(losses[0] != losses[1] && losses[1] != losses[2], "{losses:?}");

    let output = emotion(&["evaluate", "--data", path(&data), "--prior", "flat"], &[]);
    let text = errors(&output);
    assert!(!output.status.success() && text.contains("none, camera or adaptive"), "{text}");
}

#[test]
fn a_folder_is_measured_like_a_table() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, folders) = (data(folder.path()), folders(folder.path()));
    let mut confusions = Vec::new();
    for data in [&data, &folders] {
        let json = folder.path().join("figures.json");
        let output = emotion(&["evaluate", "--data", path(data), "--json", path(&json)], &[]);
        assert!(output.status.success(), "{}", errors(&output));
        confusions.push(figures(&json)["original"]["confusion"].clone());
    }
    assert_eq!(confusions[0], confusions[1]);

    std::fs::write(folders.join("val/sad/torn.png"), "half").expect("a file");
    let output = emotion(&["evaluate", "--data", path(&folders)], &[]);
    let text = errors(&output);
    assert!(output.status.success() && text.contains("skipped val/sad/torn.png"), "{text}");
    std::fs::create_dir(folders.join("val/bored")).expect("a folder");
    let output = emotion(&["evaluate", "--data", path(&folders)], &[]);
    let text = errors(&output);
    assert!(!output.status.success() && text.contains("val/bored has no class's name"), "{text}");
    assert!(!text.contains("panicked"), "{text}");
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
        "network": {"kind": "cnn4", "channels": [2, 3, 4, 5], "hidden": 6, "dropout": 0.1}}"#;
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

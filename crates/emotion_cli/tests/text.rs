//! `analyze --text`, `train --text` and `evaluate --text` as their users run them.
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn emotion(args: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_emotion"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("its input");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().expect("it ends");
    // A program that has refused its arguments reads nothing.
    let _ = writer.join();
    output
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn rows(output: &Output) -> Vec<HashMap<String, String>> {
    assert!(output.status.success(), "{}", text(&output.stderr));
    let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
    reader.deserialize().map(|row| row.expect("a row with all columns")).collect()
}

#[test]
fn subtitles_become_rows_with_their_times() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("film.srt");
    let subtitles = "1\n00:00:01,000 --> 00:00:02,500\nI am so happy, thank you!\n\n\
                     2\n00:00:xx --> 00:00:05,000\nlost\n\n\
                     3\n00:01:00,250 --> 00:01:02,000\n<i>I am so sad, I want to cry.</i>\n";
    std::fs::write(&path, subtitles).expect("a file");
    let output = emotion(&["analyze", "--text", path.to_str().expect("a name")], b"");
    let rows = rows(&output);
    let column = |name: &str| rows.iter().map(|row| row[name].clone()).collect::<Vec<_>>();
    assert_eq!(column("expression"), ["happy", "sad"]);
    assert_eq!(column("start_s"), ["1.0", "60.25"]);
    assert_eq!(column("end_s"), ["2.5", "62.0"]);
    assert_eq!(column("modality"), ["words", "words"]);
    assert_eq!(column("line"), ["1", "9"]);
    let messages = text(&output.stderr);
    assert!(messages.contains("line 6: ") && messages.contains("1 broken"), "{messages}");
}

#[test]
fn lines_of_standard_input_may_be_anything() {
    let mut input = b"I love this :)\n\nasdkjh qwlekjq zxmcnb\nthank \xff you\n".to_vec();
    input.extend(std::iter::repeat_n(b'x', 10_000_000));
    let output = emotion(&["analyze", "--text", "-", "--format", "jsonl"], &input);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let rows: Vec<serde_json::Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let lines: Vec<_> = rows.iter().map(|row| row["line"].as_u64()).collect();
    assert_eq!(lines, [Some(1), Some(3), Some(4), Some(5)]);
    assert_eq!(rows[0]["expression"], "happy");
    assert_eq!(rows[0]["start_s"], serde_json::Value::Null);
    assert_eq!(rows[1]["expression"], serde_json::Value::Null);
    assert_eq!(rows[1]["labels"], "");
    assert_eq!(rows[3]["expression"], serde_json::Value::Null);
    let messages = text(&output.stderr);
    for part in ["4 lines read", "1 with bytes that are not UTF-8", "1 too long"] {
        assert!(messages.contains(part), "{messages}");
    }
}

#[test]
fn what_cannot_be_read_is_a_message() {
    let folder = tempfile::tempdir().expect("a folder");
    let vtt = folder.path().join("film.vtt");
    std::fs::write(&vtt, "1\n00:01.000 --> 00:02.000\nx\n").expect("a file");
    let name = |path: &Path| path.to_str().expect("a name").to_owned();
    for (input, message) in [
        (name(&vtt), "WEBVTT"),
        (name(&folder.path().join("none.srt")), "none.srt"),
        (name(folder.path()), "is a folder"),
    ] {
        let output = emotion(&["analyze", "--text", &input], b"");
        assert_eq!(output.status.code(), Some(1), "{input}");
        assert!(text(&output.stderr).contains(message), "{}", text(&output.stderr));
    }
    let output = emotion(&["analyze", "--text", "-", "--annotate", "x.mp4"], b"");
    assert_eq!(output.status.code(), Some(2));
}

/// A small table: happy lines have other words than sad ones.
#[cfg(feature = "train")]
fn table(folder: &Path) -> String {
    let mut table = "dataset\tsplit\tlabels\ttext\n".to_owned();
    for index in 0..240 {
        let split = if index % 4 == 0 { "val" } else { "train" };
        let (label, word) =
            [("Happy", "great"), ("Sad", "lonely"), ("Neutral", "table")][index % 3];
        let set = ["a", "b"][index / 4 % 2];
        table += &format!("{set}\t{split}\t{label}\tthis is {word} number {}\n", index % 7);
    }
    table += "a\ttrain\tBored\tno such label\n";
    let path = folder.join("lines.tsv");
    std::fs::write(&path, table).expect("a file");
    path.to_str().expect("a name").to_owned()
}

#[cfg(feature = "train")]
#[test]
fn a_model_is_trained_and_measured() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = table(folder.path());
    let at = |name: &str| folder.path().join(name).to_str().expect("a name").to_owned();
    let recipe = r#"{"network": {"pieces": 512, "width": 8, "hidden": 8, "direct": 512, "tokens": 20,
        "dropout": 0.1}, "batch": 16, "epochs": 20, "learning_rate": 0.02, "warmup": 5, "average": 0.9}"#;
    std::fs::write(at("recipe.json"), recipe).expect("a file");
    let (out, recipe) = (at("out"), at("recipe.json"));
    let args = ["train", "--text", "--data", &data, "--out", &out, "--recipe", &recipe];
    let output = emotion(&args, b"");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("line 242 is left out"), "{}", text(&output.stderr));

    let (model, json) = (at("out/words.safetensors"), at("figures.json"));
    let args = ["evaluate", "--text", "--data", &data, "--model", &model, "--json", &json];
    let output = emotion(&args, b"");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let figures = std::fs::read_to_string(&json).expect("a file");
    let figures: serde_json::Value = serde_json::from_str(&figures).expect("JSON");
    for set in ["a", "b"] {
        assert_eq!(figures[set]["n"], 30);
        let macro_f1 = figures[set]["macro_f1"].as_f64().expect("a number");
        assert!(macro_f1 > 0.9, "{figures}");
        assert!(figures[set]["ece"].as_f64().is_some());
    }
}

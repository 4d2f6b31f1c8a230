//! Voices, heard by the program: sound files that are made here, and data that nobody spoke.
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::path::Path;
use std::process::{Command, Output};

/// Pulses through formants, four syllables a second, with a second of silence on both sides.
fn voice(rate: u32, seconds: f32, hertz: f32) -> Vec<f32> {
    let rate_f = rate as f32;
    let formants: [[f32; 3]; 3] =
        [[730.0, 1090.0, 2440.0], [530.0, 1840.0, 2480.0], [570.0, 840.0, 2410.0]];
    let mut phase = 0.0;
    let mut states = [[0.0_f32; 2]; 3];
    let sample = |index: usize| {
        let time = index as f32 / rate_f;
        phase += (hertz + 25.0 * (time * 2.0).sin()) / rate_f;
        let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
        phase = phase.fract();
        let vowel = formants[(time * 4.0) as usize % formants.len()];
        let mut sum = 0.0;
        for (state, formant) in states.iter_mut().zip(vowel) {
            let radius = (-std::f32::consts::PI * 90.0 / rate_f).exp();
            let turn = (std::f32::consts::TAU * formant / rate_f).cos();
            let out = pulse + 2.0 * radius * turn * state[0] - radius * radius * state[1];
            *state = [out, state[0]];
            sum += out;
        }
        let syllable = (time * 4.0).fract().min(0.8) / 0.8;
        sum * 0.03 * (std::f32::consts::PI * syllable).sin()
    };
    let spoken: Vec<f32> = (0..(rate_f * seconds) as usize).map(sample).collect();
    let silence = vec![0.0; rate as usize];
    [&silence[..], &spoken, &silence].concat()
}

/// A WAV file of 32-bit floats.
fn write_wav(path: &Path, rate: u32, channels: u16, samples: &[f32]) {
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let block = channels * 4;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + data.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend(3_u16.to_le_bytes());
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * u32::from(block)).to_le_bytes());
    bytes.extend(block.to_le_bytes());
    bytes.extend(32_u16.to_le_bytes());
    bytes.extend(b"data");
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    std::fs::write(path, bytes).expect("a file");
}

fn emotion(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_emotion")).args(args).output().expect("the program starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
fn a_sound_file_of_any_rate_has_rows_while_somebody_speaks() {
    let folder = tempfile::tempdir().expect("a folder");
    for rate in [8_000, 44_100, 192_000] {
        let path = folder.path().join(format!("{rate}.wav"));
        let mono = voice(rate, 3.0, 130.0);
        let stereo: Vec<f32> = mono.iter().flat_map(|sample| [*sample, *sample]).collect();
        write_wav(&path, rate, 2, &stereo);
        let output = emotion(&["analyze", text(&path)]);
        assert!(output.status.success(), "{}", said(&output));
        let mut reader = csv::Reader::from_reader(&output.stdout[..]);
        let headers = reader.headers().expect("a header").clone();
        let column = |name: &str| headers.iter().position(|header| header == name).expect("it");
        let rows: Vec<_> = reader.records().map(|row| row.expect("a row")).collect();
        assert!((5..=12).contains(&rows.len()), "{rate}: {} rows", rows.len());
        for row in &rows {
            assert_eq!(&row[column("modality")], "voice");
            let time = |name: &str| row[column(name)].parse::<f64>().expect("a time");
            assert!(time("start_s") < time("time_s") && time("time_s") < 5.1);
            assert!(row[column("frame")].is_empty());
            let sum: f64 = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]
                .map(|name| row[column(name)].parse::<f64>().expect("a score"))
                .iter()
                .sum();
            assert!((sum - 1.0).abs() < 0.001, "{sum}");
        }
    }
}

#[test]
fn broken_sound_is_a_clear_error_or_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let mut samples = voice(16_000, 2.0, 130.0);
    samples[20_000..20_100].fill(f32::NAN);
    samples[21_000..22_000].fill(4.0);
    write_wav(&path("broken.wav"), 16_000, 1, &samples);
    let output = emotion(&["analyze", text(&path("broken.wav"))]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("100 samples are no numbers"), "{}", said(&output));
    assert!(said(&output).contains("clipped"), "{}", said(&output));

    write_wav(&path("silence.wav"), 16_000, 1, &vec![0.0; 80_000]);
    let output = emotion(&["analyze", text(&path("silence.wav"))]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 1, "only the header");

    let whole = std::fs::read(path("broken.wav")).expect("a file");
    std::fs::write(path("cut.wav"), &whole[..30]).expect("a file");
    let output = emotion(&["analyze", text(&path("cut.wav"))]);
    assert!(!output.status.success() && said(&output).contains("cut.wav"), "{}", said(&output));

    let output = emotion(&["analyze", "--voice", "puppet", "--frames", "2"]);
    assert!(!output.status.success(), "a puppet is silent");
    assert!(said(&output).contains("only files have a voice"), "{}", said(&output));
}

/// High voices are happy, low ones sad.
fn write_data(folder: &Path) {
    let mut table = "dataset,file,speaker,split,label\n".to_owned();
    for index in 0..16 {
        let (label, hertz) = if index % 2 == 0 { ("Happy", 230.0) } else { ("Sad", 100.0) };
        let speaker = index / 4;
        let split = if speaker == 3 { "val" } else { "train" };
        let name = format!("{index}.wav");
        write_wav(&folder.join(&name), 16_000, 1, &voice(16_000, 1.5, hertz + index as f32));
        table += &format!("made,{name},{speaker},{split},{label}\n");
    }
    table += "made,gone.wav,3,val,Sad\nmade,0.wav,0,train,boredom\n";
    std::fs::write(folder.join("labels.csv"), table).expect("a table");
}

#[test]
fn a_model_is_trained_and_measured_on_speakers_that_it_has_not_heard() {
    let folder = tempfile::tempdir().expect("a folder");
    write_data(folder.path());
    let recipe = folder.path().join("recipe.json");
    let text_of_recipe = r#"{"name": "tiny", "copies": 2, "members": 1, "hidden": [8], "epochs": 20,
        "batch": 8, "dropout": 0.1, "input_dropout": 0.0, "adaptation": 0.0}"#;
    std::fs::write(&recipe, text_of_recipe).expect("a recipe");
    let run = |name: &str| {
        let out = folder.path().join(name);
        let data = text(folder.path());
        let output = emotion(&[
            "train",
            "--voice",
            "--data",
            data,
            "--recipe",
            text(&recipe),
            "--out",
            text(&out),
        ]);
        assert!(output.status.success(), "{}", said(&output));
        assert!(said(&output).contains("left out: gone.wav"), "{}", said(&output));
        out.join("tiny.safetensors")
    };
    let model = run("a");
    let bytes = |path: &Path| std::fs::read(path).expect("a model");
    assert!(bytes(&model) == bytes(&run("b")), "training is deterministic");

    let json = folder.path().join("figures.json");
    let output = emotion(&[
        "evaluate",
        "--voice",
        "--data",
        text(folder.path()),
        "--model",
        text(&model),
        "--json",
        text(&json),
    ]);
    assert!(output.status.success(), "{}", said(&output));
    let report: serde_json::Value = serde_json::from_slice(&bytes(&json)).expect("JSON");
    let set = &report["sets"]["made"];
    assert_eq!(set["n"], 4, "only the speaker who is not learned from");
    assert_eq!(set["uar"], 1.0, "{set}");
    for field in ["accuracy", "ece", "per_class_recall", "confusion"] {
        assert!(!set[field].is_null(), "{field}");
    }
    assert_eq!(report["without_label"], 0);
    assert_eq!(report["unreadable"], 1);

    let output =
        emotion(&["analyze", text(&folder.path().join("0.wav")), "--voice-model", text(&model)]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("happy"));
}

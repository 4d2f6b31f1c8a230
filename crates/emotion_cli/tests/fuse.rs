//! Films with picture, sound and subtitles, and weights of their one answer, as users run them. The face is drawn, the
//! voice is made here.
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use emotion_capture::FrameSource;
use emotion_capture::puppet::{PuppetConfig, PuppetMotion, PuppetScript, PuppetSource};
use emotion_core::Expression;
use image::codecs::jpeg::JpegEncoder;

const RATE: u32 = 16_000;
const FRAMES: usize = 100;
const FRAMES_A_SECOND: usize = 25;

const SUBTITLES: &str = "1\n00:00:01,200 --> 00:00:02,600\nI am so happy, thank you!\n\n\
                         2\n00:00:xx --> 00:00:03,000\nlost\n";

type Row = HashMap<String, String>;

fn emotion(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_emotion")).args(args).output().expect("the program starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn rows(csv_text: &[u8]) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(csv_text);
    reader.deserialize().map(|row| row.expect("a row with all columns")).collect()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// Pulses through three formants, four syllables a second, from 0.5 s on.
fn voice() -> Vec<f32> {
    let rate = RATE as f32;
    let vowels = [[730.0, 1090.0, 2440.0], [530.0, 1840.0, 2480.0], [570.0, 840.0, 2410.0_f32]];
    let (mut phase, mut states) = (0.0, [[0.0_f32; 2]; 3]);
    let sample = |index: usize| {
        let time = index as f32 / rate;
        phase += (140.0 + 25.0 * (time * 2.0).sin()) / rate;
        let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
        phase = phase.fract();
        let mut sum = 0.0;
        for (state, formant) in states.iter_mut().zip(vowels[(time * 4.0) as usize % 3]) {
            let radius = (-std::f32::consts::PI * 90.0 / rate).exp();
            let turn = (std::f32::consts::TAU * formant / rate).cos();
            let out = pulse + 2.0 * radius * turn * state[0] - radius * radius * state[1];
            *state = [out, state[0]];
            sum += out;
        }
        let syllable = (time * 4.0).fract().min(0.8) / 0.8;
        if time < 0.5 { 0.0 } else { sum * 0.03 * (std::f32::consts::PI * syllable).sin() }
    };
    (0..FRAMES * RATE as usize / FRAMES_A_SECOND).map(sample).collect()
}

fn chunk(name: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = name.as_bytes().to_vec();
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    bytes.extend(vec![0; data.len() % 2]);
    bytes
}

fn list(name: &str, parts: &[Vec<u8>]) -> Vec<u8> {
    chunk("LIST", &[name.as_bytes(), &parts.concat()].concat())
}

fn numbers(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// A film of a puppet that rests, with sound, as an AVI of JPEG pictures.
fn write_film(path: &Path, sound: Option<&[f32]>) {
    let mut puppet = PuppetSource::new(PuppetConfig {
        size: (320, 240),
        frames_per_second: FRAMES_A_SECOND as f64,
        motion: PuppetMotion::STILL,
        script: PuppetScript::Hold(Expression::Neutral),
        ..PuppetConfig::default()
    });
    let (width, height) = (320, 240);
    let streams = 1 + u32::from(sound.is_some());
    let (count, rate) = (FRAMES as u32, FRAMES_A_SECOND as u32);
    let main = numbers(&[40_000, 0, 0, 0x100, count, 0, streams, 0, width, height, 0, 0, 0, 0]);
    let header = |kind: &str, codec: &str, scale: u32, rate: u32, length: u32, sample: u32| {
        let numbers_of = numbers(&[0, 0, 0, scale, rate, 0, length, 0, 0, sample, 0, 0]);
        chunk("strh", &[kind.as_bytes(), codec.as_bytes(), &numbers_of].concat())
    };
    let bits = 1 | (24 << 16);
    let jpeg = u32::from_le_bytes(*b"MJPG");
    let picture = numbers(&[40, width, height, bits, jpeg, 0, 0, 0, 0, 0]);
    let mut head = vec![
        chunk("avih", &main),
        list("strl", &[header("vids", "MJPG", 1, rate, count, 0), chunk("strf", &picture)]),
    ];
    if let Some(sound) = sound {
        let format = numbers(&[1 | (1 << 16), RATE, RATE * 2, 2 | (16 << 16)]);
        let of_sound = header("auds", "\0\0\0\0", 1, RATE, sound.len() as u32, 2);
        head.push(list("strl", &[of_sound, chunk("strf", &format)]));
    }
    let mut movie = Vec::new();
    for number in 0..FRAMES {
        let frame = puppet.next_frame().expect("a frame").expect("a frame");
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, 92)
            .encode(frame.rgb(), width, height, image::ExtendedColorType::Rgb8)
            .expect("a picture");
        movie.push(chunk("00dc", &jpeg));
        if let Some(sound) = sound {
            let each = RATE as usize / FRAMES_A_SECOND;
            let samples = sound[number * each..(number + 1) * each].iter();
            let bytes: Vec<u8> = samples
                .flat_map(|s| ((s.clamp(-1.0, 1.0) * 32_767.0) as i16).to_le_bytes())
                .collect();
            movie.push(chunk("01wb", &bytes));
        }
    }
    let body = [b"AVI ".to_vec(), list("hdrl", &head), list("movi", &movie)].concat();
    fs::write(path, chunk("RIFF", &body)).expect("a file");
}

#[test]
fn a_film_with_picture_sound_and_subtitles_goes_through_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    write_film(&at("film.avi"), Some(&voice()));
    fs::write(at("film.srt"), SUBTITLES).expect("a file");
    let (film, drawn, plot) = (at("film.avi"), at("seen.mp4"), at("plot.png"));
    let model = ["--backend", "cpu", "--model", "cnn4"];
    let mut args = vec!["analyze", "--fuse", text(&film)];
    args.extend(["--annotate", text(&drawn), "--plot", text(&plot)]);
    args.extend(model);
    let output = emotion(&args);
    let messages = said(&output);
    assert!(output.status.success(), "{messages}");
    assert!(messages.contains("with the subtitles") && messages.contains("1 broken"), "{messages}");
    let rows = rows(&output.stdout);
    let of = |modality: &str| -> Vec<&Row> {
        rows.iter().filter(|row| row["modality"] == modality).collect()
    };
    let modalities: BTreeSet<&str> = rows.iter().map(|row| row["modality"].as_str()).collect();
    assert_eq!(modalities.into_iter().collect::<Vec<_>>(), ["face", "fused", "voice", "words"]);
    assert!(of("face").len() > FRAMES * 3 / 4, "{} faces", of("face").len());
    assert!(of("voice").len() >= 5, "{} windows", of("voice").len());
    // The mouth rests while somebody speaks: it is somebody else's voice.
    let last = of("voice").pop().expect("a voice").clone();
    assert_eq!((last["speaker"].as_str(), last["track"].as_str()), ("unseen", "0"), "{last:?}");
    let words = of("words");
    assert_eq!(words.len(), 1);
    assert_eq!(words[0]["expression"], "happy");
    assert_eq!((words[0]["start_s"].as_str(), words[0]["time_s"].as_str()), ("1.2", "2.6"));
    let both = of("fused").into_iter().filter(|row| row["words_share"] != "0.0");
    assert!(both.clone().count() > 0);
    for row in both {
        let share = |name: &str| row[name].parse::<f64>().expect("a number");
        let sum = share("face_share") + share("voice_share") + share("words_share");
        assert!((sum - 1.0).abs() < 0.01, "{row:?}");
    }
    let times: Vec<f64> = rows.iter().map(|row| row["time_s"].parse().expect("a time")).collect();
    assert!(times.windows(2).all(|pair| pair[0] <= pair[1] + 0.05), "by time");
    assert!(fs::metadata(&drawn).expect("a film").len() > 10_000);
    let drawn = image::open(&plot).expect("a picture");
    assert_eq!(drawn.width(), 1280);

    // The rows of faces alone are what they were, and are the same beside others.
    let mut args = vec!["analyze", text(&film)];
    args.extend(model);
    let alone = emotion(&args);
    let alone = self::rows(&alone.stdout);
    assert_eq!(alone.len(), of("face").len());
    for (alone, row) in alone.iter().zip(of("face")) {
        let timed = ["detect_ms", "classify_ms"];
        let same = alone.iter().filter(|(name, _)| !timed.contains(&name.as_str()));
        assert!(same.clone().all(|(name, value)| row[name] == *value), "{alone:?} {row:?}");
    }
}

#[test]
fn a_film_in_which_nobody_speaks_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let film = folder.path().join("film.avi");
    for (sound, message) in
        [(None, "without a voice"), (Some(vec![0.0; FRAMES * 640]), "nobody speaks")]
    {
        write_film(&film, sound.as_deref());
        let args = ["analyze", "--fuse", text(&film), "--frames", "30", "--model", "cnn4"];
        let output = emotion(&args);
        assert!(output.status.success(), "{}", said(&output));
        assert!(said(&output).contains(message), "{}", said(&output));
        assert!(rows(&output.stdout).iter().all(|row| row["modality"] == "face"));
    }
}

/// Readings of two people for each label: faces and words that are mostly right, voices that know nothing.
#[cfg(feature = "train")]
fn write_readings(path: &Path) {
    let names = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"];
    let mut table = format!("modality,label,set,group,disturbed,quality,{}\n", names.join(","));
    for index in 0..280 {
        let label = index % names.len();
        for modality in ["face", "voice", "words"] {
            let is_right = modality != "voice" && index % 4 != 0;
            let shown = if is_right { label } else { (index * 5 + index / 7) % names.len() };
            let score = |name: usize| if name == shown { 0.64 } else { 0.06 };
            let scores: Vec<String> = (0..names.len()).map(|it| score(it).to_string()).collect();
            table += &format!(
                "{modality},{},made,{},false,1,{}\n",
                names[label],
                index / 7,
                scores.join(",")
            );
        }
    }
    fs::write(path, table).expect("a table");
}

#[cfg(feature = "train")]
#[test]
fn weights_are_fitted_on_one_half_and_measured_on_the_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    write_readings(Path::new(&at("readings.csv")));
    let (readings, weights, json) = (at("readings.csv"), at("fusion.json"), at("figures.json"));
    let args = ["fuse", "--readings", &readings, "--fit", "--out", &weights, "--triples", "1000"];
    let args = [&args[..], &["--steps", "60"]].concat();
    let output = emotion(&[&args[..], &["--json", &json]].concat());
    assert!(output.status.success(), "{}", said(&output));
    let read = |path: &str| -> serde_json::Value {
        serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON")
    };
    let figures = read(&json);
    assert_eq!(figures["halves"].as_array().map(Vec::len), Some(2));
    let half = &figures["halves"][0]["missing_30"];
    let number = |value: &serde_json::Value| value.as_f64().expect("a number");
    assert!(number(&half["accuracy"]) >= number(&half["mean_accuracy"]), "{half}");
    let weight = |of: &str| number(&read(&weights)["weights"][of]["weight"]);
    assert!(weight("voice") < 0.5 * weight("words"), "a voice that knows nothing");

    let output =
        emotion(&["fuse", "--readings", &readings, "--weights", &weights, "--triples", "500"]);
    assert!(output.status.success(), "{}", said(&output));
    let output = emotion(&["fuse", "--readings", &weights, "--triples", "500"]);
    assert!(!output.status.success() && said(&output).contains("readings"), "{}", said(&output));
}

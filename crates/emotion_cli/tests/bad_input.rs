//! Whatever the program is given, it says what is wrong and what to do, and never panics.
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use emotion_capture::FilmWriter;
use emotion_vision::detect::CascadePaths;
use image::{Rgb, RgbImage};
use tempfile::TempDir;

const PUPPET: [&str; 3] = ["puppet", "--frames", "2"];

fn emotion(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_emotion"));
    command.args(args);
    command
}

fn analyze(args: &[&str]) -> Output {
    emotion(&["analyze", "--backend", "cpu"]).args(args).output().expect("the program starts")
}

/// Messages of a run that has to fail with status 1, once and readably, with all `parts` in it.
#[track_caller]
fn fails(output: &Output, parts: &[&str]) -> String {
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "exit status of: {messages}");
    assert!(!messages.contains("panicked"), "{messages}");
    assert!(messages.contains("error: "), "{messages}");
    for part in parts {
        assert!(messages.contains(part), "\"{part}\" is missing in: {messages}");
    }
    messages
}

#[track_caller]
fn succeeds(output: &Output) -> String {
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{messages}");
    assert!(!messages.contains("panicked"), "{messages}");
    messages
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder for the test")
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

fn file_with(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let file = folder.path().join(name);
    fs::write(&file, bytes).expect("a file");
    file
}

fn picture(folder: &TempDir, name: &str, width: u32, height: u32) -> PathBuf {
    let file = folder.path().join(name);
    let pixels = RgbImage::from_pixel(width, height, Rgb([150, 120, 90]));
    pixels.save(&file).expect("a picture");
    file
}

/// A film of `frames` noisy pictures: each of them takes its place in the file.
fn film(folder: &TempDir, name: &str, frames: u32) -> PathBuf {
    let file = folder.path().join(name);
    let mut film = FilmWriter::create(&file, 25.0, (160, 120)).expect("a film");
    let mut state = 1_u32;
    for number in 0..frames {
        let noise = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        });
        let noise: Vec<u8> = noise.take(160 * 120 * 3).collect();
        film.write(noise, Duration::from_millis(40) * number).expect("a frame");
    }
    film.finish().expect("an end");
    file
}

fn cut(file: &Path, part: f64) {
    let length = fs::metadata(file).expect("a file").len() as f64;
    let file = File::options().write(true).open(file).expect("a file");
    file.set_len((length * part) as u64).expect("a shorter file");
}

// Inputs.

#[test]
fn a_missing_file() {
    fails(
        &analyze(&["nowhere/film.mp4"]),
        &["no file or folder nowhere/film.mp4", "check the path"],
    );
}

#[test]
fn an_empty_file() {
    let folder = folder();
    let file = file_with(&folder, "empty.mp4", b"");
    fails(&analyze(&[path(&file)]), &["empty.mp4 is empty"]);
}

#[test]
fn files_that_are_no_media() {
    let folder = folder();
    let letter = file_with(&folder, "letter.mp4", "Dear Sir or Madam,\n".repeat(50).as_bytes());
    fails(&analyze(&[path(&letter)]), &["letter.mp4 is no picture and no film", "text file"]);
    let program = fs::read(env!("CARGO_BIN_EXE_emotion")).expect("this program");
    let program = file_with(&folder, "program.avi", &program[..100_000]);
    fails(&analyze(&[path(&program)]), &["program.avi is no picture and no film"]);
}

#[test]
fn a_folder_without_pictures() {
    let folder = folder();
    file_with(&folder, "notes.txt", b"nothing to see");
    fails(&analyze(&[path(folder.path())]), &["no pictures in the folder", "JPEG or PNG"]);
}

#[test]
fn a_film_without_its_end_keeps_the_rows_that_it_has() {
    let folder = folder();
    let whole = film(&folder, "whole.avi", 50);
    assert!(succeeds(&analyze(&[path(&whole)])).contains("50 frames"));
    cut(&whole, 0.5);
    let messages = fails(&analyze(&[path(&whole)]), &["whole.avi", "truncated or damaged"]);
    assert!(messages.contains("frames/s"), "what could be read is summed up: {messages}");
}

#[test]
fn a_film_that_cannot_be_begun() {
    // An mp4 has its table of contents at the end.
    let folder = folder();
    let whole = film(&folder, "whole.mp4", 50);
    cut(&whole, 0.5);
    fails(&analyze(&[path(&whole)]), &["whole.mp4 is no picture and no film"]);
}

#[test]
fn a_huge_file_of_nothing() {
    let folder = folder();
    let file = folder.path().join("huge.mkv");
    File::create(&file).and_then(|file| file.set_len(1 << 36)).expect("a sparse file");
    fails(&analyze(&[path(&file)]), &["huge.mkv is no picture and no film"]);
}

#[test]
fn a_picture_that_claims_to_be_huge() {
    let folder = folder();
    let file = picture(&folder, "bomb.png", 8, 8);
    let mut bytes = fs::read(&file).expect("a picture");
    // IHDR: width and height follow its name, a checksum follows its 13 bytes.
    bytes[16..20].copy_from_slice(&300_000_u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&300_000_u32.to_be_bytes());
    let sum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    fs::write(&file, bytes).expect("a picture");
    fails(&analyze(&[path(&file)]), &["bomb.png"]);
}

/// The checksum of PNG's chunks.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 }
        })
    })
}

#[test]
fn damaged_pictures_are_left_out_of_their_folder() {
    let folder = folder();
    picture(&folder, "1.png", 64, 48);
    let damaged = picture(&folder, "2.png", 64, 48);
    cut(&damaged, 0.3);
    picture(&folder, "3.png", 64, 48);
    let messages = fails(&analyze(&[path(folder.path())]), &["2.png is damaged"]);
    assert!(messages.contains("2 pictures"), "the others are read: {messages}");
}

#[test]
fn frames_of_one_pixel_and_of_8k() {
    let folder = folder();
    let dot = picture(&folder, "dot.png", 1, 1);
    let line = picture(&folder, "line.png", 3000, 1);
    let wall = picture(&folder, "wall.png", 7680, 4320);
    for file in [&dot, &line, &wall] {
        assert!(succeeds(&analyze(&[path(file)])).contains("1 picture in"));
    }
    succeeds(&analyze(&[path(&dot), path(&wall), "--size", "640x480"]));
    // Encoders need an even number of pixels, two at least.
    let out = folder.path().join("dot.mp4");
    fails(&analyze(&[path(&dot), "--annotate", path(&out)]), &["dot.mp4", "1x1"]);
}

#[test]
fn a_stream_that_nobody_sends() {
    let output = analyze(&["http://127.0.0.1:9/secret.mp4"]);
    fails(&output, &["http://127.0.0.1:9/secret.mp4 cannot be opened", "check the address"]);
    let output = analyze(&["rtsp://me:hunter2@127.0.0.1:9/door"]);
    let messages = fails(&output, &["rtsp://127.0.0.1:9/door"]);
    assert!(!messages.contains("hunter2"), "{messages}");
}

#[test]
fn no_camera() {
    if Path::new("/dev/video0").exists() || !cfg!(target_os = "linux") {
        eprintln!("skipped: there may be a camera here");
        return;
    }
    fails(&analyze(&["camera"]), &["no camera", "puppet"]);
    fails(&analyze(&["camera:7"]), &["camera 7", "emotion cameras"]);
    fails(&analyze(&["camera:x"]), &["camera:x", "camera:0"]);
}

// Cascades and models.

#[test]
fn cascades_that_are_missing_damaged_or_no_cascades() {
    let folder = folder();
    let with = |cascade: &Path| {
        let mut args = PUPPET.to_vec();
        args.extend(["--cascade", path(cascade)]);
        analyze(&args)
    };
    fails(&with(&folder.path().join("nowhere")), &["nowhere", "opencv-data", "--cascade"]);
    fails(&with(folder.path()), &["opencv-data", "--cascade"]);

    let installed = CascadePaths::find(None).expect("OpenCV's cascades, which the tests need");
    let copies: Vec<PathBuf> = [&installed.frontal, &installed.frontal_strict, &installed.profile]
        .into_iter()
        .map(|original| {
            let copy = folder.path().join(original.file_name().expect("a name"));
            fs::copy(original, &copy).expect("a copy");
            copy
        })
        .collect();
    succeeds(&with(folder.path()));
    for copy in &copies {
        let whole = fs::read(copy).expect("a cascade");
        for damaged in [
            &b""[..],
            &[0x9e; 4096],
            b"<?xml version=\"1.0\"?><opencv_storage><a>1</a></opencv_storage>",
            SHAPELESS_CASCADE.as_bytes(),
            &whole[..whole.len() / 2],
        ] {
            fs::write(copy, damaged).expect("a file");
            let name = copy.file_name().and_then(|name| name.to_str()).expect("a name");
            let parts = [name, "not a usable cascade", "reinstall OpenCV's data files"];
            fails(&with(folder.path()), &parts);
        }
        fs::write(copy, whole).expect("the cascade again");
    }
}

/// Says that it is a cascade, and has no window and no stages.
const SHAPELESS_CASCADE: &str = r#"<?xml version="1.0"?><opencv_storage><cascade type_id="opencv-cascade-classifier">
<stageType>BOOST</stageType><featureType>HAAR</featureType><height>0</height><width>0</width>
<stageParams><maxWeakCount>0</maxWeakCount></stageParams><featureParams><maxCatCount>0</maxCatCount></featureParams>
<stageNum>0</stageNum><stages></stages><features></features></cascade></opencv_storage>"#;

#[test]
fn models_that_are_missing_damaged_or_of_the_wrong_shape() {
    let folder = folder();
    let with = |model: &str| {
        let mut args = PUPPET.to_vec();
        args.extend(["--model", model]);
        analyze(&args)
    };
    fails(&with("nonesuch"), &["there is no model nonesuch", "cnn4"]);
    fails(&with("nowhere/model.safetensors"), &["nowhere/model.safetensors", "cannot be read"]);

    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/cnn4/cnn4.safetensors");
    let good = fs::read(shipped).expect("the model that ships");
    let empty = file_with(&folder, "empty.safetensors", b"");
    let noise = file_with(&folder, "noise.safetensors", &[0x9e; 4096]);
    let half = file_with(&folder, "half.safetensors", &good[..good.len() / 2]);
    for file in [empty, noise, half] {
        fails(&with(path(&file)), &[path(&file), "is damaged", "fetch or train it again"]);
    }
    let turned = file_with(&folder, "turned.safetensors", &with_a_turned_tensor(&good));
    fails(&with(path(&turned)), &["turned.safetensors does not fit", "shape"]);
    let copy = file_with(&folder, "copy.safetensors", &good);
    succeeds(&with(path(&copy)));
}

/// The same bytes, but a tensor that says its first two sides the other way round.
fn with_a_turned_tensor(model: &[u8]) -> Vec<u8> {
    let length = u64::from_le_bytes(model[..8].try_into().expect("eight bytes")) as usize;
    let mut header: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(&model[8..8 + length]).expect("a safetensors header");
    let shape = header
        .values_mut()
        .filter_map(|tensor| tensor.get_mut("shape")?.as_array_mut())
        .find(|shape| shape.len() >= 2 && shape[0] != shape[1])
        .expect("a tensor whose sides differ");
    shape.swap(0, 1);
    let header = serde_json::to_vec(&header).expect("JSON");
    let mut turned = (header.len() as u64).to_le_bytes().to_vec();
    turned.extend(header);
    turned.extend(&model[8 + length..]);
    turned
}

#[test]
fn a_model_with_one_flipped_bit_beside_its_hashes() {
    let folder = folder();
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/cnn4");
    let file = folder.path().join("cnn4.safetensors");
    for name in ["cnn4.safetensors", "SHA256SUMS"] {
        fs::copy(models.join(name), folder.path().join(name)).expect("a copy");
    }
    let mut model = File::options().read(true).write(true).open(&file).expect("the copy");
    let mut byte = [0];
    model.seek(SeekFrom::End(-1)).expect("the last byte");
    model.read_exact(&mut byte).expect("the last byte");
    model.seek(SeekFrom::End(-1)).expect("the last byte");
    model.write_all(&[byte[0] ^ 1]).expect("the last byte");
    let output = analyze(&["puppet", "--frames", "2", "--model", path(&file)]);
    fails(&output, &["cnn4.safetensors", "SHA256SUMS"]);
}

// Devices.

/// No Vulkan driver and no OpenGL one: wgpu has nothing to run on.
fn without_gpu(command: &mut Command) -> &mut Command {
    command
        .env("VK_DRIVER_FILES", "/nonexistent")
        .env("VK_ICD_FILENAMES", "/nonexistent")
        .env("WGPU_BACKEND", "vulkan")
}

#[test]
fn no_vulkan() {
    let mut auto = emotion(&["analyze", "--backend", "auto"]);
    let messages = succeeds(&without_gpu(auto.args(PUPPET)).output().expect("the program starts"));
    assert!(messages.contains("cpu"), "it says what it took: {messages}");

    let mut wgpu = emotion(&["analyze", "--backend", "wgpu"]);
    let output = without_gpu(wgpu.args(PUPPET)).output().expect("the program starts");
    fails(&output, &["wgpu", "--backend cpu"]);
}

#[cfg(target_os = "linux")]
#[test]
fn no_display_and_no_vulkan_for_the_demo() {
    let without_display = |args: &[&str]| {
        let mut command = emotion(args);
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
        command
    };
    let output = without_display(&["demo", "--source", "puppet"]).output().expect("a start");
    fails(&output, &["display", "--headless"]);

    let folder = folder();
    let shot = folder.path().join("shot.png");
    let mut headless =
        without_display(&["demo", "--headless", "--frames", "3", "--screenshot", path(&shot)]);
    let output = without_gpu(&mut headless).output().expect("a start");
    fails(&output, &["Vulkan", "mesa-vulkan-drivers"]);
}

// Arguments and outputs.

#[test]
fn arguments_that_make_no_sense() {
    for args in [
        &["analyze"][..],
        &["analyze", "puppet", "--frames", "0"],
        &["analyze", "puppet", "--size", "640"],
        &["analyze", "puppet", "--backend", "abacus"],
        &["analyze", "puppet", "--format", "xml"],
        &["dance"],
    ] {
        let output = emotion(args).output().expect("the program starts");
        let messages = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {messages}");
        assert!(messages.contains("--help"), "{messages}");
    }
}

#[test]
fn places_that_cannot_be_written() {
    let folder = folder();
    let nowhere = folder.path().join("nowhere");
    let out = nowhere.join("rows.csv");
    fails(&analyze(&["puppet", "--out", path(&out)]), &["cannot write", "rows.csv"]);
    for (film, part) in [
        (nowhere.join("film.mp4"), "no folder"),
        (folder.path().join("film"), "end it in .mp4"),
        (folder.path().join("film.xyz"), "film.xyz"),
    ] {
        let args = ["puppet", "--frames", "2", "--annotate", path(&film)];
        let messages = fails(&analyze(&args), &[part]);
        assert!(!messages.contains("2 frames"), "it is seen before the work begins: {messages}");
    }
    if Path::new("/dev/full").exists() {
        fails(&analyze(&["puppet", "--frames", "2", "--out", "/dev/full"]), &["No space left"]);
    }
}

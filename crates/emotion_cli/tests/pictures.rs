//! Pictures are not films: each is judged by itself, and its rows lead back to it.
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use emotion_capture::FrameSource;
use emotion_capture::puppet::{PuppetConfig, PuppetSource};
use image::imageops::FilterType;
use image::{DynamicImage, RgbImage};

/// The project's own drawings, in which faces were missed once.
const DRAWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pictures");

fn run(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_emotion"));
    command.arg("analyze").args(args).args(["--backend", "cpu", "--model", "cnn4"]);
    command.output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// File name and track of each row, of a run that has to succeed; and what was said.
fn rows(args: &[&str]) -> (Vec<(String, u64)>, String) {
    let output = run(args);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{args:?}: {said}");
    let stdout = text(&output.stdout);
    let mut reader = csv::Reader::from_reader(stdout.as_bytes());
    let row = |record: csv::StringRecord| {
        let name =
            Path::new(&record[0]).file_name().expect("a name").to_string_lossy().into_owned();
        (name, record[3].parse().expect("a number"))
    };
    (reader.records().map(|record| row(record.expect("a row"))).collect(), said)
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// Writes a picture of this many heads; of none, a grey one.
fn draw(file: &Path, heads: u8) {
    let config = PuppetConfig { heads: heads.max(1), ..PuppetConfig::default() };
    let mut puppet = PuppetSource::new(config);
    let frame = puppet.next_frame().expect("a puppet does not fail").expect("no end");
    let mut bytes = frame.rgb().to_vec();
    if heads == 0 {
        bytes.fill(120);
    }
    let picture = RgbImage::from_raw(frame.width(), frame.height(), bytes).expect("a picture");
    picture.save(file).expect("a file");
}

#[test]
fn pictures_of_a_folder_are_read_one_by_one_in_natural_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    draw(&at("img1.png"), 0);
    draw(&at("img2.png"), 2);
    draw(&at("img10.png"), 1);
    fs::write(at("._img2.png"), b"what macOS leaves behind").expect("a file");
    fs::write(at("notes.txt"), b"nothing to see").expect("a file");
    fs::write(at("phone.heic"), b"ftypheic").expect("a file");
    fs::create_dir(at("more")).expect("a folder");
    draw(&at("more/img3.png"), 1);

    let row = |name: &str, track| (name.to_owned(), track);
    let flat = [row("img2.png", 1), row("img2.png", 2), row("img10.png", 1)];
    let (found, said) = rows(&[path(folder.path())]);
    assert_eq!(found, flat);
    assert!(said.contains("notes.txt is left out"), "{said}");
    assert!(said.contains("convert it to JPEG"), "{said}");
    assert!(!said.contains("._img2") && said.contains("3 pictures in"), "{said}");

    let (found, _) = rows(&[path(folder.path()), "--recursive"]);
    assert_eq!(found, [&flat[..], &[row("img3.png", 1)]].concat());
    let (_, said) = rows(&[path(folder.path()), "--as-film"]);
    assert!(said.contains("3 frames in") && said.contains("tracks"), "{said}");
}

#[test]
fn a_group_is_complete_and_a_doubtful_face_is_decided_at_once() {
    let (group, _) = rows(&[&format!("{DRAWN}/group_of_20.jpg")]);
    let tracks: Vec<u64> = group.iter().map(|(_, track)| *track).collect();
    assert_eq!(tracks, (1..=20).collect::<Vec<_>>());
    let (doubtful, _) = rows(&[&format!("{DRAWN}/doubtful.jpg")]);
    assert_eq!(doubtful.len(), 1);
}

#[test]
fn a_face_that_fills_the_picture_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = folder.path().join("whole.png");
    draw(&whole, 1);
    let picture = image::open(&whole).expect("a picture");
    let mut puppet = PuppetSource::new(PuppetConfig::default());
    puppet.next_frame().expect("a puppet does not fail");
    let square = puppet.truth()[0].bbox_in_frame;
    let side = square.width.round() as u32;
    let face: DynamicImage = picture.crop_imm(square.x as u32, square.y as u32, side, side);
    for pixels in [48, 160] {
        let file = folder.path().join(format!("{pixels}.png"));
        face.resize_exact(pixels, pixels, FilterType::Triangle).save(&file).expect("a file");
        let (found, _) = rows(&[path(&file)]);
        assert_eq!(found.len(), 1, "{pixels} pixels");
    }
}

#[test]
fn outputs_are_checked_before_the_work_begins() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let film = at("same.mp4");
    let failed = |args: &[&str], part: &str| {
        let output = run(args);
        assert!(!output.status.success(), "{args:?}");
        let said = text(&output.stderr);
        assert!(said.contains(part), "{said}");
    };
    let same = path(&film);
    failed(&["puppet", "--out", same, "--annotate", same], "two outputs at once");
    failed(&["puppet", "--annotate", path(&at("boxes.png"))], "not named as a film");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

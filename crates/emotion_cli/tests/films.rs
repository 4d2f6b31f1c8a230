//! Films as people have them: each is read as a player would show it.
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use emotion_capture::{FilmWriter, FrameSource, OpenOptions, SourceSpec};

/// The project's own drawings, written as phones, cameras and editors write.
const FILMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/films");

fn emotion(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_emotion"));
    command.arg("analyze").args(args).args(["--backend", "cpu", "--model", "cnn4"]);
    command
}

fn run(args: &[&str]) -> Output {
    emotion(args).output().expect("the program starts")
}

/// A row: frame, box and expression.
struct Row {
    frame: u64,
    x: f32,
    y: f32,
    width: f32,
    expression: String,
}

fn rows_of(output: &Output) -> Vec<Row> {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let mut reader = csv::Reader::from_reader(&output.stdout[..]);
    let number = |text: &str| text.parse().expect("a number");
    let row = |record: csv::StringRecord| Row {
        frame: record[1].parse().expect("a number"),
        x: number(&record[4]),
        y: number(&record[5]),
        width: number(&record[6]),
        expression: record[9].to_owned(),
    };
    reader.records().map(|record| row(record.expect("a row"))).collect()
}

fn rows(film: &str) -> Vec<Row> {
    rows_of(&run(&[&format!("{FILMS}/{film}")]))
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn open(path: &Path) -> Box<dyn FrameSource> {
    emotion_capture::open(&SourceSpec::Path(path.to_owned()), &OpenOptions::default())
        .expect("it can be read")
}

#[test]
fn films_of_phones_are_turned_upright() {
    let upright = rows("upright.mp4");
    assert_eq!(upright.len(), 12);
    for film in ["rotated_minus_90.mp4", "rotated_plus_90.mp4"] {
        let turned = rows(film);
        assert_eq!(turned.len(), 12, "{film}");
        for (turned, upright) in turned.iter().zip(&upright) {
            assert_eq!(turned.frame, upright.frame, "{film}");
            assert!((turned.x - upright.x).abs() < 6.0, "{film}: {} {}", turned.x, upright.x);
            assert!((turned.y - upright.y).abs() < 6.0, "{film}: {} {}", turned.y, upright.y);
            assert_eq!(turned.expression, upright.expression, "{film}");
        }
    }
}

#[test]
fn pixels_that_are_not_square_are_made_so() {
    let rows = rows("pixels_2_to_1.mp4");
    assert_eq!(rows.len(), 12);
    assert!(rows.iter().all(|row| row.expression == "neutral"));
}

#[test]
fn frames_that_an_edit_list_hides_are_neither_shown_nor_missed() {
    let rows = rows("edit_list.mp4");
    assert_eq!(rows.iter().map(|row| row.frame).collect::<Vec<_>>(), (0..25).collect::<Vec<_>>());
}

#[test]
fn a_picture_that_grows_in_the_middle_of_a_stream_is_seen_as_it_is() {
    let rows = rows("taller_midway.ts");
    assert_eq!(rows.len(), 24);
    for row in &rows[13..] {
        let (x, y, width) = (row.x - 107.0, row.y - 59.0, row.width - 216.0);
        assert!(
            x.abs() < 16.0 && y.abs() < 16.0 && width.abs() < 24.0,
            "frame {}: {} {} {}",
            row.frame,
            row.x,
            row.y,
            row.width
        );
    }
}

#[test]
fn a_colon_in_a_name_is_no_protocol() {
    let folder = tempfile::tempdir().expect("a folder");
    let film = folder.path().join("2026-01-01T12:30:00.mp4");
    fs::copy(format!("{FILMS}/upright.mp4"), &film).expect("a copy");
    let name = film.file_name().expect("a name").to_str().expect("UTF-8");
    let output = emotion(&[name, "--annotate", "12:30.mp4"]).current_dir(&folder).output();
    assert_eq!(rows_of(&output.expect("the program starts")).len(), 12);
    assert_eq!(open(&folder.path().join("12:30.mp4")).frame_count(), Some(12));
}

#[test]
#[cfg(unix)]
fn films_come_through_pipes_and_have_names_of_any_bytes() {
    use std::os::unix::ffi::OsStrExt;

    for name in ["-", "/dev/stdin"] {
        let mut cat = Command::new("cat")
            .arg(format!("{FILMS}/upright.mp4"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("cat starts");
        let pipe = cat.stdout.take().expect("a pipe");
        let output = emotion(&[name]).stdin(pipe).output().expect("the program starts");
        assert_eq!(rows_of(&output).len(), 12, "{name}");
        cat.wait().expect("cat ends");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let odd = folder.path().join(std::ffi::OsStr::from_bytes(b"f\xffilm.mp4"));
    fs::copy(format!("{FILMS}/upright.mp4"), &odd).expect("a copy");
    let output = emotion(&[]).arg(&odd).output().expect("the program starts");
    assert_eq!(rows_of(&output).len(), 12);
}

#[test]
fn a_sound_file_is_heard_and_its_cover_is_no_film() {
    let output = run(&[&format!("{FILMS}/sound_with_cover.m4a")]);
    assert_eq!(rows_of(&output).len(), 0, "its tone is no voice");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("sound_with_cover.m4a: nobody speaks in it"), "{said}");
}

/// A film of grey pictures shown at these times, in milliseconds.
fn film_at(path: &Path, times: &[u64]) {
    let mut film = FilmWriter::create(path, 25.0, (320, 240)).expect("a film");
    for time in times {
        let grey = vec![120; 320 * 240 * 3];
        film.write(grey, Duration::from_millis(*time)).expect("a picture");
    }
    film.finish().expect("an end");
}

fn times_of(path: &Path) -> Vec<u64> {
    let mut source = open(path);
    let mut times = Vec::new();
    while let Some(frame) = source.next_frame().expect("it is whole") {
        times.push(frame.time().as_millis() as u64);
    }
    times
}

#[test]
fn an_annotated_film_keeps_the_times_of_its_frames() {
    let folder = tempfile::tempdir().expect("a folder");
    let film = folder.path().join("phone.mp4");
    let uneven = [0, 40, 80, 500, 540, 1300];
    film_at(&film, &uneven);
    assert_eq!(times_of(&film), uneven);
    let drawn = folder.path().join("drawn.mkv");
    rows_of(&run(&[path(&film), "--annotate", path(&drawn)]));
    assert_eq!(times_of(&drawn), uneven);
}

#[test]
fn a_picture_is_annotated_as_a_picture_and_a_film_never() {
    let folder = tempfile::tempdir().expect("a folder");
    let doubtful = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pictures/doubtful.jpg");
    for name in ["drawn.png", "drawn.jpg"] {
        let drawn = folder.path().join(name);
        assert_eq!(rows_of(&run(&[doubtful, "--annotate", path(&drawn)])).len(), 1);
        let (before, after) = (image::open(doubtful), image::open(&drawn));
        let (before, after) = (before.expect("read").into_rgb8(), after.expect("read").into_rgb8());
        assert_eq!(before.dimensions(), after.dimensions());
        let differ = before.pixels().zip(after.pixels()).filter(|(a, b)| a.0.abs_diff(b.0) > 40);
        assert!(differ.count() > 200, "{name}: nothing is drawn");
    }
    let drawn = folder.path().join("film.png");
    let output = run(&[&format!("{FILMS}/upright.mp4"), "--annotate", path(&drawn)]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("end it in .mp4"), "{said}");
    assert!(output.stdout.iter().filter(|byte| **byte == b'\n').count() <= 1, "no rows");
    assert!(!drawn.exists());
}

/// Distance of two colours.
trait Difference {
    fn abs_diff(self, other: Self) -> i32;
}

impl Difference for [u8; 3] {
    fn abs_diff(self, other: Self) -> i32 {
        self.iter().zip(other).map(|(a, b)| (i32::from(*a) - i32::from(b)).abs()).sum()
    }
}

#[test]
fn several_inputs_give_their_rows_in_order_however_many_are_read_at_once() {
    let films =
        ["upright.mp4", "edit_list.mp4", "taller_midway.ts"].map(|name| format!("{FILMS}/{name}"));
    let names = films.each_ref().map(String::as_str);
    // What each step took differs from run to run: the last two columns.
    let table = |jobs: &str| {
        let output = run(&[&names[..], &["--jobs", jobs]].concat());
        assert!(output.status.success());
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = |line: &str| line.rsplitn(3, ',').last().map(str::to_owned);
        text.lines().map(line).collect::<Vec<_>>()
    };
    let alone = table("1");
    assert_eq!(alone.len(), 1 + 12 + 25 + 24);
    assert_eq!(table("3"), alone);
}

#[test]
fn rows_go_on_where_an_input_in_the_middle_is_damaged() {
    let folder = tempfile::tempdir().expect("a folder");
    let broken = folder.path().join("broken.mp4");
    File::create(&broken).and_then(|file| file.set_len(5000)).expect("zeros");
    let upright = format!("{FILMS}/upright.mp4");
    let output = run(&[&upright, path(&broken), &upright, "--jobs", "3"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("1 of 3 inputs could not be read"), "{said}");
    assert_eq!(output.stdout.iter().filter(|byte| **byte == b'\n').count(), 25);
}

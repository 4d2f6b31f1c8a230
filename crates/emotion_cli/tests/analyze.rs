//! `emotion analyze` as its users run it: the program on the puppet, and on films where there are some.
#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests fail by panicking too")]

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use emotion_capture::puppet::{PuppetConfig, PuppetSource};
use emotion_capture::{FrameSource, OpenOptions, SourceSpec};
use emotion_core::Expression;
use emotion_core::{Frame, FrameRect};
use emotion_store::{Recording, What};

const HEADER: &str = "source,frame,time_s,track,x,y,w,h,roll_deg,expression,confidence,\
                      angry,disgust,fear,happy,sad,surprise,neutral,valence,arousal,\
                      detect_ms,classify_ms";

/// `emotion analyze` on the CPU, so that the rows do not depend on the machine's GPU.
fn analyze(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_emotion"));
    command.arg("analyze").args(args).args(["--backend", "cpu"]);
    command
}

fn run(args: &[&str]) -> Output {
    analyze(args).output().expect("the program starts")
}

/// The output of a run that has to succeed.
fn rows_of(args: &[&str]) -> Vec<Row> {
    let output = run(args);
    assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    parse(&text(&output.stdout))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A row by its columns' names.
type Row = HashMap<String, String>;

fn parse(csv_text: &str) -> Vec<Row> {
    assert_eq!(csv_text.lines().next(), Some(HEADER));
    let mut reader = csv::Reader::from_reader(csv_text.as_bytes());
    reader.deserialize().map(|row| row.expect("a row with all columns")).collect()
}

fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} of {row:?} is no number"))
}

fn bbox_in_frame(row: &Row) -> FrameRect {
    let [x, y, w, h] = ["x", "y", "w", "h"].map(|column| number(row, column) as f32);
    FrameRect::new(x, y, w, h)
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Frames of the puppet that the program reads, with what they show.
fn puppet_frames(count: usize) -> Vec<(Frame, FrameRect, Expression, Duration)> {
    let mut puppet = PuppetSource::new(PuppetConfig::default());
    (0..count)
        .map(|_| {
            let frame = puppet.next_frame().expect("a frame").expect("no end");
            let truth = puppet.truth()[0];
            (frame, truth.bbox_in_frame, truth.expression, truth.since)
        })
        .collect()
}

#[test]
fn the_puppets_face_is_in_every_frame_where_it_is_drawn() {
    const FRAMES: usize = 90;
    let rows = rows_of(&["puppet", "--frames", "90"]);
    let truth = puppet_frames(FRAMES);

    let mut hits = 0;
    let mut last_frame = None;
    for row in &rows {
        assert_eq!(row["source"], "puppet");
        let frame: usize = row["frame"].parse().expect("a frame number");
        assert!(frame < FRAMES && last_frame.is_none_or(|last| frame > last), "one row a frame");
        last_frame = Some(frame);
        let (drawn, truth_in_frame, ..) = &truth[frame];
        assert!((number(row, "time_s") - drawn.time().as_secs_f64()).abs() < 1e-5);
        hits += usize::from(bbox_in_frame(row).iou(truth_in_frame) > 0.5);

        let scores: f64 = Expression::ALL.iter().map(|one| number(row, one.name())).sum();
        assert!((scores - 1.0).abs() < 0.001, "scores of {row:?} sum to {scores}");
        assert!(row["expression"].is_empty() || row["expression"].parse::<Expression>().is_ok());
        for (column, range) in [
            ("confidence", 0.0..=1.0),
            ("valence", -1.0..=1.0),
            ("arousal", -1.0..=1.0),
            ("roll_deg", -90.0..=90.0),
            ("detect_ms", 0.0..=1e5),
            ("classify_ms", 0.0..=1e5),
        ] {
            assert!(range.contains(&number(row, column)), "{column} of {row:?}");
        }
    }
    assert!(hits * 100 >= FRAMES * 95, "the face was found in {hits} of {FRAMES} frames");
    assert!(rows.iter().all(|row| row["track"] == "1"), "one head is one track");
}

/// From the first change of the puppet's face: it takes 180 ms to put an expression on.
#[test]
fn a_change_of_expression_shows_within_300_ms() {
    const FRAMES: usize = 560;
    let rows = rows_of(&["puppet", "--frames", "560"]);
    let mut puppet = PuppetSource::new(PuppetConfig::default());
    let mut changes = Vec::new();
    for _ in 0..FRAMES {
        puppet.next_frame().expect("a frame").expect("no end");
        let truth = puppet.truth()[0];
        if truth.expression != Expression::Neutral
            && !changes.contains(&(truth.expression, truth.since))
        {
            changes.push((truth.expression, truth.since));
        }
    }
    assert!(changes.len() >= 5, "{changes:?}");

    let mut read = 0;
    for (expression, since) in &changes {
        let since = since.as_secs_f64();
        let shown: Vec<&Row> = rows
            .iter()
            .filter(|row| (since..since + 2.6).contains(&number(row, "time_s")))
            .collect();
        let right = |row: &Row| row["expression"] == expression.name();
        // What the model does not take for this expression at all says nothing about delays.
        if shown.iter().filter(|row| right(row)).count() * 2 < shown.len() {
            eprintln!("the model does not see the puppet's {expression}");
            continue;
        }
        read += 1;
        let first = shown.iter().find(|row| right(row)).map(|row| number(row, "time_s"));
        let delay = first.expect("some are right") - since;
        eprintln!("{expression} shows after {:.0} ms", delay * 1000.0);
        assert!(delay <= 0.300, "{expression} shows after {delay:.3} s");
    }
    assert!(read >= 3, "{read} of {} expressions were read", changes.len());
}

#[test]
fn the_same_input_gives_the_same_rows() {
    let without_times = |mut rows: Vec<Row>| {
        for row in &mut rows {
            row.remove("detect_ms");
            row.remove("classify_ms");
        }
        rows
    };
    let once = without_times(rows_of(&["puppet", "--frames", "60"]));
    assert!(!once.is_empty());
    assert_eq!(once, without_times(rows_of(&["puppet", "--frames", "60"])));

    // Nor does it matter what was read before.
    let twice = without_times(rows_of(&["puppet", "puppet", "--frames", "60"]));
    assert_eq!(twice.len(), 2 * once.len());
    assert_eq!(twice[once.len()..], once);
}

#[test]
fn json_lines_say_the_same_as_csv() {
    let csv_rows = rows_of(&["puppet", "--frames", "20"]);
    let output = run(&["puppet", "--frames", "20", "--format", "jsonl"]);
    assert!(output.status.success());
    let lines = text(&output.stdout);
    assert_eq!(lines.lines().count(), csv_rows.len());
    for (line, row) in lines.lines().zip(&csv_rows) {
        let object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(line).expect("one object a line");
        assert_eq!(object.len(), row.len());
        for (column, value) in row {
            match &object[column] {
                serde_json::Value::Null => assert!(value.is_empty() && column == "expression"),
                serde_json::Value::String(text) => assert_eq!(text, value),
                other if column.ends_with("_ms") => assert!(other.is_number()),
                other => assert_eq!(other.as_f64(), value.parse().ok(), "{column}"),
            }
        }
    }
}

#[test]
fn size_fits_the_frames_first() {
    let rows = rows_of(&["puppet", "--frames", "10", "--size", "320x480"]);
    let truth = puppet_frames(10);
    assert!(!rows.is_empty());
    for row in &rows {
        let frame: usize = row["frame"].parse().expect("a frame number");
        // 640x480 becomes 320x240 in the middle of 320x480.
        let drawn = truth[frame].1;
        let fitted = FrameRect::new(
            drawn.x / 2.0,
            drawn.y / 2.0 + 120.0,
            drawn.width / 2.0,
            drawn.height / 2.0,
        );
        assert!(bbox_in_frame(row).iou(&fitted) > 0.4, "{row:?} is not at {fitted:?}");
    }
}

#[test]
fn an_unreadable_input_is_reported_and_the_others_are_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("rows.csv");
    let output = run(&["no-such-film.mp4", "puppet", "--frames", "20", "--out", path(&out)]);
    let messages = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{messages}");
    assert_eq!(messages.matches("no-such-film.mp4").count(), 1, "told once: {messages}");
    assert!(messages.contains("1 of 2 inputs"), "{messages}");
    assert!(output.stdout.is_empty(), "rows go to the file");
    let rows = parse(&std::fs::read_to_string(&out).expect("the rows"));
    assert!(rows.len() >= 15, "{} rows of the good input", rows.len());
}

#[test]
fn the_summary_tells_what_was_seen() {
    let output = run(&["puppet", "--frames", "20"]);
    let messages = text(&output.stderr);
    for part in
        ["puppet: 20 frames", "frames/s", "faces a frame", "1 tracks", "to detect", "to classify"]
    {
        assert!(messages.contains(part), "{part} is missing: {messages}");
    }
}

#[test]
fn an_annotated_film_has_every_frame_with_its_face_marked() {
    const FRAMES: usize = 40;
    let folder = tempfile::tempdir().expect("a folder");
    let film = folder.path().join("out.mp4");
    let rows = rows_of(&["puppet", "--frames", "40", "--annotate", path(&film)]);
    let spec = SourceSpec::Path(film.clone());
    let mut source =
        emotion_capture::open(&spec, &OpenOptions::default()).expect("a film that opens");
    assert!((source.frame_rate().expect("a rate") - 30.0).abs() < 0.1);

    let drawn = puppet_frames(FRAMES);
    let mut read = 0;
    while let Some(frame) = source.next_frame().expect("frames to the end") {
        let (original, ..) = &drawn[read];
        assert_eq!((frame.width(), frame.height()), (original.width(), original.height()));
        let Some(row) = rows.iter().find(|row| row["frame"] == read.to_string()) else {
            read += 1;
            continue;
        };
        // The box is drawn where the row says: its left edge differs from the picture, and what lies
        // far from the face does not.
        let rect = bbox_in_frame(row);
        let (x, y) = (rect.x as u32, rect.center().1 as u32);
        let edge = difference(&frame, original, x.saturating_sub(4)..x + 5, y - 10..y + 10);
        let corner = difference(&frame, original, 0..24, 456..480);
        assert!(edge > 3.0 * corner + 5.0, "frame {read}: edge {edge}, corner {corner}");
        read += 1;
    }
    assert_eq!(read, FRAMES);
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("the folder").count(),
        1,
        "nothing is left over"
    );
}

/// Mean difference of the pixels of a region, 0 to 255.
fn difference(a: &Frame, b: &Frame, xs: std::ops::Range<u32>, ys: std::ops::Range<u32>) -> f64 {
    let mut sum = 0_u64;
    let mut count = 0_u64;
    for y in ys {
        for x in xs.clone() {
            let at = (y * a.width() + x) as usize * 3;
            for channel in at..at + 3 {
                sum += u64::from(a.rgb()[channel].abs_diff(b.rgb()[channel]));
                count += 1;
            }
        }
    }
    sum as f64 / count as f64
}

#[test]
fn several_inputs_make_several_films() {
    let folder = tempfile::tempdir().expect("a folder");
    let film = folder.path().join("seen.mp4");
    let output = run(&["puppet", "puppet", "--frames", "3", "--annotate", path(&film)]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    for name in ["seen-puppet.mp4", "seen-puppet-2.mp4"] {
        let spec = SourceSpec::Path(folder.path().join(name));
        let mut source = emotion_capture::open(&spec, &OpenOptions::default()).expect(name);
        assert!(source.next_frame().expect("a frame").is_some());
    }
}

#[test]
fn an_input_is_never_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let film = folder.path().join("film.mp4");
    std::fs::write(&film, "precious").expect("a file");
    for option in ["--out", "--annotate"] {
        let output = run(&[path(&film), option, path(&film)]);
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains("is an input and an output"));
        assert_eq!(std::fs::read(&film).expect("the file"), b"precious");
    }
}

#[test]
fn a_reader_that_has_enough_ends_the_program_quietly() {
    let mut child = analyze(&["puppet", "--frames", "100000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut header = String::new();
    lines.read_line(&mut header).expect("the header");
    assert_eq!(header.trim_end(), HEADER);
    drop(lines);
    let output = child.wait_with_output().expect("an end");
    let messages = text(&output.stderr);
    assert!(output.status.success(), "{messages}");
    assert!(!messages.contains("error") && !messages.contains("panicked"), "{messages}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_rows_and_film() {
    let folder = tempfile::tempdir().expect("a folder");
    let (out, film) = (folder.path().join("rows.csv"), folder.path().join("film.mp4"));
    let child = analyze(&["puppet", "--frames", "100000"])
        .args(["--out", path(&out), "--annotate", path(&film)])
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let rows_there = || std::fs::read_to_string(&out).is_ok_and(|rows| rows.lines().count() > 5);
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    while !rows_there() {
        assert!(std::time::Instant::now() < deadline, "no rows in a minute");
        std::thread::sleep(Duration::from_millis(20));
    }
    let interrupted =
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(interrupted.success());
    let output = child.wait_with_output().expect("an end");
    let messages = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{messages}");
    assert!(messages.contains("stopped by Ctrl-C"), "{messages}");
    let rows = parse(&std::fs::read_to_string(&out).expect("the rows"));
    let frames = rows.last().expect("a row")["frame"].parse::<u64>().expect("a number") + 1;

    let mut source =
        emotion_capture::open(&SourceSpec::Path(film), &OpenOptions::default()).expect("a film");
    let mut read = 0;
    while source.next_frame().expect("frames to the end").is_some() {
        read += 1;
    }
    assert!(read >= frames, "the film has {read} frames, the rows {frames}");
}

/// Clips with real faces, which are not part of the project.
fn clip(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/clips").join(name);
    assert!(path.exists(), "there is no {} (see docs/detection.md)", path.display());
    path
}

/// Rows of a clip at 640x480, and faces a frame.
fn rows_of_clip(name: &str, frames: usize) -> (Vec<Row>, f64) {
    let rows = rows_of(&[path(&clip(name)), "--size", "640x480"]);
    let faces = rows.len() as f64 / frames as f64;
    (rows, faces)
}

fn tracks(rows: &[Row]) -> usize {
    rows.iter().map(|row| &row["track"]).collect::<std::collections::HashSet<_>>().len()
}

#[test]
#[ignore = "needs the clips in ../shared/clips: scripts/test runs it where they are"]
fn a_man_keeps_one_track_and_a_steady_label_needs_clips() {
    let (rows, faces) = rows_of_clip("head-pose-face-detection-male.mp4", 62);
    assert!(faces >= 0.98, "{faces} faces a frame");
    assert_eq!(tracks(&rows), 1);
    let changes =
        rows.windows(2).filter(|pair| pair[0]["expression"] != pair[1]["expression"]).count();
    assert!(changes * 100 <= 3 * rows.len(), "{changes} changes in {} frames", rows.len());
}

#[test]
#[ignore = "needs the clips in ../shared/clips: scripts/test runs it where they are"]
fn two_people_who_tilt_their_heads_are_two_tracks_needs_clips() {
    let name = "head-pose-face-detection-female-and-male.mp4";
    let (rows, faces) = rows_of_clip(name, 56);
    assert!(faces >= 1.9, "{faces} faces a frame");
    assert_eq!(tracks(&rows), 2);
}

#[test]
#[ignore = "needs the clips in ../shared/clips: scripts/test runs it where they are"]
fn titles_without_people_have_no_faces_needs_clips() {
    let (_, faces) = rows_of_clip("no_face.mp4", 98);
    assert!(faces <= 0.01, "{faces} faces a frame");
}

#[test]
fn readings_are_recorded_and_no_recording_is_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("puppet.face");
    let name = path.to_str().expect("a name in text");
    let arguments = ["puppet", "puppet", "--frames", "20", "--recording", name];
    let output = run(&arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let recording = Recording::load(&path).expect("a recording");
    assert_eq!((recording.damage, recording.frames().count()), (None, 40));
    assert_eq!(recording.info.source, "puppet, puppet");
    assert!(recording.info.model.is_some() && recording.info.frame_size.is_some());
    let readings: usize = recording.frames().map(|(_, analysis)| analysis.readings.len()).sum();
    let rows = String::from_utf8_lossy(&output.stdout).lines().count() - 1;
    assert!(readings > 20);
    assert_eq!(readings, rows);
    let times: Vec<Duration> = recording.moments.iter().map(|moment| moment.at).collect();
    assert!(times.is_sorted() && recording.length > times[40]);
    assert_eq!(recording.moments[20].what, What::NewSource, "the second input");

    let bytes = std::fs::read(&path).expect("the file");
    let output = run(&arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("not overwritten"), "{said}");
    assert_eq!(std::fs::read(&path).expect("the file"), bytes);
}

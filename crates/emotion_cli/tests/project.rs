//! `emotion project`, `person` and `session` as their users run them, killed in the middle, too.
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use emotion_capture::puppet::{PuppetConfig, PuppetSource};
use emotion_capture::{FilmWriter, FrameSource};
use emotion_core::{Analysis, Expression, FrameRect, Reading, Scores};
use emotion_store::{Moment, RecordingInfo, RecordingWriter, What};
use tempfile::TempDir;

/// 2025-12-29, in seconds since 1970.
const START: u64 = 1_767_000_000;

struct Project(TempDir);

impl Project {
    /// A project with one person who agreed.
    fn new() -> Self {
        let project = Self(tempfile::tempdir().expect("a folder"));
        let folder = project.folder();
        let output = emotion(&["project", "new", text(&folder), "--purpose", "research"]);
        assert!(output.status.success(), "{}", messages(&output));
        project.done(&["person", "add", "heron"]);
        project.done(&["person", "consent", "heron", "--form", "form 7", "--on", "2025-01-01"]);
        project
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join("p")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_emotion"));
        command.args(args).arg("--project").arg(self.folder());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the program starts")
    }

    /// What is printed by a run that has to succeed.
    fn done(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", messages(&output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// What is said by a run that has to fail.
    fn refused(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {}", messages(&output));
        messages(&output)
    }

    /// The seconds of all sessions as a table.
    fn seconds(&self, name: &str) -> String {
        let to = self.0.path().join(name);
        self.done(&["session", "export", "heron", "--format", "csv", "--to", text(&to)]);
        fs::read_to_string(to.join("seconds.csv")).expect("a table")
    }

    fn raw_files(&self) -> usize {
        let files = fs::read_dir(self.folder().join("raw")).expect("a folder").flatten();
        files.filter(|file| file.path().extension().is_some_and(|it| it == "face")).count()
    }
}

fn emotion(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_emotion")).args(args).output().expect("the program starts")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

fn messages(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A recording of `minutes`, five frames a second, with smiles.
fn recording(path: &Path, minutes: u64) {
    let info = RecordingInfo { started_at: START, ..RecordingInfo::now("anna_schmidt") };
    let mut writer = RecordingWriter::create(path, &info).expect("a file");
    for sequence in 0..minutes * 300 {
        let at = Duration::from_millis(sequence * 200);
        let shown = if at.as_secs() % 30 < 5 { Expression::Happy } else { Expression::Neutral };
        let scores = Scores::UNIFORM.mix(&Scores::certain(shown), 0.8);
        let reading = Reading {
            track: 1,
            bbox_in_frame: FrameRect::square((50.0, 50.0), 40.0),
            roll: 0.0,
            presence: 1.0,
            scores,
            raw_scores: scores,
            dominant: Some(shown),
            confidence: scores.get(shown),
        };
        let readings = if at.as_secs() / 60 % 4 == 3 { Vec::new() } else { vec![reading] };
        let analysis = Analysis { sequence, time: at, readings, ..Analysis::default() };
        let what = What::Frame { frame_size: (100, 100), analysis };
        writer.push(&Moment::new(at, what)).expect("written");
    }
    writer.finish(Duration::from_secs(minutes * 60)).expect("written");
}

/// The puppet as a film of so many seconds.
fn film(path: &Path, seconds: u64, rate: f64) {
    let mut puppet = PuppetSource::new(PuppetConfig {
        size: (320, 240),
        frames_per_second: rate,
        frames: Some((seconds as f64 * rate) as u64),
        ..PuppetConfig::default()
    });
    let mut writer = None;
    while let Some(frame) = puppet.next_frame().expect("a frame") {
        let writer = writer.get_or_insert_with(|| {
            FilmWriter::create(path, rate, (frame.width(), frame.height())).expect("a film")
        });
        writer.write(frame.rgb().to_vec(), frame.time()).expect("written");
    }
    writer.expect("frames").finish().expect("written");
}

/// Kills the program, without a chance to clean up, once so many minutes are stored.
fn kill_after(project: &Project, mut child: Child, minutes: usize) {
    while project.raw_files() < minutes {
        let ended = child.try_wait().expect("asked");
        assert!(ended.is_none(), "it ended before it could be killed: {ended:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().expect("killed");
    child.wait().expect("gone");
}

#[test]
fn what_the_law_forbids_is_refused_and_an_exemption_is_printed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("p");
    for purpose in ["workplace", "education", "recruiting"] {
        let output = emotion(&["project", "new", text(&path), "--purpose", purpose]);
        assert_eq!(output.status.code(), Some(1));
        assert!(messages(&output).contains("Article 5(1)(f)"), "{}", messages(&output));
        assert!(messages(&output).contains("--exemption"), "{}", messages(&output));
        assert!(!path.exists());
    }
    let output = emotion(&["project", "new", text(&path), "--purpose", "spying"]);
    assert!(
        messages(&output).contains("choose one of wellbeing, therapy"),
        "{}",
        messages(&output)
    );
    let reason = "microsleep of night-shift drivers";
    let exempt = ["--purpose", "workplace", "--exemption", "safety", "--because", reason];
    let output = emotion(&[&["project", "new", text(&path)], &exempt[..]].concat());
    assert!(output.status.success(), "{}", messages(&output));
    assert!(messages(&output).contains("no medical device"));
    let output = emotion(&["project", "notice", "--project", text(&path)]);
    assert!(output.status.success(), "{}", messages(&output));
    let notice = fs::read_to_string(path.join("out/notice.html")).expect("a notice");
    assert!(notice.contains(reason));
}

#[test]
fn from_a_recording_to_a_report_and_to_nothing() {
    let project = Project::new();
    let file = project.0.path().join("anna_schmidt.face");
    recording(&file, 6);
    project.done(&["session", "import", "heron", text(&file)]);
    project.done(&["session", "mark", "1", "breathing", "--at", "2:05"]);
    project.done(&["session", "mark", "1", "how calm?", "--at", "5:00", "--rating", "7"]);
    project.done(&["session", "mark", "1", "", "--at", "0:05", "--until", "0:25", "--rest"]);
    project.done(&["session", "note", "1", "a rainy day"]);
    assert!(
        project.refused(&["session", "mark", "1", "x", "--at", "7:00"]).contains("ends at 6:00")
    );
    project.done(&["session", "report", "heron"]);
    project.done(&["session", "report", "1"]);
    let out = project.folder().join("out/heron");
    let report = fs::read_to_string(out.join("report.html")).expect("a report");
    for part in ["breathing", "how calm?", "a rainy day", "Too few to say", "no medical device"] {
        assert!(report.contains(part), "{part}");
    }
    assert!(out.join("session-1.html").exists());
    for format in ["csv", "elan", "textgrid", "bids"] {
        project.done(&["session", "export", "heron", "--format", format]);
    }
    // The same recording again: the person cannot be in two sessions at once.
    let again = project.refused(&["session", "import", "heron", text(&file)]);
    assert!(again.contains("overlap with session 1"), "{again}");

    assert!(project.refused(&["person", "erase", "heron"]).contains("--yes"));
    project.done(&["person", "erase", "heron", "--yes"]);
    for file in walk(&project.folder()) {
        let bytes = fs::read(&file).expect("a file");
        for secret in ["heron", "anna", "schmidt", "breathing", "rainy", "form 7"] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} in {}", file.display());
        }
    }
    assert!(project.done(&["project", "audit"]).contains("person erased"));
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn nothing_is_imported_without_consent_or_from_a_wrong_clock() {
    let project = Project::new();
    project.done(&["person", "add", "stork"]);
    let file = project.0.path().join("a.face");
    recording(&file, 1);
    let refused = project.refused(&["session", "import", "stork", text(&file)]);
    assert!(refused.contains("has not agreed") && refused.contains("person consent"), "{refused}");
    let started = ["--started", "1970-01-01"];
    let refused =
        project.refused(&[&["session", "import", "heron", text(&file)], &started[..]].concat());
    assert!(refused.contains("cannot be right") && refused.contains("--started"), "{refused}");
    project.done(&["person", "withdraw", "heron"]);
    assert!(project.refused(&["session", "import", "heron", text(&file)]).contains("any more"));
    assert!(project.refused(&["session", "report", "heron"]).contains("any more"));
    project.done(&["project", "retention", "--apply"]);
    assert!(!project.done(&["person", "list"]).contains("heron"));
}

/// Killed again and again, an import of a recording ends with the same numbers as one that was left alone.
#[test]
fn an_import_of_a_recording_survives_being_killed() {
    let (killed, whole) = (Project::new(), Project::new());
    let file = killed.0.path().join("long.face");
    recording(&file, 90);
    let import = ["session", "import", "heron", text(&file)];
    for minutes in [2, 17, 40] {
        let mut command = killed.command(&import);
        let child = command.stderr(Stdio::null()).spawn().expect("the program starts");
        kill_after(&killed, child, minutes);
    }
    let output = killed.run(&import);
    assert!(output.status.success() && messages(&output).contains("session 1 goes on at"));
    whole.done(&import);
    assert_eq!(killed.seconds("a"), whole.seconds("b"));
    assert_eq!(killed.raw_files(), whole.raw_files());
    killed.done(&["project", "audit"]);
}

/// The same holds for a film, though its tracks and its prior depend on all that came before.
#[test]
fn an_import_of_a_film_survives_being_killed() {
    let (killed, whole) = (Project::new(), Project::new());
    let path = killed.0.path().join("film.mp4");
    film(&path, 33 * 60, 0.5);
    let import = [
        ["session", "import", "heron", text(&path)],
        ["--backend", "cpu", "--model", "cnn4"],
        ["--started", "2025-12-29", "--rate", "0.5"],
    ]
    .concat();
    // In its first piece of half an hour, and in its second.
    for minutes in [2, 31] {
        let mut command = killed.command(&import);
        let child = command.stderr(Stdio::null()).spawn().expect("the program starts");
        kill_after(&killed, child, minutes);
    }
    let output = killed.run(&import);
    assert!(output.status.success(), "{}", messages(&output));
    assert!(messages(&output).contains("session 1 goes on at 3"), "{}", messages(&output));
    whole.done(&import);
    let seconds = killed.seconds("a");
    assert_eq!(seconds.lines().count(), 1 + 33 * 60);
    assert_eq!(seconds, whole.seconds("b"));
}

#[test]
fn a_live_session_is_recorded_from_the_puppet() {
    let project = Project::new();
    let args = ["session", "record", "heron", "--source", "puppet", "--seconds", "8"];
    project.done(&[&args[..], &["--backend", "cpu", "--model", "cnn4"]].concat());
    let list = project.done(&["session", "list"]);
    assert!(list.contains("puppet,complete"), "{list}");
    let seconds = project.seconds("a");
    let seen = seconds.lines().skip(1).filter(|row| !row.ends_with(",,,,,,,,")).count();
    assert!((5..=8).contains(&seen), "{seconds}");
}

#[test]
fn bad_projects_are_said_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = emotion(&["person", "list", "--project", text(folder.path())]);
    assert!(messages(&output).contains("is no project"), "{}", messages(&output));
    assert!(messages(&output).contains("emotion project new"), "{}", messages(&output));
    let project = Project::new();
    let refused = project.refused(&["session", "report", "7"]);
    assert!(refused.contains("there is no session 7"), "{refused}");
    let refused = project.refused(&["session", "import", "heron", "puppet"]);
    assert!(refused.contains("session record"), "{refused}");
    let database = project.folder().join("project.db");
    fs::write(&database, b"not a database, but long enough to be taken for one").expect("written");
    let refused = project.refused(&["person", "list"]);
    assert!(refused.contains("is not the database of a project"), "{refused}");
}

//! An import is killed, again and again, without a chance to clean up; it ends as if nothing had been.
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use emotion_core::{Analysis, Expression, FrameRect, Reading, Scores};
use emotion_project::{NewProject, Project, Purpose, SessionStart, SessionState, Span, now};

/// In the environment of the process that is killed: the project's folder.
const CHILD: &str = "EMOTION_TEST_KILLED_IMPORT";
const MINUTES: u64 = 40;
const FRAMES: u64 = MINUTES * 60 * 5;

fn project(folder: &Path) -> Project {
    let mut project =
        Project::create(folder, &NewProject::new("kill", Purpose::Research)).expect("a project");
    project.add_person("heron").expect("added");
    project.give_consent("heron", "form", now()).expect("given");
    project
}

fn analysis(index: u64) -> Analysis {
    let time = Duration::from_millis(index * 200);
    let shown = if index % 170 < 40 { Expression::Happy } else { Expression::Neutral };
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
    let readings = if index % 2000 > 1700 { Vec::new() } else { vec![reading] };
    Analysis { sequence: index, time, readings, ..Analysis::default() }
}

fn import(project: &mut Project) {
    let start = SessionStart {
        started_at: 1_767_000_000,
        source: "film".to_owned(),
        identity: "film".to_owned(),
        model: None,
        is_live: false,
        expected: None,
    };
    let mut intake = project.begin_session("heron", &start).expect("a session");
    for index in 0..FRAMES {
        let analysis = analysis(index);
        intake.frame(analysis.time, (100, 100), &analysis).expect("stored");
    }
    intake.finish(Duration::from_secs(MINUTES * 60)).expect("stored");
}

fn stored_minutes(folder: &Path) -> usize {
    let files = fs::read_dir(folder.join("raw")).expect("a folder").flatten();
    files.filter(|file| file.path().extension().is_some_and(|it| it == "face")).count()
}

#[test]
fn an_import_survives_being_killed() {
    if let Some(folder) = std::env::var_os(CHILD) {
        import(&mut Project::open(Path::new(&folder)).expect("opens"));
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let killed = folder.path().join("killed");
    drop(project(&killed));
    for minutes in [1, 9, 22] {
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "an_import_survives_being_killed"])
            .env(CHILD, &killed)
            .stdout(Stdio::null())
            .spawn()
            .expect("starts");
        while stored_minutes(&killed) < minutes {
            assert!(child.try_wait().expect("asked").is_none(), "it ended before it was killed");
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().expect("killed");
        child.wait().expect("gone");
        let open = Project::open(&killed).expect("opens").session(1).expect("there");
        assert_eq!(open.state, SessionState::Open);
        assert!(open.length_ms + 60_000 >= 60_000 * minutes as u64, "{open:?}");
    }
    let mut killed = Project::open(&killed).expect("opens");
    import(&mut killed);
    let mut whole = project(&folder.path().join("whole"));
    import(&mut whole);
    for span in [Span::Second, Span::Minute, Span::Hour] {
        let of = |project: &Project| project.rollups(1, span).expect("read");
        assert!(of(&killed) == of(&whole), "{span:?}");
    }
    assert_eq!(killed.smiles(1).expect("read"), whole.smiles(1).expect("read"));
    assert_eq!(killed.session(1).expect("there"), whole.session(1).expect("there"));
    let raw = |project: &Project| {
        let files = fs::read_dir(project.folder().join("raw")).expect("a folder").flatten();
        let mut names: Vec<_> = files.map(|file| file.file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(raw(&killed), raw(&whole));
    killed.verify_audit().expect("the log adds up");
}

//! After an erasure nothing of the person is left: every byte of the project is searched.
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use emotion_core::Analysis;
use emotion_project::study::Baseline;
use emotion_project::{
    Mark, MarkKind, NewProject, Project, ProjectError, Purpose, SessionStart, now, report,
};

const SECRETS: [&str; 4] = ["heron", "talks about the flood", "signed on the ward", "a bad night"];

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}

/// Which of the secrets are found where, in names and bytes of all files.
fn found(folder: &Path) -> Vec<(&'static str, PathBuf)> {
    let mut found = Vec::new();
    for path in files(folder) {
        let mut bytes = fs::read(&path).expect("a file");
        bytes.extend_from_slice(path.to_string_lossy().as_bytes());
        for secret in SECRETS {
            if bytes.windows(secret.len()).any(|window| window == secret.as_bytes()) {
                found.push((secret, path.clone()));
            }
        }
    }
    found
}

fn session(project: &mut Project, who: &str, started_at: i64) -> i64 {
    let start = SessionStart {
        started_at,
        source: "film".to_owned(),
        identity: "film".to_owned(),
        model: None,
        is_live: false,
        expected: None,
    };
    let mut intake = project.begin_session(who, &start).expect("a session");
    for index in 0..200 {
        let at = Duration::from_secs(index);
        intake.frame(at, (64, 48), &Analysis::default()).expect("stored");
    }
    intake.finish(Duration::from_secs(200)).expect("stored").session.id
}

fn note(text: &str) -> Mark {
    Mark { kind: MarkKind::Note, at_ms: 0, until_ms: None, value: None, text: text.to_owned() }
}

fn filled(folder: &Path, encrypt: bool) -> Project {
    let new = NewProject { encrypt, ..NewProject::new("ward", Purpose::Research) };
    let mut project = Project::create(folder, &new).expect("a project");
    for who in ["heron", "stork"] {
        project.add_person(who).expect("added");
        let form = if who == "heron" { SECRETS[2] } else { "a form" };
        project.give_consent(who, form, now()).expect("given");
        for week in 0..3 {
            let id = session(&mut project, who, 1_767_000_000 + week * 604_800);
            let text = if who == "heron" { SECRETS[1] } else { "something else" };
            project.mark(id, &note(text)).expect("marked");
            let text = if who == "heron" { SECRETS[3] } else { "a good night" };
            project.mark(id, &Mark { kind: MarkKind::Marker, ..note(text) }).expect("marked");
        }
        let html = report::person(&project, who).expect("a report");
        let out = project.out_folder(who).expect("a folder");
        fs::write(out.join("report.html"), html).expect("written");
    }
    watch(&mut project);
    fs::write(folder.join("out").join("both.csv"), "heron,1\nstork,2\n").expect("written");
    project
}

/// Both are viewers of a study, whose sessions are like others.
fn watch(project: &mut Project) {
    let length = Duration::from_secs(200);
    project.add_study("spot", "spot.mp4", length, Baseline::Film).expect("a study");
    for who in ["heron", "stork"] {
        let start = SessionStart {
            started_at: 1_770_000_000,
            source: "film".to_owned(),
            identity: "film".to_owned(),
            model: None,
            is_live: false,
            expected: None,
        };
        let intake = project.begin_view("spot", who, &start).expect("a view");
        intake.finish(length).expect("stored");
    }
}

#[test]
fn every_byte_of_a_person_goes_and_the_others_stay() {
    for encrypt in [false, cfg!(feature = "encrypt")] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("p");
        let mut project = filled(&path, encrypt);
        for secret in SECRETS {
            assert!(found(&path).iter().any(|(it, _)| *it == secret), "{secret} was never there");
        }
        let erased = project.erase_person("heron").expect("erased");
        assert_eq!(erased.sessions, 4);
        assert_eq!(project.study("spot").expect("there").viewers, 1);
        // Still open: the write-ahead log and its index are there, and searched.
        assert_eq!(found(&path), [], "encrypted: {encrypt}");
        assert!(matches!(project.person("heron"), Err(ProjectError::NoPerson(_))));
        let stork = project.person("stork").expect("there");
        assert_eq!(project.sessions(&stork).expect("read").len(), 4);
        assert!(path.join("out/stork/report.html").exists());
        let raw = fs::read_dir(path.join("raw")).expect("a folder").count();
        assert_eq!(raw, 12, "3 sessions of 4 minutes");
        project.verify_audit().expect("the log adds up");
        drop(project);
        assert_eq!(found(&path), []);
    }
}

#[test]
fn an_erasure_that_was_cut_off_is_finished_when_the_project_is_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("p");
    drop(filled(&path, false));
    // As it is when the program is killed after the mark, in the middle of the files.
    let db = rusqlite::Connection::open(path.join("project.db")).expect("a database");
    db.execute("UPDATE person SET is_going = 1 WHERE pseudonym = 'heron'", []).expect("marked");
    drop(db);
    fs::remove_file(path.join("raw/S0001-00000.face")).expect("removed");
    let project = Project::open(&path).expect("opens");
    assert_eq!(found(&path), []);
    assert_eq!(project.people().expect("read").len(), 1);
}

#[test]
fn what_is_due_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("p");
    let mut project = filled(&path, false);
    project.set_retention(1).expect("set");
    let (withdrawn, sessions) = {
        project.withdraw_consent("heron").expect("withdrawn");
        let due = project.due().expect("read");
        (due.people, due.sessions.len())
    };
    assert_eq!((withdrawn, sessions), (vec!["heron".to_owned()], 4));
    project.apply_retention().expect("applied");
    assert_eq!(found(&path), []);
    assert_eq!(fs::read_dir(path.join("raw")).expect("a folder").count(), 0);
    assert!(project.due().expect("read").is_empty());
}

#[test]
fn a_person_gets_everything_that_is_theirs_and_nothing_else() {
    for encrypt in [false, cfg!(feature = "encrypt")] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut project = filled(&folder.path().join("p"), encrypt);
        let to = folder.path().join("handed");
        let handed = project.hand_out("heron", &to).expect("handed out");
        assert_eq!((handed.sessions, handed.recordings), (4, 12));
        for secret in SECRETS {
            assert!(found(&to).iter().any(|(it, _)| *it == secret), "{secret}");
        }
        for path in files(&to) {
            let bytes = fs::read(&path).expect("a file");
            assert!(!bytes.windows(5).any(|window| window == b"stork"), "{}", path.display());
            if path.extension().is_some_and(|it| it == "face") {
                emotion_store::Recording::load(&path).expect("a recording, decrypted");
            }
        }
        let again = project.hand_out("heron", &to);
        assert!(matches!(again, Err(ProjectError::NotEmpty { .. })));
    }
}

use std::time::Duration;

use emotion_core::{Analysis, Expression, FrameRect, Reading, Scores};

use super::*;
use crate::project::tests::project;
use crate::{NewProject, Purpose};

const FILM: Duration = Duration::from_millis(29_500);
const BASELINE: Baseline = Baseline::Part { from: -5, to: 0 };
const START: i64 = 1_767_000_000;

fn start() -> SessionStart {
    SessionStart {
        started_at: START,
        source: "film".to_owned(),
        identity: "anna_schmidt.mp4".to_owned(),
        model: Some("cnn4".to_owned()),
        is_live: false,
        expected: None,
    }
}

fn reading(happy: f32) -> Reading {
    let mut scores = [(1.0 - happy) / 6.0; 7];
    scores[Expression::Happy.index()] = happy;
    let scores = Scores::from_weights(scores).unwrap();
    Reading {
        track: 1,
        bbox_in_frame: FrameRect::square((50.0, 50.0), 40.0),
        roll: 0.0,
        presence: 1.0,
        scores,
        raw_scores: scores,
        dominant: None,
        confidence: happy,
    }
}

/// A viewer who smiles in seconds 10 to 14 of the film, which starts 5 s after the recording; who looks away in its
/// last 5 s if `leaves`.
fn watch(project: &mut Project, study: &str, who: &str, smile: f32, leaves: bool) {
    if project.person(who).is_err() {
        project.add_person(who).unwrap();
        project.give_consent(who, "form", START).unwrap();
    }
    // Another day for each study.
    let day = study.len() as i64 * 86_400;
    let start = SessionStart { started_at: START + day, ..start() };
    let mut intake = project.begin_view(study, who, &start).unwrap();
    let restless = who.bytes().map(f32::from).sum::<f32>();
    for frame in 0..4 * 35_u64 {
        let at = Duration::from_millis(frame * 250);
        let second = at.as_secs_f32() - 5.0;
        let happy = if (10.0..15.0).contains(&second) { smile } else { 0.1 };
        let happy = happy + 0.02 * (restless + at.as_secs_f32()).sin();
        let is_away = leaves && second >= 25.0;
        let readings = if is_away { Vec::new() } else { vec![reading(happy)] };
        let analysis = Analysis { sequence: frame, time: at, readings, ..Analysis::default() };
        intake.frame(at, (100, 100), &analysis).unwrap();
    }
    intake.finish(Duration::from_secs(35)).unwrap();
}

const NAMES: [&str; 7] = ["v1", "v2", "v3", "v4", "v5", "v6", "v7"];

fn filled() -> (tempfile::TempDir, Project) {
    let (folder, mut project) = project(false);
    project.add_study("spot", "spot.mp4", FILM, BASELINE).unwrap();
    for (index, who) in NAMES.into_iter().enumerate() {
        watch(&mut project, "spot", who, 0.6 + 0.05 * index as f32, index < 3);
    }
    (folder, project)
}

#[test]
fn viewers_become_a_curve_with_a_moment_in_it() {
    let (_folder, project) = filled();
    let found = project.findings("spot", &[Expression::Happy, Expression::Sad]).unwrap();
    assert_eq!((found.viewers, found.courses.len()), (7, 2));
    assert_eq!(found.models, ["cnn4"]);
    let happy = &found.courses[0];
    assert_eq!(happy.points.len(), 30, "29.5 s");
    let moments: Vec<_> = happy.moments.iter().map(|it| (it.from, it.to)).collect();
    assert_eq!(moments, [(10, 14)]);
    assert!((happy.moments[0].point.mean - 0.65).abs() < 0.03, "{:?}", happy.moments[0]);
    assert!(found.courses[1].moments.iter().all(|it| it.point.mean < 0.0), "less sad meanwhile");
}

#[test]
fn fewer_than_five_viewers_are_hidden_in_every_output() {
    let (_folder, mut project) = filled();
    let happy = [Expression::Happy];
    let found = project.findings("spot", &happy).unwrap();
    let seen = found.viewers_a_second();
    assert_eq!((seen[24], seen[25]), (Some(7), None), "four of seven stay");
    let tables = found.tables();
    let seconds = String::from_utf8(tables[0].1.clone()).unwrap();
    assert!(seconds.contains("\nspot,25,happy,,,,\n"), "{seconds}");
    for who in ["v1", "v2"] {
        project.withdraw_consent(who).unwrap();
    }
    let found = project.findings("spot", &happy).unwrap();
    assert_eq!((found.viewers, found.left_out.withdrawn), (5, 2));
    project.withdraw_consent("v3").unwrap();
    let error = project.findings("spot", &happy).unwrap_err().to_string();
    assert!(error.contains("4 viewers") && error.contains("3 do not agree any more"), "{error}");
}

#[test]
fn a_study_with_one_viewer_shows_nothing() {
    let (_folder, mut project) = project(false);
    project.add_study("spot", "spot.mp4", FILM, BASELINE).unwrap();
    watch(&mut project, "spot", "v1", 0.9, false);
    let error = project.findings("spot", &[Expression::Happy]).unwrap_err();
    assert!(matches!(error, ProjectError::TooFewViewers { viewers: 1, .. }), "{error}");
}

#[test]
fn two_versions_are_compared_between_viewers_and_within_them() {
    let (_folder, mut project) = filled();
    project.add_study("cut", "cut.mp4", FILM, BASELINE).unwrap();
    for who in ["w1", "w2", "w3", "w4", "w5", "w6"] {
        watch(&mut project, "cut", who, 0.2, false);
    }
    let happy = [Expression::Happy];
    let found = project.compare_studies("spot", "cut", &happy).unwrap();
    assert_eq!((found.design, found.left_out), (Design::Independent, 0));
    let clear = |found: &Compared| -> Vec<(usize, usize)> {
        let clusters = found.comparisons[0].1.clusters.iter();
        clusters.filter(|it| it.p < 0.05).map(|it| (it.from, it.to)).collect()
    };
    assert_eq!(clear(&found), [(10, 14)]);
    assert_eq!(found.comparisons[0].1.difference[25], None, "four of the first are seen there");

    project.add_study("again", "again.mp4", FILM, BASELINE).unwrap();
    for who in NAMES {
        watch(&mut project, "again", who, 0.5, false);
    }
    watch(&mut project, "again", "w1", 0.5, false);
    let found = project.compare_studies("spot", "again", &happy).unwrap();
    assert_eq!((found.design, found.left_out), (Design::Paired, 1));
    assert_eq!(clear(&found), [(10, 14)]);
    let itself = project.compare_studies("spot", "spot", &happy).unwrap_err();
    assert!(itself.to_string().contains("with itself"), "{itself}");
}

#[test]
fn who_has_seen_it_or_did_not_agree_is_no_viewer() {
    let (_folder, mut project) = filled();
    let later = SessionStart { started_at: START + 500_000, ..start() };
    let again = project.begin_view("spot", "v1", &later).err().unwrap();
    assert!(matches!(again, ProjectError::SeenAlready { session: 1, .. }), "{again}");
    project.add_person("w").unwrap();
    let refused = project.begin_view("spot", "w", &start()).err().unwrap();
    assert!(matches!(refused, ProjectError::NoConsent { .. }), "{refused}");
    let nowhere = project.begin_view("sport", "w", &start()).err().unwrap();
    assert!(matches!(nowhere, ProjectError::NoStudy(_)), "{nowhere}");
}

#[test]
fn an_interrupted_import_of_a_viewer_goes_on_and_does_not_count_before() {
    let (_folder, mut project) = filled();
    project.add_person("w").unwrap();
    project.give_consent("w", "form", START).unwrap();
    let day = SessionStart { started_at: START + 4 * 86_400, ..start() };
    drop(project.begin_view("spot", "w", &day).unwrap());
    let other = project.begin_view("spot", "w", &start()).err().unwrap();
    assert!(matches!(other, ProjectError::SeenAlready { .. }), "another film: {other}");
    let found = project.findings("spot", &[Expression::Happy]).unwrap();
    assert_eq!((found.viewers, found.left_out.unfinished), (7, 1));
    watch(&mut project, "spot", "w", 0.5, false);
    assert_eq!(project.findings("spot", &[Expression::Happy]).unwrap().viewers, 8);
}

#[test]
fn studies_that_make_no_sense_are_refused() {
    let (_folder, mut project) = project(false);
    let mut refused = |name: &str, length: Duration, baseline| {
        project.add_study(name, "f.mp4", length, baseline).unwrap_err().to_string()
    };
    assert!(refused("a b", FILM, BASELINE).contains("cannot be a study's name"));
    assert!(refused("a", Duration::ZERO, BASELINE).contains("no length"));
    for (from, to) in [(0, 2), (-700, 0), (10, 40), (5, 0)] {
        assert!(refused("a", FILM, Baseline::Part { from, to }).contains("baseline"));
    }
    project.add_study("a", "f.mp4", FILM, BASELINE).unwrap();
    let twice = project.add_study("A", "f.mp4", FILM, BASELINE).unwrap_err();
    assert!(matches!(twice, ProjectError::StudyExists(_)), "{twice}");
    assert_eq!(project.studies().unwrap(), [project.study("a").unwrap()]);

    let folder = tempfile::tempdir().unwrap();
    let therapy = NewProject::new("ward", Purpose::Therapy);
    let mut project = Project::create(&folder.path().join("p"), &therapy).unwrap();
    let refused = project.add_study("a", "f.mp4", FILM, BASELINE).unwrap_err();
    assert!(refused.to_string().contains("has no studies"), "{refused}");
}

#[test]
fn reports_are_one_file_that_names_nobody() {
    use crate::report::study::{Frames, comparison, study, wanted_frames};
    let (_folder, mut project) = filled();
    let expressions = [Expression::Happy, Expression::Surprise];
    let found = project.findings("spot", &expressions).unwrap();
    let wanted = wanted_frames(&found);
    assert!(wanted.windows(2).all(|pair| pair[0] < pair[1]) && wanted.len() >= 12, "{wanted:?}");
    let frames: Frames = wanted.into_iter().map(|second| (second, vec![7; 900])).collect();
    let with = study(&project, &found, &frames).unwrap();
    assert!(with.contains("More happy") && with.contains("data:image/jpeg;base64,"));
    let large: Frames = frames.keys().map(|second| (*second, vec![7; 90_000])).collect();
    let without = study(&project, &found, &large).unwrap();
    assert!(!without.contains("data:image") && without.len() <= crate::report::LARGEST);

    project.add_study("cut", "cut.mp4", FILM, Baseline::Film).unwrap();
    for who in ["w1", "w2", "w3", "w4", "w5", "w6"] {
        watch(&mut project, "cut", who, 0.2, false);
    }
    let compared = project.compare_studies("spot", "cut", &expressions).unwrap();
    let compared = comparison(&project, &compared).unwrap();
    assert!(compared.contains("Maris") && compared.contains("0:10 to 0:15"), "{compared}");
    for html in [with, without, compared] {
        for name in ["v1", "w1", "anna", "NaN", "http:", "https:", "<script"] {
            assert!(!html.contains(name), "{name}");
        }
    }
}

use super::*;
use crate::project::tests::project;
use emotion_core::{Expression, FrameRect, Scores};

pub const START: i64 = 1_767_000_000;

pub fn start(started_at: i64) -> SessionStart {
    SessionStart {
        started_at,
        source: "film".to_owned(),
        identity: "anna_schmidt.mp4".to_owned(),
        model: Some("cnn4".to_owned()),
        is_live: false,
        expected: None,
    }
}

fn reading(track: u64, side: f32, happy: f32) -> Reading {
    let rest = (1.0 - happy) / 6.0;
    let mut scores = [rest; 7];
    scores[Expression::Happy.index()] = happy;
    let scores = Scores::from_weights(scores).unwrap();
    Reading {
        track,
        bbox_in_frame: FrameRect::square((300.0, 200.0), side),
        roll: 0.0,
        presence: 1.0,
        scores,
        raw_scores: scores,
        dominant: (happy > 0.4).then_some(Expression::Happy),
        confidence: happy,
    }
}

/// Frame `index` of a session of two frames a second: a smile of 4 s every 20 s, nobody in view every third
/// minute, another, smaller face every now and then.
pub fn frame(index: u64) -> (Duration, Analysis) {
    let at = Duration::from_millis(index * 500);
    let second = at.as_secs();
    let happy = if second % 20 < 4 { 0.9 } else { 0.1 };
    let mut readings = Vec::new();
    if second / 60 % 3 != 2 {
        readings.push(reading(1, 100.0, happy));
        if second.is_multiple_of(7) {
            readings.push(reading(2, 60.0, 0.9));
        }
    }
    (at, Analysis { sequence: index, time: at, readings, ..Analysis::default() })
}

/// Takes in frames of a session until `stop`; `true` if that is its end.
pub fn take(project: &mut Project, pseudonym: &str, start: &SessionStart, frames: u64, ends: bool) {
    let mut intake = project.begin_session(pseudonym, start).unwrap();
    for index in 0..frames {
        let (at, analysis) = frame(index);
        intake.frame(at, (640, 480), &analysis).unwrap();
    }
    if ends {
        intake.finish(Duration::from_millis(frames * 500)).unwrap();
    }
}

pub fn with_person(encrypt: bool) -> (tempfile::TempDir, Project) {
    let (folder, mut project) = project(encrypt);
    project.add_person("heron").unwrap();
    project.give_consent("heron", "form of 2026", now()).unwrap();
    (folder, project)
}

/// Everything that was counted.
fn counted(project: &Project, session: i64) -> String {
    let rollups = [Span::Second, Span::Minute, Span::Hour]
        .map(|span| project.rollups(session, span).unwrap());
    let smiles = project.smiles(session).unwrap();
    format!("{rollups:?} {smiles:?} {:?}", project.session(session).unwrap())
}

#[test]
fn seconds_minutes_and_hours_count_the_same_and_nothing_is_left_out() {
    let (_folder, mut project) = with_person(false);
    take(&mut project, "heron", &start(START), 2 * 3700, true);
    let session = project.sessions(&project.person("heron").unwrap()).unwrap().remove(0);
    assert_eq!((session.state, session.length_ms), (SessionState::Complete, 3_700_000));
    let spans = [(Span::Second, 3700), (Span::Minute, 62), (Span::Hour, 2)];
    for (span, count) in spans {
        let rows = project.rollups(session.id, span).unwrap();
        assert_eq!(rows.len(), count, "{span:?}");
        let sum = |value: fn(&Rollup) -> u64| rows.iter().map(value).sum::<u64>();
        assert_eq!(sum(|row| row.frames), 7400);
        assert_eq!(sum(|row| row.seen), 2 * (3700 - 20 * 60));
    }
    let away = &project.rollups(session.id, Span::Minute).unwrap()[2];
    assert_eq!((away.frames, away.seen, away.means()), (120, 0, None));
    let smiles = project.smiles(session.id).unwrap();
    assert_eq!(smiles.len(), 3 * 41 + 2);
    assert!((smiles[1].seconds() - 3.5).abs() < 1e-9, "{:?}", smiles[1]);
}

#[test]
fn seconds_without_frames_are_counted_as_such() {
    let (_folder, mut project) = with_person(false);
    let mut intake = project.begin_session("heron", &start(START)).unwrap();
    for index in (0..20).chain(400..420) {
        let (at, analysis) = frame(index);
        intake.frame(at, (640, 480), &analysis).unwrap();
    }
    let id = intake.finish(Duration::from_secs(210)).unwrap().session.id;
    let rows = project.rollups(id, Span::Second).unwrap();
    assert_eq!(rows.len(), 210);
    assert_eq!(rows.iter().filter(|row| row.frames == 0).count(), 190);
}

#[test]
fn an_interrupted_import_ends_like_one_that_was_not() {
    for encrypt in [false, cfg!(feature = "encrypt")] {
        let (folder, mut project) = with_person(encrypt);
        // Stopped in the middle of a smile and of a minute, twice.
        take(&mut project, "heron", &start(START), 2 * 121 + 3, false);
        let path = project.folder().to_owned();
        drop(project);
        let mut project = Project::open(&path).unwrap();
        let resumes = project.begin_session("heron", &start(START)).unwrap().resumes_at();
        assert_eq!(resumes, Duration::from_secs(120));
        take(&mut project, "heron", &start(START), 2 * 241 + 1, false);
        take(&mut project, "heron", &start(START), 600, true);
        let (_other, mut whole) = with_person(encrypt);
        take(&mut whole, "heron", &start(START), 600, true);
        assert_eq!(counted(&project, 1), counted(&whole, 1));
        let parts = std::fs::read_dir(path.join("raw")).unwrap();
        assert_eq!(parts.count(), 5, "no parts are left over");
        drop(folder);
    }
}

#[test]
fn only_the_person_is_kept() {
    let (_folder, mut project) = with_person(false);
    take(&mut project, "heron", &start(START), 120, true);
    let file = &project.segments(1).unwrap()[0];
    let moments = segment::moments(&project.folder().join("raw").join(file), None).unwrap();
    let tracks: Vec<u64> = moments
        .iter()
        .filter_map(|moment| match &moment.what {
            What::Frame { analysis, .. } => Some(analysis.readings.iter().map(|it| it.track)),
            What::NewSource => None,
        })
        .flatten()
        .collect();
    assert_eq!(tracks, vec![1; 120]);
    let rows = project.rollups(1, Span::Minute).unwrap();
    assert_eq!(rows[0].company, 2 * 9, "but that there was somebody is counted");
}

#[cfg(feature = "encrypt")]
#[test]
fn encrypted_readings_need_the_persons_key() {
    let (_folder, mut project) = with_person(true);
    take(&mut project, "heron", &start(START), 120, true);
    let raw = project.folder().join("raw").join(&project.segments(1).unwrap()[0]);
    let bytes = std::fs::read(&raw).unwrap();
    assert!(bytes.starts_with(b"age-encryption.org/v1"));
    assert!(!bytes.windows(4).any(|window| window == b"FACE"));
    let key = keys::load(project.folder(), 1).unwrap();
    assert_eq!(segment::moments(&raw, Some(&key)).unwrap().len(), 120);
    let other = age::x25519::Identity::generate();
    let error = segment::moments(&raw, Some(&other)).unwrap_err();
    assert!(matches!(error, ProjectError::Sealed { .. }), "{error}");
}

#[test]
fn nothing_is_recorded_without_consent() {
    let (_folder, mut project) = with_person(false);
    project.add_person("stork").unwrap();
    let refused = |project: &mut Project, who: &str| {
        project.begin_session(who, &start(START)).err().unwrap().to_string()
    };
    assert!(refused(&mut project, "stork").contains("has not agreed"));
    project.withdraw_consent("heron").unwrap();
    assert!(refused(&mut project, "heron").contains("any more, since"));
    project.give_consent("heron", "again", now()).unwrap();
    assert!(project.begin_session("heron", &start(START)).is_ok());
}

#[test]
fn overlapping_sessions_and_wrong_clocks_are_refused() {
    let (_folder, mut project) = with_person(false);
    take(&mut project, "heron", &start(START), 1200, true);
    let refused = |project: &mut Project, started_at: i64, expected: Option<Duration>| {
        let start = SessionStart { expected, ..start(started_at) };
        project.begin_session("heron", &start).err()
    };
    let overlaps = |error| matches!(error, Some(ProjectError::Overlap { other: 1, .. }));
    assert!(overlaps(refused(&mut project, START + 300, None)));
    let long = Some(Duration::from_secs(3600));
    assert!(overlaps(refused(&mut project, START - 600, long)));
    for wrong in [0, now() + 24 * 3600] {
        let error = refused(&mut project, wrong, None);
        assert!(matches!(error, Some(ProjectError::Clock { .. })), "{error:?}");
    }
    // A film whose length nobody knew: it is stopped where it would overlap.
    let mut intake = project.begin_session("heron", &start(START - 90)).unwrap();
    let mut result = Ok(());
    for index in 0..600 {
        let (at, analysis) = frame(index);
        result = result.and_then(|()| intake.frame(at, (640, 480), &analysis));
    }
    assert!(matches!(result, Err(ProjectError::Overlap { .. })));
}

#[test]
fn a_clock_that_jumps_in_a_session_is_survived_and_said() {
    let (_folder, mut project) = with_person(false);
    let mut intake = project.begin_session("heron", &start(START)).unwrap();
    for index in [0, 1, 2, 90, 3, 4, 91] {
        let (at, analysis) = frame(index);
        intake.frame(at, (640, 480), &analysis).unwrap();
    }
    let session = intake.finish(Duration::from_secs(46)).unwrap().session;
    assert!(session.remarks.starts_with("2 frames had times before"), "{}", session.remarks);
    let mut intake = project.begin_session("heron", &start(START + 9999)).unwrap();
    let (_, analysis) = frame(0);
    let error = intake.frame(Duration::from_secs(1 << 40), (640, 480), &analysis).unwrap_err();
    assert!(matches!(error, ProjectError::TooLong), "{error}");
}

#[test]
fn a_live_session_that_was_cut_off_is_closed_and_another_begins() {
    let (_folder, mut project) = with_person(false);
    let live = |at| SessionStart { is_live: true, ..start(at) };
    take(&mut project, "heron", &live(START), 150, false);
    take(&mut project, "heron", &live(START + 300), 60, true);
    let sessions = project.sessions(&project.person("heron").unwrap()).unwrap();
    let states: Vec<_> = sessions.iter().map(|it| (it.state, it.length_ms)).collect();
    assert_eq!(states, [(SessionState::CutOff, 60_000), (SessionState::Complete, 30_000)]);
}

#[test]
fn two_programs_do_not_write_at_once() {
    let (_folder, mut project) = with_person(false);
    let path = project.folder().to_owned();
    let intake = project.begin_session("heron", &start(START)).unwrap();
    let mut other = Project::open(&path).unwrap();
    assert!(matches!(other.begin_session("heron", &start(START)), Err(ProjectError::Busy)));
    assert!(matches!(other.erase_person("heron"), Err(ProjectError::Busy)));
    drop(intake);
    assert!(other.begin_session("heron", &start(START)).is_ok());
}

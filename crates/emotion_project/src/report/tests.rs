use super::*;
use crate::intake::tests::{START, take, with_person};
use crate::{Exemption, Mark, MarkKind, NewProject, Purpose, SessionStart, now};

fn mark(kind: MarkKind, at_ms: u64, value: Option<f64>, text: &str) -> Mark {
    let until_ms = (kind == MarkKind::Rest).then_some(at_ms + 20_000);
    Mark { kind, at_ms, until_ms, value, text: text.to_owned() }
}

/// A session a week, of five minutes.
fn weeks(project: &mut Project, pseudonym: &str, count: i64) {
    for week in 0..count {
        let start = crate::intake::tests::start(START - (count - week) * 7 * 24 * 3600);
        take(project, pseudonym, &start, 600, true);
    }
}

#[test]
fn a_report_asks_for_nothing_and_promises_nothing() {
    let (_folder, mut project) = with_person(false);
    weeks(&mut project, "heron", 6);
    project.mark(1, &mark(MarkKind::Marker, 70_000, None, "the <script> of a play")).unwrap();
    project.mark(1, &mark(MarkKind::Rating, 90_000, Some(7.0), "How calm are you?")).unwrap();
    project.mark(1, &mark(MarkKind::Rest, 0, None, "")).unwrap();
    let html = person(&project, "heron").unwrap();
    for foreign in ["http:", "https:", "<script", "@import", "src=", "<link"] {
        assert!(!html.contains(foreign), "{foreign}");
    }
    assert!(html.contains("the &lt;script&gt; of a play") && html.contains("How calm are you?"));
    assert!(html.contains("no medical device") && html.contains("default-src 'none'"));
    assert!(html.len() < LARGEST);
    for word in ["diagnosed", "depress", "disorder", "suffers", "abnormal", "suspicious"] {
        assert!(!html.contains(word), "{word}");
    }
    let one = session(&project, 1).unwrap();
    assert!(one.contains("Session 1,") && one.len() < html.len());
}

#[test]
fn below_five_sessions_it_is_too_few_to_say() {
    let (_folder, mut project) = with_person(false);
    weeks(&mut project, "heron", 4);
    let html = person(&project, "heron").unwrap();
    assert!(html.contains("Too few to say: 3 other sessions"));
    assert!(html.contains("Too few to say: 4 of the 5"));
    assert!(!html.contains("95 %: "));
    weeks_later(&mut project);
    assert!(person(&project, "heron").unwrap().contains("No clear change over the weeks"));
}

fn weeks_later(project: &mut Project) {
    for week in 1..6 {
        let start = crate::intake::tests::start(START + week * 7 * 24 * 3600);
        take(project, "heron", &start, 600, true);
    }
}

#[test]
fn an_exemption_is_printed_in_every_report() {
    let folder = tempfile::tempdir().unwrap();
    let reason = "microsleep of night-shift drivers";
    let exemption = Exemption { is_medical: false, reason: reason.to_owned() };
    let new =
        NewProject { exemption: Some(exemption), ..NewProject::new("trains", Purpose::Workplace) };
    let mut project = Project::create(folder.path(), &new).unwrap();
    project.add_person("heron").unwrap();
    project.give_consent("heron", "form", now()).unwrap();
    weeks(&mut project, "heron", 1);
    for html in [person(&project, "heron").unwrap(), session(&project, 1).unwrap()] {
        assert!(html.contains("Art. 5(1)(f)") && html.contains(reason));
    }
}

#[test]
fn without_consent_or_sessions_there_is_no_report() {
    let (_folder, mut project) = with_person(false);
    let empty = person(&project, "heron").unwrap_err();
    assert!(matches!(empty, ProjectError::NothingToReport(_)), "{empty}");
    weeks(&mut project, "heron", 1);
    project.withdraw_consent("heron").unwrap();
    assert!(matches!(person(&project, "heron"), Err(ProjectError::NoConsent { .. })));
}

/// Frames without anybody: everything is missing, and the report says so instead of failing.
#[test]
fn a_session_in_which_nobody_was_seen_is_reported_as_such() {
    let (_folder, mut project) = with_person(false);
    let start = SessionStart { ..crate::intake::tests::start(START) };
    let mut intake = project.begin_session("heron", &start).unwrap();
    for second in 0..90 {
        let at = std::time::Duration::from_secs(second);
        intake.frame(at, (64, 48), &emotion_core::Analysis::default()).unwrap();
    }
    intake.finish(std::time::Duration::from_secs(90)).unwrap();
    let html = person(&project, "heron").unwrap();
    assert!(html.contains("seen too little") && html.contains("In view for 0 %"));
    assert!(!html.contains("NaN") && !html.contains("inf"));
}

/// Hundreds of hours stay within the size, and what is left out is said.
#[test]
fn a_report_of_many_sessions_stays_small() {
    let (_folder, mut project) = with_person(false);
    for number in 0..150 {
        let start = crate::intake::tests::start(START - (150 - number) * 24 * 3600);
        take(&mut project, "heron", &start, 340, true);
    }
    let html = person(&project, "heron").unwrap();
    assert!(html.len() <= LARGEST, "{}", html.len());
    assert!(
        html.contains("older sessions are left out")
            && html.contains("oldest sessions are left out")
    );
}

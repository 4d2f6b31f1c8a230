//! The Brain Imaging Data Structure: seconds as continuous recordings (`_physio`), marks and smiles as events.

use std::fmt::Write;
use std::io::Write as _;

use emotion_core::Expression;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::Files;
use crate::{MarkKind, Person, Project, ProjectError, Session, Span};

const TASK: &str = "session";
const VERSION: &str = "1.10.0";

/// The data set of a person.
pub fn data_set(project: &Project, person: &Person) -> Result<Files, ProjectError> {
    let label: String = person.pseudonym.chars().filter(char::is_ascii_alphanumeric).collect();
    let subject = format!("sub-{label}");
    let mut files = vec![
        text("dataset_description.json", &description(project)),
        ("README".to_owned(), README.as_bytes().to_vec()),
        ("participants.tsv".to_owned(), format!("participant_id\n{subject}\n").into_bytes()),
    ];
    let mut scans = "session_id\tacq_time\n".to_owned();
    for (session, number) in project.sessions(person)?.iter().zip(1..) {
        let name = format!("ses-{number:02}");
        // Writing to a string cannot fail.
        let when = crate::moment_of(session.started_at).replace(' ', "T");
        let _ = writeln!(scans, "{name}\t{when}:00");
        let stem = format!("{subject}/{name}/beh/{subject}_{name}_task-{TASK}");
        files.push((format!("{stem}_physio.tsv.gz"), recording(project, session)?));
        files.push(text(&format!("{stem}_physio.json"), &columns(session)));
        files.push((format!("{stem}_events.tsv"), events(project, session)?.into_bytes()));
        files.push(text(&format!("{stem}_events.json"), &event_columns()));
    }
    files.push((format!("{subject}/{subject}_sessions.tsv"), scans.into_bytes()));
    Ok(files)
}

fn text(name: &str, value: &Value) -> (String, Vec<u8>) {
    (name.to_owned(), format!("{value:#}\n").into_bytes())
}

fn description(project: &Project) -> Value {
    let settings = project.settings();
    let author = match settings.controller.as_str() {
        "" => "unknown",
        name => name,
    };
    json!({
        "Name": settings.name,
        "BIDSVersion": VERSION,
        "DatasetType": "raw",
        "Authors": [author],
        "GeneratedBy": [{ "Name": "bevy_emotion", "Version": env!("CARGO_PKG_VERSION") }],
    })
}

/// Tab-separated without a line of names, as the format asks; `n/a` where nobody was seen.
fn recording(project: &Project, session: &Session) -> Result<Vec<u8>, ProjectError> {
    let mut table = String::new();
    for second in project.rollups(session.id, Span::Second)? {
        let _ = write!(table, "{:.4}", second.visible());
        let means = second.means().map_or([None; Expression::COUNT], |means| means.map(Some));
        for cell in std::iter::once(second.mean_confidence()).chain(means) {
            match cell {
                Some(value) => {
                    let _ = write!(table, "\t{value:.4}");
                }
                None => table.push_str("\tn/a"),
            }
        }
        table.push('\n');
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    let packed = gzip.write_all(table.as_bytes()).and_then(|()| gzip.finish());
    packed.map_err(ProjectError::at(project.folder()))
}

fn columns(session: &Session) -> Value {
    let mut names = vec!["visible", "confidence"];
    names.extend(Expression::ALL.map(Expression::name));
    let mut value = json!({
        "TaskName": TASK,
        "SamplingFrequency": 1,
        "StartTime": 0,
        "Columns": names,
        "Manufacturer": "bevy_emotion",
        "ManufacturersModelName": session.model.clone().unwrap_or_default(),
        "visible": {
            "Description": "Part of the second's frames in which the person was seen",
            "Units": "arbitrary",
        },
        "confidence": {
            "Description": "Mean probability of the expression shown: how sure the reading is",
            "Units": "arbitrary",
        },
    });
    for expression in Expression::ALL {
        value[expression.name()] = json!({
            "Description": format!("Mean probability that the face shows the expression {expression}"),
            "Units": "arbitrary",
        });
    }
    value
}

fn events(project: &Project, session: &Session) -> Result<String, ProjectError> {
    let mut rows: Vec<(u64, u64, &str, String)> = Vec::new();
    for smile in project.smiles(session.id)? {
        rows.push((smile.from_ms, smile.to_ms, "smile", format!("{:.2}", smile.peak)));
    }
    for mark in project.marks(session.id)?.iter().filter(|mark| mark.kind != MarkKind::Note) {
        let value = mark.value.map_or_else(|| cell(&mark.text), |value| value.to_string());
        let to = mark.until_ms.unwrap_or(mark.at_ms);
        rows.push((mark.at_ms, to, mark.kind.name(), value));
    }
    rows.sort();
    let mut table = "onset\tduration\ttrial_type\tvalue\n".to_owned();
    for (from, to, kind, value) in rows {
        let (onset, length) = (from as f64 / 1000.0, (to - from) as f64 / 1000.0);
        let _ = writeln!(table, "{onset:.3}\t{length:.3}\t{kind}\t{value}");
    }
    Ok(table)
}

/// A text for a cell of a table.
fn cell(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.trim().is_empty() { "n/a".to_owned() } else { text }
}

fn event_columns() -> Value {
    json!({
        "trial_type": {
            "Description": "What happened",
            "Levels": {
                "smile": "The face shows happy clearly",
                "marker": "Something that happened, in words",
                "rest": "The person rested",
                "rating": "The person answered a question, 0 to 10",
            },
        },
        "value": {
            "Description": "The peak of a smile, the answer to a question, or the words of a marker",
        },
    })
}

const README: &str = "\
What a person's face showed in sessions, as a program read it: mean probabilities of seven expressions in each
second, and events. No pictures. Readings of expressions are not what a person feels, and no diagnosis.
";

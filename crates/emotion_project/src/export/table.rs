//! A tidy table: a row for each second.

use std::fmt::Write;

use emotion_core::Expression;

use crate::{Person, Project, ProjectError, Span, moment_of};

/// The seconds of all sessions of a person as CSV. Cells of what was not seen are empty.
///
/// # Errors
/// When the project cannot be read.
pub fn seconds_csv(project: &Project, person: &Person) -> Result<String, ProjectError> {
    let mut csv =
        "person,session,started_at,week,second,frames,seen,sure,company,confidence".to_owned();
    for expression in Expression::ALL {
        let _ = write!(csv, ",{expression}");
    }
    csv.push('\n');
    let sessions = project.sessions(person)?;
    let first = sessions.first().map_or(0, |session| session.started_at);
    for session in sessions {
        let start = moment_of(session.started_at).replace(' ', "T");
        let week = (session.started_at - first) as f64 / (7.0 * 24.0 * 3600.0);
        for second in project.rollups(session.id, Span::Second)? {
            // Writing to a string cannot fail.
            let _ = write!(
                csv,
                "{},{},{start}Z,{week:.3},{},{},{},{},{}",
                person.pseudonym,
                session.id,
                second.at,
                second.frames,
                second.seen,
                second.sure,
                second.company
            );
            let means = second.means().map_or([None; Expression::COUNT], |means| means.map(Some));
            for cell in std::iter::once(second.mean_confidence()).chain(means) {
                match cell {
                    Some(value) => {
                        let _ = write!(csv, ",{value:.4}");
                    }
                    None => csv.push(','),
                }
            }
            csv.push('\n');
        }
    }
    Ok(csv)
}

/// A row for each session: how much was seen, smiles, self-reports.
///
/// # Errors
/// When the project cannot be read.
pub fn sessions_csv(project: &Project, person: &Person) -> Result<String, ProjectError> {
    let mut csv =
        "person,session,started_at,week,seconds,seconds_seen,smiles,smile_seconds,rating_first,rating_last\n"
            .to_owned();
    let sessions = project.sessions(person)?;
    let first = sessions.first().map_or(0, |session| session.started_at);
    for session in sessions {
        let seconds = project.rollups(session.id, Span::Second)?;
        let seen: f64 = seconds.iter().map(crate::Rollup::visible).sum();
        let smiles = project.smiles(session.id)?;
        let smiling: f64 = smiles.iter().map(crate::Smile::seconds).sum();
        let marks = project.marks(session.id)?;
        let ratings: Vec<f64> = marks.iter().filter_map(|mark| mark.value).collect();
        let cell = |value: Option<&f64>| value.map_or(String::new(), ToString::to_string);
        let _ = writeln!(
            csv,
            "{},{},{}Z,{:.3},{},{seen:.1},{},{smiling:.1},{},{}",
            person.pseudonym,
            session.id,
            moment_of(session.started_at).replace(' ', "T"),
            (session.started_at - first) as f64 / (7.0 * 24.0 * 3600.0),
            seconds.len(),
            smiles.len(),
            cell(ratings.first()),
            cell(ratings.last())
        );
    }
    Ok(csv)
}

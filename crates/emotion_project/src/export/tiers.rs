//! A session as tiers of intervals, which annotation programs have.

use emotion_core::Expression;

use crate::{Mark, MarkKind, Project, ProjectError, Rollup, Session, Span};

/// Named rows of intervals that do not overlap.
pub struct Tiers {
    pub length_ms: u64,
    pub started_at: i64,
    pub tiers: Vec<Tier>,
}

/// A row.
pub struct Tier {
    pub name: &'static str,
    pub intervals: Vec<Interval>,
}

/// Something from a time to another, in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval {
    pub from: u64,
    pub to: u64,
    pub text: String,
}

/// A mark without a length is drawn as long as this, in milliseconds, where there is room.
const MOMENT: u64 = 500;

impl Tiers {
    pub fn load(project: &Project, session: &Session) -> Result<Self, ProjectError> {
        let seconds = project.rollups(session.id, Span::Second)?;
        let length_ms = session.length_ms;
        let marks = project.marks(session.id)?;
        let smiles = project.smiles(session.id)?;
        let smiles = smiles.iter().map(|smile| Interval {
            from: smile.from_ms,
            to: smile.to_ms,
            text: format!("smile {:.2}", smile.peak),
        });
        let of = |kinds: &'static [MarkKind]| {
            let marks = marks.iter().filter(|mark| kinds.contains(&mark.kind));
            apart(marks.map(interval).collect(), length_ms)
        };
        let tiers = vec![
            Tier { name: "shown", intervals: shown(&seconds, length_ms) },
            Tier { name: "smiles", intervals: apart(smiles.collect(), length_ms) },
            Tier { name: "markers", intervals: of(&[MarkKind::Marker]) },
            Tier { name: "rest", intervals: of(&[MarkKind::Rest]) },
            Tier { name: "self-report", intervals: of(&[MarkKind::Rating]) },
        ];
        Ok(Self { length_ms, started_at: session.started_at, tiers })
    }
}

fn interval(mark: &Mark) -> Interval {
    let text = match mark.value {
        Some(value) => format!("{value}"),
        None => mark.text.clone(),
    };
    Interval { from: mark.at_ms, to: mark.until_ms.unwrap_or(mark.at_ms + MOMENT), text }
}

/// What the face shows most, second by second, joined where it stays the same; nothing where it is not seen.
fn shown(seconds: &[Rollup], length_ms: u64) -> Vec<Interval> {
    let name = |second: &Rollup| {
        let means = second.means()?;
        let highest = Expression::ALL
            .into_iter()
            .max_by(|a, b| means[a.index()].total_cmp(&means[b.index()]));
        highest.map(Expression::name)
    };
    let mut intervals = Vec::new();
    for run in seconds.chunk_by(|a, b| name(a) == name(b)) {
        if let (Some(first), Some(last)) = (run.first(), run.last())
            && let Some(name) = name(first)
        {
            let to = ((last.at + 1) * 1000).min(length_ms);
            intervals.push(Interval { from: first.at * 1000, to, text: name.to_owned() });
        }
    }
    apart(intervals, length_ms)
}

/// The intervals within the session, each ended where the next one begins.
fn apart(mut intervals: Vec<Interval>, length_ms: u64) -> Vec<Interval> {
    intervals.sort_by_key(|interval| interval.from);
    let starts: Vec<u64> = intervals.iter().skip(1).map(|next| next.from).collect();
    for (interval, next) in intervals.iter_mut().zip(starts) {
        interval.to = interval.to.min(next);
    }
    for interval in &mut intervals {
        interval.to = interval.to.min(length_ms);
    }
    intervals.retain(|interval| interval.from < interval.to);
    intervals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_do_not_overlap_and_stay_within_the_session() {
        let interval = |from, to| Interval { from, to, text: String::new() };
        let found = apart(vec![interval(500, 900), interval(0, 700), interval(950, 2000)], 1000);
        assert_eq!(found, [interval(0, 500), interval(500, 900), interval(950, 1000)]);
    }
}

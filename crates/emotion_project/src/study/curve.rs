//! What each viewer showed in each second of a film, against their own baseline.

use std::ops::Range;

use emotion_core::Expression;

use crate::Rollup;
use crate::stats::median;

/// A second counts as seen when the viewer was in at least this part of its frames.
const LEAST_VISIBLE: f64 = 0.5;
/// A baseline is the median of at least so many seconds.
const LEAST_BASELINE: usize = 3;

/// Where a viewer's own baseline is taken from: the median score of these seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Baseline {
    /// The whole film. It needs nothing before the film, and says how a second differs from the viewer's usual one.
    Film,
    /// Seconds of a neutral part, counted from the film's start; those before it are negative. The last one is
    /// not part of it.
    Part {
        /// Its first second.
        from: i32,
        /// The second after its last.
        to: i32,
    },
}

impl Baseline {
    /// How many seconds before the film's start are needed.
    pub fn lead(self) -> u64 {
        match self {
            Self::Film => 0,
            Self::Part { from, .. } => u64::from(from.min(0).unsigned_abs()),
        }
    }
}

/// The curves of all viewers: for each viewer the change from their baseline in each second of the film, as a
/// difference of mean scores, −1 to 1. `None` where the viewer was not seen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Curves {
    /// How many seconds the film has.
    pub seconds: usize,
    /// A curve for each viewer.
    pub viewers: Vec<Vec<Option<f64>>>,
}

impl Curves {
    /// How many viewers were seen in a second.
    pub fn seen_in(&self, second: usize) -> usize {
        self.viewers.iter().filter(|curve| curve.get(second).copied().flatten().is_some()).count()
    }
}

/// The curve of one viewer. `recorded` are the seconds of their recording, of which the film starts in number
/// `lead`. `None` if too little was seen to take a baseline from.
pub(crate) fn curve(
    recorded: &[Rollup],
    lead: u64,
    film_seconds: usize,
    baseline: Baseline,
    expression: Expression,
) -> Option<Vec<Option<f64>>> {
    let lead = usize::try_from(lead).ok()?;
    let score = |second: usize| {
        let second = recorded.get(second).filter(|it| it.seen > 0)?;
        second.mean(expression).filter(|_| second.visible() >= LEAST_VISIBLE)
    };
    let resting: Range<usize> = match baseline {
        Baseline::Film => lead..lead + film_seconds,
        Baseline::Part { from, to } => place(lead, from)?..place(lead, to)?,
    };
    let resting: Vec<f64> = resting.filter_map(score).collect();
    let rest = median(&resting).filter(|_| resting.len() >= LEAST_BASELINE)?;
    Some((lead..lead + film_seconds).map(|second| Some(score(second)? - rest)).collect())
}

/// The place of a film's second in a recording.
fn place(lead: usize, second: i32) -> Option<usize> {
    usize::try_from(i64::try_from(lead).ok()? + i64::from(second)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(scores: &[Option<f64>]) -> Vec<Rollup> {
        let second = |(at, score): (usize, &Option<f64>)| {
            let mut rollup = Rollup { frames: 10, ..Rollup::at(at as u64) };
            if let Some(score) = score {
                rollup.seen = 10;
                rollup.scores[Expression::Happy.index()] = score * 10.0;
            }
            rollup
        };
        scores.iter().enumerate().map(second).collect()
    }

    #[test]
    fn a_curve_is_the_change_from_the_viewers_own_rest() {
        let lead_in = [0.1, 0.2, 0.3].map(Some);
        let film = [Some(0.2), Some(0.9), None, Some(0.1)];
        let seconds = recorded(&[&lead_in[..], &film[..]].concat());
        let happy = Expression::Happy;
        let of = |baseline| curve(&seconds, 3, 4, baseline, happy);
        let found = of(Baseline::Part { from: -3, to: 0 }).unwrap();
        let expected = [Some(0.0), Some(0.7), None, Some(-0.1)];
        for (found, expected) in found.iter().zip(expected) {
            assert_eq!(found.is_some(), expected.is_some());
            assert!((found.unwrap_or(0.0) - expected.unwrap_or(0.0)).abs() < 1e-12, "{found:?}");
        }
        let film = of(Baseline::Film).unwrap();
        assert!(film[0].unwrap().abs() < 1e-12, "the median of 0.2, 0.9 and 0.1");
        assert_eq!(of(Baseline::Part { from: 0, to: 3 }), None, "two seconds are too few");
        assert_eq!(of(Baseline::Part { from: -4, to: 0 }), None, "there is no such second");
    }

    #[test]
    fn a_recording_that_ends_early_has_no_seconds_after_it() {
        let seconds = recorded(&[Some(0.2); 5]);
        let found = curve(&seconds, 0, 8, Baseline::Film, Expression::Happy).unwrap();
        assert_eq!(found.iter().filter(|second| second.is_some()).count(), 5);
        assert_eq!(found.len(), 8);
    }
}

//! Statistics of a few sessions of one person.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// With fewer sessions nothing is said.
pub const FEWEST: usize = 5;
/// Resamples of a bootstrap.
const RESAMPLES: usize = 2000;
/// The same data give the same intervals.
const SEED: u64 = 20_260_302;

/// A value with an interval that holds it in 95 % of cases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The value below which the part `quantile` of the values lies, between neighbours where needed. `None`
/// without values.
pub fn quantile(values: &[f64], quantile: f64) -> Option<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let place = quantile.clamp(0.0, 1.0) * last as f64;
    let (below, part) = (place.floor() as usize, place.fract());
    let above = (below + 1).min(last);
    Some(sorted[below] + (sorted[above] - sorted[below]) * part)
}

/// The median.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The mean; `None` without values.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The mean of sessions, with a bootstrap interval over them. `None`: too few to say.
pub fn mean_of_sessions(values: &[f64]) -> Option<Estimate> {
    let value = mean(values)?;
    bootstrap(values, value, mean)
}

/// By how much a value changes a week: the median of the slopes between all pairs of sessions (Theil and
/// Sen), with a bootstrap interval over sessions. `None`: too few to say.
pub fn slope_a_week(points: &[(f64, f64)]) -> Option<Estimate> {
    bootstrap(points, slope(points)?, slope)
}

fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let mut slopes = Vec::new();
    for (index, a) in points.iter().enumerate() {
        let later = points[index + 1..].iter().filter(|b| (b.0 - a.0).abs() > 1e-9);
        slopes.extend(later.map(|b| (b.1 - a.1) / (b.0 - a.0)));
    }
    median(&slopes)
}

/// An interval of a statistic by drawing sessions anew. `None`: too few to say.
fn bootstrap<T: Copy>(
    sessions: &[T],
    value: f64,
    statistic: impl Fn(&[T]) -> Option<f64>,
) -> Option<Estimate> {
    if sessions.len() < FEWEST {
        return None;
    }
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut drawn = Vec::with_capacity(RESAMPLES);
    for _ in 0..RESAMPLES {
        let draw = || sessions[random.random_range(0..sessions.len())];
        let resample: Vec<T> = std::iter::repeat_with(draw).take(sessions.len()).collect();
        drawn.extend(statistic(&resample));
    }
    Some(Estimate { value, low: quantile(&drawn, 0.025)?, high: quantile(&drawn, 0.975)? })
}

/// The usual range of a person: the middle 80 % of their sessions. `None`: too few to say.
pub fn usual_range(values: &[f64]) -> Option<(f64, f64)> {
    if values.len() < FEWEST {
        return None;
    }
    Some((quantile(values, 0.1)?, quantile(values, 0.9)?))
}

/// How many of the last sessions are looked at for something unusual.
pub const LAST: usize = 4;

/// How many of the last four sessions lie outside the usual range of those before them, on which side. `None`:
/// too few to say.
pub fn recently_unusual(values: &[f64]) -> Option<Unusual> {
    let before = values.len().checked_sub(LAST)?;
    let (earlier, last) = values.split_at(before);
    let (low, high) = usual_range(earlier)?;
    Some(Unusual {
        low,
        high,
        below: last.iter().filter(|value| **value < low).count(),
        above: last.iter().filter(|value| **value > high).count(),
    })
}

/// How the last four sessions compare with those before them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unusual {
    /// The lower end of the usual range.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// Sessions below it.
    pub below: usize,
    /// Sessions above it.
    pub above: usize,
}

impl Unusual {
    /// Whether it is worth a sentence: three of the last four, on the same side.
    pub const fn is_notable(&self) -> bool {
        self.below >= 3 || self.above >= 3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_numpy() {
        let values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0];
        let found = [0.0, 0.1, 0.5, 0.9, 1.0].map(|part| quantile(&values, part).unwrap());
        for (found, expected) in found.into_iter().zip([1.0, 1.0, 3.5, 6.9, 9.0]) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn below_five_sessions_nothing_is_said() {
        assert_eq!(mean_of_sessions(&[1.0, 2.0, 3.0, 4.0]), None);
        assert!(mean_of_sessions(&[1.0, 2.0, 3.0, 4.0, 5.0]).is_some());
        assert_eq!(slope_a_week(&[(0.0, 1.0), (1.0, 2.0), (2.0, 3.0), (3.0, 4.0)]), None);
        assert_eq!(usual_range(&[1.0; 4]), None);
        assert_eq!(recently_unusual(&[1.0; 8]), None, "four, and four before them");
        assert!(recently_unusual(&[1.0; 9]).is_some());
    }

    #[test]
    fn a_slope_ignores_an_outlier() {
        let mut points: Vec<_> =
            (0..12).map(|week| (f64::from(week), 2.0 * f64::from(week))).collect();
        points[5].1 = 500.0;
        let slope = slope_a_week(&points).unwrap();
        assert!((slope.value - 2.0).abs() < 1e-9, "{slope:?}");
        assert!(slope.low <= 2.0 && slope.high >= 2.0);
    }

    /// The interval of a mean of 20 sessions holds the truth about as often as it says. Percentile intervals of
    /// so few are known to be a little too narrow.
    #[test]
    fn the_interval_covers_the_truth() {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let mut covered = 0;
        for _ in 0..300 {
            let values: Vec<f64> =
                (0..20).map(|_| (0..12).map(|_| random.random::<f64>()).sum::<f64>()).collect();
            let found = mean_of_sessions(&values).unwrap();
            covered += usize::from(found.low <= 6.0 && 6.0 <= found.high);
        }
        assert!((270..=295).contains(&covered), "{covered} of 300");
    }

    #[test]
    fn three_of_the_last_four_are_notable() {
        let mut values = vec![5.0, 6.0, 5.5, 6.5, 5.2, 6.1];
        values.extend([9.0, 5.6, 9.5, 9.1]);
        let unusual = recently_unusual(&values).unwrap();
        assert_eq!((unusual.above, unusual.below), (3, 0));
        assert!(unusual.is_notable());
        values[6] = 1.0;
        assert!(!recently_unusual(&values).unwrap().is_notable(), "two above and one below");
    }
}

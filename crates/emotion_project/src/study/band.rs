//! The mean curve of all viewers, with a band that holds the whole true curve.
//!
//! Viewers, not seconds, are drawn anew: the seconds of one viewer depend on one another. From each draw comes the
//! largest studentised distance from the mean over all seconds, and the quantile of those is how many standard errors
//! wide the band is everywhere (a bootstrap-t of the supremum: Efron & Tibshirani 1993, chapter 12; Degras 2011,
//! doi:10.5705/ss.2009.207). So it holds the whole curve at once, not each second alone.
//!
//! With a dozen viewers a draw now and then has next to no variance in some second, and the plain bootstrap-t becomes
//! far too wide. Variances are therefore moderated: each is averaged with the mean variance over all seconds, which
//! counts as [`PRIOR`] degrees of freedom (the form of Smyth 2004, doi:10.2202/1544-6115.1027). The draws are
//! treated in the same way, so the quantile fits it.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::curve::Curves;
use crate::stats::quantile;

/// Seconds in which fewer viewers were seen are hidden.
pub const FEWEST_VIEWERS: usize = 5;
/// The part of cases in which the band holds the whole curve.
pub const LEVEL: f64 = 0.95;
/// How many degrees of freedom the mean variance over all seconds counts for.
const PRIOR: f64 = 8.0;
/// Draws of viewers.
const DRAWS: usize = 1000;
/// The same data give the same band.
const SEED: u64 = 20_260_309;

/// The mean of a second over viewers, and the band there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// How many viewers were seen.
    pub viewers: usize,
    /// Their mean change from baseline, −1 to 1.
    pub mean: f64,
    /// The lower edge of the band.
    pub low: f64,
    /// The upper edge.
    pub high: f64,
}

/// The mean curve and its band: a point for each second, `None` where fewer than five viewers were seen.
pub fn band(curves: &Curves) -> Vec<Option<Point>> {
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let viewers = curves.viewers.len();
    let draws: Vec<Vec<u32>> = (0..DRAWS)
        .map(|_| {
            let mut times = vec![0; viewers];
            for _ in 0..viewers {
                times[random.random_range(0..viewers)] += 1;
            }
            times
        })
        .collect();
    let mut points = band_of_draws(curves, &draws);
    for point in points.iter_mut().flatten() {
        // No mean of changes lies outside.
        (point.low, point.high) = (point.low.max(-1.0), point.high.min(1.0));
    }
    points
}

/// The band from given draws: how often each viewer is in each of them.
fn band_of_draws(curves: &Curves, draws: &[Vec<u32>]) -> Vec<Option<Point>> {
    let shown: Vec<usize> =
        (0..curves.seconds).filter(|second| curves.seen_in(*second) >= FEWEST_VIEWERS).collect();
    let columns: Vec<Vec<Option<f64>>> =
        shown.iter().map(|second| column(curves, *second)).collect();
    let once = vec![1; curves.viewers.len()];
    let observed: Vec<Moments> = columns.iter().map(|it| Moments::of(it, &once)).collect();
    let centred: Vec<Vec<Option<f64>>> = columns
        .iter()
        .zip(&observed)
        .map(|(column, it)| column.iter().map(|value| Some((*value)? - it.mean)).collect())
        .collect();
    let largest: Vec<f64> = draws.iter().map(|draw| largest_distance(&centred, draw)).collect();
    let critical = quantile(&largest, LEVEL).unwrap_or(0.0);
    let pooled = pooled(&observed);
    let mut points = vec![None; curves.seconds];
    for (second, it) in shown.into_iter().zip(&observed) {
        let half = critical * it.standard_error(pooled);
        points[second] = Some(Point {
            viewers: it.count as usize,
            mean: it.mean,
            low: it.mean - half,
            high: it.mean + half,
        });
    }
    points
}

fn column(curves: &Curves, second: usize) -> Vec<Option<f64>> {
    curves.viewers.iter().map(|curve| curve.get(second).copied().flatten()).collect()
}

/// Count, mean and variance of a second.
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    count: f64,
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(values: &[Option<f64>], times: &[u32]) -> Self {
        let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for (value, times) in values.iter().zip(times) {
            if let Some(value) = value {
                let times = f64::from(*times);
                count += times;
                sum += times * value;
                squares += times * value * value;
            }
        }
        if count < 2.0 {
            return Self { count, ..Self::default() };
        }
        let mean = sum / count;
        let variance = ((squares - count * mean * mean) / (count - 1.0)).max(0.0);
        Self { count, mean, variance }
    }

    /// Of the mean, with the variance moderated by the pooled one.
    fn standard_error(&self, pooled: f64) -> f64 {
        let freedom = self.count - 1.0;
        let moderated = (PRIOR * pooled + freedom * self.variance) / (PRIOR + freedom);
        (moderated / self.count).sqrt()
    }
}

/// The mean variance over seconds.
fn pooled(seconds: &[Moments]) -> f64 {
    let usable = seconds.iter().filter(|it| it.count >= 2.0);
    let (sum, count) = usable.fold((0.0, 0.0), |(sum, count), it| (sum + it.variance, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

/// The largest distance of a draw's mean from that of all viewers, which is zero, in standard errors.
fn largest_distance(centred: &[Vec<Option<f64>>], draw: &[u32]) -> f64 {
    let seconds: Vec<Moments> = centred.iter().map(|column| Moments::of(column, draw)).collect();
    let pooled = pooled(&seconds);
    seconds
        .iter()
        .filter(|it| it.count >= 2.0)
        .map(|it| it.mean.abs() / it.standard_error(pooled))
        // Without any variance there is no distance either.
        .filter(|distance| distance.is_finite())
        .fold(0.0, f64::max)
}

#[cfg(test)]
mod tests;

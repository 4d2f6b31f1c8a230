//! Where two versions of a film differ: a cluster permutation test.
//!
//! In each second t is computed; neighbouring seconds beyond the two-sided 5 % point of t, on the same side, form a
//! cluster whose mass is the sum of their t. Then it is drawn anew who saw which version (or, where everybody saw both,
//! which version was which), and a cluster's p-value is the part of these draws whose largest cluster has at least
//! its mass. That holds for all seconds at once: Maris & Oostenveld 2007, doi:10.1016/j.jneumeth.2007.03.024.
//!
//! The test says that the versions differ. It does not say that a difference begins and ends in just these seconds:
//! Sassenhagen & Draschkow 2019, doi:10.1111/psyp.13335.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::band::FEWEST_VIEWERS;
use super::curve::Curves;

/// Draws.
const PERMUTATIONS: usize = 2000;
/// The same data give the same p-values.
const SEED: u64 = 20_260_310;

/// Who saw what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Design {
    /// Different viewers saw the two versions.
    Independent,
    /// The same viewers saw both: viewer by viewer in the same order.
    Paired,
}

/// Seconds in a row in which two versions differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cluster {
    /// The first second.
    pub from: usize,
    /// The last one.
    pub to: usize,
    /// The sum of t; positive where the first version has more.
    pub mass: f64,
    /// How often chance gives as much, over all seconds at once: 0 to 1.
    pub p: f64,
}

/// How two versions differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The difference of the mean curves in each second; `None` where either version has fewer than five viewers.
    pub difference: Vec<Option<f64>>,
    /// The clusters in order of time.
    pub clusters: Vec<Cluster>,
}

/// Compares two versions, as far as both have seconds.
pub fn compare(first: &Curves, second: &Curves, design: Design) -> Comparison {
    let seconds = first.seconds.min(second.seconds);
    let enough = |curves: &Curves, at| curves.seen_in(at) >= FEWEST_VIEWERS;
    let data = match design {
        Design::Independent => Data {
            values: first.viewers.iter().chain(&second.viewers).collect(),
            shown: (0..seconds).map(|at| enough(first, at) && enough(second, at)).collect(),
            pairs: Vec::new(),
        },
        Design::Paired => {
            let pairs = differences(first, second, seconds);
            let paired = Curves { seconds, viewers: pairs };
            let shown = (0..seconds).map(|at| enough(&paired, at)).collect();
            Data { values: Vec::new(), shown, pairs: paired.viewers }
        }
    };
    let groups: Vec<bool> =
        (0..data.values.len().max(data.pairs.len())).map(|at| at < first.viewers.len()).collect();
    let (difference, t): (Vec<_>, Vec<_>) =
        (0..seconds).map(|at| data.difference(at, &groups)).unzip();
    let mut clusters = clusters(&t, |at| data.threshold(at));
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let largest: Vec<f64> =
        (0..PERMUTATIONS).map(|_| data.largest_by_chance(&groups, &mut random)).collect();
    for cluster in &mut clusters {
        let as_large = largest.iter().filter(|mass| **mass >= cluster.mass.abs()).count();
        // What was observed is one of the draws.
        cluster.p = (as_large + 1) as f64 / (PERMUTATIONS + 1) as f64;
    }
    Comparison { difference, clusters }
}

fn differences(first: &Curves, second: &Curves, seconds: usize) -> Vec<Vec<Option<f64>>> {
    let both = first.viewers.iter().zip(&second.viewers);
    let at = |curve: &[Option<f64>], at: usize| curve.get(at).copied().flatten();
    both.map(|(a, b)| (0..seconds).map(|it| Some(at(a, it)? - at(b, it)?)).collect()).collect()
}

/// What is drawn from: the curves of all viewers, or the differences of pairs.
struct Data<'a> {
    values: Vec<&'a Vec<Option<f64>>>,
    pairs: Vec<Vec<Option<f64>>>,
    shown: Vec<bool>,
}

impl Data<'_> {
    /// The difference of a second and its t, when `groups` says who saw the first version, or whose difference keeps
    /// its sign.
    fn difference(&self, at: usize, groups: &[bool]) -> (Option<f64>, f64) {
        if !self.shown[at] {
            return (None, 0.0);
        }
        let (mut first, mut second) = (Sums::default(), Sums::default());
        for (curve, is_first) in self.values.iter().zip(groups) {
            if let Some(value) = curve[at] {
                if *is_first { first.add(value) } else { second.add(value) }
            }
        }
        for (pair, keeps) in self.pairs.iter().zip(groups) {
            if let Some(value) = pair[at] {
                first.add(if *keeps { value } else { -value });
            }
        }
        if self.pairs.is_empty() {
            let freedom = first.count + second.count - 2.0;
            let variance = (first.squares() + second.squares()) / freedom;
            let error = (variance * (1.0 / first.count + 1.0 / second.count)).sqrt();
            let difference = first.mean() - second.mean();
            (Some(difference), ratio(difference, error))
        } else {
            let error = (first.squares() / (first.count - 1.0) / first.count).sqrt();
            (Some(first.mean()), ratio(first.mean(), error))
        }
    }

    /// Beyond which t a second belongs to a cluster.
    fn threshold(&self, at: usize) -> f64 {
        let seen = |curve: &&Vec<Option<f64>>| curve[at].is_some();
        if self.pairs.is_empty() {
            t_quantile(self.values.iter().filter(|it| seen(it)).count().saturating_sub(2))
        } else {
            t_quantile(self.pairs.iter().filter(seen).count().saturating_sub(1))
        }
    }

    fn largest_by_chance(&self, groups: &[bool], random: &mut ChaCha8Rng) -> f64 {
        let mut drawn = groups.to_vec();
        if self.pairs.is_empty() {
            drawn.shuffle(random);
        } else {
            drawn.iter_mut().for_each(|keeps| *keeps = random.random());
        }
        let t: Vec<f64> = (0..self.shown.len()).map(|at| self.difference(at, &drawn).1).collect();
        let clusters = clusters(&t, |at| self.threshold(at));
        clusters.iter().map(|cluster| cluster.mass.abs()).fold(0.0, f64::max)
    }
}

/// Without variance, or with nobody in a drawn group, there is no t.
fn ratio(difference: f64, error: f64) -> f64 {
    let t = difference / error;
    if t.is_finite() { t } else { 0.0 }
}

#[derive(Default)]
struct Sums {
    count: f64,
    sum: f64,
    square: f64,
}

impl Sums {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        self.sum += value;
        self.square += value * value;
    }

    fn mean(&self) -> f64 {
        self.sum / self.count
    }

    /// The sum of squared distances from the mean.
    fn squares(&self) -> f64 {
        (self.square - self.sum * self.mean()).max(0.0)
    }
}

/// Runs of seconds beyond the threshold, on the same side.
fn clusters(t: &[f64], threshold: impl Fn(usize) -> f64) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> = Vec::new();
    for (at, t) in t.iter().enumerate().filter(|(at, t)| t.abs() > threshold(*at)) {
        match clusters.last_mut().filter(|it| it.to + 1 == at && it.mass.signum() == t.signum()) {
            Some(cluster) => {
                cluster.to = at;
                cluster.mass += t;
            }
            None => clusters.push(Cluster { from: at, to: at, mass: *t, p: 1.0 }),
        }
    }
    clusters
}

/// The 97.5 % point of t: Abramowitz & Stegun 1964, 26.7.5, right to a thousandth from four degrees of freedom on.
fn t_quantile(freedom: usize) -> f64 {
    const Z: f64 = 1.959_963_984_540_054;
    if freedom == 0 {
        return f64::INFINITY;
    }
    let power = |n: i32| Z.powi(n);
    let terms = [
        (power(3) + Z) / 4.0,
        (5.0 * power(5) + 16.0 * power(3) + 3.0 * Z) / 96.0,
        (3.0 * power(7) + 19.0 * power(5) + 17.0 * power(3) - 15.0 * Z) / 384.0,
        (79.0 * power(9) + 776.0 * power(7) + 1482.0 * power(5) - 1920.0 * power(3) - 945.0 * Z)
            / 92_160.0,
    ];
    let freedom = freedom as f64;
    terms.iter().rev().fold(0.0, |sum, term| (sum + term) / freedom) + Z
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::simulation::{Kind, SECONDS, curves, numpy};

    /// Adds so much to seconds 50 to 69 of everybody.
    fn raised(mut curves: Curves, by: f64) -> Curves {
        for curve in &mut curves.viewers {
            curve[50..70].iter_mut().flatten().for_each(|value| *value += by);
        }
        curves
    }

    #[test]
    fn the_quantiles_of_t_are_those_of_tables() {
        for (freedom, expected) in [(4, 2.7764), (8, 2.3060), (22, 2.0739), (58, 2.0017)] {
            assert!((t_quantile(freedom) - expected).abs() < 1.5e-3, "{freedom}");
        }
    }

    #[test]
    fn a_difference_is_found_where_it_is() {
        let (a, b) = (raised(curves(Kind::Normal, 14, 1), 0.6), curves(Kind::Normal, 12, 2));
        let found = compare(&a, &b, Design::Independent);
        let clear: Vec<_> = found.clusters.iter().filter(|it| it.p < 0.05).collect();
        assert!(!clear.is_empty(), "{:?}", found.clusters);
        assert!(clear.iter().all(|it| it.from >= 40 && it.to <= 80 && it.mass > 0.0), "{clear:?}");
        let other_way = compare(&b, &a, Design::Independent);
        assert!(other_way.clusters.iter().any(|it| it.p < 0.05 && it.mass < 0.0));
    }

    #[test]
    fn the_same_viewers_are_compared_with_themselves() {
        // Viewers differ by far more than the versions do.
        let mut b = curves(Kind::Bursts, 10, 3);
        for (viewer, curve) in b.viewers.iter_mut().enumerate() {
            curve.iter_mut().flatten().for_each(|value| *value += viewer as f64);
        }
        let mut a = raised(b.clone(), 0.05);
        for (curve, noise) in a.viewers.iter_mut().zip(curves(Kind::Bursts, 10, 4).viewers) {
            for (value, noise) in curve.iter_mut().flatten().zip(noise.into_iter().flatten()) {
                *value += noise / 10.0;
            }
        }
        let found =
            |design| compare(&a, &b, design).clusters.iter().map(|it| it.p).fold(1.0, f64::min);
        assert!(found(Design::Paired) < 0.01);
        assert!(found(Design::Independent) > 0.2);
    }

    /// Of two versions that do not differ, 5 % have a cluster with p ≤ 0.05.
    #[test]
    fn what_does_not_differ_is_seldom_found_to() {
        let alarm = |seed: &u64| {
            let (a, b) = (curves(Kind::Smiles, 8, 2 * seed), curves(Kind::Smiles, 8, 2 * seed + 1));
            compare(&a, &b, Design::Independent).clusters.iter().any(|it| it.p <= 0.05)
        };
        let alarms = (0..60).filter(alarm).count();
        assert!(alarms <= 9, "{alarms} of 60, and 3 are expected");
    }

    #[test]
    fn seconds_with_too_few_viewers_are_hidden() {
        let (mut a, b) = (curves(Kind::Normal, 9, 1), curves(Kind::Normal, 9, 2));
        a.viewers[..5].iter_mut().for_each(|curve| curve[30] = None);
        for design in [Design::Independent, Design::Paired] {
            let found = compare(&a, &b, design);
            assert_eq!(found.difference[30], None);
            assert_eq!(found.difference.iter().flatten().count(), SECONDS - 1);
            assert!(found.clusters.iter().all(|it| !(it.from..=it.to).contains(&30)));
        }
    }

    #[test]
    #[ignore = "needs numpy, in the Python that EMOTION_PYTHON names"]
    fn needs_numpy_the_clusters_are_those_of_numpy() {
        let (a, b) = (raised(curves(Kind::Smiles, 14, 1), 0.2), curves(Kind::Smiles, 12, 2));
        let data = serde_json::json!({ "first": a.viewers, "second": b.viewers });
        let reference: Vec<(usize, usize, f64, f64)> = numpy(include_str!("permutation.py"), &data);
        let found = compare(&a, &b, Design::Independent).clusters;
        assert_eq!(found.len(), reference.len());
        for (found, (from, to, mass, p)) in found.iter().zip(reference) {
            assert_eq!((found.from, found.to), (from, to));
            assert!((found.mass - mass).abs() < 1e-6, "{found:?} {mass}");
            // Other draws: their p-values differ by chance.
            assert!((found.p - p).abs() < 0.04, "{found:?} {p}");
        }
    }
}

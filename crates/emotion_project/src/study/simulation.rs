//! Viewers that are made up, for tests of the statistics: their true mean curve is known.

use std::io::Write;
use std::process::{Command, Stdio};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::curve::Curves;

/// How long the film is.
pub const SECONDS: usize = 120;
/// How much of a second's noise is left in the next one.
const KEPT: f64 = 0.85;

/// What the viewers are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Scores of "happy" against the viewer's median: three funny scenes that some smile at strongly, some late
    /// and some not at all; skewed, and bounded.
    Smiles,
    /// Normal noise around zero, whose size changes slowly.
    Normal,
    /// Normal noise around zero, some scenes of which are much noisier than the others.
    Bursts,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Smiles, Self::Normal, Self::Bursts];
}

fn normal(random: &mut ChaCha8Rng) -> f64 {
    let (a, b): (f64, f64) = (1.0 - random.random::<f64>(), random.random());
    (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

/// Noise of which one second depends on the one before.
fn noise(random: &mut ChaCha8Rng) -> Vec<f64> {
    let mut now = normal(random);
    let mut next = || {
        let before = now;
        now = KEPT * now + (1.0 - KEPT * KEPT).sqrt() * normal(random);
        before
    };
    (0..SECONDS).map(|_| next()).collect()
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn viewer(kind: Kind, random: &mut ChaCha8Rng) -> Vec<f64> {
    let noise = noise(random);
    let seconds = noise.into_iter().enumerate();
    match kind {
        Kind::Normal => seconds
            .map(|(at, noise)| noise * (0.1 + 0.3 * (at as f64 / 9.0).sin().powi(2)))
            .collect(),
        Kind::Bursts => {
            seconds.map(|(at, noise)| noise * if at % 40 < 8 { 0.3 } else { 0.04 }).collect()
        }
        Kind::Smiles => {
            const SCENES: [(f64, f64, f64); 3] =
                [(30.0, 8.0, 2.5), (62.0, 5.0, 1.8), (95.0, 12.0, 3.0)];
            let rest = -2.2 + 0.6 * normal(random);
            let gain = (1.0 + 0.6 * normal(random)).max(0.0);
            let delay = 1.4 + 0.7 * normal(random).abs();
            let scores: Vec<f64> = seconds
                .map(|(at, noise)| {
                    let at = at as f64 - delay;
                    let scenes = SCENES.iter().map(|(from, length, height)| {
                        height * logistic(1.5 * (at - from)) * logistic(0.7 * (from + length - at))
                    });
                    logistic(rest + gain * scenes.sum::<f64>() + 0.6 * noise)
                })
                .collect();
            let median = crate::stats::median(&scores).unwrap();
            scores.into_iter().map(|score| score - median).collect()
        }
    }
}

/// The curves of so many viewers.
pub fn curves(kind: Kind, viewers: usize, seed: u64) -> Curves {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let viewer = |_| viewer(kind, &mut random).into_iter().map(Some).collect();
    Curves { seconds: SECONDS, viewers: (0..viewers).map(viewer).collect() }
}

/// The true mean curve: of all viewers there could be, or of very many.
pub fn truth(kind: Kind) -> Vec<f64> {
    const MANY: usize = 60_000;
    if kind != Kind::Smiles {
        return vec![0.0; SECONDS];
    }
    let mut random = ChaCha8Rng::seed_from_u64(u64::MAX);
    let mut sum = vec![0.0; SECONDS];
    for _ in 0..MANY {
        for (sum, value) in sum.iter_mut().zip(viewer(kind, &mut random)) {
            *sum += value / MANY as f64;
        }
    }
    sum
}

/// What a script of numpy makes of data.
pub fn numpy<T: serde::de::DeserializeOwned>(script: &str, data: &serde_json::Value) -> T {
    let python = std::env::var("EMOTION_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut child = Command::new(&python)
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(data.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{python} failed; has it numpy? EMOTION_PYTHON names another");
    serde_json::from_slice(&output.stdout).unwrap()
}

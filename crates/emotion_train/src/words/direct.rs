//! The direct table's start: a logistic regression on its pieces, which takes seconds.

use std::collections::HashSet;

use emotion_core::Expression;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::batch::PreparedLines;

/// Learning rates that are tried; the one with the least loss on `val` is taken.
const RATES: [f32; 4] = [0.01, 0.02, 0.05, 0.1];

/// The logit of an expression before anything is learnt: most lines do not have it.
const START: f32 = -1.5;

/// A table of rows and what is added to their sum.
#[derive(Clone)]
pub(super) struct Direct {
    pub table: Vec<[f32; Expression::COUNT]>,
    pub bias: [f32; Expression::COUNT],
}

/// Descends for a number of epochs, with each rate; takes the epoch and the rate with the least loss on `val`.
pub(super) fn fit_direct(
    training: &PreparedLines,
    validation: &PreparedLines,
    frequent: &HashSet<u64>,
    rows: usize,
    epochs: usize,
    seed: u64,
) -> Option<Direct> {
    let rows_of = |lines: &PreparedLines, known: Option<&HashSet<u64>>| -> Vec<Vec<usize>> {
        let row = |piece: &u64| (piece % rows as u64) as usize;
        let counts = |piece: &&u64| known.is_none_or(|known| known.contains(piece));
        lines.direct().map(|line| line.iter().filter(counts).map(row).collect()).collect()
    };
    let (train_rows, val_rows) = (rows_of(training, Some(frequent)), rows_of(validation, None));
    let mut best: Option<(f64, Direct)> = None;
    for rate in RATES {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut order: Vec<usize> = (0..train_rows.len()).collect();
        let empty = [0.0; Expression::COUNT];
        let mut direct = Direct { table: vec![empty; rows], bias: [START; Expression::COUNT] };
        for epoch in 0..epochs {
            order.shuffle(&mut random);
            let falling = rate * (1.0 - epoch as f32 / epochs as f32);
            for line in &order {
                direct.step(&train_rows[*line], &training.labels()[*line], falling);
            }
            let loss = direct.loss(&val_rows, validation.labels());
            if best.as_ref().is_none_or(|(least, _)| loss < *least) {
                best = Some((loss, direct.clone()));
            }
        }
    }
    best.map(|(_, direct)| direct)
}

impl Direct {
    fn logits(&self, rows: &[usize]) -> [f32; Expression::COUNT] {
        let mut logits = self.bias;
        for row in rows {
            for (logit, value) in logits.iter_mut().zip(self.table[*row]) {
                *logit += value;
            }
        }
        logits
    }

    fn step(&mut self, rows: &[usize], labels: &[bool; Expression::COUNT], rate: f32) {
        let mut slopes = self.logits(rows);
        for (slope, has) in slopes.iter_mut().zip(labels) {
            *slope = (sigmoid(*slope) - f32::from(u8::from(*has))) * rate;
        }
        for row in rows {
            for (value, slope) in self.table[*row].iter_mut().zip(slopes) {
                *value -= slope;
            }
        }
        for (bias, slope) in self.bias.iter_mut().zip(slopes) {
            *bias -= slope * 0.1;
        }
    }

    /// Mean binary cross entropy.
    fn loss(&self, lines: &[Vec<usize>], labels: &[[bool; Expression::COUNT]]) -> f64 {
        let mut sum = 0.0;
        for (rows, labels) in lines.iter().zip(labels) {
            for (logit, has) in self.logits(rows).into_iter().zip(labels) {
                let right = if *has { logit } else { -logit };
                sum -= f64::from(sigmoid(right).max(1e-7).ln());
            }
        }
        sum / (lines.len() * Expression::COUNT).max(1) as f64
    }
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use emotion_words::WordsConfig;

    use super::*;
    use crate::words::{LabelledLine, LineSplit};

    #[test]
    fn words_learn_what_they_stand_for() {
        let line = |index: usize| {
            let mut labels = [false; Expression::COUNT];
            labels[[Expression::Happy, Expression::Sad][index % 2].index()] = true;
            let text = format!("it is {} number {}", ["great", "lonely"][index % 2], index % 5);
            LabelledLine { set: "a".to_owned(), split: LineSplit::Train, labels, text }
        };
        let lines: Vec<LabelledLine> = (0..200).map(line).collect();
        let lines = PreparedLines::new(&lines.iter().collect::<Vec<_>>(), &WordsConfig::default());
        let frequent = lines.frequent(3);
        let direct = fit_direct(&lines, &lines, &frequent, 4096, 8, 1).expect("a table");
        let rows: Vec<Vec<usize>> = lines
            .direct()
            .map(|line| line.iter().map(|piece| (piece % 4096) as usize).collect())
            .collect();
        assert!(direct.loss(&rows, lines.labels()) < 0.1);
        let (happy, sad) = (direct.logits(&rows[0]), direct.logits(&rows[1]));
        assert!(happy[Expression::Happy.index()] > 1.0 && happy[Expression::Sad.index()] < -1.0);
        assert!(sad[Expression::Sad.index()] > 1.0 && sad[Expression::Happy.index()] < -1.0);
        assert!(fit_direct(&lines, &lines, &frequent, 4096, 0, 1).is_none());
    }
}

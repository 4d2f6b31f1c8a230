//! A reader's figures on labelled lines.

use std::collections::BTreeMap;

use emotion_core::{Expression, Scores};
use serde::Serialize;

use super::lines::LabelledLine;
use crate::evaluation::BINS;

/// What was read of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Read {
    pub scores: Scores,
    pub labels: [bool; Expression::COUNT],
    pub is_understood: bool,
}

/// Figures of a data set; shares are 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SetFigures {
    /// Lines.
    pub n: usize,
    /// Mean F1 of the labels that the set has.
    pub macro_f1: f64,
    /// F1 over all labels together.
    pub micro_f1: f64,
    /// Top-1: share of the lines whose most probable expression is one of their labels.
    pub accuracy: f64,
    /// Share of the lines whose labels are all read, and no other.
    pub exact: f64,
    /// Calibration error of the most probable expression, over 15 bins.
    pub ece: f64,
    /// Share of the lines that were not understood; none of their labels counts as read.
    pub not_understood: f64,
    /// F1 of each label, in the order of [`Expression::ALL`]; `None` where the set has no such line.
    pub per_class_f1: [Option<f64>; Expression::COUNT],
}

#[derive(Default)]
struct Counts {
    n: usize,
    top: usize,
    exact: usize,
    lost: usize,
    right: [usize; Expression::COUNT],
    there: [usize; Expression::COUNT],
    read: [usize; Expression::COUNT],
    /// Confidence and how often it was right, by bin.
    bins: [(f64, usize); BINS],
}

impl Counts {
    fn add(&mut self, line: &LabelledLine, read: &Read) {
        self.n += 1;
        self.exact += usize::from(read.labels == line.labels);
        self.lost += usize::from(!read.is_understood);
        for index in 0..Expression::COUNT {
            self.right[index] += usize::from(read.labels[index] && line.labels[index]);
            self.there[index] += usize::from(line.labels[index]);
            self.read[index] += usize::from(read.labels[index]);
        }
        let (highest, confidence) = read.scores.highest();
        let is_right = line.labels[highest.index()];
        self.top += usize::from(is_right && read.is_understood);
        let bin = ((confidence * BINS as f32) as usize).min(BINS - 1);
        self.bins[bin].0 += f64::from(confidence);
        self.bins[bin].1 += usize::from(is_right);
    }

    fn figures(&self) -> SetFigures {
        let share = |part: usize| part as f64 / self.n.max(1) as f64;
        let f1 = |right: usize, there: usize, read: usize| {
            2.0 * right as f64 / (there + read).max(1) as f64
        };
        let per_class_f1: [Option<f64>; Expression::COUNT] = std::array::from_fn(|index| {
            let there = self.there[index];
            (there > 0).then(|| f1(self.right[index], there, self.read[index]))
        });
        let present: Vec<f64> = per_class_f1.iter().flatten().copied().collect();
        let gaps = self.bins.iter().map(|(confidence, right)| (confidence - *right as f64).abs());
        SetFigures {
            n: self.n,
            macro_f1: present.iter().sum::<f64>() / present.len().max(1) as f64,
            micro_f1: f1(self.right.iter().sum(), self.there.iter().sum(), self.read.iter().sum()),
            accuracy: share(self.top),
            exact: share(self.exact),
            ece: gaps.sum::<f64>() / self.n.max(1) as f64,
            not_understood: share(self.lost),
            per_class_f1,
        }
    }
}

/// The figures of each set, by its name.
pub fn evaluate(
    lines: &[&LabelledLine],
    read: impl Fn(&LabelledLine) -> emotion_words::WordReading,
) -> BTreeMap<String, SetFigures> {
    figures(lines, |line, _| {
        let reading = read(line);
        Read {
            scores: reading.scores,
            labels: reading.labels,
            is_understood: reading.is_understood(),
        }
    })
}

pub(super) fn figures(
    lines: &[&LabelledLine],
    read: impl Fn(&LabelledLine, usize) -> Read,
) -> BTreeMap<String, SetFigures> {
    let mut sets: BTreeMap<String, Counts> = BTreeMap::new();
    for (index, line) in lines.iter().enumerate() {
        sets.entry(line.set.clone()).or_default().add(line, &read(line, index));
    }
    sets.into_iter().map(|(name, counts)| (name, counts.figures())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::LineSplit;

    fn line(set: &str, labels: &[Expression]) -> LabelledLine {
        let mut has = [false; Expression::COUNT];
        labels.iter().for_each(|label| has[label.index()] = true);
        LabelledLine {
            set: set.to_owned(),
            split: LineSplit::Val,
            labels: has,
            text: "x".to_owned(),
        }
    }

    #[test]
    fn figures_are_those_worked_out_by_hand() {
        use Expression::{Happy, Sad, Surprise};
        let lines = [
            line("a", &[Happy]),
            line("a", &[Happy, Surprise]),
            line("a", &[Sad]),
            line("b", &[Sad]),
        ];
        // Happy is read of all, with certainty.
        let read = |_: &LabelledLine, index: usize| Read {
            scores: if index == 3 { Scores::UNIFORM } else { Scores::certain(Happy) },
            labels: if index == 3 { [false; 7] } else { line("", &[Happy]).labels },
            is_understood: index != 3,
        };
        let sets = figures(&lines.iter().collect::<Vec<_>>(), read);
        let (a, b) = (&sets["a"], &sets["b"]);
        assert_eq!((a.n, b.n), (3, 1));
        assert!((a.macro_f1 - 0.8 / 3.0).abs() < 1e-9, "{}", a.macro_f1);
        assert!((a.micro_f1 - 4.0 / 7.0).abs() < 1e-9);
        assert!((a.accuracy - 2.0 / 3.0).abs() < 1e-9 && (a.exact - 1.0 / 3.0).abs() < 1e-9);
        assert!((a.ece - 1.0 / 3.0).abs() < 1e-6);
        assert_eq!((b.not_understood, b.accuracy, b.macro_f1), (1.0, 0.0, 0.0));
        assert_eq!(a.per_class_f1[Expression::Fear.index()], None);
    }
}

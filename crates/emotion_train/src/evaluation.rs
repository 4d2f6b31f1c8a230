//! Metrics of a model: accuracy, precision and recall by class, calibration error, confusion matrix.

use emotion_core::{Expression, Scores};
use serde::{Deserialize, Serialize};

/// The number of confidence bins of the calibration error.
pub const BINS: usize = 15;

/// Lower bound of probabilities in the log-likelihood.
const MIN_PROBABILITY: f32 = 1e-7;

/// Counts a model's predictions for labelled faces.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    confusion: [[usize; Expression::COUNT]; Expression::COUNT],
    log_likelihood: f64,
    bins: [Bin; BINS],
}

/// The faces whose prediction has a confidence within one bin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// Number of faces.
    pub count: usize,
    /// Number of correct predictions.
    pub right: usize,
    /// Sum of the confidences.
    pub confidence: f64,
}

impl Tally {
    /// Adds a face.
    pub fn add(&mut self, label: Expression, scores: &Scores) {
        let (predicted, confidence) = scores.highest();
        self.confusion[label.index()][predicted.index()] += 1;
        self.log_likelihood += f64::from(scores.get(label).max(MIN_PROBABILITY).ln());
        let bin = ((confidence * BINS as f32) as usize).min(BINS - 1);
        let bin = &mut self.bins[bin];
        bin.count += 1;
        bin.right += usize::from(predicted == label);
        bin.confidence += f64::from(confidence);
    }

    /// Number of faces.
    pub fn count(&self) -> usize {
        self.confusion.iter().flatten().sum()
    }

    /// Share of correct predictions, 0 to 1.
    pub fn accuracy(&self) -> f64 {
        let right: usize = Expression::ALL.iter().map(|class| self.correct(*class)).sum();
        share(right, self.count())
    }

    /// Mean recall of the classes that have faces.
    pub fn mean_class_accuracy(&self) -> f64 {
        mean(self.present().map(|class| self.recall(class)))
    }

    /// Share of a class's faces that were predicted as it.
    pub fn recall(&self, class: Expression) -> f64 {
        share(self.correct(class), self.labels(class))
    }

    /// Share of the predictions of a class that are correct.
    pub fn precision(&self, class: Expression) -> f64 {
        share(self.correct(class), self.predictions(class))
    }

    /// Mean F1 of the classes that have faces; F1 is the harmonic mean of precision and recall.
    pub fn macro_f1(&self) -> f64 {
        mean(self.present().map(|class| {
            let (precision, recall) = (self.precision(class), self.recall(class));
            if precision + recall > 0.0 {
                2.0 * precision * recall / (precision + recall)
            } else {
                0.0
            }
        }))
    }

    /// Mean negative log-likelihood of the labels.
    pub fn nll(&self) -> f64 {
        -self.log_likelihood / self.count().max(1) as f64
    }

    /// Expected calibration error over 15 bins of equal width, 0 to 1 (Guo et al., *On calibration
    /// of modern neural networks*, 2017).
    pub fn calibration_error(&self) -> f64 {
        let gaps = self.bins.iter().map(|bin| (bin.right as f64 - bin.confidence).abs());
        gaps.sum::<f64>() / self.count().max(1) as f64
    }

    /// The confusion matrix: rows are labels, columns predictions, in the order of
    /// [`Expression::ALL`].
    pub fn confusion(&self) -> &[[usize; Expression::COUNT]; Expression::COUNT] {
        &self.confusion
    }

    /// Share of the faces that have a class as their label.
    pub fn share_of_labels(&self, class: Expression) -> f64 {
        share(self.labels(class), self.count())
    }

    /// Share of the faces that were predicted as a class. It is far from [`Tally::share_of_labels`] for
    /// a model that prefers one class.
    pub fn share_of_readings(&self, class: Expression) -> f64 {
        share(self.predictions(class), self.count())
    }

    /// The bins of [`Tally::calibration_error`], from low to high confidence.
    pub fn bins(&self) -> &[Bin; BINS] {
        &self.bins
    }

    /// All metrics, for files.
    pub fn figures(&self) -> Figures {
        Figures {
            n: self.count(),
            accuracy: self.accuracy(),
            mean_class_accuracy: self.mean_class_accuracy(),
            macro_f1: self.macro_f1(),
            ece: self.calibration_error(),
            nll: self.nll(),
            precision: Expression::ALL.map(|class| self.precision(class)),
            recall: Expression::ALL.map(|class| self.recall(class)),
            share_of_labels: Expression::ALL.map(|class| self.share_of_labels(class)),
            share_of_readings: Expression::ALL.map(|class| self.share_of_readings(class)),
            confusion: self.confusion,
            bins: self.bins,
        }
    }

    fn correct(&self, class: Expression) -> usize {
        self.confusion[class.index()][class.index()]
    }

    fn labels(&self, class: Expression) -> usize {
        self.confusion[class.index()].iter().sum()
    }

    fn predictions(&self, class: Expression) -> usize {
        self.confusion.iter().map(|row| row[class.index()]).sum()
    }

    fn present(&self) -> impl Iterator<Item = Expression> + '_ {
        Expression::ALL.into_iter().filter(|class| self.labels(*class) > 0)
    }
}

/// The metrics of a [`Tally`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Number of faces.
    pub n: usize,
    /// [`Tally::accuracy`].
    pub accuracy: f64,
    /// [`Tally::mean_class_accuracy`].
    pub mean_class_accuracy: f64,
    /// [`Tally::macro_f1`].
    pub macro_f1: f64,
    /// [`Tally::calibration_error`].
    pub ece: f64,
    /// [`Tally::nll`].
    pub nll: f64,
    /// [`Tally::precision`] of each class.
    pub precision: [f64; Expression::COUNT],
    /// [`Tally::recall`] of each class.
    pub recall: [f64; Expression::COUNT],
    /// [`Tally::share_of_labels`] of each class.
    pub share_of_labels: [f64; Expression::COUNT],
    /// [`Tally::share_of_readings`] of each class.
    pub share_of_readings: [f64; Expression::COUNT],
    /// [`Tally::confusion`].
    pub confusion: [[usize; Expression::COUNT]; Expression::COUNT],
    /// [`Tally::bins`].
    pub bins: [Bin; BINS],
}

impl Figures {
    /// The scalar metrics in one line.
    pub fn summary(&self) -> String {
        format!(
            "{} faces: accuracy {:.2} %, mean class {:.2} %, macro F1 {:.2} %, calibration error \
             {:.2} %, negative log-likelihood {:.3}",
            self.n,
            self.accuracy * 100.0,
            self.mean_class_accuracy * 100.0,
            self.macro_f1 * 100.0,
            self.ece * 100.0,
            self.nll
        )
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.summary())?;
        write!(
            f,
            "{:>9} {:>9} {:>9} {:>9} {:>9}  faces read as",
            "", "labelled", "read", "precision", "recall"
        )?;
        for class in Expression::ALL {
            write!(f, " {class:>8}")?;
        }
        for class in Expression::ALL {
            let index = class.index();
            write!(f, "\n{class:>9}")?;
            for column in
                [&self.share_of_labels, &self.share_of_readings, &self.precision, &self.recall]
            {
                write!(f, " {:>7.1} %", column[index] * 100.0)?;
            }
            write!(f, "{:15}", "")?;
            for count in self.confusion[index] {
                write!(f, " {count:>8}")?;
            }
        }
        Ok(())
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(class: Expression, probability: f32) -> Scores {
        let rest = (1.0 - probability) / 6.0;
        let mut weights = [rest; Expression::COUNT];
        weights[class.index()] = probability;
        Scores::from_weights(weights).expect("probabilities")
    }

    #[test]
    fn figures_are_those_of_the_textbook() {
        let mut tally = Tally::default();
        for _ in 0..3 {
            tally.add(Expression::Happy, &scores(Expression::Happy, 0.75));
        }
        tally.add(Expression::Happy, &scores(Expression::Sad, 0.75));
        tally.add(Expression::Sad, &scores(Expression::Sad, 0.75));
        assert_eq!(tally.count(), 5);
        assert!((tally.accuracy() - 0.8).abs() < 1e-9);
        assert!((tally.mean_class_accuracy() - 0.875).abs() < 1e-9);
        assert!((tally.precision(Expression::Sad) - 0.5).abs() < 1e-9);
        // F1 of happy: precision 1, recall 3/4; of sad: precision 1/2, recall 1.
        assert!((tally.macro_f1() - (6.0 / 7.0 + 2.0 / 3.0) / 2.0).abs() < 1e-9);
        assert!((tally.calibration_error() - 0.05).abs() < 1e-6);
        let wrong = f64::from((0.25_f32 / 6.0).ln());
        assert!((tally.nll() + (4.0 * 0.75_f64.ln() + wrong) / 5.0).abs() < 1e-6);
        assert_eq!(tally.confusion()[3], [0, 0, 0, 3, 1, 0, 0]);
        assert!((tally.share_of_labels(Expression::Sad) - 0.2).abs() < 1e-9);
        assert!((tally.share_of_readings(Expression::Sad) - 0.4).abs() < 1e-9);
        let bin = &tally.bins()[11];
        assert_eq!((bin.count, bin.right), (5, 4));
        assert!((bin.confidence - 3.75).abs() < 1e-6);
    }
}

//! Results of `emotion evaluate`, as tables and as JSON.

use std::io::Write;
use std::path::Path;

use emotion_core::Expression;
use emotion_session::PriorMode;
use emotion_train::dataset::{Split, Verdict};
use emotion_train::evaluation::{Figures, Tally};
use serde::Serialize;

use super::output::{Output, StreamRow};

/// Everything that was measured, the output first; the fields are those of the JSON file.
#[derive(Serialize)]
pub struct Report {
    pub model: String,
    pub split: Split,
    pub tta: bool,
    pub backend: String,
    pub device: String,
    pub parameters: usize,
    pub multiply_adds: usize,
    /// Median, one face at a time.
    pub milliseconds_a_face: f64,
    /// Faces with the same pixels as a training face; `null` without a training split to compare.
    pub copies_of_training: Option<usize>,
    /// What the output is corrected for.
    #[serde(serialize_with = "by_name")]
    pub prior: PriorMode,
    /// The output that apps get, against both.
    pub output: Output,
    /// The output on streams with other mixes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub streams: Vec<StreamRow>,
    /// The head for FER-2013's labels, against those labels.
    pub original: Figures,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_without_copies: Option<Figures>,
    /// The head for the votes of FER+, against their majority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ferplus: Option<Figures>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ferplus_without_copies: Option<Figures>,
    pub ferplus_left_out: LeftOut,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disturbed: Vec<Disturbed>,
}

fn by_name<S: serde::Serializer>(prior: &PriorMode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(prior)
}

/// Faces without a FER+ majority among the seven, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    contempt: usize,
    unknown: usize,
    not_a_face: usize,
    tie: usize,
    without_votes: usize,
}

impl LeftOut {
    /// Counts a face that is left out.
    pub fn count(&mut self, verdict: Option<Verdict>) {
        match verdict {
            Some(Verdict::Expression(_)) => {}
            Some(Verdict::Contempt) => self.contempt += 1,
            Some(Verdict::Unknown) => self.unknown += 1,
            Some(Verdict::NotAFace) => self.not_a_face += 1,
            Some(Verdict::Tie) => self.tie += 1,
            None => self.without_votes += 1,
        }
    }

    fn sum(&self) -> usize {
        self.contempt + self.unknown + self.not_a_face + self.tie + self.without_votes
    }
}

impl std::fmt::Display for LeftOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} faces left out: {} ties, {} contempt, {} unknown, {} not a face, {} without votes",
            self.sum(),
            self.tie,
            self.contempt,
            self.unknown,
            self.not_a_face,
            self.without_votes
        )
    }
}

/// A model's results under one disturbance.
#[derive(Serialize)]
pub struct Disturbed {
    name: &'static str,
    n: usize,
    accuracy: f64,
    mean_class_accuracy: f64,
    /// Accuracy minus that of the undisturbed faces.
    change: f64,
    share_of_readings: [f64; Expression::COUNT],
}

impl Disturbed {
    /// The results of tallies with and without the disturbance.
    pub fn new(name: &'static str, tally: &Tally, undisturbed: &Tally) -> Self {
        Self {
            name,
            n: tally.count(),
            accuracy: tally.accuracy(),
            mean_class_accuracy: tally.mean_class_accuracy(),
            change: tally.accuracy() - undisturbed.accuracy(),
            share_of_readings: Expression::ALL.map(|class| tally.share_of_readings(class)),
        }
    }
}

impl Report {
    /// The model's name without folders.
    pub fn name(&self) -> &str {
        let name = Path::new(&self.model).file_stem();
        name.and_then(|name| name.to_str()).unwrap_or(&self.model)
    }

    /// The accuracy under each disturbance, 0 to 1.
    pub fn accuracies(&self) -> Vec<(&str, f64)> {
        self.disturbed.iter().map(|row| (row.name, row.accuracy)).collect()
    }

    /// Prints the tables.
    ///
    /// # Errors
    /// When stdout cannot be written to.
    pub fn print(&self) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        writeln!(
            out,
            "{} on {}: what apps get (prior {}), against the labels",
            self.model, self.split, self.prior
        )?;
        writeln!(out, "{}", self.output.original)?;
        if let Some(ferplus) = &self.output.ferplus {
            let left_out = self.ferplus_left_out;
            writeln!(out, "\nwhat apps get, against the majority of FER+ ({left_out})")?;
            writeln!(out, "{ferplus}")?;
        }
        if !self.streams.is_empty() {
            self.print_streams(&mut out)?;
        }
        writeln!(out, "\nthe head for labels, against the labels")?;
        writeln!(out, "{}", self.original)?;
        if let Some(copies) = self.copies_of_training {
            writeln!(out, "\n{copies} faces are copies of training faces")?;
        }
        if let Some(figures) = &self.original_without_copies {
            writeln!(out, "without them: {}", figures.summary())?;
        }
        if let Some(ferplus) = &self.ferplus {
            writeln!(out, "\nthe head for votes, against the majority of FER+")?;
            writeln!(out, "{ferplus}")?;
        }
        if let Some(figures) = &self.ferplus_without_copies {
            writeln!(out, "\nwithout copies of training faces: {}", figures.summary())?;
        }
        if !self.disturbed.is_empty() {
            self.print_disturbed(&mut out)?;
        }
        writeln!(out, "\n{:.2} ms a face (median)", self.milliseconds_a_face)
    }

    fn print_streams(&self, out: &mut impl Write) -> std::io::Result<()> {
        write!(
            out,
            "\n{:<24} {:<8} {:>9} {:>11}  recall, %",
            "streams of ten minutes", "prior", "accuracy", "cal. error"
        )?;
        for class in Expression::ALL {
            write!(out, " {class:>8}")?;
        }
        for row in &self.streams {
            write!(
                out,
                "\n{:<24} {:<8} {:>7.2} % {:>9.2} %           ",
                row.name,
                row.prior,
                row.figures.accuracy * 100.0,
                row.figures.ece * 100.0
            )?;
            for recall in row.figures.recall {
                write!(out, " {:>8.1}", recall * 100.0)?;
            }
        }
        writeln!(out)
    }

    fn print_disturbed(&self, out: &mut impl Write) -> std::io::Result<()> {
        write!(
            out,
            "\n{:<22} {:>9} {:>11} {:>8}  read as, %",
            "disturbed faces", "accuracy", "mean class", "change"
        )?;
        for class in Expression::ALL {
            write!(out, " {class:>8}")?;
        }
        for row in &self.disturbed {
            write!(
                out,
                "\n{:<22} {:>7.2} % {:>9.2} % {:>+8.2}            ",
                row.name,
                row.accuracy * 100.0,
                row.mean_class_accuracy * 100.0,
                row.change * 100.0
            )?;
            for share in row.share_of_readings {
                write!(out, " {:>8.1}", share * 100.0)?;
            }
        }
        writeln!(out)
    }
}

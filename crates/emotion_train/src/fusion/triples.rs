//! Triples of a face, a voice and a line with one label.

use emotion_core::{Evidence, Expression, Modality};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::readings::LabelledReading;

/// Of so many draws one is disturbed, where disturbed ones are wanted and there are any.
const DISTURBED: f64 = 0.3;

/// What of one label was seen, heard and said; at least one of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Triple {
    /// The label.
    pub label: Expression,
    /// Up to one of each modality.
    pub parts: Vec<Evidence>,
}

/// Draws triples, the same for the same seed. Each label is drawn equally often.
pub struct Draws<'a> {
    /// By modality, label and whether they are disturbed.
    readings: [[[Vec<&'a LabelledReading>; 2]; Expression::COUNT]; Modality::COUNT],
    labels: Vec<Expression>,
    random: ChaCha8Rng,
    /// The share of parts that are missing.
    missing: f64,
    with_disturbed: bool,
}

impl<'a> Draws<'a> {
    /// Draws from readings, of which each is left out with the probability `missing`.
    pub fn new(
        readings: &'a [LabelledReading],
        missing: f64,
        with_disturbed: bool,
        seed: u64,
    ) -> Self {
        let mut sorted: [[[Vec<&LabelledReading>; 2]; Expression::COUNT]; Modality::COUNT] =
            Default::default();
        for reading in readings {
            let of_label = &mut sorted[reading.modality.index()][reading.label.index()];
            of_label[usize::from(reading.is_disturbed)].push(reading);
        }
        let complete = |label: &Expression| {
            sorted.iter().all(|of_modality| !of_modality[label.index()][0].is_empty())
        };
        let labels = Expression::ALL.into_iter().filter(complete).collect();
        let random = ChaCha8Rng::seed_from_u64(seed);
        Self { readings: sorted, labels, random, missing, with_disturbed }
    }

    /// The labels of which all three modalities have something; others are not drawn.
    pub fn labels(&self) -> &[Expression] {
        &self.labels
    }

    /// A reading of a label.
    pub fn one(&mut self, modality: Modality, label: Expression) -> Option<Evidence> {
        let [clean, disturbed] = &self.readings[modality.index()][label.index()];
        let wanted = self.with_disturbed && self.random.random_bool(DISTURBED);
        let among = if wanted && !disturbed.is_empty() { disturbed } else { clean };
        let index = self.random.random_range(0..among.len().max(1));
        among.get(index).map(|reading| reading.evidence())
    }

    /// A label.
    pub fn label(&mut self) -> Option<Expression> {
        let index = self.random.random_range(0..self.labels.len().max(1));
        self.labels.get(index).copied()
    }
}

impl Iterator for Draws<'_> {
    type Item = Triple;

    /// The next triple; `None` only where no label has all three modalities.
    fn next(&mut self) -> Option<Triple> {
        loop {
            let label = self.label()?;
            let mut parts = Vec::with_capacity(Modality::COUNT);
            for modality in Modality::ALL {
                if self.missing == 0.0 || !self.random.random_bool(self.missing) {
                    parts.extend(self.one(modality, label));
                }
            }
            // What is missing as a whole has no answer.
            if parts.iter().any(|part| part.quality > 0.0) {
                return Some(Triple { label, parts });
            }
        }
    }
}

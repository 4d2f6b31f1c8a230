//! The reader of lines.

use burn::backend::Flex;
use burn::tensor::Tensor;
use emotion_core::{Evidence, Expression, Scores, SessionTime, SubjectId};

use crate::error::WordsError;
use crate::input::InputRows;
use crate::known::KnownWords;
use crate::model::WordsModel;
use crate::network::{WordsConfig, WordsNetwork};
use crate::pieces::Pieces;
use crate::readout::WordsReadout;
use crate::text::{Line, tokenise};

/// Reads lines on one thread, without files or a clock: the same line, the same reading.
#[derive(Debug)]
pub struct WordReader {
    config: WordsConfig,
    network: WordsNetwork<Flex>,
    readout: WordsReadout,
    known: KnownWords,
}

/// What is read of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WordReading {
    /// Seven probabilities; all equal where the line is not understood.
    pub scores: Scores,
    /// The most probable expression; `None` when unsure: the line is not understood, or nothing stands out.
    pub dominant: Option<Expression>,
    /// Which expressions the words have, in the order of [`Expression::ALL`]; several may be there, and none
    /// where the line is not understood.
    pub labels: [bool; Expression::COUNT],
    /// Each by itself, -∞ to ∞, before calibration.
    pub logits: [f32; Expression::COUNT],
    /// The share of the line's words that are known, 0 to 1.
    pub known: f32,
    /// Whether only the beginning was read because the line is too long.
    pub is_cut: bool,
}

impl WordReading {
    /// The reading as evidence about a subject, where it is known whose words they are. A line that is not understood
    /// is worth nothing.
    pub fn evidence(
        &self,
        subject: Option<SubjectId>,
        span: (SessionTime, SessionTime),
    ) -> Evidence {
        let known = if self.is_understood() { self.known } else { 0.0 };
        Evidence::of_words(subject, span, self.scores, known)
    }

    /// Whether enough of the line is known to read it.
    pub fn is_understood(&self) -> bool {
        self.labels.contains(&true)
    }
}

impl WordReader {
    /// A reader from a model's bytes.
    ///
    /// # Errors
    /// [`WordsError`] when they are damaged or of another version.
    pub fn new(bytes: &[u8]) -> Result<Self, WordsError> {
        Ok(Self::of(WordsModel::from_bytes(bytes)?))
    }

    /// The reader with the weights that ship.
    ///
    /// # Errors
    /// [`WordsError`] when the program was built with damaged ones.
    #[cfg(feature = "words")]
    pub fn shipped() -> Result<Self, WordsError> {
        Self::new(emotion_model_words::WEIGHTS)
    }

    /// The reader of a model.
    pub fn of(model: WordsModel<Flex>) -> Self {
        let WordsModel { header, network, known } = model;
        Self { config: header.network, network, readout: header.readout, known }
    }

    /// Reads a line.
    pub fn read(&self, text: &str) -> WordReading {
        let line = tokenise(text);
        let known = self.known.share_of(&line);
        let logits = if known > 0.0 { self.logits(&line) } else { None };
        let is_cut = line.is_cut || line.tokens.len() > self.config.tokens;
        match logits {
            Some(logits) if known >= self.readout.least_known => {
                let scores = self.readout.scores(&logits);
                let (highest, probability) = scores.highest();
                WordReading {
                    scores,
                    dominant: (probability >= self.readout.least_sure).then_some(highest),
                    labels: self.readout.labels(&logits),
                    logits,
                    known,
                    is_cut,
                }
            }
            logits => WordReading {
                scores: Scores::UNIFORM,
                dominant: None,
                labels: [false; Expression::COUNT],
                logits: logits.unwrap_or_default(),
                known,
                is_cut,
            },
        }
    }

    /// The network's output; `None` where it is not finite.
    fn logits(&self, line: &Line) -> Option<[f32; Expression::COUNT]> {
        let pieces = Pieces::of(line, self.config.tokens);
        let device = Default::default();
        let rows = InputRows::new(&[&pieces], |_| true);
        let output: Tensor<Flex, 2> = self.network.forward(rows.on(&self.config, &device));
        let values = output.into_data().to_vec::<f32>().ok()?;
        let logits: [f32; Expression::COUNT] = values.try_into().ok()?;
        logits.iter().all(|logit| logit.is_finite()).then_some(logits)
    }
}

//! The header of a model file.

use emotion_core::{Expression, SIDE, Scores};
use serde::{Deserialize, Serialize};

use crate::classifier::Confusion;
use crate::models::Architecture;
use crate::readout::{Calibration, Readout};

/// The metadata entry that holds the header.
pub const HEADER_KEY: &str = "bevy_emotion";

/// The version of the format that this crate writes and reads.
pub const FORMAT: u32 = 2;

/// The preprocessing that models expect: a face's crop, then [`emotion_core::normalise`].
pub const PREPROCESSING: &str = "grey, upright, mean 0 and deviation 1 over the face";

/// The description in a model file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelHeader {
    /// [`FORMAT`].
    pub format: u32,
    /// The model's name, for people.
    pub name: String,
    /// The network and its sizes.
    pub architecture: Architecture,
    /// The outputs' order: the names of [`Expression::ALL`].
    pub labels: Vec<String>,
    /// Side of the input images, in pixels.
    pub side: usize,
    /// [`PREPROCESSING`].
    pub preprocessing: String,
    /// The softmax temperature of [`Readout::Output`], which makes probabilities calibrated (Guo et
    /// al., *On calibration of modern neural networks*, 2017).
    pub temperature: f32,
    /// The softmax temperature of [`Readout::Labels`].
    #[serde(default = "one")]
    pub labels_temperature: f32,
    /// The softmax temperature of [`Readout::Votes`].
    #[serde(default = "one")]
    pub votes_temperature: f32,
    /// The FER+ head's weight in the logits of [`Readout::Output`], 0 to 1.
    pub ferplus_share: f64,
    /// Added to the logits of [`Readout::Output`] after the division by the temperature; 0 in the
    /// models that ship.
    #[serde(default)]
    pub logit_shift: [f32; Expression::COUNT],
    /// How frequent each expression is in the data that [`Readout::Output`] is calibrated for, which
    /// is what has to be known to correct it for another camera or person. `None` where it was not
    /// measured: such an output is taken as it is.
    #[serde(default)]
    pub prior: Option<Scores>,
    /// The confusion matrix of [`Readout::Output`] on PublicTest: rows are labels, columns
    /// predictions, both in the order of `labels`. `None` where it was not measured.
    #[serde(default)]
    pub confusion: Option<Confusion>,
}

const fn one() -> f32 {
    1.0
}

impl ModelHeader {
    /// A header for a network that is not calibrated.
    pub fn new(name: &str, architecture: Architecture) -> Self {
        Self {
            format: FORMAT,
            name: name.to_owned(),
            architecture,
            labels: label_order(),
            side: SIDE,
            preprocessing: PREPROCESSING.to_owned(),
            temperature: 1.0,
            labels_temperature: 1.0,
            votes_temperature: 1.0,
            ferplus_share: 0.0,
            logit_shift: [0.0; Expression::COUNT],
            prior: None,
            confusion: None,
        }
    }

    /// The FER+ head's weight in the logits of a readout, 0 to 1.
    pub const fn share(&self, readout: Readout) -> f64 {
        match readout {
            Readout::Output => self.ferplus_share,
            Readout::Labels => 0.0,
            Readout::Votes => 1.0,
        }
    }

    /// How the logits of a readout become probabilities.
    pub const fn calibration(&self, readout: Readout) -> Calibration {
        let none = [0.0; Expression::COUNT];
        match readout {
            Readout::Output => {
                Calibration { temperature: self.temperature, shift: self.logit_shift }
            }
            Readout::Labels => Calibration { temperature: self.labels_temperature, shift: none },
            Readout::Votes => Calibration { temperature: self.votes_temperature, shift: none },
        }
    }

    /// The prior that a readout is calibrated for; only that of [`Readout::Output`] is known.
    pub fn prior(&self, readout: Readout) -> Option<Scores> {
        self.prior.filter(|_| readout == Readout::Output)
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if self.format != FORMAT {
            Err(format!("its format is {}, this program reads {FORMAT}", self.format))
        } else if self.labels != label_order() {
            Err(format!(
                "its labels are {}, not {}",
                self.labels.join(", "),
                label_order().join(", ")
            ))
        } else if self.side != SIDE || self.preprocessing != PREPROCESSING {
            Err(format!(
                "it expects faces preprocessed as \"{}\", {1}x{1}; this program has \
                 \"{PREPROCESSING}\", {SIDE}x{SIDE}",
                self.preprocessing, self.side
            ))
        } else if let Some(temperature) = self.unusable_temperature() {
            Err(format!("its temperature is {temperature}, not a positive number"))
        } else if !self.logit_shift.iter().all(|shift| shift.is_finite()) {
            Err("its logit shift is not finite".to_owned())
        } else if self.prior.is_some_and(|prior| prior.iter().any(|(_, share)| share <= 0.0)) {
            Err("its prior rules an expression out".to_owned())
        } else if !(0.0..=1.0).contains(&self.ferplus_share) {
            Err(format!("its FER+ share is {}, not from 0 to 1", self.ferplus_share))
        } else if !self.architecture.is_valid() {
            Err("the sizes of its network are out of range".to_owned())
        } else {
            Ok(())
        }
    }

    fn unusable_temperature(&self) -> Option<f32> {
        let all = [self.temperature, self.labels_temperature, self.votes_temperature];
        all.into_iter().find(|temperature| !(temperature.is_finite() && *temperature > 0.0))
    }
}

fn label_order() -> Vec<String> {
    Expression::ALL.iter().map(|expression| expression.name().to_owned()).collect()
}

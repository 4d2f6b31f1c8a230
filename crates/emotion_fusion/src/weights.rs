//! How much each modality counts: fitted numbers, and the file that they are read from.

use emotion_core::{Expression, Modality, Scores};
use serde::{Deserialize, Serialize};

/// The version of the file.
const VERSION: u32 = 1;

/// How much each modality counts. The default counts all alike.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FusionWeights {
    /// How often each expression is expected.
    pub prior: Scores,
    /// Faces.
    pub face: ModalityWeights,
    /// Voices.
    pub voice: ModalityWeights,
    /// Words.
    pub words: ModalityWeights,
}

/// How much a modality counts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ModalityWeights {
    /// What the logarithms of its probabilities are multiplied by, where nothing is wrong with it.
    pub weight: f32,
    /// The power of its quality that it is multiplied by, too: 0 does not look at quality.
    pub power: f32,
    /// What it says as a rule, and what therefore means nothing.
    pub usual: Scores,
    /// After how many seconds it counts half. This is set, not fitted.
    pub half_life_s: f32,
}

/// Weights with what is known of their origin, as in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FusionFile {
    /// Of the format.
    version: u32,
    /// What the weights were fitted on, for people.
    pub fitted_on: String,
    /// The weights.
    pub weights: FusionWeights,
}

/// Why weights cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeightsError {
    /// The file is none of weights.
    #[error("these are no weights of a fusion: {0}; fit some, or use those that ship")]
    Format(String),
    /// The file is of a later version.
    #[error(
        "these weights have version {0}, and this program reads {VERSION}; use a newer program"
    )]
    Version(u32),
    /// A number makes no sense.
    #[error("the weights of the {0} are no positive, finite numbers; fit them anew")]
    Unusable(Modality),
}

impl Default for FusionWeights {
    fn default() -> Self {
        let alike = |half_life_s| ModalityWeights {
            weight: 1.0,
            power: 1.0,
            usual: Scores::UNIFORM,
            half_life_s,
        };
        Self { prior: Scores::UNIFORM, face: alike(1.0), voice: alike(2.0), words: alike(4.0) }
    }
}

impl FusionWeights {
    /// Those of a modality.
    pub const fn of(&self, modality: Modality) -> &ModalityWeights {
        match modality {
            Modality::Face => &self.face,
            Modality::Voice => &self.voice,
            Modality::Words => &self.words,
        }
    }

    /// Those of a modality, to be changed.
    pub const fn of_mut(&mut self, modality: Modality) -> &mut ModalityWeights {
        match modality {
            Modality::Face => &mut self.face,
            Modality::Voice => &mut self.voice,
            Modality::Words => &mut self.words,
        }
    }

    fn check(&self) -> Result<(), WeightsError> {
        let fits = |value: f32| value.is_finite() && value >= 0.0;
        let wrong = Modality::ALL.into_iter().find(|modality| {
            let of = self.of(*modality);
            let half_life = of.half_life_s.is_finite() && of.half_life_s > 0.0;
            !(fits(of.weight) && fits(of.power) && half_life)
        });
        wrong.map_or(Ok(()), |modality| Err(WeightsError::Unusable(modality)))
    }
}

impl ModalityWeights {
    /// What it is worth with this quality, `age` seconds after it was read, 0 to 1.
    pub fn reliability(&self, quality: f32, age: f32) -> f32 {
        // What is four half-lives old is no news of the person any more.
        if quality <= 0.0 || age > 4.0 * self.half_life_s {
            return 0.0;
        }
        quality.min(1.0).powf(self.power) * (-age.max(0.0) / self.half_life_s).exp2()
    }

    /// How a reading moves the logarithm of each probability.
    pub(crate) fn evidence(&self, scores: &Scores, reliability: f32) -> [f32; Expression::COUNT] {
        let mut evidence = [0.0; Expression::COUNT];
        let pairs = scores.as_array().iter().zip(self.usual.as_array());
        for (value, (p, usual)) in evidence.iter_mut().zip(pairs) {
            *value = reliability * self.weight * (logarithm(*p) - logarithm(*usual));
        }
        evidence
    }
}

impl FusionFile {
    /// Weights that were fitted on something.
    pub fn new(weights: FusionWeights, fitted_on: String) -> Self {
        Self { version: VERSION, fitted_on, weights }
    }

    /// The weights that ship.
    ///
    /// # Errors
    /// [`WeightsError`] when the program was built with damaged ones.
    pub fn shipped() -> Result<Self, WeightsError> {
        Self::parse(emotion_model_fusion::WEIGHTS)
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// [`WeightsError`] when it is another file, of a later version, or has numbers that make no sense.
    pub fn parse(text: &str) -> Result<Self, WeightsError> {
        let file: Self =
            serde_json::from_str(text).map_err(|error| WeightsError::Format(error.to_string()))?;
        if file.version > VERSION {
            return Err(WeightsError::Version(file.version));
        }
        file.weights.check()?;
        Ok(file)
    }

    /// The file's text.
    ///
    /// # Errors
    /// [`WeightsError`] when a number makes no sense.
    pub fn to_text(&self) -> Result<String, WeightsError> {
        self.weights.check()?;
        let text = serde_json::to_string_pretty(self);
        text.map(|text| text + "\n").map_err(|error| WeightsError::Format(error.to_string()))
    }
}

/// What a probability counts as at least: one modality alone cannot rule an expression out.
const LEAST_PROBABILITY: f32 = 1e-4;

pub(crate) fn logarithm(probability: f32) -> f32 {
    probability.max(LEAST_PROBABILITY).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ships_is_read_and_written_alike() {
        let file = FusionFile::shipped().expect("weights");
        let again = FusionFile::parse(&file.to_text().expect("a text")).expect("weights");
        assert_eq!(again.fitted_on, file.fitted_on);
        for modality in Modality::ALL {
            let (one, other) = (file.weights.of(modality), again.weights.of(modality));
            assert_eq!((one.weight, one.power), (other.weight, other.power));
            let pairs = one.usual.as_array().iter().zip(other.usual.as_array());
            assert!(pairs.clone().all(|(one, other)| (one - other).abs() < 1e-6));
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let mut file = FusionFile::new(FusionWeights::default(), String::new());
        let text = file.to_text().expect("a text").replace("\"version\": 1", "\"version\": 9");
        assert_eq!(FusionFile::parse(&text), Err(WeightsError::Version(9)));
        file.weights.voice.weight = -1.0;
        assert_eq!(file.to_text(), Err(WeightsError::Unusable(Modality::Voice)));
        assert!(matches!(FusionFile::parse("{}"), Err(WeightsError::Format(_))));
    }

    #[test]
    fn old_news_count_less_and_then_nothing() {
        let of = FusionWeights::default().voice;
        assert_eq!(of.reliability(1.0, 0.0), 1.0);
        assert!((of.reliability(1.0, of.half_life_s) - 0.5).abs() < 1e-6);
        assert!(of.reliability(0.5, 0.0) < 0.6);
        assert_eq!(of.reliability(1.0, 10.0 * of.half_life_s), 0.0);
        assert_eq!(of.reliability(0.0, 0.0), 0.0);
    }
}

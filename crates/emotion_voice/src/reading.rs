//! What is read of a voice.

use emotion_core::{Evidence, Expression, Scores, SessionTime, SubjectId};
use serde::{Deserialize, Serialize};

/// What a voice sounds like over a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct VoiceReading {
    /// The start and the end of what was heard.
    pub span: (SessionTime, SessionTime),
    /// What it sounds like: seven probabilities in the order of [`Expression::ALL`].
    pub scores: Scores,
    /// How active the voice is, -1 (calm) to 1; learned by itself, not from the scores.
    pub arousal: f32,
    /// How good what was heard is.
    pub quality: VoiceQuality,
}

/// How good the sound of a reading is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct VoiceQuality {
    /// How much louder speech is than what is heard between it, in decibels.
    pub snr_db: f32,
    /// The share of the span that is voiced, 0 to 1.
    pub voiced: f32,
}

/// Below this probability the expression is unsure.
const LEAST_SURE: f32 = 0.4;
/// The ratio at which quality is a half, and how many decibels around it matter.
const HALF: (f32, f32) = (8.0, 4.0);
/// With this share of voiced frames nothing is missing.
const ENOUGH_VOICED: f32 = 0.3;

impl VoiceQuality {
    /// From 0 (worthless) to 1 (as good as it gets).
    pub fn as_share(&self) -> f32 {
        let clear = 1.0 / (1.0 + (-(self.snr_db - HALF.0) / HALF.1).exp());
        clear * (self.voiced / ENOUGH_VOICED).clamp(0.0, 1.0)
    }
}

impl VoiceReading {
    /// The most probable expression and its probability.
    pub fn highest(&self) -> (Expression, f32) {
        self.scores.highest()
    }

    /// The most probable expression; `None` while it is unsure, below 40 %.
    pub fn dominant(&self) -> Option<Expression> {
        let (highest, probability) = self.highest();
        (probability >= LEAST_SURE).then_some(highest)
    }

    /// The reading as evidence about a subject, where it is known who speaks.
    pub fn evidence(&self, subject: Option<SubjectId>) -> Evidence {
        Evidence::of_voice(subject, self.span, self.scores, self.quality.as_share())
    }
}

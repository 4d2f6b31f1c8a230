//! What of a face can be read as a number: the axes.

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use super::condition::FaceCondition;
use super::measure::FaceInput;
use emotion_core::Expression;

/// How far a head has to lean for [`FaceAxis::Tilt`] to be 1, in radians: 30°.
pub const FULL_TILT: f32 = std::f32::consts::FRAC_PI_6;

/// Something of a face, a voice or words that is a number, from the player's own point of view.
#[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FaceAxis {
    /// How strongly an expression is shown, 0 to 1; see [`FaceInput::strength`].
    Strength(Expression),
    /// How pleasant the face looks against its rest, -1 to 1.
    Valence,
    /// How active the face looks against its rest, -1 to 1.
    Arousal,
    /// How far the head leans: -1 to the player's left shoulder, 1 to the right one, each at
    /// [`FULL_TILT`]; 0 as at rest.
    Tilt,
    /// Where the head is: -1 at the left edge of the view as the player sees it in a mirror, 1 at
    /// the right edge.
    HeadX,
    /// Where the head is: -1 at the lower edge of the view, 1 at the upper edge.
    HeadY,
    /// How loud the voice is against its usual loudness: 0 as usual or softer, 1 as a shout; see
    /// [`VoiceInput::loudness`](super::VoiceInput::loudness).
    Loudness,
    /// How active the voice sounds, -1 (calm) to 1.
    VoiceArousal,
    /// How much the voice sounds like an expression, 0 to 1.
    Voice(Expression),
    /// How much the words say an expression, 0 to 1.
    Words(Expression),
    /// How strongly two of face, voice and words contradict each other, 0 to 1; where they do, it is 0.5 or more.
    Conflict,
}

impl FaceAxis {
    /// Its value for a face.
    pub fn of(self, face: &FaceInput) -> f32 {
        match self {
            Self::Strength(expression) => face.strength(expression),
            Self::Valence => face.valence,
            Self::Arousal => face.arousal,
            Self::Tilt => (face.tilt / FULL_TILT).clamp(-1.0, 1.0),
            Self::HeadX => face.position_in_mirror.x.clamp(-1.0, 1.0),
            Self::HeadY => face.position_in_mirror.y.clamp(-1.0, 1.0),
            Self::Loudness => face.voice.loudness,
            Self::VoiceArousal => face.voice.arousal,
            Self::Voice(expression) => face.voice.voice(expression),
            Self::Words(expression) => face.voice.words(expression),
            Self::Conflict => face.voice.conflict,
        }
    }

    /// Pressed while the axis is past `press`, -1 to 1, away from 0: `Tilt.past(-0.5)` is a head
    /// that leans at least 15° to the left. Released when it is back at two thirds of that.
    pub const fn past(self, press: f32) -> FaceCondition {
        FaceCondition::Past { axis: self, press, release: None, within: None }
    }

    /// Its range, `(lowest, highest)`.
    pub const fn range(self) -> (f32, f32) {
        match self {
            Self::Strength(_)
            | Self::Loudness
            | Self::Voice(_)
            | Self::Words(_)
            | Self::Conflict => (0.0, 1.0),
            Self::Valence
            | Self::Arousal
            | Self::Tilt
            | Self::HeadX
            | Self::HeadY
            | Self::VoiceArousal => (-1.0, 1.0),
        }
    }
}

/// An axis as an action's value, -1 to 1, with a part around 0 that does nothing.
#[derive(Reflect, Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AxisBinding {
    /// What is read.
    pub axis: FaceAxis,
    /// Up to here the value is 0; at least 0 and below `full`.
    #[serde(default = "AxisBinding::default_dead_zone")]
    pub dead_zone: f32,
    /// From here on the value is 1; above `dead_zone`, at most 1.
    #[serde(default = "AxisBinding::default_full")]
    pub full: f32,
    /// Left and right, or up and down, are exchanged.
    #[serde(default)]
    pub inverted: bool,
}

impl AxisBinding {
    /// An axis with a dead zone of 0.1, full at 1.
    pub const fn new(axis: FaceAxis) -> Self {
        Self { axis, dead_zone: 0.1, full: 1.0, inverted: false }
    }

    /// The axis with another dead zone.
    pub const fn with_dead_zone(mut self, dead_zone: f32) -> Self {
        self.dead_zone = dead_zone;
        self
    }

    /// The axis with a value of 1 from `full` on: smaller movements are enough.
    pub const fn with_full(mut self, full: f32) -> Self {
        self.full = full;
        self
    }

    /// The axis turned around.
    pub const fn inverted(mut self) -> Self {
        self.inverted = !self.inverted;
        self
    }

    /// Its value for a face, -1 to 1.
    pub fn of(&self, face: &FaceInput) -> f32 {
        self.shape(self.axis.of(face))
    }

    fn shape(&self, value: f32) -> f32 {
        let span = (self.full - self.dead_zone).max(f32::EPSILON);
        let size = ((value.abs() - self.dead_zone) / span).clamp(0.0, 1.0);
        if self.inverted { -size * value.signum() } else { size * value.signum() }
    }

    const fn default_dead_zone() -> f32 {
        Self::new(FaceAxis::Tilt).dead_zone
    }

    const fn default_full() -> f32 {
        Self::new(FaceAxis::Tilt).full
    }
}

impl From<FaceAxis> for AxisBinding {
    fn from(axis: FaceAxis) -> Self {
        Self::new(axis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_zone_does_nothing_and_the_rest_is_stretched() {
        let axis = AxisBinding::new(FaceAxis::Tilt).with_dead_zone(0.2).with_full(0.6);
        assert_eq!(axis.shape(0.0), 0.0);
        assert_eq!(axis.shape(0.2), 0.0);
        assert!((axis.shape(0.4) - 0.5).abs() < 1e-6);
        assert!((axis.shape(-0.4) + 0.5).abs() < 1e-6);
        assert_eq!((axis.shape(0.6), axis.shape(-1.0)), (1.0, -1.0));
        assert_eq!(axis.inverted().shape(-1.0), 1.0);
    }
}

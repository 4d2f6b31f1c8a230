//! A resting face sets its own zero.

use std::time::Duration;

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use crate::emotion::{Expression, Scores};

/// How a face's rest is found. May be changed at any time.
#[derive(Resource, Reflect, Debug, Clone, PartialEq)]
#[reflect(Resource, Default, Debug, Clone, PartialEq)]
pub struct CalibrationSettings {
    /// Whether it starts by itself when a face appears.
    pub automatic: bool,
    /// How long a face has to rest, in real time.
    pub rest: Duration,
    /// After this time of watching a face that does not rest it is given up.
    pub give_up_after: Duration,
    /// How far the scores may go from their mean while the face rests, as a part of all
    /// probability, 0 to 1.
    pub steady_scores: f32,
    /// How far the head may go while the face rests, in sides of its box.
    pub steady_position: f32,
    /// How far the head may turn while the face rests, in radians.
    pub steady_tilt: f32,
}

impl Default for CalibrationSettings {
    fn default() -> Self {
        Self {
            automatic: true,
            rest: Duration::from_secs(2),
            give_up_after: Duration::from_secs(10),
            steady_scores: 0.2,
            steady_position: 0.35,
            steady_tilt: 0.15,
        }
    }
}

/// The rest of a face, and how far it is found. Every face has one.
#[derive(Component, Reflect, Debug, Clone, PartialEq)]
#[reflect(Component, Default, Debug, Clone, PartialEq)]
pub struct FaceCalibration {
    /// The rest that everything is measured from.
    pub baseline: Baseline,
    /// How the search for it goes.
    pub state: CalibrationState,
}

/// A face at rest.
#[derive(Reflect, Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// What it reads as.
    pub scores: Scores,
    /// How the head leans, in radians, clockwise as seen in the picture.
    pub roll: f32,
}

impl Baseline {
    /// Of a face that nothing is known of: it reads as neutral, and is upright.
    pub fn identity() -> Self {
        Self { scores: Scores::certain(Expression::Neutral), roll: 0.0 }
    }
}

/// How the search for a face's rest goes.
#[derive(Reflect, Debug, Clone, Copy, PartialEq, Default)]
pub enum CalibrationState {
    /// Nobody has asked for it.
    #[default]
    Idle,
    /// It is looked for.
    Resting {
        /// How much of the resting time is over, 0 to 1; back to 0 when the face moves.
        progress: f32,
    },
    /// It was found.
    Done,
    /// The face did not rest; the baseline is the one before, or the identity.
    GaveUp,
}

impl FaceCalibration {
    /// How much of the resting time is over, 0 to 1; `None` when it is not looked for.
    pub const fn progress(&self) -> Option<f32> {
        match self.state {
            CalibrationState::Resting { progress } => Some(progress),
            _ => None,
        }
    }

    /// Whether the face's own rest is known.
    pub fn is_done(&self) -> bool {
        self.state == CalibrationState::Done
    }
}

impl Default for FaceCalibration {
    fn default() -> Self {
        Self { baseline: Baseline::identity(), state: CalibrationState::Idle }
    }
}

/// Asks for a calibration: trigger it on a face while its person looks relaxed.
///
/// ```
/// use bevy::prelude::*;
/// use bevy_emotion::input::{CalibrateFace, PlayerSlots};
///
/// fn again(slots: Res<PlayerSlots>, mut commands: Commands) {
///     if let Some(entity) = slots.face(1) {
///         commands.trigger(CalibrateFace { entity });
///     }
/// }
/// ```
#[derive(EntityEvent, Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalibrateFace {
    /// The face.
    pub entity: Entity,
}

/// A calibration is over.
#[derive(EntityEvent, Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaceCalibrated {
    /// The face.
    pub entity: Entity,
    /// Whether its rest was found; otherwise it did not rest, and the baseline is as before.
    pub found: bool,
}

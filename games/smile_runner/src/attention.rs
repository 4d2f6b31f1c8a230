//! The run waits for a face that went out of view.

use bevy::prelude::*;
use bevy_emotion::input::PlayerSlots;
use bevy_emotion::prelude::Face;

/// Whether the player is there: the run waits for a face that went out of view.
#[derive(Resource, Debug, Default)]
pub struct Attention {
    /// A face plays, not the keyboard.
    has_face: bool,
    /// How long it has been out of view.
    pub(crate) away: f32,
    /// How long until the run goes on.
    pub(crate) back_in: f32,
}

impl Attention {
    /// A face may be lost for so long.
    const PATIENCE: f32 = 0.4;

    /// Whether the run waits.
    pub fn is_waiting(&self) -> bool {
        self.away > Self::PATIENCE || self.back_in > 0.0
    }
}

/// Notices when the player goes out of view, and comes back.
pub fn attend(
    time: Res<Time>,
    keys: Res<ButtonInput<KeyCode>>,
    slots: Res<PlayerSlots>,
    faces: Query<&Face>,
    mut attention: ResMut<Attention>,
) {
    let face = slots.face(1).and_then(|face| faces.get(face).ok());
    let was_waiting = attention.is_waiting();
    if face.is_some_and(|face| face.visible) {
        attention.back_in = match was_waiting {
            true if attention.away > 0.0 => 1.0,
            _ => (attention.back_in - time.delta_secs()).max(0.0),
        };
        (attention.has_face, attention.away) = (true, 0.0);
    } else if attention.has_face {
        attention.away += time.delta_secs();
    }
    // Who takes the keyboard needs no face.
    if was_waiting && keys.get_just_pressed().next().is_some() {
        *attention = Attention::default();
    }
}

//! Brings the player's face into the run.

use bevy::prelude::*;
use bevy_emotion::input::{ExpressionInput, FaceInput, PlayerSlots};

use crate::action::Action;
use crate::attention::Attention;
use crate::moves::Controls;
use crate::phase::Phase;
use crate::run::Run;

/// The run goes on, as the player's face wants it.
pub fn play(
    time: Res<Time>,
    attention: Res<Attention>,
    input: Res<ExpressionInput<Action>>,
    slots: Res<PlayerSlots>,
    faces: Query<&FaceInput>,
    mut run: ResMut<Run>,
    mut next: ResMut<NextState<Phase>>,
) {
    if attention.is_waiting() {
        return;
    }
    let face = slots.face(1).and_then(|face| faces.get(face).ok());
    let smiles = input.pressed(Action::Jump);
    let mut controls = Controls {
        jump: input.just_pressed(Action::Jump),
        smile: if smiles { input.value(Action::Jump).max(0.1) } else { 0.0 },
        dash: input.just_pressed(Action::Dash),
        shield: input.pressed(Action::Shield),
        valence: face.map_or(0.0, |face| face.valence),
    };
    let mut left = time.delta_secs();
    while left > 0.0 {
        run.step(&controls, left.min(1.0 / 30.0));
        left -= 1.0 / 30.0;
        (controls.jump, controls.dash) = (false, false);
    }
    if run.is_over() {
        next.set(Phase::Over);
    }
}

/// Behind the menus the hero walks on, or rests where it came to.
pub fn stroll(time: Res<Time>, mut run: ResMut<Run>) {
    run.step(&Controls::default(), time.delta_secs().min(0.1));
}

//! The player turns around and lights the lanterns.

use bevy::prelude::*;
use bevy_emotion::input::ExpressionInput;

use crate::action::Action;
use crate::band::Band;
use crate::gaze::Gaze;
use crate::mood::Mood;
use crate::quest::{Quest, Turnout};
use crate::room::bearing;
use crate::scene::Scene;

/// A tilted head turns the room.
pub fn turn_around(
    time: Res<Time>,
    scene: Res<State<Scene>>,
    input: Res<ExpressionInput<Action>>,
    quest: Res<Quest>,
    mut gaze: ResMut<Gaze>,
) {
    let lantern = quest.calling().filter(|_| *scene.get() == Scene::Play).map(bearing);
    gaze.advance(input.value(Action::Turn), lantern, time.delta_secs());
}

/// The quest goes on.
pub fn light_lanterns(
    time: Res<Time>,
    mood: Res<Mood>,
    gaze: Res<Gaze>,
    band: Res<Band>,
    mut quest: ResMut<Quest>,
    mut next: ResMut<NextState<Scene>>,
) {
    match quest.advance(mood.room, gaze.turn, time.delta_secs()) {
        Turnout::On => {}
        Turnout::Lit => band.controls.chime(),
        Turnout::Done => next.set(Scene::Over),
    }
}

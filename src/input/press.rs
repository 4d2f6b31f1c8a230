//! From faces and keys to actions: the systems for each type of action.

use std::time::Duration;

use bevy::prelude::*;

use super::events::{ActionPressed, ActionReleased};
use super::map::{Binding, BoundAction, ExpressionMap, InputAction, InputClock};
use super::measure::FaceInput;
use super::slots::{PlayerSlot, PlayerSlots};
use super::state::{Change, ExpressionInput, FaceActions};
use super::watch::{BindingWatch, Press};
use crate::plugin::Faces;

/// The map's conditions at work for one face.
#[derive(Component)]
pub(super) struct FaceWatches<A: InputAction>(Vec<ActionWatches<A>>);

struct ActionWatches<A: InputAction> {
    bound: BoundAction<A>,
    watches: Vec<BindingWatch>,
}

impl<A: InputAction> Default for FaceWatches<A> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<A: InputAction> FaceWatches<A> {
    /// Takes another map. What is bound as before goes on.
    fn follow(&mut self, map: &ExpressionMap<A>) {
        let mut before = std::mem::take(&mut self.0);
        self.0 = map
            .bound()
            .iter()
            .map(|bound| match before.iter().position(|old| old.bound == *bound) {
                Some(index) => before.swap_remove(index),
                None => ActionWatches {
                    bound: bound.clone(),
                    watches: bound.bindings.iter().map(BindingWatch::new).collect(),
                },
            })
            .collect();
    }
}

/// Says what is wrong with a map that was made in code.
pub(super) fn check_map<A: InputAction>(map: Res<ExpressionMap<A>>) {
    if map.is_changed()
        && let Err(problem) = map.check()
    {
        warn!("the expression map is used, but {problem}");
    }
}

/// What each face presses.
pub(super) fn watch_faces<A: InputAction>(
    map: Res<ExpressionMap<A>>,
    clock: Clock,
    mut faces: Query<(&FaceInput, &mut FaceWatches<A>, &mut FaceActions<A>)>,
) {
    let delta = clock.scaled(map.clock, clock.faces.delta());
    for (face, mut watches, mut state) in &mut faces {
        if map.is_changed() || watches.is_added() {
            watches.follow(&map);
        }
        let face = face.is_here().then_some(face);
        for ActionWatches { bound, watches } in &mut watches.0 {
            let press = watches
                .iter_mut()
                .map(|watch| watch.update(face, delta))
                .fold(Press::default(), Press::or);
            state.0.set(bound.action, press, delta);
        }
        for action in unbound(&state, &map) {
            state.0.set(action, Press::default(), delta);
        }
    }
}

/// What each player presses, by face or key, and who is told.
pub(super) fn press<A: InputAction>(
    map: Res<ExpressionMap<A>>,
    slots: Res<PlayerSlots>,
    clock: Clock,
    faces: Query<&FaceActions<A>>,
    keys: Option<Res<ButtonInput<KeyCode>>>,
    mut input: ResMut<ExpressionInput<A>>,
    mut pressed: MessageWriter<ActionPressed<A>>,
    mut released: MessageWriter<ActionReleased<A>>,
    mut commands: Commands,
) {
    let passed = input.since_written(clock.faces.elapsed());
    let delta = clock.scaled(map.clock, passed);
    // Players that there are no more release what they pressed.
    for slot in (1..=slots.count.max(input.player_count())).map(PlayerSlot) {
        let face = slots.face(slot);
        let of_face = face.and_then(|face| faces.get(face).ok());
        let Some(player) = input.player_mut(slot) else { continue };
        let unbound = unbound(player, &map);
        for action in map.actions().chain(unbound) {
            let by_face = of_face.map_or(Press::default(), |state| state.press(action));
            let by_keys = match &keys {
                Some(keys) if slot.0 <= slots.count => by_keys(map.bindings(action), keys, slot),
                _ => Press::default(),
            };
            match player.set(action, by_face.or(by_keys), delta) {
                Some(Change::Pressed) => {
                    let event = ActionPressed { action, slot, face };
                    pressed.write(event);
                    commands.trigger(event);
                }
                Some(Change::Released { held_for }) => {
                    let event = ActionReleased { action, slot, face, held_for };
                    released.write(event);
                    commands.trigger(event);
                }
                None => {}
            }
        }
    }
}

/// Actions of a map that is not in force any more: they are to be released.
fn unbound<A: InputAction>(state: &ExpressionInput<A>, map: &ExpressionMap<A>) -> Vec<A> {
    state.known().filter(|action| !map.actions().any(|bound| bound == *action)).collect()
}

fn by_keys(bindings: &[Binding], keys: &ButtonInput<KeyCode>, player: PlayerSlot) -> Press {
    // A key that went down and up within one update counts as down in it.
    let is_down = |key: KeyCode| keys.pressed(key) || keys.just_pressed(key);
    let value = |binding: &Binding| match *binding {
        Binding::Key { key, slot } if slot == player => f32::from(u8::from(is_down(key))),
        Binding::Keys { negative, positive, slot } if slot == player => {
            f32::from(i8::from(is_down(positive)) - i8::from(is_down(negative)))
        }
        _ => 0.0,
    };
    bindings
        .iter()
        .map(|binding| {
            let value = value(binding);
            Press { pressed: value != 0.0, value }
        })
        .fold(Press::default(), Press::or)
}

/// The faces' clock, and how fast the game goes.
#[derive(bevy::ecs::system::SystemParam)]
pub(super) struct Clock<'w> {
    faces: Res<'w, Time<Faces>>,
    game: Res<'w, Time<Virtual>>,
}

impl Clock<'_> {
    /// A time of the faces' clock as conditions count it.
    fn scaled(&self, clock: InputClock, time: Duration) -> Duration {
        match clock {
            InputClock::Virtual => time.mul_f64(self.game.effective_speed_f64()),
            InputClock::Real => time,
        }
    }
}

/// An update begins.
pub(super) fn begin_update<A: InputAction>(
    mut input: ResMut<ExpressionInput<A>>,
    mut faces: Query<&mut FaceActions<A>>,
) {
    for mut state in &mut faces {
        state.bypass_change_detection().begin_update();
    }
    input.bypass_change_detection().begin_update();
}

/// The fixed main loop starts or ends: readers see the edges of its steps, or those of the update.
pub(super) fn set_in_fixed<A: InputAction, const IN_FIXED: bool>(
    mut input: ResMut<ExpressionInput<A>>,
    mut faces: Query<&mut FaceActions<A>>,
) {
    for mut state in &mut faces {
        state.bypass_change_detection().set_in_fixed(IN_FIXED);
    }
    input.bypass_change_detection().set_in_fixed(IN_FIXED);
}

/// A fixed step begins.
pub(super) fn step<A: InputAction>(
    mut input: ResMut<ExpressionInput<A>>,
    mut faces: Query<&mut FaceActions<A>>,
) {
    for mut state in &mut faces {
        state.bypass_change_detection().step();
    }
    input.bypass_change_detection().step();
}

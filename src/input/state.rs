//! Which actions are pressed: by each face, and by each player.

use std::time::Duration;

use bevy::prelude::*;

use super::map::InputAction;
use super::slots::PlayerSlot;
use super::watch::Press;

/// Which actions are pressed, in the manner of Bevy's `ButtonInput`.
///
/// As a resource it is about the players, keys included: the methods are about player 1, and
/// [`ExpressionInput::slot`] gives the others. Every face has one of its own, watchers included, as the
/// component [`FaceActions`]. An action that is bound to nothing is never pressed. In `FixedUpdate` the
/// `just_…` methods tell what happened since the fixed step before, so that no press is missed or seen
/// twice.
///
/// ```
/// use bevy::prelude::*;
/// use bevy_emotion::input::ExpressionInput;
/// # #[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
/// # enum Action { Jump, Steer }
///
/// fn play(input: Res<ExpressionInput<Action>>) {
///     if input.just_pressed(Action::Jump) {
///         info!("player 1 jumps");
///     }
///     info!("player 2 steers by {}", input.slot(2).value(Action::Steer));
/// }
/// ```
#[derive(Resource, Reflect, Debug, Clone)]
#[reflect(Resource, Default, Debug, Clone)]
pub struct ExpressionInput<A: InputAction> {
    actions: Vec<OneAction<A>>,
    /// Whether the fixed main loop runs: then the edges are those of its step.
    in_fixed: bool,
    /// Of the resource: nobody, who presses nothing, and then players 2, 3 and so on.
    others: Vec<Self>,
    /// The clock when the players were last written.
    written_at: Duration,
}

/// What one face presses: its own [`ExpressionInput`]. Every face has one, watchers included.
#[derive(Component, Reflect, Debug, Clone, Deref, DerefMut)]
#[reflect(Component, Default, Debug, Clone)]
pub struct FaceActions<A: InputAction>(pub(super) ExpressionInput<A>);

impl<A: InputAction> Default for FaceActions<A> {
    fn default() -> Self {
        Self(ExpressionInput::default())
    }
}

#[derive(Reflect, Debug, Clone)]
struct OneAction<A: InputAction> {
    action: A,
    pressed: bool,
    /// Not counted until it is released.
    consumed: bool,
    value: f32,
    held_for: Duration,
    /// Of this update.
    now: Edges,
    /// Since the last fixed step began.
    gathered: Edges,
    /// Of this fixed step.
    step: Edges,
}

#[derive(Reflect, Debug, Clone, Copy, Default)]
struct Edges {
    pressed: bool,
    released: bool,
}

/// What an update did to an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Pressed,
    Released { held_for: Duration },
}

impl<A: InputAction> ExpressionInput<A> {
    /// That of the players, of whom there is none yet.
    pub(super) fn of_players() -> Self {
        Self { others: vec![Self::default()], ..Self::default() }
    }

    /// A player's actions: `input.slot(2)`. A player who is not there presses nothing.
    pub fn slot(&self, slot: impl Into<PlayerSlot>) -> &Self {
        match slot.into().index() {
            Some(0) => self,
            Some(index) => self.others.get(index).or(self.others.first()).unwrap_or(self),
            None => self.others.first().unwrap_or(self),
        }
    }

    /// Whether any player presses it.
    pub fn any_pressed(&self, action: A) -> bool {
        self.players().any(|player| player.pressed(action))
    }

    /// Whether any player pressed it in this update, or since the fixed step before.
    pub fn any_just_pressed(&self, action: A) -> bool {
        self.players().any(|player| player.just_pressed(action))
    }

    /// Whether it is pressed.
    pub fn pressed(&self, action: A) -> bool {
        self.get(action).is_some_and(|one| one.pressed)
    }

    /// Whether it was pressed in this update; in `FixedUpdate`, since the fixed step before.
    pub fn just_pressed(&self, action: A) -> bool {
        self.edges(action).pressed
    }

    /// Whether it was released in this update; in `FixedUpdate`, since the fixed step before.
    pub fn just_released(&self, action: A) -> bool {
        self.edges(action).released
    }

    /// An axis' value, -1 to 1; for conditions, how near they are to being met, 0 to 1: strength
    /// of an expression, part of a hold, steps of a sequence. The largest of all bindings.
    pub fn value(&self, action: A) -> f32 {
        self.get(action).map_or(0.0, |one| one.value)
    }

    /// For how long it has been pressed, on the map's clock; in the update that releases it, for
    /// how long it was; otherwise zero.
    pub fn held_for(&self, action: A) -> Duration {
        self.get(action).map_or(Duration::ZERO, |one| one.held_for)
    }

    /// The actions that are pressed, in the map's order.
    pub fn all_pressed(&self) -> impl Iterator<Item = A> + '_ {
        self.actions.iter().filter(|one| one.pressed).map(|one| one.action)
    }

    /// Takes the press away: for all players it counts as released until it is pressed anew. The
    /// smile that started the game does not make the first jump, too.
    pub fn consume(&mut self, action: A) {
        for other in &mut self.others {
            other.consume(action);
        }
        if let Some(one) = self.actions.iter_mut().find(|one| one.action == action)
            && one.pressed
        {
            one.consumed = true;
            one.pressed = false;
            one.held_for = Duration::ZERO;
            (one.now, one.gathered, one.step) = default();
        }
    }

    /// An update begins: what it sees starts anew.
    pub(super) fn begin_update(&mut self) {
        self.others.iter_mut().for_each(Self::begin_update);
        for one in &mut self.actions {
            one.now = Edges::default();
            // In the update that released it, it told for how long it was pressed.
            if !one.pressed {
                one.held_for = Duration::ZERO;
            }
        }
    }

    /// Writes what an action is now, `delta` after it was written before.
    pub(super) fn set(&mut self, action: A, press: Press, delta: Duration) -> Option<Change> {
        let index = self.actions.iter().position(|one| one.action == action);
        let index = index.unwrap_or_else(|| {
            self.actions.push(OneAction {
                action,
                pressed: false,
                consumed: false,
                value: 0.0,
                held_for: Duration::ZERO,
                now: Edges::default(),
                gathered: Edges::default(),
                step: Edges::default(),
            });
            self.actions.len() - 1
        });
        let one = self.actions.get_mut(index)?;
        one.consumed &= press.pressed;
        let pressed = press.pressed && !one.consumed;
        one.value = press.value;
        let edges = Edges { pressed: pressed && !one.pressed, released: !pressed && one.pressed };
        for seen in [&mut one.now, &mut one.gathered] {
            seen.pressed |= edges.pressed;
            seen.released |= edges.released;
        }
        let goes_on = one.pressed;
        one.held_for = if goes_on { one.held_for + delta } else { Duration::ZERO };
        one.pressed = pressed;
        match edges {
            Edges { pressed: true, .. } => Some(Change::Pressed),
            Edges { released: true, .. } => Some(Change::Released { held_for: one.held_for }),
            Edges { .. } => None,
        }
    }

    /// What was written for it.
    pub(super) fn press(&self, action: A) -> Press {
        self.get(action)
            .map_or(Press::default(), |one| Press { pressed: one.pressed, value: one.value })
    }

    /// The actions that were ever written.
    pub(super) fn known(&self) -> impl Iterator<Item = A> + '_ {
        self.actions.iter().map(|one| one.action)
    }

    pub(super) fn set_in_fixed(&mut self, in_fixed: bool) {
        self.in_fixed = in_fixed;
        for other in &mut self.others {
            other.set_in_fixed(in_fixed);
        }
    }

    /// A fixed step begins.
    pub(super) fn step(&mut self) {
        self.others.iter_mut().for_each(Self::step);
        for one in &mut self.actions {
            one.step = std::mem::take(&mut one.gathered);
        }
    }

    /// The time since the players were written before, on a clock that reads `now`.
    pub(super) fn since_written(&mut self, now: Duration) -> Duration {
        now.saturating_sub(std::mem::replace(&mut self.written_at, now))
    }

    pub(super) fn player_mut(&mut self, slot: PlayerSlot) -> Option<&mut Self> {
        let index = slot.index()?;
        if index == 0 {
            return Some(self);
        }
        if self.others.len() <= index {
            self.others.resize_with(index + 1, Self::default);
        }
        self.others.get_mut(index)
    }

    /// As many as ever played.
    pub(super) fn player_count(&self) -> u8 {
        u8::try_from(self.others.len()).unwrap_or(u8::MAX).max(1)
    }

    fn players(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.others.iter().skip(1))
    }

    fn get(&self, action: A) -> Option<&OneAction<A>> {
        self.actions.iter().find(|one| one.action == action)
    }

    fn edges(&self, action: A) -> Edges {
        let edges = |one: &OneAction<A>| if self.in_fixed { one.step } else { one.now };
        self.get(action).map(edges).unwrap_or_default()
    }
}

impl<A: InputAction> Default for ExpressionInput<A> {
    fn default() -> Self {
        Self {
            actions: Vec::new(),
            in_fixed: false,
            others: Vec::new(),
            written_at: Duration::ZERO,
        }
    }
}

/// Run condition: player 1 presses `action`.
///
/// ```
/// use bevy::prelude::*;
/// use bevy_emotion::input::when_just_pressed;
/// use bevy_emotion::prelude::*;
/// # #[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
/// # enum Action { Jump }
/// # fn jump() {}
///
/// App::new().add_systems(
///     Update,
///     jump.run_if(when_just_pressed(Action::Jump)),
/// );
/// ```
pub fn when_pressed<A: InputAction>(
    action: A,
) -> impl FnMut(Option<Res<ExpressionInput<A>>>) -> bool + Clone {
    move |input: Option<Res<ExpressionInput<A>>>| input.is_some_and(|input| input.pressed(action))
}

/// Run condition: player 1 just pressed `action`.
pub fn when_just_pressed<A: InputAction>(
    action: A,
) -> impl FnMut(Option<Res<ExpressionInput<A>>>) -> bool + Clone {
    move |input: Option<Res<ExpressionInput<A>>>| {
        input.is_some_and(|input| input.just_pressed(action))
    }
}

/// Run condition: player 1 just released `action`.
pub fn when_just_released<A: InputAction>(
    action: A,
) -> impl FnMut(Option<Res<ExpressionInput<A>>>) -> bool + Clone {
    move |input: Option<Res<ExpressionInput<A>>>| {
        input.is_some_and(|input| input.just_released(action))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
    enum Action {
        Jump,
    }
    use Action::Jump;

    const STEP: Duration = Duration::from_millis(10);

    fn set(state: &mut ExpressionInput<Action>, pressed: bool) -> Option<Change> {
        state.begin_update();
        state.set(Jump, Press { pressed, value: f32::from(u8::from(pressed)) }, STEP)
    }

    #[test]
    fn edges_and_times_are_those_of_the_update() {
        let mut state = ExpressionInput::default();
        assert_eq!(set(&mut state, false), None);
        assert_eq!(set(&mut state, true), Some(Change::Pressed));
        assert!(state.pressed(Jump) && state.just_pressed(Jump));
        assert_eq!(state.held_for(Jump), Duration::ZERO);
        set(&mut state, true);
        assert!(state.pressed(Jump) && !state.just_pressed(Jump));
        assert_eq!(state.held_for(Jump), STEP);
        assert_eq!(set(&mut state, false), Some(Change::Released { held_for: STEP * 2 }));
        assert!(state.just_released(Jump));
        assert_eq!(state.held_for(Jump), STEP * 2);
        set(&mut state, false);
        assert_eq!((state.just_released(Jump), state.held_for(Jump)), (false, Duration::ZERO));
    }

    #[test]
    fn fixed_steps_see_each_press_once() {
        let mut state = ExpressionInput::default();
        // A tap between two steps.
        set(&mut state, true);
        set(&mut state, false);
        state.set_in_fixed(true);
        state.step();
        assert!(state.just_pressed(Jump) && state.just_released(Jump) && !state.pressed(Jump));
        // Two steps in the same update.
        state.step();
        assert!(!state.just_pressed(Jump) && !state.just_released(Jump));
        state.set_in_fixed(false);
        assert!(state.just_released(Jump), "the update's own edges are still there");
    }

    #[test]
    fn what_is_consumed_has_to_be_pressed_anew() {
        let mut state = ExpressionInput::default();
        set(&mut state, true);
        state.consume(Jump);
        assert!(!state.pressed(Jump) && !state.just_pressed(Jump));
        assert_eq!(set(&mut state, true), None);
        assert_eq!(set(&mut state, false), None);
        assert_eq!(set(&mut state, true), Some(Change::Pressed));
    }
}

//! Which faces and keys press which action.

use bevy::asset::Asset;
use bevy::prelude::*;
use bevy::reflect::Reflectable;
use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::axis::{AxisBinding, FaceAxis};
use super::condition::{ConditionProblem, FaceCondition};
use super::key_names;
use super::slots::PlayerSlot;
use emotion_core::Expression;

/// What a game's actions have to be: a small enum, usually.
///
/// ```
/// use bevy::prelude::*;
///
/// #[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
/// enum Action {
///     Jump,
///     Steer,
/// }
/// # fn is_action<A: bevy_emotion::input::InputAction>() {}
/// # is_action::<Action>();
/// ```
///
/// For maps in files it has to be `serde::Serialize` and `serde::Deserialize`, too.
pub trait InputAction:
    Reflectable + FromReflect + std::fmt::Debug + Copy + Eq + std::hash::Hash + Send + Sync
{
}

impl<A> InputAction for A where
    A: Reflectable + FromReflect + std::fmt::Debug + Copy + Eq + std::hash::Hash + Send + Sync
{
}

/// Binds actions to what a face does, with keys beside it: the resource that is in force.
///
/// It may be changed at any time; an action whose bindings stay as they are is not disturbed. In
/// files it is RON, see [`ExpressionMapFile`](super::ExpressionMapFile).
///
/// ```
/// use bevy::prelude::*;
/// use bevy_emotion::input::{Binding, ExpressionMap, FaceAxis};
/// use bevy_emotion::prelude::*;
/// # #[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
/// # enum Action { Jump, Steer }
///
/// let map = ExpressionMap::new()
///     .with(Action::Jump, Expression::Happy.above(0.5))
///     .with(Action::Jump, KeyCode::Space)
///     .with(Action::Steer, FaceAxis::Tilt)
///     .with(Action::Steer, Binding::keys(KeyCode::ArrowLeft, KeyCode::ArrowRight));
/// assert!(map.check().is_ok());
/// ```
#[derive(Resource, Asset, Reflect, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[reflect(Resource, Debug, Clone, PartialEq)]
#[serde(
    deny_unknown_fields,
    bound(serialize = "A: Serialize", deserialize = "A: Deserialize<'de>")
)]
pub struct ExpressionMap<A: InputAction> {
    /// What the conditions' times are counted in.
    #[serde(default)]
    pub clock: InputClock,
    #[serde(serialize_with = "write_actions", deserialize_with = "read_actions")]
    actions: Vec<BoundAction<A>>,
}

/// The clock of holds, onsets and sequences.
#[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum InputClock {
    /// The game's time: the faces' clock at the speed of Bevy's `Time<Virtual>`, which stands still while the
    /// game is paused.
    #[default]
    Virtual,
    /// The faces' clock, outside of the game: for the menu of a paused game.
    Real,
}

/// An action and what presses it.
#[derive(Reflect, Debug, Clone, PartialEq)]
pub(super) struct BoundAction<A: InputAction> {
    pub(super) action: A,
    pub(super) bindings: Vec<Binding>,
}

/// One way to press an action. With several, each is enough, and the largest value counts.
#[derive(Reflect, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Binding {
    /// A face meets a condition. The value is how near it is to that, 0 to 1.
    When(FaceCondition),
    /// A face's axis is the value, -1 to 1; pressed from 0.5 on, released at 0.3.
    Axis(AxisBinding),
    /// A key, for games without a face. The value is 1 while it is down.
    Key {
        /// The key.
        #[serde(with = "key_names")]
        key: KeyCode,
        /// The player that it belongs to.
        #[serde(default)]
        slot: PlayerSlot,
    },
    /// Two keys as an axis: -1, 0 or 1.
    Keys {
        /// The key for -1.
        #[serde(with = "key_names")]
        negative: KeyCode,
        /// The key for 1.
        #[serde(with = "key_names")]
        positive: KeyCode,
        /// The player that they belong to.
        #[serde(default)]
        slot: PlayerSlot,
    },
}

impl Binding {
    /// A key of player 1.
    pub const fn key(key: KeyCode) -> Self {
        Self::Key { key, slot: PlayerSlot::FIRST }
    }

    /// Two keys of player 1 as an axis.
    pub const fn keys(negative: KeyCode, positive: KeyCode) -> Self {
        Self::Keys { negative, positive, slot: PlayerSlot::FIRST }
    }

    /// The keys of another player. Faces press for the player who has them anyway.
    pub fn for_slot(mut self, player: impl Into<PlayerSlot>) -> Self {
        if let Self::Key { slot, .. } | Self::Keys { slot, .. } = &mut self {
            *slot = player.into();
        }
        self
    }

    fn check(&self) -> Result<(), BindingProblem> {
        match self {
            Self::When(condition) => Ok(condition.check()?),
            Self::Axis(AxisBinding { dead_zone, full, .. }) => {
                let usable = (0.0..*full).contains(dead_zone) && *full <= 1.0;
                usable
                    .then_some(())
                    .ok_or(BindingProblem::Shape { dead_zone: *dead_zone, full: *full })
            }
            Self::Key { slot, .. } | Self::Keys { slot, .. } => {
                (slot.0 > 0).then_some(()).ok_or(BindingProblem::Slot)
            }
        }
    }
}

impl From<FaceCondition> for Binding {
    fn from(condition: FaceCondition) -> Self {
        Self::When(condition)
    }
}

impl From<Expression> for Binding {
    fn from(expression: Expression) -> Self {
        Self::When(expression.into())
    }
}

impl From<AxisBinding> for Binding {
    fn from(axis: AxisBinding) -> Self {
        Self::Axis(axis)
    }
}

impl From<FaceAxis> for Binding {
    fn from(axis: FaceAxis) -> Self {
        Self::Axis(axis.into())
    }
}

impl From<KeyCode> for Binding {
    fn from(key: KeyCode) -> Self {
        Self::key(key)
    }
}

impl<A: InputAction> ExpressionMap<A> {
    /// A map that binds nothing.
    pub const fn new() -> Self {
        Self { clock: InputClock::Virtual, actions: Vec::new() }
    }

    /// The map with one more way to press `action`.
    pub fn with(mut self, action: A, binding: impl Into<Binding>) -> Self {
        self.bind(action, binding);
        self
    }

    /// The map with another clock.
    pub fn with_clock(mut self, clock: InputClock) -> Self {
        self.clock = clock;
        self
    }

    /// Adds a way to press `action`.
    pub fn bind(&mut self, action: A, binding: impl Into<Binding>) {
        match self.actions.iter_mut().find(|bound| bound.action == action) {
            Some(bound) => bound.bindings.push(binding.into()),
            None => self.actions.push(BoundAction { action, bindings: vec![binding.into()] }),
        }
    }

    /// Takes all ways to press `action` away, and gives them back.
    pub fn unbind(&mut self, action: A) -> Vec<Binding> {
        match self.actions.iter_mut().find(|bound| bound.action == action) {
            Some(bound) => std::mem::take(&mut bound.bindings),
            None => Vec::new(),
        }
    }

    /// The ways to press `action`.
    pub fn bindings(&self, action: A) -> &[Binding] {
        self.actions
            .iter()
            .find(|bound| bound.action == action)
            .map_or(&[], |bound| bound.bindings.as_slice())
    }

    /// The actions that were ever bound, in that order.
    pub fn actions(&self) -> impl Iterator<Item = A> + '_ {
        self.actions.iter().map(|bound| bound.action)
    }

    pub(super) fn bound(&self) -> &[BoundAction<A>] {
        &self.actions
    }

    /// Whether all numbers are in their ranges. Files are checked when they are read; a map that
    /// was made in code and fails is used all the same, with a warning in the log.
    ///
    /// # Errors
    /// [`MapProblem`] names the first action with a number that is not.
    pub fn check(&self) -> Result<(), MapProblem> {
        for BoundAction { action, bindings } in &self.actions {
            for binding in bindings {
                binding
                    .check()
                    .map_err(|problem| MapProblem { action: format!("{action:?}"), problem })?;
            }
        }
        Ok(())
    }
}

impl<A: InputAction> Default for ExpressionMap<A> {
    fn default() -> Self {
        Self::new()
    }
}

/// An action's binding that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the binding of {action}: {problem}")]
pub struct MapProblem {
    /// The action, as `Debug` writes it.
    pub action: String,
    /// What is wrong with its binding.
    #[source]
    pub problem: BindingProblem,
}

/// Why a binding cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum BindingProblem {
    /// A condition has a number out of range.
    #[error(transparent)]
    Condition(#[from] ConditionProblem),
    /// An axis is not shaped from its dead zone up.
    #[error("a dead zone of {dead_zone} with full at {full}; use 0 <= dead_zone < full <= 1")]
    Shape {
        /// Up to here the value is 0.
        dead_zone: f32,
        /// From here on the value is 1.
        full: f32,
    },
    /// Players count from 1.
    #[error("there is no player 0; the first one is 1")]
    Slot,
}

/// In files the actions are a map, in their order.
fn write_actions<A: InputAction + Serialize, S: Serializer>(
    actions: &[BoundAction<A>],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(actions.len()))?;
    for BoundAction { action, bindings } in actions {
        map.serialize_entry(action, bindings)?;
    }
    map.end()
}

fn read_actions<'de, A: InputAction + Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<BoundAction<A>>, D::Error> {
    struct Actions<A>(std::marker::PhantomData<A>);

    impl<'de, A: InputAction + Deserialize<'de>> Visitor<'de> for Actions<A> {
        type Value = Vec<BoundAction<A>>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a map from actions to lists of bindings")
        }

        fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
            let mut actions: Vec<BoundAction<A>> = Vec::new();
            while let Some((action, bindings)) = map.next_entry::<A, Vec<Binding>>()? {
                if actions.iter().any(|bound| bound.action == action) {
                    return Err(M::Error::custom(format!("{action:?} is there twice")));
                }
                actions.push(BoundAction { action, bindings });
            }
            Ok(actions)
        }
    }
    deserializer.deserialize_map(Actions(std::marker::PhantomData))
}

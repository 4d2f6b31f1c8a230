//! Faces that nobody has: for tests, and for players without a camera.

use std::time::Duration;

use bevy::prelude::*;

use crate::emotion::{Expression, Scores};

/// Makes [`VirtualFace`]s seen. It needs no camera, model or GPU.
///
/// It writes what they show as [`FrameAnalyzed`](crate::plugin::FrameAnalyzed), where analyses come
/// in: everything after that is real, faces, components and events. While a camera's analyses come
/// in as well, the virtual faces are added to those.
///
/// In a test it is enough by itself; in an app with [`EmotionPlugins`](crate::plugin::EmotionPlugins)
/// add it after them.
///
/// ```
/// use std::time::Duration;
///
/// use bevy::prelude::*;
/// use bevy::time::TimeUpdateStrategy;
/// use bevy_emotion::input::*;
/// use bevy_emotion::prelude::*;
///
/// #[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
/// enum Action {
///     Jump,
/// }
///
/// let mut app = App::new();
/// app.add_plugins((
///     MinimalPlugins,
///     VirtualFacePlugin,
///     ExpressionInputPlugin::new(ExpressionMap::new().with(Action::Jump, Expression::Happy)),
/// ))
/// .insert_resource(TimeUpdateStrategy::ManualDuration(Duration::from_millis(20)));
/// let me = app.world_mut().spawn(VirtualFace::new()).id();
/// app.update();
///
/// if let Some(mut face) = app.world_mut().get_mut::<VirtualFace>(me) {
///     face.press(Expression::Happy);
/// }
/// app.update();
/// assert!(app.world().resource::<ExpressionInput<Action>>().just_pressed(Action::Jump));
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct VirtualFacePlugin;

/// A face that is played by a program: a mock gamepad. Spawn it as an entity of its own; the
/// [`Face`](crate::plugin::Face) that is seen of it is another one.
///
/// Times are real ones, as of a person outside of the game. What is shown takes effect in the next
/// update.
#[derive(Component, Reflect, Debug, Clone)]
#[reflect(Component, Debug, Clone)]
pub struct VirtualFace {
    /// What it reads as at rest; purely neutral by default.
    pub rest: Scores,
    /// How far its expressions go, against those of others; 1 by default, less for a weak face.
    pub expressiveness: f32,
    /// The side of its box as a part of the frame's height; 0.4 by default.
    pub size_in_view: f32,
    present: bool,
    scores: Ramp<[f32; Expression::COUNT]>,
    tilt: Ramp<f32>,
    position_in_mirror: Ramp<Vec2>,
    track: u64,
}

#[derive(Reflect, Debug, Clone, Copy)]
struct Ramp<T> {
    from: T,
    to: T,
    time: Duration,
    passed: Duration,
}

impl<T: Copy> Ramp<T> {
    const fn at(value: T) -> Self {
        Self { from: value, to: value, time: Duration::ZERO, passed: Duration::ZERO }
    }
}

impl VirtualFace {
    /// A face at rest in the middle of the view.
    pub fn new() -> Self {
        Self {
            rest: Scores::certain(Expression::Neutral),
            expressiveness: 1.0,
            size_in_view: 0.4,
            present: true,
            scores: Ramp::at([0.0; Expression::COUNT]),
            tilt: Ramp::at(0.0),
            position_in_mirror: Ramp::at(Vec2::ZERO),
            track: 0,
        }
    }

    /// A face whose rest reads as something else than neutral.
    pub fn with_rest(mut self, rest: Scores) -> Self {
        self.rest = rest;
        self
    }

    /// A face at another place, as [`VirtualFace::move_to`] puts it.
    pub fn at(mut self, position_in_mirror: Vec2) -> Self {
        self.position_in_mirror = Ramp::at(position_in_mirror);
        self
    }

    /// Shows an expression clearly, at once, instead of what it showed.
    pub fn press(&mut self, expression: Expression) {
        let _ = expression;
    }

    /// Back to rest at once.
    pub fn release(&mut self) {}

    /// Shows an expression with this strength, 0 to 1, at once, instead of what it showed: exactly
    /// the strength that a face without warm-up is measured with, after its rest was found.
    pub fn show(&mut self, expression: Expression, strength: f32) {
        let _ = (expression, strength);
    }

    /// Goes there from what it shows now, evenly, in `time`; a strength of 0 is the rest.
    pub fn ramp(&mut self, expression: Expression, strength: f32, time: Duration) {
        let _ = (expression, strength, time);
    }

    /// Leans the head by `tilt` radians, positive to the player's right shoulder, in `time`.
    pub fn tilt(&mut self, tilt: f32, time: Duration) {
        let _ = (tilt, time);
    }

    /// Moves the head in `time`: (-1, -1) is the lower left of the view, (1, 1) the upper right, as
    /// the player sees it in a mirror.
    pub fn move_to(&mut self, position_in_mirror: Vec2, time: Duration) {
        let _ = (position_in_mirror, time);
    }

    /// Goes out of view.
    pub fn leave(&mut self) {
        self.present = false;
    }

    /// Comes into view again: as the same face, when it was away for less than
    /// [`TrackPlugin::keep_hidden`](crate::plugin::TrackPlugin::keep_hidden).
    pub fn come_back(&mut self) {
        self.present = true;
    }

    /// Whether it is in view.
    pub const fn is_present(&self) -> bool {
        self.present
    }

    /// The number of its track, as in [`Face::track`](crate::plugin::Face::track); 0 until it was
    /// seen for the first time.
    pub const fn track(&self) -> u64 {
        self.track
    }
}

impl Default for VirtualFace {
    fn default() -> Self {
        Self::new()
    }
}

impl Plugin for VirtualFacePlugin {
    fn build(&self, app: &mut App) {
        let _ = app;
    }
}

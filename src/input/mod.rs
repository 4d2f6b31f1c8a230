//! Expressions as game input, in the manner of Bevy's `ButtonInput`.
//!
//! A game names its actions, and a map binds them to what a face does:
//!
//! ```no_run
//! use bevy::prelude::*;
//! use bevy_emotion::input::{ExpressionInput, ExpressionInputPlugin, ExpressionMap, FaceAxis};
//! use bevy_emotion::prelude::*;
//!
//! #[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
//! enum Action {
//!     Jump,
//!     Steer,
//! }
//!
//! # #[cfg(feature = "hud")]
//! fn main() {
//!     let map = ExpressionMap::new()
//!         .with(Action::Jump, Expression::Happy)
//!         .with(Action::Jump, KeyCode::Space)
//!         .with(Action::Steer, FaceAxis::Tilt);
//!     App::new()
//!         .add_plugins((DefaultPlugins, EmotionPlugins, ExpressionInputPlugin::new(map)))
//!         .add_systems(Update, play)
//!         .run();
//! }
//! # #[cfg(not(feature = "hud"))]
//! # fn main() {}
//!
//! fn play(input: Res<ExpressionInput<Action>>) {
//!     if input.just_pressed(Action::Jump) {
//!         info!("jump!");
//!     }
//!     info!("steering by {}", input.value(Action::Steer));
//! }
//! ```
//!
//! One way. What a face does is measured in each [`FaceStep`], at the exact times of its readings, so that a
//! replay presses the same actions at the same times at any speed; keys are read once an update, in
//! [`EmotionSystems::Input`]:
//!
//! ```text
//! Face, Emotion, FacePose ─▶ baseline ─▶ measure ─▶ FaceInput ─▶ conditions ─▶ ExpressionInput ─┐
//!                            (rest)         (range)                 (map)         (face)       │
//!                                           slots ─▶ PlayerSlot ─▶ players ◀── keys            │
//!                                                                  ExpressionInput, events ◀───┘
//! ```

mod axis;
mod baseline;
mod condition;
mod events;
mod file;
mod key_names;
mod map;
mod measure;
mod press;
mod range;
mod seconds;
mod slots;
mod state;
mod virtual_face;
mod virtual_voice;
mod voice;
mod watch;

use bevy::app::{FixedFirst, RunFixedMainLoop, RunFixedMainLoopSystems};
use bevy::prelude::*;

pub use axis::{AxisBinding, FULL_TILT, FaceAxis};
pub use baseline::{
    Baseline, BaselineMeasured, BaselineSettings, BaselineState, MeasureBaseline, RestingBaseline,
};
pub use condition::{ConditionProblem, ExpressionConditions, FaceCondition};
pub use events::{ActionPressed, ActionReleased};
pub use file::{ExpressionMapFile, ExpressionMapPlugin, MapFileError};
pub use map::{Binding, BindingProblem, ExpressionMap, InputAction, InputClock, MapProblem};
pub use measure::FaceInput;
pub use range::{ExpressionRange, FaceWarmedUp, WarmUp, WarmUpFace};
pub use slots::{PlayerSlot, PlayerSlots, SlotOrder};
pub use state::{
    ExpressionInput, FaceActions, when_just_pressed, when_just_released, when_pressed,
};
pub use virtual_face::{VirtualFace, VirtualFacePlugin};
pub use virtual_voice::{VirtualVoice, VirtualVoicePlugin};
pub use voice::VoiceInput;

use crate::plugin::{CorePlugin, EmotionSystems, Face, FaceStep};

/// Actions of the type `A`, pressed by faces and keys. Add it once for each type of action; with
/// [`EmotionPlugins`](crate::plugin::EmotionPlugins) beside it, or [`VirtualFacePlugin`].
///
/// It gives [`ExpressionInput<A>`], [`FaceActions<A>`] on every face, [`ActionPressed<A>`] and
/// [`ActionReleased<A>`]. With it come [`PlayerSlots`], [`BaselineSettings`] and [`FaceInput`]
/// for all types of actions together.
#[derive(Debug, Clone)]
pub struct ExpressionInputPlugin<A: InputAction> {
    /// The map that is in force at the start; an app that has an [`ExpressionMap`] already keeps
    /// that.
    pub map: ExpressionMap<A>,
}

impl<A: InputAction> ExpressionInputPlugin<A> {
    /// With this map at the start.
    pub const fn new(map: ExpressionMap<A>) -> Self {
        Self { map }
    }
}

impl<A: InputAction> Default for ExpressionInputPlugin<A> {
    fn default() -> Self {
        Self::new(ExpressionMap::new())
    }
}

impl<A: InputAction> Plugin for ExpressionInputPlugin<A> {
    fn build(&self, app: &mut App) {
        if !app.is_plugin_added::<MeasurePlugin>() {
            app.add_plugins(MeasurePlugin);
        }
        if !app.world().contains_resource::<ExpressionMap<A>>() {
            app.insert_resource(self.map.clone());
        }
        carry::<FaceActions<A>>(app);
        carry::<press::FaceWatches<A>>(app);
        app.register_type::<ExpressionMap<A>>()
            .register_type::<ExpressionInput<A>>()
            .register_type::<FaceActions<A>>()
            .insert_resource(ExpressionInput::<A>::of_players())
            .add_message::<ActionPressed<A>>()
            .add_message::<ActionReleased<A>>()
            .add_systems(
                PreUpdate,
                (
                    press::begin_update::<A>.before(EmotionSystems::Capture),
                    (press::check_map::<A>, press::press::<A>)
                        .chain()
                        .in_set(EmotionSystems::Input),
                ),
            )
            .add_systems(
                FaceStep,
                (press::watch_faces::<A>, press::press::<A>).chain().in_set(InputStep::Press),
            )
            .add_systems(
                RunFixedMainLoop,
                (
                    press::set_in_fixed::<A, true>
                        .in_set(RunFixedMainLoopSystems::BeforeFixedMainLoop),
                    press::set_in_fixed::<A, false>
                        .in_set(RunFixedMainLoopSystems::AfterFixedMainLoop),
                ),
            )
            .add_systems(FixedFirst, press::step::<A>);
    }
}

/// In each [`FaceStep`]: what faces do is measured, and actions are pressed. Systems that read it there
/// run after this.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FaceInputSystems;

/// The order of things in [`FaceInputSystems`].
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum InputStep {
    /// What each face does against its rest, and who plays.
    Measure,
    /// What is pressed.
    Press,
}

/// What all types of actions have in common: [`FaceInput`], [`RestingBaseline`] and
/// [`ExpressionRange`] on every face, and the players' [`PlayerSlots`].
///
/// [`ExpressionInputPlugin`] adds it; an app without actions may add it alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct MeasurePlugin;

impl Plugin for MeasurePlugin {
    fn build(&self, app: &mut App) {
        carry::<FaceInput>(app);
        carry::<RestingBaseline>(app);
        carry::<baseline::RestSearch>(app);
        carry::<ExpressionRange>(app);
        carry::<voice::UsualLoudness>(app);
        CorePlugin::ensure(app);
        app.register_type::<FaceCondition>()
            .register_type::<FaceInput>()
            .register_type::<VoiceInput>()
            .register_type::<RestingBaseline>()
            .register_type::<ExpressionRange>()
            .register_type::<WarmUp>()
            .register_type::<PlayerSlot>()
            .register_type::<PlayerSlots>()
            .register_type::<BaselineSettings>()
            .init_resource::<BaselineSettings>()
            .init_resource::<PlayerSlots>()
            .add_observer(baseline::start)
            .add_observer(range::start)
            .init_schedule(FaceStep)
            .configure_sets(
                FaceStep,
                (InputStep::Measure, InputStep::Press).chain().in_set(FaceInputSystems),
            )
            .add_systems(
                FaceStep,
                (baseline::search, range::watch, measure::measure, voice::measure, slots::seat)
                    .chain()
                    .in_set(InputStep::Measure),
            );
    }
}

/// Every face carries a `C` from its first moment on.
fn carry<C: Component + Default>(app: &mut App) {
    if let Err(error) = app.try_register_required_components::<Face, C>() {
        error!("faces do not carry {}: {error:?}", std::any::type_name::<C>());
    }
}

/// The guide's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../../docs/input.md")]
struct Guide;

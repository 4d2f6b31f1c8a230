//! Smile Runner: a side-scroller that is played with the face.
//!
//! Smile to jump, and keep smiling to jump higher. Look surprised to dash through crystal and rock.
//! Frown to raise the shield against birds. Every obstacle wears the expression that it needs, so
//! that there is nothing to learn first. Who enjoys it runs faster and meets more; who looks
//! unhappy gets an easier course. Keys: up, right, down.
//!
//! `cargo run --release --example smile_runner`
//!
//! [`Run`] has the rules and knows nothing of Bevy's world; the systems of this file bring it the
//! player's face and lead from phase to phase. Beside this file, in `smile_runner/`: those rules,
//! the course, what each moment sounds and looks like, and the [`View`](view::View), which draws
//! it all, anew in each frame, into one mesh.

#[path = "arcade/mod.rs"]
mod arcade;
#[path = "smile_runner/brush.rs"]
mod brush;
#[path = "smile_runner/course.rs"]
mod course;
#[path = "smile_runner/face.rs"]
mod face;
#[path = "smile_runner/feel.rs"]
mod feel;
#[path = "smile_runner/hero.rs"]
mod hero;
#[path = "smile_runner/hud.rs"]
mod hud;
#[path = "smile_runner/look.rs"]
mod look;
#[path = "smile_runner/run.rs"]
mod run;
#[path = "smile_runner/scenery.rs"]
mod scenery;
#[path = "smile_runner/screens.rs"]
mod screens;
#[path = "smile_runner/track.rs"]
mod track;
#[path = "smile_runner/view.rs"]
mod view;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bevy::prelude::*;
use bevy_emotion::hands_free::*;
use bevy_emotion::hud::HudSystems;
use bevy_emotion::input::*;
use bevy_emotion::prelude::*;

use arcade::dice::Dice;

pub use course::*;
use feel::Dust;
use look::Look;
pub use run::*;

fn main() -> AppExit {
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(7, |since| since.as_secs());
    arcade::run("Smile Runner", SmileRunnerPlugin { seed })
}

/// Where the player is.
#[derive(States, Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Phase {
    /// The menu.
    #[default]
    Title,
    /// The face finds its rest and its reach.
    WarmUp,
    /// The run.
    Play,
    /// What came of it.
    Over,
}

/// What the player can do.
#[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// A smile; the longer, the higher.
    Jump,
    /// A look of surprise that comes fast.
    Dash,
    /// A frown, for as long as it is held.
    Shield,
}

const ACTIONS: [Action; 3] = [Action::Jump, Action::Dash, Action::Shield];

const fn expression(action: Action) -> Expression {
    match action {
        Action::Jump => Expression::Happy,
        Action::Dash => Expression::Surprise,
        Action::Shield => Expression::Angry,
    }
}

/// The game. The same seed and the same face give the same run.
#[derive(Debug, Clone, Copy)]
pub struct SmileRunnerPlugin {
    /// What the courses are made from.
    pub seed: u64,
}

impl Default for SmileRunnerPlugin {
    fn default() -> Self {
        Self { seed: 7 }
    }
}

impl Plugin for SmileRunnerPlugin {
    fn build(&self, app: &mut App) {
        let fast = Duration::from_millis(500);
        let map = ExpressionMap::new()
            .with(Action::Jump, Expression::Happy.above(0.5).release_at(0.3))
            .with(Action::Jump, KeyCode::ArrowUp)
            .with(Action::Jump, KeyCode::Space)
            .with(Action::Dash, Expression::Surprise.above(0.5).release_at(0.25).within(fast))
            .with(Action::Dash, KeyCode::ArrowRight)
            .with(Action::Shield, Expression::Angry.above(0.45).release_at(0.25))
            .with(Action::Shield, KeyCode::ArrowDown);
        app.add_plugins(ExpressionInputPlugin::new(map))
            .init_state::<Phase>()
            .insert_resource(Run::stroll(self.seed))
            .insert_resource(Record { next_seed: self.seed, best: 0, is_new: false })
            .init_resource::<Attention>()
            .init_resource::<Look>()
            .init_resource::<Dust>()
            .add_systems(Startup, view::prepare)
            .add_systems(OnEnter(Phase::Title), title)
            .add_systems(OnEnter(Phase::WarmUp), warm_up)
            .add_systems(OnEnter(Phase::Play), begin)
            .add_systems(OnEnter(Phase::Over), result)
            .add_systems(
                Update,
                (
                    (attend, play).chain().run_if(in_state(Phase::Play)),
                    stroll.run_if(not(in_state(Phase::Play))),
                    feel::feel,
                    look::mirror,
                )
                    .chain()
                    .in_set(EmotionSystems::React),
            )
            .add_systems(Update, view::paint.in_set(HudSystems::Draw));
    }
}

// ---------------------------------------------------------------------------------------------
// Between the rules and Bevy.

/// The best result so far, and the next course.
#[derive(Resource, Debug)]
pub struct Record {
    next_seed: u64,
    /// The best score.
    pub best: u32,
    is_new: bool,
}

/// Whether the player is there: the run waits for a face that went out of view.
#[derive(Resource, Debug, Default)]
pub struct Attention {
    /// A face plays, not the keyboard.
    has_face: bool,
    /// How long it has been out of view.
    away: f32,
    /// How long until the run goes on.
    back_in: f32,
}

impl Attention {
    /// A face may be lost for so long.
    const PATIENCE: f32 = 0.4;

    /// Whether the run waits.
    pub fn is_waiting(&self) -> bool {
        self.away > Self::PATIENCE || self.back_in > 0.0
    }
}

fn title(mut commands: Commands) {
    let menu = FaceMenu::new("How far does your face take you?")
        .with_text("Try it: the bars above show how your face is read.")
        .with_item("Play")
        .with_item("Quit")
        .with_place(MenuPlace::Bottom);
    commands.spawn((DespawnOnExit(Phase::Title), menu)).observe(
        |chosen: On<MenuChosen>,
         mut next: ResMut<NextState<Phase>>,
         mut exit: MessageWriter<AppExit>| {
            match chosen.item {
                0 => next.set(Phase::WarmUp),
                _ => _ = exit.write(AppExit::Success),
            }
        },
    );
}

fn warm_up(mut commands: Commands, mut run: ResMut<Run>, record: Res<Record>) {
    *run = Run::stroll(record.next_seed);
    let expressions = [Expression::Happy, Expression::Surprise, Expression::Angry];
    commands
        .spawn((DespawnOnExit(Phase::WarmUp), FaceWarmUp::new(expressions)))
        .observe(|_: On<WarmUpOver>, mut next: ResMut<NextState<Phase>>| next.set(Phase::Play));
}

fn begin(
    mut commands: Commands,
    mut run: ResMut<Run>,
    mut record: ResMut<Record>,
    mut attention: ResMut<Attention>,
    mut input: ResMut<ExpressionInput<Action>>,
) {
    *run = Run::new(record.next_seed);
    record.next_seed = Dice(record.next_seed).roll();
    *attention = Attention::default();
    for action in ACTIONS {
        input.consume(action);
    }
    let corner = Node {
        position_type: PositionType::Absolute,
        right: Val::Px(16.0),
        top: Val::Px(16.0),
        ..default()
    };
    commands.spawn((DespawnOnExit(Phase::Play), SelfView::new(1), corner));
}

fn result(mut commands: Commands, run: Res<Run>, mut record: ResMut<Record>) {
    record.is_new = run.score() > record.best;
    record.best = record.best.max(run.score());
    let menu = FaceMenu::new("Once more?")
        .with_item("Again")
        .with_item("Warm up again")
        .with_item("Quit")
        .with_place(MenuPlace::Bottom);
    commands.spawn((DespawnOnExit(Phase::Over), menu)).observe(
        |chosen: On<MenuChosen>,
         mut next: ResMut<NextState<Phase>>,
         mut exit: MessageWriter<AppExit>| {
            match chosen.item {
                0 => next.set(Phase::Play),
                1 => next.set(Phase::WarmUp),
                _ => _ = exit.write(AppExit::Success),
            }
        },
    );
}

/// Notices when the player goes out of view, and comes back.
fn attend(
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

fn play(
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
fn stroll(time: Res<Time>, mut run: ResMut<Run>) {
    run.step(&Controls::default(), time.delta_secs().min(0.1));
}

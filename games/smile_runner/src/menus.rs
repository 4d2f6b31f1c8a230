//! The way from phase to phase: menus, the warm-up, and the best score so far.

use arcade::dice::Dice;
use bevy::prelude::*;
use bevy_emotion::hands_free::*;
use bevy_emotion::input::ExpressionInput;
use bevy_emotion::prelude::Expression;

use crate::action::{ACTIONS, Action};
use crate::attention::Attention;
use crate::phase::Phase;
use crate::run::Run;

/// The best result so far, and the next course.
#[derive(Resource, Debug)]
pub struct Record {
    next_seed: u64,
    /// The best score.
    pub best: u32,
    pub(crate) is_new: bool,
}

impl Record {
    /// Before the first run.
    pub(crate) const fn new(seed: u64) -> Self {
        Self { next_seed: seed, best: 0, is_new: false }
    }
}

/// Asks whether to play.
pub fn title(mut commands: Commands) {
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

/// The face finds its rest and its reach.
pub fn warm_up(mut commands: Commands, mut run: ResMut<Run>, record: Res<Record>) {
    *run = Run::stroll(record.next_seed);
    let expressions = [Expression::Happy, Expression::Surprise, Expression::Angry];
    commands
        .spawn((DespawnOnExit(Phase::WarmUp), FaceWarmUp::new(expressions)))
        .observe(|_: On<WarmUpOver>, mut next: ResMut<NextState<Phase>>| next.set(Phase::Play));
}

/// A new run, on the next course.
pub fn begin(
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

/// Keeps the best score, and asks for another run.
pub fn result(mut commands: Commands, run: Res<Run>, mut record: ResMut<Record>) {
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

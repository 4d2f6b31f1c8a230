//! Two players in one picture, each with a slot that is kept while they are in view.
//! `cargo run --release --example two_players`

use std::time::Duration;

use bevy::app::ScheduleRunnerPlugin;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::time::common_conditions::on_timer;
use bevy_emotion::prelude::*;

#[path = "support/mod.rs"]
mod support;

#[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Action {
    Jump,
}

fn main() -> AppExit {
    // Keys are read where there is a window to press them in: with `DefaultPlugins`.
    let map = ExpressionMap::new()
        .with(Action::Jump, Expression::Happy)
        .with(Action::Jump, KeyCode::KeyA)
        .with(Action::Jump, Binding::key(KeyCode::KeyL).for_slot(2));
    let mut app = App::new();
    app.add_plugins((
        MinimalPlugins.set(ScheduleRunnerPlugin::run_loop(Duration::from_millis(16))),
        LogPlugin::default(),
        VirtualFacePlugin,
        ExpressionInputPlugin::new(map),
    ))
    // Without this line there is one player, and everybody else watches.
    .insert_resource(PlayerSlots::new(2).with_order(SlotOrder::Leftmost))
    .add_systems(Startup, |mut commands: Commands| {
        commands.spawn(VirtualFace::new().at(Vec2::new(0.5, 0.0)));
        commands.spawn(VirtualFace::new().at(Vec2::new(-0.5, 0.0)));
    })
    .add_systems(Update, (smile_in_turn.run_if(on_timer(Duration::from_millis(500))), cheer))
    .add_observer(|press: On<ActionPressed<Action>>| info!("player {} jumps", press.slot.0));
    support::run(app)
}

/// The second player's actions are asked for by slot; plain methods are about the first player.
fn cheer(input: Res<ExpressionInput<Action>>) {
    if input.any_just_pressed(Action::Jump) && input.slot(2).pressed(Action::Jump) {
        info!("well done, player 2");
    }
}

/// One virtual face smiles at a time.
fn smile_in_turn(mut faces: Query<&mut VirtualFace>, mut turn: Local<usize>) {
    for (index, mut face) in faces.iter_mut().enumerate() {
        if index == *turn % 2 {
            face.press(Expression::Happy);
        } else {
            face.release();
        }
    }
    *turn += 1;
}

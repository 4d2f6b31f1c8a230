//! Steering by leaning the head: an axis with a value from -1 to 1, and keys as a second way.
//! `cargo run --release --example axes`

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
    Steer,
}

/// Where the ship is, in metres from the middle of the road.
#[derive(Resource, Default)]
struct Ship(f32);

/// Metres per second at full tilt.
const SPEED: f32 = 4.0;

fn main() -> AppExit {
    // Leaning by less than a tenth of the way does nothing, 70 % of it is full speed.
    let tilt = AxisBinding::new(FaceAxis::Tilt).with_dead_zone(0.1).with_full(0.7);
    // Keys are read where there is a window to press them in: with `DefaultPlugins`.
    let map = ExpressionMap::new()
        .with(Action::Steer, tilt)
        .with(Action::Steer, Binding::keys(KeyCode::ArrowLeft, KeyCode::ArrowRight));
    let mut app = App::new();
    app.add_plugins((
        MinimalPlugins.set(ScheduleRunnerPlugin::run_loop(Duration::from_millis(16))),
        LogPlugin::default(),
        VirtualFacePlugin,
        ExpressionInputPlugin::new(map),
    ))
    .init_resource::<Ship>()
    .add_systems(Startup, |mut commands: Commands| {
        commands.spawn(VirtualFace::new());
    })
    .add_systems(
        Update,
        (
            lean.run_if(on_timer(Duration::from_secs(1))),
            steer,
            tell.run_if(on_timer(Duration::from_millis(500))),
        )
            .chain(),
    );
    support::run(app)
}

fn steer(input: Res<ExpressionInput<Action>>, time: Res<Time>, mut ship: ResMut<Ship>) {
    ship.0 += input.value(Action::Steer) * SPEED * time.delta_secs();
}

fn tell(input: Res<ExpressionInput<Action>>, ship: Res<Ship>) {
    info!("steering by {:+.2}, the ship is at {:+.1} m", input.value(Action::Steer), ship.0);
}

/// The virtual face leans to the right and to the left in turn.
fn lean(mut faces: Query<&mut VirtualFace>, mut left: Local<bool>) {
    for mut face in &mut faces {
        face.tilt(if *left { -FULL_TILT } else { FULL_TILT }, Duration::from_millis(300));
    }
    *left = !*left;
}

//! Reacting to what happens to faces with observers.
//! `cargo run --release --example observers`

use std::time::Duration;

use bevy::app::ScheduleRunnerPlugin;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::time::common_conditions::on_timer;
use bevy_emotion::prelude::*;

#[path = "support/mod.rs"]
mod support;

fn main() -> AppExit {
    let mut app = App::new();
    app.add_plugins((
        MinimalPlugins.set(ScheduleRunnerPlugin::run_loop(Duration::from_millis(16))),
        LogPlugin::default(),
        // A face that the program plays. With a camera it is `EmotionPlugins` instead.
        VirtualFacePlugin,
    ))
    .add_systems(Startup, |mut commands: Commands| {
        commands.spawn(VirtualFace::new());
    })
    .add_systems(Update, act.run_if(on_timer(Duration::from_millis(500))))
    // For all faces.
    .add_observer(greet)
    .add_observer(|change: On<ExpressionChanged>, faces: Query<&Face>| {
        if let (Some(expression), Ok(face)) = (change.to, faces.get(change.entity)) {
            info!("face {} shows {expression}", face.subject);
        }
    })
    .add_observer(|_: On<FaceHidden>| info!("somebody left"));
    support::run(app)
}

/// An observer of one face alone goes with the face.
fn greet(face: On<FaceAppeared>, mut commands: Commands) {
    info!("hello, {}", face.entity);
    commands.entity(face.entity).observe(|_: On<FaceReturned>| info!("welcome back"));
}

/// What the virtual face does, half a second each.
fn act(mut faces: Query<&mut VirtualFace>, mut step: Local<u32>) {
    for mut face in &mut faces {
        match *step % 4 {
            0 => face.press(Expression::Happy),
            1 => face.release(),
            2 => face.leave(),
            _ => face.come_back(),
        }
    }
    *step += 1;
}

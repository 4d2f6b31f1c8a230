//! Recording two seconds as readings, without pictures, and playing them eight times as fast.
//! `cargo run --release --example replay`

use std::time::Duration;

use bevy::app::ScheduleRunnerPlugin;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::time::common_conditions::on_timer;
use bevy_emotion::prelude::*;
use bevy_emotion::replay::{RecorderState, ReplayState};

#[path = "support/mod.rs"]
mod support;

fn main() -> AppExit {
    let mut app = App::new();
    app.add_plugins((
        MinimalPlugins.set(ScheduleRunnerPlugin::run_loop(Duration::from_millis(16))),
        LogPlugin::default(),
        VirtualFacePlugin,
        // `EmotionPlugins` bring it along.
        ReplayPlugin,
    ))
    .add_systems(Startup, |mut recorder: ResMut<Recorder>, mut commands: Commands| {
        commands.spawn(VirtualFace::new());
        let name = format!("bevy_emotion_{}.face", std::process::id());
        recorder.start(std::env::temp_dir().join(name));
    })
    .add_systems(Update, (smile.run_if(on_timer(Duration::from_millis(400))), direct).chain())
    .add_observer(
        |change: On<ExpressionChanged>, time: Res<Time<Faces>>, feed: Res<EmotionFeed>| {
            // The faces' clock is the recording's while one is played: both times are the same.
            let what = if feed.driver().is_some() { "played" } else { "recorded" };
            if let Some(expression) = change.to {
                info!("{what} at {:.2} s: {expression}", time.elapsed_secs());
            }
        },
    );
    support::run(app)
}

/// Records for two seconds, plays what was recorded, and ends.
fn direct(
    faces: Query<Entity, With<VirtualFace>>,
    mut recorder: ResMut<Recorder>,
    mut replay: ResMut<Replay>,
    mut commands: Commands,
    mut exit: MessageWriter<AppExit>,
) -> Result {
    match (recorder.state(), replay.state()) {
        (RecorderState::Recording { length, .. }, _) if length > Duration::from_secs(2) => {
            recorder.stop();
        }
        (RecorderState::Saved { path, .. }, ReplayState::Idle) => {
            faces.iter().for_each(|face| commands.entity(face).despawn());
            replay.play(Recording::load(&path)?);
            replay.set_speed(8.0);
        }
        (RecorderState::Saved { path, .. }, ReplayState::Ended) => {
            std::fs::remove_file(path)?;
            exit.write(AppExit::Success);
        }
        (RecorderState::Failed { reason, .. }, _) => return Err(reason.into()),
        _ => {}
    }
    Ok(())
}

fn smile(mut faces: Query<&mut VirtualFace>, mut smiles: Local<bool>) {
    *smiles = !*smiles;
    for mut face in &mut faces {
        face.show(Expression::Happy, if *smiles { 1.0 } else { 0.0 });
    }
}

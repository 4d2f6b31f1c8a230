//! Two cameras at once, each with faces of its own. Both share one model.
//! `cargo run --release --example two_cameras`

use std::time::Duration;

use bevy::app::ScheduleRunnerPlugin;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy_emotion::capture::puppet::{PuppetConfig, PuppetScript};
use bevy_emotion::prelude::*;

#[path = "support/mod.rs"]
mod support;

fn main() -> AppExit {
    let mut app = App::new();
    // A camera that is there before the plugins takes the place of the one that they would open;
    // others may come and go at any time.
    for (name, expression) in [("door", Expression::Happy), ("desk", Expression::Surprise)] {
        let puppet = PuppetConfig { script: PuppetScript::Hold(expression), ..default() };
        match Capture::start(SourceSpec::Puppet, OpenOptions { puppet, ..default() }) {
            Ok(capture) => {
                app.world_mut().spawn((Name::new(name), EmotionCamera::new(capture)));
            }
            Err(problem) => {
                // Nothing logs before its plugin is there.
                eprintln!("{problem}");
                return AppExit::error();
            }
        }
    }
    app.add_plugins((
        MinimalPlugins.set(ScheduleRunnerPlugin::run_loop(Duration::from_millis(16))),
        LogPlugin::default(),
    ))
    .add_plugins(EmotionPlugins)
    .add_observer(tell)
    .add_observer(|camera: On<Remove, EmotionCamera>, names: Query<&Name>| {
        info!("{:?} is closed, and its faces go", names.get(camera.entity));
    });
    support::run(app)
}

/// A face knows its camera, and a camera its faces.
fn tell(
    change: On<ExpressionChanged>,
    faces: Query<&FaceOf>,
    cameras: Query<(&Name, &CameraFaces)>,
) {
    let Some(expression) = change.to else { return };
    if let Ok(FaceOf(camera)) = faces.get(change.entity)
        && let Ok((name, all)) = cameras.get(*camera)
    {
        info!("the camera at the {name} sees {expression}, {} faces in all", all.iter().len());
    }
}

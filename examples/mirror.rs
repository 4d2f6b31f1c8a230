//! The smallest app: the camera's picture, and the log says who shows what.
//! `cargo run --release --example mirror`

use bevy::prelude::*;
use bevy_emotion::prelude::*;

fn main() {
    App::new()
        .add_plugins((DefaultPlugins, EmotionPlugins))
        .add_systems(Startup, |mut commands: Commands| {
            commands.spawn(Camera2d);
        })
        .add_observer(
            |camera: On<Add, CameraImage>,
             pictures: Query<&CameraImage>,
             mut commands: Commands| {
                if let Ok(picture) = pictures.get(camera.entity) {
                    commands.spawn(Sprite::from_image(picture.0.clone()));
                }
            },
        )
        .add_observer(|change: On<ExpressionChanged>, faces: Query<(&Face, &Emotion)>| {
            if let (Some(expression), Ok((face, emotion))) = (change.to, faces.get(change.entity)) {
                info!("face {}: {expression}, {:.0} %", face.subject, emotion.confidence * 100.0);
            }
        })
        .run();
}

//! The HUD without a window, for tests.

use std::time::Duration;

use bevy::ecs::schedule::{LogLevel, ScheduleBuildSettings};
use bevy::prelude::*;
use bevy::shader::Shader;
use bevy::time::TimeUpdateStrategy;

use super::{HudCorePlugin, HudPlugins, HudSettings};
use crate::plugin::{Emotion, Face};
use emotion_core::{Expression, FrameRect, Scores, SubjectId};

/// Duration of an update.
pub const STEP: Duration = Duration::from_millis(20);

/// An app with what the HUD needs, without window, GPU or camera, at 50 updates a second.
pub fn bare() -> App {
    let mut app = App::new();
    app.add_plugins((MinimalPlugins, AssetPlugin::default()))
        .init_asset::<Image>()
        .init_asset::<Mesh>()
        .init_asset::<Shader>()
        .init_asset::<Font>()
        .init_resource::<ButtonInput<KeyCode>>()
        .insert_resource(TimeUpdateStrategy::ManualDuration(STEP));
    app.edit_schedule(PostUpdate, |schedule| {
        schedule.set_build_settings(ScheduleBuildSettings {
            ambiguity_detection: LogLevel::Error,
            ..default()
        });
    });
    app
}

/// The whole HUD.
pub fn app(settings: HudSettings) -> App {
    let mut app = bare();
    app.add_plugins(HudPlugins.build().set(HudCorePlugin { settings, ..default() }));
    app.finish();
    app.cleanup();
    app
}

/// A face in the middle that shows an expression.
pub fn face(app: &mut App, expression: Expression) -> Entity {
    let face = Face {
        subject: SubjectId { track: 1, ..default() },
        bbox_in_frame: FrameRect::new(220.0, 140.0, 200.0, 200.0),
        frame_size: UVec2::new(640, 480),
        presence: 1.0,
        visible: true,
    };
    let emotion = Emotion {
        scores: Scores::certain(expression),
        dominant: Some(expression),
        confidence: 0.9,
        ..default()
    };
    app.world_mut().spawn((face, emotion)).id()
}

/// Updates for this many seconds.
pub fn run(app: &mut App, seconds: f32) {
    for _ in 0..(seconds / STEP.as_secs_f32()).round() as usize {
        app.update();
    }
}

/// Presses a key for one update.
pub fn press(app: &mut App, key: KeyCode) {
    app.world_mut().resource_mut::<ButtonInput<KeyCode>>().press(key);
    app.update();
    let mut keys = app.world_mut().resource_mut::<ButtonInput<KeyCode>>();
    keys.release(key);
    keys.clear();
}

/// All texts of an entity and its descendants.
pub fn words(app: &mut App, of: Entity) -> Vec<String> {
    let world = app.world();
    let mut found = Vec::new();
    let mut waiting = vec![of];
    while let Some(entity) = waiting.pop() {
        if let Some(text) = world.get::<Text>(entity) {
            found.push(text.0.clone());
        }
        waiting.extend(world.get::<Children>(entity).into_iter().flat_map(|them| them.iter()));
    }
    found
}

mod tests {
    use super::super::*;
    use super::*;

    #[test]
    fn no_two_systems_of_the_hud_are_ambiguous() {
        let mut app = app(HudSettings::default());
        face(&mut app, Expression::Happy);
        run(&mut app, 0.1);
    }

    #[test]
    fn each_widget_works_alone_with_the_core() {
        let widgets: [fn(&mut App); 14] = [
            |app| {
                app.add_plugins(PicturePlugin);
            },
            |app| {
                app.add_plugins(RingPlugin);
            },
            |app| {
                app.add_plugins(ParticlesPlugin);
            },
            |app| {
                app.add_plugins(LabelPlugin);
            },
            |app| {
                app.add_plugins(BarsPlugin);
            },
            |app| {
                app.add_plugins(BaselinePlugin);
            },
            |app| {
                app.add_plugins(DialPlugin);
            },
            |app| {
                app.add_plugins(InfoPlugin);
            },
            |app| {
                app.add_plugins(WhyPlugin);
            },
            |app| {
                app.add_plugins(DelaysPlugin);
            },
            |app| {
                app.add_plugins(KeysPlugin);
            },
            |app| {
                app.add_plugins(HelpPlugin);
            },
            |app| {
                app.add_plugins(CamerasPlugin::default());
            },
            |app| {
                app.add_plugins(ReactionFilesPlugin::default());
            },
        ];
        for widget in widgets {
            let mut app = bare();
            app.add_plugins(HudCorePlugin::default());
            widget(&mut app);
            app.finish();
            app.cleanup();
            face(&mut app, Expression::Sad);
            run(&mut app, 0.1);
        }
    }
}

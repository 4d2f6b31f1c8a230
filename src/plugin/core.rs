//! What all parts of the plugin stand on: the order of the systems, the clock and the streams. The
//! plugins that need it add it.

use bevy::input::InputSystems;
use bevy::prelude::*;

use super::analyze::{Arrivals, gather};
use super::camera::EmotionStatus;
use super::clock::{self, Faces};
use super::feed::EmotionFeed;
use super::hear::Hearing;
use super::settings::{FaceFuser, FaceMemory};
use super::{EmotionSystems, FrameAnalyzed};

pub(crate) struct CorePlugin;

impl CorePlugin {
    /// Adds it, unless it is there.
    pub(crate) fn ensure(app: &mut App) {
        if !app.is_plugin_added::<Self>() {
            app.add_plugins(Self);
        }
    }
}

impl Plugin for CorePlugin {
    fn build(&self, app: &mut App) {
        app.configure_sets(
            PreUpdate,
            (
                EmotionSystems::Capture,
                EmotionSystems::Analyze,
                EmotionSystems::Track,
                EmotionSystems::Input,
            )
                .chain()
                .after(InputSystems),
        )
        .register_type::<EmotionStatus>()
        .init_resource::<Time<Faces>>()
        .init_resource::<FaceMemory>()
        .init_resource::<FaceFuser>()
        .init_resource::<Hearing>()
        .init_resource::<EmotionFeed>()
        .init_resource::<Arrivals>()
        .add_message::<FrameAnalyzed>()
        .add_systems(
            PreUpdate,
            (
                gather.in_set(EmotionSystems::Analyze),
                // Where nobody follows the faces, the clock goes on all the same.
                move_clock.after(EmotionSystems::Track).before(EmotionSystems::Input),
            ),
        );
    }
}

fn move_clock(arrivals: Res<Arrivals>, mut time: ResMut<Time<Faces>>) {
    if time.elapsed() != arrivals.clock() {
        clock::set(&mut time, arrivals.clock());
    }
}

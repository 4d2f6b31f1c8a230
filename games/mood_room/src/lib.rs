//! Mood Room: a room whose light, weather and music follow what the player's face shows.
//!
//! Six paper lanterns float in it. One after the other they call: tilt the head to turn the room
//! until the lantern is in the middle, and bring the room into the lantern's mood, which is a circle
//! on the dial of valence (cold to warm) and arousal (calm to lively). Held for three seconds, it
//! lights up. Tilting left, right, left opens a menu. Keys: A and D turn, the arrows make the mood,
//! Tab opens the menu.
//!
//! `cargo run --release -p mood_room`
//!
//! The mood is measured against the player's own face. Each expression counts by its
//! [strength](bevy_emotion::input::FaceInput::strength): how far the face has gone from its own rest
//! towards what it showed in the warm-up. So small movements reach as far as large ones, and a resting
//! face is in the middle of the dial, whatever it reads as. Who cannot show an expression at all is not
//! stuck: a lantern's circle grows from the 15th second on, until any face is within.
//!
//! Each update goes one way:
//!
//! - `attention` sees whether the player is there, and the [`Mood`] follows their face;
//! - `play` turns the [`Gaze`] and lights lanterns by the rules of the [`Quest`]; `goals` says what each
//!   of them wants;
//! - `tell_room` makes an [`Air`](room::Air) of it, which the [`room`] draws and knows nothing else of,
//!   and the `band` tells the [`music`];
//! - `hud`, `card`, `dial` and `arrows` lie over the room.
//!
//! `menus` lead from [`Scene`] to scene, and `evening` is what is known from one game to the next.

mod action;
mod arrows;
mod attention;
mod band;
mod card;
mod dial;
mod evening;
mod gaze;
mod goals;
mod hud;
mod menus;
mod mood;
pub mod music;
mod play;
mod quest;
pub mod room;
mod scene;
mod tell_room;

use bevy::prelude::*;
use bevy_emotion::hud::HudSystems;
use bevy_emotion::input::ExpressionInputPlugin;

pub use action::Action;
pub use attention::Attention;
pub use band::Band;
pub use gaze::Gaze;
pub use goals::{GOALS, Goal};
pub use mood::{Mood, shown_by};
pub use quest::{FLOURISH, HOLD, IN_VIEW, PATIENCE, Quest, Turnout};
pub use scene::Scene;

use action::controls;
use arrows::point;
use attention::{attend, is_going};
use band::{BandPlugin, conduct};
use card::draw_pips;
use dial::draw_dial;
use evening::{Evening, begin, begin_evening};
use hud::build_hud;
use menus::{call_menu, celebrate, open_title, open_warm_up};
use mood::sense;
use play::{light_lanterns, turn_around};
use room::RoomPlugin;
use tell_room::tell_room;

/// The game.
#[derive(Debug, Clone, Copy)]
pub struct MoodRoomPlugin {
    /// Furniture and music are as the seed wants.
    pub seed: u64,
}

impl Default for MoodRoomPlugin {
    fn default() -> Self {
        Self { seed: 4 }
    }
}

impl Plugin for MoodRoomPlugin {
    fn build(&self, app: &mut App) {
        let seed = self.seed;
        app.add_plugins((BandPlugin { seed }, RoomPlugin { seed }))
            .add_plugins(ExpressionInputPlugin::new(controls()))
            .init_state::<Scene>()
            .init_resource::<Mood>()
            .init_resource::<Gaze>()
            .init_resource::<Quest>()
            .init_resource::<Attention>()
            .init_resource::<Evening>()
            .add_systems(OnEnter(Scene::Title), open_title)
            .add_systems(OnEnter(Scene::WarmUp), open_warm_up)
            .add_systems(OnEnter(Scene::Play), (begin, build_hud).chain())
            .add_systems(OnEnter(Scene::Stay), (begin, build_hud).chain())
            .add_systems(OnEnter(Scene::Over), begin_evening)
            .add_systems(
                Update,
                (
                    attend,
                    sense,
                    call_menu,
                    (
                        turn_around.run_if(in_state(Scene::Play).or_else(in_state(Scene::Stay))),
                        light_lanterns.run_if(in_state(Scene::Play)),
                    )
                        .chain()
                        .run_if(is_going),
                    celebrate.run_if(in_state(Scene::Over)),
                    tell_room,
                    conduct,
                )
                    .chain(),
            )
            .add_systems(
                PostUpdate,
                (card::write, point, draw_dial, draw_pips).in_set(HudSystems::Draw),
            );
    }
}

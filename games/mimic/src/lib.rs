//! # Mimic
//!
//! A mask asks for a face, and the player shows it before the ring around the mask has run down.
//! Twenty rounds; each of the six expressions at least three times, never the same twice in a row.
//! Between two rounds the face comes back to rest.
//!
//! ## How a face is scored
//!
//! Nobody is measured against an ideal, everybody against their own face. With the strengths of
//! [`FaceInput`](bevy_emotion::input::FaceInput) (0 is the player's own rest, 1 what their warm-up
//! showed they can reach), the asked expression `a` and every other one `o`:
//!
//! ```text
//! match = strength(a) - 0.5 · max over o of (strength(o) - company(a, o)), kept within 0 to 1
//! ```
//!
//! `company(a, o)` is how strongly `o` was there at the player's own best `a` of the warm-up (0
//! without one, 0.8 at most): whose fear always looks a bit surprised is not punished for it. A round
//! is hit when the match was held above 0.6 for 0.4 seconds; a flicker below costs twice its time.
//!
//! `points = 100 · quality · speed · combo`: quality is the mean match above the mark, speed 1 to 2
//! by the part of the time that was left, combo 1 to 4, one more with every third hit in a row.
//!
//! ## Who gets how much time
//!
//! Six seconds, 0.35 less with every hit in a row, but never less than three, and never less than
//! one and a half times what this player needed on average so far: slow faces are not outrun.
//! Expressions that the warm-up showed to be hard for this player (a reach below 0.3) get up to two
//! seconds more, and are asked three times, never four; the speed counts against all of their time.
//! While the player is out of view, time stands still.
//!
//! Without a face, the keys 1 to 6 show the six expressions.
//!
//! `cargo run --release -p mimic`
//!
//! ## Where things are
//!
//! Each update goes one way:
//!
//! - `read_player` reads face and keys into the [`Player`], and `play` brings the player into the [`Game`],
//!   which has the rules and follows a `plan`;
//! - `scene` and `celebrate` move what is drawn, whose places are in `layout`;
//! - `picture` draws it on a `canvas`: the `theatre`, the `gauges` and the `mask`; `words` and `results` are
//!   texts over it.
//!
//! `menus` and `results` lead from [`Act`] to act.

mod act;
mod canvas;
mod celebrate;
mod format;
mod game;
mod gauges;
mod layout;
mod mask;
mod menus;
mod picture;
mod plan;
mod play;
mod player;
mod read_player;
mod results;
mod scene;
mod theatre;
mod words;

use arcade::Painting;
use bevy::prelude::*;
use bevy_emotion::hud::HudSystems;
use bevy_emotion::input::{ExpressionInputPlugin, FaceWarmedUp};

pub use act::Act;
pub use game::{Game, HOLD, Happened, LONGEST, MARK, Outcome, Phase, REST_MARK, SHORTEST, Tally};
pub use plan::{ROUNDS, plan};
pub use player::{ASKED, Player};
pub use read_player::Show;

use celebrate::celebrate;
use play::Seed;
use read_player::{bindings, note_company, read_player};
use scene::Scene;

/// The game.
#[derive(Debug, Clone, Copy, Default)]
pub struct MimicPlugin {
    /// What is asked for follows from it; each further game takes the next one.
    pub seed: u64,
}

impl Plugin for MimicPlugin {
    fn build(&self, app: &mut App) {
        app.add_plugins(ExpressionInputPlugin::new(bindings()))
            .init_state::<Act>()
            .insert_resource(Seed(self.seed))
            .insert_resource(Game::new(self.seed, &Player::default()))
            .init_resource::<Player>()
            .init_resource::<Scene>()
            .add_observer(celebrate)
            .add_observer(|_: On<FaceWarmedUp>, mut scene: ResMut<Scene>| scene.warmed_up += 1)
            .add_systems(Startup, picture::hang_canvas)
            .add_systems(OnEnter(Act::Title), menus::open_title)
            .add_systems(OnEnter(Act::WarmUp), menus::open_warm_up)
            .add_systems(OnEnter(Act::Play), play::open_play)
            .add_systems(OnEnter(Act::Over), results::open_results)
            .add_systems(
                Update,
                (note_company, read_player, play::play.run_if(in_state(Act::Play))).chain(),
            )
            .add_systems(
                PostUpdate,
                (
                    scene::act,
                    picture::paint.in_set(Painting),
                    words::write,
                    words::place,
                    results::grow_bars,
                )
                    .chain()
                    .in_set(HudSystems::Draw),
            );
    }
}

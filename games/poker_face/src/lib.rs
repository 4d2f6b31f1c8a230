//! Poker face: two players before one camera, and a stage that tries to make them laugh. Who
//! leaves their straight face first loses the round; the best of three wins. After each round the
//! moment is shown again, slowly, as curves. Alone, you play against a puppet whose nerves get
//! stronger the more often you win.
//!
//! `cargo run --release -p poker_face` (`-- --source puppet --heads 2` lets two puppets play.)
//!
//! Both are measured from their own rest, which the warm-up finds. Nobody loses by leaving the
//! picture: the round waits until both are back.
//!
//! Each update goes one way:
//!
//! - `read_faces` finds the players' faces and how they look (`looks`);
//! - `advance` moves the match on by its `rules`, through the gags of its `show`;
//! - `puppet` shows what its `nerves` let through;
//! - `view` eases what is shown, `theatre` draws it on the `canvas`, and `sheets` put it on the
//!   screen.
//!
//! Each gag has a file in `gags/`.

mod advance;
mod canvas;
mod colors;
mod easing;
mod figures;
mod gags;
mod layout;
mod looks;
mod nerves;
mod puppet;
mod read_faces;
mod record;
mod rules;
mod scene;
mod screens;
mod shapes;
mod sheets;
mod show;
mod theatre;
mod view;

use arcade::Painting;
use bevy::prelude::*;
use bevy_emotion::hud::HudSystems;
use bevy_emotion::input::{MeasurePlugin, PlayerSlots, SlotOrder};

pub use gags::{GAGS, Gag};
pub use looks::{Looks, Player, Players};
pub use nerves::{Nerves, tickle};
pub use puppet::{KEYS, Puppet};
pub use record::Record;
pub use rules::{HOLD, LIMIT, Match, Outcome, Part, ROUNDS, Sample, WINDOW};
pub use scene::Scene;
pub use show::{Act, ROUND, Show};

use advance::advance;
use canvas::Canvas;
use puppet::{seat_puppets_by_key, watch_gags};
use read_faces::read_faces;
use screens::{open_over, open_play, open_title, open_warm_up};
use sheets::{prepare_sheets, show_sheets};
use theatre::paint;
use view::{View, ease};

/// The whole game; the same `seed`, the same gags and the same nerves.
#[derive(Clone, Default)]
pub struct PokerFacePlugin {
    /// Of the gags and the puppet's nerves.
    pub seed: u64,
}

impl Plugin for PokerFacePlugin {
    fn build(&self, app: &mut App) {
        if !app.is_plugin_added::<MeasurePlugin>() {
            app.add_plugins(MeasurePlugin);
        }
        app.init_state::<Scene>()
            .insert_resource(PlayerSlots::new(2).with_order(SlotOrder::Leftmost))
            .insert_resource(Match::new(self.seed))
            .init_resource::<Players>()
            .init_resource::<Record>()
            .init_resource::<Canvas>()
            .init_resource::<View>()
            .add_systems(Startup, prepare_sheets)
            .add_systems(OnEnter(Scene::Title), open_title)
            .add_systems(OnEnter(Scene::WarmUp), open_warm_up)
            .add_systems(OnEnter(Scene::Play), open_play)
            .add_systems(OnEnter(Scene::Over), open_over)
            .add_systems(
                Update,
                (
                    read_faces,
                    (seat_puppets_by_key, advance, watch_gags)
                        .chain()
                        .run_if(in_state(Scene::Play)),
                )
                    .chain(),
            )
            .add_systems(
                PostUpdate,
                (ease, paint.in_set(Painting), show_sheets).chain().in_set(HudSystems::Draw),
            );
    }
}

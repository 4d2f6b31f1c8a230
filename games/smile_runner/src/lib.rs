//! Smile Runner: a side-scroller that is played with the face.
//!
//! Smile to jump, and keep smiling to jump higher. Look surprised to dash through crystal and rock.
//! Frown to raise the shield against birds. Every obstacle wears the expression that it needs, so
//! that there is nothing to learn first. Who enjoys it runs faster and meets more; who looks
//! unhappy gets an easier course. Keys: up, right, down.
//!
//! With `--voice` it is played with the voice as well: a shout dashes, a growl (an angry, active voice) is a shield.
//!
//! `cargo run --release -p smile_runner`
//!
//! Each update goes one way:
//!
//! - `attention` sees whether the player is there, and `play` brings their face into the [`Run`], which
//!   has the rules and knows nothing of Bevy's world: a `course`, and the hero's `moves` through it;
//! - `feel` makes each moment of the run heard and seen, with `dust`, and `look` follows the face;
//! - `paint` draws it all anew into one mesh: a `view` of the run, with `scenery`, `track`, `hero`, `hud`
//!   and `screens`, drawn with a `brush`.
//!
//! `menus` lead from `phase` to phase.

mod action;
mod attention;
mod brush;
mod course;
mod dust;
mod face;
mod feel;
mod hero;
mod hud;
mod look;
mod menus;
mod moves;
mod paint;
mod phase;
mod play;
mod run;
mod scenery;
mod screens;
mod track;
mod view;

use arcade::Painting;
use bevy::prelude::*;
use bevy_emotion::hud::HudSystems;
use bevy_emotion::input::ExpressionInputPlugin;

pub use action::Action;
pub use attention::Attention;
pub use course::{BREATH, COURSE, Course, Fate, Kind, Obstacle, REACTION, SPEEDS};
pub use menus::Record;
pub use moves::{Controls, Hero, Moment};
pub use phase::Phase;
pub use run::{LIFE_SCORE, LIVES, METRE, Outcome, Run, SAFE_TIME, STAR_SCORE};

use attention::attend;
use dust::Dust;
use look::Look;

/// The game. The same seed and the same face give the same run.
#[derive(Debug, Clone, Copy)]
pub struct SmileRunnerPlugin {
    /// What the courses are made from.
    pub seed: u64,
}

impl Default for SmileRunnerPlugin {
    fn default() -> Self {
        Self { seed: 7 }
    }
}

impl Plugin for SmileRunnerPlugin {
    fn build(&self, app: &mut App) {
        app.add_plugins(ExpressionInputPlugin::new(action::bindings()))
            .init_state::<Phase>()
            .insert_resource(Run::stroll(self.seed))
            .insert_resource(Record::new(self.seed))
            .init_resource::<Attention>()
            .init_resource::<Look>()
            .init_resource::<Dust>()
            .add_systems(Startup, paint::prepare)
            .add_systems(OnEnter(Phase::Title), menus::title)
            .add_systems(OnEnter(Phase::WarmUp), menus::warm_up)
            .add_systems(OnEnter(Phase::Play), menus::begin)
            .add_systems(OnEnter(Phase::Over), menus::result)
            .add_systems(
                Update,
                (
                    (attend, play::play).chain().run_if(in_state(Phase::Play)),
                    play::stroll.run_if(not(in_state(Phase::Play))),
                    feel::feel,
                    look::mirror,
                )
                    .chain(),
            )
            .add_systems(PostUpdate, paint::paint.in_set(Painting).in_set(HudSystems::Draw));
    }
}

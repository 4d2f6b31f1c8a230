//! What moves: the mask's face on springs, the meter, rings and confetti.

use arcade::dice::Dice;
use bevy::prelude::*;
use bevy_emotion::hud::motion::{Spring, Stiffness, approach};
use bevy_emotion::hud::{HudSettings, Screen};
use bevy_emotion::input::{PlayerSlot, RestingBaseline};
use bevy_emotion::prelude::Expression;

use crate::act::Act;
use crate::game::{Game, HOLD, Phase, REST_HOLD};
use crate::layout::Layout;
use crate::player::{ASKED, Player};

/// How the mask's face follows: with a little overshoot.
const MORPH: Stiffness = Stiffness { frequency: 15.0, damping: 0.62 };
/// How it springs back from a squeeze.
const SQUEEZE: Stiffness = Stiffness { frequency: 17.0, damping: 0.28 };

/// How long a ring runs outwards, in seconds.
pub const WAVE_LIFE: f32 = 0.9;

/// What is drawn, apart from words; moved once an update.
#[derive(Resource, Debug, Default)]
pub struct Scene {
    pub clock: f32,
    /// How much of each expression the mask shows.
    pub weights: [Spring<f32>; Expression::COUNT],
    /// The mask's place and size, eased.
    pub middle: Vec2,
    pub size: f32,
    /// How much it is squeezed together.
    pub squeeze: Spring<f32>,
    /// How much it shakes its head, how much its colours are gone: after a miss.
    pub shake: f32,
    pub grey: f32,
    /// How much the score jumps, how far the cheer has risen.
    pub pop: f32,
    pub lift: f32,
    /// The score that is shown, on its way to the real one.
    pub points: f32,
    /// The meter, eased, and how much of the holding time is over.
    pub meter: f32,
    pub held: f32,
    /// What is said about the last round.
    pub says: String,
    pub waves: Vec<Wave>,
    pub sparks: Vec<Spark>,
    pub dice: Dice,
    /// How many expressions of the warm-up are over.
    pub warmed_up: usize,
}

/// A ring that runs outwards.
#[derive(Debug, Clone, Copy)]
pub struct Wave {
    pub expression: Expression,
    /// Its age in seconds, below 0 while it waits.
    pub age: f32,
}

/// Confetti; lengths are in radii of the mask, from its middle.
#[derive(Debug, Clone, Copy)]
pub struct Spark {
    pub expression: Expression,
    pub at: Vec2,
    pub velocity: Vec2,
    pub turn: f32,
    pub spin: f32,
    pub size: f32,
    pub age: f32,
    pub life: f32,
}

/// Moves everything on.
pub fn act(
    time: Res<Time>,
    act: Res<State<Act>>,
    screen: Res<Screen>,
    settings: Res<HudSettings>,
    game: Res<Game>,
    player: Res<Player>,
    faces: Query<&RestingBaseline, With<PlayerSlot>>,
    mut scene: ResMut<Scene>,
) {
    let scene = &mut *scene;
    let seconds = time.delta_secs();
    let still = settings.reduced_motion;
    scene.clock += seconds;

    let wanted = match act.get() {
        Act::Title => ASKED[(scene.clock / 1.9) as usize % ASKED.len()],
        Act::WarmUp if faces.iter().any(|face| face.progress().is_none()) => {
            ASKED.get(scene.warmed_up).copied().unwrap_or(Expression::Neutral)
        }
        Act::WarmUp => Expression::Neutral,
        Act::Play => game.wanted(),
        Act::Over if game.score < 1500 => Expression::Sad,
        Act::Over => Expression::Happy,
    };
    let morph = if still { MORPH.calm() } else { MORPH };
    for expression in Expression::ALL {
        let goal = f32::from(u8::from(expression == wanted));
        scene.weights[expression.index()].follow(goal, morph, seconds);
    }

    let layout = Layout::of(&screen, *act.get(), &game);
    let jump = scene.size == 0.0 || still;
    let eased = if jump { 1.0 } else { approach(0.16, seconds) };
    scene.middle += (layout.middle - scene.middle) * eased;
    scene.size += (layout.size - scene.size) * eased;

    scene.squeeze.follow(0.0, SQUEEZE, seconds);
    scene.shake *= 1.0 - approach(0.22, seconds);
    scene.grey *= 1.0 - approach(0.45, seconds);
    scene.pop *= 1.0 - approach(0.16, seconds);
    scene.lift += (1.0 - scene.lift) * approach(0.25, seconds);
    scene.points += (game.score as f32 - scene.points) * approach(0.14, seconds);

    let matched = player.matching(game.wanted());
    scene.meter += (matched - scene.meter) * approach(0.05, seconds);
    scene.held = match game.phase {
        Phase::Show { held, .. } => (held / HOLD).min(1.0),
        Phase::Rest { held, .. } => (held / REST_HOLD).min(1.0),
        Phase::Cheer { .. } | Phase::Over => 0.0,
    };
    if !matches!(game.phase, Phase::Cheer { .. }) {
        scene.says.clear();
    }

    scene.waves.iter_mut().for_each(|wave| wave.age += seconds);
    scene.waves.retain(|wave| wave.age < WAVE_LIFE);
    for spark in &mut scene.sparks {
        spark.age += seconds;
        spark.velocity.y -= 2.6 * seconds;
        spark.velocity *= (-1.3 * seconds).exp();
        spark.at += spark.velocity * seconds;
        spark.turn += spark.spin * seconds;
    }
    scene.sparks.retain(|spark| spark.age < spark.life);
}

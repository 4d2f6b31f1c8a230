//! What moves: the mask's face on springs, rings and confetti; and where things are.

use std::f32::consts::TAU;

use bevy::prelude::*;
use bevy_emotion::hud::motion::{Spring, Stiffness, approach};
use bevy_emotion::hud::{HudSettings, Screen};
use bevy_emotion::prelude::*;

use super::{
    ASKED, Act, Dice, Game, HOLD, Happened, MARK, MOST_COMBO, Phase, Player, REST_HOLD, REST_MARK,
    arcade,
};

/// How the mask's face follows: with a little overshoot.
const MORPH: Stiffness = Stiffness { frequency: 15.0, damping: 0.62 };
/// How it springs back from a squeeze.
const SQUEEZE: Stiffness = Stiffness { frequency: 17.0, damping: 0.28 };
/// How many sparks there are at most.
const SPARKS: usize = 160;

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

/// Where things are on the screen, in view space.
pub struct Layout {
    /// Half of the screen.
    pub half: Vec2,
    /// The size of things: 1 on a screen of 960 x 720 or larger units.
    pub unit: f32,
    /// The middle of the mask, and the radius of its face.
    pub middle: Vec2,
    pub size: f32,
    /// The mark on the meter.
    pub mark: f32,
}

/// The width of the chart's page that is left for the mask, in HUD units.
pub const MASK_COLUMN: f32 = 230.0;

impl Layout {
    pub fn of(screen: &Screen, act: Act, game: &Game) -> Self {
        let half = screen.size / 2.0;
        let unit = (screen.size.y / 720.0).min(screen.size.x / 960.0);
        let (middle, size) = match act {
            Act::Title => (Vec2::new(0.0, half.y - 238.0 * unit), 146.0),
            Act::WarmUp => (Vec2::new(0.0, half.y - 116.0 * unit), 84.0),
            Act::Play => (Vec2::new(0.0, 22.0 * unit), 164.0),
            Act::Over => {
                let x = (-382.0_f32).max(128.0 - half.x);
                (Vec2::new(x, half.y - 232.0 * unit), 104.0)
            }
        };
        let mark = match game.phase {
            Phase::Rest { .. } => REST_MARK,
            _ => MARK,
        };
        Self { half, unit, middle, size: size * unit, mark }
    }

    /// The radius of the ring of time.
    pub fn ring(&self) -> f32 {
        1.47 * self.size
    }

    pub fn meter(&self) -> Rect {
        let x = self.middle.x + self.ring() + 78.0 * self.unit;
        Rect::from_center_size(
            Vec2::new(x, self.middle.y - 40.0 * self.unit),
            Vec2::new(26.0, 320.0) * self.unit,
        )
    }
}

/// Moves everything on.
pub fn act(
    time: Res<Time>,
    act: Res<State<Act>>,
    screen: Res<Screen>,
    settings: Res<HudSettings>,
    game: Res<Game>,
    player: Res<Player>,
    faces: Query<&FaceCalibration, With<PlayerSlot>>,
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

/// How long a ring runs outwards, in seconds.
pub const WAVE_LIFE: f32 = 0.9;

impl Scene {
    /// Rings, and confetti where things may fly.
    fn burst(&mut self, expression: Expression, step: u32, still: bool) {
        for ring in 0..step.min(MOST_COMBO) {
            self.waves.push(Wave { expression, age: -0.13 * ring as f32 });
        }
        if still {
            return;
        }
        let count = (18 + 14 * step as usize).min(SPARKS.saturating_sub(self.sparks.len()));
        for _ in 0..count {
            let dice = &mut self.dice;
            let direction = Vec2::from_angle(dice.between(0.0, TAU));
            self.sparks.push(Spark {
                expression,
                at: direction * dice.between(1.0, 1.4),
                velocity: direction * dice.between(0.9, 3.1) + Vec2::Y * dice.between(0.2, 1.4),
                turn: dice.between(0.0, TAU),
                spin: dice.between(-9.0, 9.0),
                size: dice.between(0.03, 0.065),
                age: 0.0,
                life: dice.between(0.8, 1.7),
            });
        }
    }
}

/// What is seen and heard of what happened.
pub fn celebrate(
    happened: On<Happened>,
    game: Res<Game>,
    settings: Res<HudSettings>,
    mut scene: ResMut<Scene>,
    mut commands: Commands,
) {
    let still = settings.reduced_motion;
    let mut tone = |pitch_hz: f32, seconds: f32| {
        commands.trigger(arcade::Blip { pitch_hz, seconds });
    };
    scene.lift = if still { 1.0 } else { 0.0 };
    match *happened {
        Happened::Rested => {
            tone(392.0, 0.05);
            if !still {
                scene.squeeze.velocity = 1.6;
            }
        }
        Happened::Hit(outcome, step) => {
            // Up a pentatonic scale with the combo.
            let place = game.combo.saturating_sub(1).min(9) as usize;
            let degree = [0.0, 2.0, 4.0, 7.0, 9.0][place % 5] + 12.0 * (place / 5) as f32;
            tone(523.25 * 2f32.powf(degree / 12.0), 0.16);
            let praise = match outcome.best {
                0.95.. => "Perfect!",
                0.8.. => "Great!",
                _ => "Good!",
            };
            scene.says = format!("{praise}  +{}", outcome.points);
            scene.burst(outcome.asked, step, still);
            if !still {
                scene.squeeze.velocity = -3.4;
                scene.pop = 1.0;
            }
        }
        Happened::Missed(outcome) => {
            tone(174.6, 0.22);
            scene.says = match outcome.best {
                0.4.. => "So close!",
                _ => "Too late. The next one will do!",
            }
            .to_owned();
            scene.grey = 1.0;
            scene.shake = f32::from(u8::from(!still));
        }
        Happened::Over => {
            tone(784.0, 0.3);
            for expression in ASKED {
                scene.burst(expression, 1, still);
            }
        }
    }
}

//! What is seen and heard of what happened in the game.

use std::f32::consts::TAU;

use arcade::Blip;
use bevy::prelude::*;
use bevy_emotion::hud::HudSettings;
use bevy_emotion::prelude::Expression;

use crate::game::{Game, Happened, MOST_COMBO};
use crate::player::ASKED;
use crate::scene::{Scene, Spark, Wave};

/// How many sparks there are at most.
const SPARKS: usize = 160;

/// Tones, springs, praise, rings and confetti.
pub fn celebrate(
    happened: On<Happened>,
    game: Res<Game>,
    settings: Res<HudSettings>,
    mut scene: ResMut<Scene>,
    mut commands: Commands,
) {
    let still = settings.reduced_motion;
    let mut tone = |pitch_hz: f32, seconds: f32| {
        commands.trigger(Blip { pitch_hz, seconds });
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

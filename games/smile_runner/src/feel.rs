//! What each moment of a run sounds and looks like: tones, springs and dust.

use arcade::Blip;
use arcade::dice::Dice;
use bevy::prelude::*;
use bevy_emotion::hud::HudSettings;
use bevy_emotion::hud::theme::Theme;
use bevy_emotion::prelude::*;

use crate::action::{ACTIONS, expression};
use crate::brush::hex;
use crate::course::Kind;
use crate::dust::Dust;
use crate::look::Look;
use crate::moves::{HERO, Moment};
use crate::run::{Outcome, Run};

/// The colour of dust.
const SAND: u32 = 0xB8A9D9;

/// Each moment is heard and seen.
pub fn feel(
    time: Res<Time>,
    theme: Res<Theme>,
    settings: Res<HudSettings>,
    mut run: ResMut<Run>,
    mut look: ResMut<Look>,
    mut dust: ResMut<Dust>,
    mut ran_before: Local<f32>,
    mut commands: Commands,
) {
    let seconds = time.delta_secs();
    // Nothing while the run waits.
    let ran = (run.time - std::mem::replace(&mut *ran_before, run.time)).max(0.0);
    let mut dice = Dice(run.time.to_bits().into());
    let feet = Vec2::new(run.hero.x, run.hero.y);
    let [smile, surprise, frown] =
        ACTIONS.map(|action| theme.color(expression(action)).to_linear());
    let sand = hex(SAND);
    let stars = run.stars;
    for moment in std::mem::take(&mut run.moments) {
        let (pitch_hz, length) = match moment {
            Moment::Jumped => {
                (look.squash.velocity, look.flashes[0]) = (3.4, 1.0);
                dust.burst(&mut dice, 10, feet, 150.0, (smile + sand) * 0.5, 0.0);
                (520.0, 0.09)
            }
            Moment::Landed => {
                look.squash.velocity = -2.6;
                dust.burst(&mut dice, 6, feet, 120.0, sand, 0.0);
                if run.outcome.is_some() {
                    continue;
                }
                (150.0, 0.03)
            }
            Moment::Dashed => {
                (look.squash.velocity, look.flashes[1]) = (-2.6, 1.0);
                dust.burst(&mut dice, 14, feet + Vec2::Y * HERO, 260.0, surprise, 0.0);
                (880.0, 0.12)
            }
            Moment::Raised => {
                look.flashes[2] = 1.0;
                (330.0, 0.1)
            }
            Moment::Blocked(place) => {
                dust.burst(&mut dice, 16, place, 330.0, frown, -300.0);
                (240.0, 0.14)
            }
            Moment::Broke(kind, place) => {
                look.shake = 0.6;
                let color = if kind == Kind::Crystal { surprise } else { hex(0x8A7FA8) };
                for height in [-0.6, 0.0, 0.6] {
                    let place = place + Vec2::Y * place.y * height;
                    dust.burst(&mut dice, 12, place, 420.0, color, -900.0);
                }
                (1_250.0, 0.1)
            }
            Moment::Hit(place) => {
                (look.shake, look.squash.velocity) = (1.0, -4.5);
                dust.burst(&mut dice, 18, place, 360.0, hex(0xFF8FA3), -500.0);
                (110.0, 0.25)
            }
            Moment::Star(place) => {
                dust.burst(&mut dice, 5, place, 130.0, hex(0xFFE9A8), 0.0);
                (780.0 + 60.0 * (stars % 8) as f32, 0.06)
            }
            Moment::Cleared(_) => continue,
            Moment::Won => (1_320.0, 0.5),
            Moment::Lost => (82.0, 0.6),
        };
        commands.trigger(Blip { pitch_hz, seconds: length });
    }
    scatter(&run, &theme, &mut dice, &mut dust, [seconds, ran]);
    dust.settle(seconds, settings.reduced_motion);
}

/// Confetti from above at the flag, for a while, and dust under running feet. Of the two times, the
/// first passed and the second was run.
fn scatter(run: &Run, theme: &Theme, dice: &mut Dice, dust: &mut Dust, [seconds, ran]: [f32; 2]) {
    let feet = Vec2::new(run.hero.x, run.hero.y);
    let is_party = run.outcome == Some(Outcome::Won) && run.end_time < 8.0;
    if is_party && (run.end_time * 5.0).fract() < seconds * 5.0 {
        let color = theme.color(Expression::ALL[(dice.roll() % 6) as usize]).to_linear();
        let place = feet + Vec2::new(dice.between(-380.0, 700.0), dice.between(300.0, 440.0));
        dust.burst(dice, 22, place, 260.0, color, -220.0);
    }
    if run.hero.on_ground && run.outcome.is_none() && dice.between(0.0, 1.0) < ran * 14.0 {
        dust.burst(dice, 1, feet - Vec2::X * 20.0, 60.0, hex(SAND), 0.0);
    }
}

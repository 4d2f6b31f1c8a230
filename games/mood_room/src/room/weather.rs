//! The weather of a mood, and clocks that run faster when it is lively.

use bevy::prelude::*;
use bevy_emotion::hud::HudSettings;
use bevy_emotion::hud::motion::approach;

use super::air::Air;
use super::look::Look;

/// What changes slowly: the look, and clocks that run faster when it is lively.
#[derive(Resource, Debug, Clone)]
pub struct Weather {
    pub look: Look,
    pub seconds: f32,
    /// Runs with arousal: dust, clouds, rain, wings.
    pub drift: f32,
    /// How far plants are open, 0 to 1, and butterflies out.
    pub bloom: f32,
    /// How lively it is, 0 to 1.
    pub life: f32,
    pub lightning: f32,
    next_lightning: f32,
    pub flicker: f32,
    pub marker: f32,
}

impl Default for Weather {
    fn default() -> Self {
        Self {
            look: Look::of(Vec2::ZERO),
            seconds: 0.0,
            drift: 20.0,
            bloom: 0.5,
            life: 0.5,
            lightning: 0.0,
            next_lightning: 3.0,
            flicker: 1.0,
            marker: 0.0,
        }
    }
}

/// Follows the mood.
pub fn change_weather(
    time: Res<Time>,
    air: Res<Air>,
    settings: Res<HudSettings>,
    mut weather: ResMut<Weather>,
) {
    let seconds = time.delta_secs();
    let still = settings.reduced_motion;
    let weather = &mut *weather;
    weather.look = Look::of(air.mood);
    weather.life = ((air.mood.y + 0.6) / 1.4).clamp(0.0, 1.0);
    weather.seconds += seconds;
    let hurry = if still { 0.15 } else { 0.35 + 1.9 * weather.life * weather.life };
    weather.drift += seconds * hurry;
    let open = ((air.mood.x + 0.55) / 1.2).clamp(0.0, 1.0).max(air.party);
    weather.bloom += (open - weather.bloom) * approach(1.2, seconds);
    weather.marker +=
        (f32::from(u8::from(air.calling.is_some())) - weather.marker) * approach(0.4, seconds);

    // A fire that flickers more the livelier it is: three waves that never meet again.
    let t = weather.seconds * (1.5 + 3.0 * weather.life);
    let waves = (t * 2.3).sin() * 0.5 + (t * 3.9 + 1.0).sin() * 0.3 + (t * 7.1).sin() * 0.2;
    let depth = if still { 0.02 } else { 0.06 + 0.16 * weather.life };
    weather.flicker = 1.0 + waves * depth;

    // Lightning is far off, soft, and never more often than once in three seconds.
    weather.lightning *= 1.0 - approach(0.28, seconds);
    weather.next_lightning -= seconds;
    if weather.next_lightning < 0.0 {
        weather.next_lightning = 3.0 + 2.5 * (1.0 + (weather.seconds * 1.7).sin());
        if !still {
            weather.lightning = weather.look.storm * 0.8;
        }
    }
}

//! How the room looks in each mood.

use bevy::prelude::*;

use super::clay::rgb;

/// Colours (linear) and weather of a mood.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look {
    pub sky_top: Vec3,
    pub sky_low: Vec3,
    pub sun: Vec3,
    /// Light from above and from below.
    pub above: Vec3,
    pub below: Vec3,
    /// The soft light from the viewer's side.
    pub key: Vec3,
    pub lamp: Vec3,
    pub fire: Vec3,
    pub backdrop_in: Vec3,
    pub backdrop_out: Vec3,
    /// How high the sun stands, 0 to 1.
    pub sun_height: f32,
    pub stars: f32,
    pub aurora: f32,
    pub clouds: f32,
    pub rain: f32,
    pub storm: f32,
    pub saturation: f32,
    pub contrast: f32,
}

/// How near another mood has to be to colour this one.
const SPREAD: f32 = 0.3;

impl Look {
    /// The look of a mood (valence, arousal): the looks of the places around it, weighted by how
    /// near they are.
    pub fn of(mood: Vec2) -> Self {
        let looks = [
            (Vec2::new(0.0, 0.0), dawn()),
            (Vec2::new(0.7, 0.38), noon()),
            (Vec2::new(0.12, 0.72), aurora()),
            (Vec2::new(-0.62, -0.33), rain()),
            (Vec2::new(-0.54, 0.58), storm()),
            (Vec2::new(0.6, -0.4), dusk()),
        ];
        let weights = looks.map(|(at, _)| {
            let away = at.distance_squared(mood) / (2.0 * SPREAD * SPREAD);
            (-away).exp() + 1e-6
        });
        let sum: f32 = weights.iter().sum();
        let mut mixed = Self::default();
        for ((_, look), weight) in looks.iter().zip(weights) {
            mixed.add(look, weight / sum);
        }
        mixed
    }

    fn add(&mut self, other: &Self, weight: f32) {
        let colors = [
            (&mut self.sky_top, other.sky_top),
            (&mut self.sky_low, other.sky_low),
            (&mut self.sun, other.sun),
            (&mut self.above, other.above),
            (&mut self.below, other.below),
            (&mut self.key, other.key),
            (&mut self.lamp, other.lamp),
            (&mut self.fire, other.fire),
            (&mut self.backdrop_in, other.backdrop_in),
            (&mut self.backdrop_out, other.backdrop_out),
        ];
        for (own, other) in colors {
            *own += other * weight;
        }
        let numbers = [
            (&mut self.sun_height, other.sun_height),
            (&mut self.stars, other.stars),
            (&mut self.aurora, other.aurora),
            (&mut self.clouds, other.clouds),
            (&mut self.rain, other.rain),
            (&mut self.storm, other.storm),
            (&mut self.saturation, other.saturation),
            (&mut self.contrast, other.contrast),
        ];
        for (own, other) in numbers {
            *own += other * weight;
        }
    }
}

/// At rest: early morning, soft and a little rosy.
fn dawn() -> Look {
    Look {
        sky_top: rgb(0x7F8FC4) * 0.9,
        sky_low: rgb(0xF7C6B0),
        sun: rgb(0xFFB98A) * 1.5,
        above: rgb(0xB9B6D6) * 0.34,
        below: rgb(0x8E6F78) * 0.30,
        key: rgb(0xFFE6D6) * 0.26,
        lamp: rgb(0xFFB066) * 0.55,
        fire: rgb(0xFF8038) * 0.8,
        backdrop_in: rgb(0x4A4463),
        backdrop_out: rgb(0x16141F),
        sun_height: 0.25,
        clouds: 0.45,
        saturation: 1.05,
        contrast: 0.15,
        ..Look::default()
    }
}

/// Pleasant: a bright, warm noon.
fn noon() -> Look {
    Look {
        sky_top: rgb(0x3F97E6),
        sky_low: rgb(0xBFE6FF),
        sun: rgb(0xFFE2A0) * 4.2,
        above: rgb(0xE8E6D8) * 0.55,
        below: rgb(0xC79A66) * 0.42,
        key: rgb(0xFFF0CC) * 0.5,
        lamp: rgb(0xFFC070) * 0.15,
        fire: rgb(0xFF8A40) * 0.45,
        backdrop_in: rgb(0xA8783F),
        backdrop_out: rgb(0x2A1F26),
        sun_height: 0.85,
        clouds: 0.3,
        saturation: 1.22,
        contrast: 0.3,
        ..Look::default()
    }
}

/// Active, neither pleasant nor not: a night of northern lights.
fn aurora() -> Look {
    Look {
        sky_top: rgb(0x140F3D),
        sky_low: rgb(0x4B2A7A),
        sun: Vec3::ZERO,
        above: rgb(0x6A5BD0) * 0.42,
        below: rgb(0x2A6A78) * 0.36,
        key: rgb(0x8FD8E8) * 0.20,
        lamp: rgb(0xFF9AD0) * 0.7,
        fire: rgb(0xFF7AA8) * 1.1,
        backdrop_in: rgb(0x2A2A6E),
        backdrop_out: rgb(0x0B0A1E),
        sun_height: 0.5,
        stars: 1.0,
        aurora: 1.5,
        clouds: 0.1,
        saturation: 1.25,
        contrast: 0.45,
        ..Look::default()
    }
}

/// Unpleasant and quiet: blue evening rain.
fn rain() -> Look {
    Look {
        sky_top: rgb(0x22324A),
        sky_low: rgb(0x5A708A),
        sun: Vec3::ZERO,
        above: rgb(0x7C95B8) * 0.22,
        below: rgb(0x3C4656) * 0.22,
        key: rgb(0x9FB4CC) * 0.10,
        lamp: rgb(0xFFAA60) * 0.30,
        fire: rgb(0xFF7A38) * 0.30,
        backdrop_in: rgb(0x223040),
        backdrop_out: rgb(0x0A0E15),
        sun_height: 0.1,
        clouds: 0.85,
        rain: 0.65,
        saturation: 0.72,
        contrast: 0.05,
        ..Look::default()
    }
}

/// Unpleasant and active: a storm at night.
fn storm() -> Look {
    Look {
        sky_top: rgb(0x11161F),
        sky_low: rgb(0x4A4A5E),
        sun: Vec3::ZERO,
        above: rgb(0x56628A) * 0.16,
        below: rgb(0x54302A) * 0.22,
        key: rgb(0xB06A5A) * 0.10,
        lamp: rgb(0xFF8040) * 0.45,
        fire: rgb(0xFF5A20) * 2.0,
        backdrop_in: rgb(0x3A1E22),
        backdrop_out: rgb(0x0A0709),
        sun_height: 0.1,
        clouds: 1.0,
        rain: 1.0,
        storm: 1.0,
        saturation: 1.0,
        contrast: 0.6,
        ..Look::default()
    }
}

/// Pleasant and quiet: a golden evening.
fn dusk() -> Look {
    Look {
        sky_top: rgb(0x4F5FA0),
        sky_low: rgb(0xFFB070),
        sun: rgb(0xFF9A50) * 2.6,
        above: rgb(0xC8A8B8) * 0.36,
        below: rgb(0x8A6048) * 0.36,
        key: rgb(0xFFD8A8) * 0.30,
        lamp: rgb(0xFFB060) * 0.7,
        fire: rgb(0xFF8038) * 0.8,
        backdrop_in: rgb(0x5A3A48),
        backdrop_out: rgb(0x1A1320),
        sun_height: 0.15,
        stars: 0.15,
        clouds: 0.4,
        saturation: 1.1,
        contrast: 0.1,
        ..Look::default()
    }
}

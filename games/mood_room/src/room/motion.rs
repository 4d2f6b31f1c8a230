//! What moves in the room: leaves, lanterns, butterflies, the record and the cat.

use bevy::prelude::*;

use super::air::Air;
use super::places::lantern_place;
use super::weather::Weather;

/// Leaves and petals: how they are turned when closed and when open.
#[derive(Component)]
pub struct Leaf {
    pub closed: Quat,
    pub open: Quat,
    pub phase: f32,
}

#[derive(Component)]
pub struct Lantern(pub usize);

/// Its number; the two wings are children.
#[derive(Component)]
pub struct Butterfly(pub f32);

/// -1 the left one, 1 the right one.
#[derive(Component)]
pub struct Wing(pub f32);

/// Turns with the music's tempo.
#[derive(Component)]
pub struct Record;

/// Sleeps and breathes.
#[derive(Component)]
pub struct Breath;

pub fn open_plants(weather: Res<Weather>, mut leaves: Query<(&Leaf, &mut Transform)>) {
    for (leaf, mut transform) in &mut leaves {
        let wind = (weather.drift * 1.3 + leaf.phase).sin() * (0.02 + 0.05 * weather.life);
        let open = leaf.closed.slerp(leaf.open, weather.bloom);
        transform.rotation = open * Quat::from_rotation_x(wind);
    }
}

/// Where a lantern is now: it floats up and down.
pub fn floating(lantern: usize, weather: &Weather) -> Vec3 {
    let phase = lantern as f32 * 1.9;
    let rise = 0.05 + 0.07 * weather.life;
    lantern_place(lantern) + Vec3::Y * (weather.drift * 0.9 + phase).sin() * rise
}

pub fn float_lanterns(weather: Res<Weather>, mut lanterns: Query<(&Lantern, &mut Transform)>) {
    for (lantern, mut transform) in &mut lanterns {
        transform.translation = floating(lantern.0, &weather);
        let turn = weather.drift * 0.2 + lantern.0 as f32;
        transform.rotation = Quat::from_rotation_y(turn)
            * Quat::from_rotation_x(0.05 * (weather.drift * 0.7 + turn).sin());
    }
}

pub fn fly(
    weather: Res<Weather>,
    air: Res<Air>,
    mut butterflies: Query<(&Butterfly, &mut Transform), Without<Wing>>,
    mut wings: Query<(&Wing, &mut Transform), Without<Butterfly>>,
) {
    let out = ((air.mood.x - 0.15) / 0.35).clamp(0.0, 1.0).max(air.party);
    for (butterfly, mut transform) in &mut butterflies {
        let n = butterfly.0;
        let t = weather.drift * (0.45 + 0.04 * n) + n * 2.4;
        let place = |t: f32| {
            Vec3::new(
                -0.2 + 1.7 * (t + n).sin(),
                1.35 + 0.5 * (t * 1.7 + n).sin() + 0.12 * n,
                -0.3 + 1.6 * (t * 0.8).cos(),
            )
        };
        transform.translation = place(t);
        let ahead = place(t + 0.02) - place(t);
        transform.rotation = Quat::from_rotation_y(ahead.x.atan2(ahead.z));
        transform.scale = Vec3::splat(out.max(0.001));
    }
    for (wing, mut transform) in &mut wings {
        let beat = (weather.drift * 9.0).sin() * 0.75 + 0.45;
        transform.rotation = Quat::from_rotation_z(wing.0 * beat);
    }
}

pub fn turn_things(
    weather: Res<Weather>,
    mut records: Query<&mut Transform, (With<Record>, Without<Breath>)>,
    mut sleepers: Query<&mut Transform, (With<Breath>, Without<Record>)>,
) {
    for mut transform in &mut records {
        transform.rotation = Quat::from_rotation_y(-weather.drift * 2.5);
    }
    for mut transform in &mut sleepers {
        let breath = (weather.seconds * (1.2 + 1.2 * weather.life)).sin() * 0.025;
        transform.scale = Vec3::new(1.0 + breath * 0.6, 1.0 + breath, 1.0 + breath * 0.6);
    }
}

//! Tells the shader what the room looks like now.

use bevy::prelude::*;
use bevy_emotion::hud::{HudSettings, Screen};

use super::air::Air;
use super::clay::rgb;
use super::material::{Glow, RoomUniform, Solid};
use super::motion::floating;
use super::places::{LIGHTS, camera};
use super::weather::Weather;

/// Fills in the uniforms of all materials.
pub fn paint(
    weather: Res<Weather>,
    air: Res<Air>,
    screen: Res<Screen>,
    settings: Res<HudSettings>,
    mut solids: ResMut<Assets<Solid>>,
    mut glows: ResMut<Assets<Glow>>,
) {
    let look = &weather.look;
    let (mut eye, forward) = camera(air.turn);
    if !settings.reduced_motion {
        let t = weather.seconds;
        eye += Vec3::new((t * 0.21).sin(), (t * 0.17).sin() * 0.6, (t * 0.19).cos()) * 0.09;
    }
    let aspect = (screen.size.x / screen.size.y.max(1.0)).max(0.1);
    // The room's width is always in view: on narrow screens it is further away.
    let half = 15.2_f32.to_radians().tan().max(25.5_f32.to_radians().tan() / aspect);
    let projection = Mat4::perspective_infinite_reverse_rh(2.0 * half.atan(), aspect, 0.5);
    let raised = Mat4::from_scale_rotation_translation(
        Vec3::new(0.96, 0.96, 1.0).lerp(Vec3::new(0.74, 0.74, 1.0), air.raised),
        Quat::IDENTITY,
        Vec3::Y * (0.07 + 0.21 * air.raised),
    );
    let right = forward.cross(Vec3::Y).normalize_or_zero();
    let up = right.cross(forward);
    let sun = Vec3::new(-0.34, 0.32 + 0.42 * look.sun_height, -0.62).normalize();
    let fill = |index: usize| air.lanterns[index].clamp(0.0, 1.0);
    let calls = |index: usize| air.calling == Some(index);
    let pulse = 0.5 + 0.5 * (weather.seconds * 2.2).sin();
    let marked = air.sparks.map(|(lantern, _)| lantern).or(air.calling);
    let marker = marked.map_or(Vec3::ZERO, |lantern| floating(lantern, &weather));
    let ring = air.calling.map_or(0.0, fill);
    let room = RoomUniform {
        clip_from_room: raised * projection * Mat4::look_to_rh(eye, forward, Vec3::Y),
        eye: eye.extend(weather.seconds),
        right: right.extend(weather.drift),
        up: up.extend(weather.life),
        sky_top: look.sky_top.extend(look.stars),
        sky_low: look.sky_low.extend(look.aurora),
        sun_color: look.sun.extend(look.sun_height),
        sun_direction: sun.extend(look.clouds),
        ambient_up: look.above.extend(look.rain),
        ambient_down: look.below.extend(weather.lightning),
        key: look.key.extend(look.contrast),
        backdrop_in: look.backdrop_in.extend(look.saturation),
        backdrop_out: look.backdrop_out.extend(aspect),
        lamp: (look.lamp * (0.6 + 0.4 * weather.flicker)).extend(0.0),
        fire: (look.fire * weather.flicker).extend(0.75 + 0.6 * weather.life),
        lanterns: std::array::from_fn(|index| {
            let waiting = if calls(index) { 0.40 + 0.35 * pulse } else { 0.0 };
            let party = 0.25 * air.party * (weather.seconds * 3.0 + index as f32).sin();
            floating(index, &weather).extend(fill(index).max(waiting) * (1.0 + party))
        }),
        lantern_colors: std::array::from_fn(|index| rgb(LIGHTS[index]).extend(fill(index))),
        marker: marker.extend(ring),
        effects: Vec4::new(
            weather.marker * if air.looked_at { 1.0 } else { 0.6 },
            f32::from(u8::from(air.looked_at)),
            air.sparks.map_or(0.0, |(_, age)| age),
            air.party,
        ),
    };
    for (_, solid) in solids.iter_mut() {
        solid.room = room;
    }
    for (_, glow) in glows.iter_mut() {
        glow.room = room;
    }
}

//! What only a mask can show: steam, rays, sparkles, tears and sweat.

use std::f32::consts::{FRAC_PI_2, PI, TAU};

use bevy::prelude::*;

use super::sheet;
use crate::canvas::Canvas;
use crate::scene::Scene;

/// Around the head: steam, rays, sparkles.
pub fn paint_air(canvas: &mut Canvas, scene: &Scene, color: LinearRgba, clock: f32) {
    let steam = scene.amount(&sheet::STEAM);
    if steam > 0.03 {
        for side in [-1.0, 1.0] {
            for puff in 0..3 {
                let rise = (clock * 0.7 + puff as f32 / 3.0).fract();
                let at = Vec2::new(side * (0.86 + 0.3 * rise), 0.5 + 0.42 * rise);
                let light = 0.42 * steam.min(1.0) * (PI * rise).sin();
                let cloud = color.mix(&LinearRgba::WHITE, 0.5).with_alpha(light);
                canvas.fill_circle(at, 0.06 + 0.1 * rise, cloud);
            }
        }
    }
    let rays = scene.amount(&sheet::RAYS);
    if rays > 0.03 {
        for ray in 0..9 {
            let angle = FRAC_PI_2 + (ray as f32 - 4.0) * 0.27;
            let direction = Vec2::from_angle(angle);
            let near = 1.14 + 0.02 * (clock * 6.0 + ray as f32).sin();
            let far = near + rays * if ray % 2 == 0 { 0.17 } else { 0.1 };
            let color = color.mix(&LinearRgba::WHITE, 0.5).with_alpha(rays.min(1.0));
            canvas.stroke(&[direction * near, direction * far], |_| 0.032, color);
        }
    }
    let sparkle = scene.amount(&sheet::SPARKLE);
    if sparkle > 0.03 {
        let stars = [(-0.98, 0.66, 0.0), (0.99, 0.8, 1.3), (1.1, 0.36, 2.4), (-1.1, 0.25, 3.6)];
        for (x, y, phase) in stars {
            let large = 0.105 * sparkle * (0.65 + 0.35 * (clock * 3.0 + phase).sin());
            let corners: Vec<Vec2> = (0..8)
                .map(|corner| {
                    let radius = if corner % 2 == 0 { large } else { 0.28 * large };
                    Vec2::new(x, y) + radius * Vec2::from_angle(corner as f32 * PI / 4.0)
                })
                .collect();
            let star = color.mix(&LinearRgba::WHITE, 0.6);
            canvas.fill(&corners, Vec2::new(x, y), LinearRgba::WHITE, star);
        }
    }
}

/// On the face: tears and sweat.
pub fn paint_drops(canvas: &mut Canvas, scene: &Scene, clock: f32) {
    let water = LinearRgba::rgb(0.55, 0.82, 1.0);
    let drop = |canvas: &mut Canvas, at: Vec2, large: f32, light: f32| {
        let outline: Vec<Vec2> = (0..20)
            .map(|step| {
                let (sin, cos) = (TAU * step as f32 / 20.0).sin_cos();
                // Narrow at its upper end.
                let wide = sin * (0.62 - 0.45 * (cos + 1.0) / 2.0).max(0.0) * 1.3;
                at + large * Vec2::new(wide, cos)
            })
            .collect();
        let color = water.with_alpha(light);
        canvas.fill(
            &outline,
            at - Vec2::new(0.0, 0.3 * large),
            LinearRgba::WHITE.with_alpha(light),
            color,
        );
    };
    let tears = scene.amount(&sheet::TEARS);
    if tears > 0.03 {
        for (side, phase) in [(-1.0, 0.0), (1.0, 0.55)] {
            let fall = (clock * 0.42 + phase).fract();
            let at = Vec2::new(side * 0.43, -0.03 - 0.62 * fall * fall);
            let light = tears.min(1.0) * ((1.0 - fall) / 0.25).min(1.0);
            drop(canvas, at, 0.1 * (fall * 5.0).min(1.0), 0.9 * light);
        }
    }
    let sweat = scene.amount(&sheet::SWEAT);
    if sweat > 0.03 {
        for (x, y, phase) in [(-0.68, 0.52, 0.0), (0.72, 0.42, 0.5), (0.5, 0.72, 0.25)] {
            let fall = (clock * 0.5 + phase).fract();
            let at = Vec2::new(x * (1.0 + 0.05 * fall), y - 0.24 * fall);
            let light = sweat.min(1.0) * (PI * fall).sin();
            drop(canvas, at, 0.085, 0.9 * light);
        }
    }
}

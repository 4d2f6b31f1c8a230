//! A small theatre: a wall in the dusk, a spot on the mask, a floor, curtains.

use std::f32::consts::PI;

use bevy::prelude::*;

use crate::canvas::Canvas;
use crate::layout::Layout;
use crate::scene::Scene;

/// The stage with its light, which has the mask's colour.
pub fn paint_theatre(
    canvas: &mut Canvas,
    layout: &Layout,
    scene: &Scene,
    color: LinearRgba,
    still: bool,
) {
    let time = if still { 0.0 } else { scene.clock };
    let floor_line = -layout.half.y + 118.0 * layout.unit;
    paint_wall(canvas, layout.half, floor_line);
    paint_light(canvas, layout, floor_line, scene, color);
    paint_dust(canvas, layout, floor_line, time);
    let cloth = [tone(0x1C, 0x0A, 0x18), tone(0x4A, 0x16, 0x2C)];
    paint_curtains(canvas, layout, cloth, color, time);
    paint_swags(canvas, layout, cloth);
}

fn tone(red: u8, green: u8, blue: u8) -> LinearRgba {
    Color::srgb_u8(red, green, blue).to_linear()
}

/// The wall, and below it the floor.
fn paint_wall(canvas: &mut Canvas, half: Vec2, floor_line: f32) {
    let left_right = |y: f32| [Vec2::new(-half.x - 9.0, y), Vec2::new(half.x + 9.0, y)];
    canvas.band(
        &left_right(half.y + 9.0),
        &left_right(floor_line),
        tone(0x0C, 0x0D, 0x1B),
        tone(0x1B, 0x17, 0x30),
    );
    canvas.band(
        &left_right(floor_line),
        &left_right(-half.y - 9.0),
        tone(0x17, 0x12, 0x26),
        tone(0x0A, 0x08, 0x12),
    );
}

/// A spot on the mask that falls from above, and its light on the floor.
fn paint_light(
    canvas: &mut Canvas,
    layout: &Layout,
    floor_line: f32,
    scene: &Scene,
    color: LinearRgba,
) {
    let Layout { half, unit, .. } = *layout;
    let middle = scene.middle;
    canvas.glow(middle, 3.1 * scene.size, color.with_alpha(0.13));
    canvas.glow(middle, 1.9 * scene.size, color.with_alpha(0.16));
    let lamp = Vec2::new(middle.x, half.y + 60.0);
    for beam in 0..9 {
        let spread = 0.5 + 0.14 * beam as f32;
        let foot = floor_line - 20.0;
        let reach = spread * scene.size;
        canvas.band(
            &[lamp - Vec2::new(30.0, 0.0), lamp + Vec2::new(30.0, 0.0)],
            &[Vec2::new(middle.x - reach, foot), Vec2::new(middle.x + reach, foot)],
            LinearRgba::WHITE.with_alpha(0.016),
            color.with_alpha(0.0),
        );
    }
    canvas.place(Vec2::new(middle.x, floor_line - 34.0 * unit), 0.0, Vec2::new(1.0, 0.16));
    canvas.glow(Vec2::ZERO, 2.6 * scene.size, color.with_alpha(0.22));
    canvas.place(Vec2::ZERO, 0.0, Vec2::ONE);
}

/// Dust in the light.
fn paint_dust(canvas: &mut Canvas, layout: &Layout, floor_line: f32, time: f32) {
    let Layout { half, unit, .. } = *layout;
    for mote in 0..26 {
        let seed = mote as f32;
        let x = ((seed * 0.618).fract() - 0.5) * 2.0 * half.x * 0.8;
        let rise = (seed * 0.379 + time * (0.008 + 0.006 * (seed * 0.77).fract())).fract();
        let y = floor_line + rise * (half.y - floor_line);
        let drift = 14.0 * (time * 0.5 + seed).sin();
        let light = 0.16 * (PI * rise).sin() * (0.4 + 0.6 * (seed * 0.53).fract());
        let radius = (2.0 + 5.0 * (seed * 0.31).fract()) * unit;
        canvas.glow(Vec2::new(x + drift, y), radius, LinearRgba::WHITE.with_alpha(light));
    }
}

/// Curtains at both sides: folds that are lit from the stage.
fn paint_curtains(
    canvas: &mut Canvas,
    layout: &Layout,
    [dark, lit]: [LinearRgba; 2],
    color: LinearRgba,
    time: f32,
) {
    let Layout { half, unit, .. } = *layout;
    for side in [-1.0, 1.0] {
        let mut edge = half.x + 12.0;
        for fold in 0..4 {
            let wide = (44.0 - 5.0 * fold as f32) * unit;
            let sway = (time * 0.6 + fold as f32 * 1.3).sin() * 2.5 * fold as f32;
            let line = |x: f32, bulge: f32| -> Vec<Vec2> {
                (0..=12)
                    .map(|step| {
                        let part = step as f32 / 12.0;
                        let waist = (part * PI).sin() * bulge;
                        Vec2::new(side * (x + waist), half.y + 9.0 - part * (2.0 * half.y + 18.0))
                    })
                    .collect()
            };
            let outer = line(edge, 0.0);
            let crest = line(edge - 0.55 * wide, -0.3 * sway);
            let inner = line(edge - wide, -sway);
            let near = lit.mix(&color, 0.05 + 0.02 * fold as f32);
            canvas.band(&outer, &crest, dark, near);
            canvas.band(&crest, &inner, near, dark);
            edge -= 0.93 * wide;
        }
    }
}

/// Cloth along the top.
fn paint_swags(canvas: &mut Canvas, layout: &Layout, [dark, lit]: [LinearRgba; 2]) {
    let Layout { half, unit, .. } = *layout;
    let swags = 6;
    for swag in 0..swags {
        let wide = 2.0 * half.x / swags as f32;
        let start = -half.x + wide * swag as f32;
        let line = |drop: f32| -> Vec<Vec2> {
            (0..=16)
                .map(|step| {
                    let part = step as f32 / 16.0;
                    let sag = drop * (0.35 + 0.65 * (PI * part).sin());
                    Vec2::new(start - 4.0 + (wide + 8.0) * part, half.y + 9.0 - sag)
                })
                .collect()
        };
        let (low, high) = (line(34.0 * unit), line(20.0 * unit));
        canvas.band(&line(0.0), &high, dark, lit);
        canvas.band(&high, &low, lit, dark);
    }
}

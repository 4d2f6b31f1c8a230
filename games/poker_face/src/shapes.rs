//! Outlines and lines as points.

use std::f32::consts::{PI, TAU};

use bevy::math::Vec2;

/// Points of an ellipse.
pub(crate) const ROUND_POINTS: usize = 36;

/// Short for [`Vec2::new`].
pub(crate) const fn xy(x: f32, y: f32) -> Vec2 {
    Vec2::new(x, y)
}

/// An ellipse.
pub(crate) fn oval(at: Vec2, radii: Vec2) -> Vec<Vec2> {
    (0..ROUND_POINTS)
        .map(|it| at + Vec2::from_angle(it as f32 / ROUND_POINTS as f32 * TAU) * radii)
        .collect()
}

/// A rectangle with round corners.
pub(crate) fn block(at: Vec2, half: Vec2, corner: f32) -> Vec<Vec2> {
    let corner = corner.min(half.x).min(half.y);
    let mut points = Vec::with_capacity(32);
    for (quarter, toward) in
        [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)].into_iter().enumerate()
    {
        let middle = at + (half - corner) * Vec2::from(toward);
        for step in 0..8 {
            let angle = (quarter as f32 + step as f32 / 7.0) * PI / 2.0;
            points.push(middle + Vec2::from_angle(angle) * corner);
        }
    }
    points
}

/// A rectangle between two corners.
pub(crate) fn square(from: Vec2, to: Vec2) -> [Vec2; 4] {
    [from, Vec2::new(to.x, from.y), to, Vec2::new(from.x, to.y)]
}

/// A square that stands on its tip.
pub(crate) fn diamond(at: Vec2, radius: f32) -> [Vec2; 4] {
    [at + xy(0.0, radius), at - xy(radius, 0.0), at - xy(0.0, radius), at + xy(radius, 0.0)]
}

/// A star with five points.
pub(crate) fn star(at: Vec2, radius: f32) -> Vec<Vec2> {
    (0..10)
        .map(|it| {
            let reach = if it % 2 == 0 { radius } else { radius * 0.48 };
            at + Vec2::from_angle(PI / 2.0 + it as f32 * PI / 5.0) * reach
        })
        .collect()
}

/// From one point to another, bent towards a third.
pub(crate) fn bow(from: Vec2, towards: Vec2, to: Vec2) -> Vec<Vec2> {
    (0..=16)
        .map(|it| {
            let part = it as f32 / 16.0;
            from.lerp(towards, part).lerp(towards.lerp(to, part), part)
        })
        .collect()
}

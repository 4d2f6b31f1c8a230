//! The mouth: lips, tongue and teeth.

use std::f32::consts::PI;

use bevy::prelude::*;

use super::feature::Feature;
use super::sheet;
use super::tints::Tints;
use crate::canvas::{Canvas, curve};
use crate::scene::Scene;

pub fn paint_mouth(canvas: &mut Canvas, scene: &Scene, clock: f32, tints: &Tints) {
    let Tints { ink, lip, white, .. } = *tints;
    let of = |feature: &Feature| scene.feature(feature);
    let (half, corner) = (of(&sheet::MOUTH), of(&sheet::CORNER));
    let (up, low) = (of(&sheet::LIP_UP), of(&sheet::LIP_LOW));
    let (round, skew) = (of(&sheet::ROUND), of(&sheet::SKEW));
    let tremble = 0.012 * of(&sheet::TREMBLE);
    let bow = |t: f32| (1.0 - t * t).max(0.0).powf((1.0 - 0.5 * round).clamp(0.3, 1.0));
    let line = |middle: f32, t: f32| {
        let wave = tremble * (t * 9.0 + clock * 21.0).sin();
        // Closed corners lie on a bow, the lips' middles rise over it.
        let base = corner * t * t + skew * t * (1.0 + t) / 2.0;
        Vec2::new(half * t, -0.52 + base + middle * bow(t) + wave)
    };
    let upper = curve(28, |t| line(up, t));
    let lower = curve(28, |t| line(low.min(up), t));
    canvas.band(&upper, &lower, ink.mix(&LinearRgba::rgb(0.2, 0.0, 0.02), 0.5), ink);
    let between = |from: &[Vec2], to: &[Vec2], part: f32| -> Vec<Vec2> {
        from.iter().zip(to).map(|(from, to)| from.lerp(*to, part.clamp(0.0, 1.0))).collect()
    };
    let tongue = scene.amount(&sheet::TONGUE);
    if tongue > 0.03 {
        let red = LinearRgba::rgb(0.78, 0.09, 0.11).with_alpha(tongue.min(1.0));
        let back: Vec<Vec2> = lower
            .iter()
            .zip(&upper)
            .enumerate()
            .map(|(step, (low, up))| {
                let t = step as f32 / 14.0 - 1.0;
                low.lerp(*up, 0.42 * (1.0 - (t / 0.72).powi(2)).max(0.0))
            })
            .collect();
        canvas.band(&back, &lower, red.mix(&LinearRgba::WHITE, 0.12), red);
    }
    let teeth = scene.amount(&sheet::TEETH);
    if teeth > 0.02 {
        canvas.band(&upper, &between(&upper, &lower, teeth), white, white.mix(&ink, 0.06));
    }
    let lower_teeth = scene.amount(&sheet::LOWER_TEETH);
    if lower_teeth > 0.02 {
        canvas.band(&between(&lower, &upper, lower_teeth), &lower, white, white.mix(&ink, 0.1));
        // Where the rows meet, and from tooth to tooth.
        let clenched = lower_teeth.min(1.0);
        let seam = between(&upper, &lower, 0.5);
        canvas.stroke(&seam[1..28], |_| 0.014, ink.with_alpha(clenched));
        for tooth in [5, 8, 11, 14, 17, 20, 23] {
            let (from, to) = (upper[tooth], lower[tooth]);
            canvas.stroke(&[from, to], |_| 0.012, ink.with_alpha(0.7 * clenched));
        }
    }
    canvas.stroke(&lower, |part| 0.062 * (0.55 + 0.45 * (PI * part).sin()), lip);
    canvas.stroke(&upper, |part| 0.062 * (0.6 + 0.4 * (PI * part).sin()), lip);
}

//! The mask: a face whose features lie between those of the seven expressions.

use std::f32::consts::{FRAC_PI_2, PI, TAU};

use bevy::prelude::*;
use bevy_emotion::hud::theme::Theme;
use bevy_emotion::prelude::*;

use super::canvas::{Canvas, curve};
use super::scene::Scene;

/// What a feature is in each expression, in the order of [`Expression::ALL`].
type Feature = [f32; Expression::COUNT];

/// The mask's face. Lengths are in radii of the face, y up, the eyes' middle at (±0.36, 0.14).
#[rustfmt::skip]
mod sheet {
    use super::Feature;
    //                                   angry disgust  fear  happy   sad  surpr. neutral
    /// Heights of the brows above the eyes: inner end, middle, outer end.
    pub const BROW_IN: Feature      = [  0.13,  0.19,  0.47,  0.36,  0.47,  0.52,  0.31];
    pub const BROW_MID: Feature     = [  0.28,  0.25,  0.46,  0.46,  0.38,  0.62,  0.37];
    pub const BROW_OUT: Feature     = [  0.45,  0.28,  0.31,  0.34,  0.20,  0.47,  0.28];
    /// How far the inner ends are from the middle of the face.
    pub const BROW_GAP: Feature     = [  0.11,  0.13,  0.13,  0.19,  0.15,  0.19,  0.18];
    /// How far the eyes are open upwards and downwards.
    pub const LID_UP: Feature       = [  0.13,  0.09,  0.23,  0.17,  0.13,  0.25,  0.16];
    pub const LID_LOW: Feature      = [  0.09,  0.03,  0.17, -0.15,  0.11,  0.22,  0.13];
    /// The upper lid's slant; positive is lower at the nose.
    pub const SLANT: Feature        = [  0.75,  0.30, -0.25,  0.00, -0.65,  0.00,  0.00];
    pub const PUPIL: Feature        = [  0.085, 0.085, 0.060, 0.110, 0.110, 0.080, 0.105];
    pub const GAZE: Feature         = [  0.00, -0.01,  0.01,  0.03, -0.04,  0.00,  0.00];
    /// The mouth: half its width, height of its corners, of the middle of its upper and lower line.
    pub const MOUTH: Feature        = [  0.31,  0.29,  0.36,  0.46,  0.29,  0.21,  0.25];
    pub const CORNER: Feature       = [ -0.07, -0.11, -0.07,  0.17, -0.16, -0.03,  0.02];
    pub const LIP_UP: Feature       = [  0.06,  0.10,  0.04,  0.02,  0.02,  0.17, -0.03];
    pub const LIP_LOW: Feature      = [ -0.14, -0.02, -0.14, -0.31,  0.00, -0.33, -0.035];
    /// How round the mouth is: 0 a lens, 1 an ellipse.
    pub const ROUND: Feature        = [  1.10,  0.30,  1.00,  0.15,  0.10,  1.00,  0.00];
    /// How much of the open mouth are upper and lower teeth; how much tongue there is.
    pub const TEETH: Feature        = [  0.50,  0.55,  0.42,  0.30,  0.00,  0.00,  0.00];
    pub const LOWER_TEETH: Feature  = [  0.50,  0.00,  0.42,  0.00,  0.00,  0.00,  0.00];
    pub const TONGUE: Feature       = [  0.00,  0.00,  0.00,  1.00,  0.00,  0.70,  0.00];
    /// One side of the mouth up.
    pub const SKEW: Feature         = [  0.00,  0.06,  0.00,  0.00,  0.00,  0.00,  0.00];
    pub const TREMBLE: Feature      = [  0.00,  0.00,  1.00,  0.00,  0.15,  0.00,  0.00];
    pub const WRINKLES: Feature     = [  0.35,  1.00,  0.00,  0.00,  0.00,  0.00,  0.00];
    pub const FURROW: Feature       = [  1.00,  0.25,  0.35,  0.00,  0.20,  0.00,  0.00];
    pub const CHEEKS: Feature       = [  0.55,  0.10,  0.00,  1.00,  0.25,  0.30,  0.30];
    /// What only a mask can show: tears, drops of sweat, steam, sparkles, rays.
    pub const TEARS: Feature        = [  0.00,  0.00,  0.00,  0.00,  1.00,  0.00,  0.00];
    pub const SWEAT: Feature        = [  0.00,  0.00,  1.00,  0.00,  0.00,  0.00,  0.00];
    pub const STEAM: Feature        = [  1.00,  0.00,  0.00,  0.00,  0.00,  0.00,  0.00];
    pub const SPARKLE: Feature      = [  0.00,  0.00,  0.00,  1.00,  0.00,  0.00,  0.00];
    pub const RAYS: Feature         = [  0.00,  0.00,  0.00,  0.00,  0.00,  1.00,  0.00];
    /// The whole head: taller, sunk, tilted (radians).
    pub const STRETCH: Feature      = [ -0.03, -0.02,  0.03, -0.01,  0.02,  0.06,  0.00];
    pub const SINK: Feature         = [  0.00,  0.01, -0.01,  0.00,  0.05, -0.04,  0.00];
    pub const TILT: Feature         = [  0.00, -0.07,  0.03,  0.00,  0.06,  0.00,  0.00];
}

impl Scene {
    /// A feature of the mask as it is now, between the expressions.
    fn feature(&self, feature: &Feature) -> f32 {
        self.weights.iter().zip(feature).map(|(weight, value)| weight.value * value).sum()
    }

    /// The same, where overshooting below 0 makes no sense.
    fn amount(&self, feature: &Feature) -> f32 {
        self.feature(feature).clamp(0.0, 1.2)
    }

    /// The mask's colour as it is now.
    pub fn color(&self, theme: &Theme) -> LinearRgba {
        let mut mixed = LinearRgba::NONE;
        let mut total = 0.0;
        for expression in Expression::ALL {
            let weight = self.weights[expression.index()].value.clamp(0.0, 1.0);
            mixed += theme.color(expression).to_linear() * weight;
            total += weight;
        }
        let color = if total > 0.0 { mixed * (1.0 / total) } else { LinearRgba::gray(0.5) };
        let grey = LinearRgba::gray(0.2 * color.red + 0.7 * color.green + 0.1 * color.blue);
        color.mix(&grey, 0.85 * self.grey.min(1.0)).with_alpha(1.0)
    }
}

/// The mask: an egg with a rim, ribbons, and the face of the character sheet.
pub fn paint_mask(canvas: &mut Canvas, scene: &Scene, color: LinearRgba, still: bool) {
    let clock = if still { 0.0 } else { scene.clock };
    let of = |feature: &Feature| scene.feature(feature);
    let amount = |feature: &Feature| scene.amount(feature);
    let black = LinearRgba::rgb(0.012, 0.008, 0.02);
    let white = LinearRgba::rgb(0.93, 0.94, 0.96);
    let ink = color.mix(&black, 0.88);
    let lip = color.mix(&black, 0.74);

    let squeeze = scene.squeeze.value.clamp(-0.3, 0.3);
    let breath = 0.008 * (clock * 1.7).sin();
    let stretch = of(&sheet::STRETCH) + breath - squeeze;
    let tilt = of(&sheet::TILT)
        + 0.02 * (clock * 0.9).sin()
        + 0.13 * scene.shake * (scene.clock * 26.0).sin();
    let sink = of(&sheet::SINK) + 0.012 * (clock * 1.7).cos();
    let size = scene.size * Vec2::new(1.0 - 0.7 * stretch, 1.0 + stretch);
    canvas.place(scene.middle - Vec2::new(0.0, sink * scene.size), tilt, size);

    // Ribbons from the temples.
    for side in [-1.0, 1.0] {
        for (end, phase) in [(Vec2::new(1.24, -0.86), 0.0), (Vec2::new(1.02, -1.08), 1.4)] {
            let ribbon: Vec<Vec2> = (0..=18)
                .map(|step| {
                    let part = step as f32 / 18.0;
                    let flutter = 0.07 * part * (part * 7.0 - clock * 2.2 + phase).sin();
                    let hang = Vec2::new(0.8, 0.12).lerp(end, part)
                        + Vec2::new(flutter, -0.1 * part * (1.0 - part));
                    hang * Vec2::new(side, 1.0)
                })
                .collect();
            canvas.stroke(&ribbon, |part| 0.075 + 0.05 * part, color.mix(&black, 0.55));
        }
    }
    paint_air(canvas, scene, color, clock);

    // The face: a shadow, a rim, a vaulted front.
    let egg = |grow: f32| -> Vec<Vec2> {
        (0..64)
            .map(|step| {
                let (x, y) = (TAU * step as f32 / 64.0).sin_cos();
                let chin = if y < 0.0 {
                    1.0 - 0.13 * y * y - 0.05 * y.powi(4)
                } else {
                    1.0 - 0.05 * y * y
                };
                let high = if y < 0.0 { 1.1 } else { 1.02 };
                Vec2::new(0.92 * x * chin, high * y) * grow
            })
            .collect()
    };
    let shadow: Vec<Vec2> = egg(1.05).iter().map(|at| *at - Vec2::new(0.0, 0.07)).collect();
    canvas.fill(&shadow, Vec2::ZERO, black.with_alpha(0.6), black.with_alpha(0.25));
    canvas.fill(&egg(1.0), Vec2::ZERO, color.mix(&black, 0.5), color.mix(&black, 0.45));
    let front = egg(0.955);
    let light = color.mix(&LinearRgba::WHITE, 0.2);
    canvas.fill(&front, Vec2::new(-0.1, 0.3), light, color.mix(&black, 0.12));
    canvas.glow(Vec2::new(-0.27, 0.57), 0.34, LinearRgba::WHITE.with_alpha(0.22));
    let blush = LinearRgba::rgb(1.0, 0.12, 0.14);
    for side in [-1.0, 1.0] {
        let cheeks = 0.36 * amount(&sheet::CHEEKS);
        canvas.glow(Vec2::new(0.53 * side, -0.16), 0.27, blush.with_alpha(cheeks));
    }

    // The nose, and what wrinkles it.
    let nose: Vec<Vec2> = curve(14, |t| Vec2::new(0.1 * t, -0.2 - 0.06 * (1.0 - t * t)));
    canvas.stroke(&nose, |_| 0.035, ink.with_alpha(0.5));
    let wrinkles = amount(&sheet::WRINKLES);
    if wrinkles > 0.03 {
        for fold in 0..3 {
            let y = 0.06 - 0.075 * fold as f32;
            let wide = 0.09 + 0.012 * fold as f32;
            let line = curve(8, |t| Vec2::new(wide * t, y + 0.035 * (1.0 - t * t)));
            canvas.stroke(
                &line,
                |part| 0.026 * (PI * part).sin().max(0.15),
                ink.with_alpha(0.75 * wrinkles.min(1.0)),
            );
        }
        for side in [-1.0, 1.0] {
            let line =
                curve(10, |t| Vec2::new(side * (0.25 + 0.09 * t - 0.03 * t * t), -0.24 - 0.13 * t));
            canvas.stroke(
                &line,
                |part| 0.028 * (PI * part).sin().max(0.15),
                ink.with_alpha(0.55 * wrinkles.min(1.0)),
            );
        }
    }
    let furrow = amount(&sheet::FURROW);
    if furrow > 0.03 {
        for side in [-1.0, 1.0] {
            let line = curve(8, |t| Vec2::new(side * (0.045 + 0.008 * t), 0.4 + 0.09 * t));
            canvas.stroke(
                &line,
                |part| 0.028 * (PI * part).sin().max(0.15),
                ink.with_alpha(0.7 * furrow.min(1.0)),
            );
        }
    }

    // It blinks now and then.
    let blink = (clock + 1.2 * (clock * 0.21).sin()).rem_euclid(3.7);
    let open =
        if still { 1.0 } else { 1.0 - (1.0 - ((blink - 0.09) / 0.09).abs()).clamp(0.0, 1.0) };
    let (lid_up, lid_low) = (of(&sheet::LID_UP), of(&sheet::LID_LOW));
    let (slant, pupil, gaze) = (of(&sheet::SLANT), of(&sheet::PUPIL), of(&sheet::GAZE));
    for side in [-1.0, 1.0] {
        let eye = Vec2::new(0.36 * side, 0.14);
        // `t` runs from -1 at the nose to 1 at the temple.
        let bow = |t: f32| (1.0 - t * t).max(0.0).powf(0.72);
        let low = |t: f32| -lid_low * bow(t);
        let high = |t: f32| {
            let up = lid_up * bow(t) * (1.0 + slant * (t - 0.15)).clamp(0.1, 1.7);
            low(t) + (up - low(t)).max(0.015) * open
        };
        let wide = 0.225;
        let at = |t: f32, y: f32| eye + Vec2::new(side * wide * t, y);
        let upper = curve(20, |t| at(t, high(t)));
        let lower = curve(20, |t| at(t, low(t)));
        canvas.band(&upper, &lower, white.mix(&color, 0.12), white);
        // The pupil, where the lids leave it free.
        let centre = gaze + 0.25 * (lid_up - lid_low);
        let dark = |radius: f32, offset: Vec2, color: LinearRgba, canvas: &mut Canvas| {
            let chord = |s: f32| radius * (1.0 - s * s).max(0.0).sqrt();
            let column = |s: f32| (offset.x + radius * s) / wide;
            let middle = centre + offset.y;
            let top = curve(14, |s| {
                let t = column(s);
                at(t, (middle + chord(s)).min(high(t)).max(low(t)))
            });
            let bottom = curve(14, |s| {
                let t = column(s);
                at(t, (middle - chord(s)).max(low(t)).min(high(t)))
            });
            canvas.band(&top, &bottom, color, color);
        };
        dark(pupil * 1.12, Vec2::ZERO, ink.mix(&color, 0.25), canvas);
        dark(pupil * 0.82, Vec2::ZERO, black, canvas);
        // The light comes from the left for both eyes.
        let shine = Vec2::new(-0.36 * side * pupil, 0.36 * pupil);
        dark(pupil * 0.3, shine, LinearRgba::WHITE, canvas);
        canvas.stroke(&upper, |part| 0.05 * (0.35 + 0.65 * (PI * part).sin()), ink);
        canvas.stroke(&lower, |part| 0.022 * (0.4 + 0.6 * (PI * part).sin()), ink.with_alpha(0.7));

        let (inner, mid, outer) = (of(&sheet::BROW_IN), of(&sheet::BROW_MID), of(&sheet::BROW_OUT));
        let gap = of(&sheet::BROW_GAP);
        let brow = curve(18, |t| {
            let part = (t + 1.0) / 2.0;
            let ends = inner + (outer - inner) * part;
            let arch = mid - (inner + outer) / 2.0;
            let x = gap + (0.64 - gap) * part;
            eye * Vec2::new(0.0, 1.0) + Vec2::new(side * x, ends + arch * (1.0 - t * t))
        });
        canvas.stroke(&brow, |part| 0.115 - 0.075 * part * part, ink);
    }
    paint_mouth(canvas, scene, clock, [ink, lip, white]);
    paint_drops(canvas, scene, clock);
    canvas.place(Vec2::ZERO, 0.0, Vec2::ONE);
}

fn paint_mouth(canvas: &mut Canvas, scene: &Scene, clock: f32, colors: [LinearRgba; 3]) {
    let [ink, lip, white] = colors;
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

/// Around the head: steam, rays, sparkles.
fn paint_air(canvas: &mut Canvas, scene: &Scene, color: LinearRgba, clock: f32) {
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
fn paint_drops(canvas: &mut Canvas, scene: &Scene, clock: f32) {
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

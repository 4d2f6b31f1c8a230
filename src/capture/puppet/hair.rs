//! Hair: strand by strand, once for each head; it is then laid over the head as a picture.

use tiny_skia::{Pixmap, Transform};

use super::looks::{HairStyle, Look};
use super::motion::unit;
use super::pen::{Pen, Rgb, Spot, closed, gradient, mixed, open, shaded};

/// The part of the head's plane that hair can cover: left, top, right, bottom.
const BOUNDS: (f32, f32, f32, f32) = (-1.7, -1.85, 1.7, 2.3);

/// The hair behind the face and the hair before it.
pub(super) struct Hair {
    pub back: Option<Pixmap>,
    pub front: Option<Pixmap>,
    pixels_per_unit: f32,
}

/// A bundle of strands between two curves, each of four points from root to tip.
struct Lock {
    one: [Spot; 4],
    other: [Spot; 4],
    strands: usize,
}

impl Hair {
    pub fn new(look: &Look, pixels_per_unit: f32, seed: u64) -> Self {
        let layer = |locks: &[Lock], dark: f32, seed: u64| {
            if locks.is_empty() {
                return None;
            }
            let width = ((BOUNDS.2 - BOUNDS.0) * pixels_per_unit).ceil() as u32;
            let height = ((BOUNDS.3 - BOUNDS.1) * pixels_per_unit).ceil() as u32;
            let mut canvas = Pixmap::new(width, height)?;
            let to_canvas = Transform::from_translate(-BOUNDS.0, -BOUNDS.1)
                .post_scale(pixels_per_unit, pixels_per_unit);
            let mut pen = Pen { canvas: &mut canvas, to_canvas };
            for (number, lock) in locks.iter().enumerate() {
                comb(&mut pen, lock, shaded(look.hair, dark), seed + number as u64 * 997);
            }
            Some(canvas)
        };
        let (back, front) = style(look.style, seed);
        Self {
            back: layer(&back, 0.62, seed),
            front: layer(&front, 1.0, seed ^ 0x51),
            pixels_per_unit,
        }
    }

    /// What puts the pictures onto the head.
    pub fn place(&self) -> Transform {
        let size = 1.0 / self.pixels_per_unit;
        Transform::from_scale(size, size).post_translate(BOUNDS.0, BOUNDS.1)
    }

    /// The corners of the pictures on the head.
    pub fn area() -> [Spot; 4] {
        let (left, top, right, bottom) = BOUNDS;
        [(left, top), (right, top), (right, bottom), (left, bottom)]
    }
}

/// Draws a lock: its mass first, then its strands, lighter where the light from above meets them.
fn comb(pen: &mut Pen<'_>, lock: &Lock, color: Rgb, seed: u64) {
    let outline: Vec<Spot> = lock.one.into_iter().chain(lock.other.into_iter().rev()).collect();
    let (top, bottom) = (lock.one[0], lock.one[3]);
    let light = shaded(color, 1.18);
    let mass = gradient(
        top,
        bottom,
        &[(0.0, shaded(color, 0.95), 1.0), (0.3, light, 1.0), (1.0, shaded(color, 0.72), 1.0)],
    );
    pen.fill(closed(&outline), mass);
    for strand in 0..lock.strands {
        let random = |channel: u64| unit(seed, strand as u64 * 8 + channel);
        let across = (strand as f32 + random(0)) / lock.strands as f32;
        let stray = 0.02;
        let points: Vec<Spot> = lock
            .one
            .iter()
            .zip(&lock.other)
            .enumerate()
            .map(|(place, (one, other))| {
                let push = |channel: u64| (random(channel + place as u64) - 0.5) * stray;
                (
                    one.0 + (other.0 - one.0) * across + push(1),
                    one.1 + (other.1 - one.1) * across + push(3),
                )
            })
            .collect();
        let bright = random(6);
        let tint = if bright > 0.55 {
            mixed(color, [255, 226, 190], (bright - 0.55) * 0.55)
        } else {
            shaded(color, 0.5 + 0.7 * bright)
        };
        pen.stroke(open(&points), tint, 0.34, 0.012 + 0.02 * random(7));
    }
}

/// The locks of a style: those behind the face, then those before it.
fn style(style: HairStyle, seed: u64) -> (Vec<Lock>, Vec<Lock>) {
    let mirrored = |lock: Lock| {
        let flip = |curve: [Spot; 4]| curve.map(|(x, y)| (-x, y));
        Lock { one: flip(lock.one), other: flip(lock.other), strands: lock.strands }
    };
    let lock = |one: [Spot; 4], other: [Spot; 4], strands: usize| Lock { one, other, strands };
    match style {
        HairStyle::Long => {
            let back = || {
                lock(
                    [(0.0, -1.62), (0.4, -0.6), (0.35, 0.8), (0.3, 1.75)],
                    [(0.0, -1.62), (1.28, -1.0), (1.32, 0.8), (1.22, 1.95)],
                    90,
                )
            };
            let side = |root: f32, sign: f32| {
                lock(
                    [
                        (root, -1.36),
                        (sign * 0.66, -1.10),
                        (sign * 0.985, -0.2),
                        (sign * 1.02, 1.45),
                    ],
                    [(root, -1.66), (sign * 1.1, -1.42), (sign * 1.36, 0.0), (sign * 1.40, 1.85)],
                    120,
                )
            };
            (vec![back(), mirrored(back())], vec![side(0.12, -1.0), side(0.12, 1.0)])
        }
        HairStyle::Short => {
            let side = || {
                lock(
                    [(0.5, -1.35), (0.90, -1.0), (0.98, -0.55), (0.96, -0.18)],
                    [(0.4, -1.62), (1.08, -1.32), (1.14, -0.7), (1.05, -0.05)],
                    60,
                )
            };
            let fringe = lock(
                [(0.72, -1.18), (0.45, -1.0), (-0.3, -0.98), (-0.94, -0.52)],
                [(0.86, -1.40), (0.5, -1.72), (-0.75, -1.72), (-1.1, -0.72)],
                130,
            );
            let crown = lock(
                [(0.95, -0.8), (0.75, -1.2), (0.2, -1.2), (-0.2, -1.1)],
                [(1.1, -0.8), (1.0, -1.5), (0.4, -1.75), (-0.3, -1.66)],
                70,
            );
            (vec![], vec![side(), mirrored(side()), crown, fringe])
        }
        HairStyle::Curly => {
            // Every curl is a small bent lock on a ball around the head.
            let mut back = Vec::new();
            let mut front = Vec::new();
            let random = |number: u64, channel: u64| unit(seed ^ 0xc0, number * 16 + channel);
            for number in 0..220u64 {
                let angle = -0.35 + 3.85 * random(number, 0);
                let inner = angle.sin() > 0.35 && random(number, 1) < 0.55;
                let radius = if inner {
                    1.0 + 0.25 * random(number, 2)
                } else {
                    1.18 + 0.32 * random(number, 2)
                };
                let center = (angle.cos() * radius * 1.02, -0.22 - angle.sin() * radius * 1.08);
                let size = 0.09 + 0.07 * random(number, 3);
                let (sin, cos) = (random(number, 4) * 6.28).sin_cos();
                let spot = |x: f32, y: f32| {
                    (center.0 + (x * cos - y * sin) * size, center.1 + (x * sin + y * cos) * size)
                };
                let curl = lock(
                    [spot(-1.0, 0.2), spot(-0.5, -0.9), spot(0.6, -0.8), spot(1.0, 0.2)],
                    [spot(-0.8, 0.9), spot(-0.2, 0.0), spot(0.3, 0.0), spot(0.8, 1.0)],
                    7,
                );
                if inner { front.push(curl) } else { back.push(curl) }
            }
            (back, front)
        }
        HairStyle::Swept => {
            let side = || {
                lock(
                    [(0.86, -0.72), (0.97, -0.6), (1.0, -0.4), (0.98, -0.1)],
                    [(0.86, -1.25), (1.14, -0.95), (1.14, -0.5), (1.06, 0.05)],
                    50,
                )
            };
            let top = lock(
                [(-0.93, -0.62), (-0.62, -1.02), (-0.55, -1.3), (-0.6, -1.52)],
                [(0.93, -0.62), (0.62, -1.04), (0.62, -1.3), (0.62, -1.52)],
                10,
            );
            let crown = lock(
                [(-0.95, -0.6), (-0.85, -1.1), (-0.85, -1.3), (-0.9, -1.2)],
                [(0.95, -0.6), (0.9, -1.2), (0.85, -1.35), (0.9, -1.2)],
                10,
            );
            let _ = (top, crown);
            let quiff = |from: f32, to: f32| {
                lock(
                    [
                        (from * 0.9, -0.86 - 0.18 * (1.0 - from * from)),
                        (from * 0.95, -1.18),
                        (from, -1.5),
                        (from * 0.9 + 0.1, -1.62),
                    ],
                    [
                        (to * 0.9, -0.86 - 0.18 * (1.0 - to * to)),
                        (to * 0.95, -1.18),
                        (to, -1.5),
                        (to * 0.9 + 0.1, -1.62),
                    ],
                    60,
                )
            };
            (
                vec![lock(
                    [(-1.08, -0.4), (-1.15, -1.0), (-0.9, -1.55), (0.0, -1.66)],
                    [(1.08, -0.4), (1.15, -1.0), (0.9, -1.55), (0.0, -1.66)],
                    40,
                )],
                vec![side(), mirrored(side()), quiff(-1.0, 0.05), quiff(-0.05, 1.0)],
            )
        }
    }
}

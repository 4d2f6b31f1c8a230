//! Hair, drawn strand by strand once for each head, then laid over the head as a picture.

use tiny_skia::{IntRect, Pixmap, Transform};

use super::looks::{HairStyle, Look};
use super::motion::unit;
use super::pen::{Pen, Rgb, Spot, closed, gradient, mixed, open, shaded};

/// The part of the head's plane that hair can cover: left, top, right, bottom.
const BOUNDS: (f32, f32, f32, f32) = (-1.7, -1.85, 1.7, 2.3);

/// The hair behind the face and the hair in front of it.
pub(super) struct Hair {
    pub back: Option<Layer>,
    pub front: Option<Layer>,
}

/// A picture of hair, and the transform from its pixels to the head.
pub(super) struct Layer {
    pub picture: Pixmap,
    pub place: Transform,
}

/// A bundle of strands between two curves with the same number of points, from root to tip.
struct Lock {
    one: Vec<Spot>,
    other: Vec<Spot>,
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
                let seed = seed.wrapping_add(number as u64 * 997);
                comb(&mut pen, lock, shaded(look.hair, dark), seed);
            }
            Layer::trimmed(&canvas, to_canvas.invert()?)
        };
        let (back, front) = style(look.style, seed);
        Self { back: layer(&back, 0.62, seed), front: layer(&front, 1.0, seed ^ 0x51) }
    }
}

impl Layer {
    /// Crops the transparent edges, which would cost time in every frame.
    fn trimmed(canvas: &Pixmap, place: Transform) -> Option<Self> {
        let width = canvas.width() as usize;
        let drawn = canvas.pixels().iter().enumerate().filter(|(_, pixel)| pixel.alpha() > 0);
        let (mut left, mut right, mut top, mut bottom) = (width, 0, usize::MAX, 0);
        for (number, _) in drawn {
            let (x, y) = (number % width, number / width);
            (left, right) = (left.min(x), right.max(x));
            (top, bottom) = (top.min(y), bottom.max(y));
        }
        if left > right {
            return None;
        }
        // One transparent pixel stays around it, for the edge to fade into.
        let (left, top) = (left.saturating_sub(1), top.saturating_sub(1));
        let right = (right + 2).min(width);
        let bottom = (bottom + 2).min(canvas.height() as usize);
        let area = IntRect::from_xywh(
            left as i32,
            top as i32,
            (right - left) as u32,
            (bottom - top) as u32,
        )?;
        let place = place.pre_translate(left as f32, top as f32);
        Some(Self { picture: canvas.clone_rect(area)?, place })
    }
}

/// Draws a lock: its mass first, then its strands, lighter where light from above hits them.
fn comb(pen: &mut Pen<'_>, lock: &Lock, color: Rgb, seed: u64) {
    let outline: Vec<Spot> = lock.one.iter().chain(lock.other.iter().rev()).copied().collect();
    let (Some(top), Some(bottom)) = (lock.one.first(), lock.one.last()) else { return };
    let reach = (top.1 - bottom.1).abs().max((top.0 - bottom.0).abs());
    let mass = gradient(
        *top,
        *bottom,
        &[
            (0.0, shaded(color, 0.55), 1.0),
            (0.25, shaded(color, 0.85), 1.0),
            (0.6, shaded(color, 0.62), 1.0),
            (1.0, shaded(color, 0.45), 1.0),
        ],
    );
    pen.fill(closed(&outline), mass);
    for strand in 0..lock.strands {
        let random = |channel: u64| unit(seed, strand as u64 * 32 + channel);
        let across = -0.02 + 1.04 * (strand as f32 + random(0)) / lock.strands as f32;
        let lift = (random(1) - 0.5) * 0.06;
        let last = lock.one.len() - 1;
        let points: Vec<Spot> = lock
            .one
            .iter()
            .zip(&lock.other)
            .enumerate()
            .map(|(place, (one, other))| {
                let across = across + lift * place as f32 * 0.5;
                let stray = |channel: u64| (random(channel + place as u64) - 0.5) * 0.025;
                // Tips end at different lengths.
                let tip = if place == last { (random(4) - 0.6) * 0.09 * reach } else { 0.0 };
                (
                    one.0 + (other.0 - one.0) * across + stray(8),
                    one.1 + (other.1 - one.1) * across + stray(16) + tip,
                )
            })
            .collect();
        let bright = 0.55 + 0.75 * random(2);
        let shine = mixed(shaded(color, 1.15), [255, 224, 188], 0.16 + 0.2 * random(5));
        let at = 0.16 + 0.16 * random(6);
        let paint = gradient(
            *top,
            *bottom,
            &[
                (0.0, shaded(color, bright * 0.7), 0.4),
                (at, shaded(shine, bright), 0.5),
                (at + 0.24, shaded(color, bright), 0.4),
                (0.72, mixed(shaded(color, bright), shine, 0.25), 0.4),
                (1.0, shaded(color, bright * 0.7), 0.3),
            ],
        );
        pen.stroke_with(open(&points), paint, 0.007 + 0.012 * random(3));
    }
}

/// The locks of a style: those behind the face, then those in front of it.
fn style(style: HairStyle, seed: u64) -> (Vec<Lock>, Vec<Lock>) {
    match style {
        HairStyle::Long => (long_back(), long_front()),
        HairStyle::Short => (Vec::new(), short()),
        HairStyle::Curly => curly(seed),
        HairStyle::Swept => (swept_back(), swept_front()),
    }
}

fn lock(one: &[Spot], other: &[Spot], strands: usize) -> Lock {
    Lock { one: one.to_vec(), other: other.to_vec(), strands }
}

fn mirrored(lock: &Lock) -> Lock {
    let flip = |curve: &[Spot]| curve.iter().map(|(x, y)| (-x, *y)).collect();
    Lock { one: flip(&lock.one), other: flip(&lock.other), strands: lock.strands }
}

fn long_back() -> Vec<Lock> {
    let side = lock(
        &[(0.0, -1.5), (0.2, -1.0), (0.2, 0.0), (0.25, 0.9), (0.3, 1.5), (0.25, 1.9)],
        &[(0.1, -1.58), (0.98, -1.1), (1.2, -0.1), (1.2, 0.8), (1.28, 1.5), (1.18, 2.0)],
        200,
    );
    vec![mirrored(&side), side]
}

fn long_front() -> Vec<Lock> {
    let right = lock(
        &[
            (-0.08, -1.2),
            (0.44, -1.05),
            (0.86, -0.62),
            (0.98, 0.05),
            (0.93, 0.75),
            (1.06, 1.3),
            (0.94, 1.75),
        ],
        &[
            (-0.1, -1.57),
            (0.62, -1.48),
            (1.13, -0.95),
            (1.27, -0.05),
            (1.26, 0.75),
            (1.42, 1.35),
            (1.26, 1.98),
        ],
        300,
    );
    let left = lock(
        &[
            (-0.02, -1.2),
            (-0.40, -1.1),
            (-0.84, -0.66),
            (-0.98, 0.05),
            (-0.93, 0.75),
            (-1.06, 1.3),
            (-0.92, 1.7),
        ],
        &[
            (-0.06, -1.57),
            (-0.66, -1.48),
            (-1.13, -0.95),
            (-1.27, -0.05),
            (-1.26, 0.75),
            (-1.40, 1.35),
            (-1.28, 1.95),
        ],
        300,
    );
    vec![right, left]
}

fn short() -> Vec<Lock> {
    let side = lock(
        &[(0.74, -1.05), (0.90, -0.8), (0.955, -0.5), (0.975, -0.2), (0.97, 0.02)],
        &[(0.80, -1.34), (1.05, -1.0), (1.10, -0.6), (1.07, -0.25), (1.02, 0.05)],
        140,
    );
    let crown = lock(
        &[(0.96, -0.72), (0.8, -1.05), (0.3, -1.2), (-0.3, -1.1)],
        &[(1.09, -0.75), (1.0, -1.25), (0.5, -1.62), (-0.3, -1.64)],
        160,
    );
    let fringe = lock(
        &[(0.78, -1.0), (0.4, -1.02), (-0.1, -1.0), (-0.6, -0.86), (-0.93, -0.52)],
        &[(0.86, -1.34), (0.5, -1.64), (-0.2, -1.68), (-0.82, -1.36), (-1.09, -0.62)],
        300,
    );
    vec![mirrored(&side), side, crown, fringe]
}

/// Every curl is a small bent lock on a ball around the head.
fn curly(seed: u64) -> (Vec<Lock>, Vec<Lock>) {
    let mut back = vec![lock(
        &[(-1.2, 0.3), (-1.28, -0.4), (-1.0, -1.2), (0.0, -1.55)],
        &[(1.2, 0.3), (1.28, -0.4), (1.0, -1.2), (0.0, -1.55)],
        0,
    )];
    let mut front = Vec::new();
    let random = |number: u64, channel: u64| unit(seed ^ 0xc0, number * 16 + channel);
    for number in 0..420u64 {
        let angle = -0.5 + 4.15 * random(number, 0);
        let before = angle.sin() > 0.30 && random(number, 1) < 0.6;
        let radius =
            if before { 0.98 + 0.3 * random(number, 2) } else { 1.12 + 0.3 * random(number, 2) };
        let center = (angle.cos() * radius * 1.0, -0.18 - angle.sin() * radius * 1.08);
        let size = 0.07 + 0.06 * random(number, 3);
        let (sin, cos) = (random(number, 4) * std::f32::consts::TAU).sin_cos();
        let spot = |(x, y): Spot| {
            (center.0 + (x * cos - y * sin) * size, center.1 + (x * sin + y * cos) * size)
        };
        let curl = lock(
            &[(-1.0, 0.3), (-0.6, -0.8), (0.5, -0.9), (1.0, 0.1), (0.5, 0.8)].map(spot),
            &[(-0.5, 0.6), (-0.3, -0.1), (0.2, -0.2), (0.4, 0.2), (0.1, 0.5)].map(spot),
            10,
        );
        if before { front.push(curl) } else { back.push(curl) }
    }
    (back, front)
}

fn swept_back() -> Vec<Lock> {
    vec![lock(
        &[(-0.99, -0.2), (-1.06, -0.7), (-0.85, -1.3), (0.0, -1.5)],
        &[(0.99, -0.2), (1.06, -0.7), (0.85, -1.3), (0.0, -1.5)],
        30,
    )]
}

fn swept_front() -> Vec<Lock> {
    let side = lock(
        &[(0.80, -0.98), (0.91, -0.7), (0.955, -0.4), (0.965, -0.12)],
        &[(0.86, -1.26), (1.06, -0.85), (1.075, -0.4), (1.01, -0.02)],
        140,
    );
    // From the hairline up and over, from the parting at the left to the right.
    let top = lock(
        &[(-0.90, -0.80), (-0.96, -1.06), (-0.86, -1.28), (-0.55, -1.46)],
        &[(-0.42, -1.12), (-0.50, -1.34), (-0.34, -1.52), (-0.05, -1.58)],
        160,
    );
    let wave = lock(
        &[(-0.46, -1.10), (-0.42, -1.42), (-0.05, -1.60), (0.45, -1.56), (0.86, -1.28)],
        &[(0.90, -0.74), (0.66, -1.02), (0.78, -1.12), (0.95, -1.1), (1.05, -0.86)],
        320,
    );
    vec![mirrored(&side), side, top, wave]
}

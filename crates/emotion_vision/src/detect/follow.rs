//! Following a face by the motion of its picture, where nothing recognises it.

use super::pictures::{Cut, Pictures, Place};
use crate::flow::{FlowPyramid, Point};
use crate::image::GreyImage;
use crate::math;

/// Side of the pictures that points are followed in, in pixels.
const PIXELS: usize = 96;
/// What they show, in sides of the face.
const REACH: f32 = 2.4;
/// Points each way on the face.
const GRID: usize = 8;
/// The part of the face that holds points: its rim may be background.
const INNER: f32 = 0.8;
/// A point that does not come back to within this many pixels was not followed.
const THERE_AND_BACK: f32 = 1.0;
/// The part of the points that has to be followed.
const ENOUGH: f32 = 0.4;
/// How alike both faces have to be, as a correlation.
const ALIKE: f32 = 0.7;
/// Side of the pictures that are compared, in pixels.
const COMPARED: usize = 24;

/// Follows faces, and keeps the memory for it.
#[derive(Default)]
pub struct Follower {
    before: Cut,
    now: Cut,
    flow_before: FlowPyramid,
    flow_now: FlowPyramid,
}

impl Follower {
    /// Where the face that was at `place` in the pictures `before` is `now`.
    ///
    /// Points on the face are followed with the pyramidal method of Lucas and Kanade there and back
    /// again, as in Kalal, Mikolajczyk and Matas, *Forward-backward error: automatic detection of
    /// tracking failures*, 2010; those that come back give a similarity transform. `None` when too
    /// few do, or the face looks different afterwards.
    pub fn follow(&mut self, before: &Pictures, now: &Pictures, place: &Place) -> Option<Place> {
        let window = Place { roll: 0.0, ..*place };
        before.cut_upright(&window, REACH, PIXELS, &mut self.before);
        now.cut_upright(&window, REACH, PIXELS, &mut self.now);
        let pairs = self.followed_points();
        if (pairs.len() as f32) < ENOUGH * (GRID * GRID) as f32 {
            return None;
        }
        let motion = Similarity::robust(&pairs)?;
        let middle = PIXELS as f32 / 2.0;
        let (x, y) = motion.apply(middle, middle);
        let moved = self.now.place(x, y, PIXELS as f32 / REACH * motion.scale());
        let moved = Place { roll: place.roll + motion.angle(), ..moved };
        if !(0.8..1.25).contains(&motion.scale()) || motion.angle().abs() > 0.5 {
            return None;
        }
        before.cut_upright(place, 1.0, COMPARED, &mut self.before);
        now.cut_upright(&moved, 1.0, COMPARED, &mut self.now);
        (likeness(self.before.grey(), self.now.grey()) >= ALIKE).then_some(moved)
    }

    /// Points on the face that were followed there and back, each with where it went.
    fn followed_points(&mut self) -> Vec<Pair> {
        self.flow_before.set(self.before.grey());
        self.flow_now.set(self.now.grey());
        let face = PIXELS as f32 / REACH * INNER;
        let first = (PIXELS as f32 - face) / 2.0;
        let step = face / (GRID - 1) as f32;
        let mut pairs = Vec::with_capacity(GRID * GRID);
        for index in 0..GRID * GRID {
            let (column, row) = ((index % GRID) as f32, (index / GRID) as f32);
            let from = (first + column * step, first + row * step);
            let Some(to) = self.flow_before.follow(&self.flow_now, from) else { continue };
            let Some(back) = self.flow_now.follow(&self.flow_before, to) else { continue };
            if math::hypot(from.0 - back.0, from.1 - back.1) <= THERE_AND_BACK {
                pairs.push((from, to));
            }
        }
        pairs
    }
}

/// Correlation of two pictures of the same size, -1 to 1; 0 when one of them is flat.
fn likeness(a: &GreyImage, b: &GreyImage) -> f32 {
    let (a, b) = (a.pixels(), b.pixels());
    let mean = |bytes: &[u8]| bytes.iter().map(|v| f32::from(*v)).sum::<f32>() / bytes.len() as f32;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut both, mut of_a, mut of_b) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (f32::from(*a) - mean_a, f32::from(*b) - mean_b);
        both += a * b;
        of_a += a * a;
        of_b += b * b;
    }
    let norm = (of_a * of_b).sqrt();
    if norm > 0.0 { both / norm } else { 0.0 }
}

type Pair = (Point, Point);

/// `(x, y)` to `(a x - b y + dx, b x + a y + dy)`: turning, scaling and shifting.
#[derive(Debug, Clone, Copy)]
struct Similarity {
    a: f32,
    b: f32,
    dx: f32,
    dy: f32,
}

impl Similarity {
    /// The best one for most of the pairs: fitted to all, then to the better half.
    fn robust(pairs: &[Pair]) -> Option<Self> {
        let all = Self::fit(pairs)?;
        let mut by_error = pairs.to_vec();
        by_error.sort_by(|one, other| all.error(one).total_cmp(&all.error(other)));
        Self::fit(&by_error[..pairs.len().div_ceil(2)])
    }

    /// Least squares.
    fn fit(pairs: &[Pair]) -> Option<Self> {
        let count = pairs.len() as f32;
        let mean = |point: fn(&Pair) -> f32| pairs.iter().map(point).sum::<f32>() / count;
        let (fx, fy) = (mean(|pair| pair.0.0), mean(|pair| pair.0.1));
        let (tx, ty) = (mean(|pair| pair.1.0), mean(|pair| pair.1.1));
        let (mut along, mut across, mut spread) = (0.0, 0.0, 0.0);
        for (from, to) in pairs {
            let (px, py, qx, qy) = (from.0 - fx, from.1 - fy, to.0 - tx, to.1 - ty);
            along += px * qx + py * qy;
            across += px * qy - py * qx;
            spread += px * px + py * py;
        }
        if spread < 1.0 {
            return None;
        }
        let (a, b) = (along / spread, across / spread);
        Some(Self { a, b, dx: tx - a * fx + b * fy, dy: ty - b * fx - a * fy })
    }

    fn apply(&self, x: f32, y: f32) -> (f32, f32) {
        (self.a * x - self.b * y + self.dx, self.b * x + self.a * y + self.dy)
    }

    fn error(&self, pair: &Pair) -> f32 {
        let (x, y) = self.apply(pair.0.0, pair.0.1);
        math::hypot(x - pair.1.0, y - pair.1.1)
    }

    fn scale(&self) -> f32 {
        math::hypot(self.a, self.b)
    }

    fn angle(&self) -> f32 {
        math::atan2(self.b, self.a)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_found_among_wrong_points() {
        let (angle, scale) = (0.2_f32, 1.1_f32);
        let mut pairs: Vec<Pair> = (0..64)
            .map(|index| {
                let (x, y) = ((index % 8) as f32 * 5.0, (index / 8) as f32 * 5.0);
                let (sin, cos) = angle.sin_cos();
                let to = (scale * (cos * x - sin * y) + 3.0, scale * (sin * x + cos * y));
                ((x, y), to)
            })
            .collect();
        for pair in pairs.iter_mut().step_by(9) {
            pair.1.0 += 20.0;
        }
        let motion = Similarity::robust(&pairs).expect("enough points");
        assert!((motion.angle() - angle).abs() < 0.02, "{motion:?}");
        assert!((motion.scale() - scale).abs() < 0.02, "{motion:?}");
    }

    #[test]
    fn points_in_one_place_give_nothing() {
        let pairs = [((1.0, 1.0), (2.0, 1.0)); 5];
        assert!(Similarity::robust(&pairs).is_none());
        assert!(Similarity::robust(&[]).is_none());
    }
}

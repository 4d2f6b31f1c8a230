//! Following a face by the motion of its picture, where nothing recognises it.

use opencv::core::{Mat, Point2f, Size, TermCriteria, TermCriteria_Type, Vector};
use opencv::prelude::*;
use opencv::video;

use super::pictures::{Cut, Pictures, Place};

/// Side of the pictures that points are followed in, in pixels.
const PIXELS: i32 = 96;
/// What they show, in sides of the face.
const REACH: f32 = 2.4;
/// Points each way on the face.
const GRID: i32 = 8;
/// The part of the face that holds points: its rim may be background.
const INNER: f32 = 0.8;
/// A point that does not come back to within this many pixels was not followed.
const THERE_AND_BACK: f32 = 1.0;
/// The part of the points that has to be followed.
const ENOUGH: f32 = 0.4;
/// How alike both faces have to be, as a correlation.
const ALIKE: f32 = 0.7;
/// Side of the pictures that are compared, in pixels.
const COMPARED: i32 = 24;

/// Where the face that was at `place` in the pictures `before` is `now`.
///
/// Points on the face are followed with the pyramidal method of Lucas and Kanade there and back
/// again, as in Kalal, Mikolajczyk and Matas, *Forward-backward error: automatic detection of
/// tracking failures*, 2010; those that come back give a similarity transform. `None` when too few
/// do, or the face looks different afterwards.
pub fn follow(before: &Pictures, now: &Pictures, place: &Place) -> opencv::Result<Option<Place>> {
    let window = Place { roll: 0.0, ..*place };
    let cut_before = before.upright(&window, REACH, PIXELS)?;
    let cut_now = now.upright(&window, REACH, PIXELS)?;
    let pairs = followed_points(&cut_before, &cut_now)?;
    if (pairs.len() as f32) < ENOUGH * (GRID * GRID) as f32 {
        return Ok(None);
    }
    let Some(motion) = Similarity::robust(&pairs) else { return Ok(None) };
    let middle = PIXELS as f32 / 2.0;
    let (x, y) = motion.apply(middle, middle);
    let moved = cut_now.place(x, y, PIXELS as f32 / REACH * motion.scale());
    let moved = Place { roll: place.roll + motion.angle(), ..moved };
    if !(0.8..1.25).contains(&motion.scale()) || motion.angle().abs() > 0.5 {
        return Ok(None);
    }
    let alike = likeness(&face_patch(before, place)?, &face_patch(now, &moved)?)?;
    Ok((alike >= ALIKE).then_some(moved))
}

/// The face at `place`, upright and small, for [`likeness`].
pub fn face_patch(pictures: &Pictures, place: &Place) -> opencv::Result<Mat> {
    Ok(pictures.upright(place, 1.0, COMPARED)?.grey)
}

/// Correlation of two pictures of the same size, -1 to 1; 0 when one of them is flat.
pub fn likeness(a: &Mat, b: &Mat) -> opencv::Result<f32> {
    let (a, b) = (a.data_bytes()?, b.data_bytes()?);
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
    Ok(if norm > 0.0 { both / norm } else { 0.0 })
}

type Pair = (Point2f, Point2f);

fn followed_points(before: &Cut, now: &Cut) -> opencv::Result<Vec<Pair>> {
    let face = PIXELS as f32 / REACH * INNER;
    let first = (PIXELS as f32 - face) / 2.0;
    let step = face / (GRID - 1) as f32;
    let start: Vector<Point2f> = (0..GRID * GRID)
        .map(|index| {
            let (column, row) = ((index % GRID) as f32, (index / GRID) as f32);
            Point2f::new(first + column * step, first + row * step)
        })
        .collect();
    let (there, there_found) = flow(&before.grey, &now.grey, &start)?;
    let (back, back_found) = flow(&now.grey, &before.grey, &there)?;
    let mut pairs = Vec::new();
    for index in 0..start.len() {
        let (from, to, returned) = (start.get(index)?, there.get(index)?, back.get(index)?);
        let found = there_found.get(index)? != 0 && back_found.get(index)? != 0;
        if found && (from.x - returned.x).hypot(from.y - returned.y) <= THERE_AND_BACK {
            pairs.push((from, to));
        }
    }
    Ok(pairs)
}

fn flow(
    from: &Mat,
    to: &Mat,
    points: &Vector<Point2f>,
) -> opencv::Result<(Vector<Point2f>, Vector<u8>)> {
    let mut moved = Vector::<Point2f>::new();
    let mut found = Vector::<u8>::new();
    let mut errors = Vector::<f32>::new();
    let enough = TermCriteria::new(
        TermCriteria_Type::COUNT as i32 + TermCriteria_Type::EPS as i32,
        10,
        0.03,
    )?;
    let window = Size::new(13, 13);
    video::calc_optical_flow_pyr_lk(
        from,
        to,
        points,
        &mut moved,
        &mut found,
        &mut errors,
        window,
        2,
        enough,
        0,
        1e-3,
    )?;
    Ok((moved, found))
}

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
        let (fx, fy) = (mean(|pair| pair.0.x), mean(|pair| pair.0.y));
        let (tx, ty) = (mean(|pair| pair.1.x), mean(|pair| pair.1.y));
        let (mut along, mut across, mut spread) = (0.0, 0.0, 0.0);
        for (from, to) in pairs {
            let (px, py, qx, qy) = (from.x - fx, from.y - fy, to.x - tx, to.y - ty);
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
        let (x, y) = self.apply(pair.0.x, pair.0.y);
        (x - pair.1.x).hypot(y - pair.1.y)
    }

    fn scale(&self) -> f32 {
        self.a.hypot(self.b)
    }

    fn angle(&self) -> f32 {
        self.b.atan2(self.a)
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
                let to =
                    Point2f::new(scale * (cos * x - sin * y) + 3.0, scale * (sin * x + cos * y));
                (Point2f::new(x, y), to)
            })
            .collect();
        for pair in pairs.iter_mut().step_by(9) {
            pair.1.x += 20.0;
        }
        let motion = Similarity::robust(&pairs).expect("enough points");
        assert!((motion.angle() - angle).abs() < 0.02, "{motion:?}");
        assert!((motion.scale() - scale).abs() < 0.02, "{motion:?}");
    }

    #[test]
    fn points_in_one_place_give_nothing() {
        let pairs = [(Point2f::new(1.0, 1.0), Point2f::new(2.0, 1.0)); 5];
        assert!(Similarity::robust(&pairs).is_none());
        assert!(Similarity::robust(&[]).is_none());
    }
}

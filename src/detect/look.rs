//! A close look at one place: is it a face, where exactly, and how far does it lean?

use opencv::core::{Mat, Rect, Size, Vector};
use opencv::objdetect::CascadeClassifier;
use opencv::prelude::*;

use super::pictures::{Pictures, Place, mirrored};
use crate::detect::Evidence;

/// How large the expected face is in the small picture that is looked at, in pixels.
///
/// Below twice the cascade's window (20 pixels) OpenCV looks at every second position only, which
/// is a quarter of the work, and enough where every hit counts.
const FACE_PIXELS: f32 = 36.0;
/// How far it is looked, in sides of the expected face.
const REACH: f32 = 1.8;
/// The picture is looked at turned by this much to either side, too, in radians: the cascade bears
/// about as much.
const ROLL_STEP: f32 = 0.26;
/// Sizes that are looked for, in units of the expected one.
const SIZES: (f32, f32) = (0.75, 1.35);
/// Ratio of neighbouring sizes.
const SIZE_STEP: f64 = 1.1;
/// A frontal face with fewer hits is looked at from the side, too.
const CLEAR_FRONTAL: f32 = 14.0;
/// What a hit of the profile cascade is worth in hits of the frontal one: it is quicker to agree.
const PROFILE_WORTH: f32 = 0.4;

/// The frame of `alt2` in units of the default cascade's, which is the one that is reported:
/// side, and how far its middle lies beside that of the default one. Measured on tilted, small and
/// half-turned faces where both find them.
const ALT2_FRAME: (f32, f32) = (0.96, 0.0);
/// The same of the profile cascade, which looks at faces turned to the left of the picture.
const PROFILE_FRAME: (f32, f32) = (1.09, 0.14);

/// What a look found.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Where the face is.
    pub place: Place,
    /// Weighted number of hits: how clearly it is one.
    pub strength: f32,
    /// Which classifier says so more.
    pub evidence: Evidence,
    /// The side it was found from, if it was looked at from the side.
    pub side: Option<Side>,
}

/// Which way a head is turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// As the profile cascade knows it.
    Plain,
    /// The other way: found in the mirror.
    Mirrored,
}

/// The cascades that are used close by.
pub struct Looker {
    frontal: CascadeClassifier,
    profile: CascadeClassifier,
    rects: Vector<Rect>,
}

#[derive(Default)]
struct Hits {
    count: f32,
    x: f32,
    y: f32,
    log_side: f32,
    roll: f32,
}

impl Hits {
    fn add(&mut self, place: &Place, weight: f32) {
        self.count += weight;
        self.x += place.x * weight;
        self.y += place.y * weight;
        self.log_side += place.side.max(1.0).ln() * weight;
        self.roll += place.roll * weight;
    }

    fn mean(&self) -> Option<Place> {
        (self.count > 0.0).then(|| Place {
            x: self.x / self.count,
            y: self.y / self.count,
            side: (self.log_side / self.count).exp(),
            roll: self.roll / self.count,
        })
    }
}

impl Looker {
    /// Looks with these cascades: `alt2`, which hardly ever mistakes anything for a face, and the
    /// one for profiles.
    pub fn new(frontal: CascadeClassifier, profile: CascadeClassifier) -> Self {
        Self { frontal, profile, rects: Vector::new() }
    }

    /// Looks for a face near `place`. `side` is where it was seen from before.
    pub fn look(
        &mut self,
        pictures: &Pictures,
        place: &Place,
        side: Option<Side>,
    ) -> opencv::Result<Option<Look>> {
        let pixels = (FACE_PIXELS * REACH).round() as i32;
        let mut cuts = Vec::with_capacity(3);
        let mut frontal = Hits::default();
        for turn in [-ROLL_STEP, 0.0, ROLL_STEP] {
            let cut =
                pictures.upright(&Place { roll: place.roll + turn, ..*place }, REACH, pixels)?;
            hits(&mut self.frontal, &cut.grey, &mut self.rects)?;
            for rect in &self.rects {
                let (x, y, side) = framed(rect, ALT2_FRAME);
                frontal.add(&cut.place(x, y, side), 1.0);
            }
            cuts.push(cut);
        }
        let mut all = frontal;
        let frontal_count = all.count;
        let mut best_side = None;
        let mut profile_count = 0.0;
        if frontal_count < CLEAR_FRONTAL {
            let mut best: Option<(Side, Hits)> = None;
            for candidate in [Side::Plain, Side::Mirrored] {
                if side.is_some_and(|side| side != candidate) {
                    continue;
                }
                let mut found = Hits::default();
                for cut in &cuts {
                    self.look_from(candidate, cut, &mut found)?;
                }
                if best.as_ref().is_none_or(|(_, best)| found.count > best.count) {
                    best = Some((candidate, found));
                }
            }
            if let Some((candidate, found)) = best.filter(|(_, found)| found.count > 0.0) {
                profile_count = found.count;
                best_side = Some(candidate);
                all.count += found.count * PROFILE_WORTH;
                all.x += found.x * PROFILE_WORTH;
                all.y += found.y * PROFILE_WORTH;
                all.log_side += found.log_side * PROFILE_WORTH;
                all.roll += found.roll * PROFILE_WORTH;
            }
        }
        Ok(all.mean().map(|place| Look {
            place,
            strength: all.count,
            evidence: if profile_count * PROFILE_WORTH > frontal_count {
                Evidence::Profile
            } else {
                Evidence::Frontal
            },
            side: best_side,
        }))
    }

    fn look_from(
        &mut self,
        side: Side,
        cut: &super::pictures::Cut,
        found: &mut Hits,
    ) -> opencv::Result<()> {
        let mirror = match side {
            Side::Plain => None,
            Side::Mirrored => Some(mirrored(&cut.grey)?),
        };
        let picture = mirror.as_ref().unwrap_or(&cut.grey);
        hits(&mut self.profile, picture, &mut self.rects)?;
        for rect in &self.rects {
            let (x, y, size) = framed(rect, PROFILE_FRAME);
            let x = if side == Side::Mirrored { picture.cols() as f32 - x } else { x };
            found.add(&cut.place(x, y, size), 1.0);
        }
        Ok(())
    }
}

/// Middle and side in the default cascade's frame.
fn framed(rect: Rect, (side_ratio, offset): (f32, f32)) -> (f32, f32, f32) {
    let side = rect.width as f32 / side_ratio;
    let x = rect.x as f32 + rect.width as f32 / 2.0 - offset * side;
    (x, rect.y as f32 + rect.height as f32 / 2.0, side)
}

fn hits(
    cascade: &mut CascadeClassifier,
    grey: &Mat,
    rects: &mut Vector<Rect>,
) -> opencv::Result<()> {
    let side = |factor: f32| {
        let side = (FACE_PIXELS * factor).round() as i32;
        Size::new(side, side)
    };
    // No neighbours asked for: every hit counts, and their number is how sure it is.
    cascade.detect_multi_scale(grey, rects, SIZE_STEP, 0, 0, side(SIZES.0), side(SIZES.1))
}

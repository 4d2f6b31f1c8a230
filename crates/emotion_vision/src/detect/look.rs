//! A close look at one place: is it a face, where exactly, and how far does it lean?

use super::engine::{CascadeEngine, EngineError, Role};
use super::pictures::{Cut, Pictures, Place};
use crate::detect::FoundBy;
use crate::haar::{Hit, Sizes};
use crate::math;

/// How large the expected face is in the small picture that is looked at, in pixels.
///
/// Below twice the cascade's window (20 pixels) only every second position is looked at, which is a
/// quarter of the work, and enough where every hit counts.
const FACE_PIXELS: f32 = 36.0;
/// A frontal face with fewer hits is looked at from the side, too.
const CLEAR_FRONTAL: f32 = 14.0;
/// A face that was seen from the side is looked at from there when it has fewer frontal hits.
const STILL_FRONTAL: f32 = 8.0;
/// Ratio of neighbouring sizes.
const SIZE_STEP: f64 = 1.1;
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
    pub found_by: FoundBy,
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

/// Looks closely, and keeps the memory for it.
#[derive(Default)]
pub struct Looker {
    cuts: [Cut; 3],
    mirror: Cut,
    hits: Vec<Hit>,
}

/// The sum of places.
#[derive(Default, Clone, Copy)]
struct Hits {
    count: f32,
    x: f32,
    y: f32,
    log_side: f32,
    roll: f32,
}

impl Hits {
    fn add(&mut self, place: &Place) {
        self.count += 1.0;
        self.x += place.x;
        self.y += place.y;
        self.log_side += math::ln(place.side.max(1.0));
        self.roll += place.roll;
    }

    fn add_weighted(&mut self, other: &Self, weight: f32) {
        self.count += other.count * weight;
        self.x += other.x * weight;
        self.y += other.y * weight;
        self.log_side += other.log_side * weight;
        self.roll += other.roll * weight;
    }

    fn mean(&self) -> Option<Place> {
        (self.count > 0.0).then(|| Place {
            x: self.x / self.count,
            y: self.y / self.count,
            side: math::exp(self.log_side / self.count),
            roll: self.roll / self.count,
        })
    }
}

impl Looker {
    /// Looks for a face near `place`, turned both ways and from both sides unless it is clear.
    pub fn look(
        &mut self,
        engine: &mut dyn CascadeEngine,
        pictures: &Pictures,
        place: &Place,
    ) -> Result<Option<Look>, EngineError> {
        let frontal = self.full_frontal_hits(engine, pictures, place)?;
        if frontal.count >= CLEAR_FRONTAL {
            return Ok(Look::new(&FULL, frontal, Hits::default(), None));
        }
        let plain = self.profile_hits(engine, &FULL, FULL_TURNS.len(), Side::Plain)?;
        let mirrored = self.profile_hits(engine, &FULL, FULL_TURNS.len(), Side::Mirrored)?;
        Ok(if plain.count >= mirrored.count {
            Look::new(&FULL, frontal, plain, Some(Side::Plain))
        } else {
            Look::new(&FULL, frontal, mirrored, Some(Side::Mirrored))
        })
    }

    /// Looks for a face near `place`, turned both ways, from the front alone.
    pub fn look_from_front(
        &mut self,
        engine: &mut dyn CascadeEngine,
        pictures: &Pictures,
        place: &Place,
    ) -> Result<Option<Look>, EngineError> {
        let frontal = self.full_frontal_hits(engine, pictures, place)?;
        Ok(Look::new(&FULL, frontal, Hits::default(), None))
    }

    /// Looks for a face that was at `place` a moment ago, seen from `side` if not from the front.
    pub fn glance(
        &mut self,
        engine: &mut dyn CascadeEngine,
        pictures: &Pictures,
        place: &Place,
        side: Option<Side>,
    ) -> Result<Option<Look>, EngineError> {
        let turns = [-GLANCE.turn, GLANCE.turn];
        for (cut, turn) in self.cuts.iter_mut().zip(turns) {
            GLANCE.cut(pictures, place, turn, cut);
        }
        let frontal = self.frontal_hits(engine, &GLANCE, turns.len())?;
        let Some(side) = side.filter(|_| frontal.count < STILL_FRONTAL) else {
            return Ok(Look::new(&GLANCE, frontal, Hits::default(), None));
        };
        // The profile cascade bears more lean, so one picture is enough.
        let [straight, ..] = &mut self.cuts;
        GLANCE.cut(pictures, place, 0.0, straight);
        let profile = self.profile_hits(engine, &GLANCE, 1, side)?;
        Ok(Look::new(&GLANCE, frontal, profile, Some(side)))
    }

    /// Turns the cuts all ways around `place`, and gives the hits of the strict frontal cascade in them.
    fn full_frontal_hits(
        &mut self,
        engine: &mut dyn CascadeEngine,
        pictures: &Pictures,
        place: &Place,
    ) -> Result<Hits, EngineError> {
        for (cut, turn) in self.cuts.iter_mut().zip(FULL_TURNS) {
            FULL.cut(pictures, place, turn, cut);
        }
        self.frontal_hits(engine, &FULL, FULL_TURNS.len())
    }

    /// The hits of the strict frontal cascade in the first `count` cuts.
    fn frontal_hits(
        &mut self,
        engine: &mut dyn CascadeEngine,
        effort: &Effort,
        count: usize,
    ) -> Result<Hits, EngineError> {
        let mut found = Hits::default();
        for cut in &mut self.cuts[..count] {
            engine.search(Role::FrontalStrict, cut, &effort.face_sizes(), &mut self.hits)?;
            for hit in &self.hits {
                let (x, y, side) = framed(hit, ALT2_FRAME);
                found.add(&cut.place(x, y, side));
            }
        }
        Ok(found)
    }

    /// The hits of the profile cascade in the first `count` cuts, or in their mirror images.
    fn profile_hits(
        &mut self,
        engine: &mut dyn CascadeEngine,
        effort: &Effort,
        count: usize,
        side: Side,
    ) -> Result<Hits, EngineError> {
        let mut found = Hits::default();
        for cut in &mut self.cuts[..count] {
            let searched = match side {
                Side::Plain => &mut *cut,
                Side::Mirrored => {
                    self.mirror.set_mirrored(cut);
                    &mut self.mirror
                }
            };
            engine.search(Role::Profile, searched, &effort.face_sizes(), &mut self.hits)?;
            for hit in &self.hits {
                let (x, y, size) = framed(hit, PROFILE_FRAME);
                let x = if side == Side::Mirrored { cut.grey().width() as f32 - x } else { x };
                found.add(&cut.place(x, y, size));
            }
        }
        Ok(found)
    }
}

impl Look {
    fn new(effort: &Effort, frontal: Hits, profile: Hits, side: Option<Side>) -> Option<Self> {
        let mut all = frontal;
        all.add_weighted(&profile, PROFILE_WORTH);
        let by_profile = profile.count * PROFILE_WORTH > frontal.count;
        Some(Self {
            place: all.mean()?,
            strength: all.count * effort.worth,
            found_by: if by_profile { FoundBy::Profile } else { FoundBy::Frontal },
            side: side.filter(|_| profile.count > 0.0),
        })
    }
}

/// Middle and side in the default cascade's frame.
fn framed(hit: &Hit, (side_ratio, offset): (f32, f32)) -> (f32, f32, f32) {
    let side = hit.width as f32 / side_ratio;
    let x = hit.x as f32 + hit.width as f32 / 2.0 - offset * side;
    (x, hit.y as f32 + hit.height as f32 / 2.0, side)
}

/// How thoroughly is looked.
struct Effort {
    /// The picture is turned by this much to either side, in radians.
    turn: f32,
    /// How far it is looked, in sides of the expected face.
    reach: f32,
    /// The smallest and the largest face, in sides of the expected one.
    sizes: (f32, f32),
    /// What a hit is worth: where fewer are possible, each says more.
    worth: f32,
}

/// The frontal cascade bears about 15 degrees, so these reach 30 to both sides.
const FULL: Effort = Effort { turn: 0.26, reach: 1.8, sizes: (0.75, 1.35), worth: 1.0 };
const FULL_TURNS: [f32; 3] = [-FULL.turn, 0.0, FULL.turn];
/// A known face neither turns nor moves far from one frame to the next.
const GLANCE: Effort = Effort { turn: 0.15, reach: 1.6, sizes: (0.8, 1.25), worth: 1.5 };

impl Effort {
    fn cut(&self, pictures: &Pictures, place: &Place, turn: f32, cut: &mut Cut) {
        let turned = Place { roll: place.roll + turn, ..*place };
        let pixels = (FACE_PIXELS * self.reach).round() as usize;
        pictures.cut_upright(&turned, self.reach, pixels, cut);
    }

    fn face_sizes(&self) -> Sizes {
        let side = |factor: f32| (FACE_PIXELS * factor).round() as usize;
        Sizes { step: SIZE_STEP, smallest: side(self.sizes.0), largest: side(self.sizes.1) }
    }
}

//! Searching the whole picture for faces that nobody knows of yet, a little in every frame.

use super::engine::{CascadeEngine, EngineError, Role};
use super::look::Side;
use super::pictures::{Cut, Pictures, Place};
use crate::haar::{Hit, Sizes};

/// Size of the default cascade's window; the smallest face of a search has this size in its picture.
///
/// Each picture is searched for sizes up to twice that only, and larger faces in a smaller picture:
/// there every second position is looked at, at a quarter of the cost.
pub const WINDOW: usize = 24;
/// Ratio of neighbouring sizes in a search.
const SIZE_STEP: f64 = 1.2;
/// The smallest face that is searched for everywhere, as a part of the picture's shorter side.
const SMALLEST: f32 = 1.0 / 8.0;
/// Faces from half that size are searched for in strips, this many of them.
const STRIPS: usize = 4;
/// Two hits belong to one candidate when their middles are closer than this, in sides.
const SAME: f32 = 0.35;
/// The most candidates that one pass may give: each costs a look.
const MOST_CANDIDATES: usize = 6;
/// The same for a picture of its own, which has all the time it needs.
const MOST_STILL_CANDIDATES: usize = 500;
/// A picture's edges are repeated for faces from this part of its shorter side on.
const LARGE: f32 = 0.4;
/// By this part of its shorter side.
const MARGIN: f32 = 0.4;

/// One pass over the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pass {
    /// Faces seen from the front that lean by this much, in radians.
    Frontal(f32),
    /// Faces seen from the side.
    Profile(Side),
    /// Small upright faces in one of several strips.
    Small(usize),
}

/// One pass over a picture of its own. Sizes are in work pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum StillPass {
    /// Faces that fill the picture and lean by this much, in radians.
    Large(f32),
    /// The same seen from the side.
    LargeProfile(Side),
    /// Smaller upright faces, from this size on.
    Upright(f32),
    /// Faces that lean by this much, in radians, from this size on.
    Leaning(f32, f32),
    /// Faces seen from the side, from this size on.
    Profile(Side, f32),
    /// Upright faces from [`WINDOW`] to this size.
    Small(f32),
}

impl StillPass {
    /// Whether it is for faces seen from the side.
    pub const fn is_profile(self) -> bool {
        matches!(self, Self::Profile(..) | Self::LargeProfile(_))
    }
}

/// A quarter of a right angle and a bit: heads lean between these as far as the cascade bears.
pub const LEAN: f32 = 0.44;

/// The passes in their order. Upright ones are every second: most heads are.
const ROUND: [Pass; 20] = {
    const UPRIGHT: Pass = Pass::Frontal(0.0);
    [
        UPRIGHT,
        Pass::Frontal(LEAN),
        UPRIGHT,
        Pass::Frontal(-LEAN),
        UPRIGHT,
        Pass::Small(0),
        UPRIGHT,
        Pass::Profile(Side::Plain),
        UPRIGHT,
        Pass::Small(1),
        UPRIGHT,
        Pass::Frontal(2.0 * LEAN),
        UPRIGHT,
        Pass::Frontal(-2.0 * LEAN),
        UPRIGHT,
        Pass::Small(2),
        UPRIGHT,
        Pass::Profile(Side::Mirrored),
        UPRIGHT,
        Pass::Small(3),
    ]
};

/// All ways a head can lean, for a picture of which nothing is known.
pub const FULL_SEARCH: [Pass; 5] = [
    Pass::Frontal(0.0),
    Pass::Frontal(LEAN),
    Pass::Frontal(-LEAN),
    Pass::Frontal(2.0 * LEAN),
    Pass::Frontal(-2.0 * LEAN),
];

/// Small faces, everywhere.
pub const SMALL_FACES: [Pass; STRIPS] =
    [Pass::Small(0), Pass::Small(1), Pass::Small(2), Pass::Small(3)];

impl Pass {
    /// What it costs, in units of an upright pass over the whole picture (measured).
    pub const fn cost(self) -> f32 {
        match self {
            Self::Frontal(roll) => {
                if roll == 0.0 {
                    1.0
                } else {
                    1.6
                }
            }
            Self::Profile(_) => 2.6,
            Self::Small(_) => 1.0,
        }
    }
}

/// Decides which passes run in a frame, within a cost budget.
pub struct Schedule {
    next: usize,
    credit: f32,
}

impl Schedule {
    /// Starts a round.
    pub const fn new() -> Self {
        Self { next: 0, credit: 0.0 }
    }

    /// The passes to make in this frame with `income` more units to spend.
    pub fn passes(&mut self, income: f32) -> Vec<Pass> {
        self.credit = (self.credit + income).min(4.0);
        let mut passes = Vec::new();
        while let Some(pass) = ROUND.get(self.next % ROUND.len()).copied() {
            if pass.cost() > self.credit || passes.contains(&pass) {
                break;
            }
            self.credit -= pass.cost();
            self.next = (self.next + 1) % ROUND.len();
            passes.push(pass);
        }
        passes
    }

    /// Takes the cost of something else off the budget.
    pub fn spend(&mut self, cost: f32) {
        self.credit = (self.credit - cost).max(-4.0);
    }
}

/// A place that may be a face.
#[derive(Debug, Clone, Copy)]
pub struct Candidate {
    /// Where.
    pub place: Place,
    /// How many hits point it out.
    pub hits: f32,
}

/// Searches from afar, and keeps the memory for it.
#[derive(Default)]
pub struct Searcher {
    cut: Cut,
    mirror: Cut,
    hits: Vec<Hit>,
}

impl Searcher {
    /// Places that may be faces, the clearest first; most of them are not.
    pub fn search(
        &mut self,
        engine: &mut dyn CascadeEngine,
        pictures: &Pictures,
        pass: Pass,
    ) -> Result<Vec<Candidate>, EngineError> {
        let (width, height) = pictures.size();
        let smallest = (SMALLEST * width.min(height)).max(WINDOW as f32);
        let mut candidates = Vec::new();
        match pass {
            Pass::Frontal(roll) => {
                self.search_all(engine, pictures, roll, None, &mut candidates)?;
            }
            Pass::Profile(side) => {
                self.search_all(engine, pictures, 0.0, Some(side), &mut candidates)?;
            }
            Pass::Small(strip) => {
                let scale = (2.0 * WINDOW as f32 / smallest).min(1.0);
                let strip_width = width / STRIPS as f32;
                let center = (strip_width * (strip as f32 + 0.5), height / 2.0);
                // Strips overlap by a face, so that none is cut in two.
                let size = (strip_width + smallest, height);
                pictures.cut_turned(center, size, 0.0, scale, &mut self.cut);
                self.search_cut(engine, None, &mut candidates)?;
            }
        }
        Ok(clearest(candidates, MOST_CANDIDATES))
    }

    /// Places in a picture of its own that may be faces, the clearest first.
    pub fn search_still(
        &mut self,
        engine: &mut dyn CascadeEngine,
        pictures: &Pictures,
        pass: StillPass,
    ) -> Result<Vec<Candidate>, EngineError> {
        let (width, height) = pictures.size();
        let shorter = width.min(height);
        let all = f32::INFINITY;
        let found = &mut Vec::new();
        match pass {
            StillPass::Large(roll) => self.search_large(engine, pictures, (roll, None), found)?,
            StillPass::LargeProfile(side) => {
                self.search_large(engine, pictures, (0.0, Some(side)), found)?;
            }
            StillPass::Upright(from) => {
                let sizes = (from, LARGE * shorter);
                self.search_sizes(engine, pictures, (0.0, None), sizes, found)?;
            }
            StillPass::Leaning(roll, from) => {
                self.search_sizes(engine, pictures, (roll, None), (from, all), found)?;
            }
            StillPass::Profile(side, from) => {
                self.search_sizes(engine, pictures, (0.0, Some(side)), (from, all), found)?;
            }
            StillPass::Small(to) => {
                let sizes = (WINDOW as f32, to);
                self.search_sizes(engine, pictures, (0.0, None), sizes, found)?;
            }
        }
        Ok(clearest(std::mem::take(found), MOST_STILL_CANDIDATES))
    }

    /// Searches for faces that fill the picture. They have no room around them, which the cascades
    /// want, so its edges are repeated.
    fn search_large(
        &mut self,
        engine: &mut dyn CascadeEngine,
        pictures: &Pictures,
        (roll, side): (f32, Option<Side>),
        candidates: &mut Vec<Candidate>,
    ) -> Result<(), EngineError> {
        let (width, height) = pictures.size();
        let shorter = width.min(height);
        let scale = WINDOW as f32 / (LARGE * shorter);
        pictures.cut_extended(MARGIN * shorter, roll, scale.min(1.0), &mut self.cut);
        let sizes = Sizes { step: SIZE_STEP, smallest: WINDOW, largest: WINDOW * 3 };
        self.search_cut_for(engine, side, &sizes, candidates)
    }

    /// Searches the whole picture, in as many sizes as it holds.
    fn search_all(
        &mut self,
        engine: &mut dyn CascadeEngine,
        pictures: &Pictures,
        roll: f32,
        side: Option<Side>,
        candidates: &mut Vec<Candidate>,
    ) -> Result<(), EngineError> {
        let (width, height) = pictures.size();
        let smallest = SMALLEST * width.min(height);
        let sizes = (smallest, f32::INFINITY);
        self.search_sizes(engine, pictures, (roll, side), sizes, candidates)
    }

    /// Searches the whole picture, in as many sizes as it holds between these, in work pixels.
    fn search_sizes(
        &mut self,
        engine: &mut dyn CascadeEngine,
        pictures: &Pictures,
        (roll, side): (f32, Option<Side>),
        (smallest, largest): (f32, f32),
        candidates: &mut Vec<Candidate>,
    ) -> Result<(), EngineError> {
        let (width, height) = pictures.size();
        let shorter = width.min(height);
        let window = WINDOW as f32;
        let mut scale = window / smallest.max(window);
        while shorter.min(largest) * scale >= window {
            let center = (width / 2.0, height / 2.0);
            pictures.cut_turned(center, (width, height), roll, scale, &mut self.cut);
            let largest = ((largest * scale) as usize).min(2 * WINDOW);
            let sizes = Sizes { step: SIZE_STEP, smallest: WINDOW, largest };
            self.search_cut_for(engine, side, &sizes, candidates)?;
            scale /= 2.0;
        }
        Ok(())
    }

    fn search_cut(
        &mut self,
        engine: &mut dyn CascadeEngine,
        side: Option<Side>,
        candidates: &mut Vec<Candidate>,
    ) -> Result<(), EngineError> {
        let sizes = Sizes { step: SIZE_STEP, smallest: WINDOW, largest: 2 * WINDOW };
        self.search_cut_for(engine, side, &sizes, candidates)
    }

    fn search_cut_for(
        &mut self,
        engine: &mut dyn CascadeEngine,
        side: Option<Side>,
        sizes: &Sizes,
        candidates: &mut Vec<Candidate>,
    ) -> Result<(), EngineError> {
        let is_mirrored = side == Some(Side::Mirrored);
        let searched = if is_mirrored {
            self.mirror.set_mirrored(&self.cut);
            &mut self.mirror
        } else {
            &mut self.cut
        };
        let role = if side.is_some() { Role::Profile } else { Role::Frontal };
        engine.search(role, searched, sizes, &mut self.hits)?;
        let width = searched.grey().width() as f32;
        for hit in &self.hits {
            let x = hit.x as f32 + hit.width as f32 / 2.0;
            let x = if is_mirrored { width - x } else { x };
            let y = hit.y as f32 + hit.height as f32 / 2.0;
            gather(candidates, self.cut.place(x, y, hit.width as f32));
        }
        Ok(())
    }
}

/// Up to `most` candidates, the clearest first.
fn clearest(mut candidates: Vec<Candidate>, most: usize) -> Vec<Candidate> {
    candidates.sort_by(|a, b| b.hits.total_cmp(&a.hits));
    candidates.truncate(most);
    candidates
}

/// Adds a hit to the candidate it belongs to, or makes it one.
fn gather(candidates: &mut Vec<Candidate>, place: Place) {
    let near = candidates.iter_mut().find(|candidate| {
        let ratio = candidate.place.side / place.side;
        candidate.place.distance(&place) < SAME && (0.6..1.7).contains(&ratio)
    });
    let Some(candidate) = near else {
        candidates.push(Candidate { place, hits: 1.0 });
        return;
    };
    candidate.hits += 1.0;
    let part = 1.0 / candidate.hits;
    let mean = &mut candidate.place;
    mean.x += (place.x - mean.x) * part;
    mean.y += (place.y - mean.y) * part;
    mean.side += (place.side - mean.side) * part;
}

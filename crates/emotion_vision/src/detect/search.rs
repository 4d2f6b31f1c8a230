//! Searching the whole picture for faces that nobody knows of yet, a little in every frame.

use opencv::core::{Rect, Size, Vector};
use opencv::objdetect::CascadeClassifier;
use opencv::prelude::*;

use super::look::Side;
use super::pictures::{Cut, Pictures, Place, mirrored};

/// Size of the cascades' windows; the smallest face of a search has this size in its picture.
///
/// Each picture is searched for sizes up to twice that only, and larger faces in a smaller picture:
/// OpenCV looks at every second position there, at a quarter of the cost.
const WINDOW: i32 = 24;
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

/// A quarter of a right angle and a bit: heads lean between these as far as the cascade bears.
const LEAN: f32 = 0.44;

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

/// Whose turn it is, and the means to pay for it.
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

    /// Pays for something else.
    pub fn spend(&mut self, cost: f32) {
        self.credit = (self.credit - cost).max(-4.0);
    }
}

/// A place that may be a face.
#[derive(Debug, Clone, Copy)]
pub struct Candidate {
    /// Where.
    pub place: Place,
    hits: f32,
}

/// The cascades that are used from afar.
pub struct Searcher {
    frontal: CascadeClassifier,
    profile: CascadeClassifier,
    rects: Vector<Rect>,
}

impl Searcher {
    /// Searches with these cascades: the default frontal one is the quickest and misses least.
    pub fn new(frontal: CascadeClassifier, profile: CascadeClassifier) -> Self {
        Self { frontal, profile, rects: Vector::new() }
    }

    /// Places that may be faces, the clearest first; most of them are not.
    pub fn search(&mut self, pictures: &Pictures, pass: Pass) -> opencv::Result<Vec<Candidate>> {
        let (width, height) = pictures.size();
        let whole = (width / 2.0, height / 2.0);
        let smallest = (SMALLEST * width.min(height)).max(WINDOW as f32);
        let mut candidates = Vec::new();
        let mut everywhere = |roll: f32, side: Option<Side>| -> opencv::Result<()> {
            let mut scale = WINDOW as f32 / smallest;
            while width.min(height) * scale >= WINDOW as f32 {
                let cut = pictures.turned(whole, (width, height), roll, scale)?;
                self.search_cut(&cut, side, &mut candidates)?;
                scale /= 2.0;
            }
            Ok(())
        };
        match pass {
            Pass::Frontal(roll) => everywhere(roll, None)?,
            Pass::Profile(side) => everywhere(0.0, Some(side))?,
            Pass::Small(strip) => {
                let scale = (2.0 * WINDOW as f32 / smallest).min(1.0);
                let strip_width = width / STRIPS as f32;
                let center = (strip_width * (strip as f32 + 0.5), height / 2.0);
                // Strips overlap by a face, so that none is cut in two.
                let cut = pictures.turned(center, (strip_width + smallest, height), 0.0, scale)?;
                self.search_cut(&cut, None, &mut candidates)?;
            }
        }
        candidates.sort_by(|a, b| b.hits.total_cmp(&a.hits));
        candidates.truncate(MOST_CANDIDATES);
        Ok(candidates)
    }

    fn search_cut(
        &mut self,
        cut: &Cut,
        side: Option<Side>,
        candidates: &mut Vec<Candidate>,
    ) -> opencv::Result<()> {
        let mirror = match side {
            Some(Side::Mirrored) => Some(mirrored(&cut.grey)?),
            _ => None,
        };
        let picture = mirror.as_ref().unwrap_or(&cut.grey);
        let cascade = if side.is_some() { &mut self.profile } else { &mut self.frontal };
        let (smallest, largest) = (Size::new(WINDOW, WINDOW), Size::new(2 * WINDOW, 2 * WINDOW));
        cascade.detect_multi_scale(picture, &mut self.rects, SIZE_STEP, 0, 0, smallest, largest)?;
        let mut rects = self.rects.to_vec();
        // OpenCV searches in threads, which give their hits in any order.
        rects.sort_by_key(|rect| (rect.width, rect.y, rect.x));
        for rect in rects {
            let x = rect.x as f32 + rect.width as f32 / 2.0;
            let x = if mirror.is_some() { picture.cols() as f32 - x } else { x };
            let y = rect.y as f32 + rect.height as f32 / 2.0;
            gather(candidates, cut.place(x, y, rect.width as f32));
        }
        Ok(())
    }
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

//! Faces in a picture of its own: what is cheap is searched first, the rest where it found nothing.

use super::engine::{CascadeEngine, EngineError};
use super::look::{Look, Looker, Side};
use super::pictures::Pictures;
use super::search::{Candidate, LEAN, Searcher, StillPass, WINDOW};

/// A face is reported from this evidence on: there is no next frame to be surer.
const SURE: f32 = 12.0;
/// The same of a face that fills the picture: there are few places for it, so chance has few tries.
const SURE_LARGE: f32 = 4.0;
/// Faces up to the one part of the picture's shorter side need the first, from the other on the
/// second; between them what is needed falls.
const SMALL: f32 = 0.3;
const LARGE: f32 = 0.5;
/// What a hit from afar is worth as evidence, in hits of a look.
const HIT_WORTH: f32 = 0.5;
/// Between these strengths a second look decides.
const DOUBTFUL: f32 = 4.0;
const CLEAR: f32 = 16.0;
/// The smallest face that is searched for first, as a part of the picture's longer side.
const USUAL: f32 = 1.0 / 16.0;
/// The same where a face fills the picture, as a part of the shorter side.
const BESIDE_LARGE: f32 = 1.0 / 8.0;
/// The smallest leaning face that is searched for beside upright ones, in sides of the smallest of these.
const BESIDE_OTHERS: f32 = 0.7;
/// Where a face leans by this much, in radians, those beside it may lean farther.
const LEANING: f32 = 0.25;
/// The smallest leaning face, and the smallest one seen from the side, when no other was found.
const ALONE: f32 = 1.0 / 7.0;
/// The same of those that lean far, and of those that lean beside others.
const FAR: f32 = 1.0 / 6.0;
/// Where a face with less than this part of the picture's shorter side is found, people stand far away,
/// and smaller ones are searched for.
const DISTANT: f32 = 1.0 / 8.0;

/// Searches one picture.
pub(super) struct StillSearch<'a> {
    engine: &'a mut dyn CascadeEngine,
    searcher: &'a mut Searcher,
    looker: &'a mut Looker,
    pictures: &'a Pictures,
    shorter: f32,
    longer: f32,
    faces: Vec<Look>,
    /// Candidates that are no faces from the front.
    doubtful: Vec<Candidate>,
}

impl<'a> StillSearch<'a> {
    pub(super) fn new(
        engine: &'a mut dyn CascadeEngine,
        searcher: &'a mut Searcher,
        looker: &'a mut Looker,
        pictures: &'a Pictures,
    ) -> Self {
        let (width, height) = pictures.size();
        Self {
            engine,
            searcher,
            looker,
            pictures,
            shorter: width.min(height),
            longer: width.max(height),
            faces: Vec::new(),
            doubtful: Vec::new(),
        }
    }

    /// The faces of the picture, from `smallest` work pixels on if it is given.
    ///
    /// Large faces come first, which take least time, then upright ones of the usual sizes. What leans,
    /// is seen from the side or is small is searched for where these found nothing, or give reason to.
    pub(super) fn find(mut self, smallest: Option<f32>) -> Result<Vec<Look>, EngineError> {
        let window = WINDOW as f32;
        self.pass(StillPass::Large(0.0))?;
        let usual =
            if self.faces.is_empty() { USUAL * self.longer } else { BESIDE_LARGE * self.shorter };
        let from = smallest.unwrap_or(usual).max(window);
        self.pass(StillPass::Upright(from))?;
        if self.faces.is_empty() {
            self.search_on()?;
        } else {
            self.search_beside()?;
        }
        if smallest.is_none() && from > window && (self.faces.is_empty() || self.is_distant()) {
            self.pass(StillPass::Small(from))?;
        }
        Ok(self.faces)
    }

    /// Searches for faces that lean beside those that were found.
    fn search_beside(&mut self) -> Result<(), EngineError> {
        let side = self.faces.iter().map(|face| face.place.side).fold(f32::INFINITY, f32::min);
        let from = (BESIDE_OTHERS * side).max(FAR * self.shorter);
        self.pass(StillPass::Leaning(LEAN, from))?;
        self.pass(StillPass::Leaning(-LEAN, from))?;
        if self.faces.iter().any(|face| face.place.roll.abs() > LEANING) {
            self.pass(StillPass::Leaning(2.0 * LEAN, from))?;
            self.pass(StillPass::Leaning(-2.0 * LEAN, from))?;
        }
        Ok(())
    }

    /// Searches in the ways that find few faces, until one does.
    fn search_on(&mut self) -> Result<(), EngineError> {
        let (near, far) = (ALONE * self.shorter, FAR * self.shorter);
        let sides = [Side::Plain, Side::Mirrored];
        let ways: [&[StillPass]; 4] = [
            &[
                StillPass::Leaning(LEAN, near),
                StillPass::Leaning(-LEAN, near),
                StillPass::Leaning(2.0 * LEAN, far),
                StillPass::Leaning(-2.0 * LEAN, far),
            ],
            &[StillPass::Large(LEAN), StillPass::Large(-LEAN)],
            &sides.map(StillPass::LargeProfile),
            &sides.map(|side| StillPass::Profile(side, near)),
        ];
        for passes in ways {
            for pass in passes {
                self.pass(*pass)?;
            }
            if self.faces.is_empty() {
                for candidate in std::mem::take(&mut self.doubtful) {
                    self.look(&candidate)?;
                }
            }
            if !self.faces.is_empty() {
                break;
            }
        }
        Ok(())
    }

    fn is_distant(&self) -> bool {
        self.faces.iter().any(|face| face.place.side < DISTANT * self.shorter)
    }

    /// Makes a pass over the picture, and adds what it points out and is a face.
    fn pass(&mut self, pass: StillPass) -> Result<(), EngineError> {
        let candidates = self.searcher.search_still(&mut *self.engine, self.pictures, pass)?;
        for candidate in &candidates {
            if pass.is_profile() {
                self.look(candidate)?;
            } else {
                self.look_from_front(candidate)?;
            }
        }
        Ok(())
    }

    /// Looks at a candidate from the front, which costs a third of looking from the sides, too.
    fn look_from_front(&mut self, candidate: &Candidate) -> Result<(), EngineError> {
        if self.is_known(candidate) {
            return Ok(());
        }
        // One hit is mostly chance.
        if candidate.hits < 2.0 {
            let place = &candidate.place;
            if self.looker.glance(&mut *self.engine, self.pictures, place, None)?.is_none() {
                return Ok(());
            }
        }
        let mut look =
            self.looker.look_from_front(&mut *self.engine, self.pictures, &candidate.place)?;
        if let Some(doubtful) = look.filter(is_doubtful) {
            look =
                self.looker.look_from_front(&mut *self.engine, self.pictures, &doubtful.place)?;
        }
        if !self.add(candidate, look) {
            self.doubtful.push(*candidate);
        }
        Ok(())
    }

    /// Looks at a candidate from all sides.
    fn look(&mut self, candidate: &Candidate) -> Result<(), EngineError> {
        if self.is_known(candidate) {
            return Ok(());
        }
        let mut look = self.looker.look(&mut *self.engine, self.pictures, &candidate.place)?;
        if let Some(doubtful) = look.filter(is_doubtful) {
            // A face becomes clearer when it is looked at straight, and chance does not.
            look = self.looker.look(&mut *self.engine, self.pictures, &doubtful.place)?;
        }
        self.add(candidate, look);
        Ok(())
    }

    fn is_known(&self, candidate: &Candidate) -> bool {
        self.faces.iter().any(|face| face.place.touches(&candidate.place))
    }

    /// Adds what a look at a candidate found, if that is a face; whether it is.
    fn add(&mut self, candidate: &Candidate, look: Option<Look>) -> bool {
        let is_face = |look: &Look| {
            let size = (look.place.side / self.shorter - SMALL) / (LARGE - SMALL);
            let needed = SURE + (SURE_LARGE - SURE) * size.clamp(0.0, 1.0);
            look.strength + HIT_WORTH * candidate.hits >= needed
        };
        let Some(look) = look.filter(is_face) else { return false };
        if !self.faces.iter().any(|face| face.place.touches(&look.place)) {
            self.faces.push(look);
        }
        true
    }
}

fn is_doubtful(look: &Look) -> bool {
    (DOUBTFUL..CLEAR).contains(&look.strength)
}

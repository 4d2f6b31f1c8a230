//! The three cascades of a detector, and what evaluates them.

use std::sync::Arc;

use super::pictures::Cut;
use crate::haar::{Cascade, CascadeSearch, Hit, Sizes};

/// Which of a detector's cascades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Faces seen from the front: quick, and misses least.
    Frontal,
    /// The same, slower and hardly ever mistaken.
    FrontalStrict,
    /// Faces seen from the side.
    Profile,
}

/// One thing for each cascade of a detector.
pub(super) struct ByRole<T> {
    pub(super) frontal: T,
    pub(super) frontal_strict: T,
    pub(super) profile: T,
}

impl<T> ByRole<T> {
    pub(super) fn get_mut(&mut self, role: Role) -> &mut T {
        match role {
            Role::Frontal => &mut self.frontal,
            Role::FrontalStrict => &mut self.frontal_strict,
            Role::Profile => &mut self.profile,
        }
    }
}

/// Evaluates the cascades of a [`HaarDetector`](super::HaarDetector). Every engine gives the same hits.
pub trait CascadeEngine: Send {
    /// Puts all hits of a cascade in a picture into `hits`, in the order of [`sort_hits`].
    ///
    /// # Errors
    /// [`EngineError`] when the engine's library fails.
    fn search(
        &mut self,
        role: Role,
        cut: &mut Cut,
        sizes: &Sizes,
        hits: &mut Vec<Hit>,
    ) -> Result<(), EngineError>;
}

/// Brings hits into the order that every engine gives them in: small ones first, each size row by row.
pub fn sort_hits(hits: &mut [Hit]) {
    hits.sort_unstable_by_key(|hit| (hit.width, hit.y, hit.x, hit.height));
}

/// What an engine's library says when it fails.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct EngineError(pub String);

/// Evaluates them in Rust.
pub(super) struct RustEngine(ByRole<CascadeSearch>);

impl RustEngine {
    pub(super) fn new(frontal: Cascade, frontal_strict: Cascade, profile: Cascade) -> Self {
        let search = |cascade| CascadeSearch::new(Arc::new(cascade));
        Self(ByRole {
            frontal: search(frontal),
            frontal_strict: search(frontal_strict),
            profile: search(profile),
        })
    }
}

impl CascadeEngine for RustEngine {
    fn search(
        &mut self,
        role: Role,
        cut: &mut Cut,
        sizes: &Sizes,
        hits: &mut Vec<Hit>,
    ) -> Result<(), EngineError> {
        let cascade = self.0.get_mut(role);
        hits.clear();
        cascade.search(cut.pyramid(cascade.window(), sizes), hits);
        sort_hits(hits);
        Ok(())
    }
}

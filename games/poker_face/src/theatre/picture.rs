//! What a picture of the theatre is drawn from.

use bevy_emotion::hud::theme::Theme;

use crate::colors::Colors;
use crate::layout::Layout;
use crate::looks::Players;
use crate::record::Record;
use crate::rules::Match;
use crate::scene::Scene;
use crate::view::View;

/// What a picture of the theatre is drawn from.
pub(super) struct Picture<'a> {
    pub(super) layout: Layout,
    pub(super) colors: Colors,
    pub(super) theme: &'a Theme,
    /// Motion is reduced.
    pub(super) still: bool,
    pub(super) scene: Scene,
    pub(super) players: &'a Players,
    pub(super) game: &'a Match,
    pub(super) record: &'a Record,
    pub(super) view: &'a View,
}

impl Picture<'_> {
    /// The time of what moves for its own sake: it stands still where motion is reduced.
    pub(super) fn clock(&self) -> f32 {
        if self.still { 0.0 } else { self.view.clock }
    }
}

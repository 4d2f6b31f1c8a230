//! Notes that the info panel shows besides source and model.

use bevy::prelude::*;

/// Notes of the HUD's own parts; `None` while there is no problem.
#[derive(Resource, Debug, Clone, PartialEq, Eq, Default)]
pub struct HudNotes {
    /// Problems with reaction files.
    pub reactions: Option<String>,
    /// A problem with the settings file.
    pub settings: Option<String>,
}

impl HudNotes {
    /// All notes, the one about settings first.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        [&self.settings, &self.reactions].into_iter().flatten().map(String::as_str)
    }
}

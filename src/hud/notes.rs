//! What the HUD has to tell, besides source and model: the info panel shows it.

use bevy::prelude::*;

/// Notes of the HUD's own parts; `None` while all is well.
#[derive(Resource, Debug, Clone, PartialEq, Eq, Default)]
pub struct HudNotes {
    /// What is wrong with files of reactions.
    pub reactions: Option<String>,
    /// What is wrong with the file of settings.
    pub settings: Option<String>,
}

impl HudNotes {
    /// All of them, one in a line.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        [&self.settings, &self.reactions].into_iter().flatten().map(String::as_str)
    }
}

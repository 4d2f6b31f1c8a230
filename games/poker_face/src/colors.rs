//! Colours: of what is drawn, and of the players and the house.

use bevy::color::Color;
use bevy_emotion::hud::HudSettings;
use bevy_emotion::hud::theme::{Palette, Theme};

pub(crate) const WHITE: Color = rgb(0xF7F4EC);
pub(crate) const INK: Color = rgb(0x1B1A24);

/// A colour from its code, like `0xF7F4EC`.
pub(crate) const fn rgb(code: u32) -> Color {
    Color::srgb_u8((code >> 16) as u8, (code >> 8) as u8, code as u8)
}

/// The colours of the players and of the house.
pub(crate) struct Colors {
    pub(crate) players: [Color; 2],
    pub(crate) text: Color,
    pub(crate) quiet: Color,
    pub(crate) gold: Color,
    pub(crate) warning: Color,
}

impl Colors {
    pub(crate) fn new(theme: &Theme, settings: &HudSettings) -> Self {
        let players = match settings.palette {
            Palette::Standard => [rgb(0x55C7B4), rgb(0xF08CB4)],
            Palette::HighContrast => [rgb(0x7FE8FF), rgb(0xFFE02C)],
        };
        Self {
            players,
            text: theme.text,
            quiet: theme.text_quiet,
            gold: rgb(0xF1CD79),
            warning: theme.text_problem,
        }
    }
}

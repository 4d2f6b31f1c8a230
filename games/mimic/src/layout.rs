//! Where things are on the screen.

use bevy::prelude::*;
use bevy_emotion::hud::Screen;

use crate::act::Act;
use crate::game::{Game, MARK, Phase, REST_MARK};

/// The width of the chart's page that is left for the mask, in HUD units.
pub const MASK_COLUMN: f32 = 230.0;

/// Where things are on the screen, in view space.
pub struct Layout {
    /// Half of the screen.
    pub half: Vec2,
    /// The size of things: 1 on a screen of 960 x 720 or larger units.
    pub unit: f32,
    /// The middle of the mask, and the radius of its face.
    pub middle: Vec2,
    pub size: f32,
    /// The mark on the meter.
    pub mark: f32,
}

impl Layout {
    pub fn of(screen: &Screen, act: Act, game: &Game) -> Self {
        let half = screen.size / 2.0;
        let unit = (screen.size.y / 720.0).min(screen.size.x / 960.0);
        let (middle, size) = match act {
            Act::Title => (Vec2::new(0.0, half.y - 238.0 * unit), 146.0),
            Act::WarmUp => (Vec2::new(0.0, half.y - 116.0 * unit), 84.0),
            Act::Play => (Vec2::new(0.0, 22.0 * unit), 164.0),
            Act::Over => {
                let x = (-382.0_f32).max(128.0 - half.x);
                (Vec2::new(x, half.y - 232.0 * unit), 104.0)
            }
        };
        let mark = match game.phase {
            Phase::Rest { .. } => REST_MARK,
            _ => MARK,
        };
        Self { half, unit, middle, size: size * unit, mark }
    }

    /// The radius of the ring of time.
    pub fn ring(&self) -> f32 {
        1.47 * self.size
    }

    pub fn meter(&self) -> Rect {
        let x = self.middle.x + self.ring() + 78.0 * self.unit;
        Rect::from_center_size(
            Vec2::new(x, self.middle.y - 40.0 * self.unit),
            Vec2::new(26.0, 320.0) * self.unit,
        )
    }
}

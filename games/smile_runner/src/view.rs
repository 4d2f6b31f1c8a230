//! What the drawing looks at: the run, and where it is on the screen.

use bevy::prelude::*;
use bevy_emotion::hud::ink::Style;
use bevy_emotion::hud::theme::Theme;
use bevy_emotion::prelude::Expression;

use crate::brush::hex;
use crate::course::COURSE;
use crate::look::Look;
use crate::run::Run;

/// The largest text.
pub const BIG: Style = Style::Title;

/// A moment of the run on the screen. View space: the origin is the middle of the screen, y up.
pub struct View<'a> {
    pub run: &'a Run,
    pub look: &'a Look,
    pub theme: &'a Theme,
    pub is_calm: bool,
    pub size: Vec2,
    /// The x of the course that is in the middle of the screen.
    pub camera: f32,
    /// The y of the ground.
    pub ground: f32,
    /// -1 to 1; 0 for a face at rest.
    pub mood: f32,
}

impl View<'_> {
    /// From the course to the screen.
    pub fn at(&self, x: f32, y: f32) -> Vec2 {
        Vec2::new(x - self.camera, self.ground + y)
    }

    pub fn accent(&self, expression: Expression) -> LinearRgba {
        self.theme.color(expression).to_linear()
    }

    /// A colour for low, middle and high mood.
    pub fn tint(&self, [low, middle, high]: [u32; 3]) -> LinearRgba {
        let end = if self.mood < 0.0 { low } else { high };
        hex(middle).mix(&hex(end), self.mood.abs().min(1.0))
    }

    /// How far the evening has come, 0 to 1; it does not on a stroll.
    pub fn evening(&self) -> f32 {
        if self.run.is_stroll { 0.0 } else { (self.run.hero.x / COURSE).clamp(0.0, 1.0) }
    }
}

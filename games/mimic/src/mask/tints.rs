//! The colours of the mask.

use bevy::prelude::*;
use bevy_emotion::hud::theme::Theme;
use bevy_emotion::prelude::Expression;

use crate::scene::Scene;

/// The mask's own colour, and what is mixed from it.
pub struct Tints {
    pub own: LinearRgba,
    pub ink: LinearRgba,
    pub lip: LinearRgba,
    pub black: LinearRgba,
    pub white: LinearRgba,
}

impl Tints {
    pub fn of(own: LinearRgba) -> Self {
        let black = LinearRgba::rgb(0.012, 0.008, 0.02);
        Self {
            own,
            ink: own.mix(&black, 0.88),
            lip: own.mix(&black, 0.74),
            black,
            white: LinearRgba::rgb(0.93, 0.94, 0.96),
        }
    }
}

impl Scene {
    /// The mask's colour as it is now.
    pub fn color(&self, theme: &Theme) -> LinearRgba {
        let mut mixed = LinearRgba::NONE;
        let mut total = 0.0;
        for expression in Expression::ALL {
            let weight = self.weights[expression.index()].value.clamp(0.0, 1.0);
            mixed += theme.color(expression).to_linear() * weight;
            total += weight;
        }
        let color = if total > 0.0 { mixed * (1.0 / total) } else { LinearRgba::gray(0.5) };
        let grey = LinearRgba::gray(0.2 * color.red + 0.7 * color.green + 0.1 * color.blue);
        color.mix(&grey, 0.85 * self.grey.min(1.0)).with_alpha(1.0)
    }
}

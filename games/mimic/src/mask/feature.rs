//! A feature of the mask, in each expression and in between.

use bevy_emotion::prelude::Expression;

use crate::scene::Scene;

/// What a feature is in each expression, in the order of [`Expression::ALL`].
pub type Feature = [f32; Expression::COUNT];

impl Scene {
    /// A feature of the mask as it is now, between the expressions.
    pub fn feature(&self, feature: &Feature) -> f32 {
        self.weights.iter().zip(feature).map(|(weight, value)| weight.value * value).sum()
    }

    /// The same, where overshooting below 0 makes no sense.
    pub fn amount(&self, feature: &Feature) -> f32 {
        self.feature(feature).clamp(0.0, 1.2)
    }
}

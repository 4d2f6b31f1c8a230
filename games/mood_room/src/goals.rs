//! What the lanterns want.

use bevy::prelude::*;
use bevy_emotion::prelude::Expression;

use crate::room::LANTERNS;

/// What a lantern wants.
#[derive(Debug, Clone, Copy)]
pub struct Goal {
    /// The mood's name.
    pub name: &'static str,
    /// The expression that leads there.
    pub expression: Expression,
    /// How much of it, 0 to 1.
    pub amount: f32,
    /// How far from the middle of its circle the mood may be.
    pub radius: f32,
    /// What to do.
    pub hint: &'static str,
}

/// In the order in which they call.
pub const GOALS: [Goal; LANTERNS] = [
    Goal {
        name: "Stillness",
        expression: Expression::Neutral,
        amount: 0.0,
        radius: 0.2,
        hint: "Let your face rest, and the room comes to rest",
    },
    Goal {
        name: "Northern lights",
        expression: Expression::Surprise,
        amount: 0.8,
        radius: 0.28,
        hint: "Look surprised, as at something wonderful",
    },
    Goal {
        name: "Evening rain",
        expression: Expression::Sad,
        amount: 0.8,
        radius: 0.28,
        hint: "Look sad, and it begins to rain",
    },
    Goal {
        name: "Thunder",
        expression: Expression::Angry,
        amount: 0.8,
        radius: 0.28,
        hint: "Look angry, and call the storm",
    },
    Goal {
        name: "First light",
        expression: Expression::Happy,
        amount: 0.42,
        radius: 0.2,
        hint: "Only half a smile; or smile and rest in turns",
    },
    Goal {
        name: "Sunshine",
        expression: Expression::Happy,
        amount: 0.85,
        radius: 0.28,
        hint: "Smile, and let the sun in",
    },
];

impl Goal {
    /// The middle of its circle: valence, arousal.
    pub fn middle(&self) -> Vec2 {
        Vec2::from(self.expression.valence_arousal()) * self.amount
    }
}

//! The mood of the picture: the mixed colour of all expressions, and a vignette.

use bevy::prelude::*;

use super::face::ShownFace;
use super::motion::approach;
use super::theme::Theme;

/// Time constant of the mood in seconds: slower than the faces.
const MOOD_TIME: f32 = 0.7;
/// Time constant of the vignette in seconds.
const GLOOM_TIME: f32 = 0.15;

/// What all faces together show.
#[derive(Resource, Debug, Clone, Copy, Default)]
pub struct Mood {
    /// Linear colour, weighted by how strongly each face shows it.
    pub color: Vec3,
    /// How strong it is, 0 (nobody shows anything) to 1.
    pub strength: f32,
    /// How far the vignette closes in, 0 to 1.
    pub gloom: f32,
    /// Where the vignette closes in, in view space.
    pub gloom_middle: Vec2,
}

/// Eases the mood towards what the faces show now.
pub(super) fn sense(
    time: Res<Time>,
    theme: Res<Theme>,
    faces: Query<&ShownFace>,
    mut mood: ResMut<Mood>,
) {
    let mut color = Vec3::ZERO;
    let mut light = 0.0;
    let mut gloom = 0.0;
    let mut gloom_middle = Vec2::ZERO;
    for shown in &faces {
        for (expression, strength) in shown.reactions() {
            let weight = strength * shown.confidence;
            color += theme.linear(expression).truncate() * weight;
            light += weight;
        }
        let darkness = shown.pose.gloom * shown.presence.value();
        gloom += darkness;
        gloom_middle += shown.middle.value * darkness;
    }
    let amount = approach(MOOD_TIME, time.delta_secs());
    let strength = f32::min(light, 1.0);
    mood.strength += (strength - mood.strength) * amount;
    let darken = approach(GLOOM_TIME, time.delta_secs());
    mood.gloom += (f32::min(gloom, 1.0) - mood.gloom) * darken;
    if gloom > 0.01 {
        // While the vignette is hardly visible, its middle may jump.
        let hurry = if mood.gloom < 0.05 { 1.0 } else { darken };
        let from = mood.gloom_middle;
        mood.gloom_middle += (gloom_middle / gloom - from) * hurry;
    }
    if light > 0.01 {
        let goal = color / light;
        let from = mood.color;
        mood.color += (goal - from) * amount;
    }
}

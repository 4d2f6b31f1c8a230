//! The mood of the room, which follows the face.

use bevy::prelude::*;
use bevy_emotion::hud::motion::approach;
use bevy_emotion::input::{ExpressionInput, FaceInput, PlayerSlots};
use bevy_emotion::prelude::{Expression, Face};

use crate::action::Action;
use crate::attention::Attention;
use crate::scene::Scene;

/// The time constant of the room, in seconds: it has followed nearly all the way after three times
/// that.
const EASE: f32 = 1.1;
/// How many places the trail has.
pub(crate) const TRAIL: usize = 22;

/// The mood of the room: valence and arousal, each -1 to 1.
#[derive(Resource, Debug, Clone, Default)]
pub struct Mood {
    /// What the player shows now.
    pub shown: Vec2,
    /// Where the room is; it follows within a few seconds.
    pub room: Vec2,
    /// Where it was, the newest first.
    pub(crate) trail: Vec<Vec2>,
    since_trail: f32,
}

/// The room follows the face, or the arrow keys.
pub fn sense(
    time: Res<Time>,
    scene: Res<State<Scene>>,
    slots: Res<PlayerSlots>,
    input: Res<ExpressionInput<Action>>,
    faces: Query<(&Face, &FaceInput)>,
    attention: Res<Attention>,
    mut mood: ResMut<Mood>,
) {
    let seconds = time.delta_secs();
    let keys = Vec2::new(input.value(Action::Valence), input.value(Action::Arousal));
    let face = slots.face(1).and_then(|face| faces.get(face).ok());
    let face = face.filter(|(face, _)| face.visible).map(|(_, input)| input);
    let plays = matches!(scene.get(), Scene::Play | Scene::Stay);
    mood.shown = match face {
        _ if keys != Vec2::ZERO && plays => keys * 0.72,
        Some(face) => shown_by(face),
        // Nobody is there: the title drifts through pleasant moods.
        None if *scene.get() == Scene::Title => {
            let t = time.elapsed_secs() * 0.11;
            Vec2::new(0.42 + 0.3 * t.sin(), 0.12 + 0.34 * (t * 1.6).sin())
        }
        None => Vec2::ZERO,
    };
    if attention.waiting {
        return;
    }
    let way = mood.shown - mood.room;
    mood.room += way * approach(EASE, seconds);
    mood.since_trail += seconds;
    if mood.since_trail >= 0.12 {
        mood.since_trail = 0.0;
        let room = mood.room;
        mood.trail.insert(0, room);
        mood.trail.truncate(TRAIL);
    }
}

/// What a face shows, in valence and arousal, against its own rest and reach.
pub fn shown_by(face: &FaceInput) -> Vec2 {
    let mut sum = Vec2::ZERO;
    let mut strengths = 0.0;
    for expression in Expression::ALL.into_iter().filter(|it| *it != Expression::Neutral) {
        let strength = face.strength(expression);
        sum += Vec2::from(expression.valence_arousal()) * strength;
        strengths += strength;
    }
    sum / f32::max(strengths, 1.0)
}

//! Tells the room what to show.

use bevy::prelude::*;
use bevy_emotion::hud::motion::approach;

use crate::evening::Evening;
use crate::gaze::Gaze;
use crate::goals::GOALS;
use crate::mood::Mood;
use crate::quest::{FLOURISH, IN_VIEW, Quest};
use crate::room::{Air, LANTERNS, bearing};
use crate::scene::Scene;

/// Mood, turn and light, from what the game knows.
pub fn tell_room(
    time: Res<Time>,
    scene: Res<State<Scene>>,
    quest: Res<Quest>,
    mood: Res<Mood>,
    gaze: Res<Gaze>,
    evening: Res<Evening>,
    mut air: ResMut<Air>,
) {
    let seconds = time.delta_secs();
    let playing = *scene.get() == Scene::Play;
    // The sun comes out for who has lit them all.
    air.mood = mood.room.lerp(GOALS[LANTERNS - 1].middle(), 0.75 * air.party);
    air.turn = gaze.turn;
    air.calling = quest.calling().filter(|_| playing);
    air.looked_at = air.calling.is_some_and(|it| (gaze.turn - bearing(it)).abs() <= IN_VIEW);
    let flown = 1.0 - quest.flourish / FLOURISH;
    air.sparks = (playing && quest.flourish > 0.0 && quest.lit > 0)
        .then(|| (quest.lit - 1, flown.clamp(0.001, 1.0)));
    let party = f32::from(u8::from(*scene.get() == Scene::Over && evening.party < 3600.0));
    air.party += (party - air.party) * approach(0.8, seconds);
    let raised = f32::from(u8::from(matches!(scene.get(), Scene::Title | Scene::Over)));
    air.raised += (raised - air.raised) * approach(0.7, seconds);
    for index in 0..LANTERNS {
        let goal = match scene.get() {
            Scene::Play if index < quest.lit => 1.0,
            Scene::Play if index == quest.lit => quest.fill,
            Scene::Play | Scene::WarmUp => 0.0,
            Scene::Title | Scene::Stay => 0.8,
            Scene::Over => 1.0,
        };
        let way = goal - air.lanterns[index];
        air.lanterns[index] += way * approach(0.15, seconds);
    }
}

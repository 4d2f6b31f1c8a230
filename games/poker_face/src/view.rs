//! What is shown follows what is, eased over time.

use bevy::prelude::*;
use bevy_emotion::hud::motion::approach;

use crate::easing::between;
use crate::gags::GAGS;
use crate::looks::{Looks, Players};
use crate::rules::{Match, Outcome, Part};
use crate::scene::Scene;

/// What is shown, eased in time.
#[derive(Resource, Default)]
pub(crate) struct View {
    /// How each player looks.
    pub(crate) looks: [Looks; 2],
    /// How much each player laughs out loud.
    pub(crate) laughs: [f32; 2],
    /// How far the curtain is open.
    pub(crate) curtain: f32,
    /// How much the screen is darkened for a message.
    pub(crate) dim: f32,
    /// Seconds since the game was started.
    pub(crate) clock: f32,
}

/// Everything that is shown follows what is.
pub(crate) fn ease(
    time: Res<Time>,
    scene: Res<State<Scene>>,
    players: Res<Players>,
    game: Res<Match>,
    mut view: ResMut<View>,
) {
    let seconds = time.delta_secs();
    view.clock += seconds;
    let playing = *scene.get() == Scene::Play;
    let replayed = (playing && game.part == Part::Replay).then(|| game.replayed_until());
    let shown = replayed
        .and_then(|at| game.looks_at(at))
        .unwrap_or_else(|| players.0.map(|player| player.looks));
    let broke_at = game.clock.as_secs_f32();
    for (player, shown) in shown.into_iter().enumerate() {
        let loses = match game.outcomes.last() {
            Some(Outcome::Broke { player: who, .. }) => *who == player,
            Some(Outcome::Together { .. }) => true,
            _ => false,
        };
        let laughs = playing
            && loses
            && (game.part == Part::Broken || replayed.is_some_and(|at| at > broke_at));
        let part = approach(0.12, seconds);
        view.laughs[player] += (f32::from(u8::from(laughs)) - view.laughs[player]) * part;
        let looks = &mut view.looks[player];
        let part = approach(0.07, seconds);
        for (eased, strength) in looks.strengths.iter_mut().zip(shown.strengths) {
            *eased += (strength - *eased) * part;
        }
        looks.tilt += (shown.tilt - looks.tilt) * part;
    }
    let open = match (scene.get(), game.part) {
        (Scene::Play, Part::Act) => match game.show.act_at(game.clock.as_secs_f32()) {
            Some((act, t)) => {
                between(t, -0.5, 0.1)
                    * (1.0 - between(t, GAGS[act.gag].seconds - 0.3, GAGS[act.gag].seconds))
            }
            None => 0.0,
        },
        (Scene::Play, Part::Broken | Part::Replay) | (Scene::Title, _) => 1.0,
        _ => 0.0,
    };
    view.curtain += (open - view.curtain) * approach(0.1, seconds);
    let dim = playing && (game.is_paused() || matches!(game.part, Part::Stone));
    view.dim += (f32::from(u8::from(dim)) - view.dim) * approach(0.12, seconds);
}

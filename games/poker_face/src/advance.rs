//! Moves the match on, part by part.

use std::time::Duration;

use arcade::Blip;
use bevy::prelude::*;
use bevy_emotion::input::MeasureBaseline;

use crate::gags::GAGS;
use crate::looks::Players;
use crate::record::Record;
use crate::rules::{Match, Outcome, Part, REPLAY};
use crate::scene::Scene;

/// Straight faces for this long open the curtain.
pub(crate) const CURTAIN: Duration = Duration::from_secs(3);
/// A face has to be this calm for that.
pub(crate) const CALM: f32 = 0.35;
/// Who cannot look calm for this long is measured anew.
const RESTLESS: Duration = Duration::from_secs(8);
/// The laughter after a break, before it is shown again.
const LAUGHTER: Duration = Duration::from_millis(2200);
/// How long the curves stay once they are drawn, in seconds.
const REPLAY_STAYS: f32 = 3.5;
/// How long stone faces are admired.
const STONE: Duration = Duration::from_secs(4);

/// Moves the match on.
pub(crate) fn advance(
    time: Res<Time>,
    keys: Option<Res<ButtonInput<KeyCode>>>,
    players: Res<Players>,
    mut game: ResMut<Match>,
    record: ResMut<Record>,
    mut next: ResMut<NextState<Scene>>,
    mut commands: Commands,
) {
    let delta = time.delta();
    let skips = keys.is_some_and(|keys| keys.any_just_pressed([KeyCode::Enter, KeyCode::Space]));
    let game = &mut *game;
    match game.part {
        Part::Curtain => wait_for_calm(game, &players, delta, &mut commands),
        Part::Act => play_gags(game, &players, delta, record, &mut commands),
        Part::Broken => {
            game.part_for += delta;
            game.remember(game.clock.as_secs_f32() + game.part_for.as_secs_f32(), &players);
            if game.part_for >= LAUGHTER {
                game.turn_to(Part::Replay);
            }
        }
        Part::Replay | Part::Stone => {
            game.part_for += delta;
            let stays = match game.part {
                Part::Stone => STONE,
                _ => Duration::from_secs_f32(REPLAY + REPLAY_STAYS),
            };
            if game.part_for < stays && !skips {
                return;
            }
            if game.decided().is_some() {
                next.set(Scene::Over);
            } else {
                game.start_round();
            }
        }
    }
}

/// The curtain opens once both faces have been calm for long enough.
fn wait_for_calm(game: &mut Match, players: &Players, delta: Duration, commands: &mut Commands) {
    let before = game.part_for;
    if !game.all_there(players, delta) {
        game.part_for = Duration::ZERO;
        return;
    }
    let mut calm = true;
    for (player, restless) in players.0.iter().zip(&mut game.restless_for) {
        if player.looks.heat().0 < CALM {
            *restless = Duration::ZERO;
            continue;
        }
        calm = false;
        *restless += delta;
        if let Some(entity) = player.face.filter(|_| *restless > RESTLESS) {
            *restless = Duration::ZERO;
            commands.trigger(MeasureBaseline { entity });
        }
    }
    game.part_for = if calm { before + delta } else { Duration::ZERO };
    if calm && before.as_secs() != game.part_for.as_secs() {
        commands.trigger(Blip { pitch_hz: 440.0, seconds: 0.08 });
    }
    if game.part_for >= CURTAIN {
        game.turn_to(Part::Act);
    }
}

/// The gags go on until the round is over.
fn play_gags(
    game: &mut Match,
    players: &Players,
    delta: Duration,
    mut record: ResMut<Record>,
    commands: &mut Commands,
) {
    if !game.all_there(players, delta) {
        return;
    }
    game.part_for += delta;
    let shown = game.show.act_at(game.clock.as_secs_f32());
    let ended = game.perform(players, delta);
    let shows = game.show.act_at(game.clock.as_secs_f32());
    if let (Some((act, from)), Some((_, to))) = (shown, shows) {
        let punch = GAGS[act.gag].punch;
        if from < punch && to >= punch {
            commands.trigger(Blip { pitch_hz: 880.0, seconds: 0.12 });
        }
    }
    let Some(outcome) = ended else { return };
    game.outcomes.push(outcome);
    match outcome {
        Outcome::Broke { player, .. } if game.alone => record.add(player == 1),
        _ => {}
    }
    let stone = outcome == Outcome::StoneFaces;
    let pitch_hz = if stone { 523.0 } else { 196.0 };
    commands.trigger(Blip { pitch_hz, seconds: 0.5 });
    game.turn_to(if stone { Part::Stone } else { Part::Broken });
}

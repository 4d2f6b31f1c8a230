//! The puppet as a player.

use bevy::prelude::*;
use bevy_emotion::input::VirtualFace;

use crate::looks::Players;
use crate::nerves::{Nerves, tickle};
use crate::record::Record;
use crate::rules::{GRACE, Match, Part};
use crate::scene::Scene;

/// The keys of players without a camera: they call a puppet, and bite its lip.
pub const KEYS: [KeyCode; 2] = [KeyCode::KeyA, KeyCode::KeyL];

/// A puppet that plays; its [`VirtualFace`] is on the same entity.
#[derive(Component)]
pub struct Puppet {
    /// Whom it plays for: 0 or 1.
    pub player: usize,
    /// The key that bites its lip, when a person without a camera stands behind it.
    pub key: Option<KeyCode>,
    /// How close it is to laughing.
    pub nerves: Nerves,
    /// The round that its nerves are of.
    round: usize,
}

/// The puppets watch the gags.
pub(crate) fn watch_gags(
    time: Res<Time>,
    keys: Option<Res<ButtonInput<KeyCode>>>,
    game: Res<Match>,
    record: Res<Record>,
    mut puppets: Query<(&mut Puppet, &mut VirtualFace)>,
) {
    for (mut puppet, mut face) in &mut puppets {
        let round = game.outcomes.len();
        match game.part {
            Part::Curtain if puppet.round != round || puppet.nerves.laughs() => {
                puppet.round = round;
                let seed = game.seed ^ (game.matches << 16) ^ ((round as u64) << 4);
                let skill = if puppet.key.is_some() { 0.3 } else { record.skill() };
                puppet.nerves = Nerves::new(seed ^ puppet.player as u64, skill);
                face.release();
            }
            Part::Act if game.is_paused() => {}
            Part::Act => {
                let Some((act, t)) = game.show.act_at(game.clock.as_secs_f32()) else { continue };
                let bites = puppet
                    .key
                    .is_some_and(|key| keys.as_ref().is_some_and(|keys| keys.pressed(key)));
                let tickle = tickle(act.gag, t);
                let shown = puppet.nerves.endure(time.delta_secs(), act.gag, tickle, bites);
                face.show(shown.0, shown.1);
            }
            Part::Broken if puppet.nerves.laughs() => {
                let shown = puppet.nerves.endure(time.delta_secs(), 0, 0.0, false);
                face.show(shown.0, shown.1);
            }
            Part::Curtain | Part::Broken | Part::Replay | Part::Stone => face.release(),
        }
    }
}

/// Who is not seen may send a puppet, and help it with a key.
pub(crate) fn seat_puppets_by_key(
    keys: Option<Res<ButtonInput<KeyCode>>>,
    players: Res<Players>,
    game: Res<Match>,
    puppets: Query<&Puppet>,
    mut commands: Commands,
) {
    let Some(keys) = keys else { return };
    for (index, key) in KEYS.into_iter().enumerate() {
        let has_one = puppets.iter().any(|puppet| puppet.player == index);
        let waits = game.away_for[index] > GRACE && players.0[index].face.is_none();
        if waits && !has_one && keys.just_pressed(key) {
            commands.spawn(puppet(index, Some(key)));
        }
    }
}

/// Plays for a player during the match; at the side of that player.
pub(crate) fn puppet(player: usize, key: Option<KeyCode>) -> impl Bundle {
    let x = if player == 0 { -0.97 } else { 0.97 };
    (
        // Its nerves are those of a round, and are set before the curtain opens.
        Puppet { player, key, nerves: Nerves::new(0, 0.5), round: usize::MAX },
        VirtualFace::new().at(Vec2::new(x, 0.0)),
        DespawnOnExit(Scene::Play),
    )
}

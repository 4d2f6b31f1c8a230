//! The players' faces: whose is whose, and how they look.

use bevy::prelude::*;
use bevy_emotion::SubjectId;
use bevy_emotion::input::{FaceInput, PlayerSlots, RestingBaseline, VirtualFace};
use bevy_emotion::prelude::{Expression, Face};

use crate::looks::{Looks, Players};
use crate::puppet::Puppet;
use crate::rules::Match;

/// Finds the players' faces and reads them.
pub(crate) fn read_faces(
    slots: Res<PlayerSlots>,
    game: Res<Match>,
    faces: Query<(Entity, &Face, &FaceInput, &RestingBaseline)>,
    puppets: Query<(&Puppet, &VirtualFace)>,
    mut players: ResMut<Players>,
) {
    let of = |subject: Option<SubjectId>| {
        faces.iter().find(|(_, face, ..)| Some(face.subject) == subject)
    };
    let is_puppet = |entity: &Entity| {
        faces.get(*entity).is_ok_and(|(_, face, ..)| {
            puppets.iter().any(|(_, puppet)| puppet.subject() == Some(face.subject))
        })
    };
    for (index, player) in players.0.iter_mut().enumerate() {
        let puppet = puppets.iter().find(|(puppet, _)| puppet.player == index);
        let slotted = [1_u8, 2].map(|slot| slots.face(slot).filter(|face| !is_puppet(face)));
        player.face = match puppet {
            Some((_, face)) => of(face.subject()).map(|(entity, ..)| entity),
            // The puppet may have taken the first slot while its opponent was away.
            None if game.alone => slotted.into_iter().flatten().next(),
            None => slotted[index],
        };
        let seen = player.face.and_then(|face| faces.get(face).ok());
        player.ready =
            seen.is_some_and(|(_, face, _, resting)| face.visible && resting.progress().is_none());
        player.measuring =
            seen.is_some_and(|(_, face, _, resting)| face.visible && resting.progress().is_some());
        if let Some((_, _, input, _)) = seen {
            let strengths = Expression::ALL.map(|expression| input.strength(expression));
            player.looks = Looks { strengths, tilt: input.tilt };
        } else {
            player.looks = Looks::default();
        }
    }
}

//! Players: who has which slot.

use std::time::Duration;

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use crate::plugin::TrackPlugin;

/// A player's number, from 1. A face that has a slot carries it as a component.
#[derive(
    Component,
    Reflect,
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
)]
#[reflect(Component, Default, Debug, Clone, PartialEq, Hash)]
#[serde(transparent)]
pub struct PlayerSlot(pub u8);

impl PlayerSlot {
    /// Player 1.
    pub const FIRST: Self = Self(1);

    pub(super) fn index(self) -> Option<usize> {
        usize::from(self.0).checked_sub(1)
    }
}

impl Default for PlayerSlot {
    fn default() -> Self {
        Self::FIRST
    }
}

impl From<u8> for PlayerSlot {
    fn from(number: u8) -> Self {
        Self(number)
    }
}

/// The players' slots: how many there are, how they are given, and who has them.
///
/// A face gets the lowest free slot, and keeps it for as long as it is in view. When it leaves,
/// the slot waits for [`PlayerSlots::keep`]: who returns within that time (and is known again, see
/// [`TrackPlugin::keep_hidden`]) has the same slot. After that, or when the face's entity is gone,
/// the slot is free for whoever is there without one. Faces without a slot are watchers.
#[derive(Resource, Reflect, Debug, Clone, PartialEq)]
#[reflect(Resource, Default, Debug, Clone, PartialEq)]
pub struct PlayerSlots {
    /// How many players there are at most; 1 by default.
    pub count: u8,
    /// Who comes first when several faces wait for a slot.
    pub order: SlotOrder,
    /// How long a slot waits for the person who left it, in real time; longer than
    /// [`TrackPlugin::keep_hidden`] has no effect, since faces are forgotten then.
    pub keep: Duration,
    seats: Vec<Option<Seat>>,
}

/// Who comes first when several faces wait for a slot.
#[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum SlotOrder {
    /// Who has been there the longest; of those who came at once, the leftmost.
    #[default]
    FirstCome,
    /// The leftmost, as players see themselves in a mirror.
    Leftmost,
}

#[derive(Reflect, Debug, Clone, Copy, PartialEq)]
struct Seat {
    face: Entity,
    /// How long it has been out of view.
    away: Duration,
}

impl PlayerSlots {
    /// Slots for so many players.
    pub fn new(count: u8) -> Self {
        Self { count, ..default() }
    }

    /// The face of a player, which may be out of view for a short while: `slots.face(1)`.
    pub fn face(&self, slot: impl Into<PlayerSlot>) -> Option<Entity> {
        let index = slot.into().index()?;
        self.seats.get(index).copied().flatten().map(|seat| seat.face)
    }

    /// The slot of a face.
    pub fn slot_of(&self, face: Entity) -> Option<PlayerSlot> {
        let index =
            self.seats.iter().position(|seat| seat.is_some_and(|seat| seat.face == face))?;
        Some(PlayerSlot(u8::try_from(index + 1).ok()?))
    }

    /// Takes all slots back; in the next update they are given anew, by [`PlayerSlots::order`].
    pub fn reseat(&mut self) {
        self.seats.clear();
    }
}

impl Default for PlayerSlots {
    fn default() -> Self {
        let keep = TrackPlugin::default().keep_hidden;
        Self { count: 1, order: SlotOrder::FirstCome, keep, seats: Vec::new() }
    }
}

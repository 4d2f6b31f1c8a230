//! Players: who has which slot.

use std::time::Duration;

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use super::measure::FaceInput;
use emotion_session::LifecycleConfig;

use crate::plugin::{Face, Faces};

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
/// [`LifecycleConfig::keep_hidden`]) has the same slot. After that, or when the face's entity is gone,
/// the slot is free for whoever is there without one. Faces without a slot are watchers.
#[derive(Resource, Reflect, Debug, Clone, PartialEq)]
#[reflect(Resource, Default, Debug, Clone, PartialEq)]
pub struct PlayerSlots {
    /// How many players there are at most; 1 by default.
    pub count: u8,
    /// Who comes first when several faces wait for a slot.
    pub order: SlotOrder,
    /// How long a slot waits for the person who left it, on the faces' clock; longer than
    /// [`LifecycleConfig::keep_hidden`] has no effect, since faces are forgotten then.
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

    /// The slots with another order.
    pub fn with_order(mut self, order: SlotOrder) -> Self {
        self.order = order;
        self
    }

    /// The slots with another time that they wait.
    pub fn with_keep(mut self, keep: Duration) -> Self {
        self.keep = keep;
        self
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

    /// Frees the slots of those who are gone, or away for too long, `delta` after the update
    /// before. `faces` tells whether a face is in view; `None` when it is gone.
    fn free(&mut self, delta: Duration, faces: impl Fn(Entity) -> Option<bool>) {
        let keep = self.keep;
        self.seats.resize(usize::from(self.count), None);
        for place in &mut self.seats {
            let Some(seat) = place else { continue };
            seat.away = match faces(seat.face) {
                Some(true) => Duration::ZERO,
                Some(false) => seat.away + delta,
                None => Duration::MAX,
            };
            if seat.away > keep {
                *place = None;
            }
        }
    }

    /// Gives the lowest free slots to those who wait, in this order.
    fn give(&mut self, waiting: impl IntoIterator<Item = Entity>) {
        let mut waiting = waiting.into_iter();
        for place in self.seats.iter_mut().filter(|place| place.is_none()) {
            *place = waiting.next().map(|face| Seat { face, away: Duration::ZERO });
        }
    }

    /// Takes all slots back; in the next update they are given anew, by [`PlayerSlots::order`].
    pub fn reseat(&mut self) {
        self.seats.clear();
    }
}

impl Default for PlayerSlots {
    fn default() -> Self {
        let keep = LifecycleConfig::default().keep_hidden;
        Self { count: 1, order: SlotOrder::FirstCome, keep, seats: Vec::new() }
    }
}

/// Gives and frees slots; faces carry theirs.
pub(super) fn seat(
    time: Res<Time<Faces>>,
    mut slots: ResMut<PlayerSlots>,
    faces: Query<(Entity, &Face, &FaceInput, Option<&PlayerSlot>)>,
    mut commands: Commands,
) {
    slots.free(time.delta(), |face| faces.get(face).ok().map(|(_, face, ..)| face.visible));
    let mut waiting: Vec<(Entity, &FaceInput)> = faces
        .iter()
        .filter(|(entity, face, ..)| face.visible && slots.slot_of(*entity).is_none())
        .map(|(entity, _, input, _)| (entity, input))
        .collect();
    let order = slots.order;
    waiting.sort_by(|(_, a), (_, b)| {
        let leftmost = a.position_in_mirror.x.total_cmp(&b.position_in_mirror.x);
        match order {
            SlotOrder::FirstCome => b.seen_for.cmp(&a.seen_for).then(leftmost),
            SlotOrder::Leftmost => leftmost,
        }
    });
    slots.give(waiting.into_iter().map(|(entity, _)| entity));

    for (entity, _, _, carried) in &faces {
        match slots.slot_of(entity) {
            Some(slot) if carried != Some(&slot) => {
                commands.entity(entity).try_insert(slot);
            }
            None if carried.is_some() => {
                commands.entity(entity).try_remove::<PlayerSlot>();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(count: u32) -> Vec<Entity> {
        (0..count).map(|index| Entity::from_raw_u32(index).expect("an index")).collect()
    }

    #[test]
    fn a_slot_waits_for_who_left_it_and_no_longer() {
        let people = people(3);
        let second = Duration::from_secs(1);
        let mut slots = PlayerSlots { keep: 2 * second, ..PlayerSlots::new(2) };
        slots.free(second, |_| None);
        slots.give([people[0], people[1]]);

        let without_first = |face| Some(face != people[0]);
        for _ in 0..2 {
            slots.free(second, without_first);
            slots.give([people[2]]);
            assert_eq!(slots.face(1), Some(people[0]), "nobody takes it");
        }
        slots.free(second, |_| Some(true));
        assert_eq!(slots.slot_of(people[0]), Some(PlayerSlot(1)), "who returns has it again");

        for _ in 0..3 {
            slots.free(second, without_first);
        }
        slots.give([people[2]]);
        assert_eq!(slots.face(1), Some(people[2]));
        assert_eq!(slots.face(2), Some(people[1]), "others keep theirs");
        assert_eq!((slots.face(0), slots.face(3)), (None, None));
    }

    #[test]
    fn fewer_players_are_fewer_slots() {
        let people = people(2);
        let mut slots = PlayerSlots::new(2);
        slots.free(Duration::ZERO, |_| None);
        slots.give(people.clone());
        slots.count = 1;
        slots.free(Duration::ZERO, |_| Some(true));
        assert_eq!((slots.face(1), slots.face(2)), (Some(people[0]), None));
    }
}

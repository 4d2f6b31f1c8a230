//! Readings become entities: who appears, hides, returns and goes.

use std::collections::BTreeMap;
use std::time::Duration;

use bevy::prelude::*;

use super::feed::FeedPlugin;
use super::ledger::{Change, Changed, Ledger};
use super::{
    Emotion, EmotionFeed, EmotionSystems, ExpressionChanged, Face, FaceAppeared, FaceGone,
    FaceHidden, FacePose, FaceReturned,
};
use crate::track::{Reading, TrackerConfig};

/// Mirrors readings into [`Face`] entities, and triggers their events.
///
/// The plugin is a resource, too: it may be changed while the app runs. Times are those of the
/// faces' clock, [`EmotionFeed::clock`].
#[derive(Resource, Debug, Clone)]
pub struct TrackPlugin {
    /// How long a hidden face keeps its entity; as long as [`TrackerConfig::keep_hidden`], after
    /// which the tracker gives another number to whoever returns.
    pub keep_hidden: Duration,
    /// After this time without any analysis, all faces hide: the camera is gone. Where an analysis
    /// takes long, three times that long.
    pub hide_after: Duration,
}

impl Default for TrackPlugin {
    fn default() -> Self {
        Self {
            keep_hidden: TrackerConfig::default().keep_hidden,
            hide_after: Duration::from_secs(1),
        }
    }
}

impl Plugin for TrackPlugin {
    fn build(&self, app: &mut App) {
        FeedPlugin::ensure(app);
        app.insert_resource(self.clone())
            .register_type::<Face>()
            .register_type::<Emotion>()
            .register_type::<FacePose>()
            .init_resource::<Ledger>()
            .init_resource::<Entities>()
            .add_systems(Update, keep_books.in_set(EmotionSystems::Track));
    }
}

/// The faces' entities by their tracks' numbers.
#[derive(Resource, Default)]
struct Entities(BTreeMap<u64, Entity>);

fn keep_books(
    settings: Res<TrackPlugin>,
    feed: Res<EmotionFeed>,
    mut ledger: ResMut<Ledger>,
    mut commands: Commands,
) {
    let mut changes = Vec::new();
    for arrival in feed.arrivals() {
        ledger.take_in(arrival, &settings, &mut changes);
    }
    let clock = feed.clock();
    ledger.advance(clock, &settings, &mut changes);
    if !changes.is_empty() {
        // All in one go, so that each event finds its face and the clock as they were at that
        // moment, also where several frames come in one update.
        commands.queue(move |world: &mut World| {
            for Change { at, what } in changes {
                world.resource_mut::<EmotionFeed>().show_clock(at);
                apply(what, world);
            }
            world.resource_mut::<EmotionFeed>().show_clock(clock);
        });
    }
}

fn apply(change: Changed, world: &mut World) {
    match change {
        Changed::Seen { reading, frame_size } => {
            let face = Face::of(&reading, frame_size);
            if !update(&reading, face, world) {
                appear(&reading, face, world);
            }
        }
        Changed::Hidden { track } => {
            let Some(entity) = entity_of(track, world) else { return };
            if let Some(mut face) = world.get_mut::<Face>(entity) {
                face.visible = false;
                world.trigger(FaceHidden { entity });
            }
        }
        Changed::Gone { track } => {
            let entity = entity_of(track, world);
            world.resource_mut::<Entities>().0.remove(&track);
            if let Some(entity) = entity {
                world.trigger(FaceGone { entity });
                // An observer may have despawned it.
                let _ = world.try_despawn(entity);
            }
        }
    }
}

/// The entity of a track, unless somebody else despawned it.
fn entity_of(track: u64, world: &World) -> Option<Entity> {
    let entity = *world.resource::<Entities>().0.get(&track)?;
    world.get_entity(entity).is_ok().then_some(entity)
}

fn appear(reading: &Reading, face: Face, world: &mut World) {
    let name = Name::new(format!("face {}", reading.track));
    let emotion = Emotion::from(reading);
    let entity = world.spawn((name, face, emotion, FacePose::from(reading))).id();
    world.resource_mut::<Entities>().0.insert(reading.track, entity);
    world.trigger(FaceAppeared { entity });
    if emotion.dominant.is_some() {
        world.trigger(ExpressionChanged { entity, from: None, to: emotion.dominant });
    }
}

/// `false` when there is no such entity.
fn update(reading: &Reading, new_face: Face, world: &mut World) -> bool {
    let Some(entity) = entity_of(reading.track, world) else { return false };
    let mut components = world.query::<(&mut Face, &mut Emotion, &mut FacePose)>();
    let Ok((mut face, mut emotion, mut pose)) = components.get_mut(world, entity) else {
        return false;
    };
    let was_visible = std::mem::replace(&mut *face, new_face).visible;
    let before = std::mem::replace(&mut *emotion, Emotion::from(reading));
    *pose = FacePose::from(reading);
    if !was_visible {
        world.trigger(FaceReturned { entity });
    }
    if before.dominant != reading.dominant {
        let (from, to) = (before.dominant, reading.dominant);
        world.trigger(ExpressionChanged { entity, from, to });
    }
    true
}

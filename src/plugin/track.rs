//! Events become entities: who appears, hides, returns and goes.

use std::collections::HashMap;
use std::time::Duration;

use bevy::ecs::schedule::ScheduleLabel;
use bevy::prelude::*;
use emotion_core::{Event, EventKind, FaceReading, SubjectId};

use super::analyze::Arrivals;
use super::camera::FaceOf;
use super::clock::{self, Faces};
use super::core::CorePlugin;
use super::feed::Arrived;
use super::{
    ConflictChanged, Emotion, EmotionSystems, ExpressionChanged, Face, FaceAppeared, FaceGone,
    FaceHidden, FacePose, FaceReturned, heard,
};

/// Mirrors what happens to faces into [`Face`] entities, and triggers their events.
#[derive(Debug, Clone, Copy, Default)]
pub struct TrackPlugin;

impl Plugin for TrackPlugin {
    fn build(&self, app: &mut App) {
        CorePlugin::ensure(app);
        app.register_type::<Face>()
            .register_type::<Emotion>()
            .register_type::<FacePose>()
            .init_resource::<Entities>()
            .init_resource::<LastStep>()
            .init_schedule(FaceStep)
            .add_systems(
                PreUpdate,
                // Observers may do anything: what else Bevy does before updates comes first.
                follow.in_set(EmotionSystems::Track).ambiguous_with_all(),
            );
    }
}

/// Runs once for each moment at which something happened to faces, with `Time<Faces>` at that exact
/// time, after the faces' components were written: several times in an update, or not at all. Where
/// nothing happens for longer, it runs each twentieth of a second while there are faces.
///
/// What is measured here is the same at any rate of updates, and in a replay at any speed.
#[derive(ScheduleLabel, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FaceStep;

/// The longest time between two [`FaceStep`]s while there are faces.
const LONGEST_STEP: Duration = Duration::from_millis(50);

/// The faces' entities by their subjects.
#[derive(Resource, Default)]
pub(super) struct Entities(pub(super) HashMap<SubjectId, Entity>);

/// The faces' clock at the last [`FaceStep`].
#[derive(Resource, Default)]
struct LastStep(Duration);

/// Lets everything happen that came in this update, one moment after the other.
fn follow(world: &mut World) {
    let (list, clock) = {
        let mut arrivals = world.resource_mut::<Arrivals>();
        (std::mem::take(&mut arrivals.list), arrivals.clock)
    };
    let start = world.resource::<Time<Faces>>().elapsed();
    // In a step, the clock's delta is the time since the step before.
    let last = world.resource::<LastStep>().0;
    reset_clock(world, last);
    for arrival in &list {
        if let Arrived::Heard(what) = &arrival.what {
            step_until(world, arrival.at);
            clock::set(&mut world.resource_mut::<Time<Faces>>(), arrival.at);
            heard::write(what, world);
            if arrival.events.is_empty() {
                step(world);
            }
        }
        let mut events = arrival.events.iter().peekable();
        while let Some(event) = events.next() {
            let at = event.time.0;
            step_until(world, at);
            clock::set(&mut world.resource_mut::<Time<Faces>>(), at);
            apply(arrival.stream, event, world);
            while let Some(event) = events.next_if(|next| next.time.0 == at) {
                apply(arrival.stream, event, world);
            }
            step(world);
        }
    }
    step_until(world, clock);
    // For everybody else it is the time since the update before.
    reset_clock(world, start.min(clock));
    clock::set(&mut world.resource_mut::<Time<Faces>>(), clock);
    world.resource_mut::<Arrivals>().list = list;
}

/// Puts the clock to `last`, without a delta.
fn reset_clock(world: &mut World, last: Duration) {
    let mut time = world.resource_mut::<Time<Faces>>();
    let mut anew = Time::new_with(*time.context());
    anew.advance_to(last);
    *time = anew;
}

/// Bridges silence up to `time`.
fn step_until(world: &mut World, time: Duration) {
    loop {
        let next = world.resource::<LastStep>().0 + LONGEST_STEP;
        if next >= time || world.resource::<Entities>().0.is_empty() {
            return;
        }
        clock::set(&mut world.resource_mut::<Time<Faces>>(), next);
        step(world);
    }
}

fn step(world: &mut World) {
    let now = world.resource::<Time<Faces>>().elapsed();
    world.resource_mut::<LastStep>().0 = now;
    world.run_schedule(FaceStep);
}

fn apply(stream: Entity, event: &Event, world: &mut World) {
    match &event.kind {
        EventKind::FaceAppeared { subject, face }
        | EventKind::FaceRead { subject, face }
        | EventKind::FaceReturned { subject, face } => {
            let returns = matches!(event.kind, EventKind::FaceReturned { .. });
            if !update(*subject, face, returns, world) {
                appear(stream, *subject, face, world);
            }
        }
        EventKind::FaceHidden { subject } => {
            let Some(entity) = entity_of(*subject, world) else { return };
            if let Some(mut face) = world.get_mut::<Face>(entity) {
                face.visible = false;
                world.trigger(FaceHidden { entity });
            }
        }
        EventKind::FaceGone { subject } => {
            let entity = entity_of(*subject, world);
            world.resource_mut::<Entities>().0.remove(subject);
            if let Some(entity) = entity {
                world.trigger(FaceGone { entity });
                // An observer may have despawned it.
                let _ = world.try_despawn(entity);
            }
        }
        EventKind::ExpressionChanged { subject, from, to } => {
            if let Some(entity) = entity_of(*subject, world) {
                world.trigger(ExpressionChanged { entity, from: *from, to: *to });
            }
        }
        EventKind::SubjectRead { subject, reading } => {
            if let Some(entity) = entity_of(*subject, world) {
                heard::write_answer(entity, reading, event.time.0, world);
            }
        }
        EventKind::ConflictChanged { subject, from, to } => {
            if let Some(entity) = entity_of(*subject, world) {
                world.trigger(ConflictChanged { entity, from: *from, to: *to });
            }
        }
        EventKind::EpochBegan
        | EventKind::FrameAnalyzed { .. }
        | EventKind::SpeakerChanged { .. }
        | EventKind::Problem { .. }
        | EventKind::Recovered => {}
    }
}

/// The entity of a subject, unless somebody else despawned it.
pub(super) fn entity_of(subject: SubjectId, world: &World) -> Option<Entity> {
    let entity = *world.resource::<Entities>().0.get(&subject)?;
    world.get_entity(entity).is_ok().then_some(entity)
}

fn appear(stream: Entity, subject: SubjectId, reading: &FaceReading, world: &mut World) {
    let name = Name::new(format!("face {subject}"));
    let face = Face::new(subject, reading);
    let mut entity =
        world.spawn((name, face, Emotion::from(reading), FacePose { roll: reading.roll }));
    entity.insert(FaceOf(stream));
    let entity = entity.id();
    world.resource_mut::<Entities>().0.insert(subject, entity);
    world.trigger(FaceAppeared { entity });
}

/// `false` when there is no such entity.
fn update(subject: SubjectId, reading: &FaceReading, returns: bool, world: &mut World) -> bool {
    let Some(entity) = entity_of(subject, world) else { return false };
    let Ok(mut entity_mut) = world.get_entity_mut(entity) else { return false };
    let Ok((mut face, mut emotion, mut pose)) =
        entity_mut.get_components_mut::<(&mut Face, &mut Emotion, &mut FacePose)>()
    else {
        return false;
    };
    *face = Face::new(subject, reading);
    *emotion = Emotion::from(reading);
    pose.roll = reading.roll;
    if returns {
        world.trigger(FaceReturned { entity });
    }
    true
}

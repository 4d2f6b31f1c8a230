//! Readings become entities: who appears, hides, returns and goes.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use bevy::prelude::*;

use super::capture::NewestFrame;
use super::{
    Emotion, EmotionStatus, EmotionSystems, ExpressionChanged, Face, FaceAppeared, FaceGone,
    FaceHidden, FacePose, FaceReturned, FrameAnalyzed,
};
use crate::track::{Reading, TrackerConfig};

/// Mirrors what the analyzer says into [`Face`] entities, and triggers their events.
///
/// The plugin is a resource, too: it may be changed while the app runs. Times are real ones, without
/// those in which [`EmotionStatus::paused`] is set.
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
        app.insert_resource(self.clone())
            .init_resource::<EmotionStatus>()
            .init_resource::<NewestFrame>()
            .init_resource::<Faces>()
            .add_message::<FrameAnalyzed>()
            .add_systems(
                Update,
                (advance_clock, forget_other_sources, mirror_readings, let_go)
                    .chain()
                    .in_set(EmotionSystems::Track),
            );
    }
}

/// The faces by their tracks' numbers.
#[derive(Resource, Default)]
struct Faces {
    by_track: BTreeMap<u64, Known>,
    /// The source that they were seen by.
    source: u64,
    /// Real time without pauses.
    clock: Duration,
    last_analysis: Duration,
    /// How long that one took.
    analysis_time: Duration,
}

struct Known {
    entity: Entity,
    /// Since when it is out of view.
    hidden_at: Option<Duration>,
}

impl Known {
    fn hide(&mut self, now: Duration, faces: &mut FaceQuery, commands: &mut Commands) {
        if self.hidden_at.is_none() {
            self.hidden_at = Some(now);
            if let Ok((mut face, ..)) = faces.get_mut(self.entity) {
                face.visible = false;
                commands.trigger(FaceHidden { entity: self.entity });
            }
        }
    }

    fn go(&self, commands: &mut Commands) {
        if commands.get_entity(self.entity).is_ok() {
            commands.trigger(FaceGone { entity: self.entity });
            commands.entity(self.entity).try_despawn();
        }
    }
}

type FaceQuery<'w, 's> =
    Query<'w, 's, (&'static mut Face, &'static mut Emotion, &'static mut FacePose)>;

fn advance_clock(time: Res<Time<Real>>, status: Res<EmotionStatus>, mut faces: ResMut<Faces>) {
    if !status.paused {
        faces.clock += time.delta();
    }
}

/// Faces that another source saw are gone at once.
fn forget_other_sources(
    newest: Res<NewestFrame>,
    mut known: ResMut<Faces>,
    mut faces: FaceQuery,
    mut commands: Commands,
) {
    if known.source == newest.source {
        return;
    }
    known.source = newest.source;
    let now = known.clock;
    for mut face in std::mem::take(&mut known.by_track).into_values() {
        face.hide(now, &mut faces, &mut commands);
        face.go(&mut commands);
    }
}

fn mirror_readings(
    mut analyzed: MessageReader<FrameAnalyzed>,
    mut known: ResMut<Faces>,
    mut faces: FaceQuery,
    mut commands: Commands,
) {
    for FrameAnalyzed { analysis, frame } in analyzed.read() {
        let frame_size = UVec2::new(frame.width(), frame.height());
        let known = &mut *known;
        known.last_analysis = known.clock;
        known.analysis_time = analysis.detect_time + analysis.classify_time;
        for reading in &analysis.readings {
            let face = Face::of(reading, frame_size);
            let is_known = known
                .by_track
                .get_mut(&reading.track)
                .is_some_and(|known| mirror(reading, face, known, &mut faces, &mut commands));
            if !is_known {
                let entity = appear(reading, face, &mut commands);
                known.by_track.insert(reading.track, Known { entity, hidden_at: None });
            }
        }
        let in_view: HashSet<u64> = analysis.readings.iter().map(|reading| reading.track).collect();
        for (track, face) in &mut known.by_track {
            if !in_view.contains(track) {
                face.hide(known.clock, &mut faces, &mut commands);
            }
        }
    }
}

fn appear(reading: &Reading, face: Face, commands: &mut Commands) -> Entity {
    let name = Name::new(format!("face {}", reading.track));
    let emotion = Emotion::from(reading);
    let entity = commands.spawn((name, face, emotion, FacePose::from(reading))).id();
    commands.trigger(FaceAppeared { entity });
    if emotion.dominant.is_some() {
        commands.trigger(ExpressionChanged { entity, from: None, to: emotion.dominant });
    }
    entity
}

/// `false` when the entity is not there any more: somebody else despawned it.
fn mirror(
    reading: &Reading,
    new_face: Face,
    known: &mut Known,
    faces: &mut FaceQuery,
    commands: &mut Commands,
) -> bool {
    let entity = known.entity;
    let Ok((mut face, mut emotion, mut pose)) = faces.get_mut(entity) else { return false };
    *face = new_face;
    *pose = FacePose::from(reading);
    let before = std::mem::replace(&mut *emotion, Emotion::from(reading));
    if known.hidden_at.take().is_some() {
        commands.trigger(FaceReturned { entity });
    }
    if before.dominant != reading.dominant {
        let (from, to) = (before.dominant, reading.dominant);
        commands.trigger(ExpressionChanged { entity, from, to });
    }
    true
}

/// Hides all faces when no analysis comes any more; lets those go that were hidden for long.
fn let_go(
    settings: Res<TrackPlugin>,
    mut known: ResMut<Faces>,
    mut faces: FaceQuery,
    mut commands: Commands,
) {
    let now = known.clock;
    if now - known.last_analysis > settings.hide_after.max(known.analysis_time * 3) {
        for face in known.by_track.values_mut() {
            face.hide(now, &mut faces, &mut commands);
        }
    }
    known.by_track.retain(|_, face| {
        let gone = face.hidden_at.is_some_and(|since| now - since > settings.keep_hidden);
        if gone {
            face.go(&mut commands);
        }
        !gone
    });
}

//! Cameras at work: their frames are analyzed on threads of their own, and what comes of it is put in order.

use std::sync::Arc;
use std::time::Duration;

use bevy::prelude::*;
use emotion_core::{Event, EventKind, SessionTime};
use emotion_models::ModelPool;
use emotion_session::{AnalyzerSettings, EngineStatus, Polled, Stream, StreamConfig};

use super::camera::{CameraStream, EmotionCamera, EmotionStatus};
use super::clock::{Faces, FacesTime};
use super::core::CorePlugin;
use super::feed::{Arrival, Arrived, EmotionFeed};
use super::hear::{Heard, Hearing};
use super::settings::{EmotionAnalyzer, FaceFuser, FaceMemory};
use super::{EmotionSystems, FrameAnalyzed};

/// Loads detector and model for each [`EmotionCamera`], and analyzes its newest frame whenever the
/// analysis before is done, on threads of their own. All cameras share one model.
///
/// What fails is shown in [`EmotionStatus::problem`].
#[derive(Debug, Clone, Default)]
pub struct AnalyzePlugin {
    /// What finds and reads faces; it becomes the resource [`EmotionAnalyzer`], unless the app has one.
    pub settings: AnalyzerSettings,
}

impl Plugin for AnalyzePlugin {
    fn build(&self, app: &mut App) {
        CorePlugin::ensure(app);
        if !app.world().contains_resource::<EmotionAnalyzer>() {
            app.insert_resource(EmotionAnalyzer(self.settings.clone()));
        }
        app.init_resource::<Models>().add_observer(close_camera).add_systems(
            PreUpdate,
            run_cameras.before(super::capture::take_frames).in_set(EmotionSystems::Capture),
        );
    }

    #[cfg(feature = "wgpu")]
    fn finish(&self, app: &mut App) {
        let handles = super::gpu::handles(app);
        app.world_mut().resource_mut::<Models>().shared_gpu = handles;
    }
}

/// The models of all cameras.
#[derive(Resource, Default)]
pub(super) struct Models {
    pool: Arc<ModelPool>,
    #[cfg(feature = "wgpu")]
    shared_gpu: Option<emotion_models::GpuHandles>,
}

impl Models {
    fn settings(&self, analyzer: &EmotionAnalyzer) -> AnalyzerSettings {
        let settings = analyzer.0.clone();
        #[cfg(feature = "wgpu")]
        let settings = AnalyzerSettings {
            shared_gpu: settings.shared_gpu.clone().or_else(|| self.shared_gpu.clone()),
            ..settings
        };
        settings
    }
}

/// Puts new cameras to work, and tells all of changed settings.
fn run_cameras(
    models: Res<Models>,
    analyzer: Res<EmotionAnalyzer>,
    memory: Res<FaceMemory>,
    mut feed: ResMut<EmotionFeed>,
    mut cameras: Query<(Entity, Ref<EmotionCamera>, Option<&mut CameraStream>)>,
    mut commands: Commands,
) {
    for (entity, camera, running) in &mut cameras {
        let Some(mut running) = running else {
            let config = StreamConfig { analyzer: models.settings(&analyzer), lifecycle: memory.0 };
            let (id, pool) = (feed.next_stream(), models.pool.clone());
            let stream = Stream::new(id, camera.0.clone(), config, pool);
            commands.entity(entity).insert(CameraStream { stream, rests: false });
            continue;
        };
        if camera.is_changed() && !running.is_added() {
            running.stream.set_capture(camera.0.clone());
        }
        if analyzer.is_changed() && !running.is_added() {
            running.stream.set_analyzer(models.settings(&analyzer));
        }
    }
}

/// A camera was removed: its faces go with it.
fn close_camera(
    removed: On<Remove, EmotionCamera>,
    time: Res<Time<Faces>>,
    mut cameras: Query<&mut CameraStream>,
    mut arrivals: ResMut<Arrivals>,
) {
    let entity = removed.entity;
    if let Ok(mut camera) = cameras.get_mut(entity) {
        let at = time.elapsed();
        let events = camera.stream.close(SessionTime(at));
        arrivals.leftover.push(Arrival { stream: entity, at, what: Arrived::Silence, events });
    }
}

/// What came to the faces in this update, in order.
#[derive(Resource, Debug, Default)]
pub(crate) struct Arrivals {
    pub(super) list: Vec<Arrival>,
    /// Of cameras that are no more.
    leftover: Vec<Arrival>,
    /// The clock at the end of the update.
    pub(super) clock: Duration,
}

impl Arrivals {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arrival> {
        self.list.iter()
    }

    /// The faces' clock at the end of the update.
    pub(crate) const fn clock(&self) -> Duration {
        self.clock
    }
}

/// Puts what came into its order and time, and tells everybody.
pub(super) fn gather(
    real: Res<Time<Real>>,
    time: Res<Time<Faces>>,
    memory: Res<FaceMemory>,
    fuser: Res<FaceFuser>,
    mut hearing: ResMut<Hearing>,
    mut feed: ResMut<EmotionFeed>,
    mut cameras: Query<(Entity, &mut CameraStream, &mut EmotionStatus)>,
    mut arrivals: ResMut<Arrivals>,
    mut analyzed: MessageWriter<FrameAnalyzed>,
    mut commands: Commands,
) {
    let paused = time.is_paused();
    let mut clock = time.elapsed();
    if !feed.keeps_time() && !paused {
        clock += real.delta();
    }
    let mut list = std::mem::take(&mut arrivals.leftover);
    let driven = feed.driver().is_some();
    let mut sorted: Vec<_> = cameras.iter_mut().collect();
    sorted.sort_by_key(|(_, camera, _)| camera.stream.id());
    let mut view_size = None;
    for (entity, mut camera, mut status) in sorted {
        let CameraStream { stream, rests } = &mut *camera;
        if driven && !*rests {
            stream.begin_epoch();
        }
        *rests = driven;
        stream.set_lifecycle(memory.0);
        stream.set_fuser(fuser.0);
        let now = SessionTime(clock);
        let polled = match paused {
            true => stream.poll_held(now, real.delta()),
            false => stream.poll(now, real.delta()),
        };
        show_status(&mut status, stream.engine().status());
        view_size = view_size.or(status.frame_size);
        list.extend(arrival_of(entity, polled, clock));
    }
    list.extend(feed.take_fed(&mut clock, paused, memory.0, &mut commands));
    list.extend(feed.take_guests(clock, paused, view_size, memory.0, &mut commands));
    feed.set_fuser(fuser.0);
    for heard in hearing.take(clock) {
        match hear(&heard, clock, &mut feed, &mut cameras) {
            Some((stream, events)) => {
                list.push(Arrival { stream, at: clock, what: Arrived::Heard(heard), events });
            }
            None => hearing.leave_out(&heard),
        }
    }
    if !driven {
        // Streams happen side by side; a stream's own order stays. A driver's clock may jump.
        list.sort_by_key(|arrival| arrival.at);
    }
    for arrival in &list {
        if let Arrived::Frame(frame) = &arrival.what {
            analyzed.write(frame.clone());
        }
    }
    arrivals.list = list;
    arrivals.clock = clock;
}

/// Tells whichever stream it belongs to; `None` where nobody knows whom it is about.
fn hear(
    heard: &Heard,
    clock: Duration,
    feed: &mut EmotionFeed,
    cameras: &mut Query<(Entity, &mut CameraStream, &mut EmotionStatus)>,
) -> Option<(Entity, Vec<Event>)> {
    let evidence = heard.evidence(clock);
    let of_camera =
        cameras.iter_mut().find(|(_, camera, _)| camera.stream.id() == heard.subject.stream);
    match of_camera {
        Some((entity, mut camera, _)) => {
            let events = match evidence {
                Some(evidence) => camera.stream.hear(SessionTime(clock), evidence)?,
                None => Vec::new(),
            };
            Some((entity, events))
        }
        None => feed.hear(clock, heard.subject, evidence),
    }
}

fn arrival_of(entity: Entity, polled: Polled, clock: Duration) -> Option<Arrival> {
    let Polled { events, finished } = polled;
    let begins = events.iter().any(|event| event.kind == EventKind::EpochBegan);
    let what = match finished {
        Some(finished) => Arrived::Frame(FrameAnalyzed {
            camera: entity,
            origin: finished.frame.origin(),
            analysis: Arc::new(finished.analysis),
            frame_size: UVec2::new(finished.frame.width(), finished.frame.height()),
            frame: Some(finished.frame),
            at: clock,
        }),
        None if begins => Arrived::NewEpoch { clock },
        None if events.is_empty() => return None,
        None => Arrived::Silence,
    };
    Some(Arrival { stream: entity, at: clock, what, events })
}

fn show_status(status: &mut Mut<EmotionStatus>, engine: EngineStatus) {
    let EngineStatus { classifier, loading, problem } = engine;
    let frame_size = status.frame_size;
    status.set_if_neq(EmotionStatus { classifier, loading, problem, frame_size });
}

//! An app that a test plays: frames go in at the real channel, a script plays detector and
//! classifier, and what happens is written down.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use bevy::prelude::*;
use bevy::time::TimeUpdateStrategy;
use bevy_emotion::FaceImage;
use bevy_emotion::capture::{Capture, CaptureState, FrameSender, frame_slot};
use bevy_emotion::models::{Classifier, ClassifierInfo, ClassifyError};
use bevy_emotion::plugin::{
    AnalyzePlugin, Emotion, EmotionCamera, EmotionPlugins, EmotionStatus, ExpressionChanged, Face,
    FaceAppeared, FaceGone, FaceHidden, FaceReturned, Faces, FacesTime, FrameAnalyzed,
};
use bevy_emotion::session::Analyzer;
use bevy_emotion::session::AnalyzerSettings;
use bevy_emotion::vision::detect::{DetectError, Detection, FaceDetector, FoundBy, KnownFace};
use bevy_emotion::vision::track::TrackerConfig;
use bevy_emotion::{Expression, Scores};
use bevy_emotion::{Frame, FrameRect};

/// Time between two frames, for the source's clock and for the app's.
pub const FRAME_TIME: Duration = Duration::from_millis(33);
/// Nothing here takes this long, on any machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub const LEFT: (f32, f32) = (100.0, 120.0);
pub const RIGHT: (f32, f32) = (240.0, 120.0);

/// What is in front of the camera, as the played detector and classifier see it.
#[derive(Default)]
pub struct Scene {
    /// Middle and expression of each face, from left to right.
    pub faces: Vec<((f32, f32), Expression)>,
    pub failing: bool,
    pub crashing: bool,
    /// The next analysis does not return; or none does.
    pub hangs_once: bool,
    pub hanging: bool,
    /// Those that hang return.
    pub released: bool,
    /// How often an analyzer was made.
    pub made: u32,
}

pub type SharedScene = Arc<Mutex<Scene>>;

struct PlayedDetector(SharedScene);

impl FaceDetector for PlayedDetector {
    fn detect(
        &mut self,
        frame: &Frame,
        known: &[KnownFace],
    ) -> Result<Vec<Detection>, DetectError> {
        let (crashing, failing, faces) = {
            let scene = self.0.lock().unwrap();
            (scene.crashing, scene.failing, scene.faces.clone())
        };
        assert!(!crashing, "the played detector crashes");
        let hangs = {
            let mut scene = self.0.lock().unwrap();
            std::mem::take(&mut scene.hangs_once) || scene.hanging
        };
        while hangs && !self.0.lock().unwrap().released {
            std::thread::sleep(Duration::from_millis(1));
        }
        if failing {
            let reason = "the played detector fails".to_owned();
            return Err(DetectError::Library { frame: format!("{frame:?}"), reason });
        }
        let detection = |center| {
            let bbox_in_frame = FrameRect::square(center, 80.0);
            let known = known.iter().find(|known| known.bbox_in_frame.iou(&bbox_in_frame) > 0.5);
            Detection {
                bbox_in_frame,
                roll: 0.1,
                confidence: 1.0,
                found_by: FoundBy::Frontal,
                known: known.map(|known| known.track),
            }
        };
        Ok(faces.iter().map(|(center, _)| detection(*center)).collect())
    }

    fn reset(&mut self) {}
}

/// Faces come in the order of their tracks: from left to right, as long as none comes later.
struct PlayedClassifier(SharedScene, ClassifierInfo);

impl Classifier for PlayedClassifier {
    fn classify(&mut self, images: &[FaceImage]) -> Result<Vec<Scores>, ClassifyError> {
        let scene = self.0.lock().unwrap();
        let scores = scene.faces.iter().map(|(_, expression)| Scores::certain(*expression));
        Ok(scores.chain(std::iter::repeat(Scores::UNIFORM)).take(images.len()).collect())
    }

    fn description(&self) -> &ClassifierInfo {
        &self.1
    }
}

pub fn played(scene: &SharedScene) -> AnalyzePlugin {
    AnalyzePlugin { settings: played_settings(scene) }
}

pub fn played_settings(scene: &SharedScene) -> AnalyzerSettings {
    let scene = scene.clone();
    AnalyzerSettings::with_analyzer(move || {
        scene.lock().unwrap().made += 1;
        let info = ClassifierInfo {
            model: "played".to_owned(),
            backend: "cpu".to_owned(),
            device: "script".to_owned(),
            note: None,
            confusion: None,
        };
        Ok(Analyzer::new(
            Box::new(PlayedDetector(scene.clone())),
            Box::new(PlayedClassifier(scene.clone(), info)),
            TrackerConfig::default(),
        ))
    })
}

/// What observers and systems of the app saw, in order.
#[derive(Resource, Default)]
pub struct Seen {
    pub events: Vec<(Entity, Happening)>,
    /// When they happened, on the faces' clock.
    pub times: Vec<Duration>,
    pub analyzed: Vec<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Happening {
    Appeared,
    Hidden,
    Returned,
    Gone,
    Shows(Option<Expression>, Option<Expression>),
}

/// An app with a camera and a scene that the test plays.
pub struct Stage {
    pub app: App,
    /// The camera's entity.
    pub entity: Entity,
    pub camera: FrameSender,
    pub scene: SharedScene,
    pub frames: u64,
}

impl Stage {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(prepare: impl FnOnce(&mut App)) -> Self {
        let scene = SharedScene::default();
        let (camera, frames) = frame_slot();
        let mut app = App::new();
        app.add_plugins(MinimalPlugins);
        prepare(&mut app);
        let capture = Capture::from_receiver("stage".into(), frames);
        let entity = app.world_mut().spawn(EmotionCamera::new(capture)).id();
        app.add_plugins(EmotionPlugins.set(played(&scene)));
        Self { app: start(app), entity, camera, scene, frames: 0 }
    }

    pub fn scene(&self) -> MutexGuard<'_, Scene> {
        self.scene.lock().unwrap()
    }

    pub fn show(&self, faces: &[((f32, f32), Expression)]) {
        self.scene().faces = faces.to_vec();
    }

    pub fn offer_frame(&mut self) -> u64 {
        let sequence = self.frames;
        self.frames += 1;
        let rgb = [200, 100, 50].repeat(320 * 240);
        let time = FRAME_TIME * u32::try_from(sequence).unwrap();
        self.camera.offer(Frame::from_rgb(rgb, 320, 240, sequence, time).unwrap());
        sequence
    }

    /// Plays `count` frames; each has been analyzed, or has failed, when this returns.
    pub fn play(&mut self, count: usize) {
        for _ in 0..count {
            let sequence = self.offer_frame();
            advance(&mut self.app, FRAME_TIME);
            until(&mut self.app, "the frame is analyzed", |app| {
                app.world().resource::<Seen>().analyzed.last() == Some(&sequence)
                    || problem(app).is_some()
            });
        }
    }

    pub fn take_events(&mut self) -> Vec<(Entity, Happening)> {
        std::mem::take(&mut self.app.world_mut().resource_mut::<Seen>().events)
    }

    pub fn take_happenings(&mut self) -> Vec<Happening> {
        self.take_events().into_iter().map(|(_, happening)| happening).collect()
    }

    pub fn faces(&mut self) -> Vec<(Face, Emotion)> {
        let mut query = self.app.world_mut().query::<(&Face, &Emotion)>();
        let mut faces: Vec<_> =
            query.iter(self.app.world()).map(|(face, emotion)| (*face, *emotion)).collect();
        faces.sort_by_key(|(face, _)| face.subject);
        faces
    }

    pub fn status(&self) -> EmotionStatus {
        self.app.world().get::<EmotionStatus>(self.entity).unwrap().clone()
    }

    pub fn set_paused(&mut self, paused: bool) {
        self.app.world_mut().resource_mut::<Time<Faces>>().set_paused(paused);
    }

    pub fn is_paused(&self) -> bool {
        self.app.world().resource::<Time<Faces>>().is_paused()
    }
}

/// Adds what watches, and finishes the plugins as a runner would; time stands still from here on.
pub fn start(mut app: App) -> App {
    fn record<E: EntityEvent + Copy>(
        app: &mut App,
        happening: impl Fn(E) -> Happening + Send + Sync + 'static,
    ) {
        app.add_observer(
            move |event: On<E>,
                  faces: Query<&Face>,
                  time: Res<Time<Faces>>,
                  mut seen: ResMut<Seen>| {
                let entity = event.event_target();
                assert!(faces.contains(entity), "events are about faces that are there");
                seen.events.push((entity, happening(*event)));
                seen.times.push(time.elapsed());
            },
        );
    }
    app.init_resource::<Seen>().add_systems(
        Update,
        |mut messages: MessageReader<FrameAnalyzed>, mut seen: ResMut<Seen>| {
            seen.analyzed.extend(messages.read().map(|message| message.analysis.sequence));
        },
    );
    record(&mut app, |_: FaceAppeared| Happening::Appeared);
    record(&mut app, |_: FaceHidden| Happening::Hidden);
    record(&mut app, |_: FaceReturned| Happening::Returned);
    record(&mut app, |_: FaceGone| Happening::Gone);
    record(&mut app, |change: ExpressionChanged| Happening::Shows(change.from, change.to));
    app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::ZERO));
    app.finish();
    app.cleanup();
    app
}

/// One update at which `time` has passed.
pub fn advance(app: &mut App, time: Duration) {
    app.insert_resource(TimeUpdateStrategy::ManualDuration(time));
    app.update();
    app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::ZERO));
}

/// Updates until `done`, while the app's time stands still.
pub fn until(app: &mut App, what: &str, done: impl Fn(&App) -> bool) {
    let start = Instant::now();
    while !done(app) {
        assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
        app.update();
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// How the first camera is doing.
pub fn status(app: &App) -> Option<EmotionStatus> {
    let mut cameras = app.world().try_query::<(&EmotionCamera, &EmotionStatus)>()?;
    cameras.iter(app.world()).next().map(|(_, status)| status.clone())
}

pub fn capture_state(app: &App) -> Option<CaptureState> {
    let mut cameras = app.world().try_query::<&EmotionCamera>()?;
    cameras.iter(app.world()).next().map(|camera| camera.status().state)
}

pub fn problem(app: &App) -> Option<String> {
    status(app).and_then(|status| status.problem)
}

pub fn is_loading(app: &App) -> bool {
    status(app).is_some_and(|status| status.loading)
}

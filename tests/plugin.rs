//! The plugin in Bevy apps without a window: frames go in at the real channel, entities and events
//! come out. Where the logic must be exact, detector and classifier are played by a script.

#![cfg(feature = "plugin")]
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use bevy::diagnostic::{DiagnosticPath, DiagnosticsStore};
use bevy::ecs::schedule::{LogLevel, ScheduleBuildSettings};
use bevy::prelude::*;
use bevy::time::TimeUpdateStrategy;
use bevy_emotion::analyzer::Analyzer;
use bevy_emotion::capture::{
    Capture, CaptureCommand, CaptureState, FrameSender, SourceSpec, frame_slot,
};
#[cfg(feature = "opencv")]
use bevy_emotion::capture::{
    FrameSource,
    puppet::{PuppetConfig, PuppetScript, PuppetSource},
};
#[cfg(feature = "opencv")]
use bevy_emotion::classify::BackendChoice;
use bevy_emotion::classify::preprocess::FaceImage;
use bevy_emotion::classify::{Classifier, ClassifierInfo, ClassifyError, ModelChoice};
use bevy_emotion::detect::{DetectError, Detection, Evidence, FaceDetector, KnownFace};
use bevy_emotion::emotion::{Expression, Scores};
use bevy_emotion::frame::{Frame, FrameRect};
use bevy_emotion::plugin::{
    AnalyzePlugin, CameraImage, CapturePlugin, Emotion, EmotionCamera, EmotionDiagnosticsPlugin,
    EmotionPlugins, EmotionStatus, EmotionSystems, ExpressionChanged, Face, FaceAppeared, FaceGone,
    FaceHidden, FaceReturned, FrameAnalyzed, TrackPlugin,
};
use bevy_emotion::track::TrackerConfig;

/// Time between two frames, for the source's clock and for the app's.
const FRAME_TIME: Duration = Duration::from_millis(33);
/// Nothing here takes this long, on any machine.
const PATIENCE: Duration = Duration::from_secs(60);

const LEFT: (f32, f32) = (100.0, 120.0);
const RIGHT: (f32, f32) = (240.0, 120.0);

/// What is in front of the camera, as the played detector and classifier see it.
#[derive(Default)]
struct Scene {
    /// Middle and expression of each face, from left to right.
    faces: Vec<((f32, f32), Expression)>,
    failing: bool,
    crashing: bool,
    /// How often an analyzer was made.
    made: u32,
}

type SharedScene = Arc<Mutex<Scene>>;

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
        if failing {
            let reason = "the played detector fails".to_owned();
            return Err(DetectError::Library { frame: format!("{frame:?}"), reason });
        }
        let detection = |center| {
            let box_in_frame = FrameRect::square(center, 80.0);
            let known = known.iter().find(|known| known.box_in_frame.iou(&box_in_frame) > 0.5);
            Detection {
                box_in_frame,
                roll: 0.1,
                confidence: 1.0,
                evidence: Evidence::Frontal,
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

fn played(scene: &SharedScene) -> AnalyzePlugin {
    let scene = scene.clone();
    AnalyzePlugin::with_analyzer(move || {
        scene.lock().unwrap().made += 1;
        let info = ClassifierInfo {
            model: "played".to_owned(),
            backend: "cpu".to_owned(),
            device: "script".to_owned(),
            note: None,
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
struct Seen {
    events: Vec<(Entity, Happening)>,
    analyzed: Vec<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Happening {
    Appeared,
    Hidden,
    Returned,
    Gone,
    Shows(Option<Expression>, Option<Expression>),
}

/// An app with a camera and a scene that the test plays.
struct Stage {
    app: App,
    camera: FrameSender,
    scene: SharedScene,
    frames: u64,
}

impl Stage {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(prepare: impl FnOnce(&mut App)) -> Self {
        let scene = SharedScene::default();
        let (camera, frames) = frame_slot();
        let mut app = App::new();
        app.add_plugins(MinimalPlugins);
        prepare(&mut app);
        app.insert_resource(EmotionCamera::new(Capture::from_receiver("stage".into(), frames)))
            .add_plugins(EmotionPlugins.set(played(&scene)));
        Self { app: start(app), camera, scene, frames: 0 }
    }

    fn scene(&self) -> MutexGuard<'_, Scene> {
        self.scene.lock().unwrap()
    }

    fn show(&self, faces: &[((f32, f32), Expression)]) {
        self.scene().faces = faces.to_vec();
    }

    fn offer_frame(&mut self) -> u64 {
        let sequence = self.frames;
        self.frames += 1;
        let rgb = [200, 100, 50].repeat(320 * 240);
        let time = FRAME_TIME * u32::try_from(sequence).unwrap();
        self.camera.offer(Frame::from_rgb(rgb, 320, 240, sequence, time).unwrap());
        sequence
    }

    /// Plays `count` frames; each has been analyzed, or has failed, when this returns.
    fn play(&mut self, count: usize) {
        for _ in 0..count {
            let sequence = self.offer_frame();
            advance(&mut self.app, FRAME_TIME);
            until(&mut self.app, "the frame is analyzed", |app| {
                app.world().resource::<Seen>().analyzed.last() == Some(&sequence)
                    || app.world().resource::<EmotionStatus>().problem.is_some()
            });
        }
    }

    fn take_events(&mut self) -> Vec<(Entity, Happening)> {
        std::mem::take(&mut self.app.world_mut().resource_mut::<Seen>().events)
    }

    fn take_happenings(&mut self) -> Vec<Happening> {
        self.take_events().into_iter().map(|(_, happening)| happening).collect()
    }

    fn faces(&mut self) -> Vec<(Face, Emotion)> {
        let mut query = self.app.world_mut().query::<(&Face, &Emotion)>();
        let mut faces: Vec<_> =
            query.iter(self.app.world()).map(|(face, emotion)| (*face, *emotion)).collect();
        faces.sort_by_key(|(face, _)| face.track);
        faces
    }

    fn status(&self) -> EmotionStatus {
        self.app.world().resource::<EmotionStatus>().clone()
    }
}

/// Adds what watches, and finishes the plugins as a runner would; time stands still from here on.
fn start(mut app: App) -> App {
    fn record<E: EntityEvent + Copy>(
        app: &mut App,
        happening: impl Fn(E) -> Happening + Send + Sync + 'static,
    ) {
        app.add_observer(move |event: On<E>, faces: Query<&Face>, mut seen: ResMut<Seen>| {
            let entity = event.event_target();
            assert!(faces.contains(entity), "events are about faces that are there");
            seen.events.push((entity, happening(*event)));
        });
    }
    app.init_resource::<Seen>().add_systems(
        Update,
        (|mut messages: MessageReader<FrameAnalyzed>, mut seen: ResMut<Seen>| {
            seen.analyzed.extend(messages.read().map(|message| message.analysis.sequence));
        })
        .in_set(EmotionSystems::React),
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
fn advance(app: &mut App, time: Duration) {
    app.insert_resource(TimeUpdateStrategy::ManualDuration(time));
    app.update();
    app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::ZERO));
}

/// Updates until `done`, while the app's time stands still.
fn until(app: &mut App, what: &str, done: impl Fn(&App) -> bool) {
    let start = Instant::now();
    while !done(app) {
        assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
        app.update();
        std::thread::sleep(Duration::from_micros(200));
    }
}

fn problem(app: &App) -> Option<&str> {
    app.world().resource::<EmotionStatus>().problem.as_deref()
}

#[test]
fn a_face_appears_hides_returns_and_goes() {
    let mut stage = Stage::new();
    stage.play(3);
    assert!(stage.faces().is_empty() && stage.take_events().is_empty());

    stage.show(&[(LEFT, Expression::Happy)]);
    stage.play(12);
    let events = stage.take_events();
    let entity = events[0].0;
    let shows_happy = Happening::Shows(None, Some(Expression::Happy));
    assert_eq!(events, [(entity, Happening::Appeared), (entity, shows_happy)]);
    let (face, emotion) = stage.faces()[0];
    assert!(face.visible && face.presence > 0.5);
    assert_eq!(face.frame_size, UVec2::new(320, 240));
    assert!((face.box_in_frame.center().0 - LEFT.0).abs() < 2.0);
    assert_eq!(emotion.dominant, Some(Expression::Happy));
    assert!(emotion.confidence > 0.8 && emotion.valence > 0.5);

    stage.show(&[]);
    stage.play(12);
    assert_eq!(stage.take_events(), [(entity, Happening::Hidden)]);
    let (hidden, emotion) = stage.faces()[0];
    assert!(!hidden.visible && hidden.track == face.track);
    assert_eq!(emotion.dominant, Some(Expression::Happy), "a hidden face stays as last seen");

    stage.show(&[(LEFT, Expression::Happy)]);
    stage.play(12);
    assert_eq!(stage.take_events(), [(entity, Happening::Returned)]);
    assert!(stage.faces()[0].0.visible);

    stage.show(&[]);
    stage.play(100);
    assert_eq!(stage.take_events(), [(entity, Happening::Hidden), (entity, Happening::Gone)]);
    assert!(stage.faces().is_empty());
    assert!(stage.app.world().get_entity(entity).is_err(), "gone faces are despawned");
}

#[test]
fn a_change_of_expression_is_told_once() {
    let mut stage = Stage::new();
    stage.show(&[(LEFT, Expression::Happy)]);
    stage.play(12);
    stage.take_events();

    stage.show(&[(LEFT, Expression::Sad)]);
    stage.play(30);
    let changes = stage.take_happenings();
    let (Some(Happening::Shows(from, _)), Some(Happening::Shows(_, to))) =
        (changes.first(), changes.last())
    else {
        panic!("changes of expression only, not {changes:?}");
    };
    assert_eq!((*from, *to), (Some(Expression::Happy), Some(Expression::Sad)));
    assert!(changes.len() <= 2, "at most through \"unsure\": {changes:?}");
}

#[test]
fn two_faces_are_two_entities() {
    let mut stage = Stage::new();
    stage.show(&[(LEFT, Expression::Happy), (RIGHT, Expression::Angry)]);
    stage.play(12);
    let faces = stage.faces();
    assert_eq!(faces.len(), 2);
    assert_ne!(faces[0].0.track, faces[1].0.track);
    for (face, emotion) in &faces {
        let is_left = face.box_in_frame.center().0 < 170.0;
        let expected = if is_left { Expression::Happy } else { Expression::Angry };
        assert_eq!(emotion.dominant, Some(expected));
    }

    stage.take_events();
    stage.show(&[(LEFT, Expression::Happy)]);
    stage.play(12);
    assert_eq!(stage.take_happenings(), [Happening::Hidden]);
    assert_eq!(stage.faces().iter().filter(|(face, _)| face.visible).count(), 1);
}

#[test]
fn a_face_that_the_app_despawned_appears_again() {
    let mut stage = Stage::new();
    stage.show(&[(LEFT, Expression::Happy)]);
    stage.play(12);
    let entity = stage.take_events()[0].0;
    stage.app.world_mut().despawn(entity);
    stage.play(1);
    assert_eq!(stage.take_happenings()[0], Happening::Appeared);
    assert_eq!(stage.faces().len(), 1);
}

#[test]
fn pausing_holds_everything() {
    let mut stage = Stage::new();
    stage.show(&[(LEFT, Expression::Happy)]);
    stage.play(12);
    stage.take_events();

    stage.app.world_mut().resource_mut::<EmotionStatus>().paused = true;
    stage.app.update();
    assert_eq!(stage.app.world().resource::<EmotionCamera>().status().state, CaptureState::Paused);
    stage.show(&[]);
    let held = stage.offer_frame();
    for _ in 0..20 {
        advance(&mut stage.app, Duration::from_secs(1));
    }
    assert!(!stage.app.world().resource::<Seen>().analyzed.contains(&held));
    assert!(stage.take_events().is_empty() && stage.faces()[0].0.visible);

    stage.app.world_mut().resource_mut::<EmotionStatus>().paused = false;
    until(&mut stage.app, "the held frame is analyzed", |app| {
        app.world().resource::<Seen>().analyzed.contains(&held)
    });
    stage.play(12);
    assert_eq!(stage.take_happenings(), [Happening::Hidden]);
}

#[test]
fn a_source_that_was_switched_is_not_paused() {
    let mut stage = Stage::new();
    stage.app.world_mut().resource_mut::<EmotionStatus>().paused = true;
    stage.app.update();
    assert!(stage.status().paused);
    // What a source does to itself when it is switched.
    stage.app.world().resource::<EmotionCamera>().send(CaptureCommand::Pause(false));
    stage.app.update();
    assert!(!stage.status().paused);
}

#[test]
fn faces_hide_and_go_when_the_camera_falls_silent() {
    let mut stage = Stage::new();
    stage.show(&[(LEFT, Expression::Happy)]);
    stage.play(12);
    stage.take_events();
    let settings = stage.app.world().resource::<TrackPlugin>().clone();

    advance(&mut stage.app, settings.hide_after / 2);
    assert!(stage.take_events().is_empty());
    advance(&mut stage.app, settings.hide_after);
    assert_eq!(stage.take_happenings(), [Happening::Hidden]);
    advance(&mut stage.app, settings.keep_hidden * 2);
    assert_eq!(stage.take_happenings(), [Happening::Gone]);
}

#[test]
fn faces_of_another_source_are_other_faces() {
    const OTHERS: [Happening; 3] = [Happening::Hidden, Happening::Gone, Happening::Appeared];
    let mut stage = Stage::new();
    stage.show(&[(LEFT, Expression::Happy)]);
    stage.play(12);
    let old = stage.faces()[0].0.track;
    stage.take_events();

    stage.frames = 0;
    stage.play(12);
    assert_eq!(stage.take_happenings()[..3], OTHERS);
    assert!(stage.faces()[0].0.track > old, "track numbers are not given twice");

    let (camera, frames) = frame_slot();
    stage.camera = camera;
    let other = Capture::from_receiver("another stage".into(), frames);
    stage.app.insert_resource(EmotionCamera::new(other));
    stage.play(12);
    assert_eq!(stage.take_happenings()[..3], OTHERS);
}

#[test]
fn an_analysis_that_fails_is_shown_and_survived() {
    let mut stage = Stage::new();
    stage.show(&[(LEFT, Expression::Happy)]);
    stage.play(12);
    stage.scene().failing = true;
    stage.play(2);
    let text = stage.status().problem.expect("a problem");
    assert!(text.contains("the played detector fails"), "{text}");

    stage.scene().failing = false;
    stage.offer_frame();
    until(&mut stage.app, "the problem is over", |app| problem(app).is_none());
    stage.play(2);
    assert!(stage.faces()[0].0.visible);
    assert_eq!(stage.scene().made, 1, "the analyzer is still the same");
}

#[test]
fn an_analysis_that_crashes_is_shown_and_started_again() {
    let mut stage = Stage::new();
    stage.show(&[(LEFT, Expression::Happy)]);
    stage.play(12);
    stage.take_events();
    stage.scene().crashing = true;
    stage.play(1);
    let text = stage.status().problem.expect("a problem");
    assert!(text.contains("the played detector crashes"), "{text}");

    stage.scene().crashing = false;
    stage.offer_frame();
    until(&mut stage.app, "the problem is over", |app| problem(app).is_none());
    stage.play(12);
    let others = [Happening::Hidden, Happening::Gone, Happening::Appeared];
    assert_eq!(stage.take_happenings()[..3], others);
    assert_eq!(stage.scene().made, 2);
}

#[test]
fn an_analysis_that_always_crashes_is_given_up() {
    let mut stage = Stage::new();
    stage.scene().crashing = true;
    let start = Instant::now();
    while problem(&stage.app).is_none_or(|text| !text.contains("not starting it again")) {
        assert!(start.elapsed() < PATIENCE, "it is not given up");
        stage.offer_frame();
        stage.app.update();
        std::thread::sleep(Duration::from_millis(1));
    }
    let made = stage.scene().made;
    for _ in 0..20 {
        stage.offer_frame();
        stage.app.update();
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!((made, stage.scene().made), (3, 3));

    // Changed settings are another chance.
    stage.scene().crashing = false;
    stage.app.world_mut().resource_mut::<AnalyzePlugin>().set_changed();
    stage.offer_frame();
    until(&mut stage.app, "the problem is over", |app| problem(app).is_none());
}

#[test]
fn what_cannot_be_loaded_is_shown_and_may_be_replaced() {
    let mut stage = Stage::new();
    stage.show(&[(LEFT, Expression::Happy)]);
    stage.play(12);
    stage.app.insert_resource(AnalyzePlugin {
        model: ModelChoice::Path("no/such/model.safetensors".into()),
        cascades: Some("no/such/folder".into()),
        ..default()
    });
    until(&mut stage.app, "the load fails", |app| problem(app).is_some());
    let text = stage.status().problem.unwrap_or_default();
    assert!(text.contains("no/such"), "{text}");

    let frame = stage.offer_frame();
    until(&mut stage.app, "what was in use goes on", |app| {
        app.world().resource::<Seen>().analyzed.last() == Some(&frame)
    });
    assert!(stage.status().problem.is_some(), "and the problem stays on screen");

    let scene = stage.scene.clone();
    stage.app.insert_resource(played(&scene));
    until(&mut stage.app, "the problem is over", |app| {
        problem(app).is_none() && !app.world().resource::<EmotionStatus>().loading
    });
    stage.play(12);
    assert_eq!(stage.scene().made, 2);
    assert_eq!(stage.status().classifier.map(|info| info.model), Some("played".to_owned()));
}

#[test]
fn a_maker_that_fails_is_a_problem_to_be_read() {
    let (_camera, frames) = frame_slot();
    let mut app = App::new();
    app.add_plugins(MinimalPlugins)
        .insert_resource(EmotionCamera::new(Capture::from_receiver("none".into(), frames)))
        .add_plugins(EmotionPlugins.set(AnalyzePlugin::with_analyzer(|| {
            Err(Box::<dyn Error + Send + Sync>::from("the licence has expired"))
        })));
    let mut app = start(app);
    until(&mut app, "it is shown", |app| problem(app) == Some("the licence has expired"));
}

#[test]
fn no_camera_is_shown_and_survived() {
    let scene = SharedScene::default();
    for source in [SourceSpec::Camera(Some(4711)), SourceSpec::Path("no/such/film.mp4".into())] {
        let mut app = App::new();
        app.add_plugins(MinimalPlugins).add_plugins(
            EmotionPlugins.set(CapturePlugin { source, ..default() }).set(played(&scene)),
        );
        let mut app = start(app);
        until(&mut app, "the source has failed", |app| {
            match app.world().resource::<EmotionCamera>().status().state {
                CaptureState::Failed { reason } | CaptureState::Retrying { reason, .. } => {
                    assert!(!reason.is_empty());
                    true
                }
                _ => false,
            }
        });
        app.update();
    }
}

#[test]
fn two_apps_in_one_process_do_not_meet() {
    let (mut one, mut other) = (Stage::new(), Stage::new());
    one.show(&[(LEFT, Expression::Happy)]);
    other.show(&[(LEFT, Expression::Sad), (RIGHT, Expression::Angry)]);
    for _ in 0..12 {
        one.play(1);
        other.play(1);
    }
    assert_eq!(one.faces().len(), 1);
    assert_eq!(other.faces().len(), 2);
    assert_eq!(one.faces()[0].1.dominant, Some(Expression::Happy));
    assert_eq!(other.faces()[0].1.dominant, Some(Expression::Sad));
}

#[test]
fn the_picture_is_the_newest_frame_in_one_texture() {
    let mut stage = Stage::with(|app| {
        app.add_plugins((AssetPlugin::default(), ImagePlugin::default()));
    });
    let handle = stage.app.world().resource::<CameraImage>().0.clone();
    let picture = |app: &App| app.world().resource::<Assets<Image>>().get(&handle).cloned();
    stage.offer_frame();
    until(&mut stage.app, "the picture is shown", |app| {
        picture(app).is_some_and(|image| image.size() == UVec2::new(320, 240))
    });
    let data = picture(&stage.app).and_then(|image| image.data).expect("pixels");
    assert_eq!(data.len(), 320 * 240 * 4);
    assert_eq!(data[..4], [200, 100, 50, 255]);
    assert_eq!(stage.app.world().resource::<CameraImage>().0, handle);
    assert_eq!(stage.status().frame_size, Some(UVec2::new(320, 240)));

    let without = Stage::new();
    assert!(!without.app.world().contains_resource::<CameraImage>());
}

#[test]
fn rates_and_delays_are_measured() {
    let mut stage = Stage::new();
    stage.show(&[(LEFT, Expression::Happy)]);
    stage.play(5);
    // Two at once: one of them is never seen.
    stage.offer_frame();
    stage.play(1);
    stage.app.update();
    let store = stage.app.world().resource::<DiagnosticsStore>();
    let value = |path: &DiagnosticPath| {
        store.get(path).and_then(|diagnostic| diagnostic.value()).expect("a measurement")
    };
    let delay = value(&EmotionDiagnosticsPlugin::DELAY_MS);
    assert!(delay > 0.0 && delay < PATIENCE.as_secs_f64() * 1e3);
    assert!(value(&EmotionDiagnosticsPlugin::DETECT_MS) < delay);
    assert!(value(&EmotionDiagnosticsPlugin::CLASSIFY_MS) < delay);
    assert_eq!(value(&EmotionDiagnosticsPlugin::DROPPED), 1.0);
    assert!(store.get(&EmotionDiagnosticsPlugin::CAPTURE_FPS).is_some());
}

/// The whole way: a drawn face, the cascades, the model that ships, an entity.
#[cfg(feature = "opencv")]
#[test]
fn the_puppet_is_found_and_read() {
    let (camera, frames) = frame_slot();
    let mut app = App::new();
    app.add_plugins(MinimalPlugins)
        .insert_resource(EmotionCamera::new(Capture::from_receiver("puppet".into(), frames)))
        .add_plugins(
            EmotionPlugins.set(AnalyzePlugin { backend: BackendChoice::Cpu, ..default() }),
        );
    let mut app = start(app);
    let mut puppet = PuppetSource::new(PuppetConfig {
        script: PuppetScript::Hold(Expression::Happy),
        ..default()
    });
    let mut truth = FrameRect::square((0.0, 0.0), 0.0);
    for _ in 0..40 {
        let frame = puppet.next_frame().unwrap().expect("the puppet goes on");
        truth = puppet.truth()[0].box_in_frame;
        let sequence = frame.sequence();
        camera.offer(frame);
        advance(&mut app, FRAME_TIME);
        until(&mut app, "the frame is analyzed", |app| {
            if let Some(problem) = problem(app) {
                panic!("{problem}");
            }
            app.world().resource::<Seen>().analyzed.last() == Some(&sequence)
        });
    }
    let mut faces = app.world_mut().query::<(&Face, &Emotion)>();
    let faces: Vec<_> = faces.iter(app.world()).collect();
    assert_eq!(faces.len(), 1);
    let (face, emotion) = faces[0];
    assert!(face.visible && face.box_in_frame.iou(&truth) > 0.5, "{face:?} is not at {truth:?}");
    assert_eq!(emotion.dominant, Some(Expression::Happy), "{emotion:?}");
    let info = app.world().resource::<EmotionStatus>().classifier.clone();
    assert_eq!(info.map(|info| info.backend), Some("cpu".to_owned()));
}

#[test]
fn components_are_known_to_reflection() {
    let stage = Stage::new();
    let registry = stage.app.world().resource::<AppTypeRegistry>().read();
    for type_id in [std::any::TypeId::of::<Face>(), std::any::TypeId::of::<Emotion>()] {
        let registration = registry.get(type_id).expect("a registered type");
        assert!(registration.data::<ReflectComponent>().is_some());
    }
}

/// Updates an app in which two systems that disturb each other are an error.
fn update_strictly(prepare: impl FnOnce(&mut App)) {
    let mut stage = Stage::with(|app| {
        app.add_plugins((AssetPlugin::default(), ImagePlugin::default()));
        prepare(app);
        app.edit_schedule(Update, |schedule| {
            schedule.set_build_settings(ScheduleBuildSettings {
                ambiguity_detection: LogLevel::Error,
                ..default()
            });
        });
    });
    stage.app.update();
}

#[test]
fn no_two_systems_are_ambiguous() {
    update_strictly(|_| {});
}

#[test]
#[should_panic(expected = "pairs of systems with conflicting data access")]
fn ambiguous_systems_would_be_noticed() {
    update_strictly(|app| {
        app.add_systems(Update, |mut status: ResMut<EmotionStatus>| status.paused = false);
    });
}

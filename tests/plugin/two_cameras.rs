//! Two cameras at once: each face belongs to the camera that sees it, and goes with it.

use std::time::{Duration, Instant};

use bevy::prelude::*;
use bevy::time::TimeUpdateStrategy;
use bevy_emotion::capture::{FrameSender, frame_slot};
use bevy_emotion::models::{ClassifierInfo, ClassifyError};
use bevy_emotion::prelude::*;
use bevy_emotion::session::AnalyzerSettings;
use bevy_emotion::vision::detect::{DetectError, FoundBy, KnownFace};
use bevy_emotion::{FaceImage, StreamId};

/// Time between two frames, for the sources' clocks and for the app's.
const FRAME_TIME: Duration = Duration::from_millis(33);
/// Nothing here takes this long, on any machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sees as many faces as the picture's first byte says, so that each camera shows what it likes.
struct CountingDetector;

impl FaceDetector for CountingDetector {
    fn detect(
        &mut self,
        frame: &Frame,
        known: &[KnownFace],
    ) -> Result<Vec<Detection>, DetectError> {
        let detection = |index: u8| {
            let center = (60.0 + 100.0 * f32::from(index), 60.0);
            let bbox_in_frame = FrameRect::square(center, 80.0);
            let known = known.iter().find(|known| known.bbox_in_frame.iou(&bbox_in_frame) > 0.5);
            Detection {
                bbox_in_frame,
                roll: 0.0,
                confidence: 1.0,
                found_by: FoundBy::Frontal,
                known: known.map(|known| known.track),
            }
        };
        Ok((0..frame.rgb()[0]).map(detection).collect())
    }

    fn reset(&mut self) {}
}

struct AlwaysHappy(ClassifierInfo);

impl Classifier for AlwaysHappy {
    fn classify(&mut self, faces: &[FaceImage]) -> Result<Vec<Scores>, ClassifyError> {
        Ok(vec![Scores::certain(Expression::Happy); faces.len()])
    }

    fn description(&self) -> &ClassifierInfo {
        &self.0
    }
}

fn played() -> AnalyzePlugin {
    let settings = AnalyzerSettings::with_analyzer(|| {
        let info = ClassifierInfo {
            model: "played".to_owned(),
            backend: "cpu".to_owned(),
            device: "script".to_owned(),
            note: None,
            confusion: None,
        };
        let classifier = Box::new(AlwaysHappy(info));
        Ok(Analyzer::new(Box::new(CountingDetector), classifier, TrackerConfig::default()))
    });
    AnalyzePlugin { settings }
}

/// A camera that the test plays.
struct Camera {
    entity: Entity,
    sender: FrameSender,
    /// How many faces are in front of it.
    faces: u8,
    frames: u32,
}

impl Camera {
    fn spawn(app: &mut App, label: &str, faces: u8) -> Self {
        let (sender, frames) = frame_slot();
        let capture = Capture::from_receiver(label.to_owned(), frames);
        let entity = app.world_mut().spawn(EmotionCamera::new(capture)).id();
        Self { entity, sender, faces, frames: 0 }
    }

    fn offer_frame(&mut self) {
        let (sequence, time) = (u64::from(self.frames), FRAME_TIME * self.frames);
        self.frames += 1;
        let rgb = vec![self.faces; 320 * 120 * 3];
        self.sender.offer(Frame::from_rgb(rgb, 320, 120, sequence, time).unwrap());
    }
}

/// The faces that went, and the cameras whose frames were analyzed in this update.
#[derive(Resource, Default)]
struct Seen {
    gone: Vec<Entity>,
    analyzed: Vec<(Entity, u64)>,
}

fn start(app: &mut App) {
    app.init_resource::<Seen>()
        .add_observer(|face: On<FaceGone>, mut seen: ResMut<Seen>| seen.gone.push(face.entity))
        .add_systems(Update, |mut frames: MessageReader<FrameAnalyzed>, mut seen: ResMut<Seen>| {
            let frames = frames.read();
            seen.analyzed.extend(frames.map(|frame| (frame.camera, frame.analysis.sequence)));
        })
        .insert_resource(TimeUpdateStrategy::ManualDuration(Duration::ZERO));
    app.finish();
    app.cleanup();
}

/// Plays frames of all cameras; each frame has been analyzed when this returns.
fn play(app: &mut App, cameras: &mut [Camera], count: usize) {
    for _ in 0..count {
        let mut waiting = Vec::new();
        for camera in cameras.iter_mut() {
            waiting.push((camera.entity, u64::from(camera.frames)));
            camera.offer_frame();
        }
        app.insert_resource(TimeUpdateStrategy::ManualDuration(FRAME_TIME));
        app.update();
        app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::ZERO));
        until(app, "all frames are analyzed", |app| {
            let seen = app.world().resource::<Seen>();
            waiting.iter().all(|frame| seen.analyzed.contains(frame))
        });
    }
}

fn until(app: &mut App, what: &str, done: impl Fn(&App) -> bool) {
    let start = Instant::now();
    while !done(app) {
        assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
        app.update();
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// The faces of a camera with where they are, from left to right.
fn faces_of(app: &mut App, camera: Entity) -> Vec<(Entity, Face)> {
    let mut faces = app.world_mut().query::<(Entity, &Face, &FaceOf)>();
    let faces = faces.iter(app.world()).filter(|(_, _, of)| of.0 == camera);
    let mut faces: Vec<_> = faces.map(|(entity, face, _)| (entity, *face)).collect();
    faces.sort_by(|(_, a), (_, b)| a.bbox_in_frame.x.total_cmp(&b.bbox_in_frame.x));
    faces
}

#[test]
fn faces_belong_to_their_camera_and_go_with_it() {
    let mut app = App::new();
    let mut cameras = [Camera::spawn(&mut app, "door", 1), Camera::spawn(&mut app, "desk", 2)];
    app.add_plugins(MinimalPlugins).add_plugins(EmotionPlugins.set(played()));
    start(&mut app);
    play(&mut app, &mut cameras, 12);

    let [door, desk] = [cameras[0].entity, cameras[1].entity];
    let (at_door, at_desk) = (faces_of(&mut app, door), faces_of(&mut app, desk));
    assert_eq!((at_door.len(), at_desk.len()), (1, 2));
    for (camera, faces) in [(door, &at_door), (desk, &at_desk)] {
        let mut listed: Vec<Entity> =
            app.world().get::<CameraFaces>(camera).unwrap().iter().collect();
        let mut entities: Vec<Entity> = faces.iter().map(|(entity, _)| *entity).collect();
        listed.sort();
        entities.sort();
        assert_eq!(listed, entities, "the camera lists its faces");
    }
    // Faces at the same place before two cameras are two persons, with the same number each.
    let subjects = [at_door[0].1.subject, at_desk[0].1.subject];
    assert_ne!(subjects[0], subjects[1]);
    assert_eq!(subjects.map(|subject| subject.track), [1, 1]);
    assert_eq!(subjects.map(|subject| subject.stream), [StreamId(0), StreamId(1)]);

    assert!(app.world_mut().despawn(door));
    app.update();
    assert_eq!(app.world().resource::<Seen>().gone, [at_door[0].0]);
    assert!(app.world().get_entity(at_door[0].0).is_err());
    play(&mut app, &mut cameras[1..], 3);
    assert_eq!(app.world().resource::<Seen>().gone.len(), 1);
    let still: Vec<Entity> =
        faces_of(&mut app, desk).into_iter().map(|(entity, _)| entity).collect();
    assert_eq!(still, at_desk.iter().map(|(entity, _)| *entity).collect::<Vec<_>>());
}

/// The model's file is gone before the second camera comes: there is nothing to load but from the pool.
#[test]
fn cameras_share_one_model() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.safetensors");
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/models/cnn4/cnn4.safetensors");
    std::fs::copy(shipped, &model).unwrap();
    let settings = AnalyzerSettings {
        backend: BackendChoice::Cpu,
        model: ModelChoice::Path(model.clone()),
        ..default()
    };
    let mut app = App::new();
    let door = Camera::spawn(&mut app, "door", 0);
    app.add_plugins(MinimalPlugins).add_plugins(EmotionPlugins.set(AnalyzePlugin { settings }));
    start(&mut app);
    let is_loaded = |app: &App, camera: Entity| {
        let status = app.world().get::<EmotionStatus>(camera).unwrap();
        assert_eq!(status.problem, None);
        status.classifier.is_some()
    };
    until(&mut app, "the model is loaded", |app| is_loaded(app, door.entity));

    std::fs::remove_file(&model).unwrap();
    let mut desk = Camera::spawn(&mut app, "desk", 0);
    until(&mut app, "the second camera has it", |app| is_loaded(app, desk.entity));
    play(&mut app, std::slice::from_mut(&mut desk), 2);
    assert!(is_loaded(&app, desk.entity));
}

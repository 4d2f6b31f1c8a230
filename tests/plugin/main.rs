//! The plugin in Bevy apps without a window: frames go in at the real channel, entities and events
//! come out. Where the logic must be exact, detector and classifier are played by a script.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[cfg(feature = "films")]
mod baseline;
mod fixed_update;
#[cfg(all(feature = "hud", feature = "films", feature = "wgpu"))]
mod gpu;
mod input;
#[cfg(all(feature = "voice", feature = "words"))]
mod microphone;
mod parts;
mod preludes;
mod reflection;
mod replay;
mod replay_clock;
mod stage;
mod two_cameras;
mod voice;

use std::error::Error;
use std::time::{Duration, Instant};

use bevy::diagnostic::{DiagnosticPath, DiagnosticsStore};
use bevy::ecs::schedule::{LogLevel, ScheduleBuildSettings};
use bevy::prelude::*;
use bevy_emotion::Expression;
use bevy_emotion::FrameRect;
use bevy_emotion::capture::{Capture, CaptureCommand, CaptureState, SourceSpec, frame_slot};
use bevy_emotion::capture::{
    FrameReceiver, FrameSource,
    puppet::{PuppetConfig, PuppetScript, PuppetSource},
};
use bevy_emotion::models::BackendChoice;
use bevy_emotion::models::ModelChoice;
use bevy_emotion::plugin::{
    AnalyzePlugin, CameraImage, CapturePlugin, EmotionAnalyzer, EmotionCamera,
    EmotionDiagnosticsPlugin, EmotionPlugins, FaceMemory, Faces, FacesTime,
};
use bevy_emotion::plugin::{Emotion, Face, FaceGone};
use bevy_emotion::session::AnalyzerSettings;
use stage::{
    FRAME_TIME, Happening, LEFT, PATIENCE, RIGHT, Seen, SharedScene, Stage, advance, capture_state,
    is_loading, played, played_settings, problem, start, status, until,
};

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
    assert!((face.bbox_in_frame.center().0 - LEFT.0).abs() < 2.0);
    assert_eq!(emotion.dominant, Some(Expression::Happy));
    assert!(emotion.confidence > 0.8 && emotion.valence > 0.5);

    stage.show(&[]);
    stage.play(12);
    assert_eq!(stage.take_events(), [(entity, Happening::Hidden)]);
    let (hidden, emotion) = stage.faces()[0];
    assert!(!hidden.visible && hidden.subject == face.subject);
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
    assert_ne!(faces[0].0.subject, faces[1].0.subject);
    for (face, emotion) in &faces {
        let is_left = face.bbox_in_frame.center().0 < 170.0;
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

    stage.set_paused(true);
    stage.app.update();
    assert_eq!(capture_state(&stage.app), Some(CaptureState::Paused));
    stage.show(&[]);
    let held = stage.offer_frame();
    for _ in 0..20 {
        advance(&mut stage.app, Duration::from_secs(1));
    }
    assert!(!stage.app.world().resource::<Seen>().analyzed.contains(&held));
    assert!(stage.take_events().is_empty() && stage.faces()[0].0.visible);

    stage.set_paused(false);
    until(&mut stage.app, "the held frame is analyzed", |app| {
        app.world().resource::<Seen>().analyzed.contains(&held)
    });
    stage.play(12);
    assert_eq!(stage.take_happenings(), [Happening::Hidden]);
}

#[test]
fn a_source_that_was_switched_is_not_paused() {
    let mut stage = Stage::new();
    stage.set_paused(true);
    stage.app.update();
    assert!(stage.is_paused());
    // What a source does to itself when it is switched.
    let camera = stage.app.world().get::<EmotionCamera>(stage.entity).unwrap();
    camera.send(CaptureCommand::Pause(false));
    stage.app.update();
    assert!(!stage.is_paused());
}

#[test]
fn faces_hide_and_go_when_the_camera_falls_silent() {
    let mut stage = Stage::new();
    stage.show(&[(LEFT, Expression::Happy)]);
    stage.play(12);
    stage.take_events();
    let settings = *stage.app.world().resource::<FaceMemory>();

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
    let old = stage.faces()[0].0.subject;
    stage.take_events();

    stage.frames = 0;
    stage.camera.begin_epoch();
    stage.play(12);
    assert_eq!(stage.take_happenings()[..3], OTHERS);
    assert!(stage.faces()[0].0.subject > old, "track numbers are not given twice");

    let (camera, frames) = frame_slot();
    stage.camera = camera;
    let other = Capture::from_receiver("another stage".into(), frames);
    stage.app.world_mut().entity_mut(stage.entity).insert(EmotionCamera::new(other));
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
    stage.app.world_mut().resource_mut::<EmotionAnalyzer>().set_changed();
    stage.offer_frame();
    until(&mut stage.app, "the problem is over", |app| problem(app).is_none());
}

#[test]
fn an_analysis_that_never_returns_is_given_up_and_started_again() {
    let mut stage = Stage::new();
    stage.show(&[(LEFT, Expression::Happy)]);
    stage.play(12);
    stage.take_events();
    stage.scene().hangs_once = true;
    stage.offer_frame();
    let start = Instant::now();
    while problem(&stage.app).is_none() {
        assert!(start.elapsed() < PATIENCE, "it is not noticed");
        advance(&mut stage.app, FRAME_TIME);
    }
    let text = stage.status().problem.unwrap_or_default();
    assert!(text.contains("not returned for 10 s; starting it again"), "{text}");
    assert_eq!(stage.take_happenings(), [Happening::Hidden, Happening::Gone]);

    until(&mut stage.app, "another analyzer is loaded", |app| !is_loading(app));
    stage.offer_frame();
    until(&mut stage.app, "the problem is over", |app| problem(app).is_none());
    stage.play(12);
    assert_eq!(stage.take_happenings()[0], Happening::Appeared);
    assert_eq!(stage.scene().made, 2);

    // What returns in the end disturbs nobody.
    stage.scene().released = true;
    stage.play(12);
    assert!(stage.take_events().is_empty());
    assert_eq!(stage.faces().len(), 1);
}

#[test]
fn analyses_that_never_return_are_started_a_few_times_only() {
    let mut stage = Stage::new();
    stage.scene().hanging = true;
    let start = Instant::now();
    while problem(&stage.app).is_none_or(|text| !text.contains("not starting it again")) {
        assert!(start.elapsed() < PATIENCE, "it is not given up");
        stage.offer_frame();
        advance(&mut stage.app, Duration::from_millis(250));
        std::thread::sleep(Duration::from_millis(1));
    }
    let made = stage.scene().made;
    for _ in 0..100 {
        stage.offer_frame();
        advance(&mut stage.app, Duration::from_millis(250));
    }
    assert_eq!((made, stage.scene().made), (3, 3));
    stage.scene().hanging = false;
    stage.scene().released = true;
}

#[test]
fn what_cannot_be_loaded_is_shown_and_may_be_replaced() {
    let mut stage = Stage::new();
    stage.show(&[(LEFT, Expression::Happy)]);
    stage.play(12);
    stage.app.insert_resource(EmotionAnalyzer(AnalyzerSettings {
        model: ModelChoice::Path("no/such/model.safetensors".into()),
        cascades: Some("no/such/folder".into()),
        ..default()
    }));
    until(&mut stage.app, "the load fails", |app| problem(app).is_some());
    let text = stage.status().problem.unwrap_or_default();
    assert!(text.contains("no/such"), "{text}");

    let frame = stage.offer_frame();
    until(&mut stage.app, "what was in use goes on", |app| {
        app.world().resource::<Seen>().analyzed.last() == Some(&frame)
    });
    assert!(stage.status().problem.is_some(), "and the problem stays on screen");

    let scene = stage.scene.clone();
    stage.app.insert_resource(EmotionAnalyzer(played_settings(&scene)));
    until(&mut stage.app, "the problem is over", |app| problem(app).is_none() && !is_loading(app));
    stage.play(12);
    assert_eq!(stage.scene().made, 2);
    assert_eq!(stage.status().classifier.map(|info| info.model), Some("played".to_owned()));
}

#[test]
fn a_maker_that_fails_is_a_problem_to_be_read() {
    let (_camera, frames) = frame_slot();
    let mut app = App::new();
    app.add_plugins(MinimalPlugins)
        .add_plugins(EmotionPlugins.build().disable::<CapturePlugin>().set(AnalyzePlugin {
            settings: AnalyzerSettings::with_analyzer(|| {
                Err(Box::<dyn Error + Send + Sync>::from("the licence has expired"))
            }),
        }))
        .world_mut()
        .spawn(EmotionCamera::new(Capture::from_receiver("none".into(), frames)));
    let mut app = start(app);
    until(&mut app, "it is shown", |app| {
        problem(app).as_deref() == Some("the licence has expired")
    });
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
        until(&mut app, "the source has failed", |app| match capture_state(app).unwrap() {
            CaptureState::Failed { reason } | CaptureState::Retrying { reason, .. } => {
                assert!(!reason.is_empty());
                true
            }
            _ => false,
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
    stage.app.update();
    let image = |stage: &Stage| stage.app.world().get::<CameraImage>(stage.entity).cloned();
    let handle = image(&stage).unwrap().0;
    let picture = |app: &App| app.world().resource::<Assets<Image>>().get(&handle).cloned();
    stage.offer_frame();
    until(&mut stage.app, "the picture is shown", |app| {
        picture(app).is_some_and(|image| image.size() == UVec2::new(320, 240))
    });
    let data = picture(&stage.app).and_then(|image| image.data).expect("pixels");
    assert_eq!(data.len(), 320 * 240 * 4);
    assert_eq!(data[..4], [200, 100, 50, 255]);
    assert_eq!(image(&stage).unwrap().0, handle);
    assert_eq!(stage.status().frame_size, Some(UVec2::new(320, 240)));

    let mut without = Stage::new();
    without.app.update();
    assert!(image(&without).is_none());
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

/// The real detector and model on the CPU, behind a camera of these frames.
fn on_cpu(frames: FrameReceiver) -> impl Plugin {
    move |app: &mut App| {
        let capture = Capture::from_receiver("puppet".into(), frames.clone());
        app.world_mut().spawn(EmotionCamera::new(capture));
        let settings = AnalyzerSettings { backend: BackendChoice::Cpu, ..default() };
        app.add_plugins(EmotionPlugins.set(AnalyzePlugin { settings }));
    }
}

/// The whole way: a drawn face, the cascades, the model that ships, an entity.
#[test]
fn the_puppet_is_found_and_read() {
    let (camera, frames) = frame_slot();
    let mut app = App::new();
    app.add_plugins(MinimalPlugins).add_plugins(on_cpu(frames));
    let mut app = start(app);
    let mut puppet = PuppetSource::new(PuppetConfig {
        script: PuppetScript::Hold(Expression::Happy),
        ..default()
    });
    let mut truth = FrameRect::square((0.0, 0.0), 0.0);
    for _ in 0..40 {
        let frame = puppet.next_frame().unwrap().expect("the puppet goes on");
        truth = puppet.truth()[0].bbox_in_frame;
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
    assert!(face.visible && face.bbox_in_frame.iou(&truth) > 0.5, "{face:?} is not at {truth:?}");
    assert_eq!(emotion.dominant, Some(Expression::Happy), "{emotion:?}");
    let info = status(&app).and_then(|status| status.classifier);
    assert_eq!(info.map(|info| info.backend), Some("cpu".to_owned()));
}

/// Another model, while faces are in view: they stay who they are.
#[test]
fn another_model_reads_the_same_faces() {
    let (camera, frames) = frame_slot();
    let mut app = App::new();
    app.add_plugins(MinimalPlugins)
        .add_plugins(on_cpu(frames))
        .add_observer(|gone: On<FaceGone>| panic!("{} is gone", gone.entity));
    let mut app = start(app);
    let mut puppet = PuppetSource::new(PuppetConfig::default());
    let mut play = |app: &mut App, count: usize| {
        for _ in 0..count {
            let frame = puppet.next_frame().unwrap().expect("the puppet goes on");
            let sequence = frame.sequence();
            camera.offer(frame);
            advance(app, FRAME_TIME);
            until(app, "the frame is analyzed", |app| {
                app.world().resource::<Seen>().analyzed.last() == Some(&sequence)
            });
        }
    };
    play(&mut app, 12);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/models/cnn4/cnn4.safetensors");
    app.world_mut().resource_mut::<EmotionAnalyzer>().model = ModelChoice::Path(path.into());
    app.update();
    assert!(is_loading(&app), "it is loaded beside");
    play(&mut app, 12);
    until(&mut app, "it is loaded", |app| !is_loading(app));
    play(&mut app, 2);
    assert_eq!(problem(&app), None);
    let mut faces = app.world_mut().query::<&Face>();
    assert_eq!(faces.iter(app.world()).filter(|face| face.visible).count(), 1);
}

/// Updates an app in which two systems that disturb each other are an error.
fn update_strictly(prepare: impl FnOnce(&mut App)) {
    let mut stage = Stage::with(|app| {
        app.add_plugins((AssetPlugin::default(), ImagePlugin::default()));
        prepare(app);
        app.edit_schedule(PreUpdate, |schedule| {
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
        app.add_systems(PreUpdate, |mut time: ResMut<Time<Faces>>| time.set_paused(false));
    });
}

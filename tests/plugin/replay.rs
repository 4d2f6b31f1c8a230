//! Sessions are recorded through the plugin and played back: the same faces and events at the
//! same times, at any speed and update rate.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bevy::prelude::*;
use bevy_emotion::Expression;
use bevy_emotion::capture::{Capture, frame_slot};
use bevy_emotion::plugin::{
    AnalyzePlugin, Emotion, EmotionCamera, EmotionPlugins, Face, FacePose, Faces, FacesTime,
};
use bevy_emotion::replay::{Recorder, RecorderState, Recording, Replay, ReplayState, What};

use crate::stage::{FRAME_TIME, Happening, LEFT, RIGHT, Seen, Stage, advance, start, until};

const SECOND: Duration = Duration::from_secs(1);

/// An event as two sessions can be compared by: when, whose track, what.
type Told = (Duration, u64, Happening);

/// What happened so far, the tracks by the order in which they appeared.
fn told(app: &App) -> Vec<Told> {
    let seen = app.world().resource::<Seen>();
    let mut order: Vec<Entity> = Vec::new();
    for (entity, _) in &seen.events {
        if !order.contains(entity) {
            order.push(*entity);
        }
    }
    let number = |entity| order.iter().position(|known| *known == entity).unwrap() as u64;
    let events = seen.events.iter().zip(&seen.times);
    events.map(|((entity, happening), at)| (*at, number(*entity), *happening)).collect()
}

fn recorder(app: &App) -> RecorderState {
    app.world().resource::<Recorder>().state()
}

/// Two people: one smiles, turns sad, leaves and returns, one comes and goes; the camera falls
/// silent and is replaced. What happened, by the recording's clock.
fn session(path: &Path) -> (Vec<Told>, Recording) {
    let mut stage = Stage::new();
    stage.app.world_mut().resource_mut::<Recorder>().start(path);
    advance(&mut stage.app, Duration::ZERO);
    stage.play(3);
    stage.show(&[(LEFT, Expression::Happy)]);
    stage.play(20);
    stage.show(&[(LEFT, Expression::Sad), (RIGHT, Expression::Angry)]);
    stage.play(30);
    stage.show(&[(RIGHT, Expression::Angry)]);
    stage.play(15);
    stage.show(&[(LEFT, Expression::Sad), (RIGHT, Expression::Angry)]);
    stage.play(15);
    // Held for a while: time that is not recorded.
    stage.set_paused(true);
    advance(&mut stage.app, SECOND * 20);
    stage.set_paused(false);
    stage.app.update();
    // Silence: all hide, and in the end go.
    for _ in 0..50 {
        advance(&mut stage.app, SECOND / 10);
    }
    stage.play(10);
    let (camera, frames) = frame_slot();
    stage.camera = camera;
    let other = Capture::from_receiver("another stage".into(), frames);
    stage.app.world_mut().entity_mut(stage.entity).insert(EmotionCamera::new(other));
    stage.play(10);
    let told = told(&stage.app);
    stage.app.world_mut().resource_mut::<Recorder>().stop();
    until(&mut stage.app, "it is saved", |app| {
        matches!(recorder(app), RecorderState::Saved { .. })
    });
    (told, Recording::load(path).unwrap())
}

/// An app that plays; there is no detector and no model in it.
fn theatre() -> App {
    let (_camera, frames) = frame_slot();
    let mut app = App::new();
    app.world_mut().spawn(EmotionCamera::new(Capture::from_receiver("none".into(), frames)));
    app.add_plugins(MinimalPlugins).add_plugins(EmotionPlugins.build().disable::<AnalyzePlugin>());
    start(app)
}

fn replay(app: &mut App) -> Mut<'_, Replay> {
    app.world_mut().resource_mut::<Replay>()
}

fn state(app: &App) -> ReplayState {
    app.world().resource::<Replay>().state()
}

/// Plays all of it.
fn watch(app: &mut App, recording: &Arc<Recording>, speed: f64, step: Duration) {
    let mut replay = replay(app);
    replay.play(recording.clone());
    replay.set_speed(speed);
    let mut updates = 0;
    while state(app) != ReplayState::Ended {
        advance(app, step);
        updates += 1;
        assert!(updates < 100_000, "it does not end");
    }
}

fn file(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("session.face")
}

#[test]
fn what_was_recorded_is_played_at_any_speed_and_rate() {
    let folder = tempfile::tempdir().unwrap();
    let (live, recording) = session(&file(&folder));
    assert!(live.iter().any(|(_, _, happening)| *happening == Happening::Returned));
    assert!(live.iter().filter(|(_, _, happening)| *happening == Happening::Gone).count() >= 3);
    assert_eq!(recording.damage, None);
    assert_eq!(recording.info.source, "stage");
    assert_eq!(recording.frames().count(), 103);
    assert!(recording.moments.iter().any(|moment| moment.what == What::NewSource));
    let size = std::fs::metadata(file(&folder)).unwrap().len();
    assert!(size < 12_000, "{size} bytes");

    let recording = Arc::new(recording);
    for (speed, step) in [
        (1.0, FRAME_TIME),
        (4.0, FRAME_TIME),
        (0.25, FRAME_TIME),
        (1.0, Duration::from_micros(6_944)),
        (1.0, Duration::from_millis(500)),
        (1000.0, SECOND),
    ] {
        let mut app = theatre();
        watch(&mut app, &recording, speed, step);
        assert_eq!(told(&app), live, "at speed {speed} in steps of {step:?}");
    }
}

#[test]
fn a_replay_is_recorded_like_a_camera() {
    let folder = tempfile::tempdir().unwrap();
    let (_, recording) = session(&file(&folder));
    let recording = Arc::new(recording);
    let mut app = theatre();
    let path = folder.path().join("again.face");
    app.world_mut().resource_mut::<Recorder>().start(&path);
    watch(&mut app, &recording, 3.0, FRAME_TIME);
    app.world_mut().resource_mut::<Recorder>().stop();
    until(&mut app, "it is saved", |app| matches!(recorder(app), RecorderState::Saved { .. }));
    let again = Recording::load(&path).unwrap();
    let frames = |recording: &Recording| -> Vec<_> {
        recording.frames().map(|(at, analysis)| (at, analysis.clone())).collect()
    };
    assert_eq!(frames(&again), frames(&recording));
    assert_eq!(again.length, recording.length);
    assert_eq!(again.info.source, "recording of stage");
}

/// The faces by their tracks, with all that is known of them.
fn faces(app: &mut App) -> Vec<(u64, Entity, Face, Emotion, FacePose)> {
    let mut query = app.world_mut().query::<(Entity, &Face, &Emotion, &FacePose)>();
    let faces = query.iter(app.world());
    let mut faces: Vec<_> = faces
        .map(|(entity, face, emotion, pose)| (face.subject.track, entity, *face, *emotion, *pose))
        .collect();
    faces.sort_by_key(|face| face.0);
    faces
}

fn without_entities(app: &mut App) -> Vec<(u64, Face, Emotion, FacePose)> {
    faces(app)
        .into_iter()
        .map(|(track, _, face, emotion, pose)| (track, face, emotion, pose))
        .collect()
}

#[test]
fn a_seek_leads_to_the_same_faces_as_playing() {
    let folder = tempfile::tempdir().unwrap();
    let (_, recording) = session(&file(&folder));
    let recording = Arc::new(recording);
    let mut played = theatre();
    replay(&mut played).play(recording.clone());
    let mut sought = theatre();
    replay(&mut sought).play(recording.clone());
    replay(&mut sought).pause();
    // Forth, step by step, and there from somewhere else each time.
    let steps = recording.length.as_millis() as u32 / 100;
    for step in 0..steps {
        let time = SECOND / 10 * step;
        advance(&mut played, if step == 0 { Duration::ZERO } else { SECOND / 10 });
        let elsewhere = recording.length * ((step * 7) % steps) / steps;
        for position in [elsewhere, time] {
            replay(&mut sought).seek(position);
            advance(&mut sought, SECOND);
        }
        assert_eq!(sought.world().resource::<Replay>().position(), time, "it is held there");
        assert_eq!(without_entities(&mut sought), without_entities(&mut played), "at {time:?}");
    }
    // From there on the same happens.
    let half = recording.length / 2;
    let rest = |app: &mut App| {
        replay(app).seek(half);
        advance(app, Duration::ZERO);
        app.insert_resource(Seen::default());
        replay(app).resume();
        while state(app) != ReplayState::Ended {
            advance(app, FRAME_TIME);
        }
        told(app).into_iter().map(|(at, _, happening)| (at, happening)).collect::<Vec<_>>()
    };
    let after = rest(&mut sought);
    assert!(after.len() > 4);
    assert_eq!(after, rest(&mut played));
}

#[test]
fn who_is_the_same_person_before_and_after_a_seek_stays_the_same_entity() {
    let folder = tempfile::tempdir().unwrap();
    let (_, recording) = session(&file(&folder));
    let mut app = theatre();
    replay(&mut app).play(recording);
    advance(&mut app, Duration::ZERO);
    advance(&mut app, SECOND / 2);
    let before = faces(&mut app);
    app.insert_resource(Seen::default());
    replay(&mut app).seek(SECOND * 3 / 2);
    advance(&mut app, FRAME_TIME);
    let after = faces(&mut app);
    assert_eq!((before.len(), after.len()), (1, 2));
    assert_eq!(before[0].1, after[0].1);
    let events: Vec<_> =
        app.world().resource::<Seen>().events.iter().map(|(_, happening)| *happening).collect();
    assert!(events.contains(&Happening::Appeared) && !events.contains(&Happening::Gone));
}

#[test]
fn it_is_held_repeated_and_ended() {
    let folder = tempfile::tempdir().unwrap();
    let (live, recording) = session(&file(&folder));
    let length = recording.length;
    let mut app = theatre();
    replay(&mut app).play(recording);
    replay(&mut app).set_repeat(true);
    advance(&mut app, Duration::ZERO);
    advance(&mut app, SECOND);
    replay(&mut app).pause();
    let count = app.world().resource::<Seen>().events.len();
    advance(&mut app, SECOND * 100);
    assert_eq!(state(&app), ReplayState::Paused);
    assert_eq!(app.world().resource::<Seen>().events.len(), count, "faces stay, and do not hide");
    replay(&mut app).resume();
    // The whole program can hold it, too.
    app.world_mut().resource_mut::<Time<Faces>>().set_paused(true);
    advance(&mut app, SECOND * 100);
    app.world_mut().resource_mut::<Time<Faces>>().set_paused(false);
    assert_eq!(app.world().resource::<Replay>().position(), SECOND);

    // Two rounds and a bit: each begins with all faces gone and brings the same events.
    advance(&mut app, length * 2);
    assert_eq!(app.world().resource::<Replay>().position(), SECOND);
    let happenings: Vec<_> = told(&app).into_iter().map(|(at, _, what)| (at, what)).collect();
    let round: Vec<_> = live.iter().map(|(at, _, what)| (*at, *what)).collect();
    let in_view = round.iter().fold(0, |faces, (_, what)| match what {
        Happening::Appeared => faces + 1,
        Happening::Gone => faces - 1,
        _ => faces,
    });
    let mut expected = round;
    for _ in 0..in_view {
        expected.extend([(length, Happening::Hidden), (length, Happening::Gone)]);
    }
    assert_eq!(happenings[..expected.len()], expected);
    assert_eq!(happenings[expected.len()..expected.len() * 2], expected);

    replay(&mut app).stop();
    advance(&mut app, FRAME_TIME);
    assert_eq!(state(&app), ReplayState::Idle);
    assert!(faces(&mut app).is_empty());
}

#[test]
fn a_recording_that_was_cut_off_plays_up_to_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    let (live, _) = session(&path);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() * 2 / 3]).unwrap();
    let cut = Recording::load(&path).unwrap();
    assert!(cut.damage.is_some_and(|damage| damage.cut_off), "{:?}", cut.damage);
    let mut app = theatre();
    watch(&mut app, &Arc::new(cut), 1.0, FRAME_TIME);
    let told = told(&app);
    assert!(told.len() > 3);
    assert_eq!(told[..], live[..told.len()]);
}

#[test]
fn recordings_are_assets() {
    let folder = tempfile::tempdir().unwrap();
    let (live, recording) = session(&file(&folder));
    std::fs::write(folder.path().join("bad.face"), "not at all").unwrap();
    let mut app = App::new();
    let (_camera, frames) = frame_slot();
    app.add_plugins(MinimalPlugins)
        .add_plugins(AssetPlugin {
            file_path: folder.path().to_string_lossy().into_owned(),
            ..default()
        })
        .add_plugins(EmotionPlugins.build().disable::<AnalyzePlugin>())
        .world_mut()
        .spawn(EmotionCamera::new(Capture::from_receiver("none".into(), frames)));
    let mut app = start(app);
    let handle = app.world().resource::<AssetServer>().load("session.face");
    replay(&mut app).play_asset(handle);
    assert_eq!(state(&app), ReplayState::Loading);
    until(&mut app, "it is loaded", |app| state(app) == ReplayState::Playing);
    assert_eq!(app.world().resource::<Replay>().length(), recording.length);
    while state(&app) != ReplayState::Ended {
        advance(&mut app, FRAME_TIME);
    }
    assert_eq!(told(&app), live);

    let bad = app.world().resource::<AssetServer>().load("bad.face");
    replay(&mut app).play_asset(bad);
    until(&mut app, "it fails", |app| matches!(state(app), ReplayState::Failed { .. }));
    let ReplayState::Failed { reason } = state(&app) else { unreachable!() };
    assert!(reason.contains("no recording"), "{reason}");
}

#[test]
fn a_file_that_is_there_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    std::fs::write(&path, "precious").unwrap();
    let mut stage = Stage::new();
    stage.app.world_mut().resource_mut::<Recorder>().start(&path);
    until(&mut stage.app, "it fails", |app| matches!(recorder(app), RecorderState::Failed { .. }));
    let RecorderState::Failed { reason, .. } = recorder(&stage.app) else { unreachable!() };
    assert!(reason.contains("not overwritten"), "{reason}");
    assert!(!stage.app.world().resource::<Recorder>().is_recording());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
}

#[test]
fn pictures_are_kept_only_where_they_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let files = |path: &Path| std::fs::read_dir(path).map_or(0, |entries| entries.count());
    for asked in [false, true] {
        let mut stage = Stage::new();
        let path = folder.path().join(format!("{asked}.face"));
        let pictures = folder.path().join(format!("pictures-{asked}"));
        let mut recorder = stage.app.world_mut().resource_mut::<Recorder>();
        match asked {
            true => recorder.start_with_pictures(&path, &pictures),
            false => recorder.start(&path),
        }
        stage.show(&[(LEFT, Expression::Happy)]);
        stage.play(3);
        if asked {
            until(&mut stage.app, "a picture is written", |_| files(&pictures) > 0);
            let first = std::fs::read_dir(&pictures).unwrap().next().unwrap().unwrap().path();
            assert_eq!(std::fs::read(first).unwrap()[1..4], *b"PNG");
        }
        drop(stage);
        assert_eq!(pictures.exists(), asked);
        let recording = Recording::load(&path).unwrap();
        assert_eq!((recording.frames().count(), recording.damage), (3, None), "saved on exit");
    }
}

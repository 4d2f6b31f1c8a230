//! A game is recorded and played back at 1×, at 8× and held in the middle: the same entities, resting
//! baselines, ranges, slots and input at the same times, to the last bit.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bevy::prelude::*;
use bevy::time::TimeUpdateStrategy;
use bevy_emotion::input::*;
use bevy_emotion::plugin::*;
use bevy_emotion::replay::{Recorder, RecorderState, Recording, Replay, ReplayPlugin, ReplayState};
use bevy_emotion::{Expression, Scores};

#[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Action {
    Jump,
    Roar,
    Steer,
}

const TICK: Duration = Duration::from_millis(20);

/// Everything that happened, with the faces' clock, and every number that was measured.
#[derive(Resource, Default, Debug, Clone, PartialEq)]
struct Log {
    events: Vec<(Duration, String)>,
    measured: Vec<(Duration, [u32; 4])>,
}

fn note<E: Event>(app: &mut App, name: impl Fn(&E) -> String + Send + Sync + 'static) {
    app.add_observer(move |event: On<E>, time: Res<Time<Faces>>, mut log: ResMut<Log>| {
        log.events.push((time.elapsed(), name(&event)));
    });
}

/// A game: it warms a face up once its rest is known.
fn game() -> App {
    let map = ExpressionMap::new()
        .with(Action::Jump, Expression::Happy.above(0.5).hold(Duration::from_millis(330)))
        .with(Action::Roar, Expression::Angry.above(0.6).within(Duration::from_millis(300)))
        .with(Action::Steer, FaceAxis::Tilt);
    let mut app = App::new();
    app.add_plugins((MinimalPlugins, TrackPlugin, ReplayPlugin, ExpressionInputPlugin::new(map)))
        .insert_resource(TimeUpdateStrategy::ManualDuration(TICK))
        .insert_resource(PlayerSlots::new(2))
        .init_resource::<Log>()
        .add_observer(|rest: On<BaselineMeasured>, mut commands: Commands| {
            let time = Duration::from_millis(700);
            commands.trigger(WarmUpFace { entity: rest.entity, expression: None, time });
        })
        .add_systems(
            FaceStep,
            (|time: Res<Time<Faces>>,
              faces: Query<(&Face, &FaceInput, &FaceActions<Action>)>,
              mut log: ResMut<Log>| {
                for (face, input, pressed) in &faces {
                    let numbers = [
                        input.strength(Expression::Happy).to_bits(),
                        input.tilt.to_bits(),
                        pressed.value(Action::Steer).to_bits(),
                        u32::from(face.visible),
                    ];
                    log.measured.push((time.elapsed(), numbers));
                }
            })
            .after(FaceInputSystems),
        );
    note(&mut app, |_: &FaceAppeared| "appeared".to_owned());
    note(&mut app, |_: &FaceHidden| "hidden".to_owned());
    note(&mut app, |_: &FaceReturned| "returned".to_owned());
    note(&mut app, |_: &FaceGone| "gone".to_owned());
    note(&mut app, |change: &ExpressionChanged| format!("{:?} to {:?}", change.from, change.to));
    note(&mut app, |rest: &BaselineMeasured| format!("rest found: {}", rest.found));
    note(&mut app, |warm: &FaceWarmedUp| format!("warmed up to {:?}", warm.reached.to_bits()));
    note(&mut app, |press: &ActionPressed<Action>| {
        format!("player {} presses {:?}", press.slot.0, press.action)
    });
    note(&mut app, |release: &ActionReleased<Action>| {
        let ActionReleased { slot, action, held_for, .. } = release;
        format!("player {} releases {action:?} after {held_for:?}", slot.0)
    });
    app
}

fn updates(app: &mut App, count: u32) {
    for _ in 0..count {
        app.update();
    }
}

fn until(app: &mut App, done: impl Fn(&App) -> bool) {
    let start = Instant::now();
    while !done(app) {
        assert!(start.elapsed() < Duration::from_secs(30), "it never comes");
        app.update();
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Two players are played and recorded; one leaves for a while, and at last for good.
fn record(path: &Path) -> Log {
    let mut app = game();
    app.add_plugins(VirtualFacePlugin);
    app.finish();
    app.cleanup();
    let rest = Scores::certain(Expression::Neutral).mix(&Scores::certain(Expression::Sad), 0.25);
    let one = app.world_mut().spawn(VirtualFace::new().with_rest(rest)).id();
    let two = app.world_mut().spawn(VirtualFace::new().at(Vec2::new(0.6, 0.0))).id();
    app.world_mut().resource_mut::<Recorder>().start(path);
    app.update();
    let act = |app: &mut App, who: Entity, act: &dyn Fn(&mut VirtualFace)| {
        act(&mut app.world_mut().get_mut::<VirtualFace>(who).unwrap());
    };
    // Both rest, and are warmed up.
    updates(&mut app, 115);
    act(&mut app, one, &|face| face.ramp(Expression::Happy, 1.0, Duration::from_millis(250)));
    updates(&mut app, 50);
    act(&mut app, one, &VirtualFace::release);
    act(&mut app, two, &|face| face.tilt(0.4, Duration::from_millis(300)));
    updates(&mut app, 30);
    act(&mut app, two, &|face| face.press(Expression::Angry));
    updates(&mut app, 20);
    act(&mut app, two, &VirtualFace::leave);
    updates(&mut app, 60);
    act(&mut app, two, &VirtualFace::come_back);
    act(&mut app, one, &|face| face.press(Expression::Happy));
    updates(&mut app, 40);
    act(&mut app, one, &VirtualFace::leave);
    updates(&mut app, 200);
    app.world_mut().resource_mut::<Recorder>().stop();
    until(&mut app, |app| {
        matches!(app.world().resource::<Recorder>().state(), RecorderState::Saved { .. })
    });
    app.world().resource::<Log>().clone()
}

/// How a recording is played.
#[derive(Debug, Clone, Copy)]
struct Play {
    speed: f64,
    tick: Duration,
    /// Everything is held after this many updates, for a while.
    hold_after: Option<u32>,
}

fn play(recording: &Arc<Recording>, how: Play) -> (Log, Vec<String>) {
    let mut app = game();
    app.finish();
    app.cleanup();
    app.insert_resource(TimeUpdateStrategy::ManualDuration(how.tick));
    let mut replay = app.world_mut().resource_mut::<Replay>();
    replay.play(recording.clone());
    replay.set_speed(how.speed);
    let mut count = 0;
    while app.world().resource::<Replay>().state() != ReplayState::Ended {
        app.update();
        count += 1;
        assert!(count < 100_000, "it does not end");
        if how.hold_after == Some(count) {
            app.world_mut().resource_mut::<Time<Faces>>().set_paused(true);
            updates(&mut app, 40);
            app.world_mut().resource_mut::<Time<Faces>>().set_paused(false);
            app.world_mut().resource_mut::<Replay>().pause();
            updates(&mut app, 40);
            app.world_mut().resource_mut::<Replay>().resume();
        }
    }
    let mut faces =
        app.world_mut().query::<(&Face, &RestingBaseline, &ExpressionRange, Option<&PlayerSlot>)>();
    let mut end: Vec<String> = faces.iter(app.world()).map(|parts| format!("{parts:?}")).collect();
    end.sort();
    (app.world().resource::<Log>().clone(), end)
}

#[test]
fn a_recorded_game_is_the_same_at_any_speed_and_however_it_is_held() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("game.face");
    let live = record(&path);
    let recording = Arc::new(Recording::load(&path).unwrap());
    let normal = Play { speed: 1.0, tick: TICK, hold_after: None };
    let (log, end) = play(&recording, normal);
    for what in ["rest found: true", "warmed up", "presses Jump", "presses Roar", "presses Steer"] {
        assert!(log.events.iter().any(|(_, event)| event.contains(what)), "{what}: {log:?}");
    }
    for what in ["releases Jump", "returned", "gone", "player 2"] {
        assert!(log.events.iter().any(|(_, event)| event.contains(what)), "{what}: {log:?}");
    }
    assert!(!end.is_empty());
    for how in [
        Play { speed: 8.0, ..normal },
        Play { hold_after: Some(150), ..normal },
        Play { speed: 8.0, hold_after: Some(20), ..normal },
        Play { speed: 0.3, tick: Duration::from_millis(7), ..normal },
        Play { tick: Duration::from_millis(500), ..normal },
    ] {
        let (other, other_end) = play(&recording, how);
        assert_eq!(other.events, log.events, "{how:?}");
        assert!(other.measured == log.measured, "other numbers: {how:?}");
        assert_eq!(other_end, end, "{how:?}");
    }

    // The same happened while it was recorded, up to the rounding of probabilities in the file.
    let names = |log: &Log| -> Vec<(Duration, String)> {
        let events = log.events.iter();
        events
            .filter(|(at, event)| *at <= recording.length && !event.contains("warmed up"))
            .cloned()
            .collect()
    };
    assert_eq!(names(&live), names(&log));
}

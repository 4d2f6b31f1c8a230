//! The plugin as a part of other people's apps: with less of it, with states, fixed time and
//! several windows, and with sources that change.

use std::time::{Duration, Instant};

use bevy::app::PluginGroupBuilder;
use bevy::prelude::*;
use bevy::state::app::StatesPlugin;
use bevy_emotion::Analysis;
use bevy_emotion::FrameRect;
use bevy_emotion::Reading;
use bevy_emotion::capture::{Capture, CaptureCommand, CaptureState, SourceSpec, frame_slot};
use bevy_emotion::plugin::{
    AnalyzePlugin, CapturePlugin, Emotion, EmotionCamera, EmotionDiagnosticsPlugin, EmotionFeed,
    EmotionPlugins, ExpressionChanged, Face, FrameAnalyzed, HearPlugin, TrackPlugin,
};
use bevy_emotion::replay::ReplayPlugin;
use bevy_emotion::{Expression, Scores};

use crate::stage::{
    FRAME_TIME, Happening, LEFT, PATIENCE, Seen, SharedScene, Stage, advance, capture_state,
    played, start, until,
};

fn reading(expression: Expression) -> Reading {
    Reading {
        track: 1,
        bbox_in_frame: FrameRect::square((320.0, 240.0), 160.0),
        roll: 0.0,
        presence: 1.0,
        scores: Scores::certain(expression),
        raw_scores: Scores::certain(expression),
        dominant: Some(expression),
        confidence: 1.0,
    }
}

fn analysis(expression: Expression) -> Analysis {
    Analysis { readings: vec![reading(expression)], ..default() }
}

/// An app with what `choose` leaves of the plugins, fed and updated; how many faces and analyses
/// it saw.
fn seen_with(choose: impl FnOnce(PluginGroupBuilder) -> PluginGroupBuilder) -> (usize, usize) {
    let (_camera, frames) = frame_slot();
    let scene = SharedScene::default();
    let mut app = App::new();
    app.world_mut().spawn(EmotionCamera::new(Capture::from_receiver("none".into(), frames)));
    app.add_plugins(MinimalPlugins).add_plugins(choose(EmotionPlugins.build().set(played(&scene))));
    let mut app = start(app);
    app.update();
    let mut feed = app.world_mut().resource_mut::<EmotionFeed>();
    let me = feed.take_over("a test");
    assert_eq!(feed.driver(), Some("a test"));
    for _ in 0..3 {
        let mut feed = app.world_mut().resource_mut::<EmotionFeed>();
        assert!(feed.send(me, UVec2::new(640, 480), analysis(Expression::Happy)));
        advance(&mut app, FRAME_TIME);
    }
    let faces = app.world_mut().query::<&Face>().iter(app.world()).count();
    (faces, app.world().resource::<Seen>().analyzed.len())
}

#[test]
fn each_plugin_can_be_left_out() {
    assert_eq!(seen_with(|plugins| plugins), (1, 3));
    assert_eq!(seen_with(|plugins| plugins.disable::<CapturePlugin>()), (1, 3));
    assert_eq!(seen_with(|plugins| plugins.disable::<AnalyzePlugin>()), (1, 3));
    assert_eq!(seen_with(|plugins| plugins.disable::<TrackPlugin>()), (0, 3));
    assert_eq!(seen_with(|plugins| plugins.disable::<HearPlugin>()), (1, 3));
    assert_eq!(seen_with(|plugins| plugins.disable::<EmotionDiagnosticsPlugin>()), (1, 3));
    assert_eq!(seen_with(|plugins| plugins.disable::<ReplayPlugin>()), (1, 3));
    let only_faces = |plugins: PluginGroupBuilder| {
        plugins
            .disable::<CapturePlugin>()
            .disable::<AnalyzePlugin>()
            .disable::<EmotionDiagnosticsPlugin>()
            .disable::<ReplayPlugin>()
    };
    assert_eq!(seen_with(only_faces), (1, 3));
}

#[test]
fn a_plugin_alone_is_enough() {
    let mut app = App::new();
    app.add_plugins((MinimalPlugins, TrackPlugin));
    let mut app = start(app);
    let mut feed = app.world_mut().resource_mut::<EmotionFeed>();
    let me = feed.take_over("a test");
    feed.send(me, UVec2::new(640, 480), analysis(Expression::Sad));
    app.update();
    assert_eq!(app.world_mut().query::<&Emotion>().iter(app.world()).count(), 1);
}

#[test]
fn whoever_takes_over_drives_and_gives_back() {
    let mut stage = Stage::new();
    stage.show(&[(LEFT, Expression::Sad)]);
    stage.play(12);
    stage.take_events();
    let size = UVec2::new(320, 240);

    let me = stage.app.world_mut().resource_mut::<EmotionFeed>().take_over("me");
    stage.offer_frame();
    for _ in 0..3 {
        let mut feed = stage.app.world_mut().resource_mut::<EmotionFeed>();
        feed.send(me, size, analysis(Expression::Happy));
        advance(&mut stage.app, FRAME_TIME);
    }
    let shows = Happening::Shows(None, Some(Expression::Happy));
    assert_eq!(
        stage.take_happenings(),
        [Happening::Hidden, Happening::Gone, Happening::Appeared, shows]
    );
    assert_eq!(stage.faces().len(), 1, "the camera's faces are not there");

    let other = stage.app.world_mut().resource_mut::<EmotionFeed>().take_over("another");
    let mut feed = stage.app.world_mut().resource_mut::<EmotionFeed>();
    assert!(!feed.send(me, size, analysis(Expression::Happy)), "it drives no more");
    feed.give_back(me);
    assert_eq!(feed.driver(), Some("another"));
    advance(&mut stage.app, FRAME_TIME);
    assert_eq!(stage.take_happenings(), [Happening::Hidden, Happening::Gone]);

    // Held, nothing comes in.
    stage.set_paused(true);
    let mut feed = stage.app.world_mut().resource_mut::<EmotionFeed>();
    feed.send(other, size, analysis(Expression::Happy));
    advance(&mut stage.app, FRAME_TIME);
    assert!(stage.faces().is_empty());
    stage.set_paused(false);

    stage.app.world_mut().resource_mut::<EmotionFeed>().give_back(other);
    advance(&mut stage.app, FRAME_TIME);
    stage.take_events();
    stage.play(12);
    let shows = Happening::Shows(None, Some(Expression::Sad));
    assert_eq!(stage.take_happenings(), [Happening::Appeared, shows], "the camera's again");
}

#[test]
fn faces_join_those_of_a_camera() {
    let guest = reading(Expression::Happy);
    let mut stage = Stage::new();
    let join = |stage: &mut Stage, readings: &[Reading]| {
        let mut feed = stage.app.world_mut().resource_mut::<EmotionFeed>();
        feed.join(UVec2::new(640, 480), readings.to_vec());
    };
    // Before the camera's first frame they have frames of their own.
    join(&mut stage, std::slice::from_ref(&guest));
    advance(&mut stage.app, FRAME_TIME);
    assert_eq!(stage.faces()[0].0.frame_size, UVec2::new(640, 480));
    stage.show(&[(LEFT, Expression::Sad)]);
    // Those of the guest all have the number 0.
    stage.frames = 1;
    for _ in 0..12 {
        let frame = stage.offer_frame();
        join(&mut stage, std::slice::from_ref(&guest));
        advance(&mut stage.app, FRAME_TIME);
        let begin = Instant::now();
        while !stage.app.world().resource::<Seen>().analyzed.contains(&frame) {
            assert!(begin.elapsed() < PATIENCE, "the frame is not analyzed");
            join(&mut stage, std::slice::from_ref(&guest));
            stage.app.update();
            std::thread::sleep(Duration::from_micros(200));
        }
    }
    let faces = stage.faces();
    assert_eq!(faces.iter().filter(|(face, _)| face.visible).count(), 2);
    assert_eq!(faces[1].0.bbox_in_frame.center(), (160.0, 120.0), "in the camera's frame");
    // The camera falls silent: its face hides, the guest stays.
    for _ in 0..60 {
        join(&mut stage, std::slice::from_ref(&guest));
        advance(&mut stage.app, FRAME_TIME);
    }
    let visible: Vec<_> = stage.faces().into_iter().filter(|(face, _)| face.visible).collect();
    assert_eq!(visible.len(), 1);
    assert_eq!(visible[0].1.dominant, Some(Expression::Happy), "the guest");
    join(&mut stage, &[]);
    advance(&mut stage.app, FRAME_TIME);
    assert!(stage.faces().iter().all(|(face, _)| !face.visible), "the guest left");
}

#[derive(States, Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
enum Screen {
    #[default]
    Menu,
    Game,
}

#[derive(Resource, Default)]
struct Smiles(u32);

fn count_smiles(faces: Query<&Emotion, With<Face>>, mut smiles: ResMut<Smiles>) {
    let happy = faces.iter().filter(|face| face.dominant == Some(Expression::Happy));
    smiles.0 += u32::try_from(happy.count()).unwrap();
}

#[test]
fn a_game_reacts_in_one_of_its_states_only() {
    let mut stage = Stage::with(|app| {
        app.add_plugins(StatesPlugin)
            .init_state::<Screen>()
            .init_resource::<Smiles>()
            .add_systems(Update, count_smiles.run_if(in_state(Screen::Game)));
    });
    stage.show(&[(LEFT, Expression::Happy)]);
    stage.play(12);
    let entity = stage.take_events()[0].0;
    assert_eq!(stage.app.world().resource::<Smiles>().0, 0, "in the menu");
    let go_to = |stage: &mut Stage, screen| {
        stage.app.world_mut().resource_mut::<NextState<Screen>>().set(screen);
        advance(&mut stage.app, FRAME_TIME);
    };
    go_to(&mut stage, Screen::Game);
    stage.play(3);
    let counted = stage.app.world().resource::<Smiles>().0;
    assert!(counted >= 4, "in the game: {counted}");
    go_to(&mut stage, Screen::Menu);
    stage.play(3);
    assert_eq!(stage.app.world().resource::<Smiles>().0, counted);
    assert!(stage.app.world().get::<Face>(entity).is_some(), "faces live through all states");
    assert!(stage.take_events().is_empty());
}

/// What a game in fixed time counts.
#[derive(Resource, Default)]
struct Fixed {
    steps: u32,
    smiling_steps: u32,
    frames: Vec<u64>,
    changes: u32,
}

fn fixed_step(
    faces: Query<&Emotion, With<Face>>,
    mut analyzed: MessageReader<FrameAnalyzed>,
    mut fixed: ResMut<Fixed>,
) {
    fixed.steps += 1;
    if faces.iter().any(|face| face.dominant == Some(Expression::Happy)) {
        fixed.smiling_steps += 1;
    }
    fixed.frames.extend(analyzed.read().map(|message| message.analysis.sequence));
}

/// Faster than frames come, and slower: each frame is read once, in its order.
#[test]
fn a_game_in_fixed_time_sees_each_frame_once() {
    for hertz in [120.0, 10.0] {
        let mut stage = Stage::with(|app| {
            app.insert_resource(Time::<bevy::prelude::Fixed>::from_hz(hertz))
                .init_resource::<Fixed>()
                .add_systems(FixedUpdate, fixed_step)
                .add_observer(|_: On<ExpressionChanged>, mut fixed: ResMut<Fixed>| {
                    fixed.changes += 1;
                });
        });
        stage.show(&[(LEFT, Expression::Happy)]);
        stage.play(40);
        // The step after the last frame.
        advance(&mut stage.app, Duration::from_millis(100));
        advance(&mut stage.app, Duration::from_millis(100));
        let fixed = stage.app.world().resource::<Fixed>();
        // No time passes before the first update.
        let seconds = 39.0 * FRAME_TIME.as_secs_f64() + 0.2;
        assert!((f64::from(fixed.steps) - seconds * hertz).abs() <= 2.0, "{}", fixed.steps);
        assert!(
            fixed.smiling_steps * 2 > fixed.steps,
            "{} of {}",
            fixed.smiling_steps,
            fixed.steps
        );
        assert_eq!(fixed.frames, (0..40).collect::<Vec<u64>>(), "at {hertz} Hz");
        assert_eq!(fixed.changes, 1);
    }
}

#[cfg(feature = "hud")]
#[test]
fn several_windows_do_no_harm() {
    use bevy::window::{ExitCondition, Window, WindowPlugin};
    let mut stage = Stage::with(|app| {
        app.add_plugins(WindowPlugin {
            primary_window: None,
            exit_condition: ExitCondition::DontExit,
            ..default()
        });
        app.world_mut().spawn(Window::default());
    });
    let second = stage.app.world_mut().spawn(Window::default()).id();
    stage.show(&[(LEFT, Expression::Happy)]);
    stage.play(12);
    assert_eq!(stage.faces().len(), 1, "one face, however many windows");
    stage.app.world_mut().despawn(second);
    stage.play(3);
    stage.app.world_mut().spawn(Window::default());
    stage.play(3);
    let shows = Happening::Shows(None, Some(Expression::Happy));
    assert_eq!(stage.take_happenings(), [Happening::Appeared, shows]);
}

/// The real channel: threads, a source that fails, and one that replaces it.
#[test]
fn the_source_is_switched_while_the_app_runs() {
    let scene = SharedScene::default();
    scene.lock().unwrap().faces = vec![(LEFT, Expression::Happy)];
    let mut app = App::new();
    app.add_plugins(MinimalPlugins).add_plugins(
        EmotionPlugins
            .set(CapturePlugin { source: SourceSpec::Puppet, ..default() })
            .set(played(&scene)),
    );
    let mut app = start(app);
    let appeared = |app: &App| {
        let events = &app.world().resource::<Seen>().events;
        events.iter().filter(|(_, happening)| *happening == Happening::Appeared).count()
    };
    until(&mut app, "the puppet is read", |app| appeared(app) == 1);
    let switch = |app: &App, source| {
        let mut cameras = app.world().try_query::<&EmotionCamera>().unwrap();
        cameras.single(app.world()).unwrap().send(CaptureCommand::Switch(source));
    };
    switch(&app, SourceSpec::Path("no/such/film.mp4".into()));
    until(&mut app, "the film fails", |app| {
        matches!(capture_state(app), Some(CaptureState::Failed { .. }))
    });
    switch(&app, SourceSpec::Puppet);
    until(&mut app, "the puppet is read again", |app| appeared(app) == 2);
    let happenings: Vec<_> =
        app.world().resource::<Seen>().events.iter().map(|(_, happening)| *happening).collect();
    let tail = &happenings[happenings.iter().position(|h| *h == Happening::Hidden).unwrap()..];
    assert_eq!(tail[..3], [Happening::Hidden, Happening::Gone, Happening::Appeared]);
}

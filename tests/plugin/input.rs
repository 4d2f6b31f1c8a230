//! Expressions as game input, in apps without a window: virtual faces are seen, actions come out,
//! at exact times.

use std::path::Path;
use std::time::{Duration, Instant};

use bevy::asset::io::memory::{Dir, MemoryAssetReader};
use bevy::asset::io::{AssetSourceBuilder, AssetSourceId};
use bevy::ecs::schedule::{LogLevel, ScheduleBuildSettings, ScheduleLabel};
use bevy::prelude::*;
use bevy::time::TimeUpdateStrategy;
use bevy_emotion::Analysis;
use bevy_emotion::capture::frame_slot;
use bevy_emotion::input::*;
use bevy_emotion::prelude::*;
use bevy_emotion::session::AnalyzerSettings;
use serde::{Deserialize, Serialize};

#[derive(Reflect, Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Action {
    Jump,
    Shield,
    Steer,
}
use Action::{Jump, Shield, Steer};

/// A second type of action beside it.
#[derive(Reflect, Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Menu {
    Choose,
}

/// What passes in an update.
const TICK: Duration = Duration::from_millis(20);

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// What was told, and when, in real milliseconds since the first update.
#[derive(Resource, Default)]
struct Told(Vec<(u128, Happening)>);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Happening {
    Pressed(Action, u8),
    Released(Action, u8, Duration),
    Chosen,
    Appeared,
    Hidden,
    Returned,
    Gone,
    Shows(Option<Expression>),
    Measured(bool),
    WarmedUp(f32),
}

/// An app with one virtual face, of which the first update is over.
struct Stage {
    app: App,
    face: Entity,
}

impl Stage {
    fn new(map: ExpressionMap<Action>) -> Self {
        Self::with(map, |_| {})
    }

    fn with(map: ExpressionMap<Action>, prepare: impl FnOnce(&mut App)) -> Self {
        let mut app = App::new();
        app.add_plugins((MinimalPlugins, VirtualFacePlugin, ExpressionInputPlugin::new(map)))
            .insert_resource(TimeUpdateStrategy::ManualDuration(TICK))
            .init_resource::<Told>();
        tell(&mut app, |event: &ActionPressed<Action>| {
            Happening::Pressed(event.action, event.slot.0)
        });
        tell(&mut app, |event: &ActionReleased<Action>| {
            Happening::Released(event.action, event.slot.0, event.held_for)
        });
        tell(&mut app, |_: &ActionPressed<Menu>| Happening::Chosen);
        prepare(&mut app);
        let face = app.world_mut().spawn(VirtualFace::new()).id();
        app.finish();
        app.cleanup();
        app.update();
        Self { app, face }
    }

    /// Tells of the life of faces, too.
    fn telling_of_faces(mut self) -> Self {
        let app = &mut self.app;
        tell(app, |_: &FaceAppeared| Happening::Appeared);
        tell(app, |_: &FaceHidden| Happening::Hidden);
        tell(app, |_: &FaceReturned| Happening::Returned);
        tell(app, |_: &FaceGone| Happening::Gone);
        tell(app, |change: &ExpressionChanged| Happening::Shows(change.to));
        self
    }

    fn act(&mut self, act: impl FnOnce(&mut VirtualFace)) {
        self.act_as(self.face, act);
    }

    fn act_as(&mut self, face: Entity, act: impl FnOnce(&mut VirtualFace)) {
        act(&mut self.app.world_mut().get_mut::<VirtualFace>(face).unwrap());
    }

    fn updates(&mut self, count: u32) {
        for _ in 0..count {
            self.app.update();
        }
    }

    /// What happens in so many updates, with the milliseconds since now.
    fn play(&mut self, count: u32) -> Vec<(u128, Happening)> {
        let start = self.app.world().resource::<Time<Real>>().elapsed().as_millis();
        self.app.world_mut().resource_mut::<Told>().0.clear();
        self.updates(count);
        let told = std::mem::take(&mut self.app.world_mut().resource_mut::<Told>().0);
        told.into_iter().map(|(time, happening)| (time - start, happening)).collect()
    }

    fn input(&self) -> &ExpressionInput<Action> {
        self.app.world().resource()
    }

    /// The face that is seen of a virtual one.
    fn seen(&mut self, face: Entity) -> Option<Entity> {
        let subject = self.app.world().get::<VirtualFace>(face).unwrap().subject();
        let mut faces = self.app.world_mut().query::<(Entity, &Face)>();
        faces
            .iter(self.app.world())
            .find(|(_, face)| Some(face.subject) == subject)
            .map(|(entity, _)| entity)
    }

    fn measured(&mut self) -> FaceInput {
        let face = self.seen(self.face).unwrap();
        *self.app.world().get::<FaceInput>(face).unwrap()
    }

    fn keys(&mut self) -> Mut<'_, ButtonInput<KeyCode>> {
        self.app.world_mut().resource_mut()
    }
}

fn tell<E>(app: &mut App, happening: impl Fn(&E) -> Happening + Send + Sync + 'static)
where
    E: Event,
{
    app.add_observer(move |event: On<E>, time: Res<Time<Real>>, mut told: ResMut<Told>| {
        told.0.push((time.elapsed().as_millis(), happening(&event)));
    });
}

fn only(bindings: impl Into<Binding>) -> ExpressionMap<Action> {
    ExpressionMap::new().with(Jump, bindings)
}

#[test]
fn a_smile_over_200_ms_presses_on_its_way() {
    let mut stage = Stage::new(only(Expression::Happy.above(0.6).release_at(0.3)));
    stage.act(|face| face.ramp(Expression::Happy, 1.0, ms(200)));
    assert_eq!(stage.play(6), [(120, Happening::Pressed(Jump, 1))]);
    assert!(stage.input().just_pressed(Jump) && stage.input().pressed(Jump));
    assert!((stage.input().value(Jump) - 0.6).abs() < 1e-4);
    assert_eq!(stage.play(10), []);
    assert!(stage.input().pressed(Jump) && !stage.input().just_pressed(Jump));
    assert_eq!(stage.input().held_for(Jump), ms(200));

    stage.act(|face| face.ramp(Expression::Happy, 0.0, ms(200)));
    assert_eq!(stage.play(20), [(140, Happening::Released(Jump, 1, ms(340)))]);
    assert_eq!(stage.input().held_for(Jump), Duration::ZERO);
}

#[test]
fn a_face_that_wavers_between_the_levels_presses_once() {
    let mut stage = Stage::new(only(Expression::Happy.above(0.6).release_at(0.4)));
    let mut happenings = Vec::new();
    for strength in [0.65, 0.5, 0.62, 0.45, 0.61, 0.3] {
        stage.act(|face| face.show(Expression::Happy, strength));
        happenings.extend(stage.play(1));
    }
    let [(_, Happening::Pressed(..)), (_, Happening::Released(_, _, held))] = happenings[..] else {
        panic!("one press, not {happenings:?}");
    };
    assert_eq!(held, TICK * 5);
}

#[test]
fn a_smile_for_one_second() {
    let mut stage = Stage::new(only(Expression::Happy.above(0.6).hold(ms(1000))));
    stage.act(|face| face.press(Expression::Happy));
    // Seen for the first time after 20 ms.
    assert_eq!(stage.play(100), [(1020, Happening::Pressed(Jump, 1))]);
    stage.act(VirtualFace::release);
    assert_eq!(stage.play(1).len(), 1);

    stage.act(|face| face.press(Expression::Happy));
    assert_eq!(stage.play(26), []);
    assert!((stage.input().value(Jump) - 0.5).abs() < 1e-6, "the progress of the hold");
    stage.act(VirtualFace::release);
    stage.updates(1);
    stage.act(|face| face.press(Expression::Happy));
    assert_eq!(stage.play(50), [], "a break starts it anew");
    assert_eq!(stage.play(1).len(), 1);
}

#[test]
fn surprise_within_300_ms() {
    let startled = Expression::Surprise.above(0.9).release_at(0.3).within(ms(300));
    let mut stage = Stage::new(only(startled));
    // From 0.3 to 0.9 it takes 60 % of the time.
    for (rise, presses) in [(200, 1), (400, 1), (600, 0), (2000, 0)] {
        stage.act(|face| face.ramp(Expression::Surprise, 1.0, ms(rise)));
        let told = stage.play(120);
        assert_eq!(told.len(), presses, "a rise of {rise} ms: {told:?}");
        stage.act(VirtualFace::release);
        stage.updates(2);
    }
}

#[test]
fn a_tilt_to_the_left_while_happy() {
    let chord = FaceCondition::tilt_left().and(Expression::Happy);
    let mut stage = Stage::new(only(chord));
    stage.act(|face| face.press(Expression::Happy));
    assert_eq!(stage.play(5), []);
    stage.act(|face| face.tilt(FULL_TILT, ms(100)));
    assert_eq!(stage.play(10), [], "that is the other side");
    stage.act(|face| face.tilt(-FULL_TILT, ms(400)));
    // Half way on the left after three quarters of the time.
    assert_eq!(stage.play(25), [(300, Happening::Pressed(Jump, 1))]);
    stage.act(VirtualFace::release);
    assert_eq!(stage.play(1), [(20, Happening::Released(Jump, 1, ms(220)))]);
}

#[test]
fn a_smile_and_then_a_surprise() {
    let combo = FaceCondition::from(Expression::Happy).then(Expression::Surprise, ms(500));
    let mut stage = Stage::new(only(combo));
    for (pause, presses) in [(24, 1), (25, 0)] {
        stage.act(|face| face.press(Expression::Happy));
        stage.updates(1);
        stage.act(VirtualFace::release);
        stage.updates(pause);
        stage.act(|face| face.press(Expression::Surprise));
        let told = stage.play(3);
        assert_eq!(told.len(), presses, "after {pause} updates between: {told:?}");
        stage.act(VirtualFace::release);
        stage.updates(1);
    }
}

#[test]
fn axes_are_the_players_own_left_and_right() {
    let map = ExpressionMap::new()
        .with(Steer, AxisBinding::new(FaceAxis::Tilt).with_dead_zone(0.0))
        .with(Jump, AxisBinding::new(FaceAxis::HeadX).with_dead_zone(0.0))
        .with(Shield, AxisBinding::new(FaceAxis::Valence).with_dead_zone(0.0));
    let mut stage = Stage::new(map);
    let near = |value: f32, expected: f32| (value - expected).abs() < 1e-3;

    stage.act(|face| face.tilt(FULL_TILT / 2.0, ms(100)));
    stage.updates(5);
    assert!(near(stage.input().value(Steer), 0.5) && stage.input().pressed(Steer));
    let seen = stage.seen(stage.face).unwrap();
    let roll = stage.app.world().get::<FacePose>(seen).unwrap().roll;
    assert!(roll < 0.0, "to the right shoulder is counter-clockwise in the picture");

    stage.act(|face| face.move_to(Vec2::new(-0.8, 0.4), ms(100)));
    stage.updates(5);
    assert!(near(stage.input().value(Jump), -0.8));
    let face = *stage.app.world().get::<Face>(seen).unwrap();
    assert!(face.bbox_in_frame.center().0 > 160.0, "a camera sees it on the other side");
    assert!(near(stage.measured().position_in_mirror.y, 0.4));

    stage.act(|face| face.press(Expression::Happy));
    stage.updates(1);
    assert!(stage.input().value(Shield) > 0.7);
    stage.act(|face| face.press(Expression::Sad));
    stage.updates(1);
    assert!(stage.input().value(Shield) < -0.6 && stage.input().pressed(Shield));
}

#[test]
fn game_time_that_stands_still_or_is_slow_holds_conditions() {
    let hold = || Expression::Happy.above(0.6).hold(ms(400));
    let mut stage = Stage::with(only(hold()), |app| {
        let menu = ExpressionMap::new().with(Menu::Choose, hold()).with_clock(InputClock::Real);
        app.add_plugins(ExpressionInputPlugin::new(menu));
    });
    stage.app.world_mut().resource_mut::<Time<Virtual>>().pause();
    stage.act(|face| face.press(Expression::Happy));
    assert_eq!(stage.play(50), [(420, Happening::Chosen)], "the menu of a paused game");
    assert_eq!(stage.input().value(Jump), 0.0);

    let mut time = stage.app.world_mut().resource_mut::<Time<Virtual>>();
    time.unpause();
    time.set_relative_speed(0.5);
    assert_eq!(stage.play(50), [(800, Happening::Pressed(Jump, 1))]);
    assert_eq!(stage.input().held_for(Jump), ms(100), "counted in the game's time, too");
}

/// What fixed steps saw: whether it was just pressed, pressed, just released.
#[derive(Resource, Default)]
struct Steps(Vec<(bool, bool, bool)>);

fn with_fixed_steps(hertz: f64) -> Stage {
    Stage::with(only(Expression::Happy), |app| {
        app.insert_resource(Time::<Fixed>::from_hz(hertz)).init_resource::<Steps>().add_systems(
            FixedUpdate,
            |input: Res<ExpressionInput<Action>>, mut steps: ResMut<Steps>| {
                let seen =
                    (input.just_pressed(Jump), input.pressed(Jump), input.just_released(Jump));
                steps.0.push(seen);
            },
        );
    })
}

#[test]
fn fixed_steps_miss_no_tap() {
    // A step in five updates, and a tap of one update.
    let mut stage = with_fixed_steps(10.0);
    stage.updates(6);
    stage.act(|face| face.press(Expression::Happy));
    stage.updates(1);
    stage.act(VirtualFace::release);
    stage.updates(20);
    let steps = &stage.app.world().resource::<Steps>().0;
    assert_eq!(steps.iter().filter(|(pressed, ..)| *pressed).count(), 1, "{steps:?}");
    assert!(steps.contains(&(true, false, true)), "{steps:?}");
}

#[test]
fn fixed_steps_see_no_press_twice() {
    // Four steps in an update.
    let mut stage = with_fixed_steps(200.0);
    stage.updates(2);
    stage.act(|face| face.press(Expression::Happy));
    stage.updates(3);
    stage.act(VirtualFace::release);
    stage.updates(3);
    let steps = stage.app.world().resource::<Steps>().0.clone();
    let count = |is: fn(&(bool, bool, bool)) -> bool| steps.iter().filter(|step| is(step)).count();
    assert_eq!(count(|(just_pressed, ..)| *just_pressed), 1);
    assert_eq!(count(|(_, pressed, _)| *pressed), 12);
    assert_eq!(count(|(.., just_released)| *just_released), 1);
    assert!(!stage.input().just_released(Jump), "updates have edges of their own");
}

#[test]
fn two_players_keep_their_slots() {
    let mut stage = Stage::with(only(Expression::Happy), |app| {
        app.insert_resource(PlayerSlots::new(2));
    });
    let (one, two) = (stage.face, stage.app.world_mut().spawn(VirtualFace::new()).id());
    stage.updates(1);
    let third = stage.app.world_mut().spawn(VirtualFace::new().at(Vec2::new(-0.9, 0.0))).id();
    stage.updates(1);
    let faces = [one, two, third].map(|face| stage.seen(face).unwrap());
    let slots = |stage: &Stage| {
        let slots = stage.app.world().resource::<PlayerSlots>();
        [slots.face(1), slots.face(2)]
    };
    assert_eq!(slots(&stage), [Some(faces[0]), Some(faces[1])]);
    assert_eq!(stage.app.world().get::<PlayerSlot>(faces[1]), Some(&PlayerSlot(2)));
    assert_eq!(stage.app.world().get::<PlayerSlot>(faces[2]), None);

    stage.act_as(two, |face| face.press(Expression::Happy));
    stage.act_as(third, |face| face.press(Expression::Happy));
    assert_eq!(stage.play(2), [(20, Happening::Pressed(Jump, 2))], "watchers press nothing");
    assert!(stage.input().slot(2).pressed(Jump) && !stage.input().pressed(Jump));
    assert!(stage.input().any_pressed(Jump) && !stage.input().slot(3).pressed(Jump));
    let watcher = stage.app.world().get::<FaceActions<Action>>(faces[2]).unwrap();
    assert!(watcher.pressed(Jump), "but their faces can be asked");

    // Player 2 is lost for a moment, and then for a while.
    stage.act_as(two, VirtualFace::leave);
    assert_eq!(stage.play(12), [], "a moment is bridged");
    assert_eq!(stage.play(1), [(20, Happening::Released(Jump, 2, ms(20 * 14)))]);
    stage.updates(100);
    assert_eq!(slots(&stage), [Some(faces[0]), Some(faces[1])], "the slot waits");
    stage.act_as(two, VirtualFace::come_back);
    assert_eq!(stage.play(1), [(20, Happening::Pressed(Jump, 2))]);

    // Player 1 leaves for good.
    stage.act(VirtualFace::leave);
    stage.updates(150);
    assert_eq!(slots(&stage), [Some(faces[0]), Some(faces[1])]);
    stage.updates(1);
    assert_eq!(slots(&stage), [Some(faces[2]), Some(faces[1])], "who waits is next");
    assert_eq!(stage.app.world().get::<PlayerSlot>(faces[2]), Some(&PlayerSlot(1)));
}

#[test]
fn the_leftmost_may_be_the_first() {
    let leftmost = PlayerSlots::new(2).with_order(SlotOrder::Leftmost);
    let mut stage = Stage::with(only(Expression::Happy), |app| {
        app.insert_resource(leftmost);
    });
    let left = stage.app.world_mut().spawn(VirtualFace::new().at(Vec2::new(-0.5, 0.0))).id();
    stage.updates(1);
    let faces = [stage.face, left].map(|face| stage.seen(face).unwrap());
    let slots =
        |stage: &Stage| faces.map(|face| stage.app.world().get::<PlayerSlot>(face).copied());
    assert_eq!(
        slots(&stage),
        [Some(PlayerSlot(1)), Some(PlayerSlot(2))],
        "who has a slot keeps it"
    );
    stage.app.world_mut().resource_mut::<PlayerSlots>().reseat();
    stage.updates(1);
    assert_eq!(slots(&stage), [Some(PlayerSlot(2)), Some(PlayerSlot(1))]);
}

/// A face that reads as 60 % sad when it rests.
fn sad_rest() -> Scores {
    Scores::certain(Expression::Neutral).mix(&Scores::certain(Expression::Sad), 0.6)
}

#[test]
fn a_face_that_rests_sadly_is_not_sad() {
    let map = ExpressionMap::new().with(Shield, Expression::Sad).with(Jump, Expression::Happy);
    let mut stage = Stage::with(map, |app| {
        tell(app, |event: &BaselineMeasured| Happening::Measured(event.found));
    });
    stage.app.world_mut().despawn(stage.face);
    let world = stage.app.world_mut();
    stage.face = world.spawn(VirtualFace::new().with_rest(sad_rest())).id();
    stage.updates(1);
    // The first face keeps its slot for a while: look at the new one itself.
    let seen = stage.seen(stage.face).unwrap();
    let state = |stage: &Stage| stage.app.world().get::<FaceActions<Action>>(seen).unwrap().clone();
    assert!(state(&stage).pressed(Shield), "nothing is known of it yet");
    assert!(stage.measured().valence < -0.4);

    assert_eq!(stage.play(50), []);
    let resting = |stage: &Stage| stage.app.world().get::<RestingBaseline>(seen).unwrap().clone();
    assert!((resting(&stage).progress().unwrap() - 0.5).abs() < 1e-3);
    assert_eq!(stage.play(60)[..1], [(1000, Happening::Measured(true))]);
    assert!(resting(&stage).is_done());
    assert!(!state(&stage).pressed(Shield));
    let rested = stage.measured();
    assert!(rested.strength(Expression::Sad) < 1e-3 && rested.valence.abs() < 1e-3, "{rested:?}");

    stage.act(|face| face.show(Expression::Sad, 0.7));
    stage.updates(1);
    assert!(state(&stage).pressed(Shield), "sadder than its rest is sad");
    assert!((stage.measured().strength(Expression::Sad) - 0.7).abs() < 1e-3);
    stage.act(|face| face.press(Expression::Happy));
    stage.updates(1);
    assert!(state(&stage).pressed(Jump) && !state(&stage).pressed(Shield));
    assert!(stage.measured().valence > 0.7);
}

#[test]
fn a_baseline_can_be_measured_again_and_given_up() {
    let mut stage = Stage::with(only(Expression::Sad), |app| {
        app.insert_resource(BaselineSettings { automatic: false, ..default() });
        tell(app, |event: &BaselineMeasured| Happening::Measured(event.found));
    });
    stage.act(|face| face.rest = sad_rest());
    assert_eq!(stage.play(200), [(20, Happening::Pressed(Jump, 1))], "not by itself");

    let entity = stage.seen(stage.face).unwrap();
    stage.app.world_mut().trigger(MeasureBaseline { entity });
    let told = stage.play(102);
    assert_eq!(told[0].1, Happening::Measured(true));
    assert!(matches!(told[1], (_, Happening::Released(..))), "{told:?}");

    stage.app.world_mut().trigger(MeasureBaseline { entity });
    let mut told = Vec::new();
    for update in 0..520 {
        let side = if update % 10 < 5 { 0.9 } else { -0.9 };
        stage.act(|face| face.move_to(Vec2::new(side, 0.0), Duration::ZERO));
        told.extend(stage.play(1));
    }
    assert_eq!(told, [(20, Happening::Measured(false))]);
    let resting = stage.app.world().get::<RestingBaseline>(entity).unwrap();
    assert_eq!(resting.state, BaselineState::GaveUp);
    assert!(resting.baseline.scores.get(Expression::Sad) > 0.5, "the one before stays");
}

#[test]
fn a_weak_face_can_play_after_a_warm_up() {
    let mut stage = Stage::with(only(Expression::Happy), |app| {
        tell(app, |event: &FaceWarmedUp| Happening::WarmedUp(event.reached));
    });
    stage.act(|face| face.expressiveness = 0.3);
    stage.act(|face| face.press(Expression::Happy));
    assert_eq!(stage.play(10), []);
    stage.act(VirtualFace::release);

    let entity = stage.seen(stage.face).unwrap();
    let expression = Some(Expression::Happy);
    stage.app.world_mut().trigger(WarmUpFace { entity, expression, time: ms(500) });
    stage.updates(5);
    stage.act(|face| face.press(Expression::Happy));
    stage.updates(5);
    let progress = stage.app.world().get::<WarmUp>(entity).unwrap().progress();
    assert!((progress - 0.4).abs() < 1e-3, "{progress}");
    stage.act(VirtualFace::release);
    let told = stage.play(20);
    let [(300, Happening::WarmedUp(reached))] = told[..] else { panic!("{told:?}") };
    assert!((reached - 0.285).abs() < 1e-3);
    assert!(!stage.app.world().entity(entity).contains::<WarmUp>());

    stage.act(|face| face.press(Expression::Happy));
    assert_eq!(stage.play(1), [(20, Happening::Pressed(Jump, 1))]);
    assert_eq!(stage.measured().strength(Expression::Happy), 1.0);
    stage.act(|face| face.show(Expression::Happy, 0.5));
    stage.updates(1);
    let half = stage.measured().strength(Expression::Happy);
    assert!((0.3..0.4).contains(&half), "half of what others do is a third of its best: {half}");
}

#[test]
fn a_virtual_face_lives_as_others_do() {
    let mut stage = Stage::new(ExpressionMap::new()).telling_of_faces();
    stage.act(|face| face.press(Expression::Fear));
    assert_eq!(stage.play(3), [(20, Happening::Shows(Some(Expression::Fear)))]);
    stage.act(VirtualFace::leave);
    assert_eq!(stage.play(20), [(20, Happening::Hidden)]);
    stage.act(VirtualFace::come_back);
    assert_eq!(stage.play(3), [(20, Happening::Returned)]);
    let first = stage.app.world().get::<VirtualFace>(stage.face).unwrap().subject();
    stage.act(VirtualFace::leave);
    let told = stage.play(160);
    assert_eq!(told[..1], [(20, Happening::Hidden)]);
    assert!(matches!(told[1..], [(3040, Happening::Gone)]), "{told:?}");
    stage.act(VirtualFace::come_back);
    let told = stage.play(1);
    assert_eq!(told[0], (20, Happening::Appeared));
    let second = stage.app.world().get::<VirtualFace>(stage.face).unwrap().subject();
    assert!(second > first, "who was forgotten is somebody else");
}

#[test]
fn virtual_faces_join_a_cameras() {
    #[derive(Resource, Default)]
    struct Camera {
        on: bool,
        id: Option<FeedId>,
    }
    let mut stage = Stage::with(only(Expression::Happy), |app| {
        app.init_resource::<Camera>().add_systems(
            PreUpdate,
            (|mut camera: ResMut<Camera>, mut feed: ResMut<EmotionFeed>| {
                if !camera.on {
                    return;
                }
                let scores = Scores::certain(Expression::Sad);
                let reading = Reading {
                    track: 1,
                    bbox_in_frame: FrameRect::square((20.0, 20.0), 20.0),
                    roll: 0.0,
                    presence: 1.0,
                    scores,
                    raw_scores: scores,
                    dominant: Some(Expression::Sad),
                    confidence: 1.0,
                };
                let id = *camera.id.get_or_insert_with(|| feed.take_over("camera"));
                let analysis = Analysis { readings: vec![reading], ..default() };
                assert!(feed.send(id, UVec2::new(64, 48), analysis));
            })
            .before(EmotionSystems::Capture),
        );
    });
    stage.app.world_mut().resource_mut::<Camera>().on = true;
    stage.updates(10);
    let visible = |stage: &mut Stage| {
        let mut faces = stage.app.world_mut().query::<&Face>();
        faces.iter(stage.app.world()).filter(|face| face.visible).count()
    };
    assert_eq!(visible(&mut stage), 2);
    let seen = stage.seen(stage.face).unwrap();
    let face = *stage.app.world().get::<Face>(seen).unwrap();
    assert_eq!(face.frame_size, UVec2::new(64, 48));
    assert_eq!(face.bbox_in_frame.center(), (32.0, 24.0));

    stage.app.world_mut().resource_mut::<Camera>().on = false;
    stage.updates(60);
    assert_eq!(visible(&mut stage), 1, "the virtual face stays when the camera falls silent");
}

#[test]
fn keys_play_without_a_face() {
    let map = only(Expression::Happy)
        .with(Jump, KeyCode::Space)
        .with(Steer, Binding::keys(KeyCode::ArrowLeft, KeyCode::ArrowRight))
        .with(Shield, Binding::key(KeyCode::Enter).for_slot(2));
    let mut stage = Stage::with(map, |app| {
        app.init_resource::<ButtonInput<KeyCode>>().insert_resource(PlayerSlots::new(2));
    });
    stage.app.world_mut().despawn(stage.face);
    stage.updates(1);
    stage.keys().press(KeyCode::Space);
    stage.keys().press(KeyCode::ArrowLeft);
    stage.keys().press(KeyCode::Enter);
    let told = stage.play(3);
    let all = [(Jump, 1), (Steer, 1), (Shield, 2)];
    let mut pressed = all.map(|(action, slot)| (20, Happening::Pressed(action, slot))).to_vec();
    pressed.sort_by_key(|(_, happening)| format!("{happening:?}"));
    let mut sorted = told.clone();
    sorted.sort_by_key(|(_, happening)| format!("{happening:?}"));
    assert_eq!(sorted, pressed);
    assert_eq!((stage.input().value(Steer), stage.input().value(Jump)), (-1.0, 1.0));
    assert!(!stage.input().pressed(Shield) && stage.input().slot(2).pressed(Shield));

    stage.keys().press(KeyCode::ArrowRight);
    stage.updates(1);
    assert_eq!(stage.input().value(Steer), 0.0, "both are none");
    stage.keys().release(KeyCode::Space);
    stage.keys().clear();
    stage.updates(1);
    assert!(stage.input().just_released(Jump));

    // Down and up again before the update: it counts in one.
    stage.keys().press(KeyCode::Space);
    stage.keys().release(KeyCode::Space);
    stage.updates(1);
    assert!(stage.input().just_pressed(Jump));
    stage.keys().clear();
    stage.updates(1);
    assert!(stage.input().just_released(Jump));
}

#[test]
fn what_is_bound_anew_works_at_once_and_disturbs_nothing_else() {
    let map = only(Expression::Happy).with(Shield, Expression::Happy.above(0.6).hold(ms(500)));
    let mut stage = Stage::new(map);
    stage.act(|face| face.press(Expression::Happy));
    stage.updates(10);
    {
        let mut map = stage.app.world_mut().resource_mut::<ExpressionMap<Action>>();
        assert_eq!(map.unbind(Jump), [Expression::Happy.into()]);
        map.bind(Jump, Expression::Surprise);
    }
    let told = stage.play(20);
    assert_eq!(told[0], (20, Happening::Released(Jump, 1, ms(200))));
    assert_eq!(told[1], (320, Happening::Pressed(Shield, 1)), "its hold went on: {told:?}");
    stage.act(|face| face.press(Expression::Surprise));
    assert_eq!(stage.play(1)[0], (20, Happening::Pressed(Jump, 1)));
    stage.app.insert_resource(ExpressionMap::<Action>::new());
    assert_eq!(stage.play(3).len(), 1, "what nothing presses is released once");
    assert!(!stage.input().just_released(Jump));
}

#[test]
fn conditions_observers_and_messages_tell_the_same() {
    #[derive(Resource, Default, Debug, PartialEq, Eq)]
    struct Counts {
        pressed: u32,
        just_pressed: u32,
        just_released: u32,
        messages: Vec<(Action, PlayerSlot, bool)>,
    }
    let mut stage = Stage::with(only(Expression::Happy), |app| {
        app.init_resource::<Counts>().add_systems(
            Update,
            (
                (|mut counts: ResMut<Counts>| counts.pressed += 1).run_if(when_pressed(Jump)),
                (|mut counts: ResMut<Counts>| counts.just_pressed += 1)
                    .run_if(when_just_pressed(Jump)),
                (|mut counts: ResMut<Counts>| counts.just_released += 1)
                    .run_if(when_just_released(Jump)),
                |mut messages: MessageReader<ActionPressed<Action>>, mut counts: ResMut<Counts>| {
                    for message in messages.read() {
                        let told = (message.action, message.slot, message.face.is_some());
                        counts.messages.push(told);
                    }
                },
            )
                .chain(),
        );
    });
    stage.act(|face| face.press(Expression::Happy));
    stage.updates(3);
    stage.act(VirtualFace::release);
    stage.updates(3);
    let expected = Counts {
        pressed: 3,
        just_pressed: 1,
        just_released: 1,
        messages: vec![(Jump, PlayerSlot(1), true)],
    };
    assert_eq!(*stage.app.world().resource::<Counts>(), expected);
}

#[test]
fn a_press_that_was_consumed_is_over() {
    let mut stage = Stage::new(only(Expression::Happy));
    stage.act(|face| face.press(Expression::Happy));
    stage.updates(1);
    stage.app.world_mut().resource_mut::<ExpressionInput<Action>>().consume(Jump);
    assert!(!stage.input().pressed(Jump) && !stage.input().just_pressed(Jump));
    assert_eq!(stage.play(5), []);
    stage.act(VirtualFace::release);
    stage.updates(1);
    stage.act(|face| face.press(Expression::Happy));
    assert_eq!(stage.play(1), [(20, Happening::Pressed(Jump, 1))]);
}

/// Updates until `done`; what is loaded needs real time.
fn until(app: &mut App, what: &str, done: impl Fn(&App) -> bool) {
    let start = Instant::now();
    while !done(app) {
        assert!(start.elapsed() < Duration::from_secs(60), "waited in vain until {what}");
        app.update();
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_map_comes_from_its_file_and_follows_it() {
    let path = Path::new("controls.ron");
    let root = Dir::default();
    root.insert_asset_text(path, "(actions: { Jump: [When(Above(expression: happy))] })");
    let reader = MemoryAssetReader { root: root.clone() };
    let mut app = App::new();
    app.register_asset_source(
        AssetSourceId::Default,
        AssetSourceBuilder::new(move || Box::new(reader.clone())),
    )
    .add_plugins((
        MinimalPlugins,
        AssetPlugin::default(),
        VirtualFacePlugin,
        ExpressionInputPlugin::<Action>::default(),
        ExpressionMapPlugin::<Action>::new("controls.ron"),
    ));
    app.finish();
    app.cleanup();
    let smile = |app: &App| app.world().resource::<ExpressionMap<Action>>().bindings(Jump).to_vec();
    let expected = [Binding::from(Expression::Happy)];
    until(&mut app, "the file is loaded", |app| smile(app) == expected);

    let problem = |app: &App| {
        app.world().resource::<ExpressionMapFile<Action>>().problem.clone().unwrap_or_default()
    };
    root.insert_asset_text(path, "(actions: { Jump: [When(Above(expression: hapy))] })");
    app.world().resource::<AssetServer>().reload("controls.ron");
    until(&mut app, "the file is refused", |app| problem(app).contains("hapy"));
    assert!(problem(&app).contains("controls.ron") && problem(&app).contains("line 1"));
    assert_eq!(smile(&app), expected, "the map before stays in force");

    root.insert_asset_text(path, "(actions: { Jump: [When(Above(expression: sad, press: 0.5))] })");
    app.world().resource::<AssetServer>().reload("controls.ron");
    let expected = [Binding::from(Expression::Sad.above(0.5))];
    until(&mut app, "the file is loaded again", |app| smile(app) == expected);
    assert_eq!(problem(&app), "");
}

#[test]
fn a_file_without_assets_is_an_error_in_the_log_only() {
    let mut app = App::new();
    app.add_plugins((
        MinimalPlugins,
        VirtualFacePlugin,
        ExpressionInputPlugin::<Action>::default(),
        ExpressionMapPlugin::<Action>::new("controls.ron"),
    ));
    app.update();
}

#[test]
fn nothing_is_seen_of_a_face_while_everything_is_held() {
    let mut stage = Stage::new(only(Expression::Happy));
    stage.app.world_mut().resource_mut::<Time<Faces>>().set_paused(true);
    stage.act(|face| face.press(Expression::Happy));
    assert_eq!(stage.play(5), []);
    stage.app.world_mut().resource_mut::<Time<Faces>>().set_paused(false);
    assert_eq!(stage.play(1), [(20, Happening::Pressed(Jump, 1))]);
}

#[test]
fn types_are_known_to_reflection() {
    let stage = Stage::new(ExpressionMap::new());
    let registry = stage.app.world().resource::<AppTypeRegistry>().read();
    for type_id in [
        std::any::TypeId::of::<FaceInput>(),
        std::any::TypeId::of::<RestingBaseline>(),
        std::any::TypeId::of::<ExpressionRange>(),
        std::any::TypeId::of::<PlayerSlot>(),
        std::any::TypeId::of::<VirtualFace>(),
        std::any::TypeId::of::<ExpressionInput<Action>>(),
        std::any::TypeId::of::<FaceActions<Action>>(),
        std::any::TypeId::of::<ExpressionMap<Action>>(),
    ] {
        let registration = registry.get(type_id).expect("a registered type");
        assert!(registration.data::<ReflectComponent>().is_some(), "{registration:?}");
    }
}

/// Updates an app with everything in it, in which systems that disturb each other are an error.
fn update_strictly(prepare: impl FnOnce(&mut App)) {
    fn strict(app: &mut App, schedule: impl ScheduleLabel) {
        app.edit_schedule(schedule, |schedule| {
            schedule.set_build_settings(ScheduleBuildSettings {
                ambiguity_detection: LogLevel::Error,
                ..default()
            });
        });
    }
    let (_camera, frames) = frame_slot();
    let mut app = App::new();
    app.world_mut().spawn(EmotionCamera::new(Capture::from_receiver("none".into(), frames)));
    app.add_plugins((MinimalPlugins, AssetPlugin::default(), ImagePlugin::default()))
        .add_plugins(EmotionPlugins.set(AnalyzePlugin {
            settings: AnalyzerSettings::with_analyzer(|| Err("nothing to analyze".into())),
        }))
        .add_plugins((
            VirtualFacePlugin,
            ExpressionInputPlugin::new(only(Expression::Happy)),
            ExpressionInputPlugin::<Menu>::default(),
            ExpressionMapPlugin::<Action>::new("controls.ron"),
            ExpressionMapPlugin::<Menu>::new("menu.ron"),
        ))
        .init_resource::<ButtonInput<KeyCode>>();
    app.world_mut().spawn(VirtualFace::new());
    prepare(&mut app);
    strict(&mut app, PreUpdate);
    strict(&mut app, FaceStep);
    strict(&mut app, FixedFirst);
    app.insert_resource(TimeUpdateStrategy::ManualDuration(ms(100)));
    app.finish();
    app.cleanup();
    for _ in 0..3 {
        app.update();
    }
}

#[test]
fn no_two_systems_are_ambiguous() {
    update_strictly(|_| {});
}

#[test]
#[should_panic(expected = "pairs of systems with conflicting data access")]
fn ambiguous_systems_would_be_noticed() {
    update_strictly(|app| {
        app.add_systems(PreUpdate, |mut input: ResMut<ExpressionInput<Action>>| {
            input.consume(Jump)
        });
    });
}

//! Mood Room: its rules one by one, its music sample by sample, and whole games that are played with
//! the face.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests fail by panicking too")]

use std::f32::consts::TAU;
use std::sync::Arc;
use std::time::Duration;

use arcade::dice::Dice;
use arcade::stage::Stage;
use bevy::prelude::*;
use bevy_emotion::hands_free::FaceMenu;
use bevy_emotion::input::{FaceInput, VirtualFace};
use bevy_emotion::prelude::{Expression, Scores};
use mood_room::music::{Controls, Mode, SAMPLE_RATE, Synth};
use mood_room::room::{LANTERNS, bearing, camera, lantern_place};
use mood_room::*;

const STEP: f32 = 1.0 / 60.0;

// ---- Rules ------------------------------------------------------------------------------------

/// A quest whose mood is right and whose lantern is looked at, for so many seconds.
fn hold(quest: &mut Quest, seconds: f32) -> Turnout {
    let mut last = Turnout::On;
    for _ in 0..(seconds / STEP).round() as usize {
        let lantern = quest.lit.min(LANTERNS - 1);
        match quest.advance(GOALS[lantern].middle(), bearing(lantern), STEP) {
            Turnout::On => {}
            turnout => last = turnout,
        }
    }
    last
}

#[test]
fn a_mood_that_is_held_for_three_seconds_lights_a_lantern() {
    let mut quest = Quest::default();
    assert_eq!(hold(&mut quest, HOLD - 0.1), Turnout::On);
    assert!(quest.fill > 0.95 && quest.lit == 0);
    assert_eq!(hold(&mut quest, 0.2), Turnout::Lit);
    assert_eq!((quest.lit, quest.light, quest.calling()), (1, 100, None));
    hold(&mut quest, FLOURISH);
    assert_eq!(quest.calling(), Some(1));
}

#[test]
fn neither_the_mood_nor_the_look_is_enough_alone() {
    let mut quest = Quest { lit: 1, ..default() };
    let (middle, turn) = (GOALS[1].middle(), bearing(1));
    for _ in 0..400 {
        quest.advance(middle, turn + IN_VIEW + 0.01, STEP);
        quest.advance(middle + Vec2::X * 0.3, turn, STEP);
    }
    assert_eq!((quest.lit, quest.fill), (1, 0.0));
    // Whoever lets go loses a part, not all of it.
    hold(&mut quest, 2.0);
    let before = quest.fill;
    quest.advance(Vec2::ZERO, turn, 1.0);
    assert!(quest.fill < before && quest.fill > before - 0.2, "{}", quest.fill);
}

#[test]
fn circles_grow_until_any_face_is_within() {
    let mut quest = Quest { lit: 3, ..default() };
    let turn = bearing(3);
    let mut seconds = 0.0;
    while quest.lit == 3 {
        quest.advance(Vec2::ZERO, turn, STEP);
        seconds += STEP;
        assert!(seconds < 60.0, "a resting face is never let through");
    }
    assert!(seconds > PATIENCE + HOLD, "{seconds}");
    assert_eq!(quest.light, Quest::worth(seconds - STEP / 2.0));
    assert!(quest.light >= 40);
}

#[test]
fn slow_lanterns_are_worth_less() {
    let seconds = [3.0, 10.0, 11.0, 20.0, 40.0, 400.0];
    assert_eq!(seconds.map(Quest::worth), [100, 100, 98, 80, 40, 40]);
}

#[test]
fn goals_lie_within_what_faces_reach() {
    for (index, goal) in GOALS.iter().enumerate() {
        let full = Vec2::from(goal.expression.valence_arousal());
        // Between a half and all of the expression is enough, and more does not miss it, where the
        // whole expression is wanted.
        if goal.amount > 0.5 {
            for strength in [0.6, 0.8, 1.0] {
                let away = goal.middle().distance(full * strength);
                assert!(away <= goal.radius, "{}: {strength} is {away} away", goal.name);
            }
        }
        // Nobody who rests is given a lantern that wants something.
        assert_eq!(goal.middle().length() <= goal.radius, index == 0, "{}", goal.name);
    }
}

#[test]
fn lanterns_float_in_the_room_and_come_to_the_middle() {
    for lantern in 0..LANTERNS {
        let place = lantern_place(lantern);
        assert!(place.x.abs() < 2.6 && place.z.abs() < 2.6, "{lantern} is at {place}");
        let (eye, forward) = camera(bearing(lantern));
        let way = place - eye;
        let side = way.dot(forward.cross(Vec3::Y).normalize());
        assert!(side.abs() < 1e-3, "{lantern} is {side} off the middle");
    }
}

#[test]
fn a_tilted_head_turns_and_an_upright_one_stays() {
    let mut gaze = Gaze::default();
    for _ in 0..60 {
        gaze.advance(1.0, None, STEP);
    }
    assert!((0.6..0.9).contains(&gaze.turn), "{}", gaze.turn);
    for _ in 0..120 {
        gaze.advance(1.0, None, STEP);
    }
    assert_eq!(gaze.turn, 1.0);
    for _ in 0..60 {
        gaze.advance(0.0, None, STEP);
    }
    assert_eq!(gaze.turn, 1.0);
    // Who cannot tilt is turned to the lantern after a while.
    for _ in 0..60 * 20 {
        gaze.advance(0.0, Some(-0.5), STEP);
    }
    assert!((gaze.turn + 0.5).abs() < 0.02, "{}", gaze.turn);
    // A head that leans a little while its face does something does not lose it, and does not keep
    // the room from turning; one that tilts clearly goes where it wants.
    for _ in 0..60 * 5 {
        gaze.advance(0.4, Some(-0.5), STEP);
    }
    assert!((gaze.turn + 0.5).abs() < 0.02, "{}", gaze.turn);
    for _ in 0..60 * 20 {
        gaze.advance(0.4, Some(-0.9), STEP);
    }
    assert!((gaze.turn + 0.9).abs() < 0.05, "{}", gaze.turn);
    for _ in 0..60 {
        gaze.advance(1.0, Some(-0.9), STEP);
    }
    assert!(gaze.turn > -0.4, "{}", gaze.turn);
}

// ---- Music ------------------------------------------------------------------------------------

struct Heard {
    frames: Vec<[f32; 2]>,
    synth: Synth,
}

fn listen(valence: f32, arousal: f32, seconds: u32, seed: u64) -> Heard {
    let controls = Arc::new(Controls::default());
    controls.set_mood(Vec2::new(valence, arousal));
    controls.set_volume(1.0);
    let mut synth = Synth::new(controls, seed);
    let frames = (0..seconds * SAMPLE_RATE)
        .map(|_| [synth.next().expect("endless"), synth.next().expect("endless")])
        .collect();
    Heard { frames, synth }
}

/// How much of a frequency is in it (Goertzel), in pieces of half a second.
fn strength_of(frequency: f32, frames: &[[f32; 2]]) -> f32 {
    let turn = 2.0 * (TAU * frequency / SAMPLE_RATE as f32).cos();
    let pieces = frames.chunks_exact(SAMPLE_RATE as usize / 2);
    pieces
        .map(|piece| {
            let (mut one, mut two) = (0.0_f32, 0.0_f32);
            for [left, right] in piece {
                (one, two) = (left + right + turn * one - two, one);
            }
            (one * one + two * two - turn * one * two).max(0.0).sqrt()
        })
        .sum()
}

#[test]
fn samples_are_sound_in_every_mood() {
    for valence in [-1.0, 0.0, 1.0] {
        for arousal in [-1.0, 0.0, 1.0] {
            let heard = listen(valence, arousal, 8, 7);
            let mut before = [0.0; 2];
            let (mut loudest, mut jump, mut power) = (0.0_f32, 0.0_f32, 0.0_f32);
            for frame in &heard.frames {
                for side in 0..2 {
                    assert!(frame[side].is_finite());
                    loudest = loudest.max(frame[side].abs());
                    jump = jump.max((frame[side] - before[side]).abs());
                    power += frame[side] * frame[side];
                }
                before = *frame;
            }
            let rms = (power / (2 * heard.frames.len()) as f32).sqrt();
            let mood = (valence, arousal);
            assert!(loudest < 0.95, "{mood:?}: as loud as {loudest}");
            assert!(jump < 0.12, "{mood:?}: a click of {jump}");
            assert!((0.02..0.35).contains(&rms), "{mood:?}: {rms} on average");
        }
    }
}

#[test]
fn valence_chooses_the_mode() {
    // F sharp is the third of D major, F that of D minor.
    let thirds = |valence| {
        let heard = listen(valence, -0.2, 24, 3);
        let of = |note: f32| -> f32 {
            let octaves = [note, note * 2.0];
            octaves.into_iter().map(|it| strength_of(it, &heard.frames)).sum()
        };
        (heard.synth.mode(), of(184.997), of(174.614))
    };
    let (mode, sharp, natural) = thirds(0.8);
    assert_eq!(mode, Mode::Major);
    assert!(sharp > 2.0 * natural, "{sharp} against {natural}");
    let (mode, sharp, natural) = thirds(-0.8);
    assert_eq!(mode, Mode::Minor);
    assert!(natural > 2.0 * sharp, "{natural} against {sharp}");
}

#[test]
fn arousal_sets_tempo_and_density() {
    let [calm, rest, lively] = [-1.0, 0.0, 1.0].map(|arousal| listen(0.3, arousal, 20, 5).synth);
    assert!(calm.tempo() < 65.0 && lively.tempo() > 115.0);
    assert!(calm.steps() < rest.steps() && rest.steps() < lively.steps());
    assert!(
        2 * calm.notes() < rest.notes() + calm.notes() / 2,
        "{} {}",
        calm.notes(),
        rest.notes()
    );
    assert!(2 * rest.notes() < lively.notes(), "{} and {}", rest.notes(), lively.notes());
}

#[test]
fn music_is_the_same_for_the_same_seed() {
    let [one, same, other] = [11, 11, 12].map(|seed| listen(0.2, 0.4, 6, seed).frames);
    assert!(one == same);
    assert!(one != other);
}

#[test]
fn changes_and_chimes_do_not_click() {
    let controls = Arc::new(Controls::default());
    controls.set_volume(1.0);
    let mut synth = Synth::new(controls.clone(), 9);
    let mut random = Dice(1);
    let (mut before, mut jump) = ([0.0_f32; 2], 0.0_f32);
    for frame in 0..SAMPLE_RATE * 12 {
        if frame % 9000 == 0 {
            controls.set_mood(Vec2::new(random.signed(), random.signed()));
            controls.set_volume(random.unit());
            if frame % 27_000 == 0 {
                controls.chime();
            }
        }
        for (side, before) in before.iter_mut().enumerate() {
            let sample = synth.next().expect("endless");
            assert!(sample.abs() < 1.0, "side {side}: {sample}");
            jump = jump.max((sample - *before).abs());
            *before = sample;
        }
    }
    assert!(jump < 0.15, "a click of {jump}");
    // Nonsense does no harm.
    controls.set_mood(Vec2::splat(f32::NAN));
    assert!((0..10_000).all(|_| synth.next().is_some_and(f32::is_finite)));
}

// ---- Whole games ------------------------------------------------------------------------------

fn scene(world: &World) -> Scene {
    *world.resource::<State<Scene>>().get()
}

fn quest(world: &World) -> Quest {
    *world.resource::<Quest>()
}

fn is_over(world: &mut World) -> bool {
    let mut menus = world.query::<&FaceMenu>();
    scene(world) == Scene::Over && menus.iter(world).next().is_some()
}

/// Which way to tilt to see the lantern that calls: -1, 0 or 1.
fn side(world: &World) -> f32 {
    let Some(lantern) = quest(world).calling() else { return 0.0 };
    let way = bearing(lantern) - world.resource::<Gaze>().turn;
    if way.abs() <= 0.9 * IN_VIEW { 0.0 } else { way.signum() }
}

/// A played face that knows the game plays until all lanterns are lit. `reach` is how strongly it
/// shows things.
fn light_all(stage: &mut Stage, me: Entity, reach: f32) {
    let mut shown = (Expression::Neutral, 0.0);
    let mut tilted = 0.0;
    for _ in 0..60 * 240 {
        if is_over(stage.world()) {
            return;
        }
        let quest = quest(stage.world());
        let to_side = side(stage.world());
        let wanted = match quest.calling() {
            Some(lantern) => (GOALS[lantern].expression, GOALS[lantern].amount * reach),
            None => (Expression::Neutral, 0.0),
        };
        if to_side != tilted {
            tilted = to_side;
            stage.with(me, |face| face.tilt(0.42 * to_side, Duration::from_millis(200)));
        }
        if wanted != shown {
            shown = wanted;
            stage.show(me, wanted.0, wanted.1);
        }
        stage.update();
    }
    panic!("four minutes, and {:?}", quest(stage.world()));
}

#[test]
fn a_face_alone_plays_from_the_title_to_the_end() {
    let mut stage = Stage::new(MoodRoomPlugin::default());
    let me = stage.face(VirtualFace::new());
    stage.run(3.0);
    stage.choose(me, 0);
    assert_eq!(scene(stage.world()), Scene::WarmUp);
    stage.warm_up();
    stage.run(0.5);
    assert_eq!(scene(stage.world()), Scene::Play);
    light_all(&mut stage, me, 1.0);
    let result = quest(stage.world());
    assert_eq!((result.lit, result.light), (LANTERNS, 600));
    assert!((35.0..70.0).contains(&result.seconds), "{result:?}");

    // Again does not ask for another warm-up, and begins from nothing.
    stage.rest(me);
    stage.choose(me, 0);
    assert_eq!(scene(stage.world()), Scene::Play);
    assert_eq!(quest(stage.world()).lit, 0);
    light_all(&mut stage, me, 1.0);
    assert_eq!(quest(stage.world()).light, 600);
    stage.choose(me, 1);
    assert_eq!(scene(stage.world()), Scene::WarmUp);
}

#[test]
fn small_movements_reach_as_far_as_large_ones() {
    let mut stage = Stage::new(MoodRoomPlugin::default());
    let rest = Scores::from_weights([0.05, 0.01, 0.04, 0.02, 0.40, 0.02, 0.46]).expect("weights");
    let mut weak = VirtualFace::new().with_rest(rest);
    weak.expressiveness = 0.4;
    let me = stage.face(weak);
    stage.run(3.0);
    // Before the warm-up its smile is too weak for the menu: the keyboard, or somebody else, helps.
    stage.world().resource_mut::<NextState<Scene>>().set(Scene::WarmUp);
    stage.run(0.1);
    stage.warm_up();
    stage.run(0.5);
    light_all(&mut stage, me, 1.0);
    assert!(quest(stage.world()).light >= 560, "{:?}", quest(stage.world()));
}

#[test]
fn a_face_that_does_nothing_comes_to_the_end_too() {
    let mut stage = Stage::new(MoodRoomPlugin::default());
    stage.face(VirtualFace::new());
    stage.run(3.0);
    stage.world().resource_mut::<NextState<Scene>>().set(Scene::Play);
    stage.until(360.0, is_over);
    assert_eq!(quest(stage.world()).lit, LANTERNS);
}

#[test]
fn the_room_waits_for_a_face_that_is_away() {
    let mut stage = Stage::new(MoodRoomPlugin::default());
    let me = stage.face(VirtualFace::new());
    stage.run(3.0);
    stage.world().resource_mut::<NextState<Scene>>().set(Scene::Play);
    stage.run(2.0);
    stage.with(me, VirtualFace::leave);
    stage.run(1.5);
    let before = quest(stage.world());
    stage.run(10.0);
    assert_eq!(quest(stage.world()), before);
    stage.with(me, VirtualFace::come_back);
    stage.run(2.0);
    assert!(quest(stage.world()).seconds > before.seconds + 0.5);
    // A key goes on without a face.
    stage.with(me, VirtualFace::leave);
    stage.run(2.0);
    let before = quest(stage.world());
    stage.world().resource_mut::<ButtonInput<KeyCode>>().press(KeyCode::KeyD);
    stage.update();
    stage.world().resource_mut::<ButtonInput<KeyCode>>().release(KeyCode::KeyD);
    stage.run(2.0);
    assert!(quest(stage.world()).seconds > before.seconds + 1.0);
}

#[test]
fn left_right_left_opens_the_menu() {
    let mut stage = Stage::new(MoodRoomPlugin::default());
    let me = stage.face(VirtualFace::new());
    stage.run(3.0);
    stage.choose(me, 1);
    assert_eq!(scene(stage.world()), Scene::Stay);
    stage.run(1.0);
    for tilt in [-0.4, 0.4, -0.4, 0.0] {
        stage.with(me, |face| face.tilt(tilt, Duration::from_millis(150)));
        stage.run(0.4);
    }
    stage.choose(me, 2);
    assert_eq!(scene(stage.world()), Scene::Title);
}

#[test]
fn keys_alone_play_too() {
    let mut stage = Stage::new(MoodRoomPlugin::default());
    stage.run(0.5);
    stage.world().resource_mut::<NextState<Scene>>().set(Scene::Play);
    stage.run(0.5);
    for _ in 0..60 * 200 {
        if is_over(stage.world()) {
            break;
        }
        let mood = stage.world().resource::<Mood>().room;
        let quest = quest(stage.world());
        let way = quest.calling().map_or(-mood, |lantern| GOALS[lantern].middle() - mood);
        let turn = side(stage.world());
        let wanted = [
            (KeyCode::KeyA, turn < 0.0),
            (KeyCode::KeyD, turn > 0.0),
            (KeyCode::ArrowLeft, way.x < -0.05),
            (KeyCode::ArrowRight, way.x > 0.05),
            (KeyCode::ArrowDown, way.y < -0.05),
            (KeyCode::ArrowUp, way.y > 0.05),
        ];
        let mut keys = stage.world().resource_mut::<ButtonInput<KeyCode>>();
        for (key, down) in wanted {
            if down && !keys.pressed(key) {
                keys.press(key);
            } else if !down && keys.pressed(key) {
                keys.release(key);
            }
        }
        stage.update();
    }
    assert_eq!(quest(stage.world()).lit, LANTERNS);
}

/// It cannot tilt its head at will: the room turns to the lantern by itself. It shows what the
/// lantern wants; half a smile by smiling and resting in turns.
fn puppet_wants(stage: &mut Stage) -> Expression {
    let goal = quest(stage.world()).calling().map(|lantern| GOALS[lantern]);
    let room = stage.world().resource::<Mood>().room;
    match goal {
        Some(goal) if goal.amount < 0.5 && room.length() > goal.middle().length() => {
            Expression::Neutral
        }
        Some(goal) => goal.expression,
        None => Expression::Neutral,
    }
}

#[test]
fn the_puppet_plays_to_the_end() {
    let mut stage = Stage::puppet(MoodRoomPlugin::default(), 1);
    stage.run(5.0);
    stage.puppet_takes();
    assert_eq!(scene(stage.world()), Scene::WarmUp);
    stage.warm_up();
    stage.run(1.0);
    assert_eq!(scene(stage.world()), Scene::Play);
    let mut shown = None;
    for _ in 0..60 * 240 {
        if is_over(stage.world()) {
            break;
        }
        let wanted = puppet_wants(&mut stage);
        if shown != Some(wanted) {
            shown = Some(wanted);
            stage.puppet_shows(0, wanted);
        }
        let before = quest(stage.world());
        stage.update();
        let now = quest(stage.world());
        if now.lit > before.lit {
            eprintln!("lantern {} after {:.1} s", now.lit, before.called_for);
        }
    }
    let result = quest(stage.world());
    assert_eq!(result.lit, LANTERNS, "{result:?}");
    eprintln!("the puppet has {} light after {:.1} s", result.light, result.seconds);
    assert!((520..=600).contains(&result.light), "{result:?}");
}

#[test]
#[ignore = "soak: scripts/soak"]
fn ten_minutes_of_the_puppet() {
    let (mut rounds, mut was_over) = (Vec::new(), false);
    let soak = Stage::soak(MoodRoomPlugin::default(), 1, |stage, _| {
        let over = is_over(stage.world());
        if over && !was_over {
            rounds.push(quest(stage.world()).lit);
        }
        was_over = over;
        if over { Expression::Neutral } else { puppet_wants(stage) }
    });
    eprintln!("lanterns lit in each round: {rounds:?}");
    assert!(rounds.len() >= 3 && rounds.iter().all(|lit| *lit == LANTERNS), "{rounds:?}");
    soak.leaves_nothing_behind();
}

#[test]
fn ten_minutes_of_anything() {
    let mut stage = Stage::new(MoodRoomPlugin::default());
    stage.hurry();
    let me = stage.face(VirtualFace::new());
    let mut random = Dice(3);
    let mut scenes = Vec::new();
    let mut most = 0;
    for second in 0..600_u32 {
        let expression = Expression::ALL[(random.unit() * 7.0) as usize % 7];
        let (strength, tilt) = (random.unit(), 0.5 * random.signed());
        // Smiles are what menus wait for.
        let happy = random.unit() < 0.3;
        let shown = if happy { Expression::Happy } else { expression };
        stage.show(me, shown, if happy { 1.0 } else { strength });
        stage.with(me, |face| face.tilt(tilt, Duration::from_millis(150)));
        if random.unit() < 0.04 {
            stage.with(me, VirtualFace::leave);
        } else {
            stage.with(me, VirtualFace::come_back);
        }
        stage.run(0.5);
        if random.unit() < 0.3 {
            stage.rest(me);
        }
        stage.run(0.5);
        let scene = scene(stage.world());
        if !scenes.contains(&scene) {
            scenes.push(scene);
        }
        if second % 60 == 59 {
            // Quit is a menu item: it is asked for, and the test goes on.
            let entities = stage.world().entities().count_spawned();
            eprintln!("after {second} s: {entities} entities, {scene:?}");
            if second < 300 {
                most = most.max(entities);
            } else {
                assert!(entities <= most + 60, "{entities} entities, {most} before");
            }
        }
        let room = stage.world().resource::<Mood>().room;
        assert!(room.is_finite() && room.length() <= 1.2, "{room}");
    }
    assert!(scenes.len() >= 3, "{scenes:?}");
}

#[test]
fn the_mood_is_a_weighted_mean_of_strengths() {
    let mut stage = Stage::new(MoodRoomPlugin::default());
    let me = stage.face(VirtualFace::new());
    stage.run(3.0);
    stage.with(me, |face| face.show(Expression::Sad, 0.5));
    stage.run(1.0);
    let mut faces = stage.app.world_mut().query::<&FaceInput>();
    let shown = shown_by(faces.single(stage.app.world()).expect("one face"));
    let sad = Vec2::from(Expression::Sad.valence_arousal());
    assert!(shown.distance(0.5 * sad) < 0.03, "{shown}");
    stage.run(4.0);
    assert!(stage.world().resource::<Mood>().room.distance(0.5 * sad) < 0.05);
}

// ---- Pictures ---------------------------------------------------------------------------------

/// Photographs the room, and sees that there is something in the picture: without the room, the
/// panels alone are a small file.
fn photograph(stage: &mut Stage, name: &str) {
    let path = stage.photograph(name);
    let bytes = std::fs::metadata(path).expect("a file").len();
    assert!(bytes > 150_000, "{name} has {bytes} bytes: the room is not drawn");
}

#[test]
#[ignore = "needs a Vulkan driver, software will do: scripts/test runs it"]
fn photographs_needs_vulkan() {
    let mut stage = Stage::new_with_screen(MoodRoomPlugin::default());
    stage.run(12.0);
    photograph(&mut stage, "mood_room_title");
    let me = stage.face(VirtualFace::new());
    stage.run(3.0);
    stage.world().resource_mut::<NextState<Scene>>().set(Scene::Play);
    for (lantern, goal) in GOALS.iter().enumerate() {
        let (mut shown, mut tilted) = (false, 0.0);
        for _ in 0..60 * 60 {
            let now = quest(stage.world());
            if now.lit > lantern || (now.calling() == Some(lantern) && now.fill > 0.62) {
                break;
            }
            let to_side = side(stage.world());
            if to_side != tilted {
                tilted = to_side;
                stage.with(me, |face| face.tilt(0.42 * to_side, Duration::from_millis(200)));
            }
            if !shown && now.calling() == Some(lantern) {
                shown = true;
                stage.show(me, goal.expression, goal.amount);
            }
            stage.update();
        }
        if lantern % 2 == 1 {
            photograph(&mut stage, &format!("mood_room_{}", lantern + 1));
        }
        stage.until(10.0, |world| quest(world).lit > lantern);
    }
    stage.until(20.0, is_over);
    stage.rest(me);
    stage.run(1.5);
    photograph(&mut stage, "mood_room_over");
}

//! Poker face, played: by faces that the tests move, by its own puppet, and by the puppet through
//! the real detector and model.

use std::time::Duration;

use arcade::stage::Stage;
use bevy::input::ButtonState;
use bevy::input::keyboard::{Key, KeyboardInput, NativeKey};
use bevy::prelude::*;
use bevy_emotion::Expression;
use bevy_emotion::hud::HudSettings;
use bevy_emotion::input::VirtualFace;
use poker_face::{
    Act, GAGS, HOLD, KEYS, LIMIT, Match, Nerves, Outcome, Part, PokerFacePlugin, Puppet, ROUND,
    ROUNDS, Record, Scene, Show, WINDOW, tickle,
};

const LEFT: Vec2 = Vec2::new(-0.5, 0.0);
const RIGHT: Vec2 = Vec2::new(0.5, 0.0);
const MS: Duration = Duration::from_millis(1);

fn game(stage: &mut Stage) -> &Match {
    stage.world().resource::<Match>()
}

fn scene(world: &mut World) -> Scene {
    *world.resource::<State<Scene>>().get()
}

fn until_scene(stage: &mut Stage, most_seconds: f32, wanted: Scene) {
    stage.until(most_seconds, |world| scene(world) == wanted);
}

fn until_part(stage: &mut Stage, most_seconds: f32, wanted: Part) {
    stage.until(most_seconds, |world| world.resource::<Match>().part == wanted);
}

/// Two faces on the stage, and the gags have begun; without menus and warm-up.
fn playing(seed: u64) -> (Stage, [Entity; 2]) {
    let mut stage = Stage::new(PokerFacePlugin { seed });
    let faces = [LEFT, RIGHT].map(|at| stage.face(VirtualFace::new().at(at)));
    stage.run(3.0);
    stage.world().resource_mut::<NextState<Scene>>().set(Scene::Play);
    until_part(&mut stage, 10.0, Part::Act);
    (stage, faces)
}

/// Lets one laugh until the round is over. How long it took.
fn laugh(stage: &mut Stage, face: Entity) -> Duration {
    let from = game(stage).clock;
    stage.show(face, Expression::Happy, 1.0);
    until_part(stage, 2.0, Part::Broken);
    stage.rest(face);
    game(stage).clock - from
}

#[test]
fn a_match_from_the_title_to_its_end_with_face_and_head_alone() {
    let mut stage = Stage::new(PokerFacePlugin { seed: 7 });
    // The one on the right is there first; the one on the left is player 1 all the same.
    let right = stage.face(VirtualFace::new().at(RIGHT));
    stage.run(0.2);
    let left = stage.face(VirtualFace::new().at(LEFT));
    stage.run(2.5);
    stage.choose(left, 0);
    assert_eq!(scene(stage.world()), Scene::WarmUp);
    stage.warm_up();
    until_scene(&mut stage, 3.0, Scene::Play);

    until_part(&mut stage, 10.0, Part::Act);
    stage.run(12.0);
    let took = laugh(&mut stage, right);
    assert!(took >= HOLD && took < HOLD + 200 * MS, "{took:?}");
    let Outcome::Broke { player, at, gag, expression } = game(&mut stage).outcomes[0] else {
        panic!("{:?}", game(&mut stage).outcomes);
    };
    assert_eq!((player, expression), (1, Expression::Happy));
    assert!(at > Duration::from_secs(12) && at < Duration::from_secs(13), "{at:?}");
    let act = game(&mut stage).show.act_at(at.as_secs_f32() - 0.7).map(|(act, _)| act.gag);
    assert_eq!(Some(gag), act, "it laughed at what was on the stage");

    // The right one takes the second round, the left one the third.
    until_part(&mut stage, 30.0, Part::Act);
    stage.run(3.0);
    laugh(&mut stage, left);
    assert_eq!(game(&mut stage).wins(), [1, 1]);
    assert_eq!(game(&mut stage).decided(), None);
    until_part(&mut stage, 30.0, Part::Act);
    stage.run(3.0);
    laugh(&mut stage, right);
    until_scene(&mut stage, 30.0, Scene::Over);
    assert_eq!(game(&mut stage).wins(), [2, 1]);
    assert_eq!(game(&mut stage).decided(), Some(Some(0)));

    stage.run(0.5);
    stage.choose(right, 0);
    assert_eq!(scene(stage.world()), Scene::Play);
    assert_eq!(game(&mut stage).wins(), [0, 0]);
    assert!(game(&mut stage).outcomes.is_empty());
}

#[test]
fn a_smile_that_is_swallowed_in_time_costs_nothing() {
    let (mut stage, [left, _]) = playing(1);
    for _ in 0..3 {
        stage.with(left, |face| face.show(Expression::Happy, 1.0));
        stage.run(0.27);
        stage.with(left, |face| face.release());
        stage.run(0.3);
    }
    stage.with(left, |face| face.show(Expression::Happy, 0.45));
    stage.run(3.0);
    assert!(game(&mut stage).outcomes.is_empty());
}

#[test]
fn smiles_count_most() {
    for (expression, holds, breaks) in [
        (Expression::Happy, 0.48, 0.53),
        (Expression::Surprise, 0.57, 0.62),
        (Expression::Sad, 0.64, 0.70),
        (Expression::Angry, 0.64, 0.70),
    ] {
        let (mut stage, [left, _]) = playing(2);
        stage.with(left, |face| face.show(expression, holds));
        stage.run(2.0);
        assert!(game(&mut stage).outcomes.is_empty(), "{expression} {holds}");
        stage.with(left, |face| face.show(expression, breaks));
        until_part(&mut stage, 1.0, Part::Broken);
        let outcome = game(&mut stage).outcomes[0];
        assert!(
            matches!(outcome, Outcome::Broke { player: 0, expression: by, .. } if by == expression),
            "{outcome:?}"
        );
    }
}

#[test]
fn who_leaves_is_waited_for_and_loses_nothing() {
    let (mut stage, [left, right]) = playing(3);
    stage.run(2.0);
    let clock = game(&mut stage).clock;
    // On the way out, laughing.
    stage.with(right, |face| face.show(Expression::Happy, 1.0));
    stage.run(0.2);
    stage.with(right, |face| face.leave());
    stage.run(20.0);
    assert!(game(&mut stage).is_paused());
    assert!(game(&mut stage).clock - clock < 300 * MS);
    assert!(game(&mut stage).outcomes.is_empty());
    stage.with(right, |face| {
        face.release();
        face.come_back();
    });
    // After so long it is somebody new, whose rest is found first.
    stage.run(0.8);
    assert!(game(&mut stage).is_paused());
    stage.until(6.0, |world| !world.resource::<Match>().is_paused());
    stage.run(1.0);
    let later = game(&mut stage).clock - clock;
    assert!(later > 900 * MS && later < 2000 * MS, "{later:?}");
    laugh(&mut stage, left);
    assert_eq!(game(&mut stage).wins(), [0, 1]);
}

#[test]
fn both_in_the_same_moment_is_nobodys_round() {
    let (mut stage, faces) = playing(4);
    stage.run(2.0);
    for face in faces {
        stage.with(face, |face| face.show(Expression::Happy, 1.0));
    }
    until_part(&mut stage, 1.0, Part::Broken);
    assert!(matches!(game(&mut stage).outcomes[..], [Outcome::Together { .. }]));
    assert_eq!(game(&mut stage).wins(), [0, 0]);
}

#[test]
fn stone_faces_draw_three_times() {
    let (mut stage, [left, _]) = playing(5);
    until_part(&mut stage, 62.0, Part::Stone);
    let clock = game(&mut stage).clock;
    assert!(clock >= ROUND && clock < ROUND + 40 * MS, "{clock:?}");
    until_scene(&mut stage, 150.0, Scene::Over);
    assert_eq!(game(&mut stage).outcomes, [Outcome::StoneFaces; ROUNDS]);
    assert_eq!(game(&mut stage).wins(), [0, 0]);
    assert_eq!(game(&mut stage).decided(), Some(None));
    stage.run(0.5);
    stage.choose(left, 1);
    assert_eq!(scene(stage.world()), Scene::WarmUp);
}

#[test]
fn the_curtain_waits_for_straight_faces_and_measures_the_restless_anew() {
    let mut stage = Stage::new(PokerFacePlugin { seed: 6 });
    let [left, _] = [LEFT, RIGHT].map(|at| stage.face(VirtualFace::new().at(at)));
    stage.run(3.0);
    stage.with(left, |face| face.show(Expression::Angry, 0.9));
    stage.world().resource_mut::<NextState<Scene>>().set(Scene::Play);
    stage.run(7.0);
    assert_eq!(game(&mut stage).part, Part::Curtain);
    assert_eq!(game(&mut stage).part_for, Duration::ZERO);
    // That is how this face looks: from then on it is measured from there.
    until_part(&mut stage, 10.0, Part::Act);
    stage.run(2.0);
    assert!(game(&mut stage).outcomes.is_empty());
}

#[test]
fn the_last_six_seconds_are_kept_for_the_curves() {
    let (mut stage, [_, right]) = playing(8);
    stage.run(9.0);
    laugh(&mut stage, right);
    until_part(&mut stage, 5.0, Part::Replay);
    let game = game(&mut stage);
    let broke = game.clock.as_secs_f32();
    let (first, last) = (&game.history[0], &game.history[game.history.len() - 1]);
    assert!(first.at <= broke + 0.8 - WINDOW && last.at >= broke + 0.8, "{} {}", first.at, last.at);
    let at = |from: f32, to: f32, player: usize| {
        let inside = game.history.iter().filter(|it| it.at - broke > from && it.at - broke < to);
        inside.map(|it| it.looks[player].heat().0).fold(0.0, f32::max)
    };
    assert_eq!(at(-5.0, -0.6, 1), 0.0);
    assert!(at(-0.3, 0.1, 1) > 0.95);
    assert_eq!(at(-5.0, 0.8, 0), 0.0);
}

#[test]
fn shows_get_sillier_fill_the_round_and_differ() {
    let (mut stage, _) = playing(9);
    let first = game(&mut stage).show.clone();
    let names: Vec<usize> = first.0.iter().map(|act| act.gag).collect();
    let last = first.0[first.0.len() - 1];
    assert!(last.start + GAGS[last.gag].seconds >= ROUND.as_secs_f32());
    let mut unique = names.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), names.len(), "no gag twice in a round");
    let silliness = |gags: &[usize]| {
        gags.iter().map(|gag| GAGS[*gag].silliness).sum::<f32>() / gags.len() as f32
    };
    let (early, late) = names.split_at(names.len() / 2);
    assert!(silliness(early) + 0.5 < silliness(late), "{names:?}");
    // The same seed, the same show; another one, another show.
    let (mut same, _) = playing(9);
    let again: Vec<usize> = game(&mut same).show.0.iter().map(|act| act.gag).collect();
    assert_eq!(names, again);
    let (mut other, _) = playing(10);
    let others: Vec<usize> = game(&mut other).show.0.iter().map(|act| act.gag).collect();
    assert_ne!(names, others);
}

/// When a puppet laughs that watches all gags in order; `None` if it does not.
fn laughs_after(seed: u64, skill: f32) -> Option<f32> {
    let mut nerves = Nerves::new(seed, skill);
    let mut t = 0.0;
    let mut start = 1.4;
    for gag in [0, 1, 2, 4, 3, 5, 7] {
        while t < start + GAGS[gag].seconds {
            let (expression, strength) =
                nerves.endure(1.0 / 60.0, gag, tickle(gag, t - start), false);
            if expression == Expression::Happy && strength > LIMIT {
                return Some(t);
            }
            t += 1.0 / 60.0;
        }
        start = t + 1.4;
    }
    None
}

#[test]
fn a_puppets_nerves_follow_the_record() {
    let laughing =
        |skill: f32| (0..200).filter_map(|seed| laughs_after(seed, skill)).collect::<Vec<_>>();
    let counts = [0.1, 0.45, 0.9].map(|skill| laughing(skill).len());
    let times = laughing(0.45);
    let mean = times.iter().sum::<f32>() / times.len().max(1) as f32;
    eprintln!("of 200 puppets laugh {counts:?}; those of 0.45 after {mean:.1} s");
    assert!(counts[0] > 170 && (120..197).contains(&counts[1]) && counts[2] < 110, "{counts:?}");
    assert!(times.iter().all(|time| *time > 5.0), "nobody laughs before it is funny");
    let mut record = Record::default();
    let fair = record.skill();
    record.won = 3;
    assert!(record.skill() > fair + 0.3);
    record.lost = 6;
    assert!(record.skill() < fair - 0.3);
    record.lost = 60;
    assert_eq!(record.skill(), 0.1);
}

#[test]
fn alone_against_the_puppet_the_one_who_keeps_calm_wins() {
    let mut stage = Stage::new(PokerFacePlugin { seed: 11 });
    let me = stage.face(VirtualFace::new());
    stage.run(2.5);
    stage.choose(me, 1);
    stage.warm_up();
    until_scene(&mut stage, 3.0, Scene::Play);
    until_scene(&mut stage, 300.0, Scene::Over);
    let outcomes = game(&mut stage).outcomes.clone();
    eprintln!("{outcomes:?}");
    assert!(outcomes.iter().all(|outcome| matches!(
        outcome,
        Outcome::Broke { player: 1, expression: Expression::Happy, .. } | Outcome::StoneFaces
    )));
    let won = outcomes.iter().filter(|it| **it != Outcome::StoneFaces).count();
    assert_eq!(game(&mut stage).wins(), [won, 0]);
    assert_eq!(stage.world().resource::<Record>().won as usize, won);
    // The next time, this player cannot keep a straight face.
    stage.run(1.0);
    stage.choose(me, 0);
    for _ in 0..2 {
        until_part(&mut stage, 30.0, Part::Act);
        stage.run(1.0);
        laugh(&mut stage, me);
    }
    until_scene(&mut stage, 30.0, Scene::Over);
    assert_eq!(game(&mut stage).wins(), [0, 2]);
    assert_eq!(stage.world().resource::<Record>().lost, 2);
}

#[test]
fn with_keys_alone_puppets_play_for_those_without_a_camera() {
    fn press(stage: &mut Stage, key: KeyCode) {
        for state in [ButtonState::Pressed, ButtonState::Released] {
            stage.world().write_message(KeyboardInput {
                key_code: key,
                logical_key: Key::Unidentified(NativeKey::Unidentified),
                state,
                text: None,
                repeat: false,
                window: Entity::PLACEHOLDER,
            });
            stage.update();
        }
        stage.run(0.3);
    }
    let mut stage = Stage::new(PokerFacePlugin { seed: 12 });
    stage.run(1.0);
    press(&mut stage, KeyCode::Enter);
    assert_eq!(scene(stage.world()), Scene::WarmUp);
    press(&mut stage, KeyCode::Enter);
    until_scene(&mut stage, 3.0, Scene::Play);
    stage.run(2.0);
    assert_eq!(game(&mut stage).part, Part::Curtain);
    for key in KEYS {
        press(&mut stage, key);
    }
    until_part(&mut stage, 12.0, Part::Act);
    // One bites its lip whenever it has the breath.
    for _ in 0..600 {
        if game(&mut stage).part != Part::Act {
            break;
        }
        let world = stage.world();
        let mut puppets = world.query::<&Puppet>();
        let breath = puppets.iter(world).find(|it| it.player == 0).map(|it| it.nerves.breath);
        let mut keys = world.resource_mut::<ButtonInput<KeyCode>>();
        if breath.is_some_and(|breath| breath > 0.3) {
            keys.press(KEYS[0]);
        } else {
            keys.release(KEYS[0]);
        }
        stage.run(0.1);
    }
    let outcome = game(&mut stage).outcomes[0];
    assert!(matches!(outcome, Outcome::Broke { player: 1, .. }), "{outcome:?}");
}

#[test]
fn the_puppet_plays_through_detector_and_model() {
    let mut stage = Stage::puppet(PokerFacePlugin { seed: 13 }, 2);
    stage.run(4.0);
    stage.puppet_takes();
    assert_eq!(scene(stage.world()), Scene::WarmUp);
    stage.warm_up();
    for head in [0, 1] {
        stage.puppet_shows(head, Expression::Neutral);
    }
    until_scene(&mut stage, 4.0, Scene::Play);
    // It looks at the game: straight faces, until the head that is the left one in the picture,
    // which is the right one in the mirror, cannot hold it.
    for _ in 0..1200 {
        if scene(stage.world()) == Scene::Over {
            break;
        }
        let (part, clock) = (game(&mut stage).part, game(&mut stage).clock);
        let laughs = part == Part::Act && clock > Duration::from_secs(3);
        stage.puppet_shows(0, if laughs { Expression::Happy } else { Expression::Neutral });
        stage.run(0.1);
    }
    let outcomes = game(&mut stage).outcomes.clone();
    for outcome in &outcomes {
        let Outcome::Broke { player: 1, at, expression: Expression::Happy, .. } = outcome else {
            panic!("{outcomes:?}");
        };
        assert!(*at > Duration::from_secs(3) && *at < Duration::from_secs(5), "{outcomes:?}");
    }
    assert_eq!(game(&mut stage).wins(), [2, 0]);
    assert_eq!(scene(stage.world()), Scene::Over);
}

#[test]
#[ignore = "soak: scripts/soak"]
fn ten_minutes_of_two_puppets() {
    let (mut matches, mut before) = (Vec::new(), Scene::default());
    let soak = Stage::soak(PokerFacePlugin { seed: 15 }, 2, |stage, head| {
        let now = scene(stage.world());
        if now == Scene::Over && before != now {
            matches.push(game(stage).wins());
        }
        before = now;
        // In turns one of them cannot hold it.
        let (part, clock) = (game(stage).part, game(stage).clock);
        let breaks = now == Scene::Play && part == Part::Act && clock > Duration::from_secs(2);
        if breaks && matches.len() % 2 == head { Expression::Happy } else { Expression::Neutral }
    });
    eprintln!("matches: {matches:?}");
    assert!(matches.len() >= 4, "{matches:?}");
    for (number, wins) in matches.iter().enumerate() {
        // The head on the left of the picture is the right one in the mirror.
        assert_eq!(*wins, if number % 2 == 0 { [2, 0] } else { [0, 2] }, "{matches:?}");
    }
    soak.leaves_nothing_behind();
}

#[test]
fn ten_minutes_of_all_sorts_of_things() {
    let mut stage = Stage::new(PokerFacePlugin { seed: 14 });
    stage.hurry();
    let faces = [LEFT, RIGHT].map(|at| stage.face(VirtualFace::new().at(at)));
    let mut seed = 5_u32;
    let mut dice = |sides: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) % sides
    };
    let (mut early, mut late, mut plays) = (0, 0, 0);
    for second in 0..600 {
        for face in faces {
            let what = dice(12);
            let expression = Expression::ALL[dice(7) as usize];
            let strength = dice(100) as f32 / 100.0;
            let tilt = dice(100) as f32 / 100.0 - 0.5;
            stage.with(face, |face| match what {
                0 => face.leave(),
                1 | 2 => face.come_back(),
                3 | 4 => face.ramp(expression, strength, 300 * MS),
                5 => face.tilt(tilt, 300 * MS),
                6 => face.press(Expression::Happy),
                _ => {
                    face.come_back();
                    face.tilt(0.0, 200 * MS);
                    face.release();
                }
            });
        }
        stage.run(1.0);
        let world = stage.world();
        let count = world.entities().count_spawned();
        if second < 120 {
            early = early.max(count)
        } else {
            late = late.max(count)
        }
        plays += u32::from(scene(world) == Scene::Play);
    }
    assert!(plays > 60, "it played for {plays} s");
    assert!(late <= early + 20, "{early} entities became {late}");
}

/// Puts a gag on the stage.
fn perform(stage: &mut Stage, gag: usize, t: f32) {
    let mut game = stage.world().resource_mut::<Match>();
    game.history.clear();
    game.show = Show(vec![Act { gag, start: 1.4, seed: 3 }]);
    game.clock = Duration::from_secs_f32(1.4 + t - 0.5);
    stage.run(0.5);
}

/// All screens. `GAME_PICTURES=FOLDER` keeps them, with a picture of each gag.
#[test]
#[ignore = "needs a Vulkan driver, software will do: scripts/test runs it"]
fn screens_needs_vulkan() {
    let mut stage = Stage::new_with_screen(PokerFacePlugin { seed: 15 });
    stage.run(2.0);
    stage.photograph("poker_face_title");
    let [left, right] = [LEFT, RIGHT].map(|at| stage.face(VirtualFace::new().at(at)));
    stage.run(2.5);
    stage.choose(left, 0);
    stage.warm_up();
    until_scene(&mut stage, 3.0, Scene::Play);
    stage.run(1.8);
    stage.photograph("poker_face_curtain");
    until_part(&mut stage, 10.0, Part::Act);
    stage.run(0.7);
    stage.photograph("poker_face_card");
    if std::env::var_os("GAME_PICTURES").is_some() {
        for (gag, times) in [
            (0, [4.6, 0.0]),
            (1, [1.4, 5.2]),
            (2, [3.0, 8.3]),
            (3, [4.0, 6.1]),
            (4, [3.0, 7.9]),
            (5, [3.0, 5.4]),
            (6, [1.6, 6.3]),
            (7, [3.0, 5.2]),
            (8, [3.0, 6.0]),
            (9, [2.45, 5.9]),
            (10, [4.0, 6.9]),
        ] {
            for (index, t) in times.into_iter().enumerate().filter(|(_, t)| *t > 0.0) {
                perform(&mut stage, gag, t);
                stage.photograph(&format!("poker_face_gag_{gag}_{index}"));
            }
        }
    }
    perform(&mut stage, 3, 0.6);
    stage.with(left, |face| face.ramp(Expression::Surprise, 0.2, 900 * MS));
    stage.run(1.6);
    stage.with(right, |face| face.ramp(Expression::Happy, 0.24, 500 * MS));
    stage.run(1.0);
    stage.with(right, |face| face.ramp(Expression::Happy, 0.04, 500 * MS));
    stage.run(1.0);
    stage.with(left, |face| face.ramp(Expression::Happy, 0.36, 900 * MS));
    stage.run(1.0);
    stage.photograph("poker_face_play");
    stage.with(right, |face| face.leave());
    stage.run(1.0);
    stage.photograph("poker_face_away");
    stage.with(right, |face| face.come_back());
    stage.run(1.3);
    stage.with(left, |face| face.ramp(Expression::Sad, 0.4, 500 * MS));
    stage.run(1.0);
    stage.with(left, |face| face.ramp(Expression::Happy, 0.25, 500 * MS));
    stage.run(0.5);
    stage.with(right, |face| face.ramp(Expression::Happy, 0.95, 700 * MS));
    until_part(&mut stage, 3.0, Part::Broken);
    stage.run(0.9);
    stage.photograph("poker_face_broken");
    until_part(&mut stage, 3.0, Part::Replay);
    stage.run(9.5);
    stage.photograph("poker_face_replay");
    stage.rest(left);
    stage.rest(right);
    until_part(&mut stage, 30.0, Part::Act);
    perform(&mut stage, 5, 5.0);
    laugh(&mut stage, right);
    until_scene(&mut stage, 30.0, Scene::Over);
    stage.run(1.0);
    stage.photograph("poker_face_result");
    stage.world().resource_mut::<HudSettings>().reduced_motion = true;
    stage.choose(left, 0);
    until_part(&mut stage, 10.0, Part::Act);
    perform(&mut stage, 7, 5.2);
    stage.photograph("poker_face_still");
}

//! The game is played: by a face that the test moves, by keys, and by the puppet.

#![expect(clippy::panic, reason = "helpers of tests fail by panicking too")]

use std::time::Duration;

use arcade::dice::Dice;
use arcade::stage::{STEP, Stage};
use bevy::prelude::*;
use bevy_emotion::prelude::*;
use mimic::*;

const NEUTRAL: Expression = Expression::Neutral;

// ---- The rules ---------------------------------------------------------------------------------

/// A player who shows one expression with a strength, and perhaps a second one.
fn showing(shown: &[(Expression, f32)]) -> Player {
    let mut player = Player::default();
    let strongest = shown.iter().map(|(_, strength)| *strength).fold(0.0, f32::max);
    player.strengths[NEUTRAL.index()] = 1.0 - strongest;
    for (expression, strength) in shown {
        player.strengths[expression.index()] = *strength;
    }
    player
}

/// A player with an expression that is hard for them.
fn with_reach(expression: Expression, reach: f32) -> Player {
    let mut player = Player::default();
    player.reach[expression.index()] = reach;
    player
}

/// Rests until the next one is asked for, and says what it is.
fn rested(game: &mut Game) -> Expression {
    let rest = Player::default();
    for _ in 0..60 {
        if game.advance(0.1, &rest) == Some(Happened::Rested) {
            return game.asked();
        }
    }
    panic!("a resting face is asked for the next one, not {:?}", game.phase);
}

/// Goes on in steps of 0.1 s until something happens; gives it and the time it took.
fn until_something(game: &mut Game, player: &Player, most: usize) -> Option<(Happened, f32)> {
    (1..=most).find_map(|step| {
        let happened = game.advance(0.1, player)?;
        Some((happened, step as f32 * 0.1))
    })
}

#[test]
fn each_is_asked_three_times_and_never_twice_in_a_row() {
    let mut firsts = Vec::new();
    for seed in 0..300 {
        let plan = plan(seed, &Player::default());
        assert_eq!(plan.len(), ROUNDS);
        for expression in ASKED {
            let count = plan.iter().filter(|asked| **asked == expression).count();
            assert!((3..=4).contains(&count), "{expression} {count} times with seed {seed}");
        }
        assert!(plan.windows(2).all(|pair| pair[0] != pair[1]), "{plan:?}");
        assert_eq!(plan, mimic::plan(seed, &Player::default()), "the same again");
        firsts.push(plan[0]);
    }
    for expression in ASKED {
        let count = firsts.iter().filter(|first| **first == expression).count();
        assert!(count > 25, "{expression} comes first in only {count} of 300 games");
    }
}

#[test]
fn what_is_hard_for_a_player_is_asked_less_often_and_given_more_time() {
    let least = with_reach(Expression::Fear, ExpressionRange::LEAST_REACH);
    for seed in 0..200 {
        let fears = plan(seed, &least).into_iter().filter(|asked| *asked == Expression::Fear);
        assert_eq!(fears.count(), 3, "with seed {seed}");
    }
    let game = Game::new(0, &least);
    assert_eq!(game.limit(Expression::Fear, &least), LONGEST + 2.0);
    assert_eq!(game.limit(Expression::Happy, &least), LONGEST);
    let half = with_reach(Expression::Fear, 0.225);
    assert!((game.limit(Expression::Fear, &half) - LONGEST - 1.0).abs() < 1e-5);
    assert_eq!(game.limit(Expression::Fear, &with_reach(Expression::Fear, 0.3)), LONGEST);
}

#[test]
fn the_time_shrinks_with_the_combo_but_never_outruns_a_slow_face() {
    let player = Player::default();
    let mut game = Game::new(0, &player);
    let hit = |time| Outcome { asked: Expression::Sad, time: Some(time), best: 1.0, points: 0 };
    game.outcomes = vec![hit(0.5)];
    for (combo, limit) in [(0, 6.0), (2, 5.3), (8, 3.2), (9, SHORTEST), (20, SHORTEST)] {
        game.combo = combo;
        let given = game.limit(Expression::Happy, &player);
        assert!((given - limit).abs() < 1e-5, "{given} s with a combo of {combo}");
    }
    // Who needs 2.6 s on average has 3.9; nobody has more than at the start.
    game.outcomes = vec![hit(2.2), hit(3.0)];
    assert!((game.limit(Expression::Happy, &player) - 3.9).abs() < 1e-5);
    game.outcomes = vec![hit(5.5)];
    assert_eq!(game.limit(Expression::Happy, &player), LONGEST);
}

#[test]
fn half_of_the_strongest_other_one_is_taken_off_but_for_its_usual_company() {
    use Expression::{Fear, Sad, Surprise};
    let mut player = showing(&[(Fear, 0.9), (Surprise, 0.6), (Sad, 0.2)]);
    assert!((player.matching(Fear) - 0.6).abs() < 1e-6);
    assert_eq!(player.matching(Sad), 0.0);
    player.company[Fear.index()][Surprise.index()] = 0.5;
    assert!((player.matching(Fear) - 0.8).abs() < 1e-6, "sad is the strongest other one now");
    assert!((player.matching(Surprise) - 0.15).abs() < 1e-6, "the company is one-sided");
    assert_eq!(Player::default().matching(NEUTRAL), 1.0);
}

#[test]
fn points_are_quality_times_speed_times_combo() {
    let mut game = Game::new(5, &Player::default());
    // Shown with 0.8 after 1.1 s: held from then to 1.5 s, a quarter of 6 s.
    let asked = rested(&mut game);
    assert_eq!(until_something(&mut game, &Player::default(), 11), None);
    let (happened, time) =
        until_something(&mut game, &showing(&[(asked, 0.8)]), 20).expect("a hit");
    let Happened::Hit(outcome, 1) = happened else { panic!("{happened:?}") };
    assert!(
        (time - 0.4).abs() < 1e-5 && outcome.time.is_some_and(|time| (time - 1.5).abs() < 1e-4)
    );
    assert_eq!((outcome.asked, outcome.points), (asked, 140), "0.8 · 1.75");
    // The third one in a row counts twice: 1.0 · (2 - 0.4 / 5.3) = 192.5, before the combo.
    for combo in [1, 2] {
        assert_eq!(game.combo, combo);
        let asked = rested(&mut game);
        let _ = until_something(&mut game, &showing(&[(asked, 1.0)]), 20).expect("a hit");
    }
    assert_eq!(game.outcomes[2].points, 2 * 192);
    assert_eq!((game.combo, game.best_combo, game.multiplier()), (3, 3, 2));
    let sum: u32 = game.outcomes.iter().map(|outcome| outcome.points).sum();
    assert_eq!(game.score, sum);
}

#[test]
fn a_miss_breaks_the_combo_and_costs_nothing_else() {
    let mut game = Game::new(5, &Player::default());
    for _ in 0..4 {
        let asked = rested(&mut game);
        let _ = until_something(&mut game, &showing(&[(asked, 1.0)]), 20).expect("a hit");
    }
    let before = game.score;
    let asked = rested(&mut game);
    let other = ASKED.into_iter().find(|other| *other != asked).expect("another one");
    let wrong = showing(&[(other, 1.0), (asked, 0.5)]);
    let (happened, time) = until_something(&mut game, &wrong, 99).expect("an end");
    let Happened::Missed(outcome) = happened else { panic!("{happened:?}") };
    assert!((time - 4.6).abs() < 0.11, "6 s less 4 · 0.35, and not {time}");
    assert_eq!((outcome.time, outcome.points, outcome.best), (None, 0, 0.0));
    assert_eq!((game.score, game.combo, game.best_combo, game.multiplier()), (before, 0, 4, 1));
    assert_eq!(game.tally(asked).hit + 1, game.tally(asked).asked);
}

#[test]
fn it_has_to_be_held_and_a_flicker_costs_twice_its_time() {
    let mut game = Game::new(9, &Player::default());
    let asked = rested(&mut game);
    let (on, off) = (showing(&[(asked, 0.7)]), showing(&[(asked, 0.5)]));
    // 0.3 s, 0.1 s off, so 0.1 s are left of it, and 0.3 s more are needed.
    assert_eq!(until_something(&mut game, &on, 3), None);
    assert_eq!(until_something(&mut game, &off, 1), None);
    assert_eq!(until_something(&mut game, &on, 2), None);
    assert!(matches!(game.advance(0.1, &on), Some(Happened::Hit(..))));
}

#[test]
fn who_is_above_the_mark_when_the_time_is_over_may_finish() {
    let mut game = Game::new(9, &Player::default());
    let asked = rested(&mut game);
    assert_eq!(until_something(&mut game, &Player::default(), 58), None);
    let (happened, time) =
        until_something(&mut game, &showing(&[(asked, 1.0)]), 9).expect("an end");
    let Happened::Hit(outcome, _) = happened else { panic!("{happened:?}") };
    assert!((time - 0.4).abs() < 1e-5);
    assert_eq!(outcome.points, 100, "the speed is no less than 1");
}

#[test]
fn the_face_has_to_rest_first_but_nobody_waits_for_ever() {
    let mut game = Game::new(1, &Player::default());
    let held = showing(&[(game.asked(), 1.0)]);
    assert_eq!(until_something(&mut game, &held, 30), None, "the last face does not go on");
    assert_eq!(game.wanted(), NEUTRAL);
    let (happened, time) = until_something(&mut game, &held, 99).expect("it goes on");
    assert_eq!(happened, Happened::Rested);
    assert!((3.0..7.0).contains(&time), "after 3 s and {time} s more");
    // A face that almost rests waits for less.
    let mut game = Game::new(1, &Player::default());
    let almost = showing(&[(Expression::Sad, 0.55)]);
    let (_, time) = until_something(&mut game, &almost, 99).expect("it goes on");
    assert!((4.0..6.0).contains(&time), "after {time} s");
}

// ---- Played by a face --------------------------------------------------------------------------

fn act(stage: &mut Stage) -> Act {
    *stage.world().resource::<State<Act>>().get()
}

fn game(stage: &mut Stage) -> Game {
    stage.world().resource::<Game>().clone()
}

/// From the title to the first round, with face and head alone.
fn begun(stage: &mut Stage, face: VirtualFace) -> Entity {
    let me = stage.face(face);
    stage.run(3.0);
    assert_eq!(act(stage), Act::Title);
    stage.choose(me, 0);
    assert_eq!(act(stage), Act::WarmUp, "a face that is not known yet is warmed up");
    stage.warm_up();
    stage.update();
    assert_eq!(act(stage), Act::Play);
    me
}

/// Shows at once what the mask shows, until the game is over.
fn mime(stage: &mut Stage, me: Entity) {
    let mut shown = None;
    for _ in 0..60 * 300 {
        if act(stage) == Act::Over {
            return;
        }
        let wanted = game(stage).wanted();
        if shown != Some(wanted) {
            shown = Some(wanted);
            stage.with(me, |face| match wanted {
                NEUTRAL => face.release(),
                _ => face.press(wanted),
            });
        }
        stage.update();
    }
    panic!("the game comes to its end");
}

/// All twenty hit at once: each 0.4 s after it was asked for, with full strength; with so much time
/// more for each, in seconds.
fn perfect_points(more_time: f64) -> Vec<u32> {
    (0..20u32)
        .map(|round| {
            let limit = (6.0 - 0.35 * f64::from(round)).max(3.0) + more_time;
            let points = (100.0 * (2.0 - 0.4 / limit)).round() as u32;
            points * (1 + (round + 1) / 3).min(4)
        })
        .collect()
}

fn points(game: &Game) -> Vec<u32> {
    game.outcomes.iter().map(|outcome| outcome.points).collect()
}

fn perfect_score() -> u32 {
    perfect_points(0.0).iter().sum()
}

/// Each time that the game wanted to quit.
#[derive(Resource, Default)]
struct Exits(Vec<AppExit>);

#[test]
fn a_perfect_game_from_the_title_on_with_the_face_alone() {
    let mut stage = Stage::new(MimicPlugin::default());
    stage.app.init_resource::<Exits>().add_systems(
        Last,
        |mut exits: MessageReader<AppExit>, mut all: ResMut<Exits>| {
            all.0.extend(exits.read().cloned());
        },
    );
    let me = begun(&mut stage, VirtualFace::new());
    mime(&mut stage, me);
    let over = game(&mut stage);
    assert_eq!(points(&over), perfect_points(0.0));
    assert_eq!(over.score, perfect_score());
    assert_eq!((over.best_combo, over.outcomes.len(), over.rank()), (20, 20, "A thousand faces"));
    for expression in ASKED {
        let tally = over.tally(expression);
        assert!(tally.asked >= 3 && tally.hit == tally.asked && tally.best == 1.0, "{tally:?}");
    }
    // Again: other faces in another order, from nothing, without a warm-up.
    stage.choose(me, 0);
    assert_eq!(act(&mut stage), Act::Play);
    let again = game(&mut stage);
    assert_eq!((again.score, again.best_combo), (0, 0));
    assert_ne!(again.plan, over.plan);
    mime(&mut stage, me);
    // The first round had begun when the test looked: a few updates are lost there, and nothing else.
    let points = points(&game(&mut stage));
    assert_eq!(points[1..], perfect_points(0.0)[1..]);
    assert!((185..=193).contains(&points[0]), "{points:?}");
    // Warm up again, and quit.
    stage.choose(me, 1);
    assert_eq!(act(&mut stage), Act::WarmUp);
    stage.warm_up();
    mime(&mut stage, me);
    assert_eq!(stage.world().resource::<Exits>().0, []);
    stage.choose(me, 2);
    assert_eq!(stage.world().resource::<Exits>().0, [AppExit::Success]);
}

#[test]
fn a_weak_face_whose_rest_reads_as_sad_plays_as_perfectly() {
    let mut stage = Stage::new(MimicPlugin::default());
    let rest = Scores::from_weights([0.06, 0.02, 0.05, 0.02, 0.55, 0.02, 0.28]).expect("weights");
    let mut weak = VirtualFace::new().with_rest(rest);
    weak.expressiveness = 0.35;
    // Its smile is too weak for a menu before it was warmed up.
    let me = stage.face(weak);
    stage.run(3.0);
    stage.world().resource_mut::<NextState<Act>>().set(Act::WarmUp);
    stage.update();
    stage.warm_up();
    stage.update();
    mime(&mut stage, me);
    // Its reach is 0.9 · 0.35 · 0.6 = 0.189 of the way to certainty: nearly hard, so there is more time.
    let over = game(&mut stage);
    let hardness = stage.world().resource::<Player>().hardness(Expression::Sad);
    assert!((hardness - (0.3 - 0.189) / 0.15).abs() < 1e-3, "{hardness}");
    assert_eq!(points(&over), perfect_points(2.0 * f64::from(hardness)));
}

#[test]
fn a_slow_face_can_hit_every_one() {
    let mut stage = Stage::new(MimicPlugin::default());
    let me = begun(&mut stage, VirtualFace::new());
    let mut shown = NEUTRAL;
    while act(&mut stage) != Act::Over {
        let wanted = game(&mut stage).wanted();
        if shown != wanted {
            shown = wanted;
            let strength = if wanted == NEUTRAL { 0.0 } else { 1.0 };
            stage.with(me, |face| face.ramp(wanted, strength, Duration::from_millis(2500)));
        }
        stage.update();
    }
    let over = game(&mut stage);
    assert_eq!((over.best_combo, over.outcomes.len()), (20, 20));
    assert!(over.score < perfect_score() && over.score > perfect_score() / 2, "{}", over.score);
}

#[test]
fn nothing_is_lost_while_the_player_is_out_of_view() {
    let mut stage = Stage::new(MimicPlugin::default());
    let me = begun(&mut stage, VirtualFace::new());
    stage.until(3.0, |world| matches!(world.resource::<Game>().phase, Phase::Show { .. }));
    stage.run(1.0);
    stage.with(me, VirtualFace::leave);
    stage.run(0.1);
    let before = game(&mut stage);
    stage.run(1.5);
    assert_eq!(game(&mut stage), before, "time stands still");
    assert!(stage.world().resource::<Player>().away > 0.0);
    stage.with(me, VirtualFace::come_back);
    stage.run(0.4);
    assert_eq!(game(&mut stage), before, "a moment to look around");
    stage.run(0.5);
    assert_ne!(game(&mut stage), before, "it goes on");
    // Away for so long that it is another face: its rest is found first.
    stage.with(me, VirtualFace::leave);
    stage.run(12.0);
    let before = game(&mut stage);
    stage.with(me, VirtualFace::come_back);
    stage.run(1.5);
    assert_eq!(game(&mut stage), before, "its rest is looked for");
    stage.run(2.0);
    assert_ne!(game(&mut stage), before, "it goes on");
}

#[test]
fn the_company_of_a_fear_that_is_always_surprised_is_known_from_the_warm_up() {
    use Expression::{Fear, Surprise};
    let mut stage = Stage::new(MimicPlugin::default());
    // It rests as neutral, and its fear is nearly as much a surprise.
    let fear = Scores::from_weights([0.0, 0.0, 0.3, 0.0, 0.0, 0.28, 0.42]).expect("weights");
    let me = stage.face(VirtualFace::new());
    stage.run(3.0);
    stage.choose(me, 1);
    for _ in 0..60 * 60 {
        if act(&mut stage) == Act::Play {
            break;
        }
        let mut warm_ups = stage.world().query::<&WarmUp>();
        let asked = warm_ups.iter(stage.app.world()).next().and_then(|warm_up| warm_up.expression);
        stage.with(me, |face| match asked {
            Some(Fear) => face.rest = fear,
            Some(asked) => face.press(asked),
            None => {
                face.rest = Scores::certain(NEUTRAL);
                face.release();
            }
        });
        stage.update();
    }
    assert_eq!(act(&mut stage), Act::Play);
    stage.with(me, |face| {
        face.release();
        face.rest = fear;
    });
    stage.run(0.1);
    let player = stage.world().resource::<Player>().clone();
    let company = player.company[Fear.index()][Surprise.index()];
    assert!((company - 0.28 / 0.855).abs() < 0.01, "{company}");
    assert!(player.matching(Fear) > 0.99, "{}", player.matching(Fear));
    assert_eq!(player.company[Surprise.index()][Fear.index()], 0.0);
}

#[test]
fn it_can_be_played_with_keys_alone() {
    let mut stage = Stage::new(MimicPlugin::default());
    stage.run(0.5);
    stage.world().resource_mut::<NextState<Act>>().set(Act::Play);
    stage.run(3.0);
    assert_eq!(game(&mut stage).phase, Game::new(0, &Player::default()).phase, "nobody is there");
    let digits = [
        KeyCode::Digit1,
        KeyCode::Digit2,
        KeyCode::Digit3,
        KeyCode::Digit4,
        KeyCode::Digit5,
        KeyCode::Digit6,
    ];
    let press = |stage: &mut Stage, wanted: Expression| {
        let mut keys = stage.world().resource_mut::<ButtonInput<KeyCode>>();
        keys.release_all();
        if let Some(place) = ASKED.into_iter().position(|asked| asked == wanted) {
            keys.press(digits[place]);
        }
    };
    press(&mut stage, Expression::Happy);
    stage.run(0.2);
    for _ in 0..60 * 120 {
        if act(&mut stage) == Act::Over {
            break;
        }
        let wanted = game(&mut stage).wanted();
        press(&mut stage, wanted);
        stage.update();
    }
    let over = game(&mut stage);
    assert_eq!((over.best_combo, over.outcomes.len()), (20, 20));
}

// ---- Played by the puppet, by a clown, before a camera -------------------------------------------

#[test]
fn the_puppet_plays_it_to_its_end() {
    let mut stage = Stage::puppet(MimicPlugin::default(), 1);
    stage.run(4.0);
    stage.puppet_takes();
    assert_eq!(act(&mut stage), Act::WarmUp);
    stage.warm_up();
    stage.update();
    assert_eq!(act(&mut stage), Act::Play);
    let mut shown = None;
    for _ in 0..60 * 240 {
        if act(&mut stage) == Act::Over {
            break;
        }
        let wanted = game(&mut stage).wanted();
        if shown != Some(wanted) {
            shown = Some(wanted);
            stage.puppet_shows(0, wanted);
        }
        stage.update();
    }
    assert_eq!(act(&mut stage), Act::Over);
    let over = game(&mut stage);
    for expression in ASKED {
        eprintln!("{expression}: {:?}", over.tally(expression));
    }
    let hits = over.outcomes.iter().filter(|outcome| outcome.time.is_some()).count();
    eprintln!("the puppet: {} points, {hits} hits, combo {}", over.score, over.best_combo);
    assert!(hits >= 18, "{hits} of 20 hit");
    assert!((4000..=perfect_score()).contains(&over.score), "{} points", over.score);
    assert_eq!(over.score, over.outcomes.iter().map(|outcome| outcome.points).sum::<u32>());
}

#[test]
#[ignore = "soak: scripts/soak"]
fn ten_minutes_of_the_puppet() {
    let (mut games, mut before) = (Vec::new(), Act::default());
    let soak = Stage::soak(MimicPlugin { seed: 5 }, 1, |stage, _| {
        let now = act(stage);
        if now == Act::Over && before != now {
            let over = game(stage);
            games.push(over.outcomes.iter().filter(|outcome| outcome.time.is_some()).count());
        }
        before = now;
        if now == Act::Play { game(stage).wanted() } else { NEUTRAL }
    });
    eprintln!("hits in each game: {games:?}");
    assert!(games.len() >= 3 && games.iter().all(|hits| *hits >= 18), "{games:?} of 20 hit");
    soak.leaves_nothing_behind();
}

#[test]
fn ten_minutes_of_all_sorts_of_things() {
    let mut stage = Stage::new(MimicPlugin { seed: 3 });
    stage.hurry();
    let me = stage.face(VirtualFace::new());
    let mut dice = Dice(42);
    let mut seen = [0u32; 4];
    let mut most = [0u32; 2];
    let updates = (600.0 / (2 * STEP).as_secs_f32()) as usize;
    let mut wait = 0;
    for update in 0..updates {
        let now = act(&mut stage);
        seen[now as usize] += 1;
        if wait == 0 {
            wait = 3 + (dice.roll() % 25);
            let wanted = game(&mut stage).wanted();
            let what = dice.roll() % 20;
            let other = Expression::ALL[(dice.roll() % 7) as usize];
            let strength = (dice.roll() % 11) as f32 / 10.0;
            let time = Duration::from_millis(dice.roll() % 600);
            stage.with(me, |face| match (what, now) {
                (0, _) => face.leave(),
                (1 | 2, _) => face.tilt(strength - 0.5, time),
                (3 | 4, _) => face.tilt(0.0, time),
                (5 | 6, _) => face.ramp(other, strength, time),
                (7, _) => face.move_to(Vec2::splat(strength - 0.5), time),
                (_, Act::Play) => face.ramp(wanted, 1.0, time),
                (8..14, _) => {
                    face.tilt(0.0, time);
                    face.ramp(Expression::Happy, 1.0, time);
                }
                _ => face.release(),
            });
            // A smile for a menu lasts.
            if what >= 8 && now != Act::Play {
                wait += 45;
            }
            if what != 0 {
                stage.with(me, VirtualFace::come_back);
            }
        }
        wait -= 1;
        stage.update();
        let half = usize::from(update > updates / 2);
        most[half] = most[half].max(stage.world().entities().count_spawned());
    }
    eprintln!("updates in each act: {seen:?}, most entities: {most:?}");
    // A second and more in each.
    assert!(seen.iter().all(|updates| *updates > 30), "all acts are seen: {seen:?}");
    assert!(most[1] <= most[0] + 8, "more and more entities: {most:?}");
}

// ---- Looked at ---------------------------------------------------------------------------------

#[test]
#[ignore = "needs a Vulkan driver, software will do: scripts/test runs it"]
fn photographs_needs_vulkan() {
    let mut stage = Stage::new_with_screen(MimicPlugin { seed: 1 });
    let me = stage.face(VirtualFace::new());
    stage.run(3.0);
    stage.photograph("mimic_title");
    stage.choose(me, 0);
    stage.until(20.0, |world| world.query::<&WarmUp>().iter(world).next().is_some());
    stage.run(1.0);
    stage.photograph("mimic_warm_up");
    stage.warm_up();
    stage.run(0.2);
    stage.photograph("mimic_rest");
    let mut shown = None;
    let mut photographed = [false; Expression::COUNT];
    let mut missed = false;
    for _ in 0..60 * 300 {
        if act(&mut stage) == Act::Over {
            break;
        }
        let now = game(&mut stage);
        let wanted = now.wanted();
        // One is missed, to see it.
        let misses = now.outcomes.len() == 12 && wanted != NEUTRAL;
        if shown != Some(wanted) {
            shown = Some(wanted);
            if wanted == NEUTRAL {
                stage.rest(me);
            } else if !misses {
                // Not at once, and not all equally well.
                stage.run(0.25 + 0.06 * wanted.index() as f32);
                stage.show(me, wanted, 0.75 + 0.04 * wanted.index() as f32);
            }
        }
        if let Phase::Show { held, .. } = now.phase
            && held > 0.2
            && !photographed[wanted.index()]
        {
            photographed[wanted.index()] = true;
            stage.photograph(&format!("mimic_{wanted}"));
        }
        if let Phase::Cheer { passed } = now.phase
            && (0.2..0.22).contains(&passed)
        {
            if now.outcomes.len() == 11 {
                stage.photograph("mimic_play");
            }
            if now.combo == 0 && !missed {
                missed = true;
                stage.photograph("mimic_miss");
            }
        }
        stage.update();
    }
    stage.run(1.6);
    stage.photograph("mimic_result");
    stage.choose(me, 0);
    stage.with(me, VirtualFace::leave);
    stage.run(1.5);
    stage.photograph("mimic_away");
}

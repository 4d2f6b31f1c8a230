//! Smile Runner: its rules one by one, and whole games that are played with the face.

#![expect(clippy::panic, reason = "helpers of tests fail by panicking too")]

use std::time::Duration;

use arcade::stage::Stage;
use bevy::prelude::*;
use bevy_emotion::input::{VirtualFace, VirtualVoice};
use bevy_emotion::prelude::Expression;
use smile_runner::*;

const STEP: f32 = 1.0 / 60.0;

/// What somebody shows who looks at the course and needs `delay` seconds from deciding to showing.
fn wanted(run: &Run, delay: f32) -> Expression {
    let next = run.ahead().filter(|it| run.seconds_to(it) < it.kind.lead() + delay);
    next.map_or(Expression::Neutral, |it| it.kind.expression())
}

/// The controls of somebody who shows an expression, and showed another one the step before.
fn controls(before: Expression, now: Expression) -> Controls {
    Controls {
        jump: now == Expression::Happy && before != now,
        smile: f32::from(now == Expression::Happy),
        dash: now == Expression::Surprise && before != now,
        shield: now == Expression::Angry,
        valence: 0.0,
    }
}

/// A run in which nothing comes until something is put there.
fn empty_run() -> Run {
    let mut run = Run::new(1);
    run.course.extend(f32::INFINITY, 0.5);
    run.course.obstacles.clear();
    run.course.stars.clear();
    run
}

fn with(kind: Kind, width: f32, height: f32) -> Run {
    let mut run = empty_run();
    let (has_sign, fate) = (true, Fate::Ahead);
    run.course.obstacles.push(Obstacle { kind, x: 400.0, width, height, has_sign, fate });
    run
}

/// Runs on for some seconds; gives what happened.
fn go(run: &mut Run, seconds: f32, controls: Controls) -> Vec<Moment> {
    let mut once = controls;
    for _ in 0..(seconds / STEP).round() as u32 {
        run.step(&once, STEP);
        (once.jump, once.dash) = (false, false);
    }
    std::mem::take(&mut run.moments)
}

const REST: Controls =
    Controls { jump: false, smile: 0.0, dash: false, shield: false, valence: 0.0 };
const JUMP: Controls = Controls { jump: true, smile: 1.0, ..REST };
const TAP: Controls = Controls { jump: true, ..REST };
const DASH: Controls = Controls { dash: true, ..REST };
const SHIELD: Controls = Controls { shield: true, ..REST };

#[test]
fn whoever_does_nothing_loses_three_lives_and_then_the_run() {
    let mut run = Run::new(7);
    let mut hits = 0;
    while !run.is_over() {
        hits += go(&mut run, 0.1, REST).iter().filter(|it| matches!(it, Moment::Hit(_))).count();
        assert!(run.hero.x < 10_000.0, "still running with {} lives", run.lives);
    }
    assert_eq!((run.lives, hits, run.outcome), (0, usize::from(LIVES), Some(Outcome::Lost)));
    assert_eq!(run.score(), run.metres() + run.stars * STAR_SCORE, "no bonus without the flag");
}

#[test]
fn each_obstacle_yields_to_its_expression_and_to_no_other() {
    let obstacles = [
        (with(Kind::Rock, 80.0, 70.0), 0.7),
        (with(Kind::Gap, 170.0, 0.0), 0.9),
        (with(Kind::Crystal, 78.0, 270.0), 0.8),
        (with(Kind::Bird, 0.0, 60.0), 0.8),
    ];
    for (run, start) in obstacles {
        let kind = run.course.obstacles[0].kind;
        for (controls, expression) in
            [(JUMP, Expression::Happy), (DASH, Expression::Surprise), (SHIELD, Expression::Angry)]
        {
            let mut run = run.clone();
            go(&mut run, start, REST);
            go(&mut run, 1.6, controls);
            // A dash is strong enough for rocks and gaps, too.
            let is_mastered = kind.expression() == expression
                || (expression == Expression::Surprise && matches!(kind, Kind::Rock | Kind::Gap));
            let lives = LIVES - u8::from(!is_mastered);
            assert_eq!(
                (run.lives, run.cleared),
                (lives, u32::from(is_mastered)),
                "{kind:?} {expression}"
            );
        }
    }
}

#[test]
fn a_longer_and_a_stronger_smile_jumps_higher() {
    let height = |strength: f32, seconds: f32| {
        let mut run = empty_run();
        go(&mut run, STEP, JUMP);
        let mut highest = 0.0_f32;
        for step in 0..90_u8 {
            let smile = if f32::from(step) * STEP < seconds { strength } else { 0.0 };
            go(&mut run, STEP, Controls { smile, ..REST });
            highest = highest.max(run.hero.y);
        }
        assert!(run.hero.on_ground, "a jump lasts 1.5 seconds at most");
        highest
    };
    let heights = [height(0.0, 0.0), height(1.0, 0.2), height(0.6, 1.0), height(1.0, 1.0)];
    assert!(heights.windows(2).all(|pair| pair[0] + 8.0 < pair[1]), "{heights:?}");
    assert!(heights[0] > 92.0 + 8.0, "the least jump is higher than any rock: {heights:?}");
}

#[test]
fn a_smile_just_before_landing_counts_and_one_that_goes_on_does_not() {
    let mut run = empty_run();
    go(&mut run, STEP, TAP);
    while run.hero.rise > 0.0 || run.hero.y > 40.0 {
        go(&mut run, STEP, REST);
    }
    assert!(go(&mut run, 0.3, JUMP).contains(&Moment::Jumped));
    let moments = go(&mut run, 4.0, Controls { jump: false, ..JUMP });
    assert!(!moments.contains(&Moment::Jumped), "{moments:?}");
}

#[test]
fn a_hit_costs_one_life_and_then_nothing_for_a_while() {
    let mut run = with(Kind::Rock, 80.0, 70.0);
    for x in [520.0, 640.0, 760.0] {
        let rock = run.course.obstacles[0];
        run.course.obstacles.push(Obstacle { x, ..rock });
    }
    let moments = go(&mut run, 2.6, REST);
    assert_eq!(moments.iter().filter(|it| matches!(it, Moment::Hit(_))).count(), 1, "{moments:?}");
    assert_eq!((run.lives, run.cleared), (LIVES - 1, 0));
}

#[test]
fn whoever_falls_is_thrown_out_again_and_runs_on() {
    let mut run = with(Kind::Gap, 200.0, 0.0);
    let moments = go(&mut run, 3.2, REST);
    assert_eq!(run.lives, LIVES - 1, "{moments:?}");
    assert!(run.hero.on_ground && run.hero.y == 0.0 && run.hero.x > 700.0, "{:?}", run.hero);
}

#[test]
fn a_dash_needs_a_rest_and_is_faster() {
    let mut run = empty_run();
    assert!(go(&mut run, 0.5, DASH).contains(&Moment::Dashed));
    let dashed = run.hero.x;
    assert!(!go(&mut run, 0.5, DASH).contains(&Moment::Dashed), "too early");
    assert!(dashed > (run.hero.x - dashed) * 1.2, "{dashed} of {}", run.hero.x);
    go(&mut run, 0.5, REST);
    assert!(go(&mut run, 0.1, DASH).contains(&Moment::Dashed));
}

#[test]
fn the_shield_drains_breaks_and_fills_up() {
    let mut run = empty_run();
    go(&mut run, 1.25, SHIELD);
    assert!(run.hero.shield && (run.hero.energy - 0.5).abs() < 0.02, "{:?}", run.hero);
    go(&mut run, 1.5, SHIELD);
    assert!(!run.hero.shield, "it is empty: {:?}", run.hero);
    let energy = run.hero.energy;
    go(&mut run, 0.5, SHIELD);
    assert!(!run.hero.shield || run.hero.energy >= energy, "not before it has filled a little");
    go(&mut run, 5.0, REST);
    assert_eq!(run.hero.energy, 1.0);
    go(&mut run, 0.1, SHIELD);
    assert!(run.hero.shield);
}

#[test]
fn metres_stars_and_lives_make_the_score() {
    let mut run = empty_run();
    run.course.stars = [200.0, 300.0, 400.0].map(|x| Vec2::new(x, 50.0)).to_vec();
    run.course.stars.push(Vec2::new(500.0, 400.0));
    go(&mut run, 3.0, REST);
    assert_eq!((run.stars, run.course.stars.len()), (3, 1), "the last one is out of reach");
    assert_eq!(run.score(), (run.hero.x / METRE) as u32 + 3 * STAR_SCORE);
    run.hero.x = COURSE - 1.0;
    let moments = go(&mut run, 3.0, REST);
    assert!(moments.contains(&Moment::Won) && run.is_over());
    assert_eq!(run.score(), (COURSE / METRE) as u32 + 3 * STAR_SCORE + 3 * LIFE_SCORE);
}

#[test]
fn the_mood_changes_speed_and_density_slowly() {
    let speeds = [-0.6, 0.0, 0.6].map(|valence| {
        let mut run = Run::new(3);
        let before = run.speed();
        go(&mut run, 0.5, Controls { valence, ..REST });
        assert!((run.speed() - before).abs() < 8.0, "a jump from {before} to {}", run.speed());
        run.lives = 200;
        go(&mut run, 20.0, Controls { valence, ..REST });
        run.speed()
    });
    assert!(speeds[0] + 30.0 < speeds[1] && speeds[1] + 30.0 < speeds[2], "{speeds:?}");
    let counts = [0.0, 1.0].map(|zest| {
        let mut course = Run::new(3).course;
        let mut count = 0;
        for until in (0..300_u16).map(|step| f32::from(step) * 100.0) {
            let before = course.obstacles.last().map_or(0.0, |it| it.x);
            course.extend(until, zest);
            count += course.obstacles.iter().filter(|it| it.has_sign && it.x > before).count();
        }
        count
    });
    assert!(counts[0] >= 20 && counts[0] + 5 < counts[1], "{counts:?}");
}

/// There is always time for a jump to end, for the face to go back, and to react.
#[test]
fn no_course_is_unfair() {
    for seed in 0..200 {
        for zest in [0.0, 0.4, 1.0] {
            let mut course = Run::new(seed).course;
            course.extend(COURSE, zest);
            assert!(course.obstacles.iter().all(|it| it.x + it.width < COURSE - 400.0));
            assert!(course.obstacles[0].x / SPEEDS[1] > 2.0 * REACTION);
            for pair in course.obstacles.windows(2) {
                let seconds = (pair[1].x - pair[0].x - pair[0].width) / SPEEDS[1];
                let least = match (
                    pair[1].has_sign,
                    pair[0].kind.expression() == pair[1].kind.expression(),
                ) {
                    (false, _) => continue,
                    (true, false) => BREATH,
                    (true, true) => BREATH + 0.35,
                };
                assert!(seconds > least - 1e-3, "{seconds} s in {pair:?} of seed {seed}");
            }
            let expressions: Vec<_> = course
                .obstacles
                .iter()
                .filter(|it| it.has_sign)
                .map(|it| it.kind.expression())
                .collect();
            assert!(
                expressions.windows(3).all(|it| it[0] != it[1] || it[1] != it[2]),
                "three alike"
            );
        }
    }
}

/// Fifty courses, in every mood, by somebody who is early by up to a third of a second.
#[test]
fn every_course_can_be_finished_without_a_scratch() {
    for seed in 0..50_u64 {
        let valence = [-0.5, 0.0, 0.5][seed as usize % 3];
        let delay = [0.0, 0.15, 0.3][seed as usize / 3 % 3];
        let (mut run, mut before) = (Run::new(seed), Expression::Neutral);
        while !run.is_over() {
            let now = wanted(&run, delay);
            let moments = go(&mut run, STEP, Controls { valence, ..controls(before, now) });
            let hit = moments.iter().find(|it| matches!(it, Moment::Hit(_)));
            assert_eq!(hit, None, "seed {seed} at {} with delay {delay}", run.hero.x);
            before = now;
        }
        assert_eq!((run.outcome, run.lives), (Some(Outcome::Won), LIVES));
        assert!(run.cleared >= 20 && run.stars > 60, "{} and {}", run.cleared, run.stars);
    }
}

#[test]
fn the_same_seed_gives_the_same_course() {
    let course = |seed| {
        let mut course = Run::new(seed).course;
        course.extend(COURSE, 0.5);
        course.obstacles.iter().map(|it| it.x).collect::<Vec<_>>()
    };
    assert_eq!(course(7), course(7));
    assert_ne!(course(7), course(8));
}

fn phase(stage: &mut Stage) -> Phase {
    *stage.world().resource::<State<Phase>>().get()
}

fn run(stage: &mut Stage) -> &Run {
    stage.world().resource::<Run>()
}

/// From the title to the start of the run, with face and head alone.
fn start(stage: &mut Stage, me: Entity) {
    stage.choose(me, 0);
    stage.until(5.0, |world| *world.resource::<State<Phase>>().get() == Phase::WarmUp);
    stage.warm_up();
    stage.until(5.0, |world| *world.resource::<State<Phase>>().get() == Phase::Play);
    stage.rest(me);
}

/// Plays with a virtual face until `end`.
fn play(stage: &mut Stage, me: Entity, end: impl Fn(&Run) -> bool) {
    let mut before = Expression::Neutral;
    for _ in 0..60 * 150 {
        if phase(stage) != Phase::Play || end(run(stage)) {
            stage.rest(me);
            return;
        }
        let now = wanted(run(stage), 0.1);
        if now != before {
            match now {
                Expression::Neutral => stage.rest(me),
                now => stage.show(me, now, 1.0),
            }
        }
        before = now;
        stage.update();
    }
    panic!("the run does not end: {:?}", run(stage).hero);
}

#[test]
fn a_game_with_the_face_alone_from_the_title_to_the_flag_and_again() {
    let mut stage = Stage::new(SmileRunnerPlugin::default());
    let me = stage.face(VirtualFace::new());
    start(&mut stage, me);
    play(&mut stage, me, |_| false);
    stage.until(5.0, |world| *world.resource::<State<Phase>>().get() == Phase::Over);
    let first = run(&mut stage).clone();
    assert_eq!((first.outcome, first.lives), (Some(Outcome::Won), LIVES));
    assert_eq!((first.metres(), first.stars, first.score()), (600, 155, 2450));

    stage.choose(me, 0);
    stage.until(5.0, |world| *world.resource::<State<Phase>>().get() == Phase::Play);
    let again = run(&mut stage);
    assert_eq!((again.lives, again.stars), (LIVES, 0));
    assert!(again.metres() < 10, "a new course: {} m", again.metres());
    // Nothing is shown any more: the run ends without the flag.
    stage.rest(me);
    stage.until(60.0, |world| *world.resource::<State<Phase>>().get() == Phase::Over);
    assert_eq!(run(&mut stage).outcome, Some(Outcome::Lost));
    let best = stage.world().resource::<Record>().best;
    assert_eq!(best, first.score());

    stage.choose(me, 1);
    stage.until(5.0, |world| *world.resource::<State<Phase>>().get() == Phase::WarmUp);
}

#[test]
fn the_run_waits_for_a_face_that_goes_away() {
    let mut stage = Stage::new(SmileRunnerPlugin::default());
    let me = stage.face(VirtualFace::new());
    start(&mut stage, me);
    stage.run(1.0);
    stage.with(me, |face| face.leave());
    stage.run(1.0);
    let before = run(&mut stage).hero.x;
    assert!(stage.world().resource::<Attention>().is_waiting());
    stage.run(30.0);
    assert_eq!(run(&mut stage).hero.x, before, "it waits");
    assert_eq!((run(&mut stage).lives, phase(&mut stage)), (LIVES, Phase::Play));
    stage.with(me, |face| face.come_back());
    stage.run(0.5);
    assert_eq!(run(&mut stage).hero.x, before, "time to get ready");
    stage.run(1.5);
    assert!(run(&mut stage).hero.x > before);
    assert!(!stage.world().resource::<Attention>().is_waiting());
}

/// A face at rest; only the voice plays.
#[test]
fn a_shout_dashes_and_a_growl_is_a_shield() {
    let mut stage = Stage::new(SmileRunnerPlugin::default());
    let me = stage.face(VirtualFace::new());
    stage.world().entity_mut(me).insert(VirtualVoice::new());
    let voice = |stage: &mut Stage, act: fn(&mut VirtualVoice)| {
        act(&mut stage.world().get_mut::<VirtualVoice>(me).expect("a voice"));
    };
    voice(&mut stage, |voice| voice.speak(Expression::Neutral, 0.0));
    stage.run(2.5);
    voice(&mut stage, VirtualVoice::hush);
    stage.world().resource_mut::<NextState<Phase>>().set(Phase::Play);
    stage.run(0.5);
    assert!(run(&mut stage).hero.dash == 0.0 && !run(&mut stage).hero.shield);
    voice(&mut stage, |voice| voice.speak(Expression::Surprise, 1.0));
    stage.until(0.5, |world| world.resource::<Run>().hero.dash > 0.0);
    voice(&mut stage, VirtualVoice::hush);
    stage.run(1.2);
    assert!(!run(&mut stage).hero.shield);
    voice(&mut stage, |voice| {
        voice.arousal = Some(0.8);
        voice.speak(Expression::Angry, 0.1);
    });
    stage.until(1.2, |world| world.resource::<Run>().hero.shield);
    assert_eq!(run(&mut stage).hero.dash, 0.0, "a growl is no shout");
}

fn key(stage: &mut Stage, key: KeyCode, is_down: bool) {
    let mut keys = stage.app.world_mut().resource_mut::<ButtonInput<KeyCode>>();
    if is_down { keys.press(key) } else { keys.release(key) }
}

#[test]
fn keys_alone_play_it_too() {
    let mut stage = Stage::new(SmileRunnerPlugin::default());
    stage.world().resource_mut::<NextState<Phase>>().set(Phase::Play);
    stage.run(0.1);
    let mut before = Expression::Neutral;
    while phase(&mut stage) == Phase::Play {
        let now = wanted(run(&mut stage), 0.0);
        if now != before {
            for (shown, is_down) in [(before, false), (now, true)] {
                match shown {
                    Expression::Happy => key(&mut stage, KeyCode::ArrowUp, is_down),
                    Expression::Surprise => key(&mut stage, KeyCode::ArrowRight, is_down),
                    Expression::Angry => key(&mut stage, KeyCode::ArrowDown, is_down),
                    _ => {}
                }
            }
        }
        before = now;
        stage.update();
    }
    assert_eq!((run(&mut stage).outcome, run(&mut stage).lives), (Some(Outcome::Won), LIVES));
}

/// Ten minutes of somebody who does all sorts of things.
#[test]
fn ten_minutes_of_all_sorts_of_faces_leave_nothing_behind() {
    let mut stage = Stage::new(SmileRunnerPlugin::default());
    stage.hurry();
    let me = stage.face(VirtualFace::new());
    start(&mut stage, me);
    let mut dice = 5_u64;
    let mut roll = move |sides: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % sides
    };
    let (mut runs, mut counts, mut entered) = (0, Vec::new(), 0.0);
    let mut passed = 0.0_f32;
    while passed < 600.0 {
        let now = phase(&mut stage);
        let plays_well = runs % 3 == 0;
        if now == Phase::Over {
            stage.with(me, |face| face.come_back());
            stage.rest(me);
            stage.choose(me, usize::from(roll(4) == 0));
            entered = passed;
            runs += 1;
        } else if now == Phase::WarmUp {
            stage.warm_up();
        } else if plays_well && passed - entered < 40.0 {
            let shown = wanted(run(&mut stage), 0.1);
            stage.show(me, shown, f32::from(shown != Expression::Neutral));
            stage.run(0.1);
            passed += 0.1;
            continue;
        } else {
            match roll(10) {
                0 => stage.with(me, |face| face.leave()),
                1 => stage.with(me, |face| face.tilt(0.4, Duration::from_millis(200))),
                2 => stage.with(me, |face| face.tilt(0.0, Duration::ZERO)),
                3 | 4 => stage.rest(me),
                _ => {
                    let expression = Expression::ALL[roll(7) as usize];
                    stage.show(me, expression, roll(11) as f32 / 10.0);
                }
            }
            if roll(3) > 0 {
                stage.with(me, |face| face.come_back());
            }
        }
        let seconds = 0.1 + roll(20) as f32 / 10.0;
        stage.run(seconds);
        passed += seconds;
        if phase(&mut stage) == Phase::Play && !stage.world().resource::<Attention>().is_waiting() {
            counts.push(stage.world().entities().count_spawned());
        }
    }
    assert!(runs >= 3, "only {runs} runs");
    let (first, last) = (&counts[..counts.len() / 3], &counts[counts.len() * 2 / 3..]);
    let most = |counts: &[u32]| counts.iter().copied().max();
    assert!(most(last) <= most(first), "entities grow: {first:?} … {last:?}");
}

#[test]
fn the_puppet_plays_it_to_the_end() {
    let mut stage = Stage::puppet(SmileRunnerPlugin::default(), 1);
    stage.run(4.0);
    stage.puppet_takes();
    stage.warm_up();
    stage.until(5.0, |world| *world.resource::<State<Phase>>().get() == Phase::Play);
    let mut before = Expression::Neutral;
    while phase(&mut stage) == Phase::Play {
        // Its face takes 180 ms to move, and some more until that is read.
        let now = wanted(run(&mut stage), 0.45);
        if now != before {
            stage.puppet_shows(0, now);
        }
        before = now;
        stage.update();
    }
    let run = run(&mut stage);
    assert_eq!(run.outcome, Some(Outcome::Won));
    // Another model, or another processor, reads a little earlier or later.
    let score = run.score();
    assert!(run.lives >= 2 && (2_000..=2_700).contains(&score), "{score}, {} lives", run.lives);
}

#[test]
#[ignore = "soak: scripts/soak"]
fn ten_minutes_of_the_puppet() {
    let (mut runs, mut before) = (Vec::new(), Phase::default());
    let soak = Stage::soak(SmileRunnerPlugin::default(), 1, |stage, _| {
        let now = phase(stage);
        if now == Phase::Over && before != now {
            let over = run(stage);
            runs.push((over.outcome, over.score()));
        }
        before = now;
        if now == Phase::Play { wanted(run(stage), 0.45) } else { Expression::Neutral }
    });
    eprintln!("runs: {runs:?}");
    assert!(runs.len() >= 3, "{runs:?}");
    assert!(runs.iter().any(|(outcome, _)| *outcome == Some(Outcome::Won)), "{runs:?}");
    assert!(runs.iter().all(|(_, score)| *score > 500), "{runs:?}");
    soak.leaves_nothing_behind();
}

/// Texts in the world are laid out only while a camera sees them, and the stage wakes its camera
/// for photographs only.
fn photograph(stage: &mut Stage, name: &str) {
    let mut cameras = stage.world().query::<&mut Camera>();
    for mut camera in cameras.iter_mut(stage.app.world_mut()) {
        camera.is_active = true;
    }
    stage.update();
    stage.update();
    let mut texts = stage.world().query::<&mut Text2d>();
    for mut text in texts.iter_mut(stage.app.world_mut()) {
        text.set_changed();
    }
    stage.update();
    stage.photograph(name);
}

#[test]
#[ignore = "needs a Vulkan driver, software will do: scripts/test runs it"]
fn screens_are_worth_looking_at_needs_vulkan() {
    let mut stage = Stage::new_with_screen(SmileRunnerPlugin::default());
    let me = stage.face(VirtualFace::new());
    stage.run(2.5);
    photograph(&mut stage, "smile_runner_title");
    stage.choose(me, 0);
    stage.run(1.5);
    photograph(&mut stage, "smile_runner_warm_up");
    stage.warm_up();
    stage.until(5.0, |world| *world.resource::<State<Phase>>().get() == Phase::Play);
    let moments: [(&str, fn(&Run) -> bool); 5] = [
        ("first", |run| run.hero.x > 900.0),
        ("jump", |run| run.hero.y > 130.0),
        ("dash", |run| run.hero.dash > 0.2 && run.hero.dash < 0.5),
        ("shield", |run| run.hero.shield && run.hero.energy < 0.9),
        ("late", |run| run.hero.x > 24_000.0),
    ];
    for (name, moment) in moments {
        play(&mut stage, me, moment);
        photograph(&mut stage, &format!("smile_runner_{name}"));
    }
    play(&mut stage, me, |run| run.outcome.is_some());
    stage.run(1.4);
    photograph(&mut stage, "smile_runner_flag");
    stage.until(5.0, |world| *world.resource::<State<Phase>>().get() == Phase::Over);
    stage.run(0.5);
    photograph(&mut stage, "smile_runner_result");

    stage.choose(me, 0);
    stage.run(5.0);
    stage.with(me, |face| face.leave());
    stage.run(2.0);
    photograph(&mut stage, "smile_runner_waiting");
    stage.with(me, |face| face.come_back());
    stage.until(60.0, |world| world.resource::<Run>().lives < LIVES);
    stage.run(0.2);
    photograph(&mut stage, "smile_runner_hit");
    stage.until(60.0, |world| *world.resource::<State<Phase>>().get() == Phase::Over);
    stage.run(0.8);
    photograph(&mut stage, "smile_runner_lost");
}

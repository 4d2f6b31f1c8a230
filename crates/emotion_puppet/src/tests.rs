use super::motion::TRANSITION;
use super::*;

fn small(script: PuppetScript) -> PuppetConfig {
    PuppetConfig { size: (160, 120), script, ..PuppetConfig::default() }
}

fn frames(source: &mut PuppetSource, count: usize) -> Vec<Frame> {
    (0..count).map(|_| source.next_frame().expect("it draws").expect("it goes on")).collect()
}

/// Mean difference of two pictures, in steps of brightness.
fn difference(a: &Frame, b: &Frame) -> f32 {
    let sum: u64 = a.rgb().iter().zip(b.rgb()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f32 / a.rgb().len() as f32
}

#[test]
fn the_same_configuration_and_wishes_give_the_same_frames() {
    let film = |seed: u64| {
        let mut source = PuppetSource::new(PuppetConfig { seed, ..small(PuppetScript::Tour) });
        let mut film = frames(&mut source, 4);
        source.control(SourceControl::Expression(Expression::Fear));
        film.extend(frames(&mut source, 4));
        film.into_iter().map(|frame| frame.rgb().to_vec()).collect::<Vec<_>>()
    };
    assert_eq!(film(1), film(1));
    assert_ne!(film(1), film(2));
}

#[test]
fn every_two_expressions_look_different() {
    let faces = Expression::ALL.map(|expression| {
        let motion = PuppetMotion::STILL;
        let config = PuppetConfig { motion, ..small(PuppetScript::Hold(expression)) };
        // The first frames of all have the same grain, so only the faces differ.
        frames(&mut PuppetSource::new(config), 1).remove(0)
    });
    for (one, face) in faces.iter().enumerate() {
        for (other, next) in faces.iter().enumerate().skip(one + 1) {
            let change = difference(face, next);
            assert!(change > 0.5, "{one} and {other}: {change}");
        }
    }
}

#[test]
fn a_sad_rest_lies_between_neutral_and_sad_and_changes_no_smile() {
    let drawn = |expression, rest| {
        let motion = PuppetMotion::STILL;
        let config = PuppetConfig { motion, rest, ..small(PuppetScript::Hold(expression)) };
        frames(&mut PuppetSource::new(config), 1).remove(0)
    };
    let rest = Some((Expression::Sad, 0.5));
    let sad = drawn(Expression::Sad, None);
    let (plain, biased) = (drawn(Expression::Neutral, None), drawn(Expression::Neutral, rest));
    let way = difference(&plain, &sad);
    assert!(difference(&plain, &biased) > 0.2 * way && difference(&biased, &sad) > 0.2 * way);
    let [smile, same] = [None, rest].map(|rest| drawn(Expression::Happy, rest));
    assert_eq!(smile.rgb(), same.rgb());
}

#[test]
fn faces_change_without_jumps_even_in_the_middle_of_a_change() {
    let mut acting = Acting::new(PuppetScript::Hold(Expression::Neutral), 0, FaceShape::REST);
    let start = Duration::from_millis(500);
    acting.wish(start, Expression::Surprise);
    acting.wish(start + TRANSITION / 2, Expression::Angry);
    let step = Duration::from_millis(5);
    let mut before = acting.face(Duration::ZERO);
    for number in 1..200u32 {
        let now = acting.face(step * number);
        let jump = before.furthest(&now);
        // Two eased changes at once, each at most 1.5 times its mean speed, over a range of 2.
        let most = 2.0 * 2.0 * 1.5 * step.as_secs_f32() / TRANSITION.as_secs_f32();
        assert!(jump <= most, "{jump} in one step at {:?}", step * number);
        before = now;
    }
    let end = acting.face(start + TRANSITION * 2);
    assert!(end.furthest(&FaceShape::of(Expression::Angry)) < 1e-3);
}

#[test]
fn a_wish_ends_the_script_and_is_known_as_the_truth() {
    let mut source = PuppetSource::new(small(PuppetScript::Hold(Expression::Sad)));
    assert!(source.truth().is_empty());
    frames(&mut source, 3);
    assert_eq!(source.truth()[0].expression, Expression::Sad);
    source.control(SourceControl::Expression(Expression::Happy));
    frames(&mut source, 1);
    let truth = source.truth()[0];
    assert_eq!((truth.expression, truth.since), (Expression::Happy, source.time_of(3)));
}

#[test]
fn steps_are_shown_in_the_order_of_their_times() {
    let steps = vec![
        (Duration::from_millis(200), Expression::Disgust),
        (Duration::from_millis(100), Expression::Fear),
    ];
    let mut source = PuppetSource::new(small(PuppetScript::Steps(steps)));
    let mut shown = Vec::new();
    for _ in 0..8 {
        frames(&mut source, 1);
        shown.push(source.truth()[0].expression);
    }
    shown.dedup();
    assert_eq!(shown, [Expression::Neutral, Expression::Fear, Expression::Disgust]);
}

#[test]
fn the_tour_shows_all_seven_and_heads_differ() {
    let acting = [0, 2].map(|offset| Acting::new(PuppetScript::Tour, offset, FaceShape::REST));
    let seconds = |second: u64| Duration::from_secs(second);
    let mut seen: Vec<Expression> =
        (0..24).map(|second| acting[0].shown(seconds(second)).expression).collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), Expression::COUNT);
    assert_ne!(acting[0].shown(seconds(2)).expression, acting[1].shown(seconds(2)).expression);
}

#[test]
fn heads_stay_in_the_frame_and_apart() {
    for (heads, size) in [(1, (640, 480)), (2, (640, 480)), (3, (1280, 720)), (4, (640, 480))] {
        for step in 0..600u32 {
            let time = Duration::from_millis(100) * step;
            let config = PuppetConfig { heads, size, ..PuppetConfig::default() };
            let boxes: Vec<FrameRect> = (0..heads)
                .map(|head| {
                    let sway = sway_of(&config, head, time);
                    HeadPose::new(size, heads, head, FaceShape::REST, sway).bbox_in_frame()
                })
                .collect();
            for (number, face) in boxes.iter().enumerate() {
                let frame = FrameRect::new(0.0, 0.0, size.0 as f32, size.1 as f32);
                assert!(face.overlap(&frame) >= face.area() * 0.98, "{heads} heads: {face:?}");
                for other in &boxes[number + 1..] {
                    assert!(face.iou(other) < 0.02, "{heads} heads: {face:?} and {other:?}");
                }
            }
        }
    }
}

#[test]
fn it_ends_after_its_frames_and_says_so() {
    let config = PuppetConfig { frames: Some(2), ..small(PuppetScript::Tour) };
    let mut source = PuppetSource::new(config);
    assert_eq!(source.frame_count(), Some(2));
    frames(&mut source, 2);
    assert!(source.next_frame().expect("the end is no error").is_none());
}

#[test]
fn impossible_wishes_are_held_to_what_can_be_drawn() {
    let mut source = PuppetSource::new(PuppetConfig {
        size: (0, 100),
        frames_per_second: f64::NAN,
        heads: 0,
        ..PuppetConfig::default()
    });
    assert_eq!(source.frame_rate(), Some(30.0));
    let frame = frames(&mut source, 1).remove(0);
    assert_eq!((frame.width(), frame.height()), (64, 100));
    assert_eq!(source.truth().len(), 1);
    let crowd = PuppetSource::new(PuppetConfig { heads: 200, ..small(PuppetScript::Tour) });
    assert_eq!(crowd.config.heads, MAX_HEADS);
}

#[test]
fn eyes_blink_now_and_then_but_not_when_held_still() {
    let closed = |motion: PuppetMotion| {
        (0..300u32)
            .filter(|step| Sway::at(Duration::from_millis(33) * *step, 0, 1, &motion).blink > 0.5)
            .count()
    };
    let blinking = closed(PuppetMotion::default());
    assert!((3..60).contains(&blinking), "{blinking} of 300");
    assert_eq!(closed(PuppetMotion::STILL), 0);
}

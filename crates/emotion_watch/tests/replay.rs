//! Days of readings: few false alerts, and events that are told at once.

#![expect(clippy::expect_used, reason = "a test may fail")]

use std::time::Duration;

use emotion_core::{Expression, Scores, SessionTime};
use emotion_watch::{
    AlertEvent, AlertState, CameraConfig, CameraWatcher, Face, MaskConfig, Moment, Polygon, Rule,
    RuleKind,
};

/// Readings a second.
const RATE: u64 = 1;
const DAY: u64 = 24 * 3600;

/// Random numbers that are the same everywhere (SplitMix64).
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// People who come, stay and go, more of them by day; whose faces move, and turn surprised now and then.
struct Room {
    random: Random,
    busy: f64,
    people: Vec<Person>,
    next: u64,
}

struct Person {
    track: u64,
    leaves: u64,
    place: [f64; 2],
    surprised_until: u64,
    speed: f64,
}

impl Room {
    fn new(seed: u64, busy: f64) -> Self {
        Self { random: Random(seed), busy, people: Vec::new(), next: 1 }
    }

    fn step(&mut self, tick: u64) -> Moment {
        let hour = (tick / RATE % DAY) as f64 / 3600.0;
        let by_day = (1.0 + ((hour - 13.0) / 12.0 * std::f64::consts::PI).cos()) / 2.0;
        self.people.retain(|person| person.leaves > tick);
        if self.random.unit() < self.busy * by_day / (45.0 * RATE as f64) {
            let stay = -45.0 * self.random.unit().max(1e-9).ln();
            self.people.push(Person {
                track: self.next,
                leaves: tick + ((2.0 + stay) * RATE as f64) as u64,
                place: [0.1 + 0.8 * self.random.unit(), 0.1 + 0.8 * self.random.unit()],
                surprised_until: 0,
                speed: 0.02 + 0.1 * self.random.unit(),
            });
            self.next += 1;
        }
        let mut faces = Vec::new();
        for person in &mut self.people {
            for coordinate in &mut person.place {
                let step = (self.random.unit() - 0.5) * person.speed * 0.2 / RATE as f64;
                *coordinate = (*coordinate + step).clamp(0.05, 0.95);
            }
            if self.random.unit() < 1.0 / (120.0 * RATE as f64) {
                person.surprised_until = tick + 2 * RATE;
            }
            let shown = if person.surprised_until > tick {
                Expression::Surprise
            } else {
                Expression::Neutral
            };
            // The detector misses some.
            if self.random.unit() > 0.03 {
                faces.push(face(person.track, person.place, shown));
            }
        }
        Moment { time: time(tick), faces }
    }
}

fn time(tick: u64) -> SessionTime {
    SessionTime(Duration::from_millis(tick * 1000 / RATE))
}

fn face(track: u64, [x, y]: [f64; 2], shown: Expression) -> Face {
    Face {
        track,
        center_in_frame: [x as f32, y as f32],
        size_in_frame: [0.08, 0.14],
        scores: Scores::certain(shown),
        dominant: Some(shown),
    }
}

fn watcher() -> CameraWatcher {
    let rules = RuleKind::ALL.map(Rule::new).to_vec();
    CameraWatcher::new(&CameraConfig::new("foyer", "puppet", rules), 1_772_409_600, 0)
        .expect("a camera")
}

fn news(events: &[AlertEvent]) -> Vec<&AlertEvent> {
    events.iter().filter(|event| event.state == AlertState::New).collect()
}

#[test]
fn a_day_has_one_false_alert_at_most_and_a_staged_event_is_told_within_two_seconds() {
    for (seed, busy) in [(1, 2.0), (2, 10.0)] {
        let (mut room, mut watcher) = (Room::new(seed, busy), watcher());
        let mut learning = Vec::new();
        for tick in 0..2 * DAY * RATE {
            learning.extend(watcher.see(room.step(tick)));
        }
        assert!(watcher.state().rules.iter().all(|rule| rule.threshold.is_some()));
        let mut false_alerts = Vec::new();
        for tick in 2 * DAY * RATE..3 * DAY * RATE {
            false_alerts.extend(watcher.see(room.step(tick)));
        }
        let told = news(&false_alerts);
        assert!(
            told.len() <= 1,
            "busy {busy}: {:?}",
            told.iter().map(|it| &it.alert.message).collect::<Vec<_>>()
        );

        // Forty more faces come; they all turn scared; they all go. Each is told within two seconds.
        let begin = 3 * DAY * RATE;
        let mut staged = Vec::new();
        for tick in begin..begin + 60 * RATE {
            let mut moment = room.step(tick);
            let second = (tick - begin) / RATE;
            let shown = if second < 20 { Expression::Neutral } else { Expression::Fear };
            if second < 40 {
                let row = |i: u64| [0.02 + 0.024 * i as f64, 0.5];
                moment.faces.extend((0..40).map(|i| face(1_000_000 + i, row(i), shown)));
            } else {
                moment.faces.clear();
            }
            staged.extend(watcher.see(moment));
        }
        for (kind, second) in
            [(RuleKind::Count, 0), (RuleKind::FacesTurned, 20), (RuleKind::EveryoneLeaves, 40)]
        {
            let event = news(&staged)
                .into_iter()
                .find(|event| event.alert.kind == kind)
                .expect("an alert of this kind");
            let late = event.time.since(time(begin + second * RATE));
            assert!(late <= Duration::from_secs(2), "{kind} after {late:?}");
        }
    }
}

#[test]
fn an_alert_has_a_life_and_its_evidence_has_nobody_in_it() {
    let mut rule = Rule::new(RuleKind::Count);
    rule.threshold = Some(3.0);
    let mut config = CameraConfig::new("foyer", "puppet", vec![rule]);
    let corner = vec![[0.9, 0.9], [1.0, 0.9], [1.0, 1.0], [0.9, 1.0]];
    config.masks = vec![MaskConfig { polygon_in_frame: Polygon::new(corner) }];
    let mut watcher = CameraWatcher::new(&config, 1_772_409_600, 0).expect("a camera");
    let mut events = Vec::new();
    for tick in 0..80 * RATE {
        let count = if (20..50).contains(&(tick / RATE)) { 3 } else { 2 };
        let mut faces: Vec<_> = (0..count)
            .map(|i| face(770_000 + i, [0.2 * (i + 1) as f64, 0.5], Expression::Happy))
            .collect();
        // A poster with a face, masked.
        faces.push(face(5, [0.95, 0.95], Expression::Happy));
        events.extend(watcher.see(Moment { time: time(tick), faces }));
        if tick == 35 * RATE {
            let id = events[0].alert.id.clone();
            events.extend(watcher.acknowledge(&id, time(tick)));
            assert_eq!(watcher.acknowledge(&id, time(tick)), None, "it is noted already");
        }
    }
    let states: Vec<_> = events.iter().map(|event| event.state).collect();
    assert_eq!(
        states,
        [AlertState::New, AlertState::Update, AlertState::Acknowledged, AlertState::End]
    );
    let last = &events[3].alert;
    assert_eq!((last.id.as_str(), last.message.as_str()), ("foyer/count/1", "3 faces in view"));
    assert!(last.is_acknowledged && last.evidence.is_whole && last.ended.is_some());
    let seconds: Vec<_> = last.evidence.readings.iter().map(|reading| reading.seconds).collect();
    assert_eq!((seconds.first(), seconds.last(), seconds.len()), (Some(&-10.0), Some(&10.0), 21));
    assert!(last.evidence.readings.iter().all(|reading| reading.faces.len() <= 3));
    let json = serde_json::to_string(&events).expect("JSON");
    for word in ["track", "subject", "7700", "suspicious"] {
        assert!(!json.contains(word), "{word} in {json}");
    }
}

#[test]
fn the_same_moments_give_the_same_alerts() {
    let run = || {
        let (mut room, mut watcher) = (Room::new(9, 4.0), watcher());
        let events: Vec<_> =
            (0..26 * 3600 * RATE).flat_map(|tick| watcher.see(room.step(tick))).collect();
        (events, watcher.state())
    };
    assert_eq!(run(), run());
}

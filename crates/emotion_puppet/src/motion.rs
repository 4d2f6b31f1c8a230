//! What a puppet does over time: which expression it shows, how its face gets there, and how it
//! blinks, looks around, breathes and sways. All of it is a function of seed and time.

use std::f32::consts::TAU;
use std::time::Duration;

use super::face::FaceShape;
use super::{PuppetMotion, PuppetScript};
use emotion_core::Expression;

/// How long a face takes from one expression to the next.
pub(super) const TRANSITION: Duration = Duration::from_millis(180);

/// How long the tour shows each expression, and how long it rests between two.
const TOUR_SHOW: Duration = Duration::from_millis(2600);
const TOUR_REST: Duration = Duration::from_millis(1400);

const TOUR: [Expression; 6] = [
    Expression::Happy,
    Expression::Surprise,
    Expression::Sad,
    Expression::Angry,
    Expression::Fear,
    Expression::Disgust,
];

/// An expression and when it began.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shown {
    pub expression: Expression,
    pub since: Duration,
}

/// The expressions of one head: the script, until the first wish.
#[derive(Debug, Clone)]
pub(super) struct Acting {
    script: PuppetScript,
    /// Where in the tour this head begins, so that several heads differ.
    tour_offset: usize,
    /// The neutral face.
    rest: FaceShape,
    /// Wishes that still have an effect, in the order of their times.
    wishes: Vec<Shown>,
}

impl Acting {
    pub fn new(script: PuppetScript, tour_offset: usize, rest: FaceShape) -> Self {
        Self { script, tour_offset, rest, wishes: Vec::new() }
    }

    /// From `time` on, `expression` is shown and the script is over.
    pub fn wish(&mut self, time: Duration, expression: Expression) {
        // Of the wishes older than a transition, only the last still has an effect.
        let settled = self.wishes.iter().rposition(|wish| wish.since + TRANSITION <= time);
        self.wishes.drain(..settled.unwrap_or(0));
        self.wishes.push(Shown { expression, since: time });
    }

    /// The expression that is shown, or that the face is changing to, at `time`.
    pub fn shown(&self, time: Duration) -> Shown {
        let wished = self.wishes.iter().rev().find(|wish| wish.since <= time);
        wished.copied().unwrap_or_else(|| self.scripted(time))
    }

    /// The face at `time`. Each change adds its eased difference, so that a change in the middle of
    /// another one causes no jump.
    pub fn face(&self, time: Duration) -> FaceShape {
        let mut changes = vec![self.shown(time)];
        while let Some(last) = changes.last()
            && last.since + TRANSITION > time
            && last.since > Duration::ZERO
        {
            changes.push(self.shown(last.since - Duration::from_nanos(1)));
        }
        let mut changes = changes.into_iter().rev();
        let mut shown = changes.next().map_or(self.rest, |first| self.shape(first.expression));
        let mut face = shown;
        for change in changes {
            let next = self.shape(change.expression);
            let passed = time.saturating_sub(change.since);
            face.step(&shown, &next, ease(passed.as_secs_f32() / TRANSITION.as_secs_f32()));
            shown = next;
        }
        face
    }

    fn shape(&self, expression: Expression) -> FaceShape {
        match expression {
            Expression::Neutral => self.rest,
            _ => FaceShape::of(expression),
        }
    }

    fn scripted(&self, time: Duration) -> Shown {
        match &self.script {
            PuppetScript::Hold(expression) => {
                Shown { expression: *expression, since: Duration::ZERO }
            }
            PuppetScript::Steps(steps) => steps
                .iter()
                .filter(|(since, _)| *since <= time)
                .max_by_key(|(since, _)| *since)
                .map_or(Shown { expression: Expression::Neutral, since: Duration::ZERO }, |step| {
                    Shown { expression: step.1, since: step.0 }
                }),
            PuppetScript::Tour => {
                let act = TOUR_REST + TOUR_SHOW;
                let number = (time.as_nanos() / act.as_nanos()) as u32;
                let begin = act * number;
                if time < begin + TOUR_REST {
                    Shown { expression: Expression::Neutral, since: begin }
                } else {
                    let place = (number as usize + self.tour_offset) % TOUR.len();
                    Shown { expression: TOUR[place], since: begin + TOUR_REST }
                }
            }
        }
    }
}

/// Where a head is and what its eyes do, apart from its expression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sway {
    /// Sideways and downwards, in half widths of the face.
    pub offset: (f32, f32),
    /// Radians, clockwise as seen in the picture.
    pub roll: f32,
    /// Factor on the size.
    pub scale: f32,
    /// Turn to the side, about -1 to 1; even 1 is a small turn.
    pub turn: f32,
    /// Nodding, about -1 (up) to 1 (down).
    pub nod: f32,
    /// Where the eyes look, each about -1 to 1: right and down in the picture.
    pub gaze: (f32, f32),
    /// How far the lids are closed by a blink, 0 to 1.
    pub blink: f32,
    /// How far the chest is lifted by a breath, 0 to 1.
    pub breath: f32,
}

impl Sway {
    /// The motion of head number `head` at `time`.
    pub fn at(time: Duration, head: u8, seed: u64, amounts: &PuppetMotion) -> Self {
        let seconds = time.as_secs_f32();
        let seed = mix(seed ^ (u64::from(head) << 32));
        // Two slow sines of unrelated periods never look like a pendulum.
        let wander = |channel: u64, period: f32| {
            let phase = unit(seed, channel) * TAU;
            let other = unit(seed, channel + 100) * TAU;
            0.65 * (seconds / period * TAU + phase).sin()
                + 0.35 * (seconds / (period * 0.43) * TAU + other).sin()
        };
        Self {
            offset: (wander(1, 7.0) * amounts.sway, wander(2, 5.3) * amounts.sway * 0.6),
            roll: wander(3, 6.1) * amounts.tilt,
            scale: 1.0 + wander(4, 9.7) * amounts.zoom,
            turn: wander(5, 8.3) * amounts.turn,
            nod: wander(6, 6.7) * amounts.turn * 0.6,
            gaze: gaze(seconds, seed, amounts.gaze),
            blink: if amounts.blinks { blink(seconds, seed) } else { 0.0 },
            breath: 0.5 + 0.5 * (seconds / 4.2 * TAU + unit(seed, 7) * TAU).sin(),
        }
    }
}

/// Eyes rest on a point for a while, then jump to the next one.
fn gaze(seconds: f32, seed: u64, amount: f32) -> (f32, f32) {
    const REST: f32 = 1.7;
    const JUMP: f32 = 0.06;
    let number = (seconds / REST).floor();
    let target = |number: f32| {
        let place = mix(seed ^ (number as u64).wrapping_mul(0x9e37));
        // Every other look goes straight into the camera.
        let amount = if place & 1 == 0 { 0.0 } else { amount };
        ((unit(place, 11) * 2.0 - 1.0) * amount, (unit(place, 12) * 2.0 - 1.0) * amount * 0.5)
    };
    let (from, to) = (target((number - 1.0).max(0.0)), target(number));
    let way = ease((seconds - number * REST) / JUMP);
    (from.0 + (to.0 - from.0) * way, from.1 + (to.1 - from.1) * way)
}

/// One blink in each interval, at a time in it that the seed decides.
fn blink(seconds: f32, seed: u64) -> f32 {
    const EVERY: f32 = 3.4;
    const LENGTH: f32 = 0.2;
    let number = (seconds / EVERY).floor();
    let start = (0.15 + 0.7 * unit(seed, 1000 + number as u64)) * (EVERY - LENGTH);
    let place = (seconds - number * EVERY - start) / LENGTH;
    // Lids fall faster than they rise.
    if place < 0.4 { ease(place / 0.4) } else { 1.0 - ease((place - 0.4) / 0.6) }
}

/// The smoothstep function: from 0 to 1 without a kink at either end, constant outside.
pub(super) fn ease(way: f32) -> f32 {
    let way = way.clamp(0.0, 1.0);
    way * way * (3.0 - 2.0 * way)
}

/// A pseudo-random number from 0 to 1, determined by `seed` and `channel`.
pub(super) fn unit(seed: u64, channel: u64) -> f32 {
    (mix(seed.wrapping_add(channel.wrapping_mul(0x9e37_79b9_7f4a_7c15))) >> 40) as f32
        / (1u64 << 24) as f32
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
pub(super) fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

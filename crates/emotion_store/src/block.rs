//! Moments of faces as bytes: a block of them, which can be read without the blocks before it.
//!
//! Within a block each number is stored as the difference from its previous value: in the moment
//! before, or for the same track in the frame before. Faces move little from frame to frame, so most
//! differences take one byte. The layout, in the numbers of `bytes.rs`:
//!
//! ```text
//! block    start (ns), then moments to its end
//! moment   since the moment before (ns), kind: 0 new source, 1 frame, 3 frame of another size
//! frame    [width, height], sequence*, time* beyond the moment's own (ns), detect (µs),
//!          classify (µs), count of readings
//! reading  track*, flags, left*, top*, width* (1/32 px), [height*], roll* (1/2048 rad),
//!          presence* (1/255), six scores*, [six raw scores*], [confidence*] (1/4096)
//! ```
//!
//! A star marks a signed difference, brackets mark what can be absent. The lowest three bits of the
//! flags are the dominant expression (7: none); 8 says that the confidence follows from the scores,
//! 16 that the raw scores equal the scores, 32 that the box is a square. The seventh score is what
//! the other six lack to a sum of 1.

use std::collections::HashMap;
use std::time::Duration;

use emotion_core::{Analysis, Expression, FrameRect, Reading, Scores};

use super::bytes::{Bytes, put, put_signed};
use super::{Moment, What};

/// Steps of a pixel.
const BOX_STEPS: f32 = 32.0;
/// Steps of a radian.
const ROLL_STEPS: f32 = 2048.0;
/// Steps from 0 to 1 of a presence.
const PRESENCE_STEPS: f32 = 255.0;
/// Steps from 0 to 1 of a probability; a power of two, so that rounded scores sum to exactly 1.
const SCORE_STEPS: i64 = 4096;

const NEW_SOURCE: u64 = 0;
const FRAME: u64 = 1;
const FRAME_OF_ANOTHER_SIZE: u64 = 3;

const UNSURE: u64 = 7;
const CONFIDENCE_FOLLOWS: u64 = 8;
const RAW_IS_SMOOTHED: u64 = 16;
const SQUARE: u64 = 32;

/// The previous values, from which the next differences are taken.
#[derive(Default)]
struct Before {
    at: u64,
    frame_size: (u32, u32),
    sequence: i64,
    /// The frame's time less the moment's.
    lead: i64,
    readings: HashMap<u64, Steps>,
}

/// A reading in whole steps.
#[derive(Debug, Clone, Copy, Default)]
struct Steps {
    rect: [i64; 4],
    roll: i64,
    presence: i64,
    scores: [i64; Expression::COUNT],
    raw_scores: [i64; Expression::COUNT],
    confidence: i64,
}

/// A block that is being filled.
#[derive(Default)]
pub(super) struct BlockWriter {
    bytes: Vec<u8>,
    before: Before,
}

impl BlockWriter {
    /// Adds a moment. A time before the previous moment's is replaced by that.
    pub fn push(&mut self, moment: &Moment) {
        let at = nanos(moment.at).max(self.before.at);
        let before = &mut self.before;
        if self.bytes.is_empty() {
            before.at = at;
            put(&mut self.bytes, at);
        }
        put(&mut self.bytes, at - before.at);
        before.at = at;
        match &moment.what {
            What::NewSource => put(&mut self.bytes, NEW_SOURCE),
            What::Frame { frame_size, analysis } => {
                put_frame(&mut self.bytes, before, *frame_size, analysis);
            }
        }
    }

    /// Bytes so far.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The block's bytes. The next block does not depend on them; its times still do not go back.
    pub fn take(&mut self) -> Vec<u8> {
        self.before = Before { at: self.before.at, ..Before::default() };
        std::mem::take(&mut self.bytes)
    }
}

fn put_frame(out: &mut Vec<u8>, before: &mut Before, size: (u32, u32), analysis: &Analysis) {
    if before.frame_size == size {
        put(out, FRAME);
    } else {
        put(out, FRAME_OF_ANOTHER_SIZE);
        put(out, u64::from(size.0));
        put(out, u64::from(size.1));
        before.frame_size = size;
    }
    let sequence = analysis.sequence as i64;
    put_signed(out, sequence.wrapping_sub(before.sequence));
    before.sequence = sequence;
    let lead = (nanos(analysis.time) as i64).wrapping_sub(before.at as i64);
    put_signed(out, lead.wrapping_sub(before.lead));
    before.lead = lead;
    put(out, micros(analysis.detect_time));
    put(out, micros(analysis.classify_time));
    put(out, analysis.readings.len() as u64);
    let mut last_track = 0;
    for reading in &analysis.readings {
        put_signed(out, (reading.track as i64).wrapping_sub(last_track));
        last_track = reading.track as i64;
        let steps = before.readings.entry(reading.track).or_default();
        put_reading(out, steps, reading);
    }
}

fn put_reading(out: &mut Vec<u8>, before: &mut Steps, reading: &Reading) {
    let rect = &reading.bbox_in_frame;
    let step = |value: f32, steps: f32| (value * steps).round() as i32 as i64;
    let confidence = step(reading.confidence, SCORE_STEPS as f32);
    let now = Steps {
        rect: [rect.x, rect.y, rect.width, rect.height].map(|side| step(side, BOX_STEPS)),
        roll: step(reading.roll, ROLL_STEPS),
        presence: step(reading.presence, PRESENCE_STEPS),
        scores: score_steps(&reading.scores),
        raw_scores: score_steps(&reading.raw_scores),
        confidence,
    };
    let follows = (confidence_of(&reading.scores, reading.dominant) - reading.confidence).abs();
    let mut flags = reading.dominant.map_or(UNSURE, |dominant| dominant.index() as u64);
    let mut flag = |flag, set: bool| flags |= if set { flag } else { 0 };
    flag(CONFIDENCE_FOLLOWS, follows < 1e-5);
    flag(RAW_IS_SMOOTHED, now.raw_scores == now.scores);
    flag(SQUARE, now.rect[2] == now.rect[3]);
    put(out, flags);
    let mut difference = |now: i64, before: i64| put_signed(out, now - before);
    let sides = if flags & SQUARE == 0 { 4 } else { 3 };
    for side in 0..sides {
        difference(now.rect[side], before.rect[side]);
    }
    difference(now.roll, before.roll);
    difference(now.presence, before.presence);
    for index in 0..Expression::COUNT - 1 {
        difference(now.scores[index], before.scores[index]);
    }
    if flags & RAW_IS_SMOOTHED == 0 {
        for index in 0..Expression::COUNT - 1 {
            difference(now.raw_scores[index], before.raw_scores[index]);
        }
    }
    if flags & CONFIDENCE_FOLLOWS == 0 {
        difference(now.confidence, before.confidence);
    }
    *before = now;
    if flags & CONFIDENCE_FOLLOWS != 0 {
        before.confidence = 0;
    }
}

/// Scores in whole steps that sum to [`SCORE_STEPS`]: those that lose most by rounding down are
/// rounded up (the largest remainder method). Scores that were rounded before do not change.
fn score_steps(scores: &Scores) -> [i64; Expression::COUNT] {
    let exact = scores.as_array().map(|score| score * SCORE_STEPS as f32);
    let mut steps = exact.map(|value| value.floor() as i64);
    let mut order: Vec<usize> = (0..steps.len()).collect();
    order.sort_by(|a, b| (exact[*b].fract()).total_cmp(&exact[*a].fract()));
    let missing = SCORE_STEPS - steps.iter().sum::<i64>();
    let each = if missing >= 0 { 1 } else { -1 };
    for index in order.into_iter().cycle().take(missing.unsigned_abs() as usize) {
        steps[index] += each;
    }
    steps
}

fn confidence_of(scores: &Scores, dominant: Option<Expression>) -> f32 {
    dominant.map_or(scores.highest().1, |dominant| scores.get(dominant))
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Reads the moments of a channel's block. `None` if the bytes are invalid.
pub(super) fn read_block(bytes: &[u8], channel: u16) -> Option<Vec<Moment>> {
    let mut bytes = Bytes(bytes);
    let mut before = Before { at: bytes.number()?, ..Before::default() };
    let mut moments = Vec::new();
    while !bytes.0.is_empty() {
        before.at = before.at.checked_add(bytes.number()?)?;
        let kind = bytes.number()?;
        let what = match kind {
            NEW_SOURCE => What::NewSource,
            FRAME | FRAME_OF_ANOTHER_SIZE => {
                if kind == FRAME_OF_ANOTHER_SIZE {
                    let mut side = || bytes.number().and_then(|side| u32::try_from(side).ok());
                    before.frame_size = (side()?, side()?);
                }
                let analysis = frame(&mut bytes, &mut before)?;
                What::Frame { frame_size: before.frame_size, analysis }
            }
            _ => return None,
        };
        moments.push(Moment { at: Duration::from_nanos(before.at), channel, what });
    }
    Some(moments)
}

fn frame(bytes: &mut Bytes, before: &mut Before) -> Option<Analysis> {
    before.sequence = before.sequence.wrapping_add(bytes.signed()?);
    before.lead = before.lead.wrapping_add(bytes.signed()?);
    let time = (before.at as i64).wrapping_add(before.lead) as u64;
    let detect_time = Duration::from_micros(bytes.number()?);
    let classify_time = Duration::from_micros(bytes.number()?);
    let count = bytes.number()?;
    let mut readings = Vec::new();
    let mut track: i64 = 0;
    for _ in 0..count {
        track = track.wrapping_add(bytes.signed()?);
        let steps = before.readings.entry(track as u64).or_default();
        readings.push(reading(bytes, steps, track as u64)?);
    }
    Some(Analysis {
        sequence: before.sequence as u64,
        time: Duration::from_nanos(time),
        readings,
        detect_time,
        classify_time,
    })
}

fn reading(bytes: &mut Bytes, steps: &mut Steps, track: u64) -> Option<Reading> {
    let flags = bytes.number()?;
    let mut add = |value: &mut i64| {
        *value = value.checked_add(bytes.signed()?)?;
        Some(())
    };
    let sides = if flags & SQUARE == 0 { 4 } else { 3 };
    steps.rect.iter_mut().take(sides).try_for_each(&mut add)?;
    if flags & SQUARE != 0 {
        steps.rect[3] = steps.rect[2];
    }
    add(&mut steps.roll)?;
    add(&mut steps.presence)?;
    let mut six = |scores: &mut [i64; Expression::COUNT]| {
        let (last, six) = scores.split_last_mut()?;
        six.iter_mut().try_for_each(&mut add)?;
        let sum = six.iter().try_fold(0_i64, |sum, step| sum.checked_add(*step))?;
        *last = SCORE_STEPS.checked_sub(sum)?;
        Some(())
    };
    six(&mut steps.scores)?;
    if flags & RAW_IS_SMOOTHED == 0 {
        six(&mut steps.raw_scores)?;
    } else {
        steps.raw_scores = steps.scores;
    }
    let scores = Scores::from_weights(steps.scores.map(|step| step as f32))?;
    let raw_scores = Scores::from_weights(steps.raw_scores.map(|step| step as f32))?;
    let dominant = match flags & 7 {
        UNSURE => None,
        index => Some(*Expression::ALL.get(index as usize)?),
    };
    let confidence = if flags & CONFIDENCE_FOLLOWS == 0 {
        add(&mut steps.confidence)?;
        steps.confidence as f32 / SCORE_STEPS as f32
    } else {
        steps.confidence = 0;
        confidence_of(&scores, dominant)
    };
    let [x, y, width, height] = steps.rect.map(|step| step as f32 / BOX_STEPS);
    Some(Reading {
        track,
        bbox_in_frame: FrameRect::new(x, y, width, height),
        roll: steps.roll as f32 / ROLL_STEPS,
        presence: steps.presence as f32 / PRESENCE_STEPS,
        scores,
        raw_scores,
        dominant,
        confidence,
    })
}

//! Whose voice it is: the mouth that moves when the sound changes.

use std::collections::{BTreeMap, VecDeque};

use emotion_core::{SessionTime, Speaker, StreamId, SubjectId};

use crate::correlation;
use crate::loudness::{LEVELS, Level};

/// What is looked at, in seconds. Less than [`LEAST`] of it decides nothing.
const WINDOW: f64 = 3.0;
const LEAST: f64 = 1.2;
/// Sound and picture may be so far apart, in seconds, in these steps.
const MOST_DELAY: f64 = 0.16;
const DELAY_STEP: f64 = 0.02;
/// Motion and sound are both smoothed over so many seconds each way.
const SMOOTH: f64 = 0.08;
/// What is quieter than the loudest by this, in units of the logarithm of power, is silence.
const DEPTH: f32 = 8.0;
/// Speech that is shorter, in seconds, is not attributed.
const LEAST_SPEECH: f64 = 0.3;
/// The mean motion of a mouth that speaks, a second, is above this. In GRID it is 3.1 to 4.5 over whole clips and more while
/// they speak; mouths at rest have 1.8 to 3.2, most of it the camera's noise (docs/fusion.md).
const STILL: f32 = 3.4;
/// Motion counts by its logarithm: large gestures would outweigh all others. This is about the noise of a camera.
const NOISE: f64 = 0.5;
/// The least correlation of a mouth with its voice, and by how much it has to be above that of all others.
const LIKELY: f32 = 0.42;
/// The least correlation of the only mouth that moves.
const LIKELY_ALONE: f32 = 0.3;
const MARGIN: f32 = 0.01;
/// From this on a mouth that is above all others by [`CLEAR`] has the voice for sure.
const CERTAIN: f32 = 0.6;
const CLEAR: f32 = 0.15;

/// Finds out who speaks, of what the mouths in view do and how loud the sound is.
///
/// When somebody speaks, the mouth moves where the sound changes. Both are compared over the last three seconds,
/// for every delay of up to 0.16 s between sound and picture. Its memory is bounded by the number of faces.
#[derive(Debug, Clone, Default)]
pub struct SpeakerFinder {
    stream: StreamId,
    mouths: BTreeMap<u64, VecDeque<(f64, f32)>>,
    levels: VecDeque<(Level, bool)>,
}

/// Who speaks, and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Attribution {
    /// Who.
    pub speaker: Speaker,
    /// How sure, 0 to 1.
    pub certainty: f32,
    /// By how many seconds the sound comes after the picture, -0.16 to 0.16, where a mouth fits to it.
    pub delay: Option<f32>,
}

/// How a mouth fits to the sound.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Fit {
    track: u64,
    /// Its mean motion while somebody speaks.
    motion: f32,
    correlation: f32,
    delay: f64,
}

impl SpeakerFinder {
    /// Nobody was seen or heard in this stream yet.
    pub fn new(stream: StreamId) -> Self {
        Self { stream, ..Self::default() }
    }

    /// Takes in how much a mouth moves, a second. Frames come in the order of their times.
    pub fn see(&mut self, track: u64, time: SessionTime, motion: f32) {
        let now = time.as_secs_f64();
        self.mouths.retain(|_, seen| seen.back().is_some_and(|(last, _)| now - last < WINDOW));
        let seen = self.mouths.entry(track).or_default();
        while seen.front().is_some_and(|(first, _)| now - first > WINDOW + MOST_DELAY) {
            seen.pop_front();
        }
        seen.push_back((now, motion));
    }

    /// Takes in how loud it is, and whether that is a voice. Levels come in the order of their times.
    pub fn hear(&mut self, levels: &[Level], is_voice: bool) {
        self.levels.extend(levels.iter().map(|level| (*level, is_voice)));
        // Sound is often ahead of the frames: the same again is kept.
        let most = ((2.0 * WINDOW + 4.0 * MOST_DELAY) * f64::from(LEVELS)) as usize;
        while self.levels.len() > most {
            self.levels.pop_front();
        }
    }

    /// Forgets what was seen and heard: another stream, or a gap.
    pub fn reset(&mut self) {
        self.mouths.clear();
        self.levels.clear();
    }

    /// Who speaks at `now`.
    pub fn find(&self, now: SessionTime) -> Attribution {
        let now = now.as_secs_f64();
        let speech = self.speech(now);
        if (speech.len() as f64) < LEAST_SPEECH * f64::from(LEVELS) {
            return Attribution::default();
        }
        let sound = Changes::of(&self.levels, now);
        let mut fits: Vec<Fit> = self
            .mouths
            .iter()
            .filter_map(|(track, seen)| fit(*track, seen, now, &speech, &sound))
            .collect();
        fits.sort_by(|one, other| other.correlation.total_cmp(&one.correlation));
        // A mouth that hardly moves while somebody speaks is not the one.
        let moving: Vec<&Fit> = fits.iter().filter(|fit| fit.motion >= STILL).collect();
        let in_view = self.mouths.len();
        match moving.as_slice() {
            [] if fits.len() == in_view => {
                let most = fits.iter().map(|fit| fit.motion).fold(0.0, f32::max);
                let certainty = 1.0 - most / STILL;
                Attribution { speaker: Speaker::Unseen, certainty, delay: None }
            }
            // A face came too late to be judged.
            [] => unsure(),
            [first, rest @ ..] => self.choose(first, rest.first().map(|fit| fit.correlation)),
        }
    }

    fn choose(&self, first: &Fit, second: Option<f32>) -> Attribution {
        let lead = first.correlation - second.unwrap_or_default().max(0.0);
        let likely = if second.is_some() { LIKELY } else { LIKELY_ALONE };
        if first.correlation < likely || lead < MARGIN {
            return unsure();
        }
        let share = |value: f32, from: f32, to: f32| ((value - from) / (to - from)).clamp(0.0, 1.0);
        let fits = share(first.correlation, likely, CERTAIN);
        let leads = share(lead, MARGIN, CLEAR);
        let subject = SubjectId { stream: self.stream, track: first.track };
        Attribution {
            speaker: Speaker::Face(subject),
            certainty: 0.5 + 0.25 * (fits + leads),
            delay: Some(first.delay as f32),
        }
    }

    /// The times at which there is a voice.
    fn speech(&self, now: f64) -> Vec<f64> {
        let times = self.levels.iter().filter(|(_, is_voice)| *is_voice);
        let times = times.map(|(level, _)| level.time.as_secs_f64());
        times.filter(|time| (now - WINDOW..=now).contains(time)).collect()
    }
}

fn unsure() -> Attribution {
    Attribution { speaker: Speaker::Unsure, certainty: 0.0, delay: None }
}

/// How a mouth fits to the sound; `None` where too little was seen of it.
fn fit(
    track: u64,
    seen: &VecDeque<(f64, f32)>,
    now: f64,
    speech: &[f64],
    sound: &Changes,
) -> Option<Fit> {
    let seen: Vec<(f64, f32)> =
        seen.iter().copied().filter(|(time, _)| now - time <= WINDOW && *time <= now).collect();
    let (first, last) = (seen.first()?.0, seen.last()?.0);
    if last - first < LEAST || now - last > MOST_DELAY {
        return None;
    }
    let smooth: Vec<(f64, f64)> =
        seen.iter().map(|(time, _)| (*time, smoothed(&seen, *time))).collect();
    let is_speech = |time: f64| {
        let next = speech.partition_point(|at| *at < time - MOST_DELAY);
        speech.get(next).is_some_and(|at| *at <= time + MOST_DELAY)
    };
    let spoken: Vec<f32> =
        seen.iter().filter(|(time, _)| is_speech(*time)).map(|(_, motion)| *motion).collect();
    let motion = spoken.iter().sum::<f32>() / spoken.len().max(1) as f32;
    let steps = (MOST_DELAY / DELAY_STEP).round() as i32;
    let delays = (-steps..=steps).map(|step| f64::from(step) * DELAY_STEP);
    let fits = delays.filter_map(|delay| {
        let pairs =
            smooth.iter().filter_map(|(time, motion)| Some((*motion, sound.at(time + delay)?)));
        let pairs: Vec<(f64, f64)> = pairs.collect();
        let enough = pairs.len() * 4 >= smooth.len() * 3;
        Some((correlation(&pairs).filter(|_| enough)?, delay))
    });
    let best = fits.max_by(|one, other| one.0.total_cmp(&other.0));
    let (correlation, delay) = best.unwrap_or((0.0, 0.0));
    Some(Fit { track, motion, correlation: correlation as f32, delay })
}

/// The mean logarithm around a time, weighted by a triangle.
fn smoothed(seen: &[(f64, f32)], time: f64) -> f64 {
    let near = seen.iter().map(|(at, value)| ((1.0 - (at - time).abs() / SMOOTH).max(0.0), value));
    let (sum, weights) = near.fold((0.0, 0.0), |(sum, weights), (weight, value)| {
        (sum + weight * (f64::from(*value) + NOISE).ln(), weights + weight)
    });
    if weights > 0.0 { sum / weights } else { 0.0 }
}

/// How fast the loudness changes, every 10 ms, smoothed.
struct Changes {
    first: f64,
    values: Vec<f64>,
}

impl Changes {
    fn of(levels: &VecDeque<(Level, bool)>, now: f64) -> Self {
        let wanted = now - WINDOW - 2.0 * MOST_DELAY..=now + 2.0 * MOST_DELAY;
        let levels: Vec<&Level> = levels
            .iter()
            .map(|(level, _)| level)
            .filter(|level| wanted.contains(&level.time.as_secs_f64()))
            .collect();
        let loudest = levels.iter().map(|level| level.loudness).fold(f32::MIN, f32::max);
        let heard: Vec<f64> =
            levels.iter().map(|level| f64::from(level.loudness.max(loudest - DEPTH))).collect();
        let heard = averaged(&heard, 2, |_| 1.0);
        let last = heard.len().saturating_sub(1);
        let changes: Vec<f64> = (0..heard.len())
            .map(|index| (heard[(index + 2).min(last)] - heard[index.saturating_sub(2)]).abs())
            .collect();
        let reach = (SMOOTH * f64::from(LEVELS)) as usize;
        let values = averaged(&changes, reach, |away| 1.0 - away as f64 / reach as f64);
        Self { first: levels.first().map_or(0.0, |level| level.time.as_secs_f64()), values }
    }

    fn at(&self, time: f64) -> Option<f64> {
        let place = (time - self.first) * f64::from(LEVELS);
        if place < 0.0 {
            return None;
        }
        let (index, part) = (place as usize, place.fract());
        let (one, other) = (self.values.get(index)?, self.values.get(index + 1)?);
        Some(one + (other - one) * part)
    }
}

/// The weighted mean of so many neighbours on each side.
fn averaged(values: &[f64], reach: usize, weight: impl Fn(usize) -> f64) -> Vec<f64> {
    let mean = |index: usize| {
        let from = index.saturating_sub(reach);
        let to = (index + reach + 1).min(values.len());
        let (mut sum, mut weights) = (0.0, 0.0);
        for (at, value) in values.iter().enumerate().take(to).skip(from) {
            let weight = weight(at.abs_diff(index));
            sum += weight * value;
            weights += weight;
        }
        if weights > 0.0 { sum / weights } else { 0.0 }
    };
    (0..values.len()).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// Syllables of different lengths: how loud it is, and how fast that changes.
    fn syllables(seed: u64, time: f64) -> f64 {
        let turn = |hertz: f64, shift: f64| (std::f64::consts::TAU * (hertz * time + shift)).sin();
        let seed = seed as f64;
        turn(2.1 + 0.3 * seed, seed * 0.37) + 0.8 * turn(3.3 - 0.2 * seed, seed * 0.71)
    }

    fn finder(voice: Option<u64>, mouths: &[Option<u64>], delay: f64) -> SpeakerFinder {
        let mut finder = SpeakerFinder::new(StreamId(0));
        let at = |time: f64| SessionTime(Duration::from_secs_f64(time));
        let levels: Vec<Level> = (0..350)
            .map(|index| {
                let time = f64::from(index) * 0.01;
                let loudness = voice.map_or(-16.0, |seed| syllables(seed, time - delay) as f32);
                Level { time: at(time), loudness }
            })
            .collect();
        finder.hear(&levels, voice.is_some());
        for frame in 0..82 {
            let time = f64::from(frame) * 0.04;
            for (track, mouth) in (1..).zip(mouths) {
                let motion = mouth.map_or(0.1, |seed| {
                    let change = syllables(seed, time + 0.02) - syllables(seed, time - 0.02);
                    2.0 + 10.0 * change.abs() as f32
                });
                finder.see(track, at(time), motion);
            }
        }
        finder
    }

    fn found(voice: Option<u64>, mouths: &[Option<u64>], delay: f64) -> Attribution {
        finder(voice, mouths, delay).find(SessionTime(Duration::from_secs_f64(3.2)))
    }

    #[test]
    fn the_mouth_that_moves_with_the_sound_has_the_voice() {
        for delay in [-0.12, 0.0, 0.08, 0.12] {
            let found = found(Some(2), &[Some(1), Some(2), None], delay);
            let subject = SubjectId { stream: StreamId(0), track: 2 };
            assert_eq!(found.speaker, Speaker::Face(subject), "{delay}");
            let estimate = f64::from(found.delay.expect("a delay"));
            assert!((estimate - delay).abs() < 0.03, "{estimate} for {delay}");
        }
    }

    #[test]
    fn a_voice_beside_still_mouths_is_of_somebody_unseen() {
        assert_eq!(found(Some(1), &[None, None], 0.0).speaker, Speaker::Unseen);
        assert_eq!(found(Some(1), &[], 0.0).speaker, Speaker::Unseen);
        assert_eq!(found(None, &[Some(1)], 0.0).speaker, Speaker::Nobody);
    }

    #[test]
    fn two_who_move_alike_get_nothing() {
        let found = found(Some(1), &[Some(1), Some(1)], 0.0);
        assert_eq!(found, Attribution { speaker: Speaker::Unsure, certainty: 0.0, delay: None });
    }

    #[test]
    fn its_memory_does_not_grow() {
        let mut finder = finder(Some(1), &[Some(1)], 0.0);
        for frame in 0..10_000 {
            let time = SessionTime(Duration::from_millis(4_000 + frame * 10));
            finder.see(1, time, 1.0);
            finder.hear(&[Level { time, loudness: 0.0 }], true);
        }
        assert!(finder.levels.len() < 1_000 && finder.mouths[&1].len() < 1_000);
    }
}

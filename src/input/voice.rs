//! What a voice and words do, measured from what is usual for them.
//!
//! How loud a voice is depends on the microphone more than on the person. So it is measured from the loudness that
//! the person usually speaks with, which is learned while they speak: `loudness = (level - usual) / 20 dB`, from 0 to 1.
//! A raised voice is 6 dB above a normal one, a loud one 12.5 dB and a shout 20 dB (ANSI S3.5-1997, overall levels of
//! speech for stated vocal efforts).

use std::time::Duration;

use bevy::prelude::*;
use emotion_core::{Expression, Scores};

use super::measure::FaceInput;
use crate::plugin::{Faces, Fused, Voice, VoiceLevel, Words};

/// What the voice and the words of somebody do: the numbers that conditions and axes read, beside those of the face.
/// All are 0 where nothing is heard, or nothing was for a moment.
#[derive(Reflect, Debug, Clone, Copy, PartialEq, Default)]
pub struct VoiceInput {
    /// How loud the voice is: 0 as usual for it or softer, 1 as a shout, 20 dB above that. 0 until somebody was heard
    /// speaking for a second, and while nobody speaks.
    pub loudness: f32,
    /// How active the voice sounds, -1 (calm) to 1.
    pub arousal: f32,
    /// How strongly the strongest conflict between face, voice and words is, 0 to 1; 0 where there is none.
    pub conflict: f32,
    voice: [f32; Expression::COUNT],
    words: [f32; Expression::COUNT],
}

impl VoiceInput {
    /// How much the voice sounds like an expression, 0 to 1.
    pub const fn voice(&self, expression: Expression) -> f32 {
        self.voice[expression.index()]
    }

    /// How much the words say an expression, 0 to 1.
    pub const fn words(&self, expression: Expression) -> f32 {
        self.words[expression.index()]
    }
}

/// How much louder than usual a shout is, in decibels.
const SHOUT_DB: f32 = 20.0;
/// So much speech has to be heard before anything is loud.
const LEAST_SPEECH: Duration = Duration::from_secs(1);
/// In which time loudness follows the level when it rises and when it falls.
const RISE: f32 = 0.06;
const FALL: f32 = 0.25;
/// Levels so far below and above the usual one are pauses and shouts: the usual one follows them slowly.
const USUAL_DB: std::ops::Range<f32> = -10.0..6.0;
/// In which time the usual loudness follows the first speech, later speech, and what is no usual loudness.
const LEARN_FIRST: f32 = 0.25;
const LEARN: f32 = 3.0;
const LEARN_UNUSUAL: f32 = 12.0;
/// The longest time between two levels that counts.
const LONGEST_STEP: Duration = Duration::from_millis(200);

/// A reading of a voice counts for this long; while somebody speaks, they come three times a second.
const VOICE_LASTS: Duration = Duration::from_secs(1);
/// A line of words counts for this long.
const WORDS_LAST: Duration = Duration::from_secs(3);
/// What was heard worse than this presses nothing.
const LEAST_QUALITY: f32 = 0.25;

/// How loud somebody usually speaks, as far as it is known.
#[derive(Component, Debug, Clone, Copy, Default)]
pub(super) struct UsualLoudness {
    level_db: Option<f32>,
    usual_db: f32,
    speech: Duration,
    at: Duration,
}

impl UsualLoudness {
    /// Takes a level, and gives how loud that is.
    fn hear(&mut self, level: &VoiceLevel) -> f32 {
        let delta = level.at.saturating_sub(self.at).min(LONGEST_STEP);
        self.at = level.at;
        let before = self.level_db.unwrap_or(level.level_db);
        let time = if level.level_db > before { RISE } else { FALL };
        let now = before + (level.level_db - before) * share(delta, time);
        self.level_db = now.is_finite().then_some(now);
        if !level.speaks || !now.is_finite() {
            return 0.0;
        }
        if self.speech.is_zero() {
            self.usual_db = now;
        }
        self.speech += delta;
        let above = now - self.usual_db;
        let time = match above {
            _ if self.speech < LEAST_SPEECH => LEARN_FIRST,
            above if USUAL_DB.contains(&above) => LEARN,
            _ => LEARN_UNUSUAL,
        };
        self.usual_db += above * share(delta, time);
        match self.speech < LEAST_SPEECH {
            true => 0.0,
            false => ((now - self.usual_db) / SHOUT_DB).clamp(0.0, 1.0),
        }
    }
}

/// How far something gets in `delta` that follows with this time constant, in seconds.
fn share(delta: Duration, time: f32) -> f32 {
    1.0 - (-delta.as_secs_f32() / time).exp()
}

/// Writes what each voice does.
pub(super) fn measure(
    time: Res<Time<Faces>>,
    mut faces: Query<(
        &mut FaceInput,
        &mut UsualLoudness,
        Option<&VoiceLevel>,
        Option<&Voice>,
        Option<&Words>,
        Option<&Fused>,
    )>,
) {
    let now = time.elapsed();
    let lasts = |at: Duration, time: Duration| now.saturating_sub(at) <= time;
    for (mut face, mut usual, level, voice, words, fused) in &mut faces {
        let voice =
            voice.filter(|voice| voice.quality >= LEAST_QUALITY && lasts(voice.at, VOICE_LASTS));
        let words = words.filter(|words| words.known > 0.0 && lasts(words.at, WORDS_LAST));
        let of = |scores: Option<&Scores>| scores.map_or([0.0; _], |scores| *scores.as_array());
        let loudness = match level {
            Some(level) if level.at != usual.at => usual.hear(level),
            Some(level) if level.speaks => face.voice.loudness,
            _ => 0.0,
        };
        let input = VoiceInput {
            loudness,
            arousal: voice.map_or(0.0, |voice| voice.arousal.clamp(-1.0, 1.0)),
            conflict: fused
                .and_then(|fused| fused.conflict)
                .map_or(0.0, |conflict| conflict.strength),
            voice: of(voice.map(|voice| &voice.scores)),
            words: of(words.map(|words| &words.scores)),
        };
        if face.voice != input {
            face.voice = input;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How loud each level is, 20 ms apart.
    fn play(usual: &mut UsualLoudness, level_db: f32, speaks: bool, seconds: f32) -> f32 {
        let mut loudness = 0.0;
        for _ in 0..(seconds * 50.0) as u32 {
            let at = usual.at + Duration::from_millis(20);
            loudness = usual.hear(&VoiceLevel { level_db, speaks, at });
        }
        loudness
    }

    #[test]
    fn loud_is_what_is_louder_than_usual_at_any_microphone() {
        for gain in [-25.0, 0.0, 20.0] {
            let mut usual = UsualLoudness::default();
            play(&mut usual, gain - 60.0, false, 2.0);
            assert!(play(&mut usual, gain - 30.0, true, 2.0) < 0.05, "as usual, after silence");
            let raised = play(&mut usual, gain - 24.0, true, 0.3);
            assert!((0.2..0.35).contains(&raised), "{raised}");
            play(&mut usual, gain - 30.0, true, 3.0);
            let shout = play(&mut usual, gain - 10.0, true, 0.4);
            assert!(shout > 0.85, "{shout}");
            assert_eq!(play(&mut usual, gain - 10.0, false, 0.1), 0.0, "a door is no voice");
        }
    }

    #[test]
    fn who_shouts_for_long_shouts_all_the_same() {
        let mut usual = UsualLoudness::default();
        play(&mut usual, -30.0, true, 2.0);
        let shout = play(&mut usual, -10.0, true, 3.0);
        assert!(shout > 0.7, "{shout}");
    }

    #[test]
    fn nothing_is_loud_before_anything_is_usual() {
        let mut usual = UsualLoudness::default();
        assert_eq!(play(&mut usual, -30.0, true, 0.5), 0.0);
        assert_eq!(play(&mut usual, -5.0, true, 0.3), 0.0);
        assert_eq!(play(&mut usual, f32::NEG_INFINITY, true, 0.3), 0.0, "silence is no number");
        assert!(play(&mut usual, -30.0, true, 5.0) < 0.2);
    }
}

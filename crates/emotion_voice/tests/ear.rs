//! An ear hears a voice that is made here: pulses through formants, with the rhythm of syllables.
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

use std::sync::Arc;
use std::time::Duration;

use emotion_core::{AudioChunk, Epoch, Expression, Origin, SessionTime, StreamId};
use emotion_voice::functionals::COUNT;
use emotion_voice::model::{Dense, OUTPUTS, VoiceHeader, VoiceModel};
use emotion_voice::{Ear, VoiceReading};

/// Says happy, whatever it hears.
fn model() -> Arc<VoiceModel> {
    let mut bias = vec![0.0; OUTPUTS];
    bias[Expression::Happy.index()] = 3.0;
    let layer = Dense { weight: vec![0.0; COUNT * OUTPUTS], bias };
    Arc::new(VoiceModel {
        header: VoiceHeader::new("test", vec!["nothing".to_owned()], "free"),
        mean: vec![0.0; COUNT],
        deviation: vec![1.0; COUNT],
        members: vec![vec![layer]],
    })
}

/// Someone who says "a, e, o" about 130 times a second high, four syllables a second.
fn voice(rate: u32, seconds: f32) -> Vec<f32> {
    let formants: [[f32; 3]; 3] =
        [[730.0, 1090.0, 2440.0], [530.0, 1840.0, 2480.0], [570.0, 840.0, 2410.0]];
    let rate = rate as f32;
    let mut phase = 0.0;
    let mut states = [[0.0_f32; 2]; 3];
    let sample = |index: usize| {
        let time = index as f32 / rate;
        let syllable = (time * 4.0).fract();
        phase += (130.0 + 25.0 * (time * 2.0).sin()) / rate;
        let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
        phase = phase.fract();
        let mut sum = 0.0;
        let vowel = formants[(time * 4.0) as usize % formants.len()];
        for (state, hertz) in states.iter_mut().zip(vowel) {
            let radius = (-std::f32::consts::PI * 90.0 / rate).exp();
            let turn = (std::f32::consts::TAU * hertz / rate).cos();
            let out = pulse + 2.0 * radius * turn * state[0] - radius * radius * state[1];
            *state = [out, state[0]];
            sum += out;
        }
        sum * 0.03 * (std::f32::consts::PI * syllable.min(0.8) / 0.8).sin()
    };
    (0..(rate * seconds) as usize).map(sample).collect()
}

struct Stream {
    ear: Ear,
    rate: u32,
    time: SessionTime,
    sequence: u64,
    readings: Vec<VoiceReading>,
}

impl Stream {
    fn new(rate: u32) -> Self {
        let (ear, readings) = (Ear::new(model()), Vec::new());
        Self { ear, rate, time: SessionTime::ZERO, sequence: 0, readings }
    }

    fn hear(&mut self, samples: &[f32], piece: usize) {
        for piece in samples.chunks(piece) {
            let chunk = AudioChunk::new(piece.to_vec(), self.rate, self.sequence, self.time);
            let chunk = chunk.expect("a chunk");
            self.sequence += 1;
            self.time += chunk.duration();
            self.ear.hear(&chunk, &mut self.readings).expect("a rate");
        }
    }
}

fn heard(rate: u32, samples: &[f32], piece: usize) -> Vec<VoiceReading> {
    let mut stream = Stream::new(rate);
    stream.hear(samples, piece);
    stream.ear.finish(&mut stream.readings);
    stream.readings
}

/// A second of silence, a voice, another second of silence.
fn spoken(rate: u32, seconds: f32) -> Vec<f32> {
    let silence = vec![0.0; rate as usize];
    [&silence[..], &voice(rate, seconds), &silence].concat()
}

#[test]
fn a_voice_is_read_within_a_second_and_then_every_300_ms() {
    let readings = heard(16_000, &spoken(16_000, 4.0), 480);
    assert!(readings.len() >= 9, "{} readings", readings.len());
    let ends: Vec<f64> = readings.iter().map(|reading| reading.span.1.as_secs_f64()).collect();
    assert!((1.5..2.0).contains(&ends[0]), "the first one after {}", ends[0] - 1.0);
    for pair in ends.windows(2) {
        assert!((pair[1] - pair[0] - 0.3).abs() < 0.05, "{pair:?}");
    }
    for reading in &readings {
        let length = reading.span.1.since(reading.span.0).as_secs_f64();
        assert!((0.3..2.6).contains(&length), "{length}");
        assert_eq!(reading.highest().0, Expression::Happy);
        assert!(reading.quality.snr_db > 20.0, "{:?}", reading.quality);
        assert!(reading.quality.voiced > 0.3, "{:?}", reading.quality);
        let evidence = reading.evidence(None);
        assert!(evidence.quality > 0.8 && evidence.span == reading.span);
    }
}

#[test]
fn how_the_stream_is_cut_and_its_rate_make_no_difference() {
    let samples = spoken(16_000, 3.0);
    let whole = heard(16_000, &samples, samples.len());
    assert!(whole == heard(16_000, &samples, 1_023));
    for rate in [8_000, 44_100, 48_000, 192_000] {
        let readings = heard(rate, &spoken(rate, 3.0), rate as usize / 10);
        assert!(readings.len().abs_diff(whole.len()) <= 2, "{rate}: {}", readings.len());
    }
}

#[test]
fn a_short_shout_is_read_when_it_is_over() {
    let readings = heard(16_000, &spoken(16_000, 0.6), 480);
    assert_eq!(readings.len(), 1);
}

#[test]
fn noise_makes_quality_worse_and_broken_samples_are_counted() {
    let mut samples = spoken(16_000, 3.0);
    let clean = heard(16_000, &samples, 480);
    let mut state = 1_u32;
    for sample in &mut samples {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *sample += ((state >> 8) as f32 / (1 << 23) as f32 - 1.0) * 0.02;
    }
    let noisy = heard(16_000, &samples, 480);
    let quality = |readings: &[VoiceReading]| readings.last().map(|r| r.quality.as_share());
    assert!(quality(&noisy) < quality(&clean), "{:?} {:?}", quality(&noisy), quality(&clean));

    let mut stream = Stream::new(16_000);
    let broken = [[f32::NAN, f32::INFINITY, 5.0, -1.0]; 4_000].concat();
    stream.hear(&broken, 480);
    stream.hear(&spoken(16_000, 2.0), 480);
    stream.ear.finish(&mut stream.readings);
    let heard = stream.ear.heard();
    assert_eq!((heard.not_finite, heard.clipped), (8_000, 8_000));
    assert!(!stream.readings.is_empty(), "it goes on after broken samples");
    assert!(stream.readings.iter().all(|reading| reading.arousal.is_finite()));
}

#[test]
fn a_gap_begins_anew_and_another_opening_forgets_the_speaker() {
    let mut stream = Stream::new(16_000);
    stream.hear(&voice(16_000, 1.5), 480);
    stream.time += Duration::from_secs(3);
    stream.hear(&voice(16_000, 1.5), 480);
    let second: Vec<_> = stream.readings.iter().filter(|r| r.span.1.as_secs_f64() > 3.0).collect();
    assert!(!second.is_empty());
    assert!(second.iter().all(|reading| reading.span.0.as_secs_f64() > 4.0), "none spans the gap");
    assert_eq!(stream.ear.heard().gaps, 1);
    let mut chunk = AudioChunk::new(vec![0.0; 480], 16_000, 0, stream.time).expect("a chunk");
    chunk.set_origin(Origin { stream: StreamId(0), epoch: Epoch(1) });
    stream.ear.hear(&chunk, &mut stream.readings).expect("a rate");
    assert_eq!(stream.ear.heard().gaps, 2);
}

#[test]
fn three_hours_need_no_more_memory_than_a_minute_and_silence_is_not_read() {
    let mut stream = Stream::new(16_000);
    stream.hear(&spoken(16_000, 4.0), 1_600);
    let (after_speech, readings) = (stream.ear.buffered_bytes(), stream.readings.len());
    let silence = vec![0.0; 16_000];
    for _ in 0..3_600 {
        stream.hear(&silence, 16_000);
    }
    // What was said before is read when it is over; silence itself never.
    assert!(stream.readings.len() <= readings + 1, "silence was read");
    let talk = spoken(16_000, 8.0);
    for _ in 0..720 {
        stream.hear(&talk, 16_000);
        stream.readings.clear();
    }
    assert!(stream.time.as_secs_f64() > 10_800.0, "{:?}", stream.time);
    assert!(stream.ear.heard().readings > 10_000);
    assert_eq!(stream.ear.heard().gaps, 0, "the clock does not drift");
    assert!(stream.ear.buffered_bytes() <= after_speech * 2, "{}", stream.ear.buffered_bytes());
}

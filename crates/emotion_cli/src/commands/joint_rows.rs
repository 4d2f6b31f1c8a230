//! The rows of `emotion analyze --fuse`: faces, voices, words and the one answer of all, in one table by time.

use emotion_core::{
    Analysis, Conflict, Expression, FusedReading, Modality, Reading, Scores, SessionTime, Speaker,
    SubjectId,
};
use emotion_voice::VoiceReading;
use emotion_words::WordReading;
use serde::Serialize;

use super::rows::{rounded, seconds};

/// A row of any modality. What it lacks is empty. The order of the fields is the order of the columns: first those
/// of faces, then those of voices, then the others.
#[derive(Debug, Serialize)]
pub struct JointRow<'a> {
    source: &'a str,
    frame: Option<u64>,
    time_s: f64,
    track: Option<u64>,
    x: Option<f64>,
    y: Option<f64>,
    w: Option<f64>,
    h: Option<f64>,
    roll_deg: Option<f64>,
    expression: Option<Expression>,
    confidence: f64,
    angry: f64,
    disgust: f64,
    fear: f64,
    happy: f64,
    sad: f64,
    surprise: f64,
    neutral: f64,
    valence: f64,
    arousal: f64,
    detect_ms: Option<f64>,
    classify_ms: Option<f64>,
    modality: &'static str,
    start_s: f64,
    snr_db: Option<f64>,
    voiced: Option<f64>,
    known: Option<f64>,
    text: Option<&'a str>,
    speaker: Option<&'static str>,
    attribution: Option<f64>,
    delay_s: Option<f64>,
    face_share: Option<f64>,
    voice_share: Option<f64>,
    words_share: Option<f64>,
    conflict: Option<String>,
    conflict_strength: Option<f64>,
}

/// The names of the columns after those of faces and voices.
pub const JOINT_COLUMNS: [&str; 10] = [
    "known",
    "text",
    "speaker",
    "attribution",
    "delay_s",
    "face_share",
    "voice_share",
    "words_share",
    "conflict",
    "conflict_strength",
];

impl<'a> JointRow<'a> {
    /// The row of a face, with the values that it has without `--fuse`.
    pub fn of_face(source: &'a str, analysis: &Analysis, reading: &Reading) -> Self {
        let time = analysis.time.into();
        let face = reading.bbox_in_frame;
        Self {
            frame: Some(analysis.sequence),
            track: Some(reading.track),
            x: Some(rounded(face.x, 2)),
            y: Some(rounded(face.y, 2)),
            w: Some(rounded(face.width, 2)),
            h: Some(rounded(face.height, 2)),
            roll_deg: Some(rounded(reading.roll.to_degrees(), 2)),
            expression: reading.dominant,
            confidence: rounded(reading.confidence, 4),
            detect_ms: Some(rounded(analysis.detect_time.as_secs_f32() * 1e3, 3)),
            classify_ms: Some(rounded(analysis.classify_time.as_secs_f32() * 1e3, 3)),
            ..Self::new(source, Modality::Face.name(), (time, time), &reading.scores)
        }
    }

    /// The row of a window of a voice.
    pub fn of_voice(
        source: &'a str,
        reading: &VoiceReading,
        attribution: &emotion_fusion::Attribution,
    ) -> Self {
        Self {
            track: track_of(attribution.speaker),
            expression: reading.dominant(),
            arousal: rounded(reading.arousal, 4),
            snr_db: Some(rounded(reading.quality.snr_db, 1)),
            voiced: Some(rounded(reading.quality.voiced, 3)),
            speaker: Some(name_of(attribution.speaker)),
            attribution: Some(rounded(attribution.certainty, 3)),
            delay_s: attribution.delay.map(|delay| rounded(delay, 3)),
            ..Self::new(source, Modality::Voice.name(), reading.span, &reading.scores)
        }
    }

    /// The row of a subtitle.
    pub fn of_words(
        source: &'a str,
        text: &'a str,
        span: (SessionTime, SessionTime),
        reading: &WordReading,
        attribution: &emotion_fusion::Attribution,
    ) -> Self {
        Self {
            track: track_of(attribution.speaker),
            expression: reading.dominant,
            known: Some(rounded(reading.known, 4)),
            text: Some(text),
            speaker: Some(name_of(attribution.speaker)),
            attribution: Some(rounded(attribution.certainty, 3)),
            ..Self::new(source, Modality::Words.name(), span, &reading.scores)
        }
    }

    /// The row of one answer.
    pub fn of_fused(
        source: &'a str,
        frame: Option<u64>,
        time: SessionTime,
        subject: SubjectId,
        reading: &FusedReading,
    ) -> Self {
        let share = |modality| Some(rounded(reading.share_of(modality), 3));
        Self {
            frame,
            track: Some(subject.track),
            expression: reading.dominant,
            confidence: rounded(reading.confidence, 4),
            face_share: share(Modality::Face),
            voice_share: share(Modality::Voice),
            words_share: share(Modality::Words),
            conflict: reading.conflict.as_ref().map(Conflict::to_string),
            conflict_strength: reading.conflict.map(|conflict| rounded(conflict.strength, 3)),
            ..Self::new(source, "fused", (time, time), &reading.scores)
        }
    }

    fn new(
        source: &'a str,
        modality: &'static str,
        (start, end): (SessionTime, SessionTime),
        scores: &Scores,
    ) -> Self {
        let score = |expression| rounded(scores.get(expression), 4);
        let (_, confidence) = scores.highest();
        Self {
            source,
            frame: None,
            time_s: seconds(end.0),
            track: None,
            x: None,
            y: None,
            w: None,
            h: None,
            roll_deg: None,
            expression: None,
            confidence: rounded(confidence, 4),
            angry: score(Expression::Angry),
            disgust: score(Expression::Disgust),
            fear: score(Expression::Fear),
            happy: score(Expression::Happy),
            sad: score(Expression::Sad),
            surprise: score(Expression::Surprise),
            neutral: score(Expression::Neutral),
            valence: rounded(scores.valence(), 4),
            arousal: rounded(scores.arousal(), 4),
            detect_ms: None,
            classify_ms: None,
            modality,
            start_s: seconds(start.0),
            snr_db: None,
            voiced: None,
            known: None,
            text: None,
            speaker: None,
            attribution: None,
            delay_s: None,
            face_share: None,
            voice_share: None,
            words_share: None,
            conflict: None,
            conflict_strength: None,
        }
    }
}

/// The number in the column `track`: 0 is whoever is heard and not seen.
fn track_of(speaker: Speaker) -> Option<u64> {
    match speaker {
        Speaker::Face(subject) => Some(subject.track),
        Speaker::Unseen => Some(0),
        Speaker::Nobody | Speaker::Unsure => None,
    }
}

fn name_of(speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::Nobody => "nobody",
        Speaker::Unsure => "unsure",
        Speaker::Unseen => "unseen",
        Speaker::Face(_) => "face",
    }
}

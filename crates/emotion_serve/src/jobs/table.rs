//! Events as the rows of `emotion analyze`: one for each face and frame, the same columns without the
//! name of the source.

use emotion_core::{Event, EventKind, FaceReading};
use serde::Serialize;

/// One face in one frame. The order of the fields is the order of the columns.
#[derive(Serialize)]
struct Row {
    frame: u64,
    time_s: f64,
    track: u64,
    x: f64,
    y: f64,
    w: f64,
    h: f64,
    roll_deg: f64,
    expression: Option<&'static str>,
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
}

const COLUMNS: [&str; 19] = [
    "frame",
    "time_s",
    "track",
    "x",
    "y",
    "w",
    "h",
    "roll_deg",
    "expression",
    "confidence",
    "angry",
    "disgust",
    "fear",
    "happy",
    "sad",
    "surprise",
    "neutral",
    "valence",
    "arousal",
];

/// The rows of a film as CSV.
///
/// # Errors
/// When they cannot be written.
pub fn write(events: &[Event]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    let mut frame = 0;
    for event in events {
        match &event.kind {
            EventKind::FrameAnalyzed { sequence, .. } => frame = *sequence,
            EventKind::FaceAppeared { subject, face }
            | EventKind::FaceRead { subject, face }
            | EventKind::FaceReturned { subject, face } => {
                writer.serialize(row(frame, event.time.as_secs_f64(), subject.track, face))?;
            }
            _ => {}
        }
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

fn row(frame: u64, seconds: f64, track: u64, face: &FaceReading) -> Row {
    let [angry, disgust, fear, happy, sad, surprise, neutral] =
        face.scores.as_array().map(|score| rounded(score, 4));
    Row {
        frame,
        time_s: (seconds * 1e6).round() / 1e6,
        track,
        x: rounded(face.bbox_in_frame.x, 2),
        y: rounded(face.bbox_in_frame.y, 2),
        w: rounded(face.bbox_in_frame.width, 2),
        h: rounded(face.bbox_in_frame.height, 2),
        roll_deg: rounded(face.roll.to_degrees(), 2),
        expression: face.dominant.map(emotion_core::Expression::name),
        confidence: rounded(face.confidence, 4),
        angry,
        disgust,
        fear,
        happy,
        sad,
        surprise,
        neutral,
        valence: rounded(face.scores.valence(), 4),
        arousal: rounded(face.scores.arousal(), 4),
    }
}

/// Rounds away noise; adding zero turns -0 into 0.
fn rounded(value: f32, digits: i32) -> f64 {
    let factor = 10_f64.powi(digits);
    (f64::from(value) * factor).round() / factor + 0.0
}

#[cfg(test)]
mod tests {
    use emotion_core::{Expression, FrameRect, Origin, Scores, SessionTime, SubjectId};

    use super::*;

    #[test]
    fn a_face_is_a_row() {
        let event = |kind| Event::new(Origin::default(), SessionTime::ZERO, kind);
        let face = FaceReading {
            bbox_in_frame: FrameRect::new(-1.0, 20.123, 64.0, 64.0),
            frame_size: (640, 480),
            roll: 0.0,
            presence: 1.0,
            scores: Scores::certain(Expression::Happy),
            raw_scores: Scores::UNIFORM,
            dominant: None,
            confidence: 1.0,
        };
        let subject = SubjectId { track: 3, ..SubjectId::default() };
        let frame = EventKind::FrameAnalyzed {
            sequence: 7,
            frame_size: (640, 480),
            faces: 1,
            detect_seconds: 0.0,
            classify_seconds: 0.0,
        };
        let events = [event(frame), event(EventKind::FaceRead { subject, face })];
        let text = String::from_utf8(write(&events).expect("rows")).expect("text");
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some(COLUMNS.join(",").as_str()));
        let row = "7,0.0,3,-1.0,20.12,64.0,64.0,0.0,,1.0,0.0,0.0,0.0,1.0,0.0,0.0,0.0,0.85,0.45";
        assert_eq!(lines.next(), Some(row));
        assert_eq!(lines.next(), None);
    }
}

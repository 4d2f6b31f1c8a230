//! The rows of `emotion analyze`: one for each face and frame, as CSV or JSON lines.

use std::io::Write;

use clap::ValueEnum;
use emotion_core::Analysis;
use emotion_core::Expression;
use emotion_core::Reading;
use serde::Serialize;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// Comma-separated values with a line of column names
    #[default]
    Csv,
    /// One JSON object per line
    Jsonl,
}

/// One face in one frame. The order of the fields is the order of the columns.
#[derive(Debug, Serialize)]
pub struct Row<'a> {
    source: &'a str,
    frame: u64,
    time_s: f64,
    track: u64,
    x: f64,
    y: f64,
    w: f64,
    h: f64,
    roll_deg: f64,
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
    detect_ms: f64,
    classify_ms: f64,
}

/// The names of the columns.
const COLUMNS: [&str; 22] = [
    "source",
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
    "detect_ms",
    "classify_ms",
];

impl<'a> Row<'a> {
    /// The row of one face in the analysis of a frame.
    pub fn new(source: &'a str, analysis: &Analysis, reading: &Reading) -> Self {
        let score = |expression| rounded(reading.scores.get(expression), 4);
        Self {
            source,
            frame: analysis.sequence,
            time_s: (analysis.time.as_secs_f64() * 1e6).round() / 1e6,
            track: reading.track,
            x: rounded(reading.bbox_in_frame.x, 2),
            y: rounded(reading.bbox_in_frame.y, 2),
            w: rounded(reading.bbox_in_frame.width, 2),
            h: rounded(reading.bbox_in_frame.height, 2),
            roll_deg: rounded(reading.roll.to_degrees(), 2),
            expression: reading.dominant,
            confidence: rounded(reading.confidence, 4),
            angry: score(Expression::Angry),
            disgust: score(Expression::Disgust),
            fear: score(Expression::Fear),
            happy: score(Expression::Happy),
            sad: score(Expression::Sad),
            surprise: score(Expression::Surprise),
            neutral: score(Expression::Neutral),
            valence: rounded(reading.valence(), 4),
            arousal: rounded(reading.arousal(), 4),
            detect_ms: rounded(analysis.detect_time.as_secs_f32() * 1e3, 3),
            classify_ms: rounded(analysis.classify_time.as_secs_f32() * 1e3, 3),
        }
    }
}

/// Rounds away noise; adding zero turns -0 into 0.
pub(super) fn rounded(value: f32, digits: i32) -> f64 {
    let factor = 10_f64.powi(digits);
    (f64::from(value) * factor).round() / factor + 0.0
}

/// Writes rows in one of the formats.
pub enum RowWriter<W: Write> {
    /// Comma-separated values.
    Csv(Box<csv::Writer<W>>),
    /// JSON lines.
    Jsonl(W),
}

impl<W: Write> RowWriter<W> {
    /// Starts a table. CSV gets its column names at once, so that a table without rows has them.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn new(out: W, format: Format) -> anyhow::Result<Self> {
        Self::with_columns(out, format, &COLUMNS)
    }

    /// Starts a table of other rows.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn with_columns(out: W, format: Format, columns: &[&str]) -> anyhow::Result<Self> {
        match format {
            Format::Csv => {
                let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(out);
                writer.write_record(columns)?;
                writer.flush()?;
                Ok(Self::Csv(Box::new(writer)))
            }
            Format::Jsonl => Ok(Self::Jsonl(out)),
        }
    }

    /// Writes one row.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, row: &impl Serialize) -> anyhow::Result<()> {
        match self {
            Self::Csv(writer) => writer.serialize(row)?,
            Self::Jsonl(out) => {
                let mut line = serde_json::to_vec(row)?;
                line.push(b'\n');
                out.write_all(&line)?;
            }
        }
        Ok(())
    }

    /// Hands the rows so far to the system, so that they survive a crash of this program.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn flush(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Csv(writer) => writer.flush()?,
            Self::Jsonl(out) => out.flush()?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use emotion_core::FrameRect;
    use emotion_core::Scores;

    use super::*;

    fn table(format: Format, dominant: Option<Expression>) -> String {
        let reading = Reading {
            track: 3,
            bbox_in_frame: FrameRect::new(-1.0, 20.123, 64.0, 64.0),
            roll: -std::f32::consts::FRAC_PI_6,
            presence: 1.0,
            scores: Scores::certain(Expression::Happy),
            raw_scores: Scores::UNIFORM,
            dominant,
            confidence: 1.0,
        };
        let analysis = Analysis {
            sequence: 7,
            time: Duration::from_millis(1500),
            readings: Vec::new(),
            detect_time: Duration::from_micros(1234),
            classify_time: Duration::ZERO,
        };
        let mut bytes = Vec::new();
        let mut writer = RowWriter::new(&mut bytes, format).unwrap();
        writer.write(&Row::new("a, \"b\".mp4", &analysis, &reading)).unwrap();
        writer.flush().unwrap();
        drop(writer);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn csv_has_the_columns_that_are_documented() {
        assert_eq!(
            table(Format::Csv, Some(Expression::Happy)),
            "source,frame,time_s,track,x,y,w,h,roll_deg,expression,confidence,\
             angry,disgust,fear,happy,sad,surprise,neutral,valence,arousal,detect_ms,classify_ms\n\
             \"a, \"\"b\"\".mp4\",7,1.5,3,-1.0,20.12,64.0,64.0,-30.0,happy,1.0,\
             0.0,0.0,0.0,1.0,0.0,0.0,0.0,0.85,0.45,1.234,0.0\n"
        );
    }

    #[test]
    fn unsure_is_empty_in_csv_and_null_in_json() {
        assert!(table(Format::Csv, None).contains(",-30.0,,1.0,"));
        assert!(table(Format::Jsonl, None).contains(r#""expression":null"#));
    }

    #[test]
    fn json_keys_are_the_columns_in_the_same_order() {
        let line = table(Format::Jsonl, Some(Expression::Sad));
        let mut rest = line.as_str();
        for column in COLUMNS {
            let key = format!("\"{column}\":");
            let at = rest.find(&key).unwrap_or_else(|| panic!("no {key} in {rest}"));
            rest = &rest[at + key.len()..];
        }
        assert!(line.contains(r#""expression":"sad""#));
    }
}

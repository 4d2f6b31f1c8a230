//! The rows of `emotion analyze`: one for each face and frame, as CSV or JSON lines; with voices also one for
//! each window of a voice.

use std::io::Write;
use std::time::Duration;

use clap::ValueEnum;
use emotion_core::Analysis;
use emotion_core::Expression;
use emotion_core::Reading;
use emotion_voice::VoiceReading;
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
pub const COLUMNS: [&str; 22] = [
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

/// The names of the columns that a table with voices has after the others.
pub const VOICE_COLUMNS: [&str; 4] = ["modality", "start_s", "snr_db", "voiced"];

/// A window of a voice: the columns of a face that it has, and its own. What it lacks is empty.
#[derive(Debug, Serialize)]
pub struct VoiceRow<'a> {
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
    snr_db: f64,
    voiced: f64,
}

impl<'a> VoiceRow<'a> {
    /// The row of a window.
    pub fn new(source: &'a str, reading: &VoiceReading) -> Self {
        let score = |expression| rounded(reading.scores.get(expression), 4);
        let (start, end) = reading.span;
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
            expression: reading.dominant(),
            confidence: rounded(reading.highest().1, 4),
            angry: score(Expression::Angry),
            disgust: score(Expression::Disgust),
            fear: score(Expression::Fear),
            happy: score(Expression::Happy),
            sad: score(Expression::Sad),
            surprise: score(Expression::Surprise),
            neutral: score(Expression::Neutral),
            valence: rounded(reading.scores.valence(), 4),
            arousal: rounded(reading.arousal, 4),
            detect_ms: None,
            classify_ms: None,
            modality: "voice",
            start_s: seconds(start.0),
            snr_db: rounded(reading.quality.snr_db, 1),
            voiced: rounded(reading.quality.voiced, 3),
        }
    }
}

/// A face's row in a table with voices.
#[derive(Serialize)]
struct FaceRow<'a> {
    #[serde(flatten)]
    row: &'a Row<'a>,
    modality: &'static str,
    start_s: f64,
    snr_db: Option<f64>,
    voiced: Option<f64>,
}

impl<'a> Row<'a> {
    /// The row of one face in the analysis of a frame.
    pub fn new(source: &'a str, analysis: &Analysis, reading: &Reading) -> Self {
        let score = |expression| rounded(reading.scores.get(expression), 4);
        Self {
            source,
            frame: analysis.sequence,
            time_s: seconds(analysis.time),
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

/// A time, to the microsecond.
pub(super) fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e6
}

/// Rounds away noise; adding zero turns -0 into 0.
pub(super) fn rounded(value: f32, digits: i32) -> f64 {
    let factor = 10_f64.powi(digits);
    (f64::from(value) * factor).round() / factor + 0.0
}

/// Writes rows in one of the formats.
pub struct RowWriter<W: Write> {
    out: Out<W>,
    /// Whether voices have rows, too.
    with_voices: bool,
}

enum Out<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Jsonl(W),
}

impl<W: Write> RowWriter<W> {
    /// Starts a table. CSV gets its column names at once, so that a table without rows has them.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn new(out: W, format: Format, with_voices: bool) -> anyhow::Result<Self> {
        let more = if with_voices { &VOICE_COLUMNS[..] } else { &[] };
        let columns: Vec<&str> = COLUMNS.iter().chain(more).copied().collect();
        Ok(Self { with_voices, ..Self::with_columns(out, format, &columns)? })
    }

    /// Starts a table of other rows, which [`RowWriter::write_other`] writes.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn with_columns(out: W, format: Format, columns: &[&str]) -> anyhow::Result<Self> {
        let out = match format {
            Format::Csv => {
                let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(out);
                writer.write_record(columns)?;
                writer.flush()?;
                Out::Csv(Box::new(writer))
            }
            Format::Jsonl => Out::Jsonl(out),
        };
        Ok(Self { out, with_voices: false })
    }

    /// Writes the row of a face.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, row: &Row) -> anyhow::Result<()> {
        if !self.with_voices {
            return self.write_other(row);
        }
        match &mut self.out {
            // The CSV writer flattens tuples, but not named fields.
            Out::Csv(writer) => {
                writer.serialize((row, "face", row.time_s, None::<f64>, None::<f64>))?;
                Ok(())
            }
            Out::Jsonl(_) => self.write_other(&FaceRow {
                row,
                modality: "face",
                start_s: row.time_s,
                snr_db: None,
                voiced: None,
            }),
        }
    }

    /// Writes the row of a voice.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_voice(&mut self, row: &VoiceRow) -> anyhow::Result<()> {
        self.write_other(row)
    }

    /// Writes a row of another kind, with the columns that the table was started with.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_other(&mut self, row: &impl Serialize) -> anyhow::Result<()> {
        match &mut self.out {
            Out::Csv(writer) => writer.serialize(row)?,
            Out::Jsonl(out) => {
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
        match &mut self.out {
            Out::Csv(writer) => writer.flush()?,
            Out::Jsonl(out) => out.flush()?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
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
        let mut writer = RowWriter::new(&mut bytes, format, false).unwrap();
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

    #[test]
    fn faces_and_voices_share_a_table() {
        let reading = VoiceReading {
            span: (emotion_core::SessionTime::ZERO, Duration::from_millis(2_500).into()),
            scores: Scores::certain(Expression::Sad),
            arousal: -0.5,
            quality: emotion_voice::VoiceQuality { snr_db: 20.0, voiced: 0.5 },
        };
        let face = Reading {
            track: 3,
            bbox_in_frame: FrameRect::new(1.0, 2.0, 64.0, 64.0),
            roll: 0.0,
            presence: 1.0,
            scores: Scores::certain(Expression::Happy),
            raw_scores: Scores::UNIFORM,
            dominant: None,
            confidence: 1.0,
        };
        let table = |format| {
            let mut bytes = Vec::new();
            let mut writer = RowWriter::new(&mut bytes, format, true).unwrap();
            writer.write(&Row::new("a.mp4", &Analysis::default(), &face)).unwrap();
            writer.write_voice(&VoiceRow::new("a.mp4", &reading)).unwrap();
            writer.flush().unwrap();
            drop(writer);
            String::from_utf8(bytes).unwrap()
        };
        let csv = table(Format::Csv);
        let cells: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
        let columns: Vec<&str> = COLUMNS.iter().chain(&VOICE_COLUMNS).copied().collect();
        assert_eq!(cells[0], columns);
        assert!(cells.iter().all(|row| row.len() == columns.len()), "{csv}");
        assert_eq!(cells[1][columns.len() - 4..], ["face", "0.0", "", ""]);
        assert_eq!(cells[2][columns.len() - 4..], ["voice", "0.0", "20.0", "0.5"]);
        assert_eq!((cells[2][1], cells[2][2], cells[2][9]), ("", "2.5", "sad"));
        for line in table(Format::Jsonl).lines() {
            let mut rest = line;
            for column in &columns {
                let key = format!("\"{column}\":");
                let at = rest.find(&key).unwrap_or_else(|| panic!("no {key} in {rest}"));
                rest = &rest[at + key.len()..];
            }
        }
    }
}

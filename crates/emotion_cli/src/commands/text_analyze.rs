//! `emotion analyze --text`: a row for each line of text, subtitle or part of a transcript.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Write, stdin};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, bail};
use clap::ValueEnum;
use emotion_core::{Evidence, Expression, Modality, SessionTime};
use emotion_words::WordReader;
use emotion_words::cues::{Cue, CueError, CueFormat, CueReader};
use serde::Serialize;

use super::rows::{Format, RowWriter, rounded, seconds};

/// Broken cues that are named one by one; further ones are counted.
const NAMED: usize = 10;

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextFormat {
    /// Each line by itself
    Lines,
    /// SubRip subtitles
    Srt,
    /// WebVTT subtitles
    Vtt,
    /// A transcript: start, end, text
    Csv,
    /// A transcript divided by tabs
    Tsv,
}

impl From<TextFormat> for CueFormat {
    fn from(format: TextFormat) -> Self {
        match format {
            TextFormat::Lines => Self::Lines,
            TextFormat::Srt => Self::Srt,
            TextFormat::Vtt => Self::WebVtt,
            TextFormat::Csv => Self::Csv,
            TextFormat::Tsv => Self::Tsv,
        }
    }
}

/// One line or cue. The order of the fields is the order of the columns.
#[derive(Debug, Serialize)]
struct TextRow<'a> {
    source: &'a str,
    line: u64,
    start_s: Option<f64>,
    end_s: Option<f64>,
    modality: Modality,
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
    labels: String,
    known: f64,
    read_ms: f64,
    text: &'a str,
}

/// The names of the columns.
const COLUMNS: [&str; 20] = [
    "source",
    "line",
    "start_s",
    "end_s",
    "modality",
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
    "labels",
    "known",
    "read_ms",
    "text",
];

/// What was read of an input, in all.
#[derive(Debug, Default, PartialEq, Eq)]
struct Totals {
    read: usize,
    unsure: usize,
    broken: usize,
    invalid_utf8: usize,
    cut: usize,
}

impl std::fmt::Display for Totals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} lines read, {} of them unsure", self.read, self.unsure)?;
        let rest = [
            (self.broken, "broken and left out"),
            (self.invalid_utf8, "with bytes that are not UTF-8"),
            (self.cut, "too long and read only at their beginning"),
        ];
        for (count, what) in rest.into_iter().filter(|(count, _)| *count > 0) {
            write!(f, "; {count} {what}")?;
        }
        Ok(())
    }
}

/// Reads the inputs, and writes a row for each line that has a text.
///
/// # Errors
/// When the model cannot be used, rows cannot be written, or an input cannot be read to its end.
pub fn run(
    inputs: &[std::ffi::OsString],
    text: Option<TextFormat>,
    out: Box<dyn Write>,
    format: Format,
) -> anyhow::Result<()> {
    let reader = WordReader::shipped()?;
    let mut rows = RowWriter::with_columns(out, format, &COLUMNS)?;
    let mut failed = 0;
    for input in inputs {
        let name = input.to_string_lossy();
        let format = text.map_or_else(|| CueFormat::of_name(&name), CueFormat::from);
        let mut totals = Totals::default();
        let source = match open(input) {
            Ok(source) => source,
            Err(error) if inputs.len() == 1 => return Err(error),
            Err(error) => {
                failed += 1;
                eprintln!("error: {}", super::chain(&error));
                continue;
            }
        };
        let mut end = None;
        for item in CueReader::new(source, format) {
            match item {
                Ok(cue) => write(&reader, &name, &cue, &mut rows, &mut totals)?,
                Err(error) if error.is_final() => end = Some(error),
                Err(error) => report(&name, &error, &mut totals),
            }
        }
        eprintln!("{name}: {totals}");
        if let Some(error) = end {
            let error = anyhow::Error::new(error).context(name.clone().into_owned());
            if inputs.len() == 1 {
                return Err(error);
            }
            failed += 1;
            eprintln!("error: {}", super::chain(&error));
        }
    }
    if failed > 0 {
        bail!("{failed} of {} inputs could not be read to the end (see above)", inputs.len());
    }
    Ok(())
}

fn open(input: &OsStr) -> anyhow::Result<Box<dyn BufRead>> {
    if input == "-" {
        return Ok(Box::new(BufReader::new(stdin())));
    }
    let path = Path::new(input);
    let unreadable = || format!("{} cannot be read as text", path.display());
    if path.is_dir() {
        bail!("{} is a folder; name its files", path.display());
    }
    Ok(Box::new(BufReader::new(File::open(path).with_context(unreadable)?)))
}

fn report(name: &str, error: &CueError, totals: &mut Totals) {
    totals.broken += 1;
    if totals.broken <= NAMED {
        eprintln!("{name}: {error}");
    }
}

fn write<W: Write>(
    reader: &WordReader,
    name: &str,
    cue: &Cue,
    rows: &mut RowWriter<W>,
    totals: &mut Totals,
) -> anyhow::Result<()> {
    let started = Instant::now();
    let reading = reader.read(&cue.text);
    let elapsed = started.elapsed();
    let (start, end) = cue.span.unwrap_or_default();
    let span = (SessionTime(start), SessionTime(end));
    let evidence = Evidence::of_words(None, span, reading.scores, reading.known);
    let labels = Expression::ALL.into_iter().zip(reading.labels);
    let labels: Vec<&str> = labels.filter(|(_, has)| *has).map(|(label, _)| label.name()).collect();
    let score = |expression| rounded(evidence.scores.get(expression), 4);
    rows.write_other(&TextRow {
        source: name,
        line: cue.line,
        start_s: cue.span.map(|(start, _)| seconds(start)),
        end_s: cue.span.map(|(_, end)| seconds(end)),
        modality: evidence.modality,
        expression: reading.dominant,
        confidence: rounded(evidence.scores.highest().1, 4),
        angry: score(Expression::Angry),
        disgust: score(Expression::Disgust),
        fear: score(Expression::Fear),
        happy: score(Expression::Happy),
        sad: score(Expression::Sad),
        surprise: score(Expression::Surprise),
        neutral: score(Expression::Neutral),
        valence: rounded(evidence.scores.valence(), 4),
        arousal: rounded(evidence.scores.arousal(), 4),
        labels: labels.join(";"),
        known: rounded(evidence.quality, 4),
        read_ms: rounded(elapsed.as_secs_f32() * 1e3, 3),
        text: &cue.text,
    })?;
    rows.flush()?;
    totals.read += 1;
    totals.unsure += usize::from(reading.dominant.is_none());
    totals.invalid_utf8 += usize::from(cue.has_invalid_utf8);
    totals.cut += usize::from(cue.is_cut || reading.is_cut);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_say_only_what_there_is() {
        let totals = Totals { read: 3, unsure: 1, ..Totals::default() };
        assert_eq!(totals.to_string(), "3 lines read, 1 of them unsure");
        let totals = Totals { broken: 2, cut: 1, ..totals };
        assert_eq!(
            totals.to_string(),
            "3 lines read, 1 of them unsure; 2 broken and left out; \
             1 too long and read only at their beginning"
        );
    }
}

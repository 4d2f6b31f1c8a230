//! Lines of text with their times: subtitles, transcripts, plain lines.
//!
//! [`CueReader`] reads any of them as a stream, in constant memory. A cue that cannot be read is an item of its
//! own that names the line; the ones after it are read all the same.

mod clock;
mod lines;
mod markup;
mod subtitles;
mod table;

use std::io::BufRead;
use std::time::Duration;

use lines::BoundedLines;
use subtitles::Subtitles;
use table::Table;

pub use lines::MAX_LINE;

/// How a file holds its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CueFormat {
    /// A line of the file is a line of text, without times.
    Lines,
    /// SubRip subtitles (`.srt`).
    Srt,
    /// WebVTT subtitles (`.vtt`).
    WebVtt,
    /// A table of start, end and text (`.csv`).
    Csv,
    /// The same divided by tabs (`.tsv`).
    Tsv,
}

impl CueFormat {
    /// The format that a file's name tells; plain lines where it tells none.
    pub fn of_name(name: &str) -> Self {
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        match extension.to_ascii_lowercase().as_str() {
            "srt" => Self::Srt,
            "vtt" | "webvtt" => Self::WebVtt,
            "csv" => Self::Csv,
            "tsv" => Self::Tsv,
            _ => Self::Lines,
        }
    }
}

/// A line of text, with its time where the file has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    /// The line of the file that it begins in, from 1.
    pub line: u64,
    /// Start and end.
    pub span: Option<(Duration, Duration)>,
    /// The text, without markup.
    pub text: String,
    /// Whether it has bytes that are not UTF-8, each shown as U+FFFD.
    pub has_invalid_utf8: bool,
    /// Whether it was longer than [`MAX_LINE`], and its rest left out.
    pub is_cut: bool,
}

/// Why a cue or a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CueError {
    /// One cue is broken; those after it can be read.
    #[error("line {line}: {reason}; this cue is left out")]
    Broken {
        /// The line of the file, from 1.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// The whole file is of another kind; nothing follows.
    #[error("line {line}: {reason}")]
    WrongFormat {
        /// The line of the file, from 1.
        line: u64,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// The source failed; nothing follows.
    #[error("the text cannot be read on after line {line}: {error}")]
    Source {
        /// The last line that was read.
        line: u64,
        /// The system's message.
        #[source]
        error: std::io::Error,
    },
}

impl CueError {
    /// Whether nothing can follow.
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Broken { .. })
    }
}

/// Reads the cues of a source, one after the other.
pub struct CueReader<R> {
    lines: BoundedLines<R>,
    format: Kind,
    ended: bool,
}

enum Kind {
    Lines,
    Subtitles(Subtitles),
    Table(Table),
}

impl<R: BufRead> CueReader<R> {
    /// A reader of a source.
    pub fn new(source: R, format: CueFormat) -> Self {
        let format = match format {
            CueFormat::Lines => Kind::Lines,
            CueFormat::Srt => Kind::Subtitles(Subtitles::srt()),
            CueFormat::WebVtt => Kind::Subtitles(Subtitles::web_vtt()),
            CueFormat::Csv => Kind::Table(Table::new(b',')),
            CueFormat::Tsv => Kind::Table(Table::new(b'\t')),
        };
        Self { lines: BoundedLines::new(source), format, ended: false }
    }

    fn read(&mut self) -> Result<Option<Cue>, CueError> {
        match &mut self.format {
            Kind::Lines => plain(&mut self.lines),
            Kind::Subtitles(subtitles) => subtitles.next(&mut self.lines),
            Kind::Table(table) => table.next(&mut self.lines),
        }
    }
}

/// The next line that is not empty.
fn plain<R: BufRead>(lines: &mut BoundedLines<R>) -> Result<Option<Cue>, CueError> {
    while let Some(line) = lines.next()? {
        let text = line.text.trim();
        if !text.is_empty() {
            return Ok(Some(Cue {
                line: line.number,
                span: None,
                text: text.to_owned(),
                has_invalid_utf8: line.has_invalid_utf8,
                is_cut: line.is_cut,
            }));
        }
    }
    Ok(None)
}

impl<R: BufRead> Iterator for CueReader<R> {
    type Item = Result<Cue, CueError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.read().transpose();
        self.ended = match &next {
            None => true,
            Some(Err(error)) => error.is_final(),
            Some(Ok(_)) => false,
        };
        next
    }
}

#[cfg(test)]
mod tests;

//! SubRip and WebVTT.

use std::io::BufRead;

use super::lines::{BoundedLine, BoundedLines, MAX_LINE};
use super::markup::without_markup;
use super::{Cue, CueError, clock};

/// What a subtitle file is read as.
pub struct Subtitles {
    /// WebVTT begins with a line that says so, and has blocks that are no cues.
    needs_header: bool,
    is_web_vtt: bool,
}

impl Subtitles {
    pub const fn srt() -> Self {
        Self { needs_header: false, is_web_vtt: false }
    }

    pub const fn web_vtt() -> Self {
        Self { needs_header: true, is_web_vtt: true }
    }

    /// The next cue that has a text.
    pub fn next<R: BufRead>(
        &mut self,
        lines: &mut BoundedLines<R>,
    ) -> Result<Option<Cue>, CueError> {
        if self.needs_header {
            self.needs_header = false;
            header(lines)?;
        }
        while let Some(first) = lines.next()? {
            if first.text.trim().is_empty() {
                continue;
            }
            if self.is_web_vtt && is_no_cue(&first.text) {
                skip_block(lines)?;
                continue;
            }
            let cue = cue(first, lines)?;
            if !cue.text.is_empty() {
                return Ok(Some(cue));
            }
        }
        Ok(None)
    }
}

/// WebVTT's first line, and what follows it up to an empty one.
fn header<R: BufRead>(lines: &mut BoundedLines<R>) -> Result<(), CueError> {
    match lines.next()? {
        Some(line) if line.text.starts_with("WEBVTT") => skip_block(lines),
        _ => {
            let reason =
                "it does not begin with WEBVTT, as such files do; if it is SubRip, name it .srt";
            Err(CueError::WrongFormat { line: 1, reason: reason.to_owned() })
        }
    }
}

fn is_no_cue(line: &str) -> bool {
    ["NOTE", "STYLE", "REGION"].iter().any(|name| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    })
}

fn skip_block<R: BufRead>(lines: &mut BoundedLines<R>) -> Result<(), CueError> {
    while lines.next()?.is_some_and(|line| !line.text.trim().is_empty()) {}
    Ok(())
}

/// A cue from its first line on: perhaps a number or a name, the times, the text up to an empty line.
fn cue<R: BufRead>(first: BoundedLine, lines: &mut BoundedLines<R>) -> Result<Cue, CueError> {
    let number = first.number;
    let broken = |reason: String| CueError::Broken { line: number, reason };
    let times = if first.text.contains("-->") { Some(first) } else { lines.next()? };
    let times = match times {
        Some(line) if !line.text.trim().is_empty() => line,
        _ => return Err(broken("here is neither a time nor a text".to_owned())),
    };
    let span = match clock::span(&times.text) {
        Ok(span) => span,
        Err(reason) => {
            skip_block(lines)?;
            return Err(CueError::Broken { line: times.number, reason });
        }
    };
    let mut cue = Cue {
        line: number,
        span: Some(span),
        text: String::new(),
        has_invalid_utf8: false,
        is_cut: false,
    };
    while let Some(line) = lines.next()? {
        let text = line.text.trim();
        if text.is_empty() {
            break;
        }
        cue.has_invalid_utf8 |= line.has_invalid_utf8;
        cue.is_cut |= line.is_cut || cue.text.len() + text.len() > MAX_LINE;
        if cue.text.len() + text.len() <= MAX_LINE {
            cue.text.push(' ');
            cue.text.push_str(text);
        }
    }
    cue.text = without_markup(&cue.text);
    Ok(cue)
}

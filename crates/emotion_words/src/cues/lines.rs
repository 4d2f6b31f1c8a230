//! Lines of a source of bytes, each bounded.

use std::io::BufRead;

use super::CueError;

/// Bytes of a line that are kept.
pub const MAX_LINE: usize = 64 * 1024;

/// A line.
pub struct BoundedLine {
    /// Its number, from 1.
    pub number: u64,
    /// Its text, without the end of the line.
    pub text: String,
    /// Whether it has bytes that are not UTF-8.
    pub has_invalid_utf8: bool,
    /// Whether its rest was left out.
    pub is_cut: bool,
}

/// Reads lines, of which each takes at most [`MAX_LINE`] bytes of memory.
pub struct BoundedLines<R> {
    source: R,
    number: u64,
}

impl<R: BufRead> BoundedLines<R> {
    pub fn new(source: R) -> Self {
        Self { source, number: 0 }
    }

    /// The next line.
    pub fn next(&mut self) -> Result<Option<BoundedLine>, CueError> {
        let mut bytes = Vec::new();
        let mut is_cut = false;
        let mut any = false;
        loop {
            let available = match self.source.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(CueError::Source { line: self.number, error }),
            };
            if available.is_empty() {
                break;
            }
            any = true;
            let end = available.iter().position(|byte| *byte == b'\n');
            let part = &available[..end.unwrap_or(available.len())];
            let room = MAX_LINE - bytes.len();
            is_cut |= part.len() > room;
            bytes.extend_from_slice(&part[..part.len().min(room)]);
            let used = end.map_or(available.len(), |end| end + 1);
            self.source.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.number += 1;
        if self.number == 1 {
            self.check_encoding(&mut bytes)?;
        }
        Ok(Some(self.line(bytes, is_cut)))
    }

    fn line(&self, mut bytes: Vec<u8>, is_cut: bool) -> BoundedLine {
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        if is_cut
            && let Err(error) = std::str::from_utf8(&bytes)
            && error.error_len().is_none()
        {
            // Cut within a character.
            bytes.truncate(error.valid_up_to());
        }
        let number = self.number;
        match String::from_utf8(bytes) {
            Ok(text) => BoundedLine { number, text, has_invalid_utf8: false, is_cut },
            Err(error) => {
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                BoundedLine { number, text, has_invalid_utf8: true, is_cut }
            }
        }
    }

    /// Takes a mark of UTF-8 away, and refuses UTF-16.
    fn check_encoding(&self, bytes: &mut Vec<u8>) -> Result<(), CueError> {
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            let reason = "the text is UTF-16; save it as UTF-8".to_owned();
            return Err(CueError::WrongFormat { line: 1, reason });
        }
        if bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
            bytes.drain(..3);
        }
        Ok(())
    }
}

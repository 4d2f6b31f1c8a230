//! Transcripts: tables of start, end and text.

use std::io::BufRead;

use super::lines::{BoundedLine, BoundedLines};
use super::{Cue, CueError, clock};

/// A table whose rows are lines: `start,end,text`, with a line of names or without; more columns are passed over.
pub struct Table {
    divider: u8,
    /// Where start, end and text stand; known after the first line.
    columns: Option<[usize; 3]>,
}

impl Table {
    pub const fn new(divider: u8) -> Self {
        Self { divider, columns: None }
    }

    /// The next row that has a text.
    pub fn next<R: BufRead>(
        &mut self,
        lines: &mut BoundedLines<R>,
    ) -> Result<Option<Cue>, CueError> {
        while let Some(line) = lines.next()? {
            if line.text.trim().is_empty() {
                continue;
            }
            let broken = |reason: String| CueError::Broken { line: line.number, reason };
            let fields = self.fields(&line.text).map_err(broken)?;
            let columns = match self.columns {
                Some(columns) => columns,
                None => {
                    let (columns, is_header) = columns_of(&fields, line.number)?;
                    self.columns = Some(columns);
                    if is_header {
                        continue;
                    }
                    columns
                }
            };
            let cue = row(&line, &fields, columns).map_err(broken)?;
            if !cue.text.is_empty() {
                return Ok(Some(cue));
            }
        }
        Ok(None)
    }

    fn fields(&self, line: &str) -> Result<Vec<String>, String> {
        if self.divider == b'\t' {
            return Ok(line.split('\t').map(str::to_owned).collect());
        }
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .delimiter(self.divider)
            .flexible(true)
            .from_reader(line.as_bytes());
        let record = reader.records().next().transpose().map_err(|error| error.to_string())?;
        Ok(record.map(|record| record.iter().map(str::to_owned).collect()).unwrap_or_default())
    }
}

/// Where the columns stand, and whether the line names them.
fn columns_of(fields: &[String], line: u64) -> Result<([usize; 3], bool), CueError> {
    let find = |name: &str| fields.iter().position(|field| field.trim().eq_ignore_ascii_case(name));
    if let (Some(start), Some(end), Some(text)) = (find("start"), find("end"), find("text")) {
        return Ok(([start, end, text], true));
    }
    if fields.len() >= 3 && fields.first().is_some_and(|field| clock::time(field).is_some()) {
        return Ok(([0, 1, 2], false));
    }
    let reason = "a transcript begins with the names start, end and text, or with such a row; name the file \
                  .txt if it is plain text";
    Err(CueError::WrongFormat { line, reason: reason.to_owned() })
}

fn row(line: &BoundedLine, fields: &[String], columns: [usize; 3]) -> Result<Cue, String> {
    let [start, end, text] = columns.map(|column| fields.get(column));
    let (Some(start), Some(end), Some(text)) = (start, end, text) else {
        return Err(format!("it has {} columns, too few", fields.len()));
    };
    Ok(Cue {
        line: line.number,
        span: Some(clock::ordered(start, end)?),
        text: text.trim().to_owned(),
        has_invalid_utf8: line.has_invalid_utf8,
        is_cut: line.is_cut,
    })
}

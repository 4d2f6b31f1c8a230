//! Lines of text with their labels.

use std::path::Path;

use emotion_core::{Expression, without_bom};

/// The names of the columns, with which a file begins.
const COLUMNS: [&str; 4] = ["dataset", "split", "labels", "text"];

/// What a line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineSplit {
    /// Learning.
    Train,
    /// Choosing and calibrating.
    Val,
    /// Measuring only.
    Test,
}

impl LineSplit {
    fn of_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "train" | "training" => Some(Self::Train),
            "val" | "valid" | "validation" | "dev" => Some(Self::Val),
            "test" | "testing" => Some(Self::Test),
            _ => None,
        }
    }
}

/// A line with its labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledLine {
    /// The data set that it comes from.
    pub set: String,
    /// What it is for.
    pub split: LineSplit,
    /// Which expressions it has, in the order of [`Expression::ALL`]; at least one.
    pub labels: [bool; Expression::COUNT],
    /// The text.
    pub text: String,
}

/// The lines of a file.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    /// Those that can be used.
    pub lines: Vec<LabelledLine>,
    /// What is wrong with the others: the line's number and the reason.
    pub skipped: Vec<(usize, String)>,
}

impl Lines {
    /// Reads a table of `dataset`, `split`, `labels` (joined by `;`) and `text`, divided by tabs.
    ///
    /// # Errors
    /// [`LinesError`] when the file cannot be read, is another table, or has no line that can be used.
    pub fn read(path: &Path) -> Result<Self, LinesError> {
        let file = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| LinesError::Unreadable {
            file: file.clone(),
            reason: error.to_string(),
        })?;
        let text = String::from_utf8_lossy(&bytes);
        let lines = Self::parse(&text).map_err(|reason| LinesError::Unusable { file, reason })?;
        Ok(lines)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut rows = without_bom(text).lines();
        let header: Vec<&str> =
            rows.next().unwrap_or_default().split('\t').map(str::trim).collect();
        if header != COLUMNS {
            return Err(format!("it does not begin with the columns {}", COLUMNS.join(", ")));
        }
        let mut lines = Self::default();
        for (index, row) in rows.enumerate() {
            match line(row) {
                Ok(line) => lines.lines.push(line),
                Err(reason) => lines.skipped.push((index + 2, reason)),
            }
        }
        match lines.lines.is_empty() {
            true => Err("it has no line that can be used".to_owned()),
            false => Ok(lines),
        }
    }

    /// The lines of a split.
    pub fn of(&self, split: LineSplit) -> Vec<&LabelledLine> {
        self.lines.iter().filter(|line| line.split == split).collect()
    }
}

fn line(row: &str) -> Result<LabelledLine, String> {
    let mut fields = row.splitn(4, '\t');
    let mut next = |name: &str| fields.next().ok_or_else(|| format!("it has no column {name}"));
    let [set, split, names, text] = COLUMNS.map(&mut next);
    let (set, split, names, text) = (set?, split?, names?, text?);
    let split = LineSplit::of_name(split)
        .ok_or_else(|| format!("\"{split}\" is none of the splits train, val and test"))?;
    let mut labels = [false; Expression::COUNT];
    for name in names.split(';') {
        let label: Expression =
            name.trim().parse().map_err(|error| format!("its label: {error}"))?;
        labels[label.index()] = true;
    }
    if text.trim().is_empty() {
        return Err("it has no text".to_owned());
    }
    Ok(LabelledLine { set: set.to_owned(), split, labels, text: text.to_owned() })
}

/// Why a file of lines cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinesError {
    /// The file cannot be read.
    #[error("{file} cannot be read: {reason}; check its path and permissions")]
    Unreadable {
        /// The file.
        file: String,
        /// The system's message.
        reason: String,
    },
    /// The file is another table.
    #[error("{file} is not a table of lines: {reason}")]
    Unusable {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// A split that is needed has no lines.
    #[error("there are no lines of the split {0}; training needs train and val")]
    NoSplit(&'static str),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_and_what_is_wrong_is_named() {
        let text = "dataset\tsplit\tlabels\ttext\n\
                    a\ttrain\tHappy;Surprise\tOh, \"wow\"!\n\
                    a\tnever\tHappy\tx\n\
                    a\tval\tBored\tx\n\
                    a\tval\tSad\n\
                    b\tval\tSad\t \n\
                    b\tdev\tneutral\tok\twith a tab\n";
        let lines = Lines::parse(text).expect("lines");
        assert_eq!(lines.lines.len(), 2);
        let mut labels = [false; Expression::COUNT];
        labels[Expression::Happy.index()] = true;
        labels[Expression::Surprise.index()] = true;
        assert_eq!(lines.of(LineSplit::Train)[0].labels, labels);
        assert_eq!(lines.of(LineSplit::Val)[0].text, "ok\twith a tab");
        let numbers: Vec<usize> = lines.skipped.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [3, 4, 5, 6]);
        assert!(Lines::parse("text,label\n").is_err());
        assert!(Lines::parse("dataset\tsplit\tlabels\ttext\n").is_err());
    }
}

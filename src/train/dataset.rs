//! FER-2013 as Kaggle distributes it, with the votes of FER+.
//!
//! `fer2013.csv` has the columns `emotion,pixels,Usage` (Goodfellow et al., *Challenges in
//! representation learning*, 2013); `fer2013new.csv` has ten votes for each of its rows, in the same
//! order (Barsoum et al., *Training deep networks for facial expression recognition with
//! crowd-sourced label distribution*, 2016).

use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::classify::preprocess::{FaceImage, PIXELS, SIDE};
use crate::emotion::Expression;

/// A part of the data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Split {
    /// What networks learn from.
    Training,
    /// What chooses between networks.
    PublicTest,
    /// What is measured at the very end.
    PrivateTest,
}

impl Split {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Training, Self::PublicTest, Self::PrivateTest];

    /// The name in the column `Usage`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Training => "Training",
            Self::PublicTest => "PublicTest",
            Self::PrivateTest => "PrivateTest",
        }
    }
}

impl std::fmt::Display for Split {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Split {
    type Err = UnknownSplit;

    fn from_str(name: &str) -> Result<Self, UnknownSplit> {
        let found = Self::ALL.into_iter().find(|split| split.name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| UnknownSplit(name.to_owned()))
    }
}

/// A name that is no split's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no split; use Training, PublicTest or PrivateTest")]
pub struct UnknownSplit(String);

/// One face with what people say of it.
#[derive(Debug, Clone)]
pub struct LabelledFace {
    /// The row in the data set, from 0, damaged rows counted.
    pub row: usize,
    /// The picture.
    pub image: FaceImage,
    /// FER-2013's own label.
    pub label: Expression,
    /// The votes of FER+, where they were read.
    pub votes: Option<Votes>,
}

/// Ten people's opinions of one face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Votes {
    /// Votes for each expression, in the order of [`Expression::ALL`].
    pub expressions: [u8; Expression::COUNT],
    /// Votes for contempt, which FER-2013 does not know.
    pub contempt: u8,
    /// Votes for "unknown".
    pub unknown: u8,
    /// Votes for "not a face".
    pub not_a_face: u8,
}

impl Votes {
    /// From the file's order: neutral, happiness, surprise, sadness, anger, disgust, fear,
    /// contempt, unknown, not a face.
    fn from_columns(columns: [u8; 10]) -> Self {
        let [neutral, happy, surprise, sad, angry, disgust, fear, contempt, unknown, not_a_face] =
            columns;
        Self {
            expressions: [angry, disgust, fear, happy, sad, surprise, neutral],
            contempt,
            unknown,
            not_a_face,
        }
    }

    /// Shares of the seven expressions; `None` when nobody voted for one of them, or most said
    /// that there is no face.
    pub fn shares(&self) -> Option<[f32; Expression::COUNT]> {
        let sum: u32 = self.expressions.iter().map(|&votes| u32::from(votes)).sum();
        let usable = sum > 0 && u32::from(self.not_a_face) <= sum;
        usable.then(|| self.expressions.map(|votes| f32::from(votes) / sum as f32))
    }

    /// The expression with more votes than anything else; `None` for ties, contempt, unknown and
    /// no face.
    pub fn majority(&self) -> Option<Expression> {
        let others = [self.contempt, self.unknown, self.not_a_face];
        let most = self.expressions.iter().chain(&others).copied().max().unwrap_or(0);
        let mut winners = Expression::ALL
            .into_iter()
            .filter(|expression| self.expressions[expression.index()] == most);
        let winner = winners.next()?;
        (winners.next().is_none() && !others.contains(&most)).then_some(winner)
    }
}

/// What was read from a data set's files.
#[derive(Debug, Clone, Default)]
pub struct DataSet {
    training: Vec<LabelledFace>,
    public_test: Vec<LabelledFace>,
    private_test: Vec<LabelledFace>,
    /// Rows that could not be used.
    pub damaged: Vec<DamagedRow>,
}

/// A row that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedRow {
    /// The line in the file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

impl std::fmt::Display for DamagedRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl DataSet {
    /// Reads Kaggle's `fer2013.csv`. Damaged rows are skipped and listed.
    ///
    /// # Errors
    /// [`DataError`] when the file cannot be read, has other columns or a class that is unknown.
    pub fn read_csv(path: &Path) -> Result<Self, DataError> {
        let file = path.display().to_string();
        let mut reader = open(path, &file)?;
        let columns = reader.headers().map_err(|error| unreadable(&file, error))?.clone();
        let column = |name: &str| {
            columns.iter().position(|column| column.trim().eq_ignore_ascii_case(name)).ok_or_else(
                || DataError::Columns {
                    file: file.clone(),
                    missing: name.to_owned(),
                    expected: "emotion,pixels,Usage",
                },
            )
        };
        let places = [column("emotion")?, column("pixels")?, column("Usage")?];

        let mut data = Self::default();
        let mut row = 0;
        let mut record = csv::StringRecord::new();
        loop {
            let line = reader.position().line();
            match reader.read_record(&mut record) {
                Ok(false) => return Ok(data),
                Ok(true) => {
                    let [emotion, pixels, usage] =
                        places.map(|place| record.get(place).unwrap_or_default().trim());
                    match face(emotion, pixels, usage, row) {
                        Ok((split, face)) => data.faces_mut(split).push(face),
                        Err(RowError::Class(class)) => {
                            return Err(DataError::UnknownClass { file, line, class });
                        }
                        Err(RowError::Damaged(reason)) => {
                            data.damaged.push(DamagedRow { line, reason });
                        }
                    }
                }
                Err(error) if error.is_io_error() => return Err(unreadable(&file, error)),
                Err(error) => data.damaged.push(DamagedRow { line, reason: error.to_string() }),
            }
            row += 1;
        }
    }

    /// Adds the votes of FER+'s `fer2013new.csv` to the faces.
    ///
    /// # Errors
    /// [`DataError`] when the file cannot be read, has other columns, or is not about the same
    /// rows.
    pub fn read_votes(&mut self, path: &Path) -> Result<(), DataError> {
        let file = path.display().to_string();
        let mut reader = open(path, &file)?;
        let columns = reader.headers().map_err(|error| unreadable(&file, error))?;
        if columns.len() < 12 || columns.get(2).is_none_or(|name| name.trim() != "neutral") {
            return Err(DataError::Columns {
                file,
                missing: "neutral".to_owned(),
                expected: "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,\
                           fear,contempt,unknown,NF",
            });
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| unreadable(&file, error))?;
            let mut votes = [0; 10];
            for (vote, text) in votes.iter_mut().zip(record.iter().skip(2)) {
                let line = record.position().map_or(0, csv::Position::line);
                *vote = text.trim().parse().map_err(|_| DataError::Votes {
                    file: file.clone(),
                    line,
                    text: text.to_owned(),
                })?;
            }
            let split = record.get(0).unwrap_or_default().parse::<Split>().ok();
            rows.push((split, Votes::from_columns(votes)));
        }
        for split in Split::ALL {
            for face in self.faces_mut(split) {
                match rows.get(face.row) {
                    Some((Some(of), votes)) if *of == split => face.votes = Some(*votes),
                    _ => return Err(DataError::OtherRows { file, row: face.row }),
                }
            }
        }
        Ok(())
    }

    /// The faces of a split.
    ///
    /// # Errors
    /// [`DataError::EmptySplit`] when there are none.
    pub fn faces(&self, split: Split) -> Result<&[LabelledFace], DataError> {
        let faces = match split {
            Split::Training => &self.training,
            Split::PublicTest => &self.public_test,
            Split::PrivateTest => &self.private_test,
        };
        if faces.is_empty() { Err(DataError::EmptySplit(split)) } else { Ok(faces) }
    }

    fn faces_mut(&mut self, split: Split) -> &mut Vec<LabelledFace> {
        match split {
            Split::Training => &mut self.training,
            Split::PublicTest => &mut self.public_test,
            Split::PrivateTest => &mut self.private_test,
        }
    }
}

/// Why a data set cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The file cannot be read.
    #[error("{file} cannot be read: {reason}")]
    Unreadable {
        /// The file.
        file: String,
        /// The system's message.
        reason: String,
    },
    /// A column is missing.
    #[error(
        "{file} has no column \"{missing}\" where one is expected; its header should be {expected}"
    )]
    Columns {
        /// The file.
        file: String,
        /// The column.
        missing: String,
        /// The header that it should have.
        expected: &'static str,
    },
    /// A class that is none of the seven.
    #[error(
        "{file}, line {line}: {class} is no class of FER-2013; they are 0 to 6, angry to neutral"
    )]
    UnknownClass {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The class.
        class: i64,
    },
    /// A vote that is no number.
    #[error("{file}, line {line}: \"{text}\" is no number of votes")]
    Votes {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// What stands there.
        text: String,
    },
    /// The votes are about other faces.
    #[error("{file} does not belong to these faces: row {row} is missing or of another split")]
    OtherRows {
        /// The file.
        file: String,
        /// The face's row, from 0.
        row: usize,
    },
    /// A split has no faces.
    #[error("the data set has no faces in {0}; check its column Usage")]
    EmptySplit(Split),
}

enum RowError {
    Class(i64),
    Damaged(String),
}

fn face(
    emotion: &str,
    pixels: &str,
    usage: &str,
    row: usize,
) -> Result<(Split, LabelledFace), RowError> {
    let damaged = |reason: String| RowError::Damaged(reason);
    let class: i64 = emotion.parse().map_err(|_| damaged(format!("the class is \"{emotion}\"")))?;
    let label = usize::try_from(class).ok().and_then(|class| Expression::ALL.get(class).copied());
    let label = label.ok_or(RowError::Class(class))?;
    let split: Split = usage.parse().map_err(|error: UnknownSplit| damaged(error.to_string()))?;
    let grey: Result<Vec<u8>, _> = pixels.split_ascii_whitespace().map(str::parse).collect();
    let grey = grey.map_err(|_| damaged("a pixel is no number from 0 to 255".to_owned()))?;
    if grey.len() != PIXELS {
        return Err(damaged(format!("{} pixels instead of {SIDE}x{SIDE}", grey.len())));
    }
    Ok((split, LabelledFace { row, image: FaceImage { grey }, label, votes: None }))
}

fn open(path: &Path, file: &str) -> Result<csv::Reader<std::fs::File>, DataError> {
    csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(path)
        .map_err(|error| unreadable(file, error))
}

fn unreadable(file: &str, error: csv::Error) -> DataError {
    DataError::Unreadable { file: file.to_owned(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels() -> String {
        vec!["7"; PIXELS].join(" ")
    }

    fn write(name: &str, text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        (folder, path)
    }

    #[test]
    fn damaged_rows_are_listed_by_line_and_skipped() {
        let good = pixels();
        let text = format!(
            "emotion,pixels,Usage\n3,{good},Training\n3,1 2 3,Training\nx,{good},Training\n\
             4,{good},Elsewhere\n5,{good} ,PublicTest\n6,{},Training\n",
            good.replacen('7', "256", 1)
        );
        let (_folder, path) = write("fer2013.csv", &text);
        let data = DataSet::read_csv(&path).expect("a data set");
        let lines: Vec<u64> = data.damaged.iter().map(|row| row.line).collect();
        assert_eq!(lines, [3, 4, 5, 7]);
        assert_eq!(data.faces(Split::Training).expect("faces").len(), 1);
        let public = data.faces(Split::PublicTest).expect("faces");
        assert_eq!((public[0].row, public[0].label), (4, Expression::Surprise));
        assert!(matches!(data.faces(Split::PrivateTest), Err(DataError::EmptySplit(_))));
    }

    #[test]
    fn unknown_classes_and_columns_stop() {
        let (_folder, path) =
            write("fer2013.csv", &format!("emotion,pixels,Usage\n7,{},Training\n", pixels()));
        let error = DataSet::read_csv(&path).expect_err("an unknown class");
        assert!(matches!(error, DataError::UnknownClass { line: 2, class: 7, .. }), "{error}");
        let (_folder, path) = write("other.csv", "a,b,c\n1,2,3\n");
        assert!(matches!(DataSet::read_csv(&path), Err(DataError::Columns { .. })));
        let gone = DataSet::read_csv(Path::new("/nonexistent.csv"));
        assert!(matches!(gone, Err(DataError::Unreadable { .. })));
    }

    #[test]
    fn votes_are_matched_by_row_and_split() {
        let good = pixels();
        let text = format!("emotion,pixels,Usage\n0,1,Training\n3,{good},Training\n");
        let (_folder, path) = write("fer2013.csv", &text);
        let mut data = DataSet::read_csv(&path).expect("a data set");
        let header = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,\
                      contempt,unknown,NF\n";
        let rows = "Training,,0,0,0,0,0,0,0,0,0,10\nTraining,fer1.png,2,8,0,0,0,0,0,0,0,0\n";
        let (_folder, votes) = write("fer2013new.csv", &format!("{header}{rows}"));
        data.read_votes(&votes).expect("votes");
        let face = &data.faces(Split::Training).expect("faces")[0];
        assert_eq!(face.votes.and_then(|votes| votes.majority()), Some(Expression::Happy));
        let (_folder, other) = write("fer2013new.csv", &rows.replacen("Training", "PublicTest", 2));
        assert!(data.read_votes(&other).is_err());
    }

    #[test]
    fn ties_and_missing_faces_have_no_majority() {
        let votes = |columns| Votes::from_columns(columns);
        assert_eq!(votes([5, 5, 0, 0, 0, 0, 0, 0, 0, 0]).majority(), None);
        assert_eq!(votes([4, 0, 0, 0, 0, 0, 0, 0, 4, 2]).majority(), None);
        assert_eq!(votes([4, 0, 0, 0, 3, 0, 0, 0, 3, 0]).majority(), Some(Expression::Neutral));
        assert_eq!(votes([0, 0, 0, 0, 0, 0, 0, 0, 0, 10]).shares(), None);
        let shares = votes([0, 0, 0, 0, 5, 0, 0, 5, 0, 0]).shares().expect("shares");
        assert_eq!(shares[Expression::Angry.index()], 1.0);
    }
}

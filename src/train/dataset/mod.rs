//! FER-2013, alone or with the votes of FER+, and data sets of one's own in the same form.
//!
//! [`DataSet::read`] takes Kaggle's `fer2013.csv` or a folder of pictures;
//! [`DataSet::read_votes`] adds the votes of FER+ to either.

mod copies;
mod folders;
mod table;
mod votes;

use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::classify::preprocess::FaceImage;
use crate::emotion::Expression;

pub use votes::{Verdict, Votes};

/// What was read from a data set's files.
#[derive(Debug, Clone, Default)]
pub struct DataSet {
    training: Vec<LabelledFace>,
    public_test: Vec<LabelledFace>,
    private_test: Vec<LabelledFace>,
    /// The faces' file names without extension, by row, where the data set is a folder.
    names: Option<Vec<String>>,
    /// Faces of the folder for training that are PublicTest, because there is no folder for it.
    pub held_out: usize,
    /// Rows and files that could not be used.
    pub damaged: Vec<Damaged>,
}

/// One face with what people say of it.
#[derive(Debug, Clone)]
pub struct LabelledFace {
    /// The row in the data set, from 0, damaged rows counted; in a folder the picture's number when
    /// all are sorted by split and path.
    pub row: usize,
    /// The picture.
    pub image: FaceImage,
    /// The data set's own label.
    pub label: Expression,
    /// The votes of FER+, where they were read.
    pub votes: Option<Votes>,
}

/// A row or file that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// Where it is.
    pub place: Place,
    /// What is wrong with it.
    pub reason: String,
}

/// A place in a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A line of the table, from 1.
    Line(u64),
    /// A path in the folder.
    File(String),
}

impl std::fmt::Display for Damaged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.place {
            Place::Line(line) => write!(f, "line {line}: {}", self.reason),
            Place::File(path) => write!(f, "{path}: {}", self.reason),
        }
    }
}

impl DataSet {
    /// Reads a folder of pictures where `path` is one, else a table like Kaggle's `fer2013.csv`.
    ///
    /// # Errors
    /// [`DataError`], see [`DataSet::read_folders`] and [`DataSet::read_csv`].
    pub fn read(path: &Path) -> Result<Self, DataError> {
        if path.is_dir() { Self::read_folders(path) } else { Self::read_csv(path) }
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

/// A part of the data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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

/// Why a data set cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file or folder cannot be read.
    #[error("{file} cannot be read: {reason}")]
    Unreadable {
        /// The file or folder.
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
    /// A folder whose name is none of the seven classes.
    #[error(
        "the folder {folder} has no class's name; use angry, disgust, fear, happy, sad, surprise \
         and neutral"
    )]
    UnknownClassFolder {
        /// The folder.
        folder: String,
    },
    /// A folder without folders for splits.
    #[error(
        "{folder} has no folder of a split; pictures belong into train/CLASS, val/CLASS and \
         test/CLASS"
    )]
    NoSplits {
        /// The folder.
        folder: String,
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
    /// The votes are about faces with other names.
    #[error("{file} does not belong to these pictures: {reason}")]
    OtherNames {
        /// The file.
        file: String,
        /// What shows it.
        reason: String,
    },
    /// A split has no faces.
    #[error(
        "the data set has no faces in {0}; check the column Usage, or the folders' names (train, \
         val, test)"
    )]
    EmptySplit(Split),
}

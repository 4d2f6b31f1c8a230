//! The faces of a data set.

use emotion_core::{Expression, FaceImage};

use super::error::DataError;
use super::split::Split;
use super::votes::Votes;

/// Labelled faces by split, and what could not be read.
#[derive(Debug, Clone, Default)]
pub struct DataSet {
    pub(super) training: Vec<LabelledFace>,
    pub(super) public_test: Vec<LabelledFace>,
    pub(super) private_test: Vec<LabelledFace>,
    /// The images' file names without extension, by row, where the data set is a folder.
    pub(super) names: Option<Vec<String>>,
    /// Number of faces that were moved from Training to PublicTest, because there was no folder for
    /// PublicTest.
    pub held_out: usize,
    /// Rows and files that could not be used.
    pub damaged: Vec<Damaged>,
}

impl DataSet {
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

    pub(super) fn faces_mut(&mut self, split: Split) -> &mut Vec<LabelledFace> {
        match split {
            Split::Training => &mut self.training,
            Split::PublicTest => &mut self.public_test,
            Split::PrivateTest => &mut self.private_test,
        }
    }
}

/// A face with its label and votes.
#[derive(Debug, Clone)]
pub struct LabelledFace {
    /// The row in the table, from 0, damaged rows counted. In a folder, the image's index when all
    /// are sorted by split and path.
    pub row: usize,
    /// The image.
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

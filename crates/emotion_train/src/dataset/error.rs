//! Errors of reading data sets.

use super::split::Split;

/// Why a data set cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file or folder cannot be read.
    #[error("{file} cannot be read: {reason}; check its path, permissions and format")]
    Unreadable {
        /// The file or folder.
        file: String,
        /// The system's message.
        reason: String,
    },
    /// A column is missing.
    #[error(
        "{file} has no column \"{missing}\", or it is in the wrong place; the header has to be {expected}"
    )]
    Columns {
        /// The file.
        file: String,
        /// The column.
        missing: String,
        /// The header that it should have.
        expected: &'static str,
    },
    /// A class that is not one of the seven.
    #[error(
        "{file}, line {line}: {class} is not a class of FER-2013; use 0 (angry) to 6 (neutral)"
    )]
    UnknownClass {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The class.
        class: i64,
    },
    /// A folder whose name is not one of the seven classes.
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
        "{folder} has no folder of a split; put the images into train/CLASS, val/CLASS and \
         test/CLASS"
    )]
    NoSplits {
        /// The folder.
        folder: String,
    },
    /// A number of votes that is not a number.
    #[error("{file}, line {line}: \"{text}\" is not a number of votes; fetch the file again")]
    Votes {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The text in its place.
        text: String,
    },
    /// The votes are for other faces.
    #[error(
        "{file} does not belong to this data set: row {row} is missing or of another split; use the \
         votes and the faces of the same version of FER-2013"
    )]
    OtherRows {
        /// The file.
        file: String,
        /// The face's row, from 0.
        row: usize,
    },
    /// The votes are for images with other names.
    #[error(
        "{file} does not belong to these images: {reason}; name each image after its row, as \
         fer0000012.png"
    )]
    OtherNames {
        /// The file.
        file: String,
        /// The evidence.
        reason: String,
    },
    /// A split has no faces.
    #[error(
        "the data set has no faces in {0}; check the column Usage, or the folders' names (train, \
         val, test)"
    )]
    EmptySplit(Split),
}

pub(super) fn unreadable(file: &str, error: impl std::fmt::Display) -> DataError {
    DataError::Unreadable { file: file.to_owned(), reason: error.to_string() }
}

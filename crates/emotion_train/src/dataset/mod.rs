//! FER-2013, with or without the votes of FER+, and other data sets in the same format.
//!
//! [`DataSet::read`] reads Kaggle's `fer2013.csv` or a folder of images;
//! [`DataSet::read_votes`] adds the votes of FER+ to either.

mod copies;
mod error;
mod faces;
mod ferplus;
mod folders;
mod split;
mod table;
mod votes;

use std::path::Path;

pub use error::DataError;
pub use faces::{Damaged, DataSet, LabelledFace, Place};
pub use split::{Split, UnknownSplit};
pub use votes::{Verdict, Votes};

impl DataSet {
    /// Reads a folder of images where `path` is a folder, else a table like Kaggle's `fer2013.csv`.
    ///
    /// # Errors
    /// [`DataError`], see [`DataSet::read_folders`] and [`DataSet::read_csv`].
    pub fn read(path: &Path) -> Result<Self, DataError> {
        if path.is_dir() { Self::read_folders(path) } else { Self::read_csv(path) }
    }
}

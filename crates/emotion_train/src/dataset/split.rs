//! The splits of FER-2013.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A split of the data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Split {
    /// For training.
    Training,
    /// For validation: chooses the best epoch, fits temperatures, compares models.
    PublicTest,
    /// For the final test.
    PrivateTest,
}

impl Split {
    /// All splits.
    pub const ALL: [Self; 3] = [Self::Training, Self::PublicTest, Self::PrivateTest];

    /// The split's name in the column `Usage`.
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

/// A name that is not a split's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a split; use Training, PublicTest or PrivateTest")]
pub struct UnknownSplit(String);

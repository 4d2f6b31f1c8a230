//! Reading a data set for `emotion train` and `emotion evaluate`.

use std::path::Path;

use anyhow::Context;
use emotion_train::dataset::{DataSet, Split};

/// The most damaged rows and files that are reported one by one.
const SHOWN: usize = 10;

/// Reads the data set and reports what in it could not be used.
pub fn read_data(data: &Path, ferplus: Option<&Path>) -> anyhow::Result<DataSet> {
    let mut set = DataSet::read(data)?;
    for damaged in set.damaged.iter().take(SHOWN) {
        eprintln!("{}: skipped {damaged}", data.display());
    }
    if !set.damaged.is_empty() {
        eprintln!("{}: {} damaged rows or files skipped", data.display(), set.damaged.len());
    }
    if set.held_out > 0 {
        eprintln!(
            "{}: there is no folder val; {} training faces (a tenth, chosen by name) are held out \
             as {}",
            data.display(),
            set.held_out,
            Split::PublicTest
        );
    }
    if let Some(votes) = ferplus {
        let count = set.read_votes(votes).context("the FER+ votes cannot be used")?;
        let faces: usize =
            Split::ALL.iter().map(|split| set.faces(*split).map_or(0, <[_]>::len)).sum();
        eprintln!("{}: votes for {count} of {faces} faces", votes.display());
    }
    Ok(set)
}

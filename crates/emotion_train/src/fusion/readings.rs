//! What models say of labelled faces, voices and lines.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use emotion_core::{Evidence, Expression, Modality, Scores};
use serde::{Deserialize, Serialize};

/// What a model says of something with a label.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledReading {
    /// What was read.
    pub modality: Modality,
    /// What it shows.
    pub label: Expression,
    /// The data set.
    pub set: String,
    /// Whose it is: readings of one group are never on both sides of a division.
    pub group: String,
    /// Whether it was disturbed: noise, darkness.
    pub is_disturbed: bool,
    /// How good what was read is, 0 to 1.
    pub quality: f32,
    /// What the model says.
    pub scores: Scores,
}

/// A reading in a table.
#[derive(Serialize, Deserialize)]
struct Row {
    modality: Modality,
    label: Expression,
    set: String,
    group: String,
    disturbed: bool,
    quality: f32,
    angry: f32,
    disgust: f32,
    fear: f32,
    happy: f32,
    sad: f32,
    surprise: f32,
    neutral: f32,
}

/// Why a table of readings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file} cannot be used as a table of readings: {reason}")]
pub struct ReadingsError {
    file: String,
    reason: String,
}

impl LabelledReading {
    /// As evidence of one moment.
    pub fn evidence(&self) -> Evidence {
        Evidence {
            subject: None,
            modality: self.modality,
            span: Default::default(),
            scores: self.scores,
            quality: self.quality,
        }
    }
}

/// Reads a table of readings.
///
/// # Errors
/// [`ReadingsError`] with the first row that makes no sense.
pub fn read_table(path: &Path) -> Result<Vec<LabelledReading>, ReadingsError> {
    let wrong = |reason: String| ReadingsError { file: path.display().to_string(), reason };
    let mut table = csv::Reader::from_path(path).map_err(|error| wrong(error.to_string()))?;
    let rows = table.deserialize().enumerate().map(|(index, row)| {
        let row: Row = row.map_err(|error| wrong(error.to_string()))?;
        let scores =
            [row.angry, row.disgust, row.fear, row.happy, row.sad, row.surprise, row.neutral];
        let scores = Scores::from_weights(scores)
            .ok_or_else(|| wrong(format!("row {} has no probabilities", index + 2)))?;
        Ok(LabelledReading {
            modality: row.modality,
            label: row.label,
            set: row.set,
            group: row.group,
            is_disturbed: row.disturbed,
            quality: row.quality,
            scores,
        })
    });
    rows.collect()
}

/// Writes a table of readings.
///
/// # Errors
/// [`ReadingsError`] when it cannot be written.
pub fn write_table(path: &Path, readings: &[LabelledReading]) -> Result<(), ReadingsError> {
    let wrong = |error: csv::Error| ReadingsError {
        file: path.display().to_string(),
        reason: error.to_string(),
    };
    let mut table = csv::Writer::from_path(path).map_err(wrong)?;
    for reading in readings {
        let [angry, disgust, fear, happy, sad, surprise, neutral] = *reading.scores.as_array();
        table
            .serialize(Row {
                modality: reading.modality,
                label: reading.label,
                set: reading.set.clone(),
                group: reading.group.clone(),
                disturbed: reading.is_disturbed,
                quality: reading.quality,
                angry,
                disgust,
                fear,
                happy,
                sad,
                surprise,
                neutral,
            })
            .map_err(wrong)?;
    }
    table.flush().map_err(|error| wrong(error.into()))
}

/// Divides readings into two halves by their groups: nobody is in both.
pub fn halves(readings: &[LabelledReading]) -> [Vec<LabelledReading>; 2] {
    let mut groups: BTreeMap<(Modality, &str), BTreeSet<&str>> = BTreeMap::new();
    for reading in readings {
        groups.entry((reading.modality, &reading.set)).or_default().insert(&reading.group);
    }
    let mut half_of = BTreeMap::new();
    for ((modality, set), groups) in groups {
        for (index, group) in groups.into_iter().enumerate() {
            half_of.insert((modality, set, group), index % 2);
        }
    }
    let is_in = |reading: &LabelledReading, half: usize| {
        let key = (reading.modality, reading.set.as_str(), reading.group.as_str());
        half_of.get(&key) == Some(&half)
    };
    [0, 1].map(|half| readings.iter().filter(|reading| is_in(reading, half)).cloned().collect())
}

//! Labelled recordings of voices: `labels.csv` and what it names.
//!
//! Each row has `dataset`, `file`, `speaker`, `split` and `label`. A file lies in the folder, in the folder of
//! its set, or in the tar archive that the column `archive` names. Splits are by speaker, and are checked.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};

use emotion_core::Expression;

use super::tar;

/// The file that names all others.
pub const LABELS: &str = "labels.csv";
/// The name of the split that is learned from.
pub const TRAIN: &str = "train";

/// Where a recording lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, or the archive that it is in.
    pub path: PathBuf,
    /// Its bytes within the archive.
    pub part: Option<Range<u64>>,
}

/// Decodes a recording to samples at 16 kHz: the crate knows no file formats.
pub type Decode<'a> = dyn FnMut(&Place) -> Result<Vec<f32>, String> + 'a;

/// A recording with its label.
#[derive(Debug, Clone)]
pub struct Utterance {
    /// The set that it belongs to.
    pub set: String,
    /// Who speaks.
    pub speaker: String,
    /// `train`, `val` or `test`.
    pub split: String,
    /// What it was meant to sound like.
    pub label: Expression,
    /// Whether it was meant to be strong, where that is known.
    pub is_strong: Option<bool>,
    /// Whether it was meant to be calm, which counts as neutral.
    pub is_calm: bool,
    /// 16 kHz.
    pub samples: Vec<f32>,
}

/// Recordings, and what was left out.
#[derive(Debug, Default)]
pub struct VoiceData {
    /// The recordings.
    pub utterances: Vec<Utterance>,
    /// How many rows have a label that is none of the seven expressions.
    pub without_label: usize,
    /// What could not be read, and why.
    pub unreadable: Vec<String>,
}

/// Why data cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VoiceDataError {
    /// A file cannot be read.
    #[error("{path} cannot be read: {reason}; check the folder")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// A column is missing.
    #[error("{path} has no column \"{column}\"; it needs dataset, file, speaker, split and label")]
    Column {
        /// The file.
        path: String,
        /// The column.
        column: &'static str,
    },
    /// A speaker is learned from and measured on.
    #[error(
        "speaker {speaker} of {set} is in the split {TRAIN} and in another one; split by speaker, or \
         figures are too kind"
    )]
    Speaker {
        /// The speaker.
        speaker: String,
        /// The set.
        set: String,
    },
    /// Nothing is left.
    #[error("there is no recording to use in {path}; check its labels and splits")]
    Empty {
        /// The file.
        path: String,
    },
}

/// A row of the table.
struct Row {
    set: String,
    file: String,
    archive: Option<String>,
    speaker: String,
    split: String,
    label: String,
    original: String,
    intensity: String,
}

impl VoiceData {
    /// Reads what the table names and `wanted` wants, by set and split.
    ///
    /// Recordings that cannot be decoded are left out and listed.
    ///
    /// # Errors
    /// [`VoiceDataError`] where the table cannot be used, a speaker is in several splits, or nothing is left.
    pub fn read(
        folder: &Path,
        wanted: impl Fn(&str, &str) -> bool,
        decode: &mut Decode<'_>,
    ) -> Result<Self, VoiceDataError> {
        let table = folder.join(LABELS);
        let rows = rows(&table)?;
        check_speakers(&rows)?;
        let mut archives = Archives { folder, known: HashMap::new() };
        let mut data = Self::default();
        for row in rows.into_iter().filter(|row| wanted(&row.set, &row.split)) {
            let Ok(label) = row.label.parse::<Expression>() else {
                data.without_label += 1;
                continue;
            };
            let samples = archives.find(&row).and_then(|place| decode(&place));
            match samples {
                Ok(samples) if samples.is_empty() => {
                    data.unreadable.push(format!("{}: it has no sound", row.file));
                }
                Ok(samples) => data.utterances.push(Utterance {
                    label,
                    is_strong: match row.intensity.as_str() {
                        "strong" => Some(true),
                        "normal" | "weak" => Some(false),
                        _ => None,
                    },
                    is_calm: row.original.eq_ignore_ascii_case("calm"),
                    set: row.set,
                    speaker: row.speaker,
                    split: row.split,
                    samples,
                }),
                Err(reason) => data.unreadable.push(format!("{}: {reason}", row.file)),
            }
        }
        if data.utterances.is_empty() {
            return Err(VoiceDataError::Empty { path: table.display().to_string() });
        }
        Ok(data)
    }

    /// The splits that the table has, by set.
    ///
    /// # Errors
    /// [`VoiceDataError`] where the table cannot be used.
    pub fn splits(folder: &Path) -> Result<BTreeMap<String, BTreeSet<String>>, VoiceDataError> {
        let mut splits: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in rows(&folder.join(LABELS))? {
            splits.entry(row.set).or_default().insert(row.split);
        }
        Ok(splits)
    }
}

/// The archives of a folder, each looked through once.
struct Archives<'a> {
    folder: &'a Path,
    known: HashMap<String, Result<HashMap<String, Range<u64>>, String>>,
}

impl Archives<'_> {
    fn find(&mut self, row: &Row) -> Result<Place, String> {
        let beside = [self.folder.join(&row.set).join(&row.file), self.folder.join(&row.file)];
        if let Some(path) = beside.into_iter().find(|path| path.is_file()) {
            return Ok(Place { path, part: None });
        }
        let Some(archive) = &row.archive else { return Err("there is no such file".to_owned()) };
        let path = self.folder.join(archive);
        let files = self.known.entry(archive.clone()).or_insert_with(|| {
            tar::files(&path).map_err(|error| format!("{}: {error}", path.display()))
        });
        let files = files.as_ref().map_err(Clone::clone)?;
        let part = files.get(&row.file).cloned();
        let part = part.ok_or_else(|| format!("it is not in {}", path.display()))?;
        Ok(Place { path, part: Some(part) })
    }
}

fn rows(table: &Path) -> Result<Vec<Row>, VoiceDataError> {
    let path = table.display().to_string();
    let unreadable = |error: csv::Error| VoiceDataError::Unreadable {
        path: path.clone(),
        reason: error.to_string(),
    };
    let mut reader = csv::Reader::from_path(table).map_err(unreadable)?;
    let headers = reader.headers().map_err(unreadable)?.clone();
    let place = |name: &str| headers.iter().position(|header| header.trim() == name);
    let needed = |column: &'static str| {
        place(column).ok_or_else(|| VoiceDataError::Column { path: path.clone(), column })
    };
    let [set, file, speaker, split, label] = [
        needed("dataset")?,
        needed("file")?,
        needed("speaker")?,
        needed("split")?,
        needed("label")?,
    ];
    let [archive, original, intensity] = ["archive", "original", "intensity"].map(place);
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        let field = |index: usize| record.get(index).unwrap_or_default().trim().to_owned();
        let optional = |index: Option<usize>| index.map(field).filter(|text| !text.is_empty());
        rows.push(Row {
            set: field(set),
            file: field(file),
            archive: optional(archive),
            speaker: field(speaker),
            split: field(split),
            label: field(label),
            original: optional(original).unwrap_or_default(),
            intensity: optional(intensity).unwrap_or_default(),
        });
    }
    Ok(rows)
}

fn check_speakers(rows: &[Row]) -> Result<(), VoiceDataError> {
    let mut learned: HashMap<(&str, &str), bool> = HashMap::new();
    for row in rows {
        let is_train = row.split == TRAIN;
        let key = (row.set.as_str(), row.speaker.as_str());
        if *learned.entry(key).or_insert(is_train) != is_train {
            let (set, speaker) = (row.set.clone(), row.speaker.clone());
            return Err(VoiceDataError::Speaker { speaker, set });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(rows: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let text = format!("dataset,file,speaker,split,label,intensity\n{rows}");
        std::fs::write(folder.path().join(LABELS), text).expect("a table");
        folder
    }

    #[test]
    fn what_is_left_out_is_said() {
        let folder = folder(
            "a,1.wav,x,train,Happy,strong\na,2.wav,x,train,boredom,\na,3.wav,x,train,Sad,\n\
             b,4.wav,x,val,angry,\n",
        );
        std::fs::write(folder.path().join("1.wav"), "1").expect("a file");
        std::fs::create_dir(folder.path().join("b")).expect("a folder");
        std::fs::write(folder.path().join("b/4.wav"), "4").expect("a file");
        let mut decode =
            |place: &Place| Ok(vec![0.5; std::fs::read(&place.path).map_or(0, |b| b.len())]);
        let data = VoiceData::read(folder.path(), |_, _| true, &mut decode).expect("data");
        assert_eq!(data.utterances.len(), 2);
        assert_eq!(data.utterances[0].is_strong, Some(true));
        assert_eq!(data.utterances[1].label, Expression::Angry);
        assert_eq!(data.without_label, 1);
        assert_eq!(data.unreadable, ["3.wav: there is no such file"]);
        let none = VoiceData::read(folder.path(), |_, split| split == "test", &mut decode);
        assert!(matches!(none, Err(VoiceDataError::Empty { .. })));
    }

    #[test]
    fn a_speaker_in_two_splits_stops() {
        let folder = folder("a,1.wav,x,train,Happy,\na,2.wav,x,val,Sad,\n");
        let result = VoiceData::read(folder.path(), |_, _| true, &mut |_| Ok(vec![0.0]));
        let error = result.expect_err("an error").to_string();
        assert!(error.contains("speaker x of a"), "{error}");
    }

    #[test]
    fn a_missing_column_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(LABELS), "dataset,file,label\n").expect("a table");
        let error = VoiceData::splits(folder.path()).expect_err("an error").to_string();
        assert!(error.contains("\"speaker\""), "{error}");
    }
}

//! Reading FER-2013 as Kaggle distributes it: `fer2013.csv` with the columns `emotion,pixels,Usage`
//! (Goodfellow et al., *Challenges in representation learning*, 2013).

use std::path::Path;

use emotion_core::{Expression, FaceImage, PIXELS, SIDE};

use super::error::{DataError, unreadable};
use super::faces::{Damaged, DataSet, LabelledFace, Place};
use super::split::{Split, UnknownSplit};

impl DataSet {
    /// Reads Kaggle's `fer2013.csv`. Damaged rows are skipped and listed.
    ///
    /// # Errors
    /// [`DataError`] when the file cannot be read, has other columns or an unknown class.
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
        let indices = [column("emotion")?, column("pixels")?, column("Usage")?];

        let mut data = Self::default();
        let mut row = 0;
        let mut record = csv::StringRecord::new();
        loop {
            let line = reader.position().line();
            let damaged = |reason| Damaged { place: Place::Line(line), reason };
            match reader.read_record(&mut record) {
                Ok(false) => return Ok(data),
                Ok(true) => {
                    let [emotion, pixels, usage] =
                        indices.map(|index| record.get(index).unwrap_or_default().trim());
                    match face(emotion, pixels, usage, row) {
                        Ok((split, face)) => data.faces_mut(split).push(face),
                        Err(RowError::Class(class)) => {
                            return Err(DataError::UnknownClass { file, line, class });
                        }
                        Err(RowError::Damaged(reason)) => data.damaged.push(damaged(reason)),
                    }
                }
                Err(error) if error.is_io_error() => return Err(unreadable(&file, error)),
                Err(error) => data.damaged.push(damaged(error.to_string())),
            }
            row += 1;
        }
    }
}

/// Why a row cannot be used.
enum RowError {
    /// Its class is not one of the seven, so the file is not FER-2013.
    Class(i64),
    /// Only this row is damaged.
    Damaged(String),
}

fn face(
    emotion: &str,
    pixels: &str,
    usage: &str,
    row: usize,
) -> Result<(Split, LabelledFace), RowError> {
    let damaged = |reason: String| RowError::Damaged(reason);
    let class: i64 =
        emotion.parse().map_err(|_| damaged(format!("the class \"{emotion}\" is not a number")))?;
    let label = usize::try_from(class).ok().and_then(|class| Expression::ALL.get(class).copied());
    let label = label.ok_or(RowError::Class(class))?;
    let split: Split = usage.parse().map_err(|error: UnknownSplit| damaged(error.to_string()))?;
    let grey: Result<Vec<u8>, _> = pixels.split_ascii_whitespace().map(str::parse).collect();
    let grey = grey.map_err(|_| damaged("a pixel is not a number from 0 to 255".to_owned()))?;
    if grey.len() != PIXELS {
        return Err(damaged(format!("{} pixels instead of {SIDE}x{SIDE}", grey.len())));
    }
    Ok((split, LabelledFace { row, image: FaceImage { grey }, label, votes: None }))
}

pub(super) fn open(path: &Path, file: &str) -> Result<csv::Reader<std::fs::File>, DataError> {
    csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(path)
        .map_err(|error| unreadable(file, error))
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
        let data = DataSet::read(&path).expect("a data set");
        let places: Vec<&Place> = data.damaged.iter().map(|damaged| &damaged.place).collect();
        assert_eq!(places, [3, 4, 5, 7].map(Place::Line).iter().collect::<Vec<_>>());
        assert_eq!(data.faces(Split::Training).expect("faces").len(), 1);
        let public = data.faces(Split::PublicTest).expect("faces");
        assert_eq!((public[0].row, public[0].label), (4, Expression::Surprise));
        assert!(matches!(data.faces(Split::PrivateTest), Err(DataError::EmptySplit(_))));
    }

    #[test]
    fn unknown_classes_and_columns_stop() {
        let (_folder, path) =
            write("fer2013.csv", &format!("emotion,pixels,Usage\n7,{},Training\n", pixels()));
        let error = DataSet::read(&path).expect_err("an unknown class");
        assert!(matches!(error, DataError::UnknownClass { line: 2, class: 7, .. }), "{error}");
        let (_folder, path) = write("other.csv", "a,b,c\n1,2,3\n");
        assert!(matches!(DataSet::read(&path), Err(DataError::Columns { .. })));
        let gone = DataSet::read(Path::new("/nonexistent.csv"));
        assert!(matches!(gone, Err(DataError::Unreadable { .. })));
    }
}

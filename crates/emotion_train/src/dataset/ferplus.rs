//! Reading the votes of FER+: `fer2013new.csv` has ten for each row of FER-2013, in the same order.

use std::collections::HashMap;
use std::path::Path;

use super::error::{DataError, unreadable};
use super::faces::DataSet;
use super::split::Split;
use super::table::open;
use super::votes::Votes;

/// With fewer images than this, labels and majorities are not compared.
const MIN_COMPARED: usize = 100;

/// The least share of faces whose majority has to be the label. It is two in three for FER-2013, and
/// one in five for votes of other faces.
const MIN_AGREEMENT: f64 = 0.45;

impl DataSet {
    /// Adds the votes of FER+'s `fer2013new.csv` to the faces; returns the number of faces with
    /// votes.
    ///
    /// Faces of a table are matched by row. Faces of a folder are matched by file name: FER+'s own
    /// (`fer0000012`, with any extension), or only the row (`00012`). Images with other names get no
    /// votes.
    ///
    /// # Errors
    /// [`DataError`] when the file cannot be read, has other columns, or is for other faces.
    pub fn read_votes(&mut self, path: &Path) -> Result<usize, DataError> {
        let file = path.display().to_string();
        let rows = read_rows(path, &file)?;
        match self.names.take() {
            Some(names) => {
                let result = self.votes_by_name(&rows, &names, file);
                self.names = Some(names);
                result
            }
            None => self.votes_by_row(&rows, file),
        }
    }

    fn votes_by_row(&mut self, rows: &[Row], file: String) -> Result<usize, DataError> {
        let mut count = 0;
        for split in Split::ALL {
            for face in self.faces_mut(split) {
                match rows.get(face.row) {
                    Some(row) if row.split == Some(split) => face.votes = Some(row.votes),
                    _ => return Err(DataError::OtherRows { file, row: face.row }),
                }
                count += 1;
            }
        }
        Ok(count)
    }

    fn votes_by_name(
        &mut self,
        rows: &[Row],
        names: &[String],
        file: String,
    ) -> Result<usize, DataError> {
        let by_number: HashMap<usize, &Row> = rows.iter().map(|row| (row.number, row)).collect();
        let (mut count, mut comparable, mut agree) = (0, 0, 0);
        for split in Split::ALL {
            let held_out = split == Split::PublicTest && self.held_out > 0;
            for face in self.faces_mut(split) {
                let Some(name) = names.get(face.row) else { continue };
                let Some(row) = row_number(name).and_then(|number| by_number.get(&number)) else {
                    continue;
                };
                let from_training = split == Split::Training || held_out;
                if row.split.is_some_and(|of| (of == Split::Training) != from_training) {
                    let reason = format!("the votes for \"{name}\" are of another split");
                    return Err(DataError::OtherNames { file, reason });
                }
                face.votes = Some(row.votes);
                count += 1;
                if let Some(majority) = row.votes.majority() {
                    comparable += 1;
                    agree += usize::from(majority == face.label);
                }
            }
        }
        if count == 0 {
            let reason = "no image is named after one of its rows".to_owned();
            return Err(DataError::OtherNames { file, reason });
        }
        let agreement = agree as f64 / f64::from(comparable.max(1) as u32);
        if comparable >= MIN_COMPARED && agreement < MIN_AGREEMENT {
            let reason =
                format!("its majority is the label for only {agree} of {comparable} faces");
            return Err(DataError::OtherNames { file, reason });
        }
        Ok(count)
    }
}

/// A row of `fer2013new.csv`.
struct Row {
    split: Option<Split>,
    /// The row in FER-2013, from 0.
    number: usize,
    votes: Votes,
}

/// The row in a file name without extension, `fer0000012` or `00012`.
fn row_number(name: &str) -> Option<usize> {
    name.strip_prefix("fer").unwrap_or(name).parse().ok()
}

fn read_rows(path: &Path, file: &str) -> Result<Vec<Row>, DataError> {
    let mut reader = open(path, file)?;
    let columns = reader.headers().map_err(|error| unreadable(file, error))?;
    if columns.len() < 12 || columns.get(2).is_none_or(|name| name.trim() != "neutral") {
        return Err(DataError::Columns {
            file: file.to_owned(),
            missing: "neutral".to_owned(),
            expected: "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,\
                       contempt,unknown,NF",
        });
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(file, error))?;
        let mut votes = [0; 10];
        for (vote, text) in votes.iter_mut().zip(record.iter().skip(2)) {
            let line = record.position().map_or(0, csv::Position::line);
            *vote = text.trim().parse().map_err(|_| DataError::Votes {
                file: file.to_owned(),
                line,
                text: text.to_owned(),
            })?;
        }
        let name = Path::new(record.get(1).unwrap_or_default().trim()).file_stem();
        // Rows that FER+ rejected have no name; they are in the order of FER-2013.
        let named = name.and_then(|name| name.to_str()).and_then(row_number);
        rows.push(Row {
            split: record.get(0).unwrap_or_default().parse().ok(),
            number: named.unwrap_or(rows.len()),
            votes: Votes::from_columns(votes),
        });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use emotion_core::{Expression, PIXELS};

    use super::*;

    const HEADER: &str = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,\
                          contempt,unknown,NF\n";

    #[test]
    fn votes_are_matched_by_row_and_split() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("a file");
            path
        };
        let good = vec!["7"; PIXELS].join(" ");
        let text = format!("emotion,pixels,Usage\n0,1,Training\n3,{good},Training\n");
        let mut data = DataSet::read(&write("fer2013.csv", &text)).expect("a data set");
        let rows = "Training,,0,0,0,0,0,0,0,0,0,10\nTraining,fer1.png,2,8,0,0,0,0,0,0,0,0\n";
        let votes = write("fer2013new.csv", &format!("{HEADER}{rows}"));
        assert_eq!(data.read_votes(&votes).expect("votes"), 1);
        let face = &data.faces(Split::Training).expect("faces")[0];
        assert_eq!(face.votes.and_then(|votes| votes.majority()), Some(Expression::Happy));
        let other = rows.replacen("Training", "PublicTest", 2);
        let error = data.read_votes(&write("other.csv", &format!("{HEADER}{other}")));
        assert!(matches!(error, Err(DataError::OtherRows { row: 1, .. })), "{error:?}");
    }

    /// A folder with one happy training picture for each name.
    fn pictures(names: &[&str]) -> (tempfile::TempDir, DataSet) {
        let folder = tempfile::tempdir().expect("a folder");
        let class = folder.path().join("train/happy");
        std::fs::create_dir_all(&class).expect("a folder");
        // So that nothing is held out of the training pictures.
        std::fs::create_dir_all(folder.path().join("val/happy")).expect("a folder");
        for (index, name) in names.iter().enumerate() {
            let picture = image::GrayImage::from_pixel(48, 48, image::Luma([index as u8]));
            picture.save(class.join(name)).expect("a picture");
        }
        let kept = folder.path().join("val/happy/kept.png");
        image::GrayImage::new(48, 48).save(kept).expect("a picture");
        let data = DataSet::read(folder.path()).expect("a data set");
        (folder, data)
    }

    fn votes_file(folder: &Path, rows: &[(&str, &str, u8)]) -> std::path::PathBuf {
        let mut text = HEADER.to_owned();
        for (split, name, happy) in rows {
            text += &format!("{split},{name},{},{happy},0,0,0,0,0,0,0,0\n", 10 - happy);
        }
        let path = folder.join("fer2013new.csv");
        std::fs::write(&path, text).expect("a file");
        path
    }

    #[test]
    fn pictures_get_votes_by_name_or_by_row() {
        let (folder, mut data) = pictures(&["00000.png", "fer0000001.png", "mine.png"]);
        let rows = [("Training", "fer0000000.png", 9), ("Training", "fer0000001.png", 8)];
        let votes = votes_file(folder.path(), &rows);
        assert_eq!(data.read_votes(&votes).expect("votes"), 2);
        let faces = data.faces(Split::Training).expect("faces");
        let happy: Vec<Option<u8>> =
            faces.iter().map(|face| face.votes.map(|votes| votes.expressions[3])).collect();
        assert_eq!(happy, [Some(9), Some(8), None]);
    }

    #[test]
    fn votes_for_other_pictures_are_refused() {
        let (folder, mut data) = pictures(&["mine.png"]);
        let votes = votes_file(folder.path(), &[("Training", "fer0000000.png", 9)]);
        assert!(matches!(data.read_votes(&votes), Err(DataError::OtherNames { .. })));

        let (folder, mut data) = pictures(&["0.png"]);
        let votes = votes_file(folder.path(), &[("PrivateTest", "fer0000000.png", 9)]);
        let error = data.read_votes(&votes).expect_err("another split").to_string();
        assert!(error.contains("another split"), "{error}");

        let names: Vec<String> = (0..MIN_COMPARED).map(|row| format!("{row}.png")).collect();
        let (folder, mut data) = pictures(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let votes = votes_file(folder.path(), &vec![("Training", "", 2); names.len()]);
        let error = data.read_votes(&votes).expect_err("other faces").to_string();
        assert!(error.contains("0 of 100"), "{error}");
    }
}

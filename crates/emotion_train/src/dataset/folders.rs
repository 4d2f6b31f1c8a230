//! Reading folders of images: `DIR/train/CLASS/*`, `DIR/val/CLASS/*`, `DIR/test/CLASS/*`.

use std::path::{Path, PathBuf};

use emotion_core::Expression;
use sha2::{Digest, Sha256};

use super::error::{DataError, unreadable};
use super::faces::{Damaged, DataSet, LabelledFace, Place};
use super::split::Split;
use crate::picture::read_face;

/// One in this many training images is held out for validation where there is no folder for it.
const HELD_OUT: u32 = 10;

/// Names of the splits' folders, in lower case.
const SPLITS: [(&str, Split); 9] = [
    ("train", Split::Training),
    ("training", Split::Training),
    ("val", Split::PublicTest),
    ("valid", Split::PublicTest),
    ("validation", Split::PublicTest),
    ("publictest", Split::PublicTest),
    ("test", Split::PrivateTest),
    ("testing", Split::PrivateTest),
    ("privatetest", Split::PrivateTest),
];

/// Names of the classes' folders, in lower case.
const CLASSES: [(&str, Expression); 16] = [
    ("angry", Expression::Angry),
    ("anger", Expression::Angry),
    ("disgust", Expression::Disgust),
    ("disgusted", Expression::Disgust),
    ("fear", Expression::Fear),
    ("fearful", Expression::Fear),
    ("afraid", Expression::Fear),
    ("scared", Expression::Fear),
    ("happy", Expression::Happy),
    ("happiness", Expression::Happy),
    ("joy", Expression::Happy),
    ("sad", Expression::Sad),
    ("sadness", Expression::Sad),
    ("surprise", Expression::Surprise),
    ("surprised", Expression::Surprise),
    ("neutral", Expression::Neutral),
];

impl DataSet {
    /// Reads images from folders: `DIR/train/happy/1.png` and so on.
    ///
    /// The splits' folders are `train` (or `Training`), `val` (`valid`, `validation`, `PublicTest`)
    /// and `test` (`PrivateTest`). An image whose name starts with a split's name and `_`, as in
    /// Kaggle's folders of FER-2013 (`test/happy/PublicTest_123.jpg`), belongs to that split instead.
    /// Where PublicTest would be empty, a tenth of the training images is held out for it: those
    /// whose SHA-256 of `CLASS/NAME` (the class's folder in lower case; the first four bytes as a
    /// little-endian number) is divisible by ten.
    ///
    /// Images may have any size, and be grey or colour: see [`read_face`]. Other files are skipped
    /// and listed; hidden files are ignored.
    ///
    /// # Errors
    /// [`DataError`] when a folder cannot be read, there is no folder of a split, or a folder has no
    /// class's name.
    pub fn read_folders(folder: &Path) -> Result<Self, DataError> {
        let mut data = Self::default();
        let mut files = Vec::new();
        let mut has_splits = false;
        for entry in entries(folder)? {
            match split_of_folder(&entry).filter(|_| entry.is_dir()) {
                Some(split) => {
                    has_splits = true;
                    data.find_images(folder, &entry, split, &mut files)?;
                }
                None => data.skip(folder, &entry, "it is not in a split's folder"),
            }
        }
        if !has_splits {
            return Err(DataError::NoSplits { folder: folder.display().to_string() });
        }
        files.sort();
        data.read_images(folder, &files);
        if data.public_test.is_empty() {
            data.hold_out(&files);
        }
        data.names = Some(files.into_iter().map(|file| stem(&file.path)).collect());
        Ok(data)
    }

    /// Lists the images of one split's folder.
    fn find_images(
        &mut self,
        root: &Path,
        folder: &Path,
        split: Split,
        files: &mut Vec<File>,
    ) -> Result<(), DataError> {
        for class_folder in entries(folder)? {
            if !class_folder.is_dir() {
                self.skip(root, &class_folder, "it is not in a class's folder");
                continue;
            }
            let name = lower_name(&class_folder);
            let class = CLASSES.iter().find(|(known, _)| *known == name);
            let Some((_, label)) = class else {
                let folder = class_folder.display().to_string();
                return Err(DataError::UnknownClassFolder { folder });
            };
            for path in entries(&class_folder)? {
                let split = split_of_name(&path).unwrap_or(split);
                files.push(File { split, path, label: *label });
            }
        }
        Ok(())
    }

    fn read_images(&mut self, root: &Path, files: &[File]) {
        for (row, file) in files.iter().enumerate() {
            match read_face(&file.path) {
                Ok(image) => {
                    let face = LabelledFace { row, image, label: file.label, votes: None };
                    self.faces_mut(file.split).push(face);
                }
                Err(reason) => self.skip(root, &file.path, &reason),
            }
        }
    }

    fn hold_out(&mut self, files: &[File]) {
        let training = std::mem::take(&mut self.training);
        (self.public_test, self.training) = training
            .into_iter()
            .partition(|face| files.get(face.row).is_some_and(|file| is_held_out(&file.path)));
        self.held_out = self.public_test.len();
    }

    fn skip(&mut self, root: &Path, path: &Path, reason: &str) {
        let path = path.strip_prefix(root).unwrap_or(path).display().to_string();
        self.damaged.push(Damaged { place: Place::File(path), reason: reason.to_owned() });
    }
}

/// An image file, ordered as rows are numbered.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct File {
    split: Split,
    path: PathBuf,
    label: Expression,
}

/// The entries of a folder, sorted by name, without hidden ones.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let failed = |error| unreadable(&folder.display().to_string(), error);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if !lower_name(&path).starts_with('.') {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn split_of_folder(path: &Path) -> Option<Split> {
    let name = lower_name(path);
    SPLITS.iter().find(|(known, _)| *known == name).map(|(_, split)| *split)
}

fn split_of_name(path: &Path) -> Option<Split> {
    let name = path.file_name()?.to_str()?;
    Split::ALL
        .into_iter()
        .find(|split| name.strip_prefix(split.name()).is_some_and(|rest| rest.starts_with('_')))
}

fn is_held_out(path: &Path) -> bool {
    let class = path.parent().map(lower_name).unwrap_or_default();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let digest = Sha256::digest(format!("{class}/{name}"));
    u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]]) % HELD_OUT == 0
}

fn lower_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().to_lowercase()
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(folder: &Path, path: &str, grey: u8) {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        image::GrayImage::from_pixel(60, 50, image::Luma([grey])).save(path).expect("a picture");
    }

    fn labels(data: &DataSet, split: Split) -> Vec<(Expression, u8)> {
        let faces = data.faces(split).expect("faces");
        faces.iter().map(|face| (face.label, face.image.grey[0])).collect()
    }

    #[test]
    fn splits_and_classes_have_many_names() {
        let folder = tempfile::tempdir().expect("a folder");
        picture(folder.path(), "train/Happiness/1.png", 1);
        picture(folder.path(), "train/anger/2.jpg", 2);
        picture(folder.path(), "Validation/sad/3.bmp", 3);
        picture(folder.path(), "test/SURPRISED/4.pgm", 4);
        picture(folder.path(), "test/fear/PublicTest_5.png", 5);
        let data = DataSet::read(folder.path()).expect("a data set");
        let training = [(Expression::Happy, 1), (Expression::Angry, 2)];
        assert_eq!(labels(&data, Split::Training), training);
        let public = [(Expression::Sad, 3), (Expression::Fear, 5)];
        assert_eq!(labels(&data, Split::PublicTest), public);
        assert_eq!(labels(&data, Split::PrivateTest), [(Expression::Surprise, 4)]);
        assert_eq!((data.held_out, data.damaged.len()), (0, 0));
        let rows: Vec<usize> =
            data.faces(Split::PublicTest).expect("faces").iter().map(|face| face.row).collect();
        assert_eq!(rows, [2, 3]);
    }

    #[test]
    fn other_files_are_listed_and_skipped() {
        let folder = tempfile::tempdir().expect("a folder");
        picture(folder.path(), "train/happy/good.png", 1);
        picture(folder.path(), "val/happy/good.png", 1);
        for (path, text) in [
            ("train/happy/broken.png", "no picture"),
            ("train/happy/.hidden", ""),
            ("train/notes.txt", "notes"),
            ("README", "hello"),
        ] {
            std::fs::write(folder.path().join(path), text).expect("a file");
        }
        let data = DataSet::read(folder.path()).expect("a data set");
        assert_eq!(data.faces(Split::Training).expect("faces").len(), 1);
        let mut damaged: Vec<String> = data.damaged.iter().map(ToString::to_string).collect();
        damaged.sort();
        assert_eq!(damaged.len(), 3, "{damaged:?}");
        for (line, path) in
            damaged.iter().zip(["README: ", "train/happy/broken.png: ", "train/notes.txt: "])
        {
            assert!(line.starts_with(path), "{line}");
        }
    }

    #[test]
    fn a_tenth_is_held_out_where_there_is_no_validation_split() {
        let folder = tempfile::tempdir().expect("a folder");
        for number in 0..120 {
            picture(folder.path(), &format!("train/sad/{number}.png"), number);
        }
        picture(folder.path(), "test/sad/0.png", 200);
        let data = DataSet::read(folder.path()).expect("a data set");
        let held_out = labels(&data, Split::PublicTest);
        assert_eq!(data.held_out, held_out.len());
        assert_eq!(held_out.len() + labels(&data, Split::Training).len(), 120);
        assert!((4..=22).contains(&held_out.len()), "{}", held_out.len());
        assert_eq!(labels(&data, Split::PrivateTest).len(), 1);
        // Adding pictures moves none of the others to another split.
        picture(folder.path(), "train/sad/more.png", 201);
        let again = DataSet::read(folder.path()).expect("a data set");
        let before = labels(&again, Split::PublicTest);
        assert!(held_out.iter().all(|face| before.contains(face)));
    }

    #[test]
    fn unknown_classes_and_missing_splits_stop() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(matches!(DataSet::read(folder.path()), Err(DataError::NoSplits { .. })));
        picture(folder.path(), "happy/1.png", 1);
        assert!(matches!(DataSet::read(folder.path()), Err(DataError::NoSplits { .. })));
        picture(folder.path(), "train/contempt/1.png", 1);
        let error = DataSet::read(folder.path()).expect_err("an unknown class");
        assert!(matches!(error, DataError::UnknownClassFolder { .. }), "{error}");
        assert!(error.to_string().contains("contempt"), "{error}");
    }
}

//! What a larger network says of the training faces, to learn from.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use super::dataset::LabelledFace;
use super::learner::TrainError;
use crate::classify::preprocess::SIDE;
use crate::classify::weights::ModelFile;
use crate::emotion::{Expression, Scores};

/// Faces that a network is asked about at once.
const BATCH: usize = 64;

/// A larger network's opinion of each training face, by row.
#[derive(Debug, Clone)]
pub struct Teacher {
    opinions: HashMap<usize, Opinion>,
}

/// A larger network's opinion of one face.
#[derive(Debug, Clone, Copy)]
pub struct Opinion {
    /// What its head for FER-2013's labels says.
    pub original: [f32; Expression::COUNT],
    /// What its head for the votes of FER+ says.
    pub ferplus: [f32; Expression::COUNT],
}

impl Teacher {
    /// Reads a safetensors file with `row` (`[faces]`, 32-bit integers: rows of the data set),
    /// `original` and `ferplus` (`[faces, 7]`, half precision: logits).
    ///
    /// # Errors
    /// [`TeacherError`] when the file cannot be read or holds something else.
    pub fn read(path: &Path) -> Result<Self, TeacherError> {
        let refused = |reason: String| TeacherError { file: path.display().to_string(), reason };
        let bytes = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
        let tensors = safetensors::SafeTensors::deserialize(&bytes)
            .map_err(|error| refused(error.to_string()))?;
        let tensor = |name: &str, dtype| {
            let tensor = tensors.tensor(name).map_err(|error| refused(error.to_string()))?;
            if tensor.dtype() == dtype {
                Ok(tensor.data())
            } else {
                Err(refused(format!("{name} is {:?}, not {dtype:?}", tensor.dtype())))
            }
        };
        let rows = tensor("row", safetensors::Dtype::I32)?;
        let original = tensor("original", safetensors::Dtype::F16)?;
        let ferplus = tensor("ferplus", safetensors::Dtype::F16)?;
        let row_bytes = Expression::COUNT * 2;
        if original.len() != rows.len() / 4 * row_bytes || ferplus.len() != original.len() {
            return Err(refused("its tensors have different lengths".to_owned()));
        }
        let probabilities = |bytes: &[u8]| {
            let mut logits = [0.0; Expression::COUNT];
            for (logit, pair) in logits.iter_mut().zip(bytes.chunks_exact(2)) {
                *logit = half::f16::from_le_bytes([pair[0], pair[1]]).to_f32();
            }
            Scores::from_logits(logits)
                .map(|scores| *scores.as_array())
                .ok_or_else(|| refused("it holds numbers that are not finite".to_owned()))
        };
        let mut opinions = HashMap::new();
        let faces = rows.chunks_exact(4).zip(original.chunks_exact(row_bytes));
        for ((row, original), ferplus) in faces.zip(ferplus.chunks_exact(row_bytes)) {
            let row = i32::from_le_bytes([row[0], row[1], row[2], row[3]]);
            let row = usize::try_from(row).map_err(|error| refused(error.to_string()))?;
            let opinion =
                Opinion { original: probabilities(original)?, ferplus: probabilities(ferplus)? };
            opinions.insert(row, opinion);
        }
        Ok(Self { opinions })
    }

    /// The mean of what several teachers say, where all of them say something.
    ///
    /// # Errors
    /// [`TeacherError`] when one of the files cannot be read or holds something else.
    pub fn read_all(paths: &[PathBuf]) -> Result<Option<Self>, TeacherError> {
        let mut teachers =
            paths.iter().map(|path| Self::read(path)).collect::<Result<Vec<_>, _>>()?;
        let Some(mut mean) = teachers.pop() else { return Ok(None) };
        mean.opinions.retain(|row, _| teachers.iter().all(|one| one.opinions.contains_key(row)));
        let share = 1.0 / (teachers.len() + 1) as f32;
        for (row, opinion) in &mut mean.opinions {
            for (index, (original, ferplus)) in
                opinion.original.iter_mut().zip(&mut opinion.ferplus).enumerate()
            {
                for other in teachers.iter().filter_map(|one| one.opinions.get(row)) {
                    *original += other.original[index];
                    *ferplus += other.ferplus[index];
                }
                *original *= share;
                *ferplus *= share;
            }
        }
        Ok(Some(mean))
    }

    /// The opinion of the face in a row of the data set.
    pub fn opinion(&self, row: usize) -> Option<&Opinion> {
        self.opinions.get(&row)
    }
}

/// The logits of both heads for a face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeadLogits {
    /// Of the head for FER-2013's labels.
    pub original: [f32; Expression::COUNT],
    /// Of the head for the votes of FER+.
    pub ferplus: [f32; Expression::COUNT],
}

impl HeadLogits {
    /// Both in one; `share` is the FER+ head's, 0 to 1.
    pub fn mixed(&self, share: f64) -> [f32; Expression::COUNT] {
        let mut mixed = self.original;
        for (logit, other) in mixed.iter_mut().zip(self.ferplus) {
            *logit += (other - *logit) * share as f32;
        }
        mixed
    }
}

/// What a network says of some faces.
#[derive(Debug, Clone)]
pub struct Opinions {
    /// The faces' rows in the data set.
    pub rows: Vec<usize>,
    /// One for each row.
    pub faces: Vec<HeadLogits>,
}

impl Opinions {
    /// A model's logits, the means of each face's and its mirror image's. `step` is told how many
    /// faces are done.
    ///
    /// # Errors
    /// [`TrainError`] when the model cannot be run.
    pub fn of<B: Backend>(
        file: &ModelFile,
        faces: &[LabelledFace],
        device: &B::Device,
        step: impl Fn(usize),
    ) -> Result<Self, TrainError> {
        let mut opinions = Self::straight::<B>(file, faces, device, &step)?;
        let mirrored: Vec<LabelledFace> = faces
            .iter()
            .map(|face| LabelledFace { image: face.image.mirrored(), ..face.clone() })
            .collect();
        let others = Self::straight::<B>(file, &mirrored, device, &step)?;
        for (opinion, other) in opinions.faces.iter_mut().zip(others.faces) {
            for (logits, others) in
                [(&mut opinion.original, other.original), (&mut opinion.ferplus, other.ferplus)]
            {
                for (logit, other) in logits.iter_mut().zip(others) {
                    *logit = 0.5 * (*logit + other);
                }
            }
        }
        Ok(opinions)
    }

    /// A model's logits for the faces as they are.
    ///
    /// # Errors
    /// [`TrainError`] when the model cannot be run.
    pub fn straight<B: Backend>(
        file: &ModelFile,
        faces: &[LabelledFace],
        device: &B::Device,
        step: impl Fn(usize),
    ) -> Result<Self, TrainError> {
        let network = file.network::<B>(device)?;
        let heads = [network.fold(0.0), network.fold(1.0)];
        let mut logits = Vec::with_capacity(faces.len());
        for batch in faces.chunks(BATCH) {
            let pixels: Vec<f32> = batch.iter().flat_map(|face| face.image.input()).collect();
            let pixels = TensorData::new(pixels, [batch.len(), 1, SIDE, SIDE]);
            let pixels = Tensor::<B, 4>::from_data(pixels, device);
            let [original, ferplus] = heads.each_ref().map(|head| {
                let data = head.forward(pixels.clone()).into_data().to_vec::<f32>();
                data.map_err(|error| TrainError::Backend(format!("{error:?}")))
            });
            let rows = |numbers: &[f32]| {
                let rows = numbers.chunks_exact(Expression::COUNT);
                rows.filter_map(|row| row.try_into().ok()).collect::<Vec<_>>()
            };
            let both = rows(&original?).into_iter().zip(rows(&ferplus?));
            logits.extend(both.map(|(original, ferplus)| HeadLogits { original, ferplus }));
            step(logits.len());
        }
        Ok(Self { rows: faces.iter().map(|face| face.row).collect(), faces: logits })
    }
}

/// Writes what [`Teacher::read`] reads.
///
/// # Errors
/// [`TrainError::Folder`] when the file cannot be written.
pub fn write(path: &Path, opinions: &Opinions) -> Result<(), TrainError> {
    let rows: Vec<u8> = opinions.rows.iter().flat_map(|&row| (row as i32).to_le_bytes()).collect();
    let bytes = |head: fn(&HeadLogits) -> &[f32; Expression::COUNT]| -> Vec<u8> {
        let numbers = opinions.faces.iter().flat_map(head);
        numbers.flat_map(|&logit| half::f16::from_f32(logit).to_le_bytes()).collect()
    };
    let (original, ferplus) = (bytes(|logits| &logits.original), bytes(|logits| &logits.ferplus));
    let failed = |reason: String| TrainError::Folder { file: path.display().to_string(), reason };
    let view = |dtype, shape, data| {
        safetensors::tensor::TensorView::new(dtype, shape, data)
            .map_err(|error| failed(error.to_string()))
    };
    let (count, half) = (opinions.rows.len(), safetensors::Dtype::F16);
    let tensors = [
        ("row", view(safetensors::Dtype::I32, vec![count], &rows)?),
        ("original", view(half, vec![count, Expression::COUNT], &original)?),
        ("ferplus", view(half, vec![count, Expression::COUNT], &ferplus)?),
    ];
    let bytes = safetensors::serialize(tensors, None).map_err(|error| failed(error.to_string()))?;
    std::fs::write(path, bytes).map_err(|error| failed(error.to_string()))
}

/// Why a teacher's file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the teacher's file {file} cannot be used: {reason}")]
pub struct TeacherError {
    file: String,
    reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_averaged() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut logits = [-20.0; Expression::COUNT];
        logits[3] = 0.0;
        let mut others = [-20.0; Expression::COUNT];
        others[4] = 0.0;
        let mut paths = Vec::new();
        for (name, rows, logits) in [("a", vec![7, 9], logits), ("b", vec![9, 11], others)] {
            let faces = vec![HeadLogits { original: logits, ferplus: logits }; 2];
            paths.push(folder.path().join(name));
            write(&folder.path().join(name), &Opinions { rows, faces }).expect("a file");
        }
        let one = Teacher::read(&paths[0]).expect("a teacher");
        assert!(one.opinion(7).is_some_and(|opinion| opinion.original[3] > 0.99));
        let both = Teacher::read_all(&paths).expect("teachers").expect("some");
        assert!(both.opinion(7).is_none() && both.opinion(11).is_none());
        let opinion = both.opinion(9).expect("an opinion");
        assert!((opinion.original[3] - 0.5).abs() < 1e-3, "{opinion:?}");
        assert!((opinion.ferplus[4] - 0.5).abs() < 1e-3, "{opinion:?}");
    }
}

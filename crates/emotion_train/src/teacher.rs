//! Knowledge distillation: a larger network's probabilities as soft targets (Hinton et al.,
//! *Distilling the knowledge in a neural network*, 2015).

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use emotion_core::{Expression, Scores};

use super::error::TrainError;
use super::logits::{FaceLogits, HeadLogits};

/// Soft targets for the training faces, by row.
#[derive(Debug, Clone)]
pub struct Teacher {
    targets: HashMap<usize, SoftTargets>,
}

/// A larger network's probabilities for one face.
#[derive(Debug, Clone, Copy)]
pub struct SoftTargets {
    /// Of the head for FER-2013's labels.
    pub original: [f32; Expression::COUNT],
    /// Of the head for the votes of FER+.
    pub ferplus: [f32; Expression::COUNT],
}

impl Teacher {
    /// Reads a file of [`write()`].
    ///
    /// # Errors
    /// [`TeacherError`] when the file cannot be read or has another format.
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
            return Err(refused("its tensors differ in length".to_owned()));
        }
        let probabilities = |bytes: &[u8]| {
            let mut logits = [0.0; Expression::COUNT];
            for (logit, pair) in logits.iter_mut().zip(bytes.chunks_exact(2)) {
                *logit = half::f16::from_le_bytes([pair[0], pair[1]]).to_f32();
            }
            Scores::from_logits(logits)
                .map(|scores| *scores.as_array())
                .ok_or_else(|| refused("it has values that are not finite".to_owned()))
        };
        let mut targets = HashMap::new();
        let faces = rows.chunks_exact(4).zip(original.chunks_exact(row_bytes));
        for ((row, original), ferplus) in faces.zip(ferplus.chunks_exact(row_bytes)) {
            let row = i32::from_le_bytes([row[0], row[1], row[2], row[3]]);
            let row = usize::try_from(row).map_err(|error| refused(error.to_string()))?;
            let (original, ferplus) = (probabilities(original)?, probabilities(ferplus)?);
            targets.insert(row, SoftTargets { original, ferplus });
        }
        Ok(Self { targets })
    }

    /// The mean of several teachers, for the faces that all of them have; `None` without a path.
    ///
    /// # Errors
    /// [`TeacherError`] when one of the files cannot be read or has another format.
    pub fn read_all(paths: &[PathBuf]) -> Result<Option<Self>, TeacherError> {
        let mut teachers =
            paths.iter().map(|path| Self::read(path)).collect::<Result<Vec<_>, _>>()?;
        let Some(mut mean) = teachers.pop() else { return Ok(None) };
        mean.targets.retain(|row, _| teachers.iter().all(|other| other.targets.contains_key(row)));
        let share = 1.0 / (teachers.len() + 1) as f32;
        for (row, targets) in &mut mean.targets {
            for (index, (original, ferplus)) in
                targets.original.iter_mut().zip(&mut targets.ferplus).enumerate()
            {
                for other in teachers.iter().filter_map(|other| other.targets.get(row)) {
                    *original += other.original[index];
                    *ferplus += other.ferplus[index];
                }
                *original *= share;
                *ferplus *= share;
            }
        }
        Ok(Some(mean))
    }

    /// The soft targets for the face in a row of the data set.
    pub fn targets(&self, row: usize) -> Option<&SoftTargets> {
        self.targets.get(&row)
    }
}

/// Writes a model's logits for [`Teacher::read`]: a safetensors file with `row` (`[faces]`, 32-bit
/// integers: rows of the data set), `original` and `ferplus` (`[faces, 7]`, half precision).
///
/// # Errors
/// [`TrainError::Folder`] when the file cannot be written.
pub fn write(path: &Path, logits: &FaceLogits) -> Result<(), TrainError> {
    let rows: Vec<u8> = logits.rows.iter().flat_map(|&row| (row as i32).to_le_bytes()).collect();
    let bytes = |head: fn(&HeadLogits) -> &[f32; Expression::COUNT]| -> Vec<u8> {
        let numbers = logits.faces.iter().flat_map(head);
        numbers.flat_map(|&logit| half::f16::from_f32(logit).to_le_bytes()).collect()
    };
    let (original, ferplus) = (bytes(|logits| &logits.original), bytes(|logits| &logits.ferplus));
    let failed = |reason: String| TrainError::Folder { file: path.display().to_string(), reason };
    let view = |dtype, shape, data| {
        safetensors::tensor::TensorView::new(dtype, shape, data)
            .map_err(|error| failed(error.to_string()))
    };
    let (count, half) = (logits.rows.len(), safetensors::Dtype::F16);
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
#[error("the teacher's file {file} cannot be used: {reason}; write it again")]
pub struct TeacherError {
    file: String,
    reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_logits_are_read_and_averaged() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut logits = [-20.0; Expression::COUNT];
        logits[3] = 0.0;
        let mut others = [-20.0; Expression::COUNT];
        others[4] = 0.0;
        let mut paths = Vec::new();
        for (name, rows, logits) in [("a", vec![7, 9], logits), ("b", vec![9, 11], others)] {
            let faces = vec![HeadLogits { original: logits, ferplus: logits }; 2];
            paths.push(folder.path().join(name));
            write(&folder.path().join(name), &FaceLogits { rows, faces }).expect("a file");
        }
        let one = Teacher::read(&paths[0]).expect("a teacher");
        assert!(one.targets(7).is_some_and(|targets| targets.original[3] > 0.99));
        let both = Teacher::read_all(&paths).expect("teachers").expect("some");
        assert!(both.targets(7).is_none() && both.targets(11).is_none());
        let targets = both.targets(9).expect("targets");
        assert!((targets.original[3] - 0.5).abs() < 1e-3, "{targets:?}");
        assert!((targets.ferplus[4] - 0.5).abs() < 1e-3, "{targets:?}");
    }
}

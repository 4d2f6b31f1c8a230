//! What a larger network says of the training faces, to learn from.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::emotion::{Expression, Scores};

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

/// Why a teacher's file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the teacher's file {file} cannot be used: {reason}")]
pub struct TeacherError {
    file: String,
    reason: String,
}

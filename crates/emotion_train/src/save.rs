//! Writing model files and their hashes.

use std::path::Path;

use burn::tensor::backend::Backend;
use emotion_models::models::Network;
use emotion_models::weights::{self, ModelHeader};

use super::error::{TrainError, unwritable};
use super::recipe::Recipe;

/// Writes a network as a model file, and its hash beside it.
///
/// # Errors
/// [`TrainError`] when it cannot be written.
pub fn save_model<B: Backend>(
    path: &Path,
    network: &Network<B>,
    recipe: &Recipe,
    temperature: f32,
) -> Result<(), TrainError> {
    let mut header = ModelHeader::new(&recipe.name, recipe.network.clone());
    header.ferplus_share = recipe.ferplus_share;
    header.temperature = temperature;
    header.labels_temperature = temperature;
    let bytes = weights::to_bytes(network, &header)?;
    save_bytes(path, &bytes)
}

/// Writes a model file and its line in `SHA256SUMS`.
///
/// # Errors
/// [`TrainError::Folder`] when one of them cannot be written.
pub fn save_bytes(path: &Path, bytes: &[u8]) -> Result<(), TrainError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let sums = path.with_file_name(weights::SUMS_FILE);
    let others = std::fs::read_to_string(&sums).unwrap_or_default();
    let mut lines: Vec<String> = others
        .lines()
        .filter(|line| !line.ends_with(&format!(" {name}")))
        .map(str::to_owned)
        .collect();
    lines.push(format!("{}  {name}", weights::sha256(bytes)));
    lines.sort_by(|a, b| a.split_whitespace().last().cmp(&b.split_whitespace().last()));
    write(path, bytes)?;
    write(&sums, (lines.join("\n") + "\n").as_bytes())
}

/// Writes a file atomically: a kill leaves the old or the new one.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), TrainError> {
    let half_done = path.with_extension("part");
    std::fs::write(&half_done, bytes)
        .and_then(|()| std::fs::rename(&half_done, path))
        .map_err(|error| unwritable(path, error))
}

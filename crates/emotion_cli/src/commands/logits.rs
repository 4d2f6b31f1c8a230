//! `emotion logits`: a model's logits of the training faces, for other models to learn from.

use std::path::PathBuf;

use emotion_models::{Hardware, ModelChoice};
use emotion_train::dataset::Split;
use emotion_train::logits::FaceLogits;
use emotion_train::teacher;

use super::data::read_data;
use super::train::{TrainBackend, progress_bar};

/// Writes a model's logits of the training faces, as a teacher for `emotion train`
#[derive(clap::Args)]
pub struct LogitsArgs {
    /// Kaggle's fer2013.csv, or a folder of pictures
    #[arg(long)]
    data: PathBuf,

    /// A model's name, or a model file
    #[arg(long)]
    model: ModelChoice,

    /// The file to write (safetensors)
    #[arg(long)]
    out: PathBuf,

    /// Where the model runs
    #[arg(long, value_enum, default_value_t)]
    backend: TrainBackend,
}

/// Writes a teacher's file.
pub fn run(args: &LogitsArgs) -> anyhow::Result<()> {
    let data = read_data(&args.data, None)?;
    let faces = data.faces(Split::Training)?;
    let file = args.model.read(Hardware::Gpu)?;
    let bar = progress_bar();
    bar.set_length(faces.len() as u64);
    let step = |done: usize| bar.set_position(done as u64);
    let logits = FaceLogits::compute_with_tta(&file, faces, args.backend.into(), step)?;
    bar.finish_and_clear();
    teacher::write(&args.out, &logits)?;
    eprintln!("{} faces in {}", faces.len(), args.out.display());
    Ok(())
}

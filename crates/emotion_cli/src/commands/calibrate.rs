//! `emotion calibrate`: the last step of training, which calibrates a model's probabilities.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use emotion_core::Expression;
use emotion_models::{Hardware, ModelChoice};
use emotion_train::calibration::calibrate;
use emotion_train::dataset::Split;
use emotion_train::prior::Prior;
use emotion_train::save::save_bytes;

use super::data::read_data;

/// Fit a trained model's temperatures on PublicTest, and correct its output for cameras
#[derive(clap::Args)]
pub struct CalibrateArgs {
    /// Kaggle's fer2013.csv, or a folder of pictures
    #[arg(long)]
    data: PathBuf,

    /// The votes of FER+ (fer2013new.csv)
    #[arg(long)]
    ferplus: PathBuf,

    /// A model's name, or a model file
    #[arg(long)]
    model: ModelChoice,

    /// Share of the FER+ head in the output, 0 to 1, instead of the model's own
    #[arg(long)]
    ferplus_share: Option<f64>,

    /// Share of each expression in front of a camera, angry to neutral: seven numbers, separated by
    /// commas
    #[arg(long, value_delimiter = ',', num_args = 7)]
    prior: Option<Vec<f32>>,

    /// The model file to write
    #[arg(long)]
    out: PathBuf,
}

/// Calibrates a model.
pub fn run(args: &CalibrateArgs) -> anyhow::Result<()> {
    let data = read_data(&args.data, Some(&args.ferplus))?;
    let file = args.model.read(Hardware::Gpu)?;
    let share = args.ferplus_share.unwrap_or(file.header().ferplus_share);
    ensure!((0.0..=1.0).contains(&share), "--ferplus-share must be from 0 to 1");
    let prior = match &args.prior {
        Some(shares) => Prior::new(shares).context("--prior cannot be used")?,
        None => Prior::IN_FRONT_OF_A_CAMERA,
    };
    let training = data.faces(Split::Training)?;
    let header = calibrate(&file, training, data.faces(Split::PublicTest)?, share, &prior)?;
    eprintln!(
        "temperatures: output {:.3}, labels {:.3}, votes {:.3}; FER+ share {share}",
        header.temperature, header.labels_temperature, header.votes_temperature
    );
    for (expression, shift) in Expression::ALL.into_iter().zip(header.logit_shift) {
        eprintln!("{expression:>9} {shift:+.2}");
    }
    save_bytes(&args.out, &file.with_header(header)?)?;
    Ok(())
}

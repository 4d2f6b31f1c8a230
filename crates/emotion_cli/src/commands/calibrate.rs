//! `emotion calibrate`: the last step of training, which calibrates a model's probabilities.

use std::path::PathBuf;

use anyhow::ensure;
use emotion_core::Expression;
use emotion_models::{Hardware, ModelChoice};
use emotion_train::calibration::calibrate;
use emotion_train::dataset::Split;
use emotion_train::save::save_bytes;

use super::data::read_data;

/// Fits a trained model's temperatures, and measures the prior of its output
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
    let training = data.faces(Split::Training)?;
    let header = calibrate(&file, training, data.faces(Split::PublicTest)?, share)?;
    eprintln!(
        "temperatures: output {:.3}, labels {:.3}, votes {:.3}; FER+ share {share}",
        header.temperature, header.labels_temperature, header.votes_temperature
    );
    match header.prior {
        Some(prior) => {
            for expression in Expression::ALL {
                eprintln!("{expression:>9} {:5.1} %", prior.get(expression) * 100.0);
            }
        }
        None => eprintln!("no prior: the output rules an expression out for all training faces"),
    }
    save_bytes(&args.out, &file.with_header(header)?)?;
    Ok(())
}

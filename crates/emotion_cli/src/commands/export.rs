//! `emotion export`: writes a model in the format of other runtimes.

use std::path::PathBuf;

use anyhow::Context;
use emotion_models::{Hardware, ModelChoice, onnx};

/// Writes a model as an ONNX file
///
/// The file itself describes the faces that it expects and the order of the expressions that it
/// returns.
#[derive(clap::Args)]
pub struct ExportArgs {
    /// Where to write it
    #[arg(long, value_name = "FILE")]
    onnx: PathBuf,

    /// A model's name, or a model file; by default the CPU's default model
    #[arg(long)]
    model: Option<ModelChoice>,
}

/// Writes the file.
pub fn run(args: &ExportArgs) -> anyhow::Result<()> {
    let file = args.model.clone().unwrap_or_default().read(Hardware::Cpu)?;
    let bytes = onnx::export(&file)?;
    std::fs::write(&args.onnx, &bytes)
        .with_context(|| format!("{} cannot be written", args.onnx.display()))?;
    let size = bytes.len() as f64 / f64::from(1 << 20);
    eprintln!("{}: {}, {size:.1} MiB", args.onnx.display(), file.header().name);
    Ok(())
}

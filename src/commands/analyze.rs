//! `emotion analyze`: the pipeline without a window, a row for each face and frame.

use clap::Args;

/// Reads every frame of the inputs and writes a row for each face and frame
#[derive(Args)]
pub struct AnalyzeArgs {
    /// Films, pictures, folders of pictures, URLs, or `puppet`
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<String>,
}

/// Analyzes the inputs one after the other.
pub fn run(args: &AnalyzeArgs) -> anyhow::Result<()> {
    anyhow::bail!("cannot read {} yet", args.inputs.join(", "))
}

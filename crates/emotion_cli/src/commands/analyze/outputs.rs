//! Which files are written, and that none of them destroys another.

use std::path::{Path, PathBuf};

use anyhow::bail;

use super::AnalyzeArgs;
use crate::commands::annotate::check_target;

/// Rows or a film written over a film that is being read would destroy it.
pub fn refuse_to_overwrite_inputs(args: &AnalyzeArgs) -> anyhow::Result<()> {
    let outputs =
        args.out.iter().chain(&args.plot).cloned().chain(film_paths(args).into_iter().flatten());
    for output in outputs {
        let Ok(output) = output.canonicalize() else { continue };
        for input in args.inputs.iter().map(Path::new).chain(args.subtitles.as_deref()) {
            if Path::new(input).canonicalize().is_ok_and(|input| input == output) {
                bail!("{} is an input and an output; write to another file", input.display());
            }
        }
    }
    Ok(())
}

/// Refuses, before the work begins, outputs that would overwrite each other and films that cannot be
/// written.
pub fn check_outputs(args: &AnalyzeArgs) -> anyhow::Result<()> {
    if args.inputs.len() > 1 && (args.plot.is_some() || args.subtitles.is_some()) {
        bail!("--plot and --subtitles are for one input; name one, or leave them out");
    }
    let films = film_paths(args).into_iter().flatten();
    let mut outputs: Vec<PathBuf> = films.collect();
    for film in &outputs {
        check_target(film)?;
    }
    if let Some(plot) = &args.plot {
        if !plot.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png")) {
            bail!("{} is not named as a picture; end it in .png", plot.display());
        }
        check_target(plot)?;
        outputs.push(plot.clone());
    }
    outputs.extend(args.out.iter().chain(&args.recording).cloned());
    let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
    for (index, output) in outputs.iter().enumerate() {
        if outputs[..index].iter().any(|earlier| absolute(earlier) == absolute(output)) {
            bail!("{} is two outputs at once; give each its own file", output.display());
        }
    }
    Ok(())
}

/// The film of each input: the name that was given for one input, `OUT-INPUT.mp4` for several.
pub fn film_paths(args: &AnalyzeArgs) -> Vec<Option<PathBuf>> {
    let Some(film) = &args.annotate else { return vec![None; args.inputs.len()] };
    if args.inputs.len() == 1 {
        return vec![Some(film.clone())];
    }
    let base = film.file_stem().unwrap_or_default().to_string_lossy();
    let extension = film.extension().unwrap_or_default().to_string_lossy();
    let mut paths: Vec<Option<PathBuf>> = Vec::new();
    for input in &args.inputs {
        let stem = Path::new(input).file_stem().unwrap_or_default().to_string_lossy();
        let stem: String = stem
            .chars()
            .map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' })
            .collect();
        let named = |number: usize| {
            let number = if number == 1 { String::new() } else { format!("-{number}") };
            Some(film.with_file_name(format!("{base}-{stem}{number}.{extension}")))
        };
        let mut number = 1;
        while paths.contains(&named(number)) {
            number += 1;
        }
        paths.push(named(number));
    }
    paths
}

//! `emotion evaluate --text`: measures a model that reads lines of text.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Instant;

use anyhow::Context;
use emotion_core::Expression;
use emotion_models::ModelChoice;
use emotion_train::words::{LabelledLine, LineSplit, Lines, SetFigures, evaluate};
use emotion_words::WordReader;

use super::evaluate::EvaluateArgs;
use super::text_train::report_skipped;

/// Measures a model of words.
pub fn run(args: &EvaluateArgs) -> anyhow::Result<()> {
    let reader = match &args.model {
        ModelChoice::Path(path) => {
            let bytes = std::fs::read(path)
                .with_context(|| format!("{} cannot be read", path.display()))?;
            WordReader::new(&bytes).with_context(|| path.display().to_string())?
        }
        ModelChoice::Default | ModelChoice::Name(_) => WordReader::shipped()?,
    };
    let lines = Lines::read(&args.data)?;
    report_skipped(&lines);
    let measured = without_training(&lines);

    let started = Instant::now();
    let sets = evaluate(&measured, |line| reader.read(&line.text));
    let each = started.elapsed().as_secs_f64() * 1e3 / measured.len().max(1) as f64;
    print(&sets, each)?;
    if let Some(path) = &args.json {
        let text = serde_json::to_string_pretty(&sets)?;
        std::fs::write(path, text + "\n")
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

/// All lines but those that were trained on, unless there are no others.
pub fn without_training(lines: &Lines) -> Vec<&LabelledLine> {
    let (trained, others): (Vec<_>, Vec<_>) =
        lines.lines.iter().partition(|line| line.split == LineSplit::Train);
    match (trained.is_empty(), others.is_empty()) {
        (true, _) => others,
        (false, true) => {
            eprintln!("warning: all lines are of the split train; a model may know them by heart");
            trained
        }
        (false, false) => {
            eprintln!("{} lines of the split train are left out", trained.len());
            others
        }
    }
}

fn print(sets: &BTreeMap<String, SetFigures>, milliseconds: f64) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{:<14} {:>7} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "set", "lines", "macro-F1", "micro-F1", "top-1", "exact", "ece", "unsure"
    )?;
    for (name, set) in sets {
        let figures =
            [set.macro_f1, set.micro_f1, set.accuracy, set.exact, set.ece, set.not_understood];
        let figures: String =
            figures.iter().map(|figure| format!(" {:>6.2} %", figure * 100.0)).collect();
        writeln!(out, "{name:<14} {:>7}{figures}", set.n)?;
    }
    writeln!(out, "\nF1 by label{:>3}", "")?;
    for (name, set) in sets {
        write!(out, "{name:<14}")?;
        for (expression, f1) in Expression::ALL.iter().zip(set.per_class_f1) {
            match f1 {
                Some(f1) => write!(out, "  {expression} {:.1} %", f1 * 100.0)?,
                None => write!(out, "  {expression} -")?,
            }
        }
        writeln!(out)?;
    }
    writeln!(out, "\n{milliseconds:.3} ms a line, mean, on one thread")?;
    Ok(())
}

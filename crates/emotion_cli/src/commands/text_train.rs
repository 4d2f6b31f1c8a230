//! `emotion train --text`: trains a model that reads lines of text.

use anyhow::ensure;
use emotion_train::words::{
    LineSplit, Lines, WordsEpoch, WordsObserver, WordsRecipe, WordsRun, train,
};
use indicatif::ProgressBar;

use super::train::{TrainArgs, progress_bar};

/// Lines that cannot be used and are named one by one.
const NAMED: usize = 10;

/// Trains a model of words.
pub fn run(args: &TrainArgs) -> anyhow::Result<()> {
    let mut recipe = match &args.recipe {
        Some(path) => WordsRecipe::read(path)?,
        None => WordsRecipe::default(),
    };
    recipe.epochs = args.epochs.unwrap_or(recipe.epochs);
    recipe.seed = args.seed.unwrap_or(recipe.seed);
    ensure!(recipe.epochs > 0, "--epochs must be at least 1");

    let lines = Lines::read(&args.data)?;
    report_skipped(&lines);
    eprintln!(
        "{} lines to train on, {} for validation",
        lines.of(LineSplit::Train).len(),
        lines.of(LineSplit::Val).len()
    );
    let run = WordsRun { recipe: &recipe, lines: &lines, folder: &args.out };
    let mut screen = Screen(progress_bar());
    let path = train(&run, args.backend.into(), &mut screen)?;
    screen.0.finish_and_clear();
    eprintln!("the best epoch's model is {}", path.display());
    Ok(())
}

/// Says which lines of a table cannot be used.
pub fn report_skipped(lines: &Lines) {
    for (number, reason) in lines.skipped.iter().take(NAMED) {
        eprintln!("line {number} is left out: {reason}");
    }
    if lines.skipped.len() > NAMED {
        eprintln!("{} lines are left out in all", lines.skipped.len());
    }
}

struct Screen(ProgressBar);

impl WordsObserver for Screen {
    fn step(&mut self, epoch: usize, step: usize, steps: usize, loss: f64) {
        self.0.set_length(steps as u64);
        self.0.set_position(step as u64);
        self.0.set_message(format!("epoch {epoch}, loss {loss:.4}"));
    }

    fn epoch(&mut self, report: &WordsEpoch) {
        let sets = report.sets.iter().map(|(name, set)| {
            format!(", {name} macro-F1 {:.2} %, ece {:.1} %", set.macro_f1 * 100.0, set.ece * 100.0)
        });
        let line = format!(
            "epoch {:>3}: loss {:.4}{}, {:.0} s{}",
            report.epoch,
            report.loss,
            sets.collect::<String>(),
            report.seconds,
            if report.is_best { ", best" } else { "" }
        );
        self.0.suspend(|| eprintln!("{line}"));
        self.0.reset();
    }
}

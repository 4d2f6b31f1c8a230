//! How far an input is.

use std::io::{IsTerminal, stderr, stdout};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar on stderr, where somebody sees it and no rows run through it.
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar for so many frames, if that is known. It is shown where rows do not run through it.
    pub fn start(name: &str, frames: Option<u64>, rows_elsewhere: bool) -> Self {
        let shown = stderr().is_terminal() && (rows_elsewhere || !stdout().is_terminal());
        let target =
            if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(frames, target);
        let template = if frames.is_some() {
            "{msg} [{bar:32}] {pos}/{len} frames, {per_sec}, {eta} left"
        } else {
            "{msg} {spinner} {pos} frames, {per_sec}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> ").with_key(
                "per_sec",
                |state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
                    let _ = write!(out, "{:.1} frames/s", state.per_sec());
                },
            ));
        }
        bar.set_message(name.to_owned());
        Self(bar)
    }

    /// One frame more.
    pub fn advance(&self) {
        self.0.inc(1);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

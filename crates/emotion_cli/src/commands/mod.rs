//! One file for each subcommand: its arguments as `XArgs`, and `run`.

mod advice;
pub mod analyze;
mod annotate;
#[cfg(feature = "train")]
pub mod calibrate;
pub mod cameras;
#[cfg(feature = "train")]
mod data;
#[cfg(feature = "demo")]
pub mod demo;
#[cfg(feature = "train")]
pub mod evaluate;
pub mod export;
#[cfg(feature = "train")]
pub mod fuse;
mod joint_rows;
mod letterbox;
#[cfg(feature = "train")]
pub mod logits;
#[cfg(feature = "microphone")]
pub mod microphones;
#[cfg(feature = "project")]
pub mod person;
mod pipeline;
#[cfg(feature = "project")]
pub mod project;
mod rows;
#[cfg(feature = "serve")]
pub mod serve;
#[cfg(feature = "project")]
pub mod session;
mod stop;
#[cfg(feature = "project")]
pub mod study;
mod tape;
mod text_analyze;
#[cfg(feature = "train")]
mod text_evaluate;
#[cfg(feature = "train")]
mod text_train;
#[cfg(feature = "train")]
pub mod train;
#[cfg(feature = "train")]
mod voice;
#[cfg(feature = "watch")]
pub mod watch;

/// The error, its causes and advice for the command line, in one line. Each cause appears once,
/// because some errors quote theirs.
pub fn chain(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    if let Some(advice) = advice::advice(error) {
        text.push_str("; ");
        text.push_str(advice);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_cause_is_told_once() {
        let missing = std::io::Error::other("disk on fire");
        let quoting =
            anyhow::Error::new(missing).context("cannot read a.mp4: disk on fire; buy a disk");
        assert_eq!(super::chain(&quoting), "cannot read a.mp4: disk on fire; buy a disk");
        assert_eq!(super::chain(&quoting.context("analyze")).matches("disk on fire").count(), 1);
    }
}

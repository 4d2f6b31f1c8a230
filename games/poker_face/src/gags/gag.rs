//! What a gag is.

use crate::canvas::Canvas;
use crate::gags::jokes::JOKES;

/// Something to laugh at.
pub struct Gag {
    /// Its title.
    pub name: &'static str,
    /// How silly it is, 1 to 5.
    pub silliness: f32,
    /// How long it takes, in seconds.
    pub seconds: f32,
    /// When it is meant to be funny, in seconds after it began.
    pub punch: f32,
    /// What is said, from when on. Without any, a joke of [`JOKES`] is told.
    pub(super) lines: &'static [(f32, &'static str)],
    /// Its times that are shown, as still pictures, where motion is reduced.
    pub(super) poses: &'static [f32],
    /// Draws it as it is at a time.
    pub(crate) draw: fn(&mut Canvas, f32),
}

impl Gag {
    /// What is said at `t`, and since when.
    pub(crate) fn line(&self, t: f32, seed: u64) -> Option<(&'static str, f32)> {
        let joke = JOKES[(seed % JOKES.len() as u64) as usize];
        let told = [(0.7, joke[0]), (self.punch, joke[1])];
        let lines = if self.lines.is_empty() { &told[..] } else { self.lines };
        lines.iter().rev().find(|(from, _)| t >= *from).map(|(from, line)| (*line, t - from))
    }

    /// The time that is drawn where motion is reduced: one still picture after the other.
    pub(crate) fn still(&self, t: f32) -> f32 {
        let next = self.poses.partition_point(|pose| pose - 0.8 <= t);
        self.poses[next.saturating_sub(1)]
    }
}

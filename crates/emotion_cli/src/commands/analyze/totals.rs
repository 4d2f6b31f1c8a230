//! What the summary of an input says.

use std::time::Duration;

use emotion_core::{Analysis, Expression};

use super::together::Said;

/// What an input came to.
#[derive(Default)]
pub struct Totals {
    /// Whether frames are pictures of their own, in which nobody is followed.
    pub is_still: bool,
    /// Frames read.
    pub frames: u64,
    /// Windows of voices.
    pub windows: u64,
    /// Subtitles.
    pub lines: u64,
    /// Answers of several modalities, and those of them with a conflict.
    pub answers: (u64, u64),
    /// Faces in them, counted in each frame.
    pub faces: u64,
    /// Tracks are numbered from 1, without gaps.
    pub tracks: u64,
    /// How often each expression was dominant.
    pub expressions: [u64; Expression::COUNT],
    /// How often none was.
    pub unsure: u64,
    /// Spent on detection, on one thread.
    pub detect: Duration,
    /// Spent on reading, on one thread.
    pub classify: Duration,
    /// From start to end.
    pub elapsed: Duration,
}

impl Totals {
    /// Adds the analysis of a frame.
    pub fn count(&mut self, analysis: &Analysis) {
        self.faces += analysis.readings.len() as u64;
        for reading in &analysis.readings {
            self.tracks = self.tracks.max(reading.track);
            match reading.dominant {
                Some(expression) => self.expressions[expression.index()] += 1,
                None => self.unsure += 1,
            }
        }
        self.detect += analysis.detect_time;
        self.classify += analysis.classify_time;
    }

    /// Adds what was put together.
    pub fn count_said(&mut self, said: &Said) {
        match said {
            Said::Voice(..) => self.windows += 1,
            Said::Words(..) => self.lines += 1,
            Said::Fused { reading, .. } => {
                self.answers.0 += 1;
                self.answers.1 += u64::from(reading.conflict.is_some());
            }
        }
    }

    /// Adds what another input came to.
    pub fn add(&mut self, other: &Self) {
        self.is_still = other.is_still && (self.is_still || self.frames == 0);
        self.frames += other.frames;
        self.windows += other.windows;
        self.lines += other.lines;
        self.answers.0 += other.answers.0;
        self.answers.1 += other.answers.1;
        self.faces += other.faces;
        self.tracks += other.tracks;
        for (sum, count) in self.expressions.iter_mut().zip(other.expressions) {
            *sum += count;
        }
        self.unsure += other.unsure;
        self.detect += other.detect;
        self.classify += other.classify;
        self.elapsed += other.elapsed;
    }
}

impl std::fmt::Display for Totals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.frames == 0 && self.windows > 0 {
            let seconds = self.elapsed.as_secs_f64();
            return write!(f, "{} windows of a voice in {seconds:.1} s", self.windows);
        }
        let frames = self.frames.max(1) as f64;
        let seconds = self.elapsed.as_secs_f64();
        let unit = if self.is_still { "picture" } else { "frame" };
        write!(
            f,
            "{} {unit}{} in {seconds:.1} s ({:.1} {unit}s/s), {:.2} faces a {unit}",
            self.frames,
            if self.frames == 1 { "" } else { "s" },
            self.frames as f64 / seconds.max(1e-9),
            self.faces as f64 / frames,
        )?;
        if !self.is_still {
            write!(f, ", {} tracks", self.tracks)?;
        }
        if self.faces > 0 {
            let mut shares: Vec<(&str, u64)> = Expression::ALL
                .into_iter()
                .map(Expression::name)
                .zip(self.expressions)
                .chain([("unsure", self.unsure)])
                .filter(|(_, count)| *count > 0)
                .collect();
            shares.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            for (index, (name, count)) in shares.iter().enumerate() {
                let comma = if index == 0 { "; " } else { ", " };
                write!(f, "{comma}{name} {:.0}%", *count as f64 / self.faces as f64 * 100.0)?;
            }
        }
        write!(
            f,
            "; a {unit} took {:.1} ms to detect, {:.1} ms to classify",
            self.detect.as_secs_f64() * 1e3 / frames,
            self.classify.as_secs_f64() * 1e3 / frames,
        )?;
        if self.windows > 0 {
            write!(f, "; {} windows of a voice", self.windows)?;
        }
        if self.lines > 0 {
            write!(f, "; {} subtitles", self.lines)?;
        }
        match self.answers {
            (0, _) => Ok(()),
            (all, conflicts) => write!(f, "; {all} answers together, {conflicts} with a conflict"),
        }
    }
}

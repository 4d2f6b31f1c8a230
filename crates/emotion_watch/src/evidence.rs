//! What was read around an alert: ten seconds before and after, without who.

use std::collections::VecDeque;
use std::time::Duration;

use emotion_core::{Expression, SessionTime};
use serde::Serialize;

use crate::moment::{Face, Moment};

/// Readings this long before and after the beginning of an alert are its evidence.
pub const SPAN: Duration = Duration::from_secs(10);
/// Readings of evidence are so far apart.
const STEP: Duration = Duration::from_millis(500);

/// Readings around the beginning of an alert.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Evidence {
    /// In order of time, two a second at most.
    pub readings: Vec<EvidenceReading>,
    /// Whether the ten seconds after the beginning are in it.
    pub is_whole: bool,
}

/// The faces of one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EvidenceReading {
    /// Seconds from the beginning of the alert; negative before it.
    pub seconds: f64,
    /// The faces, from left to right. Nothing says which of them is which in another moment.
    pub faces: Vec<EvidenceFace>,
}

/// A face, without who it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EvidenceFace {
    /// Its centre, in hundredths of the frame's width and height.
    pub center_in_frame: [f32; 2],
    /// Its width, in hundredths of the frame's.
    pub width_in_frame: f32,
    /// What it shows; `None` when unsure.
    pub expression: Option<Expression>,
}

impl EvidenceFace {
    pub(crate) fn new(face: &Face) -> Self {
        let [x, y] = face.center_in_frame.map(hundredths);
        Self {
            center_in_frame: [x, y],
            width_in_frame: hundredths(face.size_in_frame[0]),
            expression: face.dominant,
        }
    }
}

/// The last ten seconds of a camera.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    moments: VecDeque<(SessionTime, Vec<EvidenceFace>)>,
}

impl Memory {
    pub(crate) fn keep(&mut self, moment: &Moment) {
        if self.moments.back().is_some_and(|(time, _)| moment.time.since(*time) < STEP) {
            return;
        }
        let mut faces: Vec<_> = moment.faces.iter().map(EvidenceFace::new).collect();
        faces.sort_by(|a, b| a.center_in_frame[0].total_cmp(&b.center_in_frame[0]));
        self.moments.push_back((moment.time, faces));
        while self.moments.front().is_some_and(|(time, _)| moment.time.since(*time) > SPAN * 2) {
            self.moments.pop_front();
        }
    }

    /// What is known of the time around `began`.
    pub(crate) fn around(&self, began: SessionTime, now: SessionTime) -> Evidence {
        let from_began = |time: SessionTime| time.as_secs_f64() - began.as_secs_f64();
        let span = SPAN.as_secs_f64();
        let readings = self.moments.iter().filter(|(time, _)| from_began(*time).abs() <= span);
        let readings = readings.map(|(time, faces)| EvidenceReading {
            seconds: from_began(*time),
            faces: faces.clone(),
        });
        Evidence { readings: readings.collect(), is_whole: now.since(began) >= SPAN }
    }
}

fn hundredths(fraction: f32) -> f32 {
    (fraction * 100.0).round() / 100.0
}

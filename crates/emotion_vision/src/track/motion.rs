//! A face's motion: filtering and prediction.

use std::time::Duration;

use crate::detect::Detection;
use crate::math;
use emotion_core::FrameRect;

/// The One Euro filter: steady when the value rests, quick when it moves (Casiez, Roussel and
/// Vogel, *1 € filter: a simple speed-based low-pass filter for noisy input in interactive
/// systems*, 2012).
#[derive(Debug, Clone, Copy)]
struct OneEuro {
    value: f32,
    speed: f32,
    /// Cut-off frequency at rest, in hertz.
    rest: f32,
    /// Increase of the cut-off frequency for each unit of speed, in hertz.
    per_speed: f32,
}

/// Cut-off frequency for the speed, in hertz.
const SPEED_CUTOFF: f32 = 2.0;

impl OneEuro {
    const fn new(value: f32, rest: f32, per_speed: f32) -> Self {
        Self { value, speed: 0.0, rest, per_speed }
    }

    /// Adds a value, `passed` seconds after the last. Speeds are measured in `unit` per second.
    fn update(&mut self, value: f32, passed: f32, unit: f32) {
        if passed <= 0.0 {
            self.value = value;
            return;
        }
        let share = |cutoff: f32| {
            let constant = 1.0 / (std::f32::consts::TAU * cutoff);
            1.0 - math::exp(-passed / constant)
        };
        self.speed += ((value - self.value) / passed - self.speed) * share(SPEED_CUTOFF);
        let cutoff = self.rest + self.per_speed * (self.speed / unit).abs();
        self.value += (value - self.value) * share(cutoff);
    }
}

/// Position, size and lean of a face over time.
#[derive(Debug, Clone, Copy)]
pub struct Motion {
    time: Duration,
    x: OneEuro,
    y: OneEuro,
    side: OneEuro,
    roll: OneEuro,
}

/// Time in which a lost face slows down to a third of its speed, in seconds: heads soon stop.
const COASTING: f32 = 0.25;

impl Motion {
    /// A face at rest where it was first seen.
    pub fn new(time: Duration, detection: &Detection) -> Self {
        let (x, y) = detection.bbox_in_frame.center();
        Self {
            time,
            x: OneEuro::new(x, 2.0, 6.0),
            y: OneEuro::new(y, 2.0, 6.0),
            side: OneEuro::new(detection.bbox_in_frame.width, 1.0, 6.0),
            roll: OneEuro::new(detection.roll, 1.5, 3.0),
        }
    }

    /// Adds the detection at `time`.
    pub fn update(&mut self, time: Duration, detection: &Detection) {
        let passed = time.saturating_sub(self.time).as_secs_f32();
        let (x, y) = detection.bbox_in_frame.center();
        let side = self.side.value.max(1.0);
        self.x.update(x, passed, side);
        self.y.update(y, passed, side);
        self.side.update(detection.bbox_in_frame.width, passed, side);
        self.roll.update(detection.roll, passed, 1.0);
        self.time = time;
    }

    /// The box, with most of its jitter removed.
    pub fn bbox_in_frame(&self) -> FrameRect {
        FrameRect::square((self.x.value, self.y.value), self.side.value)
    }

    /// The lean in radians.
    pub const fn roll(&self) -> f32 {
        self.roll.value
    }

    /// Where the box will be at `time` if the face slows down from now on.
    pub fn predicted_box(&self, time: Duration) -> FrameRect {
        let passed = time.saturating_sub(self.time).as_secs_f32();
        let way = COASTING * (1.0 - math::exp(-passed / COASTING));
        let center = (self.x.value + self.x.speed * way, self.y.value + self.y.speed * way);
        FrameRect::square(center, self.side.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::FoundBy;

    fn seen(x: f32, side: f32) -> Detection {
        Detection {
            bbox_in_frame: FrameRect::square((x, 200.0), side),
            roll: 0.0,
            confidence: 0.9,
            found_by: FoundBy::Frontal,
            known: None,
        }
    }

    fn at(frame: u32) -> Duration {
        Duration::from_secs(1) * frame / 30
    }

    #[test]
    fn jitter_is_reduced() {
        let mut motion = Motion::new(at(0), &seen(100.0, 80.0));
        let mut worst = 0.0_f32;
        for frame in 1..90 {
            let jitter = if frame % 2 == 0 { 2.0 } else { -2.0 };
            motion.update(at(frame), &seen(100.0 + jitter, 80.0));
            if frame > 10 {
                worst = worst.max((motion.bbox_in_frame().center().0 - 100.0).abs());
            }
        }
        assert!(worst < 1.2, "2 pixels of jitter, {worst} left");
    }

    #[test]
    fn real_motion_is_followed_closely() {
        let mut motion = Motion::new(at(0), &seen(0.0, 80.0));
        let mut lag = 0.0;
        for frame in 1..60 {
            let x = frame as f32 * 8.0;
            motion.update(at(frame), &seen(x, 80.0));
            lag = x - motion.bbox_in_frame().center().0;
        }
        assert!(lag.abs() < 4.0, "3 sides a second, {lag} pixels behind");
        let ahead = motion.predicted_box(at(60)).center().0;
        assert!((ahead - 480.0).abs() < 6.0, "predicted {ahead} for 480");
        let long_after = motion.predicted_box(at(300)).center().0;
        assert!(long_after < 480.0 + 80.0, "a lost face does not fly on: {long_after}");
    }

    #[test]
    fn two_frames_at_one_time_are_no_harm() {
        let mut motion = Motion::new(at(1), &seen(0.0, 80.0));
        motion.update(at(1), &seen(10.0, 80.0));
        assert_eq!(motion.bbox_in_frame().center().0, 10.0);
        assert_eq!(motion.predicted_box(at(2)).center().0, 10.0);
    }
}

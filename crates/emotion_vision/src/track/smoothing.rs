//! Smoothing of scores and of the dominant expression.

use std::time::Duration;

use crate::math;
use emotion_core::{Expression, Scores};

/// How [`ScoreSmoother`] smooths; see [`TrackerConfig`](super::TrackerConfig).
#[derive(Debug, Clone, Copy)]
pub struct Smoothing {
    /// Time constant while the scores only waver.
    pub calm: Duration,
    /// Time constant while they change.
    pub changing: Duration,
    /// Below this probability nothing is dominant.
    pub floor: f32,
    /// By how much another expression must lead before it takes over.
    pub margin: f32,
}

/// Scores of one face, smoothed over time, and the expression shown for them.
///
/// An exponential filter whose time constant follows the change, after the idea of the One Euro
/// filter (Casiez, Roussel and Vogel, 2012): the difference between new and smoothed scores is
/// itself smoothed. Mere wavering cancels out in it; what remains is a change, which the scores
/// then follow quickly.
#[derive(Debug, Clone)]
pub struct ScoreSmoother {
    state: Option<State>,
    dominant: Option<Expression>,
}

#[derive(Debug, Clone)]
struct State {
    time: Duration,
    scores: Scores,
    /// Smoothed difference between new scores and smoothed ones.
    drift: [f32; Expression::COUNT],
}

/// Time constant of the drift, in seconds.
const DRIFT: f32 = 0.15;
/// Drift, as the share of probability that moves: up to the first value scores only waver, from the
/// second on they change.
const WAVERING: (f32, f32) = (0.15, 0.4);

impl ScoreSmoother {
    /// A smoother without any scores yet.
    pub const fn new() -> Self {
        Self { state: None, dominant: None }
    }

    /// Adds the scores of the frame at `time`; returns the smoothed ones and the expression to
    /// show.
    pub fn update(
        &mut self,
        time: Duration,
        raw: &Scores,
        smoothing: &Smoothing,
    ) -> (Scores, Option<Expression>) {
        let scores = match &mut self.state {
            Some(state) => state.update(time, raw, smoothing),
            None => {
                self.state = Some(State { time, scores: *raw, drift: [0.0; Expression::COUNT] });
                *raw
            }
        };
        self.dominant = shown(&scores, self.dominant, smoothing);
        (scores, self.dominant)
    }
}

impl State {
    fn update(&mut self, time: Duration, raw: &Scores, smoothing: &Smoothing) -> Scores {
        let passed = time.saturating_sub(self.time).as_secs_f32();
        self.time = time;
        let share = |constant: f32| 1.0 - math::exp(-passed / constant.max(1e-3));
        let drift_share = share(DRIFT);
        let pairs = raw.as_array().iter().zip(self.scores.as_array());
        for (drift, (raw, smoothed)) in self.drift.iter_mut().zip(pairs) {
            *drift += (raw - smoothed - *drift) * drift_share;
        }
        let moved = self.drift.iter().map(|drift| drift.abs()).sum::<f32>() / 2.0;
        let change = ((moved - WAVERING.0) / (WAVERING.1 - WAVERING.0)).clamp(0.0, 1.0);
        let (calm, changing) = (smoothing.calm.as_secs_f32(), smoothing.changing.as_secs_f32());
        let rate = |constant: f32| 1.0 / constant.max(1e-3);
        let constant = 1.0 / (rate(calm) + (rate(changing) - rate(calm)) * change);
        self.scores = self.scores.mix(raw, share(constant));
        self.scores
    }
}

/// The expression to show: the one shown before, unless it sank below the floor or another leads.
///
/// If none was shown before, an expression must be half a margin above the floor, so that one at
/// the floor does not flicker.
fn shown(scores: &Scores, before: Option<Expression>, smoothing: &Smoothing) -> Option<Expression> {
    let (highest, lead) = scores.highest();
    let before = before.filter(|before| scores.get(*before) >= smoothing.floor);
    match before {
        Some(before) if lead - scores.get(before) < smoothing.margin => Some(before),
        Some(_) => Some(highest),
        None => (lead >= smoothing.floor + smoothing.margin / 2.0).then_some(highest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMOOTHING: Smoothing = Smoothing {
        calm: Duration::from_millis(500),
        changing: Duration::from_millis(80),
        floor: 0.3,
        margin: 0.1,
    };

    fn mostly(expression: Expression, probability: f32) -> Scores {
        let mut weights = [(1.0 - probability) / 6.0; 7];
        weights[expression.index()] = probability;
        Scores::from_weights(weights).expect("positive weights")
    }

    fn frame_time(frame: u32, rate: u32) -> Duration {
        Duration::from_secs(1) * frame / rate
    }

    /// A small generator of repeatable noise, -1 to 1.
    struct Noise(u32);

    impl Noise {
        fn next(&mut self) -> f32 {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (self.0 >> 8) as f32 / (1 << 23) as f32 - 1.0
        }
    }

    #[test]
    fn a_small_change_comes_through_by_63_percent_after_the_time_constant() {
        for rate in [10, 30, 120] {
            let mut smoother = ScoreSmoother::new();
            let (from, to) = (mostly(Expression::Happy, 0.4), mostly(Expression::Happy, 0.5));
            smoother.update(Duration::ZERO, &from, &SMOOTHING);
            let mut scores = from;
            for frame in 1..=rate / 2 {
                scores = smoother.update(frame_time(frame, rate), &to, &SMOOTHING).0;
            }
            let part = (scores.get(Expression::Happy) - 0.4) / 0.1;
            assert!((part - 0.632).abs() < 0.01, "at {rate} frames a second: {part}");
        }
    }

    #[test]
    fn a_real_change_shows_within_300_ms() {
        for rate in [12, 15, 24, 30, 60] {
            let mut smoother = ScoreSmoother::new();
            for frame in 0..rate {
                let calm = mostly(Expression::Neutral, 0.7);
                smoother.update(frame_time(frame, rate), &calm, &SMOOTHING);
            }
            let changed = frame_time(rate, rate);
            let shown_after = (rate..2 * rate).find_map(|frame| {
                let time = frame_time(frame, rate);
                let shown = smoother.update(time, &mostly(Expression::Happy, 0.7), &SMOOTHING).1;
                (shown == Some(Expression::Happy)).then(|| time - changed)
            });
            let shown_after = shown_after.expect("shown within a second");
            assert!(shown_after <= Duration::from_millis(200), "{rate} fps: {shown_after:?}");
        }
    }

    #[test]
    fn noise_does_not_change_the_label() {
        let mut changes = 0;
        for seed in 0..20 {
            let mut noise = Noise(seed);
            let mut smoother = ScoreSmoother::new();
            let mut label = None;
            for frame in 0..100 {
                // Two expressions nearly as likely, each frame a new leader by chance.
                let mut weights = [0.04; 7];
                weights[Expression::Happy.index()] = 0.42 + 0.25 * noise.next();
                weights[Expression::Surprise.index()] = 0.38 + 0.25 * noise.next();
                let raw = Scores::from_weights(weights).expect("positive weights");
                let shown = smoother.update(frame_time(frame, 12), &raw, &SMOOTHING).1;
                if frame > 0 && shown != label {
                    changes += 1;
                }
                label = shown;
            }
        }
        assert!(changes <= 3 * 20, "{changes} label changes in 20 times 100 frames");
    }

    #[test]
    fn the_leader_needs_the_margin() {
        let near = [0.0, 0.0, 0.0, 0.40, 0.0, 0.45, 0.15];
        let ahead = [0.0, 0.0, 0.0, 0.35, 0.0, 0.46, 0.19];
        let near = Scores::from_weights(near).expect("weights");
        let ahead = Scores::from_weights(ahead).expect("weights");
        let happy = Some(Expression::Happy);
        assert_eq!(shown(&near, happy, &SMOOTHING), happy);
        assert_eq!(shown(&near, None, &SMOOTHING), Some(Expression::Surprise));
        assert_eq!(shown(&ahead, happy, &SMOOTHING), Some(Expression::Surprise));
    }

    #[test]
    fn nothing_is_shown_below_the_floor() {
        assert_eq!(shown(&Scores::UNIFORM, None, &SMOOTHING), None);
        let sad = Some(Expression::Sad);
        assert_eq!(shown(&mostly(Expression::Sad, 0.29), sad, &SMOOTHING), None);
        assert_eq!(shown(&mostly(Expression::Sad, 0.31), sad, &SMOOTHING), sad);
        assert_eq!(shown(&mostly(Expression::Sad, 0.31), None, &SMOOTHING), None);
        assert_eq!(shown(&mostly(Expression::Sad, 0.36), None, &SMOOTHING), sad);
    }

    #[test]
    fn smoothed_scores_stay_probabilities() {
        let mut smoother = ScoreSmoother::new();
        for frame in 0..50 {
            let raw = Scores::certain(Expression::ALL[frame as usize % 7]);
            let (scores, _) = smoother.update(frame_time(frame, 30), &raw, &SMOOTHING);
            assert!((scores.as_array().iter().sum::<f32>() - 1.0).abs() < 1e-4);
            assert!(scores.as_array().iter().all(|p| (0.0..=1.0).contains(p)));
        }
    }

    #[test]
    fn a_clock_that_stands_still_changes_nothing() {
        let mut smoother = ScoreSmoother::new();
        let happy = Scores::certain(Expression::Happy);
        smoother.update(frame_time(5, 10), &happy, &SMOOTHING);
        let sad = Scores::certain(Expression::Sad);
        let (scores, shown) = smoother.update(frame_time(5, 10), &sad, &SMOOTHING);
        assert_eq!((scores, shown), (happy, Some(Expression::Happy)));
    }
}

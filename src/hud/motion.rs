//! Springs and ramps that do not depend on the frame rate.

use std::ops::{Add, Mul, Sub};
use std::time::Duration;

/// A value on a damped spring: it follows its goal with a slight overshoot.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spring<T> {
    /// Current value.
    pub value: T,
    /// Change of the value per second.
    pub velocity: T,
}

/// How fast and how smoothly a spring follows.
#[derive(Debug, Clone, Copy)]
pub struct Stiffness {
    /// Undamped angular frequency in radians a second: higher follows faster.
    pub frequency: f32,
    /// Damping ratio, above 0 and below 1: lower overshoots more.
    pub damping: f32,
}

impl Stiffness {
    /// The same frequency, without overshoot.
    pub const fn calm(self) -> Self {
        Self { damping: 0.999, ..self }
    }
}

impl<T> Spring<T>
where
    T: Copy + Default + Add<Output = T> + Sub<Output = T> + Mul<f32, Output = T>,
{
    /// A spring at rest.
    pub fn at(value: T) -> Self {
        Self { value, velocity: T::default() }
    }

    /// Advances by `seconds` towards `goal`. It is the exact solution of the damped oscillator, so
    /// that it is stable for any step.
    pub fn follow(&mut self, goal: T, stiffness: Stiffness, seconds: f32) {
        let Stiffness { frequency, damping } = stiffness;
        let decay_rate = damping * frequency;
        let oscillation = frequency * (1.0 - damping * damping).sqrt();
        let decay = (-decay_rate * seconds).exp();
        let (sin, cos) = (oscillation * seconds).sin_cos();
        let (offset, velocity) = (self.value - goal, self.velocity);
        let part = (velocity + offset * decay_rate) * (sin / oscillation);
        self.value = goal + (offset * cos + part) * decay;
        let pull = velocity * decay_rate + offset * (frequency * frequency);
        self.velocity = (velocity * cos - pull * (sin / oscillation)) * decay;
    }
}

/// An eased switch from 0 (off) to 1 (on), with a soft start and a soft end.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ramp(f32);

impl Ramp {
    /// Advances by `seconds`. It takes `on` from 0 to 1, and `off` from 1 to 0.
    pub fn advance(&mut self, towards_on: bool, on: Duration, off: Duration, seconds: f32) {
        self.0 = if towards_on {
            (self.0 + seconds / on.as_secs_f32()).min(1.0)
        } else {
            (self.0 - seconds / off.as_secs_f32()).max(0.0)
        };
    }

    /// The eased value, 0 to 1.
    pub fn value(&self) -> f32 {
        self.0 * self.0 * (3.0 - 2.0 * self.0)
    }
}

/// Share of the way to a goal that exponential smoothing covers in `seconds`; the time constant is
/// in seconds.
pub fn approach(time_constant: f32, seconds: f32) -> f32 {
    1.0 - (-seconds / time_constant).exp()
}

/// `angle` in radians, wrapped into -π to π.
pub fn wrap_angle(angle: f32) -> f32 {
    use std::f32::consts::{PI, TAU};
    (angle + PI).rem_euclid(TAU) - PI
}

#[cfg(test)]
mod tests {
    use super::*;

    const STIFFNESS: Stiffness = Stiffness { frequency: 20.0, damping: 0.8 };

    #[test]
    fn one_long_step_is_many_short_ones() {
        let mut long = Spring::at(0.0);
        long.follow(1.0, STIFFNESS, 0.2);
        let mut short = Spring::at(0.0);
        for _ in 0..20 {
            short.follow(1.0, STIFFNESS, 0.01);
        }
        assert!((long.value - short.value).abs() < 1e-4);
        assert!((long.velocity - short.velocity).abs() < 1e-2);
    }

    #[test]
    fn a_spring_settles_even_with_steps_of_a_minute() {
        let mut spring = Spring::at(100.0);
        for _ in 0..3 {
            spring.follow(1.0, STIFFNESS, 60.0);
        }
        assert!((spring.value - 1.0).abs() < 1e-3);
    }

    #[test]
    fn a_ramp_takes_its_time_and_never_jumps() {
        let (on, off) = (Duration::from_millis(200), Duration::from_millis(600));
        let mut ramp = Ramp::default();
        let mut before = 0.0;
        for _ in 0..12 {
            ramp.advance(true, on, off, 1.0 / 60.0);
            assert!(ramp.value() - before < 0.15, "a jump to {}", ramp.value());
            before = ramp.value();
        }
        assert_eq!(ramp.value(), 1.0);
        ramp.advance(false, on, off, 0.3);
        assert!(ramp.value() > 0.4);
    }
}

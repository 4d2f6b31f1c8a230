//! Movement as data: a curve is a sum of terms, each a number that changes in time in one way.

use std::f32::consts::TAU;

use serde::Deserialize;

/// When a curve is asked for, in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Since the expression came.
    pub since: f32,
    /// On the face's own clock, which never jumps: for movement that goes on and on.
    pub clock: f32,
}

/// A number in time: the sum of its terms. No terms are 0.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(transparent)]
pub struct Curve(Vec<Term>);

/// A part of a curve. Sizes are in the unit of what the curve moves, cycles in waves a second.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Term {
    /// Always the same.
    Hold(f32),
    /// A wave that goes on and on, from `-size` to `size`.
    Wave {
        /// Half its height.
        size: f32,
        /// Waves a second.
        cycles: f32,
        /// Waves a second in which it swells and shrinks.
        #[serde(default)]
        swell: f32,
        /// How much of it swells: 0 nothing, 0.5 dies down in between, 1 comes back upside down.
        #[serde(default)]
        depth: f32,
    },
    /// A swing that starts when the expression comes, overshoots, and dies down.
    Pop {
        /// Height of its first swing, if it did not die down.
        size: f32,
        /// Swings a second.
        cycles: f32,
        /// How fast it dies down, in e-folds a second.
        decay: f32,
    },
    /// It is there when the expression comes, and dies down.
    Fade {
        /// Where it starts.
        size: f32,
        /// How fast it dies down, in e-folds a second.
        decay: f32,
    },
}

impl Curve {
    /// Its value at a moment.
    pub fn at(&self, moment: Moment) -> f32 {
        self.0.iter().map(|term| term.at(moment)).sum()
    }

    /// What does not move in it.
    pub fn still(&self) -> f32 {
        let held = |term: &Term| if let Term::Hold(value) = term { *value } else { 0.0 };
        self.0.iter().map(held).sum()
    }

    /// The lowest and the highest value that it could ever have.
    pub fn bounds(&self) -> [f32; 2] {
        self.0.iter().fold([0.0, 0.0], |[low, high], term| {
            let [least, most] = term.bounds();
            [low + least, high + most]
        })
    }

    /// The fastest that it could ever change, per second.
    pub fn speed(&self) -> f32 {
        self.0.iter().map(Term::speed).sum()
    }

    /// How far it goes in waves that come more than three times a second.
    pub fn flicker(&self) -> f32 {
        self.0.iter().map(Term::flicker).sum()
    }

    /// Whether every number in it is one that can be shown.
    pub fn is_sound(&self) -> bool {
        self.0.iter().all(Term::is_sound)
    }
}

impl Term {
    fn at(&self, moment: Moment) -> f32 {
        let wave = |cycles: f32| (moment.clock * cycles * TAU).sin();
        match *self {
            Self::Hold(value) => value,
            Self::Wave { size, cycles, swell, depth } => {
                size * wave(cycles) * (1.0 - depth + depth * wave(swell))
            }
            Self::Pop { size, cycles, decay } => {
                size * (-moment.since * decay).exp() * (moment.since * cycles * TAU).sin()
            }
            Self::Fade { size, decay } => size * (-moment.since * decay).exp(),
        }
    }

    fn bounds(&self) -> [f32; 2] {
        match *self {
            Self::Hold(value) => [value, value],
            Self::Wave { size, .. } | Self::Pop { size, .. } => [-size.abs(), size.abs()],
            Self::Fade { size, .. } => [size.min(0.0), size.max(0.0)],
        }
    }

    fn speed(&self) -> f32 {
        match *self {
            Self::Hold(_) => 0.0,
            Self::Wave { size, cycles, swell, depth } => {
                size.abs() * TAU * (cycles + depth * swell)
            }
            Self::Pop { size, cycles, decay } => size.abs() * (TAU * cycles).hypot(decay),
            Self::Fade { size, decay } => size.abs() * decay,
        }
    }

    fn flicker(&self) -> f32 {
        match *self {
            Self::Wave { size, cycles, swell, .. } if cycles + swell > 3.0 => size.abs(),
            Self::Pop { size, cycles, .. } if cycles > 3.0 => size.abs(),
            _ => 0.0,
        }
    }

    fn is_sound(&self) -> bool {
        let sound = |size: f32, rates: &[f32]| {
            size.is_finite() && rates.iter().all(|rate| (0.0..=20.0).contains(rate))
        };
        match *self {
            Self::Hold(value) => value.is_finite(),
            Self::Wave { size, cycles, swell, depth } => {
                sound(size, &[cycles, swell]) && (0.0..=1.0).contains(&depth)
            }
            Self::Pop { size, cycles, decay } => sound(size, &[cycles, decay]),
            Self::Fade { size, decay } => sound(size, &[decay]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(terms: &str) -> Curve {
        ron::from_str(terms).expect("a curve")
    }

    #[test]
    fn terms_are_added() {
        let curve =
            curve("[Hold(0.5), Wave(size: 0.25, cycles: 1.0), Fade(size: 1.0, decay: 2.0)]");
        let value = curve.at(Moment { since: 0.5, clock: 0.25 });
        assert!((value - (0.5 + 0.25 + (-1.0f32).exp())).abs() < 1e-6, "{value}");
        assert_eq!(curve.still(), 0.5);
        assert_eq!(curve.bounds(), [0.25, 1.75]);
    }

    #[test]
    fn a_wave_that_swells_to_the_full_dies_down_in_between() {
        let curve = curve("[Wave(size: 1.0, cycles: 0.25, swell: 1.0, depth: 1.0)]");
        assert!(curve.at(Moment { since: 0.0, clock: 1.0 }).abs() < 1e-6);
        assert!((curve.at(Moment { since: 0.0, clock: 1.25 }) - 0.92388).abs() < 1e-4);
    }

    #[test]
    fn bounds_and_speed_hold() {
        for terms in [
            "[Wave(size: 0.3, cycles: 2.1, swell: 0.7, depth: 0.45)]",
            "[Pop(size: -0.2, cycles: 2.0, decay: 3.0), Hold(0.1)]",
            "[Fade(size: -0.4, decay: 5.0), Wave(size: 0.1, cycles: 5.0)]",
        ] {
            let curve = curve(terms);
            let [low, high] = curve.bounds();
            let at = |step: i32| {
                let since = step as f32 / 1000.0;
                curve.at(Moment { since, clock: since })
            };
            for step in 0..5000 {
                let value = at(step);
                assert!(value >= low - 1e-5 && value <= high + 1e-5, "{terms}: {value}");
                let speed = (at(step + 1) - value).abs() * 1000.0;
                assert!(speed <= curve.speed() * 1.01 + 1e-3, "{terms}: {speed}");
            }
        }
    }

    #[test]
    fn numbers_that_cannot_be_shown_are_noticed() {
        assert!(curve("[Hold(1.0), Wave(size: 1.0, cycles: 20.0)]").is_sound());
        assert!(!curve("[Hold(inf)]").is_sound());
        assert!(!curve("[Wave(size: 1.0, cycles: 200.0)]").is_sound());
        assert!(!curve("[Pop(size: 1.0, cycles: 2.0, decay: -1.0)]").is_sound());
    }
}

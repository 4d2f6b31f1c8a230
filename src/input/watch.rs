//! Conditions at work: what each remembers from update to update.

use std::time::Duration;

use super::axis::{AxisBinding, FaceAxis};
use super::condition::{FaceCondition, release_level};
use super::map::Binding;
use super::measure::FaceInput;

/// Numbers that were computed come near to a level, but not exactly on it.
const TOLERANCE: f32 = 1e-4;
/// Where an axis presses its action, and where it releases it.
const AXIS_LEVELS: (f32, f32) = (0.5, 0.3);

/// A binding of a face, at work.
#[derive(Debug, Clone)]
pub(super) enum BindingWatch {
    When(Watch),
    Axis {
        axis: AxisBinding,
        pressed: bool,
    },
    /// A key: it belongs to a player, not to a face.
    Key,
}

/// Whether something is pressed, and how far.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Press {
    pub(super) pressed: bool,
    pub(super) value: f32,
}

impl Press {
    /// Either of two bindings of the same action.
    pub(super) fn or(self, other: Self) -> Self {
        let stronger = if other.value.abs() > self.value.abs() { other } else { self };
        Self { pressed: self.pressed || other.pressed, value: stronger.value }
    }
}

impl BindingWatch {
    pub(super) fn new(binding: &Binding) -> Self {
        match binding {
            Binding::When(condition) => Self::When(Watch::new(condition)),
            Binding::Axis(axis) => Self::Axis { axis: *axis, pressed: false },
            Binding::Key { .. } | Binding::Keys { .. } => Self::Key,
        }
    }

    /// What the face, which may be out of view, does `delta` after the update before.
    pub(super) fn update(&mut self, face: Option<&FaceInput>, delta: Duration) -> Press {
        match self {
            Self::When(watch) => watch.update(face, delta),
            Self::Axis { axis, pressed } => {
                let value = face.map_or(0.0, |face| axis.of(face));
                let (press, release) = AXIS_LEVELS;
                *pressed = passes(value.abs(), press, release, *pressed);
                Press { pressed: *pressed, value }
            }
            Self::Key => Press::default(),
        }
    }
}

/// A condition at work. A face out of view meets none.
#[derive(Debug, Clone)]
pub(super) enum Watch {
    Level(Level),
    Hold {
        condition: Box<Watch>,
        time: Duration,
        /// How long it has been met; `None` while it is not.
        held: Option<Duration>,
    },
    All(Vec<Watch>),
    Sequence(Sequence),
}

/// An axis against two levels.
#[derive(Debug, Clone)]
pub(super) struct Level {
    axis: FaceAxis,
    /// The side of 0 that presses.
    side: f32,
    /// Both from 0 up, towards that side.
    press: f32,
    release: f32,
    within: Option<Duration>,
    pressed: bool,
    /// How long ago the axis was last at the release level; `None` when it was not yet.
    since_low: Option<Duration>,
}

/// Steps, one after the other.
#[derive(Debug, Clone)]
pub(super) struct Sequence {
    /// Each with whether it was pressed in the update before.
    steps: Vec<(Watch, bool)>,
    within: Duration,
    /// How many are done.
    done: usize,
    /// Since the last one was.
    since: Duration,
}

impl Watch {
    fn new(condition: &FaceCondition) -> Self {
        let all = |parts: &[FaceCondition]| parts.iter().map(Self::new).collect::<Vec<_>>();
        match condition {
            FaceCondition::Above { expression, press, release, within } => {
                let axis = FaceAxis::Strength(*expression);
                Self::Level(Level::new(axis, *press, *release, *within))
            }
            FaceCondition::Past { axis, press, release, within } => {
                Self::Level(Level::new(*axis, *press, *release, *within))
            }
            FaceCondition::Hold { condition, time } => {
                Self::Hold { condition: Box::new(Self::new(condition)), time: *time, held: None }
            }
            FaceCondition::All(parts) => Self::All(all(parts)),
            FaceCondition::Sequence { steps, within } => Self::Sequence(Sequence {
                steps: all(steps).into_iter().map(|step| (step, false)).collect(),
                within: *within,
                done: 0,
                since: Duration::ZERO,
            }),
        }
    }

    fn update(&mut self, face: Option<&FaceInput>, delta: Duration) -> Press {
        match self {
            Self::Level(level) => level.update(face, delta),
            Self::Hold { condition, time, held } => {
                let met = condition.update(face, delta).pressed;
                *held = met.then(|| held.map_or(Duration::ZERO, |held| held + delta));
                held.map_or(Press::default(), |held| {
                    let part = held.as_secs_f32() / time.as_secs_f32().max(f32::EPSILON);
                    Press { pressed: held >= *time, value: part.min(1.0) }
                })
            }
            Self::All(parts) => parts
                .iter_mut()
                .map(|part| part.update(face, delta))
                .reduce(|a, b| Press {
                    pressed: a.pressed && b.pressed,
                    value: a.value.min(b.value),
                })
                .unwrap_or_default(),
            Self::Sequence(sequence) => sequence.update(face, delta),
        }
    }
}

impl Level {
    fn new(axis: FaceAxis, press: f32, release: Option<f32>, within: Option<Duration>) -> Self {
        let side = press.signum();
        let release = (release_level(press, release) * side).max(0.0);
        let press = press.abs();
        Self { axis, side, press, release, within, pressed: false, since_low: None }
    }

    fn update(&mut self, face: Option<&FaceInput>, delta: Duration) -> Press {
        let Some(face) = face else {
            (self.pressed, self.since_low) = (false, None);
            return Press::default();
        };
        let value = (self.axis.of(face) * self.side).max(0.0);
        self.since_low = if value <= self.release + TOLERANCE {
            Some(Duration::ZERO)
        } else {
            self.since_low.map(|since| since + delta)
        };
        let in_time = self
            .within
            .is_none_or(|within| self.since_low.is_some_and(|since_low| since_low <= within));
        let passes = passes(value, self.press, self.release, self.pressed);
        self.pressed = passes && (self.pressed || in_time);
        Press { pressed: self.pressed, value }
    }
}

impl Sequence {
    fn update(&mut self, face: Option<&FaceInput>, delta: Duration) -> Press {
        self.since += delta;
        let mut began = None;
        let mut last_pressed = false;
        for (index, (step, was_pressed)) in self.steps.iter_mut().enumerate() {
            let pressed = step.update(face, delta).pressed;
            // The step that is waited for goes before the first one, which starts anew.
            if pressed && !*was_pressed && (index == self.done || (index == 0 && began.is_none())) {
                began = Some(index);
            }
            *was_pressed = pressed;
            last_pressed = pressed;
        }
        let count = self.steps.len();
        if self.done == count && !last_pressed
            || self.done < count && self.done > 0 && self.since > self.within
        {
            self.done = 0;
            began = began.filter(|index| *index == 0);
        }
        if let Some(index) = began
            && self.done < count
        {
            self.done = index + 1;
            self.since = Duration::ZERO;
        }
        let pressed = count > 0 && self.done == count;
        Press { pressed, value: self.done as f32 / count.max(1) as f32 }
    }
}

/// Pressed at one level, released at a lower one.
fn passes(value: f32, press: f32, release: f32, pressed: bool) -> bool {
    value >= press - TOLERANCE || (pressed && value > release + TOLERANCE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::ExpressionConditions;
    use emotion_core::Expression;

    const STEP: Duration = Duration::from_millis(100);

    /// Whether the condition is pressed after each of these updates, 100 ms apart.
    fn play(condition: FaceCondition, faces: &[Option<FaceInput>]) -> Vec<bool> {
        let mut watch = Watch::new(&condition);
        faces.iter().map(|face| watch.update(face.as_ref(), STEP).pressed).collect()
    }

    fn happy(strengths: &[f32]) -> Vec<Option<FaceInput>> {
        strengths
            .iter()
            .map(|strength| Some(FaceInput::showing(Expression::Happy, *strength)))
            .collect()
    }

    fn tilts(tilts: &[f32]) -> Vec<Option<FaceInput>> {
        let face = |tilt: &f32| FaceInput::default().leaning(*tilt);
        tilts.iter().map(|tilt| Some(face(tilt))).collect()
    }

    fn pattern(text: &str) -> Vec<bool> {
        text.chars().map(|letter| letter == '#').collect()
    }

    #[test]
    fn a_level_presses_above_and_releases_below() {
        let smile = Expression::Happy.above(0.6).release_at(0.4);
        let faces = happy(&[0.0, 0.5, 0.6, 0.5, 0.41, 0.4, 0.5, 0.7]);
        assert_eq!(play(smile, &faces), pattern("..###..#"));
    }

    #[test]
    fn a_side_is_not_the_other() {
        let faces = tilts(&[0.0, 0.6, -0.6, -0.4, -0.3, 0.6]);
        assert_eq!(play(FaceCondition::tilt_left(), &faces), pattern("..##.."));
        assert_eq!(play(FaceCondition::tilt_right(), &faces), pattern(".#...#"));
    }

    #[test]
    fn a_hold_needs_its_time_without_a_break() {
        let hold = || Expression::Happy.above(0.6).hold(Duration::from_millis(300));
        let faces = happy(&[0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0]);
        assert_eq!(play(hold(), &faces), pattern("....##."));
        let broken = happy(&[1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0]);
        assert_eq!(play(hold(), &broken), pattern(".......#"));
    }

    #[test]
    fn a_hold_tells_its_progress() {
        let mut watch = Watch::new(&Expression::Happy.above(0.6).hold(STEP * 4));
        let smile = FaceInput::showing(Expression::Happy, 1.0);
        let values: Vec<f32> = (0..6).map(|_| watch.update(Some(&smile), STEP).value).collect();
        assert_eq!(values, [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]);
    }

    #[test]
    fn an_onset_is_fast_or_none() {
        let startled = || Expression::Happy.above(0.8).release_at(0.2).within(STEP * 3);
        let fast = happy(&[0.0, 0.4, 0.6, 0.8, 0.5, 0.2, 0.8]);
        assert_eq!(play(startled(), &fast), pattern("...##.#"));
        let slow = happy(&[0.0, 0.4, 0.5, 0.6, 0.8, 1.0, 1.0, 0.1, 1.0]);
        assert_eq!(play(startled(), &slow), pattern("........#"));
        let from_the_start = happy(&[1.0, 1.0, 0.0, 1.0]);
        assert_eq!(play(startled(), &from_the_start), pattern("...#"));
    }

    #[test]
    fn a_chord_needs_all_at_once() {
        let chord = FaceCondition::tilt_left().and(Expression::Happy);
        let face =
            |strength, tilt| Some(FaceInput::showing(Expression::Happy, strength).leaning(tilt));
        let faces = [face(1.0, 0.0), face(1.0, -1.0), face(0.0, -1.0), face(1.0, -1.0)];
        assert_eq!(play(chord, &faces), pattern(".#.#"));
    }

    #[test]
    fn a_sequence_needs_its_order_and_its_time() {
        let shake = || FaceAxis::Tilt.past(-0.5).then(FaceAxis::Tilt.past(0.5), STEP * 2);
        let in_time = tilts(&[0.0, -1.0, 0.0, 1.0, 1.0, 0.0, 1.0]);
        assert_eq!(play(shake(), &in_time), pattern("...##.."));
        let too_late = tilts(&[-1.0, 0.0, 0.0, 1.0]);
        assert_eq!(play(shake(), &too_late), pattern("...."));
        let wrong_order = tilts(&[1.0, -1.0, 0.0]);
        assert_eq!(play(shake(), &wrong_order), pattern("..."));
        let started_anew = tilts(&[-1.0, 0.0, -1.0, 0.0, 1.0]);
        assert_eq!(play(shake(), &started_anew), pattern("....#"));
        let again = tilts(&[-1.0, 1.0, 0.0, -1.0, 1.0]);
        assert_eq!(play(shake(), &again), pattern(".#..#"));
    }

    #[test]
    fn the_same_twice_is_two_presses() {
        let smile = Expression::Happy.above(0.6);
        let twice = smile.clone().then(smile, STEP * 3);
        let faces = happy(&[0.0, 1.0, 1.0, 0.0, 1.0, 0.0]);
        assert_eq!(play(twice, &faces), pattern("....#."));
    }

    #[test]
    fn a_face_out_of_view_meets_nothing() {
        let mut faces = happy(&[1.0, 1.0]);
        faces.extend([None, None]);
        assert_eq!(play(Expression::Happy.above(0.6), &faces), pattern("##.."));
        assert_eq!(play(Expression::Happy.above(0.6).hold(STEP), &faces), pattern(".#.."));
    }

    #[test]
    fn an_axis_presses_with_hysteresis() {
        let mut watch =
            BindingWatch::new(&AxisBinding::new(FaceAxis::Tilt).with_dead_zone(0.0).into());
        let pressed: Vec<bool> = tilts(&[0.4, 0.5, 0.35, 0.3, -0.5])
            .iter()
            .map(|face| watch.update(face.as_ref(), STEP).pressed)
            .collect();
        assert_eq!(pressed, pattern(".##.#"));
    }
}

//! A resting face sets its own zero.

use std::time::Duration;

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use crate::plugin::{Emotion, Face, FacePose, Faces};
use emotion_core::FrameRect;
use emotion_core::{Expression, Scores};

/// How a face's rest is found. May be changed at any time.
#[derive(Resource, Reflect, Debug, Clone, PartialEq)]
#[reflect(Resource, Default, Debug, Clone, PartialEq)]
pub struct BaselineSettings {
    /// Whether it starts by itself when a face appears.
    pub automatic: bool,
    /// How long a face has to rest, on the faces' clock.
    pub rest: Duration,
    /// After this time of watching a face that does not rest it is given up.
    pub give_up_after: Duration,
    /// How far the scores may go from their mean while the face rests, as a part of all
    /// probability, 0 to 1.
    pub steady_scores: f32,
    /// How far the head may go while the face rests, in sides of its box.
    pub steady_position: f32,
    /// How far the head may turn while the face rests, in radians.
    pub steady_tilt: f32,
}

impl Default for BaselineSettings {
    fn default() -> Self {
        Self {
            automatic: true,
            rest: Duration::from_secs(2),
            give_up_after: Duration::from_secs(10),
            steady_scores: 0.2,
            steady_position: 0.35,
            steady_tilt: 0.15,
        }
    }
}

/// The rest of a face, and how far it is found. Every face has one.
#[derive(Component, Reflect, Debug, Clone, PartialEq)]
#[reflect(Component, Default, Debug, Clone, PartialEq)]
pub struct RestingBaseline {
    /// The rest that everything is measured from.
    pub baseline: Baseline,
    /// How the search for it goes.
    pub state: BaselineState,
}

/// A face at rest.
#[derive(Reflect, Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// What it reads as.
    pub scores: Scores,
    /// How the head leans, in radians, clockwise as seen in the picture.
    pub roll: f32,
}

impl Baseline {
    /// Of a face that nothing is known of: it reads as neutral, and is upright.
    pub fn identity() -> Self {
        Self { scores: Scores::certain(Expression::Neutral), roll: 0.0 }
    }
}

/// How the search for a face's rest goes.
#[derive(Reflect, Debug, Clone, Copy, PartialEq, Default)]
pub enum BaselineState {
    /// Nobody has asked for it.
    #[default]
    Idle,
    /// It is looked for.
    Resting {
        /// How much of the resting time is over, 0 to 1; back to 0 when the face moves.
        progress: f32,
    },
    /// It was found.
    Done,
    /// The face did not rest; the baseline is the one before, or the identity.
    GaveUp,
}

impl RestingBaseline {
    /// How much of the resting time is over, 0 to 1; `None` when it is not looked for.
    pub const fn progress(&self) -> Option<f32> {
        match self.state {
            BaselineState::Resting { progress } => Some(progress),
            _ => None,
        }
    }

    /// Whether the face's own rest is known.
    pub fn is_done(&self) -> bool {
        self.state == BaselineState::Done
    }
}

impl Default for RestingBaseline {
    fn default() -> Self {
        Self { baseline: Baseline::identity(), state: BaselineState::Idle }
    }
}

/// Asks for a face's resting baseline to be measured: trigger it on a face while its person looks relaxed.
///
/// ```
/// use bevy::prelude::*;
/// use bevy_emotion::input::{MeasureBaseline, PlayerSlots};
///
/// fn again(slots: Res<PlayerSlots>, mut commands: Commands) {
///     if let Some(entity) = slots.face(1) {
///         commands.trigger(MeasureBaseline { entity });
///     }
/// }
/// ```
#[derive(EntityEvent, Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeasureBaseline {
    /// The face.
    pub entity: Entity,
}

/// The search for a resting baseline is over.
#[derive(EntityEvent, Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaselineMeasured {
    /// The face.
    pub entity: Entity,
    /// Whether its rest was found; otherwise it did not rest, and the baseline is as before.
    pub found: bool,
}

/// The search for the rest of a face; every face has one, mostly without anything in it.
#[derive(Component, Debug, Default)]
pub(super) struct RestSearch(Option<Search>);

#[derive(Debug, Default)]
struct Search {
    /// It was not asked for: the face may be acting, and only what looks like a rest is taken.
    automatic: bool,
    /// How long the face has been watched, all in all.
    watched: Duration,
    /// Since the last reading.
    gap: Duration,
    rest: Rest,
}

/// A stretch of time in which a face has not moved.
#[derive(Debug, Default)]
struct Rest {
    lasted: Duration,
    readings: u32,
    scores: [f32; Expression::COUNT],
    roll: f32,
    bbox_in_frame: Option<FrameRect>,
}

/// Fewer readings say nothing about noise.
const LEAST_READINGS: u32 = 5;
/// What passes between two readings counts as watched up to this.
const LONGEST_GAP: Duration = Duration::from_millis(500);
/// A face that reads as happy or surprised by more than this is not resting; some faces that rest
/// do read as sad or angry, and these may go further.
const MOST_BRIGHT: f32 = 0.5;
const MOST_DARK: f32 = 0.75;
/// A head that leans by more than this, in radians, is not resting.
const MOST_ROLL: f32 = 0.3;

impl Rest {
    fn mean_scores(&self) -> [f32; Expression::COUNT] {
        self.scores.map(|sum| sum / self.readings.max(1) as f32)
    }

    fn mean_roll(&self) -> f32 {
        self.roll / self.readings.max(1) as f32
    }

    fn add(&mut self, face: &Face, scores: &Scores, roll: f32) {
        self.readings += 1;
        self.roll += roll;
        for (sum, p) in self.scores.iter_mut().zip(scores.as_array()) {
            *sum += p;
        }
        self.bbox_in_frame.get_or_insert(face.bbox_in_frame);
    }

    fn goes_on(
        &self,
        face: &Face,
        scores: &Scores,
        roll: f32,
        settings: &BaselineSettings,
    ) -> bool {
        let Some(first) = self.bbox_in_frame else { return true };
        let pairs = scores.as_array().iter().zip(self.mean_scores());
        let moved = pairs.map(|(p, mean)| (p - mean).abs()).sum::<f32>() / 2.0;
        let (from, to) = (first.center(), face.bbox_in_frame.center());
        let way = (to.0 - from.0).hypot(to.1 - from.1) / first.width.max(1.0);
        moved <= settings.steady_scores
            && way <= settings.steady_position
            && (roll - self.mean_roll()).abs() <= settings.steady_tilt
    }

    fn baseline(&self) -> Option<Baseline> {
        let scores = Scores::from_weights(self.mean_scores())?;
        Some(Baseline { scores, roll: self.mean_roll() })
    }
}

impl Baseline {
    fn looks_like_a_rest(&self) -> bool {
        self.roll.abs() <= MOST_ROLL
            && self.scores.iter().all(|(expression, p)| match expression {
                Expression::Neutral => true,
                Expression::Happy | Expression::Surprise => p <= MOST_BRIGHT,
                _ => p <= MOST_DARK,
            })
    }
}

/// Does what [`MeasureBaseline`] asks for.
pub(super) fn start(
    asked: On<MeasureBaseline>,
    mut faces: Query<(&mut RestingBaseline, &mut RestSearch)>,
) {
    let Ok((mut resting, mut search)) = faces.get_mut(asked.entity) else {
        warn!("{} has no resting baseline: it is no face", asked.entity);
        return;
    };
    search.0 = Some(Search::default());
    resting.state = BaselineState::Resting { progress: 0.0 };
}

/// Watches the faces whose rest is looked for.
pub(super) fn search(
    time: Res<Time<Faces>>,
    settings: Res<BaselineSettings>,
    mut faces: Query<(
        Entity,
        &Face,
        Ref<Emotion>,
        &FacePose,
        &mut RestingBaseline,
        &mut RestSearch,
    )>,
    mut commands: Commands,
) {
    for (entity, face, emotion, pose, mut resting, mut search) in &mut faces {
        if settings.automatic && search.is_added() && resting.state == BaselineState::Idle {
            search.0 = Some(Search { automatic: true, ..default() });
        }
        let Some(running) = &mut search.0 else { continue };
        let is_read = face.visible && emotion.is_changed();
        match running.update(time.delta(), is_read, face, &emotion.scores, pose.roll, &settings) {
            Step::Resting { progress } => {
                let state = BaselineState::Resting { progress };
                if resting.state != state {
                    resting.state = state;
                }
            }
            Step::Found(baseline) => {
                *resting = RestingBaseline { baseline, state: BaselineState::Done };
                search.0 = None;
                commands.trigger(BaselineMeasured { entity, found: true });
            }
            Step::GaveUp => {
                resting.state = BaselineState::GaveUp;
                search.0 = None;
                commands.trigger(BaselineMeasured { entity, found: false });
            }
        }
    }
}

enum Step {
    Resting { progress: f32 },
    Found(Baseline),
    GaveUp,
}

impl Search {
    /// What is known `delta` after the update before.
    fn update(
        &mut self,
        delta: Duration,
        is_read: bool,
        face: &Face,
        scores: &Scores,
        roll: f32,
        settings: &BaselineSettings,
    ) -> Step {
        self.gap += delta;
        if !face.visible {
            self.rest = Rest::default();
        }
        if is_read {
            let gap = std::mem::take(&mut self.gap).min(LONGEST_GAP);
            self.watched += gap;
            if self.rest.goes_on(face, scores, roll, settings) {
                // The first reading only starts the clock.
                self.rest.lasted += if self.rest.readings > 0 { gap } else { Duration::ZERO };
            } else {
                self.rest = Rest::default();
            }
            self.rest.add(face, scores, roll);
        }
        if self.rest.lasted >= settings.rest
            && self.rest.readings >= LEAST_READINGS
            && let Some(baseline) = self.rest.baseline()
        {
            if !self.automatic || baseline.looks_like_a_rest() {
                return Step::Found(baseline);
            }
            self.rest = Rest::default();
        }
        if self.watched >= settings.give_up_after {
            return Step::GaveUp;
        }
        let part = self.rest.lasted.as_secs_f32() / settings.rest.as_secs_f32().max(f32::EPSILON);
        Step::Resting { progress: part.min(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use emotion_core::SubjectId;

    const STEP: Duration = Duration::from_millis(100);

    fn face_at(x: f32) -> Face {
        Face {
            subject: SubjectId { track: 1, ..default() },
            bbox_in_frame: FrameRect::square((x, 100.0), 100.0),
            frame_size: UVec2::new(320, 240),
            presence: 1.0,
            visible: true,
        }
    }

    fn resting_sad() -> Scores {
        Scores::certain(Expression::Neutral).mix(&Scores::certain(Expression::Sad), 0.6)
    }

    /// The number of readings, 100 ms apart, after which it ends, and how.
    fn run(
        automatic: bool,
        mut reading: impl FnMut(u32) -> (Scores, f32, f32),
    ) -> (u32, Option<Baseline>) {
        let mut search = Search { automatic, ..default() };
        let settings = BaselineSettings::default();
        for count in 1..=1000 {
            let (scores, x, roll) = reading(count);
            match search.update(STEP, true, &face_at(x), &scores, roll, &settings) {
                Step::Resting { .. } => {}
                Step::Found(baseline) => return (count, Some(baseline)),
                Step::GaveUp => return (count, None),
            }
        }
        panic!("it never ends");
    }

    #[test]
    fn two_seconds_of_rest_are_the_baseline() {
        let (count, baseline) = run(true, |_| (resting_sad(), 100.0, 0.05));
        assert_eq!(count, 21, "the first reading and two seconds");
        let baseline = baseline.expect("a rest");
        assert!((baseline.scores.get(Expression::Sad) - 0.6).abs() < 1e-4);
        assert!((baseline.roll - 0.05).abs() < 1e-4);
    }

    #[test]
    fn noise_averages_out() {
        let (count, baseline) = run(true, |count| {
            let noise = if count % 2 == 0 { 0.05 } else { -0.05 };
            let happy = Scores::certain(Expression::Happy);
            (resting_sad().mix(&happy, 0.1 + noise), 100.0 + 20.0 * noise, noise)
        });
        assert_eq!(count, 21);
        let happy = baseline.expect("a rest").scores.get(Expression::Happy);
        assert!((happy - 0.1).abs() < 0.02, "{happy}");
    }

    #[test]
    fn a_move_starts_it_anew() {
        let (count, baseline) = run(true, |count| {
            let scores =
                if count == 15 { Scores::certain(Expression::Happy) } else { resting_sad() };
            (scores, 100.0, 0.0)
        });
        assert_eq!(count, 15 + 1 + 20);
        assert!(baseline.is_some());
    }

    #[test]
    fn a_head_that_moves_does_not_rest() {
        assert_eq!(run(true, |count| (resting_sad(), 10.0 * count as f32, 0.0)), (100, None));
        let nodding = |count: u32| (resting_sad(), 100.0, 0.3 * (count % 4) as f32);
        assert_eq!(run(false, nodding), (100, None));
    }

    #[test]
    fn a_steady_smile_is_a_rest_only_when_it_was_asked_for() {
        let smile =
            Scores::certain(Expression::Neutral).mix(&Scores::certain(Expression::Happy), 0.8);
        assert_eq!(run(true, |_| (smile, 100.0, 0.0)), (100, None));
        assert!(run(false, |_| (smile, 100.0, 0.0)).1.is_some());
    }

    #[test]
    fn a_few_readings_are_not_enough_and_pauses_do_not_count() {
        let mut search = Search::default();
        let settings = BaselineSettings::default();
        let hour = Duration::from_secs(3600);
        for count in 1..=5 {
            let step = search.update(hour, true, &face_at(0.0), &resting_sad(), 0.0, &settings);
            assert_eq!(matches!(step, Step::Found(_)), count == 5);
        }
        let mut search = Search::default();
        search.update(STEP, true, &face_at(0.0), &resting_sad(), 0.0, &settings);
        let step = search.update(hour, false, &face_at(0.0), &resting_sad(), 0.0, &settings);
        assert!(matches!(step, Step::Resting { progress: 0.0 }));
    }

    #[test]
    fn who_leaves_starts_anew() {
        let mut search = Search::default();
        let settings = BaselineSettings::default();
        let hidden = Face { visible: false, ..face_at(0.0) };
        for _ in 0..15 {
            search.update(STEP, true, &face_at(0.0), &resting_sad(), 0.0, &settings);
        }
        search.update(STEP, false, &hidden, &resting_sad(), 0.0, &settings);
        let step = search.update(STEP, true, &face_at(0.0), &resting_sad(), 0.0, &settings);
        assert!(matches!(step, Step::Resting { progress: 0.0 }));
    }
}

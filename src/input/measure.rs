//! What a face does, measured from its own rest.
//!
//! Let `p` be the seven smoothed probabilities and `r` those of the face at rest. For each
//! expression other than neutral, how far the face has gone from its rest to certainty is
//!
//! ```text
//! travelled_i = max(0, p_i - r_i) / (1 - r_i)
//! ```
//!
//! These parts sum to at most 1: their sum is convex in `p`, so it is largest at a corner of the
//! simplex, and at the corner of expression `i` it is 1 (0 at neutral's). So they are the corrected
//! probabilities, with what is left over for neutral. At rest all of it is neutral; certainty stays
//! certainty; a rest that is purely neutral changes nothing; and a mixture of the rest and certainty
//! by a share `m` gives `m`, whatever the rest. Where the rest is nearly certain of an expression,
//! the divisor is kept from 0, which bounds how much noise is stretched.
//!
//! The strength of an expression is that way as a part of the face's own reach, at most 1:
//! `strength_i = min(1, travelled_i / reach_i)`.

use std::time::Duration;

use bevy::prelude::*;

use super::baseline::{Baseline, RestingBaseline};
use super::range::ExpressionRange;
use super::voice::VoiceInput;
use crate::plugin::{Emotion, Face, FacePose, Faces};
use emotion_core::{Expression, Scores};

/// What a face does, measured from its own rest: the numbers that conditions and axes read.
///
/// Written in each [`FaceStep`](crate::plugin::FaceStep) for every face. While
/// the face is out of view, everything is as last seen.
#[derive(Component, Reflect, Debug, Clone, Copy, PartialEq)]
#[reflect(Component, Default, Debug, Clone, PartialEq)]
pub struct FaceInput {
    /// The smoothed probabilities, corrected by the face's rest: a resting face is neutral.
    pub scores: Scores,
    /// How pleasant the corrected scores are, -1 to 1.
    pub valence: f32,
    /// How active the corrected scores are, -1 to 1.
    pub arousal: f32,
    /// How far the head leans from its rest, in radians; positive to the player's right shoulder.
    pub tilt: f32,
    /// The middle of the face in the view, as the player sees it in a mirror: (-1, -1) at the lower
    /// left, (1, 1) at the upper right.
    pub position_in_mirror: Vec2,
    /// The side of the face's box as a part of the frame's height.
    pub size_in_view: f32,
    /// What the voice and the words do, where some are taken in.
    pub voice: VoiceInput,
    strengths: [f32; Expression::COUNT],
    /// In view, all in all: who came first.
    pub(super) seen_for: Duration,
    /// How long it has been out of view.
    away: Duration,
}

/// A face that is lost for a moment is taken to go on as it was.
const GRACE: Duration = Duration::from_millis(250);
/// The least way from rest to certainty that is divided by: nothing is stretched by more than 5.
const LEAST_ROOM: f32 = 0.2;

impl FaceInput {
    /// How strongly an expression is shown, 0 to 1: from the face's own rest to what it can reach.
    /// For [`Expression::Neutral`], how little all others are.
    pub const fn strength(&self, expression: Expression) -> f32 {
        self.strengths[expression.index()]
    }

    /// Whether it is in view, or was a moment ago.
    pub(super) fn is_here(&self) -> bool {
        self.away <= GRACE
    }

    fn set_scores(&mut self, scores: &Scores, baseline: &Baseline, range: &ExpressionRange) {
        let travelled = travelled(scores, baseline);
        let mut corrected = travelled;
        corrected[Expression::Neutral.index()] = (1.0 - travelled.iter().sum::<f32>()).max(0.0);
        self.scores = Scores::from_weights(corrected).unwrap_or(*scores);
        self.valence = self.scores.valence();
        self.arousal = self.scores.arousal();
        let mut strongest = 0.0_f32;
        for expression in Expression::ALL {
            let strength = (travelled[expression.index()] / range.reach(expression)).min(1.0);
            self.strengths[expression.index()] = strength;
            strongest = strongest.max(strength);
        }
        self.strengths[Expression::Neutral.index()] = 1.0 - strongest;
    }

    /// The strongest expression other than neutral, and its strength.
    pub fn strongest(&self) -> (Expression, f32) {
        Expression::ALL
            .into_iter()
            .filter(|expression| *expression != Expression::Neutral)
            .map(|expression| (expression, self.strength(expression)))
            .fold(
                (Expression::Neutral, 0.0),
                |best, next| if next.1 > best.1 { next } else { best },
            )
    }
}

impl Default for FaceInput {
    fn default() -> Self {
        let mut strengths = [0.0; Expression::COUNT];
        strengths[Expression::Neutral.index()] = 1.0;
        Self {
            scores: Scores::certain(Expression::Neutral),
            valence: 0.0,
            arousal: 0.0,
            tilt: 0.0,
            position_in_mirror: Vec2::ZERO,
            size_in_view: 0.0,
            voice: VoiceInput::default(),
            strengths,
            seen_for: Duration::ZERO,
            away: Duration::ZERO,
        }
    }
}

/// How far a face has gone from its rest to certainty, for each expression, 0 to 1; 0 for neutral.
pub(super) fn travelled(scores: &Scores, baseline: &Baseline) -> [f32; Expression::COUNT] {
    let mut travelled = [0.0; Expression::COUNT];
    for (expression, p) in
        scores.iter().filter(|(expression, _)| *expression != Expression::Neutral)
    {
        let rest = baseline.scores.get(expression);
        travelled[expression.index()] = ((p - rest) / (1.0 - rest).max(LEAST_ROOM)).clamp(0.0, 1.0);
    }
    travelled
}

/// Writes what each face does.
pub(super) fn measure(
    time: Res<Time<Faces>>,
    mut faces: Query<(
        &Face,
        &Emotion,
        &FacePose,
        &RestingBaseline,
        &ExpressionRange,
        &mut FaceInput,
    )>,
) {
    for (face, emotion, pose, resting, range, mut input) in &mut faces {
        if !face.visible {
            input.away += time.delta();
            continue;
        }
        input.away = Duration::ZERO;
        input.seen_for += time.delta();
        input.set_scores(&emotion.scores, &resting.baseline, range);
        // Clockwise in the picture is towards the left shoulder of the one who looks out of it.
        input.tilt = resting.baseline.roll - pose.roll;
        let (x, y) = face.bbox_in_frame.center();
        let size = face.frame_size.max(UVec2::ONE).as_vec2();
        input.position_in_mirror = Vec2::new(1.0 - 2.0 * x / size.x, 1.0 - 2.0 * y / size.y);
        input.size_in_view = face.bbox_in_frame.width / size.y;
    }
}

#[cfg(test)]
impl FaceInput {
    /// A face in view that shows an expression.
    pub(super) fn showing(expression: Expression, strength: f32) -> Self {
        let mut face = Self::default();
        face.strengths[Expression::Neutral.index()] = 1.0 - strength;
        face.strengths[expression.index()] = strength;
        face
    }

    /// The same face with its head leaning, on the scale of [`FaceAxis::Tilt`](super::FaceAxis).
    pub(super) fn leaning(mut self, tilt: f32) -> Self {
        self.tilt = tilt * super::FULL_TILT;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A face that reads as sad when it rests.
    fn sad_rest() -> Baseline {
        let scores = Scores::from_weights([0.06, 0.01, 0.04, 0.02, 0.60, 0.02, 0.25]);
        Baseline { scores: scores.expect("weights"), roll: 0.0 }
    }

    fn measured(scores: &Scores, baseline: &Baseline) -> FaceInput {
        let mut input = FaceInput::default();
        input.set_scores(scores, baseline, &ExpressionRange::default());
        input
    }

    #[test]
    fn a_resting_face_is_neutral_whatever_it_reads_as() {
        let rest = sad_rest();
        let before = measured(&rest.scores, &Baseline::identity());
        assert!(before.strength(Expression::Sad) > 0.9 && before.valence < -0.3, "{before:?}");
        let after = measured(&rest.scores, &rest);
        assert_eq!(after.strength(Expression::Sad), 0.0);
        assert_eq!((after.scores.highest().0, after.valence), (Expression::Neutral, 0.0));
        assert_eq!(after.strength(Expression::Neutral), 1.0);
    }

    #[test]
    fn real_expressions_of_such_a_face_get_through() {
        let rest = sad_rest();
        let sad = Scores::from_weights([0.03, 0.01, 0.02, 0.0, 0.90, 0.0, 0.04]).expect("weights");
        let sad = measured(&sad, &rest);
        assert_eq!(sad.scores.highest().0, Expression::Sad);
        assert!(sad.strength(Expression::Sad) > 0.9, "{sad:?}");
        let smile =
            Scores::from_weights([0.02, 0.01, 0.02, 0.70, 0.15, 0.02, 0.08]).expect("weights");
        let smile = measured(&smile, &rest);
        assert_eq!(smile.strongest().0, Expression::Happy);
        assert!(smile.strength(Expression::Happy) > 0.9 && smile.valence > 0.4, "{smile:?}");
        assert_eq!(smile.strength(Expression::Sad), 0.0);
    }

    #[test]
    fn a_purely_neutral_rest_changes_nothing() {
        let scores = Scores::from_weights([0.1, 0.05, 0.05, 0.3, 0.1, 0.1, 0.3]).expect("weights");
        let input = measured(&scores, &Baseline::identity());
        for (expression, p) in scores.iter() {
            assert!((input.scores.get(expression) - p).abs() < 1e-6, "{expression}: {input:?}");
        }
    }

    #[test]
    fn the_way_from_rest_to_certainty_is_its_share_for_any_rest() {
        for share in [0.0, 0.25, 0.5, 1.0] {
            let rest = sad_rest();
            for expression in [Expression::Sad, Expression::Happy, Expression::Surprise] {
                let scores = rest.scores.mix(&Scores::certain(expression), share);
                let way = travelled(&scores, &rest);
                assert!((way[expression.index()] - share).abs() < 1e-5, "{expression}: {way:?}");
            }
        }
    }

    #[test]
    fn corrected_scores_are_probabilities_for_any_face_and_rest() {
        let mut seed = 1_u32;
        let mut random = move || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / (1 << 24) as f32
        };
        let mut scores = move || {
            // Some nearly certain, some even.
            let power = 1.0 + 6.0 * random();
            Scores::from_weights(std::array::from_fn(|_| random().powf(power) + 1e-6))
                .expect("positive weights")
        };
        for _ in 0..2000 {
            let baseline = Baseline { scores: scores(), roll: 0.0 };
            let way = travelled(&scores(), &baseline);
            assert!(way.iter().sum::<f32>() <= 1.0 + 1e-5, "{way:?} from {baseline:?}");
        }
    }

    #[test]
    fn a_weak_face_with_its_own_reach_is_as_strong_as_others() {
        let scores =
            Scores::certain(Expression::Neutral).mix(&Scores::certain(Expression::Happy), 0.2);
        let mut input = FaceInput::default();
        input.set_scores(&scores, &Baseline::identity(), &ExpressionRange::default());
        assert!(input.strength(Expression::Happy) < 0.35);
        let mut range = ExpressionRange::default();
        range.set_reach(Expression::Happy, 0.2);
        input.set_scores(&scores, &Baseline::identity(), &range);
        assert!(input.strength(Expression::Happy) > 0.99);
    }
}

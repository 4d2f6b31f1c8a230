//! A face as the HUD shows it: its place, size and readings, eased in time, in view space.
//!
//! Everything that is drawn at a face reads [`ShownFace`]; nothing else looks at the raw reading.

use bevy::prelude::*;
use emotion_core::SubjectId;

use super::HudSettings;
use super::motion::{Ramp, Spring, Stiffness, approach, wrap_angle};
use super::reactions::{Moment, Pose, Reactions};
use super::screen::Screen;
use super::theme::{FACE_FADE, REACTION_IN, REACTION_OUT, RING_LEAST, RING_RADIUS};
use crate::input::{FaceInput, RestingBaseline};
use crate::plugin::{Emotion, Face, FacePose};
use emotion_core::Expression;
use emotion_vision::track::TrackerConfig;

/// The face's place on the screen: quick, with a hint of overshoot.
const FOLLOW: Stiffness = Stiffness { frequency: 22.0, damping: 0.82 };
/// The ring's size and lean: slower, because detections of them are noisier.
const SETTLE: Stiffness = Stiffness { frequency: 11.0, damping: 0.85 };
/// With reduced motion: no overshoot, and slower.
const CALM: Stiffness = Stiffness { frequency: 9.0, damping: 0.999 };
/// With reduced motion, reactions take this many times as long to fade in.
const CALM_IN: u32 = 3;
/// Largest ring radius as a share of the distance to the nearest other face: two rings that move
/// towards each other do not touch.
const SHARE_OF_GAP: f32 = 0.455;
/// By how much another expression's probability has to exceed that of the shown one to replace it.
const LEAD: f32 = 0.06;
/// Time constant of bars and arcs in seconds.
const READING_TIME: f32 = 0.09;

/// A face as the HUD shows it.
#[derive(Component, Debug, Clone)]
pub struct ShownFace {
    /// The face's middle in view space.
    pub middle: Spring<Vec2>,
    /// The ring's radius at rest, in HUD units.
    pub radius: Spring<f32>,
    /// Lean of the head in radians, clockwise.
    pub lean: Spring<f32>,
    /// Fade of the whole face: 0 gone, 1 in view.
    pub presence: Ramp,
    /// Fade of the expression: 0 unsure, 1 an expression is shown.
    pub certainty: Ramp,
    /// Eased probabilities in the order of [`Expression::ALL`].
    pub shares: [f32; Expression::COUNT],
    /// Eased confidence.
    pub confidence: f32,
    /// The expression shown last; it stays while the face is unsure.
    pub expression: Expression,
    /// Strength of each reaction, in the order of [`Expression::ALL`].
    pub strengths: [Ramp; Expression::COUNT],
    /// The mixed pose of all reactions.
    pub pose: Pose,
    /// Seconds since each reaction started, in the order of [`Expression::ALL`].
    pub since: [f32; Expression::COUNT],
    /// Seconds on the face's own clock.
    pub clock: f32,
}

impl ShownFace {
    fn new(face: &Face) -> Self {
        Self {
            middle: Spring::default(),
            radius: Spring::default(),
            lean: Spring::default(),
            presence: Ramp::default(),
            certainty: Ramp::default(),
            shares: [1.0 / Expression::COUNT as f32; Expression::COUNT],
            confidence: 0.0,
            expression: Expression::Neutral,
            strengths: [Ramp::default(); Expression::COUNT],
            pose: Pose::default(),
            since: [0.0; Expression::COUNT],
            // A different phase for each face, so that they do not move in step.
            clock: face.subject.track as f32 * 0.37,
        }
    }

    /// The circle that nothing else may cover, in view space: middle and radius.
    pub fn circle(&self) -> (Vec2, f32) {
        (self.middle.value, self.radius.value)
    }

    /// Each expression with the strength of its reaction, 0 to 1.
    pub fn reactions(&self) -> impl Iterator<Item = (Expression, f32)> + '_ {
        let presence = self.presence.value();
        Expression::ALL
            .into_iter()
            .zip(&self.strengths)
            .map(move |(expression, ramp)| (expression, ramp.value() * presence))
    }
}

/// Starts to show each new face.
pub(super) fn welcome(added: On<Add, Face>, faces: Query<&Face>, mut commands: Commands) {
    if let Ok(face) = faces.get(added.entity) {
        commands.entity(added.entity).insert(ShownFace::new(face));
    }
}

/// Eases all shown faces towards their latest readings.
pub(super) fn follow(
    time: Res<Time>,
    screen: Res<Screen>,
    settings: Res<HudSettings>,
    reactions: Res<Reactions>,
    mut faces: Query<(&Face, &Emotion, &FacePose, Measured, &mut ShownFace)>,
    mut others: Local<Vec<(SubjectId, Vec2)>>,
) {
    let seconds = time.delta_secs();
    let calm = settings.reduced_motion;
    let (follow, settle) = if calm { (FOLLOW.calm(), CALM) } else { (FOLLOW, SETTLE) };
    others.clear();
    others.extend(
        faces
            .iter()
            .filter(|(face, ..)| face.visible)
            .map(|(face, ..)| (face.subject, screen.face_in_view(face.bbox_in_frame).0)),
    );
    for (face, emotion, pose, measured, mut shown) in &mut faces {
        let shown = &mut *shown;
        let emotion = &against_rest(emotion, measured, shown.expression);
        let (middle, half_side) = screen.face_in_view(face.bbox_in_frame);
        // Close to another face, a ring shrinks rather than cover that face.
        let nearest = (others.iter().copied())
            .filter(|(subject, _)| *subject != face.subject)
            .map(|(_, other)| other.distance(middle))
            .fold(f32::INFINITY, f32::min);
        let side = half_side * 2.0;
        let radius = (nearest * SHARE_OF_GAP).clamp(side * RING_LEAST, side * RING_RADIUS);
        let lean = screen.lean_in_view(pose.roll);
        if shown.presence.value() == 0.0 {
            shown.middle = Spring::at(middle);
            shown.radius = Spring::at(if calm { radius } else { radius * 1.25 });
            shown.lean = Spring::at(lean);
        }
        shown.presence.advance(face.visible, FACE_FADE, FACE_FADE * 2, seconds);
        shown.middle.follow(middle, follow, seconds);
        shown.radius.follow(radius, settle, seconds);
        let lean_goal = shown.lean.value + wrap_angle(lean - shown.lean.value);
        shown.lean.follow(lean_goal, settle, seconds);
        read(shown, emotion, seconds);
        react(shown, emotion, &reactions, calm, seconds);
    }
}

/// A face's resting baseline and its input relative to that, where measured.
type Measured = Option<(&'static RestingBaseline, &'static FaceInput)>;

/// The reading relative to the face's resting baseline, once that is known; the raw one before.
/// `before` stays until another expression leads by [`LEAD`].
fn against_rest(
    emotion: &Emotion,
    measured: Option<(&RestingBaseline, &FaceInput)>,
    before: Expression,
) -> Emotion {
    let Some((_, input)) = measured.filter(|(resting, _)| resting.is_done()) else {
        return *emotion;
    };
    let (highest, confidence) = input.scores.highest();
    let stays = input.scores.get(before) + LEAD > confidence;
    let dominant = if stays { before } else { highest };
    let confidence = input.scores.get(dominant);
    let sure = confidence >= TrackerConfig::default().confidence_floor;
    Emotion {
        scores: input.scores,
        dominant: sure.then_some(dominant),
        confidence,
        valence: input.valence,
        arousal: input.arousal,
    }
}

fn read(shown: &mut ShownFace, emotion: &Emotion, seconds: f32) {
    let amount = approach(READING_TIME, seconds);
    for (share, score) in shown.shares.iter_mut().zip(emotion.scores.as_array()) {
        *share += (score - *share) * amount;
    }
    shown.confidence += (emotion.confidence - shown.confidence) * amount;
}

fn react(
    shown: &mut ShownFace,
    emotion: &Emotion,
    reactions: &Reactions,
    calm: bool,
    seconds: f32,
) {
    let come = if calm { REACTION_IN * CALM_IN } else { REACTION_IN };
    shown.clock += seconds;
    if let Some(expression) = emotion.dominant {
        shown.expression = expression;
    }
    let certain = emotion.dominant.is_some();
    shown.certainty.advance(certain, come, REACTION_OUT, seconds);
    for expression in Expression::ALL {
        let index = expression.index();
        let strength = &mut shown.strengths[index];
        // A reaction that is still fading continues: restarting it would make it jump.
        let resting = strength.value() == 0.0;
        shown.since[index] = if resting { 0.0 } else { shown.since[index] + seconds };
        strength.advance(emotion.dominant == Some(expression), come, REACTION_OUT, seconds);
    }
    let mut pose = Pose::default();
    for (expression, strength) in shown.reactions().filter(|(_, strength)| *strength > 0.0) {
        let moment = Moment { since: shown.since[expression.index()], clock: shown.clock };
        for (_, reaction) in reactions.to(expression) {
            let one = if calm { reaction.still_pose() } else { reaction.pose(moment) };
            pose.add(&one, strength);
        }
    }
    pose.limit();
    shown.pose = pose;
}

#[cfg(test)]
mod tests {
    use super::super::test_app::{app, face, run};
    use super::*;

    /// Largest movement of a settled ring from one update to the next.
    fn restlessness(settings: HudSettings) -> f32 {
        let mut app = app(settings);
        let face = face(&mut app, Expression::Angry);
        run(&mut app, 3.0);
        let mut before = app.world().get::<ShownFace>(face).expect("a shown face").pose;
        let mut most = 0.0f32;
        for _ in 0..50 {
            app.update();
            let pose = app.world().get::<ShownFace>(face).expect("a shown face").pose;
            most = most.max((pose.offset - before.offset).length());
            most = most.max((pose.stretch - before.stretch).length());
            before = pose;
        }
        most
    }

    #[test]
    fn with_reduced_motion_the_ring_stands_still() {
        assert!(restlessness(HudSettings::default()) > 1e-3);
        assert_eq!(restlessness(HudSettings { reduced_motion: true, ..default() }), 0.0);
    }

    #[test]
    fn without_motion_an_expression_still_looks_different() {
        let settings = HudSettings { reduced_motion: true, ..default() };
        let glow = |expression| {
            let mut app = app(settings);
            let face = face(&mut app, expression);
            run(&mut app, 3.0);
            app.world().get::<ShownFace>(face).expect("a shown face").pose.glow
        };
        assert!(glow(Expression::Angry) > glow(Expression::Neutral) + 0.5);
    }
}

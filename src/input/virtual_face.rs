//! Faces that nobody has: for tests, and for players without a camera.

use std::time::Duration;

use bevy::prelude::*;

use super::range::ExpressionRange;
use crate::plugin::{
    CorePlugin, EmotionFeed, EmotionSystems, FaceMemory, Faces, FacesTime, TrackPlugin,
};
use emotion_core::{Expression, FrameRect, Reading, Scores, StreamId, SubjectId};
use emotion_vision::track::TrackerConfig;

/// Makes [`VirtualFace`]s seen. It needs no camera, model or GPU.
///
/// What they show comes in where all readings do ([`EmotionFeed::join`]): everything after that is
/// real, faces, components, events and [`FrameAnalyzed`](crate::plugin::FrameAnalyzed). While a
/// camera's readings come in as well, the virtual faces are there beside those.
///
/// In a test it is enough by itself; in an app with [`EmotionPlugins`](crate::plugin::EmotionPlugins)
/// add it after them.
///
/// ```
/// use std::time::Duration;
///
/// use bevy::prelude::*;
/// use bevy::time::TimeUpdateStrategy;
/// use bevy_emotion::input::*;
/// use bevy_emotion::prelude::*;
///
/// #[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
/// enum Action {
///     Jump,
/// }
///
/// let mut app = App::new();
/// app.add_plugins((
///     MinimalPlugins,
///     VirtualFacePlugin,
///     ExpressionInputPlugin::new(ExpressionMap::new().with(Action::Jump, Expression::Happy)),
/// ))
/// .insert_resource(TimeUpdateStrategy::ManualDuration(Duration::from_millis(20)));
/// let me = app.world_mut().spawn(VirtualFace::new()).id();
/// app.update();
///
/// if let Some(mut face) = app.world_mut().get_mut::<VirtualFace>(me) {
///     face.press(Expression::Happy);
/// }
/// app.update();
/// assert!(app.world().resource::<ExpressionInput<Action>>().just_pressed(Action::Jump));
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct VirtualFacePlugin;

/// A face that is played by a program: a mock gamepad. Spawn it as an entity of its own; the
/// [`Face`](crate::plugin::Face) that is seen of it is another one.
///
/// Times are real ones, as of a person outside of the game. What is shown takes effect in the next
/// update.
#[derive(Component, Reflect, Debug, Clone)]
#[reflect(Component, Default, Debug, Clone)]
pub struct VirtualFace {
    /// What it reads as at rest; purely neutral by default.
    pub rest: Scores,
    /// How far its expressions go, against those of others; 1 by default, less for a weak face.
    pub expressiveness: f32,
    /// The side of its box as a part of the frame's height; 0.4 by default.
    pub size_in_view: f32,
    present: bool,
    /// The way from its rest to certainty of each expression, 0 to 1, all together at most 1.
    travelled: Ramp<[f32; Expression::COUNT]>,
    tilt: Ramp<f32>,
    position_in_mirror: Ramp<Vec2>,
    /// The stream of all virtual faces.
    stream: StreamId,
    /// 0 until it was seen.
    track: u64,
    /// How long it has been out of view; `None` while it is not.
    away: Option<Duration>,
}

/// How far [`VirtualFace::press`] goes from rest to certainty.
const CLEARLY: f32 = 0.95;

impl VirtualFace {
    /// A face at rest in the middle of the view.
    pub fn new() -> Self {
        Self {
            rest: Scores::certain(Expression::Neutral),
            expressiveness: 1.0,
            size_in_view: 0.4,
            present: true,
            travelled: Ramp::at([0.0; Expression::COUNT]),
            tilt: Ramp::at(0.0),
            position_in_mirror: Ramp::at(Vec2::ZERO),
            stream: StreamId::default(),
            track: 0,
            away: None,
        }
    }

    /// A face whose rest reads as something else than neutral.
    pub fn with_rest(mut self, rest: Scores) -> Self {
        self.rest = rest;
        self
    }

    /// A face at another place, as [`VirtualFace::move_to`] puts it.
    pub fn at(mut self, position_in_mirror: Vec2) -> Self {
        self.position_in_mirror = Ramp::at(position_in_mirror);
        self
    }

    /// Shows an expression clearly, at once, instead of what it showed.
    pub fn press(&mut self, expression: Expression) {
        self.travel(expression, CLEARLY, Duration::ZERO);
    }

    /// Back to rest at once.
    pub fn release(&mut self) {
        self.travel(Expression::Neutral, 0.0, Duration::ZERO);
    }

    /// Shows an expression with this strength, 0 to 1, at once, instead of what it showed: exactly
    /// the strength that a face without warm-up is measured with, after its rest was found.
    pub fn show(&mut self, expression: Expression, strength: f32) {
        self.ramp(expression, strength, Duration::ZERO);
    }

    /// Goes there from what it shows now, evenly, in `time`; a strength of 0 is the rest.
    pub fn ramp(&mut self, expression: Expression, strength: f32, time: Duration) {
        let strength = strength.clamp(0.0, 1.0);
        self.travel(expression, strength * ExpressionRange::DEFAULT_REACH, time);
    }

    /// Leans the head by `tilt` radians, positive to the player's right shoulder, in `time`.
    pub fn tilt(&mut self, tilt: f32, time: Duration) {
        self.tilt = self.tilt.towards(tilt, time);
    }

    /// Moves the head in `time`: (-1, -1) is the lower left of the view, (1, 1) the upper right, as
    /// the player sees it in a mirror.
    pub fn move_to(&mut self, position_in_mirror: Vec2, time: Duration) {
        self.position_in_mirror = self.position_in_mirror.towards(position_in_mirror, time);
    }

    /// Goes out of view.
    pub fn leave(&mut self) {
        self.present = false;
    }

    /// Comes into view again: as the same face, when it was away for less than
    /// [`FaceMemory`](crate::plugin::FaceMemory) says.
    pub fn come_back(&mut self) {
        self.present = true;
    }

    /// Whether it is in view.
    pub const fn is_present(&self) -> bool {
        self.present
    }

    /// Whom it is seen as, as in [`Face::subject`](crate::plugin::Face::subject); `None` until it was
    /// seen for the first time.
    pub const fn subject(&self) -> Option<SubjectId> {
        match self.track {
            0 => None,
            track => Some(SubjectId { stream: self.stream, track }),
        }
    }

    fn travel(&mut self, expression: Expression, share: f32, time: Duration) {
        let mut target = [0.0; Expression::COUNT];
        target[expression.index()] = share;
        self.travelled = self.travelled.towards(target, time);
    }

    /// Time passes; gives what is seen of it then, `None` while it is out of view.
    fn play(&mut self, delta: Duration, keep: Duration, tracks: &mut u64) -> Option<Reading> {
        self.travelled.passed += delta;
        self.tilt.passed += delta;
        self.position_in_mirror.passed += delta;
        if !self.present {
            self.away = Some(self.away.map_or(Duration::ZERO, |away| away + delta));
            return None;
        }
        // Who stays away for longer than a face is kept is somebody else, as for the tracker.
        let forgotten = self.away.take().is_some_and(|away| away > keep);
        if self.track == 0 || forgotten {
            *tracks += 1;
            self.track = *tracks;
        }
        Some(self.reading())
    }

    fn reading(&self) -> Reading {
        let travelled =
            self.travelled.now().map(|share| share * self.expressiveness.clamp(0.0, 1.0));
        let left = 1.0 - travelled.iter().sum::<f32>();
        let mut weights = *self.rest.as_array();
        for (weight, travelled) in weights.iter_mut().zip(travelled) {
            *weight = (*weight * left + travelled).max(0.0);
        }
        let scores = Scores::from_weights(weights).unwrap_or(self.rest);
        let (highest, confidence) = scores.highest();
        let (width, height) = (FRAME_SIZE.x as f32, FRAME_SIZE.y as f32);
        let position = self.position_in_mirror.now();
        let center = ((1.0 - position.x) / 2.0 * width, (1.0 - position.y) / 2.0 * height);
        Reading {
            track: self.track,
            bbox_in_frame: FrameRect::square(center, self.size_in_view * height),
            roll: -self.tilt.now(),
            presence: 1.0,
            scores,
            raw_scores: scores,
            dominant: (confidence >= TrackerConfig::default().confidence_floor).then_some(highest),
            confidence,
        }
    }
}

impl Default for VirtualFace {
    fn default() -> Self {
        Self::new()
    }
}

/// A value on its way.
#[derive(Reflect, Debug, Clone, Copy)]
struct Ramp<T> {
    from: T,
    to: T,
    time: Duration,
    passed: Duration,
}

impl<T: Copy + Between> Ramp<T> {
    const fn at(value: T) -> Self {
        Self { from: value, to: value, time: Duration::ZERO, passed: Duration::ZERO }
    }

    fn towards(&self, to: T, time: Duration) -> Self {
        Self { from: self.now(), to, time, passed: Duration::ZERO }
    }

    fn now(&self) -> T {
        if self.passed >= self.time {
            return self.to;
        }
        self.from.between(self.to, self.passed.div_duration_f32(self.time))
    }
}

/// What can be on its way.
trait Between {
    fn between(self, to: Self, part: f32) -> Self;
}

impl Between for f32 {
    fn between(self, to: Self, part: f32) -> Self {
        self + (to - self) * part
    }
}

impl Between for Vec2 {
    fn between(self, to: Self, part: f32) -> Self {
        self.lerp(to, part)
    }
}

impl Between for [f32; Expression::COUNT] {
    fn between(self, to: Self, part: f32) -> Self {
        std::array::from_fn(|index| self[index].between(to[index], part))
    }
}

/// Width and height of the frames that virtual faces are seen in, in pixels.
const FRAME_SIZE: UVec2 = UVec2::new(320, 240);

/// How many virtual faces were ever seen; `None` before the first.
#[derive(Resource, Default)]
struct LastTrack(Option<u64>);

impl Plugin for VirtualFacePlugin {
    fn build(&self, app: &mut App) {
        CorePlugin::ensure(app);
        if !app.is_plugin_added::<TrackPlugin>() {
            app.add_plugins(TrackPlugin);
        }
        app.register_type::<VirtualFace>()
            .init_resource::<LastTrack>()
            // Whoever feeds beside it comes first or second: both are in this update.
            .add_systems(PreUpdate, show.before(EmotionSystems::Capture).ambiguous_with_all());
    }
}

/// Hands in what the virtual faces show.
fn show(
    time: Res<Time<Real>>,
    clock: Res<Time<Faces>>,
    memory: Res<FaceMemory>,
    mut last_track: ResMut<LastTrack>,
    mut faces: Query<&mut VirtualFace>,
    mut feed: ResMut<EmotionFeed>,
) {
    if clock.is_paused() || faces.is_empty() && last_track.0.is_none() {
        return;
    }
    let mut track = last_track.0.unwrap_or(0);
    let stream = feed.guest_stream();
    let readings: Vec<Reading> = faces
        .iter_mut()
        .filter_map(|mut face| {
            face.stream = stream;
            face.play(time.delta(), memory.keep_hidden, &mut track)
        })
        .collect();
    last_track.0 = Some(track);
    feed.join(FRAME_SIZE, readings);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_is_even_and_starts_from_what_is_shown() {
        let tenth = Duration::from_millis(100);
        let mut ramp = Ramp::at(0.0).towards(1.0, tenth * 4);
        ramp.passed += tenth;
        assert!((ramp.now() - 0.25).abs() < 1e-6);
        let mut back = ramp.towards(0.0, tenth);
        assert!((back.now() - 0.25).abs() < 1e-6);
        back.passed += tenth;
        assert_eq!(back.now(), 0.0);
    }

    #[test]
    fn a_face_that_is_away_for_long_is_somebody_else() {
        let second = Duration::from_secs(1);
        let (mut face, mut tracks) = (VirtualFace::new(), 7);
        let mut play = |face: &mut VirtualFace| face.play(second, 3 * second, &mut tracks);
        assert_eq!(play(&mut face).map(|reading| reading.track), Some(8));
        for away in [4, 5] {
            face.leave();
            for _ in 0..away {
                assert!(play(&mut face).is_none());
            }
            face.come_back();
            let track = if away == 4 { 8 } else { 9 };
            assert_eq!(play(&mut face).map(|reading| reading.track), Some(track));
        }
    }
}

//! Voices that nobody has: for tests, and for players without a microphone.

use std::time::Duration;

use bevy::prelude::*;
use emotion_core::{Expression, Scores};

use super::virtual_face::{VirtualFace, VirtualFacePlugin};
use crate::plugin::{EmotionSystems, Faces, FacesTime, HearPlugin, HeardLevel, HeardVoice, Whose};

/// Makes [`VirtualVoice`]s heard. It needs no microphone or model.
///
/// What they say comes in where all voices do ([`HeardVoice`], [`HeardLevel`]): everything after that is real.
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
///     Roar,
/// }
///
/// let map = ExpressionMap::new().with(Action::Roar, FaceCondition::shout());
/// let mut app = App::new();
/// app.add_plugins((MinimalPlugins, VirtualVoicePlugin, ExpressionInputPlugin::new(map)))
///     .insert_resource(TimeUpdateStrategy::ManualDuration(Duration::from_millis(20)));
/// let me = app.world_mut().spawn((VirtualFace::new(), VirtualVoice::new())).id();
/// let say = |app: &mut App, loudness: f32, seconds: u32| {
///     if let Some(mut voice) = app.world_mut().get_mut::<VirtualVoice>(me) {
///         voice.speak(Expression::Neutral, loudness);
///     }
///     (0..50 * seconds).for_each(|_| app.update());
///     app.world().resource::<ExpressionInput<Action>>().pressed(Action::Roar)
/// };
/// assert!(!say(&mut app, 0.0, 2), "that is how the player usually speaks");
/// assert!(say(&mut app, 1.0, 1), "a shout");
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct VirtualVoicePlugin;

/// A voice that is played by a program. On the entity of a [`VirtualFace`] it is that person's; alone it is the voice of
/// somebody who is not seen.
///
/// While it speaks it is read as a microphone's is: every 0.3 s, from 0.8 s on.
#[derive(Component, Reflect, Debug, Clone)]
#[reflect(Component, Default, Debug, Clone)]
pub struct VirtualVoice {
    /// How active it sounds, -1 (calm) to 1; `None` for what its expression tells.
    pub arousal: Option<f32>,
    /// How good it is heard, 0 to 1; 1 by default.
    pub quality: f32,
    scores: Scores,
    /// Decibels of full scale.
    level_db: f32,
    /// For how long it has been speaking; `None` while it is silent.
    spoken: Option<Duration>,
    /// When in that time it is read next.
    next: Duration,
}

/// How loud it usually is, and how loud the room is, in decibels of full scale.
const USUAL_DB: f32 = -32.0;
const ROOM_DB: f32 = -60.0;
/// How much louder it is with a loudness of 1.
const SHOUT_DB: f32 = 20.0;
/// After this time it is read first, and then each time so much later.
const FIRST: Duration = Duration::from_millis(800);
const EACH: Duration = Duration::from_millis(300);
/// How sure of its expression it is read.
const CLEARLY: f32 = 0.9;

impl VirtualVoice {
    /// A voice that is silent.
    pub const fn new() -> Self {
        Self {
            arousal: None,
            quality: 1.0,
            scores: Scores::UNIFORM,
            level_db: ROOM_DB,
            spoken: None,
            next: FIRST,
        }
    }

    /// Speaks from now on, so that it clearly sounds like this. A loudness of 0 is its usual one, 1 a shout.
    pub fn speak(&mut self, expression: Expression, loudness: f32) {
        self.speak_as(Scores::UNIFORM.mix(&Scores::certain(expression), CLEARLY), loudness);
    }

    /// Speaks from now on, and is read with these scores.
    pub fn speak_as(&mut self, scores: Scores, loudness: f32) {
        self.scores = scores;
        self.level_db = USUAL_DB + loudness * SHOUT_DB;
        self.spoken.get_or_insert(Duration::ZERO);
    }

    /// Is silent from now on.
    pub fn hush(&mut self) {
        let Self { arousal, quality, .. } = *self;
        *self = Self { arousal, quality, ..Self::new() };
    }

    /// Time passes; whether it is read.
    fn play(&mut self, delta: Duration) -> bool {
        let Some(spoken) = &mut self.spoken else { return false };
        *spoken += delta;
        let is_read = *spoken >= self.next;
        if is_read {
            self.next += EACH;
        }
        is_read
    }
}

impl Default for VirtualVoice {
    fn default() -> Self {
        Self::new()
    }
}

impl Plugin for VirtualVoicePlugin {
    fn build(&self, app: &mut App) {
        if !app.is_plugin_added::<VirtualFacePlugin>() {
            app.add_plugins(VirtualFacePlugin);
        }
        if !app.is_plugin_added::<HearPlugin>() {
            app.add_plugins(HearPlugin);
        }
        app.register_type::<VirtualVoice>()
            .add_systems(PreUpdate, speak.before(EmotionSystems::Capture).ambiguous_with_all());
    }
}

/// Hands in what the virtual voices say.
fn speak(
    time: Res<Time<Real>>,
    clock: Res<Time<Faces>>,
    mut voices: Query<(&mut VirtualVoice, Option<&VirtualFace>)>,
    mut levels: MessageWriter<HeardLevel>,
    mut heard: MessageWriter<HeardVoice>,
) {
    if clock.is_paused() {
        return;
    }
    for (mut voice, face) in &mut voices {
        let whose = match face.map(VirtualFace::subject) {
            None => Whose::Unseen,
            Some(Some(subject)) => Whose::Subject(subject),
            // It is seen in this update for the first time.
            Some(None) => continue,
        };
        let is_read = voice.play(time.delta());
        let speaks = voice.spoken.is_some();
        levels.write(HeardLevel { whose, level_db: voice.level_db, speaks });
        if is_read {
            heard.write(HeardVoice {
                whose,
                duration: voice.spoken.unwrap_or_default().min(Duration::from_millis(2_500)),
                scores: voice.scores,
                arousal: voice.arousal.unwrap_or_else(|| voice.scores.arousal()),
                quality: voice.quality,
            });
        }
    }
}

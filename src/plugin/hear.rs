//! Voices and words come in: messages, whose they are, and what becomes of them.

use std::time::Duration;

use bevy::prelude::*;
use emotion_core::{Evidence, Expression, Modality, Scores, SessionTime, SubjectId};

use super::clock::{Faces, FacesTime};
use super::core::CorePlugin;
use super::feed::EmotionFeed;
use super::heard::{self, Fused, UnseenSpeaker, Voice, VoiceLevel, Words};
use super::track::Entities;
use super::{EmotionSystems, FaceStep};

/// Takes in voices and words beside the faces: [`HeardVoice`], [`HeardLevel`] and [`ReadWords`] become [`Voice`],
/// [`VoiceLevel`], [`Words`] and [`Fused`] on the entity of whose they are.
///
/// It opens no microphone, and writes no entity without [`TrackPlugin`](super::TrackPlugin). Messages that are written before [`EmotionSystems::Capture`], or in an update before, are
/// there in `Update`. While `Time<Faces>` is held they are dropped, as a camera's frames are.
///
/// ```
/// use bevy::prelude::*;
/// use bevy_emotion::plugin::{Fused, HearPlugin, HeardVoice, TrackPlugin};
/// use bevy_emotion::prelude::*;
///
/// let mut app = App::new();
/// app.add_plugins((MinimalPlugins, TrackPlugin, HearPlugin));
/// app.world_mut().write_message(HeardVoice::new(Scores::certain(Expression::Happy)));
/// app.update();
/// // Nobody is in view: it is the voice of somebody who is not seen.
/// assert_eq!(app.world_mut().query::<&Fused>().iter(app.world()).count(), 1);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct HearPlugin;

/// Whose a voice or a line of words is.
#[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Whose {
    /// Of the only one who is in view, or was a moment ago; of somebody unseen where there is nobody. Where there are
    /// several, nobody knows, and it is left out.
    #[default]
    OnlyOne,
    /// Of somebody who is not seen.
    Unseen,
    /// Of this person.
    Subject(SubjectId),
}

/// How a voice sounded, up to now.
#[derive(Message, Debug, Clone, Copy, PartialEq)]
pub struct HeardVoice {
    /// Whose it is.
    pub whose: Whose,
    /// How long it was listened to.
    pub duration: Duration,
    /// Seven probabilities.
    pub scores: Scores,
    /// -1 (calm) to 1 (active).
    pub arousal: f32,
    /// How good what was heard is, 0 to 1.
    pub quality: f32,
}

/// How loud it is now.
#[derive(Message, Debug, Clone, Copy, PartialEq)]
pub struct HeardLevel {
    /// Whose voice it is.
    pub whose: Whose,
    /// The root mean square in decibels of full scale: 0 is as loud as can be.
    pub level_db: f32,
    /// Whether somebody speaks.
    pub speaks: bool,
}

/// What a line of words says.
#[derive(Message, Debug, Clone, PartialEq)]
pub struct ReadWords {
    /// Whose they are.
    pub whose: Whose,
    /// The line.
    pub text: String,
    /// Seven probabilities; all equal where the line is not understood.
    pub scores: Scores,
    /// The most probable expression; `None` when unsure.
    pub dominant: Option<Expression>,
    /// The share of the line that is known, 0 to 1; 0 where it is not understood.
    pub known: f32,
}

impl HeardVoice {
    /// A voice that was heard well for a second, of the only one in view.
    pub fn new(scores: Scores) -> Self {
        let duration = Duration::from_secs(1);
        let arousal = scores.arousal();
        Self { whose: Whose::default(), duration, scores, arousal, quality: 1.0 }
    }
}

impl ReadWords {
    /// A line that is known word for word, of the only one in view.
    pub fn new(text: impl Into<String>, scores: Scores) -> Self {
        let dominant = Some(scores.highest().0);
        Self { whose: Whose::default(), text: text.into(), scores, dominant, known: 1.0 }
    }
}

/// What was heard and read in this update.
#[derive(Resource, Debug, Default)]
pub(super) struct Hearing {
    waiting: Vec<Heard>,
    left_out: u64,
}

/// Something about somebody.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(super) subject: SubjectId,
    pub(super) what: What,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    Voice { voice: Voice, duration: Duration },
    Level(VoiceLevel),
    Words(Words),
}

impl Heard {
    /// What it says of its subject at `now`; nothing, where it is only how loud it is.
    pub(super) fn evidence(&self, now: Duration) -> Option<Evidence> {
        let (modality, scores, quality, duration) = match &self.what {
            What::Voice { voice, duration } => {
                (Modality::Voice, voice.scores, voice.quality, *duration)
            }
            What::Words(words) => (Modality::Words, words.scores, words.known, Duration::ZERO),
            What::Level(_) => return None,
        };
        let span = (SessionTime(now.saturating_sub(duration)), SessionTime(now));
        let quality = quality.clamp(0.0, 1.0);
        Some(Evidence { subject: Some(self.subject), modality, span, scores, quality })
    }

    fn stamp(&mut self, at: Duration) {
        match &mut self.what {
            What::Voice { voice, .. } => voice.at = at,
            What::Level(level) => level.at = at,
            What::Words(words) => words.at = at,
        }
    }
}

impl Hearing {
    /// What came, at this time.
    pub(super) fn take(&mut self, at: Duration) -> Vec<Heard> {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.iter_mut().for_each(|heard| heard.stamp(at));
        waiting
    }

    /// It is about somebody who is not there.
    pub(super) fn leave_out(&mut self, heard: &Heard) {
        self.count(&format!("{} is not there", heard.subject));
    }

    fn count(&mut self, why: &str) {
        self.left_out += 1;
        if self.left_out.is_power_of_two() {
            let count = self.left_out;
            warn!("voices and words that were left out: {count}; the last because {why}");
        }
    }
}

impl Plugin for HearPlugin {
    fn build(&self, app: &mut App) {
        CorePlugin::ensure(app);
        app.init_resource::<Entities>()
            .init_schedule(FaceStep)
            .register_type::<Voice>()
            .register_type::<VoiceLevel>()
            .register_type::<Words>()
            .register_type::<Fused>()
            .register_type::<UnseenSpeaker>()
            .add_message::<HeardVoice>()
            .add_message::<HeardLevel>()
            .add_message::<ReadWords>()
            .add_systems(PreUpdate, take_in.in_set(EmotionSystems::Capture).ambiguous_with_all())
            .add_systems(FaceStep, heard::forget);
    }
}

/// Finds out whose it is.
fn take_in(
    time: Res<Time<Faces>>,
    entities: Res<Entities>,
    mut feed: ResMut<EmotionFeed>,
    mut hearing: ResMut<Hearing>,
    mut voices: MessageReader<HeardVoice>,
    mut levels: MessageReader<HeardLevel>,
    mut lines: MessageReader<ReadWords>,
    mut commands: Commands,
) {
    let mut came: Vec<(Whose, What)> = Vec::new();
    came.extend(levels.read().map(|level| (level.whose, What::Level(level.into()))));
    came.extend(
        voices.read().map(|heard| {
            (heard.whose, What::Voice { voice: heard.into(), duration: heard.duration })
        }),
    );
    came.extend(lines.read().map(|read| (read.whose, What::Words(read.into()))));
    if time.is_paused() {
        return;
    }
    for (whose, what) in came {
        let is_level = matches!(what, What::Level(_));
        match subject_of(whose, &entities, &mut feed, &mut commands) {
            Some(subject) => hearing.waiting.push(Heard { subject, what }),
            // How loud it is comes often, and is no news of anybody.
            None if is_level => {}
            None => hearing.count("several people are in view"),
        }
    }
}

fn subject_of(
    whose: Whose,
    entities: &Entities,
    feed: &mut EmotionFeed,
    commands: &mut Commands,
) -> Option<SubjectId> {
    match whose {
        Whose::Subject(subject) => Some(subject),
        Whose::Unseen => Some(feed.unseen_subject(commands)),
        Whose::OnlyOne => {
            let mut seen = entities.0.keys().filter(|subject| !subject.is_unseen());
            match (seen.next(), seen.next()) {
                (None, _) => Some(feed.unseen_subject(commands)),
                (Some(subject), None) => Some(*subject),
                _ => None,
            }
        }
    }
}

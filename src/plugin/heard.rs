//! What of a voice and of words an entity carries, and the one answer of all.

use std::time::Duration;

use bevy::prelude::*;
use emotion_core::{Expression, FusedReading, Modality, Scores, SubjectId};

use super::SubjectRead;
use super::clock::Faces;
use super::hear::{Heard, HeardLevel, HeardVoice, ReadWords, What};
use super::settings::FaceFuser;
use super::track::{Entities, entity_of};

/// How somebody's voice sounded last. It is there for as long as it counts in the answer: with the fuser that ships, 8 s.
#[derive(Component, Reflect, Debug, Clone, Copy, PartialEq)]
#[reflect(Component, Debug, Clone, PartialEq)]
pub struct Voice {
    /// Seven probabilities.
    pub scores: Scores,
    /// -1 (calm) to 1 (active).
    pub arousal: f32,
    /// How good what was heard is, 0 to 1.
    pub quality: f32,
    /// When it was heard, on the faces' clock.
    pub at: Duration,
}

/// How loud somebody's voice is.
#[derive(Component, Reflect, Debug, Clone, Copy, PartialEq)]
#[reflect(Component, Debug, Clone, PartialEq)]
pub struct VoiceLevel {
    /// The root mean square in decibels of full scale: 0 is as loud as can be.
    pub level_db: f32,
    /// Whether somebody speaks.
    pub speaks: bool,
    /// When, on the faces' clock.
    pub at: Duration,
}

/// What somebody said or wrote last. It is there for as long as it counts in the answer: with the fuser that ships, 16 s.
#[derive(Component, Reflect, Debug, Clone, PartialEq)]
#[reflect(Component, Debug, Clone, PartialEq)]
pub struct Words {
    /// The line.
    pub text: String,
    /// Seven probabilities; all equal where the line is not understood.
    pub scores: Scores,
    /// The most probable expression; `None` when unsure.
    pub dominant: Option<Expression>,
    /// The share of the line that is known, 0 to 1; 0 where it is not understood.
    pub known: f32,
    /// When it was read, on the faces' clock.
    pub at: Duration,
}

/// The one answer of face, voice and words. It is there while more than the face counts; without it,
/// [`Emotion`](super::Emotion) is all that is known.
#[derive(Component, Reflect, Debug, Clone, PartialEq, Deref)]
#[reflect(Component, Debug, Clone, PartialEq)]
pub struct Fused {
    /// The answer, how much each modality counted, and where two contradict each other.
    #[deref]
    pub reading: FusedReading,
    /// When it was made, on the faces' clock.
    pub at: Duration,
}

/// Somebody who is heard and not seen: an entity without a [`Face`](super::Face), which goes when its voice and words
/// count no more.
#[derive(Component, Reflect, Debug, Clone, Copy, PartialEq, Eq)]
#[reflect(Component, Debug, Clone, PartialEq)]
pub struct UnseenSpeaker {
    /// Who; its track is 0.
    pub subject: SubjectId,
}

impl From<&HeardVoice> for Voice {
    fn from(heard: &HeardVoice) -> Self {
        let &HeardVoice { scores, arousal, quality, .. } = heard;
        Self { scores, arousal, quality, at: Duration::ZERO }
    }
}

impl From<&HeardLevel> for VoiceLevel {
    fn from(heard: &HeardLevel) -> Self {
        Self { level_db: heard.level_db, speaks: heard.speaks, at: Duration::ZERO }
    }
}

impl From<&ReadWords> for Words {
    fn from(read: &ReadWords) -> Self {
        let ReadWords { text, scores, dominant, known, .. } = read.clone();
        Self { text, scores, dominant, known, at: Duration::ZERO }
    }
}

/// Writes what was heard to whom it is about. Who is not seen becomes an entity with the first word.
pub(super) fn write(heard: &Heard, world: &mut World) {
    let subject = heard.subject;
    let entity = match entity_of(subject, world) {
        Some(entity) => entity,
        None if !subject.is_unseen() => return,
        // Nobody speaks: that is nobody.
        None if matches!(&heard.what, What::Level(level) if !level.speaks) => return,
        None => {
            let entity = world.spawn((Name::new("unseen speaker"), UnseenSpeaker { subject })).id();
            world.resource_mut::<Entities>().0.insert(subject, entity);
            entity
        }
    };
    let Ok(mut entity) = world.get_entity_mut(entity) else { return };
    match &heard.what {
        What::Voice { voice, .. } => entity.insert(*voice),
        What::Level(level) => entity.insert(*level),
        What::Words(words) => entity.insert(words.clone()),
    };
}

/// Writes the one answer, and tells it.
pub(super) fn write_answer(
    entity: Entity,
    reading: &FusedReading,
    at: Duration,
    world: &mut World,
) {
    if let Ok(mut entity) = world.get_entity_mut(entity) {
        entity.insert(Fused { reading: reading.clone(), at });
    }
    world.trigger(SubjectRead { entity });
}

/// A level of before this time is of a microphone that is gone.
const LEVEL_LASTS: Duration = Duration::from_secs(1);

/// What counts no more is taken away.
pub(super) fn forget(
    time: Res<Time<Faces>>,
    fuser: Res<FaceFuser>,
    mut entities: ResMut<Entities>,
    known: Query<
        (
            Entity,
            Option<&Voice>,
            Option<&Words>,
            Option<&VoiceLevel>,
            Has<Fused>,
            Option<&UnseenSpeaker>,
        ),
        Or<(With<Voice>, With<Words>, With<VoiceLevel>, With<Fused>, With<UnseenSpeaker>)>,
    >,
    mut commands: Commands,
) {
    let now = time.elapsed();
    let counts = |modality, at: Duration| {
        let age = now.saturating_sub(at).as_secs_f32();
        at <= now && fuser.weights().of(modality).reliability(1.0, age) > 0.0
    };
    for (entity, voice, words, level, is_fused, unseen) in &known {
        let voice_counts = voice.is_some_and(|voice| counts(Modality::Voice, voice.at));
        let words_count = words.is_some_and(|words| counts(Modality::Words, words.at));
        let level = level.filter(|level| level.at <= now && now - level.at <= LEVEL_LASTS);
        let speaks = level.is_some_and(|level| level.speaks);
        if let Some(unseen) = unseen
            && !voice_counts
            && !words_count
            && !speaks
        {
            entities.0.remove(&unseen.subject);
            commands.entity(entity).try_despawn();
            continue;
        }
        let mut entity = commands.entity(entity);
        if voice.is_some() && !voice_counts {
            entity.try_remove::<Voice>();
        }
        if words.is_some() && !words_count {
            entity.try_remove::<Words>();
        }
        if level.is_none() {
            entity.try_remove::<VoiceLevel>();
        }
        if is_fused && !voice_counts && !words_count {
            entity.try_remove::<Fused>();
        }
    }
}

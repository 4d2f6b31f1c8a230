//! What is known of each subject at a moment, and the events that one answer of it makes.

use std::collections::BTreeMap;

use emotion_core::{
    Conflict, Event, EventKind, Evidence, FusedReading, Modality, Origin, SessionTime, SubjectId,
};

use crate::Fuser;

/// The newest evidence of every modality of every subject. Its memory is bounded by the number of subjects.
#[derive(Debug, Clone, Default)]
pub struct Subjects {
    fuser: Fuser,
    known: BTreeMap<SubjectId, Known>,
}

#[derive(Debug, Clone, Default)]
struct Known {
    newest: [Option<Evidence>; Modality::COUNT],
    conflict: Option<Conflict>,
}

impl Subjects {
    /// Nobody yet.
    pub fn new(fuser: Fuser) -> Self {
        Self { fuser, known: BTreeMap::new() }
    }

    /// What makes one answer of several modalities.
    pub const fn fuser(&self) -> &Fuser {
        &self.fuser
    }

    /// Makes answers in another way from now on.
    pub fn set_fuser(&mut self, fuser: Fuser) {
        self.fuser = fuser;
    }

    /// Takes in evidence; `false` for that of which nobody knows whom it is about, which is left out.
    pub fn take(&mut self, evidence: Evidence) -> bool {
        let Some(subject) = evidence.subject else { return false };
        let known = self.known.entry(subject).or_default();
        known.newest[evidence.modality.index()] = Some(evidence);
        true
    }

    /// What is known of a subject at `now`; `None` when nothing is.
    pub fn read(&self, subject: SubjectId, now: SessionTime) -> Option<FusedReading> {
        let known = self.known.get(&subject)?;
        let evidence: Vec<Evidence> = known.newest.iter().flatten().copied().collect();
        self.fuser.read(&evidence, now)
    }

    /// Appends what is to be told of a subject at `now`: the answer, where more than its face is known, and
    /// conflicts that begin or end.
    pub fn tell(
        &mut self,
        origin: Origin,
        subject: SubjectId,
        now: SessionTime,
        events: &mut Vec<Event>,
    ) {
        let reading = self.read(subject, now);
        let told = reading.filter(|reading| {
            reading.contributions.iter().any(|part| part.modality != Modality::Face)
        });
        let to = told.as_ref().and_then(|reading| reading.conflict);
        if let Some(reading) = told {
            events.push(Event::new(origin, now, EventKind::SubjectRead { subject, reading }));
        }
        let Some(known) = self.known.get_mut(&subject) else { return };
        let from = std::mem::replace(&mut known.conflict, to);
        let is_same = match (&from, &to) {
            (Some(from), Some(to)) => from.is_like(to),
            (from, to) => from.is_none() && to.is_none(),
        };
        if !is_same {
            events.push(Event::new(origin, now, EventKind::ConflictChanged { subject, from, to }));
        }
    }

    /// Forgets a subject.
    pub fn forget(&mut self, subject: SubjectId) {
        self.known.remove(&subject);
    }

    /// Forgets everybody.
    pub fn forget_all(&mut self) {
        self.known.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use emotion_core::{Expression, Scores, StreamId};
    use std::time::Duration;

    #[test]
    fn a_conflict_is_told_when_it_begins_and_when_it_ends() {
        let subject = SubjectId { stream: StreamId(0), track: 1 };
        let mut subjects = Subjects::default();
        let says = |modality, expression, at: SessionTime| Evidence {
            subject: Some(subject),
            modality,
            span: (at, at),
            scores: Scores::UNIFORM.mix(&Scores::certain(expression), 0.85),
            quality: 1.0,
        };
        let mut told = Vec::new();
        for second in 0..12 {
            let at: SessionTime = Duration::from_secs(second).into();
            let mut events = Vec::new();
            subjects.take(says(Modality::Face, Expression::Happy, at));
            if second == 2 {
                subjects.take(says(Modality::Voice, Expression::Angry, at));
            }
            subjects.tell(Origin::default(), subject, at, &mut events);
            told.extend(events.into_iter().filter_map(|event| match event.kind {
                EventKind::ConflictChanged { to, .. } => {
                    Some(format!("{second} {}", to.map_or("none".to_owned(), |c| c.to_string())))
                }
                _ => None,
            }));
        }
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(told[0], "2 face happy, voice angry");
        assert!(told[1].ends_with("none"));
    }

    #[test]
    fn evidence_of_nobody_is_left_out() {
        let voice = Evidence::of_voice(None, Default::default(), Scores::UNIFORM, 1.0);
        assert!(!Subjects::default().take(voice));
    }
}

//! The life of a face: who is in view, who is remembered and who is gone, and what each shows.
//!
//! Everything happens at exact times on the session's clock, however seldom anybody looks: what was
//! due between two readings comes between them. So the same readings make the same events in the
//! same order at any rate of updates, and at any speed of a replay.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use emotion_core::{
    Analysis, Epoch, Event, EventKind, Evidence, Expression, FaceReading, Origin, Reading,
    SessionTime, StreamId, SubjectId,
};
use emotion_fusion::{Fuser, Subjects};

/// When faces hide and are forgotten.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LifecycleConfig {
    /// How long a hidden face is remembered; as long as the tracker's `keep_hidden`, after which it
    /// gives another number to whoever returns.
    pub keep_hidden: Duration,
    /// After this time without any analysis, all faces hide: the camera is gone. Where an analysis
    /// takes long, three times that long.
    pub hide_after: Duration,
}

impl Default for LifecycleConfig {
    fn default() -> Self {
        Self { keep_hidden: Duration::from_secs(3), hide_after: Duration::from_secs(1) }
    }
}

/// The faces of a stream that are in view or remembered.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle {
    origin: Origin,
    config: LifecycleConfig,
    faces: BTreeMap<u64, Known>,
    /// When the last readings came.
    last_analysis: SessionTime,
    /// How long their analysis took.
    analysis_time: Duration,
    /// What is known of each, beside its face.
    subjects: Subjects,
}

#[derive(Debug, Clone)]
struct Known {
    /// As last seen.
    reading: Reading,
    frame_size: (u32, u32),
    /// Since when it is out of view.
    hidden_at: Option<SessionTime>,
}

/// An analyzed frame, and when it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// When, on the session's clock.
    pub time: SessionTime,
    /// Width and height of the frame in pixels.
    pub frame_size: (u32, u32),
    /// What was found in it.
    pub analysis: Analysis,
}

impl Lifecycle {
    /// A stream without faces.
    pub fn new(stream: StreamId, config: LifecycleConfig) -> Self {
        let origin = Origin { stream, epoch: Epoch::default() };
        Self { origin, config, ..Self::default() }
    }

    /// Changes when faces hide and are forgotten, from now on.
    pub fn set_config(&mut self, config: LifecycleConfig) {
        self.config = config;
    }

    /// Makes one answer of several modalities with this fuser from now on; the default weighs all alike.
    pub fn set_fuser(&mut self, fuser: Fuser) {
        self.subjects.set_fuser(fuser);
    }

    /// Takes in what a voice or words say of a subject, and tells the answer of all. That of its face comes with
    /// its next frames, too, as long as this is fresh. `false` where nobody knows whom it is about: it is left out.
    pub fn hear(&mut self, time: SessionTime, evidence: Evidence, events: &mut Vec<Event>) -> bool {
        self.advance(time, events);
        let Some(subject) = evidence
            .subject
            .filter(|subject| subject.is_unseen() || self.faces.contains_key(&subject.track))
        else {
            return false;
        };
        let is_taken = self.subjects.take(evidence);
        self.subjects.tell(self.origin, subject, time, events);
        is_taken
    }

    /// The stream, and the opening of its source that the faces belong to.
    pub const fn origin(&self) -> Origin {
        self.origin
    }

    /// Takes in what was read of a frame. What was due before happens before.
    pub fn observe(&mut self, observation: &Observation, events: &mut Vec<Event>) {
        let Observation { time, frame_size, analysis } = observation;
        self.advance(*time, events);
        self.last_analysis = *time;
        self.analysis_time = analysis.detect_time.saturating_add(analysis.classify_time);
        self.tell(
            *time,
            EventKind::FrameAnalyzed {
                sequence: analysis.sequence,
                frame_size: *frame_size,
                faces: analysis.readings.len(),
                detect_seconds: analysis.detect_time.as_secs_f32(),
                classify_seconds: analysis.classify_time.as_secs_f32(),
            },
            events,
        );
        for reading in &analysis.readings {
            self.see(*time, reading, *frame_size, events);
        }
        let in_view: BTreeSet<u64> =
            analysis.readings.iter().map(|reading| reading.track).collect();
        self.hide(*time, |track| !in_view.contains(&track), events);
    }

    /// Another opening of the source begins at `time`: all faces go. The clock goes on from `clock`,
    /// which is `time` unless the source brings a clock of its own.
    pub fn begin_epoch(
        &mut self,
        epoch: Epoch,
        time: SessionTime,
        clock: SessionTime,
        events: &mut Vec<Event>,
    ) {
        self.advance(time, events);
        self.forget_all(time, events);
        self.origin.epoch = epoch;
        self.last_analysis = clock;
        self.analysis_time = Duration::ZERO;
        self.tell(clock, EventKind::EpochBegan, events);
    }

    /// The clock jumps from `time` to `clock`, as in a recording that is sought: the faces become
    /// those that `before`, the frames before `clock`, leave behind. Who is the same person before
    /// and after stays, if it is the `same_epoch`.
    pub fn seek(
        &mut self,
        time: SessionTime,
        clock: SessionTime,
        before: &[Observation],
        same_epoch: bool,
        events: &mut Vec<Event>,
    ) {
        self.advance(time, events);
        let mut there = Self { origin: self.origin, config: self.config, ..Self::default() };
        there.set_fuser(*self.subjects.fuser());
        let mut unheard = Vec::new();
        for observation in before {
            there.observe(observation, &mut unheard);
        }
        there.advance(clock, &mut unheard);
        if !same_epoch {
            self.forget_all(time, events);
            there.origin.epoch = self.origin.epoch.next();
        }
        self.become_like(there, clock, events);
    }

    /// Lets happen what was due before `now`, one after the other: faces hide when no readings
    /// come any more, and go when they were hidden for long.
    pub fn advance(&mut self, now: SessionTime, events: &mut Vec<Event>) {
        let silence = self.config.hide_after.max(self.analysis_time.saturating_mul(3));
        let silent_at = self.last_analysis + silence;
        self.let_go(now.min(silent_at), events);
        if now > silent_at {
            self.hide(silent_at, |_| true, events);
            self.let_go(now, events);
        }
    }

    fn see(
        &mut self,
        time: SessionTime,
        reading: &Reading,
        frame_size: (u32, u32),
        events: &mut Vec<Event>,
    ) {
        let subject = self.subject(reading.track);
        let face = FaceReading::new(reading, frame_size);
        let to = reading.dominant;
        let known = Known { reading: reading.clone(), frame_size, hidden_at: None };
        let (from, kind) = match self.faces.insert(subject.track, known) {
            None => (None, EventKind::FaceAppeared { subject, face }),
            Some(Known { reading, hidden_at, .. }) => {
                let kind = match hidden_at {
                    None => EventKind::FaceRead { subject, face },
                    Some(_) => EventKind::FaceReturned { subject, face },
                };
                (reading.dominant, kind)
            }
        };
        self.tell(time, kind, events);
        self.tell_change(time, subject, from, to, events);
        self.subjects.take(Evidence::of_face(self.origin.stream, time, reading));
        self.subjects.tell(self.origin, subject, time, events);
    }

    fn tell_change(
        &self,
        time: SessionTime,
        subject: SubjectId,
        from: Option<Expression>,
        to: Option<Expression>,
        events: &mut Vec<Event>,
    ) {
        if from != to {
            self.tell(time, EventKind::ExpressionChanged { subject, from, to }, events);
        }
    }

    /// Hides those in view that `leaves` names.
    fn hide(&mut self, time: SessionTime, leaves: impl Fn(u64) -> bool, events: &mut Vec<Event>) {
        let origin = self.origin;
        for (track, face) in &mut self.faces {
            if face.hidden_at.is_none() && leaves(*track) {
                face.hidden_at = Some(time);
                let subject = SubjectId { stream: origin.stream, track: *track };
                events.push(Event::new(origin, time, EventKind::FaceHidden { subject }));
            }
        }
    }

    /// Those go that were hidden for long before `now`, the longest hidden first.
    fn let_go(&mut self, now: SessionTime, events: &mut Vec<Event>) {
        let keep = self.config.keep_hidden;
        let mut going: Vec<(SessionTime, u64)> = self
            .faces
            .iter()
            .filter_map(|(track, face)| Some((face.hidden_at? + keep, *track)))
            .filter(|(due, _)| now > *due)
            .collect();
        going.sort_unstable();
        for (due, track) in going {
            self.faces.remove(&track);
            self.subjects.forget(self.subject(track));
            self.tell(due, EventKind::FaceGone { subject: self.subject(track) }, events);
        }
    }

    fn forget_all(&mut self, time: SessionTime, events: &mut Vec<Event>) {
        self.subjects.forget_all();
        for (track, face) in std::mem::take(&mut self.faces) {
            self.leave(time, track, &face, events);
        }
    }

    fn leave(&self, time: SessionTime, track: u64, face: &Known, events: &mut Vec<Event>) {
        let subject = self.subject(track);
        if face.hidden_at.is_none() {
            self.tell(time, EventKind::FaceHidden { subject }, events);
        }
        self.tell(time, EventKind::FaceGone { subject }, events);
    }

    /// The events that lead from these faces to those of `there`.
    fn become_like(&mut self, there: Self, time: SessionTime, events: &mut Vec<Event>) {
        let before = std::mem::replace(self, there);
        for (track, face) in &before.faces {
            if !self.faces.contains_key(track) {
                before.leave(time, *track, face, events);
            }
        }
        for (track, face) in &self.faces {
            let known = before.faces.get(track);
            let is_hidden = face.hidden_at.is_some();
            let was_hidden = known.is_some_and(|known| known.hidden_at.is_some());
            if was_hidden && is_hidden && known.is_some_and(|known| known.reading == face.reading) {
                continue;
            }
            let subject = self.subject(*track);
            let reading = FaceReading::new(&face.reading, face.frame_size);
            let kind = match known {
                None => EventKind::FaceAppeared { subject, face: reading },
                Some(_) if was_hidden => EventKind::FaceReturned { subject, face: reading },
                Some(_) => EventKind::FaceRead { subject, face: reading },
            };
            self.tell(time, kind, events);
            let from = known.and_then(|known| known.reading.dominant);
            self.tell_change(time, subject, from, face.reading.dominant, events);
            if is_hidden {
                self.tell(time, EventKind::FaceHidden { subject }, events);
            }
        }
    }

    fn subject(&self, track: u64) -> SubjectId {
        SubjectId { stream: self.origin.stream, track }
    }

    fn tell(&self, time: SessionTime, kind: EventKind, events: &mut Vec<Event>) {
        events.push(Event::new(self.origin, time, kind));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use emotion_core::{FrameRect, Scores};

    const SECOND: Duration = Duration::from_secs(1);

    fn at(time: Duration) -> SessionTime {
        SessionTime(time)
    }

    fn frame(time: Duration, tracks: &[u64]) -> Observation {
        let readings = tracks
            .iter()
            .map(|track| Reading {
                track: *track,
                bbox_in_frame: FrameRect::square((50.0, 50.0), 20.0),
                roll: 0.0,
                presence: 1.0,
                scores: Scores::UNIFORM,
                raw_scores: Scores::UNIFORM,
                dominant: None,
                confidence: 0.2,
            })
            .collect();
        let analysis = Analysis { readings, ..Analysis::default() };
        Observation { time: at(time), frame_size: (1, 1), analysis }
    }

    /// `1.5s 2 hides` and the like; analyzed frames are left out.
    fn told(events: &[Event]) -> Vec<String> {
        let line = |event: &Event| {
            let what = match &event.kind {
                EventKind::FaceAppeared { .. } => "appears",
                EventKind::FaceRead { .. } => "is read",
                EventKind::FaceReturned { .. } => "returns",
                EventKind::FaceHidden { .. } => "hides",
                EventKind::FaceGone { .. } => "goes",
                EventKind::ExpressionChanged { .. } => "changes",
                _ => return None,
            };
            Some(format!("{:?} {} {what}", event.time.0, event.kind.subject()?))
        };
        events.iter().filter_map(line).collect()
    }

    fn lifecycle() -> Lifecycle {
        Lifecycle::new(StreamId(0), LifecycleConfig::default())
    }

    /// Two faces, one of which leaves; then silence.
    fn session() -> Vec<Observation> {
        vec![frame(Duration::ZERO, &[1, 2]), frame(SECOND / 2, &[2]), frame(SECOND, &[2])]
    }

    #[test]
    fn events_come_at_their_time_however_seldom_one_looks() {
        let expected = [
            "0ns 1 appears",
            "0ns 2 appears",
            "500ms 2 is read",
            "500ms 1 hides",
            "1s 2 is read",
            "2s 2 hides",
            "3.5s 1 goes",
            "5s 2 goes",
        ];
        for step in [SECOND / 100, SECOND / 3, SECOND * 100] {
            let (mut lifecycle, mut events) = (lifecycle(), Vec::new());
            let mut frames = session().into_iter().peekable();
            let mut now = Duration::ZERO;
            while now < SECOND * 6 {
                now += step;
                while let Some(frame) = frames.next_if(|frame| frame.time.0 <= now) {
                    lifecycle.observe(&frame, &mut events);
                }
                lifecycle.advance(at(now), &mut events);
            }
            assert_eq!(told(&events), expected, "looked at each {step:?}");
        }
    }

    #[test]
    fn a_jump_makes_the_faces_of_that_time() {
        let jump = |lifecycle: &mut Lifecycle, time: Duration, clock: Duration, same_epoch| {
            let before: Vec<_> =
                session().into_iter().filter(|frame| frame.time.0 <= clock).collect();
            let mut events = Vec::new();
            lifecycle.seek(at(time), at(clock), &before, same_epoch, &mut events);
            told(&events)
        };
        let mut lifecycle = lifecycle();
        let hidden = ["700ms 1 appears", "700ms 1 hides", "700ms 2 appears"];
        assert_eq!(jump(&mut lifecycle, SECOND * 9, SECOND * 7 / 10, true), hidden);
        let mut events = Vec::new();
        lifecycle.advance(at(SECOND * 4), &mut events);
        assert_eq!(told(&events), ["1.5s 2 hides", "3.5s 1 goes"], "and goes on from there");

        let all_new = ["4s 2 goes", "100ms 1 appears", "100ms 2 appears"];
        assert_eq!(jump(&mut lifecycle, SECOND * 4, SECOND / 10, false), all_new);
    }

    #[test]
    fn a_slow_analysis_is_no_silence() {
        let mut slow = frame(Duration::ZERO, &[1]);
        slow.analysis.detect_time = SECOND;
        let (mut lifecycle, mut events) = (lifecycle(), Vec::new());
        lifecycle.observe(&slow, &mut events);
        lifecycle.advance(at(SECOND * 4), &mut events);
        assert_eq!(told(&events), ["0ns 1 appears", "3s 1 hides"]);
    }

    #[test]
    fn a_change_of_expression_is_told_once_and_from_what() {
        let (mut lifecycle, mut events) = (lifecycle(), Vec::new());
        for dominant in [None, Some(Expression::Happy), Some(Expression::Happy), None] {
            let mut frame = frame(Duration::ZERO, &[1]);
            frame.analysis.readings[0].dominant = dominant;
            lifecycle.observe(&frame, &mut events);
        }
        let changes: Vec<_> = events
            .iter()
            .filter_map(|event| match event.kind {
                EventKind::ExpressionChanged { from, to, .. } => Some((from, to)),
                _ => None,
            })
            .collect();
        let happy = Some(Expression::Happy);
        assert_eq!(changes, [(None, happy), (happy, None)]);
    }

    #[test]
    fn a_voice_makes_one_answer_with_the_face_until_it_is_old() {
        let (mut lifecycle, mut events) = (lifecycle(), Vec::new());
        let subject = SubjectId { stream: StreamId(0), track: 1 };
        let voice = |subject, at| {
            Evidence::of_voice(Some(subject), (at, at), Scores::certain(Expression::Angry), 1.0)
        };
        let start = SessionTime::ZERO;
        assert!(!lifecycle.hear(start, voice(subject, start), &mut events), "nobody is there");
        lifecycle.observe(&frame(Duration::ZERO, &[1]), &mut events);
        assert!(lifecycle.hear(start, voice(subject, start), &mut events));
        let unseen = SubjectId::unseen(StreamId(0));
        assert!(lifecycle.hear(start, voice(unseen, start), &mut events));
        for second in 1..12 {
            lifecycle.observe(&frame(SECOND * second, &[1]), &mut events);
        }
        let answers = |of: SubjectId| {
            let of = events.iter().filter(move |event| event.kind.subject() == Some(of));
            of.filter_map(|event| match &event.kind {
                EventKind::SubjectRead { reading, .. } => Some((event.time, reading)),
                _ => None,
            })
            .collect::<Vec<_>>()
        };
        assert_eq!(answers(unseen).len(), 1);
        let of_face = answers(subject);
        assert_eq!(of_face[0].1.dominant, Some(Expression::Angry));
        assert!(of_face.len() > 4 && of_face.len() < 12, "{}", of_face.len());
    }

    #[test]
    fn another_epoch_has_other_faces() {
        let (mut lifecycle, mut events) = (lifecycle(), Vec::new());
        lifecycle.observe(&frame(Duration::ZERO, &[1]), &mut events);
        events.clear();
        lifecycle.begin_epoch(Epoch(7), at(SECOND / 2), at(SECOND / 2), &mut events);
        assert_eq!(told(&events), ["500ms 1 hides", "500ms 1 goes"]);
        assert_eq!(events.last().map(|event| event.epoch), Some(Epoch(7)));
    }
}

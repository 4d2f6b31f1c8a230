//! Faces that come from elsewhere than cameras: from a recording, from a face that is played, from
//! another program.

use std::sync::Arc;
use std::time::Duration;

use bevy::prelude::*;
use emotion_core::{
    Analysis, Event, Evidence, FrameRect, Reading, SessionTime, StreamId, SubjectId,
};
use emotion_session::{Fuser, Lifecycle, Observation};

use super::hear::Heard;
use super::{EmotionStatus, FrameAnalyzed};

/// Drives the faces without camera, picture or model.
///
/// Whoever takes over replaces the cameras until it gives back, or another one takes over: faces
/// of before hide and go, the cameras rest, and only these readings count. They become entities,
/// events and [`FrameAnalyzed`] as those of a camera do. What is sent before
/// [`EmotionSystems::Capture`](super::EmotionSystems::Capture), or in an update before, is there in
/// `Update`.
///
/// ```
/// use bevy::prelude::*;
/// use bevy_emotion::plugin::{EmotionFeed, Face, TrackPlugin};
/// use bevy_emotion::prelude::*;
///
/// let mut app = App::new();
/// app.add_plugins((MinimalPlugins, TrackPlugin));
/// let reading = Reading {
///     track: 1,
///     bbox_in_frame: FrameRect::square((320.0, 240.0), 160.0),
///     roll: 0.0,
///     presence: 1.0,
///     scores: Scores::certain(Expression::Happy),
///     raw_scores: Scores::certain(Expression::Happy),
///     dominant: Some(Expression::Happy),
///     confidence: 1.0,
/// };
/// let mut feed = app.world_mut().resource_mut::<EmotionFeed>();
/// let me = feed.take_over("my test");
/// feed.send(me, UVec2::new(640, 480), Analysis { readings: vec![reading], ..default() });
/// app.update();
/// assert_eq!(app.world_mut().query::<&Face>().iter(app.world()).count(), 1);
/// ```
#[derive(Resource, Debug, Default)]
pub struct EmotionFeed {
    driver: Option<Driver>,
    /// How often somebody took over.
    taken: u64,
    /// What came since the last update.
    incoming: Vec<Incoming>,
    /// Faces that are there beside those of whoever drives, in this update.
    guests: Option<Guests>,
    fed: Option<FedStream>,
    guest_stream: Option<FedStream>,
    /// The number of the stream of faces that join.
    guest_id: Option<StreamId>,
    /// Of whoever is heard and not seen.
    unseen: Option<FedStream>,
    next_stream: u32,
}

/// Who feeds; from [`EmotionFeed::take_over`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FeedId(u64);

#[derive(Debug)]
struct Driver {
    id: FeedId,
    label: String,
    /// It sets the clock itself, and holds itself while everything is held.
    keeps_time: bool,
}

#[derive(Debug)]
enum Incoming {
    /// Of the driver, now.
    Fed { frame_size: UVec2, analysis: Analysis },
    /// Another one drives the faces from here on; it may start the clock anew.
    NewEpoch { clock: Option<Duration> },
    /// The driver's clock is there by now.
    Clock(Duration),
    /// The driver goes somewhere else in its time.
    Jump { clock: Duration, before: Vec<Observation>, same_epoch: bool },
}

#[derive(Debug)]
struct Guests {
    frame_size: UVec2,
    readings: Vec<Reading>,
}

/// A stream of faces without a source.
#[derive(Debug)]
struct FedStream {
    /// What its faces are related to.
    entity: Entity,
    lifecycle: Lifecycle,
    frame_size: Option<UVec2>,
}

/// What came to the faces in an update: of one stream, at one time.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    /// The camera, or what else feeds.
    pub stream: Entity,
    /// When, on the faces' clock.
    pub at: Duration,
    pub what: Arrived,
    /// What follows for the faces.
    pub events: Vec<Event>,
}

#[derive(Debug, Clone)]
pub(crate) enum Arrived {
    /// Faces of before have nothing to do with those that follow. The clock goes on from here.
    NewEpoch {
        clock: Duration,
    },
    Frame(FrameAnalyzed),
    /// The clock jumped, to where `last` was the newest frame.
    Jump {
        clock: Duration,
        last: Option<FrameAnalyzed>,
    },
    /// A voice was heard, or words were read.
    Heard(Heard),
    /// Nothing came, and time passed.
    Silence,
}

impl EmotionFeed {
    /// Takes the faces over from the cameras or from whoever feeds. `label` says who does, for
    /// people.
    pub fn take_over(&mut self, label: impl Into<String>) -> FeedId {
        self.drive(label.into(), None)
    }

    /// Sends the readings of one frame, `frame_size` in pixels. A track that is missing in them is
    /// out of view. `false` when another one drives by now, or nobody: they are not taken.
    ///
    /// While `Time<Faces>` is held they are dropped, as a camera's frames are.
    pub fn send(&mut self, feed: FeedId, frame_size: UVec2, analysis: Analysis) -> bool {
        let drives = self.is_driven_by(feed);
        if drives {
            self.incoming.push(Incoming::Fed { frame_size, analysis });
        }
        drives
    }

    /// Lets faces be there beside those of whoever drives, for one update: a stream of its own, whose
    /// frames have the size of the main view's, else `frame_size` in pixels. Say it in each update,
    /// also when nobody is left.
    pub fn join(&mut self, frame_size: UVec2, readings: Vec<Reading>) {
        self.guests = Some(Guests { frame_size, readings });
    }

    /// Gives the faces back to the cameras. Nothing happens when `feed` does not drive any more.
    pub fn give_back(&mut self, feed: FeedId) {
        if self.is_driven_by(feed) {
            self.driver = None;
            self.begin_epoch(None);
        }
    }

    /// Whether `feed` drives the faces.
    pub fn is_driven_by(&self, feed: FeedId) -> bool {
        self.driver.as_ref().is_some_and(|driver| driver.id == feed)
    }

    /// Who feeds, for people; `None` when the cameras do.
    pub fn driver(&self) -> Option<&str> {
        self.driver.as_ref().map(|driver| driver.label.as_str())
    }

    /// What the faces of whoever drives are related to.
    pub(super) fn driver_entity(&self) -> Option<Entity> {
        self.driver.as_ref().and(self.fed.as_ref()).map(|fed| fed.entity)
    }

    /// What the faces that joined are related to.
    pub(super) fn guests_entity(&self) -> Option<Entity> {
        self.guest_stream.as_ref().map(|stream| stream.entity)
    }

    /// The stream of the faces that join.
    pub fn guest_stream(&mut self) -> StreamId {
        match self.guest_id {
            Some(id) => id,
            None => {
                let id = self.next_stream();
                self.guest_id = Some(id);
                id
            }
        }
    }

    /// The number of the next stream.
    pub(super) fn next_stream(&mut self) -> StreamId {
        self.next_stream += 1;
        StreamId(self.next_stream - 1)
    }

    /// Whom a voice belongs to that comes from nobody in view.
    pub(super) fn unseen_subject(&mut self, commands: &mut Commands) -> SubjectId {
        if self.unseen.is_none() {
            let id = self.next_stream();
            self.unseen = Some(FedStream::new(id, "heard and not seen", commands));
        }
        let stream = self.unseen.as_ref().map(|unseen| unseen.lifecycle.origin().stream);
        SubjectId::unseen(stream.unwrap_or_default())
    }

    /// What of a stream that is no camera's is related to, and what follows of evidence about somebody in it; `None`
    /// where that is nobody's.
    pub(super) fn hear(
        &mut self,
        at: Duration,
        subject: SubjectId,
        evidence: Option<Evidence>,
    ) -> Option<(Entity, Vec<Event>)> {
        let mut streams =
            [&mut self.fed, &mut self.guest_stream, &mut self.unseen].into_iter().flatten();
        let stream = streams.find(|stream| stream.lifecycle.origin().stream == subject.stream)?;
        let mut events = Vec::new();
        let is_taken = evidence
            .is_none_or(|evidence| stream.lifecycle.hear(SessionTime(at), evidence, &mut events));
        is_taken.then_some((stream.entity, events))
    }

    /// What makes one answer of several modalities, in all streams.
    pub(super) fn set_fuser(&mut self, fuser: Fuser) {
        let streams = [&mut self.fed, &mut self.guest_stream, &mut self.unseen];
        streams.into_iter().flatten().for_each(|stream| stream.lifecycle.set_fuser(fuser));
    }

    /// As [`EmotionFeed::take_over`], by somebody who sets the clock, and does nothing while
    /// `Time<Faces>` is held.
    pub(crate) fn take_over_at(&mut self, label: String, clock: Duration) -> FeedId {
        self.drive(label, Some(clock))
    }

    /// The driver's clock moves on.
    pub(crate) fn move_clock(&mut self, feed: FeedId, clock: Duration) {
        if self.is_driven_by(feed) {
            self.incoming.push(Incoming::Clock(clock));
        }
    }

    /// The driver has another source from here on, and sets its clock to `clock` for it.
    pub(crate) fn turn_to_another_source(&mut self, feed: FeedId, clock: Duration) {
        if self.is_driven_by(feed) {
            self.incoming.push(Incoming::NewEpoch { clock: Some(clock) });
        }
    }

    /// The driver goes to `clock`; `before` are the frames that lead there.
    pub(crate) fn jump(
        &mut self,
        feed: FeedId,
        clock: Duration,
        before: Vec<Observation>,
        same_epoch: bool,
    ) {
        if self.is_driven_by(feed) {
            self.incoming.push(Incoming::Jump { clock, before, same_epoch });
        }
    }

    /// Whether somebody drives who sets the clock.
    pub(super) fn keeps_time(&self) -> bool {
        self.driver.as_ref().is_some_and(|driver| driver.keeps_time)
    }

    fn drive(&mut self, label: String, clock: Option<Duration>) -> FeedId {
        self.taken += 1;
        let id = FeedId(self.taken);
        self.driver = Some(Driver { id, label, keeps_time: clock.is_some() });
        self.begin_epoch(clock);
        id
    }

    fn begin_epoch(&mut self, clock: Option<Duration>) {
        self.incoming.clear();
        self.incoming.push(Incoming::NewEpoch { clock });
    }

    /// What came from whoever drives; moves `clock`.
    pub(super) fn take_fed(
        &mut self,
        clock: &mut Duration,
        paused: bool,
        config: emotion_session::LifecycleConfig,
        commands: &mut Commands,
    ) -> Vec<Arrival> {
        let incoming = std::mem::take(&mut self.incoming);
        if self.fed.is_none() {
            if incoming.is_empty() {
                return Vec::new();
            }
            let id = self.next_stream();
            self.fed = Some(FedStream::new(id, "fed faces", commands));
        }
        let keeps_time = self.keeps_time();
        let Some(fed) = &mut self.fed else { return Vec::new() };
        fed.lifecycle.set_config(config);
        let mut arrivals = Vec::new();
        for incoming in incoming {
            if matches!(incoming, Incoming::Fed { .. }) && paused && !keeps_time {
                continue;
            }
            arrivals.extend(fed.take(incoming, clock, commands));
        }
        arrivals.extend(fed.advance(*clock));
        arrivals
    }

    /// What came of the faces that joined.
    pub(super) fn take_guests(
        &mut self,
        clock: Duration,
        paused: bool,
        view_size: Option<UVec2>,
        config: emotion_session::LifecycleConfig,
        commands: &mut Commands,
    ) -> Vec<Arrival> {
        let guests = self.guests.take();
        let driven_size =
            self.driver.as_ref().and(self.fed.as_ref()).and_then(|fed| fed.frame_size);
        if self.guest_stream.is_none() && guests.is_some() {
            let id = self.guest_stream();
            self.guest_stream = Some(FedStream::new(id, "faces that joined", commands));
        }
        let Some(stream) = &mut self.guest_stream else { return Vec::new() };
        stream.lifecycle.set_config(config);
        let mut arrivals = Vec::new();
        if let Some(guests) = guests
            && !paused
        {
            let frame_size = driven_size.or(view_size).unwrap_or(guests.frame_size);
            let readings = guests.readings_in(frame_size).collect();
            let analysis = Analysis { time: clock, readings, ..default() };
            let mut now = clock;
            arrivals.extend(stream.take(
                Incoming::Fed { frame_size, analysis },
                &mut now,
                commands,
            ));
        }
        arrivals.extend(stream.advance(clock));
        arrivals
    }
}

impl FedStream {
    fn new(id: StreamId, name: &'static str, commands: &mut Commands) -> Self {
        let entity = commands.spawn((Name::new(name), EmotionStatus::default())).id();
        Self { entity, lifecycle: Lifecycle::new(id, default()), frame_size: None }
    }

    fn take(
        &mut self,
        incoming: Incoming,
        clock: &mut Duration,
        commands: &mut Commands,
    ) -> Option<Arrival> {
        let (at, mut events) = (*clock, Vec::new());
        let what = match incoming {
            Incoming::Clock(now) => {
                *clock = now;
                return None;
            }
            Incoming::Fed { frame_size, analysis } => {
                self.note_size(frame_size, commands);
                let frame = FrameAnalyzed {
                    camera: self.entity,
                    origin: self.lifecycle.origin(),
                    analysis: Arc::new(analysis),
                    frame_size,
                    frame: None,
                    at,
                };
                self.lifecycle.observe(&frame.observation(), &mut events);
                Arrived::Frame(frame)
            }
            Incoming::NewEpoch { clock: anew } => {
                *clock = anew.unwrap_or(*clock);
                let epoch = self.lifecycle.origin().epoch.next();
                let (at, clock) = (SessionTime(at), SessionTime(*clock));
                self.lifecycle.begin_epoch(epoch, at, clock, &mut events);
                Arrived::NewEpoch { clock: clock.0 }
            }
            Incoming::Jump { clock: there, before, same_epoch } => {
                *clock = there;
                if let Some(last) = before.last() {
                    self.note_size(UVec2::from(last.frame_size), commands);
                }
                let (at, clock) = (SessionTime(at), SessionTime(there));
                self.lifecycle.seek(at, clock, &before, same_epoch, &mut events);
                let last = before.last().map(|last| FrameAnalyzed {
                    camera: self.entity,
                    origin: self.lifecycle.origin(),
                    analysis: Arc::new(last.analysis.clone()),
                    frame_size: UVec2::from(last.frame_size),
                    frame: None,
                    at: last.time.0,
                });
                Arrived::Jump { clock: there, last }
            }
        };
        Some(Arrival { stream: self.entity, at, what, events })
    }

    /// What is due by `clock`.
    fn advance(&mut self, clock: Duration) -> Option<Arrival> {
        let mut events = Vec::new();
        self.lifecycle.advance(SessionTime(clock), &mut events);
        let arrival = Arrival { stream: self.entity, at: clock, what: Arrived::Silence, events };
        (!arrival.events.is_empty()).then_some(arrival)
    }

    fn note_size(&mut self, frame_size: UVec2, commands: &mut Commands) {
        if self.frame_size.replace(frame_size) == Some(frame_size) {
            return;
        }
        let status = EmotionStatus { frame_size: Some(frame_size), ..default() };
        commands.entity(self.entity).insert(status);
    }
}

impl Guests {
    /// Their readings in a frame of another size.
    fn readings_in(&self, frame_size: UVec2) -> impl Iterator<Item = Reading> + '_ {
        let scale = frame_size.as_vec2() / self.frame_size.as_vec2().max(Vec2::ONE);
        self.readings.iter().map(move |reading| {
            let (x, y) = reading.bbox_in_frame.center();
            let side = reading.bbox_in_frame.width * scale.y;
            let bbox_in_frame = FrameRect::square((x * scale.x, y * scale.y), side);
            Reading { bbox_in_frame, ..reading.clone() }
        })
    }
}

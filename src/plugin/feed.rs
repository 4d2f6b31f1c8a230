//! The one door through which readings come to the faces: from the analysis, or from whoever feeds
//! them in its place (a recording, a face that is played, another program).

use std::sync::Arc;
use std::time::Duration;

use bevy::prelude::*;

use super::capture::NewestFrame;
use super::{EmotionStatus, EmotionSystems, FrameAnalyzed};
use crate::analyzer::Analysis;
use crate::frame::{Frame, FrameRect};
use crate::track::Reading;

/// Drives the faces without camera, picture or model.
///
/// Whoever takes over replaces the analysis until it gives back, or another one takes over: faces
/// of before hide and go, the camera rests, and only these readings count. They become entities,
/// events and [`FrameAnalyzed`] as those of a camera do. Send them in or before
/// [`EmotionSystems::Capture`]; faces and events follow in the same update.
///
/// ```
/// use bevy::prelude::*;
/// use bevy_emotion::plugin::{EmotionFeed, Face, TrackPlugin};
/// use bevy_emotion::prelude::*;
///
/// let mut app = App::new();
/// app.add_plugins((MinimalPlugins, TrackPlugin::default()));
/// let reading = Reading {
///     track: 1,
///     box_in_frame: FrameRect::square((320.0, 240.0), 160.0),
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
    /// What came in this update, in order.
    arrivals: Vec<Arrival>,
    /// The faces' clock.
    clock: Duration,
    /// The camera's source that the faces belong to.
    camera_source: u64,
    /// Faces that join in this update.
    guests: Option<Guests>,
    /// Since a frame came that was not the guests' own; `None` before the first one.
    silent_for: Option<Duration>,
}

/// Faces that join those of whoever drives.
#[derive(Debug)]
struct Guests {
    frame_size: UVec2,
    readings: Vec<Reading>,
}

/// After this time without a frame, faces that join have frames of their own.
const SILENCE: Duration = Duration::from_secs(1);

/// Who feeds; from [`EmotionFeed::take_over`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FeedId(u64);

#[derive(Debug)]
struct Driver {
    id: FeedId,
    label: String,
    /// It sets the clock itself, and holds itself while everything is paused.
    keeps_time: bool,
}

#[derive(Debug)]
enum Incoming {
    /// Of the analysis, from the camera's source of this number.
    Analyzed { source: u64, frame: Arc<Frame>, analysis: Analysis },
    /// Of the driver, now.
    Fed { frame_size: UVec2, analysis: Analysis },
    /// Another source drives the faces from here on; it may start the clock anew.
    NewSource { clock: Option<Duration> },
    /// The driver's clock is there by now.
    Clock(Duration),
    /// The driver goes somewhere else in its time.
    Jump { clock: Duration, before: Vec<Arrival>, same_source: bool },
}

/// What came to the faces, and when on their clock.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    pub at: Duration,
    pub what: Arrived,
}

#[derive(Debug, Clone)]
pub(crate) enum Arrived {
    /// Faces of before have nothing to do with those that follow. The clock goes on from here.
    NewSource {
        clock: Duration,
    },
    Frame(FrameAnalyzed),
    /// The clock jumps, and the faces become those that `before`, the frames before that time,
    /// leave behind: the same ones if it is the same source.
    Jump {
        clock: Duration,
        before: Vec<Arrival>,
        same_source: bool,
    },
}

impl EmotionFeed {
    /// Takes the faces over from the analysis or from whoever feeds. `label` says who does, for
    /// people.
    pub fn take_over(&mut self, label: impl Into<String>) -> FeedId {
        self.drive(label.into(), None)
    }

    /// Sends the readings of one frame, `frame_size` in pixels. A track that is missing in them is
    /// out of view. `false` when another one drives by now, or nobody: they are not taken.
    ///
    /// While [`EmotionStatus::paused`] is set they are dropped, as a camera's frames are.
    pub fn send(&mut self, feed: FeedId, frame_size: UVec2, analysis: Analysis) -> bool {
        let drives = self.is_driven_by(feed);
        if drives {
            self.incoming.push(Incoming::Fed { frame_size, analysis });
        }
        drives
    }

    /// Lets faces join those of whoever drives, for one update: they are added to each frame that
    /// comes in it, at the same height and as far across; where no other frame came for a second,
    /// they have one of their own, of `frame_size` pixels. Say it in each update, also when nobody is
    /// left. Number their tracks from [`EmotionFeed::FIRST_GUEST`] on.
    pub fn join(&mut self, frame_size: UVec2, readings: Vec<Reading>) {
        self.guests = Some(Guests { frame_size, readings });
    }

    /// The first track number for faces that join: no tracker gets that far.
    pub const FIRST_GUEST: u64 = 1_000_000;

    /// Gives the faces back to the analysis. Nothing happens when `feed` does not drive any more.
    pub fn give_back(&mut self, feed: FeedId) {
        if self.is_driven_by(feed) {
            self.driver = None;
            self.change_source(None);
        }
    }

    /// Whether `feed` drives the faces.
    pub fn is_driven_by(&self, feed: FeedId) -> bool {
        self.driver.as_ref().is_some_and(|driver| driver.id == feed)
    }

    /// Who feeds, for people; `None` when it is the analysis.
    pub fn driver(&self) -> Option<&str> {
        self.driver.as_ref().map(|driver| driver.label.as_str())
    }

    /// The faces' clock, as of [`EmotionSystems::Analyze`]: real time without those in which
    /// [`EmotionStatus::paused`] is set; a recording's own time while one is played. Whoever measures
    /// how long a face does something measures by this clock.
    ///
    /// In an observer of a face's event it is the exact time of that event, which may lie a little
    /// before that of the update. It jumps back when a recording begins anew or is sought.
    pub fn clock(&self) -> Duration {
        self.clock
    }

    /// As [`EmotionFeed::take_over`], by somebody who sets the clock, and does nothing while
    /// [`EmotionStatus::paused`] is set.
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
            self.incoming.push(Incoming::NewSource { clock: Some(clock) });
        }
    }

    /// The driver goes to `clock`; `before` are the frames that lead there.
    pub(crate) fn jump(
        &mut self,
        feed: FeedId,
        clock: Duration,
        before: Vec<Arrival>,
        same_source: bool,
    ) {
        if self.is_driven_by(feed) {
            self.incoming.push(Incoming::Jump { clock, before, same_source });
        }
    }

    /// The analysis is done with a frame.
    pub(super) fn analyzed(&mut self, source: u64, frame: Arc<Frame>, analysis: Analysis) {
        self.incoming.push(Incoming::Analyzed { source, frame, analysis });
    }

    /// What came to the faces in this update, in order.
    pub(crate) fn arrivals(&self) -> &[Arrival] {
        &self.arrivals
    }

    /// Puts the clock to what observers of an event should read.
    pub(super) fn show_clock(&mut self, clock: Duration) {
        self.clock = clock;
    }

    fn drive(&mut self, label: String, clock: Option<Duration>) -> FeedId {
        self.taken += 1;
        let id = FeedId(self.taken);
        self.driver = Some(Driver { id, label, keeps_time: clock.is_some() });
        self.change_source(clock);
        id
    }

    fn change_source(&mut self, clock: Option<Duration>) {
        self.incoming.clear();
        self.incoming.push(Incoming::NewSource { clock });
    }
}

/// The order of the systems, and the door. The plugins that need it add it.
pub(crate) struct FeedPlugin;

/// Readings are announced, when all have come in.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Announce;

impl FeedPlugin {
    /// Adds it, unless it is there.
    pub(crate) fn ensure(app: &mut App) {
        if !app.is_plugin_added::<Self>() {
            app.add_plugins(Self);
        }
    }
}

impl Plugin for FeedPlugin {
    fn build(&self, app: &mut App) {
        app.configure_sets(
            Update,
            (
                EmotionSystems::Capture,
                EmotionSystems::Analyze,
                EmotionSystems::Track,
                EmotionSystems::Input,
                EmotionSystems::React,
                EmotionSystems::Present,
            )
                .chain(),
        )
        .register_type::<EmotionStatus>()
        .init_resource::<EmotionStatus>()
        .init_resource::<NewestFrame>()
        .init_resource::<EmotionFeed>()
        .add_message::<FrameAnalyzed>()
        .add_systems(Update, announce.in_set(Announce).in_set(EmotionSystems::Analyze));
    }
}

/// Puts what came into its order and time, and tells everybody.
fn announce(
    time: Res<Time<Real>>,
    mut feed: ResMut<EmotionFeed>,
    mut newest: ResMut<NewestFrame>,
    mut status: ResMut<EmotionStatus>,
    mut analyzed: MessageWriter<FrameAnalyzed>,
) {
    let feed = &mut *feed;
    let mut clock = feed.clock;
    let keeps_time = feed.driver.as_ref().is_some_and(|driver| driver.keeps_time);
    let time_passed = if status.paused { Duration::ZERO } else { time.delta() };
    if !keeps_time {
        clock += time_passed;
    }
    feed.arrivals.clear();
    newest.rests = feed.driver.is_some();
    if feed.camera_source != newest.source {
        feed.camera_source = newest.source;
        if feed.driver.is_none() {
            feed.arrivals.push(Arrival { at: clock, what: Arrived::NewSource { clock } });
        }
    }
    for incoming in feed.incoming.drain(..) {
        let at = clock;
        let (analysis, frame_size, frame) = match incoming {
            Incoming::Analyzed { source, frame, analysis } => {
                if feed.driver.is_some() || source != newest.source {
                    continue;
                }
                (analysis, UVec2::new(frame.width(), frame.height()), Some(frame))
            }
            Incoming::Fed { frame_size, analysis } => {
                if status.paused && !keeps_time {
                    continue;
                }
                if status.frame_size != Some(frame_size) {
                    status.frame_size = Some(frame_size);
                }
                (analysis, frame_size, None)
            }
            Incoming::Clock(now) => {
                clock = now;
                continue;
            }
            Incoming::NewSource { clock: anew } => {
                clock = anew.unwrap_or(clock);
                feed.arrivals.push(Arrival { at, what: Arrived::NewSource { clock } });
                continue;
            }
            Incoming::Jump { clock: there, before, same_source } => {
                clock = there;
                if let Some(Arrival { what: Arrived::Frame(frame), .. }) = before.last() {
                    status.frame_size = Some(frame.frame_size);
                }
                let what = Arrived::Jump { clock, before, same_source };
                feed.arrivals.push(Arrival { at, what });
                continue;
            }
        };
        let mut message = FrameAnalyzed { analysis, frame_size, frame, at };
        if let Some(guests) = &feed.guests {
            message.analysis.readings.extend(guests.readings_in(frame_size));
        }
        feed.silent_for = Some(Duration::ZERO);
        analyzed.write(message.clone());
        feed.arrivals.push(Arrival { at, what: Arrived::Frame(message) });
    }
    feed.silent_for = feed.silent_for.map(|time| time + time_passed);
    let silent = feed.silent_for.is_none_or(|time| time > SILENCE) && !keeps_time;
    if let Some(Guests { frame_size, readings }) = feed.guests.take()
        && silent
        && !status.paused
    {
        status.frame_size = Some(frame_size);
        let analysis = Analysis { time: clock, readings, ..default() };
        let message = FrameAnalyzed { analysis, frame_size, frame: None, at: clock };
        analyzed.write(message.clone());
        feed.arrivals.push(Arrival { at: clock, what: Arrived::Frame(message) });
    }
    feed.clock = clock;
}

impl Guests {
    /// Their readings in a frame of another size.
    fn readings_in(&self, frame_size: UVec2) -> impl Iterator<Item = Reading> + '_ {
        let scale = frame_size.as_vec2() / self.frame_size.as_vec2().max(Vec2::ONE);
        self.readings.iter().map(move |reading| {
            let (x, y) = reading.box_in_frame.center();
            let side = reading.box_in_frame.width * scale.y;
            let box_in_frame = FrameRect::square((x * scale.x, y * scale.y), side);
            Reading { box_in_frame, ..reading.clone() }
        })
    }
}

//! The one door through which readings come to the faces: from the analysis, or from whoever feeds
//! them in its place (a recording, a face that is played, another program).

use std::sync::Arc;
use std::time::Duration;

use bevy::prelude::*;

use super::capture::NewestFrame;
use super::{EmotionStatus, EmotionSystems, FrameAnalyzed};
use crate::analyzer::Analysis;
use crate::frame::Frame;

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
    /// Where the driver puts the clock, if it keeps the time itself.
    clock_of_driver: Option<Duration>,
    /// The camera's source that the faces belong to.
    camera_source: u64,
}

/// Who feeds; from [`EmotionFeed::take_over`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FeedId(u64);

#[derive(Debug)]
struct Driver {
    id: FeedId,
    label: String,
}

#[derive(Debug)]
enum Incoming {
    /// Of the analysis, from the camera's source of this number.
    Analyzed { source: u64, frame: Arc<Frame>, analysis: Analysis },
    /// Of the driver; without a time it is now.
    Fed { at: Option<Duration>, frame_size: UVec2, analysis: Analysis },
    /// Another source drives the faces from here on.
    NewSource { at: Option<Duration> },
}

/// What came to the faces, and when on their clock.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    pub at: Duration,
    pub what: Arrived,
}

#[derive(Debug, Clone)]
pub(crate) enum Arrived {
    /// Faces of before have nothing to do with those that follow.
    NewSource,
    Frame(FrameAnalyzed),
}

impl EmotionFeed {
    /// Takes the faces over from the analysis or from whoever feeds. `label` says who does, for
    /// people.
    pub fn take_over(&mut self, label: impl Into<String>) -> FeedId {
        self.taken += 1;
        let id = FeedId(self.taken);
        self.driver = Some(Driver { id, label: label.into() });
        self.change_source();
        id
    }

    /// Sends the readings of one frame, `frame_size` in pixels. A track that is missing in them is
    /// out of view. `false` when another one drives by now, or nobody: they are not taken.
    ///
    /// While [`EmotionStatus::paused`] is set they are dropped, as a camera's frames are.
    pub fn send(&mut self, feed: FeedId, frame_size: UVec2, analysis: Analysis) -> bool {
        let drives = self.is_driven_by(feed);
        if drives {
            self.incoming.push(Incoming::Fed { at: None, frame_size, analysis });
        }
        drives
    }

    /// Gives the faces back to the analysis. Nothing happens when `feed` does not drive any more.
    pub fn give_back(&mut self, feed: FeedId) {
        if self.is_driven_by(feed) {
            self.driver = None;
            self.change_source();
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
    pub fn clock(&self) -> Duration {
        self.clock
    }

    /// The analysis is done with a frame.
    pub(super) fn analyzed(&mut self, source: u64, frame: Arc<Frame>, analysis: Analysis) {
        self.incoming.push(Incoming::Analyzed { source, frame, analysis });
    }

    /// What came to the faces in this update, in order.
    pub(crate) fn arrivals(&self) -> &[Arrival] {
        &self.arrivals
    }

    fn change_source(&mut self) {
        self.incoming.clear();
        self.incoming.push(Incoming::NewSource { at: None });
        self.clock_of_driver = None;
    }
}

/// The order of the systems, and the door. The plugins that need it add it.
pub(super) struct FeedPlugin;

/// Readings are announced, when all have come in.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Announce;

impl FeedPlugin {
    /// Adds it, unless it is there.
    pub(super) fn ensure(app: &mut App) {
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
                EmotionSystems::React,
                EmotionSystems::Present,
            )
                .chain(),
        )
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
    feed.clock = match feed.clock_of_driver {
        Some(clock) => clock,
        None if status.paused => feed.clock,
        None => feed.clock + time.delta(),
    };
    let clock = feed.clock;
    feed.arrivals.clear();
    newest.rests = feed.driver.is_some();
    if feed.camera_source != newest.source {
        feed.camera_source = newest.source;
        if feed.driver.is_none() {
            feed.arrivals.push(Arrival { at: clock, what: Arrived::NewSource });
        }
    }
    for incoming in feed.incoming.drain(..) {
        let (at, analysis, frame_size, frame) = match incoming {
            Incoming::NewSource { at } => {
                let at = at.unwrap_or(clock);
                feed.arrivals.push(Arrival { at, what: Arrived::NewSource });
                continue;
            }
            Incoming::Analyzed { source, frame, analysis } => {
                if feed.driver.is_some() || source != newest.source {
                    continue;
                }
                (clock, analysis, UVec2::new(frame.width(), frame.height()), Some(frame))
            }
            Incoming::Fed { at, frame_size, analysis } => {
                if status.paused && at.is_none() {
                    continue;
                }
                if status.frame_size != Some(frame_size) {
                    status.frame_size = Some(frame_size);
                }
                (at.unwrap_or(clock), analysis, frame_size, None)
            }
        };
        let message = FrameAnalyzed { analysis, frame_size, frame, at };
        analyzed.write(message.clone());
        feed.arrivals.push(Arrival { at, what: Arrived::Frame(message) });
    }
}

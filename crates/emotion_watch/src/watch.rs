//! All cameras of a watch.

use std::collections::BTreeMap;

use emotion_core::{Event, SessionTime, StreamId};
use serde::{Deserialize, Serialize};

use crate::alert::AlertEvent;
use crate::config::{ConfigError, WatchConfig};
use crate::moment::{Gatherer, Heard};
use crate::watcher::{CameraState, CameraWatcher};

/// Watches all cameras of a file: events of their streams in, notices out.
#[derive(Debug, Clone)]
pub struct Watch {
    cameras: Vec<Camera>,
    now: SessionTime,
}

#[derive(Debug, Clone)]
struct Camera {
    watcher: CameraWatcher,
    gatherer: Gatherer,
    /// What is wrong with its source, and with its analysis.
    source_problem: Option<String>,
    analysis_problem: Option<String>,
}

/// What a watch learnt: for each camera and rule the hour of day and the highest figure of each minute. Nothing in it is of
/// a person.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Learnt(BTreeMap<String, BTreeMap<String, Vec<(u8, f32)>>>);

/// What a watch says.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// A step in the life of an alert.
    Alert(Box<AlertEvent>),
    /// A camera gives no readings. Nothing is told of it until it recovers.
    CameraProblem {
        /// The camera.
        camera: String,
        /// When, on the session's clock.
        time: SessionTime,
        /// What happened, and what to do about it.
        message: String,
    },
    /// The camera is back.
    CameraRecovered {
        /// The camera.
        camera: String,
        /// When, on the session's clock.
        time: SessionTime,
    },
}

/// How a watch is doing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WatchState {
    /// The session's clock.
    pub time: SessionTime,
    /// Each camera, and what is wrong with it.
    pub cameras: Vec<(CameraState, Option<String>)>,
}

impl Watch {
    /// Watches the cameras of a file, of which the first is stream 0 and so on, from `started_at`, in seconds since
    /// the start of 1970 (UTC).
    ///
    /// # Errors
    /// [`ConfigError`] if the file is not good.
    pub fn new(config: &WatchConfig, started_at: i64) -> Result<Self, ConfigError> {
        let cameras = config.cameras.iter().map(|camera| {
            let watcher = CameraWatcher::new(camera, started_at, config.utc_offset_minutes)?;
            Ok(Camera {
                watcher,
                gatherer: Gatherer::default(),
                source_problem: None,
                analysis_problem: None,
            })
        });
        Ok(Self { cameras: cameras.collect::<Result<_, ConfigError>>()?, now: SessionTime::ZERO })
    }

    /// Takes in an event of a stream. Those of streams that it does not watch are left alone.
    pub fn hear(&mut self, event: &Event) -> Vec<Notice> {
        self.now = self.now.max(event.time);
        let StreamId(stream) = event.stream;
        let camera = usize::try_from(stream).ok().and_then(|stream| self.cameras.get_mut(stream));
        camera.map_or_else(Vec::new, |camera| camera.hear(event))
    }

    /// Says what is wrong with the source of a stream, or that nothing is: events tell of the analysis only.
    pub fn set_source_problem(
        &mut self,
        stream: StreamId,
        problem: Option<&str>,
    ) -> Option<Notice> {
        let (now, stream) = (self.now, usize::try_from(stream.0).ok()?);
        let camera = self.cameras.get_mut(stream)?;
        if camera.source_problem.as_deref() == problem {
            return None;
        }
        camera.change(now, |camera| camera.source_problem = problem.map(str::to_owned))
    }

    /// Takes note of an alert that is on; `None` if there is none of this id, or it is noted already.
    pub fn acknowledge(&mut self, id: &str) -> Option<Notice> {
        let now = self.now;
        let mut cameras = self.cameras.iter_mut();
        let event = cameras.find_map(|camera| camera.watcher.acknowledge(id, now))?;
        Some(Notice::Alert(Box::new(event)))
    }

    /// Ends all alerts that are on.
    pub fn close(&mut self) -> Vec<Notice> {
        let mut events = Vec::new();
        for camera in &mut self.cameras {
            camera.watcher.close(self.now, &mut events);
        }
        alerts(events)
    }

    /// What was learnt, to go on from it later.
    pub fn learnt(&self) -> Learnt {
        let cameras = self.cameras.iter().map(|camera| &camera.watcher);
        Learnt(cameras.map(|watcher| (watcher.name().to_owned(), watcher.learnt())).collect())
    }

    /// Goes on from what cameras and rules of the same names learnt before.
    pub fn restore(&mut self, Learnt(mut cameras): Learnt) {
        for camera in &mut self.cameras {
            if let Some(learnt) = cameras.remove(camera.watcher.name()) {
                camera.watcher.restore(learnt);
            }
        }
    }

    /// How it is doing.
    pub fn state(&self) -> WatchState {
        let state = |camera: &Camera| (camera.watcher.state(), camera.problem().cloned());
        WatchState { time: self.now, cameras: self.cameras.iter().map(state).collect() }
    }
}

impl Camera {
    fn hear(&mut self, event: &Event) -> Vec<Notice> {
        match self.gatherer.hear(event) {
            Some(Heard::Moment(moment)) => alerts(self.watcher.see(moment)),
            Some(Heard::NewSource) => {
                self.watcher.new_source();
                Vec::new()
            }
            Some(Heard::Problem(message)) => {
                let problem = |camera: &mut Self| camera.analysis_problem = Some(message);
                self.change(event.time, problem).into_iter().collect()
            }
            Some(Heard::Recovered) => {
                let recovered = |camera: &mut Self| camera.analysis_problem = None;
                self.change(event.time, recovered).into_iter().collect()
            }
            None => Vec::new(),
        }
    }

    fn problem(&self) -> Option<&String> {
        self.source_problem.as_ref().or(self.analysis_problem.as_ref())
    }

    fn change(&mut self, time: SessionTime, change: impl FnOnce(&mut Self)) -> Option<Notice> {
        let before = self.problem().cloned();
        change(self);
        let camera = self.watcher.name().to_owned();
        match self.problem().cloned() {
            now if now == before => None,
            None => Some(Notice::CameraRecovered { camera, time }),
            Some(message) => {
                // Nobody left because the camera did.
                self.watcher.new_source();
                Some(Notice::CameraProblem { camera, time, message })
            }
        }
    }
}

fn alerts(events: Vec<AlertEvent>) -> Vec<Notice> {
    events.into_iter().map(|event| Notice::Alert(Box::new(event))).collect()
}

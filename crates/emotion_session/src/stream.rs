//! A source, an engine and the faces of one stream: what runs live, polled by whoever owns the clock.

use std::sync::Arc;
use std::time::Duration;

use emotion_capture::Capture;
use emotion_core::{Epoch, Event, EventKind, Evidence, Frame, Origin, SessionTime, StreamId};
use emotion_fusion::Fuser;
use emotion_models::ModelPool;

use crate::{AnalyzerSettings, Engine, Finished, Lifecycle, LifecycleConfig, Observation};

/// What a [`Stream`] does with its frames.
#[derive(Debug, Clone, Default)]
pub struct StreamConfig {
    /// What finds and reads faces.
    pub analyzer: AnalyzerSettings,
    /// When faces hide and are forgotten.
    pub lifecycle: LifecycleConfig,
}

/// A running source whose newest frame is analyzed whenever the analysis before is done.
///
/// Nothing here waits and nothing here has a clock: [`Stream::poll`] is called again and again with the
/// session's time. [`Session`](crate::Session) does that on a thread of its own; the Bevy plugin does
/// it once an update.
pub struct Stream {
    id: StreamId,
    capture: Arc<Capture>,
    engine: Engine,
    lifecycle: Lifecycle,
    /// The newest frame, until its analysis starts.
    waiting: Option<Arc<Frame>>,
    /// Frames that a newer one replaced before they could be analyzed.
    skipped: u64,
    /// Frames that came out of order within their epoch.
    late: u64,
    /// The opening of the source that the newest frame belongs to.
    opening: Option<Epoch>,
    /// Sequence and time of the newest frame.
    newest: Option<(u64, Duration)>,
    /// Counts everything that makes faces other ones: openings of the source, and analyzers.
    epoch: Epoch,
    /// The epoch that the lifecycle was told of.
    told_epoch: Epoch,
    /// The epoch of the frame that is being analyzed.
    analyzing: Epoch,
    generation: u64,
    problem: Option<String>,
}

/// What came of a [`Stream::poll`].
#[derive(Debug, Clone, Default)]
pub struct Polled {
    /// What happened, in order.
    pub events: Vec<Event>,
    /// The frame that was analyzed, and what was found in it.
    pub finished: Option<Finished>,
}

impl Stream {
    /// Runs a source.
    pub fn new(
        id: StreamId,
        capture: Arc<Capture>,
        config: StreamConfig,
        pool: Arc<ModelPool>,
    ) -> Self {
        Self {
            id,
            capture,
            engine: Engine::new(config.analyzer, pool),
            lifecycle: Lifecycle::new(id, config.lifecycle),
            waiting: None,
            skipped: 0,
            late: 0,
            opening: None,
            newest: None,
            epoch: Epoch::default(),
            told_epoch: Epoch::default(),
            analyzing: Epoch::default(),
            generation: 0,
            problem: None,
        }
    }

    /// Which stream of its session it is.
    pub const fn id(&self) -> StreamId {
        self.id
    }

    /// The source.
    pub fn capture(&self) -> &Capture {
        &self.capture
    }

    /// What finds and reads faces.
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Runs another source from now on; the analyzer stays.
    pub fn set_capture(&mut self, capture: Arc<Capture>) {
        self.capture = capture;
        self.begin_epoch();
    }

    /// Loads another analyzer beside the one that runs.
    pub fn set_analyzer(&mut self, settings: AnalyzerSettings) {
        self.engine.set_settings(settings);
    }

    /// Changes when faces hide and are forgotten.
    pub fn set_lifecycle(&mut self, config: LifecycleConfig) {
        self.lifecycle.set_config(config);
    }

    /// Makes one answer of several modalities with this fuser from now on.
    pub fn set_fuser(&mut self, fuser: Fuser) {
        self.lifecycle.set_fuser(fuser);
    }

    /// Takes in what a voice or words say of a subject at `now`, and gives what follows; `None` where nobody
    /// knows whom it is about: it is left out.
    pub fn hear(&mut self, now: SessionTime, evidence: Evidence) -> Option<Vec<Event>> {
        let mut events = Vec::new();
        self.lifecycle.hear(now, evidence, &mut events).then_some(events)
    }

    /// Frames that were never analyzed because a newer one came first.
    pub fn dropped(&self) -> u64 {
        self.capture.status().dropped + self.skipped
    }

    /// Frames that came out of order within their epoch and were left out.
    pub const fn late(&self) -> u64 {
        self.late
    }

    /// Takes the newest frame from the source, if there is one; it is analyzed from the next
    /// [`Stream::poll`] on.
    pub fn take_frame(&mut self) -> Option<Arc<Frame>> {
        let mut frame = self.capture.frames().take()?;
        let place = (frame.sequence(), frame.time());
        let opening = frame.origin().epoch;
        if self.opening.replace(opening) != Some(opening) {
            if self.newest.is_some() {
                self.begin_epoch();
            }
        } else if self.newest.is_some_and(|(sequence, time)| place.0 <= sequence || place.1 < time)
        {
            self.note_late_frame();
            return None;
        }
        Arc::make_mut(&mut frame).set_origin(Origin { stream: self.id, epoch: self.epoch });
        self.newest = Some(place);
        if self.waiting.replace(frame.clone()).is_some() {
            self.skipped += 1;
        }
        Some(frame)
    }

    /// Lets go of all frames and faces: another one drives the faces, or the source was replaced.
    pub fn begin_epoch(&mut self) {
        self.epoch = self.epoch.next();
        self.waiting = None;
        self.newest = None;
        self.engine.forget_faces();
    }

    /// Whether frames came since the last epoch began.
    pub const fn has_frames(&self) -> bool {
        self.newest.is_some()
    }

    /// Looks what is done at `now`, `passed` after the call before, and starts the next analysis.
    pub fn poll(&mut self, now: SessionTime, passed: Duration) -> Polled {
        let mut polled = self.finish(now, passed);
        if self.engine.is_free()
            && let Some(frame) = self.waiting.take()
        {
            self.analyzing = frame.origin().epoch;
            self.engine.submit(frame);
        }
        self.report_problem(now, &mut polled.events);
        polled
    }

    /// As [`Stream::poll`], but no analysis is started: everything is held.
    pub fn poll_held(&mut self, now: SessionTime, passed: Duration) -> Polled {
        let mut polled = self.finish(now, passed);
        self.report_problem(now, &mut polled.events);
        polled
    }

    fn finish(&mut self, now: SessionTime, passed: Duration) -> Polled {
        let finished = self.engine.poll(passed);
        if self.engine.generation() != self.generation {
            self.generation = self.engine.generation();
            self.epoch = self.epoch.next();
        }
        // What was begun in an epoch before is nobody's.
        let finished = finished.filter(|_| self.analyzing == self.epoch);
        let mut events = Vec::new();
        if self.told_epoch != self.epoch {
            self.told_epoch = self.epoch;
            self.lifecycle.begin_epoch(self.epoch, now, now, &mut events);
        }
        if let Some(Finished { frame, analysis }) = &finished {
            let observation = Observation {
                time: now,
                frame_size: (frame.width(), frame.height()),
                analysis: analysis.clone(),
            };
            self.lifecycle.observe(&observation, &mut events);
        }
        self.lifecycle.advance(now, &mut events);
        Polled { events, finished }
    }

    /// The stream ends at `now`: its faces go.
    pub fn close(&mut self, now: SessionTime) -> Vec<Event> {
        let mut events = Vec::new();
        self.lifecycle.begin_epoch(self.epoch.next(), now, now, &mut events);
        events.pop_if(|event| event.kind == EventKind::EpochBegan);
        events
    }

    fn note_late_frame(&mut self) {
        self.late += 1;
        if self.late == 1 {
            tracing::warn!(
                "frames of {} run backwards and are left out; a source that starts anew has to \
                 begin an epoch",
                self.capture.status().label
            );
        }
    }

    fn report_problem(&mut self, now: SessionTime, events: &mut Vec<Event>) {
        let problem = self.engine.status().problem;
        if problem == self.problem {
            return;
        }
        let kind = match &problem {
            Some(message) => {
                tracing::warn!("{message}");
                EventKind::Problem { message: message.clone() }
            }
            None => EventKind::Recovered,
        };
        let origin = Origin { stream: self.id, epoch: self.epoch };
        events.push(Event::new(origin, now, kind));
        self.problem = problem;
    }
}

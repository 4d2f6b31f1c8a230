//! Records a running session; a separate thread writes the file.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use bevy::prelude::*;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};

use super::pictures::PictureWriter;
use super::{Moment, RecordingInfo, RecordingWriter, What};
use crate::plugin::{Arrival, Arrivals, Arrived, EmotionFeed, FrameAnalyzed, MainView};

/// Most moments that wait for a slow disk: about two minutes.
const BACKLOG: usize = 4096;
/// The file is flushed at least this often.
const FLUSH_INTERVAL: Duration = Duration::from_secs(1);
/// How long an app that exits waits for the file to be written.
const DROP_DEADLINE: Duration = Duration::from_secs(2);

/// Records the readings of a session: tracks, boxes and scores with their times. **No pictures**,
/// unless they are requested with [`Recorder::start_with_pictures`].
///
/// The app never waits for the disk: a separate thread writes, and flushes the file at least once a
/// second, so that a crash loses no more than that. Time while `Time<Faces>` is paused is left out.
///
/// ```
/// use bevy::prelude::*;
/// use bevy_emotion::replay::Recorder;
///
/// fn toggle(mut recorder: ResMut<Recorder>) {
///     if recorder.is_recording() {
///         recorder.stop();
///     } else {
///         recorder.start("session.face");
///     }
/// }
/// # bevy::ecs::system::assert_is_system(toggle);
/// ```
#[derive(Resource, Debug, Default)]
pub struct Recorder {
    /// The recording that starts with the next update.
    wish: Option<Wish>,
    job: Option<Job>,
}

#[derive(Debug)]
struct Wish {
    path: PathBuf,
    pictures: Option<PathBuf>,
}

/// What a [`Recorder`] is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecorderState {
    /// Nothing was recorded yet.
    Idle,
    /// Recording, or writing the last bytes after [`Recorder::stop`].
    Recording {
        /// The file.
        path: PathBuf,
        /// How long the recording is so far.
        length: Duration,
        /// The size of the file so far.
        bytes: u64,
        /// Moments and pictures that were left out because the disk was too slow.
        lost: u64,
    },
    /// The last recording is complete.
    Saved {
        /// The file.
        path: PathBuf,
        /// How long it is.
        length: Duration,
        /// Its size.
        bytes: u64,
    },
    /// The last recording could not be written completely. The part already written is kept.
    Failed {
        /// The file.
        path: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
}

impl Recorder {
    /// Records into a new file from the next update on, and ends a recording that is running. If
    /// the file already exists, [`Recorder::state`] reports an error.
    pub fn start(&mut self, path: impl Into<PathBuf>) {
        self.begin(Wish { path: path.into(), pictures: None });
    }

    /// As [`Recorder::start`], and **saves the pictures, with people's faces,** as PNG files in a
    /// folder, which has to be new or empty. Ask the people for their consent first. The log warns
    /// that pictures are recorded. Pictures are left out if the disk is too slow.
    pub fn start_with_pictures(&mut self, path: impl Into<PathBuf>, folder: impl Into<PathBuf>) {
        self.begin(Wish { path: path.into(), pictures: Some(folder.into()) });
    }

    /// Ends the recording; [`Recorder::state`] says when it is saved.
    pub fn stop(&mut self) {
        self.wish = None;
        if let Some(job) = &mut self.job {
            job.end();
        }
    }

    /// Whether it records, or will from the next update on.
    pub fn is_recording(&self) -> bool {
        self.wish.is_some() || self.job.as_ref().is_some_and(Job::is_recording)
    }

    /// What it is doing.
    pub fn state(&self) -> RecorderState {
        self.job.as_ref().map_or(RecorderState::Idle, Job::state)
    }

    fn begin(&mut self, wish: Wish) {
        self.stop();
        self.wish = Some(wish);
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.stop();
        let start = Instant::now();
        while let Some(job) = &self.job
            && job.progress().outcome.is_none()
            && start.elapsed() < DROP_DEADLINE
        {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// A recording that is being written.
#[derive(Debug)]
struct Job {
    path: PathBuf,
    /// `None` once it ended.
    sender: Option<Sender<Order>>,
    pictures: Option<PictureWriter>,
    progress: Arc<Mutex<Progress>>,
    tape: Tape,
    lost: u64,
    /// Whether a failure was logged.
    told: bool,
}

enum Order {
    Write(Moment),
    End(Duration),
}

/// Progress of the writer thread.
#[derive(Debug, Default)]
struct Progress {
    bytes: u64,
    outcome: Option<Result<(), String>>,
}

/// Maps the faces' clock, which may jump, to the recording's time, which only moves forward.
#[derive(Debug, Default)]
struct Tape {
    time: Duration,
    clock: Duration,
}

impl Tape {
    /// The recording's time at `clock`.
    fn at(&mut self, clock: Duration) -> Duration {
        self.time += clock.saturating_sub(self.clock);
        self.clock = clock;
        self.time
    }
}

/// Records the arrivals of this update.
pub(super) fn record(
    feed: Res<EmotionFeed>,
    arrivals: Res<Arrivals>,
    view: MainView,
    mut recorder: ResMut<Recorder>,
) {
    let wish = recorder.wish.take();
    if let Some(wish) = wish {
        let mut info = RecordingInfo::now(match (feed.driver(), view.camera()) {
            (Some(driver), _) => driver.to_owned(),
            (None, Some(camera)) => camera.status().label,
            (None, None) => "unknown".to_owned(),
        });
        let status = view.status();
        // Readings that are fed did not come from the model that is loaded here.
        let model = status
            .and_then(|status| status.classifier.as_ref())
            .filter(|_| feed.driver().is_none());
        info.model = model.map(|classifier| classifier.model.clone());
        info.frame_size = status.and_then(|status| status.frame_size).map(|size| (size.x, size.y));
        let clock = arrivals.iter().next().map_or(arrivals.clock(), |arrival| arrival.at);
        recorder.job = Some(Job::start(wish, info, clock));
    }
    let Some(job) = &mut recorder.bypass_change_detection().job else { return };
    if job.sender.is_some() {
        arrivals.iter().for_each(|arrival| job.take_in(arrival));
        job.tape.at(arrivals.clock());
    }
    job.tell_failure();
}

impl Job {
    fn start(wish: Wish, info: RecordingInfo, clock: Duration) -> Self {
        let Wish { path, pictures: folder } = wish;
        let (sender, orders) = bounded(BACKLOG);
        let progress = Arc::new(Mutex::new(Progress::default()));
        let pictures = folder.map(|folder| {
            warn!("PICTURES OF PEOPLE ARE BEING RECORDED, into {}", folder.display());
            PictureWriter::start(folder)
        });
        let writer = {
            let (path, progress) = (path.clone(), progress.clone());
            move || {
                let outcome = write(&path, &info, &orders, &progress);
                lock(&progress).outcome = Some(outcome);
            }
        };
        let thread = thread::Builder::new().name("recorder".to_owned()).spawn(writer);
        if let Err(error) = thread {
            let reason = format!("cannot start the recorder thread: {error}");
            lock(&progress).outcome = Some(Err(reason));
        }
        let tape = Tape { time: Duration::ZERO, clock };
        Self { path, sender: Some(sender), pictures, progress, tape, lost: 0, told: false }
    }

    fn take_in(&mut self, arrival: &Arrival) {
        let at = self.tape.at(arrival.at);
        match &arrival.what {
            Arrived::Frame(frame) => self.take_frame(at, frame),
            Arrived::NewEpoch { clock } => {
                self.write(Moment::new(at, What::NewSource));
                self.tape.clock = *clock;
            }
            Arrived::Jump { clock, last } => {
                self.write(Moment::new(at, What::NewSource));
                if let Some(frame) = last {
                    self.take_frame(at, frame);
                }
                self.tape.clock = *clock;
            }
            // Recordings have no channel of voices and words.
            Arrived::Heard(_) | Arrived::Silence => {}
        }
    }

    fn take_frame(&mut self, at: Duration, message: &FrameAnalyzed) {
        let FrameAnalyzed { analysis, frame_size, frame, .. } = message;
        let frame_size = (frame_size.x, frame_size.y);
        self.write(Moment::new(at, What::Frame { frame_size, analysis: (**analysis).clone() }));
        if let (Some(pictures), Some(frame)) = (&self.pictures, frame) {
            self.lost += u64::from(!pictures.offer(at, frame.clone()));
        }
    }

    fn write(&mut self, moment: Moment) {
        let Some(sender) = &self.sender else { return };
        match sender.try_send(Order::Write(moment)) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => self.lost += 1,
            // The thread ended with an error, which `state` reports.
            Err(TrySendError::Disconnected(_)) => self.sender = None,
        }
    }

    fn end(&mut self) {
        self.pictures = None;
        if let Some(sender) = self.sender.take() {
            // If the disk is so slow that the queue is full, this order is lost: the recording
            // ends with its last moment, and counts as cut off.
            let _ = sender.try_send(Order::End(self.tape.time));
        }
    }

    fn is_recording(&self) -> bool {
        self.sender.is_some() && self.progress().outcome.is_none()
    }

    fn state(&self) -> RecorderState {
        let progress = self.progress();
        let (path, length, bytes) = (self.path.clone(), self.tape.time, progress.bytes);
        let failure = self.pictures.as_ref().and_then(PictureWriter::problem);
        match (&progress.outcome, failure) {
            (Some(Err(reason)), _) => RecorderState::Failed { path, reason: reason.clone() },
            (_, Some(reason)) => RecorderState::Failed { path, reason },
            (Some(Ok(())), None) => RecorderState::Saved { path, length, bytes },
            (None, None) => RecorderState::Recording { path, length, bytes, lost: self.lost },
        }
    }

    fn tell_failure(&mut self) {
        if let RecorderState::Failed { reason, .. } = self.state()
            && !self.told
        {
            self.told = true;
            warn!("the recording failed: {reason}");
        }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        lock(&self.progress)
    }
}

/// Ignores poisoning: a thread that panics while it holds the lock leaves valid values behind.
fn lock(progress: &Mutex<Progress>) -> MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Body of the writer thread: writes until the order to end, or until the sender is dropped.
fn write(
    path: &Path,
    info: &RecordingInfo,
    orders: &Receiver<Order>,
    progress: &Mutex<Progress>,
) -> Result<(), String> {
    let failed =
        |error| format!("{} cannot be written: {error}; is the disk full?", path.display());
    let mut writer = RecordingWriter::create(path, info).map_err(|error| error.to_string())?;
    let mut flushed = Instant::now();
    loop {
        match orders.recv_timeout(FLUSH_INTERVAL) {
            Ok(Order::Write(moment)) => writer.push(&moment).map_err(failed)?,
            Ok(Order::End(length)) => {
                return writer.finish(length).map(drop).map_err(failed);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return writer.flush().map_err(failed),
        }
        if flushed.elapsed() >= FLUSH_INTERVAL {
            writer.flush().map_err(failed)?;
            flushed = Instant::now();
        }
        lock(progress).bytes = writer.written();
    }
}

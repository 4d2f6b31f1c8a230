//! One input on its way through the pipeline: decoded, searched and read on different threads, in order.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::anyhow;
use crossbeam_channel::{Receiver, Sender, bounded};
use emotion_capture::{FrameSource, OpenOptions, Pacing, SourceSpec};
use emotion_core::{Analysis, Frame, SessionTime};
use emotion_session::{AnalyzeError, FaceFinder, FoundFaces};
use emotion_vision::mouth::{MouthMotion, MouthWatcher};
use emotion_voice::VoiceReading;

use super::listen::{Heard, Hearing, Listening, is_sound};
use super::together::{Notes, Said, Together, subtitles_of};
use super::{AnalyzeArgs, DEFAULT_FILM_RATE, ENDLESS_SOURCE_FRAMES};
use crate::commands::annotate::Annotated;
use crate::commands::letterbox;
use crate::commands::pipeline::Parts;

/// Frames that wait between two threads: enough to keep both busy, and few, because they are large.
const WAITING: usize = 1;
/// Readings of a voice that may be ahead of the frames.
const HEARD_AHEAD: usize = 256;

/// One input.
pub struct Job<'a> {
    pub args: &'a AnalyzeArgs,
    pub input: &'a OsStr,
    /// Where its annotated frames go.
    pub film: Option<&'a Path>,
    pub parts: &'a Parts,
    /// What hears its voice, where one of the inputs has one to hear.
    pub hearing: Option<&'a Hearing>,
    /// Threads that search pictures of their own. The frames of a film are searched one after the other.
    pub threads: usize,
    pub stop: &'a AtomicBool,
}

/// What a job tells whoever writes the rows.
pub enum Message {
    /// The input is open.
    Opened(Opening),
    /// A frame is done.
    Frame(ReadFrame),
    /// A window of a voice is done.
    Voice(VoiceReading),
    /// What is put together of several modalities.
    Said(Said),
    /// Something went wrong with a part of the input, or with its film.
    Problem(anyhow::Error),
    /// There is nothing more of it.
    Ended {
        /// Why it was not read to its end, if it was not.
        result: anyhow::Result<()>,
        /// Whether it was begun at all before Ctrl-C.
        was_begun: bool,
        /// How long it took.
        elapsed: Duration,
    },
}

/// What is known of an input once it is open.
pub struct Opening {
    /// Its name in the rows: as it was given, but no password goes into a file.
    pub name: String,
    /// How many frames will be read, where that is known.
    pub frames: Option<u64>,
    pub frame_rate: Option<f64>,
    /// Whether frames are pictures of their own, in which nobody is followed.
    pub is_still: bool,
    /// Whether it is one picture.
    is_single: bool,
}

/// A frame that is done.
pub struct ReadFrame {
    /// The frame's own file, where it has one.
    pub file: Option<String>,
    pub size: (u32, u32),
    pub analysis: Result<Analysis, AnalyzeError>,
}

/// A frame between decoding and search.
struct Decoded {
    number: u64,
    file: Option<String>,
    frame: Frame,
}

/// A frame, or what came in its place, between search and reading.
struct Found {
    number: u64,
    file: Option<String>,
    size: (u32, u32),
    /// Kept where it is to be drawn on.
    frame: Option<Frame>,
    faces: Result<FoundFaces, AnalyzeError>,
    /// What the mouths do, where it is to be found out who speaks.
    mouths: Vec<MouthMotion>,
}

impl Job<'_> {
    /// Reads the input to its end. Its messages come in the order of its frames.
    ///
    /// # Errors
    /// When the input cannot be opened, or a part of the pipeline cannot be loaded.
    pub fn run(&self, out: &Sender<Message>) -> anyhow::Result<()> {
        if let Some(hearing) = self.hearing.filter(|_| is_sound(self.input)) {
            return self.run_sound(hearing, out);
        }
        let mut reader = self.parts.reader()?;
        let listening = self.listening()?;
        let mut together = self.together()?;
        thread::scope(|scope| {
            let mut voice = listening.map(|listening| {
                let (heard, readings) = bounded(HEARD_AHEAD);
                scope.spawn(move || listening.run(self.stop, &heard));
                Voice { readings, next: None }
            });
            let (opened, opening) = bounded(1);
            let (decoded, frames) = bounded(WAITING);
            let problems = out.clone();
            scope.spawn(move || self.decode(&opened, &decoded, &problems));
            let opening: Opening = match opening.recv() {
                Ok(opening) => opening?,
                Err(_) => {
                    return Err(anyhow!("the thread that decodes {} ended", self.input.display()));
                }
            };
            let is_still = opening.is_still;
            let mut film = self.film_of(&opening)?;
            let (searched, found) = bounded(WAITING);
            let threads = if is_still && !opening.is_single { self.threads } else { 1 };
            for _ in 0..threads {
                let mut finder = self.parts.finder()?;
                let (frames, searched) = (frames.clone(), searched.clone());
                let keep = film.is_some();
                scope.spawn(move || self.search(&mut finder, is_still, keep, &frames, &searched));
            }
            drop((frames, searched));
            let _ = out.send(Message::Opened(opening));

            for found in in_order(&found) {
                let analysis =
                    found.faces.and_then(|faces| reader.read(&faces).map_err(AnalyzeError::from));
                if let (Some(together), Ok(analysis)) = (&mut together, &analysis) {
                    together.see(analysis.time.into(), &found.mouths);
                }
                if let (Some(voice), Ok(analysis)) = (&mut voice, &analysis) {
                    let time = Some(analysis.time.into());
                    match &mut together {
                        None => voice.send_until(time, out),
                        Some(together) => voice.put_until(time, together, out),
                    }
                }
                let mut said = Vec::new();
                let mut notes = Notes::default();
                if let (Some(together), Ok(analysis)) = (&mut together, &analysis) {
                    together.words_until(Some(analysis.time.into()), &mut said);
                    tell(&mut said, out);
                    together.faces(analysis, &found.mouths, &mut said);
                    notes = together.notes(analysis.time.into());
                }
                let readings = analysis.as_ref().map_or(&[][..], |analysis| &analysis.readings);
                if let (Some(open_film), Some(frame)) = (&mut film, &found.frame)
                    && let Err(error) = open_film.write(frame, readings, &notes)
                {
                    film = None;
                    let _ = out.send(Message::Problem(error));
                }
                let read = ReadFrame { file: found.file, size: found.size, analysis };
                if out.send(Message::Frame(read)).is_err() {
                    // The rows have nowhere to go.
                    break;
                }
                tell(&mut said, out);
            }
            if let Some(mut voice) = voice {
                let enough = self.args.frames.is_some();
                match &mut together {
                    _ if enough => {}
                    None => voice.send_until(None, out),
                    Some(together) => voice.put_until(None, together, out),
                }
            }
            if let Some(together) = together.as_mut().filter(|_| self.args.frames.is_none()) {
                let mut said = Vec::new();
                together.words_until(None, &mut said);
                tell(&mut said, out);
            }
            film.map_or(Ok(()), Annotated::finish)
        })
    }

    /// The sound of the input, where it is wanted. A film without any is read all the same with `--fuse`.
    fn listening(&self) -> anyhow::Result<Option<Listening>> {
        let Some(hearing) = self.hearing.filter(|_| self.args.hears()) else { return Ok(None) };
        match hearing.open(self.input) {
            Ok(listening) if self.args.fuses() => Ok(Some(listening.with_levels())),
            Ok(listening) => Ok(Some(listening)),
            Err(error) if self.args.fuses() => {
                eprintln!("{}: read without a voice: {error:#}", self.input.display());
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn together(&self) -> anyhow::Result<Option<Together>> {
        if !self.args.fuses() {
            return Ok(None);
        }
        let subtitles = subtitles_of(self.input, self.args.subtitles.as_deref());
        Together::new(subtitles.as_deref()).map(Some)
    }

    /// Hears an input that is sound and nothing else.
    fn run_sound(&self, hearing: &Hearing, out: &Sender<Message>) -> anyhow::Result<()> {
        let listening = hearing.open(self.input)?;
        let _ = out.send(Message::Opened(Opening {
            name: self.input.to_string_lossy().into_owned(),
            frames: None,
            frame_rate: None,
            is_still: false,
            is_single: false,
        }));
        thread::scope(|scope| {
            let (heard, readings) = bounded(HEARD_AHEAD);
            scope.spawn(move || listening.run(self.stop, &heard));
            Voice { readings, next: None }.send_until(None, out);
        });
        Ok(())
    }

    /// Gives the input's frames until it ends, enough are read, or nobody wants more.
    fn decode(
        &self,
        opened: &Sender<anyhow::Result<Opening>>,
        frames: &Sender<Decoded>,
        problems: &Sender<Message>,
    ) {
        let (mut source, limit) = match self.open() {
            Ok((opening, source, limit)) => {
                let _ = opened.send(Ok(opening));
                (source, limit)
            }
            Err(error) => {
                let _ = opened.send(Err(error));
                return;
            }
        };
        let mut number = 0;
        while number < limit && !self.stop.load(Ordering::Relaxed) {
            let frame = match source.next_frame() {
                Ok(Some(frame)) => frame,
                Ok(None) => break,
                // The next call goes on with what is left, or ends.
                Err(error) => {
                    let _ = problems.send(Message::Problem(error.into()));
                    continue;
                }
            };
            let fitted = match self.args.size {
                Some(size) => letterbox::frame(&frame, size),
                None => Ok(frame),
            };
            let frame = match fitted {
                Ok(frame) => frame,
                Err(error) => {
                    let _ = problems.send(Message::Problem(error));
                    break;
                }
            };
            // Rows of a folder lead back to their pictures.
            let file = source.frame_file().map(|path| path.display().to_string());
            if frames.send(Decoded { number, file, frame }).is_err() {
                break;
            }
            number += 1;
        }
    }

    /// Searches frames until there are no more.
    fn search(
        &self,
        finder: &mut FaceFinder,
        is_still: bool,
        keep: bool,
        frames: &Receiver<Decoded>,
        found: &Sender<Found>,
    ) {
        let smallest = self.args.smallest.map(f32::from);
        let mut watcher = self.args.fuses().then(MouthWatcher::default);
        for Decoded { number, file, frame } in frames {
            let faces =
                if is_still { finder.find_still(&frame, smallest) } else { finder.find(&frame) };
            let size = (frame.width(), frame.height());
            let faces = faces.map_err(AnalyzeError::from);
            let mouths = match (&mut watcher, &faces) {
                (Some(watcher), Ok(faces)) => watcher.observe(&frame, faces.faces()),
                _ => Vec::new(),
            };
            let frame = keep.then_some(frame);
            if found.send(Found { number, file, size, frame, faces, mouths }).is_err() {
                break;
            }
        }
    }

    fn open(&self) -> anyhow::Result<(Opening, Box<dyn FrameSource>, u64)> {
        let spec = SourceSpec::from_os_str(self.input)?;
        let options = OpenOptions { recursive: self.args.recursive, ..OpenOptions::default() };
        let source = emotion_capture::open(&spec, &options)?;
        let is_endless = source.pacing() == Pacing::Live
            || matches!(spec, SourceSpec::Auto | SourceSpec::Camera(_) | SourceSpec::Puppet);
        let name = match spec {
            SourceSpec::Url(_) => source.label(),
            _ => self.input.to_string_lossy().into_owned(),
        };
        let limit = self.frame_limit(&name, is_endless);
        let frames = source.frame_count().map_or(limit, |count| count.min(limit));
        let opening = Opening {
            name,
            frames: (frames != u64::MAX).then_some(frames),
            frame_rate: source.frame_rate(),
            is_still: source.is_still() && !self.args.as_film,
            is_single: source.is_still() && source.frame_count() == Some(1),
        };
        Ok((opening, source, limit))
    }

    /// After how many frames to stop.
    fn frame_limit(&self, name: &str, is_endless: bool) -> u64 {
        match self.args.frames {
            Some(limit) => limit,
            None if is_endless => {
                eprintln!(
                    "{name} has no end: reading {ENDLESS_SOURCE_FRAMES} frames; \
                     --frames N reads more or fewer"
                );
                ENDLESS_SOURCE_FRAMES
            }
            None => u64::MAX,
        }
    }

    fn film_of(&self, opening: &Opening) -> anyhow::Result<Option<Annotated>> {
        let rate = opening.frame_rate.unwrap_or(DEFAULT_FILM_RATE);
        let film = self.film.map(|path| Annotated::new(path, rate, opening.is_single));
        film.transpose()
    }
}

/// What is heard of an input, in the order of time.
struct Voice {
    readings: Receiver<Heard>,
    /// What was heard whose time has not come.
    next: Option<Heard>,
}

impl Voice {
    /// Sends the readings that end by a time; all that are left without one.
    fn send_until(&mut self, time: Option<SessionTime>, out: &Sender<Message>) {
        while let Some(heard) = self.next_until(time) {
            let message = match heard {
                Heard::Reading(reading) => Message::Voice(reading),
                Heard::Problem(error) => Message::Problem(error),
                Heard::Levels(..) => continue,
            };
            if out.send(message).is_err() {
                return;
            }
        }
    }

    /// Puts what is heard by a time together with the rest; all that is left without one.
    fn put_until(
        &mut self,
        time: Option<SessionTime>,
        together: &mut Together,
        out: &Sender<Message>,
    ) {
        let mut said = Vec::new();
        while let Some(heard) = self.next_until(time) {
            match heard {
                Heard::Reading(reading) => together.voice(reading, &mut said),
                Heard::Levels(levels, is_voice) => together.hear(&levels, is_voice),
                Heard::Problem(error) => {
                    let _ = out.send(Message::Problem(error));
                }
            }
            tell(&mut said, out);
        }
    }

    fn next_until(&mut self, time: Option<SessionTime>) -> Option<Heard> {
        let heard = self.next.take().or_else(|| self.readings.recv().ok())?;
        if time.is_some_and(|time| heard.time() > time) {
            self.next = Some(heard);
            return None;
        }
        Some(heard)
    }
}

/// Hands on what is put together. Nobody listens any more when the rows could not be written.
fn tell(said: &mut Vec<Said>, out: &Sender<Message>) {
    for said in said.drain(..) {
        let _ = out.send(Message::Said(said));
    }
}

/// What several threads found, in the order of the frames.
fn in_order(found: &Receiver<Found>) -> impl Iterator<Item = Found> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    std::iter::from_fn(move || {
        loop {
            if let Some(found) = early.remove(&next) {
                next += 1;
                return Some(found);
            }
            let found: Found = found.recv().ok()?;
            early.insert(found.number, found);
        }
    })
}

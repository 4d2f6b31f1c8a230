//! Plays a recording in place of a camera.

use std::sync::Arc;
use std::time::Duration;

use bevy::asset::{AssetServer, LoadState};
use bevy::prelude::*;

use super::recorder::{self, Recorder};
use super::{Moment, Recording, RecordingAsset, RecordingLoader, What};
use crate::plugin::{
    CorePlugin, EmotionFeed, EmotionSystems, FaceMemory, Faces, FacesTime, FeedId,
};
use emotion_core::SessionTime;
use emotion_session::{LifecycleConfig, Observation};
use emotion_store::{Player, Step};

/// Records sessions as readings ([`Recorder`]) and plays them ([`Replay`]).
///
/// If Bevy's `AssetPlugin` was added before, `.face` files can be loaded as assets.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReplayPlugin;

impl Plugin for ReplayPlugin {
    fn build(&self, app: &mut App) {
        CorePlugin::ensure(app);
        app.init_resource::<Replay>().init_resource::<Recorder>().add_systems(
            PreUpdate,
            (
                drive.before(EmotionSystems::Capture),
                recorder::record.after(EmotionSystems::Track).before(EmotionSystems::Input),
            ),
        );
        if app.world().contains_resource::<AssetServer>() {
            app.init_asset::<RecordingAsset>().register_asset_loader(RecordingLoader);
        }
    }
}

/// Plays a [`Recording`]: it drives the same entities and events as the recorded session, at the
/// same times of the recording, at any speed and update rate.
///
/// While it plays, analysis and cameras are suspended ([`EmotionFeed`]). It advances with real time
/// multiplied by the speed, and pauses with `Time<Faces>`. At its end, faces stay as they are until
/// [`Replay::stop`]. How long faces are remembered depends on the app's [`FaceMemory`], which
/// should be set as in the recorded session.
///
/// ```no_run
/// use bevy::prelude::*;
/// use bevy_emotion::prelude::*;
/// use bevy_emotion::replay::{Recording, Replay};
///
/// fn watch(mut replay: ResMut<Replay>) -> Result {
///     replay.play(Recording::load("session.face")?);
///     replay.set_speed(2.0);
///     Ok(())
/// }
/// ```
#[derive(Resource, Debug)]
pub struct Replay {
    show: Option<Show>,
    paused: bool,
    speed: f64,
    repeat: bool,
    seek: Option<Duration>,
    /// The feed that has to give the faces back.
    leaving: Option<FeedId>,
    problem: Option<String>,
}

/// The recording that is played.
#[derive(Debug)]
struct Show {
    reel: Reel,
    player: Player,
    /// Set when playing begins; `None` while loading.
    feed: Option<FeedId>,
    length: Duration,
    ended: bool,
}

/// Where the recording is.
#[derive(Debug)]
enum Reel {
    Own(Arc<Recording>),
    Asset(Handle<RecordingAsset>),
}

/// What a [`Replay`] is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplayState {
    /// Not playing: a camera or another feed drives the faces.
    Idle,
    /// Waiting for an asset.
    Loading,
    /// Playing.
    Playing,
    /// Paused, and the faces with it.
    Paused,
    /// At its end; the faces stay as they are there.
    Ended,
    /// It cannot be played.
    Failed {
        /// Why, and what to do.
        reason: String,
    },
}

impl Default for Replay {
    fn default() -> Self {
        Self {
            show: None,
            paused: false,
            speed: 1.0,
            repeat: false,
            seek: None,
            leaving: None,
            problem: None,
        }
    }
}

impl Replay {
    /// The highest speed, as a multiple of the recorded one.
    pub const FASTEST: f64 = 1000.0;

    /// Plays a recording from its start. Speed and repetition keep their settings.
    pub fn play(&mut self, recording: impl Into<Arc<Recording>>) {
        self.begin(Reel::Own(recording.into()));
    }

    /// Plays a recording that is an asset, as soon as it is loaded.
    pub fn play_asset(&mut self, recording: Handle<RecordingAsset>) {
        self.begin(Reel::Asset(recording));
    }

    /// Pauses; the faces stay as they are.
    pub fn pause(&mut self) {
        self.paused = true;
    }

    /// Continues after a pause.
    pub fn resume(&mut self) {
        self.paused = false;
    }

    /// Jumps to a time of the recording in the next update, also while paused and from the end. A
    /// time beyond the end is clamped to it.
    ///
    /// The faces are then those of that time. A person who is in view before and after keeps their
    /// entity; other faces disappear or appear.
    pub fn seek(&mut self, position: Duration) {
        self.seek = Some(position);
    }

    /// Sets the speed: 1 is the speed of the recording, 0 stands still. It is clamped to 0 to
    /// [`Replay::FASTEST`]; NaN counts as 1.
    pub fn set_speed(&mut self, speed: f64) {
        self.speed = if speed.is_nan() { 1.0 } else { speed.clamp(0.0, Self::FASTEST) };
    }

    /// Sets whether it restarts at its end. Each round has its own faces.
    pub fn set_repeat(&mut self, repeat: bool) {
        self.repeat = repeat;
    }

    /// Stops, and gives the faces back to the camera.
    pub fn stop(&mut self) {
        self.leaving = self.show.take().and_then(|show| show.feed).or(self.leaving);
        self.paused = false;
        self.seek = None;
        self.problem = None;
    }

    /// The current time, from the start of the recording.
    pub fn position(&self) -> Duration {
        self.show.as_ref().map_or(Duration::ZERO, |show| show.player.position())
    }

    /// How long the recording is; zero while it is loading.
    pub fn length(&self) -> Duration {
        self.show.as_ref().map_or(Duration::ZERO, |show| show.length)
    }

    /// The speed; 1 is the speed of the recording.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Whether it restarts at its end.
    pub fn repeats(&self) -> bool {
        self.repeat
    }

    /// What it is doing.
    pub fn state(&self) -> ReplayState {
        match (&self.problem, &self.show) {
            (Some(reason), _) => ReplayState::Failed { reason: reason.clone() },
            (None, None) => ReplayState::Idle,
            (None, Some(show)) if show.feed.is_none() => ReplayState::Loading,
            (None, Some(show)) if show.ended => ReplayState::Ended,
            (None, Some(_)) if self.paused => ReplayState::Paused,
            (None, Some(_)) => ReplayState::Playing,
        }
    }

    fn begin(&mut self, reel: Reel) {
        self.stop();
        self.show = Some(Show {
            reel,
            player: Player::default(),
            feed: None,
            length: Duration::ZERO,
            ended: false,
        });
    }
}

/// Plays on, before anything else happens in an update.
fn drive(
    time: Res<Time<Real>>,
    clock: Res<Time<Faces>>,
    memory: Res<FaceMemory>,
    assets: Option<Res<Assets<RecordingAsset>>>,
    server: Option<Res<AssetServer>>,
    mut replay: ResMut<Replay>,
    mut feed: ResMut<EmotionFeed>,
) {
    if replay.leaving.is_none() && replay.show.is_none() {
        return;
    }
    let replay = &mut *replay;
    if let Some(id) = replay.leaving.take() {
        feed.give_back(id);
    }
    let Some(show) = &mut replay.show else { return };
    if show.feed.is_some_and(|id| !feed.is_driven_by(id)) {
        // Another feed has taken over the faces.
        replay.show = None;
        return;
    }
    if clock.is_paused() {
        return;
    }
    let recording = match &show.reel {
        Reel::Own(recording) => Ok(Some(recording.as_ref())),
        Reel::Asset(handle) => find(handle, assets.as_deref(), server.as_deref()),
    };
    let recording = match recording {
        Ok(Some(recording)) => recording,
        Ok(None) => return,
        Err(reason) => {
            warn!("{reason}");
            replay.stop();
            replay.problem = Some(reason);
            return;
        }
    };
    let elapsed = match show.feed {
        Some(_) if !replay.paused => time.delta().mul_f64(replay.speed),
        _ => Duration::ZERO,
    };
    let id = *show.feed.get_or_insert_with(|| {
        if let Some(damage) = recording.damage {
            warn!("{damage}");
        }
        let label = format!("recording of {}", recording.info.source);
        feed.take_over_at(label, Duration::ZERO)
    });
    match replay.seek.take() {
        Some(position) => {
            let window = memory_window(recording, &memory);
            let (before, same_epoch) = show.player.seek(recording, position, window);
            let before = before.into_iter().filter_map(observation).collect();
            feed.jump(id, show.player.position(), before, same_epoch);
        }
        None => {
            show.player.advance(recording, elapsed, replay.repeat, |step| match step {
                Step::Moment(moment) => tell(&mut feed, id, moment),
                Step::Again => {
                    feed.move_clock(id, recording.length);
                    feed.turn_to_another_source(id, Duration::ZERO);
                }
            });
            feed.move_clock(id, show.player.position());
        }
    }
    show.length = recording.length;
    show.ended = show.player.is_at_end(recording);
}

/// `None` while it is loading.
fn find<'a>(
    handle: &Handle<RecordingAsset>,
    assets: Option<&'a Assets<RecordingAsset>>,
    server: Option<&AssetServer>,
) -> Result<Option<&'a Recording>, String> {
    let assets = assets.ok_or(
        "recordings load as assets only if AssetPlugin was added before EmotionPlugins; add it, or \
         load the file with Recording::load",
    )?;
    let recording = assets.get(handle).map(|asset| asset.0.as_ref());
    match server.map(|server| server.load_state(handle)) {
        Some(LoadState::Failed(error)) if recording.is_none() => Err(error.to_string()),
        _ => Ok(recording),
    }
}

fn tell(feed: &mut EmotionFeed, id: FeedId, moment: &Moment) {
    feed.move_clock(id, moment.at);
    match &moment.what {
        What::NewSource => feed.turn_to_another_source(id, moment.at),
        What::Frame { frame_size, analysis } => {
            feed.send(id, UVec2::from(*frame_size), analysis.clone());
        }
    }
}

fn observation(moment: Moment) -> Option<Observation> {
    let What::Frame { frame_size, analysis } = moment.what else { return None };
    Some(Observation { time: SessionTime(moment.at), frame_size, analysis })
}

/// How far back frames may lie whose faces are still remembered.
fn memory_window(recording: &Recording, memory: &LifecycleConfig) -> Duration {
    let slowest = recording
        .frames()
        .map(|(_, analysis)| analysis.detect_time.saturating_add(analysis.classify_time))
        .max()
        .unwrap_or_default();
    memory.hide_after.max(slowest.saturating_mul(3)).saturating_add(memory.keep_hidden)
}

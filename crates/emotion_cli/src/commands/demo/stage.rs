//! The demo without a window: each frame advances the film's clock by a fixed step, however long
//! it takes to render.

use std::time::{Duration, Instant};

use anyhow::bail;
use bevy::app::PluginsState;
use bevy::camera::RenderTarget;
use bevy::prelude::*;
use bevy::render::render_resource::TextureFormat;
use bevy::time::TimeUpdateStrategy;
use bevy_emotion::plugin::{EmotionAnalyzer, EmotionStatus};
use emotion_capture::{CaptureError, FrameSender, FrameSource};

use super::FRAMES_PER_SECOND;
use super::reel::Reel;

/// How long loading detector and model may take.
const LOADING: Duration = Duration::from_secs(60);
/// How long the last frames may take to come back from the GPU.
const LAST_FRAMES: Duration = Duration::from_secs(20);

/// Step of the film's clock from one frame to the next.
const STEP: Duration = Duration::from_nanos(1_000_000_000 / FRAMES_PER_SECOND as u64);

/// An image to render to instead of a window.
pub fn canvas(app: &mut App, width: u32, height: u32) -> RenderTarget {
    let format = TextureFormat::Rgba8UnormSrgb;
    let image = Image::new_target_texture(width, height, format, None);
    app.world_mut().resource_mut::<Assets<Image>>().add(image).into()
}

/// A source that is read on the film's clock.
pub struct Feed {
    source: Box<dyn FrameSource>,
    sender: FrameSender,
    /// When the next frame is due on the film's clock.
    due: Duration,
}

impl Feed {
    /// Reads `source` into `sender`.
    pub fn new(source: Box<dyn FrameSource>, sender: FrameSender) -> Self {
        Self { source, sender, due: Duration::ZERO }
    }

    /// Offers the frames that are due and returns whether there are more.
    ///
    /// # Errors
    /// When the source fails.
    pub fn advance(&mut self, time: Duration) -> Result<bool, CaptureError> {
        let rate = self.source.frame_rate().unwrap_or(f64::from(FRAMES_PER_SECOND)).max(0.1);
        let interval = Duration::from_secs_f64(1.0 / rate);
        // Rounding must not delay a frame to the next step.
        while self.due <= time + STEP / 4 {
            let Some(frame) = self.source.next_frame()? else { return Ok(false) };
            self.due = frame.time() + interval;
            self.sender.offer(frame);
        }
        Ok(true)
    }
}

/// Runs the app for `frames` frames, or to the end of `feed`. `shoot` gets each frame's number
/// before the frame is rendered.
///
/// A frame takes at least as long as it lasts in the film: the analysis runs in parallel and gets
/// as much time as in a window.
///
/// # Errors
/// When the source or the app fails.
pub fn play(
    app: &mut App,
    frames: u64,
    mut feed: Option<Feed>,
    reel: &Reel,
    mut shoot: impl FnMut(&mut Commands, u64),
) -> anyhow::Result<()> {
    while app.plugins_state() == PluginsState::Adding {
        bevy::tasks::tick_global_task_pools_on_main_thread();
    }
    app.finish();
    app.cleanup();
    await_model(app);
    app.insert_resource(TimeUpdateStrategy::ManualDuration(STEP));
    for number in 0..frames {
        let start = Instant::now();
        if let Some(feed) = &mut feed
            && !feed.advance(STEP * u32::try_from(number).unwrap_or(u32::MAX))?
        {
            break;
        }
        shoot(&mut app.world_mut().commands(), number);
        app.update();
        if app.should_exit().is_some_and(|exit| exit.is_error()) {
            bail!("the demo ended early; run it with -v to see why");
        }
        if reel.has_failed() {
            break;
        }
        std::thread::sleep(STEP.saturating_sub(start.elapsed()));
    }
    stand_still(app, LAST_FRAMES, |_| reel.is_done());
    Ok(())
}

/// Waits until the model is loaded or has failed, so that faces are read from the first frame on.
fn await_model(app: &mut App) {
    stand_still(app, LOADING, |app| {
        // A recording needs no model.
        if !app.world().contains_resource::<EmotionAnalyzer>() {
            return true;
        }
        let statuses = app.world().try_query::<&EmotionStatus>();
        statuses.is_none_or(|mut statuses| {
            statuses
                .iter(app.world())
                .all(|status| status.classifier.is_some() || status.problem.is_some())
        })
    });
}

/// Updates the app with its clock stopped, until `done` or for `longest`.
fn stand_still(app: &mut App, longest: Duration, done: impl Fn(&App) -> bool) {
    app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::ZERO));
    let start = Instant::now();
    while !done(app) && start.elapsed() < longest {
        app.update();
        std::thread::sleep(Duration::from_millis(10));
    }
}

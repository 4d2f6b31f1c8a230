//! The demo without a window: each frame is a fixed step of the film's time, however long it takes
//! to render.

use std::time::{Duration, Instant};

use anyhow::bail;
use bevy::app::PluginsState;
use bevy::camera::RenderTarget;
use bevy::prelude::*;
use bevy::render::render_resource::TextureFormat;
use bevy::time::TimeUpdateStrategy;

use super::reel::Reel;

/// Frames of the film a second.
pub const FRAMES_PER_SECOND: u32 = 30;
/// How long the last frames may take to come back from the GPU.
const LAST_FRAMES: Duration = Duration::from_secs(20);

/// The film's time from one frame to the next.
pub fn step() -> Duration {
    Duration::from_secs(1) / FRAMES_PER_SECOND
}

/// An image that takes the window's place.
pub fn canvas(app: &mut App, width: u32, height: u32) -> RenderTarget {
    let format = TextureFormat::Rgba8UnormSrgb;
    let image = Image::new_target_texture(width, height, format, None);
    app.world_mut().resource_mut::<Assets<Image>>().add(image).into()
}

/// Runs the app frame by frame. `before_frame` gets the frame's number and time.
///
/// A frame takes at least as long as it lasts in the film: the analysis runs beside it, and has
/// as much time as it would have in front of an audience.
///
/// # Errors
/// What `before_frame` or the reel failed with, or the app's own failure.
pub fn play(
    app: &mut App,
    frames: Option<u64>,
    mut before_frame: impl FnMut(&mut App, u64, Duration) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    while app.plugins_state() == PluginsState::Adding {
        bevy::tasks::tick_global_task_pools_on_main_thread();
    }
    app.finish();
    app.cleanup();
    app.insert_resource(TimeUpdateStrategy::ManualDuration(step()));
    for number in 0..frames.unwrap_or(u64::MAX) {
        let start = Instant::now();
        before_frame(app, number, step() * u32::try_from(number).unwrap_or(u32::MAX))?;
        app.update();
        if let Some(exit) = app.should_exit() {
            if exit.is_error() {
                bail!("the demo ended early; the log above says why");
            }
            break;
        }
        if let Some(error) = app.world_mut().get_non_send_mut::<Reel>().and_then(|mut reel| reel.take_error()) {
            return Err(error);
        }
        std::thread::sleep(step().saturating_sub(start.elapsed()));
    }
    await_last_frames(app);
    Ok(())
}

fn await_last_frames(app: &mut App) {
    app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::ZERO));
    let start = Instant::now();
    let done = |app: &App| app.world().get_non_send::<Reel>().is_none_or(Reel::is_done);
    while !done(app) && start.elapsed() < LAST_FRAMES {
        app.update();
        std::thread::sleep(Duration::from_millis(5));
    }
}

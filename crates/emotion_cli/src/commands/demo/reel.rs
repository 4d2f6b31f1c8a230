//! Writes rendered frames into a film and a screenshot.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{anyhow, bail};
use bevy::camera::RenderTarget;
use bevy::prelude::*;
use bevy::render::render_resource::TextureFormat;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use emotion_capture::FilmWriter;
use emotion_core::Frame;

use crate::commands::annotate::save_picture;

/// Collects rendered frames. They come back from the GPU some frames late and in any order, and
/// are written in the order of the requests. It outlives the app, so that the film can be finished.
#[derive(Resource, Clone)]
pub struct Reel(Arc<Mutex<Rolls>>);

#[derive(Default)]
struct Rolls {
    film: Option<FilmWriter>,
    film_path: Option<PathBuf>,
    frames_per_second: f64,
    /// Frames in the film so far.
    shown: u64,
    /// Frames requested so far.
    asked: u64,
    /// The next frame to write.
    next: u64,
    waiting: BTreeMap<u64, Shot>,
    error: Option<anyhow::Error>,
}

/// A rendered frame.
struct Shot {
    picture: Frame,
    /// How often the film shows it: more than once where the screen was slower than the film.
    repeats: u32,
    /// Where to save it as a picture, if at all.
    file: Option<PathBuf>,
}

impl Reel {
    /// A reel for a film, if one is wanted.
    pub fn new(film: Option<&Path>, frames_per_second: f64) -> Self {
        let film_path = film.map(Path::to_owned);
        Self(Arc::new(Mutex::new(Rolls { film_path, frames_per_second, ..Rolls::default() })))
    }

    /// Requests the next rendered frame, for the film (`repeats` times) and as a picture.
    pub fn shoot(
        &self,
        commands: &mut Commands,
        target: &RenderTarget,
        repeats: u32,
        file: Option<PathBuf>,
    ) {
        let mut rolls = self.rolls();
        let number = rolls.asked;
        rolls.asked += 1;
        let reel = self.clone();
        commands.spawn(Screenshot(target.clone())).observe(
            move |captured: On<ScreenshotCaptured>| {
                let file = file.clone();
                let shot =
                    pixels(&captured.image, number).map(|picture| Shot { picture, repeats, file });
                reel.rolls().take_in(number, shot);
            },
        );
    }

    /// Whether every requested frame is written, or one has failed.
    pub fn is_done(&self) -> bool {
        let rolls = self.rolls();
        rolls.next == rolls.asked || rolls.error.is_some()
    }

    /// Whether something went wrong; [`Reel::finish`] says what.
    pub fn has_failed(&self) -> bool {
        self.rolls().error.is_some()
    }

    /// Finishes the film.
    ///
    /// # Errors
    /// When a frame could not be written, none came back, or the film cannot be finished.
    pub fn finish(&self) -> anyhow::Result<()> {
        let mut rolls = self.rolls();
        if let Some(error) = rolls.error.take() {
            return Err(error);
        }
        if rolls.asked > 0 && rolls.next == 0 {
            bail!("no rendered frame came back from the GPU");
        }
        rolls.film.take().map_or(Ok(()), |film| Ok(film.finish()?))
    }

    fn rolls(&self) -> MutexGuard<'_, Rolls> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rolls {
    fn take_in(&mut self, number: u64, shot: anyhow::Result<Shot>) {
        match shot {
            Ok(shot) => {
                self.waiting.insert(number, shot);
            }
            Err(error) => self.error = self.error.take().or(Some(error)),
        }
        while let Some(shot) = self.waiting.remove(&self.next) {
            self.next += 1;
            if let Err(error) = self.write(&shot) {
                self.error = self.error.take().or(Some(error));
            }
        }
    }

    fn write(&mut self, shot: &Shot) -> anyhow::Result<()> {
        if let Some(path) = &shot.file {
            save_picture(path, &shot.picture)?;
        }
        let Some(path) = &self.film_path else { return Ok(()) };
        let film = match &mut self.film {
            Some(film) => film,
            none => {
                let size = (shot.picture.width(), shot.picture.height());
                none.insert(FilmWriter::create(path, self.frames_per_second, size)?)
            }
        };
        for _ in 0..shot.repeats {
            let time = Duration::from_secs_f64(self.shown as f64 / self.frames_per_second);
            film.write(shot.picture.rgb().to_vec(), time)?;
            self.shown += 1;
        }
        Ok(())
    }
}

/// The screen's pixels, without alpha.
fn pixels(image: &Image, number: u64) -> anyhow::Result<Frame> {
    let format = image.texture_descriptor.format;
    let order = match format {
        TextureFormat::Rgba8UnormSrgb | TextureFormat::Rgba8Unorm => [0, 1, 2],
        TextureFormat::Bgra8UnormSrgb | TextureFormat::Bgra8Unorm => [2, 1, 0],
        other => bail!("the screen has the pixel format {other:?}, which cannot be saved"),
    };
    let data = image.data.as_deref().ok_or_else(|| anyhow!("a rendered frame came back empty"))?;
    let rgb = data.chunks_exact(4).flat_map(|pixel| order.map(|channel| pixel[channel])).collect();
    Ok(Frame::from_rgb(rgb, image.width(), image.height(), number, Duration::ZERO)?)
}

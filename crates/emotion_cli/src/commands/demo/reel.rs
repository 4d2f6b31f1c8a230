//! Writes rendered frames into a film and a screenshot.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, anyhow, bail};
use bevy::camera::RenderTarget;
use bevy::prelude::*;
use bevy::render::render_resource::TextureFormat;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use opencv::core::{Mat, MatTraitConst};
use opencv::{imgcodecs, imgproc};

use crate::commands::film::FilmWriter;
use crate::commands::letterbox::PictureSize;

/// Collects rendered frames. They come back from the GPU some frames late and in any order, and
/// are written in the order of the requests. It outlives the app, so that the film can be finished.
#[derive(Resource, Clone)]
pub struct Reel(Arc<Mutex<Rolls>>);

#[derive(Default)]
struct Rolls {
    film: Option<FilmWriter>,
    film_path: Option<PathBuf>,
    frames_per_second: f64,
    /// Frames requested so far.
    asked: u64,
    /// The next frame to write.
    next: u64,
    waiting: BTreeMap<u64, Shot>,
    error: Option<anyhow::Error>,
}

/// A rendered frame.
struct Shot {
    bgr: Mat,
    /// How often the film shows it: more than once where the screen was slower than the film.
    repeats: u32,
    /// Where to save it as a picture, if at all.
    picture: Option<PathBuf>,
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
        picture: Option<PathBuf>,
    ) {
        let mut rolls = self.rolls();
        let number = rolls.asked;
        rolls.asked += 1;
        let reel = self.clone();
        commands.spawn(Screenshot(target.clone())).observe(
            move |captured: On<ScreenshotCaptured>| {
                let picture = picture.clone();
                let shot = bgr(&captured.image).map(|bgr| Shot { bgr, repeats, picture });
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
        rolls.film.take().map_or(Ok(()), FilmWriter::finish)
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
        if let Some(path) = &shot.picture {
            save(&shot.bgr, path)?;
        }
        let Some(path) = &self.film_path else { return Ok(()) };
        let film = match &mut self.film {
            Some(film) => film,
            none => {
                let size = shot.bgr.size()?;
                let size = PictureSize {
                    width: size.width.unsigned_abs(),
                    height: size.height.unsigned_abs(),
                };
                none.insert(FilmWriter::create(path, self.frames_per_second, size)?)
            }
        };
        for _ in 0..shot.repeats {
            film.write(&shot.bgr)?;
        }
        Ok(())
    }
}

/// The pixels in OpenCV's channel order, without alpha.
fn bgr(image: &Image) -> anyhow::Result<Mat> {
    let format = image.texture_descriptor.format;
    let code = match format {
        TextureFormat::Rgba8UnormSrgb | TextureFormat::Rgba8Unorm => imgproc::COLOR_RGBA2BGR,
        TextureFormat::Bgra8UnormSrgb | TextureFormat::Bgra8Unorm => imgproc::COLOR_BGRA2BGR,
        other => bail!("the screen has the pixel format {other:?}, which cannot be saved"),
    };
    let data = image.data.as_deref().ok_or_else(|| anyhow!("a rendered frame came back empty"))?;
    let rows = i32::try_from(image.height())?;
    let bytes = Mat::from_slice(data)?;
    let rgba = bytes.reshape(4, rows)?;
    let mut bgr = Mat::default();
    imgproc::cvt_color_def(&rgba, &mut bgr, code)?;
    Ok(bgr)
}

fn save(bgr: &Mat, path: &Path) -> anyhow::Result<()> {
    let name = path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))?;
    let saved = imgcodecs::imwrite_def(name, bgr)
        .with_context(|| format!("cannot save {name}; end it in .png or .jpg"))?;
    if !saved {
        bail!("cannot save {name}; check that its folder exists and is writable");
    }
    Ok(())
}

//! The film of a study: its length, and frames of it for reports.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use emotion_capture::{FrameSource, OpenOptions, SourceSpec};
use emotion_core::Frame;
use emotion_project::report::study::Frames;
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, RgbImage};

/// Width of a frame in a report.
const WIDTH: u32 = 256;
const QUALITY: u8 = 72;

/// Opens a film that is shown.
pub fn open(path: &Path) -> anyhow::Result<Box<dyn FrameSource>> {
    let source =
        emotion_capture::open(&SourceSpec::Path(path.to_owned()), &OpenOptions::default())?;
    if source.is_still() {
        bail!("{} is no film", path.display());
    }
    Ok(source)
}

/// How long a film is, by its frames.
///
/// # Errors
/// When it cannot be read.
pub fn length(path: &Path) -> anyhow::Result<Duration> {
    let mut source = open(path)?;
    let rate = source.frame_rate().filter(|rate| *rate > 0.1).unwrap_or(25.0);
    let mut end = Duration::ZERO;
    while let Some(frame) = source.next_frame()? {
        end = frame.time() + Duration::from_secs_f64(1.0 / rate);
    }
    Ok(end)
}

/// Small pictures of the middle of so many seconds, which are in order.
///
/// # Errors
/// When the film cannot be read.
pub fn frames(path: &Path, seconds: &[usize]) -> anyhow::Result<Frames> {
    let mut source = open(path)?;
    let mut wanted = seconds.iter().copied().peekable();
    let mut frames = Frames::new();
    while let Some(second) = wanted.peek().copied() {
        let Some(frame) = source.next_frame()? else { break };
        if frame.time().as_secs_f64() >= second as f64 + 0.45 {
            frames.insert(second, small(&frame)?);
            wanted.next();
        }
    }
    Ok(frames)
}

fn small(frame: &Frame) -> anyhow::Result<Vec<u8>> {
    let picture = RgbImage::from_raw(frame.width(), frame.height(), frame.rgb().to_vec())
        .context("a frame of the film is damaged")?;
    let width = WIDTH.min(frame.width());
    let height =
        (u64::from(frame.height()) * u64::from(width) / u64::from(frame.width().max(1))).max(1);
    let small = image::imageops::thumbnail(&picture, width, u32::try_from(height).unwrap_or(1));
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
        .encode(&small, small.width(), small.height(), ExtendedColorType::Rgb8)
        .context("a frame of the film cannot be made a picture")?;
    Ok(jpeg)
}

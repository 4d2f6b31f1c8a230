//! Files of pictures as frames: upright, 8-bit RGB.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Seek};
use std::path::Path;
use std::time::Duration;

use emotion_core::{Frame, FrameError, MAX_SIDE};
use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{
    AnimationDecoder, DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits,
};

/// What decoding a picture may take, in bytes: enough for the largest frame.
const MOST_MEMORY: u64 = 1 << 30;

/// Why a picture cannot be decoded.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// It cannot be read at all.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// It is damaged, or of a kind that is not known.
    #[error("it is damaged or of an unknown kind: {0}")]
    Damaged(String),
    /// Its size cannot be used. Nothing was allocated for it.
    #[error(transparent)]
    Size(#[from] FrameError),
}

/// The picture in these bytes (JPEG, PNG, WebP, GIF, TIFF, BMP or PNM) as the first frame of a source at
/// its time 0, turned upright as it says itself (EXIF).
///
/// # Errors
/// [`PictureError`] when it is damaged, of an unknown kind, or too large.
pub fn decode_picture(bytes: &[u8]) -> Result<Frame, PictureError> {
    decode(Cursor::new(bytes), 0, Duration::ZERO)
}

/// The picture in a file, as the frame with this number and time.
pub(super) fn decode_file(
    path: &Path,
    sequence: u64,
    time: Duration,
) -> Result<Frame, PictureError> {
    decode(BufReader::new(File::open(path)?), sequence, time)
}

fn decode(
    reader: impl BufRead + Seek,
    sequence: u64,
    time: Duration,
) -> Result<Frame, PictureError> {
    let mut reader = ImageReader::new(reader).with_guessed_format()?;
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(FrameError::Size { width, height }.into());
    }
    // A picture whose EXIF data are damaged is shown as it is stored.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    picture.apply_orientation(orientation);
    let rgb = picture.into_rgb8();
    let (width, height) = rgb.dimensions();
    Ok(Frame::from_rgb(rgb.into_raw(), width, height, sequence, time)?)
}

fn damaged(error: ImageError) -> PictureError {
    match error {
        ImageError::IoError(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
            PictureError::Unreadable(error)
        }
        error => PictureError::Damaged(error.to_string()),
    }
}

/// What kind of picture a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PictureKind {
    /// One picture.
    Single,
    /// Several pages, of which the first is read.
    Pages,
    /// A moving picture that FFmpeg plays (GIF, PNG).
    Animation,
    /// A moving picture of which the first frame is read (WebP).
    FirstOfAnimation,
}

/// What kind of picture `path` is, by its first bytes; `None` if it is none that can be read.
pub(super) fn kind_of(path: &Path) -> Option<PictureKind> {
    let reader = ImageReader::open(path).ok()?.with_guessed_format().ok()?;
    let format = reader.format().filter(ImageFormat::reading_enabled)?;
    let file = reader.into_inner();
    let (moves, kind) = match format {
        ImageFormat::Gif => {
            let frames = GifDecoder::new(file).ok().map(AnimationDecoder::into_frames);
            (frames.is_some_and(|frames| frames.take(2).count() > 1), PictureKind::Animation)
        }
        ImageFormat::Png => {
            let decoder = PngDecoder::new(file).ok();
            let moves = decoder.is_some_and(|png| png.is_apng().unwrap_or(false));
            (moves, PictureKind::Animation)
        }
        ImageFormat::WebP => {
            let moves = WebPDecoder::new(file).is_ok_and(|webp| webp.has_animation());
            (moves, PictureKind::FirstOfAnimation)
        }
        ImageFormat::Tiff => {
            let pages = tiff::decoder::Decoder::new(file).is_ok_and(|tiff| tiff.more_images());
            (pages, PictureKind::Pages)
        }
        _ => (false, PictureKind::Single),
    };
    Some(if moves { kind } else { PictureKind::Single })
}

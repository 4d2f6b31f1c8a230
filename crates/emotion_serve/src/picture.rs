//! Pictures that clients send, as frames. Limits hold before anything is decoded.

use std::io::Cursor;
use std::time::Duration;

use emotion_core::{Frame, FrameError, MAX_SIDE};
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use yuv::{YuvPlanarImage, YuvRange, YuvStandardMatrix};

/// Pixels that a picture may have: a little more than 3840×2160.
pub const MAX_PIXELS: u64 = 8_300_000;
/// Memory that a decoder may take beside its result, in bytes.
const MAX_DECODER_BYTES: u64 = 128 << 20;

/// A JPEG or PNG picture as a frame, turned as its EXIF data say.
///
/// # Errors
/// [`PictureError`] when it is no such picture, too large, or damaged.
pub fn decode(bytes: &[u8], sequence: u64, time: Duration) -> Result<Frame, PictureError> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    match reader.format() {
        Some(ImageFormat::Jpeg | ImageFormat::Png) => {}
        _ => return Err(PictureError::Unknown),
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    let rgb = picture.into_rgb8();
    let (width, height) = rgb.dimensions();
    Ok(Frame::from_rgb(rgb.into_raw(), width, height, sequence, time)?)
}

/// A picture in I420 (planes of Y, then U, then V; BT.601, limited range, as cameras send it) as a
/// frame.
///
/// # Errors
/// [`PictureError`] when the size is too large, or the bytes do not fit it.
pub fn from_i420(
    bytes: &[u8],
    (width, height): (u32, u32),
    sequence: u64,
    time: Duration,
) -> Result<Frame, PictureError> {
    check_size(width, height)?;
    let (chroma_width, chroma_height) = (width.div_ceil(2), height.div_ceil(2));
    let luma = width as usize * height as usize;
    let chroma = chroma_width as usize * chroma_height as usize;
    let expected = luma + 2 * chroma;
    if bytes.len() != expected {
        return Err(PictureError::Bytes { width, height, expected, found: bytes.len() });
    }
    let (y_plane, rest) = bytes.split_at(luma);
    let (u_plane, v_plane) = rest.split_at(chroma);
    let planes = YuvPlanarImage {
        y_plane,
        y_stride: width,
        u_plane,
        u_stride: chroma_width,
        v_plane,
        v_stride: chroma_width,
        width,
        height,
    };
    let mut rgb = vec![0; luma * 3];
    yuv::yuv420_to_rgb(&planes, &mut rgb, width * 3, YuvRange::Limited, YuvStandardMatrix::Bt601)
        .map_err(|error| PictureError::Damaged(error.to_string()))?;
    Ok(Frame::from_rgb(rgb, width, height, sequence, time)?)
}

/// Refuses sizes that no picture of a client may have.
///
/// # Errors
/// [`PictureError::TooLarge`], or [`PictureError::Damaged`] for a picture without pixels.
pub fn check_size(width: u32, height: u32) -> Result<(), PictureError> {
    if width == 0 || height == 0 {
        return Err(PictureError::Damaged("it has no pixels".to_owned()));
    }
    let too_large =
        u64::from(width) * u64::from(height) > MAX_PIXELS || width.max(height) > MAX_SIDE;
    if too_large { Err(PictureError::TooLarge { width, height }) } else { Ok(()) }
}

/// Why bytes are no picture that can be analyzed.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// It is neither JPEG nor PNG.
    #[error("it is neither a JPEG nor a PNG picture; convert it first")]
    Unknown,
    /// It has too many pixels.
    #[error(
        "a picture of {width}x{height} pixels is too large; {MAX_PIXELS} pixels and {MAX_SIDE} a side are allowed"
    )]
    TooLarge {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// It would need too much memory.
    #[error("decoding it needs too much memory; save it again without what it carries along")]
    TooMuchMemory,
    /// It breaks off, or is wrong inside.
    #[error("the picture is damaged: {0}; send it again")]
    Damaged(String),
    /// Raw bytes do not fit their size.
    #[error("an I420 picture of {width}x{height} pixels needs {expected} bytes, but has {found}")]
    Bytes {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Bytes that the size asks for.
        expected: usize,
        /// Bytes that were sent.
        found: usize,
    },
}

impl From<ImageError> for PictureError {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Unsupported(_) => Self::Unknown,
            ImageError::Limits(_) => Self::TooMuchMemory,
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<std::io::Error> for PictureError {
    fn from(error: std::io::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<FrameError> for PictureError {
    fn from(error: FrameError) -> Self {
        Self::Damaged(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use image::{ImageEncoder, RgbImage};

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let picture = RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([(x * 40) as u8, (y * 40) as u8, 7])
        });
        let mut bytes = Vec::new();
        let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
        encoder
            .write_image(&picture, width, height, image::ExtendedColorType::Rgb8)
            .expect("a picture");
        bytes
    }

    #[test]
    fn a_picture_becomes_a_frame() {
        let frame = decode(&png(3, 2), 5, Duration::from_secs(1)).expect("a frame");
        assert_eq!((frame.width(), frame.height(), frame.sequence()), (3, 2, 5));
        assert_eq!(&frame.rgb()[3..6], &[40, 0, 7]);
    }

    #[test]
    fn a_header_that_promises_too_much_is_refused_before_decoding() {
        let mut bytes = png(3, 2);
        bytes[16..24].copy_from_slice(&[0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0]);
        // Without the right sum the decoder would not believe the header.
        let sum = crc(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&sum.to_be_bytes());
        let error = decode(&bytes, 0, Duration::ZERO).expect_err("too large");
        assert!(
            matches!(error, PictureError::TooLarge { .. } | PictureError::TooMuchMemory),
            "{error}"
        );
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 }
            })
        })
    }

    #[test]
    fn what_is_no_whole_picture_is_refused() {
        let whole = png(30, 20);
        assert!(matches!(decode(b"GIF89a", 0, Duration::ZERO), Err(PictureError::Unknown)));
        assert!(matches!(decode(&[], 0, Duration::ZERO), Err(PictureError::Unknown)));
        let half = decode(&whole[..whole.len() / 2], 0, Duration::ZERO);
        assert!(matches!(half, Err(PictureError::Damaged(_))), "{half:?}");
    }

    #[test]
    fn i420_keeps_colours() {
        // Red in BT.601, limited range.
        let red: Vec<u8> = [vec![81; 16], vec![90; 4], vec![240; 4]].concat();
        let frame = from_i420(&red, (4, 4), 0, Duration::ZERO).expect("a frame");
        let pixel = &frame.rgb()[..3];
        assert!(pixel[0] > 250 && pixel[1] < 5 && pixel[2] < 5, "{pixel:?}");
        assert!(matches!(
            from_i420(&red[1..], (4, 4), 0, Duration::ZERO),
            Err(PictureError::Bytes { expected: 24, found: 23, .. })
        ));
        assert!(from_i420(&[], (100_000, 100_000), 0, Duration::ZERO).is_err());
    }
}

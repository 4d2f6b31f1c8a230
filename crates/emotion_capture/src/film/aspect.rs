//! The shape of a film's pixels.

use ffmpeg_next::format::stream::Stream;
use ffmpeg_next::{Rational, frame};

/// Width over height of a picture's pixels: what the container says, else what the picture says; 1
/// where neither does.
pub(super) fn pixel_aspect(container: Option<Rational>, decoded: &frame::Video) -> f64 {
    let usable = |ratio: &Rational| ratio.numerator() > 0 && ratio.denominator() > 0;
    container
        .filter(usable)
        .or_else(|| Some(decoded.aspect_ratio()).filter(usable))
        .map_or(1.0, f64::from)
}

/// What the container says of the shape of pixels, which some containers (Matroska) alone know.
pub(super) fn aspect_in_container(stream: &Stream) -> Rational {
    // SAFETY: FFmpeg keeps the pointer valid as long as the file is open, which `stream` borrows.
    #[expect(unsafe_code, reason = "ffmpeg-next has no function that gives this field")]
    unsafe {
        (*stream.as_ptr()).sample_aspect_ratio.into()
    }
}

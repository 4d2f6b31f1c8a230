//! From a face in a frame to what a model reads: cropped, upright, grey, 48×48.

/// Side of the pictures that the models read, in pixels.
pub const SIDE: usize = 48;

/// A face as the models read it: grey, upright, [`SIDE`] × [`SIDE`], rows from the top.
#[derive(Debug, Clone, PartialEq)]
pub struct FaceImage {
    /// Brightness of each pixel, 0 (black) to 255 (white).
    pub grey: Vec<u8>,
}

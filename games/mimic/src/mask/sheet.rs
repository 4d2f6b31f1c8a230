//! The character sheet: what the mask's features are in each expression.
//!
//! Lengths are in radii of the face, y up, the eyes' middle at (±0.36, 0.14).

use super::feature::Feature;

//                                   angry disgust  fear  happy   sad  surpr. neutral
/// Heights of the brows above the eyes: inner end, middle, outer end.
pub const BROW_IN: Feature = [0.13, 0.19, 0.47, 0.36, 0.47, 0.52, 0.31];
pub const BROW_MID: Feature = [0.28, 0.25, 0.46, 0.46, 0.38, 0.62, 0.37];
pub const BROW_OUT: Feature = [0.45, 0.28, 0.31, 0.34, 0.20, 0.47, 0.28];
/// How far the inner ends are from the middle of the face.
pub const BROW_GAP: Feature = [0.11, 0.13, 0.13, 0.19, 0.15, 0.19, 0.18];
/// How far the eyes are open upwards and downwards.
pub const LID_UP: Feature = [0.13, 0.09, 0.23, 0.17, 0.13, 0.25, 0.16];
pub const LID_LOW: Feature = [0.09, 0.03, 0.17, -0.15, 0.11, 0.22, 0.13];
/// The upper lid's slant; positive is lower at the nose.
pub const SLANT: Feature = [0.75, 0.30, -0.25, 0.00, -0.65, 0.00, 0.00];
pub const PUPIL: Feature = [0.085, 0.085, 0.060, 0.110, 0.110, 0.080, 0.105];
pub const GAZE: Feature = [0.00, -0.01, 0.01, 0.03, -0.04, 0.00, 0.00];
/// The mouth: half its width, height of its corners, of the middle of its upper and lower line.
pub const MOUTH: Feature = [0.31, 0.29, 0.36, 0.46, 0.29, 0.21, 0.25];
pub const CORNER: Feature = [-0.07, -0.11, -0.07, 0.17, -0.16, -0.03, 0.02];
pub const LIP_UP: Feature = [0.06, 0.10, 0.04, 0.02, 0.02, 0.17, -0.03];
pub const LIP_LOW: Feature = [-0.14, -0.02, -0.14, -0.31, 0.00, -0.33, -0.035];
/// How round the mouth is: 0 a lens, 1 an ellipse.
pub const ROUND: Feature = [1.10, 0.30, 1.00, 0.15, 0.10, 1.00, 0.00];
/// How much of the open mouth are upper and lower teeth; how much tongue there is.
pub const TEETH: Feature = [0.50, 0.55, 0.42, 0.30, 0.00, 0.00, 0.00];
pub const LOWER_TEETH: Feature = [0.50, 0.00, 0.42, 0.00, 0.00, 0.00, 0.00];
pub const TONGUE: Feature = [0.00, 0.00, 0.00, 1.00, 0.00, 0.70, 0.00];
/// One side of the mouth up.
pub const SKEW: Feature = [0.00, 0.06, 0.00, 0.00, 0.00, 0.00, 0.00];
pub const TREMBLE: Feature = [0.00, 0.00, 1.00, 0.00, 0.15, 0.00, 0.00];
pub const WRINKLES: Feature = [0.35, 1.00, 0.00, 0.00, 0.00, 0.00, 0.00];
pub const FURROW: Feature = [1.00, 0.25, 0.35, 0.00, 0.20, 0.00, 0.00];
pub const CHEEKS: Feature = [0.55, 0.10, 0.00, 1.00, 0.25, 0.30, 0.30];
/// What only a mask can show: tears, drops of sweat, steam, sparkles, rays.
pub const TEARS: Feature = [0.00, 0.00, 0.00, 0.00, 1.00, 0.00, 0.00];
pub const SWEAT: Feature = [0.00, 0.00, 1.00, 0.00, 0.00, 0.00, 0.00];
pub const STEAM: Feature = [1.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00];
pub const SPARKLE: Feature = [0.00, 0.00, 0.00, 1.00, 0.00, 0.00, 0.00];
pub const RAYS: Feature = [0.00, 0.00, 0.00, 0.00, 0.00, 1.00, 0.00];
/// The whole head: taller, sunk, tilted (radians).
pub const STRETCH: Feature = [-0.03, -0.02, 0.03, -0.01, 0.02, 0.06, 0.00];
pub const SINK: Feature = [0.00, 0.01, -0.01, 0.00, 0.05, -0.04, 0.00];
pub const TILT: Feature = [0.00, -0.07, 0.03, 0.00, 0.06, 0.00, 0.00];

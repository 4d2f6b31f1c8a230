//! Disturbances of labelled faces, to measure a model's robustness: misplaced crops, bad light, a bad
//! camera, glasses.
//!
//! Faces in front of a webcam are often disturbed like this, so the accuracy on a clean test split
//! alone says little about them.

use emotion_core::{FaceImage, SIDE};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::glasses::Glasses;

/// A fixed change to a face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Disturbance {
    /// The name for tables and plots.
    pub name: &'static str,
    change: Change,
}

/// All disturbances; the first one changes nothing.
pub const DISTURBANCES: [Disturbance; 29] = [
    disturbance("undisturbed", Change::Nothing),
    disturbance("crop 0.8 as large", crop(0.8)),
    disturbance("crop 0.9 as large", crop(0.9)),
    disturbance("crop 1.1 as large", crop(1.1)),
    disturbance("crop 1.25 as large", crop(1.25)),
    disturbance("crop 8 % right", shifted(0.08, 0.0)),
    disturbance("crop 8 % left", shifted(-0.08, 0.0)),
    disturbance("crop 8 % down", shifted(0.0, 0.08)),
    disturbance("crop 8 % up", shifted(0.0, -0.08)),
    disturbance("crop 12 % right", shifted(0.12, 0.0)),
    disturbance("crop 12 % left", shifted(-0.12, 0.0)),
    disturbance("crop 12 % down", shifted(0.0, 0.12)),
    disturbance("crop 12 % up", shifted(0.0, -0.12)),
    disturbance("turned by 10°", turned(10.0)),
    disturbance("turned by -10°", turned(-10.0)),
    disturbance("turned by 20°", turned(20.0)),
    disturbance("turned by -20°", turned(-20.0)),
    disturbance("bright (gamma 0.5)", Change::Gamma(0.5)),
    disturbance("dim (gamma 2)", Change::Gamma(2.0)),
    disturbance("dark (gamma 3)", Change::Gamma(3.0)),
    disturbance("contrast of a tenth", Change::Contrast(0.1)),
    disturbance("light from the left", Change::SideLight(-0.7)),
    disturbance("light from the right", Change::SideLight(0.7)),
    disturbance("blur (sigma 1)", Change::Blur(1.0)),
    disturbance("blur (sigma 2)", Change::Blur(2.0)),
    disturbance("24 pixels across", Change::Coarse),
    disturbance("noise (sigma 10)", Change::Noise(10.0)),
    disturbance("noise (sigma 25)", Change::Noise(25.0)),
    disturbance("glasses, dark rims", Change::Glasses),
];

impl Disturbance {
    /// The disturbed face, always the same for the same face.
    ///
    /// Crops beyond the image's edge repeat the edge, like crops at the edge of a frame.
    pub fn apply(&self, face: &FaceImage) -> FaceImage {
        let values: Vec<f32> = match self.change {
            Change::Nothing => return face.clone(),
            Change::Crop { scale, right, down, turn } => cropped(face, scale, [right, down], turn),
            Change::Gamma(exponent) => {
                map_pixels(face, |grey, _, _| 255.0 * (grey / 255.0).powf(exponent))
            }
            Change::Contrast(contrast) => {
                map_pixels(face, |grey, _, _| 128.0 + (grey - 128.0) * contrast)
            }
            Change::SideLight(strength) => map_pixels(face, |grey, x, _| {
                grey * (1.0 + strength * (2.0 * x / (SIDE - 1) as f32 - 1.0))
            }),
            Change::Blur(sigma) => blurred(face, sigma),
            Change::Coarse => half_resolution(face),
            Change::Noise(sigma) => {
                let mut random = ChaCha8Rng::seed_from_u64(seed(face));
                map_pixels(face, |grey, _, _| grey + sigma * gaussian(&mut random))
            }
            Change::Glasses => map_pixels(face, |grey, x, y| Glasses::DARK_RIMS.over(grey, x, y)),
        };
        FaceImage {
            grey: values.into_iter().map(|value| value.round().clamp(0.0, 255.0) as u8).collect(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Change {
    Nothing,
    /// A crop `scale` times as large, shifted by shares of its side, rotated clockwise by degrees.
    Crop {
        scale: f32,
        right: f32,
        down: f32,
        turn: f32,
    },
    /// The exponent of the brightness, which is from 0 to 1.
    Gamma(f32),
    /// The factor of the contrast around middle grey; the result is rounded to grey levels.
    Contrast(f32),
    /// The share by which the right edge is brighter and the left edge darker.
    SideLight(f32),
    /// Gaussian blur; its standard deviation in pixels.
    Blur(f32),
    /// Half the resolution.
    Coarse,
    /// Gaussian noise; its standard deviation in grey levels.
    Noise(f32),
    /// Glasses with dark rims.
    Glasses,
}

const fn disturbance(name: &'static str, change: Change) -> Disturbance {
    Disturbance { name, change }
}

const fn crop(scale: f32) -> Change {
    Change::Crop { scale, right: 0.0, down: 0.0, turn: 0.0 }
}

const fn shifted(right: f32, down: f32) -> Change {
    Change::Crop { scale: 1.0, right, down, turn: 0.0 }
}

const fn turned(turn: f32) -> Change {
    Change::Crop { scale: 1.0, right: 0.0, down: 0.0, turn }
}

/// Maps each pixel's brightness, x and y to a new value.
fn map_pixels(face: &FaceImage, mut change: impl FnMut(f32, f32, f32) -> f32) -> Vec<f32> {
    let position = |index: usize| ((index % SIDE) as f32, (index / SIDE) as f32);
    let pixels = face.grey.iter().enumerate();
    pixels
        .map(|(index, &grey)| {
            let (x, y) = position(index);
            change(f32::from(grey), x, y)
        })
        .collect()
}

fn cropped(face: &FaceImage, scale: f32, shift: [f32; 2], turn: f32) -> Vec<f32> {
    let middle = (SIDE - 1) as f32 / 2.0;
    let (sin, cos) = turn.to_radians().sin_cos();
    let [right, down] = shift.map(|share| share * SIDE as f32);
    map_pixels(face, |_, x, y| {
        let (x, y) = ((x - middle) * scale, (y - middle) * scale);
        bilinear(face, x * cos - y * sin + right + middle, x * sin + y * cos + down + middle)
    })
}

/// Bilinear interpolation; the pixels' centres are at integers.
fn bilinear(face: &FaceImage, x: f32, y: f32) -> f32 {
    let last = (SIDE - 1) as f32;
    let (x, y) = (x.clamp(0.0, last), y.clamp(0.0, last));
    let (across, along) = (x.fract(), y.fract());
    let row = |y: f32| at(face, x.floor(), y) * (1.0 - across) + at(face, x.ceil(), y) * across;
    row(y.floor()) * (1.0 - along) + row(y.ceil()) * along
}

/// The brightness of a pixel; beyond the edge, the edge is repeated.
fn at(face: &FaceImage, x: f32, y: f32) -> f32 {
    let last = (SIDE - 1) as f32;
    let index = y.clamp(0.0, last) as usize * SIDE + x.clamp(0.0, last) as usize;
    face.grey.get(index).map_or(0.0, |&grey| f32::from(grey))
}

fn blurred(face: &FaceImage, sigma: f32) -> Vec<f32> {
    let reach = (3.0 * sigma).ceil() as i32;
    let weight = |offset: i32| (-0.5 * (offset as f32 / sigma).powi(2)).exp();
    let sum: f32 = (-reach..=reach).map(weight).sum();
    // The kernel is separable.
    map_pixels(face, |_, x, y| {
        let row = |y: f32| -> f32 {
            (-reach..=reach).map(|offset| weight(offset) * at(face, x + offset as f32, y)).sum()
        };
        let all: f32 = (-reach..=reach).map(|offset| weight(offset) * row(y + offset as f32)).sum();
        all / (sum * sum)
    })
}

fn half_resolution(face: &FaceImage) -> Vec<f32> {
    let mean = |x: f32, y: f32| {
        (at(face, x, y) + at(face, x + 1.0, y) + at(face, x, y + 1.0) + at(face, x + 1.0, y + 1.0))
            / 4.0
    };
    // The centre of a large pixel i is at 2 i + 1/2.
    let last = (SIDE / 2 - 1) as f32;
    map_pixels(face, |_, x, y| {
        let [x, y] = [x, y].map(|place| ((place - 0.5) / 2.0).clamp(0.0, last));
        let row = |y: f32| {
            mean(x.floor() * 2.0, y * 2.0) * (1.0 - x.fract())
                + mean(x.ceil() * 2.0, y * 2.0) * x.fract()
        };
        row(y.floor()) * (1.0 - y.fract()) + row(y.ceil()) * y.fract()
    })
}

/// A hash of the face's pixels (FNV-1a).
fn seed(face: &FaceImage) -> u64 {
    face.grey.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &grey| {
        (hash ^ u64::from(grey)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A normally distributed number (Box–Muller transform).
fn gaussian(random: &mut ChaCha8Rng) -> f32 {
    let (radius, angle) = (1.0 - random.random::<f32>(), random.random::<f32>());
    (-2.0 * radius.ln()).sqrt() * (std::f32::consts::TAU * angle).cos()
}

#[cfg(test)]
mod tests {
    use emotion_core::PIXELS;

    use super::*;
    use crate::glasses::LENSES;

    fn face() -> FaceImage {
        let grey = |index: usize| {
            let (x, y) = (index % SIDE, index / SIDE);
            60 + ((x * 7 + y * 3 + (x / 5 + y / 7) * 40) % 140) as u8
        };
        FaceImage { grey: (0..PIXELS).map(grey).collect() }
    }

    fn named(name: &str) -> Disturbance {
        *DISTURBANCES.iter().find(|disturbance| disturbance.name == name).expect("a disturbance")
    }

    /// The mean brightness of some columns and rows.
    fn mean(
        face: &FaceImage,
        columns: std::ops::Range<usize>,
        rows: std::ops::Range<usize>,
    ) -> f32 {
        let mut sum = 0.0;
        for row in rows.clone() {
            for column in columns.clone() {
                sum += f32::from(face.grey[row * SIDE + column]);
            }
        }
        sum / (columns.len() * rows.len()) as f32
    }

    #[test]
    fn each_but_the_first_changes_a_face_reproducibly() {
        let face = face();
        let mut seen: Vec<FaceImage> = Vec::new();
        for disturbance in DISTURBANCES {
            let disturbed = disturbance.apply(&face);
            assert_eq!(disturbed, disturbance.apply(&face), "{}", disturbance.name);
            assert_eq!(disturbed.grey.len(), PIXELS);
            assert_eq!(disturbed == face, disturbance.name == "undisturbed");
            assert!(!seen.contains(&disturbed), "{} equals another", disturbance.name);
            seen.push(disturbed);
        }
    }

    #[test]
    fn crops_move_as_their_names_say() {
        // A bright spot in the middle moves left when the crop moves right.
        let mut grey = vec![0; PIXELS];
        for row in 22..26 {
            grey[row * SIDE + 22..row * SIDE + 26].fill(255);
        }
        let spot = FaceImage { grey };
        let middle_of = |name: &str| {
            let face = named(name).apply(&spot);
            let (mut x, mut y, mut sum) = (0.0, 0.0, 0.0);
            for (index, &grey) in face.grey.iter().enumerate() {
                let grey = f32::from(grey);
                x += (index % SIDE) as f32 * grey;
                y += (index / SIDE) as f32 * grey;
                sum += grey;
            }
            (x / sum - 23.5, y / sum - 23.5, sum)
        };
        let (right, down, _) = middle_of("crop 12 % right");
        assert!((right + 5.76).abs() < 0.1 && down.abs() < 0.1, "{right} {down}");
        let (right, down, _) = middle_of("crop 8 % up");
        assert!(right.abs() < 0.1 && (down - 3.84).abs() < 0.1, "{right} {down}");
        assert!(middle_of("crop 1.25 as large").2 < middle_of("crop 0.8 as large").2);
    }

    #[test]
    fn side_light_and_noise_have_their_direction_and_strength() {
        let even = FaceImage { grey: vec![120; PIXELS] };
        let lit = named("light from the left").apply(&even);
        assert!(mean(&lit, 0..8, 0..48) > mean(&lit, 40..48, 0..48) + 80.0);
        let noisy = named("noise (sigma 10)").apply(&even);
        let deviation =
            noisy.grey.iter().map(|&grey| (f32::from(grey) - 120.0).powi(2)).sum::<f32>();
        assert!(((deviation / PIXELS as f32).sqrt() - 10.0).abs() < 0.5);
        for name in ["blur (sigma 2)", "24 pixels across", "crop 1.25 as large", "turned by 20°"] {
            assert_eq!(named(name).apply(&even), even, "{name}");
        }
    }

    #[test]
    fn glasses_have_clear_lenses_and_dark_rims() {
        let even = FaceImage { grey: vec![200; PIXELS] };
        let worn = named("glasses, dark rims").apply(&even);
        for (x, y) in LENSES {
            let (x, y) = (x as usize, y as usize);
            assert_eq!(worn.grey[y * SIDE + x], 200, "the lens is clear");
            assert!(
                worn.grey[(y + Glasses::DARK_RIMS.lens.1 as usize + 1) * SIDE + x] < 100,
                "the rim is dark"
            );
        }
        assert_eq!(mean(&worn, 0..48, 28..48), 200.0);
        assert_eq!(mean(&worn, 0..48, 0..12), 200.0);
        let dark = worn.grey.iter().filter(|&&grey| grey < 110).count();
        assert!((60..260).contains(&dark), "{dark}");
    }
}

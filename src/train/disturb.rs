//! What happens to faces in front of a webcam, done to faces whose expression is known: crops that a
//! detector placed badly, bad light, a bad camera, glasses.
//!
//! A model that is good on the test split and bad under these is bad on people.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::glasses::Glasses;
use crate::classify::preprocess::{FaceImage, SIDE};

/// A change to a face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Disturbance {
    /// What it is, for people.
    pub name: &'static str,
    change: Change,
}

/// All of them; the first leaves a face as it is.
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
    /// The disturbed face. The same face always gives the same.
    ///
    /// Crops that reach over the picture's edge repeat the edge, as those at a frame's edge do.
    pub fn apply(&self, face: &FaceImage) -> FaceImage {
        let values: Vec<f32> = match self.change {
            Change::Nothing => return face.clone(),
            Change::Crop { scale, right, down, turn } => cropped(face, scale, [right, down], turn),
            Change::Gamma(exponent) => {
                each(face, |grey, _, _| 255.0 * (grey / 255.0).powf(exponent))
            }
            Change::Contrast(contrast) => {
                each(face, |grey, _, _| 128.0 + (grey - 128.0) * contrast)
            }
            Change::SideLight(strength) => each(face, |grey, x, _| {
                grey * (1.0 + strength * (2.0 * x / (SIDE - 1) as f32 - 1.0))
            }),
            Change::Blur(sigma) => blurred(face, sigma),
            Change::Coarse => coarse(face),
            Change::Noise(sigma) => {
                let mut random = ChaCha8Rng::seed_from_u64(seed(face));
                each(face, |grey, _, _| grey + sigma * gaussian(&mut random))
            }
            Change::Glasses => each(face, |grey, x, y| Glasses::DARK_RIMS.over(grey, x, y)),
        };
        FaceImage {
            grey: values.into_iter().map(|value| value.round().clamp(0.0, 255.0) as u8).collect(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Change {
    Nothing,
    /// A crop `scale` times as large, moved by shares of its side, turned clockwise by degrees.
    Crop {
        scale: f32,
        right: f32,
        down: f32,
        turn: f32,
    },
    /// The exponent over brightness from 0 to 1.
    Gamma(f32),
    /// The share of the contrast that remains, around middle grey: few grey levels are left.
    Contrast(f32),
    /// By how much the right edge is brighter, and the left one darker, as a share.
    SideLight(f32),
    /// Gaussian, the deviation in pixels.
    Blur(f32),
    /// A face half as large, enlarged.
    Coarse,
    /// Gaussian, the deviation in grey levels.
    Noise(f32),
    /// Dark rims around both eyes.
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

/// A new value for each pixel from its brightness and its place in pixels.
fn each(face: &FaceImage, mut change: impl FnMut(f32, f32, f32) -> f32) -> Vec<f32> {
    let place = |index: usize| ((index % SIDE) as f32, (index / SIDE) as f32);
    let pixels = face.grey.iter().enumerate();
    pixels
        .map(|(index, &grey)| {
            let (x, y) = place(index);
            change(f32::from(grey), x, y)
        })
        .collect()
}

fn cropped(face: &FaceImage, scale: f32, shift: [f32; 2], turn: f32) -> Vec<f32> {
    let middle = (SIDE - 1) as f32 / 2.0;
    let (sin, cos) = turn.to_radians().sin_cos();
    let [right, down] = shift.map(|share| share * SIDE as f32);
    each(face, |_, x, y| {
        let (x, y) = ((x - middle) * scale, (y - middle) * scale);
        between(face, x * cos - y * sin + right + middle, x * sin + y * cos + down + middle)
    })
}

/// Brightness between four pixels, whose middles are at whole numbers.
fn between(face: &FaceImage, x: f32, y: f32) -> f32 {
    let last = (SIDE - 1) as f32;
    let (x, y) = (x.clamp(0.0, last), y.clamp(0.0, last));
    let (across, along) = (x.fract(), y.fract());
    let row = |y: f32| at(face, x.floor(), y) * (1.0 - across) + at(face, x.ceil(), y) * across;
    row(y.floor()) * (1.0 - along) + row(y.ceil()) * along
}

/// Brightness of a pixel; beyond the edge the edge goes on.
fn at(face: &FaceImage, x: f32, y: f32) -> f32 {
    let last = (SIDE - 1) as f32;
    let index = y.clamp(0.0, last) as usize * SIDE + x.clamp(0.0, last) as usize;
    face.grey.get(index).map_or(0.0, |&grey| f32::from(grey))
}

fn blurred(face: &FaceImage, sigma: f32) -> Vec<f32> {
    let reach = (3.0 * sigma).ceil() as i32;
    let weight = |offset: i32| (-0.5 * (offset as f32 / sigma).powi(2)).exp();
    let sum: f32 = (-reach..=reach).map(weight).sum();
    // The kernel is the product of one across and one along.
    each(face, |_, x, y| {
        let row = |y: f32| -> f32 {
            (-reach..=reach).map(|offset| weight(offset) * at(face, x + offset as f32, y)).sum()
        };
        let all: f32 = (-reach..=reach).map(|offset| weight(offset) * row(y + offset as f32)).sum();
        all / (sum * sum)
    })
}

fn coarse(face: &FaceImage) -> Vec<f32> {
    let mean = |x: f32, y: f32| {
        (at(face, x, y) + at(face, x + 1.0, y) + at(face, x, y + 1.0) + at(face, x + 1.0, y + 1.0))
            / 4.0
    };
    // Both grids have their edges at the same place: a large pixel's middle is at 2 i + 1/2.
    let last = (SIDE / 2 - 1) as f32;
    each(face, |_, x, y| {
        let [x, y] = [x, y].map(|place| ((place - 0.5) / 2.0).clamp(0.0, last));
        let row = |y: f32| {
            mean(x.floor() * 2.0, y * 2.0) * (1.0 - x.fract())
                + mean(x.ceil() * 2.0, y * 2.0) * x.fract()
        };
        row(y.floor()) * (1.0 - y.fract()) + row(y.ceil()) * y.fract()
    })
}

/// A number that depends on all of the face's pixels (FNV-1a).
fn seed(face: &FaceImage) -> u64 {
    face.grey.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &grey| {
        (hash ^ u64::from(grey)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Box and Muller's transform: mean 0, deviation 1.
fn gaussian(random: &mut ChaCha8Rng) -> f32 {
    let (radius, angle) = (1.0 - random.random::<f32>(), random.random::<f32>());
    (-2.0 * radius.ln()).sqrt() * (std::f32::consts::TAU * angle).cos()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::preprocess::PIXELS;
    use crate::train::glasses::LENSES;

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

    /// The mean brightness of columns and rows.
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
    fn each_but_the_first_changes_a_face_and_always_alike() {
        let face = face();
        let mut seen: Vec<FaceImage> = Vec::new();
        for disturbance in DISTURBANCES {
            let disturbed = disturbance.apply(&face);
            assert_eq!(disturbed, disturbance.apply(&face), "{}", disturbance.name);
            assert_eq!(disturbed.grey.len(), PIXELS);
            assert_eq!(disturbed == face, disturbance.name == "undisturbed");
            assert!(!seen.contains(&disturbed), "{} is like another", disturbance.name);
            seen.push(disturbed);
        }
    }

    #[test]
    fn crops_go_where_their_names_say() {
        // A bright spot in the middle goes to the left when the crop goes to the right.
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
    fn light_comes_from_its_side_and_noise_has_its_strength() {
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
    fn glasses_are_rims_around_the_eyes() {
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

//! Random augmentation of training faces, after what webcams and face detectors deliver: shifted,
//! rotated, in other light.

use emotion_core::{FaceImage, SIDE, normalise};
use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::glasses::Glasses;

/// The strength of the augmentation. Amounts are drawn uniformly within the limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Augmentation {
    /// Mirror half of the faces.
    pub flip: bool,
    /// Rotate by up to this many degrees in both directions.
    pub rotation: f32,
    /// Range of the face's scale: below 1 as if the crop was too large, above 1 too small.
    pub scale: [f32; 2],
    /// Shift by up to this share of the side, on both axes.
    pub shift: f32,
    /// Share of faces that get glasses of random shape and brightness.
    pub glasses: f32,
    /// Range of the gamma exponent: from 1 / (1 + this) to 1 + this.
    pub gamma: f32,
    /// Light from one side: brighter there and darker opposite by up to this share.
    pub side_light: f32,
    /// Share of faces that are blurred, like enlarged crops.
    pub blur: f32,
    /// Greatest standard deviation of noise, in grey levels.
    pub noise: f32,
    /// Share of faces with a rectangle erased (Zhong et al., *Random erasing*, 2020).
    pub erase: f32,
    /// Share of faces that are blended with another face (Zhang et al., *mixup*, 2018).
    pub mixup: f32,
    /// Share of faces with a rectangle of another face (Yun et al., *CutMix*, 2019).
    pub cutmix: f32,
}

impl Default for Augmentation {
    fn default() -> Self {
        Self {
            flip: true,
            rotation: 15.0,
            scale: [0.85, 1.2],
            shift: 0.07,
            glasses: 0.1,
            gamma: 0.5,
            side_light: 0.3,
            blur: 0.2,
            noise: 6.0,
            erase: 0.25,
            mixup: 0.0,
            cutmix: 0.0,
        }
    }
}

impl Augmentation {
    /// An augmented, normalised copy of a face, scaled to `side` pixels.
    pub fn apply(&self, face: &FaceImage, side: usize, random: &mut impl RngExt) -> Vec<f32> {
        let mut pixels = self.transformed(face, side, random);
        self.light(&mut pixels, side, random);
        if random.random_bool(f64::from(self.blur.clamp(0.0, 1.0))) {
            pixels = blurred(&pixels, side);
        }
        let noise = self.noise * random.random::<f32>();
        for pixel in &mut pixels {
            // The sum of three uniform numbers is nearly normal, with a standard deviation of 1/2.
            let sum: f32 = random.random::<f32>() + random.random::<f32>() + random.random::<f32>();
            *pixel = (*pixel + noise * 2.0 * (sum - 1.5)).clamp(0.0, 255.0);
        }
        if random.random_bool(f64::from(self.erase.clamp(0.0, 1.0))) {
            erase(&mut pixels, side, random);
        }
        normalise(&mut pixels);
        pixels
    }

    fn transformed(&self, face: &FaceImage, side: usize, random: &mut impl RngExt) -> Vec<f32> {
        let mut between = |low: f32, high: f32| low + (high - low) * random.random::<f32>();
        let mirror = if self.flip && between(-1.0, 1.0) < 0.0 { -1.0 } else { 1.0 };
        let (sin, cos) = between(-self.rotation, self.rotation).to_radians().sin_cos();
        // Uniform in the logarithm: half as large is as likely as twice as large.
        let zoom = (-between(self.scale[0].ln(), self.scale[1].ln())).exp();
        let reach = self.shift * SIDE as f32;
        let (right, down) = (between(-reach, reach), between(-reach, reach));
        let wears = random.random_bool(f64::from(self.glasses.clamp(0.0, 1.0)));
        let glasses = wears.then(|| Glasses::random(random));

        let middle = (SIDE - 1) as f32 / 2.0;
        let step = zoom * SIDE as f32 / side as f32;
        let along = |index: usize| (index as f32 - (side - 1) as f32 / 2.0) * step;
        let mut pixels = Vec::with_capacity(side * side);
        for row in 0..side {
            for column in 0..side {
                let (x, y) = (along(column), along(row));
                let source_x = (x * cos - y * sin) * mirror + right + middle;
                let source_y = x * sin + y * cos + down + middle;
                let grey = sample(face, source_x, source_y);
                pixels.push(glasses.map_or(grey, |worn| worn.over(grey, source_x, source_y)));
            }
        }
        pixels
    }

    fn light(&self, pixels: &mut [f32], side: usize, random: &mut impl RngExt) {
        let exponent = (1.0 + self.gamma).powf(random.random_range(-1.0..=1.0));
        let (sin, cos) = random.random_range(0.0..std::f32::consts::TAU).sin_cos();
        let strength = self.side_light * random.random::<f32>();
        let middle = (side - 1) as f32 / 2.0;
        for (index, pixel) in pixels.iter_mut().enumerate() {
            let x = (index % side) as f32 / middle - 1.0;
            let y = (index / side) as f32 / middle - 1.0;
            let lit = 255.0 * (*pixel / 255.0).powf(exponent);
            *pixel = (lit * (1.0 + strength * (x * cos + y * sin))).clamp(0.0, 255.0);
        }
    }
}

/// Bilinear interpolation; beyond the edge, the edge is repeated.
fn sample(face: &FaceImage, x: f32, y: f32) -> f32 {
    let last = (SIDE - 1) as f32;
    let (x, y) = (x.clamp(0.0, last), y.clamp(0.0, last));
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(SIDE - 1), (top + 1).min(SIDE - 1));
    let (across, along) = (x - left as f32, y - top as f32);
    let at = |x: usize, y: usize| face.grey.get(y * SIDE + x).map_or(0.0, |&grey| f32::from(grey));
    let upper = at(left, top) * (1.0 - across) + at(right, top) * across;
    let lower = at(left, bottom) * (1.0 - across) + at(right, bottom) * across;
    upper * (1.0 - along) + lower * along
}

/// A binomial blur with a 3×3 kernel.
fn blurred(pixels: &[f32], side: usize) -> Vec<f32> {
    let at = |x: isize, y: isize| {
        let clamp = |value: isize| value.clamp(0, side as isize - 1) as usize;
        pixels[clamp(y) * side + clamp(x)]
    };
    let mut result = Vec::with_capacity(pixels.len());
    for y in 0..side as isize {
        for x in 0..side as isize {
            let row = |y| at(x - 1, y) + 2.0 * at(x, y) + at(x + 1, y);
            result.push((row(y - 1) + 2.0 * row(y) + row(y + 1)) / 16.0);
        }
    }
    result
}

/// Fills a rectangle of 2 to 15 % of the image with one grey level.
fn erase(pixels: &mut [f32], side: usize, random: &mut impl RngExt) {
    let area = random.random_range(0.02..0.15);
    let rectangle = Rectangle::random(side, area, random);
    let grey = random.random_range(0.0..255.0);
    for row in pixels.chunks_exact_mut(side).skip(rectangle.top).take(rectangle.height) {
        row[rectangle.left..rectangle.left + rectangle.width].fill(grey);
    }
}

/// Blends another face into this one; returns the other's share, 0 to 0.5.
pub(super) fn mixup(pixels: &mut [f32], other: &[f32], random: &mut impl RngExt) -> f32 {
    let share = random.random_range(0.0..0.5);
    for (pixel, other) in pixels.iter_mut().zip(other) {
        *pixel += (other - *pixel) * share;
    }
    share
}

/// Copies a rectangle of another face into this one; returns the other's share of the area.
pub(super) fn cutmix(
    pixels: &mut [f32],
    other: &[f32],
    side: usize,
    random: &mut impl RngExt,
) -> f32 {
    let area = random.random_range(0.1..0.4);
    let Rectangle { left, top, width, height } = Rectangle::random(side, area, random);
    let rows = pixels.chunks_exact_mut(side).zip(other.chunks_exact(side));
    for (row, other) in rows.skip(top).take(height) {
        row[left..left + width].copy_from_slice(&other[left..left + width]);
    }
    (width * height) as f32 / (side * side) as f32
}

/// A part of an image, in pixels.
struct Rectangle {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

impl Rectangle {
    /// A rectangle anywhere in an image of `side`, with about `share` of its area and an aspect ratio
    /// between 1:3 and 3:1.
    fn random(side: usize, share: f32, random: &mut impl RngExt) -> Self {
        let area = share * (side * side) as f32;
        let aspect = 3_f32.powf(random.random_range(-1.0..=1.0));
        let width = ((area * aspect).sqrt() as usize).clamp(1, side);
        let height = ((area / aspect).sqrt() as usize).clamp(1, side);
        let left = random.random_range(0..=side - width);
        let top = random.random_range(0..=side - height);
        Self { left, top, width, height }
    }
}

#[cfg(test)]
mod tests {
    use emotion_core::PIXELS;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn gradient() -> FaceImage {
        FaceImage { grey: (0..PIXELS).map(|index| (index % SIDE * 5) as u8).collect() }
    }

    #[test]
    fn the_same_seed_gives_the_same_image() {
        let apply = |seed| {
            Augmentation::default().apply(&gradient(), SIDE, &mut ChaCha8Rng::seed_from_u64(seed))
        };
        assert_eq!(apply(1), apply(1));
        assert_ne!(apply(1), apply(2));
        assert!(apply(3).iter().all(|pixel| pixel.is_finite()));
    }

    #[test]
    fn glasses_cover_the_eyes_and_nothing_else() {
        let even = FaceImage { grey: vec![220; PIXELS] };
        let worn = Augmentation {
            glasses: 1.0,
            rotation: 0.0,
            scale: [1.0, 1.0],
            shift: 0.0,
            gamma: 0.0,
            side_light: 0.0,
            blur: 0.0,
            noise: 0.0,
            erase: 0.0,
            ..Augmentation::default()
        };
        for seed in 0..20 {
            let pixels = worn.transformed(&even, SIDE, &mut ChaCha8Rng::seed_from_u64(seed));
            let dark = pixels.iter().filter(|&&grey| grey < 210.0).count();
            assert!((40..420).contains(&dark), "{dark}");
            assert!(pixels[30 * SIDE..].iter().all(|&grey| grey == 220.0), "the mouth is free");
        }
    }

    #[test]
    fn without_any_change_faces_are_only_normalised() {
        let still = Augmentation {
            flip: false,
            rotation: 0.0,
            scale: [1.0, 1.0],
            shift: 0.0,
            glasses: 0.0,
            gamma: 0.0,
            side_light: 0.0,
            blur: 0.0,
            noise: 0.0,
            erase: 0.0,
            mixup: 0.0,
            cutmix: 0.0,
        };
        let face = gradient();
        let changed = still.apply(&face, SIDE, &mut ChaCha8Rng::seed_from_u64(1));
        for (changed, same) in changed.iter().zip(face.input()) {
            assert!((changed - same).abs() < 1e-3, "{changed} {same}");
        }
    }
}

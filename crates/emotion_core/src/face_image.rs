//! A face as the models read it. Training and inference share [`normalise`].

/// Side of the pictures that the models read, in pixels.
pub const SIDE: usize = 48;

/// Pixels of a face picture.
pub const PIXELS: usize = SIDE * SIDE;

/// Deviations below this (in grey levels) are not stretched to 1: a blank wall stays blank.
pub const LEAST_DEVIATION: f32 = 8.0;

/// A face as the models read it: grey, upright, [`SIDE`] × [`SIDE`], rows from the top.
#[derive(Debug, Clone, PartialEq)]
pub struct FaceImage {
    /// Brightness of each of the [`PIXELS`], 0 (black) to 255 (white).
    pub grey: Vec<u8>,
}

impl FaceImage {
    /// The same face as a mirror shows it.
    pub fn mirrored(&self) -> Self {
        let rows = self.grey.chunks_exact(SIDE);
        Self { grey: rows.flat_map(|row| row.iter().rev()).copied().collect() }
    }

    /// The numbers that go into a network.
    pub fn input(&self) -> Vec<f32> {
        let mut pixels: Vec<f32> = self.grey.iter().map(|&grey| f32::from(grey)).collect();
        normalise(&mut pixels);
        pixels
    }
}

/// Scales a face's pixels to mean 0 and deviation 1, so that dim and bright pictures look alike.
pub fn normalise(pixels: &mut [f32]) {
    let count = pixels.len().max(1) as f32;
    let mean = pixels.iter().sum::<f32>() / count;
    let variance = pixels.iter().map(|pixel| (pixel - mean).powi(2)).sum::<f32>() / count;
    let deviation = variance.sqrt().max(LEAST_DEVIATION);
    for pixel in pixels {
        *pixel = (*pixel - mean) / deviation;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalising_takes_brightness_and_contrast_away() {
        let face: Vec<f32> = (0..PIXELS).map(|index| (index * 13 % 101) as f32).collect();
        let mut plain = face.clone();
        let mut dim: Vec<f32> = face.iter().map(|pixel| pixel * 0.5 + 20.0).collect();
        normalise(&mut plain);
        normalise(&mut dim);
        assert!(plain.iter().zip(&dim).all(|(a, b)| (a - b).abs() < 1e-3));
        let mut blank = vec![77.0; PIXELS];
        normalise(&mut blank);
        assert!(blank.iter().all(|pixel| pixel.abs() < 1e-3));
    }
}

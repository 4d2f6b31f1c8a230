//! Glasses drawn over the eyes of a face.

use rand::RngExt;

/// The frame of a pair of glasses. Lengths are in pixels of a face of 48×48.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Glasses {
    /// Half the width and height of a lens, up to the middle of its rim.
    pub lens: (f32, f32),
    /// Radius of a lens's corners.
    pub corner: f32,
    /// Half the width of a rim.
    pub rim: f32,
    /// Brightness of the frame, 0 to 255.
    pub grey: f32,
}

/// The centres of the lenses, in pixels. In the mean of FER-2013's training faces the darkest points of
/// eyes and brows are (14.5, 17.5) and (32.5, 17.5).
pub(super) const LENSES: [(f32, f32); 2] = [(14.0, 19.5), (33.0, 19.5)];

impl Glasses {
    pub const DARK_RIMS: Self = Self { lens: (7.0, 5.5), corner: 3.5, rim: 0.9, grey: 20.0 };

    /// Random glasses: small and round to large and square, thin to thick rims, black to light.
    pub fn random(random: &mut impl RngExt) -> Self {
        let mut between = |low: f32, high: f32| low + (high - low) * random.random::<f32>();
        let lens = (between(5.5, 8.5), between(4.0, 7.5));
        let corner = between(1.0, lens.0.min(lens.1));
        // Squared, because dark frames are more frequent.
        let lightness = between(0.0, 1.0);
        Self { lens, corner, rim: between(0.3, 1.2), grey: 10.0 + 190.0 * lightness * lightness }
    }

    /// The brightness of a point of the face with these glasses over it; `grey` is it without.
    pub fn over(&self, grey: f32, x: f32, y: f32) -> f32 {
        grey + (self.grey - grey) * self.coverage(x, y)
    }

    /// The share of a pixel that rims, bridge and temples cover, 0 to 1.
    fn coverage(&self, x: f32, y: f32) -> f32 {
        let (width, height) = self.lens;
        let rims = LENSES.map(|(lens_x, lens_y)| {
            // Signed distance to a rounded rectangle.
            let across = (x - lens_x).abs() - width + self.corner;
            let along = (y - lens_y).abs() - height + self.corner;
            let outside = across.max(0.0).hypot(along.max(0.0)) + across.max(along).min(0.0);
            (outside - self.corner).abs()
        });
        let [left, right] = LENSES;
        // Bridge and temples are parts of one line, a little above the centres of the lenses.
        let on_bridge = x > left.0 + width && x < right.0 - width;
        let on_temple = x < left.0 - width || x > right.0 + width;
        let line = if on_bridge || on_temple { (y - (left.1 - 2.0)).abs() } else { f32::INFINITY };
        let distance = rims.into_iter().fold(line, f32::min);
        (self.rim + 0.5 - distance).clamp(0.0, 1.0)
    }
}

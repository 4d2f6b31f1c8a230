//! Glasses, drawn over the eyes of a face.

use rand::RngExt;

/// The frame of a pair of glasses: lengths in pixels of a face of 48×48.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Glasses {
    /// Half the size of a lens, with the middle of its rim.
    pub lens: (f32, f32),
    /// Radius of a lens's corners.
    pub corner: f32,
    /// Half the width of a rim.
    pub rim: f32,
    /// Brightness of the frame, 0 to 255.
    pub grey: f32,
}

/// The middles of the eyes in the mean of FER-2013's training faces, in pixels: the darkest places
/// are (14.5, 17.5) and (32.5, 17.5), brows included.
pub(super) const LENSES: [(f32, f32); 2] = [(14.0, 19.5), (33.0, 19.5)];

impl Glasses {
    pub const DARK_RIMS: Self = Self { lens: (7.0, 5.5), corner: 3.5, rim: 0.9, grey: 20.0 };

    /// From small round ones to large square ones, from fine rims to thick, from black to light.
    pub fn random(random: &mut impl RngExt) -> Self {
        let mut between = |low: f32, high: f32| low + (high - low) * random.random::<f32>();
        let lens = (between(5.5, 8.5), between(4.0, 7.5));
        let corner = between(1.0, lens.0.min(lens.1));
        // Dark frames are the most frequent.
        let lightness = between(0.0, 1.0);
        Self { lens, corner, rim: between(0.3, 1.2), grey: 10.0 + 190.0 * lightness * lightness }
    }

    /// The brightness of a place of a face that wears them.
    pub fn over(&self, grey: f32, x: f32, y: f32) -> f32 {
        grey + (self.grey - grey) * self.coverage(x, y)
    }

    /// How much of a pixel the rims, the bridge and the temples cover, 0 to 1.
    fn coverage(&self, x: f32, y: f32) -> f32 {
        let (width, height) = self.lens;
        let rims = LENSES.map(|(lens_x, lens_y)| {
            // Distance to a rectangle with round corners.
            let across = (x - lens_x).abs() - width + self.corner;
            let along = (y - lens_y).abs() - height + self.corner;
            let outside = across.max(0.0).hypot(along.max(0.0)) + across.max(along).min(0.0);
            (outside - self.corner).abs()
        });
        let [left, right] = LENSES;
        // The bridge and the temples are pieces of one line, a little above the lenses' middles.
        let on_bridge = x > left.0 + width && x < right.0 - width;
        let on_temple = x < left.0 - width || x > right.0 + width;
        let line = if on_bridge || on_temple { (y - (left.1 - 2.0)).abs() } else { f32::INFINITY };
        let distance = rims.into_iter().fold(line, f32::min);
        (self.rim + 0.5 - distance).clamp(0.0, 1.0)
    }
}

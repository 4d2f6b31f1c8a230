//! Scales and chords.

use super::pitch::TONIC;

/// Which scale is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// D major.
    Major,
    /// D minor, the natural one.
    Minor,
}

impl Mode {
    const fn scale(self) -> [i32; 7] {
        match self {
            Self::Major => [0, 2, 4, 5, 7, 9, 11],
            Self::Minor => [0, 2, 3, 5, 7, 8, 10],
        }
    }

    /// Four bars each: the steps of the scale on which the chords stand.
    pub(super) const fn progressions(self) -> [[i32; 4]; 3] {
        match self {
            Self::Major => [[0, 4, 5, 3], [0, 2, 3, 4], [0, 3, 1, 4]],
            Self::Minor => [[0, 5, 2, 6], [0, 3, 5, 4], [0, 6, 5, 6]],
        }
    }

    /// The note on a step of the scale, which goes on over the octave.
    pub(super) fn note(self, step: i32) -> i32 {
        let scale = self.scale();
        let index = usize::try_from(step.rem_euclid(7)).unwrap_or_default();
        TONIC + scale[index] + 12 * step.div_euclid(7)
    }
}

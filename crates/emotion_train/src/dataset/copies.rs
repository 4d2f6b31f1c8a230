//! Faces of a test split whose pixels are also in the training split.

use std::collections::HashSet;

use super::faces::DataSet;
use super::split::Split;

impl DataSet {
    /// For each face of a split, whether a training face has exactly the same pixels. `None` for the
    /// training split itself, and without a training split.
    ///
    /// FER-2013 has such faces: a model that has memorised them knows their labels.
    pub fn copies_of_training(&self, split: Split) -> Option<Vec<bool>> {
        let training = self.faces(Split::Training).ok().filter(|_| split != Split::Training)?;
        let known: HashSet<&[u8]> =
            training.iter().map(|face| face.image.grey.as_slice()).collect();
        let faces = self.faces(split).ok()?;
        Some(faces.iter().map(|face| known.contains(face.image.grey.as_slice())).collect())
    }
}

#[cfg(test)]
mod tests {
    use emotion_core::{Expression, FaceImage, PIXELS};

    use super::*;
    use crate::dataset::LabelledFace;

    #[test]
    fn copies_are_found_whatever_their_label() {
        let face = |grey: u8, label| LabelledFace {
            row: 0,
            image: FaceImage { grey: vec![grey; PIXELS] },
            label,
            votes: None,
        };
        let data = DataSet {
            training: vec![face(1, Expression::Sad), face(2, Expression::Sad)],
            public_test: vec![face(2, Expression::Happy), face(3, Expression::Sad)],
            ..DataSet::default()
        };
        assert_eq!(data.copies_of_training(Split::PublicTest), Some(vec![true, false]));
        assert_eq!(data.copies_of_training(Split::Training), None);
        let alone = DataSet { training: Vec::new(), ..data };
        assert_eq!(alone.copies_of_training(Split::PublicTest), None);
    }
}

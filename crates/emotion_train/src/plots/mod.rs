//! Plots of a model's metrics: confusion matrix, reliability diagram, accuracy under disturbances.

mod canvas;
mod confusion;
mod disturbances;
mod reliability;

pub use canvas::PlotError;
pub(super) use canvas::register_fonts;
pub use confusion::write_confusion;
pub use disturbances::{write_disturbances, write_disturbed};
pub use reliability::write_reliability;

#[cfg(test)]
mod tests {
    use emotion_core::{Expression, Scores};

    use super::*;
    use crate::evaluation::Tally;

    #[test]
    fn plots_are_written_even_without_faces() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut tally = Tally::default();
        let empty = tally.figures();
        tally.add(Expression::Sad, &Scores::certain(Expression::Fear));
        for (name, figures) in [("empty", empty), ("one", tally.figures())] {
            let confusion = folder.path().join(format!("{name}-confusion.png"));
            let reliability = folder.path().join(format!("{name}-reliability.png"));
            write_confusion(&confusion, name, &figures).expect("a picture");
            write_reliability(&reliability, name, &figures).expect("a picture");
            for path in [confusion, reliability] {
                let picture = image::open(&path).expect("a picture").to_rgb8();
                let painted = picture.pixels().filter(|pixel| pixel.0 != [255; 3]).count();
                assert!(painted > 1000, "{}", path.display());
            }
        }
        let nowhere = folder.path().join("missing/confusion.png");
        let error = write_confusion(&nowhere, "x", &tally.figures()).expect_err("no folder");
        assert!(error.to_string().contains("missing"), "{error}");
    }
}

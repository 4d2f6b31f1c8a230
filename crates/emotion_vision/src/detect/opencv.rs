//! Cascades evaluated by OpenCV, to be compared with ours.

use opencv::core::{Mat, Rect, Size, Vector};
use opencv::objdetect::CascadeClassifier;
use opencv::prelude::*;

use super::engine::{ByRole, CascadeEngine, EngineError, Role, sort};
use super::pictures::Cut;
use super::{CascadePaths, DetectError};
use crate::haar::{Hit, Sizes};

/// Evaluates cascades with OpenCV's `objdetect`.
pub(super) struct OpenCvEngine {
    cascades: ByRole<CascadeClassifier>,
    rects: Vector<Rect>,
}

impl OpenCvEngine {
    pub(super) fn load(paths: &CascadePaths) -> Result<Self, DetectError> {
        let load = |path: &std::path::Path| {
            let unusable = |reason: String| DetectError::CascadeUnusable {
                path: path.display().to_string(),
                reason,
            };
            let name = path.to_str().ok_or_else(|| unusable("its path is not UTF-8".into()))?;
            let cascade = CascadeClassifier::new(name).map_err(|error| unusable(error.message))?;
            if cascade.empty().map_err(|error| unusable(error.message))? {
                return Err(unusable("it holds no cascade".into()));
            }
            Ok(cascade)
        };
        let cascades = ByRole {
            frontal: load(&paths.frontal)?,
            frontal_strict: load(&paths.frontal_strict)?,
            profile: load(&paths.profile)?,
        };
        Ok(Self { cascades, rects: Vector::new() })
    }
}

impl CascadeEngine for OpenCvEngine {
    fn search(
        &mut self,
        role: Role,
        cut: &mut Cut,
        sizes: &Sizes,
        hits: &mut Vec<Hit>,
    ) -> Result<(), EngineError> {
        let grey = cut.grey();
        let failed = |error: opencv::Error| EngineError(error.message);
        let (rows, columns) = (grey.height() as i32, grey.width() as i32);
        let picture = Mat::new_rows_cols_with_data(rows, columns, grey.pixels()).map_err(failed)?;
        let square = |side: usize| Size::new(side as i32, side as i32);
        let (smallest, largest) = (square(sizes.smallest), square(sizes.largest));
        // No neighbours asked for: every hit is given.
        self.cascades
            .get_mut(role)
            .detect_multi_scale(&picture, &mut self.rects, sizes.step, 0, 0, smallest, largest)
            .map_err(failed)?;
        hits.clear();
        hits.extend(self.rects.iter().map(|Rect { x, y, width, height }| Hit {
            x,
            y,
            width,
            height,
        }));
        // OpenCV searches in threads, which give their hits in any order.
        sort(hits);
        Ok(())
    }
}

//! Haar cascades evaluated by OpenCV's `objdetect`, instead of by [`emotion_vision`]: the same faces,
//! slower. Its tests hold what `emotion_vision` does in Rust against OpenCV.
//!
//! ```no_run
//! use emotion_vision::detect::{CascadePaths, HaarDetector};
//! # fn main() -> Result<(), emotion_vision::detect::DetectError> {
//! let engine = emotion_opencv::OpenCvEngine::load(&CascadePaths::find(None)?)?;
//! let detector = HaarDetector::with_engine(Box::new(engine));
//! # Ok(())
//! # }
//! ```

use std::path::Path;

use emotion_vision::detect::{
    CascadeEngine, CascadePaths, CascadeRole, Cut, DetectError, EngineError, sort_hits,
};
use emotion_vision::haar::{Hit, Sizes};
use opencv::core::{Mat, Rect, Size, Vector};
use opencv::objdetect::CascadeClassifier;
use opencv::prelude::*;

/// Evaluates cascades with OpenCV.
pub struct OpenCvEngine {
    frontal: CascadeClassifier,
    frontal_strict: CascadeClassifier,
    profile: CascadeClassifier,
    rects: Vector<Rect>,
}

impl OpenCvEngine {
    /// Reads the cascades.
    ///
    /// # Errors
    /// [`DetectError::CascadeUnusable`] when OpenCV cannot read one.
    pub fn load(paths: &CascadePaths) -> Result<Self, DetectError> {
        Ok(Self {
            frontal: load(&paths.frontal)?,
            frontal_strict: load(&paths.frontal_strict)?,
            profile: load(&paths.profile)?,
            rects: Vector::new(),
        })
    }
}

fn load(path: &Path) -> Result<CascadeClassifier, DetectError> {
    let unusable =
        |reason: String| DetectError::CascadeUnusable { path: path.display().to_string(), reason };
    let name = path.to_str().ok_or_else(|| unusable("its path is not UTF-8".into()))?;
    let cascade = CascadeClassifier::new(name).map_err(|error| unusable(error.message))?;
    if cascade.empty().map_err(|error| unusable(error.message))? {
        return Err(unusable("it holds no cascade".into()));
    }
    Ok(cascade)
}

impl CascadeEngine for OpenCvEngine {
    fn search(
        &mut self,
        role: CascadeRole,
        cut: &mut Cut,
        sizes: &Sizes,
        hits: &mut Vec<Hit>,
    ) -> Result<(), EngineError> {
        let cascade = match role {
            CascadeRole::Frontal => &mut self.frontal,
            CascadeRole::FrontalStrict => &mut self.frontal_strict,
            CascadeRole::Profile => &mut self.profile,
        };
        let grey = cut.grey();
        let failed = |error: opencv::Error| EngineError(error.message);
        let (rows, columns) = (grey.height() as i32, grey.width() as i32);
        let picture = Mat::new_rows_cols_with_data(rows, columns, grey.pixels()).map_err(failed)?;
        let square = |side: usize| Size::new(side as i32, side as i32);
        let (smallest, largest) = (square(sizes.smallest), square(sizes.largest));
        // No neighbours asked for: every hit is given.
        cascade
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
        sort_hits(hits);
        Ok(())
    }
}

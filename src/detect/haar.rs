//! Faces found by OpenCV's Haar cascades.

use std::path::Path;

use opencv::core::{Mat, Rect, Size, Vector};
use opencv::imgproc;
use opencv::objdetect::CascadeClassifier;
use opencv::prelude::*;

use super::{DetectError, Detection, Evidence, FaceDetector, KnownFace, cascade};
use crate::frame::{Frame, FrameRect};

/// Finds faces with OpenCV's Haar cascades (Viola and Jones, *Rapid object detection using a
/// boosted cascade of simple features*, 2001).
pub struct HaarDetector {
    frontal: CascadeClassifier,
}

impl HaarDetector {
    /// A detector with the cascades of `cascades` (a folder, or the file of the frontal one), or
    /// with those that are installed.
    ///
    /// # Errors
    /// [`DetectError::CascadeMissing`] says where it looked and which package brings the files,
    /// [`DetectError::CascadeUnusable`] what is wrong with one.
    pub fn from_system(cascades: Option<&Path>) -> Result<Self, DetectError> {
        let frontal = match cascades {
            Some(file) if file.is_file() => file.to_owned(),
            folder => cascade::find(cascade::FRONTAL, folder)?,
        };
        Self::from_paths(&frontal)
    }

    /// A detector with the cascade of this file.
    ///
    /// # Errors
    /// [`DetectError::CascadeUnusable`] when the file cannot be read or is no cascade.
    pub fn from_paths(frontal: &Path) -> Result<Self, DetectError> {
        Ok(Self { frontal: cascade::load(frontal)? })
    }

    fn search(&mut self, frame: &Frame) -> opencv::Result<Vec<FrameRect>> {
        let bytes = frame.rgb();
        let rgb = Mat::new_rows_cols_with_bytes::<opencv::core::Vec3b>(
            frame.height() as i32,
            frame.width() as i32,
            bytes,
        )?;
        let mut grey = Mat::default();
        imgproc::cvt_color_def(&rgb, &mut grey, imgproc::COLOR_RGB2GRAY)?;
        let mut found = Vector::<Rect>::new();
        self.frontal.detect_multi_scale(
            &grey,
            &mut found,
            1.1,
            5,
            0,
            Size::new(60, 60),
            Size::default(),
        )?;
        Ok(found
            .iter()
            .map(|rect| {
                FrameRect::new(rect.x as f32, rect.y as f32, rect.width as f32, rect.height as f32)
            })
            .collect())
    }
}

impl FaceDetector for HaarDetector {
    fn detect(
        &mut self,
        frame: &Frame,
        known: &[KnownFace],
    ) -> Result<Vec<Detection>, DetectError> {
        let boxes = self.search(frame).map_err(|error| DetectError::Library {
            frame: format!("{frame:?}"),
            reason: error.message,
        })?;
        let mut free: Vec<&KnownFace> = known.iter().collect();
        Ok(boxes
            .into_iter()
            .map(|box_in_frame| {
                let continued = free
                    .iter()
                    .position(|face| face.box_in_frame.iou(&box_in_frame) > 0.3)
                    .map(|index| free.swap_remove(index).track);
                Detection {
                    box_in_frame,
                    roll: 0.0,
                    confidence: 1.0,
                    evidence: Evidence::Frontal,
                    known: continued,
                }
            })
            .collect())
    }

    fn reset(&mut self) {}
}

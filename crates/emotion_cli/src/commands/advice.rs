//! What a user of the program can do about the library's errors: the library knows no command line.

use emotion_core::CaptureError;
use emotion_models::{ClassifyError, LoadError};
use emotion_store::RecordingError;
use emotion_vision::detect::DetectError;

/// What helps on the command line, where there is something.
pub fn advice(error: &anyhow::Error) -> Option<&'static str> {
    error.chain().find_map(|cause| {
        capture(cause)
            .or_else(|| detect(cause))
            .or_else(|| model(cause))
            .or_else(|| recording(cause))
    })
}

type Cause<'a> = &'a (dyn std::error::Error + 'static);

fn capture(cause: Cause) -> Option<&'static str> {
    match cause.downcast_ref()? {
        CaptureError::NoCamera { .. } => Some("--source puppet needs no camera"),
        CaptureError::UnknownCamera { .. } => Some("`emotion cameras` lists those that there are"),
        _ => None,
    }
}

fn detect(cause: Cause) -> Option<&'static str> {
    match cause.downcast_ref()? {
        DetectError::CascadeMissing { .. } | DetectError::CascadeUnusable { .. } => {
            Some("--cascade names another file or folder")
        }
        DetectError::Library { .. } => None,
    }
}

fn model(cause: Cause) -> Option<&'static str> {
    let of_backend = matches!(cause.downcast_ref(), Some(LoadError::Backend { .. }))
        || matches!(cause.downcast_ref(), Some(ClassifyError::Backend { .. }));
    of_backend.then_some("try --backend cpu")
}

fn recording(cause: Cause) -> Option<&'static str> {
    match cause.downcast_ref()? {
        RecordingError::NotARecording => Some("`emotion demo --recording FILE.face` makes one"),
        _ => None,
    }
}

//! Advice on the library's errors for users of the program: the library knows no command line.

use emotion_core::CaptureError;
use emotion_models::{ClassifyError, LoadError};
use emotion_store::RecordingError;
use emotion_vision::detect::DetectError;

/// What to do on the command line, if there is advice for this error.
pub fn advice(error: &anyhow::Error) -> Option<&'static str> {
    error.chain().find_map(|cause| {
        capture(cause)
            .or_else(|| detect(cause))
            .or_else(|| model(cause))
            .or_else(|| recording(cause))
            .or_else(|| project(cause))
    })
}

type Cause<'a> = &'a (dyn std::error::Error + 'static);

fn capture(cause: Cause) -> Option<&'static str> {
    match cause.downcast_ref()? {
        CaptureError::NoCamera { .. } => {
            Some("the puppet needs none: `emotion demo --source puppet`, `emotion analyze puppet`")
        }
        CaptureError::UnknownCamera { .. } => Some("`emotion cameras` lists them"),
        _ => None,
    }
}

fn detect(cause: Cause) -> Option<&'static str> {
    match cause.downcast_ref()? {
        DetectError::CascadeMissing { .. } | DetectError::CascadeUnusable { .. } => {
            Some("use --cascade to name another file or folder")
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
        RecordingError::NotARecording => Some("`emotion demo --recording FILE.face` records one"),
        _ => None,
    }
}

#[cfg(feature = "project")]
fn project(cause: Cause) -> Option<&'static str> {
    use emotion_project::{ProjectError, Refused};
    if let Some(Refused::Forbidden(_) | Refused::NoReason(_)) = cause.downcast_ref() {
        return Some("--exemption medical or safety, with --because \"…\"");
    }
    match cause.downcast_ref()? {
        ProjectError::NoProject { .. } => {
            Some("--project names the folder; `emotion project new` makes one")
        }
        ProjectError::NoPerson(_) => {
            Some("`emotion person list` lists them, `emotion person add` adds one")
        }
        ProjectError::NoConsent { .. } => Some("`emotion person consent` writes it down"),
        ProjectError::NoSession(_) => Some("`emotion session list` lists them"),
        ProjectError::Clock { .. } => Some("--started 2026-03-02T14:30:00Z says when"),
        ProjectError::NoStudy(_) => {
            Some("`emotion study list` lists them, `emotion study new` makes one")
        }
        ProjectError::TooFewViewers { .. } => Some("`emotion study import` or `run`"),
        ProjectError::SeenAlready { .. } => Some("`emotion session remove`"),
        ProjectError::NothingToReport(_) => Some("`emotion session import` or `record`"),
        _ => None,
    }
}

#[cfg(not(feature = "project"))]
fn project(_: Cause) -> Option<&'static str> {
    None
}

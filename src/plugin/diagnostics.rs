//! Rates and times as Bevy diagnostics.

use std::time::Duration;

use bevy::diagnostic::{Diagnostic, DiagnosticPath, Diagnostics, RegisterDiagnostic};
use bevy::prelude::*;

use super::camera::{CameraStream, EmotionCamera};
use super::core::CorePlugin;
use super::{EmotionSystems, FrameAnalyzed};

/// Measures the pipeline; a measurement is added for each analyzed frame.
#[derive(Debug, Clone)]
pub struct EmotionDiagnosticsPlugin {
    /// How many measurements are kept.
    pub history: usize,
}

impl Default for EmotionDiagnosticsPlugin {
    fn default() -> Self {
        Self { history: 120 }
    }
}

impl EmotionDiagnosticsPlugin {
    /// Frames that come from the source, per second.
    pub const CAPTURE_FPS: DiagnosticPath = DiagnosticPath::const_new("emotion/capture_fps");
    /// Time spent on finding and following faces in a frame, in milliseconds.
    pub const DETECT_MS: DiagnosticPath = DiagnosticPath::const_new("emotion/detect_ms");
    /// Time spent on cropping and reading the faces of a frame, in milliseconds.
    pub const CLASSIFY_MS: DiagnosticPath = DiagnosticPath::const_new("emotion/classify_ms");
    /// From the frame's arrival to the update that shows its readings, in milliseconds.
    pub const DELAY_MS: DiagnosticPath = DiagnosticPath::const_new("emotion/delay_ms");
    /// Frames that were never analyzed because a newer one came first, since the start.
    pub const DROPPED: DiagnosticPath = DiagnosticPath::const_new("emotion/dropped");
}

impl Plugin for EmotionDiagnosticsPlugin {
    fn build(&self, app: &mut App) {
        CorePlugin::ensure(app);
        let diagnostic = |path, suffix: &'static str| {
            Diagnostic::new(path)
                .with_suffix(suffix)
                .with_max_history_length(self.history)
                .with_smoothing_factor(2.0 / (self.history as f64 + 1.0))
        };
        app.register_diagnostic(diagnostic(Self::CAPTURE_FPS, " fps"))
            .register_diagnostic(diagnostic(Self::DETECT_MS, " ms"))
            .register_diagnostic(diagnostic(Self::CLASSIFY_MS, " ms"))
            .register_diagnostic(diagnostic(Self::DELAY_MS, " ms"))
            .register_diagnostic(diagnostic(Self::DROPPED, "").with_smoothing_factor(0.0))
            .add_systems(
                PreUpdate,
                measure.after(EmotionSystems::Track).before(EmotionSystems::Input),
            );
    }
}

fn measure(
    mut analyzed: MessageReader<FrameAnalyzed>,
    cameras: Query<(&EmotionCamera, Option<&CameraStream>)>,
    mut diagnostics: Diagnostics,
) {
    use EmotionDiagnosticsPlugin as Paths;
    for FrameAnalyzed { camera, analysis, frame, .. } in analyzed.read() {
        let mut add = |path: DiagnosticPath, value| diagnostics.add_measurement(&path, || value);
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        add(Paths::DETECT_MS, milliseconds(analysis.detect_time));
        add(Paths::CLASSIFY_MS, milliseconds(analysis.classify_time));
        // What comes without a picture comes from no camera.
        let Some(frame) = frame else { continue };
        add(Paths::DELAY_MS, milliseconds(frame.captured_at().elapsed()));
        if let Ok((camera, running)) = cameras.get(*camera) {
            let status = camera.status();
            add(Paths::CAPTURE_FPS, f64::from(status.frames_per_second));
            let dropped = running.map_or(status.dropped, |running| running.stream.dropped());
            add(Paths::DROPPED, dropped as f64);
        }
    }
}

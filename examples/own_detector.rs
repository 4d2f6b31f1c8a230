//! Your own detector instead of the Haar cascades; tracking, model and plugin stay.
//! `cargo run --release --example own_detector`

use std::time::Duration;

use bevy::app::ScheduleRunnerPlugin;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy_emotion::prelude::*;
use bevy_emotion::session::AnalyzerSettings;
use bevy_emotion::vision::detect::{DetectError, FoundBy, KnownFace};

#[path = "support/mod.rs"]
mod support;

/// Knows where the face is: people sit on a stool, in the middle of the picture.
struct PhotoBooth;

impl FaceDetector for PhotoBooth {
    fn detect(
        &mut self,
        frame: &Frame,
        known: &[KnownFace],
    ) -> Result<Vec<Detection>, DetectError> {
        let (width, height) = (frame.width() as f32, frame.height() as f32);
        Ok(vec![Detection {
            bbox_in_frame: FrameRect::square((width / 2.0, height / 2.0), height / 2.0),
            roll: 0.0,
            confidence: 1.0,
            found_by: FoundBy::Frontal,
            // It is the face of the frame before.
            known: known.first().map(|face| face.track),
        }])
    }

    fn reset(&mut self) {}
}

fn main() -> AppExit {
    let settings = AnalyzerSettings::with_analyzer(|| {
        let classifier = ClassifierOptions::default().load()?;
        Ok(Analyzer::new(Box::new(PhotoBooth), classifier, TrackerConfig::default()))
    });
    let puppet = CapturePlugin { source: SourceSpec::Puppet, ..default() };
    let mut app = App::new();
    app.add_plugins((
        MinimalPlugins.set(ScheduleRunnerPlugin::run_loop(Duration::from_millis(16))),
        LogPlugin::default(),
    ))
    .add_plugins(EmotionPlugins.set(puppet).set(AnalyzePlugin { settings }))
    .add_observer(|face: On<FaceAppeared>, faces: Query<&Face>| {
        if let Ok(face) = faces.get(face.entity) {
            info!("the booth has a guest at {:?}", face.bbox_in_frame.center());
        }
    })
    .add_observer(|change: On<ExpressionChanged>| info!("the guest shows {:?}", change.to));
    support::run(app)
}

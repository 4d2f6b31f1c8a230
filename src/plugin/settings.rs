//! What the plugins read: resources that may be changed at any time, and that nothing here changes.

use bevy::prelude::*;
use emotion_session::{AnalyzerSettings, LifecycleConfig};

/// What finds and reads faces, for all cameras. Change it while the app runs, and the parts that it
/// names are loaded anew while those in use go on.
#[derive(Resource, Debug, Clone, Default, Deref, DerefMut)]
pub struct EmotionAnalyzer(pub AnalyzerSettings);

/// When faces hide and are forgotten, on the faces' clock.
#[derive(Resource, Debug, Clone, Copy, Default, Deref, DerefMut)]
pub struct FaceMemory(pub LifecycleConfig);

//! What the plugins read: resources that may be changed at any time, and that nothing here changes.

use bevy::prelude::*;
use emotion_session::{AnalyzerSettings, Fuser, LifecycleConfig};

/// What finds and reads faces, for all cameras. Change it while the app runs, and the parts that it
/// names are loaded anew while those in use go on.
#[derive(Resource, Debug, Clone, Default, Deref, DerefMut)]
pub struct EmotionAnalyzer(pub AnalyzerSettings);

/// When faces hide and are forgotten, on the faces' clock.
#[derive(Resource, Debug, Clone, Copy, Default, Deref, DerefMut)]
pub struct FaceMemory(pub LifecycleConfig);

/// What makes one answer of face, voice and words, for everybody. The default is the fuser that ships.
#[derive(Resource, Debug, Clone, Copy, Deref, DerefMut)]
pub struct FaceFuser(pub Fuser);

impl Default for FaceFuser {
    fn default() -> Self {
        Self(Fuser::shipped().unwrap_or_else(|problem| {
            warn!("face, voice and words count alike: {problem}");
            Fuser::default()
        }))
    }
}

//! Cameras: entities that frames come from.

use std::sync::Arc;

use bevy::prelude::*;
use emotion_capture::{Capture, CaptureCommand, CaptureStatus, FrameReceiver};
use emotion_models::ClassifierInfo;
use emotion_session::Stream;

/// A camera, or what plays its part. Each is an entity; there may be several, and their faces are
/// related to it by [`FaceOf`].
///
/// Spawn one of your own to feed frames from elsewhere, at any time. Inserted on an entity that has
/// one already, it takes its place there.
///
/// ```
/// use bevy::prelude::*;
/// use bevy_emotion::capture::{Capture, frame_slot};
/// use bevy_emotion::plugin::EmotionCamera;
///
/// fn open(mut commands: Commands) {
///     let (sender, receiver) = frame_slot();
///     commands.spawn(EmotionCamera::new(Capture::from_receiver("my source".into(), receiver)));
///     // sender.offer(frame), from any thread
/// #   let _ = sender;
/// }
/// ```
#[derive(Component)]
#[require(EmotionStatus)]
pub struct EmotionCamera(pub(super) Arc<Capture>);

impl EmotionCamera {
    /// A camera of this running source.
    pub fn new(capture: Capture) -> Self {
        Self(Arc::new(capture))
    }

    /// How the source is doing: its name, state, problem and frame rate.
    pub fn status(&self) -> CaptureStatus {
        self.0.status()
    }

    /// Asks the source for something: another source, the next camera, the puppet's expression.
    ///
    /// To hold everything, hold `Time<Faces>` instead.
    pub fn send(&self, command: CaptureCommand) {
        self.0.send(command);
    }

    /// Where frames come in. The plugin takes them from here.
    pub fn frames(&self) -> &FrameReceiver {
        self.0.frames()
    }
}

/// How a camera's analysis is doing, for people; on every camera, and on whatever else feeds faces.
/// How the source itself is doing is in [`EmotionCamera::status`].
#[derive(Component, Reflect, Debug, Clone, PartialEq, Eq, Default)]
#[reflect(Component, Default, Debug, Clone, PartialEq)]
pub struct EmotionStatus {
    /// What reads the faces; `None` until it is loaded.
    pub classifier: Option<ClassifierInfo>,
    /// Whether detector and model, or another model, are being loaded.
    pub loading: bool,
    /// What went wrong last, with what to do; `None` while all is well.
    pub problem: Option<String>,
    /// The size of the newest frame in pixels.
    pub frame_size: Option<UVec2>,
}

/// Of a face: the camera that sees it, or what else feeds it.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
#[relationship(relationship_target = CameraFaces)]
pub struct FaceOf(pub Entity);

/// Of a camera: the faces that it sees or remembers.
#[derive(Component, Debug, Default)]
#[relationship_target(relationship = FaceOf)]
pub struct CameraFaces(Vec<Entity>);

/// The camera's picture as a texture, sRGB, on the camera's entity; always the same handle.
///
/// It shows the newest frame, one update after that was taken, without waiting for the analysis.
/// Black and 1×1 until the first frame; pictures with a side above 4096 pixels are made smaller by
/// a whole factor. It exists where the app has `Assets<Image>`.
#[derive(Component, Debug, Clone, PartialEq, Eq, Deref)]
pub struct CameraImage(pub Handle<Image>);

/// A camera at work.
#[derive(Component)]
pub(super) struct CameraStream {
    pub(super) stream: Stream,
    /// Another one than the cameras drives the faces: no frames are taken.
    pub(super) rests: bool,
}

/// What is shown and told of where there is one view of the faces only: whoever drives them, else
/// the camera that was added first.
#[derive(bevy::ecs::system::SystemParam)]
pub struct MainView<'w, 's> {
    feed: Option<Res<'w, super::EmotionFeed>>,
    cameras: Query<'w, 's, (Entity, &'static EmotionCamera)>,
    statuses: Query<'w, 's, &'static EmotionStatus>,
    images: Query<'w, 's, (Entity, &'static CameraImage)>,
}

impl MainView<'_, '_> {
    /// The camera that was added first.
    pub fn camera(&self) -> Option<&EmotionCamera> {
        self.first_camera().map(|(_, camera)| camera)
    }

    /// How whoever drives the faces, else the first camera, is doing.
    pub fn status(&self) -> Option<&EmotionStatus> {
        let driver = self.feed.as_ref().and_then(|feed| feed.driver_entity());
        let entity = driver.or_else(|| self.first_camera().map(|(entity, _)| entity));
        // Virtual faces are all there is.
        entity.and_then(|entity| self.statuses.get(entity).ok()).or_else(|| {
            self.feed
                .as_ref()
                .and_then(|feed| feed.guests_entity())
                .and_then(|entity| self.statuses.get(entity).ok())
        })
    }

    /// The picture of the first camera.
    pub fn image(&self) -> Option<&CameraImage> {
        self.images.iter().min_by_key(|(entity, _)| *entity).map(|(_, image)| image)
    }

    fn first_camera(&self) -> Option<(Entity, &EmotionCamera)> {
        self.cameras.iter().min_by_key(|(entity, _)| *entity)
    }
}

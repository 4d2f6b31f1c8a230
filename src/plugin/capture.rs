//! The camera as a resource, its newest frame, and its picture as a texture.

use std::sync::Arc;

use bevy::asset::RenderAssetUsages;
use bevy::prelude::*;
use bevy::tasks::{IoTaskPool, Task, futures::check_ready};

use super::feed::FeedPlugin;
use super::{EmotionStatus, EmotionSystems};
use crate::capture::{
    Capture, CaptureCommand, CaptureState, CaptureStatus, FrameReceiver, OpenOptions, SourceSpec,
};
use crate::frame::Frame;

/// Opens the source on a thread of its own and takes the newest frame of it in each update.
///
/// An app that has an [`EmotionCamera`] already keeps it, and `source` is not opened.
#[derive(Debug, Clone, Default)]
pub struct CapturePlugin {
    /// What to open at the start; [`CaptureCommand::Switch`] opens another later.
    pub source: SourceSpec,
    /// How to open it.
    pub options: OpenOptions,
}

impl Plugin for CapturePlugin {
    fn build(&self, app: &mut App) {
        FeedPlugin::ensure(app);
        app.init_resource::<Developing>().add_systems(
            Update,
            (show_picture, pause, take_frame).chain().in_set(EmotionSystems::Capture),
        );
        if app.world().contains_resource::<EmotionCamera>() {
            return;
        }
        match Capture::start(self.source.clone(), self.options.clone()) {
            Ok(capture) => {
                app.insert_resource(EmotionCamera::new(capture));
            }
            Err(error) => error!("no camera: {error}"),
        }
    }

    fn finish(&self, app: &mut App) {
        if let Some(mut images) = app.world_mut().get_resource_mut::<Assets<Image>>() {
            let mut image = Image::default_uninit();
            image.asset_usage = RenderAssetUsages::RENDER_WORLD;
            image.data = Some(vec![0, 0, 0, 255]);
            let handle = images.add(image);
            app.insert_resource(CameraImage(handle));
        }
    }
}

/// The camera, or what plays its part.
///
/// Insert one of your own to feed frames from elsewhere, before the plugins are added or at any
/// time later:
///
/// ```
/// use bevy_emotion::capture::{Capture, frame_slot};
/// use bevy_emotion::plugin::EmotionCamera;
///
/// let (sender, receiver) = frame_slot();
/// let camera = EmotionCamera::new(Capture::from_receiver("my source".into(), receiver));
/// // sender.offer(frame), from any thread
/// # let _ = (sender, camera);
/// ```
#[derive(Resource)]
pub struct EmotionCamera(Capture);

impl EmotionCamera {
    /// A camera of this running source.
    pub const fn new(capture: Capture) -> Self {
        Self(capture)
    }

    /// How the source is doing: its name, state, problem and frame rate.
    pub fn status(&self) -> CaptureStatus {
        self.0.status()
    }

    /// Asks the source for something: another source, the next camera, the puppet's expression.
    ///
    /// To pause, set [`EmotionStatus::paused`] instead, which holds the analysis too.
    pub fn send(&self, command: CaptureCommand) {
        self.0.send(command);
    }

    /// Where frames come in. The plugin takes them from here.
    pub fn frames(&self) -> &FrameReceiver {
        self.0.frames()
    }
}

/// The camera's picture as a texture, sRGB, always the same handle.
///
/// It shows the newest frame, one update after that was taken, without waiting for the analysis.
/// Black and 1×1 until the first frame; pictures with a side above 4096 pixels are made smaller by
/// a whole factor. It exists where the app has `Assets<Image>`, from `Startup` on.
#[derive(Resource, Debug, Clone, PartialEq, Eq, Deref)]
pub struct CameraImage(pub Handle<Image>);

/// The frame that was taken last, until its analysis starts.
#[derive(Resource, Default)]
pub(super) struct NewestFrame {
    pub(super) waiting: Option<Arc<Frame>>,
    /// Frames that were taken, and then replaced before they could be analyzed.
    pub(super) skipped: u64,
    /// Counts the sources: frames and faces of different ones have nothing to do with each other.
    pub(super) source: u64,
    /// Another one than the camera drives the faces: no frames are taken.
    pub(super) rests: bool,
    last: Option<Arc<Frame>>,
}

impl NewestFrame {
    fn put(&mut self, frame: Arc<Frame>) {
        let continues = self
            .last
            .as_ref()
            .is_none_or(|last| frame.sequence() > last.sequence() && frame.time() >= last.time());
        if !continues {
            self.source += 1;
        }
        if self.waiting.replace(frame.clone()).is_some() {
            self.skipped += 1;
        }
        self.last = Some(frame);
    }

    fn turn_to_another_source(&mut self) {
        self.source += 1;
        self.waiting = None;
        self.last = None;
    }
}

/// The picture that is on its way from frame to texture.
#[derive(Resource, Default)]
struct Developing(Option<Task<Picture>>);

/// What a texture is made of.
struct Picture {
    rgba: Vec<u8>,
    size: UVec2,
}

/// Textures do not get larger: that is less than the limit of the weakest GPUs that Bevy runs on.
const MAX_PICTURE_SIDE: u32 = 4096;

impl Picture {
    fn black() -> Self {
        Self { rgba: vec![0, 0, 0, 255], size: UVec2::ONE }
    }

    fn of(frame: &Frame) -> Self {
        let step = frame.width().max(frame.height()).div_ceil(MAX_PICTURE_SIDE);
        if step == 1 {
            return Self { rgba: frame.to_rgba(), size: UVec2::new(frame.width(), frame.height()) };
        }
        let size = UVec2::new(frame.width().div_ceil(step), frame.height().div_ceil(step));
        let mut rgba = Vec::with_capacity(size.element_product() as usize * 4);
        let (row_bytes, step) = (frame.width() as usize * 3, step as usize);
        for row in frame.rgb().chunks_exact(row_bytes).step_by(step) {
            for pixel in row.chunks_exact(3).step_by(step) {
                rgba.extend_from_slice(&[pixel[0], pixel[1], pixel[2], 255]);
            }
        }
        Self { rgba, size }
    }
}

fn show_picture(
    mut developing: ResMut<Developing>,
    target: Option<Res<CameraImage>>,
    images: Option<ResMut<Assets<Image>>>,
) {
    let Some(picture) = developing.0.as_mut().and_then(check_ready) else { return };
    developing.0 = None;
    let (Some(target), Some(mut images)) = (target, images) else { return };
    if let Some(mut image) = images.get_mut(&target.0) {
        // The same descriptor for the same size: the texture on the GPU is used again.
        image.texture_descriptor.size.width = picture.size.x;
        image.texture_descriptor.size.height = picture.size.y;
        image.data = Some(picture.rgba);
    }
}

/// Tells the source when [`EmotionStatus::paused`] changes. A source that was switched runs again.
fn pause(
    camera: Option<Res<EmotionCamera>>,
    mut status: ResMut<EmotionStatus>,
    mut told: Local<bool>,
) {
    let Some(camera) = camera else { return };
    let runs = || matches!(camera.status().state, CaptureState::Streaming | CaptureState::Opening);
    if status.paused != *told {
        camera.send(CaptureCommand::Pause(status.paused));
        *told = status.paused;
    } else if *told && runs() {
        status.paused = false;
        *told = false;
    }
}

fn take_frame(
    camera: Option<Res<EmotionCamera>>,
    mut status: ResMut<EmotionStatus>,
    mut newest: ResMut<NewestFrame>,
    mut developing: ResMut<Developing>,
    target: Option<Res<CameraImage>>,
) {
    let Some(camera) = camera else { return };
    if camera.is_changed() {
        newest.turn_to_another_source();
    }
    // While a picture is being made its successor waits in the slot, where it may be replaced.
    if status.paused || developing.0.is_some() {
        return;
    }
    if newest.rests {
        if newest.last.is_some() {
            newest.turn_to_another_source();
            // The faces of others are not in this camera's picture.
            developing.0 = Some(IoTaskPool::get().spawn(async { Picture::black() }));
        }
        return;
    }
    let Some(frame) = camera.frames().take() else { return };
    let size = UVec2::new(frame.width(), frame.height());
    if status.frame_size != Some(size) {
        status.frame_size = Some(size);
    }
    if target.is_some() {
        let frame = frame.clone();
        // Not the compute pool, whose tasks the main thread may pick up while it waits for
        // systems; not the async compute pool, whose only thread may be busy with an analysis.
        developing.0 = Some(IoTaskPool::get().spawn(async move { Picture::of(&frame) }));
    }
    newest.put(frame);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn frame(width: u32, height: u32, sequence: u64) -> Frame {
        let rgb = (0..width * height).flat_map(|i| [i as u8, 0, 7]).collect();
        Frame::from_rgb(rgb, width, height, sequence, Duration::from_millis(sequence))
            .expect("a valid frame")
    }

    #[test]
    fn a_picture_that_is_too_large_is_made_smaller_by_a_whole_factor() {
        let small = Picture::of(&frame(5, 3, 0));
        assert_eq!((small.size, small.rgba.len()), (UVec2::new(5, 3), 60));
        let large = Picture::of(&frame(MAX_PICTURE_SIDE * 2 + 1, 4, 0));
        assert_eq!(large.size, UVec2::new(2731, 2));
        assert_eq!(large.rgba.len(), 2731 * 2 * 4);
        assert_eq!(large.rgba[4..8], [3, 0, 7, 255]);
    }

    #[test]
    fn frames_that_start_anew_are_another_source() {
        let mut newest = NewestFrame::default();
        newest.put(Arc::new(frame(1, 1, 8)));
        newest.put(Arc::new(frame(1, 1, 9)));
        assert_eq!((newest.source, newest.skipped), (0, 1));
        newest.put(Arc::new(frame(1, 1, 0)));
        assert_eq!(newest.source, 1);
        newest.turn_to_another_source();
        assert!(newest.waiting.is_none());
        newest.put(Arc::new(frame(1, 1, 0)));
        assert_eq!(newest.source, 2);
    }
}

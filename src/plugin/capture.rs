//! Sources as cameras, and their pictures as textures.

use bevy::asset::RenderAssetUsages;
use bevy::prelude::*;
use bevy::tasks::{IoTaskPool, Task, futures::check_ready};
use emotion_capture::{Capture, CaptureCommand, CaptureState, OpenOptions, SourceSpec};
use emotion_core::Frame;

use super::EmotionSystems;
use super::camera::{CameraImage, CameraStream, EmotionCamera, EmotionStatus};
use super::clock::{Faces, FacesTime};
use super::core::CorePlugin;
use super::feed::EmotionFeed;

/// Opens a source on a thread of its own as an [`EmotionCamera`], and takes the newest frame of every
/// camera in each update.
///
/// In an app that has a camera already, `source` is not opened. More cameras are spawned.
#[derive(Debug, Clone, Default)]
pub struct CapturePlugin {
    /// What to open at the start; [`CaptureCommand::Switch`] opens another later.
    pub source: SourceSpec,
    /// How to open it.
    pub options: OpenOptions,
}

impl Plugin for CapturePlugin {
    fn build(&self, app: &mut App) {
        CorePlugin::ensure(app);
        app.add_systems(
            PreUpdate,
            (give_images, show_pictures, hold_sources, take_frames)
                .chain()
                .in_set(EmotionSystems::Capture),
        );
        let world = app.world_mut();
        if world.query::<&EmotionCamera>().iter(world).next().is_some() {
            return;
        }
        match Capture::start(self.source.clone(), self.options.clone()) {
            Ok(capture) => {
                world.spawn((Name::new("camera"), EmotionCamera::new(capture)));
            }
            Err(error) => error!("no camera: {error}"),
        }
    }
}

/// The picture of a camera that is on its way from frame to texture.
#[derive(Component, Default)]
pub(super) struct Developing(Option<Task<Picture>>);

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

/// Each camera has a texture, where the app has any.
fn give_images(
    cameras: Query<(Entity, Has<CameraImage>), Added<EmotionCamera>>,
    images: Option<ResMut<Assets<Image>>>,
    mut commands: Commands,
) {
    if cameras.is_empty() {
        return;
    }
    let mut images = images;
    for (entity, has_image) in &cameras {
        let mut camera = commands.entity(entity);
        camera.insert_if_new(Developing::default());
        if let Some(images) = &mut images
            && !has_image
        {
            let mut image = Image::default_uninit();
            image.asset_usage = RenderAssetUsages::RENDER_WORLD;
            image.data = Some(vec![0, 0, 0, 255]);
            camera.insert(CameraImage(images.add(image)));
        }
    }
}

fn show_pictures(
    mut cameras: Query<(&mut Developing, Option<&CameraImage>)>,
    mut images: Option<ResMut<Assets<Image>>>,
) {
    for (mut developing, target) in &mut cameras {
        let Some(picture) = developing.0.as_mut().and_then(check_ready) else { continue };
        developing.0 = None;
        let (Some(target), Some(images)) = (target, &mut images) else { continue };
        if let Some(mut image) = images.get_mut(&target.0) {
            // The same descriptor for the same size: the texture on the GPU is used again.
            image.texture_descriptor.size.width = picture.size.x;
            image.texture_descriptor.size.height = picture.size.y;
            image.data = Some(picture.rgba);
        }
    }
}

/// Tells the sources when the faces' clock is held. One that was switched meanwhile runs again, and
/// everything with it.
fn hold_sources(
    cameras: Query<Ref<EmotionCamera>>,
    mut time: ResMut<Time<Faces>>,
    mut told: Local<bool>,
) {
    let runs = |camera: &EmotionCamera| {
        matches!(camera.status().state, CaptureState::Streaming | CaptureState::Opening)
    };
    let paused = time.is_paused();
    if paused != *told {
        for camera in &cameras {
            camera.send(CaptureCommand::Pause(paused));
        }
        *told = paused;
    } else if *told {
        for camera in cameras.iter().filter(|camera| camera.is_added()) {
            camera.send(CaptureCommand::Pause(true));
        }
        if cameras.iter().any(|camera| !camera.is_added() && runs(&camera)) {
            time.set_paused(false);
            *told = false;
            for camera in &cameras {
                camera.send(CaptureCommand::Pause(false));
            }
        }
    }
}

pub(super) fn take_frames(
    time: Res<Time<Faces>>,
    feed: Res<EmotionFeed>,
    mut cameras: Query<(
        &EmotionCamera,
        &mut EmotionStatus,
        &mut Developing,
        Option<&mut CameraStream>,
        Option<&CameraImage>,
    )>,
) {
    if time.is_paused() {
        return;
    }
    let rests = feed.driver().is_some();
    for (camera, mut status, mut developing, mut running, target) in &mut cameras {
        // While a picture is being made its successor waits in the slot, where it may be replaced.
        if developing.0.is_some() {
            continue;
        }
        if rests {
            if let Some(running) = running.as_mut().filter(|running| running.stream.has_frames()) {
                running.stream.begin_epoch();
                // The faces of others are not in this camera's picture.
                developing.0 = Some(IoTaskPool::get().spawn(async { Picture::black() }));
            }
            continue;
        }
        let frame = match &mut running {
            Some(running) => running.stream.take_frame(),
            None => camera.frames().take(),
        };
        let Some(frame) = frame else { continue };
        let size = UVec2::new(frame.width(), frame.height());
        if status.frame_size != Some(size) {
            status.frame_size = Some(size);
        }
        if target.is_some() {
            // Not the compute pool, whose tasks the main thread may pick up while it waits for
            // systems; not the async compute pool, which may have one thread only.
            developing.0 = Some(IoTaskPool::get().spawn(async move { Picture::of(&frame) }));
        }
    }
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
}

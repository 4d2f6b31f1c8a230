//! The model on the device that Bevy draws with, and the camera's picture in a texture of it.
//! Software Vulkan will do.

use std::time::{Duration, Instant};

use bevy::app::PluginsState;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::render::pipelined_rendering::PipelinedRenderingPlugin;
use bevy::render::render_asset::RenderAssets;
use bevy::render::texture::GpuImage;
use bevy::render::{RenderApp, RenderPlugin};
use bevy::window::ExitCondition;
use bevy::winit::WinitPlugin;
use bevy_emotion::capture::puppet::{PuppetConfig, PuppetScript, PuppetSource};
use bevy_emotion::capture::{Capture, FrameSource, frame_slot};
use bevy_emotion::prelude::*;
use bevy_emotion::session::AnalyzerSettings;

/// A software driver compiles shaders for long.
const PATIENCE: Duration = Duration::from_secs(180);

#[test]
#[ignore = "needs a Vulkan driver, software will do: scripts/test runs it"]
fn a_face_is_read_on_bevys_own_device_needs_vulkan() {
    let (camera, frames) = frame_slot();
    let capture = Capture::from_receiver("puppet".into(), frames);
    let mut app = app(capture);

    let script = PuppetScript::Hold(Expression::Happy);
    let mut puppet = PuppetSource::new(PuppetConfig { script, ..default() });
    let start = Instant::now();
    let emotion = loop {
        let status = status(&app);
        assert_eq!(status.problem, None);
        assert!(start.elapsed() < PATIENCE, "no face was read: {status:?}");
        camera.offer(puppet.next_frame().unwrap().expect("the puppet goes on"));
        app.update();
        let mut faces = app.world_mut().query::<&Emotion>();
        if let Some(emotion) = faces.iter(app.world()).next()
            && emotion.dominant.is_some()
        {
            break *emotion;
        }
    };
    assert_eq!(emotion.dominant, Some(Expression::Happy), "{emotion:?}");
    let info = status(&app).classifier;
    assert_eq!(info.map(|info| info.backend), Some("wgpu".to_owned()));

    let mut images = app.world_mut().query::<&CameraImage>();
    let image = images.single(app.world()).unwrap().0.id();
    let textures = app.sub_app(RenderApp).world().resource::<RenderAssets<GpuImage>>();
    assert_eq!(textures.get(image).map(GpuImage::size_2d), Some(UVec2::new(640, 480)));
}

fn status(app: &App) -> EmotionStatus {
    let mut cameras = app.world().try_query::<&EmotionStatus>().unwrap();
    cameras.single(app.world()).unwrap().clone()
}

/// Bevy panics where it finds no driver (Debian, Ubuntu: apt install mesa-vulkan-drivers).
fn app(capture: Capture) -> App {
    let mut app = App::new();
    app.add_plugins(
        DefaultPlugins
            .set(WindowPlugin {
                primary_window: None,
                exit_condition: ExitCondition::DontExit,
                ..default()
            })
            // llvmpipe crashes now and then when a compiling thread outlives the renderer.
            .set(RenderPlugin { synchronous_pipeline_compilation: true, ..default() })
            .disable::<LogPlugin>()
            .disable::<WinitPlugin>()
            .disable::<PipelinedRenderingPlugin>(),
    );
    app.world_mut().spawn(EmotionCamera::new(capture));
    let settings = AnalyzerSettings { backend: BackendChoice::Wgpu, ..default() };
    app.add_plugins(EmotionPlugins.set(AnalyzePlugin { settings }));
    while app.plugins_state() == PluginsState::Adding {
        bevy::tasks::tick_global_task_pools_on_main_thread();
    }
    app.finish();
    app.cleanup();
    app
}

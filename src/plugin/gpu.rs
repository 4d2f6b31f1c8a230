//! The GPU that Bevy draws with, for Burn to run on as well.

use bevy::prelude::*;
use bevy::render::RenderApp;
use bevy::render::renderer::{
    RenderAdapter, RenderAdapterInfo, RenderDevice, RenderInstance, RenderQueue,
};

use emotion_models::GpuHandles;

/// Bevy's own instance, adapter, device and queue, once the renderer is there: in
/// `Plugin::finish`. `None` in an app that does not draw.
pub(super) fn handles(app: &App) -> Option<GpuHandles> {
    let world = app.get_sub_app(RenderApp)?.world();
    Some(GpuHandles {
        instance: (**world.get_resource::<RenderInstance>()?.0).clone(),
        adapter: (**world.get_resource::<RenderAdapter>()?.0).clone(),
        device: world.get_resource::<RenderDevice>()?.wgpu_device().clone(),
        queue: (**world.get_resource::<RenderQueue>()?.0).clone(),
        backend: world.get_resource::<RenderAdapterInfo>()?.backend,
    })
}

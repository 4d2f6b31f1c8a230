//! What is drawn with the room's own shader: things, and light that is added.

use bevy::asset::uuid_handle;
use bevy::mesh::MeshVertexBufferLayoutRef;
use bevy::prelude::*;
use bevy::render::render_resource::{
    AsBindGroup, BlendComponent, BlendFactor, BlendOperation, BlendState, RenderPipelineDescriptor,
    ShaderType, SpecializedMeshPipelineError,
};
use bevy::shader::{Shader, ShaderRef};
use bevy::sprite_render::{AlphaMode2d, Material2d, Material2dKey};

use super::places::LANTERNS;

const SHADER: Handle<Shader> = uuid_handle!("5f6f1c0e-3c58-4b0e-9a70-2f2f0b7c6b11");

/// Hands the shader to Bevy, where there is rendering.
pub fn add_shader(world: &mut World) {
    if let Some(mut shaders) = world.get_resource_mut::<Assets<Shader>>() {
        let shader = Shader::from_wgsl(include_str!("room.wgsl"), "mood_room/room.wgsl");
        // A fixed handle is always free.
        let _ = shaders.insert(SHADER.id(), shader);
    }
}

/// What the shader knows; the struct of the same name in `room.wgsl`.
#[derive(ShaderType, Debug, Clone, Copy, Default)]
pub struct RoomUniform {
    pub clip_from_room: Mat4,
    pub eye: Vec4,
    pub right: Vec4,
    pub up: Vec4,
    pub sky_top: Vec4,
    pub sky_low: Vec4,
    pub sun_color: Vec4,
    pub sun_direction: Vec4,
    pub ambient_up: Vec4,
    pub ambient_down: Vec4,
    pub key: Vec4,
    pub backdrop_in: Vec4,
    pub backdrop_out: Vec4,
    pub lamp: Vec4,
    pub fire: Vec4,
    pub lanterns: [Vec4; LANTERNS],
    pub lantern_colors: [Vec4; LANTERNS],
    pub marker: Vec4,
    pub effects: Vec4,
}

/// Things.
#[derive(Asset, TypePath, AsBindGroup, Debug, Clone, Default)]
pub struct Solid {
    #[uniform(0)]
    pub room: RoomUniform,
}

/// Light that is added.
#[derive(Asset, TypePath, AsBindGroup, Debug, Clone, Default)]
pub struct Glow {
    #[uniform(0)]
    pub room: RoomUniform,
}

fn enter_at(
    descriptor: &mut RenderPipelineDescriptor,
    vertex: &'static str,
    fragment: &'static str,
) {
    descriptor.vertex.entry_point = Some(vertex.into());
    if let Some(state) = &mut descriptor.fragment {
        state.entry_point = Some(fragment.into());
    }
}

impl Material2d for Solid {
    fn vertex_shader() -> ShaderRef {
        SHADER.into()
    }

    fn fragment_shader() -> ShaderRef {
        SHADER.into()
    }

    fn specialize(
        descriptor: &mut RenderPipelineDescriptor,
        _layout: &MeshVertexBufferLayoutRef,
        _key: Material2dKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        enter_at(descriptor, "solid_vertex", "solid_fragment");
        Ok(())
    }
}

impl Material2d for Glow {
    fn vertex_shader() -> ShaderRef {
        SHADER.into()
    }

    fn fragment_shader() -> ShaderRef {
        SHADER.into()
    }

    fn alpha_mode(&self) -> AlphaMode2d {
        AlphaMode2d::Blend
    }

    fn specialize(
        descriptor: &mut RenderPipelineDescriptor,
        _layout: &MeshVertexBufferLayoutRef,
        _key: Material2dKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        enter_at(descriptor, "glow_vertex", "glow_fragment");
        let keep = |source, target| BlendComponent {
            src_factor: source,
            dst_factor: target,
            operation: BlendOperation::Add,
        };
        let added = BlendState {
            color: keep(BlendFactor::One, BlendFactor::One),
            alpha: keep(BlendFactor::Zero, BlendFactor::One),
        };
        let targets = descriptor.fragment.iter_mut().flat_map(|state| &mut state.targets);
        for target in targets.flatten() {
            target.blend = Some(added);
        }
        Ok(())
    }
}

//! The room of `mood_room`: everything in it is made here, by code, and lit by a shader of its own.
//!
//! [`Air`] is all that the game tells it: the mood, where the player looks, and how bright each
//! lantern is. The rules know nothing of meshes and the room knows nothing of rules.
//!
//! It is drawn through the 2D camera: the vertex shader does the perspective, and the 2D pass has a
//! depth buffer. So a game that is 2D otherwise has a 3D room, with one light model for it.

use bevy::asset::{RenderAssetUsages, uuid_handle};
use bevy::camera::visibility::NoFrustumCulling;
use bevy::mesh::{Indices, MeshVertexBufferLayoutRef, PrimitiveTopology};
use bevy::prelude::*;
use bevy::render::render_resource::{
    AsBindGroup, BlendComponent, BlendFactor, BlendOperation, BlendState, RenderPipelineDescriptor,
    ShaderType, SpecializedMeshPipelineError,
};
use bevy::shader::{Shader, ShaderRef};
use bevy::sprite_render::{AlphaMode2d, Material2d, Material2dKey, Material2dPlugin};
use bevy_emotion::hud::motion::approach;
use bevy_emotion::hud::{HudSettings, HudSystems, Screen};

use super::arcade::dice::Dice;
use super::clay::{Clay, rgb};
use super::look::{Look, SUN_HEIGHT};

/// How many lanterns float in the room.
pub const LANTERNS: usize = 6;

/// What the room shows.
#[derive(Resource, Debug, Clone)]
pub struct Air {
    /// Valence and arousal, each -1 to 1.
    pub mood: Vec2,
    /// Where the camera looks: -1 at the left end of the room, 1 at the right end.
    pub turn: f32,
    /// How far each lantern is filled with light, 0 to 1.
    pub lanterns: [f32; LANTERNS],
    /// The lantern that is to be lit, if one is.
    pub calling: Option<usize>,
    /// Whether it is looked at.
    pub looked_at: bool,
    /// Sparks fly from this lantern, and how far they are, 0 to 1.
    pub sparks: Option<(usize, f32)>,
    /// All is lit: 0 to 1.
    pub party: f32,
    /// A menu lies over the lower part of the screen, and the room is above it: 0 to 1.
    pub raised: f32,
}

impl Default for Air {
    fn default() -> Self {
        Self {
            mood: Vec2::ZERO,
            turn: 0.0,
            lanterns: [0.0; LANTERNS],
            calling: None,
            looked_at: false,
            sparks: None,
            party: 0.0,
            raised: 1.0,
        }
    }
}

/// Where a lantern floats: the turn that shows it in the middle, how far behind the room's middle,
/// and how high.
const PLACES: [(f32, f32, f32); LANTERNS] = [
    (0.45, 0.6, 2.45),
    (-0.5, 0.7, 2.15),
    (0.85, 0.5, 2.75),
    (-0.12, 1.7, 3.05),
    (-0.85, -0.1, 2.55),
    (0.2, -0.9, 1.95),
];
/// The colour of each lantern's light.
const LIGHTS: [u32; LANTERNS] = [0xFFE3B8, 0x5FD8F0, 0x6FA0F0, 0xFF7A48, 0xFFC0A0, 0xFFC928];

/// The turn that shows a lantern in the middle.
pub fn bearing(lantern: usize) -> f32 {
    PLACES.get(lantern).map_or(0.0, |place| place.0)
}

/// Where a lantern floats, in the room.
pub fn lantern_place(lantern: usize) -> Vec3 {
    let Some((turn, behind, height)) = PLACES.get(lantern).copied() else { return Vec3::ZERO };
    let (eye, forward) = camera(turn);
    let level = Vec3::new(forward.x, 0.0, forward.z).normalize_or_zero();
    (eye + level * (DISTANCE + behind)).with_y(height)
}

/// From the camera to the middle of the room, over the floor.
const DISTANCE: f32 = 11.0;
const EYE_HEIGHT: f32 = 6.1;

/// Where the camera is and where it looks. It stands before the open corner; when it turns, it also
/// goes around the room a little, so that it comes to face the wall that it looks at.
pub fn camera(turn: f32) -> (Vec3, Vec3) {
    let around = (45.0 + 12.0 * turn).to_radians();
    let eye = Vec3::new(around.cos() * DISTANCE, EYE_HEIGHT, around.sin() * DISTANCE);
    let ahead = (225.0 + 25.0 * turn).to_radians();
    let down = 22.5_f32.to_radians().tan();
    (eye, Vec3::new(ahead.cos(), -down, ahead.sin()).normalize())
}

/// Draws the room.
#[derive(Debug, Clone, Copy)]
pub struct RoomPlugin {
    /// Books, dust and planks are as the seed wants.
    pub seed: u64,
}

impl Plugin for RoomPlugin {
    fn build(&self, app: &mut App) {
        let seed = self.seed;
        if let Some(mut shaders) = app.world_mut().get_resource_mut::<Assets<Shader>>() {
            let shader = Shader::from_wgsl(include_str!("room.wgsl"), "mood_room/room.wgsl");
            // A fixed handle is always free.
            let _ = shaders.insert(SHADER.id(), shader);
        }
        app.add_plugins((
            Material2dPlugin::<Solid>::default(),
            Material2dPlugin::<Glow>::default(),
        ))
        .init_resource::<Air>()
        .init_resource::<Weather>()
        .add_systems(
            Startup,
            (move |commands: Commands, assets: Furnishing| furnish(commands, assets, seed), smooth)
                .chain(),
        )
        .add_systems(
            Update,
            (change_weather, (open_plants, float_lanterns, fly, turn_things), paint)
                .chain()
                .in_set(HudSystems::Draw),
        );
    }
}

const SHADER: Handle<Shader> = uuid_handle!("5f6f1c0e-3c58-4b0e-9a70-2f2f0b7c6b11");

/// What the shader knows; the struct of the same name in `room.wgsl`.
#[derive(ShaderType, Debug, Clone, Copy, Default)]
struct RoomUniform {
    clip_from_room: Mat4,
    eye: Vec4,
    right: Vec4,
    up: Vec4,
    sky_top: Vec4,
    sky_low: Vec4,
    sun_color: Vec4,
    sun_direction: Vec4,
    ambient_up: Vec4,
    ambient_down: Vec4,
    key: Vec4,
    backdrop_in: Vec4,
    backdrop_out: Vec4,
    lamp: Vec4,
    fire: Vec4,
    lanterns: [Vec4; LANTERNS],
    lantern_colors: [Vec4; LANTERNS],
    marker: Vec4,
    effects: Vec4,
}

/// Things.
#[derive(Asset, TypePath, AsBindGroup, Debug, Clone, Default)]
struct Solid {
    #[uniform(0)]
    room: RoomUniform,
}

/// Light that is added.
#[derive(Asset, TypePath, AsBindGroup, Debug, Clone, Default)]
struct Glow {
    #[uniform(0)]
    room: RoomUniform,
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

// The kinds of the shader.
const MATTER: f32 = 0.0;
const LANTERN: f32 = 1.0;
const SKY: f32 = 2.0;
const SHADE: f32 = 3.0;
const FLAME: f32 = 4.0;
const GROUND: f32 = 5.0;
const BACKDROP: f32 = 6.0;
const EMBER: f32 = 7.0;
const WING: f32 = 8.0;
const LEAF: f32 = 9.0;

/// What changes slowly: the look, and clocks that run faster when it is lively.
#[derive(Resource, Debug, Clone)]
struct Weather {
    look: Look,
    seconds: f32,
    /// Runs with arousal: dust, clouds, rain, wings.
    drift: f32,
    /// How far plants are open, 0 to 1, and butterflies out.
    bloom: f32,
    /// How lively it is, 0 to 1.
    life: f32,
    lightning: f32,
    next_lightning: f32,
    flicker: f32,
    marker: f32,
}

impl Default for Weather {
    fn default() -> Self {
        Self {
            look: Look::of(Vec2::ZERO),
            seconds: 0.0,
            drift: 20.0,
            bloom: 0.5,
            life: 0.5,
            lightning: 0.0,
            next_lightning: 3.0,
            flicker: 1.0,
            marker: 0.0,
        }
    }
}

/// Leaves and petals: how they are turned when closed and when open.
#[derive(Component)]
struct Leaf {
    closed: Quat,
    open: Quat,
    phase: f32,
}

#[derive(Component)]
struct Lantern(usize);

/// Its number; the two wings are children.
#[derive(Component)]
struct Butterfly(f32);

/// -1 the left one, 1 the right one.
#[derive(Component)]
struct Wing(f32);

/// Turns with the music's tempo.
#[derive(Component)]
struct Record;

/// Sleeps and breathes.
#[derive(Component)]
struct Breath;

fn change_weather(
    time: Res<Time>,
    air: Res<Air>,
    settings: Res<HudSettings>,
    mut weather: ResMut<Weather>,
) {
    let seconds = time.delta_secs();
    let still = settings.reduced_motion;
    let weather = &mut *weather;
    weather.look = Look::of(air.mood);
    weather.life = ((air.mood.y + 0.6) / 1.4).clamp(0.0, 1.0);
    weather.seconds += seconds;
    let hurry = if still { 0.15 } else { 0.35 + 1.9 * weather.life * weather.life };
    weather.drift += seconds * hurry;
    let open = ((air.mood.x + 0.55) / 1.2).clamp(0.0, 1.0).max(air.party);
    weather.bloom += (open - weather.bloom) * approach(1.2, seconds);
    weather.marker +=
        (f32::from(u8::from(air.calling.is_some())) - weather.marker) * approach(0.4, seconds);

    // A fire that flickers more the livelier it is: three waves that never meet again.
    let t = weather.seconds * (1.5 + 3.0 * weather.life);
    let waves = (t * 2.3).sin() * 0.5 + (t * 3.9 + 1.0).sin() * 0.3 + (t * 7.1).sin() * 0.2;
    let depth = if still { 0.02 } else { 0.06 + 0.16 * weather.life };
    weather.flicker = 1.0 + waves * depth;

    // Lightning is far off, soft, and never more often than once in three seconds.
    weather.lightning *= 1.0 - approach(0.28, seconds);
    weather.next_lightning -= seconds;
    if weather.next_lightning < 0.0 {
        weather.next_lightning = 3.0 + 2.5 * (1.0 + (weather.seconds * 1.7).sin());
        if !still {
            weather.lightning = weather.look.storm * 0.8;
        }
    }
}

fn open_plants(weather: Res<Weather>, mut leaves: Query<(&Leaf, &mut Transform)>) {
    for (leaf, mut transform) in &mut leaves {
        let wind = (weather.drift * 1.3 + leaf.phase).sin() * (0.02 + 0.05 * weather.life);
        let open = leaf.closed.slerp(leaf.open, weather.bloom);
        transform.rotation = open * Quat::from_rotation_x(wind);
    }
}

/// Where a lantern is now: it floats up and down.
fn floating(lantern: usize, weather: &Weather) -> Vec3 {
    let phase = lantern as f32 * 1.9;
    let rise = 0.05 + 0.07 * weather.life;
    lantern_place(lantern) + Vec3::Y * (weather.drift * 0.9 + phase).sin() * rise
}

fn float_lanterns(weather: Res<Weather>, mut lanterns: Query<(&Lantern, &mut Transform)>) {
    for (lantern, mut transform) in &mut lanterns {
        transform.translation = floating(lantern.0, &weather);
        let turn = weather.drift * 0.2 + lantern.0 as f32;
        transform.rotation = Quat::from_rotation_y(turn)
            * Quat::from_rotation_x(0.05 * (weather.drift * 0.7 + turn).sin());
    }
}

fn fly(
    weather: Res<Weather>,
    air: Res<Air>,
    mut butterflies: Query<(&Butterfly, &mut Transform), Without<Wing>>,
    mut wings: Query<(&Wing, &mut Transform), Without<Butterfly>>,
) {
    let out = ((air.mood.x - 0.15) / 0.35).clamp(0.0, 1.0).max(air.party);
    for (butterfly, mut transform) in &mut butterflies {
        let n = butterfly.0;
        let t = weather.drift * (0.45 + 0.04 * n) + n * 2.4;
        let place = |t: f32| {
            Vec3::new(
                -0.2 + 1.7 * (t + n).sin(),
                1.35 + 0.5 * (t * 1.7 + n).sin() + 0.12 * n,
                -0.3 + 1.6 * (t * 0.8).cos(),
            )
        };
        transform.translation = place(t);
        let ahead = place(t + 0.02) - place(t);
        transform.rotation = Quat::from_rotation_y(ahead.x.atan2(ahead.z));
        transform.scale = Vec3::splat(out.max(0.001));
    }
    for (wing, mut transform) in &mut wings {
        let beat = (weather.drift * 9.0).sin() * 0.75 + 0.45;
        transform.rotation = Quat::from_rotation_z(wing.0 * beat);
    }
}

fn turn_things(
    weather: Res<Weather>,
    mut records: Query<&mut Transform, (With<Record>, Without<Breath>)>,
    mut sleepers: Query<&mut Transform, (With<Breath>, Without<Record>)>,
) {
    for mut transform in &mut records {
        transform.rotation = Quat::from_rotation_y(-weather.drift * 2.5);
    }
    for mut transform in &mut sleepers {
        let breath = (weather.seconds * (1.2 + 1.2 * weather.life)).sin() * 0.025;
        transform.scale = Vec3::new(1.0 + breath * 0.6, 1.0 + breath, 1.0 + breath * 0.6);
    }
}

/// Tells the shader.
fn paint(
    weather: Res<Weather>,
    air: Res<Air>,
    screen: Res<Screen>,
    settings: Res<HudSettings>,
    mut solids: ResMut<Assets<Solid>>,
    mut glows: ResMut<Assets<Glow>>,
) {
    let look = &weather.look;
    let (mut eye, forward) = camera(air.turn);
    if !settings.reduced_motion {
        let t = weather.seconds;
        eye += Vec3::new((t * 0.21).sin(), (t * 0.17).sin() * 0.6, (t * 0.19).cos()) * 0.09;
    }
    let aspect = (screen.size.x / screen.size.y.max(1.0)).max(0.1);
    // The room's width is always in view: on narrow screens it is further away.
    let half = 15.2_f32.to_radians().tan().max(25.5_f32.to_radians().tan() / aspect);
    let projection = Mat4::perspective_infinite_reverse_rh(2.0 * half.atan(), aspect, 0.5);
    let raised = Mat4::from_scale_rotation_translation(
        Vec3::new(0.96, 0.96, 1.0).lerp(Vec3::new(0.74, 0.74, 1.0), air.raised),
        Quat::IDENTITY,
        Vec3::Y * (0.07 + 0.21 * air.raised),
    );
    let right = forward.cross(Vec3::Y).normalize_or_zero();
    let up = right.cross(forward);
    let sun = Vec3::new(-0.34, 0.32 + 0.42 * look.sky[SUN_HEIGHT], -0.62).normalize();
    let fill = |index: usize| air.lanterns[index].clamp(0.0, 1.0);
    let calls = |index: usize| air.calling == Some(index);
    let pulse = 0.5 + 0.5 * (weather.seconds * 2.2).sin();
    let marked = air.sparks.map(|(lantern, _)| lantern).or(air.calling);
    let marker = marked.map_or(Vec3::ZERO, |lantern| floating(lantern, &weather));
    let ring = air.calling.map_or(0.0, fill);
    let room = RoomUniform {
        clip_from_room: raised * projection * Mat4::look_to_rh(eye, forward, Vec3::Y),
        eye: eye.extend(weather.seconds),
        right: right.extend(weather.drift),
        up: up.extend(weather.life),
        sky_top: look.sky_top.extend(look.stars),
        sky_low: look.sky_low.extend(look.aurora),
        sun_color: look.sun.extend(look.sky[SUN_HEIGHT]),
        sun_direction: sun.extend(look.clouds),
        ambient_up: look.above.extend(look.rain),
        ambient_down: look.below.extend(weather.lightning),
        key: look.key.extend(look.contrast),
        backdrop_in: look.backdrop_in.extend(look.saturation),
        backdrop_out: look.backdrop_out.extend(aspect),
        lamp: (look.lamp * (0.6 + 0.4 * weather.flicker)).extend(0.0),
        fire: (look.fire * weather.flicker).extend(0.75 + 0.6 * weather.life),
        lanterns: std::array::from_fn(|index| {
            let waiting = if calls(index) { 0.40 + 0.35 * pulse } else { 0.0 };
            let party = 0.25 * air.party * (weather.seconds * 3.0 + index as f32).sin();
            floating(index, &weather).extend(fill(index).max(waiting) * (1.0 + party))
        }),
        lantern_colors: std::array::from_fn(|index| rgb(LIGHTS[index]).extend(fill(index))),
        marker: marker.extend(ring),
        effects: Vec4::new(
            weather.marker * if air.looked_at { 1.0 } else { 0.6 },
            f32::from(u8::from(air.looked_at)),
            air.sparks.map_or(0.0, |(_, age)| age),
            air.party,
        ),
    };
    for (_, solid) in solids.iter_mut() {
        solid.room = room;
    }
    for (_, glow) in glows.iter_mut() {
        glow.room = room;
    }
}

/// Edges of things are no circles or boxes of the HUD: they need multisampling.
fn smooth(cameras: Query<Entity, With<Camera2d>>, mut commands: Commands) {
    for camera in &cameras {
        commands.entity(camera).insert(Msaa::Sample4);
    }
}

/// What furnishing needs.
#[derive(bevy::ecs::system::SystemParam)]
struct Furnishing<'w> {
    meshes: ResMut<'w, Assets<Mesh>>,
    solids: ResMut<'w, Assets<Solid>>,
    glows: ResMut<'w, Assets<Glow>>,
}

impl Clay {
    fn mesh(self) -> Mesh {
        Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.positions)
            .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, self.normals)
            .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, self.kinds)
            .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, self.colors)
            .with_inserted_indices(Indices::U32(self.indices))
    }
}

/// Builds the room: once, at the start.
fn furnish(mut commands: Commands, mut assets: Furnishing, seed: u64) {
    let mut random = Dice(seed);
    let solid = assets.solids.add(Solid::default());
    let glow = assets.glows.add(Glow::default());
    let mut mesh = |clay: Clay| Mesh2d(assets.meshes.add(clay.mesh()));
    let thing = || (MeshMaterial2d(solid.clone()), NoFrustumCulling);

    let mut clay = Clay::default();
    shell(&mut clay, &mut random);
    furniture(&mut clay, &mut random);
    commands.spawn((Name::new("room"), mesh(clay), thing()));
    commands.spawn((
        Name::new("glow"),
        mesh(glows(&mut random)),
        MeshMaterial2d(glow),
        NoFrustumCulling,
        // Behind everything else that is transparent.
        Transform::from_xyz(0.0, 0.0, -900.0),
    ));

    let lantern = mesh(lantern_clay(0));
    for index in 0..LANTERNS {
        let body = if index == 0 { lantern.clone() } else { mesh(lantern_clay(index)) };
        commands.spawn((Lantern(index), body, thing(), Transform::default()));
    }

    let mut record = Clay::default();
    record.lathe(
        &[(0.0, 0.02), (0.09, 0.02), (0.09, 0.015), (0.3, 0.015), (0.3, 0.0)],
        24,
        |turn| {
            // A light stripe shows that it turns.
            let stripe = (turn * 2.0).sin().powi(8);
            rgb(0x1B1B22).lerp(rgb(0x5A5A68), stripe)
        },
    );
    commands.spawn((Record, mesh(record), thing(), Transform::from_translation(RECORD)));

    let mut cat = Clay::default();
    cat_clay(&mut cat);
    let place = Transform::from_xyz(0.75, 0.03, 0.85).with_rotation(Quat::from_rotation_y(-0.5));
    commands.spawn((Breath, mesh(cat), thing(), place));

    // One leaf, one small leaf and two petals serve all plants.
    let big = mesh(leaf_clay(0.72, 0.20, 0.5, rgb(0x2F7A45), rgb(0x57A85A)));
    let small = mesh(leaf_clay(0.30, 0.075, 0.35, rgb(0x3C8B4C), rgb(0x76BF62)));
    let petals = [0xF7A3B5_u32, 0xFFD166, 0xF4F0FF]
        .map(|color| mesh(leaf_clay(0.17, 0.075, -0.25, rgb(color) * 0.75, rgb(color))));
    let mut plant = |at: Vec3, leaf: &Mesh2d, many: usize, closed: f32, open: f32, size: f32| {
        for index in 0..many {
            let turn = index as f32 * 2.399 + at.x;
            let lean = 0.75 + 0.25 * ((index * 7 % many) as f32 / many as f32);
            let around = Quat::from_rotation_y(turn);
            commands.spawn((
                Leaf {
                    closed: around * Quat::from_rotation_x(closed * lean),
                    open: around * Quat::from_rotation_x(open * lean),
                    phase: turn,
                },
                leaf.clone(),
                thing(),
                Transform::from_translation(at).with_scale(Vec3::splat(size * (0.8 + 0.3 * lean))),
            ));
        }
    };
    // Drooping leaves hang over the rim (turned far down), open ones stand up and out.
    for (at, many, size) in [(POT_LEFT, 11, 1.0), (POT_RIGHT, 13, 1.25)] {
        plant(at + Vec3::Y * 0.46, &big, many, 2.1, 0.85, size);
    }
    for (index, x) in SILL_POTS.into_iter().enumerate() {
        let at = Vec3::new(x, 1.32, -2.78);
        plant(at, &small, 7, 2.0, 1.0, 0.9);
        let flower = at + Vec3::Y * 0.26;
        let petal = &petals[index % petals.len()];
        plant(flower, petal, 7, 0.12, 1.25, 0.95);
    }
    // A water lily in the bowl on the table.
    plant(LILY, &petals[2], 8, 0.15, 1.15, 0.95);
    plant(LILY, &petals[0], 6, 0.05, 0.8, 0.8);
    // And flowers among the leaves of the large plants.
    for (at, petal) in [
        (POT_RIGHT + Vec3::new(0.14, 1.02, 0.12), 1),
        (POT_RIGHT + Vec3::new(-0.2, 1.16, 0.1), 0),
        (POT_LEFT + Vec3::new(0.1, 0.95, 0.12), 1),
    ] {
        plant(at, &petals[petal], 7, 0.1, 1.2, 1.15);
    }

    let mut body = Clay::default();
    body.sphere(Vec3::Y * 0.005, Vec3::new(0.014, 0.014, 0.075), rgb(0x2A2028));
    let body = mesh(body);
    for index in 0..5_u8 {
        let color = rgb([0xFFB347, 0x6FC3FF, 0xFF8FB1, 0xFFE066, 0xB79BFF][usize::from(index)]);
        let wing = mesh(wing_clay(color));
        commands
            .spawn((Butterfly(f32::from(index)), body.clone(), thing(), Transform::default()))
            .with_children(|butterfly| {
                for side in [-1.0, 1.0] {
                    let mut at = Transform::default();
                    at.scale.x = side;
                    butterfly.spawn((Wing(side), wing.clone(), thing(), at));
                }
            });
    }
}

const POT_LEFT: Vec3 = Vec3::new(1.32, 0.0, -2.5);
const POT_RIGHT: Vec3 = Vec3::new(2.45, 0.0, -0.75);
const SILL_POTS: [f32; 3] = [-1.35, -0.4, 0.55];
const LILY: Vec3 = Vec3::new(-0.35, 0.64, -0.35);
const RECORD: Vec3 = Vec3::new(-2.52, 0.86, 2.15);
/// The hole in the wall at z = -3: left, right, lower and upper edge.
const WINDOW: [f32; 4] = [-1.75, 0.95, 1.05, 2.85];

/// Floor, walls, window, what is outside.
fn shell(clay: &mut Clay, random: &mut Dice) {
    clay.kind = BACKDROP;
    clay.quad(
        [[-1.0, -1.0, 0.0], [1.0, -1.0, 0.0], [1.0, 1.0, 0.0], [-1.0, 1.0, 0.0]],
        Vec3::Z,
        Vec3::ONE,
    );
    clay.kind = GROUND;
    clay.disc(Vec3::new(0.0, -0.32, 0.0), 9.0, 48, Vec3::ONE);
    clay.kind = SKY;
    let z = -4.1;
    clay.quad([[-3.4, 0.4, z], [3.2, 0.4, z], [3.2, 4.0, z], [-3.4, 4.0, z]], Vec3::Z, Vec3::ONE);
    clay.kind = MATTER;

    // Planks, with the shadows of what stands on them.
    let shadows = [
        (Vec2::new(-0.35, -0.35), 0.75, 0.45),
        (Vec2::new(-1.75, -1.8), 0.95, 0.55),
        (Vec2::new(-2.35, -1.35), 0.35, 0.4),
        (Vec2::new(1.32, -2.5), 0.5, 0.5),
        (Vec2::new(2.45, -0.75), 0.6, 0.5),
        (Vec2::new(0.75, 0.85), 0.5, 0.5),
        (Vec2::new(-2.5, 2.15), 0.75, 0.5),
        (Vec2::new(2.25, -2.75), 0.9, 0.5),
        (Vec2::new(-2.6, 0.6), 1.2, 0.35),
    ];
    let shade = |x: f32, z: f32| {
        shadows.iter().fold(1.0, |light, (middle, radius, depth)| {
            let away = middle.distance(Vec2::new(x, z)) / radius;
            light * (1.0 - depth * (1.0 - away).clamp(0.0, 1.0).powf(0.8))
        })
    };
    let woods = [rgb(0x8A5A3A), rgb(0x94633F), rgb(0x7D5034), rgb(0x9B6A45)];
    for plank in 0..14_usize {
        let (left, right) =
            (-3.0 + 6.0 * plank as f32 / 14.0, -3.0 + 6.0 * (plank + 1) as f32 / 14.0);
        let cut = -3.0 + 6.0 * random.unit();
        for part in 0..30_usize {
            let (near, far) = (-3.0 + 0.2 * part as f32, -3.0 + 0.2 * (part + 1) as f32);
            let wood = woods[(plank * 3 + usize::from(near > cut) * 2) % 4];
            let gap = if plank % 2 == 0 { 0.97 } else { 1.0 };
            let corners =
                [[left, 0.0, far], [right, 0.0, far], [right, 0.0, near], [left, 0.0, near]];
            let colors = corners.map(|[x, _, z]| wood * shade(x, z) * gap);
            clay.blend(corners, Vec3::Y, colors);
        }
        // The joint between two planks.
        let joint = [
            [right - 0.012, 0.002, 3.0],
            [right + 0.012, 0.002, 3.0],
            [right + 0.012, 0.002, -3.0],
            [right - 0.012, 0.002, -3.0],
        ];
        if plank < 13 {
            clay.quad(joint, Vec3::Y, rgb(0x4E3222));
        }
    }
    let base = rgb(0x4A3A44);
    clay.cuboid([-3.22, -0.3, -3.22], [3.0, -0.002, 3.0], base);

    let upper = rgb(0xD9C7B4);
    let lower = rgb(0x6E8B86);
    let trim = rgb(0xF3EBDD);
    let [left, right, low, high] = WINDOW;
    let back = |clay: &mut Clay, x0: f32, x1: f32, y0: f32, y1: f32, color: Vec3| {
        clay.cuboid([x0, y0, -3.22], [x1, y1, -3.0], color);
    };
    let top = 3.55;
    back(clay, -3.22, left, 0.95, top, upper);
    back(clay, right, 3.0, 0.95, top, upper);
    back(clay, left, right, high, top, upper);
    back(clay, -3.22, 3.0, 0.0, 0.95, lower);
    back(clay, left, right, 0.95, low, trim);
    clay.cuboid([-3.22, 0.95, -3.0], [-3.0, top, 3.0], upper);
    clay.cuboid([-3.22, 0.0, -3.0], [-3.0, 0.95, 3.0], lower);
    // Rails, skirting, the upper edge of the walls, grooves of the panels.
    clay.soft_box([0.0, 0.97, -2.97], [6.0, 0.07, 0.06], 0.02, trim);
    clay.soft_box([-2.97, 0.97, 0.0], [0.06, 0.07, 6.0], 0.02, trim);
    clay.soft_box([0.0, 0.07, -2.97], [6.0, 0.14, 0.06], 0.02, trim);
    clay.soft_box([-2.97, 0.07, 0.0], [0.06, 0.14, 6.0], 0.02, trim);
    clay.soft_box([-0.11, top, -3.11], [6.3, 0.08, 0.3], 0.03, rgb(0x5B4250));
    clay.soft_box([-3.11, top, -0.0], [0.3, 0.08, 6.1], 0.03, rgb(0x5B4250));
    for groove in 1..15_i8 {
        let at = -3.0 + 0.4 * f32::from(groove);
        clay.cuboid([at - 0.01, 0.14, -3.0], [at + 0.01, 0.93, -2.992], lower * 0.72);
        clay.cuboid([-3.0, 0.14, at - 0.01], [-2.992, 0.93, at + 0.01], lower * 0.72);
    }
    // Stripes of the wallpaper.
    for stripe in 0..15_i8 {
        let at = -2.8 + 0.4 * f32::from(stripe);
        let color = upper * Vec3::new(0.93, 0.90, 0.90);
        if !(left - 0.1..right + 0.1).contains(&at) {
            clay.quad(
                [
                    [at - 0.07, 1.0, -2.996],
                    [at + 0.07, 1.0, -2.996],
                    [at + 0.07, top, -2.996],
                    [at - 0.07, top, -2.996],
                ],
                Vec3::Z,
                color,
            );
        }
        clay.quad(
            [
                [-2.996, 1.0, at + 0.07],
                [-2.996, 1.0, at - 0.07],
                [-2.996, top, at - 0.07],
                [-2.996, top, at + 0.07],
            ],
            Vec3::X,
            color,
        );
    }

    // The window: frame, bars, sill.
    let (middle, width) = ((left + right) / 2.0, right - left);
    clay.soft_box([middle, high + 0.05, -3.02], [width + 0.3, 0.14, 0.2], 0.03, trim);
    clay.soft_box([left - 0.05, 1.95, -3.02], [0.12, high - low + 0.1, 0.2], 0.03, trim);
    clay.soft_box([right + 0.05, 1.95, -3.02], [0.12, high - low + 0.1, 0.2], 0.03, trim);
    for bar in [1.0, 2.0] {
        let x = left + width * bar / 3.0;
        clay.soft_box([x, 1.95, -3.08], [0.07, high - low, 0.08], 0.02, trim);
    }
    clay.soft_box([middle, 2.2, -3.08], [width, 0.06, 0.08], 0.02, trim);
    clay.soft_box([middle, low - 0.03, -2.86], [width + 0.4, 0.09, 0.5], 0.03, trim);
    // Curtains on a rod.
    clay.tube(
        Vec3::new(left - 0.55, 3.08, -2.86),
        Vec3::new(right + 0.55, 3.08, -2.86),
        0.025,
        rgb(0x8C6A3F),
    );
    curtain(clay, left - 0.42, left + 0.12);
    curtain(clay, right - 0.12, right + 0.42);
}

/// Cloth in folds.
fn curtain(clay: &mut Clay, from: f32, to: f32) {
    let cloth = rgb(0xB5566A);
    let folds = 20;
    let point = |step: usize| {
        let part = step as f32 / folds as f32;
        let wave = (part * 5.0 * std::f32::consts::TAU).sin();
        (from + (to - from) * part, -2.86 + 0.055 * wave, wave)
    };
    for step in 0..folds {
        let ((x0, z0, w0), (x1, z1, w1)) = (point(step), point(step + 1));
        let normal = Vec3::new(z0 - z1, 0.0, x1 - x0).normalize_or_zero();
        let color = |wave: f32| cloth * (0.82 + 0.18 * wave);
        clay.blend(
            [[x0, 0.72, z0], [x1, 0.72, z1], [x1, 3.07, z1], [x0, 3.07, z0]],
            normal,
            [color(w0), color(w1), color(w1), color(w0)],
        );
    }
}

/// Everything that stands in the room and does not move.
fn furniture(clay: &mut Clay, random: &mut Dice) {
    rug(clay);
    fireplace(clay);
    bookshelf(clay, random);
    armchair(clay);
    lamp(clay);
    table(clay);
    gramophone(clay);
    for (at, size) in [(POT_LEFT, 0.9), (POT_RIGHT, 1.1)] {
        clay.place = Transform::from_translation(at).with_scale(Vec3::new(size, 1.0, size));
        let pot = [
            (0.0, 0.0),
            (0.20, 0.0),
            (0.27, 0.38),
            (0.30, 0.38),
            (0.30, 0.48),
            (0.25, 0.48),
            (0.23, 0.42),
            (0.0, 0.42),
        ];
        clay.lathe(&pot, 20, |_| rgb(0xC96F4A));
        clay.lathe(&[(0.23, 0.43), (0.0, 0.44)], 16, |_| rgb(0x3A2A22));
        clay.place = Transform::from_translation(at);
        clay.tube(Vec3::Y * 0.44, Vec3::new(0.14, 1.02, 0.12), 0.018, rgb(0x4D8B4C));
        clay.tube(Vec3::Y * 0.44, Vec3::new(-0.2, 1.16, 0.1), 0.018, rgb(0x4D8B4C));
    }
    for (index, x) in SILL_POTS.into_iter().enumerate() {
        clay.place = Transform::from_xyz(x, 1.07, -2.78);
        let color = rgb([0x5B8FA8, 0xD9A05B, 0x8B6FB0][index % 3]);
        clay.lathe(&[(0.0, 0.0), (0.10, 0.0), (0.14, 0.24), (0.12, 0.24), (0.0, 0.22)], 16, |_| {
            color
        });
        clay.tube(Vec3::Y * 0.2, Vec3::Y * 0.5, 0.012, rgb(0x4D8B4C));
    }
    // A picture over the fireplace: hills at dusk.
    clay.place = Transform::from_xyz(-2.66, 2.3, 0.6);
    clay.soft_box([0.0, 0.0, 0.0], [0.06, 0.75, 1.0], 0.025, rgb(0x7A5A34));
    let canvas = |clay: &mut Clay, x: f32, y0: f32, y1: f32, color: u32| {
        clay.quad(
            [[x, y0, 0.42], [x, y0, -0.42], [x, y1, -0.42], [x, y1, 0.42]],
            Vec3::X,
            rgb(color),
        );
    };
    canvas(clay, 0.035, -0.30, 0.30, 0xE8B48A);
    canvas(clay, 0.041, -0.30, -0.02, 0x8A7FA8);
    canvas(clay, 0.047, -0.30, -0.14, 0x4F6B7A);
    clay.place = Transform::IDENTITY;
}

fn rug(clay: &mut Clay) {
    clay.place = Transform::from_xyz(-0.25, 0.012, 0.15);
    for (step, (radius, color)) in [
        (1.95, 0x7C3B4A),
        (1.8, 0xD9B991),
        (1.68, 0x9C4A58),
        (1.15, 0xD9B991),
        (1.05, 0x5E6F8C),
        (0.45, 0xD9B991),
    ]
    .into_iter()
    .enumerate()
    {
        clay.disc(Vec3::Y * 0.004 * step as f32, radius, 48, rgb(color));
    }
    clay.place = Transform::IDENTITY;
}

fn fireplace(clay: &mut Clay) {
    let stone = rgb(0x9A8F88);
    let soot = rgb(0x1C1618);
    let z = 0.6;
    clay.soft_box([-2.83, 2.4, z], [0.34, 2.3, 1.3], 0.03, stone * 0.95);
    clay.soft_box([-2.72, 0.62, z - 0.72], [0.56, 1.24, 0.34], 0.04, stone);
    clay.soft_box([-2.72, 0.62, z + 0.72], [0.56, 1.24, 0.34], 0.04, stone);
    clay.soft_box([-2.72, 1.08, z], [0.56, 0.34, 1.2], 0.04, stone);
    clay.soft_box([-2.66, 1.3, z], [0.74, 0.11, 1.95], 0.03, rgb(0x6B4630));
    clay.soft_box([-2.55, 0.04, z], [0.9, 0.1, 1.9], 0.03, stone * 0.8);
    clay.cuboid([-2.99, 0.08, z - 0.56], [-2.94, 0.95, z + 0.56], soot);
    clay.cuboid([-2.97, 0.07, z - 0.56], [-2.45, 0.10, z + 0.56], soot);
    let bark = rgb(0x4B3327);
    for (from, to) in [
        ([-2.78, 0.16, 0.2], [-2.58, 0.17, 1.0]),
        ([-2.55, 0.16, 0.22], [-2.72, 0.17, 0.98]),
        ([-2.68, 0.28, 0.3], [-2.66, 0.29, 0.9]),
    ] {
        clay.tube(from.into(), to.into(), 0.065, bark);
    }
    clay.kind = EMBER;
    for (from, to) in
        [([-2.72, 0.11, 0.3], [-2.5, 0.11, 0.55]), ([-2.72, 0.11, 0.9], [-2.5, 0.11, 0.65])]
    {
        clay.tube(from.into(), to.into(), 0.035, rgb(0xFF7A30));
    }
    clay.kind = FLAME;
    for (slot, (dz, size)) in
        [(0.0, 1.0), (-0.16, 0.75), (0.17, 0.7), (0.08, 0.55), (-0.28, 0.45), (0.3, 0.42)]
            .into_iter()
            .enumerate()
    {
        clay.slot = slot as f32;
        // Flames bend by their own height: their vertices stay where they are built.
        clay.place = Transform::from_xyz(-2.65 + 0.03 * (slot % 3) as f32, 0.14, z + dz);
        let flame =
            [(0.0, 0.0), (0.10, 0.05), (0.115, 0.14), (0.08, 0.30), (0.03, 0.45), (0.0, 0.52)];
        clay.lathe(&flame.map(|(r, y)| (r * size, y * size)), 10, |_| Vec3::ONE);
    }
    (clay.kind, clay.slot) = (MATTER, 0.0);
    // A clock and two candles.
    clay.place = Transform::from_xyz(-2.62, 1.36, z);
    clay.soft_box([0.0, 0.16, 0.0], [0.14, 0.32, 0.3], 0.04, rgb(0x8A4B3A));
    clay.place = Transform::from_xyz(-2.54, 1.53, z)
        .with_rotation(Quat::from_rotation_z(-std::f32::consts::FRAC_PI_2));
    clay.lathe(&[(0.1, 0.0), (0.09, 0.015), (0.0, 0.016)], 18, |_| rgb(0xF3EBDD));
    for dz in [-0.62, 0.66] {
        clay.place = Transform::from_xyz(-2.6, 1.36, z + dz);
        clay.lathe(
            &[(0.0, 0.0), (0.09, 0.0), (0.09, 0.03), (0.04, 0.04), (0.04, 0.26), (0.0, 0.27)],
            14,
            |_| rgb(0xEFE3C8),
        );
        clay.kind = EMBER;
        clay.lathe(&[(0.0, 0.27), (0.022, 0.31), (0.0, 0.39)], 8, |_| rgb(0xFFC46B) * 1.6);
        clay.kind = MATTER;
    }
    clay.place = Transform::IDENTITY;
}

fn bookshelf(clay: &mut Clay, random: &mut Dice) {
    let wood = rgb(0x7A4E33);
    let (left, right, depth, height) = (1.72, 2.92, 0.36, 2.35);
    let (middle, width) = ((left + right) / 2.0, right - left);
    let z = -3.0 + depth / 2.0;
    clay.soft_box([left, height / 2.0, z], [0.07, height, depth], 0.02, wood);
    clay.soft_box([right, height / 2.0, z], [0.07, height, depth], 0.02, wood);
    clay.cuboid([left, 0.0, -3.0], [right, height, -2.97], wood * 0.6);
    let shelves = [0.08, 0.62, 1.16, 1.72, 2.33];
    for y in shelves {
        clay.soft_box([middle, y, z], [width, 0.06, depth], 0.015, wood);
    }
    let spines = [0xA33B3B, 0x2F5D8A, 0xD8A441, 0x3F7A5A, 0x6B4A8C, 0xC9B79C, 0x33424F, 0xB8683F];
    for shelf in 0..4 {
        let (floor, ceiling) = (shelves[shelf] + 0.03, shelves[shelf + 1] - 0.03);
        let mut x = left + 0.06;
        // Each shelf has a gap somewhere, so that it looks lived with.
        let gap = left + 0.3 + random.unit() * 0.6;
        while x < right - 0.12 {
            let thick = 0.05 + 0.05 * random.unit();
            if (x - gap).abs() < 0.11 {
                x += 0.2;
                continue;
            }
            let tall = (ceiling - floor) * (0.62 + 0.30 * random.unit());
            let deep = 0.2 + 0.06 * random.unit();
            let color = rgb(spines[(random.unit() * 8.0) as usize % 8]);
            clay.soft_box(
                [x + thick / 2.0, floor + tall / 2.0, -2.97 + deep / 2.0],
                [thick - 0.006, tall, deep],
                0.012,
                color,
            );
            let band = floor + tall * 0.78;
            clay.cuboid(
                [x + 0.004, band, -2.97 + deep],
                [x + thick - 0.01, band + 0.025, -2.967 + deep],
                color * 1.6 + 0.05,
            );
            x += thick;
        }
    }
    // A globe on top.
    clay.place = Transform::from_xyz(middle + 0.15, height + 0.02, z);
    clay.lathe(&[(0.0, 0.0), (0.12, 0.0), (0.1, 0.03), (0.025, 0.05), (0.025, 0.1)], 14, |_| {
        rgb(0x6B4630)
    });
    clay.sphere(Vec3::Y * 0.28, Vec3::splat(0.19), rgb(0x4F8FB0));
    clay.place = Transform::IDENTITY;
}

fn armchair(clay: &mut Clay) {
    let cloth = rgb(0x3F7F86);
    clay.place = Transform::from_xyz(-1.75, 0.0, -1.85)
        .with_rotation(Quat::from_rotation_y(0.72))
        .with_scale(Vec3::splat(1.08));
    clay.soft_box([0.0, 0.30, 0.0], [0.95, 0.26, 0.85], 0.08, cloth * 0.85);
    clay.soft_box([0.0, 0.47, 0.06], [0.72, 0.17, 0.75], 0.08, cloth * 1.08);
    clay.soft_box([0.0, 0.78, -0.36], [0.95, 0.95, 0.26], 0.12, cloth);
    clay.soft_box([-0.47, 0.48, 0.0], [0.22, 0.48, 0.86], 0.10, cloth * 0.95);
    clay.soft_box([0.47, 0.48, 0.0], [0.22, 0.48, 0.86], 0.10, cloth * 0.95);
    for (x, z) in [(-0.4, 0.34), (0.4, 0.34), (-0.4, -0.36), (0.4, -0.36)] {
        clay.tube(Vec3::new(x, 0.0, z), Vec3::new(x, 0.2, z), 0.04, rgb(0x4A3224));
    }
    let inner = clay.place;
    clay.place =
        inner * Transform::from_xyz(0.02, 0.72, -0.16).with_rotation(Quat::from_rotation_x(-0.25));
    clay.soft_box([0.0, 0.0, 0.0], [0.46, 0.4, 0.15], 0.07, rgb(0xE0A458));
    clay.place = Transform::IDENTITY;
}

fn lamp(clay: &mut Clay) {
    clay.place = Transform::from_xyz(-2.35, 0.0, -1.35);
    let brass = rgb(0x9C7A45);
    clay.lathe(&[(0.0, 0.05), (0.2, 0.03), (0.22, 0.0)], 20, |_| brass);
    clay.tube(Vec3::Y * 0.03, Vec3::Y * 1.95, 0.022, brass);
    clay.kind = SHADE;
    clay.lathe(&[(0.36, 1.82), (0.20, 2.28)], 24, |_| rgb(0xF2D6A2));
    clay.kind = MATTER;
    clay.place = Transform::IDENTITY;
}

fn table(clay: &mut Clay) {
    clay.place = Transform::from_xyz(LILY.x, 0.0, LILY.z);
    let wood = rgb(0x8B5A3C);
    clay.lathe(
        &[(0.0, 0.46), (0.55, 0.46), (0.58, 0.48), (0.58, 0.5), (0.55, 0.52), (0.0, 0.52)],
        32,
        |_| wood,
    );
    clay.lathe(&[(0.26, 0.0), (0.24, 0.04), (0.06, 0.08), (0.05, 0.46)], 16, |_| wood * 0.8);
    // A bowl of water.
    clay.lathe(&[(0.0, 0.52), (0.14, 0.52), (0.27, 0.63), (0.26, 0.64), (0.24, 0.625)], 24, |_| {
        rgb(0x5E87A8)
    });
    clay.lathe(&[(0.245, 0.62), (0.0, 0.62)], 20, |_| rgb(0x2D5F7A));
    // A cup and a book.
    clay.lathe(&[(0.0, 0.0)], 3, |_| Vec3::ONE);
    clay.place = Transform::from_xyz(LILY.x + 0.38, 0.52, LILY.z + 0.12);
    clay.lathe(&[(0.0, 0.0), (0.05, 0.0), (0.075, 0.11), (0.065, 0.11), (0.0, 0.09)], 14, |_| {
        rgb(0xF3EBDD)
    });
    clay.place = Transform::from_xyz(LILY.x - 0.3, 0.54, LILY.z + 0.27)
        .with_rotation(Quat::from_rotation_y(0.5));
    clay.soft_box([0.0, 0.0, 0.0], [0.26, 0.045, 0.19], 0.015, rgb(0x8C3B4E));
    clay.soft_box([0.01, 0.04, 0.01], [0.23, 0.04, 0.17], 0.015, rgb(0x33586E));
    clay.place = Transform::IDENTITY;
}

fn gramophone(clay: &mut Clay) {
    let wood = rgb(0x74482F);
    clay.place = Transform::from_xyz(-2.52, 0.0, 2.15);
    clay.soft_box([0.0, 0.34, 0.0], [0.8, 0.62, 1.0], 0.03, wood * 0.9);
    clay.soft_box([0.402, 0.34, -0.24], [0.03, 0.5, 0.42], 0.012, wood * 1.2);
    clay.soft_box([0.402, 0.34, 0.24], [0.03, 0.5, 0.42], 0.012, wood * 1.2);
    clay.soft_box([0.0, 0.75, 0.0], [0.72, 0.2, 0.78], 0.04, wood * 1.15);
    for (x, z) in [(-0.32, 0.42), (0.32, 0.42), (-0.32, -0.42), (0.32, -0.42)] {
        clay.tube(Vec3::new(x, 0.0, z), Vec3::new(x, 0.06, z), 0.04, wood * 0.6);
    }
    // The horn: from behind the record up and out into the room.
    let brass = rgb(0xD9A441);
    clay.tube(Vec3::new(-0.26, 0.85, -0.28), Vec3::new(-0.26, 1.25, -0.28), 0.03, brass * 0.8);
    let inner = clay.place;
    clay.place = inner
        * Transform::from_xyz(-0.27, 1.22, -0.28)
            .with_rotation(Quat::from_rotation_y(0.6) * Quat::from_rotation_z(-1.0));
    clay.lathe(
        &[(0.03, 0.0), (0.05, 0.2), (0.1, 0.4), (0.2, 0.56), (0.36, 0.66), (0.37, 0.66)],
        20,
        |turn| brass * (0.9 + 0.1 * (turn * 10.0).sin()),
    );
    clay.place = inner;
    clay.tube(Vec3::new(-0.26, 0.92, -0.28), Vec3::new(0.02, 0.90, 0.08), 0.018, rgb(0x3B3B40));
    clay.place = Transform::IDENTITY;
}

fn cat_clay(clay: &mut Clay) {
    let fur = rgb(0xD98B4A);
    let light = rgb(0xF2D0A2);
    clay.sphere(Vec3::new(0.0, 0.15, 0.0), Vec3::new(0.33, 0.17, 0.25), fur);
    clay.sphere(Vec3::new(0.02, 0.18, -0.05), Vec3::new(0.24, 0.165, 0.2), fur * 0.85);
    clay.sphere(Vec3::new(0.24, 0.16, 0.16), Vec3::new(0.14, 0.12, 0.13), fur);
    clay.sphere(Vec3::new(0.30, 0.12, 0.22), Vec3::new(0.07, 0.05, 0.07), light);
    clay.sphere(Vec3::new(0.335, 0.14, 0.275), Vec3::splat(0.016), rgb(0x7A4A4A));
    for (x, z, turn) in [(0.17, 0.22, 0.3), (0.32, 0.10, -0.3)] {
        clay.place = Transform::from_xyz(x, 0.235, z).with_rotation(Quat::from_rotation_y(turn));
        clay.lathe(&[(0.05, 0.0), (0.0, 0.11)], 4, |_| fur * 0.9);
    }
    clay.place = Transform::IDENTITY;
    // The tail lies around it.
    let mut last = Vec3::new(-0.28, 0.07, 0.0);
    for step in 1..=8_u8 {
        let turn = f32::from(step) * 0.27;
        let next = Vec3::new(-0.34 * turn.cos() + 0.04, 0.06, 0.30 * turn.sin());
        clay.tube(last, next, 0.05, if step > 6 { light } else { fur * 0.92 });
        last = next;
    }
}

fn lantern_clay(index: usize) -> Clay {
    let mut clay = Clay { kind: LANTERN, slot: index as f32, ..default() };
    let paper = rgb(0xEFE6D6);
    let mut ball = Vec::new();
    for step in 0..=10_u8 {
        let turn = std::f32::consts::PI * (0.08 + 0.84 * f32::from(step) / 10.0);
        // Ribs: paper over wire.
        let rib = if step % 2 == 0 { 0.985 } else { 1.0 };
        ball.push((0.25 * turn.sin() * rib, -0.28 * turn.cos()));
    }
    clay.lathe(&ball, 18, |_| paper);
    clay.kind = MATTER;
    let wood = rgb(0x4A3628);
    clay.lathe(&[(0.0, 0.32), (0.09, 0.32), (0.09, 0.26), (0.0, 0.26)], 14, |_| wood);
    clay.lathe(&[(0.0, -0.26), (0.08, -0.26), (0.08, -0.32), (0.0, -0.32)], 14, |_| wood);
    clay.tube(Vec3::Y * 0.32, Vec3::Y * 0.40, 0.012, wood);
    clay.tube(Vec3::Y * -0.32, Vec3::Y * -0.47, 0.014, rgb(0xB5566A));
    clay
}

/// A leaf or petal along +Y from its root, bent backwards at the tip; turned by X it opens.
fn leaf_clay(length: f32, width: f32, bend: f32, root: Vec3, tip: Vec3) -> Clay {
    let mut clay = Clay { kind: LEAF, ..default() };
    let rows = 6;
    let point = |row: usize, side: f32| {
        let part = row as f32 / rows as f32;
        let wide = width * (part * std::f32::consts::PI).sin().powf(0.7) * (1.0 - 0.3 * part);
        let curve = bend * part * part * length;
        // Sides fold up a little along the middle.
        [side * wide, part * length - curve * 0.3, curve - side.abs() * wide * 0.25]
    };
    for row in 0..rows {
        let [low, high] = [row, row + 1].map(|row| root.lerp(tip, row as f32 / rows as f32));
        for side in [-1.0, 1.0] {
            let corners =
                [point(row, 0.0), point(row, side), point(row + 1, side), point(row + 1, 0.0)];
            let [a, b, c, d] = corners.map(Vec3::from);
            let normal = ((c - a).cross(d - b) * side).normalize_or_zero();
            clay.blend(corners, normal, [low * 0.85, low, high, high * 0.85]);
        }
    }
    clay
}

fn wing_clay(color: Vec3) -> Clay {
    let mut clay = Clay { kind: WING, ..default() };
    let dark = color * 0.45;
    for (x, z, long, wide) in [(0.09, 0.05, 0.11, 0.08), (0.07, -0.05, 0.08, 0.065)] {
        let middle = Vec3::new(x, 0.0, z);
        let points = 10;
        for step in 0..points {
            let [a, b] = [step, step + 1].map(|step| {
                let turn = std::f32::consts::TAU * step as f32 / points as f32;
                middle + Vec3::new(long * turn.cos(), 0.0, wide * turn.sin())
            });
            clay.blend(
                [middle.into(), middle.into(), a.into(), b.into()],
                Vec3::Y,
                [color * 1.2, color * 1.2, dark, dark],
            );
        }
    }
    clay
}

/// All that glows, as squares that face the camera.
fn glows(random: &mut Dice) -> Clay {
    const HALO: f32 = 0.0;
    const RING: f32 = 1.0;
    const MOTE: f32 = 2.0;
    const SHAFT: f32 = 3.0;
    const SPARK: f32 = 4.0;
    let mut clay = Clay::default();
    let mut square = |kind: f32, slot: usize, seed: Vec4| {
        let first = clay.positions.len() as u32;
        for [x, y] in [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]] {
            clay.positions.push([0.0, 0.0, 0.0]);
            clay.normals.push([x, y, 0.1]);
            clay.kinds.push([kind, slot as f32]);
            clay.colors.push(seed.to_array());
        }
        clay.indices.extend([0, 1, 2, 0, 2, 3].map(|corner| first + corner));
    };
    for slot in 0..8 {
        square(HALO, slot, Vec4::ZERO);
    }
    square(RING, 0, Vec4::ZERO);
    let mut seed = || Vec4::new(random.unit(), random.unit(), random.unit(), random.unit());
    for mote in 0..110 {
        square(MOTE, mote % LANTERNS, seed());
    }
    for spark in 0..70 {
        square(SPARK, spark % LANTERNS, seed());
    }
    // Shafts of light from each pane: several sheets, one behind the other.
    let [left, right, low, high] = WINDOW;
    for pane in 0..3 {
        let [from, to] = [pane, pane + 1].map(|edge| left + (right - left) * edge as f32 / 3.0);
        for sheet in 0..3 {
            let part = 0.2 + 0.3 * sheet as f32;
            let y = low + (high - low) * part;
            let first = clay.positions.len() as u32;
            for [across, along] in [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]] {
                clay.positions.push([from + (to - from) * across, y, -2.95]);
                clay.normals.push([0.0, 1.0, 0.0]);
                clay.kinds.push([SHAFT, 0.0]);
                clay.colors.push([across, along, 0.0, 1.0]);
            }
            clay.indices.extend([0, 1, 2, 0, 2, 3].map(|corner| first + corner));
        }
    }
    clay
}

//! Particles that fly off the rings: a fixed pool of sprites.

use bevy::asset::RenderAssetUsages;
use bevy::prelude::*;
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};

use super::face::ShownFace;
use super::reactions::{Dice, Particle, Reactions, Shape};
use super::theme::Theme;
use super::{HudSettings, HudSystems, layer};

/// Most particles at once: 120 for each of four faces.
const POOL: usize = 480;
/// Side of one cell of the particles' picture in pixels.
const CELL: u32 = 64;
/// Particles grow with their ring up to this radius, in HUD units.
const LARGEST_RING: f32 = 200.0;
/// Share of its life in which a particle fades in, and in which it fades out.
const COMES: f32 = 0.12;
const GOES: f32 = 0.55;

/// Particles that fly off the rings, as the reactions define: sparks, embers, drops, bubbles. At
/// most 480 at once; none with [`HudSettings::reduced_motion`].
#[derive(Debug, Clone, Copy, Default)]
pub struct ParticlesPlugin;

impl Plugin for ParticlesPlugin {
    fn build(&self, app: &mut App) {
        app.add_observer(equip)
            .add_systems(Startup, spawn_pool)
            .add_systems(PostUpdate, fly.in_set(HudSystems::Draw));
    }
}

/// A sprite of the pool.
#[derive(Component, Default)]
struct Flight {
    /// `None` while the sprite is unused.
    flying: Option<Flying>,
}

/// A flying particle, in view space.
struct Flying {
    particle: Particle,
    /// The ring's radius when it left.
    radius: f32,
    position: Vec2,
    velocity: Vec2,
    color: LinearRgba,
    age: f32,
    phase: f32,
}

/// A face's emitter state.
#[derive(Component)]
struct Thrower {
    dice: Dice,
    /// Particles that are due, for each reaction.
    owed: Vec<f32>,
}

/// Draws the particles' picture and spawns the pool.
fn spawn_pool(mut commands: Commands, mut images: ResMut<Assets<Image>>) {
    let picture = images.add(picture());
    for _ in 0..POOL {
        commands.spawn((
            Flight::default(),
            Sprite { image: picture.clone(), ..Sprite::default() },
            Transform::from_xyz(0.0, 0.0, layer::PARTICLES),
            Visibility::Hidden,
        ));
    }
}

/// Gives each new face its emitter state.
fn equip(added: On<Add, ShownFace>, mut commands: Commands) {
    let dice = Dice::new(added.entity.to_bits());
    commands.entity(added.entity).insert(Thrower { dice, owed: Vec::new() });
}

/// Emits new particles and moves the flying ones.
fn fly(
    time: Res<Time>,
    settings: Res<HudSettings>,
    theme: Res<Theme>,
    reactions: Res<Reactions>,
    mut faces: Query<(&ShownFace, &mut Thrower)>,
    mut pool: Query<(&mut Flight, &mut Sprite, &mut Transform, &mut Visibility)>,
) {
    let seconds = time.delta_secs();
    let mut waiting = pool.iter_mut().filter(|(flight, ..)| flight.flying.is_none());
    'faces: for (shown, mut thrower) in &mut faces {
        if settings.reduced_motion {
            break;
        }
        let Thrower { dice, owed } = &mut *thrower;
        owed.resize(reactions.count(), 0.0);
        for (expression, strength) in shown.reactions().filter(|(_, strength)| *strength > 0.0) {
            for (place, reaction) in reactions.to(expression) {
                let (Some(emitter), Some(owed)) = (&reaction.emitter, owed.get_mut(place)) else {
                    continue;
                };
                let color = reaction.color.unwrap_or_else(|| theme.color(expression));
                *owed += emitter.per_second * strength * strength * seconds;
                while *owed >= 1.0 {
                    *owed -= 1.0;
                    let Some((mut flight, mut sprite, ..)) = waiting.next() else {
                        break 'faces;
                    };
                    let particle = emitter.next(dice);
                    sprite.rect = Some(cell(particle.shape));
                    flight.flying = Some(throw(particle, color, shown, dice));
                }
            }
        }
    }
    for (mut flight, mut sprite, mut transform, mut visibility) in &mut pool {
        let Some(flying) = &mut flight.flying else { continue };
        flying.age += seconds;
        if flying.age >= flying.particle.life || settings.reduced_motion {
            flight.flying = None;
            *visibility = Visibility::Hidden;
            continue;
        }
        advance(flying, seconds);
        let opacity = opacity(flying) * outside_of_faces(flying.position, &faces);
        draw(flying, opacity, &mut sprite, &mut transform);
        visibility.set_if_neq(Visibility::Visible);
    }
}

fn throw(particle: Particle, color: Color, shown: &ShownFace, dice: &mut Dice) -> Flying {
    let (middle, radius) = shown.circle();
    let color = color.mix(&Color::WHITE, particle.heat).to_linear();
    Flying {
        particle,
        radius,
        position: middle + (shown.pose.offset + particle.position) * radius,
        velocity: particle.velocity * radius,
        color,
        age: 0.0,
        phase: dice.between(0.0, std::f32::consts::TAU),
    }
}

fn advance(flying: &mut Flying, seconds: f32) {
    let Particle { lift, drag, sway, .. } = flying.particle;
    flying.velocity.y += lift * flying.radius * seconds;
    flying.velocity *= (-drag * seconds).exp();
    let swing = sway * flying.radius * (flying.age * 5.0 + flying.phase).sin();
    flying.position += (flying.velocity + Vec2::new(swing, 0.0)) * seconds;
}

fn opacity(flying: &Flying) -> f32 {
    let lived = flying.age / flying.particle.life;
    let comes = (lived / COMES).min(1.0);
    let goes = ((1.0 - lived) / GOES).min(1.0);
    comes * goes
}

/// Opacity by position: 0 over any face, 1 outside of all rings.
fn outside_of_faces(position: Vec2, faces: &Query<(&ShownFace, &mut Thrower)>) -> f32 {
    faces.iter().fold(1.0, |outside: f32, (shown, _)| {
        let (middle, radius) = shown.circle();
        let distance = position.distance(middle) / radius.max(1.0);
        outside.min(((distance - 0.9) / 0.12).clamp(0.0, 1.0))
    })
}

fn draw(flying: &Flying, opacity: f32, sprite: &mut Sprite, transform: &mut Transform) {
    let lived = flying.age / flying.particle.life;
    let [born, end] = flying.particle.size;
    let size = (born + (end - born) * lived) * flying.radius.min(LARGEST_RING);
    transform.translation = flying.position.extend(layer::PARTICLES);
    let along_flight = flying.velocity.to_angle();
    transform.rotation = match flying.particle.shape {
        Shape::Streak | Shape::Drop => Quat::from_rotation_z(along_flight),
        Shape::Dot | Shape::Bubble => Quat::IDENTITY,
    };
    sprite.custom_size = Some(Vec2::splat(size));
    sprite.color = Color::LinearRgba(flying.color.with_alpha(opacity));
}

fn cell(shape: Shape) -> Rect {
    let left = (shape as u32 * CELL) as f32;
    // Half a pixel inside, so that the neighbours do not bleed in.
    Rect::new(left + 0.5, 0.5, left + CELL as f32 - 0.5, CELL as f32 - 0.5)
}

/// One row of cells, white with the shapes as alpha.
fn picture() -> Image {
    let width = CELL * Shape::ALL.len() as u32;
    let mut rgba = Vec::with_capacity((width * CELL * 4) as usize);
    for y in 0..CELL {
        for x in 0..width {
            let shape = Shape::ALL[(x / CELL) as usize];
            let unit = |pixel: u32| (pixel as f32 + 0.5) / CELL as f32 * 2.0 - 1.0;
            let alpha = shape_alpha(shape, Vec2::new(unit(x % CELL), -unit(y)));
            rgba.extend_from_slice(&[255, 255, 255, (alpha.clamp(0.0, 1.0) * 255.0) as u8]);
        }
    }
    Image::new(
        Extent3d { width, height: CELL, depth_or_array_layers: 1 },
        TextureDimension::D2,
        rgba,
        TextureFormat::Rgba8UnormSrgb,
        RenderAssetUsages::RENDER_WORLD,
    )
}

/// Opacity of a shape at `p` (-1 to 1, y up), for a particle that flies to the right.
fn shape_alpha(shape: Shape, p: Vec2) -> f32 {
    let soft = |distance: f32| 1.0 - ((distance + 0.06) / 0.12).clamp(0.0, 1.0);
    match shape {
        Shape::Streak => {
            // A tail that narrows backwards, a round bright head.
            let along = ((p.x + 0.95) / 1.5).clamp(0.0, 1.0);
            let across = p.y.abs() / (0.02 + 0.11 * along);
            let tail =
                along * along * ((0.8 - p.x) / 0.2).clamp(0.0, 1.0) * (-across * across).exp();
            let head = (p - Vec2::new(0.5, 0.0)).length() / 0.2;
            tail.max((-head * head).exp())
        }
        Shape::Drop => {
            // A circle in front, a tip behind.
            let circle = (p - Vec2::new(0.35, 0.0)).length() - 0.34;
            let taper = 0.34 * ((p.x + 0.8) / 1.05).clamp(0.0, 1.0).powf(1.4);
            let body = if p.x < 0.3 && p.x > -0.8 { p.y.abs() - taper } else { 1.0 };
            let lit = 0.72 + 0.28 * (p.x - 0.2 + p.y).clamp(0.0, 1.0);
            soft(circle.min(body)) * lit
        }
        Shape::Dot => {
            let core = soft(p.length() - 0.22);
            core.max(0.75 * (-(p.length() / 0.42).powi(2)).exp())
                * (1.0 - p.length()).clamp(0.0, 1.0).sqrt()
        }
        Shape::Bubble => {
            let rim = 1.0 - ((p.length() - 0.78).abs() / 0.14).clamp(0.0, 1.0);
            let inside = if p.length() < 0.78 { 0.16 + 0.2 * p.length() } else { 0.0 };
            let highlight = soft((p - Vec2::new(-0.32, 0.36)).length() - 0.13);
            rim.max(inside).max(highlight)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_app::{app, face, run};
    use super::*;
    use emotion_core::Expression;

    fn flying(settings: HudSettings) -> usize {
        let mut app = app(settings);
        face(&mut app, Expression::Angry);
        run(&mut app, 2.0);
        let mut pool = app.world_mut().query::<&Flight>();
        pool.iter(app.world()).filter(|flight| flight.flying.is_some()).count()
    }

    #[test]
    fn a_face_throws_particles_but_not_with_reduced_motion() {
        assert!(flying(HudSettings::default()) > 20);
        assert_eq!(flying(HudSettings { reduced_motion: true, ..default() }), 0);
    }

    #[test]
    fn shapes_fade_out_before_their_cell_ends() {
        for shape in Shape::ALL {
            for step in 0..100 {
                let along = step as f32 / 50.0 - 1.0;
                for p in [
                    Vec2::new(along, 1.0),
                    Vec2::new(along, -1.0),
                    Vec2::new(1.0, along),
                    Vec2::new(-1.0, along),
                ] {
                    assert!(shape_alpha(shape, p) < 0.06, "{shape:?} is cut off at {p}");
                }
            }
        }
    }
}

//! How long the HUD holds the main thread in an update, with four faces that throw 120 particles
//! each.
//!
//! `cargo bench --bench hud [-- UPDATES]`
//!
//! The update runs on one thread, so that everything counts that a system does. Layout and
//! rendering are Bevy's and not in these numbers.

#![expect(clippy::print_stdout, reason = "a bench reports on standard output")]

use std::time::{Duration, Instant};

use bevy::ecs::schedule::SingleThreadedExecutor;
use bevy::prelude::*;
use bevy::shader::Shader;
use bevy::time::TimeUpdateStrategy;
use bevy_emotion::FrameRect;
use bevy_emotion::SubjectId;
use bevy_emotion::hud::reactions::Reaction;
use bevy_emotion::hud::{HudCorePlugin, HudPlugins, HudSystems, ParticlesPlugin, Reactions};
use bevy_emotion::plugin::{Emotion, Face};
use bevy_emotion::{Expression, Scores};

const FACES: u16 = 4;
const PARTICLES: usize = 480;
const TARGET: Duration = Duration::from_micros(500);
const STEP: Duration = Duration::from_micros(16_667);
/// The particles need this long until as many come as go.
const WARM_UP: usize = 240;

/// Throws 120 particles that live for a second.
const FOUNTAIN: &str = "(
    expression: angry,
    pose: (x: [Wave(size: 0.02, cycles: 7)], glow: [Hold(0.9)]),
    emitter: (
        per_second: 122, shape: dot, distance: (1.01, 1.12), outward: (0.1, 0.5),
        upward: (0.1, 0.4), lift: (0.45, 0.45), drag: 0.8, sway: (-0.35, 0.35),
        life: (1, 1), size: (0.08, 0.17), end_size: (0.03, 0.03), heat: (0.1, 0.7),
    ),
)";

#[derive(Resource)]
struct Stopwatch {
    started: Instant,
    last: Duration,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let updates = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let updates = updates.unwrap_or(2000);

    let mut particles = app()?;
    particles.add_plugins((HudCorePlugin::default(), ParticlesPlugin)).add_systems(
        PostUpdate,
        (
            start.after(HudSystems::Follow).before(HudSystems::Draw),
            stop.after(HudSystems::Draw).before(HudSystems::Place),
        ),
    );
    let (median, high) = measure(&mut particles, updates)?;
    println!(
        "particles, {FACES} faces, {PARTICLES} of them: median {median:.1?}, 99th percentile \
         {high:.1?}"
    );

    let mut all = app()?;
    all.add_plugins(HudPlugins)
        .add_systems(PostUpdate, (start.before(HudSystems::Input), stop.after(HudSystems::Paint)));
    let (median_of_all, high_of_all) = measure(&mut all, updates)?;
    println!(
        "the whole HUD with them: median {median_of_all:.1?}, 99th percentile {high_of_all:.1?}"
    );
    if high > TARGET {
        return Err(format!("the particles take more than {TARGET:?}").into());
    }
    Ok(())
}

/// The median and the 99th percentile.
fn measure(
    app: &mut App,
    updates: usize,
) -> Result<(Duration, Duration), Box<dyn std::error::Error>> {
    app.edit_schedule(PostUpdate, |schedule| {
        schedule.set_executor(SingleThreadedExecutor::new());
    });
    app.finish();
    app.cleanup();
    let angry = Emotion {
        scores: Scores::certain(Expression::Angry),
        dominant: Some(Expression::Angry),
        confidence: 0.95,
        ..default()
    };
    for number in 0..FACES {
        let (x, y) = (f32::from(number % 2) * 480.0 + 80.0, f32::from(number / 2) * 270.0 + 40.0);
        let face = Face {
            subject: SubjectId { track: u64::from(number), ..default() },
            bbox_in_frame: FrameRect::new(x, y, 180.0, 180.0),
            frame_size: UVec2::new(960, 540),
            presence: 1.0,
            visible: true,
        };
        app.world_mut().spawn((face, angry));
    }
    for _ in 0..WARM_UP {
        app.update();
    }
    let flying = flying(app);
    if flying < PARTICLES * 98 / 100 {
        return Err(format!("only {flying} of {PARTICLES} particles fly").into());
    }
    let mut times: Vec<_> = (0..updates)
        .map(|_| {
            app.update();
            app.world().resource::<Stopwatch>().last
        })
        .collect();
    times.sort_unstable();
    let rank = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    Ok((rank(0.5), rank(0.99)))
}

fn app() -> Result<App, Box<dyn std::error::Error>> {
    let mut reactions = Reactions::built_in();
    reactions.set("angry", Reaction::from_ron(FOUNTAIN)?);
    let mut app = App::new();
    app.add_plugins((MinimalPlugins, AssetPlugin::default()))
        .init_asset::<Image>()
        .init_asset::<Mesh>()
        .init_asset::<Shader>()
        .init_asset::<Font>()
        .init_resource::<ButtonInput<KeyCode>>()
        .insert_resource(reactions)
        .insert_resource(TimeUpdateStrategy::ManualDuration(STEP))
        .insert_resource(Stopwatch { started: Instant::now(), last: Duration::ZERO });
    Ok(app)
}

fn start(mut stopwatch: ResMut<Stopwatch>) {
    stopwatch.started = Instant::now();
}

fn stop(mut stopwatch: ResMut<Stopwatch>) {
    stopwatch.last = stopwatch.started.elapsed();
}

fn flying(app: &mut App) -> usize {
    let mut sprites = app.world_mut().query_filtered::<&Visibility, With<Sprite>>();
    sprites.iter(app.world()).filter(|seen| **seen == Visibility::Visible).count()
}

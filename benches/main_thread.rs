//! How long the plugin's own systems hold the main thread in an update, with eight faces.
//!
//! `cargo bench --bench main_thread [-- SECONDS]`
//!
//! The puppet's heads, in two rows, go through the real detector and the real model in the background, as
//! in a game. The update runs on one thread, so that everything counts that a system does.

#![expect(clippy::print_stdout, reason = "a bench reports on standard output")]

use std::thread;
use std::time::{Duration, Instant};

use bevy::ecs::schedule::SingleThreadedExecutor;
use bevy::prelude::*;
use bevy_emotion::capture::{Capture, frame_slot};
use bevy_emotion::plugin::{
    EmotionCamera, EmotionPlugins, EmotionStatus, EmotionSystems, Face, FrameAnalyzed,
};

use support::{draw, film};

mod support;

const FACES: usize = 8;
const TARGET: Duration = Duration::from_micros(200);
/// A game's pace.
const UPDATE_TIME: Duration = Duration::from_micros(16_667);
/// Loading and finding the faces may take this long.
const START: Duration = Duration::from_secs(60);

#[derive(Resource)]
struct Stopwatch {
    started: Instant,
    last: Duration,
}

#[derive(Resource, Default)]
struct Analyses(usize);

fn main() -> Result<(), String> {
    let seconds = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let duration = Duration::from_secs(seconds.unwrap_or(20));
    let frames = draw(2, FACES as u8 / 2, (960, 270))?;
    let (sender, receiver) = frame_slot();
    thread::spawn(move || film(&frames, &sender, |_| true));
    let mut app = app(Capture::from_receiver("drawn".to_owned(), receiver));

    let start = Instant::now();
    while faces_in_view(&mut app) < FACES {
        let mut cameras = app.world_mut().query::<&EmotionStatus>();
        if let Some(problem) = cameras.iter(app.world()).find_map(|status| status.problem.clone()) {
            return Err(problem);
        }
        if start.elapsed() > START {
            return Err(format!("{} of {FACES} faces were found", faces_in_view(&mut app)));
        }
        update(&mut app);
    }
    app.insert_resource(Analyses(0));

    let mut times = Vec::new();
    let mut faces = 0;
    let start = Instant::now();
    while start.elapsed() < duration {
        update(&mut app);
        times.push(app.world().resource::<Stopwatch>().last);
        faces += faces_in_view(&mut app);
    }
    times.sort_unstable();
    let quantile = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    let (median, p98, p99) = (quantile(0.5), quantile(0.98), quantile(0.99));
    println!(
        "{} updates, {} analyses, {:.2} faces on average",
        times.len(),
        app.world().resource::<Analyses>().0,
        faces as f64 / times.len() as f64
    );
    println!(
        "the plugin's systems on the main thread: median {median:?}, p98 {p98:?}, p99 {p99:?}"
    );
    let verdict = if p99 <= TARGET { "within" } else { "above" };
    println!("{verdict} the target of {TARGET:?} at the 99th percentile");
    Ok(())
}

fn app(camera: Capture) -> App {
    let mut app = App::new();
    app.world_mut().spawn(EmotionCamera::new(camera));
    app.add_plugins((MinimalPlugins, AssetPlugin::default(), ImagePlugin::default()))
        .add_plugins(EmotionPlugins)
        .insert_resource(Stopwatch { started: Instant::now(), last: Duration::ZERO })
        .init_resource::<Analyses>()
        .add_systems(
            PreUpdate,
            (
                start_stopwatch.before(EmotionSystems::Capture),
                stop_stopwatch.after(EmotionSystems::Track).before(EmotionSystems::Input),
                count_analyses.after(EmotionSystems::Track),
            ),
        );
    app.edit_schedule(PreUpdate, |schedule| {
        schedule.set_executor(SingleThreadedExecutor::new());
    });
    app.finish();
    app.cleanup();
    app
}

fn start_stopwatch(mut stopwatch: ResMut<Stopwatch>) {
    stopwatch.started = Instant::now();
}

fn stop_stopwatch(mut stopwatch: ResMut<Stopwatch>) {
    stopwatch.last = stopwatch.started.elapsed();
}

fn count_analyses(mut messages: MessageReader<FrameAnalyzed>, mut analyses: ResMut<Analyses>) {
    analyses.0 += messages.read().count();
}

fn update(app: &mut App) {
    let start = Instant::now();
    app.update();
    thread::sleep(UPDATE_TIME.saturating_sub(start.elapsed()));
}

fn faces_in_view(app: &mut App) -> usize {
    let mut faces = app.world_mut().query::<&Face>();
    faces.iter(app.world()).filter(|face| face.visible).count()
}

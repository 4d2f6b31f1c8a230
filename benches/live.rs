//! How long it takes from a camera's frame to the components of its face, at 30 frames a second with one face.
//!
//! `cargo bench --bench live [-- SECONDS]`
//!
//! The app updates 60 times a second, and the detector and the model run in the background, as in a game.

#![expect(clippy::print_stdout, reason = "a bench reports on standard output")]

use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use bevy::prelude::*;
use bevy_emotion::capture::frame_slot;
use bevy_emotion::models::BackendChoice;
use bevy_emotion::prelude::*;
use bevy_emotion::session::AnalyzerSettings;

use support::{FRAME_TIME, draw, film};

mod support;

const SIZE: (u32, u32) = (640, 480);
const UPDATE_TIME: Duration = Duration::from_micros(16_667);
/// Loading the model is not measured.
const WARM_UP: Duration = Duration::from_secs(5);
/// Of the time between two frames.
const TARGET: f64 = 1.2;

/// When each frame was offered, and how long its way to the components took.
#[derive(Resource)]
struct Ways {
    offered: Vec<Instant>,
    took: Vec<Duration>,
}

fn main() -> Result<(), String> {
    let seconds = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let duration = Duration::from_secs(seconds.unwrap_or(30));
    let frames = draw(1, 1, SIZE)?;
    let (sender, receiver) = frame_slot();
    let (tell, offered) = channel();
    thread::spawn(move || film(&frames, &sender, |at| tell.send(at).is_ok()));

    let mut app = app(Capture::from_receiver("drawn".to_owned(), receiver));
    run(&mut app, &offered, WARM_UP);
    let warm = app.world().resource::<Ways>().took.len();
    run(&mut app, &offered, duration);

    let ways = app.world().resource::<Ways>();
    let mut took = ways.took[warm..].to_vec();
    if took.is_empty() {
        return Err("no face was read".to_owned());
    }
    took.sort_unstable();
    let quantile = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    let frames_in = duration.as_secs_f64() / FRAME_TIME.as_secs_f64();
    println!("{} of {frames_in:.0} frames read", took.len());
    let (median, p95) = (quantile(0.5), quantile(0.95));
    let frame_times = p95.as_secs_f64() / FRAME_TIME.as_secs_f64();
    println!(
        "from camera to component: median {median:?}, p95 {p95:?} = {frame_times:.2} frame times"
    );
    let verdict = if frame_times <= TARGET { "within" } else { "above" };
    println!("{verdict} the target of {TARGET} frame times at the 95th percentile");
    Ok(())
}

fn app(camera: Capture) -> App {
    let mut app = App::new();
    app.world_mut().spawn(EmotionCamera::new(camera));
    let settings = AnalyzerSettings { backend: BackendChoice::Cpu, ..default() };
    app.add_plugins((MinimalPlugins, AssetPlugin::default(), ImagePlugin::default()))
        .add_plugins(EmotionPlugins.set(AnalyzePlugin { settings }))
        .insert_resource(Ways { offered: Vec::new(), took: Vec::new() })
        .add_systems(PreUpdate, note.after(EmotionSystems::Track).before(EmotionSystems::Input));
    app.finish();
    app.cleanup();
    app
}

/// Notes the way of each frame whose face is in a component now.
fn note(mut analyses: MessageReader<FrameAnalyzed>, faces: Query<&Face>, mut ways: ResMut<Ways>) {
    for analyzed in analyses.read() {
        let offered = ways.offered.get(analyzed.analysis.sequence as usize).copied();
        if let Some(offered) = offered
            && faces.iter().any(|face| face.visible)
        {
            ways.took.push(offered.elapsed());
        }
    }
}

fn run(app: &mut App, offered: &Receiver<Instant>, duration: Duration) {
    let start = Instant::now();
    while start.elapsed() < duration {
        let update = Instant::now();
        app.world_mut().resource_mut::<Ways>().offered.extend(offered.try_iter());
        app.update();
        thread::sleep(UPDATE_TIME.saturating_sub(update.elapsed()));
    }
}

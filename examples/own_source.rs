//! Frames that come from code: another library's camera, a film, or as here pictures that are drawn.
//! `cargo run --release --example own_source`

use std::thread;
use std::time::Duration;

use bevy::app::ScheduleRunnerPlugin;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy_emotion::capture::{FrameSender, frame_slot};
use bevy_emotion::prelude::*;

#[path = "support/mod.rs"]
mod support;

const SIZE: UVec2 = UVec2::new(320, 240);
const FRAME_TIME: Duration = Duration::from_millis(33);

fn main() -> AppExit {
    let (sender, frames) = frame_slot();
    thread::spawn(|| draw(sender));
    let mut app = App::new();
    // A camera that is there before the plugins takes the place of the one that they would open.
    app.world_mut().spawn(EmotionCamera::new(Capture::from_receiver("drawn".to_owned(), frames)));
    app.add_plugins((
        MinimalPlugins.set(ScheduleRunnerPlugin::run_loop(Duration::from_millis(16))),
        LogPlugin::default(),
    ))
    .add_plugins(EmotionPlugins)
    .add_systems(Update, tell);
    support::run(app)
}

/// Offers a frame at a time, from any thread. The plugin takes the newest one.
fn draw(sender: FrameSender) {
    for sequence in 0_u32.. {
        let pixels = (0..SIZE.element_product()).map(|index| (index % SIZE.x + 2 * sequence) as u8);
        let rgb: Vec<u8> = pixels.flat_map(|grey| [grey, grey, 128]).collect();
        match Frame::from_rgb(rgb, SIZE.x, SIZE.y, sequence.into(), FRAME_TIME * sequence) {
            Ok(frame) => sender.offer(frame),
            Err(error) => error!("a frame that is none: {error}"),
        }
        thread::sleep(FRAME_TIME);
    }
}

fn tell(mut frames: MessageReader<FrameAnalyzed>, cameras: Query<&EmotionCamera>) {
    for frame in frames.read() {
        let Ok(camera) = cameras.get(frame.camera) else { continue };
        let faces = frame.analysis.readings.len();
        info!("{}: {faces} faces in frame {}", camera.status().label, frame.analysis.sequence);
    }
}

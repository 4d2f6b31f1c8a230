//! Milliseconds that a model takes for one face and for eight, on each backend.
//!
//! `cargo bench --bench classify [-- MODEL]`

#![expect(clippy::print_stdout, reason = "a bench prints its result")]

use std::time::{Duration, Instant};

use bevy_emotion::classify::preprocess::{FaceImage, PIXELS, face_image};
use bevy_emotion::classify::{BackendChoice, ClassifierOptions, Hardware, ModelChoice};
use bevy_emotion::frame::{Frame, FrameRect};

/// How long each measurement goes on.
const TIME: Duration = Duration::from_secs(2);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let model = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let model: ModelChoice = model.as_deref().unwrap_or("cnn4").parse()?;
    println!("{model}: {}", model.read(Hardware::Cpu)?.header().architecture.cost());

    let frame = noise(640, 480)?;
    let crop = |side| {
        let box_in_frame = FrameRect::square((320.0, 240.0), side);
        median(|| face_image(&frame, box_in_frame, 0.2).grey.len())
    };
    println!(
        "preparing a face of 40, 160 and 400 pixels: {:.3}, {:.3}, {:.3} ms",
        crop(40.0),
        crop(160.0),
        crop(400.0)
    );

    println!("{:<8} {:>10} {:>10} {:>10}  device", "backend", "start", "1 face", "8 faces");
    for backend in [BackendChoice::Cpu, BackendChoice::Wgpu] {
        let options = ClassifierOptions::new(backend, model.clone());
        let started = Instant::now();
        let mut classifier = match options.load() {
            Ok(classifier) => classifier,
            Err(error) => {
                println!("{backend:<8} {error}");
                continue;
            }
        };
        let start = started.elapsed().as_secs_f64() * 1e3;
        let mut times = [0.0; 2];
        for (time, count) in times.iter_mut().zip([1, 8]) {
            let faces: Vec<FaceImage> = (0..count).map(face).collect();
            // Once beforehand: a batch of another size is another set of shaders.
            classifier.classify(&faces)?;
            *time = median(|| classifier.classify(&faces).map_or(0, |scores| scores.len()));
        }
        println!(
            "{backend:<8} {start:>7.0} ms {:>7.2} ms {:>7.2} ms  {}",
            times[0],
            times[1],
            classifier.description().device
        );
    }
    Ok(())
}

/// Median milliseconds of a call.
fn median(mut call: impl FnMut() -> usize) -> f64 {
    let mut times = Vec::new();
    let started = Instant::now();
    while started.elapsed() < TIME || times.len() < 5 {
        let call_started = Instant::now();
        std::hint::black_box(call());
        times.push(call_started.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn face(seed: usize) -> FaceImage {
    FaceImage { grey: (0..PIXELS).map(|index| (index * (seed + 7) % 251) as u8).collect() }
}

fn noise(width: u32, height: u32) -> Result<Frame, bevy_emotion::frame::FrameError> {
    let bytes = (0..width as usize * height as usize * 3).map(|index| (index * 7 % 253) as u8);
    Frame::from_rgb(bytes.collect(), width, height, 0, Duration::ZERO)
}

//! How the faces of FER-2013 are framed, in terms of the box that the detector gives for them.
//!
//! `cargo bench --bench margin -- fer2013.csv`
//!
//! Enlarges training faces, puts them into frames, finds them, and prints medians and quartiles.
//! `CROP_SCALE` in `src/classify/preprocess.rs` is from here.

#![expect(clippy::print_stdout, reason = "a bench prints its result")]

use std::path::Path;
use std::time::Duration;

use emotion_core::Frame;
use emotion_core::{FaceImage, SIDE};
use emotion_train::dataset::{DataSet, Split};
use emotion_vision::detect::{FaceDetector, HaarDetector};

/// Every so many training faces is measured.
const EVERY: usize = 72;
const WIDTH: u32 = 320;
const HEIGHT: u32 = 320;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Some(path) = std::env::args().skip(1).find(|argument| !argument.starts_with("--")) else {
        println!("skipped: name fer2013.csv to measure how its faces are framed");
        return Ok(());
    };
    let data = DataSet::read_csv(Path::new(&path))?;
    let faces = data.faces(Split::Training)?;
    for (enlarged, surround) in
        [(4.0, Surround::Edge), (4.0, Surround::Grey), (3.0, Surround::Edge)]
    {
        let side = SIDE as f32 * enlarged;
        let (mut scales, mut rights, mut downs) = (Vec::new(), Vec::new(), Vec::new());
        let mut shown = 0;
        for face in faces.iter().step_by(EVERY) {
            shown += 1;
            // A detector of its own for each: none is known from the picture before.
            let mut detector = HaarDetector::from_system(None)?;
            let frame = frame(&face.image, enlarged, surround)?;
            let found = detector.detect(&frame, &[])?;
            let largest = found
                .iter()
                .max_by(|a, b| a.bbox_in_frame.area().total_cmp(&b.bbox_in_frame.area()));
            let Some(detection) = largest.filter(|found| found.roll.abs() < 0.1) else { continue };
            let found = detection.bbox_in_frame;
            let (x, y) = found.center();
            // Boxes that are not about this face: a mouth, a pattern in the surroundings.
            if found.width < side * 0.5 {
                continue;
            }
            scales.push(side / found.width);
            rights.push((WIDTH as f32 / 2.0 - x) / found.width);
            downs.push((HEIGHT as f32 / 2.0 - y) / found.width);
        }
        println!(
            "enlarged {enlarged} times, surroundings {surround:?}: {} of {shown} faces found",
            scales.len()
        );
        for (name, values) in [("side", &mut scales), ("right", &mut rights), ("down", &mut downs)]
        {
            values.sort_by(f32::total_cmp);
            let at = |share: f32| {
                values.get((values.len() as f32 * share) as usize).copied().unwrap_or(f32::NAN)
            };
            println!(
                "  {name:>5}: median {:.3}, quartiles {:.3} and {:.3} sides of the box",
                at(0.5),
                at(0.25),
                at(0.75)
            );
        }
    }
    Ok(())
}

/// What is around a face.
#[derive(Debug, Clone, Copy)]
enum Surround {
    /// Its edge, repeated.
    Edge,
    /// An even grey.
    Grey,
}

/// A face in the middle of a frame.
fn frame(
    face: &FaceImage,
    enlarged: f32,
    surround: Surround,
) -> Result<Frame, emotion_core::FrameError> {
    let last = (SIDE - 1) as f32;
    let mut rgb = Vec::with_capacity(WIDTH as usize * HEIGHT as usize * 3);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let place = |pixel: u32, size: u32| {
                (pixel as f32 + 0.5 - size as f32 / 2.0) / enlarged + SIDE as f32 / 2.0 - 0.5
            };
            let (x, y) = (place(x, WIDTH), place(y, HEIGHT));
            let inside = (-0.5..=last + 0.5).contains(&x) && (-0.5..=last + 0.5).contains(&y);
            let grey = match surround {
                Surround::Grey if !inside => 128,
                _ => sample(face, x.clamp(0.0, last), y.clamp(0.0, last)),
            };
            rgb.extend([grey; 3]);
        }
    }
    Frame::from_rgb(rgb, WIDTH, HEIGHT, 0, Duration::ZERO)
}

fn sample(face: &FaceImage, x: f32, y: f32) -> u8 {
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(SIDE - 1), (top + 1).min(SIDE - 1));
    let at = |x: usize, y: usize| f32::from(face.grey[y * SIDE + x]);
    let (across, along) = (x.fract(), y.fract());
    let upper = at(left, top) * (1.0 - across) + at(right, top) * across;
    let lower = at(left, bottom) * (1.0 - across) + at(right, bottom) * across;
    (upper * (1.0 - along) + lower * along).round() as u8
}

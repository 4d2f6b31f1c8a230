//! How much the mouth of each face moves from frame to frame: what tells who speaks.

use std::collections::BTreeMap;
use std::time::Duration;

use emotion_core::{Frame, FrameRect, SIDE};

use crate::crop::face_image;
use crate::math;
use crate::track::TrackedFace;

/// Where the middle of the mouth is in a face's square, in sides from its middle: straight down.
const BELOW_THE_MIDDLE: f32 = 0.27;
/// Side of the square around the mouth, in sides of the face.
const MOUTH: f32 = 0.44;
/// Rows of it that show mouth and chin; above is the nose, below the neck.
const ROWS: std::ops::Range<usize> = 6..42;
/// The head's own motion is looked for up to so many pixels each way and taken away.
const SHIFT: i32 = 2;
/// The square follows its face with this time constant, so that jitter of the detection is not taken for speech.
const FOLLOW: Duration = Duration::from_millis(80);
/// After this time without a face its mouth is another picture.
const FORGET: Duration = Duration::from_millis(500);

/// What was seen of a mouth in a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MouthMotion {
    /// The track of the face.
    pub track: u64,
    /// How much the mouth changed since the frame before, a second, in standard deviations of its brightness.
    pub motion: f32,
    /// The standard deviation of its brightness, 0 to 255: little where it is dark or in fog.
    pub contrast: f32,
}

/// Watches the mouths of the faces in a stream of frames.
#[derive(Debug, Clone, Default)]
pub struct MouthWatcher {
    known: BTreeMap<u64, Mouth>,
}

#[derive(Debug, Clone)]
struct Mouth {
    time: Duration,
    bbox: FrameRect,
    roll: f32,
    /// [`SIDE`] times [`SIDE`] pixels.
    pixels: Vec<u8>,
}

impl MouthWatcher {
    /// What the mouths of a frame's faces do. A face that is new has none yet, as motion needs two frames.
    pub fn observe(&mut self, frame: &Frame, faces: &[TrackedFace]) -> Vec<MouthMotion> {
        let now = frame.time();
        self.known.retain(|_, mouth| now.saturating_sub(mouth.time) < FORGET);
        faces.iter().filter_map(|face| self.watch(frame, face)).collect()
    }

    /// Forgets all faces: the next frame is of another stream.
    pub fn reset(&mut self) {
        self.known.clear();
    }

    fn watch(&mut self, frame: &Frame, face: &TrackedFace) -> Option<MouthMotion> {
        let now = frame.time();
        let before = self.known.get(&face.track);
        let (bbox, roll) = before.map_or((face.bbox_in_frame, face.roll), |before| {
            let passed = now.saturating_sub(before.time).as_secs_f32();
            let amount = 1.0 - math::exp(-passed / FOLLOW.as_secs_f32());
            let mix = |from: f32, to: f32| from + (to - from) * amount;
            let (old, new) = (before.bbox, face.bbox_in_frame);
            let bbox = FrameRect::new(
                mix(old.x, new.x),
                mix(old.y, new.y),
                mix(old.width, new.width),
                mix(old.height, new.height),
            );
            (bbox, mix(before.roll, face.roll))
        });
        let pixels = face_image(frame, mouth_in(bbox, roll), roll).grey;
        let seen = before.and_then(|before| {
            let passed = now.saturating_sub(before.time).as_secs_f32();
            let contrast = deviation(&pixels);
            let change = change(&before.pixels, &pixels) / contrast.max(LEAST_CONTRAST);
            (passed > 0.0).then_some(MouthMotion {
                track: face.track,
                motion: change / passed,
                contrast,
            })
        });
        self.known.insert(face.track, Mouth { time: now, bbox, roll, pixels });
        seen
    }
}

/// Below this deviation, in grey levels, noise would be taken for motion.
const LEAST_CONTRAST: f32 = 6.0;

/// The square around the mouth of a face that leans by `roll`.
fn mouth_in(face: FrameRect, roll: f32) -> FrameRect {
    let (sin, cos) = math::sin_cos(roll);
    let (x, y) = face.center();
    let down = BELOW_THE_MIDDLE * face.height;
    FrameRect::square((x - down * sin, y + down * cos), MOUTH * face.width)
}

/// The mean difference of two pictures of a mouth, where they lie best on each other.
fn change(before: &[u8], after: &[u8]) -> f32 {
    let shifts = -SHIFT..=SHIFT;
    let all = shifts.clone().flat_map(|down| shifts.clone().map(move |right| (right, down)));
    all.map(|shift| difference(before, after, shift)).fold(f32::INFINITY, f32::min)
}

fn difference(before: &[u8], after: &[u8], shift: (i32, i32)) -> f32 {
    let margin = SHIFT as usize;
    let width = SIDE - 2 * margin;
    let start = |row: usize, (right, down): (i32, i32)| {
        (row as i32 + down) as usize * SIDE + (margin as i32 + right) as usize
    };
    let pairs = || {
        ROWS.flat_map(|row| {
            let (one, other) = (start(row, (0, 0)), start(row, shift));
            let one = before.get(one..one + width).unwrap_or_default();
            let other = after.get(other..other + width).unwrap_or_default();
            one.iter().zip(other).map(|(one, other)| f32::from(*other) - f32::from(*one))
        })
    };
    let count = (ROWS.len() * width) as f32;
    // Light that changes on the whole is no motion.
    let mean = pairs().sum::<f32>() / count;
    pairs().map(|difference| (difference - mean).abs()).sum::<f32>() / count
}

fn deviation(pixels: &[u8]) -> f32 {
    let count = pixels.len().max(1) as f32;
    let mean = pixels.iter().map(|pixel| f32::from(*pixel)).sum::<f32>() / count;
    let squares = pixels.iter().map(|pixel| (f32::from(*pixel) - mean).powi(2));
    (squares.sum::<f32>() / count).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A face whose mouth is `open` pixels high, at `place`.
    fn frame(number: u64, place: (i32, i32), open: i32) -> Frame {
        let dark = |x: i32, y: i32| {
            let (x, y) = (x - place.0, y - place.1);
            (x - 100).abs() < 16 && (y - 127).abs() <= open
        };
        let skin = |x: i32, y: i32| {
            // Freckles: a picture without any is in place wherever it is.
            let (x, y) = (x - place.0, y - place.1);
            if (x * 7 + y * 13) % 31 < 3 { 150 } else { 170 }
        };
        let grey =
            (0..200).flat_map(|y| (0..200).map(move |x| if dark(x, y) { 40 } else { skin(x, y) }));
        let time = Duration::from_millis(40 * number);
        Frame::from_grey(grey.collect(), 200, 200, number, time).expect("a frame")
    }

    fn watch(frames: impl Iterator<Item = (Frame, (f32, f32))>) -> Vec<f32> {
        let mut watcher = MouthWatcher::default();
        let faces = frames.map(|(frame, (right, down))| {
            let bbox_in_frame = FrameRect::square((100.0 + right, 100.0 + down), 100.0);
            let face = TrackedFace { track: 1, bbox_in_frame, roll: 0.0, presence: 1.0 };
            watcher.observe(&frame, &[face]).first().map_or(0.0, |mouth| mouth.motion)
        });
        faces.collect()
    }

    #[test]
    fn a_mouth_that_opens_moves_and_a_head_that_moves_does_not_speak() {
        let mean =
            |motions: Vec<f32>| motions[1..].iter().sum::<f32>() / (motions.len() - 1) as f32;
        let talks = (0..20).map(|i| (frame(i, (0, 0), 2 + 3 * (i % 4) as i32), (0.0, 0.0)));
        let talks = mean(watch(talks));
        let still = mean(watch((0..20).map(|i| (frame(i, (0, 0), 4), (0.0, 0.0)))));
        let moves = (0..20).map(|i| (frame(i, (i as i32 / 2, 0), 4), (i as f32 / 2.0, 0.0)));
        let moves = mean(watch(moves));
        assert_eq!(still, 0.0);
        assert!(talks > 3.0 * moves, "{talks} {moves}");
    }
}

//! Pictures for tests and benches: puppets on textured backgrounds, with the truth about their faces.

use std::f32::consts::TAU;
use std::time::Duration;

use emotion_capture::FrameSource;
use emotion_capture::puppet::{PuppetConfig, PuppetMotion, PuppetSource};
use emotion_core::{Frame, FrameRect};
use rand::RngExt;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Side of the square around a drawn head, in sides of its face.
const HEAD_REACH: f32 = 1.7;

/// A picture in RGB, and where its faces are.
pub struct Picture {
    rgb: Vec<u8>,
    width: usize,
    height: usize,
    /// As Haar cascades frame them.
    pub faces: Vec<FrameRect>,
}

impl Picture {
    /// A picture without faces: noise in many sizes, and shapes with hard edges.
    pub fn textured(width: usize, height: usize, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut values = vec![[0.0_f32; 3]; width * height];
        let mut cell = 4.0_f32;
        let fall: f32 = random.random_range(0.8..1.6);
        while cell < width.max(height) as f32 {
            let columns = (width as f32 / cell) as usize + 2;
            let rows = (height as f32 / cell) as usize + 2;
            let strength = cell.powf(fall - 0.6);
            let grid: Vec<[f32; 3]> = (0..columns * rows)
                .map(|_| {
                    let grey: f32 = random.random_range(-1.0..1.0);
                    [0; 3].map(|_: i32| (grey + random.random_range(-0.4..0.4)) * strength)
                })
                .collect();
            for (index, value) in values.iter_mut().enumerate() {
                let (x, y) = ((index % width) as f32 / cell, (index / width) as f32 / cell);
                let (column, row) = (x as usize, y as usize);
                let (across, down) = (x.fract(), y.fract());
                let corner =
                    |right: usize, low: usize| grid[(row + low) * columns + column + right];
                for (channel, value) in value.iter_mut().enumerate() {
                    let upper = mixed(corner(0, 0)[channel], corner(1, 0)[channel], across);
                    let lower = mixed(corner(0, 1)[channel], corner(1, 1)[channel], across);
                    *value += mixed(upper, lower, down);
                }
            }
            cell *= 2.0;
        }
        for _ in 0..random.random_range(4..24) {
            add_shape(&mut random, &mut values, width);
        }
        let largest = values.iter().flatten().fold(1e-3_f32, |most, value| most.max(value.abs()));
        let byte = |value: &f32| (128.0 + 120.0 * value / largest) as u8;
        let rgb = values.iter().flatten().map(byte).collect();
        Self { rgb, width, height, faces: Vec::new() }
    }

    /// A face of `side` pixels somewhere in a textured picture.
    pub fn photo(width: usize, height: usize, side: f32, heads: &[Head], seed: u64) -> Self {
        let mut picture = Self::textured(width, height, seed);
        let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0x5eed);
        let head = &heads[random.random_range(0..heads.len())];
        let place = |length: usize| (side * 0.6, length as f32 - side * 0.6);
        let (left, right) = place(width);
        let (top, bottom) = place(height);
        let x = random.random_range(left.min(right)..=left.max(right));
        let y = random.random_range(top.min(bottom)..=top.max(bottom));
        picture.paste(head, (x, y), side);
        picture
    }

    /// `count` heads in rows of `columns`, in a textured picture of 640 by 480 pixels.
    pub fn group(count: usize, columns: usize, heads: &[Head], seed: u64) -> Self {
        let mut picture = Self::textured(640, 480, seed);
        let rows = count.div_ceil(columns);
        let (across, down) = (640.0 / columns as f32, 480.0 / rows as f32);
        for index in 0..count {
            let (column, row) = ((index % columns) as f32, (index / columns) as f32);
            let middle = ((column + 0.5) * across, (row + 0.5) * down);
            picture.paste(&heads[index % heads.len()], middle, across.min(down) / HEAD_REACH);
        }
        picture
    }

    /// A head that fills a square of `pixels` each way; the picture shows `reach` sides of the face.
    pub fn tight(pixels: usize, reach: f32, head: &Head, seed: u64) -> Self {
        let mut picture = Self::textured(pixels, pixels, seed);
        let middle = pixels as f32 / 2.0;
        picture.paste(head, (middle, middle), pixels as f32 / reach);
        picture
    }

    /// Draws a head whose face has this middle and side, fading out at the edges of its square.
    pub fn paste(&mut self, head: &Head, (x, y): (f32, f32), side: f32) {
        self.faces.push(FrameRect::square((x, y), side));
        let square = side * HEAD_REACH;
        let (left, top) = (x - square / 2.0, y - square / 2.0);
        let scale = head.pixels as f32 / square;
        let range = |start: f32, most: usize| {
            let last = (start + square).ceil().clamp(0.0, most as f32) as usize;
            start.max(0.0).ceil() as usize..last
        };
        for row in range(top, self.height) {
            for column in range(left, self.width) {
                let (from_x, from_y) = (column as f32 - left, row as f32 - top);
                let edge = [from_x, square - from_x, from_y, square - from_y];
                let edge = edge.into_iter().fold(f32::INFINITY, f32::min);
                let part = (edge / (0.08 * square)).clamp(0.0, 1.0);
                let color = head.mean(from_x * scale, from_y * scale, scale);
                let start = (row * self.width + column) * 3;
                for (channel, value) in self.rgb[start..start + 3].iter_mut().enumerate() {
                    *value = mixed(f32::from(*value), color[channel], part) as u8;
                }
            }
        }
    }

    /// The picture as a frame.
    pub fn frame(&self) -> Frame {
        let (width, height) = (self.width as u32, self.height as u32);
        Frame::from_rgb(self.rgb.clone(), width, height, 0, Duration::ZERO)
            .expect("the bytes fit the size")
    }
}

/// A drawn head: a square with its face in the middle.
pub struct Head {
    rgb: Vec<u8>,
    pixels: usize,
}

impl Head {
    /// Four heads that look different, at a moment of their motion that `seed` chooses, leaning by up
    /// to `tilt` radians.
    pub fn four(seed: u64, tilt: f32) -> Vec<Self> {
        let motion = PuppetMotion { tilt, ..PuppetMotion::default() };
        let mut source = PuppetSource::new(PuppetConfig {
            size: (1600, 440),
            frames_per_second: 0.7,
            heads: 4,
            seed,
            motion,
            ..PuppetConfig::default()
        });
        let mut frame = None;
        for _ in 0..=seed % 4 {
            frame = source.next_frame().expect("a puppet does not fail");
        }
        let frame = frame.expect("a frame");
        source.truth().iter().map(|truth| Self::cut(&frame, &truth.bbox_in_frame)).collect()
    }

    fn cut(frame: &Frame, face: &FrameRect) -> Self {
        let (x, y) = face.center();
        let pixels = (face.width * HEAD_REACH) as usize;
        let (width, height) = (frame.width() as usize, frame.height() as usize);
        let start = |middle: f32| middle as i64 - pixels as i64 / 2;
        let (left, top) = (start(x), start(y));
        let mut rgb = Vec::with_capacity(pixels * pixels * 3);
        for row in 0..pixels as i64 {
            let row = (top + row).clamp(0, height as i64 - 1) as usize;
            for column in 0..pixels as i64 {
                let column = (left + column).clamp(0, width as i64 - 1) as usize;
                let place = (row * width + column) * 3;
                rgb.extend_from_slice(&frame.rgb()[place..place + 3]);
            }
        }
        Self { rgb, pixels }
    }

    /// The mean colour of `size` pixels each way around a place.
    fn mean(&self, x: f32, y: f32, size: f32) -> [f32; 3] {
        let samples = (size.ceil() as usize).max(1);
        let mut sum = [0.0; 3];
        for index in 0..samples * samples {
            let offset = |step: usize| ((step as f32 + 0.5) / samples as f32 - 0.5) * size;
            let color = self.between(x + offset(index % samples), y + offset(index / samples));
            for channel in 0..3 {
                sum[channel] += color[channel] / (samples * samples) as f32;
            }
        }
        sum
    }

    fn between(&self, x: f32, y: f32) -> [f32; 3] {
        let last = self.pixels - 1;
        let (x, y) = (x.clamp(0.0, last as f32), y.clamp(0.0, last as f32));
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = ((left + 1).min(last), (top + 1).min(last));
        let at = |column: usize, row: usize, channel: usize| {
            f32::from(self.rgb[(row * self.pixels + column) * 3 + channel])
        };
        let mut color = [0.0; 3];
        for (channel, value) in color.iter_mut().enumerate() {
            let upper = mixed(at(left, top, channel), at(right, top, channel), x.fract());
            let lower = mixed(at(left, bottom, channel), at(right, bottom, channel), x.fract());
            *value = mixed(upper, lower, y.fract());
        }
        color
    }
}

/// A disc, a box or stripes somewhere in the picture.
fn add_shape(random: &mut ChaCha8Rng, values: &mut [[f32; 3]], width: usize) {
    let height = values.len() / width;
    let x = random.random_range(0.0..width as f32);
    let y = random.random_range(0.0..height as f32);
    let half: f32 = random.random_range(4.0..0.2 * width as f32);
    let flat: f32 = random.random_range(0.3..1.5);
    let (sin, cos) = random.random_range(0.0..TAU).sin_cos();
    let period = random.random_range(3.0..40.0);
    let kind = random.random_range(0..3);
    let scale = values.iter().step_by(97).map(|value| value[0].abs()).sum::<f32>()
        / (values.len() / 97).max(1) as f32;
    let color = [0; 3].map(|_: i32| random.random_range(-2.5..2.5) * scale);
    for (index, value) in values.iter_mut().enumerate() {
        let (dx, dy) = ((index % width) as f32 - x, (index / width) as f32 - y);
        let (along, across) = (cos * dx + sin * dy, (cos * dy - sin * dx) / flat);
        let is_inside = match kind {
            0 => along.hypot(across) < half,
            1 => along.abs().max(across.abs()) < half,
            _ => along.abs().max(across.abs()) < half && (along / period).sin() > 0.0,
        };
        if is_inside {
            *value = color;
        }
    }
}

fn mixed(from: f32, to: f32, part: f32) -> f32 {
    from + (to - from) * part
}

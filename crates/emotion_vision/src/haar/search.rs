//! Sliding a cascade over a picture in several sizes.

use std::sync::Arc;

use multiversion::multiversion;

use super::cascade::Cascade;
use super::evaluate::{LANES, LaidOut, RowMeasures};
use super::integral::{Integral, Layout};
use crate::image::{GreyImage, ResizeBuffers};

/// A window that passed all stages, in pixels of the searched picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hit {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
}

/// The sizes that are searched for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sizes {
    /// Ratio of neighbouring sizes, above 1.
    pub step: f64,
    /// The smallest side, in pixels.
    pub smallest: usize,
    /// The largest side, in pixels.
    pub largest: usize,
}

/// A picture prepared to be searched: scaled so that each size fits a cascade's window, and summed up.
///
/// Cascades with windows of the same size can share it.
#[derive(Debug, Default)]
pub struct SearchPyramid {
    window: (usize, usize),
    /// Those in use come first; the others keep their memory.
    levels: Vec<Level>,
    used: usize,
    /// For windows at every column and at every second one.
    layouts: [Layout; 2],
    scaled: GreyImage,
    buffers: ResizeBuffers,
}

#[derive(Debug, Default)]
struct Level {
    integral: Integral,
    /// Pixels of the picture for one of the level.
    scale: f32,
    /// Columns and rows from one window to the next.
    step: usize,
    /// Columns and rows of windows, before steps.
    places: (usize, usize),
}

/// The levels that OpenCV makes have no more; more would be steps too small to matter.
const MOST_LEVELS: usize = 200;

impl SearchPyramid {
    /// Prepares `picture` for cascades with this window.
    ///
    /// A size that the picture is too small for is left out, and one above [`Sizes::largest`].
    pub fn set(&mut self, picture: &GreyImage, window: (usize, usize), sizes: &Sizes) {
        self.window = window;
        self.used = 0;
        let scales = scales(picture, window, sizes);
        let Some(first) = scales.first() else { return };
        let widest = scaled(picture.width(), *first);
        self.layouts = [1, 2].map(|step| Layout::new(widest, step, LANES));
        for scale in scales {
            if self.used == self.levels.len() {
                self.levels.push(Level::default());
            }
            let level = &mut self.levels[self.used];
            let (width, height) = (scaled(picture.width(), scale), scaled(picture.height(), scale));
            let places =
                ((width + 1).saturating_sub(window.0), (height + 1).saturating_sub(window.1));
            if places.0 == 0 || places.1 == 0 {
                continue;
            }
            level.scale = scale;
            level.step = if scale >= 2.0 { 1 } else { 2 };
            level.places = places;
            let layout = self.layouts[level.step - 1];
            fill(picture, (width, height), layout, level, &mut self.scaled, &mut self.buffers);
            self.used += 1;
        }
    }
}

/// A cascade with the memory that it needs to search.
#[derive(Debug)]
pub struct CascadeSearch {
    cascade: Arc<Cascade>,
    /// For windows at every column and at every second one.
    laid_out: [LaidOut; 2],
    measures: RowMeasures,
}

impl CascadeSearch {
    /// Searches with this cascade.
    pub fn new(cascade: Arc<Cascade>) -> Self {
        let laid_out = [1, 2].map(|step| LaidOut::new(&cascade, Layout::new(0, step, LANES)));
        Self { cascade, laid_out, measures: RowMeasures::default() }
    }

    /// Width and height of the cascade's window, in pixels.
    pub fn window(&self) -> (usize, usize) {
        self.cascade.window()
    }

    /// Adds all hits in a picture, small ones first, each size row by row.
    ///
    /// They are those of OpenCV's `detectMultiScale` with no neighbours asked for. A picture that
    /// was prepared for a window of another size has none.
    pub fn search(&mut self, pyramid: &SearchPyramid, hits: &mut Vec<Hit>) {
        if pyramid.window != self.cascade.window() {
            return;
        }
        for level in &pyramid.levels[..pyramid.used] {
            let laid_out = &mut self.laid_out[level.step - 1];
            let layout = pyramid.layouts[level.step - 1];
            if laid_out.layout != layout {
                *laid_out = LaidOut::new(&self.cascade, layout);
            }
            search_level(level, laid_out, self.cascade.window(), &mut self.measures, hits);
        }
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512cd+avx512dq+avx512vl+avx2+bmi1+bmi2+lzcnt+popcnt",
    "x86_64+avx2+bmi1+bmi2+lzcnt+popcnt",
))]
fn fill(
    picture: &GreyImage,
    (width, height): (usize, usize),
    layout: Layout,
    level: &mut Level,
    scaled: &mut GreyImage,
    buffers: &mut ResizeBuffers,
) {
    scaled.set_resized(picture, width, height, buffers);
    level.integral.set(scaled, layout, LANES);
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512cd+avx512dq+avx512vl+avx2+bmi1+bmi2+lzcnt+popcnt",
    "x86_64+avx2+bmi1+bmi2+lzcnt+popcnt",
))]
fn search_level(
    level: &Level,
    laid_out: &LaidOut,
    window: (usize, usize),
    measures: &mut RowMeasures,
    hits: &mut Vec<Hit>,
) {
    let Level { scale, step, places, .. } = *level;
    let in_picture = |value: usize| (value as f32 * scale).round_ties_even() as i32;
    let (width, height) = (in_picture(window.0), in_picture(window.1));
    let windows = places.0.div_ceil(step);
    for y in (0..places.1).step_by(step) {
        let row = y * laid_out.layout.stride();
        laid_out.search_row(&level.integral, row, windows, measures, |index| {
            hits.push(Hit { x: in_picture(index * step), y: in_picture(y), width, height });
        });
    }
}

/// How many times larger than the window each size is.
fn scales(picture: &GreyImage, window: (usize, usize), sizes: &Sizes) -> Vec<f32> {
    let mut scales = Vec::new();
    // Neither 1 nor NaN.
    if !(sizes.step > 1.0) {
        return scales;
    }
    let mut factor = 1.0;
    while scales.len() < MOST_LEVELS {
        let side = |side: usize| (side as f64 * factor).round_ties_even();
        let (width, height) = (side(window.0), side(window.1));
        let most = sizes.largest as f64;
        if width > most
            || height > most
            || width > picture.width() as f64
            || height > picture.height() as f64
        {
            break;
        }
        if width >= sizes.smallest as f64 && height >= sizes.smallest as f64 {
            scales.push(factor as f32);
        }
        factor *= sizes.step;
    }
    scales
}

fn scaled(side: usize, scale: f32) -> usize {
    (side as f32 / scale).round_ties_even() as usize
}

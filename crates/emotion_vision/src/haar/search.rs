//! Sliding a cascade over a picture in several sizes.

use std::sync::Arc;

use emotion_core::MAX_SIDE;
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
    /// The window and the sizes that it is for; `None` when it is empty.
    made_for: Option<((usize, usize), Sizes)>,
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
    /// Columns and rows that windows can begin at, before steps.
    positions: (usize, usize),
    /// Width and height of the picture, in its own pixels.
    size: (i32, i32),
}

/// Layouts of a cascade that are kept: widths come in powers of two.
const MOST_LAYOUTS: usize = 12;

/// Steps from one size to the next at most: 1 % each lead from 20 pixels to 400,000.
const MOST_STEPS: usize = 1000;

impl SearchPyramid {
    /// Prepares `picture` for cascades with this window.
    ///
    /// A size that the picture is too small for is left out, and one above [`Sizes::largest`]. Where no
    /// size is left there are no hits; OpenCV then takes the nearest size.
    pub fn set(&mut self, picture: &GreyImage, window: (usize, usize), sizes: &Sizes) {
        self.made_for = Some((window, *sizes));
        self.used = 0;
        if picture.width() > MAX_SIDE as usize {
            return;
        }
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
            let positions =
                ((width + 1).saturating_sub(window.0), (height + 1).saturating_sub(window.1));
            if positions.0 == 0 || positions.1 == 0 {
                continue;
            }
            level.scale = scale;
            level.step = if scale >= 2.0 { 1 } else { 2 };
            level.positions = positions;
            level.size = (picture.width() as i32, picture.height() as i32);
            let layout = self.layouts[level.step - 1];
            scale_and_sum(
                picture,
                (width, height),
                layout,
                level,
                &mut self.scaled,
                &mut self.buffers,
            );
            self.used += 1;
        }
    }

    /// Whether it was prepared for this window and these sizes.
    pub(crate) fn is_for(&self, window: (usize, usize), sizes: &Sizes) -> bool {
        self.made_for == Some((window, *sizes))
    }

    /// Empties it: the picture is another one now. Its memory stays.
    pub(crate) fn clear(&mut self) {
        self.made_for = None;
        self.used = 0;
    }
}

/// A cascade with the memory that it needs to search.
#[derive(Debug)]
pub struct CascadeSearch {
    cascade: Arc<Cascade>,
    /// For the layouts that were searched last, the newest at the end.
    laid_out: Vec<LaidOut>,
    measures: RowMeasures,
}

impl CascadeSearch {
    /// Searches with this cascade.
    pub fn new(cascade: Arc<Cascade>) -> Self {
        Self { cascade, laid_out: Vec::new(), measures: RowMeasures::default() }
    }

    /// Width and height of the cascade's window, in pixels.
    pub fn window(&self) -> (usize, usize) {
        self.cascade.window()
    }

    /// Adds all hits in a picture, small ones first, each size row by row.
    ///
    /// They are those of OpenCV's `detectMultiScale` with no neighbours asked for, in a fixed order. A picture that
    /// was prepared for a window of another size has none.
    pub fn search(&mut self, pyramid: &SearchPyramid, hits: &mut Vec<Hit>) {
        if pyramid.made_for.is_none_or(|(window, _)| window != self.cascade.window()) {
            return;
        }
        for level in &pyramid.levels[..pyramid.used] {
            let layout = pyramid.layouts[level.step - 1];
            let known = self.laid_out.iter().position(|laid_out| laid_out.layout == layout);
            let index = known.unwrap_or_else(|| {
                if self.laid_out.len() == MOST_LAYOUTS {
                    self.laid_out.remove(0);
                }
                self.laid_out.push(LaidOut::new(&self.cascade, layout));
                self.laid_out.len() - 1
            });
            let laid_out = &self.laid_out[index];
            search_level(level, laid_out, self.cascade.window(), &mut self.measures, hits);
        }
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512cd+avx512dq+avx512vl+avx2+bmi1+bmi2+lzcnt+popcnt",
    "x86_64+avx2+bmi1+bmi2+lzcnt+popcnt",
))]
fn scale_and_sum(
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
    let Level { scale, step, positions, size, .. } = *level;
    let in_picture = |value: usize| (value as f32 * scale).round_ties_even() as i32;
    let (width, height) = (in_picture(window.0), in_picture(window.1));
    let windows = positions.0.div_ceil(step);
    for y in (0..positions.1).step_by(step) {
        let row = y * laid_out.layout.stride();
        laid_out.search_row(&level.integral, row, windows, measures, |index| {
            let (x, y) = (in_picture(index * step), in_picture(y));
            // Rounding may lead over the edge, and OpenCV cuts that off.
            let (width, height) = (width.min(size.0 - x), height.min(size.1 - y));
            hits.push(Hit { x, y, width, height });
        });
    }
}

/// How many times larger than the window each size is.
fn scales(picture: &GreyImage, window: (usize, usize), sizes: &Sizes) -> Vec<f32> {
    let mut scales = Vec::new();
    let is_step = sizes.step.is_finite() && sizes.step > 1.0;
    if !is_step || window.0 == 0 || window.1 == 0 {
        return scales;
    }
    let most = sizes.largest as f64;
    let mut factor = 1.0;
    for _ in 0..MOST_STEPS {
        let side = |side: usize| (side as f64 * factor).round_ties_even();
        let (width, height) = (side(window.0), side(window.1));
        let fits = width <= picture.width() as f64 && height <= picture.height() as f64;
        if !fits || width > most || height > most {
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

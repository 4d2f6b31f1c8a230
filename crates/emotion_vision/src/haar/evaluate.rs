//! A cascade laid out for one integral picture, and its decision on windows.
//!
//! Stages that are evaluated for many windows at once add up in `f32`, later ones in `f64`, as OpenCV
//! does; the difference is a thousandth of what OpenCV subtracts from every threshold against rounding.
//!
//! What runs for every window is written with plain loops: closures are not inlined into functions
//! that are compiled for wider vectors.

use std::ops::Range;

use super::cascade::{Cascade, Feature, RECTS, Split};
use super::integral::{Integral, Layout};

/// Windows that are evaluated together.
pub(super) const LANES: usize = 32;

/// Stages that are evaluated for all windows of a group; later ones see few windows.
const WIDE_STAGES: usize = 8;

/// Of a group with fewer windows left, these are evaluated one by one.
const FEW: u32 = 3;

/// A cascade whose rectangles are places in an integral picture.
#[derive(Debug)]
pub(super) struct LaidOut {
    pub(super) layout: Layout,
    nodes: Vec<Node>,
    trees: Vec<Tree>,
    stages: Vec<Stage>,
    /// The corners that a window's brightness is measured in, and their area in pixels.
    measured: [usize; 4],
    area: f64,
}

/// A feature and its threshold. One cache line.
#[derive(Debug, Clone, Copy)]
struct Node {
    /// Corners of the rectangles: upper left, upper right, lower left, lower right.
    corners: [[u32; 4]; RECTS],
    weights: [f32; RECTS],
    threshold: f32,
}

#[derive(Debug, Clone, Copy)]
struct Tree {
    /// Its first node; the second one follows.
    node: u32,
    shape: Shape,
    values: [f32; 2],
    second_values: [f32; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Stump,
    /// The second node is asked below the first threshold.
    SecondBelow,
    /// The second node is asked from the first threshold on.
    SecondAbove,
}

#[derive(Debug, Clone)]
struct Stage {
    threshold: f32,
    trees: Range<usize>,
}

/// What is measured of the windows of a row before they are evaluated.
#[derive(Debug, Default)]
pub(super) struct RowMeasures {
    /// One over the deviation of brightness, times the area.
    norms: Vec<f32>,
    /// Whether there is any contrast.
    usable: Vec<bool>,
}

impl LaidOut {
    pub(super) fn new(cascade: &Cascade, layout: Layout) -> Self {
        let (width, height) = cascade.window;
        let (mut nodes, mut trees) = (Vec::new(), Vec::new());
        for tree in &cascade.trees {
            let node = nodes.len() as u32;
            nodes.push(Node::new(cascade, layout, tree.first));
            let shape = match tree.second {
                None => Shape::Stump,
                Some((_, true)) => Shape::SecondBelow,
                Some((_, false)) => Shape::SecondAbove,
            };
            nodes.extend(tree.second.map(|(split, _)| Node::new(cascade, layout, split)));
            let values = [tree.values.0, tree.values.1];
            let second_values = [tree.second_values.0, tree.second_values.1];
            trees.push(Tree { node, shape, values, second_values });
        }
        let stages = cascade
            .stages
            .iter()
            .map(|stage| Stage { threshold: stage.threshold, trees: stage.trees.clone() })
            .collect();
        // All but the outermost pixels.
        let (right, bottom) = (width - 1, height - 1);
        let measured = [
            layout.place(1, 1),
            layout.place(right, 1),
            layout.place(1, bottom),
            layout.place(right, bottom),
        ];
        let area = ((width - 2) * (height - 2)) as f64;
        Self { layout, nodes, trees, stages, measured, area }
    }

    /// Reports the windows of a row that pass, by number from the left. The first of `windows`
    /// windows begins at `row` in the integral picture.
    ///
    /// As in OpenCV the window after one that fails in the first stage is left out.
    #[inline(always)]
    pub(super) fn search_row(
        &self,
        integral: &Integral,
        row: usize,
        windows: usize,
        measures: &mut RowMeasures,
        mut report: impl FnMut(usize),
    ) {
        self.measure(integral, row, windows, measures);
        let Some((first, later)) = self.stages.split_first() else { return };
        let sums = integral.sums.as_slice();
        let mut skip = false;
        let groups = measures.norms.as_chunks::<LANES>().0.iter();
        for (group, (norms, usable)) in
            groups.zip(measures.usable.as_chunks::<LANES>().0).enumerate()
        {
            let start = group * LANES;
            let at = row + start;
            let passed = self.pass_together(first, sums, at, norms);
            let mut left = 0_u64;
            for lane in 0..LANES.min(windows - start) {
                if std::mem::take(&mut skip) {
                    continue;
                }
                skip = usable[lane] && !passed[lane];
                left |= u64::from(usable[lane] && passed[lane]) << lane;
            }
            let mut stages = later;
            while let Some((stage, others)) = stages.split_first()
                && left.count_ones() >= FEW
                && later.len() - stages.len() < WIDE_STAGES - 1
            {
                let passed = self.pass_together(stage, sums, at, norms);
                for (lane, passed) in passed.iter().enumerate() {
                    left &= !(u64::from(!passed) << lane);
                }
                stages = others;
            }
            while left != 0 {
                let lane = left.trailing_zeros() as usize;
                left &= left - 1;
                if self.passes(stages, sums, at + lane, norms[lane]) {
                    report(start + lane);
                }
            }
        }
    }

    /// Measures the windows of a row, rounded up to whole groups.
    #[inline(always)]
    fn measure(&self, integral: &Integral, row: usize, windows: usize, measures: &mut RowMeasures) {
        let padded = windows.next_multiple_of(LANES);
        measures.norms.resize(padded, 0.0);
        measures.usable.resize(padded, false);
        let [upper_left, upper_right, lower_left, lower_right] = self.measured;
        let (sums, squares) = (&integral.sums[row..], &integral.squares[row..]);
        let (a, b) = (&sums[upper_left..][..padded], &sums[upper_right..][..padded]);
        let (c, d) = (&sums[lower_left..][..padded], &sums[lower_right..][..padded]);
        let (e, f) = (&squares[upper_left..][..padded], &squares[upper_right..][..padded]);
        let (g, h) = (&squares[lower_left..][..padded], &squares[lower_right..][..padded]);
        let (norms, usable) = (&mut measures.norms[..padded], &mut measures.usable[..padded]);
        for index in 0..padded {
            let sum = a[index].wrapping_sub(b[index]).wrapping_sub(c[index]).wrapping_add(d[index]);
            let squares =
                e[index].wrapping_sub(f[index]).wrapping_sub(g[index]).wrapping_add(h[index]);
            // Below 2^31 for the largest window: a signed conversion is the quicker one.
            let (sum, squares) = (f64::from(sum), f64::from(squares.cast_signed()));
            let contrast = self.area * squares - sum * sum;
            let inverse = (1.0 / contrast.max(1e-9).sqrt()) as f32;
            norms[index] = inverse;
            usable[index] = contrast > 0.0 && self.area * f64::from(inverse) < 0.1;
        }
    }

    /// Which of the windows from `at` on pass a stage.
    #[inline(always)]
    fn pass_together(
        &self,
        stage: &Stage,
        sums: &[i32],
        at: usize,
        norms: &[f32; LANES],
    ) -> [bool; LANES] {
        let mut totals = [0.0_f32; LANES];
        for tree in &self.trees[stage.trees.clone()] {
            let first = &self.nodes[tree.node as usize];
            let value = first.values_together(sums, at);
            if tree.shape == Shape::Stump {
                for lane in 0..LANES {
                    let below = value[lane] * norms[lane] < first.threshold;
                    totals[lane] += if below { tree.values[0] } else { tree.values[1] };
                }
                continue;
            }
            let second = &self.nodes[tree.node as usize + 1];
            let second_value = second.values_together(sums, at);
            let second_asked_below = tree.shape == Shape::SecondBelow;
            for lane in 0..LANES {
                let below = second_value[lane] * norms[lane] < second.threshold;
                let of_second = if below { tree.second_values[0] } else { tree.second_values[1] };
                let asked = (value[lane] * norms[lane] < first.threshold) == second_asked_below;
                totals[lane] += if asked { of_second } else { tree.values[0] };
            }
        }
        let mut passed = [false; LANES];
        for lane in 0..LANES {
            passed[lane] = totals[lane] >= stage.threshold;
        }
        passed
    }

    /// Whether the window at `at` passes these stages.
    #[inline(always)]
    fn passes(&self, stages: &[Stage], sums: &[i32], at: usize, norm: f32) -> bool {
        let Some(window) = sums.get(at..) else { return false };
        for stage in stages {
            let mut total = 0.0_f64;
            for tree in &self.trees[stage.trees.start..stage.trees.end] {
                let first = &self.nodes[tree.node as usize];
                let below = first.value(window) * norm < first.threshold;
                // Values are chosen by index: branches would go the wrong way half of the time.
                let value = if tree.shape == Shape::Stump {
                    tree.values[usize::from(!below)]
                } else if below == (tree.shape == Shape::SecondBelow) {
                    let second = &self.nodes[tree.node as usize + 1];
                    let below = second.value(window) * norm < second.threshold;
                    tree.second_values[usize::from(!below)]
                } else {
                    tree.values[0]
                };
                total += f64::from(value);
            }
            if total < f64::from(stage.threshold) {
                return false;
            }
        }
        true
    }
}

impl Node {
    fn new(cascade: &Cascade, layout: Layout, split: Split) -> Self {
        let Feature { rects } = &cascade.features[split.feature];
        let (mut corners, mut weights) = ([[0; 4]; RECTS], [0.0; RECTS]);
        for (index, (rect, weight)) in rects.iter().enumerate() {
            let (right, bottom) = (rect.x + rect.width, rect.y + rect.height);
            corners[index] = [
                layout.place(rect.x, rect.y) as u32,
                layout.place(right, rect.y) as u32,
                layout.place(rect.x, bottom) as u32,
                layout.place(right, bottom) as u32,
            ];
            weights[index] = *weight;
        }
        Self { corners, weights, threshold: split.threshold }
    }

    /// The feature in the window at the start of `window`.
    #[inline(always)]
    fn value(&self, window: &[i32]) -> f32 {
        let mut value = self.weights[0] * rect_sum(window, &self.corners[0])
            + self.weights[1] * rect_sum(window, &self.corners[1]);
        if self.weights[2] != 0.0 {
            value += self.weights[2] * rect_sum(window, &self.corners[2]);
        }
        value
    }

    /// The feature in each of the windows from `at` on.
    #[inline(always)]
    fn values_together(&self, sums: &[i32], at: usize) -> [f32; LANES] {
        let first = rect_sums(sums, at, &self.corners[0]);
        let second = rect_sums(sums, at, &self.corners[1]);
        let mut values = [0.0; LANES];
        for lane in 0..LANES {
            values[lane] = self.weights[0] * first[lane] + self.weights[1] * second[lane];
        }
        if self.weights[2] != 0.0 {
            let third = rect_sums(sums, at, &self.corners[2]);
            for lane in 0..LANES {
                values[lane] += self.weights[2] * third[lane];
            }
        }
        values
    }
}

#[inline(always)]
fn rect_sum(window: &[i32], corners: &[u32; 4]) -> f32 {
    let a = value_at(window, corners[0]);
    let b = value_at(window, corners[1]);
    let c = value_at(window, corners[2]);
    let d = value_at(window, corners[3]);
    a.wrapping_sub(b).wrapping_sub(c).wrapping_add(d) as f32
}

#[inline(always)]
fn value_at(window: &[i32], corner: u32) -> i32 {
    let corner = corner as usize;
    if corner < window.len() { window[corner] } else { 0 }
}

#[inline(always)]
fn rect_sums(sums: &[i32], at: usize, corners: &[u32; 4]) -> [f32; LANES] {
    let a = lanes(sums, at + corners[0] as usize);
    let b = lanes(sums, at + corners[1] as usize);
    let c = lanes(sums, at + corners[2] as usize);
    let d = lanes(sums, at + corners[3] as usize);
    let mut result = [0.0; LANES];
    for lane in 0..LANES {
        let sum = a[lane].wrapping_sub(b[lane]).wrapping_sub(c[lane]).wrapping_add(d[lane]);
        result[lane] = sum as f32;
    }
    result
}

/// The values from `at` on.
#[inline(always)]
fn lanes(sums: &[i32], at: usize) -> &[i32; LANES] {
    const NOTHING: &[i32; LANES] = &[0; LANES];
    let Some(sums) = sums.get(at..) else { return NOTHING };
    let Some(lanes) = sums.first_chunk() else { return NOTHING };
    lanes
}

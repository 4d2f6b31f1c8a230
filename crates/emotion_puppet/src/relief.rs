//! Skin: a height field that is modelled with bumps and folds and then lit.

use tiny_skia::{Pixmap, PremultipliedColorU8, Transform};

use super::motion::{ease, unit};
use super::pen::{Rgb, Spot};

/// The part of the head that is modelled: left, top, right, bottom, in half widths of the face.
const BOUNDS: (f32, f32, f32, f32) = (-1.12, -1.4, 1.12, 1.82);

/// Factor on the radii of bumps and folds: they fade out so gently that they look smaller.
const SPREAD: f32 = 1.22;

/// A layer of the skin model.
#[derive(Debug, Clone, Copy)]
pub(super) enum Layer {
    /// Height towards the viewer, in half widths of the face.
    Height,
    /// Share of light that does not reach the skin, 0 to 1.
    Shade,
    /// Blood under the skin, 0 to 1.
    Blush,
}

/// The model of one head's skin, on a grid.
pub(super) struct Relief {
    columns: usize,
    rows: usize,
    cells_per_unit: f32,
    height: Vec<f32>,
    shade: Vec<f32>,
    blush: Vec<f32>,
    /// Pores and blotches: a factor on the reflected light.
    texture: Vec<f32>,
    pixels: Option<Pixmap>,
}

impl Relief {
    pub fn new(cells_per_unit: f32, seed: u64) -> Self {
        let (left, top, right, bottom) = BOUNDS;
        let columns = ((right - left) * cells_per_unit).ceil() as usize + 1;
        let rows = ((bottom - top) * cells_per_unit).ceil() as usize + 1;
        let plane = vec![0.0; columns * rows];
        Self {
            columns,
            rows,
            cells_per_unit,
            height: plane.clone(),
            shade: plane.clone(),
            blush: plane,
            texture: texture(columns, rows, cells_per_unit, seed),
            pixels: Pixmap::new(columns as u32, rows as u32),
        }
    }

    /// Resets to a smooth egg; `width` and `length` are its half axes.
    pub fn clear(&mut self, center: Spot, width: f32, length: f32) {
        self.shade.fill(0.0);
        self.blush.fill(0.0);
        for row in 0..self.rows {
            let y = (self.y_of(row) - center.1) / length;
            let line = &mut self.height[row * self.columns..(row + 1) * self.columns];
            for (column, height) in line.iter_mut().enumerate() {
                let x = (BOUNDS.0 + column as f32 / self.cells_per_unit - center.0) / width;
                // Flatter in the middle and steeper at the sides than a ball.
                let x2 = x * x;
                let distance = 0.45 * x2 + 0.55 * x2 * x2 + y * y * (0.5 + 0.5 * y * y);
                *height = 0.85 * (1.0 - distance).max(0.004).sqrt();
            }
        }
    }

    /// Adds a round bump (or a dent, if negative).
    pub fn bump(&mut self, layer: Layer, center: Spot, radii: Spot, degrees: f32, amount: f32) {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let radii = (radii.0 * SPREAD, radii.1 * SPREAD);
        let reach = ((radii.0 * cos).hypot(radii.1 * sin), (radii.0 * sin).hypot(radii.1 * cos));
        let (a, b) = (cos / radii.0, sin / radii.0);
        let (c, d) = (-sin / radii.1, cos / radii.1);
        self.each(layer, center, reach, |x, y| {
            let (u, v) = (a * x + b * y, c * x + d * y);
            // Cubed: the second derivative is continuous, so that no edge shows in the light.
            let inside = (1.0 - u * u - v * v).max(0.0);
            amount * inside * inside * inside
        });
    }

    /// Adds a ridge (or a furrow, if negative) between two points; `bend` is how far its middle is
    /// off the straight line, to the right going from the first point to the second.
    pub fn fold(&mut self, layer: Layer, from: Spot, to: Spot, bend: f32, width: f32, amount: f32) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy).max(1e-3);
        let width = width * SPREAD;
        let (dx, dy) = (dx / length, dy / length);
        let center = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
        let half = length / 2.0;
        let around = width + bend.abs();
        let reach = (half * dx.abs() + around, half * dy.abs() + around);
        self.each(layer, center, reach, |x, y| {
            let along = (x * dx + y * dy) / half;
            let taper = (1.0 - along * along).max(0.0);
            let across = (y * dx - x * dy - bend * taper) / width;
            let inside = (1.0 - across * across).max(0.0);
            amount * taper * (2.0 - taper) * inside * inside * inside
        });
    }

    /// Lights the skin. `light` points from the face to the light: x right, y down, z towards the
    /// viewer.
    pub fn light(&mut self, skin: Rgb, light: [f32; 3]) {
        let Some(pixels) = &mut self.pixels else { return };
        let albedo = skin.map(|channel| (f32::from(channel) / 255.0).powi(2));
        let slope = self.cells_per_unit / 2.0;
        let [lx, ly, lz] = light;
        // The half vector of light and viewer, for the gloss.
        let half = {
            let length = (lx * lx + ly * ly + (lz + 1.0) * (lz + 1.0)).sqrt();
            [lx / length, ly / length, (lz + 1.0) / length]
        };
        let columns = self.columns;
        for row in 0..self.rows {
            let above = row.saturating_sub(1) * columns;
            let below = (row + 1).min(self.rows - 1) * columns;
            let here = row * columns;
            let up = &self.height[above..above + columns];
            let down = &self.height[below..below + columns];
            let line = &self.height[here..here + columns];
            let shade = &self.shade[here..here + columns];
            let blush = &self.blush[here..here + columns];
            let texture = &self.texture[here..here + columns];
            let out = &mut pixels.pixels_mut()[here..here + columns];
            for x in 1..columns - 1 {
                let nx = (line[x - 1] - line[x + 1]) * slope;
                let ny = (up[x] - down[x]) * slope;
                let scale = 1.0 / (nx * nx + ny * ny + 1.0).sqrt();
                let (nx, ny, nz) = (nx * scale, ny * scale, scale);
                let facing = nx * lx + ny * ly + nz * lz;
                // Light scatters under the skin, red light most: shadows have soft, warm edges.
                let wrapped = |wrap: f32| ((facing + wrap) / (1.0 + wrap)).max(0.0);
                let fill = (0.75 * nx + 0.1 * ny + 0.65 * nz).max(0.0) * 0.13;
                let ambient = 0.15 - 0.07 * ny;
                let open = (1.0 - shade[x].min(0.95)) * texture[x];
                let gloss = (nx * half[0] + ny * half[1] + nz * half[2]).max(0.0);
                let gloss = (gloss * gloss) * (gloss * gloss);
                let gloss = gloss * gloss * gloss * gloss;
                let gloss = (gloss * gloss) * 0.075 * open;
                let red = 1.0 - 0.04 * blush[x];
                let green = 1.0 - 0.42 * blush[x];
                let blue = 1.0 - 0.36 * blush[x];
                let lit = |wrap: f32, key: f32, cool: f32| {
                    (wrapped(wrap) * key + fill * cool + ambient * cool) * open
                };
                let r = albedo[0] * red * lit(0.40, 1.02, 0.95) + gloss;
                let g = albedo[1] * green * lit(0.27, 0.98, 1.0) + gloss;
                let b = albedo[2] * blue * lit(0.22, 0.92, 1.1) + gloss;
                let [r, g, b] = [r, g, b].map(|c| (c.min(1.0).sqrt() * 255.0) as u8);
                out[x] = PremultipliedColorU8::from_rgba(r, g, b, 255)
                    .unwrap_or(PremultipliedColorU8::TRANSPARENT);
            }
            out[0] = out[1];
            out[columns - 1] = out[columns - 2];
        }
    }

    /// The lit skin, and the transform from its pixels to the head.
    pub fn skin(&self) -> Option<(&Pixmap, Transform)> {
        let size = 1.0 / self.cells_per_unit;
        // Values are at the centres of pixels.
        let place = Transform::from_translate(-0.5, -0.5)
            .post_scale(size, size)
            .post_translate(BOUNDS.0, BOUNDS.1);
        self.pixels.as_ref().map(|pixels| (pixels, place))
    }

    /// Adds `value(x, y)`, with coordinates relative to `center`, to the cells up to `reach` away.
    fn each(&mut self, layer: Layer, center: Spot, reach: Spot, value: impl Fn(f32, f32) -> f32) {
        let cell = |from: f32, at: f32, count: usize| {
            (((at - from) * self.cells_per_unit).max(0.0) as usize).min(count)
        };
        let columns = cell(BOUNDS.0, center.0 - reach.0, self.columns)
            ..cell(BOUNDS.0, center.0 + reach.0 + 1.0 / self.cells_per_unit, self.columns);
        let rows = cell(BOUNDS.1, center.1 - reach.1, self.rows)
            ..cell(BOUNDS.1, center.1 + reach.1 + 1.0 / self.cells_per_unit, self.rows);
        let size = 1.0 / self.cells_per_unit;
        let stride = self.columns;
        let plane = match layer {
            Layer::Height => &mut self.height,
            Layer::Shade => &mut self.shade,
            Layer::Blush => &mut self.blush,
        };
        for row in rows {
            let y = BOUNDS.1 + row as f32 * size - center.1;
            let line = &mut plane[row * stride + columns.start..row * stride + columns.end];
            let left = BOUNDS.0 + columns.start as f32 * size - center.0;
            for (column, cell) in line.iter_mut().enumerate() {
                *cell += value(left + column as f32 * size, y);
            }
        }
    }

    fn y_of(&self, row: usize) -> f32 {
        BOUNDS.1 + row as f32 / self.cells_per_unit
    }
}

/// Value noise at three scales, around 1.
fn texture(columns: usize, rows: usize, cells_per_unit: f32, seed: u64) -> Vec<f32> {
    let noise = |x: f32, y: f32, channel: u64| {
        let (left, top) = (x.floor(), y.floor());
        let corner = |dx: f32, dy: f32| {
            let (x, y) = ((left + dx) as u64, (top + dy) as u64);
            unit(seed ^ channel, x.wrapping_mul(7919).wrapping_add(y.wrapping_mul(104_729)))
        };
        let (across, down) = (ease(x - left), ease(y - top));
        let upper = corner(0.0, 0.0) + (corner(1.0, 0.0) - corner(0.0, 0.0)) * across;
        let lower = corner(0.0, 1.0) + (corner(1.0, 1.0) - corner(0.0, 1.0)) * across;
        upper + (lower - upper) * down - 0.5
    };
    let mut texture = Vec::with_capacity(columns * rows);
    for row in 0..rows {
        for column in 0..columns {
            let (x, y) = (column as f32 / cells_per_unit, row as f32 / cells_per_unit);
            let blotches = noise(x * 5.0, y * 5.0, 1) * 0.07;
            let spots = noise(x * 17.0, y * 17.0, 2) * 0.05;
            let pores = noise(x * 48.0, y * 48.0, 3) * 0.05;
            texture.push(1.0 + blotches + spots + pores);
        }
    }
    texture
}

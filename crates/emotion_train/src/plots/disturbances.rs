//! Accuracy under disturbances as bars, and a face under each of them.

use std::path::Path;

use emotion_core::{FaceImage, SIDE};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::canvas::{Area, BLUE, INK, ORANGE, PlotError, draw, text, write};
use crate::disturb::DISTURBANCES;

/// Top of the first bar, and height of a row.
const ROWS_TOP: i32 = 70;
const ROW: i32 = 26;

/// Tiles in a row, and the size of a tile with its name below.
const TILES: usize = 6;
const TILE: (i32, i32) = (176, 190);

/// Draws the accuracy under each disturbance (name and accuracy, 0 to 1) as a bar, with a line at the
/// first one's accuracy.
///
/// # Errors
/// [`PlotError`] when the file cannot be written.
pub fn write_disturbed(path: &Path, title: &str, rows: &[(&str, f64)]) -> Result<(), PlotError> {
    let height = ROWS_TOP + ROW * rows.len() as i32 + 24;
    draw(path, (900, height.unsigned_abs()), |area| draw_bars(area, title, rows))
}

/// Draws a face under each disturbance.
///
/// # Errors
/// [`PlotError`] when the file cannot be written.
pub fn write_disturbances(path: &Path, face: &FaceImage) -> Result<(), PlotError> {
    let rows = DISTURBANCES.len().div_ceil(TILES) as i32;
    let size = (TILE.0 * TILES as i32, TILE.1 * rows);
    draw(path, (size.0.unsigned_abs(), size.1.unsigned_abs()), |area| {
        for (index, disturbance) in DISTURBANCES.iter().enumerate() {
            let place = ((index % TILES) as i32 * TILE.0, (index / TILES) as i32 * TILE.1);
            draw_tile(area, place, disturbance.name, &disturbance.apply(face))?;
        }
        Ok(())
    })
}

fn draw_bars(area: &Area<'_>, title: &str, rows: &[(&str, f64)]) -> Result<(), String> {
    const LEFT: i32 = 220;
    /// Length of a bar of 100 %, in pixels.
    const LENGTH: f64 = 600.0;
    let end = |share: f64| LEFT + (share * LENGTH).round() as i32;
    write(area, title, (24, 34), 26.0, &INK, HPos::Left)?;
    let first = rows.first().map_or(0.0, |(_, share)| *share);
    for (index, (name, share)) in rows.iter().enumerate() {
        let top = ROWS_TOP + ROW * index as i32;
        let middle = top + ROW / 2;
        write(area, name, (LEFT - 12, middle), 16.0, &INK, HPos::Right)?;
        let bar = |from, to, color: ShapeStyle| {
            let corners = [(end(from), top + 3), (end(to), top + ROW - 3)];
            area.draw(&Rectangle::new(corners, color)).map_err(text)
        };
        bar(0.0, *share, BLUE.filled())?;
        if *share < first {
            bar(*share, first, ORANGE.mix(0.25).filled())?;
        }
        let number = format!("{:.1} %", share * 100.0);
        let place = (end(share.max(first)) + 10, middle);
        write(area, &number, place, 16.0, &INK, HPos::Left)?;
    }
    let bottom = ROWS_TOP + ROW * rows.len() as i32;
    let line = [(end(first), ROWS_TOP), (end(first), bottom)];
    area.draw(&PathElement::new(line, INK.stroke_width(1))).map_err(text)
}

fn draw_tile(
    area: &Area<'_>,
    place: (i32, i32),
    name: &str,
    face: &FaceImage,
) -> Result<(), String> {
    const PIXEL: i32 = 3;
    let left = place.0 + (TILE.0 - PIXEL * SIDE as i32) / 2;
    let top = place.1 + 12;
    for (index, &grey) in face.grey.iter().enumerate() {
        let x = left + PIXEL * (index % SIDE) as i32;
        let y = top + PIXEL * (index / SIDE) as i32;
        let pixel =
            Rectangle::new([(x, y), (x + PIXEL, y + PIXEL)], RGBColor(grey, grey, grey).filled());
        area.draw(&pixel).map_err(text)?;
    }
    let below = (place.0 + TILE.0 / 2, top + PIXEL * SIDE as i32 + 16);
    write(area, name, below, 15.0, &INK, HPos::Center)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disturbances_are_drawn() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("disturbed.png");
        write_disturbed(&path, "x", &[("none", 0.6), ("worse", 0.4), ("better", 0.7)])
            .expect("a picture");
        let bars = image::open(&path).expect("a picture").to_rgb8();
        let orange = bars.pixels().filter(|pixel| pixel.0[0] > 230 && pixel.0[2] < 220).count();
        assert!(orange > 1000, "the worse one's gap");

        let path = folder.path().join("disturbances.png");
        let face = FaceImage { grey: vec![77; SIDE * SIDE] };
        write_disturbances(&path, &face).expect("a picture");
        let tiles = image::open(&path).expect("a picture").to_rgb8();
        let grey = tiles.pixels().filter(|pixel| pixel.0 == [77; 3]).count();
        assert!(grey > 9 * 9 * SIDE * SIDE, "{grey}");
    }
}

//! What all plots share: the canvas, colours, font and text.

use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::register_font;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// A drawing area of a PNG file.
pub(super) type Area<'a> = DrawingArea<BitMapBackend<'a>, Shift>;

/// A plot could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file} cannot be drawn: {reason}; use another folder")]
pub struct PlotError {
    file: String,
    reason: String,
}

pub(super) const INK: RGBColor = RGBColor(33, 37, 41);
pub(super) const PALE_INK: RGBColor = RGBColor(110, 118, 125);
pub(super) const BLUE: RGBColor = RGBColor(62, 124, 177);
pub(super) const ORANGE: RGBColor = RGBColor(213, 94, 0);

/// Writes a plot of this size in pixels.
pub(super) fn draw(
    path: &Path,
    size: (u32, u32),
    content: impl Fn(&Area<'_>) -> Result<(), String>,
) -> Result<(), PlotError> {
    let result = register_fonts().and_then(|()| {
        let area = BitMapBackend::new(path, size).into_drawing_area();
        area.fill(&WHITE).map_err(text)?;
        content(&area)?;
        area.present().map_err(text)
    });
    result.map_err(|reason| PlotError { file: path.display().to_string(), reason })
}

/// An error's message.
pub(super) fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Writes a line of text, vertically centred at a point.
pub(super) fn write(
    area: &Area<'_>,
    line: &str,
    point: (i32, i32),
    size: f64,
    color: &RGBColor,
    align: HPos,
) -> Result<(), String> {
    let style = ("sans-serif", size).into_font().color(color).pos(Pos::new(align, VPos::Center));
    area.draw_text(line, &style, point).map_err(text)
}

/// Registers the plots' font: plotters has none of its own.
pub(crate) fn register_fonts() -> Result<(), String> {
    register_font("sans-serif", FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT)
        .map_err(|_| "the font of epaint_default_fonts cannot be read".to_owned())
}

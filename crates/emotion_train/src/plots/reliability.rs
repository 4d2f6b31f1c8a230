//! The reliability diagram with a histogram of confidences.

use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::canvas::{Area, BLUE, INK, ORANGE, PALE_INK, PlotError, draw, text, write};
use crate::evaluation::{BINS, Bin, Figures};

/// Draws the reliability diagram: accuracy by confidence, above a histogram of the confidences.
///
/// # Errors
/// [`PlotError`] when the file cannot be written.
pub fn write_reliability(path: &Path, title: &str, figures: &Figures) -> Result<(), PlotError> {
    draw(path, (720, 860), |area| draw_diagram(area, title, figures))
}

fn draw_diagram(area: &Area<'_>, title: &str, figures: &Figures) -> Result<(), String> {
    let (upper, lower) = area.split_vertically(640);
    let mut chart = ChartBuilder::on(&upper)
        .margin(16)
        .margin_top(90)
        .x_label_area_size(30)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..100.0, 0.0..100.0)
        .map_err(text)?;
    write(&upper, title, (80, 30), 26.0, &INK, HPos::Left)?;
    let summary = format!(
        "{} faces, calibration error {:.2} %, negative log-likelihood {:.3}",
        figures.n,
        figures.ece * 100.0,
        figures.nll
    );
    write(&upper, &summary, (80, 62), 18.0, &PALE_INK, HPos::Left)?;
    chart
        .configure_mesh()
        .y_desc("read right, %")
        .x_label_formatter(&|value| format!("{value:.0}"))
        .y_label_formatter(&|value| format!("{value:.0}"))
        .label_style(("sans-serif", 16).into_font().color(&INK))
        .axis_desc_style(("sans-serif", 18).into_font().color(&PALE_INK))
        .bold_line_style(INK.mix(0.10))
        .light_line_style(TRANSPARENT)
        .axis_style(INK.mix(0.4))
        .draw()
        .map_err(text)?;
    let bars = figures.bins.iter().enumerate().filter(|(_, bin)| bin.count > 0);
    chart
        .draw_series(bars.clone().map(|(index, bin)| bar(index, accuracy(bin), BLUE.filled())))
        .map_err(text)?;
    // The gap between accuracy and mean confidence, which the calibration error sums up.
    chart
        .draw_series(bars.map(|(index, bin)| {
            let (from, to) = edges(index);
            let corners = [(from, accuracy(bin)), (to, confidence(bin))];
            Rectangle::new(corners, ORANGE.mix(0.35).filled())
        }))
        .map_err(text)?
        .label("gap to the mean confidence")
        .legend(|(x, y)| Rectangle::new([(x, y - 6), (x + 16, y + 6)], ORANGE.mix(0.35).filled()));
    chart
        .draw_series(DashedLineSeries::new([(0.0, 0.0), (100.0, 100.0)], 8, 6, INK.stroke_width(1)))
        .map_err(text)?
        .label("as sure as right")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 16, y)], INK.stroke_width(1)));
    chart
        .configure_series_labels()
        .label_font(("sans-serif", 16).into_font().color(&INK))
        .background_style(WHITE.mix(0.85))
        .border_style(INK.mix(0.2))
        .margin(12)
        .position(SeriesLabelPosition::UpperLeft)
        .draw()
        .map_err(text)?;
    histogram(&lower, figures)
}

/// The share of the faces in each bin.
fn histogram(area: &Area<'_>, figures: &Figures) -> Result<(), String> {
    let share = |bin: &Bin| bin.count as f64 / figures.n.max(1) as f64 * 100.0;
    let most = figures.bins.iter().map(share).fold(1.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .margin(16)
        .margin_top(4)
        .x_label_area_size(52)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..100.0, 0.0..most * 1.1)
        .map_err(text)?;
    chart
        .configure_mesh()
        .x_desc("confidence, %")
        .y_desc("faces, %")
        .y_labels(4)
        .x_label_formatter(&|value| format!("{value:.0}"))
        .y_label_formatter(&|value| format!("{value:.0}"))
        .label_style(("sans-serif", 16).into_font().color(&INK))
        .axis_desc_style(("sans-serif", 18).into_font().color(&PALE_INK))
        .bold_line_style(INK.mix(0.10))
        .light_line_style(TRANSPARENT)
        .axis_style(INK.mix(0.4))
        .draw()
        .map_err(text)?;
    let bars = figures.bins.iter().enumerate();
    chart
        .draw_series(bars.map(|(index, bin)| bar(index, share(bin), BLUE.mix(0.6).filled())))
        .map(drop)
        .map_err(text)
}

fn bar(index: usize, height: f64, style: ShapeStyle) -> Rectangle<(f64, f64)> {
    let (from, to) = edges(index);
    Rectangle::new([(from, 0.0), (to, height)], style)
}

/// A bin's edges in percent, with a small gap to the next bin.
fn edges(index: usize) -> (f64, f64) {
    let width = 100.0 / BINS as f64;
    (index as f64 * width + 0.4, (index + 1) as f64 * width - 0.4)
}

fn accuracy(bin: &Bin) -> f64 {
    bin.right as f64 / bin.count.max(1) as f64 * 100.0
}

fn confidence(bin: &Bin) -> f64 {
    bin.confidence / bin.count.max(1) as f64 * 100.0
}

//! The training curves of a run, as a table and as a plot.

use std::path::Path;

use plotters::prelude::*;

use super::error::{TrainError, unwritable};
use super::plots::register_fonts;
use super::report::EpochReport;

/// Writes `curves.csv` and `curves.png` into the run's folder.
///
/// # Errors
/// [`TrainError::Folder`] when one of them cannot be written.
pub fn write_curves(folder: &Path, history: &[EpochReport]) -> Result<(), TrainError> {
    let table = folder.join("curves.csv");
    let mut writer = csv::Writer::from_path(&table).map_err(|error| unwritable(&table, error))?;
    for epoch in history {
        writer.serialize(epoch).map_err(|error| unwritable(&table, error))?;
    }
    writer.flush().map_err(|error| unwritable(&table, error))?;
    let plot = folder.join("curves.png");
    draw(&plot, history).map_err(|reason| unwritable(&plot, reason))
}

fn draw(path: &Path, history: &[EpochReport]) -> Result<(), String> {
    register_fonts()?;
    let text = |error: &dyn std::fmt::Display| error.to_string();

    let area = BitMapBackend::new(path, (960, 480)).into_drawing_area();
    area.fill(&WHITE).map_err(|error| text(&error))?;
    let halves = area.split_evenly((1, 2));
    let series: [(&str, RGBColor, Vec<f64>); 3] = [
        ("accuracy", RGBColor(62, 124, 177), history.iter().map(|e| e.accuracy * 100.0).collect()),
        (
            "mean class",
            RGBColor(213, 94, 0),
            history.iter().map(|e| e.mean_class_accuracy * 100.0).collect(),
        ),
        (
            "FER+",
            RGBColor(91, 154, 60),
            history.iter().filter_map(|e| e.ferplus_accuracy).map(|value| value * 100.0).collect(),
        ),
    ];
    chart(&halves[0], "PublicTest, %", &series)?;
    let series: [(&str, RGBColor, Vec<f64>); 2] = [
        ("training loss", RGBColor(142, 107, 191), history.iter().map(|e| e.loss).collect()),
        ("PublicTest log loss", RGBColor(53, 182, 214), history.iter().map(|e| e.nll).collect()),
    ];
    chart(&halves[1], "loss", &series)?;
    area.present().map_err(|error| text(&error))
}

fn chart(
    area: &DrawingArea<BitMapBackend<'_>, plotters::coord::Shift>,
    title: &str,
    series: &[(&str, RGBColor, Vec<f64>)],
) -> Result<(), String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let values = series.iter().flat_map(|(_, _, values)| values);
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| {
        (low.min(value), high.max(value))
    });
    let (low, high) = if low < high { (low, high) } else { (low - 1.0, low + 1.0) };
    let edge = (high - low) * 0.05;
    let epochs = series.iter().map(|(_, _, values)| values.len()).max().unwrap_or(0).max(2);
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(32)
        .y_label_area_size(44)
        .build_cartesian_2d(1.0..epochs as f64, low - edge..high + edge)
        .map_err(|error| text(&error))?;
    chart
        .configure_mesh()
        .x_desc("epoch")
        .light_line_style(BLACK.mix(0.05))
        .draw()
        .map_err(|error| text(&error))?;
    for (name, color, values) in series.iter().filter(|(_, _, values)| !values.is_empty()) {
        let points = values.iter().enumerate().map(|(epoch, &value)| ((epoch + 1) as f64, value));
        let color = *color;
        chart
            .draw_series(LineSeries::new(points, color.stroke_width(2)))
            .map_err(|error| text(&error))?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], color.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.2))
        .position(SeriesLabelPosition::LowerRight)
        .draw()
        .map_err(|error| text(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_and_a_plot_are_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let epoch = |epoch: usize| EpochReport {
            epoch,
            loss: 2.0 / epoch as f64,
            learning_rate: 1e-3,
            accuracy: 0.5,
            mean_class_accuracy: 0.4,
            nll: 1.3,
            ferplus_accuracy: None,
            seconds: 1.0,
        };
        for epochs in [1, 3] {
            let history: Vec<EpochReport> = (1..=epochs).map(epoch).collect();
            write_curves(folder.path(), &history).expect("curves");
            let table = std::fs::read_to_string(folder.path().join("curves.csv")).expect("a table");
            assert_eq!(table.lines().count(), epochs + 1);
            let picture = std::fs::read(folder.path().join("curves.png")).expect("a picture");
            assert!(picture.starts_with(b"\x89PNG"));
        }
        let nowhere = folder.path().join("missing");
        assert!(matches!(write_curves(&nowhere, &[]), Err(TrainError::Folder { .. })));
    }
}

//! A model's figures as pictures: confusion matrix, reliability diagram, accuracy under disturbances.

use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::register_font;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::disturb::DISTURBANCES;
use super::evaluation::{BINS, Bin, Figures};
use crate::classify::preprocess::{FaceImage, SIDE};
use crate::emotion::Expression;

type Area<'a> = DrawingArea<BitMapBackend<'a>, Shift>;

/// A picture could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file} cannot be drawn: {reason}; name another folder")]
pub struct PlotError {
    file: String,
    reason: String,
}

const INK: RGBColor = RGBColor(33, 37, 41);
const PALE_INK: RGBColor = RGBColor(110, 118, 125);
const FAINT_INK: RGBColor = RGBColor(170, 177, 184);
const BLUE: RGBColor = RGBColor(62, 124, 177);
const DARK_BLUE: RGBColor = RGBColor(12, 58, 104);
const PALE: RGBColor = RGBColor(244, 247, 250);
const ORANGE: RGBColor = RGBColor(213, 94, 0);

/// Draws which class was read as which, as a heat map: rows are labels, columns what was read,
/// colour and percentage the share of the row.
///
/// # Errors
/// [`PlotError`] when the file cannot be written.
pub fn write_confusion(path: &Path, title: &str, figures: &Figures) -> Result<(), PlotError> {
    draw(path, (900, 904), |area| confusion(area, title, figures))
}

/// Draws how often the model is right when it is how sure, above how often it is how sure.
///
/// # Errors
/// [`PlotError`] when the file cannot be written.
pub fn write_reliability(path: &Path, title: &str, figures: &Figures) -> Result<(), PlotError> {
    draw(path, (720, 860), |area| reliability(area, title, figures))
}

/// Draws the accuracy under each disturbance (name and share, 0 to 1) as a bar, with a line where
/// the first one's ends.
///
/// # Errors
/// [`PlotError`] when the file cannot be written.
pub fn write_disturbed(path: &Path, title: &str, rows: &[(&str, f64)]) -> Result<(), PlotError> {
    let height = ROWS_TOP + ROW * rows.len() as i32 + 24;
    draw(path, (900, height.unsigned_abs()), |area| disturbed(area, title, rows))
}

/// Draws what each disturbance does to a face.
///
/// # Errors
/// [`PlotError`] when the file cannot be written.
pub fn write_disturbances(path: &Path, face: &FaceImage) -> Result<(), PlotError> {
    let rows = DISTURBANCES.len().div_ceil(TILES) as i32;
    let size = (TILE.0 * TILES as i32, TILE.1 * rows);
    draw(path, (size.0.unsigned_abs(), size.1.unsigned_abs()), |area| {
        for (index, disturbance) in DISTURBANCES.iter().enumerate() {
            let place = ((index % TILES) as i32 * TILE.0, (index / TILES) as i32 * TILE.1);
            tile(area, place, disturbance.name, &disturbance.apply(face))?;
        }
        Ok(())
    })
}

/// Gives plotters the font that comes with the crate.
pub(super) fn register_fonts() -> Result<(), String> {
    register_font("sans-serif", FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT)
        .map_err(|_| "the font cannot be read".to_owned())
}

fn draw(
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

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn confusion(area: &Area<'_>, title: &str, figures: &Figures) -> Result<(), String> {
    const LEFT: i32 = 130;
    const TOP: i32 = 150;
    const CELL: i32 = 104;
    const GAP: i32 = 2;
    let side = CELL * Expression::COUNT as i32;
    write(area, title, (LEFT, 34), 26.0, &INK, HPos::Left)?;
    let summary = format!(
        "{} faces, accuracy {:.2} %, mean class {:.2} %",
        figures.n,
        figures.accuracy * 100.0,
        figures.mean_class_accuracy * 100.0
    );
    write(area, &summary, (LEFT, 66), 18.0, &PALE_INK, HPos::Left)?;
    write(area, "read as", (LEFT + side / 2, 104), 18.0, &PALE_INK, HPos::Center)?;
    let down = ("sans-serif", 18.0).into_font().transform(FontTransform::Rotate270);
    let style = down.color(&PALE_INK).pos(Pos::new(HPos::Center, VPos::Center));
    area.draw_text("label", &style, (22, TOP + side / 2)).map_err(text)?;

    for class in Expression::ALL {
        let start = CELL * class.index() as i32;
        write(area, class.name(), (LEFT + start + CELL / 2, TOP - 18), 18.0, &INK, HPos::Center)?;
        write(area, class.name(), (LEFT - 12, TOP + start + CELL / 2), 18.0, &INK, HPos::Right)?;
        let counts = figures.confusion[class.index()];
        let faces: usize = counts.iter().sum();
        for (column, count) in counts.into_iter().enumerate() {
            let share = count as f64 / faces.max(1) as f64;
            let (x, y) = (LEFT + CELL * column as i32, TOP + start);
            let cell = [(x + GAP, y + GAP), (x + CELL - GAP, y + CELL - GAP)];
            area.draw(&Rectangle::new(cell, heat(share).filled())).map_err(text)?;
            let ink = if count == 0 {
                FAINT_INK
            } else if share > 0.45 {
                WHITE
            } else {
                INK
            };
            let middle = (x + CELL / 2, y + CELL / 2);
            let percent = format!("{:.1} %", share * 100.0);
            write(area, &percent, (middle.0, middle.1 - 11), 20.0, &ink, HPos::Center)?;
            write(area, &count.to_string(), (middle.0, middle.1 + 15), 15.0, &ink, HPos::Center)?;
        }
    }
    Ok(())
}

fn reliability(area: &Area<'_>, title: &str, figures: &Figures) -> Result<(), String> {
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
        .draw_series(bars.clone().map(|(index, bin)| bar(index, right(bin), BLUE.filled())))
        .map_err(text)?;
    // The gap to the mean confidence: what the calibration error sums up.
    chart
        .draw_series(bars.map(|(index, bin)| {
            let (from, to) = edges(index);
            let corners = [(from, right(bin)), (to, confidence(bin))];
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

/// How often the model is how sure.
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

const ROWS_TOP: i32 = 70;
const ROW: i32 = 26;

fn disturbed(area: &Area<'_>, title: &str, rows: &[(&str, f64)]) -> Result<(), String> {
    const LEFT: i32 = 220;
    /// Pixels of the whole.
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

/// Disturbances side by side, and the size of each with its name below.
const TILES: usize = 6;
const TILE: (i32, i32) = (176, 190);

fn tile(area: &Area<'_>, place: (i32, i32), name: &str, face: &FaceImage) -> Result<(), String> {
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

fn bar(index: usize, height: f64, style: ShapeStyle) -> Rectangle<(f64, f64)> {
    let (from, to) = edges(index);
    Rectangle::new([(from, 0.0), (to, height)], style)
}

/// A bin's edges in percent, with a little room to the next.
fn edges(index: usize) -> (f64, f64) {
    let width = 100.0 / BINS as f64;
    (index as f64 * width + 0.4, (index + 1) as f64 * width - 0.4)
}

fn right(bin: &Bin) -> f64 {
    bin.right as f64 / bin.count.max(1) as f64 * 100.0
}

fn confidence(bin: &Bin) -> f64 {
    bin.confidence / bin.count.max(1) as f64 * 100.0
}

/// From almost white over blue to dark blue.
fn heat(share: f64) -> RGBColor {
    let (from, to, part) =
        if share < 0.5 { (PALE, BLUE, share * 2.0) } else { (BLUE, DARK_BLUE, share * 2.0 - 1.0) };
    let mix = |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * part) as u8;
    RGBColor(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

fn write(
    area: &Area<'_>,
    words: &str,
    place: (i32, i32),
    size: f64,
    color: &RGBColor,
    side: HPos,
) -> Result<(), String> {
    let style = ("sans-serif", size).into_font().color(color).pos(Pos::new(side, VPos::Center));
    area.draw_text(words, &style, place).map_err(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emotion::Scores;
    use crate::train::evaluation::Tally;

    #[test]
    fn pictures_are_written_even_of_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut tally = Tally::default();
        let empty = tally.figures();
        tally.add(Expression::Sad, &Scores::certain(Expression::Fear));
        for (name, figures) in [("empty", empty), ("one", tally.figures())] {
            let confusion = folder.path().join(format!("{name}-confusion.png"));
            let reliability = folder.path().join(format!("{name}-reliability.png"));
            write_confusion(&confusion, name, &figures).expect("a picture");
            write_reliability(&reliability, name, &figures).expect("a picture");
            for path in [confusion, reliability] {
                let picture = image::open(&path).expect("a picture").to_rgb8();
                let painted = picture.pixels().filter(|pixel| pixel.0 != [255; 3]).count();
                assert!(painted > 1000, "{}", path.display());
            }
        }
        let nowhere = folder.path().join("missing/confusion.png");
        let error = write_confusion(&nowhere, "x", &tally.figures()).expect_err("no folder");
        assert!(error.to_string().contains("missing"), "{error}");
    }

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

    #[test]
    fn heat_goes_from_pale_to_dark() {
        let brightness = |share| {
            let RGBColor(red, green, blue) = heat(share);
            u32::from(red) + u32::from(green) + u32::from(blue)
        };
        assert!(brightness(0.0) > brightness(0.3) && brightness(0.3) > brightness(0.5));
        assert!(brightness(0.5) > brightness(1.0));
    }
}

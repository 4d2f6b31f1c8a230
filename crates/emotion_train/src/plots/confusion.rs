//! The confusion matrix as a heat map.

use std::path::Path;

use emotion_core::Expression;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{Area, BLUE, INK, PALE_INK, PlotError, draw, text, write};
use crate::evaluation::Figures;

const FAINT_INK: RGBColor = RGBColor(170, 177, 184);
const DARK_BLUE: RGBColor = RGBColor(12, 58, 104);
const PALE: RGBColor = RGBColor(244, 247, 250);

/// Draws the confusion matrix as a heat map: rows are labels, columns predictions; colour and
/// percentage are the share of the row.
///
/// # Errors
/// [`PlotError`] when the file cannot be written.
pub fn write_confusion(path: &Path, title: &str, figures: &Figures) -> Result<(), PlotError> {
    draw(path, (900, 904), |area| draw_matrix(area, title, figures))
}

fn draw_matrix(area: &Area<'_>, title: &str, figures: &Figures) -> Result<(), String> {
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

/// The colour of a share: almost white, blue at a half, dark blue at 1.
fn heat(share: f64) -> RGBColor {
    let (from, to, part) =
        if share < 0.5 { (PALE, BLUE, share * 2.0) } else { (BLUE, DARK_BLUE, share * 2.0 - 1.0) };
    let mix = |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * part) as u8;
    RGBColor(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn higher_shares_are_darker() {
        let brightness = |share| {
            let RGBColor(red, green, blue) = heat(share);
            u32::from(red) + u32::from(green) + u32::from(blue)
        };
        assert!(brightness(0.0) > brightness(0.3) && brightness(0.3) > brightness(0.5));
        assert!(brightness(0.5) > brightness(1.0));
    }
}

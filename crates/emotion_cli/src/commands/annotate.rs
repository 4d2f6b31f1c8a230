//! Pictures with readings drawn in: a box turned with the head, and a label. As a film, or as one picture.

use std::path::{Path, PathBuf};

use ab_glyph::{Font, FontRef, OutlineCurve, PxScale, ScaleFont};
use anyhow::{Context, bail};
use emotion_capture::FilmWriter;
use emotion_core::{Expression, Frame, Reading};
use tiny_skia::{Color, FillRule, LineJoin, Paint, PathBuilder, Pixmap, Rect, Stroke, Transform};

use super::analyze::Notes;
use super::letterbox::{self, PictureSize};

/// Behind letters, and along lines: it keeps both visible on any background.
const DARK: [u8; 3] = [16, 16, 16];

/// Where frames with their readings drawn in go.
pub enum Annotated {
    /// A film. The first frame sets its size; later frames of another size are fitted into it.
    Film(Box<AnnotatedFilm>),
    /// A picture, of which there is one only.
    Picture(PathBuf),
}

/// A film of annotated frames.
pub struct AnnotatedFilm {
    path: PathBuf,
    frames_per_second: f64,
    film: Option<(FilmWriter, PictureSize)>,
}

impl Annotated {
    /// A file that is created with the first frame. Names of pictures are for sources that are one picture.
    ///
    /// # Errors
    /// When a film is to become a picture.
    pub fn new(path: &Path, frames_per_second: f64, is_picture: bool) -> anyhow::Result<Self> {
        let path = path.to_owned();
        if !is_named_like_a_picture(&path) {
            let film = AnnotatedFilm { path, frames_per_second, film: None };
            return Ok(Self::Film(Box::new(film)));
        }
        if !is_picture {
            bail!(
                "{} is not named as a film is, and there are many frames; end it in .mp4, .mkv or .avi",
                path.display()
            );
        }
        Ok(Self::Picture(path))
    }

    /// Appends a frame with its readings drawn in.
    ///
    /// # Errors
    /// When the file cannot be created, drawn or written.
    pub fn write(
        &mut self,
        frame: &Frame,
        readings: &[Reading],
        notes: &Notes,
    ) -> anyhow::Result<()> {
        let (width, height) = (frame.width(), frame.height());
        let rgb = draw(frame, readings, notes)?;
        let drawn = Frame::from_rgb(rgb, width, height, frame.sequence(), frame.time())?;
        match self {
            Self::Film(film) => film.write(&drawn),
            Self::Picture(path) => save_picture(path, &drawn),
        }
    }

    /// Finishes the file.
    ///
    /// # Errors
    /// When a film cannot be closed or renamed to its path.
    pub fn finish(self) -> anyhow::Result<()> {
        let Self::Film(film) = self else { return Ok(()) };
        film.film.map_or(Ok(()), |(film, _)| Ok(film.finish()?))
    }
}

impl AnnotatedFilm {
    fn write(&mut self, frame: &Frame) -> anyhow::Result<()> {
        let size = PictureSize { width: frame.width(), height: frame.height() };
        let (film, film_size) = match &mut self.film {
            Some(film) => film,
            None => {
                let (width, height) = (size.width, size.height);
                let film = FilmWriter::create(&self.path, self.frames_per_second, (width, height))?;
                self.film.insert((film, size))
            }
        };
        if size == *film_size {
            return Ok(film.write(frame.rgb().to_vec(), frame.time())?);
        }
        let fitted = letterbox::frame(frame, *film_size)?;
        Ok(film.write(fitted.rgb().to_vec(), frame.time())?)
    }
}

/// Refuses, before the work begins, what could not be written.
///
/// # Errors
/// What is missing, or which names there are.
pub fn check_target(path: &Path) -> anyhow::Result<()> {
    if !is_named_like_a_picture(path) {
        return Ok(FilmWriter::check_target(path)?);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder.filter(|folder| !folder.is_dir()) {
        Some(folder) => bail!("there is no folder {}; create it first", folder.display()),
        None => Ok(()),
    }
}

/// Writes a frame into a file: PNG or JPEG, by its name.
///
/// # Errors
/// When it cannot be written.
pub fn save_picture(path: &Path, frame: &Frame) -> anyhow::Result<()> {
    let (width, height) = (frame.width(), frame.height());
    image::save_buffer(path, frame.rgb(), width, height, image::ColorType::Rgb8).with_context(
        || {
            format!(
                "cannot save {}; end it in .png or .jpg, in a folder that is there",
                path.display()
            )
        },
    )
}

fn is_named_like_a_picture(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    ["png", "jpg", "jpeg"].iter().any(|known| extension == *known)
}

/// The frame's pixels with the readings drawn in, as RGB.
fn draw(frame: &Frame, readings: &[Reading], notes: &Notes) -> anyhow::Result<Vec<u8>> {
    let mut canvas = Pixmap::new(frame.width(), frame.height())
        .with_context(|| format!("{frame:?} is too large to be drawn on"))?;
    canvas.data_mut().copy_from_slice(&frame.to_rgba());
    // Boxes first, so that no box covers a label.
    for reading in readings {
        draw_box(&mut canvas, reading, notes.speaks == Some(reading.track));
    }
    for reading in readings {
        draw_label(&mut canvas, reading)?;
        draw_notes_below(&mut canvas, reading, notes)?;
    }
    draw_caption(&mut canvas, notes)?;
    Ok(canvas.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect())
}

/// The box of a face; that of one who speaks is twice as thick.
fn draw_box(canvas: &mut Pixmap, reading: &Reading, speaks: bool) {
    let [first, rest @ ..] = corners(reading);
    let mut path = PathBuilder::new();
    path.move_to(first.0, first.1);
    for (x, y) in rest {
        path.line_to(x, y);
    }
    path.close();
    let Some(path) = path.finish() else { return };
    let width = line_width(canvas) * if speaks { 2.5 } else { 1.0 };
    for (color, width) in [(DARK, width * 2.0 + 1.0), (color(reading.dominant), width)] {
        let stroke = Stroke { width, line_join: LineJoin::Round, ..Stroke::default() };
        canvas.stroke_path(&path, &paint(color), &stroke, Transform::identity(), None);
    }
}

fn draw_label(canvas: &mut Pixmap, reading: &Reading) -> anyhow::Result<()> {
    let text = match reading.dominant {
        Some(expression) => {
            format!("#{} {expression} {:.0}%", reading.track, reading.confidence * 100.0)
        }
        None => format!("#{} unsure", reading.track),
    };
    // Above the face and inside the picture, as far as there is room.
    let top = corners(reading).iter().map(|corner| corner.1).fold(f32::INFINITY, f32::min);
    let (middle, _) = reading.bbox_in_frame.center();
    let bottom = top - 2.0 * line_width(canvas);
    draw_plate(canvas, &text, color(reading.dominant), (middle, bottom), 1.0)?;
    Ok(())
}

/// What else is known of a face, under its box.
fn draw_notes_below(canvas: &mut Pixmap, reading: &Reading, notes: &Notes) -> anyhow::Result<()> {
    let lowest = corners(reading).iter().map(|corner| corner.1).fold(f32::NEG_INFINITY, f32::max);
    let (middle, _) = reading.bbox_in_frame.center();
    let mut top = lowest + 2.0 * line_width(canvas);
    for (_, (text, expression)) in notes.below.iter().filter(|(track, _)| *track == reading.track) {
        top += draw_plate(canvas, text, color(*expression), (middle, top), 0.0)?;
    }
    Ok(())
}

/// Subtitles, and voices that are nobody's here, at the lower edge.
fn draw_caption(canvas: &mut Pixmap, notes: &Notes) -> anyhow::Result<()> {
    let middle = canvas.width() as f32 / 2.0;
    let mut bottom = canvas.height() as f32 - 2.0 * line_width(canvas);
    for (text, expression) in notes.caption.iter().rev() {
        bottom -= draw_plate(canvas, text, color(*expression), (middle, bottom), 1.0)?;
    }
    Ok(())
}

/// Draws text on a dark plate around `at.0`, inside of the picture; `above` 1 puts it above `at.1`, 0 below. Gives the
/// plate's height.
fn draw_plate(
    canvas: &mut Pixmap,
    text: &str,
    colour: [u8; 3],
    at: (f32, f32),
    above: f32,
) -> anyhow::Result<f32> {
    let (canvas_width, canvas_height) = (canvas.width() as f32, canvas.height() as f32);
    let largest = (canvas_height / 30.0).clamp(14.0, 100.0);
    // Long lines become smaller, as far as they can be read.
    let wide = text_width(text, largest)?;
    let size = (largest * (canvas_width * 0.96 / wide.max(1.0)).min(1.0)).max(largest * 0.5);
    let pad = (size * 0.25).round();
    let (plate_width, plate_height) =
        (text_width(text, size)? + 2.0 * pad, line_height(size)? + pad);
    let x = (at.0 - plate_width / 2.0).clamp(0.0, (canvas_width - plate_width).max(0.0));
    let y = (at.1 - above * plate_height).clamp(0.0, (canvas_height - plate_height).max(0.0));
    if let Some(plate) = Rect::from_xywh(x.round(), y.round(), plate_width, plate_height) {
        canvas.fill_rect(plate, &paint(DARK), Transform::identity(), None);
    }
    write_text(canvas, text, (x.round() + pad, y.round() + pad / 2.0), size, colour)?;
    Ok(plate_height)
}

fn font() -> anyhow::Result<FontRef<'static>> {
    FontRef::try_from_slice(epaint_default_fonts::UBUNTU_LIGHT)
        .context("the font of this program is damaged")
}

/// The width of a line of text of this size.
///
/// # Errors
/// When the program's font is damaged.
pub fn text_width(text: &str, size: f32) -> anyhow::Result<f32> {
    let font = font()?;
    let scaled = font.as_scaled(PxScale::from(size));
    Ok(text.chars().map(|letter| scaled.h_advance(font.glyph_id(letter))).sum())
}

fn line_height(size: f32) -> anyhow::Result<f32> {
    Ok(font()?.as_scaled(PxScale::from(size)).height())
}

/// Writes a line of text whose upper left corner is at a point.
///
/// # Errors
/// When the program's font is damaged.
pub fn write_text(
    canvas: &mut Pixmap,
    text: &str,
    (x, y): (f32, f32),
    size: f32,
    colour: [u8; 3],
) -> anyhow::Result<()> {
    let font = font()?;
    let size = PxScale::from(size);
    let scaled = font.as_scaled(size);
    let mut path = PathBuilder::new();
    let mut pen = (x, y + scaled.ascent());
    for letter in text.chars() {
        let glyph = font.glyph_id(letter);
        add_outline(&mut path, &font, glyph, size, pen);
        pen.0 += scaled.h_advance(glyph);
    }
    if let Some(path) = path.finish() {
        canvas.fill_path(&path, &paint(colour), FillRule::Winding, Transform::identity(), None);
    }
    Ok(())
}

/// Adds a letter's outline whose baseline starts at `pen`.
fn add_outline(
    path: &mut PathBuilder,
    font: &FontRef,
    glyph: ab_glyph::GlyphId,
    size: PxScale,
    pen: (f32, f32),
) {
    let Some(outline) = font.outline(glyph) else { return };
    let factor = size.y / font.height_unscaled();
    // Fonts count upwards, pictures downwards.
    let at = |point: ab_glyph::Point| (pen.0 + point.x * factor, pen.1 - point.y * factor);
    let mut last = None;
    for curve in outline.curves {
        let (from, to) = match &curve {
            OutlineCurve::Line(from, to) => (*from, *to),
            OutlineCurve::Quad(from, _, to) => (*from, *to),
            OutlineCurve::Cubic(from, _, _, to) => (*from, *to),
        };
        let (from, to) = (at(from), at(to));
        if last != Some(from) {
            path.move_to(from.0, from.1);
        }
        match curve {
            OutlineCurve::Line(..) => path.line_to(to.0, to.1),
            OutlineCurve::Quad(_, control, _) => {
                let control = at(control);
                path.quad_to(control.0, control.1, to.0, to.1);
            }
            OutlineCurve::Cubic(_, first, second, _) => {
                let (first, second) = (at(first), at(second));
                path.cubic_to(first.0, first.1, second.0, second.1, to.0, to.1);
            }
        }
        last = Some(to);
    }
}

pub fn paint([red, green, blue]: [u8; 3]) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(Color::from_rgba8(red, green, blue, 255));
    paint.anti_alias = true;
    paint
}

/// The corners of the face's square, turned around its centre by the head's roll.
fn corners(reading: &Reading) -> [(f32, f32); 4] {
    let (center_x, center_y) = reading.bbox_in_frame.center();
    let (half_width, half_height) =
        (reading.bbox_in_frame.width / 2.0, reading.bbox_in_frame.height / 2.0);
    let (sin, cos) = reading.roll.sin_cos();
    [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)].map(|(right, down)| {
        let (x, y) = (right * half_width, down * half_height);
        (center_x + x * cos - y * sin, center_y + x * sin + y * cos)
    })
}

/// Width of lines in pixels, proportional to the height of the picture.
fn line_width(canvas: &Pixmap) -> f32 {
    (canvas.height() as f32 / 300.0).max(1.5)
}

/// The expression's colour, the same everywhere in the project.
pub fn color(expression: Option<Expression>) -> [u8; 3] {
    match expression {
        Some(Expression::Angry) => [0xD5, 0x5E, 0x00],
        Some(Expression::Disgust) => [0x5B, 0x9A, 0x3C],
        Some(Expression::Fear) => [0x8E, 0x6B, 0xBF],
        Some(Expression::Happy) => [0xF2, 0xB7, 0x05],
        Some(Expression::Sad) => [0x3E, 0x7C, 0xB1],
        Some(Expression::Surprise) => [0x35, 0xB6, 0xD6],
        Some(Expression::Neutral) => [0xB8, 0xBC, 0xC2],
        None => [0xFF, 0xFF, 0xFF],
    }
}

#[cfg(test)]
mod tests {
    use emotion_core::FrameRect;
    use emotion_core::Scores;

    use super::*;

    fn reading(roll: f32, dominant: Option<Expression>) -> Reading {
        Reading {
            track: 1,
            bbox_in_frame: FrameRect::new(10.0, 20.0, 40.0, 40.0),
            roll,
            presence: 1.0,
            scores: Scores::UNIFORM,
            raw_scores: Scores::UNIFORM,
            dominant,
            confidence: 0.1,
        }
    }

    #[test]
    fn a_quarter_turn_clockwise_brings_the_top_left_corner_to_the_top_right() {
        let (x, y) = corners(&reading(std::f32::consts::FRAC_PI_2, None))[0];
        assert!((x - 50.0).abs() < 1e-3 && (y - 20.0).abs() < 1e-3, "{x}, {y}");
    }

    #[test]
    fn box_and_label_are_drawn_in_the_expressions_colour() {
        let grey = vec![128; 200 * 100 * 3];
        let frame = Frame::from_rgb(grey, 200, 100, 0, std::time::Duration::ZERO).unwrap();
        let readings = [reading(0.0, Some(Expression::Happy))];
        let drawn = draw(&frame, &readings, &Notes::default()).unwrap();
        let pixel = |x: usize, y: usize| &drawn[(y * 200 + x) * 3..(y * 200 + x) * 3 + 3];
        assert_eq!(pixel(199, 99), [128; 3], "the rest stays as it is");
        let edge = pixel(30, 60);
        assert!(edge[0] > 160 && edge[2] < 60, "the lower edge is {edge:?}");
        let amber = (0..20).flat_map(|y| (0..200).map(move |x| (x, y)));
        let amber = amber.filter(|&(x, y)| pixel(x, y)[0] > 140 && pixel(x, y)[2] < 60).count();
        assert!(amber > 60, "{amber} pixels of letters");
    }
}

//! Draws readings into the picture: a box turned with the head, and a label.

use std::path::PathBuf;

use emotion_core::Expression;
use emotion_core::Frame;
use emotion_core::Reading;
use opencv::core::{Mat, MatTraitConst, Point, Scalar, Vector};
use opencv::imgproc;

use super::film::FilmWriter;
use super::letterbox::{self, PictureSize};

/// A film of the frames with their readings drawn in. The first frame sets its size; later frames
/// of another size are fitted into it.
pub struct AnnotatedFilm {
    path: PathBuf,
    frames_per_second: f64,
    film: Option<(FilmWriter, PictureSize)>,
}

impl AnnotatedFilm {
    /// A film; its file is created with the first frame.
    pub fn new(path: PathBuf, frames_per_second: f64) -> Self {
        Self { path, frames_per_second, film: None }
    }

    /// Appends a frame with its readings drawn in.
    ///
    /// # Errors
    /// When the film cannot be created, drawn or written.
    pub fn write(&mut self, frame: &Frame, readings: &[Reading]) -> anyhow::Result<()> {
        let frame_size = PictureSize { width: frame.width(), height: frame.height() };
        let (film, film_size) = match &mut self.film {
            Some(film) => film,
            None => {
                let film = FilmWriter::create(&self.path, self.frames_per_second, frame_size)?;
                self.film.insert((film, frame_size))
            }
        };
        let mut picture = Mat::default();
        imgproc::cvt_color_def(&letterbox::picture(frame)?, &mut picture, imgproc::COLOR_RGB2BGR)?;
        // Boxes first, so that no box covers a label.
        for reading in readings {
            draw_box(&mut picture, reading)?;
        }
        for reading in readings {
            draw_label(&mut picture, reading)?;
        }
        if frame_size != *film_size {
            picture = letterbox::fit(&picture, *film_size)?;
        }
        film.write(&picture)
    }

    /// Finishes the film.
    ///
    /// # Errors
    /// When the film cannot be closed or renamed to its path.
    pub fn finish(self) -> anyhow::Result<()> {
        self.film.map_or(Ok(()), |(film, _)| film.finish())
    }
}

fn draw_box(picture: &mut Mat, reading: &Reading) -> opencv::Result<()> {
    let corners: Vector<Point> = corners(reading)
        .into_iter()
        .map(|(x, y)| Point::new(x.round() as i32, y.round() as i32))
        .collect();
    let (dark, color) = (Scalar::new(16.0, 16.0, 16.0, 0.0), color(reading.dominant));
    let thickness = stroke(picture);
    // A dark edge keeps the line visible on any background.
    imgproc::polylines(picture, &corners, true, dark, thickness * 2 + 1, imgproc::LINE_AA, 0)?;
    imgproc::polylines(picture, &corners, true, color, thickness, imgproc::LINE_AA, 0)
}

fn draw_label(picture: &mut Mat, reading: &Reading) -> opencv::Result<()> {
    let text = match reading.dominant {
        Some(expression) => {
            format!("#{} {expression} {:.0}%", reading.track, reading.confidence * 100.0)
        }
        None => format!("#{} unsure", reading.track),
    };
    let font = imgproc::FONT_HERSHEY_SIMPLEX;
    let scale = (f64::from(picture.rows()) / 900.0).clamp(0.4, 4.0);
    let thickness = stroke(picture);
    let mut below = 0;
    let size = imgproc::get_text_size(&text, font, scale, thickness, &mut below)?;
    let pad = below.max(2);

    let corners = corners(reading);
    let top = corners.iter().map(|corner| corner.1).fold(f32::INFINITY, f32::min);
    let (center, _) = reading.bbox_in_frame.center();
    let (plate_width, plate_height) = (size.width + 2 * pad, size.height + below + 2 * pad);
    // Above the face and inside the picture, as far as there is room.
    let x = (center as i32 - plate_width / 2).clamp(0, (picture.cols() - plate_width).max(0));
    let y = (top as i32 - plate_height - 2 * thickness)
        .clamp(0, (picture.rows() - plate_height).max(0));

    let plate = opencv::core::Rect::new(x, y, plate_width, plate_height);
    let dark = Scalar::new(16.0, 16.0, 16.0, 0.0);
    imgproc::rectangle(picture, plate, dark, imgproc::FILLED, imgproc::LINE_8, 0)?;
    let baseline = Point::new(x + pad, y + pad + size.height);
    let color = color(reading.dominant);
    imgproc::put_text(
        picture,
        &text,
        baseline,
        font,
        scale,
        color,
        thickness,
        imgproc::LINE_AA,
        false,
    )
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
fn stroke(picture: &Mat) -> i32 {
    (picture.rows() / 360).max(1)
}

/// The expression's colour, the same everywhere in the project, as BGR.
fn color(expression: Option<Expression>) -> Scalar {
    let [r, g, b] = match expression {
        Some(Expression::Angry) => [0xD5, 0x5E, 0x00],
        Some(Expression::Disgust) => [0x5B, 0x9A, 0x3C],
        Some(Expression::Fear) => [0x8E, 0x6B, 0xBF],
        Some(Expression::Happy) => [0xF2, 0xB7, 0x05],
        Some(Expression::Sad) => [0x3E, 0x7C, 0xB1],
        Some(Expression::Surprise) => [0x35, 0xB6, 0xD6],
        Some(Expression::Neutral) => [0xB8, 0xBC, 0xC2],
        None => [0xFF, 0xFF, 0xFF],
    };
    Scalar::new(f64::from(b), f64::from(g), f64::from(r), 0.0)
}

#[cfg(test)]
mod tests {
    use emotion_core::FrameRect;
    use emotion_core::Scores;

    use super::*;

    #[test]
    fn a_quarter_turn_clockwise_brings_the_top_left_corner_to_the_top_right() {
        let reading = Reading {
            track: 1,
            bbox_in_frame: FrameRect::new(10.0, 20.0, 40.0, 40.0),
            roll: std::f32::consts::FRAC_PI_2,
            presence: 1.0,
            scores: Scores::UNIFORM,
            raw_scores: Scores::UNIFORM,
            dominant: None,
            confidence: 0.1,
        };
        let (x, y) = corners(&reading)[0];
        assert!((x - 50.0).abs() < 1e-3 && (y - 20.0).abs() < 1e-3, "{x}, {y}");
    }
}

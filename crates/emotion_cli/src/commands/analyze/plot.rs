//! A film at a glance: what each modality says of each subject over time, as a picture.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use emotion_core::{Analysis, Expression, Frame, Modality, SessionTime};
use tiny_skia::{Pixmap, Rect, Transform};

use super::together::Said;
use crate::commands::annotate::{color, paint, save_picture, text_width, write_text};

const WIDTH: u32 = 1280;
/// Left of the lanes, right of them, above and below.
const MARGINS: (f32, f32, f32, f32) = (168.0, 32.0, 72.0, 72.0);
const LANE: f32 = 24.0;
const BETWEEN_LANES: f32 = 8.0;
const BETWEEN_SUBJECTS: f32 = 24.0;
const TEXT: f32 = 16.0;
const TITLE: f32 = 24.0;
const INK: [u8; 3] = [33, 37, 41];
const PALE_INK: [u8; 3] = [110, 118, 125];
const EMPTY: [u8; 3] = [240, 242, 244];
const CONFLICT: [u8; 3] = [176, 0, 32];
/// Readings that are no further apart, in seconds, are one stretch.
const GAP: f64 = 0.5;

/// The lanes of a subject, from the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lane {
    Of(Modality),
    Together,
}

/// A time over which a lane says the same.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stretch {
    from: f64,
    to: f64,
    expression: Option<Expression>,
    has_conflict: bool,
}

/// Collects what is drawn. Its memory grows with the changes, not with the frames.
#[derive(Debug, Default)]
pub struct Plot {
    /// By subject, 0 whoever is not seen, none whose it is not known; then by lane.
    lanes: BTreeMap<(Option<u64>, Lane), Vec<Stretch>>,
    end: f64,
}

impl Plot {
    /// Takes in the faces of a frame.
    pub fn faces(&mut self, analysis: &Analysis) {
        let time = analysis.time.as_secs_f64();
        self.end = self.end.max(time);
        for reading in &analysis.readings {
            let lane = (Some(reading.track), Lane::Of(Modality::Face));
            self.add(lane, (time, time), reading.dominant, false);
        }
    }

    /// Takes in what was said.
    pub fn said(&mut self, said: &Said) {
        let seconds =
            |(from, to): (SessionTime, SessionTime)| (from.as_secs_f64(), to.as_secs_f64());
        match said {
            Said::Voice(reading, attribution) => {
                let whose = attribution.speaker.subject(Default::default());
                let lane = (whose.map(|subject| subject.track), Lane::Of(Modality::Voice));
                let end = reading.span.1.as_secs_f64();
                // A window of 2.5 s every 0.3 s: what is new of it.
                self.add(lane, (end - 0.3, end), reading.dominant(), false);
            }
            Said::Words(line, attribution) => {
                let whose = attribution.speaker.subject(Default::default());
                let lane = (whose.map(|subject| subject.track), Lane::Of(Modality::Words));
                self.add(lane, seconds(line.span), line.reading.dominant, false);
            }
            Said::Fused { time, subject, reading, .. } => {
                let time = time.as_secs_f64();
                let lane = (Some(subject.track), Lane::Together);
                self.add(lane, (time, time), reading.dominant, reading.conflict.is_some());
            }
        }
    }

    fn add(
        &mut self,
        lane: (Option<u64>, Lane),
        (from, to): (f64, f64),
        expression: Option<Expression>,
        has_conflict: bool,
    ) {
        let from = from.max(0.0);
        self.end = self.end.max(to);
        let stretches = self.lanes.entry(lane).or_default();
        if let Some(last) = stretches.last_mut().filter(|last| from - last.to < GAP) {
            if (last.expression, last.has_conflict) == (expression, has_conflict) {
                last.to = last.to.max(to);
                return;
            }
            last.to = last.to.max(from);
        }
        stretches.push(Stretch { from, to, expression, has_conflict });
    }

    /// Draws it into a PNG file.
    ///
    /// # Errors
    /// When it cannot be drawn or written.
    pub fn save(&self, path: &Path, title: &str) -> anyhow::Result<()> {
        let subjects: Vec<Option<u64>> = {
            let mut subjects: Vec<_> = self.lanes.keys().map(|(subject, _)| *subject).collect();
            // Those who are seen, whoever is not, and then what is nobody's.
            subjects.sort_by_key(|subject| (subject.is_none(), *subject == Some(0), *subject));
            subjects.dedup();
            subjects
        };
        let lanes = self.lanes.len() as f32;
        let height = MARGINS.2
            + lanes * (LANE + BETWEEN_LANES)
            + subjects.len() as f32 * BETWEEN_SUBJECTS
            + MARGINS.3;
        let mut canvas =
            Pixmap::new(WIDTH, height.ceil() as u32).context("the plot is too large")?;
        canvas.fill(tiny_skia::Color::WHITE);
        write_text(&mut canvas, title, (32.0, 20.0), TITLE, INK)?;
        let mut y = MARGINS.2;
        for subject in subjects {
            let name = match subject {
                None => "unsure whose".to_owned(),
                Some(0) => "out of the picture".to_owned(),
                Some(track) => format!("face #{track}"),
            };
            write_text(&mut canvas, &name, (32.0, y - 4.0), TEXT, INK)?;
            y += BETWEEN_SUBJECTS - 4.0;
            for ((_, lane), stretches) in self.lanes.iter().filter(|((of, _), _)| *of == subject) {
                self.draw_lane(&mut canvas, *lane, stretches, y)?;
                y += LANE + BETWEEN_LANES;
            }
            y += 4.0;
        }
        self.draw_axis(&mut canvas, y)?;
        draw_legend(&mut canvas, height - 34.0)?;
        let rgb = canvas.data().chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
        let (width, height) = (canvas.width(), canvas.height());
        save_picture(path, &Frame::from_rgb(rgb, width, height, 0, Default::default())?)
    }

    fn x(&self, time: f64) -> f32 {
        let width = WIDTH as f32 - MARGINS.0 - MARGINS.1;
        MARGINS.0 + (time / self.end.max(1e-3)) as f32 * width
    }

    fn draw_lane(
        &self,
        canvas: &mut Pixmap,
        lane: Lane,
        stretches: &[Stretch],
        y: f32,
    ) -> anyhow::Result<()> {
        let name = match lane {
            Lane::Of(modality) => modality.name(),
            Lane::Together => "together",
        };
        write_text(canvas, name, (56.0, y + 2.0), TEXT, PALE_INK)?;
        fill(canvas, (self.x(0.0), y, self.x(self.end) - self.x(0.0), LANE), EMPTY);
        for stretch in stretches {
            let (from, to) = (self.x(stretch.from), self.x(stretch.to));
            let width = (to - from).max(2.0);
            let colour = stretch.expression.map_or([214, 218, 222], |it| color(Some(it)));
            fill(canvas, (from, y, width, LANE), colour);
            if stretch.has_conflict {
                fill(canvas, (from, y + LANE - 5.0, width, 5.0), CONFLICT);
            }
            let name = stretch.expression.map_or("unsure", Expression::name);
            if width > text_width(name, 14.0)? + 8.0 {
                write_text(canvas, name, (from + 4.0, y + 3.0), 14.0, INK)?;
            }
        }
        Ok(())
    }

    fn draw_axis(&self, canvas: &mut Pixmap, y: f32) -> anyhow::Result<()> {
        let steps = [0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0];
        let step = steps.into_iter().find(|step| self.end / step <= 12.0).unwrap_or(1800.0);
        let mut time = 0.0;
        while time <= self.end {
            let x = self.x(time);
            fill(canvas, (x, MARGINS.2 + 12.0, 1.0, y - MARGINS.2 - 12.0), [200, 204, 208]);
            let text = format!("{time} s");
            let half = text_width(&text, 14.0)? / 2.0;
            write_text(canvas, &text, (x - half, y + 2.0), 14.0, PALE_INK)?;
            time += step;
        }
        Ok(())
    }
}

fn draw_legend(canvas: &mut Pixmap, y: f32) -> anyhow::Result<()> {
    let mut x = MARGINS.0;
    let names = Expression::ALL.into_iter().map(|it| (it.name(), color(Some(it))));
    for (name, colour) in names.chain([("unsure", [214, 218, 222]), ("conflict", CONFLICT)]) {
        fill(canvas, (x, y + 3.0, 14.0, 14.0), colour);
        write_text(canvas, name, (x + 20.0, y), TEXT, INK)?;
        x += 36.0 + text_width(name, TEXT)?;
    }
    Ok(())
}

fn fill(canvas: &mut Pixmap, (x, y, width, height): (f32, f32, f32, f32), colour: [u8; 3]) {
    if let Some(rect) = Rect::from_xywh(x, y, width.max(0.5), height) {
        canvas.fill_rect(rect, &paint(colour), Transform::identity(), None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_the_same_is_one_stretch() {
        let mut plot = Plot::default();
        let lane = (Some(1), Lane::Together);
        for (time, conflict) in [(0.0, false), (0.1, false), (0.2, true), (0.3, true), (5.0, true)]
        {
            plot.add(lane, (time, time), Some(Expression::Happy), conflict);
        }
        let times: Vec<_> = plot.lanes[&lane].iter().map(|it| (it.from, it.to)).collect();
        assert_eq!(times, [(0.0, 0.2), (0.2, 0.3), (5.0, 5.0)]);
    }
}

//! Small pieces of SVG.

use std::fmt::Write;

/// Hatching for what was not seen, once for all figures of a page.
pub const PATTERNS: &str = "<svg width=\"0\" height=\"0\" style=\"position:absolute\" aria-hidden=\"true\"><defs>\
    <pattern id=\"away\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
    <rect width=\"6\" height=\"6\" fill=\"var(--panel)\"/>\
    <rect width=\"2\" height=\"6\" fill=\"var(--hatch)\"/></pattern></defs></svg>\n";

/// A figure that is being drawn.
pub struct Svg(String);

/// Where values lie: from `low` at `start` to `high` at `end`.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    pub low: f64,
    pub high: f64,
    pub start: f64,
    pub end: f64,
}

impl Scale {
    pub fn at(&self, value: f64) -> f64 {
        let span = self.high - self.low;
        let part = if span.abs() < 1e-12 { 0.5 } else { (value - self.low) / span };
        self.start + part * (self.end - self.start)
    }
}

/// A coordinate, short.
pub fn short(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

impl Svg {
    /// An empty figure. `label` is what it says, for those who do not see it.
    pub fn new(width: f64, height: f64, label: &str) -> Self {
        Self(format!(
            "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">",
            short(width),
            short(height),
            super::escaped(label)
        ))
    }

    pub fn finish(self) -> String {
        self.0 + "</svg>"
    }

    // Writing to a string cannot fail.

    pub fn rect(&mut self, class: &str, (x, y): (f64, f64), (width, height): (f64, f64)) {
        let (x, y, width, height) =
            (short(x), short(y), short(width.max(0.0)), short(height.max(0.0)));
        let _ = write!(
            self.0,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
        );
    }

    /// A rectangle that is more or less opaque.
    pub fn cell(
        &mut self,
        class: &str,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
        opacity: f64,
    ) {
        let (x, y, width, height) = (short(x), short(y), short(width), short(height));
        let _ = write!(
            self.0,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
             opacity=\"{opacity:.2}\"/>"
        );
    }

    pub fn line(&mut self, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        let (x1, y1, x2, y2) = (short(x1), short(y1), short(x2), short(y2));
        let _ = write!(
            self.0,
            "<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>"
        );
    }

    pub fn circle(&mut self, class: &str, (x, y): (f64, f64), radius: f64) {
        let (x, y, radius) = (short(x), short(y), short(radius));
        let _ = write!(self.0, "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>");
    }

    /// A line through points.
    pub fn path(&mut self, class: &str, points: &[(f64, f64)]) {
        if let Some(path) = path(points) {
            let _ = write!(self.0, "<path class=\"{class}\" d=\"{path}\"/>");
        }
    }

    /// The area between points and a level.
    pub fn area(&mut self, class: &str, points: &[(f64, f64)], level: f64) {
        if let (Some(path), Some(first), Some(last)) = (path(points), points.first(), points.last())
        {
            let (level, first, last) = (short(level), short(first.0), short(last.0));
            let _ = write!(
                self.0,
                "<path class=\"{class}\" d=\"{path}L{last} {level}L{first} {level}Z\"/>"
            );
        }
    }

    /// The area between two lines.
    pub fn between(&mut self, class: &str, upper: &[(f64, f64)], lower: &[(f64, f64)]) {
        let around: Vec<_> = upper.iter().chain(lower.iter().rev()).copied().collect();
        if let Some(path) = path(&around) {
            let _ = write!(self.0, "<path class=\"{class}\" d=\"{path}Z\"/>");
        }
    }

    /// A JPEG that covers a rectangle.
    pub fn picture(&mut self, jpeg: &[u8], (x, y): (f64, f64), (width, height): (f64, f64)) {
        let (x, y, width, height) = (short(x), short(y), short(width), short(height));
        let _ = write!(
            self.0,
            "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
             preserveAspectRatio=\"xMidYMid slice\" href=\"{}\"/>",
            super::html::jpeg_url(jpeg)
        );
    }

    /// A text; `anchor` is `start`, `middle` or `end`.
    pub fn text(&mut self, class: &str, (x, y): (f64, f64), anchor: &str, text: &str) {
        let (x, y, text) = (short(x), short(y), super::escaped(text));
        let _ = write!(
            self.0,
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>"
        );
    }
}

fn path(points: &[(f64, f64)]) -> Option<String> {
    let (first, rest) = points.split_first()?;
    let mut path = format!("M{} {}", short(first.0), short(first.1));
    for (x, y) in rest {
        let _ = write!(path, "L{} {}", short(*x), short(*y));
    }
    Some(path)
}

//! All sessions at once: a row each, a cell for each minute.

use emotion_core::Expression;

use crate::date_of;

use super::observed::{Observed, is_visible};
use super::svg::{Scale, Svg};

/// Sessions that are shown, the last ones.
const MOST: usize = 60;
const WIDTH: f64 = 960.0;
const LEFT: f64 = 96.0;
const ROW: f64 = 16.0;
/// The mean score of a minute that is shown in full colour; few minutes are smiled through.
const FULL: f64 = 0.6;

/// How much of each minute was smiled.
pub fn figure(observed: &Observed) -> String {
    let hidden = observed.sessions.len().saturating_sub(MOST);
    let shown = &observed.sessions[hidden..];
    let longest = shown.iter().map(|seen| seen.minutes.len()).max().unwrap_or(1).max(1);
    // Long sessions: several minutes in a cell.
    let together = longest.div_ceil(120);
    let columns = longest.div_ceil(together);
    let x = Scale { low: 0.0, high: columns as f64, start: LEFT, end: WIDTH };
    let cell = (x.at(1.0) - x.at(0.0)).min(72.0);
    let height = shown.len() as f64 * ROW + 40.0;
    let mut svg = Svg::new(WIDTH, height, "How much each minute of each session showed a smile");
    for (row, seen) in shown.iter().enumerate() {
        let y = 4.0 + row as f64 * ROW;
        svg.text("", (LEFT - 8.0, y + 11.0), "end", &date_of(seen.session.started_at));
        for (column, minutes) in seen.minutes.chunks(together).enumerate() {
            let mut all = minutes[0];
            minutes[1..].iter().for_each(|minute| all.add(minute));
            let (corner, size) = ((LEFT + column as f64 * cell, y), (cell - 1.0, ROW - 2.0));
            match all.mean(Expression::Happy).filter(|_| is_visible(&all)) {
                Some(happy) => {
                    svg.rect("blank", corner, size);
                    svg.cell("cell", corner, size, (happy / FULL).clamp(0.0, 1.0));
                }
                None => svg.rect("away", corner, size),
            }
        }
    }
    let base = 4.0 + shown.len() as f64 * ROW;
    let step = columns.div_ceil(12).max(1);
    for column in (0..=columns).step_by(step) {
        let at = LEFT + column as f64 * cell;
        svg.text("", (at, base + 16.0), "middle", &(column * together).to_string());
    }
    svg.text(
        "",
        (LEFT + columns as f64 * cell, base + 32.0),
        "end",
        "minutes since the session's start",
    );
    let mut caption = "The fuller the colour, the more of that minute showed a smile (mean score of “happy”, 0 to 1). \
                       Hatched: not in view."
        .to_owned();
    if hidden > 0 {
        caption += &format!(" The {hidden} oldest sessions are left out.");
    }
    format!("<figure>{}{LEGEND}<figcaption>{caption}</figcaption></figure>", svg.finish())
}

const LEGEND: &str = "<div class=\"legend\">\
<span><svg viewBox=\"0 0 12 12\"><rect class=\"blank\" width=\"12\" height=\"12\"/></svg>0</span>\
<span><svg viewBox=\"0 0 12 12\"><rect class=\"blank\" width=\"12\" height=\"12\"/>\
<rect class=\"cell\" width=\"12\" height=\"12\" opacity=\".5\"/></svg>0.3</span>\
<span><svg viewBox=\"0 0 12 12\"><rect class=\"cell\" width=\"12\" height=\"12\"/></svg>0.6 or more</span>\
<span><svg viewBox=\"0 0 12 12\"><rect class=\"away\" width=\"12\" height=\"12\"/></svg>not in view</span></div>";

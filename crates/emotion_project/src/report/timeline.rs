//! A session from its start to its end: what the face showed, how far from rest it was, what was said.

use emotion_core::Expression;

use crate::mark::clock;
use crate::{MarkKind, Rollup};

use super::escaped;
use super::observed::{Observed, SessionSeen, is_visible};
use super::svg::{Scale, Svg};

const WIDTH: f64 = 960.0;
const LEFT: f64 = 96.0;
/// Heights and distances of the lanes.
const FLAGS: f64 = 24.0;
const SHOWN: f64 = 112.0;
const SMILE: f64 = 72.0;
const REPORT: f64 = 64.0;
const VIEW: f64 = 12.0;
const SPACE: f64 = 16.0;

/// From the bottom of the stack to its top: what is rarely shown lies where it is seen best.
const ORDER: [Expression; 7] = [
    Expression::Happy,
    Expression::Surprise,
    Expression::Sad,
    Expression::Fear,
    Expression::Disgust,
    Expression::Angry,
    Expression::Neutral,
];

/// The figure of a session, with its legend and the words of its marks.
pub fn figure(observed: &Observed, index: usize) -> String {
    let seen = &observed.sessions[index];
    format!(
        "<figure>{}{}{}</figure>",
        draw(seen, observed.baseline.map(|rest| rest[Expression::Happy.index()])),
        legend(),
        marks(seen)
    )
}

fn draw(seen: &SessionSeen, rest: Option<f64>) -> String {
    let has_ratings = seen.ratings().next().is_some();
    let report = if has_ratings { REPORT + SPACE } else { 0.0 };
    let height = FLAGS + SHOWN + SPACE + SMILE + SPACE + report + VIEW + 28.0;
    let x = Scale { low: 0.0, high: seen.seconds().max(1.0), start: LEFT, end: WIDTH - 8.0 };
    let label = format!("Session {} from its start to its end", seen.session.id);
    let mut svg = Svg::new(WIDTH, height, &label);
    let mut top = FLAGS;
    rests(&mut svg, seen, x, FLAGS + SHOWN + SPACE + SMILE);
    shown(&mut svg, seen, x, top);
    top += SHOWN + SPACE;
    smile(&mut svg, seen, x, top, rest);
    top += SMILE + SPACE;
    if has_ratings {
        self_report(&mut svg, seen, x, top);
        top += report;
    }
    view(&mut svg, seen, x, top);
    time_axis(&mut svg, x, top + VIEW);
    flags(&mut svg, seen, x, top + VIEW);
    svg.finish()
}

/// Runs of bins that were seen.
fn runs(seen: &SessionSeen) -> impl Iterator<Item = &[Rollup]> {
    let runs = seen.bins.chunk_by(|a, b| is_visible(a) == is_visible(b));
    runs.filter(|run| run.first().is_some_and(is_visible))
}

/// Points of a run: a value for each bin, held to its end.
fn points(
    run: &[Rollup],
    seen: &SessionSeen,
    x: Scale,
    y: impl Fn(&Rollup) -> f64,
) -> Vec<(f64, f64)> {
    let middle = seen.bin_seconds as f64 / 2.0;
    let end = |at: f64| x.at(at.min(seen.seconds()));
    let mut points = Vec::with_capacity(run.len() + 2);
    if let Some(first) = run.first() {
        points.push((end(first.at as f64), y(first)));
    }
    points.extend(run.iter().map(|bin| (end(bin.at as f64 + middle), y(bin))));
    if let Some(last) = run.last() {
        points.push((end(last.at as f64 + 2.0 * middle), y(last)));
    }
    points
}

fn shown(svg: &mut Svg, seen: &SessionSeen, x: Scale, top: f64) {
    let y = Scale { low: 0.0, high: 1.0, start: top + SHOWN, end: top };
    svg.text("ink", (LEFT - 12.0, top + 14.0), "end", "Shown");
    svg.text("", (LEFT - 12.0, top + 32.0), "end", "mix of 7");
    svg.rect("away", (x.start, top), (x.end - x.start, SHOWN));
    for run in runs(seen) {
        // The highest first: each covers the foot of the one behind it.
        for last in (0..ORDER.len()).rev() {
            let height = |bin: &Rollup| {
                let sum = ORDER[..=last].iter().filter_map(|it| bin.mean(*it)).sum::<f64>();
                y.at(sum.min(1.0))
            };
            svg.area(ORDER[last].name(), &points(run, seen, x, height), y.start);
        }
    }
}

fn smile(svg: &mut Svg, seen: &SessionSeen, x: Scale, top: f64, rest: Option<f64>) {
    let y = Scale { low: 0.0, high: 1.0, start: top + SMILE, end: top };
    svg.text("ink", (LEFT - 12.0, top + 14.0), "end", "Smiling");
    svg.text("", (LEFT - 12.0, top + 32.0), "end", "0 to 1");
    svg.line("axis", (x.start, y.start), (x.end, y.start));
    svg.line("grid", (x.start, y.end), (x.end, y.end));
    for run in runs(seen) {
        let height = |bin: &Rollup| y.at(bin.mean(Expression::Happy).unwrap_or(0.0));
        svg.path("curve", &points(run, seen, x, height));
    }
    for smile in &seen.smiles {
        let from = x.at(smile.from_ms as f64 / 1000.0);
        let width = (x.at(smile.to_ms as f64 / 1000.0) - from).max(1.0);
        svg.rect("happy", (from, y.start + 2.0), (width, 4.0));
    }
    if let Some(rest) = rest {
        svg.line("zero", (x.start, y.at(rest)), (x.end, y.at(rest)));
        svg.text("", (LEFT - 12.0, y.at(rest).min(y.start) + 4.0), "end", "rest");
    }
}

fn self_report(svg: &mut Svg, seen: &SessionSeen, x: Scale, top: f64) {
    let y = Scale { low: 0.0, high: 10.0, start: top + REPORT, end: top };
    svg.text("ink", (LEFT - 12.0, top + 14.0), "end", "Self-report");
    svg.text("", (LEFT - 12.0, top + 32.0), "end", "0 to 10");
    svg.line("axis", (x.start, y.start), (x.end, y.start));
    svg.line("grid", (x.start, y.end), (x.end, y.end));
    let ratings: Vec<_> =
        seen.ratings().map(|(at, value)| (x.at(at), y.at(value), value)).collect();
    let line: Vec<_> = ratings.iter().map(|(x, y, _)| (*x, *y)).collect();
    svg.path("report", &line);
    for (at, height, value) in ratings {
        svg.circle("dot", (at, height), 5.0);
        let anchor = if at > x.end - 24.0 { "end" } else { "start" };
        let aside = if anchor == "end" { -9.0 } else { 9.0 };
        svg.text("strong", (at + aside, height + 4.0), anchor, &value.to_string());
    }
}

fn view(svg: &mut Svg, seen: &SessionSeen, x: Scale, top: f64) {
    svg.text("ink", (LEFT - 12.0, top + 11.0), "end", "In view");
    svg.rect("gap", (x.start, top), (x.end - x.start, VIEW));
    let kind = |bin: &Rollup| match bin {
        bin if bin.frames == 0 => "",
        bin if is_visible(bin) => "seen",
        _ => "away",
    };
    for run in seen.bins.chunk_by(|a, b| kind(a) == kind(b)) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        let from = x.at(first.at as f64);
        let to = x.at(((last.at + seen.bin_seconds) as f64).min(seen.seconds()));
        if !kind(first).is_empty() {
            svg.rect(kind(first), (from, top), (to - from, VIEW));
        }
    }
}

fn time_axis(svg: &mut Svg, x: Scale, top: f64) {
    let minutes = x.high / 60.0;
    let steps = [0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0];
    let step = steps.into_iter().find(|step| minutes / step <= 12.0).unwrap_or(240.0);
    let mut minute = 0.0;
    while minute <= minutes + 1e-9 {
        let text = clock((minute * 60_000.0) as u64);
        svg.text("", (x.at(minute * 60.0), top + 18.0), "middle", &text);
        minute += step;
    }
}

/// Where the person rested.
fn rests(svg: &mut Svg, seen: &SessionSeen, x: Scale, bottom: f64) {
    for mark in seen.marks.iter().filter(|mark| mark.kind == MarkKind::Rest) {
        let from = x.at(mark.at_ms as f64 / 1000.0);
        let to = x.at(mark.until_ms.unwrap_or(mark.at_ms) as f64 / 1000.0);
        svg.rect("rest", (from, 0.0), (to - from, bottom));
        svg.text("", (from + 4.0, 14.0), "start", "rest");
    }
}

/// Markers as numbered lines; what they say stands below the figure.
fn flags(svg: &mut Svg, seen: &SessionSeen, x: Scale, bottom: f64) {
    let markers = seen.marks.iter().filter(|mark| mark.kind == MarkKind::Marker);
    for (mark, number) in markers.zip(1..) {
        let at = x.at(mark.at_ms as f64 / 1000.0);
        svg.line("mark", (at, FLAGS - 6.0), (at, bottom));
        svg.circle("flag", (at, 10.0), 9.0);
        svg.text("flagged", (at, 14.5), "middle", &format!("{number}"));
    }
}

fn legend() -> String {
    let item = |expression: &Expression| {
        let name = expression.name();
        format!(
            "<span><svg viewBox=\"0 0 12 12\"><rect class=\"{name}\" width=\"12\" height=\"12\"/></svg>{name}</span>"
        )
    };
    let items: String = ORDER.iter().map(item).collect();
    let away = "<span><svg viewBox=\"0 0 12 12\"><rect class=\"away\" width=\"12\" height=\"12\"/></svg>not in view</span>";
    format!("<div class=\"legend\">{items}{away}</div>")
}

fn marks(seen: &SessionSeen) -> String {
    let of = |kind: MarkKind| seen.marks.iter().filter(move |mark| mark.kind == kind);
    let mut html = String::new();
    let item = |mark: &crate::Mark| {
        format!("<li><strong>{}</strong> {}</li>", clock(mark.at_ms), escaped(&mark.text))
    };
    let items: String = of(MarkKind::Marker).map(item).collect();
    if !items.is_empty() {
        html += &format!("<ol class=\"marks\">{items}</ol>");
    }
    for rating in of(MarkKind::Rating).filter(|mark| !mark.text.is_empty()).take(1) {
        html += &format!("<figcaption>Self-report: “{}”</figcaption>", escaped(&rating.text));
    }
    for note in of(MarkKind::Note) {
        html += &format!("<figcaption>Note: {}</figcaption>", escaped(&note.text));
    }
    html
}

//! Measures over the weeks, within one person.

use crate::stats::{FEWEST, mean_of_sessions, slope_a_week, usual_range};

use super::cards::number;
use super::observed::{Measure, Observed};
use super::svg::{Scale, Svg};

const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 36.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 36.0;

/// A figure for each measure.
pub fn figures(observed: &Observed) -> String {
    let mut html = "<div class=\"pair\">".to_owned();
    for measure in Measure::ALL {
        html.push_str(&figure(observed, measure));
    }
    html + "</div>"
}

fn figure(observed: &Observed, measure: Measure) -> String {
    let points: Vec<(f64, f64)> = observed
        .values(measure)
        .into_iter()
        .map(|(index, value)| (observed.week(index), value))
        .collect();
    let title =
        format!("<h3>{} <span class=\"quiet\">{}</span></h3>", measure.title(), measure.unit());
    if points.is_empty() {
        return format!("<figure>{title}<figcaption>No session has it.</figcaption></figure>");
    }
    let values: Vec<f64> = points.iter().map(|(_, value)| *value).collect();
    let svg = draw(observed, measure, &points, usual_range(&values));
    format!("<figure>{title}{svg}<figcaption>{}</figcaption></figure>", words(&points, &values))
}

fn draw(
    observed: &Observed,
    measure: Measure,
    points: &[(f64, f64)],
    range: Option<(f64, f64)>,
) -> String {
    let last_week = observed.week(observed.sessions.len() - 1).max(1.0);
    let x = Scale { low: 0.0, high: last_week, start: LEFT + 8.0, end: WIDTH - RIGHT - 8.0 };
    let top = match measure {
        Measure::SelfReport => 10.0,
        _ => ceiling(points.iter().map(|(_, value)| *value).fold(0.0, f64::max)),
    };
    let y = Scale { low: 0.0, high: top, start: HEIGHT - BOTTOM, end: TOP };
    let label = format!("{} of each session over the weeks", measure.title());
    let mut svg = Svg::new(WIDTH, HEIGHT, &label);
    if let Some((low, high)) = range {
        let corner = (LEFT, y.at(high));
        svg.rect("range", corner, (WIDTH - LEFT - RIGHT, y.at(low) - y.at(high)));
    }
    for part in [0.0, 0.5, 1.0] {
        let at = y.at(top * part);
        svg.line(if part == 0.0 { "axis" } else { "grid" }, (LEFT, at), (WIDTH - RIGHT, at));
        svg.text("", (LEFT - 6.0, at + 4.0), "end", &number(top * part));
    }
    let weeks = last_week.ceil() as u64;
    let step = weeks.div_ceil(10).max(1);
    for week in (0..=weeks).step_by(usize::try_from(step).unwrap_or(1)) {
        if week as f64 <= last_week + 0.5 {
            let at = x.at((week as f64).min(last_week));
            svg.text("", (at, HEIGHT - BOTTOM + 16.0), "middle", &week.to_string());
        }
    }
    svg.text("", (WIDTH - RIGHT, HEIGHT - 4.0), "end", "weeks since the first session");
    // Means of weeks, for weeks that have several sessions, joined where no week is missing.
    for run in weekly(points) {
        let run: Vec<_> = run.iter().map(|(week, value)| (x.at(*week), y.at(*value))).collect();
        svg.path("trend", &run);
    }
    for (week, value) in points {
        svg.circle("dot faint", (x.at(*week), y.at(*value)), 4.0);
    }
    svg.finish()
}

/// The mean place and value of each week, in runs of weeks that follow one another.
fn weekly(points: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
    let mut runs: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut before = None;
    let weeks = points.chunk_by(|a, b| a.0.floor() == b.0.floor());
    for week in weeks {
        let count = week.len() as f64;
        let sum = week.iter().fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
        let number = week.first().map(|it| it.0.floor());
        let follows =
            before.zip(number).is_some_and(|(before, now): (f64, f64)| now - before < 1.5);
        before = number;
        let mean = (sum.0 / count, sum.1 / count);
        match runs.last_mut().filter(|_| follows) {
            Some(run) => run.push(mean),
            None => runs.push(vec![mean]),
        }
    }
    runs
}

/// A round number above a value.
fn ceiling(value: f64) -> f64 {
    let value = value.max(1e-3) * 1.05;
    let power = 10_f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    steps.into_iter().map(|step| step * power).find(|top| *top >= value).unwrap_or(value)
}

fn words(points: &[(f64, f64)], values: &[f64]) -> String {
    let (Some(mean), Some(slope)) = (mean_of_sessions(values), slope_a_week(points)) else {
        let count = values.len();
        return format!("Too few to say: {count} of the {FEWEST} sessions that it takes.");
    };
    let change = if slope.low > 0.0 || slope.high < 0.0 {
        let direction = if slope.value > 0.0 { "Rises" } else { "Falls" };
        format!("{direction} by {} a week", fine(slope.value.abs()))
    } else {
        "No clear change over the weeks".to_owned()
    };
    format!(
        "{change} (95 %: {} to {} a week). Mean of {} sessions {} (95 %: {} to {}).",
        signed(slope.low),
        signed(slope.high),
        values.len(),
        fine(mean.value),
        fine(mean.low),
        fine(mean.high)
    )
}

fn fine(value: f64) -> String {
    if value.abs() < 1.0 { format!("{value:.2}") } else { number(value) }
}

fn signed(value: f64) -> String {
    let text = fine(value.abs());
    if value < 0.0 { format!("−{text}") } else { format!("+{text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_are_joined_only_where_none_is_missing() {
        let points = [(0.0, 1.0), (0.4, 3.0), (1.2, 2.0), (4.0, 5.0)];
        let runs = weekly(&points);
        assert_eq!(runs.len(), 2);
        assert_eq!(runs[0], [(0.2, 2.0), (1.2, 2.0)]);
    }

    #[test]
    fn axes_end_at_round_numbers() {
        let found = [0.0, 0.7, 1.9, 3.2, 9.9, 41.0].map(ceiling);
        for (found, expected) in found.into_iter().zip([0.002, 0.8, 2.0, 4.0, 20.0, 50.0]) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
    }
}

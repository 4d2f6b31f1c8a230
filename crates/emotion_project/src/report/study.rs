//! The report of a study, and of two compared.

use std::collections::BTreeMap;

use crate::mark::clock;
use crate::stats::mean;
use crate::study::{Cluster, Compared, Course, Design, FEWEST_VIEWERS, Findings, Moment, Point};
use crate::{Project, ProjectError, audit};

use super::html::{About, Page, escaped, jpeg_url};
use super::svg::{Scale, Svg};
use super::{LARGEST, facts};

const WIDTH: f64 = 960.0;
const LEFT: f64 = 128.0;
const RIGHT: f64 = 8.0;
/// Heights of the lanes, and the space between them.
const STRIP: f64 = 44.0;
const CURVE: f64 = 128.0;
const COUNT: f64 = 28.0;
const SPACE: f64 = 24.0;
/// Frames of the film along the curves.
const FRAMES: usize = 12;
/// Key moments that are shown, those farthest from the baseline.
const MOST_MOMENTS: usize = 12;
/// A cluster counts as clear up to this p.
const CLEAR: f64 = 0.05;

/// Frames of the film: small JPEGs, by the second that they are of.
pub type Frames = BTreeMap<usize, Vec<u8>>;

/// The seconds whose frames a report shows.
pub fn wanted_frames(findings: &Findings) -> Vec<usize> {
    let moments = shown_moments(findings).into_iter().map(|(_, moment)| moment.peak);
    let mut seconds: Vec<usize> = strip_seconds(findings).chain(moments).collect();
    seconds.sort_unstable();
    seconds.dedup();
    seconds
}

fn strip_seconds(findings: &Findings) -> impl Iterator<Item = usize> {
    let seconds = findings.study.seconds();
    let count = FRAMES.min(seconds.max(1));
    (0..count).map(move |index| (2 * index + 1) * seconds / (2 * count))
}

/// The report of a study. `frames` are those of its film, as far as there are any ([`wanted_frames`]).
///
/// # Errors
/// When the audit log cannot be written.
pub fn study(
    project: &Project,
    findings: &Findings,
    frames: &Frames,
) -> Result<String, ProjectError> {
    let mut html = page(project, findings, frames);
    if html.len() > LARGEST {
        // A long film with many expressions: the curves are worth more than the pictures.
        html = page(project, findings, &Frames::new());
    }
    let detail = format!("of study {}", findings.study.id);
    audit::log(&project.db, "report made", "", &detail)?;
    Ok(html)
}

fn page(project: &Project, findings: &Findings, frames: &Frames) -> String {
    let study = &findings.study;
    let length = clock(u64::try_from(study.film_length.as_millis()).unwrap_or(u64::MAX));
    let subtitle = format!("{} viewers of a film of {length} min", findings.viewers);
    let mut page = Page::new(About::Audience, &study.name, &subtitle, &facts(project));
    page.section("Over the film", &over_the_film(findings, frames));
    page.section("Key moments", &key_moments(findings, frames));
    page.section("How to read this", &notes(findings, ""));
    page.finish()
}

/// Where seconds lie.
fn time_scale(seconds: usize) -> Scale {
    Scale { low: 0.0, high: seconds.max(1) as f64, start: LEFT, end: WIDTH - RIGHT }
}

fn over_the_film(findings: &Findings, frames: &Frames) -> String {
    let x = time_scale(findings.study.seconds());
    let strip = if frames.is_empty() { 0.0 } else { STRIP + SPACE };
    let lanes = findings.courses.len() as f64 * (CURVE + SPACE);
    let mut svg = Svg::new(
        WIDTH,
        strip + lanes + COUNT + 44.0,
        "The mean change of expressions over the film, with bands and the number of viewers",
    );
    if !frames.is_empty() {
        strip_of_frames(&mut svg, findings, frames, x);
    }
    let numbers = numbers(findings);
    let mut top = strip;
    for course in &findings.courses {
        lane(&mut svg, course, x, top, &numbers);
        top += CURVE + SPACE;
    }
    count_lane(&mut svg, findings, x, top);
    time_axis(&mut svg, x, top + COUNT);
    let words: String = findings.courses.iter().map(in_words).collect();
    format!("<figure>{}{LEGEND}</figure>{words}", svg.finish())
}

fn strip_of_frames(svg: &mut Svg, findings: &Findings, frames: &Frames, x: Scale) {
    svg.text("ink", (LEFT - 12.0, 14.0), "end", "Film");
    let seconds: Vec<usize> = strip_seconds(findings).collect();
    let width = (x.end - x.start) / seconds.len() as f64;
    for (index, second) in seconds.into_iter().enumerate() {
        if let Some(jpeg) = frames.get(&second) {
            svg.picture(jpeg, (x.start + index as f64 * width, 0.0), (width - 2.0, STRIP));
        }
    }
}

/// The values that a lane has room for: round ones around what there is.
fn value_scale<'a>(points: impl Iterator<Item = &'a Point>, top: f64) -> (Scale, f64) {
    let (mut low, mut high) = (0.0_f64, 0.0_f64);
    for point in points {
        low = low.min(point.low);
        high = high.max(point.high);
    }
    let step = [0.05, 0.1, 0.2, 0.5].into_iter().find(|step| high - low <= 4.0 * step);
    let step = step.unwrap_or(0.5);
    let low = ((low / step).floor() * step).clamp(-1.0, 0.0);
    let high = ((high / step).ceil() * step).clamp(step, 1.0);
    (Scale { low, high, start: top + CURVE, end: top }, step)
}

fn value_axis(svg: &mut Svg, x: Scale, y: Scale, step: f64) {
    let lines = ((y.high - y.low) / step).round() as i64;
    for line in 0..=lines {
        let value = y.low + line as f64 * step;
        let at = y.at(value);
        let is_zero = value.abs() < step / 2.0;
        svg.line(if is_zero { "zero" } else { "grid" }, (x.start, at), (x.end, at));
        svg.text("", (LEFT - 12.0, at + 4.0), "end", &signed(value));
    }
}

fn lane(svg: &mut Svg, course: &Course, x: Scale, top: f64, numbers: &[(usize, usize)]) {
    let (y, step) = value_scale(course.points.iter().flatten(), top);
    svg.text("strong", (0.0, top + 4.0), "start", &capital(course.expression.name()));
    for moment in &course.moments {
        let (from, to) = (x.at(moment.from as f64), x.at(moment.to as f64 + 1.0));
        svg.rect("moment", (from, top), (to - from, CURVE));
    }
    value_axis(svg, x, y, step);
    hidden(svg, &course.points, x, (top, CURVE));
    for run in runs(&course.points) {
        let line = |value: fn(&Point) -> f64| -> Vec<(f64, f64)> {
            run.iter().map(|(at, point)| (x.at(*at as f64 + 0.5), y.at(value(point)))).collect()
        };
        let class = format!("band {}", course.expression.name());
        svg.between(&class, &line(|it| it.high), &line(|it| it.low));
        svg.path("curve", &line(|it| it.mean));
    }
    for moment in &course.moments {
        let key = (course.expression.index(), moment.peak);
        if let Some(number) = numbers.iter().position(|it| *it == key) {
            let at = x.at(moment.peak as f64 + 0.5);
            svg.rect("flag", (at - 9.0, top - 10.0), (18.0, 16.0));
            svg.text("flagged", (at, top + 2.5), "middle", &(number + 1).to_string());
        }
    }
}

/// Hatches what fewer than five viewers were seen in.
fn hidden(svg: &mut Svg, points: &[Option<Point>], x: Scale, (top, height): (f64, f64)) {
    let mut at = 0;
    for run in points.chunk_by(|a, b| a.is_some() == b.is_some()) {
        if run.first().is_some_and(Option::is_none) {
            let (from, to) = (x.at(at as f64), x.at((at + run.len()) as f64));
            svg.rect("away", (from, top), (to - from, height));
        }
        at += run.len();
    }
}

/// Runs of seconds that are shown, with their places.
fn runs(points: &[Option<Point>]) -> Vec<Vec<(usize, Point)>> {
    let mut runs: Vec<Vec<(usize, Point)>> = vec![Vec::new()];
    for (at, point) in points.iter().enumerate() {
        match (point, runs.last_mut()) {
            (Some(point), Some(run)) => run.push((at, *point)),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs
}

fn count_lane(svg: &mut Svg, findings: &Findings, x: Scale, top: f64) {
    let y = Scale { low: 0.0, high: findings.viewers as f64, start: top + COUNT, end: top };
    svg.text("ink", (0.0, top + 12.0), "start", "Viewers");
    svg.text("", (LEFT - 12.0, top + 12.0), "end", &findings.viewers.to_string());
    let seen = findings.viewers_a_second();
    let mut at = 0;
    for run in seen.chunk_by(|a, b| a == b) {
        let (from, to) = (x.at(at as f64), x.at((at + run.len()) as f64));
        match run.first().copied().flatten() {
            Some(count) => {
                let height = y.at(0.0) - y.at(count as f64);
                svg.rect("count", (from, y.at(count as f64)), (to - from, height));
            }
            None => svg.rect("away", (from, top), (to - from, COUNT)),
        }
        at += run.len();
    }
    svg.line("axis", (x.start, top + COUNT), (x.end, top + COUNT));
}

fn time_axis(svg: &mut Svg, x: Scale, top: f64) {
    let steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600];
    let step = steps.into_iter().find(|step| x.high / f64::from(*step) <= 12.0).unwrap_or(7200);
    let mut second = 0;
    while f64::from(second) <= x.high {
        svg.text("", (x.at(f64::from(second)), top + 16.0), "middle", &time(second as usize));
        second += step;
    }
    svg.text("", (x.end, top + 34.0), "end", "minutes and seconds of the film");
}

fn time(second: usize) -> String {
    clock(second as u64 * 1000)
}

fn signed(value: f64) -> String {
    if value.abs() < 5e-4 {
        return "0".to_owned();
    }
    let text = format!("{:.2}", value.abs());
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if value < 0.0 { format!("−{text}") } else { format!("+{text}") }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn in_words(course: &Course) -> String {
    let name = course.expression.name();
    let spans = |sign: f64| -> Vec<String> {
        let moments = course.moments.iter().filter(|it| it.point.mean * sign > 0.0);
        moments.map(span).collect()
    };
    let (more, less) = (spans(1.0), spans(-1.0));
    let mut text = String::new();
    for (spans, word) in [(more, "more"), (less, "less")] {
        if !spans.is_empty() {
            text += &format!("Clearly {word} than at the viewers' baselines: {}. ", list(&spans));
        }
    }
    if text.is_empty() {
        text = "Nowhere clearly different from the viewers' baselines.".to_owned();
    }
    format!("<p><strong>{}.</strong> {text}</p>", capital(name))
}

/// At most so many times in a sentence.
const MOST_SPANS: usize = 10;

fn list(spans: &[String]) -> String {
    let shown = spans.iter().take(MOST_SPANS).cloned().collect::<Vec<_>>().join(", ");
    match spans.len().saturating_sub(MOST_SPANS) {
        0 => shown,
        more => format!("{shown}, and {more} more in moments.csv"),
    }
}

fn span(moment: &Moment) -> String {
    if moment.from == moment.to {
        time(moment.from)
    } else {
        format!("{} to {}", time(moment.from), time(moment.to + 1))
    }
}

/// The key moments that are shown, in order of time.
fn shown_moments(findings: &Findings) -> Vec<(&Course, &Moment)> {
    let courses = findings.courses.iter();
    let mut all: Vec<(&Course, &Moment)> =
        courses.flat_map(|course| course.moments.iter().map(move |it| (course, it))).collect();
    let size = |it: &(&Course, &Moment)| it.1.point.mean.abs();
    all.sort_by(|a, b| size(b).total_cmp(&size(a)));
    all.truncate(MOST_MOMENTS);
    all.sort_by_key(|(course, moment)| (moment.peak, course.expression.index()));
    all
}

/// The expression and second of each numbered moment.
fn numbers(findings: &Findings) -> Vec<(usize, usize)> {
    let moments = shown_moments(findings).into_iter();
    moments.map(|(course, moment)| (course.expression.index(), moment.peak)).collect()
}

fn key_moments(findings: &Findings, frames: &Frames) -> String {
    let moments = shown_moments(findings);
    if moments.is_empty() {
        return "<p>There is none: no band leaves the baseline. With more viewers bands are narrower.</p>"
            .to_owned();
    }
    let all: usize = findings.courses.iter().map(|course| course.moments.len()).sum();
    let mut html = "<div class=\"frames\">".to_owned();
    for (number, (course, moment)) in moments.iter().enumerate() {
        html += &card(number + 1, course, moment, frames.get(&moment.peak));
    }
    html += "</div>";
    if all > moments.len() {
        html += &format!(
            "<p class=\"quiet\">The {} farthest from the baseline of {all}; the others are in moments.csv.</p>",
            moments.len()
        );
    }
    html
}

fn card(number: usize, course: &Course, moment: &Moment, jpeg: Option<&Vec<u8>>) -> String {
    let picture = match jpeg {
        Some(jpeg) => {
            let alt = format!("The film at {}", time(moment.peak));
            format!("<img alt=\"{}\" src=\"{}\">", escaped(&alt), jpeg_url(jpeg))
        }
        None => String::new(),
    };
    let point = moment.point;
    let name = course.expression.name();
    let direction = if point.mean > 0.0 { "More" } else { "Less" };
    format!(
        "<div class=\"card\">{picture}<div class=\"text\"><h3><span class=\"number\">{number}</span>\
         <svg viewBox=\"0 0 12 12\" aria-hidden=\"true\"><rect class=\"{name}\" width=\"12\" height=\"12\"/></svg>\
         {direction} {name}</h3><p>{}. Farthest at {}: {}, band {} to {}, {} viewers.</p></div></div>",
        span(moment),
        time(moment.peak),
        signed(point.mean),
        signed(point.low),
        signed(point.high),
        point.viewers
    )
}

const LEGEND: &str = "<figcaption>Line: the mean over viewers of the change from each viewer's own baseline, as a \
difference of scores (−1 to 1). Coloured: the band that holds the whole true line in 95 % of studies. Grey: key moments, \
where the band leaves zero; numbers lead to the pictures below. Hatched: fewer than five viewers in view, hidden.\
</figcaption>";

/// What a reader has to know. `more` is about a comparison.
fn notes(findings: &Findings, more: &str) -> String {
    let words = findings.left_out.in_words();
    let left_out = match words.as_str() {
        "" => String::new(),
        words => format!("<li>Viewers who are not counted: {words}.</li>"),
    };
    let models = findings.models.join(", ");
    let mixed = if findings.models.len() > 1 {
        " <strong>Several models read the viewers, which read differently.</strong>"
    } else {
        ""
    };
    format!(
        "<ul class=\"notes\">\
<li>A program gives each frame of a viewer probabilities of seven expressions. It errs, more so in bad light and from the side, and it \
reads some faces better than others. Faces are quiet while people watch alone: no reaction in a face is no lack of interest.</li>\
<li><strong>Baseline:</strong> each viewer is compared with themselves, with {}. Faces that look stern or friendly at rest do \
not count as reactions.</li>\
<li><strong>Band:</strong> it holds the whole true line at once in 95 % of studies, not each second alone; viewers, not seconds, are \
drawn anew (bootstrap-t of the largest distance, 1,000 draws; Degras 2011), with variances moderated over seconds (Smyth 2004), since \
a dozen viewers are few. In simulations with 12 and 30 viewers it held the truth in 95 to 98 % of 1,000.</li>\
<li>Each expression has a band of its own. Of several that are looked at, one may leave its baseline by chance now and then.</li>\
<li><strong>Hidden:</strong> seconds in which fewer than {FEWEST_VIEWERS} viewers were in view, here and in all tables.</li>\
<li>The viewers who were asked are not everybody. A band says how well <em>such</em> viewers are known, not those of another place.</li>\
<li>Read by the model {}.{mixed}</li>{more}{left_out}</ul>",
        escaped(&findings.baseline_in_words()),
        escaped(&models),
    )
}

/// The report of two versions.
///
/// # Errors
/// When the audit log cannot be written.
pub fn comparison(project: &Project, compared: &Compared) -> Result<String, ProjectError> {
    let (first, second) = (&compared.first, &compared.second);
    let title = format!("{} and {}", first.study.name, second.study.name);
    let subtitle = match compared.design {
        Design::Paired => format!("{} viewers who saw both", first.viewers),
        Design::Independent => {
            format!("{} viewers of one, {} of the other", first.viewers, second.viewers)
        }
    };
    let mut page = Page::new(About::Audience, &title, &subtitle, &facts(project));
    page.section("Over the film", &beside(compared));
    page.section("Where they differ", &differences(compared));
    page.section("How to read this", &notes(first, &comparison_notes(compared)));
    let detail = format!("of studies {} and {}", first.study.id, second.study.id);
    audit::log(&project.db, "report made", "", &detail)?;
    Ok(page.finish())
}

fn beside(compared: &Compared) -> String {
    let seconds = compared.first.study.seconds().max(compared.second.study.seconds());
    let x = time_scale(seconds);
    let lanes = compared.comparisons.len() as f64 * (CURVE + SPACE + 16.0);
    let label = "The mean curves of both versions, and where they differ";
    let mut svg = Svg::new(WIDTH, lanes + 60.0, label);
    let mut top = 12.0;
    let courses = compared.first.courses.iter().zip(&compared.second.courses);
    for ((first, second), (expression, comparison)) in courses.zip(&compared.comparisons) {
        let points = first.points.iter().chain(&second.points).flatten();
        let (y, step) = value_scale(points, top);
        svg.text("strong", (0.0, top + 4.0), "start", &capital(expression.name()));
        value_axis(&mut svg, x, y, step);
        for (course, other) in [(second, " other"), (first, "")] {
            for run in runs(&course.points) {
                let line = |value: fn(&Point) -> f64| -> Vec<(f64, f64)> {
                    let at =
                        |(at, point): &(usize, Point)| (x.at(*at as f64 + 0.5), y.at(value(point)));
                    run.iter().map(at).collect()
                };
                let band = if other.is_empty() { "band plain" } else { "band other" };
                svg.between(band, &line(|it| it.high), &line(|it| it.low));
                svg.path(&format!("line{other}"), &line(|it| it.mean));
            }
        }
        for cluster in clear(&comparison.clusters) {
            let (from, to) = (x.at(cluster.from as f64), x.at(cluster.to as f64 + 1.0));
            svg.rect("cluster", (from, top + CURVE + 6.0), (to - from, 6.0));
        }
        top += CURVE + SPACE + 16.0;
    }
    time_axis(&mut svg, x, top - 8.0);
    let legend = format!(
        "<div class=\"legend\"><span><svg viewBox=\"0 0 12 12\"><path class=\"line\" d=\"M0 6H12\"/></svg>{}</span>\
         <span><svg viewBox=\"0 0 12 12\"><path class=\"line other\" d=\"M0 6H12\"/></svg>{} (dashed)</span>\
         <span><svg viewBox=\"0 0 12 12\"><rect class=\"cluster\" y=\"3\" width=\"12\" height=\"6\"/></svg>they differ, \
         p ≤ 0.05</span></div>",
        escaped(&compared.first.study.name),
        escaped(&compared.second.study.name)
    );
    format!("<figure>{}{legend}</figure>", svg.finish())
}

fn clear(clusters: &[Cluster]) -> impl Iterator<Item = &Cluster> {
    clusters.iter().filter(|cluster| cluster.p <= CLEAR)
}

fn differences(compared: &Compared) -> String {
    let names = (&compared.first.study.name, &compared.second.study.name);
    let mut rows = String::new();
    for (expression, comparison) in &compared.comparisons {
        for cluster in clear(&comparison.clusters) {
            let more = if cluster.mass > 0.0 { names.0 } else { names.1 };
            rows += &format!(
                "<tr><td>{}</td><td>{} to {}</td><td>{}</td><td>{}</td><td>{:.1}</td><td>{:.4}</td></tr>",
                capital(expression.name()),
                time(cluster.from),
                time(cluster.to + 1),
                escaped(more),
                size(cluster, &comparison.difference),
                cluster.mass,
                cluster.p
            );
        }
    }
    if rows.is_empty() {
        return "<p>Nowhere clearly (no cluster with p ≤ 0.05). That does not show that they are the same.</p>"
            .to_owned();
    }
    format!(
        "<table><thead><tr><th>Expression</th><th>Around</th><th>More in</th><th>Mean difference</th><th>Sum of t</th><th>p</th></tr></thead>\
         <tbody>{rows}</tbody></table>"
    )
}

/// The mean difference over a cluster's seconds: p says that it is there, not that it is large.
fn size(cluster: &Cluster, difference: &[Option<f64>]) -> String {
    let seconds = difference.iter().take(cluster.to + 1).skip(cluster.from);
    let values: Vec<f64> = seconds.copied().flatten().map(f64::abs).collect();
    mean(&values).map_or(String::new(), |mean| format!("{mean:.2}"))
}

fn comparison_notes(compared: &Compared) -> String {
    let design = match compared.design {
        Design::Paired => "the same viewers saw both, and it is drawn which version was which",
        Design::Independent => "different viewers saw them, and it is drawn who saw which",
    };
    let left_out = match compared.left_out {
        0 => String::new(),
        count => format!(" {count} views do not fit that and are left out of this comparison."),
    };
    format!(
        "<li><strong>Comparison:</strong> a cluster permutation test (Maris &amp; Oostenveld 2007; 2,000 draws): {design}.{left_out} \
         p holds for all seconds of an expression at once; it says nothing about the size of a difference. The test says <em>that</em> the versions differ; where a difference begins \
         and ends is only roughly known (Sassenhagen &amp; Draschkow 2019).</li>"
    )
}

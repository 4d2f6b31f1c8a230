//! What a session came to, beside the same person's others.

use crate::stats::{FEWEST, LAST, recently_unusual, usual_range};

use super::observed::{Measure, Observed};
use super::svg::{Scale, Svg};

const WIDTH: f64 = 220.0;

/// A card for each measure, and one for how much was seen.
pub fn cards(observed: &Observed, index: usize) -> String {
    let mut html = "<div class=\"cards\">".to_owned();
    for measure in Measure::ALL {
        html.push_str(&card(observed, index, measure));
    }
    html.push_str("</div>");
    html + &seen(observed, index)
}

fn card(observed: &Observed, index: usize, measure: Measure) -> String {
    let values = observed.values(measure);
    let others: Vec<f64> =
        values.iter().filter(|(at, _)| *at != index).map(|(_, value)| *value).collect();
    let own = values.iter().find(|(at, _)| *at == index).map(|(_, value)| *value);
    let title = format!("<h3>{}</h3>", measure.title());
    let Some(own) = own else {
        let why =
            if measure == Measure::SelfReport { "nothing was asked" } else { "seen too little" };
        return format!(
            "<div class=\"card\">{title}<div class=\"value\">–</div><p>{why}</p></div>"
        );
    };
    let range = usual_range(&others);
    let (class, sentence) = sentence(observed, index, measure, own, &others);
    format!(
        "<div class=\"card\">{title}<div class=\"value\">{} <span class=\"unit\">{}</span></div>{}\
         <p{class}>{sentence}</p></div>",
        number(own),
        measure.unit(),
        strip(own, &others, range)
    )
}

/// What to say of a value, and the attributes of its paragraph.
fn sentence(
    observed: &Observed,
    index: usize,
    measure: Measure,
    own: f64,
    others: &[f64],
) -> (&'static str, String) {
    // Of the last session: whether something has been unusual lately.
    let values: Vec<f64> = observed.values(measure).into_iter().map(|(_, value)| value).collect();
    let is_last = index + 1 == observed.sessions.len();
    let unusual = recently_unusual(&values).filter(|unusual| is_last && unusual.is_notable());
    if let Some(unusual) = unusual {
        let (count, side) =
            if unusual.above >= 3 { (unusual.above, "above") } else { (unusual.below, "below") };
        let text = format!(
            "Outside this person's usual range in {count} of the last {LAST} sessions ({side} {} to {})",
            number(unusual.low),
            number(unusual.high)
        );
        return (" class=\"notable\"", text);
    }
    match usual_range(others) {
        None => {
            let have = others.len();
            ("", format!("Too few to say: {have} other sessions, and it takes {FEWEST}"))
        }
        Some((low, high)) => {
            let place = if own < low {
                "Below"
            } else if own > high {
                "Above"
            } else {
                "Within"
            };
            ("", format!("{place} this person's usual range, {} to {}", number(low), number(high)))
        }
    }
}

/// All sessions on a line: the usual range as a band, this session as a dot.
fn strip(own: f64, others: &[f64], range: Option<(f64, f64)>) -> String {
    let all = others.iter().copied().chain([own]);
    let high = all.fold(0.0, f64::max) * 1.05;
    let scale = Scale { low: 0.0, high: high.max(1e-6), start: 6.0, end: WIDTH - 6.0 };
    let mut svg = Svg::new(WIDTH, 28.0, "This session among the person's others");
    if let Some((low, high)) = range {
        svg.rect("range", (scale.at(low), 4.0), (scale.at(high) - scale.at(low), 16.0));
    }
    svg.line("axis", (scale.start, 12.0), (scale.end, 12.0));
    for other in others {
        svg.circle("dot faint", (scale.at(*other), 12.0), 3.0);
    }
    svg.circle("dot", (scale.at(own), 12.0), 6.0);
    svg.finish()
}

/// How much of the session was seen, and how sure it was.
fn seen(observed: &Observed, index: usize) -> String {
    let it = &observed.sessions[index];
    let mut text = format!(
        "In view for {:.0} % of {:.0} minutes; an expression was sure in {:.0} % of that.",
        it.visible * 100.0,
        it.seconds() / 60.0,
        it.sure * 100.0
    );
    if it.watched < 0.99 {
        text += &format!(" No frames came for {:.0} % of the time.", (1.0 - it.watched) * 100.0);
    }
    if it.company > 0.01 {
        text += &format!(
            " Others were in view for {:.0} % of it; of them nothing is kept.",
            it.company * 100.0
        );
    }
    if !it.session.remarks.is_empty() {
        text += &format!(" {}.", super::escaped(&it.session.remarks));
    }
    format!("<p class=\"quiet\" style=\"margin-top:16px\">{text}</p>")
}

/// A number with as many digits as it is worth.
pub fn number(value: f64) -> String {
    if value.abs() >= 9.95 { format!("{value:.0}") } else { format!("{value:.1}") }
}

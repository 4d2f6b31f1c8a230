//! What a reader has to know, in every report.

use crate::stats::{FEWEST, LAST};

use super::observed::Observed;

/// How the figures are made, and what they are not.
pub fn notes(observed: &Observed) -> String {
    let count = observed.sessions.len();
    let rest = match observed.marked_rests {
        0 => "the first minute in view of each session, as no rest was marked".to_owned(),
        marked if marked == count => "the marked rest of each session".to_owned(),
        marked => format!(
            "the marked rest of {marked} sessions, and the first minute in view of the others"
        ),
    };
    let unfinished = match observed.unfinished {
        0 => String::new(),
        1 => "<li>One session was not stored to its end; what is stored of it is shown.</li>"
            .to_owned(),
        more => format!(
            "<li>{more} sessions were not stored to their end; what is stored of them is shown.</li>"
        ),
    };
    format!(
        "<ul class=\"notes\">\
<li>A program gives each frame probabilities of seven expressions. It errs, more so in bad light, from the side, and with \
glasses, beards and masks; and it reads some faces better than others. What a person feels may differ from what the \
face shows, and people show things differently.</li>\
<li><strong>Only this person is compared with themselves.</strong> There are no norms, and no other people in here. A change may \
come from the camera, the light, the topic or the time of day.</li>\
<li><strong>Resting baseline:</strong> the median over sessions of what the face shows at rest, taken from {rest}. \
“Distance from rest” is the part of all probability that lies elsewhere than at rest.</li>\
<li><strong>A smile</strong> begins when “happy” reaches 0.5 and ends below 0.35 or when the face is away for more than a second; \
shorter ones than half a second do not count. Smiles are counted for each minute <em>in view</em>.</li>\
<li><strong>Missing is missing:</strong> seconds in which the face was not seen are hatched and enter no mean.</li>\
<li><strong>Usual range:</strong> the middle 80 % of this person's other sessions. One session in five lies outside by itself; so \
only {notable} of the last {LAST} on the same side are pointed out, against the sessions before those {LAST}.</li>\
<li><strong>Over the weeks:</strong> the change is the median slope between pairs of sessions (Theil–Sen); intervals come from a \
bootstrap over sessions (2,000 draws, percentiles). Lines join means of weeks. Below {FEWEST} sessions nothing is said. Several \
measures are looked at, so that one of them seems to change by chance now and then.</li>\
{unfinished}</ul>",
        notable = 3
    )
}

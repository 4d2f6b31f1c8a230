//! Praat's TextGrid, in its long form.

use std::fmt::Write;

use super::tiers::Tiers;

/// The file of a session. Intervals of a TextGrid leave no room: what is not named is empty.
pub fn document(tiers: &Tiers) -> String {
    let end = tiers.length_ms as f64 / 1000.0;
    let mut text = format!(
        "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\nxmin = 0\nxmax = {end}\ntiers? <exists>\n\
         size = {}\nitem []:\n",
        tiers.tiers.len()
    );
    // Writing to a string cannot fail.
    for (tier, number) in tiers.tiers.iter().zip(1..) {
        let mut filled = Vec::new();
        let mut at = 0;
        for interval in &tier.intervals {
            if interval.from > at {
                filled.push((at, interval.from, ""));
            }
            filled.push((interval.from, interval.to, interval.text.as_str()));
            at = interval.to;
        }
        if at < tiers.length_ms {
            filled.push((at, tiers.length_ms, ""));
        }
        let _ = write!(
            text,
            "    item [{number}]:\n        class = \"IntervalTier\"\n        name = \"{}\"\n        xmin = 0\n        \
             xmax = {end}\n        intervals: size = {}\n",
            tier.name,
            filled.len()
        );
        for ((from, to, label), number) in filled.iter().zip(1..) {
            let _ = write!(
                text,
                "        intervals [{number}]:\n            xmin = {}\n            xmax = {}\n            \
                 text = \"{}\"\n",
                *from as f64 / 1000.0,
                *to as f64 / 1000.0,
                label.replace('"', "\"\"")
            );
        }
    }
    text
}

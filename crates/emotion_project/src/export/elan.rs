//! ELAN's annotation format, EAF 3.0.

use std::fmt::Write;

use super::tiers::Tiers;
use crate::moment_of;
use crate::report::html::escaped;

/// The file of a session.
pub fn document(tiers: &Tiers) -> String {
    let date = moment_of(tiers.started_at).replace(' ', "T") + ":00+00:00";
    let mut slots = String::new();
    let mut rows = String::new();
    let (mut slot, mut annotation) = (0, 0);
    // Writing to a string cannot fail.
    for tier in &tiers.tiers {
        let _ = writeln!(
            rows,
            "    <TIER LINGUISTIC_TYPE_REF=\"default-lt\" TIER_ID=\"{}\">",
            tier.name
        );
        for interval in &tier.intervals {
            annotation += 1;
            for time in [interval.from, interval.to] {
                slot += 1;
                let _ = writeln!(
                    slots,
                    "        <TIME_SLOT TIME_SLOT_ID=\"ts{slot}\" TIME_VALUE=\"{time}\"/>"
                );
            }
            let _ = writeln!(
                rows,
                "        <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID=\"a{annotation}\" \
                 TIME_SLOT_REF1=\"ts{}\" TIME_SLOT_REF2=\"ts{slot}\"><ANNOTATION_VALUE>{}\
                 </ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>",
                slot - 1,
                escaped(&interval.text)
            );
        }
        rows.push_str("    </TIER>\n");
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <ANNOTATION_DOCUMENT AUTHOR=\"bevy_emotion\" DATE=\"{date}\" FORMAT=\"3.0\" VERSION=\"3.0\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:noNamespaceSchemaLocation=\"http://www.mpi.nl/tools/elan/EAFv3.0.xsd\">\n    \
         <HEADER MEDIA_FILE=\"\" TIME_UNITS=\"milliseconds\"/>\n    <TIME_ORDER>\n{slots}    </TIME_ORDER>\n{rows}    \
         <LINGUISTIC_TYPE GRAPHIC_REFERENCES=\"false\" LINGUISTIC_TYPE_ID=\"default-lt\" TIME_ALIGNABLE=\"true\"/>\n\
         </ANNOTATION_DOCUMENT>\n"
    )
}

//! The page about events shows each of them as it is written.

#![expect(clippy::expect_used, reason = "a test may fail")]

use std::collections::BTreeSet;

use emotion_core::{EVENT_VERSION, Event};

#[test]
fn every_event_on_the_page_reads_and_is_written_alike() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/events.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let mut kinds = BTreeSet::new();
    for block in page.split("```json\n").skip(1) {
        let text = block.split("\n```").next().expect("its end");
        let shown: serde_json::Value = serde_json::from_str(text).expect(text);
        let event: Event = serde_json::from_value(shown.clone()).expect(text);
        assert_eq!(event.version, EVENT_VERSION);
        let written = serde_json::to_value(&event).expect("JSON");
        // Numbers of 32 bits are written with all their digits.
        assert_eq!(rounded(&written), rounded(&shown), "{text}");
        kinds.insert(written["event"].as_str().expect("a name").to_owned());
    }
    let all = [
        "conflict_changed",
        "epoch_began",
        "expression_changed",
        "face_appeared",
        "face_gone",
        "face_hidden",
        "face_read",
        "face_returned",
        "frame_analyzed",
        "problem",
        "recovered",
        "speaker_changed",
        "subject_read",
    ];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), all);
}

fn rounded(value: &serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Number(number) => {
            let number = number.as_f64().expect("a number");
            Value::String(format!("{number:.4}"))
        }
        Value::Array(values) => Value::Array(values.iter().map(rounded).collect()),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, it)| (name.clone(), rounded(it))).collect())
        }
        other => other.clone(),
    }
}

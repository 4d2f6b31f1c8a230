//! Figures for Prometheus, in its text format. Names of cameras and rules need no escaping.

use std::fmt::Write;

use crate::WatchState;
use crate::watcher::{CameraState, RuleState};

/// All figures of a watch. None is of a person.
pub fn text(state: &WatchState) -> String {
    let mut text = String::new();
    let mut family = |name: &str, kind: &str, help: &str, lines: Vec<(String, f64)>| {
        // Writing into a string does not fail.
        let _ = writeln!(
            text,
            "# HELP emotion_watch_{name} {help}\n# TYPE emotion_watch_{name} {kind}"
        );
        for (labels, value) in lines {
            let _ = writeln!(text, "emotion_watch_{name}{{{labels}}} {value}");
        }
    };
    let cameras = |value: &dyn Fn(&CameraState, &Option<String>) -> f64| {
        let lines = state.cameras.iter();
        lines
            .map(|(camera, problem)| {
                (format!("camera=\"{}\"", camera.name), value(camera, problem))
            })
            .collect()
    };
    let rules = |value: &dyn Fn(&RuleState) -> Option<f64>| {
        let each = state
            .cameras
            .iter()
            .flat_map(|(camera, _)| camera.rules.iter().map(move |rule| (camera, rule)));
        each.filter_map(|(camera, rule)| {
            let labels = format!("camera=\"{}\",rule=\"{}\"", camera.name, rule.name);
            value(rule).map(|value| (labels, value))
        })
        .collect()
    };
    let flag = |is: bool| if is { 1.0 } else { 0.0 };
    family(
        "camera_up",
        "gauge",
        "Whether a camera gives readings.",
        cameras(&|_, problem| flag(problem.is_none())),
    );
    family(
        "camera_active",
        "gauge",
        "Whether its schedule says that it is watched.",
        cameras(&|camera, _| flag(camera.is_active)),
    );
    family(
        "faces",
        "gauge",
        "Faces in view that no mask hides.",
        cameras(&|camera, _| camera.faces.len() as f64),
    );
    family(
        "figure",
        "gauge",
        "What a rule measures, in its unit.",
        rules(&|rule| Some(rule.figure)),
    );
    family(
        "threshold",
        "gauge",
        "What the figure has to reach; missing while it is learnt.",
        rules(&|rule| rule.threshold),
    );
    family(
        "learning_minutes",
        "gauge",
        "Watched minutes until it knows what is usual.",
        rules(&|rule| Some(rule.minutes_to_learn as f64)),
    );
    family(
        "alert_on",
        "gauge",
        "Whether an alert is on.",
        rules(&|rule| Some(flag(rule.open.is_some()))),
    );
    family("alerts_total", "counter", "Alerts so far.", rules(&|rule| Some(rule.alerts as f64)));
    text
}

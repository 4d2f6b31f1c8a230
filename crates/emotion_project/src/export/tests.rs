use std::process::Command;

use super::*;
use crate::intake::tests::{START, start, take, with_person};
use crate::{Mark, MarkKind};

fn filled() -> (tempfile::TempDir, Project) {
    let (folder, mut project) = with_person(false);
    for week in 0..2 {
        take(&mut project, "heron", &start(START - week * 604_800), 601, true);
    }
    let mark = |kind, at_ms, value, text: &str| Mark {
        kind,
        at_ms,
        until_ms: (kind == MarkKind::Rest).then_some(at_ms + 9000),
        value,
        text: text.to_owned(),
    };
    project.mark(1, &mark(MarkKind::Rest, 1000, None, "quiet")).unwrap();
    project.mark(1, &mark(MarkKind::Marker, 61_500, None, "\"a\" <quote> & more")).unwrap();
    project.mark(1, &mark(MarkKind::Rating, 250_000, Some(7.5), "how calm?")).unwrap();
    (folder, project)
}

#[test]
fn the_table_has_a_row_for_each_second_and_empty_cells_where_nobody_was_seen() {
    let (_folder, project) = filled();
    let csv = seconds_csv(&project, &project.person("heron").unwrap()).unwrap();
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows.len(), 1 + 2 * 301);
    let columns = rows[0].split(',').count();
    assert!(rows.iter().all(|row| row.split(',').count() == columns));
    // The third minute of each session is without the person, and the second in which it ends.
    let away: Vec<_> = rows.iter().filter(|row| row.ends_with(",,,,,,,,")).collect();
    assert_eq!(away.len(), 2 * 61);
}

/// The Python that has what an export is checked with.
fn python(modules: &str) -> String {
    let python = std::env::var("EMOTION_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let check = Command::new(&python).args(["-c", &format!("import {modules}")]).output().unwrap();
    assert!(
        check.status.success(),
        "{python} lacks one of {modules}; install them with pip into an environment whose Python EMOTION_PYTHON names"
    );
    python
}

fn written(files: &Files) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

/// What a script of Python prints.
fn run(python: &str, script: &str, argument: &std::path::Path) -> String {
    let output = Command::new(python).args(["-c", script]).arg(argument).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
#[ignore = "needs_lab_formats"]
fn needs_lab_formats_pympi_reads_elan() {
    let python = python("pympi");
    let (_folder, project) = filled();
    let files = elan(&project, &project.person("heron").unwrap()).unwrap();
    let folder = written(&files);
    let script = "import pympi, sys\n\
        eaf = pympi.Elan.Eaf(sys.argv[1])\n\
        for name in eaf.get_tier_names():\n    print(name, eaf.get_annotation_data_for_tier(name)[:2])\n";
    let text = run(&python, script, &folder.path().join("heron_session-0001.eaf"));
    assert!(text.contains("markers [(61500, 62000, '\"a\" <quote> & more')]"), "{text}");
    assert!(text.contains("self-report [(250000, 250500, '7.5')]"), "{text}");
    assert!(text.contains("rest [(1000, 10000, 'quiet')]"), "{text}");
    assert!(text.contains("shown [(0, 4000, 'happy')"), "{text}");
}

#[test]
#[ignore = "needs_lab_formats"]
fn needs_lab_formats_praatio_reads_textgrids() {
    let python = python("praatio");
    let (_folder, project) = filled();
    let files = textgrid(&project, &project.person("heron").unwrap()).unwrap();
    let folder = written(&files);
    let script = "import sys\nfrom praatio import textgrid\n\
        grid = textgrid.openTextgrid(sys.argv[1], includeEmptyIntervals=False)\n\
        print(grid.maxTimestamp)\n\
        for name in grid.tierNames:\n    print(name, [tuple(e) for e in grid.getTier(name).entries[:2]])\n";
    let text = run(&python, script, &folder.path().join("heron_session-0001.TextGrid"));
    assert!(text.starts_with("300.5"), "{text}");
    assert!(text.contains("markers [(61.5, 62.0, '\"a\" <quote> & more')]"), "{text}");
    assert!(text.contains("self-report [(250.0, 250.5, '7.5')]"), "{text}");
}

#[test]
#[ignore = "needs_lab_formats"]
fn needs_lab_formats_the_validator_passes_bids() {
    let python = python("bids_validator_deno");
    let (_folder, project) = filled();
    let files = bids(&project, &project.person("heron").unwrap()).unwrap();
    let folder = written(&files);
    let validator = std::path::Path::new(&python).with_file_name("bids-validator-deno");
    let output = Command::new(validator).arg(folder.path()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}\n{errors}");
}

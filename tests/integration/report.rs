//! Reports of small snapshots: what they say of what was read and of what was not, and that they say it twice alike.

mod contract;
mod coverage;
mod data;
mod hostile;
#[expect(clippy::disallowed_methods, reason = "reads the templates themselves")]
mod page;
mod rotation;

use keyreach::{
    assess::{Assessment, assess},
    config::{Format, JudgementSettings},
    report::{Report, ReportError, render, schema},
    snapshot::Snapshot,
};
use serde_json::Value;

use crate::example;

fn rendered(snapshot: &Snapshot, format: Format) -> String {
    let assessment = assess(snapshot, &JudgementSettings::default());
    let report = Report::new(snapshot, &assessment).unwrap();
    let mut out = Vec::new();
    render(&report, format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn html(snapshot: &Snapshot) -> String {
    rendered(snapshot, Format::Html)
}

/// The JSON report, after it has passed its own schema.
fn json(snapshot: &Snapshot) -> Value {
    let document = serde_json::from_str(&rendered(snapshot, Format::Json)).unwrap();
    assert_eq!(refusals(&document), [""; 0]);
    document
}

/// What the schema has against a document.
fn refusals(document: &Value) -> Vec<String> {
    let validator =
        jsonschema::draft202012::options().should_validate_formats(true).build(&schema()).unwrap();
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_same_snapshot_gives_the_same_bytes_on_any_number_of_threads() {
    let mut snapshot = example::snapshot();
    let keys = (0..500).map(|n| example::key(example::MEMBER, "us-east-1", &format!("key-{n:03}")));
    snapshot.cells[2].keys = keys.collect();
    for format in Format::ALL {
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| rendered(&snapshot, format))
        };
        let alone = on(1);
        assert!(alone.contains("key-499"));
        assert_eq!(alone, on(8), "{format:?}");
    }
}

#[test]
fn an_assessment_of_another_snapshot_is_refused() {
    let snapshot = example::snapshot();
    let other = Assessment { keys: Vec::new(), findings: Vec::new() };
    let error = Report::new(&snapshot, &other).unwrap_err();
    assert!(matches!(error, ReportError::OtherSnapshot { keys: 2, judged: 0 }), "{error}");
}

#[test]
fn each_format_has_a_file_of_its_name() {
    for format in Format::ALL {
        assert_eq!(format.file_name(), format!("report.{}", format.as_str()));
    }
}

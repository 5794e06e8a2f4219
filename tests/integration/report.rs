//! Reports of small snapshots: what they say, what they escape, and that they say it twice alike.

use keyreach::{
    assess::assess,
    report::{Format, Report, render, schema},
    snapshot::Snapshot,
};
use serde_json::Value;

use crate::example;

fn rendered(snapshot: &Snapshot, format: Format) -> String {
    let assessment = assess(snapshot);
    let report = Report::new(snapshot, &assessment).unwrap();
    let mut out = Vec::new();
    render(&report, format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The JSON report, after it has passed its own schema.
fn json(snapshot: &Snapshot) -> Value {
    let document = serde_json::from_str(&rendered(snapshot, Format::Json)).unwrap();
    let schema = schema();
    let validator = jsonschema::draft202012::options().build(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&document).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    document
}

#[test]
fn dump() {
    let s = example::snapshot();
    println!("{}", serde_json::to_string_pretty(&json(&s)).unwrap());
    println!("{}", rendered(&s, Format::Html));
    println!("{}", serde_json::to_string_pretty(&schema()).unwrap());
}

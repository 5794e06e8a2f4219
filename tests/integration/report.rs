//! Reports of small snapshots: what they say of what was read and of what was not, and that they say it twice alike.

mod closing;
mod contract;
mod coverage;
mod data;
mod feeds;
mod hostile;
#[expect(clippy::disallowed_methods, reason = "reads the templates themselves")]
mod page;
mod readers;
mod rotation;

use std::collections::BTreeMap;

use keyreach::{
    assess::{Assessment, assess},
    config::{Format, JudgementSettings},
    report::{Part, Report, ReportError, parts, schema},
    snapshot::{Snapshot, gap::Fact, key::LastUsage},
};
use serde_json::Value;

use crate::example;

/// What each format writes of the example, in the order of the names.
const NAMES: [(Format, &[&str]); Format::ALL.len()] = [
    (Format::Html, &["report.html"]),
    (Format::Json, &["report.json"]),
    (Format::Ndjson, &["coverage.ndjson", "findings.ndjson", "keys.ndjson"]),
    (Format::Csv, &["coverage.csv", "findings.csv", "keys.csv"]),
    (Format::Ocsf, &["findings.ocsf.ndjson"]),
    (Format::Sarif, &["report.sarif"]),
    (Format::Metrics, &["metrics.prom"]),
    (
        Format::Asff,
        &[
            "asff/000000000001/eu-west-1/batch-0001.json",
            "asff/000000000001/us-east-1/batch-0001.json",
            "asff/111122223333/eu-west-1/batch-0001.json",
            "asff/111122223333/us-east-1/batch-0001.json",
        ],
    ),
    (Format::Markdown, &["report.md"]),
];

/// The files of a format, by path.
fn files_of(report: &Report<'_>, format: Format) -> BTreeMap<String, String> {
    let print = |part: &Part<'_>| {
        let mut out = Vec::new();
        part.render(&mut out).unwrap();
        (part.path().to_owned(), String::from_utf8(out).unwrap())
    };
    let parts = parts(report, format);
    let files: BTreeMap<String, String> = parts.iter().map(print).collect();
    assert_eq!(files.len(), parts.len(), "{format:?}: two files of one name");
    files
}

fn files(snapshot: &Snapshot, format: Format) -> BTreeMap<String, String> {
    let assessment = assess(snapshot, &JudgementSettings::default());
    files_of(&Report::new(snapshot, &assessment).unwrap(), format)
}

/// The one file of a format that has one.
fn rendered(snapshot: &Snapshot, format: Format) -> String {
    let mut files = files(snapshot, format);
    assert_eq!(files.len(), 1, "{format:?}");
    files.pop_first().unwrap().1
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

/// What the scan was not told to ask is told once in each report for people, is no finding, and is no pass.
#[test]
fn what_was_not_asked_is_told_once() {
    let mut snapshot = example::snapshot();
    let told = |snapshot: &Snapshot| {
        let assessment = assess(snapshot, &JudgementSettings::default());
        assert!(assessment.findings.iter().all(|finding| !finding.detail.contains("--last-usage")));
        let report = Report::new(snapshot, &assessment).unwrap();
        [
            (Format::Json, "report.json"),
            (Format::Markdown, "report.md"),
            (Format::Html, "report.html"),
            (Format::Metrics, "metrics.prom"),
        ]
        .map(|(format, name)| files_of(&report, format)[name].clone())
    };
    let [json, markdown, page, metrics] = told(&snapshot);
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    let expected = serde_json::json!([{"option": "--last-usage", "checks": ["key-unused"], "keys": 2}]);
    assert_eq!(document["coverage"]["not_asked"], expected);
    assert_eq!(document["keys"][0]["undecided"], serde_json::json!(["key-unused"]));
    assert_eq!(markdown.matches("--last-usage").count(), 1, "{markdown}");
    assert!(page.contains("<dt>Not asked</dt>"));
    assert!(page.contains("Not asked about 2 keys (--last-usage): that is no pass."));
    let sample = r#"keyreach_undecided_keys{check="key-unused",why="not_asked"} 2"#;
    assert!(metrics.contains(sample), "{metrics}");
    for cell in &mut snapshot.cells {
        for key in &mut cell.keys {
            key.last_usage = Some(Fact::Known(LastUsage {
                operation: Some("Decrypt".to_owned()),
                used_at: Some(snapshot.scan.taken_at),
                tracking_start_date: None,
            }));
        }
    }
    let [json, markdown, page, _] = told(&snapshot);
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["coverage"]["not_asked"], serde_json::json!([]));
    assert!(!markdown.contains("--last-usage") && !page.contains("<dt>Not asked</dt>"));
}

#[test]
fn the_same_snapshot_gives_the_same_bytes_on_any_number_of_threads() {
    let mut snapshot = example::snapshot();
    let keys = (0..500).map(|n| example::key(example::MEMBER, "us-east-1", &format!("key-{n:03}")));
    snapshot.cells[2].keys = keys.collect();
    for format in Format::ALL {
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| files(&snapshot, format))
        };
        let alone = on(1);
        assert_eq!(alone, on(8), "{format:?}");
    }
}

#[test]
fn an_assessment_of_another_snapshot_is_refused() {
    let snapshot = example::snapshot();
    let other = Assessment {
        keys: Vec::new(),
        findings: Vec::new(),
        acceptances: Vec::new(),
        undecided: std::collections::BTreeMap::new(),
    };
    let error = Report::new(&snapshot, &other).unwrap_err();
    assert!(matches!(error, ReportError::OtherSnapshot { keys: 2, judged: 0 }), "{error}");
}

#[test]
fn each_format_has_files_of_the_promised_names() {
    let snapshot = example::snapshot();
    for (format, names) in NAMES {
        assert_eq!(files(&snapshot, format).into_keys().collect::<Vec<_>>(), names, "{format:?}");
    }
    assert_eq!(NAMES.map(|(format, _)| format), Format::ALL);
}

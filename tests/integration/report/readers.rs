//! How programs read the files of a report, and what they must not meet there.

use std::collections::BTreeMap;

use keyreach::{config::Format, report::text};
use serde_json::Value;

/// Reads a file as its readers do; fails where it is not of its format, or where something in it could act.
pub(super) fn read(format: Format, path: &str, text: &str) {
    let layout = if format == Format::Csv { ['\r', '\n'] } else { ['\n'; 2] };
    let acting: Vec<char> = text.chars().filter(|&c| text::acts(c) && !layout.contains(&c)).collect();
    assert_eq!(acting, [' '; 0], "{path}");
    match format {
        // The data of the page, which is no script, and the script.
        Format::Html => assert_eq!(text.matches("<script").count(), 2, "{path}"),
        Format::Json | Format::Sarif => assert!(json_of(text).is_object(), "{path}"),
        Format::Asff => assert!(json_of(text).is_array(), "{path}"),
        Format::Ndjson | Format::Ocsf => assert!(json_lines(text).iter().all(Value::is_object), "{path}"),
        Format::Csv => no_formulas(text),
        Format::Metrics => every_line_is_a_sample(text),
        Format::Markdown => no_markup(text),
    }
}

pub(super) fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

pub(super) fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(json_of).collect()
}

fn records(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|record| record.unwrap()).collect()
}

fn no_formulas(text: &str) {
    for record in records(text) {
        for cell in record.values() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{cell}");
            assert!(cell.encode_utf16().count() <= 32_001);
        }
    }
}

fn every_line_is_a_sample(text: &str) {
    for line in text.lines() {
        let (name, number) = line.rsplit_once(' ').unwrap();
        let is_comment = line.starts_with("# HELP keyreach_") || line.starts_with("# TYPE keyreach_");
        let is_sample = name.starts_with("keyreach_") && number.parse::<f64>().is_ok();
        assert!(is_comment || is_sample, "{line}");
    }
}

/// Outside code spans, which hold what others wrote, there are only our own words.
fn no_markup(text: &str) {
    for line in text.lines() {
        let spans: Vec<&str> = line.split('`').collect();
        assert_eq!(spans.len() % 2, 1, "{line}");
        let ours: String = spans.into_iter().step_by(2).collect();
        assert!(!ours.contains(['<', '[', '\\', '@', '&']), "{line}");
        assert!(!ours.contains("alert") && !ours.contains("http"), "{line}");
    }
}

//! `keys.csv`, `findings.csv` and `coverage.csv`, for spreadsheets. Every cell is a value of `report.json`, found by its path
//! there, so that the two never differ. RFC 4180: UTF-8, a header, commas, CRLF.
//!
//! Names and descriptions are written by anybody, and a spreadsheet runs what looks like a formula: see
//! [`harmless`].

mod coverage;

use std::{borrow::Cow, io};

use csv::{Terminator, WriterBuilder};
use jiff::Timestamp;
use keyreach_policy::aws::{AccountId, OrgPath};
use serde::Serialize;
use serde_json::Value;

use super::{Part, Report, ReportedKey, json, subject::Subjects, text};
use crate::assess::finding::Finding;

/// Spreadsheets hold no longer cell (Excel: 32,767 characters, of which those beyond U+FFFF are two).
const LONGEST: usize = 32_000;

/// Columns, and where their values stand: `*` is every entry of a list.
type Columns = [(&'static str, &'static str)];

const KEYS: &Columns = &[
    ("arn", "arn"),
    ("account_id", "account_id"),
    ("account_name", "account/name"),
    ("ou_path", "account/ou_path"),
    ("region", "region"),
    ("key_id", "key_id"),
    ("aliases", "aliases/*"),
    ("description", "description"),
    ("tags", "tags"),
    ("state", "state"),
    ("spec", "spec"),
    ("usage", "usage"),
    ("origin", "origin"),
    ("multi_region", "multi_region/type"),
    ("multi_region_primary", "multi_region/primary"),
    ("created_at", "created_at"),
    ("deletion_date", "deletion_date"),
    ("valid_to", "valid_to"),
    ("rotation_eligibility", "rotation/eligibility"),
    ("rotation_enabled", "rotation/enabled"),
    ("rotation_period_days", "rotation/period_days"),
    ("rotation_next_at", "rotation/next_at"),
    ("rotation_last_at", "rotation/last_at"),
    ("policy_sha256", "policies/*/sha256"),
    ("grantees", "grants/*/grantee"),
    ("exposure_level", "exposure/level"),
    ("exposure_certainty", "exposure/certainty"),
    ("exposure_depends_on", "exposure/depends_on/*"),
    ("exposure_principals", "exposure/reaches/*/principal"),
    ("exposure_access", "exposure/reaches/*/access/*"),
    ("exposure_services", "exposure/services/*/principal"),
    ("lockout_verdict", "lockout/verdict"),
    ("lockout_certainty", "lockout/certainty"),
    ("lockout_depends_on", "lockout/depends_on/*"),
    ("lockout_reasons", "lockout/reasons/*"),
    ("lockout_writers", "lockout/writers/*/principal"),
    ("recovery", "lockout/recovery"),
    ("unread", "unread/*"),
    ("undecided", "undecided/*"),
    ("scan_id", "scan/id"),
    ("taken_at", "scan/taken_at"),
];

const FINDINGS: &Columns = &[
    ("id", "id"),
    ("check", "check"),
    ("severity", "severity"),
    ("status", "status"),
    ("account_id", "account_id"),
    ("account_name", "account/name"),
    ("ou_path", "account/ou_path"),
    ("region", "region"),
    ("key_arn", "key_arn"),
    ("aliases", "aliases/*"),
    ("title", "title"),
    ("detail", "detail"),
    ("remediation", "remediation"),
    ("evidence", "evidence"),
    ("frameworks", "frameworks/*"),
    ("scan_id", "scan/id"),
    ("taken_at", "scan/taken_at"),
];

/// What a row is made of: an object of `report.json`, and what stands around it there.
#[derive(Serialize)]
struct Row<'a, T> {
    #[serde(flatten)]
    of: T,
    account: Option<Around<'a>>,
    scan: Scan<'a>,
    /// Of a key: what could not be read, so that an empty cell need not be guessed about.
    unread: Vec<String>,
}

#[derive(Serialize)]
struct Around<'a> {
    name: Option<&'a str>,
    ou_path: Option<&'a str>,
}

#[derive(Clone, Copy, Serialize)]
struct Scan<'a> {
    id: &'a str,
    taken_at: Timestamp,
}

impl<'a> Scan<'a> {
    fn of(report: &Report<'a>) -> Self {
        Self { id: &report.snapshot.scan.id, taken_at: report.snapshot.scan.taken_at }
    }
}

/// A finding with the names of its key.
#[derive(Serialize)]
struct Named<'a> {
    #[serde(flatten)]
    finding: &'a Finding,
    aliases: &'a [String],
}

pub(super) fn parts<'a>(report: &'a Report<'a>) -> Vec<Part<'a>> {
    vec![
        Part::new("coverage.csv", |out| table(coverage::COLUMNS, coverage::rows(report), out)),
        Part::new("keys.csv", |out| {
            let subjects = Subjects::of(report);
            table(KEYS, report.keys.iter().map(|key| of_key(report, &subjects, key)), out)
        }),
        Part::new("findings.csv", |out| {
            let subjects = Subjects::of(report);
            table(FINDINGS, report.findings.iter().map(|one| of_finding(report, &subjects, one)), out)
        }),
    ]
}

fn of_key<'a>(
    report: &Report<'a>,
    subjects: &Subjects<'a>,
    reported: &ReportedKey<'a>,
) -> impl Serialize + use<'a> {
    let unread = reported.key.gaps().map(|gap| format!("{} {}", gap.operation, gap.kind)).collect();
    row(report, subjects, reported.cell.account_id, json::key(reported), unread)
}

fn of_finding<'a>(
    report: &Report<'a>,
    subjects: &Subjects<'a>,
    finding: &'a Finding,
) -> impl Serialize + use<'a> {
    let aliases = subjects.key(finding).map_or(&[][..], |reported| &reported.key.aliases);
    row(report, subjects, finding.account_id, Named { finding, aliases }, Vec::new())
}

fn row<'a, T>(
    report: &Report<'a>,
    subjects: &Subjects<'a>,
    account: AccountId,
    of: T,
    unread: Vec<String>,
) -> Row<'a, T> {
    Row {
        of,
        account: subjects.account(account).map(|account| Around {
            name: account.name.as_deref(),
            ou_path: account.path.as_ref().map(OrgPath::as_str),
        }),
        scan: Scan::of(report),
        unread,
    }
}

fn table(
    columns: &Columns,
    rows: impl Iterator<Item = impl Serialize>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut table = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    table.write_record(columns.iter().map(|(name, _)| name))?;
    for row in rows {
        let row = serde_json::to_value(row)?;
        table.write_record(columns.iter().map(|(_, path)| cell(&row, path)))?;
    }
    table.flush()
}

/// What a cell shows: values of a list with `|` between them, each once.
fn cell(row: &Value, path: &str) -> String {
    let mut values = Vec::new();
    collect(row, path, &mut values);
    let mut shown: Vec<String> = Vec::new();
    for value in values.into_iter().map(plain) {
        if !shown.contains(&value) {
            shown.push(value);
        }
    }
    // What makes it harmless makes it longer; what begins no formula begins none when its end is missing.
    fitting(&harmless(&text::Visible(&shown.join("|")).to_string())).into_owned()
}

/// As much as a spreadsheet holds, in the units in which it counts.
fn fitting(cell: &str) -> Cow<'_, str> {
    let mut room = LONGEST;
    let beyond = cell.char_indices().find(|(_, character)| {
        let left = room.checked_sub(character.len_utf16());
        room = left.unwrap_or(room);
        left.is_none()
    });
    match beyond {
        None => Cow::Borrowed(cell),
        Some((at, _)) => Cow::Owned(format!("{}…", cell.split_at(at).0)),
    }
}

fn collect<'v>(value: &'v Value, path: &str, found: &mut Vec<&'v Value>) {
    let (name, rest) = path.split_once('/').unwrap_or((path, ""));
    match (name, value) {
        ("", _) => found.push(value),
        ("*", Value::Array(entries)) => entries.iter().for_each(|entry| collect(entry, rest, found)),
        _ => value.get(name).into_iter().for_each(|value| collect(value, rest, found)),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A cell that no spreadsheet takes for a formula: an apostrophe stands before what would begin one, the full-width
/// forms included. Behind a semicolon too: where that separates lists, spreadsheets cut the cell there.
/// Source: OWASP, "CSV Injection".
fn harmless(cell: &str) -> String {
    let mut safe = String::with_capacity(cell.len() + 1);
    for (at, piece) in cell.split(';').enumerate() {
        if at > 0 {
            safe.push(';');
        }
        if begins_formula(piece) {
            safe.push('\'');
        }
        safe.push_str(piece);
    }
    safe
}

/// Whether it begins with a sign of formulas, behind white space or a quote that a spreadsheet would drop.
fn begins_formula(piece: &str) -> bool {
    let sign = |c: char| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
    let dropped = |c: char| c.is_whitespace() || c == '"';
    piece.trim_start_matches(dropped).starts_with(sign) || piece.starts_with(['\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{begins_formula, cell, harmless};

    #[test]
    fn the_script_takes_the_same_signs_for_those_of_formulas() {
        let script = include_str!("../../templates/script/export.js");
        let (dropped, rest) =
            script.split_once("const FORMULA = /^(?:[").unwrap().1.split_once("]*[").unwrap();
        let (signs, rest) = rest.split_once("]|[").unwrap();
        let (first, _) = rest.split_once("])/u;").unwrap();
        assert_eq!((dropped, first), (r#"\s""#, r"\t\r\n"));
        let signs = signs.replace('\\', "");
        assert!(signs.chars().count() > 5, "{signs}");
        for sign in ('\0'..=char::MAX).filter(|sign| !sign.is_whitespace()) {
            assert_eq!(begins_formula(&sign.to_string()), signs.contains(sign), "{sign:?}");
            assert_eq!(begins_formula(&format!(" \"{sign}")), signs.contains(sign), "{sign:?}");
        }
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_text() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\rx", " =1", "\u{a0}=1", "＝1", "-"] {
            assert_eq!(harmless(formula), format!("'{formula}"));
        }
        assert_eq!(harmless("a;=1; \"-2\";b"), "a;'=1;' \"-2\";b");
        for text in ["", "a; b;c=1", "arn:aws:kms", "a=1", "'=1", "12", "*"] {
            assert_eq!(harmless(text), text);
        }
    }

    #[test]
    fn a_cell_fits_whatever_is_in_it_and_stays_harmless() {
        for (text, begins) in
            [(";=".repeat(20_000), ";'=;'="), ("-".to_owned() + &"🔑".repeat(20_000), "'-🔑")]
        {
            let cell = cell(&json!({ "a": text }), "a");
            assert!(cell.starts_with(begins) && cell.ends_with('…'));
            let units = cell.encode_utf16().count();
            assert!((32_000..=32_001).contains(&units), "{units}");
            assert!(cell.split(';').all(|piece| !piece.starts_with('=')));
        }
        assert_eq!(cell(&json!({"a": "x".repeat(32_000)}), "a").len(), 32_000);
    }

    #[test]
    fn a_cell_is_found_by_its_path() {
        let row =
            json!({"a": {"b": [{"c": ["x", "y"]}, {"c": ["x"]}]}, "n": null, "t": true, "m": {"k": "v"}});
        let cells = ["a/b/*/c/*", "n", "t", "m", "none/c"].map(|path| cell(&row, path));
        assert_eq!(cells, ["x|y", "", "true", r#"{"k":"v"}"#, ""]);
    }
}

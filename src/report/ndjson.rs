//! `keys.ndjson`, `findings.ndjson`, `coverage.ndjson`: one JSON object a line, the very objects of
//! `report.json`, for what reads line by line: Athena, DuckDB, jq, log shippers.

use std::io;

use serde::Serialize;

use super::{Part, Report, json};

pub(super) fn parts<'a>(report: &'a Report<'a>) -> Vec<Part<'a>> {
    vec![
        Part::new("keys.ndjson", |out| lines(report.keys.iter().map(json::key), out)),
        Part::new("findings.ndjson", |out| lines(report.findings.iter(), out)),
        Part::new("coverage.ndjson", |out| lines(json::coverage(report), out)),
    ]
}

/// Each thing becomes its line when its turn comes.
pub(super) fn lines(
    mut things: impl Iterator<Item = impl Serialize>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    things.try_for_each(|thing| json::inert(&thing, out))
}

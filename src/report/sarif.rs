//! `report.sarif`: SARIF 2.1.0, for code scanning. The rules are the checks, the results the findings; a key has no
//! file, so each stands at a path of its own that is stable from scan to scan.
//!
//! Source: OASIS SARIF 2.1.0; GitHub Docs, "SARIF support for code scanning" (limits and required fields).

mod result;
mod rule;

use std::io;

use serde::{Serialize, Serializer};

use super::{Part, Report, json, text::Visible};
use crate::{assess::finding::Finding, snapshot::gap::Gap};
use result::Results;
use rule::{Rule, Rules};

/// GitHub refuses a run of more results.
const LARGEST_RUN: usize = 25_000;

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: Vec<Run<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    automation_details: Automation,
    invocations: [Invocation<'a>; 1],
    column_kind: &'static str,
    results: Results<'a>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    version: String,
    information_uri: &'static str,
    rules: &'a [Rule],
}

/// What tells this run from others: uploads of one id replace each other.
#[derive(Serialize)]
struct Automation {
    id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    end_time_utc: jiff::Timestamp,
    tool_execution_notifications: Notifications<'a>,
}

/// What could not be read.
struct Notifications<'a>(&'a [(Option<&'a crate::snapshot::cell::Cell>, &'a Gap)]);

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

pub(super) fn parts<'a>(report: &'a Report<'a>) -> Vec<Part<'a>> {
    vec![Part::new("report.sarif", |out| render(report, out))]
}

fn render(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let rules = Rules::of(report);
    let mut chunks: Vec<&[Finding]> = report.findings.chunks(LARGEST_RUN).collect();
    // That nothing was found is a run without results, not a file without runs.
    if chunks.is_empty() {
        chunks.push(&[]);
    }
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: chunks.iter().enumerate().map(|(at, chunk)| run(report, &rules, at, chunk)).collect(),
    };
    json::inert(&log, out)
}

fn run<'a>(report: &'a Report<'a>, rules: &'a Rules<'a>, at: usize, findings: &'a [Finding]) -> Run<'a> {
    let scan = &report.snapshot.scan;
    let organization = report.snapshot.organization.known().and_then(Option::as_ref);
    let scope = organization.map_or_else(|| scan.caller_account.to_string(), |of| of.id.to_string());
    // The gaps are the scan's, not a run's: they are told once.
    let gaps = if at == 0 { report.coverage.gaps.as_slice() } else { &[] };
    Run {
        tool: Tool {
            driver: Driver {
                name: "Keyreach",
                version: Visible(&scan.tool_version).to_string(),
                information_uri: env!("CARGO_PKG_REPOSITORY"),
                rules: rules.list(),
            },
        },
        automation_details: Automation { id: format!("keyreach/{scope}/{}/", at + 1) },
        invocations: [Invocation {
            execution_successful: !report.coverage.interrupted,
            end_time_utc: scan.taken_at,
            tool_execution_notifications: Notifications(gaps),
        }],
        column_kind: "unicodeCodePoints",
        results: Results { rules, findings },
    }
}

impl Serialize for Notifications<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(_, gap)| Notification {
            level: "warning",
            message: plain(&format!(
                "Not read: {} on {}: {}: {}",
                gap.operation, gap.resource, gap.kind, gap.message
            )),
        }))
    }
}

/// A message that is text and nothing else: brackets could make a link of what somebody wrote.
fn plain(text: &str) -> Message {
    let mut plain = String::with_capacity(text.len());
    for character in Visible(text).to_string().chars() {
        if matches!(character, '[' | ']' | '\\') {
            plain.push('\\');
        }
        plain.push(character);
    }
    Message { text: plain }
}

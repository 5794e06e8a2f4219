//! `report.sarif`: SARIF 2.1.0, for code scanning. The rules are the checks, the results the findings; a key has no
//! file, so each stands at a path of its own that is stable from scan to scan.
//!
//! One run, of no more than GitHub takes: a second run would need an id of its own, and what an earlier upload said
//! under an id that is no longer there would stand for ever.
//!
//! Source: OASIS SARIF 2.1.0; GitHub Docs, "SARIF support for code scanning" (limits and required fields).

mod result;
mod rule;

use std::io;

use serde::Serialize;

use super::{Part, Report, json, text::Visible, words::grouped};
use crate::assess::finding::Finding;
use result::Results;
use rule::{Rule, Rules};

/// GitHub refuses a run of more results.
const MOST_RESULTS: usize = 25_000;
/// Gaps that are told one by one: GitHub refuses a file of more than 10 MB, and shows none of them.
const MOST_GAPS: usize = 1_000;

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    automation_details: Automation,
    invocations: [Invocation; 1],
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
struct Invocation {
    execution_successful: bool,
    end_time_utc: jiff::Timestamp,
    tool_execution_notifications: Vec<Notification>,
}

/// What is missing here: it could not be read, or there is no room for it.
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
    // Findings come in their order: what there is no room for is the least.
    let findings = report.findings.get(..MOST_RESULTS).unwrap_or(report.findings);
    let rules = Rules::of(findings);
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [run(report, &rules, findings)],
    };
    json::inert(&log, out)
}

fn run<'a>(report: &'a Report<'a>, rules: &'a Rules<'a>, findings: &'a [Finding]) -> Run<'a> {
    let scan = &report.snapshot.scan;
    let organization = report.snapshot.organization.known().and_then(Option::as_ref);
    let scope = organization.map_or_else(|| scan.caller_account.to_string(), |of| of.id.to_string());
    Run {
        tool: Tool {
            driver: Driver {
                name: "Keyreach",
                version: Visible(&scan.tool_version).to_string(),
                information_uri: env!("CARGO_PKG_REPOSITORY"),
                rules: rules.list(),
            },
        },
        automation_details: Automation { id: format!("keyreach/{scope}/") },
        invocations: [Invocation {
            execution_successful: !report.coverage.interrupted,
            end_time_utc: scan.taken_at,
            tool_execution_notifications: notifications(report, findings),
        }],
        column_kind: "unicodeCodePoints",
        results: Results { rules, findings },
    }
}

fn notifications(report: &Report<'_>, findings: &[Finding]) -> Vec<Notification> {
    let gaps = &report.coverage.gaps;
    let left_out = [
        (report.findings.len().saturating_sub(findings.len()), "findings", "findings.ndjson"),
        (gaps.len().saturating_sub(MOST_GAPS), "gaps", "coverage.ndjson"),
    ];
    let left_out = left_out.into_iter().filter(|(number, ..)| *number > 0).map(|(number, things, file)| {
        format!("{} {things} are left out here: {file} has all.", grouped(number))
    });
    let unread = gaps.iter().take(MOST_GAPS).map(|(_, gap)| {
        format!("Not read: {} on {}: {}: {}", gap.operation, gap.resource, gap.kind, gap.message)
    });
    let warning = |text: String| Notification { level: "warning", message: plain(&text) };
    left_out.chain(unread).map(warning).collect()
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

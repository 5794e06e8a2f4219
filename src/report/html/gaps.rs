//! The questions that AWS did not answer, by the sort of no.

use std::collections::BTreeMap;

use keyreach_policy::aws::AccountId;

use super::{FEW_ROWS, Table, scope::spaced, words::grouped};
use crate::{
    report::coverage::Coverage,
    snapshot::{
        cell::Cell,
        gap::{Gap, GapKind},
    },
};

/// All gaps of one sort.
pub(super) struct Group<'a> {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) count: String,
    pub(super) meaning: &'static str,
    pub(super) gaps: Table<Row<'a>>,
}

/// One gap.
pub(super) struct Row<'a> {
    pub(super) place: String,
    pub(super) operation: &'a str,
    pub(super) resource: &'a str,
    pub(super) code: &'a str,
    pub(super) message: &'a str,
}

/// Every sort of which there are any, in their order.
pub(super) fn groups<'a>(coverage: &Coverage<'a>) -> Vec<Group<'a>> {
    let mut by_kind: BTreeMap<GapKind, Vec<(Option<&'a Cell>, &'a Gap)>> = BTreeMap::new();
    for &(cell, gap) in &coverage.gaps {
        by_kind.entry(gap.kind).or_default().push((cell, gap));
    }
    let group = |(kind, gaps): (GapKind, Vec<(Option<&'a Cell>, &'a Gap)>)| Group {
        kind: kind.as_str(),
        name: spaced(kind.as_str()),
        count: grouped(gaps.len()),
        meaning: meaning(kind),
        gaps: Table::up_to(FEW_ROWS, gaps.into_iter().map(row)),
    };
    by_kind.into_iter().map(group).collect()
}

fn row<'a>((cell, gap): (Option<&'a Cell>, &'a Gap)) -> Row<'a> {
    Row {
        place: cell.map_or_else(
            || account_of(&gap.resource).to_owned(),
            |cell| format!("{} {}", cell.account_id, cell.region),
        ),
        operation: &gap.operation,
        resource: &gap.resource,
        code: gap.code.as_deref().unwrap_or_default(),
        message: &gap.message,
    }
}

/// The account that was asked about outside any Region; empty where none was.
fn account_of(resource: &str) -> &str {
    let account = if resource.starts_with("arn:") { resource.split(':').nth(4) } else { Some(resource) };
    account.filter(|account| account.parse::<AccountId>().is_ok()).unwrap_or_default()
}

fn meaning(kind: GapKind) -> &'static str {
    match kind {
        GapKind::Denied => {
            "A policy refuses the scanner: the key policy, the role's own, a service control policy or another."
        }
        GapKind::Missing => "The thing is not there, or no longer.",
        GapKind::Throttled => "AWS asked for patience until ours ended. Scanning again, slower, will help.",
        GapKind::TimedOut => "No answer came in time, or the scan was stopped first.",
        GapKind::Unreachable => "No connection to AWS came about, or it broke off.",
        GapKind::ServerError => "AWS failed, and failed again when asked anew.",
        GapKind::Expired => "The scanner's credentials ran out.",
        GapKind::Unsupported => "The operation is not offered for this thing, or not by this endpoint.",
        GapKind::Malformed => "The answer made no sense.",
        GapKind::Bug => "Keyreach asked wrongly or failed to read the answer. Please report it.",
    }
}

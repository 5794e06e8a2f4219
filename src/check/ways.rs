//! Ways in as findings: those that one statement or grant opens are one finding, with each way as evidence.

use std::collections::BTreeMap;

use super::{Found, scale};
use crate::assess::{
    exposure::{Reach, ReachZone, Via, ViaKind},
    finding::Severity,
};

/// How many principals a sentence names, and how many actions.
const NAMED: usize = 3;
const ACTIONS: usize = 6;

/// One finding for each statement or grant that opens a way.
pub(super) fn found<'a>(ways: impl Iterator<Item = &'a Reach>, weigh: fn(&Reach) -> Severity) -> Vec<Found> {
    let mut by_opening: BTreeMap<&Via, Vec<&Reach>> = BTreeMap::new();
    for way in ways {
        for via in &way.via {
            by_opening.entry(via).or_default().push(way);
        }
    }
    let one = |(via, ways): (&Via, Vec<&Reach>)| {
        let severity = ways.iter().map(|way| weigh(way)).min().unwrap_or(Severity::Info);
        Found::fail(severity, part(via), sentence(via, &ways)).with("reaches", ways)
    };
    by_opening.into_iter().map(one).collect()
}

/// How findings call what opens a way.
pub(super) fn part(via: &Via) -> String {
    let name = via.statement.as_ref().or(via.grant_id.as_ref()).cloned().unwrap_or_default();
    if via.kind == ViaKind::Ram { format!("AWS_RAM/{name}") } else { name }
}

/// Who can do what through what, and what else must hold.
fn sentence(via: &Via, ways: &[&Reach]) -> String {
    let mut text = format!("{} lets {} call {}.", opening(via), callers(ways), actions(ways));
    let every_way = |holds: fn(&Reach) -> bool| ways.iter().all(|way| holds(way));
    if every_way(|way| way.needs_identity_policy) {
        text.push_str(" Their own account must allow it too.");
    }
    if every_way(|way| way.confirmed == Some(false)) {
        text.push_str(" Nobody who exists there holds the permission today.");
    }
    let mut conditions: Vec<&str> =
        ways.iter().flat_map(|way| way.conditions.iter().map(String::as_str)).collect();
    conditions.sort_unstable();
    conditions.dedup();
    if !conditions.is_empty() {
        text.push_str(" Conditions: ");
        text.push_str(&conditions.join("; "));
        text.push('.');
    }
    if every_way(scale::is_narrowed) {
        text.push_str(" They ask for more than an account, which lowers the severity.");
    }
    text
}

fn opening(via: &Via) -> String {
    let name = part(via);
    match via.kind {
        ViaKind::KeyPolicy => format!("Statement {name} of the key policy"),
        ViaKind::Ram => format!("Statement {name}, which Resource Access Manager attached,"),
        ViaKind::Grant => format!("Grant {name}"),
    }
}

fn callers(ways: &[&Reach]) -> String {
    let whom = |way: &&Reach| match (way.zone, way.principal.as_str()) {
        (ReachZone::Public, "*") => "any AWS account".to_owned(),
        (ReachZone::Organization, "*") => "every account of the organization".to_owned(),
        (ReachZone::Trusted, "*") => "the accounts of a trusted organization".to_owned(),
        (ReachZone::External, "*") => "the accounts of another organization".to_owned(),
        (_, principal) => principal.to_owned(),
    };
    let mut all: Vec<String> = ways.iter().map(whom).collect();
    all.sort_unstable();
    all.dedup();
    listed(all, NAMED)
}

/// What hurts most comes first.
fn actions(ways: &[&Reach]) -> String {
    const FIRST: [&str; 4] = ["kms:Decrypt", "kms:CreateGrant", "kms:Sign", "kms:Encrypt"];
    let mut all: Vec<String> = ways.iter().flat_map(|way| way.actions.iter().cloned()).collect();
    let rank = |action: &str| FIRST.iter().position(|first| *first == action).unwrap_or(FIRST.len());
    all.sort_by(|one, other| rank(one).cmp(&rank(other)).then_with(|| one.cmp(other)));
    all.dedup();
    listed(all, ACTIONS)
}

/// A list for a sentence, cut where it grows long.
pub(super) fn listed(mut all: Vec<String>, most: usize) -> String {
    let more = all.len().saturating_sub(most);
    all.truncate(most);
    let named = all.join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}

/// `1 grant`, `2 grants`.
pub(super) fn grants(number: usize) -> String {
    format!("{number} grant{}", if number == 1 { "" } else { "s" })
}

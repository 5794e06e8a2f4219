//! What a reader must know before believing a diff: what the two runs do not share, and what only one could list.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    CoverageChange, Seen,
    document::Keys,
    run::{Gap, REGION_OFF, Run},
    words::short,
};

/// What the two runs do not share, one sentence each.
pub(super) fn about(old: &Run, new: &Run) -> Vec<String> {
    let mut notes = Vec::new();
    let (was, now) = (&old.scan, &new.scan);
    if was.organization_id != now.organization_id {
        let id =
            |of: &Option<String>| of.clone().unwrap_or_else(|| "no organization that was read".to_owned());
        notes.push(format!("OLD is of {}, NEW of {}", id(&was.organization_id), id(&now.organization_id)));
    }
    if was.tool.version != now.tool.version {
        notes.push(format!(
            "the facts were taken by different versions: {} and {}",
            was.tool.version, now.tool.version
        ));
    }
    // As text, a second sorts behind its own fractions.
    let time = |text: &str| text.parse::<Timestamp>().ok();
    if time(&was.taken_at).zip(time(&now.taken_at)).is_some_and(|(was, now)| was > now) {
        notes.push("NEW is older than OLD".to_owned());
    }
    for (name, run) in [("OLD", old), ("NEW", new)] {
        if run.scan.interrupted {
            notes.push(format!("the scan of {name} was stopped before its end"));
        }
    }
    notes.extend(organization(old, new));
    notes
}

/// What OLD read and NEW could not, one sentence each. What is gone is not missed: an account that the organization no
/// longer lists or that was closed, a Region that is off.
pub(super) fn unread(old: &Run, new: &Run, coverage: &CoverageChange, keys: &Keys) -> Vec<String> {
    let cells: Vec<String> = coverage
        .no_longer_listed
        .iter()
        .filter(|cell| cell.why != REGION_OFF && !is_gone(new, &cell.account_id))
        .map(|cell| format!("{} {} ({})", cell.account_id, cell.region, cell.why))
        .collect();
    let facts: Vec<String> =
        keys.unread.iter().map(|key| format!("{} ({})", key.key.arn, key.facts.join(", "))).collect();
    let (was, now) = (unread_of_organization(old), unread_of_organization(new));
    let organization: Vec<String> = now.difference(&was).cloned().collect();
    [("the keys of", cells), ("of the key", facts), ("of the organization,", organization)]
        .into_iter()
        .filter(|(_, what)| !what.is_empty())
        .map(|(about, what)| format!("{about} {}", short(&what)))
        .collect()
}

/// Whether an account is one that there is nothing to read of any more.
fn is_gone(run: &Run, account: &str) -> bool {
    let lists_members = run.scan.organization_id.is_some()
        && run.gaps.iter().all(|gap| gap.operation != "organizations:ListAccounts");
    match run.accounts.get(account) {
        Some(state) => matches!(state.as_deref(), Some("SUSPENDED" | "CLOSED" | "PENDING_ACTIVATION")),
        None => lists_members && !run.accounts.is_empty(),
    }
}

fn unread_of_organization(run: &Run) -> BTreeSet<String> {
    let of = |gap: &&Gap| gap.operation.starts_with("organizations:");
    run.gaps.iter().filter(of).map(|gap| format!("{} of {}", gap.operation, gap.resource)).collect()
}

/// Facts of the organization decide about every key, and a key's change may be due to their absence.
fn organization(old: &Run, new: &Run) -> Option<String> {
    let (was, now) = (unread_of_organization(old), unread_of_organization(new));
    let differing: Vec<String> = was.symmetric_difference(&now).cloned().collect();
    let words = "not read in both: what changed may be due to that";
    (!differing.is_empty()).then(|| format!("of the organization, {} was {words}", short(&differing)))
}

/// Cells that only one of the runs could list.
pub(super) fn coverage(old: &Run, new: &Run) -> CoverageChange {
    CoverageChange { no_longer_listed: only_in(old, new), newly_listed: only_in(new, old) }
}

/// Cells that `one` listed and `other` could not.
fn only_in(one: &Run, other: &Run) -> Vec<Seen> {
    let mut keys: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for key in one.keys.values() {
        *keys.entry((&key.account_id, &key.region)).or_default() += 1;
    }
    let seen = |(account, region): &(String, String)| {
        if one.unlisted_cell(account, region).is_some() {
            return None;
        }
        let why = other.unlisted_cell(account, region)?;
        let keys = keys.get(&(account.as_str(), region.as_str())).copied().unwrap_or(0);
        Some(Seen { account_id: account.clone(), region: region.clone(), why, keys })
    };
    one.cells.keys().filter_map(seen).collect()
}

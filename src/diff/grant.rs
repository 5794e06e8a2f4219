//! The grants of a key. KMS never changes a grant, so one id with other contents is an odd thing, and said.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    GrantChange, Shift,
    exposure::{is_outside, width},
    leaves::{change, differences, leaves, replaced},
    run::{Grant, Key},
};

/// The question that tells the grants of a key.
const LIST_GRANTS: &str = "kms:ListGrants";

/// The grants that came, went or stand elsewhere.
pub(super) fn grants(old: &Key, new: &Key) -> Vec<GrantChange> {
    let (was, now) = (by_id(old), by_id(new));
    let ids: BTreeSet<&&str> = was.keys().chain(now.keys()).collect();
    let change = |id: &&&str| match (was.get(**id), now.get(**id)) {
        (None, Some(grant)) if old.has_read(LIST_GRANTS) => Some(lone(grant, Shift::New)),
        (None, Some(grant)) => Some(lone(grant, Shift::FirstSeen)),
        (Some(grant), None) if new.has_read(LIST_GRANTS) => Some(lone(grant, Shift::Gone)),
        (Some(was), Some(now)) => shift(was, now),
        _ => None,
    };
    ids.iter().filter_map(change).collect()
}

fn by_id(key: &Key) -> BTreeMap<&str, &Grant> {
    key.grants.iter().map(|grant| (grant.grant_id.as_str(), grant)).collect()
}

/// A grant that only one side has.
pub(super) fn lone(grant: &Grant, kind: Shift) -> GrantChange {
    GrantChange {
        kind,
        grant_id: grant.grant_id.clone(),
        grantee: grant.grantee.clone(),
        zone: grant.zone.clone(),
        operations: grant.operations.clone(),
        changes: Vec::new(),
    }
}

fn shift(old: &Grant, new: &Grant) -> Option<GrantChange> {
    let operations = |grant: &Grant| grant.operations.iter().cloned().collect::<BTreeSet<_>>();
    let grantee = |grant: &Grant| grant.grantee.iter().cloned().collect::<BTreeSet<_>>();
    let constraints = |grant: &Grant| {
        grant.rest.get("constraints").map(|value| leaves("constraints", value)).unwrap_or_default()
    };
    let mut changes: Vec<_> = [
        replaced("zone", &old.zone, &new.zone),
        change("grantee", &grantee(old), &grantee(new)),
        change("operations", &operations(old), &operations(new)),
    ]
    .into_iter()
    .flatten()
    .collect();
    changes.extend(differences(&constraints(old), &constraints(new)));
    let kind = match (width(&old.zone), width(&new.zone)) {
        (Some(was), Some(now)) if now > was => Shift::Widened,
        (Some(was), Some(now)) if now < was => Shift::Narrowed,
        // What was not known before counts like what was not there.
        (None, Some(_)) if is_outside(&new.zone) => Shift::Widened,
        _ => Shift::Changed,
    };
    (!changes.is_empty()).then(|| GrantChange { changes, ..lone(new, kind) })
}

//! Levels of the organization without a service control policy. AWS keeps at least one at the root, at each unit and
//! at each account, so where none is told, what was told cannot be right. Pure.

use std::collections::BTreeSet;

use crate::{
    call::LIST_TARGETS_FOR_POLICY,
    snapshot::{
        gap::{Gap, GapKind},
        organization::{Account, GuardrailKind, Organization},
    },
};

const TYPE: &str = "SERVICE_CONTROL_POLICY";

/// A gap for each level above or at a member account at which no service control policy hangs, although their type is in
/// force and all lists were read to their end.
pub(super) fn without_policy(organization: &Organization, accounts: &[Account]) -> Vec<Gap> {
    let of_kind =
        || organization.guardrails.items.iter().filter(|one| one.kind == GuardrailKind::ServiceControlPolicy);
    let in_force = organization.roots.items.iter().any(|root| root.enabled_policy_types.contains(TYPE));
    let is_read = organization.guardrails.gap.is_none() && of_kind().all(|one| one.targets.gap.is_none());
    if !in_force || !is_read {
        return Vec::new();
    }
    let covered: BTreeSet<&str> = of_kind().flat_map(|one| &one.targets.items).map(String::as_str).collect();
    let members = accounts.iter().filter(|account| account.id != organization.management_account_id);
    let levels: BTreeSet<String> = members.flat_map(levels_of).collect();
    levels.into_iter().filter(|level| !covered.contains(level.as_str())).map(gap).collect()
}

/// The root, the units and the account itself; none where its place is not known.
fn levels_of(account: &Account) -> Vec<String> {
    let Some(path) = &account.path else { return Vec::new() };
    path.parents().map(str::to_owned).chain([account.id.to_string()]).collect()
}

fn gap(level: String) -> Gap {
    Gap {
        operation: LIST_TARGETS_FOR_POLICY.action(),
        kind: GapKind::Malformed,
        code: None,
        message: format!("no service control policy is attached to {level}, where AWS keeps at least one"),
        resource: level,
    }
}

//! A disturbed scan against the whole one: each fact is equal or a gap, each list a part or the whole.

use std::collections::BTreeSet;

use keyreach::snapshot::{
    cell::{Cell, CellState},
    gap::{Fact, Gap, Listing},
    key::Key,
    organization::{Account, Entry, Organization},
};

use crate::scan::Seen;

/// Everything of the whole scan is in the other, or a gap stands in its place.
pub(super) fn nothing_is_lost(name: &str, whole: &Seen, seen: &Seen) {
    organization_is_part(name, &whole.snapshot.organization, &seen.snapshot.organization);
    for account in &seen.snapshot.accounts {
        account_is_part(name, whole.account(&account.id.to_string()), account);
        let of_whole = whole.cells(&account.id.to_string());
        for cell in seen.cells(&account.id.to_string()) {
            match of_whole.iter().find(|twin| twin.region == cell.region) {
                Some(twin) => cell_is_part(name, twin, cell),
                // A Region of the fall-back list that this simulated AWS lacks.
                None => {
                    assert!(cell.keys.is_empty() && cell.state() != CellState::Complete, "{name}: {cell:?}")
                }
            }
        }
    }
}

fn organization_is_part(name: &str, whole: &Fact<Option<Organization>>, seen: &Fact<Option<Organization>>) {
    let Fact::Known(seen) = seen else { return };
    let (whole, seen) = (whole.known().unwrap().as_ref().unwrap(), seen.as_ref().unwrap());
    assert_eq!((&seen.id, seen.management_account_id), (&whole.id, whole.management_account_id), "{name}");
    list_is_part(name, &whole.members, &seen.members, |id| *id);
    if seen.members.items.is_empty() {
        return;
    }
    list_is_part(name, &whole.roots, &seen.roots, |root| root.id.clone());
    // The tree cannot be walked further down than it was seen, and says so above.
    if seen.roots.gap.is_none() {
        list_is_part(name, &whole.units, &seen.units, |unit| unit.id.clone());
    }
    assert!(seen.guardrails.gap.is_some() || seen.guardrails.items.len() == whole.guardrails.items.len());
    for guardrail in &seen.guardrails.items {
        let twin = whole.guardrails.items.iter().find(|twin| twin.id == guardrail.id).unwrap();
        fact_is_same(name, &twin.document, &guardrail.document);
        list_is_part(name, &twin.targets, &guardrail.targets, Clone::clone);
    }
}

fn account_is_part(name: &str, whole: &Account, seen: &Account) {
    if seen.state.is_some() {
        assert_eq!((&seen.name, &seen.state), (&whole.name, &whole.state), "{name}");
    }
    match (&seen.iam, &seen.entry) {
        (Some(iam), Entry::Role(_) | Entry::Caller(_)) => {
            let twin = whole.iam.as_ref().unwrap();
            let parts = [
                iam.users == twin.users,
                iam.roles == twin.roles,
                iam.groups == twin.groups,
                iam.policies == twin.policies,
            ];
            assert!(iam.gap.is_some() || parts == [true; 4], "{name}: IAM of {}", seen.id);
            assert!(iam.roles.iter().all(|role| twin.roles.contains(role)), "{name}");
            assert!(ids(&iam.roles, |role| role.arn.clone()).len() == iam.roles.len(), "{name}: twice");
            fact_is_same(name, &twin.summary, &iam.summary);
        }
        (None, Entry::Refused) => assert!(!seen.gaps.is_empty(), "{name}: {}", seen.id),
        (None, Entry::NotStarted) => {}
        other => panic!("{name}: {} was {other:?}", seen.id),
    }
}

fn cell_is_part(name: &str, whole: &Cell, seen: &Cell) {
    let at = format!("{name}: {}/{}", seen.account_id, seen.region);
    let state = seen.state();
    let listed = seen.gaps.iter().all(|gap| gap.operation != "kms:ListKeys");
    assert_eq!(ids(&seen.keys, |key| key.key_id.clone()).len(), seen.keys.len(), "{at}: keys twice");
    match state {
        CellState::Failed | CellState::NotStarted => assert!(seen.keys.is_empty(), "{at}"),
        CellState::Disabled => assert_eq!(whole.state(), CellState::Disabled, "{at}"),
        CellState::Complete | CellState::Partial if listed => {
            let keys = seen.keys.len() + usize::try_from(seen.aws_managed_keys).unwrap();
            let of_whole = whole.keys.len() + usize::try_from(whole.aws_managed_keys).unwrap();
            assert_eq!(keys, of_whole, "{at}: keys are missing");
        }
        CellState::Complete | CellState::Partial => {}
    }
    assert!(state != CellState::Failed || !seen.gaps.is_empty() || seen.key_stores.gap.is_none(), "{at}");
    let aliases_read = seen.gaps.iter().all(|gap| gap.operation != "kms:ListAliases");
    for key in &seen.keys {
        let Some(twin) = whole.keys.iter().find(|twin| twin.key_id == key.key_id) else {
            // One of AWS's own that nothing said so of.
            assert!(!aliases_read && key.metadata.gap().is_some(), "{at}: invented {key:?}");
            continue;
        };
        key_is_part(&at, twin, key, aliases_read);
    }
    if !seen.keys.is_empty() {
        list_is_part(&at, &whole.key_stores, &seen.key_stores, |store| store.custom_key_store_id.clone());
    }
}

fn key_is_part(at: &str, whole: &Key, seen: &Key, aliases_read: bool) {
    let at = format!("{at}/{}", seen.key_id);
    assert_eq!(seen.arn, whole.arn, "{at}");
    fact_is_same(&at, &whole.metadata, &seen.metadata);
    fact_is_same(&at, &whole.policy, &seen.policy);
    fact_is_same(&at, &whole.ram_policy, &seen.ram_policy);
    fact_is_same(&at, &whole.tags, &seen.tags);
    list_is_part(&at, &whole.grants, &seen.grants, |grant| grant.grant_id.clone());
    if seen.metadata.gap().is_none() {
        fact_is_same(&at, &whole.rotation, &seen.rotation);
        list_is_part(&at, &whole.rotations, &seen.rotations, Clone::clone);
    }
    assert!(!aliases_read || seen.aliases == whole.aliases, "{at}: {:?}", seen.aliases);
    assert!(seen.aliases.iter().all(|alias| whole.aliases.contains(alias)), "{at}: {:?}", seen.aliases);
}

fn fact_is_same<T: PartialEq + std::fmt::Debug>(at: &str, whole: &Fact<T>, seen: &Fact<T>) {
    assert!(seen.gap().is_some() || seen == whole, "{at}: {seen:?} in place of {whole:?}");
}

/// The whole list, or with its gap a part of it; nothing twice, nothing changed.
fn list_is_part<T, I>(at: &str, whole: &Listing<T>, seen: &Listing<T>, id: impl Fn(&T) -> I)
where
    T: PartialEq + std::fmt::Debug,
    I: PartialEq,
{
    let gap: Option<&Gap> = seen.gap.as_ref();
    assert!(gap.is_some() || seen.items.len() == whole.items.len(), "{at}: {seen:?}");
    assert!(seen.items.iter().all(|item| whole.items.contains(item)), "{at}: changed: {seen:?}");
    let mut unique = Vec::new();
    for item in seen.items.iter().map(id) {
        assert!(!unique.contains(&item), "{at}: twice");
        unique.push(item);
    }
}

fn ids<T>(items: &[T], id: impl Fn(&T) -> String) -> BTreeSet<String> {
    items.iter().map(id).collect()
}

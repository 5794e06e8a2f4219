//! What AWS says about a key beside policies and grants. A fact that one side did not read is no change.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Change,
    leaves::{Leaves, change, differences, leaves},
    run::{Key, LIST_ALIASES},
};

/// What DescribeKey says; the state is always among it.
const DESCRIBED: [&str; 8] =
    ["deletion_date", "description", "multi_region", "origin", "spec", "state", "usage", "valid_to"];
/// The members of a rotation that are settings. When it rotates next follows from them and the clock.
const ROTATION: [&str; 3] = ["eligibility", "enabled", "period_days"];
/// The question that tells when a key was rotated.
const LIST_ROTATIONS: &str = "kms:ListKeyRotations";

/// Facts that differ, by name.
pub(super) fn facts(old: &Key, new: &Key) -> Vec<Change> {
    let mut changes: Vec<Change> = aliases(old, new).into_iter().collect();
    if fact(old, "state").is_some() && fact(new, "state").is_some() {
        changes.extend(differences(&described(old), &described(new)));
    }
    changes.extend(rotation(old, new));
    changes.extend(key_store(old, new));
    if let (Some(was), Some(now)) = (fact(old, "tags"), fact(new, "tags")) {
        changes.extend(differences(&leaves("tags", was), &leaves("tags", now)));
    }
    changes.sort_by(|one, other| one.name.cmp(&other.name));
    changes
}

/// A fact that was read.
fn fact<'a>(key: &'a Key, name: &str) -> Option<&'a Value> {
    key.facts.get(name).filter(|value| !value.is_null())
}

fn described(key: &Key) -> Leaves {
    let facts = DESCRIBED.iter().filter_map(|name| Some((*name, fact(key, name)?)));
    facts.flat_map(|(name, value)| leaves(name, value)).collect()
}

/// A list that was cut short shows what is there, not what is gone.
fn aliases(old: &Key, new: &Key) -> Option<Change> {
    let set = |key: &Key| key.aliases.iter().cloned().collect::<BTreeSet<_>>();
    let mut change = change("aliases", &set(old), &set(new))?;
    if !old.has_read(LIST_ALIASES) {
        change.added.clear();
    }
    if !new.has_read(LIST_ALIASES) {
        change.removed.clear();
    }
    (!change.added.is_empty() || !change.removed.is_empty()).then_some(change)
}

fn rotation(old: &Key, new: &Key) -> Vec<Change> {
    let member = |key: &Key, name: &str| -> Option<Leaves> {
        let value = fact(key, "rotation")?.get(name)?;
        let is_read = !value.is_null() && value != "unknown";
        is_read.then(|| leaves(&format!("rotation.{name}"), value))
    };
    let both = |name: &&str| Some((member(old, name)?, member(new, name)?));
    let mut changes: Vec<Change> =
        ROTATION.iter().filter_map(both).flat_map(|(was, now)| differences(&was, &now)).collect();
    if let Some(now) = member(new, "last_at")
        && old.has_read(LIST_ROTATIONS)
    {
        changes.extend(differences(&member(old, "last_at").unwrap_or_default(), &now));
    }
    changes
}

/// Which key store holds it, and how KMS reaches an external one's proxy. Snapshots of earlier versions do not tell where
/// the proxy is.
fn key_store(old: &Key, new: &Key) -> Vec<Change> {
    let of = |key: &Key| fact(key, "key_store").map(|store| leaves("key_store", store));
    let (Some(mut was), Some(mut now)) = (of(old), of(new)) else { return Vec::new() };
    let tells_all = |store: &Leaves| store.contains_key("key_store.uri_endpoint");
    if !tells_all(&was) || !tells_all(&now) {
        was.retain(|name, _| now.contains_key(name));
        now.retain(|name, _| was.contains_key(name));
    }
    differences(&was, &now)
}

//! JSON taken apart into members and their sets of values, so that order and `"x"` for `["x"]` make no difference.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Change;

/// Members by path, with their values.
pub(super) type Leaves = BTreeMap<String, BTreeSet<String>>;

/// The members of a value, under a name. What is `null` is not there.
pub(super) fn leaves(name: &str, value: &Value) -> Leaves {
    let mut leaves = Leaves::new();
    gather(name, value, &mut leaves);
    leaves
}

fn gather(path: &str, value: &Value, leaves: &mut Leaves) {
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (name, member) in members {
                let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                gather(&below, member, leaves);
            }
        }
        Value::Array(items) => {
            // An empty list is a member all the same.
            leaves.entry(path.to_owned()).or_default();
            items.iter().for_each(|item| gather(path, item, leaves));
        }
        Value::String(text) => insert(path, text.clone(), leaves),
        Value::Bool(_) | Value::Number(_) => insert(path, value.to_string(), leaves),
    }
}

fn insert(path: &str, text: String, leaves: &mut Leaves) {
    leaves.entry(path.to_owned()).or_default().insert(text);
}

/// What differs, member by member.
pub(super) fn differences(old: &Leaves, new: &Leaves) -> Vec<Change> {
    let none = BTreeSet::new();
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let of = |name: &String| {
        let (was, now) = (old.get(name).unwrap_or(&none), new.get(name).unwrap_or(&none));
        change(name, was, now)
    };
    names.into_iter().filter_map(of).collect()
}

/// What differs in one member.
pub(super) fn change(name: &str, old: &BTreeSet<String>, new: &BTreeSet<String>) -> Option<Change> {
    let (removed, added) = (lacking(old, new), lacking(new, old));
    let differs = !removed.is_empty() || !added.is_empty();
    differs.then(|| Change { name: name.to_owned(), removed, added })
}

fn lacking(these: &BTreeSet<String>, those: &BTreeSet<String>) -> Vec<String> {
    these.difference(those).cloned().collect()
}

/// What differs in a member of one value.
pub(super) fn replaced(name: &str, old: &str, new: &str) -> Option<Change> {
    let one = |text: &str| BTreeSet::from([text.to_owned()]);
    change(name, &one(old), &one(new))
}

//! A replica whose policy is not that of its primary.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Check, Found, Meta, Need, Scene, scene::because};
use crate::{
    assess::finding::Severity,
    snapshot::{
        gap::Fact,
        key::{Key, RegionalKey},
    },
};

/// `replica-policy-drift`
#[derive(Debug)]
pub(super) struct ReplicaPolicyDrift;

const META: Meta = Meta {
    id: "replica-policy-drift",
    title: "The policy of the replica differs from that of its primary",
    finds: "Replica keys whose key policy has other statements than the key policy of their primary. Sids, the order \
            of things and the Region's own name make no difference.",
    matters: "All keys of a multi-Region set have the same key material: whoever can decrypt with one can decrypt what \
              any of them encrypted. The weakest policy of the set is the one that counts, and KMS does not keep \
              them alike.",
    fix: "Give all keys of the set the same policy, from the same source.",
    blind: "Whether the difference is wanted, as where a Region has administrators of its own. Grants, which differ \
            by nature.",
    needs: &[Need::Metadata],
    severity: Severity::Medium,
};

impl Check for ReplicaPolicyDrift {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let set = scene.metadata().and_then(|metadata| metadata.multi_region.as_ref());
        let primary = set.filter(|set| set.key_type == "REPLICA").and_then(|set| set.primary.as_ref());
        primary.and_then(|primary| drift(scene, primary)).into_iter().collect()
    }
}

fn drift(scene: &Scene<'_>, primary: &RegionalKey) -> Option<Found> {
    // That it is missing is another check's to say.
    let Some(other) = scene.other(&primary.arn, &primary.region) else {
        return Some(Found::unknown(META.severity, "its primary was not read"));
    };
    let own = statements(scene.key, scene.cell.region.as_str(), "its policy");
    let theirs = statements(other, primary.region.as_str(), "the policy of its primary");
    let (own, theirs) = match (own, theirs) {
        (Ok(own), Ok(theirs)) => (own, theirs),
        (Err(why), _) | (_, Err(why)) => return Some(Found::unknown(META.severity, &why)),
    };
    let only_here: Vec<&String> = own.difference(&theirs).collect();
    let only_there: Vec<&String> = theirs.difference(&own).collect();
    if only_here.is_empty() && only_there.is_empty() {
        return None;
    }
    let wider = only_here.iter().any(|statement| statement.contains(r#""Effect":"Allow""#))
        || only_there.iter().any(|statement| statement.contains(r#""Effect":"Deny""#));
    let (severity, what) = if wider {
        (Severity::Medium, "allows what the primary does not, or lacks a Deny of it")
    } else {
        (Severity::Low, "allows less than the primary")
    };
    let (here, there, arn) = (only_here.len(), only_there.len(), &primary.arn);
    let detail = format!(
        "The key policy {what}. Statements that stand in it alone: {here}; in that of {arn} alone: {there}."
    );
    let found = Found::fail(severity, "", detail).with("primary", primary);
    Some(found.with("only_in_replica", only_here).with("only_in_primary", only_there))
}

/// The statements of a key policy in one way of writing them.
fn statements(key: &Key, region: &str, what: &str) -> Result<BTreeSet<String>, String> {
    let text = match &key.policy {
        Fact::Known(text) => text,
        Fact::Unknown(gap) => return Err(because(what, gap)),
    };
    let document: Value = serde_json::from_str(text).map_err(|_| format!("{what} is no policy document"))?;
    let statements = match document.get("Statement") {
        Some(Value::Array(all)) => all.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    Ok(statements.into_iter().map(|statement| plain(statement, region).to_string()).collect())
}

/// A statement without its Sid; a list of one is its member, other lists have an order, and the Region has no name.
fn plain(value: Value, region: &str) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace(region, "REGION")),
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(name, _)| !name.eq_ignore_ascii_case("Sid"));
            let ordered: BTreeMap<String, Value> =
                kept.map(|(name, member)| (name, plain(member, region))).collect();
            Value::Object(ordered.into_iter().collect())
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(|item| plain(item, region)).collect();
            items.sort_by_key(Value::to_string);
            items.dedup();
            match <[Value; 1]>::try_from(items) {
                Ok([only]) => only,
                Err(items) => Value::Array(items),
            }
        }
        other => other,
    }
}

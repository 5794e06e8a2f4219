//! A replica whose policy is not that of its primary.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Check, Found, Meta, Missing, Need, Scene, Topic, lack::because};
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
    topic: Topic::Location,
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
    let Some(other) = scene.other(&primary.arn) else {
        return Some(Found::open(Missing::Primary, "the primary of the key was not read"));
    };
    let own = statements(scene.key, scene.cell.region.as_str(), "a policy of the key");
    let theirs = statements(other, primary.region.as_str(), "the policy of its primary");
    let (own, theirs) = match (own, theirs) {
        (Ok(own), Ok(theirs)) => (own, theirs),
        (Err(why), _) => return Some(Found::open(Missing::Policies, why)),
        (_, Err(why)) => return Some(Found::open(Missing::Primary, why)),
    };
    let (only_here, only_there) = (missing_in(&own, &theirs), missing_in(&theirs, &own));
    if only_here.is_empty() && only_there.is_empty() {
        return None;
    }
    let (severity, what) = compared(&only_here, &only_there);
    let (here, there, arn) = (only_here.len(), only_there.len(), &primary.arn);
    let detail = format!(
        "The key policy {what}. Statements that stand in it alone: {here}; in that of {arn} alone: {there}."
    );
    let found = Found::fail(severity, "", detail).with("primary", primary);
    Some(found.with("only_in_replica", only_here).with("only_in_primary", only_there))
}

/// How the replica's policy compares, by the statements that each has alone. Two that stand in each other's place can
/// be wider or narrower.
fn compared(here: &[&String], there: &[&String]) -> (Severity, &'static str) {
    let any = |all: &[&String], effect: &str| {
        all.iter().any(|statement| statement.contains(&format!(r#""Effect":"{effect}""#)))
    };
    match (any(here, "Allow") || any(there, "Deny"), any(there, "Allow") || any(here, "Deny")) {
        (true, true) => (Severity::Medium, "differs"),
        (true, false) => (Severity::Medium, "allows more than that of the primary"),
        (false, _) => (Severity::Low, "allows less than that of the primary"),
    }
}

/// The statements of a key policy in one way of writing them.
struct Statements {
    as_written: BTreeSet<String>,
    /// The same with `REGION` for the name of the key's own.
    of_region: Vec<(String, String)>,
}

/// Those that another policy has neither as they are written nor as they would stand in its Region.
fn missing_in<'a>(of: &'a Statements, other: &Statements) -> Vec<&'a String> {
    let there: BTreeSet<&String> = other.of_region.iter().map(|(_, of_region)| of_region).collect();
    let is_missing = |(written, of_region): &&(String, String)| {
        !other.as_written.contains(written) && !there.contains(of_region)
    };
    of.of_region.iter().filter(is_missing).map(|(_, of_region)| of_region).collect()
}

fn statements(key: &Key, region: &str, what: &str) -> Result<Statements, String> {
    let text = match &key.policy {
        Fact::Known(text) => text,
        Fact::Unknown(gap) => return Err(because(what, gap)),
    };
    let document: Value =
        serde_json::from_str(text).map_err(|_| format!("{what} is not a policy document"))?;
    let statements = match document.get("Statement") {
        Some(Value::Array(all)) => all.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    let of_region = statements.into_iter().map(|statement| {
        let written = plain(statement).to_string();
        let of_region = written.replace(region, "REGION");
        (written, of_region)
    });
    let of_region: Vec<(String, String)> = of_region.collect();
    Ok(Statements { as_written: of_region.iter().map(|(written, _)| written.clone()).collect(), of_region })
}

/// A statement without its Sid; a list of one is its member, other lists have an order, and what AWS does not tell
/// apart is written one way.
fn plain(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(name, _)| !name.eq_ignore_ascii_case("Sid"));
            let ordered: BTreeMap<String, Value> =
                kept.map(|(name, member)| (name.clone(), of_element(&name, plain(member)))).collect();
            Value::Object(ordered.into_iter().collect())
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(plain).collect();
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

/// The case of actions says nothing (SEM-18), and everyone can be written in two ways (SEM-4).
fn of_element(name: &str, value: Value) -> Value {
    match (name, value) {
        ("Action" | "NotAction", Value::String(text)) => Value::String(text.to_ascii_lowercase()),
        ("Action" | "NotAction", Value::Array(items)) => {
            plain(Value::Array(items.into_iter().map(|item| of_element(name, item)).collect()))
        }
        ("Principal", Value::Object(members))
            if members.len() == 1 && members.get("AWS") == Some(&"*".into()) =>
        {
            Value::String("*".to_owned())
        }
        (_, other) => other,
    }
}

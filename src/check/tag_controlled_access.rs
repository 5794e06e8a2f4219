//! Tags and aliases decide who reaches the key.

use std::collections::BTreeSet;

use keyreach_policy::syntax::{Effect, Statement};

use super::{AccountScene, Check, Found, IamPolicy, Meta, Need, Scene, Topic};
use crate::assess::finding::Severity;

/// `tag-controlled-access`
#[derive(Debug)]
pub(super) struct TagControlledAccess;

const META: Meta = Meta {
    id: "tag-controlled-access",
    title: "Tags or aliases decide who can use keys",
    finds: "Allow statements of key policies and of IAM policies that cover KMS actions under a condition on \
            aws:ResourceTag, aws:PrincipalTag or kms:ResourceAliases, or with one of them as a variable.",
    matters: "Whoever may tag a key, a role or a session, or move an alias, then decides who uses which key, and leaves \
              no trace in any policy: kms:TagResource, kms:CreateAlias, iam:TagRole and sts:TagSession become \
              permissions to grant access.",
    fix: "Give the right to tag and to make aliases to as few as the right to change policies; pin the tags with \
          aws:RequestTag and aws:TagKeys; in key policies name principals instead.",
    blind: "Who may set these tags and aliases.",
    topic: Topic::LeastPrivilege,
    needs: &[Need::Policies, Need::Principals],
    severity: Severity::Info,
};

impl Check for TagControlledAccess {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let found = |written: super::scene::Written<'_>| {
            let keys = keys(written.statement)?;
            let names = listed(&keys);
            let detail = format!("Statement {} of the key policy depends on {names}.", written.name);
            Some(Found::fail(META.severity, written.part(), detail).with("condition_keys", keys))
        };
        scene.statements().filter_map(found).collect()
    }

    fn look_at_account(&self, scene: &AccountScene<'_>) -> Vec<Found> {
        scene.policies.iter().filter_map(of_iam).collect()
    }
}

fn of_iam(policy: &IamPolicy<'_>) -> Option<Found> {
    let statements = policy.policy.document().statements();
    let keys: BTreeSet<String> = statements.filter_map(|(_, statement)| keys(statement)).flatten().collect();
    if keys.is_empty() {
        return None;
    }
    let detail = format!("{}: what it allows on keys depends on {}.", policy.title(), listed(&keys));
    Some(Found::fail(META.severity, policy.part(), detail).with("condition_keys", keys))
}

fn listed(keys: &BTreeSet<String>) -> String {
    keys.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// The policy variables in a value: `${aws:PrincipalTag/team}`.
fn variables(value: &str) -> impl Iterator<Item = &str> {
    value.split("${").skip(1).filter_map(|rest| rest.split(['}', ',']).next()).map(str::trim)
}

/// The tags and aliases that an Allow of KMS actions depends on; `None` where there are none.
fn keys(statement: &Statement) -> Option<BTreeSet<String>> {
    let of_kms = statement.action.as_ref().is_some_and(|set| !set.actions().is_empty());
    if statement.effect == Effect::Deny || statement.ineffective().is_some() || !of_kms {
        return None;
    }
    let depends = |key: &str| {
        let key = key.to_ascii_lowercase();
        ["aws:resourcetag/", "aws:principaltag/"].iter().any(|start| key.starts_with(start))
            || key == "kms:resourcealiases"
    };
    let tested = statement.conditions().map(|(_, condition)| condition.key.as_str());
    let compared = statement
        .conditions()
        .flat_map(|(_, condition)| condition.values.iter())
        .flat_map(|value| variables(value.as_str()));
    let keys: BTreeSet<String> =
        tested.chain(compared).filter(|key| depends(key)).map(str::to_owned).collect();
    (!keys.is_empty()).then_some(keys)
}

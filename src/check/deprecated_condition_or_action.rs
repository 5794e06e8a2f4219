//! A statement uses names that KMS has given up or never had.

use keyreach_policy::syntax::{ActionSet, OneOrMany};

use super::{Check, Found, Meta, Need, Scene, Topic, scene::Written};
use crate::assess::finding::Severity;

/// `deprecated-condition-or-action`
#[derive(Debug)]
pub(super) struct DeprecatedConditionOrAction;

const META: Meta = Meta {
    id: "deprecated-condition-or-action",
    title: "A statement uses a condition key or an action that KMS does not have any more",
    finds: "Conditions on kms:CustomerMasterKeySpec and kms:CustomerMasterKeyUsage, and actions that are no KMS \
            permission, such as kms:ReEncrypt, beside others that are.",
    matters: "A name that KMS does not know allows nothing and denies nothing. The author meant something by it, and \
              does not have it; old condition keys work until AWS says otherwise.",
    fix: "Write kms:KeySpec and kms:KeyUsage. Replace the action by the permissions it stands for, such as \
          kms:ReEncryptFrom and kms:ReEncryptTo.",
    blind: "Permissions newer than this version of Keyreach, which it takes for unknown.",
    topic: Topic::Hygiene,
    needs: &[Need::Policies],
    severity: Severity::Low,
};

impl Check for DeprecatedConditionOrAction {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        scene.statements().filter_map(|written| found(&written)).collect()
    }
}

fn found(written: &Written<'_>) -> Option<Found> {
    let mut faults: Vec<String> = written
        .statement
        .conditions()
        .filter_map(|(_, condition)| {
            let now = successor(&condition.key)?;
            Some(format!("{} is called {now} today", condition.key))
        })
        .collect();
    faults.extend(written.statement.action.iter().flat_map(unknown_actions));
    if faults.is_empty() {
        return None;
    }
    let detail = format!("Statement {}: {}.", written.name, faults.join("; "));
    Some(Found::fail(META.severity, written.part(), detail).with("faults", faults))
}

/// Source: AWS KMS Developer Guide, "AWS KMS condition keys".
fn successor(key: &str) -> Option<&'static str> {
    match key.to_ascii_lowercase().as_str() {
        "kms:customermasterkeyspec" => Some("kms:KeySpec"),
        "kms:customermasterkeyusage" => Some("kms:KeyUsage"),
        _ => None,
    }
}

/// A statement of which no action is known has no effect at all: that is another check's to say.
fn unknown_actions(set: &ActionSet) -> Vec<String> {
    let covers = |text: &String| {
        let alone = ActionSet { negated: false, patterns: OneOrMany::one(text.clone()), place: set.place };
        !alone.actions().is_empty()
    };
    let (known, unknown): (Vec<&String>, Vec<&String>) = set.patterns.iter().partition(|text| covers(text));
    if known.is_empty() {
        return Vec::new();
    }
    unknown.into_iter().map(|text| format!("{text} is no KMS permission")).collect()
}

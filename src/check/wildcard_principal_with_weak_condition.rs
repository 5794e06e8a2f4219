//! A statement for everyone whose conditions look as if they bounded the callers, and do not.

use std::collections::BTreeMap;

use keyreach_policy::{
    operator::{Operator, Quantifier, Test},
    principal::Form,
    syntax::{Condition, Effect, Principals, Statement},
};

use super::{Check, Found, Meta, Need, Scene, Topic, scale, scene::Written};
use crate::assess::{
    exposure::{Reach, ReachZone},
    finding::Severity,
};

/// `wildcard-principal-with-weak-condition`
#[derive(Debug)]
pub(super) struct WildcardPrincipalWithWeakCondition;

const META: Meta = Meta {
    id: "wildcard-principal-with-weak-condition",
    title: "A condition does not hold back the wildcard principal it seems to",
    finds: "Statements for everyone that have conditions and are open to any AWS account all the same, with the trap \
            each condition falls into.",
    matters: "The author believed the statement closed, and so do tools that look for the mere presence of a \
              condition key.",
    fix: "Bound the caller's account with a positive operator and fixed values: StringEquals on aws:PrincipalOrgID, \
          aws:PrincipalAccount or kms:CallerAccount. Keep the other conditions beside it.",
    blind: "What the author meant.",
    topic: Topic::Exposure,
    needs: &[Need::Exposure, Need::Policies],
    severity: Severity::Critical,
};

impl Check for WildcardPrincipalWithWeakCondition {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let is_conditional = |written: &Written<'_>| {
            is_for_everyone(written.statement) && written.statement.conditions().next().is_some()
        };
        let open = |written: Written<'_>| {
            let opens = |way: &&Reach| {
                let via = |via| scene.statement(via).is_some_and(|of| of.statement == written.statement);
                way.zone == ReachZone::Public && way.via.iter().any(via)
            };
            let severity = scene.uses().filter(opens).map(scale::of_reach).min()?;
            Some(found(&written, severity))
        };
        scene.statements().filter(is_conditional).filter_map(open).collect()
    }
}

fn is_for_everyone(statement: &Statement) -> bool {
    let everyone = |set: &keyreach_policy::syntax::PrincipalSet| match &set.principals {
        Principals::Everyone => true,
        Principals::Named(lists) => {
            set.negated
                || lists.iter().flat_map(|(_, list)| list.iter()).any(|one| one.form() == Form::Everyone)
        }
    };
    statement.effect == Effect::Allow && statement.principal.as_ref().is_some_and(everyone)
}

fn found(written: &Written<'_>, severity: Severity) -> Found {
    let traps: BTreeMap<String, String> = written
        .statement
        .conditions()
        .map(|(operator, condition)| {
            (format!("{} {}", operator.text, condition.key), trap(operator, condition).to_owned())
        })
        .collect();
    let told: Vec<String> = traps.iter().map(|(condition, trap)| format!("{condition} {trap}")).collect();
    let detail = format!("Statement {} is open to any AWS account: {}.", written.name, told.join("; "));
    Found::fail(severity, written.part(), detail).with("traps", traps)
}

/// Why a condition does not bound the caller's account.
fn trap(operator: &Operator, condition: &Condition) -> &'static str {
    let key = condition.key.to_ascii_lowercase();
    let Some(base) = operator.base else { return "has an operator that AWS does not know" };
    if operator.quantifier == Some(Quantifier::All) {
        return "holds too where the key is absent (ForAllValues)";
    }
    if operator.if_exists {
        return "holds too where the key is absent (IfExists)";
    }
    if base.negated {
        return "holds for whatever it does not list, an absent key included (negated operator)";
    }
    if base.test == Test::Null {
        return "asks only whether the key is there";
    }
    of_key(&key, condition)
}

fn of_key(key: &str, condition: &Condition) -> &'static str {
    const CONSTANT: [&str; 9] = [
        "aws:resource",
        "aws:requestedregion",
        "kms:customermasterkey",
        "kms:keyorigin",
        "kms:keyspec",
        "kms:keyusage",
        "kms:multiregion",
        "kms:primaryregion",
        "aws:securetransport",
    ];
    const CHOSEN: [&str; 8] = [
        "aws:useragent",
        "aws:referer",
        "aws:requesttag/",
        "aws:tagkeys",
        "kms:encryption",
        "kms:grant",
        "kms:requestalias",
        "kms:signingalgorithm",
    ];
    const OF_CALLER: [&str; 7] = [
        "aws:principaltag/",
        "aws:multifactorauth",
        "aws:principaltype",
        "aws:username",
        "aws:userid",
        "aws:sourceidentity",
        "aws:principalisawsservice",
    ];
    let begins = |starts: &[&str]| starts.iter().any(|start| key.starts_with(start));
    if begins(&CONSTANT) {
        return "is the same for every caller (constant key)";
    }
    if begins(&CHOSEN) {
        return "is what the caller chooses to send (spoofable key)";
    }
    if begins(&OF_CALLER) {
        return "is set by the administrators of the caller's own account (spoofable key)";
    }
    if begins(&["kms:viaservice", "aws:calledvia", "aws:viaawsservice"]) {
        return "names a service, and not whose account calls through it";
    }
    if begins(&["aws:sourceip", "aws:sourcevpc", "aws:vpcsourceip"]) {
        return "names a network, and not whose account calls from it";
    }
    if begins(&["aws:principal", "kms:calleraccount"])
        && condition.values.iter().any(|value| is_open(value.as_str()))
    {
        return "has a pattern that fits any account (wildcard)";
    }
    "does not say whose account may call"
}

/// A pattern that leaves the account or the organization open.
fn is_open(value: &str) -> bool {
    let account = if value.starts_with("arn:") { value.split(':').nth(4).unwrap_or_default() } else { value };
    account.contains(['*', '?'])
}

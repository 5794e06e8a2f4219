//! Somebody may create any grant on the key.

use keyreach_policy::{
    aws::Action,
    operator::{Operator, Quantifier, Test},
    principal::{Form, Principal},
    syntax::{Condition, Effect, Principals, Statement},
};

use super::{
    Check, Found, Meta, Need, Scene, Topic,
    scene::{Written, is_somebody, principals},
};
use crate::assess::finding::Severity;

/// `create-grant-unconstrained`
#[derive(Debug)]
pub(super) struct CreateGrantUnconstrained;

const META: Meta = Meta {
    id: "create-grant-unconstrained",
    title: "A statement lets its principals create any grant",
    finds: "Allow statements that cover kms:CreateGrant without a condition on kms:GrantIsForAWSResource, \
            kms:GrantOperations, kms:GranteePrincipal or kms:ViaService that every request has to meet, where no Deny \
            makes up for it. What names the account alone is left out: IAM decides there.",
    matters: "Whoever may create grants can give every operation that a grant can hold to anybody, even those they \
              do not hold themselves. AWS compares the right to kms:PutKeyPolicy; the console gives it to every key \
              administrator.",
    fix: "Add the condition \"Bool\": {\"kms:GrantIsForAWSResource\": \"true\"} where services need grants, and list \
          the operations in kms:GrantOperations elsewhere; take kms:Create* apart into what is needed.",
    blind: "Conditions of identity policies and guardrails that hold the principals back.",
    topic: Topic::LeastPrivilege,
    needs: &[Need::Policies],
    severity: Severity::Medium,
};

impl Check for CreateGrantUnconstrained {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let Ok(action) = "kms:CreateGrant".parse::<Action>() else { return Vec::new() };
        let covers = |written: &Written<'_>| {
            let actions = written.statement.action.as_ref().map(|set| set.actions());
            let says_anything = written.statement.ineffective().is_none() && written.is_about(scene.key);
            says_anything && actions.is_some_and(|all| all.contains(action))
        };
        let all: Vec<Written<'_>> = scene.statements().filter(covers).collect();
        if all.iter().any(|written| holds_all_back(written.statement)) {
            return Vec::new();
        }
        all.iter().filter_map(|written| found(scene, written)).collect()
    }
}

const BOUNDS: [&str; 7] = [
    "kms:grantconstraintsourcearn",
    "kms:grantconstrainttype",
    "kms:granteeprincipal",
    "kms:granteeserviceprincipal",
    "kms:grantisforawsresource",
    "kms:grantoperations",
    "kms:viaservice",
];

/// Those of them that every request for a grant carries.
const CARRIED: [&str; 2] = ["kms:grantisforawsresource", "kms:grantoperations"];

/// Whether the conditions of an Allow bound which grants can be made.
pub(super) fn is_bounded(statement: &Statement) -> bool {
    statement.conditions().any(|(operator, condition)| bounds(operator, condition))
}

fn bounds(operator: &Operator, condition: &Condition) -> bool {
    let key = condition.key.to_ascii_lowercase();
    let says = |text: &str| condition.values.iter().all(|value| value.as_str().eq_ignore_ascii_case(text));
    let is_positive = operator.base.is_some_and(|base| !base.negated && base.test != Test::Null);
    // Such operators let pass a request without the key, as one that no service makes is without kms:ViaService.
    let spares = operator.if_exists || operator.quantifier == Some(Quantifier::All);
    let must_hold = !spares || CARRIED.contains(&key.as_str());
    let says_nothing = says("*") || (key == "kms:grantisforawsresource" && says("false"));
    is_positive && must_hold && BOUNDS.contains(&key.as_str()) && !says_nothing
}

/// A Deny for everyone of grants that no AWS service asks for.
fn holds_all_back(statement: &Statement) -> bool {
    let everyone = statement.principal.as_ref().is_some_and(|set| {
        !set.negated
            && (set.principals == Principals::Everyone
                || principals(statement).iter().any(|one| one.form() == Form::Everyone))
    });
    let mut conditions = statement.conditions();
    let (Some((operator, condition)), None) = (conditions.next(), conditions.next()) else { return false };
    let asks_service = condition.key.eq_ignore_ascii_case("kms:GrantIsForAWSResource")
        && operator.base.is_some_and(|base| base.test == Test::Bool)
        && condition.values.iter().all(|value| value.as_str().eq_ignore_ascii_case("false"));
    statement.effect == Effect::Deny && everyone && asks_service
}

/// Whether the statement names the key's own account and nobody else.
fn is_for_iam(scene: &Scene<'_>, statement: &Statement) -> bool {
    let own = Form::Account(scene.cell.account_id);
    let named = principals(statement);
    let negated = statement.principal.as_ref().is_some_and(|set| set.negated);
    !negated && !named.is_empty() && named.iter().all(|one| one.form() == own)
}

fn found(scene: &Scene<'_>, written: &Written<'_>) -> Option<Found> {
    let statement = written.statement;
    let negated = statement.principal.as_ref()?.negated;
    let named = principals(statement);
    // A service asks for grants of its own, and its guards are another check's; who is gone creates none.
    let is_nobody = |one: &&Principal| !is_somebody(one) || one.form() == Form::Service;
    let only_others = !negated && !named.is_empty() && named.iter().all(is_nobody);
    if statement.effect == Effect::Deny
        || is_bounded(statement)
        || only_others
        || is_for_iam(scene, statement)
    {
        return None;
    }
    let own = Some(scene.cell.account_id);
    let is_foreign = |one: &&Principal| is_somebody(one) && one.account() != own;
    let is_inside = !negated && !named.is_empty() && !named.iter().any(is_foreign);
    let severity = if is_inside { Severity::Low } else { META.severity };
    let detail =
        format!("Statement {} allows kms:CreateGrant, whatever the grant gives and to whom.", written.name);
    Some(Found::fail(severity, written.part(), detail))
}

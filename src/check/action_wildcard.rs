//! A statement that gives away every action at once.

use keyreach_policy::{
    aws::Actions,
    principal::{Form, Principal},
    syntax::{Effect, PrincipalSet, Principals, Statement},
};

use super::{
    Check, Found, Meta, Need, Scene,
    scene::{Written, is_somebody, principals},
    ways,
};
use crate::assess::finding::Severity;

/// `action-wildcard`
#[derive(Debug)]
pub(super) struct ActionWildcard;

const META: Meta = Meta {
    id: "action-wildcard",
    title: "A statement allows every action on the key",
    finds: "Allow statements with kms:*, * or a NotAction for anybody but the key's own account.",
    matters: "Whoever may do everything may rewrite the policy, delete the key and decrypt with it, today and with \
              every action that AWS adds. Nobody needs all of it for one task.",
    fix: "List the actions that are needed. To hand the key to its account, name the account alone: IAM then decides \
          who may do what.",
    blind: "What the named principals do in fact: CloudTrail tells.",
    needs: &[Need::Policies],
    severity: Severity::Medium,
};

impl Check for ActionWildcard {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        scene.statements().filter_map(|written| found(scene, &written)).collect()
    }
}

/// Whether a statement covers every action, or all but those it lists.
pub(super) fn covers_all(statement: &Statement) -> bool {
    let open = |set: &keyreach_policy::syntax::ActionSet| set.negated || set.actions() == Actions::every();
    statement.ineffective().is_none() && statement.action.as_ref().is_some_and(open)
}

fn found(scene: &Scene<'_>, written: &Written<'_>) -> Option<Found> {
    let statement = written.statement;
    if statement.effect != Effect::Allow || !covers_all(statement) {
        return None;
    }
    let (whom, severity) = holders(scene, statement)?;
    let detail = format!("Statement {} allows every action to {whom}.", written.name);
    Some(Found::fail(severity, written.part(), detail))
}

/// Who holds everything, beside the key's own account, and how bad that is; `None` where nobody does.
fn holders(scene: &Scene<'_>, statement: &Statement) -> Option<(String, Severity)> {
    let named =
        |all: Vec<&Principal>| ways::listed(all.into_iter().map(|one| one.as_str().to_owned()).collect(), 3);
    match statement.principal.as_ref()? {
        PrincipalSet { negated: true, .. } => {
            Some((format!("everyone but {}", named(principals(statement))), Severity::Medium))
        }
        PrincipalSet { principals: Principals::Everyone, .. } => {
            Some(("everyone".to_owned(), Severity::Medium))
        }
        PrincipalSet { .. } => {
            let own = Some(scene.cell.account_id);
            let is_account = |one: &Principal| one.form() == Form::Account(scene.cell.account_id);
            let all = principals(statement).into_iter().filter(|one| is_somebody(one) && !is_account(one));
            let all: Vec<&Principal> = all.collect();
            let is_inside = all.iter().all(|one| one.account() == own);
            let severity = if is_inside { Severity::Low } else { Severity::Medium };
            (!all.is_empty()).then(|| (named(all), severity))
        }
    }
}

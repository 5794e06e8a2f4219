//! A statement that gives away every action at once.

use keyreach_policy::{
    aws::Actions,
    principal::{Form, Principal},
    syntax::{ActionSet, Effect, PrincipalSet, Principals, Statement},
};

use super::{
    Check, Found, Meta, Need, Scene, Topic,
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
    fix: "List the actions that are needed, and keep kms:PutKeyPolicy with somebody who stays. To hand the key to its \
          account, name the account alone: IAM then decides who may do what.",
    blind: "What the named principals do in fact: CloudTrail tells. How far the statement's conditions hold them \
            back.",
    topic: Topic::LeastPrivilege,
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
    let open = |set: &ActionSet| {
        let actions = set.actions();
        actions == Actions::every() || (set.negated && !actions.is_empty())
    };
    statement.ineffective().is_none() && statement.action.as_ref().is_some_and(open)
}

fn found(scene: &Scene<'_>, written: &Written<'_>) -> Option<Found> {
    let statement = written.statement;
    if statement.effect != Effect::Allow || !covers_all(statement) || !written.is_about(scene.key) {
        return None;
    }
    let (whom, severity) = holders(scene, statement)?;
    let what = what(statement);
    let under = if statement.conditions().next().is_some() { ", under conditions" } else { "" };
    let detail = format!("Statement {} allows {what} to {whom}{under}.", written.name);
    Some(Found::fail(severity, written.part(), detail))
}

/// Everything, or everything but a few.
fn what(statement: &Statement) -> String {
    let given = statement.action.as_ref().map_or_else(Actions::none, ActionSet::actions);
    let spared: Vec<String> = Actions::every()
        .iter()
        .filter(|one| !given.contains(*one))
        .map(|one| one.name().to_owned())
        .collect();
    if spared.is_empty() {
        "every action".to_owned()
    } else {
        format!("every action but {}", ways::listed(spared, 3))
    }
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
            let all = principals(statement)
                .into_iter()
                .filter(|one| is_somebody(one) && !is_account(one) && !scene.gone.has(one.as_str()));
            let all: Vec<&Principal> = all.collect();
            let is_inside = all.iter().all(|one| one.account() == own);
            let severity = if is_inside { Severity::Low } else { Severity::Medium };
            (!all.is_empty()).then(|| (named(all), severity))
        }
    }
}

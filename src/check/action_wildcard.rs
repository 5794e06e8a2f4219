//! A statement that gives away every action at once.

use keyreach_policy::{
    aws::Actions,
    principal::Form,
    syntax::{Effect, Statement},
};

use super::{
    Check, Found, Meta, Need, Scene,
    scene::{Written, principals},
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
    let is_negated = statement.principal.as_ref().is_some_and(|set| set.negated);
    let named = principals(statement);
    let own = |form: Form| {
        let account = scene.cell.account_id;
        [Form::User(account), Form::Role(account), Form::Session(account), Form::FederatedUser(account)]
            .contains(&form)
    };
    let others: Vec<String> = named
        .iter()
        .filter(|one| is_negated || one.form() != Form::Account(scene.cell.account_id))
        .map(|one| one.as_str().to_owned())
        .collect();
    if others.is_empty() && !named.is_empty() {
        return None;
    }
    let is_inside = !is_negated
        && !named.is_empty()
        && named.iter().all(|one| own(one.form()) || one.form() == Form::Account(scene.cell.account_id));
    let severity = if is_inside { Severity::Low } else { Severity::Medium };
    let whom =
        if others.is_empty() || is_negated { "everyone".to_owned() } else { ways::listed(others.clone(), 3) };
    let whom = if is_negated { format!("{whom} but {}", ways::listed(others.clone(), 3)) } else { whom };
    let detail = format!("Statement {} allows every action to {whom}.", written.name);
    Some(Found::fail(severity, written.part(), detail).with("principals", others))
}

//! The key names users or roles that do not exist any more.

use std::collections::BTreeMap;

use keyreach_policy::{
    aws::AccountId,
    principal::{Form, Principal},
    syntax::Effect,
};

use super::{Check, Found, Meta, Need, Scene, Topic, scene::Written};
use crate::{assess::finding::Severity, snapshot::principal::Iam};

/// `orphaned-principal`
#[derive(Debug)]
pub(super) struct OrphanedPrincipal;

const META: Meta = Meta {
    id: "orphaned-principal",
    title: "The key names a principal that does not exist any more",
    finds: "Unique ids (AIDA…, AROA…) that AWS puts in the place of deleted users and roles and that nobody in the \
            scanned accounts bears, and names of users and roles that the account they belong to does not have: in \
            principals, in grants and in conditions on aws:PrincipalArn.",
    matters: "A deleted principal stays deleted: one created again under its name does not get its rights back, so \
              whoever relied on it has lost them. Not so in a condition on aws:PrincipalArn: there the name counts, \
              and whoever may create a role of that name takes its place.",
    fix: "Remove the principal, or name the one that took its place. Retire grants that nobody can use.",
    blind: "Principals of accounts that were not scanned; a role there that is minutes old shows by its id as well.",
    topic: Topic::StaleAccess,
    needs: &[Need::Policies, Need::Grants, Need::NamedPrincipals],
    severity: Severity::Low,
};

impl Check for OrphanedPrincipal {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let mut gone: BTreeMap<String, (Severity, String)> = BTreeMap::new();
        for (principal, part) in scene.named() {
            if let Some(why) = missing(scene, &principal) {
                gone.insert(
                    principal.as_str().to_owned(),
                    (Severity::Low, format!("{why}; {part} names it")),
                );
            }
        }
        for (name, part) in scene.statements().flat_map(|written| by_condition(scene, &written)) {
            let why =
                format!("no such principal exists; a condition of {part} admits whoever bears the name");
            gone.insert(name, (Severity::Medium, why));
        }
        let found = |(name, (severity, why)): (String, (Severity, String))| {
            let detail = format!("{name}: {why}.");
            Found::fail(severity, name.clone(), detail).with("principal", name)
        };
        gone.into_iter().map(found).collect()
    }
}

/// Why a principal is nobody.
pub(super) fn missing(scene: &Scene<'_>, principal: &Principal) -> Option<&'static str> {
    let text = principal.as_str();
    match principal.form() {
        Form::UniqueId => {
            // Where the own account was not read the scene says so.
            let is_gone = inventory(scene, scene.cell.account_id).is_some() && !is_borne(scene, text);
            is_gone.then_some("the id of a deleted user or role, which nobody in the scanned accounts bears")
        }
        Form::User(owner) => inventory(scene, owner)
            .filter(|iam| iam.users.iter().all(|user| user.arn != text))
            .map(|_| "no such user exists"),
        Form::Role(owner) => inventory(scene, owner)
            .filter(|iam| iam.roles.iter().all(|role| role.arn != text))
            .map(|_| "no such role exists"),
        Form::Session(owner) => {
            let name = text.split('/').nth(1).filter(|_| !is_session_of_aws(text))?;
            inventory(scene, owner)
                .filter(|iam| iam.roles.iter().all(|role| !role.role_name.eq_ignore_ascii_case(name)))
                .map(|_| "no role of that name exists")
        }
        _ => None,
    }
}

/// A session that AWS itself opened, without a role: `assumed-role/aws:ec2-infrastructure/i-0123456789abcdef0`.
pub(super) fn is_session_of_aws(arn: &str) -> bool {
    arn.contains(":assumed-role/aws:")
}

/// Whether a user or role bears a unique id. AWS shows those of new ones for some minutes too.
/// Source: aws/aws-sdk-go, issue 1718.
fn is_borne(scene: &Scene<'_>, id: &str) -> bool {
    scene.accounts.values().filter_map(|account| account.iam.as_ref()).any(|iam| {
        iam.users.iter().any(|user| user.user_id == id) || iam.roles.iter().any(|role| role.role_id == id)
    })
}

/// The users and roles of an account, if all were read.
fn inventory<'a>(scene: &Scene<'a>, owner: AccountId) -> Option<&'a Iam> {
    scene.accounts.get(&owner)?.iam.as_ref().filter(|iam| iam.gap.is_none())
}

/// Names that a condition of an Allow statement admits and that nobody bears.
fn by_condition(scene: &Scene<'_>, written: &Written<'_>) -> Vec<(String, String)> {
    if written.statement.effect != Effect::Allow {
        return Vec::new();
    }
    let admits = written.statement.conditions().filter(|(operator, condition)| {
        operator.base.is_some_and(|base| !base.negated)
            && condition.key.eq_ignore_ascii_case("aws:PrincipalArn")
    });
    admits
        .flat_map(|(_, condition)| condition.values.iter())
        .map(|value| Principal::parse("AWS", value.as_str()))
        .filter(|principal| matches!(principal.form(), Form::User(_) | Form::Role(_)))
        .filter(|principal| missing(scene, principal).is_some())
        .map(|principal| (principal.as_str().to_owned(), written.part()))
        .collect()
}

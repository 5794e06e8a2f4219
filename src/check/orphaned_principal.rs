//! The key names users or roles that do not exist any more.

use std::collections::{BTreeMap, BTreeSet};

use keyreach_policy::{
    Policy,
    aws::AccountId,
    principal::{Form, Principal},
    syntax::{Effect, Statement},
};

use super::{
    Check, Found, Inventory, Meta, Need, Scene, Topic,
    scene::{Written, principals},
};
use crate::{assess::finding::Severity, snapshot::grant::Grant};

/// `orphaned-principal`
#[derive(Debug)]
pub(super) struct OrphanedPrincipal;

const META: Meta = Meta {
    id: "orphaned-principal",
    title: "The key names a principal that does not exist any more",
    finds: "Unique ids (AIDA…, AROA…) that AWS puts in the place of deleted users and roles and that nobody in the \
            scanned accounts bears, and names of users and roles that the account they belong to does not have: in \
            principals, in grants and in conditions on aws:PrincipalArn. Those whom the policy lets rewrite it are \
            left to orphaned-administrator. No other check speaks of a statement \
            whose principals are all gone, or of a grant to one who is.",
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
        // Of whoever governed the key another check speaks.
        let administrators = scene.administrators();
        let governs = |one: &Principal| administrators.named.iter().any(|of| of.as_str() == one.as_str());
        let is_told = |one: &Principal| scene.gone.has(one.as_str()) && !governs(one);
        for (principal, part) in scene.named().into_iter().filter(|(one, _)| is_told(one)) {
            if let Some(why) = missing(scene.inventory, scene.cell.account_id, &principal) {
                gone.insert(
                    principal.as_str().to_owned(),
                    (Severity::Low, format!("{why}; {part} names it")),
                );
            }
        }
        for (name, part) in scene.every_statement().flat_map(|written| by_condition(scene, &written)) {
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

/// The accounts of a snapshot.
/// Whom statements and grants name and who does not exist any more.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Gone(BTreeSet<String>);

impl Gone {
    /// Those whom policies and grants of a key of that account name.
    #[must_use]
    pub fn of<'p>(
        inventory: &Inventory<'_>,
        own: AccountId,
        policies: impl Iterator<Item = &'p Policy>,
        grants: &[Grant],
    ) -> Self {
        let statements = policies.flat_map(|policy| policy.document().statements());
        let named = statements.flat_map(|(_, statement)| principals(statement)).cloned();
        // A key can have grants by the thousand, and few grantees.
        let of_grants: BTreeSet<&String> = grants
            .iter()
            .flat_map(|grant| [&grant.grantee_principal, &grant.retiring_principal])
            .flatten()
            .collect();
        let named = named.chain(of_grants.into_iter().map(|text| Principal::of_grant(text.as_str())));
        let gone = named.filter(|one| missing(inventory, own, one).is_some());
        Self(gone.map(|one| one.as_str().to_owned()).collect())
    }

    /// Whether somebody is among them.
    pub(super) fn has(&self, principal: &str) -> bool {
        self.0.contains(principal)
    }

    /// Whether a statement is for nobody else.
    pub(super) fn are_all_of(&self, statement: &Statement) -> bool {
        let negated = statement.principal.as_ref().is_some_and(|set| set.negated);
        let named = principals(statement);
        !self.0.is_empty() && !negated && !named.is_empty() && named.iter().all(|one| self.has(one.as_str()))
    }
}

/// Why a principal is nobody, of those that a key of the account `own` names.
pub(super) fn missing(
    inventory: &Inventory<'_>,
    own: AccountId,
    principal: &Principal,
) -> Option<&'static str> {
    let all = |owner| inventory.principals(owner);
    let text = principal.as_str();
    match principal.form() {
        Form::UniqueId => {
            // Where the own account was not read the scene says so.
            let is_gone = all(own).is_some() && !inventory.is_borne(text);
            is_gone.then_some("the id of a deleted user or role, which nobody in the scanned accounts bears")
        }
        Form::User(owner) => all(owner)
            .filter(|iam| iam.users.iter().all(|user| user.arn != text))
            .map(|_| "no such user exists"),
        Form::Role(owner) => all(owner)
            .filter(|iam| iam.roles.iter().all(|role| role.arn != text))
            .map(|_| "no such role exists"),
        Form::Session(owner) => {
            let name = text.split('/').nth(1).filter(|_| !is_session_of_aws(text))?;
            all(owner)
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
        .filter(|principal| missing(scene.inventory, scene.cell.account_id, principal).is_some())
        .map(|principal| (principal.as_str().to_owned(), written.part()))
        .collect()
}

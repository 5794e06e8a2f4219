//! The key names accounts that are closed, or that nobody here knows.

use std::collections::{BTreeMap, BTreeSet};

use keyreach_policy::{
    aws::AccountId,
    principal::Principal,
    syntax::{Condition, Effect, Statement},
};

use super::{Check, Found, Meta, Need, Scene, Topic, scene::principals, ways};
use crate::assess::finding::Severity;

/// `closed-or-unknown-account-trusted`
#[derive(Debug)]
pub(super) struct ClosedOrUnknownAccountTrusted;

const META: Meta = Meta {
    id: "closed-or-unknown-account-trusted",
    title: "The key trusts an account that is closed or that nobody vouches for",
    finds: "Accounts that Allow statements, their account conditions or grants name and that are suspended or closed, \
            or neither belong to the organization nor stand in the settings as trusted.",
    matters: "Nobody watches a closed account, and one that is reopened comes back with its rights. An account that \
              nobody can name was added by somebody who is gone, or by somebody who should not have.",
    fix: "Remove the account from the policy or revoke the grant; or find its owner and list it as \
          trusted in the settings, with its name and the reason.",
    blind: "Whether an account outside the organization is still open: only its owner can see that.",
    topic: Topic::Exposure,
    needs: &[Need::Policies, Need::Grants, Need::Members],
    severity: Severity::Medium,
};

impl Check for ClosedOrUnknownAccountTrusted {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let mut named: BTreeMap<AccountId, BTreeSet<String>> = BTreeMap::new();
        for (account, part) in trusted(scene) {
            if account != scene.cell.account_id {
                named.entry(account).or_default().insert(part);
            }
        }
        named.iter().filter_map(|(account, parts)| found(scene, *account, parts)).collect()
    }
}

/// Every account that the key lets in, and where.
fn trusted(scene: &Scene<'_>) -> Vec<(AccountId, String)> {
    let by_statement =
        scene.statements().filter(|written| written.statement.effect == Effect::Allow).flat_map(|written| {
            let part = written.part();
            accounts(written.statement).into_iter().map(move |account| (account, part.clone()))
        });
    let by_grant = scene.key.grants.items.iter().flat_map(|grant| {
        let named = [&grant.grantee_principal, &grant.retiring_principal].into_iter().flatten();
        named
            .filter_map(|text| Principal::of_grant(text.as_str()).account())
            .map(|account| (account, grant.grant_id.clone()))
    });
    by_statement.chain(by_grant).collect()
}

fn accounts(statement: &Statement) -> Vec<AccountId> {
    let negated = statement.principal.as_ref().is_some_and(|set| set.negated);
    let named = principals(statement).into_iter().filter(|_| !negated).filter_map(Principal::account);
    let bounds = statement.conditions().filter(|(operator, condition)| {
        operator.base.is_some_and(|base| !base.negated) && names_accounts(condition)
    });
    let in_conditions = bounds
        .flat_map(|(_, condition)| condition.values.iter().filter_map(|value| value.as_str().parse().ok()));
    named.chain(in_conditions).collect()
}

fn names_accounts(condition: &Condition) -> bool {
    ["kms:CallerAccount", "aws:PrincipalAccount"].iter().any(|key| condition.key.eq_ignore_ascii_case(key))
}

fn found(scene: &Scene<'_>, account: AccountId, parts: &BTreeSet<String>) -> Option<Found> {
    let (severity, state) = match closed(scene, account) {
        Some(state) => (Severity::Medium, format!("is {state}")),
        None if is_known(scene, account) => return None,
        None => {
            (Severity::Low, "belongs neither to the organization nor to those the settings trust".to_owned())
        }
    };
    let places = ways::listed(parts.iter().cloned().collect(), 3);
    let detail = format!("Account {account} {state}. It is let in by {places}.");
    Some(Found::fail(severity, account.to_string(), detail).with("account", account).with("named_by", parts))
}

/// AWS's word for the state of an account that is not open.
fn closed<'a>(scene: &Scene<'a>, account: AccountId) -> Option<&'a str> {
    let state = scene.accounts.get(&account)?.state.as_deref()?;
    (!matches!(state, "ACTIVE" | "PENDING_ACTIVATION")).then_some(state)
}

/// It belongs to the organization or is trusted, or members that were not read might hold it.
fn is_known(scene: &Scene<'_>, account: AccountId) -> bool {
    scene.is_member(account) != Some(false) || scene.settings.trusted.accounts.contains_key(&account)
}

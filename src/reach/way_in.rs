//! What lets somebody in, a statement or a grant, and what can be told of it before anybody searches: its
//! actions, its conditions in words, and whether it can lead outside at all.

use std::collections::{BTreeMap, BTreeSet};

use keyreach_policy::{
    aws::{AccountId, Actions},
    principal::{Form, Principal},
    syntax::{PrincipalSet, Principals},
};

use super::{
    axis::USER_ID,
    bearer::kind_of,
    grant::{self, Granted},
    opening::Clause,
    words,
    world::World,
};
use crate::{
    assess::exposure::{Via, ViaKind},
    snapshot::grant::Grant as Listed,
};

/// What lets somebody in.
#[derive(Clone, Copy)]
pub(super) enum Opening<'a> {
    Statement(ViaKind, Clause<'a>),
    Grant(Granted<'a>),
}

impl<'a> Opening<'a> {
    /// The actions it can let somebody do.
    pub(super) fn actions(self) -> Actions {
        match self {
            Self::Statement(_, clause) => {
                clause.policy.rules.get(clause.rule).map_or(Actions::none(), |rule| rule.actions)
            }
            Self::Grant(grant) => grant.actions,
        }
    }

    pub(super) fn via(self) -> Via {
        match self {
            Self::Statement(kind, clause) => {
                let rule = clause.policy.rules.get(clause.rule);
                let name = rule.map(|rule| clause.policy.policy.statement_name(rule.index));
                Via { kind, statement: name, grant_id: None }
            }
            Self::Grant(grant) => {
                Via { kind: ViaKind::Grant, statement: None, grant_id: Some(grant.listed.grant_id.clone()) }
            }
        }
    }

    /// Whether it can let in anybody outside the key's account and no service.
    pub(super) fn leads_outside(self, world: &World<'_>) -> bool {
        let outside = |account| account != world.account;
        match self {
            Self::Statement(_, clause) => {
                clause.statement().and_then(|statement| statement.principal.as_ref()).is_some_and(|set| {
                    let by_id = |one: &Principal| {
                        one.form() == Form::UniqueId && world.ids.leads_outside(one.as_str())
                    };
                    reaches(set, |one| one.form() == Form::Everyone || by_id(one), outside)
                })
            }
            Self::Grant(grant) => {
                let Listed { grantee_principal, retiring_principal, issuing_account, .. } = grant.listed;
                let named = [grantee_principal, retiring_principal];
                let accounts = named.into_iter().flatten().chain(issuing_account);
                accounts
                    .filter_map(|text| {
                        Principal::of_grant(text.as_str())
                            .account()
                            .or_else(|| super::world::account_of(text))
                    })
                    .any(outside)
                    || named.into_iter().flatten().any(|text| world.ids.known.contains_key(text))
            }
        }
    }

    /// The only accounts whose callers it can let in; `None` where these are not few.
    pub(super) fn accounts(self) -> Option<BTreeSet<AccountId>> {
        let Self::Statement(_, clause) = self else { return None };
        let set = clause.statement()?.principal.as_ref()?;
        let narrow = !set.negated && !matches!(set.principals, Principals::Everyone);
        clause.policy.rules.get(clause.rule).filter(|_| narrow)?.directory.accounts()
    }

    /// Whether it can let in a service.
    pub(super) fn leads_to_services(self) -> bool {
        match self {
            Self::Statement(_, clause) => {
                clause.statement().and_then(|statement| statement.principal.as_ref()).is_some_and(|set| {
                    reaches(set, |one| matches!(one.form(), Form::Everyone | Form::Service), |_| false)
                })
            }
            Self::Grant(grant) => {
                grant::grantee(grant.listed).is_some_and(|grantee| grantee.form() == Form::Service)
            }
        }
    }

    /// The conditions it sets, in words.
    pub(super) fn conditions(self) -> Vec<String> {
        match self {
            Self::Statement(_, clause) => clause.statement().map_or_else(Vec::new, |statement| {
                statement
                    .conditions()
                    .map(|(operator, condition)| words::holds(operator, condition))
                    .collect()
            }),
            Self::Grant(grant) => {
                let constraints = &grant.listed.constraints;
                let equals =
                    constraints.encryption_context_equals.as_ref().map(|pairs| words::pairs(pairs, true));
                let subset =
                    constraints.encryption_context_subset.as_ref().map(|pairs| words::pairs(pairs, false));
                let source =
                    constraints.source_arn.as_ref().map(|arn| format!("aws:SourceArn is like {arn}"));
                [equals, subset, source].into_iter().flatten().collect()
            }
        }
    }

    /// SEM-59: the keys of an encryption context as a grant writes them, and `aws:userid` where it names somebody by an
    /// id: the policy engine knows by it who bears one.
    pub(super) fn spelling(self) -> BTreeMap<String, String> {
        let Self::Grant(grant) = self else { return BTreeMap::new() };
        let constraints = &grant.listed.constraints;
        let pairs = [&constraints.encryption_context_equals, &constraints.encryption_context_subset];
        let names = pairs.into_iter().flatten().flat_map(BTreeMap::keys);
        let named = [&grant.listed.grantee_principal, &grant.listed.retiring_principal];
        let by_id = named.into_iter().flatten().any(|text| kind_of(text).is_some());
        names
            .map(|name| format!("kms:EncryptionContext:{name}"))
            .chain(by_id.then(|| USER_ID.to_owned()))
            .map(|key| (key.to_ascii_lowercase(), key))
            .collect()
    }
}

fn reaches(
    set: &PrincipalSet,
    fits: impl Fn(&Principal) -> bool,
    account_fits: impl Fn(AccountId) -> bool,
) -> bool {
    match &set.principals {
        _ if set.negated => true,
        Principals::Everyone => true,
        Principals::Named(lists) => lists
            .iter()
            .flat_map(|(_, list)| list.iter())
            .any(|one| fits(one) || one.account().is_some_and(&account_fits)),
    }
}

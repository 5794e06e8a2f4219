//! Whom the `Principal` and `NotPrincipal` of a statement and the grantee of a grant cover, for a case of callers
//! (SEM-1 to SEM-13). Written anew beside the policy engine: each checks the other.

use keyreach_policy::{
    Rule,
    principal::{Form, Principal},
    syntax::{PrincipalSet, Principals},
};

use super::{
    caller::{ANY_SERVICE, Caller, Kind},
    reading::Lens,
};

/// Through what a principal covers a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Via {
    Everyone,
    Account,
    Role,
    Identity,
}

/// The partition of an ARN.
fn partition(text: &str) -> Option<&str> {
    text.strip_prefix("arn:")?.split(':').next()
}

/// The name of a role, whether its ARN or that of a session says it (SEM-7).
pub(super) fn role_name(principal: &Principal) -> Option<&str> {
    let (_, resource) = principal.as_str().rsplit_once(':')?;
    match principal.form() {
        Form::Session(_) => resource.split('/').nth(1),
        _ => resource.rsplit('/').next(),
    }
}

/// Whether a principal covers a caller.
pub(super) fn covers(principal: &Principal, caller: &Caller, lens: &Lens<'_>) -> Option<Via> {
    // Most of long lists is of other accounts.
    if super::caller::owner(principal).is_some_and(|owner| caller.account != Some(owner)) {
        return None;
    }
    let text = principal.as_str();
    let own_partition = caller.name.as_deref().and_then(partition).unwrap_or(lens.world.partition);
    let identity = |kind| {
        let is = caller.kind == kind && caller.name.as_deref() == Some(text);
        is.then_some(Via::Identity)
    };
    match principal.form() {
        Form::Everyone => Some(Via::Everyone),
        Form::Account(account) => {
            let fits = partition(text).is_none_or(|named| named == own_partition);
            (caller.account == Some(account) && fits).then_some(Via::Account)
        }
        Form::User(_) => identity(Kind::User),
        Form::Session(_) => identity(Kind::Session),
        Form::FederatedUser(_) => identity(Kind::Federated),
        Form::Role(account) => {
            let same_place = caller.kind == Kind::Session
                && caller.account == Some(account)
                && partition(text) == Some(own_partition);
            let (named, given) = (role_name(principal)?, caller.role_name()?);
            let (folded, exact) = (named.eq_ignore_ascii_case(given), named == given);
            if same_place && folded != exact {
                lens.touch(Rule::RoleNameCase);
            }
            let same = if lens.reading.role_name_with_case { exact } else { folded };
            (same_place && same).then_some(Via::Role)
        }
        Form::Service => {
            let service = caller.name.as_deref().unwrap_or(ANY_SERVICE);
            (caller.kind == Kind::Service && service == text).then_some(Via::Identity)
        }
        Form::UniqueId | Form::Pattern | Form::Foreign | Form::Unknown => None,
    }
}

/// Through what the `Principal` element of an Allow covers a caller: of several ways, the one that asks for least.
pub(super) fn through(set: &PrincipalSet, caller: &Caller, lens: &Lens<'_>) -> Option<Via> {
    let mut all = match &set.principals {
        Principals::Named(lists) if !set.negated => lists
            .iter()
            .flat_map(|(_, list)| list.iter())
            .filter_map(|one| covers(one, caller, lens))
            .collect(),
        _ if applies(set, false, caller, lens) => vec![Via::Everyone],
        _ => Vec::new(),
    };
    let demand = |via: &Via| match via {
        Via::Everyone | Via::Identity => 0,
        Via::Role => 1,
        Via::Account => 2,
    };
    all.sort_by_key(demand);
    all.first().copied()
}

/// Whether a `Principal` element makes its statement apply to a caller.
pub(super) fn applies(set: &PrincipalSet, denies: bool, caller: &Caller, lens: &Lens<'_>) -> bool {
    let named: Vec<Via> = match &set.principals {
        Principals::Everyone => vec![Via::Everyone],
        Principals::Named(lists) => lists
            .iter()
            .flat_map(|(_, list)| list.iter())
            .filter_map(|principal| covers(principal, caller, lens))
            .collect(),
    };
    if !set.negated {
        return !named.is_empty();
    }
    // SEM-13: nobody with a permissions boundary is exempt.
    if denies && caller.known.as_ref().is_some_and(|known| known.bounded) {
        return true;
    }
    // SEM-11: in an Allow, everyone but those named.
    if !denies || named.contains(&Via::Everyone) {
        return named.is_empty();
    }
    let (chain, identity) = exempt(&named, caller);
    if chain != identity {
        lens.touch(Rule::NotPrincipalChain);
    }
    !(if lens.reading.identity_alone_exempts { identity } else { chain })
}

/// SEM-12: whether the whole chain of the caller is listed, and whether its identity is.
fn exempt(named: &[Via], caller: &Caller) -> (bool, bool) {
    let has = |via| named.contains(&via);
    let account = has(Via::Account);
    match caller.kind {
        Kind::Root => (account, account),
        Kind::Service => (has(Via::Identity), has(Via::Identity)),
        Kind::Session => {
            let (session, role) = (has(Via::Identity), has(Via::Role));
            (session && role && account, session || role)
        }
        Kind::User | Kind::Federated => (has(Via::Identity) && account, has(Via::Identity)),
    }
}

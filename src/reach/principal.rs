//! Whom the `Principal` and `NotPrincipal` of a statement and the grantee of a grant cover, for a case of callers
//! (SEM-1 to SEM-13). Written anew beside the policy engine: each checks the other.

use std::collections::{BTreeMap, BTreeSet};

use keyreach_policy::{
    Rule,
    aws::AccountId,
    principal::{Form, Principal},
    syntax::{PrincipalSet, Principals},
};

use super::{
    bearer::kind_of,
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
    if principal.account().is_some_and(|owner| caller.account != Some(owner)) {
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
            let (folded, exact) = (named.eq_ignore_ascii_case(given), named == given && !caller.respelled);
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
        // Where some caller of a case bears it, `concern` says so.
        Form::UniqueId => (caller.bears(text) == Some(true)).then(|| by_id(caller)),
        Form::Pattern | Form::Foreign | Form::Unknown => None,
    }
}

/// Through what a unique id covers whoever bears it.
fn by_id(caller: &Caller) -> Via {
    if caller.kind == Kind::Session { Via::Role } else { Via::Identity }
}

/// Through what the `Principal` element of an Allow covers a caller: of several ways, the one that asks for least.
pub(super) fn through(
    (set, directory): (&PrincipalSet, &Directory),
    caller: &Caller,
    lens: &Lens<'_>,
) -> Option<Via> {
    let mut all = match &set.principals {
        Principals::Named(_) if !set.negated => {
            directory.near(caller).filter_map(|one| covers(one, caller, lens)).collect()
        }
        _ if applies((set, directory), None, false, caller, lens) => vec![Via::Everyone],
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

/// The principals that an element names, to find those of a name among many.
#[derive(Debug, Clone, Default)]
pub(super) struct Directory {
    /// Everyone, and accounts
    wide: Vec<Principal>,
    /// Unique ids
    ids: Vec<Principal>,
    /// The others by what `entry` makes of them
    named: BTreeMap<String, Vec<Principal>>,
}

impl Directory {
    pub(super) fn new(set: Option<&PrincipalSet>) -> Self {
        let mut all = Self::default();
        let Some(Principals::Named(lists)) = set.map(|set| &set.principals) else { return all };
        for principal in lists.iter().flat_map(|(_, list)| list.iter()) {
            match principal.form() {
                Form::Everyone | Form::Account(_) => all.wide.push(principal.clone()),
                Form::UniqueId => all.ids.push(principal.clone()),
                _ => all.named.entry(entry(principal.as_str())).or_default().push(principal.clone()),
            }
        }
        all
    }

    /// The only accounts whose principals it can cover, besides services; `None` where it covers any.
    pub(super) fn accounts(&self) -> Option<BTreeSet<AccountId>> {
        let narrow =
            self.ids.is_empty() && self.wide.iter().all(|principal| principal.form() != Form::Everyone);
        let all = self.wide.iter().chain(self.named.values().flatten());
        narrow.then(|| all.filter_map(Principal::account).collect())
    }

    /// All that can cover the caller.
    fn near<'a>(&'a self, caller: &Caller) -> impl Iterator<Item = &'a Principal> {
        let name = match caller.kind {
            Kind::Service => Some(caller.name.as_deref().unwrap_or(ANY_SERVICE)),
            _ => caller.name.as_deref(),
        };
        let named = name.filter(|_| !self.named.is_empty()).and_then(|name| self.named.get(&entry(name)));
        self.wide.iter().chain(&self.ids).chain(named.into_iter().flatten())
    }
}

/// What all names have in common that can mean the same caller: the name of the role, user or service in lower case.
fn entry(name: &str) -> String {
    let last = match name.split_once(":assumed-role/") {
        Some((_, rest)) => rest.split('/').next(),
        None => name.rsplit('/').next(),
    };
    last.unwrap_or(name).to_ascii_lowercase()
}

/// Which callers of a case a `Principal` element makes its statement apply to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Concern<'p> {
    /// All
    All,
    /// Those who bear one of these ids
    Bearers(Vec<&'p str>),
    /// All but those who bear one of these ids
    Others(Vec<&'p str>),
    /// None
    None,
}

/// To whom of a case's callers, without permissions boundary, a `Principal` element makes its statement apply.
pub(super) fn concern<'p>(
    (set, directory): (&PrincipalSet, &'p Directory),
    denies: bool,
    caller: &Caller,
    lens: &Lens<'_>,
) -> Concern<'p> {
    let applies = |by_id| applies((set, directory), by_id, denies, caller, lens);
    let perhaps = directory
        .ids
        .iter()
        .map(Principal::as_str)
        .filter(|id| kind_of(id) == Some(caller.kind) && caller.bears(id).is_none());
    let ids: Vec<&str> = perhaps.collect();
    let others = applies(None);
    let bearers = if ids.is_empty() { others } else { applies(Some(by_id(caller))) };
    match (bearers, others) {
        (true, true) => Concern::All,
        (true, false) => Concern::Bearers(ids),
        (false, true) => Concern::Others(ids),
        (false, false) => Concern::None,
    }
}

/// Whether the statement applies to a caller, who is covered by an id as well, or by none of which that is not certain.
fn applies(
    (set, directory): (&PrincipalSet, &Directory),
    by_id: Option<Via>,
    denies: bool,
    caller: &Caller,
    lens: &Lens<'_>,
) -> bool {
    let mut named = Covered::default();
    by_id.into_iter().for_each(|via| named.note(via));
    match &set.principals {
        Principals::Everyone => named.note(Via::Everyone),
        Principals::Named(_) => directory
            .near(caller)
            .filter_map(|principal| covers(principal, caller, lens))
            .for_each(|via| named.note(via)),
    }
    if !set.negated {
        return named.any();
    }
    // SEM-13: nobody with a permissions boundary is exempt.
    if denies && caller.known.as_ref().is_some_and(|known| known.bounded) {
        return true;
    }
    // SEM-11: in an Allow, everyone but those named.
    if !denies || named.everyone {
        return !named.any();
    }
    let (chain, identity) = exempt(named, caller);
    if chain != identity {
        lens.touch(Rule::NotPrincipalChain);
    }
    !(if lens.reading.identity_alone_exempts { identity } else { chain })
}

/// Through what an element's principals cover a caller.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a set of four")]
struct Covered {
    everyone: bool,
    account: bool,
    role: bool,
    identity: bool,
}

impl Covered {
    fn note(&mut self, via: Via) {
        match via {
            Via::Everyone => self.everyone = true,
            Via::Account => self.account = true,
            Via::Role => self.role = true,
            Via::Identity => self.identity = true,
        }
    }

    fn any(self) -> bool {
        self.everyone || self.account || self.role || self.identity
    }
}

/// SEM-12: whether the whole chain of the caller is listed, and whether its identity is.
fn exempt(named: Covered, caller: &Caller) -> (bool, bool) {
    let Covered { account, role, identity, .. } = named;
    match caller.kind {
        Kind::Root => (account, account),
        Kind::Service => (identity, identity),
        Kind::Session => (identity && role && account, identity || role),
        Kind::User | Kind::Federated => (identity && account, identity),
    }
}

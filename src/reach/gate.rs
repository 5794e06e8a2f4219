//! One key made ready to be asked who that exists can do what with it: its policies, grants and RCPs, and whom they
//! name, so that most questions end before any search.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use keyreach_policy::{
    Grant, Organization,
    aws::{AccountId, Action, Actions},
    principal::{Form, Principal},
    syntax::Principals,
};

use super::{
    caller::Belongs,
    grant::{self, Granted},
    opening::{Clause, Site},
    resident::{Resident, ResidentKind},
    way_in::Opening,
    world::{Facts, World, account_of},
};

/// What of a key could not be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GateUnread {
    /// A policy of the key.
    pub policy: bool,
    /// Some of its grants.
    pub grants: bool,
    /// Some of the RCPs over it.
    pub guardrails: bool,
}

/// A key, ready to be asked about principals that exist.
pub struct Gate<'a> {
    pub(super) world: World<'a>,
    pub(super) openings: Vec<Opening<'a>>,
    pub(super) unread: GateUnread,
    /// Grants, as the policy engine reads them
    pub(super) grants: Vec<Grant>,
    pub(super) organization: Option<Organization>,
    denies: Vec<Clause<'a>>,
    guards: Vec<Clause<'a>>,
    spelling: BTreeMap<String, String>,
    named: Named,
}

/// Whom openings name, and for which actions.
#[derive(Default)]
struct Named {
    everyone: Actions,
    accounts: BTreeMap<AccountId, Actions>,
    /// Users by ARN, roles and sessions by account and name in lower case
    identities: BTreeMap<String, Actions>,
    /// Users and roles by their unique ids
    ids: BTreeMap<String, Actions>,
    /// Sessions of roles, by account and role
    sessions: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> Gate<'a> {
    /// `None` where the key's ARN names no account. `facts.unread` is not looked at: `unread` says more.
    #[must_use]
    pub fn new(facts: Facts<'a>, unread: GateUnread) -> Option<Self> {
        let world = World::new(facts)?;
        let clauses = |policy: &'a super::Reviewed, site, allows| {
            let rules = policy.rules.iter().enumerate().filter(move |(_, rule)| rule.allows == allows);
            rules.map(move |(rule, _)| Clause { policy, rule, site })
        };
        let of_key = || facts.policies.iter();
        let statements = of_key().flat_map(|&(kind, policy)| {
            clauses(policy, Site::Key, true).map(move |clause| Opening::Statement(kind, clause))
        });
        let openings: Vec<Opening<'a>> =
            statements.chain(facts.grants.iter().map(|grant| Opening::Grant(Granted::new(grant)))).collect();
        let denies = of_key().flat_map(|&(_, policy)| clauses(policy, Site::Key, false)).collect();
        let over = || facts.guardrails.iter().map(|&(_, policy)| policy);
        let guards = over().flat_map(|policy| clauses(policy, Site::Guardrail, false)).collect();
        let mut spelling = BTreeMap::new();
        for policy in of_key().map(|&(_, policy)| policy).chain(over()) {
            for (key, written) in &policy.mentions.spelling {
                spelling.entry(key.clone()).or_insert_with(|| written.clone());
            }
        }
        let organization = facts.perimeter.organization.as_ref().map(|own| Organization {
            id: own.id.clone(),
            management_account: Some(own.management),
            members: own.members.clone(),
        });
        let grants = facts.grants.iter().filter_map(grant::as_engine).collect();
        let mut named = Named::of(&openings);
        // A Deny with `NotPrincipal` can spare one session.
        for principal in &world.named {
            named.note(principal, Actions::none());
        }
        Some(Self { world, openings, unread, grants, organization, denies, guards, spelling, named })
    }

    /// The account of the key.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.world.account
    }

    /// Whether the key's spec, usage and origin leave the operation possible, as far as they were read.
    #[must_use]
    pub fn can_do(&self, action: Action) -> bool {
        self.world.possible.contains(action)
    }

    /// Whether anything lets in the resident, or its account, before anything is searched. `generous` takes its
    /// identity policies to allow.
    pub(super) fn may_admit(&self, resident: &Resident<'_>, action: Action, generous: bool) -> bool {
        if !self.can_do(action) || resident.limits().is_some_and(|limits| !limits.may_allow(action)) {
            return false;
        }
        let foreign = resident.account != self.world.account;
        let delegated =
            generous || resident.kind == ResidentKind::Root || resident.identity.allowed.contains(action);
        let has = |actions: Option<&Actions>| actions.is_some_and(|actions| actions.contains(action));
        let named = || has(self.named.identities.get(&label(resident.account, resident.arn())));
        // An account that a grant names can be let in without a word of its IAM.
        let granted = || !self.grants.is_empty() && grant::may_give(action);
        (self.named.everyone.contains(action) && (delegated || !foreign))
            || (has(self.named.accounts.get(&resident.account)) && (delegated || granted()))
            || named()
            || has(self.named.ids.get(&resident.known.id))
    }

    /// Sessions of a role that openings or Deny statements name.
    pub(super) fn sessions(&self, resident: &Resident<'_>) -> impl Iterator<Item = &str> {
        let role = (resident.kind == ResidentKind::Role && !self.named.sessions.is_empty())
            .then(|| self.named.sessions.get(&label(resident.account, resident.arn())));
        role.flatten().into_iter().flatten().map(String::as_str)
    }

    /// Every Deny that binds a resident's request for an action: of the key's policies, of RCPs, of its own.
    pub(super) fn denies_of<'q>(&'q self, resident: &'q Resident<'q>, action: Action) -> Vec<Clause<'q>> {
        // SEM-49: RCPs bind neither service-linked roles nor the retiring of grants.
        let bound = !resident.linked && action.name() != "kms:RetireGrant";
        let guards = self.guards.iter().filter(|_| bound);
        let own = resident.rules().flat_map(|rules| rules.denies.iter().map(|(_, clause)| clause));
        let covers = |clause: &&Clause<'q>| {
            clause.policy.rules.get(clause.rule).is_some_and(|rule| rule.actions.contains(action))
        };
        self.denies.iter().chain(guards).chain(own).filter(covers).copied().collect()
    }

    /// How the keys of a resident's question are written.
    pub(super) fn spelling_for(&self, resident: &Resident<'_>) -> BTreeMap<String, String> {
        let mut spelling = self.spelling.clone();
        for rules in resident.rules() {
            for (key, written) in &rules.mentions.spelling {
                spelling.entry(key.clone()).or_insert_with(|| written.clone());
            }
        }
        spelling
    }

    /// The key's surroundings with what a resident's own policies mention.
    pub(super) fn world_for(&self, resident: &Resident<'_>) -> Cow<'_, World<'a>> {
        if resident.rules().all(|rules| rules.mentions.keys.is_empty()) {
            return Cow::Borrowed(&self.world);
        }
        let mut world = self.world.clone();
        for rules in resident.rules() {
            for (key, values) in &rules.mentions.keys {
                world.keys.entry(key.clone()).or_default().extend(values.iter().cloned());
            }
        }
        Cow::Owned(world)
    }

    /// The organization of a resident's account, and whether that is a guess.
    pub(super) fn belongs(&self, account: AccountId) -> (Belongs, bool) {
        let perimeter = self.world.perimeter;
        match (&perimeter.organization, perimeter.of(account)) {
            (None, _) => (Belongs::Nowhere, perimeter.unread),
            (Some(_), None) => (Belongs::Nowhere, true),
            (Some(_), Some(own)) => {
                let same = self.world.own.is_some();
                let belongs = if same { Belongs::Own } else { Belongs::Named(own.id.as_str().to_owned()) };
                (belongs, !own.has(account))
            }
        }
    }
}

/// What finds a user, a role or its sessions.
pub(super) fn label(account: AccountId, arn: &str) -> String {
    if !arn.contains(":role/") && !arn.contains(":assumed-role/") {
        return arn.to_owned();
    }
    let resource = arn.rsplit(':').next().unwrap_or_default();
    let name = match resource.strip_prefix("assumed-role/") {
        Some(rest) => rest.split('/').next(),
        None => resource.rsplit('/').next(),
    };
    format!("{account}/{}", name.unwrap_or_default().to_ascii_lowercase())
}

impl Named {
    fn of(openings: &[Opening<'_>]) -> Self {
        let mut all = Self::default();
        for opening in openings {
            let actions = opening.actions();
            match opening {
                Opening::Statement(_, clause) => {
                    let set = clause.statement().and_then(|statement| statement.principal.as_ref());
                    match set.map(|set| (&set.principals, set.negated)) {
                        Some((Principals::Named(lists), false)) => {
                            let principals = lists.iter().flat_map(|(_, list)| list.iter());
                            principals.for_each(|principal| all.note(principal, actions));
                        }
                        Some(_) => all.everyone = all.everyone.union(actions),
                        None => {}
                    }
                }
                Opening::Grant(grant) => {
                    let grant = grant.listed;
                    let named = [&grant.grantee_principal, &grant.retiring_principal].into_iter().flatten();
                    named.for_each(|text| all.note(&Principal::of_grant(text.as_str()), actions));
                    let issuer = grant.issuing_account.as_deref().and_then(account_of);
                    issuer.into_iter().for_each(|account| all.open(account, actions));
                }
            }
        }
        all
    }

    fn open(&mut self, account: AccountId, actions: Actions) {
        let open = self.accounts.entry(account).or_default();
        *open = open.union(actions);
    }

    fn note(&mut self, principal: &Principal, actions: Actions) {
        match (principal.form(), principal.account()) {
            (Form::Everyone, _) => self.everyone = self.everyone.union(actions),
            (Form::Account(account), _) => self.open(account, actions),
            (Form::UniqueId, _) => {
                let named = self.ids.entry(principal.as_str().to_owned()).or_default();
                *named = named.union(actions);
            }
            (form, Some(account)) => {
                let label = label(account, principal.as_str());
                if matches!(form, Form::Session(_)) {
                    self.sessions.entry(label.clone()).or_default().insert(principal.as_str().to_owned());
                }
                let named = self.identities.entry(label).or_default();
                *named = named.union(actions);
            }
            _ => {}
        }
    }
}

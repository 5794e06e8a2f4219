//! One principal that exists, with everything that decides what it may do: its identity policies, its permissions
//! boundary, its tags, and the SCPs over its account. Of policies only the statements about KMS are kept apart.

use std::{collections::BTreeMap, sync::Arc};

use keyreach_policy::{
    Policy,
    aws::{AccountId, Action, Actions},
};

use super::{
    bearer::Bears,
    caller::{Belongs, Caller, Kind},
    known::Known,
    opening::{Clause, Site},
    statement::{Mentions, Reviewed},
    zone::Zone,
};
use crate::snapshot::principal::{Role, Tag};

/// The sorts of principals that exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResidentKind {
    /// The root user of an account.
    Root,
    /// A user.
    User,
    /// A role: some session of it, without a session policy.
    Role,
}

/// How much of a principal is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Acquaintance {
    /// All that IAM tells
    Whole,
    /// Its name; its tags, its id stay open
    Name,
    /// Its account: it bears a name that no policy holds
    Account,
}

/// A user, a role or the root user of an account.
#[derive(Debug, Clone)]
pub struct Resident<'l> {
    pub(super) kind: ResidentKind,
    pub(super) account: AccountId,
    pub(super) known: Arc<Known>,
    /// The role as IAM tells of it
    pub(super) role: Option<&'l Role>,
    pub(super) acquaintance: Acquaintance,
    /// A service-linked role, which no guardrail binds (SEM-48)
    pub(super) linked: bool,
    /// Its identity policies
    pub(super) papers: Vec<Paper<'l>>,
    /// An identity policy could not be read
    pub(super) unread: bool,
    /// What those statements of `papers` say that are about KMS
    pub(super) identity: Rules<'l>,
    pub(super) boundary: Option<Boundary<'l>>,
    pub(super) limits: Arc<Limits<'l>>,
}

/// An identity policy: where it stands and what it says.
#[derive(Debug, Clone)]
pub(super) struct Paper<'l> {
    pub(super) name: &'l str,
    /// The group that brings it
    pub(super) group: Option<&'l str>,
    pub(super) policy: &'l Reviewed,
}

/// A permissions boundary.
#[derive(Debug, Clone)]
pub(super) struct Boundary<'l> {
    /// Its ARN
    pub(super) arn: &'l str,
    /// `None` where unread
    pub(super) policy: Option<&'l Reviewed>,
    pub(super) rules: Rules<'l>,
}

/// Statements about KMS of one or several policies.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules<'l> {
    /// Each with the number of its policy
    pub(super) allows: Vec<(usize, Clause<'l>)>,
    pub(super) denies: Vec<(usize, Clause<'l>)>,
    /// What some Allow covers
    pub(super) allowed: Actions,
    pub(super) mentions: Mentions,
}

/// The SCPs over an account, root first.
#[derive(Debug, Clone, Default)]
pub(super) struct Limits<'l> {
    pub(super) levels: Vec<Limit<'l>>,
    /// Some could not be read; then no level is taken to lack an Allow
    pub(super) unread: bool,
}

/// The SCPs at one level.
#[derive(Debug, Clone, Default)]
pub(super) struct Limit<'l> {
    /// The id of the root, unit or account
    pub(super) place: String,
    /// By name
    pub(super) policies: Vec<(&'l str, &'l Reviewed)>,
    pub(super) rules: Rules<'l>,
}

impl<'l> Rules<'l> {
    pub(super) fn of(policies: impl Iterator<Item = &'l Reviewed>) -> Self {
        let mut all = Self::default();
        for (number, policy) in policies.enumerate() {
            for (rule, of) in policy.rules.iter().enumerate() {
                let clause = Clause { policy, rule, site: Site::Identity };
                let Some(statement) = clause.statement().filter(|_| of.actions.iter().next().is_some())
                else {
                    continue;
                };
                all.mentions.note(statement);
                if of.allows {
                    all.allowed = all.allowed.union(of.actions);
                    all.allows.push((number, clause));
                } else {
                    all.denies.push((number, clause));
                }
            }
        }
        all
    }
}

impl Limits<'_> {
    /// Whether every level has a statement that allows the action, whatever it asks for.
    pub(super) fn may_allow(&self, action: Action) -> bool {
        self.levels.iter().all(|level| level.rules.allowed.contains(action))
    }
}

impl<'l> Resident<'l> {
    /// One of which IAM tells nothing.
    pub(super) fn supposed(
        kind: ResidentKind,
        account: AccountId,
        arn: String,
        limits: Arc<Limits<'l>>,
    ) -> Self {
        let known = Known { arn, id: account.to_string(), tags: BTreeMap::new(), bounded: false };
        let linked = known.is_service_linked();
        Self {
            kind,
            account,
            known: Arc::new(known),
            role: None,
            acquaintance: if kind == ResidentKind::Root { Acquaintance::Whole } else { Acquaintance::Name },
            linked,
            papers: Vec::new(),
            unread: kind != ResidentKind::Root,
            identity: Rules::default(),
            boundary: None,
            limits,
        }
    }

    /// Its ARN.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.known.arn
    }

    /// What IAM tells of the role that it is; `None` of users, and of those who need not exist.
    #[must_use]
    pub fn role(&self) -> Option<&'l Role> {
        self.role
    }

    /// Its account.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// What sort of principal it is.
    #[must_use]
    pub fn kind(&self) -> ResidentKind {
        self.kind
    }

    /// Its identity policies, its boundary and each level of SCPs over it, as they are written: whoever gives it
    /// something must be allowed by one of each.
    #[must_use]
    pub fn layers(&self) -> Vec<Vec<&'l Policy>> {
        let identity = self.papers.iter().map(|paper| paper.policy.policy()).collect();
        let boundary =
            self.boundary.iter().map(|of| of.policy.iter().map(|policy| policy.policy()).collect());
        let levels = self.limits().into_iter().flat_map(|limits| {
            limits
                .levels
                .iter()
                .map(|level| level.policies.iter().map(|(_, policy)| policy.policy()).collect())
        });
        std::iter::once(identity).chain(boundary).chain(levels).collect()
    }

    /// It has a permissions boundary.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        self.boundary.is_some()
    }

    /// A policy of its own or its boundary was not read.
    #[must_use]
    pub fn is_half_read(&self) -> bool {
        self.unread || self.boundary.as_ref().is_some_and(|boundary| boundary.policy.is_none())
    }

    /// The SCPs that bind it.
    pub(super) fn limits(&self) -> Option<&Limits<'l>> {
        (!self.linked).then_some(&*self.limits)
    }

    /// Something that could deny or allow it was not read.
    pub(super) fn half_known(&self) -> bool {
        self.is_half_read() || self.limits().is_some_and(|limits| limits.unread)
    }

    /// Every set of statements that binds it, its own first.
    pub(super) fn rules(&self) -> impl Iterator<Item = &Rules<'l>> {
        let boundary = self.boundary.iter().map(|boundary| &boundary.rules);
        let levels =
            self.limits().into_iter().flat_map(|limits| limits.levels.iter().map(|level| &level.rules));
        std::iter::once(&self.identity).chain(boundary).chain(levels)
    }

    /// It as a caller, or one named session of it.
    pub(super) fn caller(&self, belongs: Belongs, session: Option<&str>) -> Caller {
        Caller {
            kind: match self.kind {
                ResidentKind::Root => Kind::Root,
                ResidentKind::User => Kind::User,
                ResidentKind::Role => Kind::Session,
            },
            account: Some(self.account),
            belongs,
            name: match (self.kind, session, self.acquaintance) {
                (ResidentKind::Root, ..) | (_, None, Acquaintance::Account) => None,
                (_, Some(session), _) => Some(session.to_owned()),
                (_, None, _) => Some(self.known.arn.clone()),
            },
            respelled: false,
            linked: self.linked,
            zone: Zone::Organization,
            bears: Bears::Anything,
            known: (self.acquaintance == Acquaintance::Whole).then(|| Arc::clone(&self.known)),
        }
    }
}

/// Tags by their keys in lower case.
pub(super) fn by_key(tags: &[Tag]) -> BTreeMap<String, String> {
    tags.iter().map(|tag| (tag.key.to_lowercase(), tag.value.clone())).collect()
}

//! The policy texts of a snapshot, each distinct one read once, and the guardrails by the place they hang at. What
//! cannot be read is not here, and what is missing for an account is told apart.

use std::collections::{BTreeMap, BTreeSet};

use keyreach_policy::aws::AccountId;

use super::statement::Reviewed;
use crate::snapshot::{
    Snapshot,
    gap::Fact,
    key::Key,
    organization::{Account, Guardrail, GuardrailKind, Organization},
    principal::Iam,
};

/// Allows everything.
pub(super) const ALLOW_ALL: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

/// Policies by their text, and guardrails by their place.
pub struct Library<'a> {
    policies: BTreeMap<&'a str, Reviewed>,
    organization: Option<&'a Organization>,
    /// Whether there is an organization could not be read
    unread: bool,
    allow_all: Option<Reviewed>,
}

/// One level of the path of an account, or all of it, and the guardrails of one kind that hang there.
#[derive(Debug, Clone, Default)]
pub struct Level<'l> {
    /// The id of the root, unit or account.
    pub place: String,
    /// Those that could be read, by name.
    pub guardrails: Vec<(&'l str, &'l Reviewed)>,
}

/// The guardrails of one kind over an account, root first.
#[derive(Debug, Clone, Default)]
pub struct Levels<'l> {
    /// One a level.
    pub levels: Vec<Level<'l>>,
    /// Some could not be read, or where they hang could not.
    pub unread: bool,
}

impl<'a> Library<'a> {
    /// Every distinct policy text of a snapshot that says something of keys: of keys, guardrails and principals.
    #[must_use]
    pub fn texts(snapshot: &'a Snapshot) -> Vec<&'a str> {
        let keys = snapshot.cells.iter().flat_map(|cell| &cell.keys);
        let organization = snapshot.organization.known().and_then(Option::as_ref);
        let guardrails = organization.into_iter().flat_map(|of| &of.guardrails.items);
        let of_guardrails = guardrails.filter_map(|guardrail| guardrail.document.known());
        let iam = snapshot.accounts.iter().filter_map(|account| account.iam.as_ref());
        let texts: BTreeSet<&str> = keys
            .flat_map(of_key)
            .chain(of_guardrails)
            .map(String::as_str)
            .chain(iam.flat_map(of_principals))
            .collect();
        texts.into_iter().collect()
    }

    /// A library of the texts that could be read.
    #[must_use]
    pub fn new(snapshot: &'a Snapshot, policies: BTreeMap<&'a str, Reviewed>) -> Self {
        Self {
            policies,
            organization: snapshot.organization.known().and_then(Option::as_ref),
            unread: snapshot.organization.gap().is_some(),
            allow_all: Reviewed::parse(ALLOW_ALL).ok(),
        }
    }

    /// As `new`, reading every text here and now.
    #[must_use]
    pub fn read(snapshot: &'a Snapshot) -> Self {
        let read = |text: &'a str| Some((text, Reviewed::parse(text).ok()?));
        Self::new(snapshot, Self::texts(snapshot).into_iter().filter_map(read).collect())
    }

    /// A policy of the snapshot, if its text is one.
    #[must_use]
    pub fn policy(&self, text: &str) -> Option<&Reviewed> {
        self.policies.get(text)
    }

    /// The id of a guardrail of a name: within an organization no two of a kind share one.
    #[must_use]
    pub fn guardrail_id(&self, kind: GuardrailKind, name: &str) -> Option<&'a str> {
        let all = self.organization.into_iter().flat_map(|own| &own.guardrails.items);
        let mut found = all.filter(|one| one.kind == kind && one.name == name);
        found.next().map(|one| one.id.as_str())
    }

    /// A policy that allows everything.
    pub(super) fn allow_all(&self) -> Option<&Reviewed> {
        self.allow_all.as_ref()
    }

    /// The RCPs on the path of an account, by name, without `RCPFullAWSAccess`. None binds the management account
    /// (SEM-49).
    #[must_use]
    pub fn guardrails_over(
        &self,
        account: AccountId,
        of_account: Option<&Account>,
    ) -> Vec<(&str, &Reviewed)> {
        let over = self.levels(GuardrailKind::ResourceControlPolicy, account, of_account);
        let mut all: Vec<_> = over.levels.into_iter().flat_map(|level| level.guardrails).collect();
        // One that hangs at several levels is one.
        all.sort_by_key(|(name, _)| *name);
        all.dedup_by(|one, other| one.0 == other.0 && std::ptr::eq(one.1, other.1));
        all
    }

    /// The guardrails of a kind over an account, level by level. None binds the management account (SEM-48).
    #[must_use]
    pub fn levels(
        &self,
        kind: GuardrailKind,
        account: AccountId,
        of_account: Option<&Account>,
    ) -> Levels<'_> {
        let Some(organization) = self.organization.filter(|o| o.management_account_id != account) else {
            return Levels { levels: Vec::new(), unread: self.unread };
        };
        let path = of_account.and_then(|account| account.path.as_ref());
        let is_member = path.is_some() || organization.members.items.contains(&account);
        if !is_member && organization.members.gap.is_none() {
            return Levels::default();
        }
        let name = match kind {
            GuardrailKind::ServiceControlPolicy => "SERVICE_CONTROL_POLICY",
            GuardrailKind::ResourceControlPolicy => "RESOURCE_CONTROL_POLICY",
        };
        let in_force = organization.roots.items.iter().any(|root| root.enabled_policy_types.contains(name));
        let mut unread = organization.roots.gap.is_some();
        if !in_force {
            return Levels { levels: Vec::new(), unread };
        }
        unread |= path.is_none() || organization.guardrails.gap.is_some();
        let of_kind: Vec<&Guardrail> =
            organization.guardrails.items.iter().filter(|guardrail| guardrail.kind == kind).collect();
        unread |= of_kind.iter().any(|guardrail| guardrail.targets.gap.is_some());
        let own = account.to_string();
        let levels = places(organization, of_account, &own).into_iter().map(|place| {
            let hang = of_kind.iter().filter(|one| one.targets.items.iter().any(|target| target == place));
            let mut level = Level { place: place.to_owned(), guardrails: Vec::new() };
            for guardrail in hang {
                match self.guardrail(guardrail) {
                    Read::Policy(policy) => level.guardrails.push((guardrail.name.as_str(), policy)),
                    Read::SaysNothing => {}
                    Read::Unread => unread = true,
                }
            }
            level
        });
        let levels = levels.collect();
        Levels { levels, unread }
    }

    fn guardrail(&self, guardrail: &'a Guardrail) -> Read<'_> {
        if guardrail.aws_managed {
            // AWS's own allow everything, whatever was read of their texts.
            return match (guardrail.kind, guardrail.name.as_str()) {
                (GuardrailKind::ResourceControlPolicy, _) => Read::SaysNothing,
                (_, "FullAWSAccess") => self.allow_all().map_or(Read::Unread, Read::Policy),
                _ => self.read_text(guardrail),
            };
        }
        self.read_text(guardrail)
    }

    fn read_text(&self, guardrail: &'a Guardrail) -> Read<'_> {
        match &guardrail.document {
            Fact::Known(text) => self.policy(text).map_or(Read::Unread, Read::Policy),
            Fact::Unknown(_) => Read::Unread,
        }
    }
}

/// Where guardrails over an account can hang: its root, its units, itself.
fn places<'p>(organization: &'p Organization, of_account: Option<&'p Account>, own: &'p str) -> Vec<&'p str> {
    let path = of_account.and_then(|account| account.path.as_ref());
    let is_member = of_account.is_some_and(|of| organization.members.items.contains(&of.id));
    let mut places: Vec<&str> = match path {
        Some(path) => path.parents().collect(),
        None if is_member => organization.roots.items.iter().map(|root| root.id.as_str()).collect(),
        None => Vec::new(),
    };
    places.push(own);
    places
}

/// What became of a guardrail's text.
enum Read<'l> {
    Policy(&'l Reviewed),
    SaysNothing,
    Unread,
}

fn of_key(key: &Key) -> impl Iterator<Item = &String> {
    let ram = key.ram_policy.known().and_then(Option::as_ref);
    key.policy.known().into_iter().chain(ram)
}

fn of_principals(iam: &Iam) -> impl Iterator<Item = &str> {
    let users = iam.users.iter().flat_map(|user| &user.inline_policies);
    let roles = iam.roles.iter().flat_map(|role| &role.inline_policies);
    let groups = iam.groups.iter().flat_map(|group| &group.inline_policies);
    let inline = users.chain(roles).chain(groups).map(|policy| policy.document.as_str());
    inline.chain(iam.policies.iter().filter_map(|policy| policy.document.as_deref()))
}

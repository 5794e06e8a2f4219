//! What a check sees: one key with its facts, what was judged of it, and what stands around it.

use std::collections::BTreeMap;

use keyreach_policy::{
    Policy,
    aws::AccountId,
    principal::{Form, Principal},
    syntax::{Principals, Statement},
};

use super::{
    inventory::Inventory,
    lack::{Lack, Missing, because},
    orphaned_principal::Gone,
};
use crate::{
    assess::{
        exposure::{Exposure, ExposureLevel, GrantZone, Reach, Via, ViaKind},
        lockout::{Lockout, LockoutReason, LockoutVerdict},
    },
    config::JudgementSettings,
    lockout::Administrators,
    snapshot::{
        Snapshot,
        cell::Cell,
        gap::Fact,
        key::{Key, KeyMetadata},
        organization::{Account, Organization},
    },
};

/// One key, and all that a check may know.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// What was read of the organization.
    pub snapshot: &'a Snapshot,
    /// The accounts of the snapshot.
    pub accounts: &'a BTreeMap<AccountId, &'a Account>,
    /// The principals and keys of the snapshot.
    pub inventory: &'a Inventory<'a>,
    /// What to hold keys to.
    pub settings: &'a JudgementSettings,
    /// The key's account and Region.
    pub cell: &'a Cell,
    /// The key.
    pub key: &'a Key,
    /// Its policies that could be read.
    pub policies: &'a [(ViaKind, &'a Policy)],
    /// Whom it names and who does not exist any more.
    pub gone: &'a Gone,
    /// Who outside can reach it.
    pub exposure: &'a Exposure,
    /// Where each of its grants leads, in their order.
    pub grant_zones: &'a [GrantZone],
    /// Who can still govern it.
    pub lockout: &'a Lockout,
    /// Whether anybody can still use it for what it is for; `None` where that is not known.
    pub usable: Option<bool>,
}

/// Facts without which a check cannot tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Who outside reaches the key.
    Exposure,
    /// What DescribeKey says of it.
    Metadata,
    /// The texts of its policies.
    Policies,
    /// Its grants.
    Grants,
    /// Who can still govern the key.
    Lockout,
    /// Whether anybody can use it.
    Use,
    /// Which accounts belong to the organization.
    Members,
    /// The users and roles of the scanned accounts that the key names.
    NamedPrincipals,
    /// The users, roles and IAM policies of an account; asked of accounts alone.
    Principals,
}

/// A statement of one of the key's policies.
#[derive(Debug, Clone)]
pub struct Written<'a> {
    /// The policy it stands in.
    pub kind: ViaKind,
    /// Its Sid, or `#` and its place.
    pub name: String,
    /// The statement.
    pub statement: &'a Statement,
}

impl Written<'_> {
    /// Whether the statement says anything of the key: one about another key says nothing here (SEM-22).
    #[must_use]
    pub fn is_about(&self, key: &Key) -> bool {
        self.statement.resource.as_ref().is_some_and(|set| set.may_cover(&key.arn))
    }

    /// How findings call it.
    #[must_use]
    pub fn part(&self) -> String {
        match self.kind {
            ViaKind::Ram => format!("AWS_RAM/{}", self.name),
            ViaKind::KeyPolicy | ViaKind::Grant => self.name.clone(),
        }
    }
}

impl<'a> Scene<'a> {
    /// The statements of the key's policies that could be read, but for those whose principals are all gone: of them
    /// the checks of orphans speak.
    pub fn statements(&self) -> impl Iterator<Item = Written<'a>> {
        let gone = self.gone;
        self.every_statement().filter(move |written| !gone.are_all_of(written.statement))
    }

    /// Every statement of the key's policies that could be read.
    pub fn every_statement(&self) -> impl Iterator<Item = Written<'a>> {
        self.policies.iter().flat_map(|&(kind, policy)| {
            let written =
                move |(index, statement)| Written { kind, name: policy.statement_name(index), statement };
            policy.document().statements().map(written)
        })
    }

    /// The ways in from outside, but for those of principals that a statement names and that are gone.
    pub fn reaches(&self) -> impl Iterator<Item = &'a Reach> {
        let gone = self.gone;
        self.exposure.reaches.iter().filter(move |way| !gone.has(&way.principal))
    }

    /// Those that give something of the key: to retire a grant gives nothing.
    pub fn uses(&self) -> impl Iterator<Item = &'a Reach> {
        self.reaches().filter(|way| !way.only_retires_grants())
    }

    /// What DescribeKey says, where it was read.
    #[must_use]
    pub fn metadata(&self) -> Option<&'a KeyMetadata> {
        self.key.metadata.known()
    }

    /// What DescribeKey says of a key that is enabled.
    #[must_use]
    pub fn enabled(&self) -> Option<&'a KeyMetadata> {
        self.metadata().filter(|metadata| metadata.key_state == "Enabled")
    }

    /// A key of the scanned accounts, by its ARN.
    #[must_use]
    pub fn other(&self, arn: &str) -> Option<&'a Key> {
        self.inventory.key(arn)
    }

    /// Whether the key's primary was read and is judged in its place; where its facts were not, it says so itself.
    #[must_use]
    pub fn is_judged_by_primary(&self) -> bool {
        let set = self.metadata().and_then(|metadata| metadata.multi_region.as_ref());
        let primary = set.and_then(|set| set.primary.as_ref());
        let primary = primary.and_then(|primary| self.other(&primary.arn));
        primary.is_some_and(|key| key.metadata.known().is_none_or(|known| known.key_state == "Enabled"))
    }

    /// Whether an account belongs to the organization; `None` where the members were not all read.
    #[must_use]
    pub fn is_member(&self, account: AccountId) -> Option<bool> {
        let is_listed = self
            .organization()
            .is_some_and(|own| own.management_account_id == account || own.members.items.contains(&account));
        match is_listed || self.accounts.contains_key(&account) {
            true => Some(true),
            false => self.members_unread().is_none().then_some(false),
        }
    }

    /// Everyone whom the key's policies and grants name, with the part of the key where they do.
    #[must_use]
    pub fn named(&self) -> Vec<(Principal, String)> {
        let of_statement = |written: Written<'a>| {
            let part = written.part();
            principals(written.statement).into_iter().map(move |one| (one.clone(), part.clone()))
        };
        let of_grants = self.key.grants.items.iter().flat_map(|grant| {
            let named = [&grant.grantee_principal, &grant.retiring_principal].into_iter().flatten();
            named.map(|text| (Principal::of_grant(text.as_str()), grant.grant_id.clone()))
        });
        self.every_statement().flat_map(of_statement).chain(of_grants).collect()
    }

    /// Whether a policy of the key was not read.
    #[must_use]
    pub fn lacks_policies(&self) -> bool {
        self.policies_unread().is_some()
    }

    /// The facts that are missing; none where nothing is.
    #[must_use]
    pub fn lacks(&self, need: Need) -> Vec<Lack> {
        match need {
            Need::Exposure => self.exposure_unread(),
            Need::Metadata => self.metadata_unread().into_iter().collect(),
            Need::Policies => self.policies_unread().into_iter().collect(),
            Need::Grants => self.grants_unread().into_iter().collect(),
            Need::Lockout => self.lockout_unread(),
            Need::Use => self.use_unread(),
            Need::Members => self.members_unread().into_iter().collect(),
            Need::NamedPrincipals => {
                self.named().iter().filter_map(|(one, _)| self.neighbors_unread(one)).collect()
            }
            // The account says so, once for all its keys.
            Need::Principals => Vec::new(),
        }
    }

    fn exposure_unread(&self) -> Vec<Lack> {
        if self.exposure.level != ExposureLevel::Unknown {
            return Vec::new();
        }
        let facts = [self.policies_unread(), self.grants_unread(), self.members_unread()];
        let found: Vec<Lack> = facts.into_iter().flatten().collect();
        if found.is_empty() {
            return vec![Lack::new(Missing::Search, "the search for ways in ended at its limit")];
        }
        found
    }

    fn use_unread(&self) -> Vec<Lack> {
        if self.usable.is_some() {
            return Vec::new();
        }
        let mut found: Vec<Lack> = self.metadata_unread().into_iter().collect();
        found.extend(self.exposure_unread());
        found.extend(self.lockout_unread());
        let iam = self.accounts.get(&self.cell.account_id).and_then(|account| account.iam.as_ref());
        if found.is_empty() && iam.is_none_or(|iam| iam.gap.is_some()) {
            found.push(self.principals_unread());
        }
        if found.is_empty() {
            found.push(Lack::new(Missing::Search, "who can use the key was not settled"));
        }
        found
    }

    fn metadata_unread(&self) -> Option<Lack> {
        self.key.metadata.gap().map(|gap| Lack::new(Missing::Metadata, because("the key", gap)))
    }

    fn grants_unread(&self) -> Option<Lack> {
        let gap = self.key.grants.gap.as_ref();
        gap.map(|gap| Lack::new(Missing::Grants, because("the grants of the key", gap)))
    }

    fn lockout_unread(&self) -> Vec<Lack> {
        if self.lockout.verdict != LockoutVerdict::Unknown {
            return Vec::new();
        }
        let lack = |reason: &LockoutReason| match reason {
            LockoutReason::PolicyUnread => self.policies_unread().unwrap_or_else(|| {
                Lack::new(Missing::Policies, "the policies of the key could not all be read")
            }),
            LockoutReason::IamUnread => self.principals_unread(),
            LockoutReason::GuardrailsUnread => Lack::of_guardrails(self.snapshot),
            _ => Lack::new(
                Missing::Search,
                "a condition asks for a fact that was not read, or the search for writers ended at its limit",
            ),
        };
        self.lockout.reasons.iter().map(lack).collect()
    }

    fn principals_unread(&self) -> Lack {
        let own = self.cell.account_id;
        Lack::of_principals(own, self.accounts.get(&own).copied())
    }

    fn policies_unread(&self) -> Option<Lack> {
        let gap = self.key.policy.gap().or(self.key.ram_policy.gap());
        let texts = self.key.policy.known().into_iter().count()
            + self.key.ram_policy.known().and_then(Option::as_ref).into_iter().count();
        let why = gap.map(|gap| because("a policy of the key", gap)).or_else(|| {
            (self.policies.len() < texts).then(|| "a policy of the key is not a policy document".to_owned())
        });
        why.map(|why| Lack::new(Missing::Policies, why))
    }

    /// The accounts of the organization.
    pub(super) fn members_unread(&self) -> Option<Lack> {
        let gap = match &self.snapshot.organization {
            Fact::Unknown(gap) => Some(gap),
            Fact::Known(organization) => organization.as_ref().and_then(|known| known.members.gap.as_ref()),
        };
        gap.map(|gap| Lack::new(Missing::Members, because("the accounts of the organization", gap)))
    }

    fn neighbors_unread(&self, principal: &Principal) -> Option<Lack> {
        let own = self.cell.account_id;
        let owner = match principal.form() {
            Form::User(owner) | Form::Role(owner) | Form::Session(owner) => owner,
            // It does not say whose it is, and most are of the key's own account.
            Form::UniqueId => own,
            _ => return None,
        };
        let account = self.accounts.get(&owner)?;
        let is_unread = account.iam.as_ref().is_none_or(|iam| iam.gap.is_some());
        let lack = || {
            if owner == own {
                return self.principals_unread();
            }
            let why = format!("the users and roles of account {owner} were not all read");
            Lack::new(Missing::PrincipalsOf(owner), why)
        };
        is_unread.then(lack)
    }

    /// Whom the key's policies name as those who may rewrite them.
    #[must_use]
    pub fn administrators(&self) -> Administrators<'a> {
        Administrators::of(self.policies.iter().map(|(_, policy)| *policy), &self.key.arn)
    }

    /// Whether the lockout verdict rests on that.
    #[must_use]
    pub fn rests_on(&self, reason: LockoutReason) -> bool {
        self.lockout.reasons.contains(&reason)
    }

    /// The organization, where there is one and it was read.
    #[must_use]
    pub fn organization(&self) -> Option<&'a Organization> {
        self.snapshot.organization.known().and_then(Option::as_ref)
    }

    /// The statement that lets somebody in.
    #[must_use]
    pub fn statement(&self, via: &Via) -> Option<Written<'a>> {
        let name = via.statement.as_ref()?;
        self.every_statement().find(|written| written.kind == via.kind && written.name == *name)
    }
}

/// Whom a statement names.
#[must_use]
pub(super) fn principals(statement: &Statement) -> Vec<&Principal> {
    match statement.principal.as_ref().map(|set| &set.principals) {
        Some(Principals::Named(lists)) => lists.iter().flat_map(|(_, list)| list.iter()).collect(),
        Some(Principals::Everyone) | None => Vec::new(),
    }
}

/// Whether a name covers anybody at all.
pub(super) fn is_somebody(principal: &Principal) -> bool {
    principal.account().is_some() || matches!(principal.form(), Form::Everyone | Form::Service)
}

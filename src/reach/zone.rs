//! Whom the key's owner counts as what: the organization of the key's account and the parties that the settings
//! trust. Made once of a snapshot and settings, the same for all keys.

use std::collections::{BTreeMap, BTreeSet};

use keyreach_policy::aws::{AccountId, OrgPath, OrganizationId};

use super::bearer::Bearers;
use crate::{
    config::TrustedSettings,
    snapshot::{Snapshot, gap::Fact},
};

pub(super) use crate::assess::exposure::ReachZone as Zone;

/// The organization of the scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnOrganization {
    /// Its id.
    pub id: OrganizationId,
    /// The account that no guardrail binds.
    pub management: AccountId,
    /// The members that are known.
    pub members: BTreeSet<AccountId>,
    /// All members are known.
    pub members_known: bool,
    /// Where accounts hang.
    pub paths: BTreeMap<AccountId, OrgPath>,
}

impl OwnOrganization {
    /// Whether the account is known to belong to it.
    #[must_use]
    pub fn has(&self, account: AccountId) -> bool {
        self.management == account || self.members.contains(&account)
    }
}

/// What stands around the keys of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Perimeter {
    /// The organization, where there is one and it could be read.
    pub organization: Option<OwnOrganization>,
    /// Whether there is an organization could not be read.
    pub unread: bool,
    /// Whom the settings trust.
    pub trusted: TrustedSettings,
    /// Who bears the unique ids of which policies speak.
    pub bearers: Bearers,
}

impl Perimeter {
    /// What a snapshot and the settings tell.
    #[must_use]
    pub fn new(snapshot: &Snapshot, trusted: &TrustedSettings) -> Self {
        let paths = snapshot.accounts.iter().filter_map(|account| Some((account.id, account.path.clone()?)));
        let organization = match &snapshot.organization {
            Fact::Known(Some(organization)) => Some(OwnOrganization {
                id: organization.id.clone(),
                management: organization.management_account_id,
                members: organization.members.items.iter().copied().collect(),
                members_known: organization.members.gap.is_none(),
                paths: paths.collect(),
            }),
            _ => None,
        };
        Self {
            organization,
            unread: snapshot.organization.gap().is_some(),
            trusted: trusted.clone(),
            bearers: Bearers::new(snapshot),
        }
    }

    /// The organization, if an account belongs to it. While members are unread, accounts of the scan count as such.
    #[must_use]
    pub fn of(&self, account: AccountId) -> Option<&OwnOrganization> {
        self.organization.as_ref().filter(|known| known.has(account) || !known.members_known)
    }

    /// Where another account than the key's stands. Members of an organization that is not the key's are outside.
    #[must_use]
    pub fn account(&self, key_account: AccountId, account: AccountId) -> Zone {
        if self.of(key_account).is_some_and(|own| own.has(account)) {
            Zone::Organization
        } else if self.trusted.accounts.contains_key(&account) {
            Zone::Trusted
        } else {
            Zone::External
        }
    }

    /// Where the members of another organization stand.
    #[must_use]
    pub fn organization(&self, id: &str) -> Zone {
        let trusted = self.trusted.organizations.keys().any(|known| known.as_str() == id);
        if trusted { Zone::Trusted } else { Zone::External }
    }
}

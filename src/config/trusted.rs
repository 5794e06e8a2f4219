//! Whom the settings trust: accounts and organizations outside that are known and wanted.

use std::collections::BTreeMap;

use keyreach_policy::aws::{AccountId, OrganizationId};

use super::{ConfigError, raw, value};

/// Accounts and organizations outside that are known and wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedSettings {
    /// The accounts.
    pub accounts: BTreeMap<AccountId, TrustedParty>,
    /// The organizations.
    pub organizations: BTreeMap<OrganizationId, TrustedParty>,
}

/// Who a trusted account or organization is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedParty {
    /// Its name.
    pub name: String,
    /// Why it is trusted.
    pub reason: String,
}

impl TrustedSettings {
    pub(super) fn validate(raw: raw::RawTrusted) -> Result<Self, ConfigError> {
        let mut trusted = Self::default();
        for entry in raw.account {
            let party = party(entry.name, entry.reason)?;
            let setting = "trusted.account.id";
            let id = entry.id.parse().map_err(|problem| ConfigError::Account { setting, problem })?;
            if trusted.accounts.insert(id, party).is_some() {
                return Err(value(setting, id, "is there twice"));
            }
        }
        for entry in raw.organization {
            let party = party(entry.name, entry.reason)?;
            let setting = "trusted.organization.id";
            let problem = "is not an organization's id such as `o-a1b2c3d4e5`";
            let id: OrganizationId = entry.id.parse().map_err(|_| value(setting, &entry.id, problem))?;
            if trusted.organizations.insert(id, party).is_some() {
                return Err(value(setting, &entry.id, "is there twice"));
            }
        }
        Ok(trusted)
    }
}

/// A trust without a reason is forgotten before it is wrong.
fn party(name: String, reason: String) -> Result<TrustedParty, ConfigError> {
    if name.trim().is_empty() || reason.trim().is_empty() {
        return Err(value("trusted", name, "needs a name and a reason"));
    }
    Ok(TrustedParty { name, reason })
}

//! Who reaches a key from outside, told apart as one reads it: by zone and account, not by role.

use std::collections::BTreeMap;

use keyreach_policy::aws::AccountId;

use crate::assess::exposure::{Reach, ReachZone};

/// One outside party.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Party {
    pub(super) zone: ReachZone,
    /// An account's id, or `*` where no account is named.
    pub(super) who: String,
}

impl Party {
    pub(super) fn of(reach: &Reach) -> Self {
        let who = reach.principal.as_str();
        let account = if who.starts_with("arn:") { who.split(':').nth(4) } else { Some(who) };
        let who = account.filter(|account| account.parse::<AccountId>().is_ok()).unwrap_or("*");
        Self { zone: reach.zone, who: who.to_owned() }
    }

    /// Its name in links: it needs no escaping.
    pub(super) fn token(&self) -> String {
        format!("{}:{}", zone_name(self.zone), self.who)
    }

    /// What a reader calls it.
    pub(super) fn label(&self, names: &BTreeMap<AccountId, &str>) -> String {
        if self.who == "*" {
            return anyone(self.zone).to_owned();
        }
        let name = self.who.parse().ok().and_then(|id: AccountId| names.get(&id).copied());
        name.map_or_else(|| self.who.clone(), |name| format!("{name} {}", self.who))
    }
}

/// The name in reports.
pub(super) fn zone_name(zone: ReachZone) -> &'static str {
    match zone {
        ReachZone::Organization => "organization",
        ReachZone::Trusted => "trusted",
        ReachZone::External => "external",
        ReachZone::Public => "public",
    }
}

fn anyone(zone: ReachZone) -> &'static str {
    match zone {
        ReachZone::Organization => "the organization's accounts",
        ReachZone::Trusted => "trusted accounts",
        ReachZone::External => "a bounded set of accounts",
        ReachZone::Public => "any AWS account",
    }
}

#[cfg(test)]
mod tests {
    use super::Party;
    use crate::assess::exposure::{Reach, ReachZone};

    fn party(principal: &str) -> String {
        Party::of(&Reach {
            zone: ReachZone::External,
            principal: principal.to_owned(),
            actions: Vec::new(),
            access: Vec::new(),
            via: Vec::new(),
            conditions: Vec::new(),
            needs_identity_policy: false,
            confirmed: None,
            witness: None,
        })
        .token()
    }

    #[test]
    fn a_party_is_an_account_or_nobody_in_particular() {
        assert_eq!(party("arn:aws:iam::999999999999:role/x"), "external:999999999999");
        assert_eq!(party("999999999999"), "external:999999999999");
        assert_eq!(party("*"), "external:*");
        assert_eq!(party("arn:aws:iam::\"><script>:role/x"), "external:*");
    }
}

//! Whom to visit: the settings and the organization's list of accounts become targets, and an account's
//! Regions become cells. Pure: it asks nobody.

use std::collections::BTreeSet;

use keyreach_policy::aws::{AccountId, OrgPath, Partition, Region};

use crate::{
    config::{Regions, ScanSettings},
    snapshot::organization::{RegionSource, SkipReason},
};

/// An account as Organizations lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedAccount {
    /// Its id.
    pub id: AccountId,
    /// Its name.
    pub name: Option<String>,
    /// Its `State`.
    pub state: Option<String>,
    /// Its place in the tree.
    pub path: Option<OrgPath>,
}

/// A Region as an account lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedRegion {
    /// The Region.
    pub region: Region,
    /// It is on for this account.
    pub enabled: bool,
}

/// An account and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The account.
    pub account: ListedAccount,
    /// Leave it out, and why; none: visit it.
    pub skip: Option<SkipReason>,
}

/// The Regions of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRegions {
    /// Where the list came from.
    pub source: RegionSource,
    /// To visit.
    pub enabled: BTreeSet<Region>,
    /// Off for this account.
    pub disabled: BTreeSet<Region>,
}

/// The accounts to show, in order: those listed, and those that only the settings name.
#[must_use]
pub fn expand(settings: &ScanSettings, listed: Vec<ListedAccount>) -> Vec<Target> {
    let named = settings.accounts.iter().filter(|id| !listed.iter().any(|account| account.id == **id));
    let unlisted =
        named.map(|&id| ListedAccount { id, name: None, state: None, path: None }).collect::<Vec<_>>();
    let mut targets: Vec<Target> = listed
        .into_iter()
        .chain(unlisted)
        .map(|account| Target { skip: skip(settings, &account), account })
        .collect();
    targets.sort_by_key(|target| target.account.id);
    targets.dedup_by_key(|target| target.account.id);
    targets
}

/// `State` decides; an account about to close still works, a closed one does not.
/// Source: AWS Organizations User Guide, "Monitoring the state of accounts".
fn skip(settings: &ScanSettings, account: &ListedAccount) -> Option<SkipReason> {
    let wanted = settings.accounts.is_empty() || settings.accounts.contains(&account.id);
    if !wanted || settings.exclude_accounts.contains(&account.id) {
        return Some(SkipReason::Settings);
    }
    match account.state.as_deref() {
        Some("SUSPENDED" | "CLOSED" | "PENDING_ACTIVATION") => Some(SkipReason::State),
        _ => None,
    }
}

/// The Regions to visit in an account that told which are on; `None`: it could not tell.
#[must_use]
pub fn regions(settings: &Regions, partition: &Partition, told: Option<&[ListedRegion]>) -> AccountRegions {
    let listed = told.unwrap_or_default();
    let off: BTreeSet<Region> =
        listed.iter().filter(|listed| !listed.enabled).map(|listed| listed.region.clone()).collect();
    let on = listed.iter().filter(|listed| listed.enabled).map(|listed| listed.region.clone());
    match (settings, told) {
        (Regions::Named(named), _) => AccountRegions {
            source: RegionSource::Settings,
            enabled: named.difference(&off).cloned().collect(),
            disabled: named.intersection(&off).cloned().collect(),
        },
        (Regions::Auto, Some(_)) => {
            AccountRegions { source: RegionSource::Account, enabled: on.collect(), disabled: off }
        }
        (Regions::Auto, None) => AccountRegions {
            source: RegionSource::PartitionDefaults,
            enabled: partition.default_regions().into_iter().collect(),
            disabled: BTreeSet::new(),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use keyreach_policy::aws::{AccountId, Partition, Region};

    use super::{ListedAccount, ListedRegion, expand, regions};
    use crate::{
        config::{Regions, ScanSettings},
        snapshot::organization::{RegionSource, SkipReason},
    };

    fn account(id: &str, state: &str) -> ListedAccount {
        ListedAccount { id: id.parse().unwrap(), name: None, state: Some(state.to_owned()), path: None }
    }

    fn ids(texts: &[&str]) -> BTreeSet<AccountId> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn skips(settings: &ScanSettings, listed: Vec<ListedAccount>) -> Vec<Option<SkipReason>> {
        expand(settings, listed).into_iter().map(|target| target.skip).collect()
    }

    #[test]
    fn the_state_decides_who_is_visited() {
        let states =
            ["ACTIVE", "PENDING_CLOSURE", "SUSPENDED", "CLOSED", "PENDING_ACTIVATION", "A_NEW_STATE"];
        let listed = states.iter().enumerate().map(|(i, state)| account(&format!("00000000000{i}"), state));
        let skipped = Some(SkipReason::State);
        assert_eq!(
            skips(&ScanSettings::default(), listed.collect()),
            [None, None, skipped, skipped, skipped, None]
        );
    }

    #[test]
    fn named_accounts_are_visited_also_where_nobody_lists_them() {
        let settings = ScanSettings {
            accounts: ids(&["000000000001", "000000000009"]),
            exclude_accounts: ids(&["000000000001"]),
            ..ScanSettings::default()
        };
        let listed = vec![account("000000000002", "ACTIVE"), account("000000000001", "ACTIVE")];
        let left_out = Some(SkipReason::Settings);
        assert_eq!(skips(&settings, listed), [left_out, left_out, None]);
    }

    #[test]
    fn named_regions_that_are_off_are_disabled_cells() {
        let told = vec![
            ListedRegion { region: Region::new("eu-west-1"), enabled: true },
            ListedRegion { region: Region::new("me-south-1"), enabled: false },
        ];
        let named = ["eu-west-1", "me-south-1"].map(Region::new).into();
        let found = regions(&Regions::Named(named), &Partition::new("aws"), Some(&told));
        assert_eq!(found.enabled, [Region::new("eu-west-1")].into());
        assert_eq!(found.disabled, [Region::new("me-south-1")].into());
    }

    #[test]
    fn an_account_that_cannot_tell_is_visited_where_its_partition_is_on_by_default() {
        let found = regions(&Regions::Auto, &Partition::new("aws-cn"), None);
        assert_eq!(found.source, RegionSource::PartitionDefaults);
        assert_eq!(found.enabled.len(), 2);
    }
}

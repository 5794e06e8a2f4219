//! The organization as a whole: first its accounts, so that visits can begin; then its tree and guardrails,
//! beside the visits.

use std::collections::BTreeMap;

use futures_util::{StreamExt, stream};
use keyreach_policy::aws::{AccountId, OrgPath};

use super::{gap::Refusal, organizations::Organizations, sts::Caller};
use crate::call;
use crate::{
    config::ScanSettings,
    snapshot::{
        TargetSource,
        gap::{Fact, Gap, Listing},
        organization::{Guardrail, GuardrailKind, Organization, OrganizationalUnit, Root},
    },
    target::ListedAccount,
};

/// Policies and branches asked about at once; the pacer sets the real pace.
const AT_ONCE: usize = 16;

/// What is known before the first visit.
pub(super) struct Found {
    pub(super) organization: Fact<Option<Organization>>,
    /// The accounts to consider.
    pub(super) accounts: Vec<ListedAccount>,
    /// Accounts whose place ListAccounts did not tell.
    pub(super) unplaced: Vec<AccountId>,
    pub(super) source: TargetSource,
}

/// The organization's ids and accounts.
pub(super) async fn find(organizations: &Organizations, caller: &Caller, settings: &ScanSettings) -> Found {
    let own = ListedAccount { id: caller.account, name: None, state: None, path: None };
    let alone = |organization, source| Found {
        organization,
        accounts: vec![own.clone()],
        unplaced: Vec::new(),
        source: if settings.accounts.is_empty() { source } else { TargetSource::Settings },
    };
    let described = match organizations.describe_organization(caller.account).await {
        Ok(Some(described)) => described,
        Ok(None) => return alone(Fact::Known(None), TargetSource::NoOrganization),
        Err(gap) => return alone(Fact::Unknown(gap), TargetSource::OrganizationUnread),
    };
    let (id, management) = match (described.id.parse(), described.management_account_id.parse()) {
        (Ok(id), Ok(management)) => (id, management),
        _ => {
            let refusal = Refusal::malformed(format!("`{}` is not an organization's id", described.id));
            let gap = refusal.into_gap(&call::DESCRIBE_ORGANIZATION, &caller.account.to_string());
            return alone(Fact::Unknown(gap), TargetSource::OrganizationUnread);
        }
    };
    let listed = organizations.list_accounts(&described.id).await;
    let organization = |members| Organization {
        id,
        management_account_id: management,
        feature_set: described.feature_set,
        members,
        roots: Listing::default(),
        units: Listing::default(),
        guardrails: Listing::default(),
    };
    if listed.items.is_empty() {
        let members = Listing { items: Vec::new(), gap: listed.gap };
        return alone(Fact::Known(Some(organization(members))), TargetSource::OrganizationUnread);
    }
    let mut ids: Vec<AccountId> = listed.items.iter().map(|account| account.id).collect();
    ids.sort();
    Found {
        organization: Fact::Known(Some(organization(Listing { items: ids, gap: listed.gap }))),
        unplaced: listed
            .items
            .iter()
            .filter(|account| account.path.is_none())
            .map(|account| account.id)
            .collect(),
        accounts: listed.items,
        source: if settings.accounts.is_empty() {
            TargetSource::Organizations
        } else {
            TargetSource::Settings
        },
    }
}

/// The organization with its tree and guardrails.
pub(super) struct Details {
    pub(super) organization: Fact<Option<Organization>>,
    pub(super) paths: BTreeMap<AccountId, OrgPath>,
    /// What cut several lists short at once: each list keeps one gap, the others are here.
    pub(super) gaps: Vec<Gap>,
}

impl Details {
    fn bare(organization: Fact<Option<Organization>>) -> Self {
        Self { organization, paths: BTreeMap::new(), gaps: Vec::new() }
    }
}

/// Reads the tree and the guardrails, and finds the accounts that have no place yet.
pub(super) async fn describe(
    organizations: &Organizations,
    found: Fact<Option<Organization>>,
    unplaced: &[AccountId],
) -> Details {
    let Fact::Known(Some(organization)) = found else {
        return Details::bare(found);
    };
    if organization.members.items.is_empty() {
        // Whoever may not list the accounts may not read the rest either: one gap says it.
        return Details::bare(Fact::Known(Some(organization)));
    }
    let id = organization.id.as_str();
    let (guardrails, (roots, units)) = tokio::join!(guardrails(organizations), tree(organizations, id));
    let accounts = match unplaced {
        [] => Listings::default(),
        _ => paths(organizations, id, &roots.items, &units.listing.items).await,
    };
    let gaps = [
        guardrails.more_gaps,
        units.more_gaps,
        accounts.more_gaps,
        accounts.listing.gap.into_iter().collect(),
    ];
    let (guardrails, units) = (guardrails.listing, units.listing);
    Details {
        organization: Fact::Known(Some(Organization { roots, units, guardrails, ..organization })),
        paths: accounts.listing.items.into_iter().collect(),
        gaps: gaps.concat(),
    }
}

/// Several lists made one.
struct Listings<T> {
    listing: Listing<T>,
    more_gaps: Vec<Gap>,
}

impl<T> Default for Listings<T> {
    fn default() -> Self {
        Self { listing: Listing::default(), more_gaps: Vec::new() }
    }
}

impl<T> Extend<Listing<T>> for Listings<T> {
    fn extend<I: IntoIterator<Item = Listing<T>>>(&mut self, lists: I) {
        for list in lists {
            self.listing.items.extend(list.items);
            match (&self.listing.gap, list.gap) {
                (None, gap) => self.listing.gap = gap,
                (Some(_), gap) => self.more_gaps.extend(gap),
            }
        }
    }
}

async fn guardrails(organizations: &Organizations) -> Listings<Guardrail> {
    let (service, resource) = tokio::join!(
        guardrails_of(organizations, GuardrailKind::ServiceControlPolicy),
        guardrails_of(organizations, GuardrailKind::ResourceControlPolicy)
    );
    let mut all = Listings::default();
    all.extend([service, resource]);
    all.listing.items.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
    all
}

async fn guardrails_of(organizations: &Organizations, kind: GuardrailKind) -> Listing<Guardrail> {
    let listed = organizations.list_policies(kind).await;
    let items = stream::iter(listed.items)
        .map(|policy| organizations.guardrail(kind, policy))
        .buffer_unordered(AT_ONCE)
        .filter_map(std::future::ready)
        .collect()
        .await;
    Listing { items, gap: listed.gap }
}

/// The roots and all units, level by level.
async fn tree(organizations: &Organizations, id: &str) -> (Listing<Root>, Listings<OrganizationalUnit>) {
    let roots = organizations.list_roots(id).await;
    let mut units = Listings::default();
    let mut parents: Vec<String> = roots.items.iter().map(|root| root.id.clone()).collect();
    while !parents.is_empty() {
        let mut level = Listings::default();
        let below: Vec<Listing<OrganizationalUnit>> = stream::iter(&parents)
            .map(|parent| organizations.list_organizational_units(parent))
            .buffered(AT_ONCE)
            .collect()
            .await;
        level.extend(below);
        level.listing.items.sort_by(|a, b| a.id.cmp(&b.id));
        parents = level.listing.items.iter().map(|unit| unit.id.clone()).collect();
        units.more_gaps.extend(level.more_gaps);
        units.extend([level.listing]);
    }
    (roots, units)
}

/// Where every account hangs, asked branch by branch.
async fn paths(
    organizations: &Organizations,
    id: &str,
    roots: &[Root],
    units: &[OrganizationalUnit],
) -> Listings<(AccountId, OrgPath)> {
    let mut branches: BTreeMap<&str, String> =
        roots.iter().map(|root| (root.id.as_str(), format!("{id}/{}/", root.id))).collect();
    // Parents come first, so each finds the path above it.
    for unit in units {
        if let Some(above) = branches.get(unit.parent_id.as_str()) {
            let path = format!("{above}{}/", unit.id);
            branches.insert(&unit.id, path);
        }
    }
    let lists: Vec<_> = stream::iter(&branches)
        .map(|(parent, path)| accounts_at(organizations, parent, path))
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut all = Listings::default();
    all.extend(lists);
    all
}

async fn accounts_at(
    organizations: &Organizations,
    parent: &str,
    path: &str,
) -> Listing<(AccountId, OrgPath)> {
    let accounts = organizations.list_accounts_for_parent(parent).await;
    let path = path.parse::<OrgPath>().ok();
    let placed = accounts.items.into_iter().filter_map(|account| Some((account, path.clone()?)));
    Listing { items: placed.collect(), gap: accounts.gap }
}

//! The operations this AWS knows: one row each, with its permission, its published quota and the function
//! that answers it. An operation is added here and in the file of its service, nowhere else.

use crate::service::{account, iam, kms, organizations, sts};
use crate::wire::{Ask, Reply};

/// A service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Kms,
    Organizations,
    Sts,
    Iam,
    Account,
}

impl Service {
    /// The name in permissions, ledgers and fault selectors.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Kms => "kms",
            Self::Organizations => "organizations",
            Self::Sts => "sts",
            Self::Iam => "iam",
            Self::Account => "account",
        }
    }
}

/// A token bucket: tokens a second, and how many it holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    pub(crate) refill: f64,
    pub(crate) burst: f64,
}

/// One operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) service: Service,
    pub(crate) name: &'static str,
    /// What each account may ask.
    pub(crate) rate: Rate,
    /// What the whole organization may ask.
    pub(crate) organization_rate: Option<Rate>,
    pub(crate) answer: fn(&Ask<'_>) -> Reply,
}

const fn kms(name: &'static str, rate: f64, answer: fn(&Ask<'_>) -> Reply) -> Operation {
    let rate = Rate { refill: rate, burst: rate };
    Operation { service: Service::Kms, name, rate, organization_rate: None, answer }
}

const fn organizations(
    name: &'static str,
    account: (f64, f64),
    all: Option<(f64, f64)>,
    answer: fn(&Ask<'_>) -> Reply,
) -> Operation {
    let organization_rate = match all {
        Some((refill, burst)) => Some(Rate { refill, burst }),
        None => None,
    };
    let rate = Rate { refill: account.0, burst: account.1 };
    Operation { service: Service::Organizations, name, rate, organization_rate, answer }
}

const fn other(
    service: Service,
    name: &'static str,
    rate: (f64, f64),
    answer: fn(&Ask<'_>) -> Reply,
) -> Operation {
    let rate = Rate { refill: rate.0, burst: rate.1 };
    Operation { service, name, rate, organization_rate: None, answer }
}

/// Every operation, its place in the list being its number.
pub(crate) static OPERATIONS: &[Operation] = &[
    kms("ListKeys", 500.0, kms::keys::list_keys),
    kms("ListAliases", 500.0, kms::keys::list_aliases),
    kms("DescribeKey", 2000.0, kms::keys::describe_key),
    kms("ListResourceTags", 2000.0, kms::keys::list_resource_tags),
    kms("GetKeyPolicy", 1000.0, kms::policy::get_key_policy),
    kms("ListKeyPolicies", 100.0, kms::policy::list_key_policies),
    kms("ListGrants", 100.0, kms::grants::list_grants),
    kms("GetKeyRotationStatus", 1000.0, kms::rotation::get_key_rotation_status),
    kms("ListKeyRotations", 100.0, kms::rotation::list_key_rotations),
    kms("GetKeyLastUsage", 5.0, kms::usage::get_key_last_usage),
    kms("DescribeCustomKeyStores", 5.0, kms::stores::describe_custom_key_stores),
    organizations("DescribeOrganization", (1.0, 2.0), None, organizations::describe_organization),
    organizations("ListAccounts", (8.0, 12.0), Some((9.0, 15.0)), organizations::list_accounts),
    organizations("ListRoots", (1.0, 2.0), Some((1.0, 3.0)), organizations::list_roots),
    organizations(
        "ListOrganizationalUnitsForParent",
        (5.0, 8.0),
        Some((6.0, 10.0)),
        organizations::list_units,
    ),
    organizations(
        "ListAccountsForParent",
        (5.0, 8.0),
        Some((6.0, 10.0)),
        organizations::list_accounts_for_parent,
    ),
    organizations("ListPolicies", (5.0, 8.0), Some((6.0, 10.0)), organizations::policies::list_policies),
    organizations(
        "ListTargetsForPolicy",
        (5.0, 8.0),
        Some((6.0, 10.0)),
        organizations::policies::list_targets,
    ),
    organizations("DescribePolicy", (2.0, 2.0), Some((2.0, 3.0)), organizations::policies::describe_policy),
    other(Service::Sts, "AssumeRole", (600.0, 600.0), sts::assume_role),
    other(Service::Sts, "GetCallerIdentity", (600.0, 600.0), sts::get_caller_identity),
    other(
        Service::Iam,
        "GetAccountAuthorizationDetails",
        (5.0, 10.0),
        iam::get_account_authorization_details,
    ),
    other(Service::Iam, "GetAccountSummary", (5.0, 10.0), iam::get_account_summary),
    other(Service::Account, "ListRegions", (5.0, 5.0), account::list_regions),
];

/// Finds an operation and its number.
pub(crate) fn find(service: Service, name: &str) -> Option<(usize, &'static Operation)> {
    OPERATIONS.iter().enumerate().find(|(_, known)| known.service == service && known.name == name)
}

/// Finds an operation of the Query protocol, where only the name says which service is meant.
pub(crate) fn find_query(name: &str) -> Option<(usize, &'static Operation)> {
    find(Service::Sts, name).or_else(|| find(Service::Iam, name))
}

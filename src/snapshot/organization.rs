//! The organization: its tree, its accounts, its guardrails (SCPs and RCPs) and where they hang.

use std::collections::BTreeSet;

use keyreach_policy::aws::{AccountId, OrgPath, OrganizationId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::gap::{Fact, Gap, Listing};
use super::principal::Iam;

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// The account that no guardrail binds.
    pub management_account_id: AccountId,
    /// `ALL` or `CONSOLIDATED_BILLING`.
    pub feature_set: Option<String>,
    /// Whether all member accounts could be listed.
    pub members: Listing<AccountId>,
    /// The root of the tree, with the policy types that are in force.
    pub roots: Listing<Root>,
    /// The organizational units, parents first.
    pub units: Listing<OrganizationalUnit>,
    /// The service control and resource control policies, by id.
    pub guardrails: Listing<Guardrail>,
}

impl Organization {
    /// Every gap in what is known of the organization.
    pub fn gaps(&self) -> impl Iterator<Item = &Gap> {
        let guardrails = self
            .guardrails
            .items
            .iter()
            .flat_map(|g| g.document.gap().into_iter().chain(g.targets.gap.as_ref()));
        [&self.members.gap, &self.roots.gap, &self.units.gap, &self.guardrails.gap]
            .into_iter()
            .flatten()
            .chain(guardrails)
    }
}

/// The root of an organization's tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Root {
    /// `r-…`
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// The policy types in force, such as `RESOURCE_CONTROL_POLICY`.
    pub enabled_policy_types: BTreeSet<String>,
}

/// An organizational unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganizationalUnit {
    /// `ou-…`
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// The root or unit above it.
    pub parent_id: String,
}

/// A service control policy or resource control policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Guardrail {
    /// `p-…`
    pub id: String,
    /// Its name.
    pub name: String,
    /// Which of the two.
    pub kind: GuardrailKind,
    /// AWS made it, as `FullAWSAccess` and `RCPFullAWSAccess`.
    pub aws_managed: bool,
    /// Its text.
    pub document: Fact<String>,
    /// The ids of roots, units and accounts it is attached to.
    pub targets: Listing<String>,
}

/// The two kinds of guardrail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum GuardrailKind {
    /// Limits the principals of member accounts.
    ServiceControlPolicy,
    /// Limits the resources of member accounts.
    ResourceControlPolicy,
}

/// One account: where it stands, how it was entered, and who lives there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its name; `null` where Organizations did not tell.
    pub name: Option<String>,
    /// `ACTIVE`, `SUSPENDED`, `CLOSED`, …; `null` where Organizations did not tell.
    pub state: Option<String>,
    /// Its place in the organization.
    pub path: Option<OrgPath>,
    /// Whether it was entered, and as whom.
    pub entry: Entry,
    /// Where the list of its Regions came from; `null` where it was not entered.
    pub regions: Option<RegionSource>,
    /// Its principals and their policies; `null` where it was not entered.
    pub iam: Option<Iam>,
    /// What could not be read and belongs to no Region.
    pub gaps: Vec<Gap>,
}

impl Account {
    /// Every gap in what is known of the account.
    pub fn gaps(&self) -> impl Iterator<Item = &Gap> {
        self.gaps.iter().chain(self.iam.iter().flat_map(Iam::gaps))
    }
}

/// Whether an account was entered, and as whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// Through a role in the account.
    Role(String),
    /// As the caller itself, whose own account it is.
    Caller(String),
    /// The door stayed shut; the gap says why.
    Refused,
    /// It is not one to scan: its state forbids it, or the settings leave it out.
    Skipped(SkipReason),
    /// The scan was stopped before its turn came.
    NotStarted,
}

/// Why an account is not one to scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// It is suspended, closed or not yet activated.
    State,
    /// The settings leave it out.
    Settings,
}

/// Where the list of an account's Regions came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegionSource {
    /// The account told which are on.
    Account,
    /// The settings named them.
    Settings,
    /// The account could not tell: the Regions that are on by default in its partition.
    PartitionDefaults,
}

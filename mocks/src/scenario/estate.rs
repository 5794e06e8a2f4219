//! The parts of a scenario that describe the organization: accounts, guardrails, the caller, generated numbers.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Iam;

/// How long a round trip takes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Latency {
    /// Milliseconds that every request takes.
    pub fixed_ms: u64,
    /// Up to so many more, drawn from the seed and the request.
    pub jitter_ms: u64,
}

/// The long-term credentials the scan starts with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CallerIdentity {
    /// The account of the caller.
    pub account: String,
    /// The IAM user of the caller.
    pub user: String,
    /// The region of the caller.
    pub region: String,
    /// Its access key id; not a key of AWS.
    pub access_key_id: String,
    /// Its secret; nothing checks it.
    pub secret_access_key: String,
}

impl Default for CallerIdentity {
    fn default() -> Self {
        Self {
            account: "111122223333".into(),
            user: "scanner".into(),
            region: "us-east-1".into(),
            access_key_id: "AKIAIOSFODNN7EXAMPLE".into(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
        }
    }
}

/// The role that each account offers to the scan.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScanRole {
    /// Its name.
    pub name: String,
    /// The external id it wants.
    pub external_id: Option<String>,
    /// Account ids and principal ARNs that may assume it; empty: the caller's account.
    pub trusted: Vec<String>,
}

impl Default for ScanRole {
    fn default() -> Self {
        Self { name: "keyreach-audit".into(), external_id: None, trusted: Vec::new() }
    }
}

/// The organization of the accounts.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Organization {
    /// Its id; unset: drawn from the seed.
    pub id: Option<String>,
    /// The management account.
    pub management: String,
    /// Member accounts that may read the organization.
    pub delegated_administrators: Vec<String>,
    /// Units besides those that accounts name, as paths of names (`Workloads/Prod`).
    pub units: Vec<String>,
    /// Policy types that are off at the root (`RESOURCE_CONTROL_POLICY`).
    pub disabled_policy_types: Vec<GuardrailType>,
    /// Units and accounts from which FullAWSAccess was detached.
    pub without_full_access: Vec<String>,
}

/// One account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its e-mail address; unset: from the name.
    pub email: Option<String>,
    /// `ACTIVE`, `SUSPENDED`, `CLOSED`, `PENDING_CLOSURE` or `PENDING_ACTIVATION`.
    pub state: String,
    /// Its unit as a path of names; empty: under the root.
    pub unit: String,
    /// In the organization; a foreign account that still can be assumed into is not.
    pub member: bool,
    /// Whether the role of the scan exists here.
    pub scan_role: bool,
    /// Opt-in regions that are on here.
    pub opted_in: Vec<String>,
    /// Regions with another status (`DISABLING`).
    pub region_status: BTreeMap<String, String>,
    /// IAM blueprints, by name.
    pub blueprints: Vec<String>,
    /// IAM of its own.
    pub iam: Iam,
    /// The root user has MFA, a password, access keys.
    pub root_mfa: bool,
    /// The root user has a password.
    pub root_password: bool,
    /// The root user has access keys.
    pub root_access_keys: bool,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            email: None,
            state: "ACTIVE".into(),
            unit: String::new(),
            member: true,
            scan_role: true,
            opted_in: Vec::new(),
            region_status: BTreeMap::new(),
            blueprints: Vec::new(),
            iam: Iam::default(),
            root_mfa: true,
            root_password: true,
            root_access_keys: false,
        }
    }
}

/// The two sorts of guardrail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum GuardrailType {
    /// Limits what principals of member accounts may do.
    #[serde(rename = "SERVICE_CONTROL_POLICY", alias = "scp")]
    ServiceControlPolicy,
    /// Limits what may be done to resources of member accounts.
    #[serde(rename = "RESOURCE_CONTROL_POLICY", alias = "rcp")]
    ResourceControlPolicy,
}

/// An SCP or an RCP.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guardrail {
    /// Its name.
    pub name: String,
    /// `scp` or `rcp`.
    pub r#type: GuardrailType,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Where it is attached: `root`, the path of a unit, or an account id.
    pub targets: Vec<String>,
    /// Its text, or the name of one in `[policies]`.
    pub policy: String,
}

/// An estate made from numbers: nothing of it is held in memory, each key follows from the seed and its place.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Generated {
    /// Accounts, the management account and the caller's among them.
    pub accounts: usize,
    /// Regions that are on in every account, from AWS's own list.
    pub regions: usize,
    /// How many of those hold keys; unset: all.
    pub busy_regions: Option<usize>,
    /// Customer keys in each busy account and region.
    pub keys: u64,
    /// AWS managed keys in each busy account and region.
    pub aws_managed_keys: u64,
    /// Grants on each key.
    pub grants_per_key: u64,
    /// IAM roles in each account, besides the scan's.
    pub principals_per_account: u64,
    /// SCPs and RCPs, besides AWS's own two.
    pub guardrails: usize,
    /// The share of all keys that one account holds.
    pub heavy_account_share: f64,
    /// Over how many regions that account spreads them.
    pub heavy_regions: usize,
    /// Keys in the first region of the second account, instead of `keys`.
    pub keys_in_one_cell: Option<u64>,
    /// Grants on the first key of each cell, instead of `grants_per_key`.
    pub grants_on_first_key: Option<u64>,
}

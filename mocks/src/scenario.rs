//! The organization as written: plain serde structs, one TOML file each, every field documented.
//! It checks spelling only; `world` resolves names, fills in defaults and builds what the services answer from.

mod estate;
mod fault;
mod iam;
mod key;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use estate::{
    Account, CallerIdentity, Generated, Guardrail, GuardrailType, Latency, Organization, ScanRole,
};
pub use fault::{Fault, FaultKind};
pub use iam::{Group, Iam, ManagedPolicy, Role, User};
pub use key::{Grant, Key, Material, MultiRegion, Rotation, Store, Xks};

/// Why a scenario cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// Not TOML, an unknown field, or a value of the wrong sort.
    #[error("the scenario cannot be read: {0}")]
    Syntax(#[from] Box<toml::de::Error>),
    /// A name that nothing in the scenario answers to.
    #[error("`{name}` is named as {role}, but the scenario has no such thing")]
    Unknown {
        /// What was named.
        name: String,
        /// As what.
        role: &'static str,
    },
    /// The `clock` is not an RFC 3339 time in UTC.
    #[error("`{0}` is not a time such as 2026-11-01T09:00:00Z")]
    Clock(String),
}

/// An organization as written in a scenario file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    /// One line for people.
    pub title: String,
    /// Every id, jitter and fault follows from it.
    pub seed: u64,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// The simulated time at the start, RFC 3339 UTC; unset: the wall clock when the cloud is made.
    pub clock: Option<String>,
    /// Whether the published request quotas are enforced.
    pub quotas: bool,
    /// The share of every KMS quota that somebody else in the account uses up, 0 to 1.
    pub neighbour: f64,
    /// Requests a second that IAM gives `GetAccountAuthorizationDetails`, an account.
    pub iam_rate: f64,
    /// How many of them at once.
    pub iam_burst: f64,
    /// Requests a second that IAM gives the caller's account for all sessions that it began, whatever account they are in.
    pub iam_caller_rate: f64,
    /// How many of them at once.
    pub iam_caller_burst: f64,
    /// The round trip.
    pub latency: Latency,
    /// Whether ListAccounts still answers the retired `Status` field.
    pub account_status: bool,
    /// Whether ListAccounts answers `Paths`; without them a caller walks the tree.
    pub account_paths: bool,
    /// Who runs the scan.
    pub caller: CallerIdentity,
    /// The role every account offers to the scan.
    pub scan_role: Option<ScanRole>,
    /// Regions that are on in every account.
    pub regions: Vec<String>,
    /// Regions that are on only where an account says so.
    pub opt_in_regions: Vec<String>,
    /// The organization; absent: the accounts are in none.
    pub organization: Option<Organization>,
    /// The accounts.
    #[serde(rename = "account")]
    pub accounts: Vec<Account>,
    /// SCPs and RCPs.
    #[serde(rename = "guardrail")]
    pub guardrails: Vec<Guardrail>,
    /// Policy documents that keys, roles and guardrails name. `{account}`, `{region}`, `{key}`, `{partition}`,
    /// `{organization}`, `{root}`, `{management}` and `{caller}` are filled in.
    pub policies: BTreeMap<String, String>,
    /// IAM blueprints that accounts name.
    pub iam: BTreeMap<String, Iam>,
    /// The customer keys.
    #[serde(rename = "key")]
    pub keys: Vec<Key>,
    /// The custom key stores.
    #[serde(rename = "store")]
    pub stores: Vec<Store>,
    /// Services whose AWS managed key exists wherever a customer key does (`s3`, `ebs`).
    pub aws_managed_keys: Vec<String>,
    /// Services whose predefined alias stands without a key.
    pub unbound_aliases: Vec<String>,
    /// What goes wrong.
    #[serde(rename = "fault")]
    pub faults: Vec<Fault>,
    /// Accounts and keys made from numbers.
    pub generated: Option<Generated>,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            title: String::new(),
            seed: 1,
            partition: "aws".into(),
            clock: None,
            quotas: true,
            neighbour: 0.0,
            iam_rate: 5.0,
            iam_burst: 10.0,
            iam_caller_rate: 50.0,
            iam_caller_burst: 100.0,
            latency: Latency::default(),
            account_status: false,
            account_paths: true,
            caller: CallerIdentity::default(),
            scan_role: None,
            regions: Vec::new(),
            opt_in_regions: Vec::new(),
            organization: None,
            accounts: Vec::new(),
            guardrails: Vec::new(),
            policies: BTreeMap::new(),
            iam: BTreeMap::new(),
            keys: Vec::new(),
            stores: Vec::new(),
            aws_managed_keys: Vec::new(),
            unbound_aliases: Vec::new(),
            faults: Vec::new(),
            generated: None,
        }
    }
}

impl Scenario {
    /// Names of the scenarios that come with the crate.
    pub const BUILTIN: &[&str] = &["smallest", "menagerie", "denied", "throttled", "hostile", "large"];

    /// A scenario that comes with the crate.
    #[must_use]
    pub fn builtin(name: &str) -> Option<Self> {
        let text = match name {
            "smallest" => include_str!("../scenarios/smallest.toml"),
            "menagerie" => include_str!("../scenarios/menagerie.toml"),
            "denied" => include_str!("../scenarios/denied.toml"),
            "throttled" => include_str!("../scenarios/throttled.toml"),
            "hostile" => include_str!("../scenarios/hostile.toml"),
            "large" => include_str!("../scenarios/large.toml"),
            _ => return None,
        };
        // The tests parse every file of the list, so a broken one never leaves the repository.
        Self::parse(text).ok()
    }

    /// Reads a scenario.
    ///
    /// # Errors
    /// Says where the text is not TOML or names a field that does not exist.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        toml::from_str(text).map_err(|error| ScenarioError::Syntax(Box::new(error)))
    }
}

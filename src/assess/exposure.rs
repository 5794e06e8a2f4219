//! Who outside a key's own account can reach it: the shape of the answer.
//! The names are those of report.json and never change without a new schema version.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

pub use keyreach_policy::aws::Access;

/// The widest zone outside the key's own account from which some principal can perform some operation on the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExposureLevel {
    /// Nobody outside.
    Account,
    /// Another account of the same organization.
    Organization,
    /// An account or organization that the settings list as trusted.
    Trusted,
    /// A named or bounded set of other accounts.
    External,
    /// An unbounded set of AWS accounts.
    Public,
    /// The facts to tell were not read, or not judged.
    Unknown,
}

impl ExposureLevel {
    /// Every level, narrowest first.
    pub const ALL: [Self; 6] =
        [Self::Account, Self::Organization, Self::Trusted, Self::External, Self::Public, Self::Unknown];

    /// The name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Organization => "organization",
            Self::Trusted => "trusted",
            Self::External => "external",
            Self::Public => "public",
            Self::Unknown => "unknown",
        }
    }
}

/// Whether a judgement holds under every reading of AWS's rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Both bounds of the rules say the same.
    Certain,
    /// The other bound would say something else.
    Depends,
}

/// Where a caller from outside stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReachZone {
    /// Another account of the same organization.
    Organization,
    /// An account or organization that the settings list as trusted.
    Trusted,
    /// A named or bounded set of other accounts.
    External,
    /// An unbounded set of AWS accounts.
    Public,
}

/// Where the grantee of a grant stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantZone {
    /// The key's own account.
    Account,
    /// Another account of the same organization.
    Organization,
    /// An account or organization that the settings list as trusted.
    Trusted,
    /// A named other account.
    External,
    /// Anybody.
    Public,
    /// An AWS service.
    Service,
    /// The facts to tell were not read, or not judged.
    Unknown,
}

/// The sort of document that lets a caller through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ViaKind {
    /// A statement of the key policy.
    KeyPolicy,
    /// A grant.
    Grant,
    /// A statement of the policy that Resource Access Manager attached.
    Ram,
}

/// What lets a caller through.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Via {
    /// The sort of document.
    pub kind: ViaKind,
    /// The statement's Sid, or `#` and its place; `null` for a grant.
    pub statement: Option<String>,
    /// The grant's id; `null` for a statement.
    pub grant_id: Option<String>,
}

/// One concrete request that gets through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Witness {
    /// Who asks.
    pub principal: String,
    /// For what.
    pub action: String,
    /// With which context keys.
    pub context: BTreeMap<String, Vec<String>>,
}

/// One way in from outside the key's own account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reach {
    /// Where the caller stands.
    pub zone: ReachZone,
    /// An ARN, `*`, an account id, or the unique id of a user or role that nobody of the snapshot bears.
    pub principal: String,
    /// The actions, as `kms:Decrypt`.
    pub actions: Vec<String>,
    /// What sort of access these actions give.
    pub access: Vec<Access>,
    /// What lets the caller through.
    pub via: Vec<Via>,
    /// Plain text, one per condition that must hold.
    pub conditions: Vec<String>,
    /// The caller needs a policy of its own account as well.
    pub needs_identity_policy: bool,
    /// From the organization: whether a user or role that exists there holds one of the actions too; `null` where
    /// not known, and for other zones. Root users do not count: each holds what its account is given.
    pub confirmed: Option<bool>,
    /// One request that gets through; `null` where none was made.
    pub witness: Option<Witness>,
}

impl Reach {
    /// Whether it ends grants and gives nobody the key.
    #[must_use]
    pub fn only_retires_grants(&self) -> bool {
        self.actions.iter().all(|action| action == "kms:RetireGrant")
    }
}

/// A way in that a resource control policy closes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BlockedReach {
    /// The way.
    #[serde(flatten)]
    pub reach: Reach,
    /// The name of the resource control policy.
    pub policy: String,
}

/// An AWS service that may use the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ServiceUse {
    /// The service principal.
    pub principal: String,
    /// The actions, as `kms:Decrypt`.
    pub actions: Vec<String>,
    /// A source condition holds every use to this account or organization.
    pub guarded: bool,
    /// That condition in plain text; `null` where there is none.
    pub guard: Option<String>,
}

/// Who outside can reach a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Exposure {
    /// The widest zone of a way in that gives something of the key: to retire a grant gives nothing.
    pub level: ExposureLevel,
    /// Whether that holds under every reading of AWS's rules.
    pub certainty: Certainty,
    /// The rules it depends on, as `SEM-…`.
    pub depends_on: Vec<String>,
    /// Every way in from outside the key's own account.
    pub reaches: Vec<Reach>,
    /// The ways that resource control policies close.
    pub blocked_by_rcp: Vec<BlockedReach>,
    /// AWS services that may use the key. They never raise the level.
    pub services: Vec<ServiceUse>,
}

impl Exposure {
    /// The answer of a version that does not judge: unknown, not "nobody".
    #[must_use]
    pub fn not_judged() -> Self {
        Self {
            level: ExposureLevel::Unknown,
            certainty: Certainty::Certain,
            depends_on: Vec::new(),
            reaches: Vec::new(),
            blocked_by_rcp: Vec::new(),
            services: Vec::new(),
        }
    }
}

//! Keys, grants, materials and custom key stores of a scenario. Times are days from the scenario's clock,
//! so that a scenario reads the same on any day.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A customer key, or many alike.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Key {
    /// Its account.
    pub account: String,
    /// More accounts that have one; `*`: every active one.
    pub accounts: Vec<String>,
    /// Its region.
    pub region: String,
    /// More regions that have one; `*`: every region that is on everywhere.
    pub regions: Vec<String>,
    /// How many in each place; 0 means 1. `{n}` in aliases, descriptions and tag values is the number of the copy.
    pub count: u64,
    /// A name for faults and people; AWS does not know it.
    pub label: Option<String>,
    /// The key id; unset: drawn from the seed.
    pub id: Option<String>,
    /// Aliases, without `alias/`.
    pub aliases: Vec<String>,
    /// The description.
    pub description: String,
    /// `{n}`-fold description: the text is repeated so often, to reach AWS's limit.
    pub description_repeat: usize,
    /// KeySpec; empty: `SYMMETRIC_DEFAULT`.
    pub spec: String,
    /// KeyUsage; empty: what the spec is for.
    pub usage: String,
    /// Origin; empty: `AWS_KMS`.
    pub origin: String,
    /// KeyState; empty: `Enabled`.
    pub state: String,
    /// Days until deletion, for `PendingDeletion`.
    pub deletion_days: Option<i64>,
    /// The waiting period, for `PendingReplicaDeletion`.
    pub pending_window_days: Option<i64>,
    /// The key policy: its text, or the name of one in `[policies]`; empty: `standard`.
    pub policy: String,
    /// The `AWS_RAM` policy.
    pub ram_policy: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// Grants.
    pub grants: Vec<Grant>,
    /// Rotation of the key material.
    pub rotation: Rotation,
    /// Imported key material.
    pub materials: Vec<Material>,
    /// Replicas of a multi-Region primary.
    pub multi_region: Option<MultiRegion>,
    /// The custom key store, by name.
    pub store: Option<String>,
    /// The id of the external key, for `EXTERNAL_KEY_STORE`.
    pub xks_key: Option<String>,
    /// Days since it was made; 0: one to three years.
    pub age_days: i64,
    /// Days since it was last used; unset: never while tracked.
    pub last_used_days: Option<i64>,
    /// What it was last used for; empty: the usual.
    pub last_operation: String,
}

/// The multi-Region side of a key. On the primary's entry, `replicas` makes the replica keys too.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MultiRegion {
    /// Regions of the replicas.
    pub replicas: Vec<String>,
    /// The region of the primary, on an entry that is itself a lone replica.
    pub primary: Option<String>,
    /// Policies of replicas that differ from the primary's, by region.
    pub policies: BTreeMap<String, String>,
    /// States of replicas that differ from the primary's, by region.
    pub states: BTreeMap<String, String>,
}

/// A grant, or many alike.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Grant {
    /// How many; 0 means 1. `{n}` in the grantee and the name is the number of the copy.
    pub count: u64,
    /// The grantee principal.
    pub grantee: Option<String>,
    /// The grantee service principal.
    pub grantee_service: Option<String>,
    /// The retiring principal.
    pub retiring: Option<String>,
    /// The retiring service principal.
    pub retiring_service: Option<String>,
    /// The account that issued it; unset: the key's own.
    pub issuing_account: Option<String>,
    /// What it allows.
    pub operations: Vec<String>,
    /// Its name.
    pub name: String,
    /// Constraint EncryptionContextEquals.
    pub context_equals: BTreeMap<String, String>,
    /// Constraint EncryptionContextSubset.
    pub context_subset: BTreeMap<String, String>,
    /// Constraint SourceArn.
    pub source_arn: Option<String>,
    /// Days since it was made.
    pub age_days: i64,
}

/// Rotation as it stands and as it was.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rotation {
    /// Automatic rotation is on.
    pub enabled: bool,
    /// Its period; 0: 365.
    pub period_days: i64,
    /// Days until the next one; 0: the period.
    pub next_days: i64,
    /// Past automatic rotations, in days ago.
    pub automatic: Vec<i64>,
    /// Past rotations on demand, in days ago.
    pub on_demand: Vec<i64>,
    /// An on-demand rotation is running since so many days.
    pub on_demand_started_days: Option<i64>,
}

/// One imported key material.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Material {
    /// KeyMaterialState; empty: `CURRENT`.
    pub state: String,
    /// It was deleted or has expired: `PENDING_IMPORT`.
    pub missing: bool,
    /// Days until it expires; unset: never.
    pub expires_days: Option<i64>,
    /// Its description.
    pub description: String,
    /// Days since the rotation that brought it.
    pub rotated_days: Option<i64>,
}

/// A custom key store.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// Its account.
    pub account: String,
    /// Its region.
    pub region: String,
    /// Its name; keys name it so.
    pub name: String,
    /// ConnectionState; empty: `CONNECTED`.
    pub state: String,
    /// ConnectionErrorCode.
    pub error_code: Option<String>,
    /// The CloudHSM cluster; unset and without `xks`: drawn from the seed.
    pub cluster: Option<String>,
    /// The proxy of an external key store.
    pub xks: Option<Xks>,
    /// Days since it was made.
    pub age_days: i64,
}

/// The proxy of an external key store.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Xks {
    /// `PUBLIC_ENDPOINT` or `VPC_ENDPOINT_SERVICE`.
    pub connectivity: String,
    /// The endpoint.
    pub endpoint: String,
    /// Its path; empty: AWS's usual.
    pub path: String,
    /// The VPC endpoint service.
    pub vpc_service: Option<String>,
    /// The account that owns it.
    pub vpc_owner: Option<String>,
}

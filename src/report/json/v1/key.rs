//! One entry of `keys` of `report.json`: AWS's facts about a key, then what was made of them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keyreach_policy::aws::{AccountId, Region};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::Time;
use crate::{
    assess::{
        exposure::{Exposure, GrantZone},
        finding::sha256_hex,
        lockout::Lockout,
        rotation::Eligibility,
    },
    report::ReportedKey,
    snapshot::{
        cell,
        gap::Fact,
        grant::{self, GrantConstraints},
        key::{self, KeyMetadata},
    },
};

/// A customer managed key.
#[derive(Serialize, JsonSchema)]
pub(super) struct Key<'a> {
    /// Its ARN.
    arn: &'a str,
    /// Its account.
    account_id: AccountId,
    /// Its Region.
    region: &'a Region,
    /// Its id.
    key_id: &'a str,
    /// Its aliases, in order.
    aliases: &'a [String],
    /// What its owner wrote about it; `null` where it could not be read, as all up to `valid_to`.
    description: Option<&'a str>,
    /// Its tags; `null` where they could not be read.
    tags: Option<&'a BTreeMap<String, String>>,
    /// `Enabled`, `Disabled`, `PendingDeletion`, …
    state: Option<&'a str>,
    /// `SYMMETRIC_DEFAULT`, `RSA_4096`, …
    spec: Option<&'a str>,
    /// `ENCRYPT_DECRYPT`, `SIGN_VERIFY`, …
    usage: Option<&'a str>,
    /// `AWS_KMS`, `EXTERNAL`, `AWS_CLOUDHSM`, `EXTERNAL_KEY_STORE`.
    origin: Option<&'a str>,
    /// Its place in a set of multi-Region keys; `null` for a single-Region key too.
    multi_region: Option<MultiRegion<'a>>,
    /// The custom key store that holds it; `null` for a key in none, and where the stores were not read.
    key_store: Option<KeyStore<'a>>,
    /// When it was created.
    #[schemars(with = "Option<Time>")]
    created_at: Option<Timestamp>,
    /// When it will be deleted.
    #[schemars(with = "Option<Time>")]
    deletion_date: Option<Timestamp>,
    /// The earliest expiry among its imported materials.
    #[schemars(with = "Option<Time>")]
    valid_to: Option<Timestamp>,
    /// Whether and how it rotates.
    rotation: Rotation,
    /// The policies that could be read. One that is missing here without a gap does not exist.
    policies: Vec<Policy<'a>>,
    /// The grants that could be read.
    grants: Vec<Grant<'a>>,
    /// Who outside its account can reach it.
    exposure: &'a Exposure,
    /// Who can still govern it.
    lockout: &'a Lockout,
    /// The ids of the checks that cannot tell of it: a fact that they need was not read, or not asked for. That such
    /// a check has no finding of the key says nothing.
    undecided: Vec<&'a str>,
}

/// A place in a set of multi-Region keys.
#[derive(Serialize, JsonSchema)]
struct MultiRegion<'a> {
    /// `PRIMARY` or `REPLICA`.
    #[serde(rename = "type")]
    key_type: &'a str,
    /// The primary key's ARN.
    primary: Option<&'a str>,
    /// The replicas' ARNs, by Region.
    replicas: Vec<&'a str>,
}

/// A custom key store, and for an external one how KMS reaches its proxy.
#[derive(Serialize, JsonSchema)]
struct KeyStore<'a> {
    /// Its id.
    id: &'a str,
    /// Its name.
    name: Option<&'a str>,
    /// `AWS_CLOUDHSM` or `EXTERNAL_KEY_STORE`.
    #[serde(rename = "type")]
    store_type: Option<&'a str>,
    /// The CloudHSM cluster behind it.
    cloud_hsm_cluster_id: Option<&'a str>,
    /// `PUBLIC_ENDPOINT` or `VPC_ENDPOINT_SERVICE`.
    connectivity: Option<&'a str>,
    /// Where the proxy answers.
    uri_endpoint: Option<&'a str>,
    /// The path there.
    uri_path: Option<&'a str>,
    /// The VPC endpoint service that leads there.
    vpc_endpoint_service_name: Option<&'a str>,
    /// Who owns that service.
    vpc_endpoint_service_owner: Option<&'a str>,
}

impl<'a> From<&'a cell::KeyStore> for KeyStore<'a> {
    fn from(store: &'a cell::KeyStore) -> Self {
        Self {
            id: &store.custom_key_store_id,
            name: store.name.as_deref(),
            store_type: store.custom_key_store_type.as_deref(),
            cloud_hsm_cluster_id: store.cloud_hsm_cluster_id.as_deref(),
            connectivity: store.xks_connectivity.as_deref(),
            uri_endpoint: store.xks_uri_endpoint.as_deref(),
            uri_path: store.xks_uri_path.as_deref(),
            vpc_endpoint_service_name: store.xks_vpc_endpoint_service_name.as_deref(),
            vpc_endpoint_service_owner: store.xks_vpc_endpoint_service_owner.as_deref(),
        }
    }
}

/// Whether and how a key rotates.
#[derive(Serialize, JsonSchema)]
struct Rotation {
    /// What its kind and state allow.
    eligibility: Eligibility,
    /// Automatic rotation is on; `null` where that was not read or says nothing about the setting.
    enabled: Option<bool>,
    /// Days between rotations.
    period_days: Option<i32>,
    /// When it rotates next.
    #[schemars(with = "Option<Time>")]
    next_at: Option<Timestamp>,
    /// When it last rotated; `null` where it never did or its history could not be read.
    #[schemars(with = "Option<Time>")]
    last_at: Option<Timestamp>,
}

/// The names of a key's policies.
#[derive(Serialize, JsonSchema)]
enum PolicyName {
    #[serde(rename = "default")]
    Default,
    #[serde(rename = "AWS_RAM")]
    AwsRam,
}

/// A policy on a key.
#[derive(Serialize, JsonSchema)]
struct Policy<'a> {
    /// Which one.
    name: PolicyName,
    /// Of the text received, hex.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    sha256: String,
    /// The policy; the text received, where that is not JSON.
    #[schemars(with = "Value")]
    document: Document<'a>,
}

/// A policy's text, parsed where it can be.
#[derive(Serialize)]
#[serde(untagged)]
enum Document<'a> {
    Parsed(Value),
    Text(&'a str),
}

/// A grant on a key.
#[derive(Serialize, JsonSchema)]
struct Grant<'a> {
    /// Its id.
    grant_id: &'a str,
    /// Who may use it: an ARN, a service, or the unique id of a principal that is gone.
    grantee: Option<&'a str>,
    /// Who may retire it.
    retiring: Option<&'a str>,
    /// The account that made it, as AWS writes it.
    issuing_account: Option<&'a str>,
    /// What it allows.
    operations: &'a [String],
    /// What must hold when it is used.
    constraints: &'a GrantConstraints,
    /// When it was made.
    #[schemars(with = "Option<Time>")]
    created_at: Option<Timestamp>,
    /// Where its grantee stands.
    zone: GrantZone,
}

impl<'a> From<&ReportedKey<'a>> for Key<'a> {
    fn from(reported: &ReportedKey<'a>) -> Self {
        let &ReportedKey { cell, key, judged } = reported;
        let metadata = key.metadata.known();
        // A grant without a judgement is one that nobody judged, not one to leave out.
        let zone = |at: usize| judged.grant_zones.get(at).copied().unwrap_or(GrantZone::Unknown);
        let text = |field: fn(&KeyMetadata) -> &String| metadata.map(|m| field(m).as_str());
        Self {
            arn: &key.arn,
            account_id: cell.account_id,
            region: &cell.region,
            key_id: &key.key_id,
            aliases: &key.aliases,
            description: text(|m| &m.description),
            tags: key.tags.known(),
            state: text(|m| &m.key_state),
            spec: text(|m| &m.key_spec),
            usage: text(|m| &m.key_usage),
            origin: text(|m| &m.origin),
            multi_region: metadata.and_then(|m| m.multi_region.as_ref()).map(MultiRegion::from),
            key_store: cell.key_store_of(key).map(KeyStore::from),
            created_at: metadata.and_then(|m| m.creation_date),
            deletion_date: metadata.and_then(|m| m.deletion_date),
            valid_to: metadata.and_then(|m| m.valid_to),
            rotation: Rotation::new(key, judged.rotation),
            policies: policies(key),
            grants: key
                .grants
                .items
                .iter()
                .enumerate()
                .map(|(at, grant)| Grant::new(grant, zone(at)))
                .collect(),
            exposure: &judged.exposure,
            lockout: &judged.lockout,
            undecided: judged.undecided.union(&judged.not_asked).copied().collect(),
        }
    }
}

impl<'a> From<&'a key::MultiRegion> for MultiRegion<'a> {
    fn from(set: &'a key::MultiRegion) -> Self {
        Self {
            key_type: &set.key_type,
            primary: set.primary.as_ref().map(|primary| primary.arn.as_str()),
            replicas: set.replicas.iter().map(|replica| replica.arn.as_str()).collect(),
        }
    }
}

impl Rotation {
    fn new(key: &key::Key, eligibility: Eligibility) -> Self {
        // Where rotation does not apply, AWS answers `false` or nothing, and neither is a setting.
        let applies = eligibility != Eligibility::NotApplicable;
        let status = key.rotation.known().and_then(Option::as_ref).filter(|_| applies);
        // The list comes oldest first: one that was cut short lacks just the rotation asked for here.
        let rotations = if key.rotations.gap.is_none() { key.rotations.items.as_slice() } else { &[] };
        Self {
            eligibility,
            enabled: status.map(|s| s.enabled),
            period_days: status.and_then(|s| s.period_in_days),
            next_at: status.and_then(|s| s.next_rotation_date),
            last_at: rotations.iter().filter_map(|r| r.rotation_date).max(),
        }
    }
}

fn policies(key: &key::Key) -> Vec<Policy<'_>> {
    let default = key.policy.known().map(|text| Policy::new(PolicyName::Default, text));
    let ram = match &key.ram_policy {
        Fact::Known(Some(text)) => Some(Policy::new(PolicyName::AwsRam, text)),
        Fact::Known(None) | Fact::Unknown(_) => None,
    };
    default.into_iter().chain(ram).collect()
}

impl<'a> Policy<'a> {
    fn new(name: PolicyName, text: &'a str) -> Self {
        let document = serde_json::from_str(text).map_or(Document::Text(text), Document::Parsed);
        Self { name, sha256: sha256_hex(text.as_bytes()), document }
    }
}

impl<'a> Grant<'a> {
    fn new(grant: &'a grant::Grant, zone: GrantZone) -> Self {
        let grantee = grant.grantee_principal.as_deref().or(grant.grantee_service_principal.as_deref());
        let retiring = grant.retiring_principal.as_deref().or(grant.retiring_service_principal.as_deref());
        Self {
            grant_id: &grant.grant_id,
            grantee,
            retiring,
            issuing_account: grant.issuing_account.as_deref(),
            operations: &grant.operations,
            constraints: &grant.constraints,
            created_at: grant.creation_date,
            zone,
        }
    }
}

//! One account in one Region: the keys there, the custom key stores, and how far the scan came.

use jiff::Timestamp;
use keyreach_policy::aws::{AccountId, Region};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::gap::{Gap, Listing};
use super::key::Key;

/// One account in one Region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// The account.
    pub account_id: AccountId,
    /// The Region.
    pub region: Region,
    /// Whether and how it was visited.
    pub visit: Visit,
    /// The customer managed keys, by id.
    pub keys: Vec<Key>,
    /// How many AWS managed keys there are. They are counted, not judged.
    pub aws_managed_keys: u64,
    /// The custom key stores; not asked for where there is no customer managed key.
    pub key_stores: Listing<KeyStore>,
    /// What could not be read and belongs to no single key.
    pub gaps: Vec<Gap>,
}

/// Whether a cell was visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visit {
    /// Its keys were listed; single facts may be missing.
    Visited,
    /// Its keys could not be listed at all.
    Failed,
    /// The Region is off for this account.
    Disabled,
    /// The scan was stopped before its turn came.
    NotStarted,
}

/// How far the scan came in a cell, everything counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CellState {
    /// Everything was read.
    Complete,
    /// Something was read and something was not.
    Partial,
    /// Nothing was read.
    Failed,
    /// The Region is off for this account: nothing to read.
    Disabled,
    /// The scan was stopped before its turn came.
    NotStarted,
}

impl CellState {
    /// The name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Disabled => "disabled",
            Self::NotStarted => "not_started",
        }
    }
}

impl Cell {
    /// The custom key store that holds a key, where it was listed.
    #[must_use]
    pub fn key_store_of(&self, key: &Key) -> Option<&KeyStore> {
        let id = key.metadata.known()?.custom_key_store_id.as_deref()?;
        self.key_stores.items.iter().find(|store| store.custom_key_store_id == id)
    }

    /// A cell of which nothing is known yet.
    #[must_use]
    pub fn new(account_id: AccountId, region: Region, visit: Visit) -> Self {
        Self {
            account_id,
            region,
            visit,
            keys: Vec::new(),
            aws_managed_keys: 0,
            key_stores: Listing::default(),
            gaps: Vec::new(),
        }
    }

    /// Every gap in the cell: its own, its key stores', its keys'.
    pub fn all_gaps(&self) -> impl Iterator<Item = &Gap> {
        self.gaps.iter().chain(self.key_stores.gap.iter()).chain(self.keys.iter().flat_map(Key::gaps))
    }

    /// How far the scan came.
    #[must_use]
    pub fn state(&self) -> CellState {
        match self.visit {
            Visit::Visited if self.all_gaps().next().is_none() => CellState::Complete,
            Visit::Visited => CellState::Partial,
            Visit::Failed => CellState::Failed,
            Visit::Disabled => CellState::Disabled,
            Visit::NotStarted => CellState::NotStarted,
        }
    }
}

/// A custom key store, without the credential that its proxy asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyStore {
    /// Its id.
    pub custom_key_store_id: String,
    /// Its name.
    pub name: Option<String>,
    /// `AWS_CLOUDHSM` or `EXTERNAL_KEY_STORE`.
    pub custom_key_store_type: Option<String>,
    /// `CONNECTED`, `DISCONNECTED`, `FAILED`, …
    pub connection_state: Option<String>,
    /// Why a connection failed.
    pub connection_error_code: Option<String>,
    /// The CloudHSM cluster behind it.
    pub cloud_hsm_cluster_id: Option<String>,
    /// How KMS reaches an external key store's proxy: `PUBLIC_ENDPOINT` or `VPC_ENDPOINT_SERVICE`.
    pub xks_connectivity: Option<String>,
    /// Who owns the VPC endpoint service of the proxy: another account is a supply chain.
    pub xks_vpc_endpoint_service_owner: Option<String>,
    /// The name of that service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xks_vpc_endpoint_service_name: Option<String>,
    /// Where the proxy answers: `https://…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xks_uri_endpoint: Option<String>,
    /// The path there, up to `/kms/xks/v1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xks_uri_path: Option<String>,
    /// When it was made.
    #[schemars(with = "Option<String>")]
    pub creation_date: Option<Timestamp>,
}

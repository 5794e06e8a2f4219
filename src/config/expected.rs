//! What the settings expect of keys: where replicas may stand, which tags name an owner.

use std::collections::BTreeSet;

use keyreach_policy::aws::Region;

use super::{ConfigError, raw, regions, words};

/// What is expected of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The Regions where replicas may stand; empty: anywhere.
    pub replica_regions: BTreeSet<Region>,
    /// The tag keys that name an owner; their case says nothing.
    pub owner_tags: BTreeSet<String>,
}

impl Default for Expected {
    fn default() -> Self {
        Self {
            replica_regions: BTreeSet::new(),
            owner_tags: ["contact", "owner", "team"].map(str::to_owned).into(),
        }
    }
}

impl Expected {
    pub(super) fn validate(raw: raw::RawExpected) -> Result<Self, ConfigError> {
        let replica_regions = match regions("expected.replica_regions", raw.replica_regions)? {
            super::Regions::Auto => BTreeSet::new(),
            super::Regions::Named(regions) => regions,
        };
        let written = words(raw.owner_tags).map(|tags| tags.into_iter().collect());
        Ok(Self { replica_regions, owner_tags: written.unwrap_or_else(|| Self::default().owner_tags) })
    }
}

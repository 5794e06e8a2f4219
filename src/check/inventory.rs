//! What checks look up in the whole snapshot, indexed once for all keys.

use std::collections::BTreeMap;

use keyreach_policy::aws::AccountId;

use crate::snapshot::{Snapshot, key::Key, organization::Account, principal::Iam};

/// The principals and keys of a snapshot.
#[derive(Debug)]
pub struct Inventory<'a> {
    accounts: &'a BTreeMap<AccountId, &'a Account>,
    /// The ARNs of users and roles by the unique ids of which keys speak
    bearers: &'a BTreeMap<String, String>,
    keys: BTreeMap<&'a str, &'a Key>,
}

impl<'a> Inventory<'a> {
    /// That of a snapshot. `bearers` are the ARNs of users and roles by those unique ids of which its keys speak.
    #[must_use]
    pub fn new(
        snapshot: &'a Snapshot,
        accounts: &'a BTreeMap<AccountId, &'a Account>,
        bearers: &'a BTreeMap<String, String>,
    ) -> Self {
        let keys = snapshot.cells.iter().flat_map(|cell| &cell.keys);
        Self { accounts, bearers, keys: keys.map(|key| (key.arn.as_str(), key)).collect() }
    }

    /// The users and roles of an account, if all were read.
    pub(super) fn principals(&self, owner: AccountId) -> Option<&'a Iam> {
        self.accounts.get(&owner)?.iam.as_ref().filter(|iam| iam.gap.is_none())
    }

    /// Whether a user or role bears a unique id. AWS shows those of new ones for some minutes too.
    /// Source: aws/aws-sdk-go, issue 1718.
    pub(super) fn is_borne(&self, id: &str) -> bool {
        self.bearers.contains_key(id)
    }

    /// The key of an ARN.
    pub(super) fn key(&self, arn: &str) -> Option<&'a Key> {
        self.keys.get(arn).copied()
    }
}

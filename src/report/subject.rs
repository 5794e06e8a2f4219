//! What findings are about: the account and the key of each, looked up. Feeds tell more of a finding than the
//! finding itself holds.

use std::{borrow::Cow, collections::BTreeMap};

use keyreach_policy::aws::AccountId;

use super::{Report, ReportedKey};
use crate::{assess::finding::Finding, snapshot::organization::Account};

/// The accounts and keys of a report by their names.
pub(super) struct Subjects<'a> {
    accounts: BTreeMap<AccountId, &'a Account>,
    keys: BTreeMap<&'a str, ReportedKey<'a>>,
}

impl<'a> Subjects<'a> {
    pub(super) fn of(report: &Report<'a>) -> Self {
        Self {
            accounts: report.snapshot.accounts.iter().map(|account| (account.id, account)).collect(),
            keys: report.keys.iter().map(|key| (key.key.arn.as_str(), *key)).collect(),
        }
    }

    /// The account, where the snapshot knows it.
    pub(super) fn account(&self, id: AccountId) -> Option<&'a Account> {
        self.accounts.get(&id).copied()
    }

    /// The key that a finding is about; `None` where it is about no single one.
    pub(super) fn key(&self, finding: &Finding) -> Option<ReportedKey<'a>> {
        self.keys.get(finding.key_arn.as_deref()?).copied()
    }
}

/// The name of what a finding is about: the key's ARN, or the account as AWS's own findings name it.
pub(super) fn resource_id(finding: &Finding) -> Cow<'_, str> {
    match &finding.key_arn {
        Some(arn) => Cow::Borrowed(arn),
        None => Cow::Owned(format!("AWS::::Account:{}", finding.account_id)),
    }
}

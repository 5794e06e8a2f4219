//! What a check of accounts sees: one account with its IAM policies, and the keys it holds.

use keyreach_policy::Policy;

use super::{Need, lack::Lack};
use crate::{
    config::JudgementSettings,
    snapshot::{
        Snapshot,
        cell::Cell,
        organization::{Account, Entry},
    },
};

/// One account, and all that a check may know of it.
#[derive(Debug, Clone, Copy)]
pub struct AccountScene<'a> {
    /// What was read of the organization.
    pub snapshot: &'a Snapshot,
    /// What to hold accounts to.
    pub settings: &'a JudgementSettings,
    /// The account.
    pub account: &'a Account,
    /// What was read of it, Region by Region.
    pub cells: &'a [&'a Cell],
    /// Its own IAM policies that could be read and allow some KMS action, in a stable order. What AWS wrote is not
    /// here.
    pub policies: &'a [IamPolicy<'a>],
    /// Others could not be read.
    pub policies_unread: bool,
}

/// A policy of an account's IAM.
#[derive(Debug, Clone, Copy)]
pub struct IamPolicy<'a> {
    /// The ARN of a managed policy; of an inline policy, that of the user, role or group it is written on.
    pub arn: &'a str,
    /// The name of an inline policy.
    pub inline: Option<&'a str>,
    /// The policy.
    pub policy: &'a Policy,
}

impl IamPolicy<'_> {
    /// How findings call it.
    #[must_use]
    pub fn part(&self) -> String {
        self.inline.map_or_else(|| self.arn.to_owned(), |name| format!("{}#{name}", self.arn))
    }

    /// What mappings to frameworks tell apart: `managed` or `inline`.
    #[must_use]
    pub fn sort(&self) -> &'static str {
        if self.inline.is_some() { "inline" } else { "managed" }
    }

    /// How sentences call it.
    #[must_use]
    pub fn title(&self) -> String {
        match self.inline {
            None => format!("Managed policy {}", self.arn),
            Some(name) => format!("Inline policy {name} of {}", self.arn),
        }
    }
}

impl<'a> AccountScene<'a> {
    /// What is missing; `None` where nothing is. Facts of keys are not asked here.
    #[must_use]
    pub fn lack(&self, need: Need) -> Option<Lack> {
        if need != Need::Principals || matches!(self.account.entry, Entry::Skipped(_)) {
            return None;
        }
        let is_unread = self.account.iam.as_ref().is_none_or(|iam| iam.gap.is_some());
        (is_unread || self.policies_unread).then(|| Lack::of_principals(self.account.id, Some(self.account)))
    }
}

//! The IAM principals of one account with everything that decides what they may do.
//! Policy documents are kept as the text AWS sent, percent-decoded.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::gap::{Fact, Gap};

/// What GetAccountAuthorizationDetails and GetAccountSummary say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Iam {
    /// The users, by ARN.
    pub users: Vec<User>,
    /// The roles, by ARN.
    pub roles: Vec<Role>,
    /// The groups, by ARN.
    pub groups: Vec<Group>,
    /// The managed policies that are attached or the account's own, by ARN.
    pub policies: Vec<ManagedPolicy>,
    /// Why the rest is missing; absent when all were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
    /// What is known of the root user.
    pub summary: Fact<AccountSummary>,
}

impl Iam {
    /// Both gaps, where there are any.
    pub fn gaps(&self) -> impl Iterator<Item = &Gap> {
        self.gap.iter().chain(self.summary.gap())
    }
}

/// An inline policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InlinePolicy {
    /// Its name.
    pub name: String,
    /// Its text.
    pub document: String,
}

/// A tag of a principal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// An IAM user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Its ARN.
    pub arn: String,
    /// `AIDA…`
    pub user_id: String,
    /// Its name.
    pub user_name: String,
    /// The groups it is in, by name.
    pub groups: Vec<String>,
    /// The policies written on it.
    pub inline_policies: Vec<InlinePolicy>,
    /// The ARNs of the managed policies attached to it.
    pub attached_policies: Vec<String>,
    /// The ARN of the policy that bounds it.
    pub permissions_boundary: Option<String>,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// When it was made.
    #[schemars(with = "Option<String>")]
    pub create_date: Option<Timestamp>,
}

/// An IAM role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Its ARN.
    pub arn: String,
    /// `AROA…`
    pub role_id: String,
    /// Its name.
    pub role_name: String,
    /// Who may assume it.
    pub trust_policy: Option<String>,
    /// The policies written on it.
    pub inline_policies: Vec<InlinePolicy>,
    /// The ARNs of the managed policies attached to it.
    pub attached_policies: Vec<String>,
    /// The ARN of the policy that bounds it.
    pub permissions_boundary: Option<String>,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// When it was made.
    #[schemars(with = "Option<String>")]
    pub create_date: Option<Timestamp>,
    /// When it was last used; absent when not within the 400 days that IAM keeps track of.
    #[schemars(with = "Option<String>")]
    pub last_used: Option<Timestamp>,
}

/// An IAM group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub group_name: String,
    /// The policies written on it.
    pub inline_policies: Vec<InlinePolicy>,
    /// The ARNs of the managed policies attached to it.
    pub attached_policies: Vec<String>,
}

/// A managed policy in its default version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManagedPolicy {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub policy_name: String,
    /// The version in force.
    pub default_version_id: String,
    /// The text of that version; `null` where AWS sent none.
    pub document: Option<String>,
}

/// The parts of GetAccountSummary that tell whether the root user can still act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountSummary {
    /// The root user has MFA; `null` where AWS did not say.
    pub account_mfa_enabled: Option<bool>,
    /// The root user has a password.
    pub account_password_present: Option<bool>,
    /// The root user has access keys.
    pub account_access_keys_present: Option<bool>,
    /// How many users there are, to check the list against.
    pub users: Option<i32>,
    /// How many roles there are.
    pub roles: Option<i32>,
}

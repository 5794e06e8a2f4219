//! IAM of a scenario: users, groups, roles and customer managed policies, in blueprints or in one account.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The IAM entities of a blueprint or an account.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Iam {
    /// Users.
    #[serde(rename = "user")]
    pub users: Vec<User>,
    /// Groups.
    #[serde(rename = "group")]
    pub groups: Vec<Group>,
    /// Roles.
    #[serde(rename = "role")]
    pub roles: Vec<Role>,
    /// Customer managed policies.
    #[serde(rename = "policy")]
    pub policies: Vec<ManagedPolicy>,
}

/// An IAM user.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct User {
    /// Its name.
    pub name: String,
    /// Its path; empty: `/`.
    pub path: String,
    /// Its unique id; unset: drawn from the seed.
    pub id: Option<String>,
    /// Groups it is in.
    pub groups: Vec<String>,
    /// Inline policies: name to text, or to the name of one in `[policies]`.
    pub inline: BTreeMap<String, String>,
    /// Managed policies: a full ARN, a customer managed one of this account by name, else AWS's by name.
    pub attached: Vec<String>,
    /// The permissions boundary, named like `attached`.
    pub boundary: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// Days since it was made.
    pub age_days: i64,
}

/// An IAM group.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its path; empty: `/`.
    pub path: String,
    /// Inline policies.
    pub inline: BTreeMap<String, String>,
    /// Managed policies.
    pub attached: Vec<String>,
}

/// An IAM role.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// Its path; empty: `/`.
    pub path: String,
    /// Its unique id; unset: drawn from the seed.
    pub id: Option<String>,
    /// Who may assume it: `account`, `service:NAME`, `oidc:PROVIDER:SUBJECT`, `saml:PROVIDER`, a principal ARN,
    /// an account id, or a whole document.
    pub trust: String,
    /// Inline policies.
    pub inline: BTreeMap<String, String>,
    /// Managed policies.
    pub attached: Vec<String>,
    /// The permissions boundary.
    pub boundary: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// Days since it was made; 0: about two years.
    pub age_days: i64,
    /// Days since it was last used; unset: never.
    pub last_used_days: Option<i64>,
    /// Account ids and principal ARNs that `AssumeRole` lets in.
    pub assumable_by: Vec<String>,
    /// The longest session, in seconds; 0: one hour.
    pub max_session: i64,
}

/// A customer managed policy.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ManagedPolicy {
    /// Its name.
    pub name: String,
    /// Its path; empty: `/`.
    pub path: String,
    /// Its text, or the name of one in `[policies]`.
    pub policy: String,
    /// Earlier versions, oldest first.
    pub earlier: Vec<String>,
    /// What it is for.
    pub description: String,
}

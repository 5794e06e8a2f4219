//! One grant on a key, in AWS's names.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Its id.
    pub grant_id: String,
    /// The name its maker gave it.
    pub name: Option<String>,
    /// When it was made.
    #[schemars(with = "Option<String>")]
    pub creation_date: Option<Timestamp>,
    /// Who may use it: an ARN, a service principal, or the unique id of a principal that is gone.
    pub grantee_principal: Option<String>,
    /// The AWS service that may use it.
    pub grantee_service_principal: Option<String>,
    /// Who may retire it.
    pub retiring_principal: Option<String>,
    /// The AWS service that may retire it.
    pub retiring_service_principal: Option<String>,
    /// The account that made it.
    pub issuing_account: Option<String>,
    /// What it allows, in order.
    pub operations: Vec<String>,
    /// What must hold when it is used.
    pub constraints: GrantConstraints,
}

/// What must hold when a grant is used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GrantConstraints {
    /// The encryption context is just this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption_context_equals: Option<BTreeMap<String, String>>,
    /// The encryption context holds all of this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption_context_subset: Option<BTreeMap<String, String>>,
    /// The resource on whose behalf a service calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_arn: Option<String>,
}

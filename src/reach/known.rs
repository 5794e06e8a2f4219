//! What IAM tells of a caller that exists: with it keys that stay open for strangers are constants.

use std::collections::BTreeMap;

use super::{
    axis::{Case, Place, USER_ID, absent, fixed},
    caller::Kind,
};

/// A user, a role or a root user of the snapshot, or a session of such a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    /// `aws:PrincipalArn`: for sessions the ARN of the role, with its path (SEM-39)
    pub(super) arn: String,
    /// `AIDA…` or `AROA…`; of a root user the account
    pub(super) id: String,
    /// Its tags; the keys in lower case (SEM-27)
    pub(super) tags: BTreeMap<String, String>,
    /// It has a permissions boundary (SEM-13)
    pub(super) bounded: bool,
}

impl Known {
    /// A service-linked role, by its path or its reserved name.
    pub(super) fn is_service_linked(&self) -> bool {
        let name = self.arn.rsplit('/').next().unwrap_or_default();
        self.arn.contains(":role/aws-service-role/")
            || (self.arn.contains(":role/") && name.starts_with("AWSServiceRoleFor"))
    }
}

impl Case<'_> {
    /// What a key stands for where the caller exists: its own tags and no session's, its own id.
    pub(super) fn of_known(&self, key: &str) -> Option<Place> {
        let known = self.caller.known.as_deref()?;
        let is_session = self.caller.kind == Kind::Session;
        if let Some(tag) = key.strip_prefix("aws:principaltag/") {
            return Some(known.tags.get(tag).map_or_else(absent, fixed));
        }
        Some(match key {
            USER_ID => self.user_id(),
            "aws:assumedroot" => absent(),
            "aws:sourceidentity" | "aws:federatedprovider" | "aws:chatbotsourcearn" if !is_session => {
                absent()
            }
            _ => return None,
        })
    }
}

//! An organization's id, and the path from it down to an account.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::AccountId;

/// `o-` and 10 to 32 lower-case letters or digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrganizationId(String);

/// The text is not an organization id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationIdError(String);

impl fmt::Display for OrganizationIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not an organization id such as `o-a1b2c3d4e5`", self.0)
    }
}

impl std::error::Error for OrganizationIdError {}

impl OrganizationId {
    /// The id as AWS writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OrganizationId {
    type Err = OrganizationIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let id = text.strip_prefix("o-").unwrap_or_default();
        let valid =
            (10..=32).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if valid { Ok(Self(text.to_owned())) } else { Err(OrganizationIdError(text.to_owned())) }
    }
}

impl fmt::Display for OrganizationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for OrganizationId {
    type Error = OrganizationIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<OrganizationId> for String {
    fn from(id: OrganizationId) -> Self {
        id.0
    }
}

impl JsonSchema for OrganizationId {
    fn schema_name() -> Cow<'static, str> {
        "OrganizationId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^o-[a-z0-9]{10,32}$" })
    }
}

/// Where an account hangs: `o-…/r-…/ou-…/…/`, as in `aws:PrincipalOrgPaths`. Always ends in `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct OrgPath(String);

/// The text is not a path in an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgPathError(String);

impl fmt::Display for OrgPathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a path such as `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/`", self.0)
    }
}

impl std::error::Error for OrgPathError {}

impl OrgPath {
    /// The path as AWS writes it in condition keys.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The root's and organizational units' ids, root first.
    pub fn parents(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').skip(1).filter(|part| !part.is_empty())
    }
}

impl FromStr for OrgPath {
    type Err = OrgPathError;

    /// Reads a path with or without the account's own id and the slash at its end.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || OrgPathError(text.to_owned());
        let mut parts: Vec<&str> = text.split('/').filter(|part| !part.is_empty()).collect();
        if parts.last().is_some_and(|last| last.parse::<AccountId>().is_ok()) {
            parts.pop();
        }
        let organization = parts.first().ok_or_else(error)?;
        organization.parse::<OrganizationId>().map_err(|_| error())?;
        Ok(Self(format!("{}/", parts.join("/"))))
    }
}

impl fmt::Display for OrgPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for OrgPath {
    type Error = OrgPathError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<OrgPath> for String {
    fn from(path: OrgPath) -> Self {
        path.0
    }
}

#[cfg(test)]
mod tests {
    use super::{OrgPath, OrganizationId};

    #[test]
    fn a_path_ends_above_the_account() {
        let path: OrgPath = "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/111122223333/".parse().unwrap();
        assert_eq!(path.as_str(), "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/");
        assert_eq!(path.parents().collect::<Vec<_>>(), ["r-ab12", "ou-ab12-11111111"]);
    }

    #[test]
    fn ids_are_checked() {
        assert!("o-a1b2c3d4e5".parse::<OrganizationId>().is_ok());
        assert!("o-*".parse::<OrganizationId>().is_err());
        assert!("r-ab12/ou-1".parse::<OrgPath>().is_err());
    }
}

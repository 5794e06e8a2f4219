//! An Amazon Resource Name: six parts between colons, the last of which may hold colons itself.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::AccountId;

/// An ARN, `arn:partition:service:region:account:resource`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Arn {
    text: String,
    /// Where each of the five parts after `arn:` begins.
    starts: [usize; 5],
}

/// The text is not an ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArnError(String);

impl fmt::Display for ArnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not an ARN: six parts between colons are expected, the first `arn`", self.0)
    }
}

impl std::error::Error for ArnError {}

impl Arn {
    fn part(&self, index: usize) -> &str {
        let start = self.starts.get(index).copied().unwrap_or(self.text.len());
        let end = self.starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        self.text.get(start..end).unwrap_or_default()
    }

    /// The whole text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `aws`, `aws-cn`, …
    #[must_use]
    pub fn partition(&self) -> &str {
        self.part(0)
    }

    /// `kms`, `iam`, …
    #[must_use]
    pub fn service(&self) -> &str {
        self.part(1)
    }

    /// The Region's code; empty for global resources.
    #[must_use]
    pub fn region(&self) -> &str {
        self.part(2)
    }

    /// The account part as written; empty for some resources.
    #[must_use]
    pub fn account(&self) -> &str {
        self.part(3)
    }

    /// The account, where that part is one.
    #[must_use]
    pub fn account_id(&self) -> Option<AccountId> {
        self.account().parse().ok()
    }

    /// All that follows the account: `key/…`, `role/path/name`, `root`.
    #[must_use]
    pub fn resource(&self) -> &str {
        self.part(4)
    }
}

impl FromStr for Arn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ArnError(text.to_owned());
        let mut starts = [0; 5];
        let mut from = 0;
        for start in &mut starts {
            let colon = text.get(from..).and_then(|rest| rest.find(':')).ok_or_else(error)?;
            from += colon + 1;
            *start = from;
        }
        if text.starts_with("arn:") { Ok(Self { text: text.to_owned(), starts }) } else { Err(error()) }
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for Arn {
    type Error = ArnError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Arn> for String {
    fn from(arn: Arn) -> Self {
        arn.text
    }
}

impl JsonSchema for Arn {
    fn schema_name() -> Cow<'static, str> {
        "Arn".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^arn:[^:]*:[^:]*:[^:]*:[^:]*:" })
    }
}

#[cfg(test)]
mod tests {
    use super::Arn;

    #[test]
    fn the_parts_are_what_stands_between_the_colons() {
        let arn: Arn = "arn:aws-cn:kms:cn-north-1:111122223333:key/a:b".parse().unwrap();
        assert_eq!(
            [arn.partition(), arn.service(), arn.region(), arn.account(), arn.resource()],
            ["aws-cn", "kms", "cn-north-1", "111122223333", "key/a:b"]
        );
        assert_eq!(arn.to_string(), "arn:aws-cn:kms:cn-north-1:111122223333:key/a:b");
    }

    #[test]
    fn empty_parts_are_parts() {
        let arn: Arn = "arn:aws:iam::111122223333:root".parse().unwrap();
        assert_eq!((arn.region(), arn.resource()), ("", "root"));
        assert!("arn:aws:iam::111122223333".parse::<Arn>().is_err());
        assert!("AROAEXAMPLE".parse::<Arn>().is_err());
        assert!("urn:aws:iam::1:root".parse::<Arn>().is_err());
    }
}

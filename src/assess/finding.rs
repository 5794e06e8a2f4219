//! What a check has to say: the shape of a finding, and the id that survives from scan to scan.

use std::{cmp::Ordering, collections::BTreeMap, fmt::Write as _};

use keyreach_policy::aws::{AccountId, Region};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// How bad it is. The worst compares lowest, so that it stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Act today.
    Critical,
    /// Act this week.
    High,
    /// Plan it.
    Medium,
    /// Tidy up.
    Low,
    /// Worth knowing.
    Info,
}

impl Severity {
    /// Every severity, worst first.
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// The name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
        }
    }
}

/// What became of it. Only `fail` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The check found what it looks for.
    Fail,
    /// The facts to tell were not read.
    Unknown,
    /// Found, and the settings say that it may be so.
    Accepted,
}

impl Status {
    /// Every status, in the order in which findings are shown.
    pub const ALL: [Self; 3] = [Self::Fail, Self::Unknown, Self::Accepted];

    /// The name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Accepted => "accepted",
        }
    }
}

/// What one check found about one thing.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Finding {
    /// Hex SHA-256 of the check and of what the finding is about: the same from scan to scan.
    pub id: String,
    /// The check's id.
    pub check: String,
    /// How bad it is.
    pub severity: Severity,
    /// What became of it.
    pub status: Status,
    /// The account it is about.
    pub account_id: AccountId,
    /// The Region; `null` for what belongs to none.
    pub region: Option<Region>,
    /// The key; `null` for what is about no single key.
    pub key_arn: Option<String>,
    /// One line.
    pub title: String,
    /// What was found, in a few sentences.
    pub detail: String,
    /// What to do about it.
    pub remediation: String,
    /// The facts it rests on.
    pub evidence: BTreeMap<String, Value>,
    /// The controls it speaks to, as `CIS-AWS-5.0.0/3.6`.
    pub frameworks: Vec<String>,
}

impl Finding {
    /// The order in which findings are shown: what is found before what is in doubt, the worst first.
    #[must_use]
    pub fn order(&self, other: &Self) -> Ordering {
        self.place().cmp(&other.place())
    }

    fn place(&self) -> impl Ord + '_ {
        let thing = (self.account_id, self.region.as_ref(), self.key_arn.as_deref());
        (self.status, self.severity, self.check.as_str(), thing, self.id.as_str())
    }
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// One key, by its ARN.
    Key(&'a str),
    /// An account, and a Region where it belongs to one.
    Account(AccountId, Option<&'a Region>),
}

/// The id of a finding: hex SHA-256 over the check, the key's ARN (else the account and the Region, empty where
/// there is none) and the part of it that is meant (a Sid, a grant's id; empty where the whole is meant), with a
/// line feed between them. Only the last part can hold a line feed itself, so no two subjects share an id.
#[must_use]
pub fn finding_id(check: &str, subject: Subject<'_>, part: &str) -> String {
    let about = match subject {
        Subject::Key(arn) => arn.to_owned(),
        Subject::Account(account, region) => {
            format!("{account}\n{}", region.map(Region::as_str).unwrap_or_default())
        }
    };
    sha256_hex(format!("{check}\n{about}\n{part}").as_bytes())
}

/// A SHA-256 as auditors write it.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use keyreach_policy::aws::AccountIdError;

    use super::{Subject, finding_id};

    #[test]
    fn the_id_is_what_sha256sum_says() {
        // printf 'rotation-off\narn:aws:kms:eu-west-1:111122223333:key/a\n' | sha256sum
        let id = finding_id("rotation-off", Subject::Key("arn:aws:kms:eu-west-1:111122223333:key/a"), "");
        assert_eq!(id, "ab68249197e041419b7902e251c26e4ffde4134525120c3381003890c943982c");
    }

    #[test]
    fn what_differs_has_another_id() -> Result<(), AccountIdError> {
        let account = "111122223333".parse()?;
        let region = super::Region::new("eu-west-1");
        let ids = [
            finding_id("a", Subject::Account(account, None), ""),
            finding_id("a", Subject::Account(account, Some(&region)), ""),
            finding_id("a", Subject::Account(account, None), "eu-west-1"),
            finding_id("b", Subject::Account(account, None), ""),
        ];
        let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
        Ok(())
    }
}

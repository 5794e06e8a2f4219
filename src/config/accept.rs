//! What the settings accept: findings that may be so, by whom, why, and until when.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{
    ConfigError, JudgementSettings,
    raw::{self, Words},
    value,
};

/// Findings that may be so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptSettings {
    /// The id of the check, or `*`.
    pub check: String,
    /// What a finding must be about; all must fit.
    pub selectors: Vec<(Selector, Vec<String>)>,
    /// Why it may be so.
    pub reason: String,
    /// Who said so.
    pub owner: String,
    /// Where that is written down.
    pub ticket: Option<String>,
    /// The last day on which it counts, in UTC.
    pub expires: Date,
}

/// A property of a finding that patterns with `*` and `?` are held against.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Selector {
    /// The account's id.
    Account,
    /// The account's path in the organization, as `o-…/r-…/ou-…/`.
    OrganizationalUnit,
    /// The Region.
    Region,
    /// The key's ARN or id.
    Key,
    /// One of the key's aliases.
    Alias,
    /// The value of this tag of the key.
    Tag(String),
}

impl Selector {
    /// The name in settings and reports.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Account => "account".to_owned(),
            Self::OrganizationalUnit => "ou".to_owned(),
            Self::Region => "region".to_owned(),
            Self::Key => "key".to_owned(),
            Self::Alias => "alias".to_owned(),
            Self::Tag(key) => format!("tag.{key}"),
        }
    }
}

impl AcceptSettings {
    pub(super) fn validate(raw: raw::RawAccept) -> Result<Self, ConfigError> {
        let raw::RawAccept { check, account, ou, region, key, alias, tag, reason, owner, ticket, expires } =
            raw;
        let lists = [
            (Selector::Account, account),
            (Selector::OrganizationalUnit, ou),
            (Selector::Region, region),
            (Selector::Key, key),
            (Selector::Alias, alias),
        ];
        if tag.as_ref().is_some_and(BTreeMap::is_empty) {
            return Err(ConfigError::Nothing { setting: "accept.tag".to_owned() });
        }
        let tags = tag.into_iter().flatten().map(|(key, pattern)| (Selector::Tag(key), Some(pattern)));
        let given = lists.into_iter().chain(tags).filter_map(|(of, patterns)| Some((of, patterns?)));
        let selectors = given.map(|(of, patterns)| named(of, patterns)).collect::<Result<Vec<_>, _>>()?;
        if check == "*" && selectors.is_empty() {
            return Err(value("accept.check", check, "without a selector would accept everything"));
        }
        if reason.trim().is_empty() || owner.trim().is_empty() {
            return Err(value("accept", check, "needs a reason and an owner"));
        }
        let expires = day(&expires)
            .ok_or_else(|| value("accept.expires", &expires, "is not a day such as `2027-01-31`"))?;
        Ok(Self { check, selectors, reason, owner, ticket, expires })
    }
}

/// The patterns of a selector. One that is written and names nothing must not pass for one that is not there: the
/// acceptance would fit everywhere.
fn named(selector: Selector, patterns: Words) -> Result<(Selector, Vec<String>), ConfigError> {
    let patterns = patterns.into_vec();
    if patterns.is_empty() {
        return Err(ConfigError::Nothing { setting: format!("accept.{}", selector.name()) });
    }
    Ok((selector, patterns))
}

/// A day and nothing more: of a time, nobody could say whether it counts.
fn day(text: &str) -> Option<Date> {
    text.parse().ok().filter(|day: &Date| day.to_string() == text)
}

impl JudgementSettings {
    /// Refuses an acceptance of a check that does not exist: it would never accept anything.
    pub fn refuse_unknown_checks(
        &self,
        exists: impl Fn(&str) -> bool,
        nearest: impl Fn(&str) -> Vec<&'static str>,
    ) -> Result<(), ConfigError> {
        let unknown = self.accepted.iter().map(|one| &one.check).find(|id| *id != "*" && !exists(id));
        unknown.map_or(Ok(()), |id| {
            let known = format!("the checks, such as {}", nearest(id).join(", "));
            Err(ConfigError::Choice { setting: "accept.check", value: id.clone(), known })
        })
    }
}

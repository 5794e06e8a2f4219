//! Valid settings: the only form that other rooms see. Flags and environment variables stand over the file,
//! the file over the defaults.

mod accept;
mod expected;
#[expect(clippy::disallowed_methods, reason = "reads the settings file")]
pub mod load;
pub mod raw;
mod report;
mod thresholds;
mod trusted;

use std::{
    collections::BTreeSet,
    fmt,
    path::{Path, PathBuf},
};

use keyreach_policy::aws::{AccountId, AccountIdError, Arn, Region};
use thiserror::Error;

use raw::{RawSettings, Words};

pub use accept::{AcceptSettings, Selector};
pub use expected::Expected;
pub use report::{FailOn, Format, OUT, ReportSettings};
pub use thresholds::Thresholds;
pub use trusted::{TrustedParty, TrustedSettings};

/// All settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Whom to visit, and as whom.
    pub scan: ScanSettings,
    /// How fast.
    pub pace: PaceSettings,
    /// What to write, and when to complain.
    pub report: ReportSettings,
    /// What to hold keys to.
    pub judgement: JudgementSettings,
}

/// What to hold keys to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JudgementSettings {
    /// Whom to trust.
    pub trusted: TrustedSettings,
    /// From when on a thing is worth a finding.
    pub thresholds: Thresholds,
    /// What is expected of keys.
    pub expected: Expected,
    /// Findings that may be so.
    pub accepted: Vec<AcceptSettings>,
}

/// Whom to visit, and as whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanSettings {
    /// The role to assume in each account, with its path if it has one.
    pub role_name: String,
    /// What that role's trust policy asks for.
    pub external_id: Option<ExternalId>,
    /// Only these accounts; empty: all.
    pub accounts: BTreeSet<AccountId>,
    /// Not these.
    pub exclude_accounts: BTreeSet<AccountId>,
    /// Where.
    pub regions: Regions,
    /// The role through which Organizations is read; none: as the caller.
    pub organization_role: Option<Arn>,
    /// Ask for the last use of each key.
    pub last_usage: bool,
}

impl Default for ScanSettings {
    fn default() -> Self {
        Self {
            role_name: "keyreach-audit".to_owned(),
            external_id: None,
            accounts: BTreeSet::new(),
            exclude_accounts: BTreeSet::new(),
            regions: Regions::Auto,
            organization_role: None,
            last_usage: false,
        }
    }
}

/// A shared secret: it has no way into a log.
#[derive(Clone, PartialEq, Eq)]
pub struct ExternalId(String);

impl ExternalId {
    /// The secret itself, for STS.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExternalId(…)")
    }
}

/// Which Regions to visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Regions {
    /// Those that are on in each account.
    Auto,
    /// These.
    Named(BTreeSet<Region>),
}

/// How fast.
#[derive(Debug, Clone, PartialEq)]
pub struct PaceSettings {
    /// The share of each published quota to use.
    pub quota_share: f64,
    /// Requests under way at once.
    pub in_flight: usize,
    /// Seconds after which a request counts as lost.
    pub request_timeout_seconds: u64,
}

impl Default for PaceSettings {
    fn default() -> Self {
        Self { quota_share: 0.5, in_flight: 256, request_timeout_seconds: 20 }
    }
}

/// A setting that cannot be.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("`{}` is not a valid settings file", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where, and what is wrong there.
        source: toml::de::Error,
    },
    /// No account id.
    #[error("{setting}: {problem}")]
    Account {
        /// The setting.
        setting: &'static str,
        /// What is wrong.
        problem: AccountIdError,
    },
    /// None of the values there are.
    #[error("{setting}: `{value}` is not one of {known}")]
    Choice {
        /// The setting.
        setting: &'static str,
        /// What was written.
        value: String,
        /// What could have been.
        known: String,
    },
    /// A list that must not be empty is.
    #[error("{setting}: names nothing")]
    Nothing {
        /// The setting.
        setting: String,
    },
    /// Another value that cannot be.
    #[error("{setting}: `{value}` {problem}")]
    Value {
        /// The setting.
        setting: &'static str,
        /// What was written.
        value: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl Settings {
    /// The settings of a run: what the user typed, over the file named, over the defaults.
    pub fn resolve(typed: RawSettings, file: Option<&Path>) -> Result<Self, ConfigError> {
        Self::resolve_into(typed, file, OUT)
    }

    /// The same, where the folder of the reports is another one unless somebody names it.
    pub fn resolve_into(typed: RawSettings, file: Option<&Path>, out: &str) -> Result<Self, ConfigError> {
        let written = file.map(load::load).transpose()?.unwrap_or_default();
        let mut raw = typed.over(written);
        raw.report.out.get_or_insert_with(|| PathBuf::from(out));
        Self::validate(raw)
    }

    fn validate(raw: RawSettings) -> Result<Self, ConfigError> {
        let (scan, pace, report) = (raw.scan, raw.pace, raw.report);
        let defaults = ScanSettings::default();
        Ok(Self {
            scan: ScanSettings {
                role_name: scan.role_name.map(role_name).transpose()?.unwrap_or(defaults.role_name),
                external_id: scan.external_id.map(external_id).transpose()?,
                accounts: accounts("accounts", scan.accounts)?,
                exclude_accounts: accounts("exclude_accounts", scan.exclude_accounts)?,
                regions: regions("regions", scan.regions)?,
                organization_role: scan.organization_role.map(organization_role).transpose()?,
                last_usage: scan.last_usage.unwrap_or_default(),
            },
            pace: PaceSettings::validate(&pace)?,
            report: ReportSettings::validate(report)?,
            judgement: JudgementSettings {
                trusted: TrustedSettings::validate(raw.trusted)?,
                thresholds: Thresholds::validate(&raw.thresholds)?,
                expected: Expected::validate(raw.expected)?,
                accepted: raw.accept.into_iter().map(AcceptSettings::validate).collect::<Result<_, _>>()?,
            },
        })
    }
}

impl PaceSettings {
    fn validate(raw: &raw::RawPace) -> Result<Self, ConfigError> {
        let defaults = Self::default();
        let quota_share = raw.quota_share.unwrap_or(defaults.quota_share);
        if !(quota_share > 0.0 && quota_share <= 1.0) {
            return Err(value("pace.quota_share", quota_share, "is not above 0 and at most 1"));
        }
        let in_flight = raw.in_flight.unwrap_or(defaults.in_flight);
        if !(1..=10_000).contains(&in_flight) {
            return Err(value("pace.in_flight", in_flight, "is not between 1 and 10000"));
        }
        let seconds = raw.request_timeout_seconds.unwrap_or(defaults.request_timeout_seconds);
        if !(1..=600).contains(&seconds) {
            return Err(value("pace.request_timeout_seconds", seconds, "is not between 1 and 600"));
        }
        Ok(Self { quota_share, in_flight, request_timeout_seconds: seconds })
    }
}

fn value(setting: &'static str, value: impl fmt::Display, problem: &'static str) -> ConfigError {
    ConfigError::Value { setting, value: value.to_string(), problem }
}

/// The words of a list; an empty list is as good as none.
fn words(words: Option<Words>) -> Option<Vec<String>> {
    words.map(Words::into_vec).filter(|words| !words.is_empty())
}

fn choice<T: Copy, const N: usize>(
    setting: &'static str,
    name: &str,
    all: [T; N],
    name_of: fn(T) -> &'static str,
) -> Result<T, ConfigError> {
    all.into_iter().find(|&one| name_of(one) == name).ok_or_else(|| {
        let known = all.map(name_of).join(", ");
        ConfigError::Choice { setting, value: name.to_owned(), known }
    })
}

fn accounts(setting: &'static str, written: Option<Words>) -> Result<BTreeSet<AccountId>, ConfigError> {
    let parse = |text: String| text.parse().map_err(|problem| ConfigError::Account { setting, problem });
    words(written).unwrap_or_default().into_iter().map(parse).collect()
}

fn regions(setting: &'static str, written: Option<Words>) -> Result<Regions, ConfigError> {
    let Some(names) = words(written) else { return Ok(Regions::Auto) };
    if names == ["auto"] {
        return Ok(Regions::Auto);
    }
    let is_code = |name: &str| {
        name.contains('-') && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    match names.iter().find(|name| !is_code(name)) {
        Some(name) => Err(value(setting, name, "is neither `auto` nor a Region such as `eu-west-1`")),
        None => Ok(Regions::Named(names.into_iter().map(Region::new).collect())),
    }
}

/// Source: IAM API Reference, "CreateRole".
fn role_name(name: String) -> Result<String, ConfigError> {
    let valid = |part: &str| {
        (1..=64).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b))
    };
    let trimmed = name.trim_start_matches('/');
    if trimmed.split('/').all(valid) {
        return Ok(trimmed.to_owned());
    }
    Err(value("role_name", name, "is not a role's name, with or without its path"))
}

/// Source: STS API Reference, "AssumeRole". The value itself stays out of the message.
fn external_id(text: String) -> Result<ExternalId, ConfigError> {
    let valid = (2..=1224).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&b));
    if valid {
        return Ok(ExternalId(text));
    }
    Err(value("external_id", "…", "must be 2 to 1224 letters, digits or any of _+=,.@:/-"))
}

fn organization_role(text: String) -> Result<Arn, ConfigError> {
    match text.parse::<Arn>() {
        Ok(arn)
            if arn.service() == "iam"
                && arn.account_id().is_some()
                && arn.resource().starts_with("role/") =>
        {
            Ok(arn)
        }
        _ => Err(value(
            "organization_role",
            text,
            "is not the ARN of a role, such as `arn:aws:iam::111122223333:role/keyreach-audit`",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{Regions, Settings, raw::RawSettings};

    fn settings(text: &str) -> Result<Settings, String> {
        let raw: RawSettings = toml::from_str(text).map_err(|error| error.to_string())?;
        Settings::validate(raw).map_err(|error| error.to_string())
    }

    fn accept(rest: &str) -> String {
        format!("[[accept]]\ncheck = 'a'\nreason = 'a'\nowner = 'b'\n{rest}")
    }

    #[test]
    fn a_day_may_stand_without_quotes() {
        let [bare, quoted] = ["2027-01-31", "'2027-01-31'"]
            .map(|day| settings(&accept(&format!("expires = {day}"))).unwrap().judgement.accepted);
        assert_eq!((bare[0].expires, &bare), (jiff::civil::date(2027, 1, 31), &quoted));
    }

    #[test]
    fn nothing_written_is_all_defaults() {
        let settings = settings("").unwrap();
        assert_eq!(settings.scan.role_name, "keyreach-audit");
        assert_eq!(settings.scan.regions, Regions::Auto);
        assert_eq!(settings.report.formats.len(), 2);
    }

    #[test]
    fn what_cannot_be_is_said_with_its_name() {
        for (text, words) in [
            ("[scan]\naccounts = ['123']", "accounts: `123` is not an account id"),
            ("[scan]\nregions = ['moon']", "regions: `moon`"),
            ("[scan]\nrole_name = 'a b'", "role_name: `a b`"),
            ("[scan]\norganization_role = 'x'", "organization_role: `x`"),
            ("[pace]\nquota_share = 0.0", "pace.quota_share: `0`"),
            ("[pace]\nin_flight = 0", "pace.in_flight: `0`"),
            ("[thresholds]\nunused_role_days = 0", "thresholds.unused_role_days: `0`"),
            ("[thresholds]\nold_grant_days = 4000", "thresholds.old_grant_days: `4000`"),
            (
                "[[accept]]\ncheck = '*'\nreason = 'a'\nowner = 'b'\nexpires = '2027-01-31'",
                "would accept everything",
            ),
            (
                "[[accept]]\ncheck = 'a'\nreason = ''\nowner = 'b'\nexpires = '2027-01-31'",
                "needs a reason and an owner",
            ),
            (
                "[[accept]]\ncheck = 'a'\nreason = 'a'\nowner = 'b'\nexpires = 'never'",
                "accept.expires: `never`",
            ),
            ("[[accept]]\ncheck = 'a'\nreason = 'a'\nowner = 'b'", "missing field `expires`"),
            (&accept("expires = '2027-01-31T10:00:00'"), "accept.expires: `2027-01-31T10:00:00`"),
            (&accept("expires = 2027-01-31T10:00:00Z"), "accept.expires: `2027-01-31T10:00:00Z`"),
            (&accept("expires = 7"), "`7` is not a day"),
            (&accept("expires = 2027-01-31\naccount = []"), "accept.account: names nothing"),
            (&accept("expires = 2027-01-31\nregion = ' , '"), "accept.region: names nothing"),
            (&accept("expires = 2027-01-31\ntag = { team = [] }"), "accept.tag.team: names nothing"),
            (&accept("expires = 2027-01-31\ntag = {}"), "accept.tag: names nothing"),
            ("[expected]\nreplica_regions = ['moon']", "expected.replica_regions: `moon`"),
            ("[report]\nformat = 'pdf'", "format: `pdf`"),
            ("[report]\nfail_on = 'bad'", "fail_on: `bad`"),
            ("[[trusted.account]]\nid = '1'\nname = 'a'\nreason = 'b'", "trusted.account.id: `1`"),
            (
                "[[trusted.organization]]\nid = 'o-1'\nname = 'a'\nreason = 'b'",
                "trusted.organization.id: `o-1`",
            ),
            (
                "[[trusted.account]]\nid = '111122223333'\nname = 'a'\nreason = ''",
                "needs a name and a reason",
            ),
            ("[scan]\nregoins = 'auto'", "unknown field `regoins`"),
        ] {
            let error = settings(text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn an_external_id_is_never_said() {
        let error = settings("[scan]\nexternal_id = 'my secret'").unwrap_err();
        assert!(!error.contains("secret"), "{error}");
        let settings = settings("[scan]\nexternal_id = 'my-secret'").unwrap();
        assert!(!format!("{settings:?}").contains("secret"));
    }
}

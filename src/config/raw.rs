//! Settings as written: in the file, and, in the same shape, on the command line and in the environment.

use std::{collections::BTreeMap, path::PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error};

/// The settings file. Everything may be left out.
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawSettings {
    /// Whom to visit, and as whom.
    pub scan: RawScan,
    /// How fast.
    pub pace: RawPace,
    /// What to write, and when to complain.
    pub report: RawReport,
    /// From when on a thing is worth a finding.
    pub thresholds: RawThresholds,
    /// What is expected of keys.
    pub expected: RawExpected,
    /// Whom to trust.
    pub trusted: RawTrusted,
    /// Findings that may be so.
    pub accept: Vec<RawAccept>,
}

/// `[[accept]]`: patterns with `*` and `?` cover the whole text; all that are given must fit.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawAccept {
    /// The id of the check, or `*`.
    pub check: String,
    /// Ids of accounts.
    pub account: Option<Words>,
    /// Paths of accounts in the organization, as `o-…/r-…/ou-…/`.
    pub ou: Option<Words>,
    /// Regions.
    pub region: Option<Words>,
    /// ARNs or ids of keys.
    pub key: Option<Words>,
    /// Aliases.
    pub alias: Option<Words>,
    /// Values of tags, by tag.
    pub tag: Option<BTreeMap<String, Words>>,
    /// Why it may be so.
    pub reason: String,
    /// Who said so.
    pub owner: String,
    /// Where that is written down.
    pub ticket: Option<String>,
    /// The last day on which it counts, in UTC, as `2027-01-31`.
    #[serde(deserialize_with = "day")]
    #[schemars(extend("format" = "date"))]
    pub expires: String,
}

/// A day as TOML writes it, with or without quotes.
fn day<'de, D: Deserializer<'de>>(source: D) -> Result<String, D::Error> {
    match toml::Value::deserialize(source)? {
        toml::Value::String(text) => Ok(text),
        toml::Value::Datetime(day) => Ok(day.to_string()),
        other => Err(D::Error::custom(format!("`{other}` is not a day such as `2027-01-31`"))),
    }
}

/// `[thresholds]`
#[derive(Debug, Default, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawThresholds {
    /// A role that nobody used for so many days counts as idle.
    pub unused_role_days: Option<u32>,
    /// Imported key material that expires within so many days counts as expiring.
    pub expiring_material_days: Option<u32>,
    /// A key that was used within so many days counts as in use.
    pub recent_use_days: Option<u32>,
    /// A key that was not used for so many days counts as unused.
    pub unused_key_days: Option<u32>,
    /// A disabled key without a sign of life for so many days counts as forgotten.
    pub disabled_key_days: Option<u32>,
    /// A rotation period of more days than this counts as long.
    pub rotation_period_days: Option<u32>,
    /// Imported material that is older than so many days should be rotated.
    pub on_demand_rotation_days: Option<u32>,
    /// A grant older than so many days counts as old.
    pub old_grant_days: Option<u32>,
}

impl RawThresholds {
    fn over(self, under: Self) -> Self {
        Self {
            unused_role_days: self.unused_role_days.or(under.unused_role_days),
            expiring_material_days: self.expiring_material_days.or(under.expiring_material_days),
            recent_use_days: self.recent_use_days.or(under.recent_use_days),
            unused_key_days: self.unused_key_days.or(under.unused_key_days),
            disabled_key_days: self.disabled_key_days.or(under.disabled_key_days),
            rotation_period_days: self.rotation_period_days.or(under.rotation_period_days),
            on_demand_rotation_days: self.on_demand_rotation_days.or(under.on_demand_rotation_days),
            old_grant_days: self.old_grant_days.or(under.old_grant_days),
        }
    }
}

/// `[expected]`
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawExpected {
    /// The Regions where replicas of keys may stand; empty: anywhere.
    pub replica_regions: Option<Words>,
    /// The tags that name the owner of a key.
    pub owner_tags: Option<Words>,
}

/// `[trusted]`
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawTrusted {
    /// Accounts outside that are known and wanted.
    pub account: Vec<RawParty>,
    /// Organizations outside that are known and wanted.
    pub organization: Vec<RawParty>,
}

impl RawTrusted {
    fn is_empty(&self) -> bool {
        self.account.is_empty() && self.organization.is_empty()
    }
}

/// `[[trusted.account]]` or `[[trusted.organization]]`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawParty {
    /// Twelve digits, or `o-…`.
    pub id: String,
    /// Who it is.
    pub name: String,
    /// Why it is trusted.
    pub reason: String,
}

/// `[scan]`
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawScan {
    /// The role to assume in each account.
    pub role_name: Option<String>,
    /// What that role's trust policy asks for.
    pub external_id: Option<String>,
    /// Only these accounts.
    pub accounts: Option<Words>,
    /// Not these.
    pub exclude_accounts: Option<Words>,
    /// `auto`, or the Regions to visit.
    pub regions: Option<Words>,
    /// The ARN of the role through which Organizations is read.
    pub organization_role: Option<String>,
    /// Ask for the last use of each key.
    pub last_usage: Option<bool>,
}

/// `[pace]`
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawPace {
    /// The share of each published quota to use, above 0 and at most 1.
    pub quota_share: Option<f64>,
    /// Requests under way at once.
    pub in_flight: Option<usize>,
    /// Seconds after which a request counts as lost.
    pub request_timeout_seconds: Option<u64>,
}

/// `[report]`
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawReport {
    /// The folder of the reports.
    pub out: Option<PathBuf>,
    /// The formats: `html`, `json`.
    pub format: Option<Words>,
    /// `critical`, `high`, `medium`, `low` or `none`.
    pub fail_on: Option<String>,
    /// Incomplete coverage has no exit code of its own.
    pub allow_gaps: Option<bool>,
    /// Say nothing but errors.
    pub quiet: Option<bool>,
    /// Take the place of a snapshot that read more, or that is of another organization.
    pub replace: Option<bool>,
}

/// A list, or one text with commas.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "expected a text in quotes, with commas between the words, or a list of such texts"
)]
pub enum Words {
    /// `"a,b"`
    Text(String),
    /// `["a", "b"]`
    List(Vec<String>),
}

impl Words {
    /// The words, without spaces around them.
    #[must_use]
    pub fn into_vec(self) -> Vec<String> {
        let words = match self {
            Self::Text(text) => text.split(',').map(str::to_owned).collect(),
            Self::List(words) => words,
        };
        words.into_iter().map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
    }
}

impl RawSettings {
    /// These settings where they say something, the others where they do not.
    #[must_use]
    pub fn over(self, under: Self) -> Self {
        Self {
            scan: RawScan {
                role_name: self.scan.role_name.or(under.scan.role_name),
                external_id: self.scan.external_id.or(under.scan.external_id),
                accounts: self.scan.accounts.or(under.scan.accounts),
                exclude_accounts: self.scan.exclude_accounts.or(under.scan.exclude_accounts),
                regions: self.scan.regions.or(under.scan.regions),
                organization_role: self.scan.organization_role.or(under.scan.organization_role),
                last_usage: self.scan.last_usage.or(under.scan.last_usage),
            },
            pace: RawPace {
                quota_share: self.pace.quota_share.or(under.pace.quota_share),
                in_flight: self.pace.in_flight.or(under.pace.in_flight),
                request_timeout_seconds: self
                    .pace
                    .request_timeout_seconds
                    .or(under.pace.request_timeout_seconds),
            },
            report: RawReport {
                out: self.report.out.or(under.report.out),
                format: self.report.format.or(under.report.format),
                fail_on: self.report.fail_on.or(under.report.fail_on),
                allow_gaps: self.report.allow_gaps.or(under.report.allow_gaps),
                quiet: self.report.quiet.or(under.report.quiet),
                replace: self.report.replace.or(under.report.replace),
            },
            thresholds: self.thresholds.over(under.thresholds),
            expected: RawExpected {
                replica_regions: self.expected.replica_regions.or(under.expected.replica_regions),
                owner_tags: self.expected.owner_tags.or(under.expected.owner_tags),
            },
            accept: if self.accept.is_empty() { under.accept } else { self.accept },
            trusted: if self.trusted.is_empty() { under.trusted } else { self.trusted },
        }
    }
}

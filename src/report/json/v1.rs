//! The shape of `report.json`, schema version 1.0. Frozen: a field here is never renamed or dropped without a
//! new version. Every field is always there, `null` where a thing is absent or could not be read.

mod coverage;
mod key;

use jiff::Timestamp;
use keyreach_policy::aws::{AccountId, OrganizationId, Partition};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::super::{Report, ReportedKey, Summary};
use crate::{
    assess::{acceptance::Acceptance, exposure::ExposureLevel, finding, lockout::LockoutVerdict},
    snapshot::Snapshot,
};

/// A report of the KMS keys of an AWS organization.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "keyreach report")]
pub(super) struct Document<'a> {
    /// The version of this shape.
    #[schemars(extend("const" = "1.0"))]
    schema_version: &'static str,
    /// Which scan this is about.
    scan: Scan<'a>,
    /// How far it came.
    coverage: coverage::Coverage<'a>,
    /// What was found, counted.
    summary: Counts,
    /// The accounts, by id.
    accounts: Vec<Account<'a>>,
    /// The customer managed keys, by account, Region and id.
    #[schemars(with = "Vec<key::Key<'a>>")]
    keys: Keys<'a>,
    /// What the checks found.
    findings: &'a [finding::Finding],
    /// What became of the acceptances in the settings.
    acceptances: &'a [Acceptance],
}

impl<'a> From<&'a Report<'a>> for Document<'a> {
    fn from(report: &'a Report<'a>) -> Self {
        Self {
            schema_version: "1.0",
            scan: Scan::from(report.snapshot),
            coverage: coverage::Coverage::from(report),
            summary: Counts::new(report.keys.len() as u64, &report.summary),
            accounts: report.snapshot.accounts.iter().map(Account::from).collect(),
            keys: Keys(&report.keys),
            findings: report.findings,
            acceptances: report.acceptances,
        }
    }
}

/// One entry of `keys`.
pub(super) fn key<'a>(reported: &ReportedKey<'a>) -> impl Serialize + use<'a> {
    key::Key::from(reported)
}

/// The entries of `coverage`, one by one.
pub(super) fn cells<'a>(report: &'a Report<'a>) -> impl Iterator<Item = impl Serialize> {
    coverage::cells(report)
}

/// Which scan a report is about.
#[derive(Serialize, JsonSchema)]
struct Scan<'a> {
    /// Made of the caller and the time.
    id: &'a str,
    /// When the facts were taken.
    #[schemars(with = "Time")]
    taken_at: Timestamp,
    /// What took them.
    tool: Tool<'a>,
    /// Who asked: the ARN that STS reports.
    caller_arn: &'a str,
    /// The caller's partition.
    partition: &'a Partition,
    /// The organization; `null` where there is none or it could not be read.
    organization_id: Option<&'a OrganizationId>,
    /// The account that no guardrail binds; `null` where there is none or it could not be read.
    management_account_id: Option<AccountId>,
    /// The scan was stopped before its end.
    interrupted: bool,
}

/// The tool that took the facts.
#[derive(Serialize, JsonSchema)]
struct Tool<'a> {
    /// Always `keyreach`.
    name: &'static str,
    /// Its version.
    version: &'a str,
}

impl<'a> From<&'a Snapshot> for Scan<'a> {
    fn from(snapshot: &'a Snapshot) -> Self {
        let organization = snapshot.organization.known().and_then(Option::as_ref);
        Self {
            id: &snapshot.scan.id,
            taken_at: snapshot.scan.taken_at,
            tool: Tool { name: "keyreach", version: &snapshot.scan.tool_version },
            caller_arn: &snapshot.scan.caller_arn,
            partition: &snapshot.scan.partition,
            organization_id: organization.map(|o| &o.id),
            management_account_id: organization.map(|o| o.management_account_id),
            interrupted: snapshot.scan.interrupted,
        }
    }
}

/// What was found, counted.
#[derive(Serialize, JsonSchema)]
struct Counts {
    /// Customer managed keys.
    keys: u64,
    /// Keys by exposure level.
    by_exposure: ByExposure,
    /// Keys by lockout verdict.
    by_lockout: ByLockout,
    /// Findings of status `fail` by severity.
    by_severity: BySeverity,
}

/// Keys by exposure level.
#[derive(Serialize, JsonSchema)]
struct ByExposure {
    account: u64,
    organization: u64,
    trusted: u64,
    external: u64,
    public: u64,
    unknown: u64,
}

/// Keys by lockout verdict.
#[derive(Serialize, JsonSchema)]
struct ByLockout {
    manageable: u64,
    fragile: u64,
    conditional: u64,
    root_only: u64,
    locked_out: u64,
    unknown: u64,
}

/// Findings of status `fail` by severity.
#[derive(Serialize, JsonSchema)]
struct BySeverity {
    critical: u64,
    high: u64,
    medium: u64,
    low: u64,
    info: u64,
}

impl Counts {
    fn new(keys: u64, summary: &Summary) -> Self {
        let exposure = |level| summary.by_exposure.get(&level).copied().unwrap_or(0);
        let lockout = |verdict| summary.by_lockout.get(&verdict).copied().unwrap_or(0);
        let severity = |severity| summary.by_severity.get(&severity).copied().unwrap_or(0);
        Self {
            keys,
            by_exposure: ByExposure {
                account: exposure(ExposureLevel::Account),
                organization: exposure(ExposureLevel::Organization),
                trusted: exposure(ExposureLevel::Trusted),
                external: exposure(ExposureLevel::External),
                public: exposure(ExposureLevel::Public),
                unknown: exposure(ExposureLevel::Unknown),
            },
            by_lockout: ByLockout {
                manageable: lockout(LockoutVerdict::Manageable),
                fragile: lockout(LockoutVerdict::Fragile),
                conditional: lockout(LockoutVerdict::Conditional),
                root_only: lockout(LockoutVerdict::RootOnly),
                locked_out: lockout(LockoutVerdict::LockedOut),
                unknown: lockout(LockoutVerdict::Unknown),
            },
            by_severity: BySeverity {
                critical: severity(finding::Severity::Critical),
                high: severity(finding::Severity::High),
                medium: severity(finding::Severity::Medium),
                low: severity(finding::Severity::Low),
                info: severity(finding::Severity::Info),
            },
        }
    }
}

/// An account.
#[derive(Serialize, JsonSchema)]
struct Account<'a> {
    /// Its id.
    id: AccountId,
    /// Its name; `null` where Organizations did not tell.
    name: Option<&'a str>,
    /// AWS's `State`: `ACTIVE`, `SUSPENDED`, `CLOSED`, …; `null` where Organizations did not tell.
    state: Option<&'a str>,
    /// Where it hangs, `o-…/r-…/ou-…/`; `null` where that is not known.
    ou_path: Option<&'a str>,
}

impl<'a> From<&'a crate::snapshot::organization::Account> for Account<'a> {
    fn from(account: &'a crate::snapshot::organization::Account) -> Self {
        Self {
            id: account.id,
            name: account.name.as_deref(),
            state: account.state.as_deref(),
            ou_path: account.path.as_ref().map(keyreach_policy::aws::OrgPath::as_str),
        }
    }
}

/// The keys, each made when its turn to be written comes: one parsed policy is held at a time.
struct Keys<'a>(&'a [ReportedKey<'a>]);

impl Serialize for Keys<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(key::Key::from))
    }
}

/// The schema of a time.
struct Time;

impl JsonSchema for Time {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Time".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time", "pattern": "Z$" })
    }
}

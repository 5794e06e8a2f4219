//! `findings.ocsf.ndjson`: one OCSF 1.6.0 Compliance Finding (class 2003) a line, with the profiles `cloud` and
//! `datetime`, for SIEMs and data lakes. Source: schema.ocsf.io, 1.6.0, `compliance_finding`.
//!
//! Names of things stay as AWS gave them, since they are joined on; sentences are made visible. Every finding is
//! an event of its own in each scan (activity Create): a scan does not know what earlier ones said.

use std::{borrow::Cow, collections::BTreeMap};

use jiff::Timestamp;
use keyreach_policy::aws::{AccountId, OrgPath, Region};
use serde::Serialize;
use serde_json::Value;

use super::{
    Part, Report, ReportedKey, ndjson,
    subject::{self, Subjects},
    text::Visible,
};
use crate::assess::{
    acceptance::Terms,
    exposure::ExposureLevel,
    finding::{Finding, Severity, Status, sha256_hex},
    lockout::LockoutVerdict,
};

/// A Compliance Finding. A value and its caption stand side by side, as OCSF wants it.
#[derive(Serialize)]
struct Event<'a> {
    activity_id: u8,
    activity_name: &'static str,
    category_uid: u8,
    category_name: &'static str,
    class_uid: u16,
    class_name: &'static str,
    type_uid: u32,
    type_name: &'static str,
    severity_id: u8,
    severity: &'static str,
    status_id: u8,
    status: &'static str,
    /// On what terms it is suppressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    /// Milliseconds: seconds would pass for a day in 1970.
    time: i64,
    time_dt: Timestamp,
    message: String,
    metadata: Metadata<'a>,
    finding_info: FindingInfo<'a>,
    compliance: Compliance<'a>,
    remediation: Remediation,
    resources: [Resource<'a>; 1],
    cloud: Cloud<'a>,
    evidences: Vec<Evidence<'a>>,
    unmapped: Unmapped<'a>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    version: &'static str,
    profiles: [&'static str; 2],
    product: Product<'a>,
    /// Of the event: the same finding in another scan is another event, and so is another judgement of the scan.
    uid: String,
    event_code: &'a str,
}

#[derive(Serialize)]
struct Product<'a> {
    name: &'static str,
    vendor_name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct FindingInfo<'a> {
    /// The same from scan to scan.
    uid: &'a str,
    title: String,
    desc: String,
    last_seen_time: i64,
    last_seen_time_dt: Timestamp,
    analytic: Analytic<'a>,
}

#[derive(Serialize)]
struct Analytic<'a> {
    uid: &'a str,
    type_id: u8,
    r#type: &'static str,
}

#[derive(Serialize)]
struct Compliance<'a> {
    control: &'a str,
    status_id: u8,
    status: &'static str,
    status_details: [String; 1],
    /// OCSF 1.1 to 1.3 ask for one at least.
    standards: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    requirements: Vec<&'a str>,
}

#[derive(Serialize)]
struct Remediation {
    desc: String,
}

#[derive(Serialize)]
struct Resource<'a> {
    uid: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    cloud_partition: &'a str,
    owner: Owner<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Facts<'a>>,
}

#[derive(Serialize)]
struct Owner<'a> {
    account: Account<'a>,
}

#[derive(Serialize)]
struct Account<'a> {
    uid: AccountId,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    type_id: u8,
    r#type: &'static str,
}

#[derive(Serialize)]
struct Tag<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct Facts<'a> {
    aliases: &'a [String],
    key_state: Option<&'a str>,
    key_spec: Option<&'a str>,
    exposure_level: ExposureLevel,
    lockout_verdict: LockoutVerdict,
}

#[derive(Serialize)]
struct Cloud<'a> {
    provider: &'static str,
    account: Account<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    org: Option<Organization<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    cloud_partition: &'a str,
}

#[derive(Serialize)]
struct Organization<'a> {
    uid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ou_uid: Option<&'a str>,
}

#[derive(Serialize)]
struct Evidence<'a> {
    data: &'a BTreeMap<String, Value>,
}

#[derive(Serialize)]
struct Unmapped<'a> {
    scan_id: &'a str,
    status: Status,
}

pub(super) fn parts<'a>(report: &'a Report<'a>) -> Vec<Part<'a>> {
    vec![Part::new("findings.ocsf.ndjson", |out| {
        let subjects = Subjects::of(report);
        ndjson::lines(report.findings.iter().map(|finding| event(report, &subjects, finding)), out)
    })]
}

fn event<'a>(report: &'a Report<'a>, subjects: &Subjects<'a>, finding: &'a Finding) -> Event<'a> {
    let scan = &report.snapshot.scan;
    let (severity_id, severity) = severity(finding.severity);
    let (status_id, status) = status(finding.status);
    let evidence = Evidence { data: &finding.evidence };
    Event {
        activity_id: 1,
        activity_name: "Create",
        category_uid: 2,
        category_name: "Findings",
        class_uid: 2003,
        class_name: "Compliance Finding",
        type_uid: 200_301,
        type_name: "Compliance Finding: Create",
        severity_id,
        severity,
        status_id,
        status,
        comment: Terms::of(finding).map(|terms| Visible(&terms.to_string()).to_string()),
        time: scan.taken_at.as_millisecond(),
        time_dt: scan.taken_at,
        message: format!("{}: {}", Visible(&finding.title), Visible(&finding.detail)),
        metadata: Metadata {
            version: "1.6.0",
            profiles: ["cloud", "datetime"],
            product: Product { name: "Keyreach", vendor_name: "Keyreach", version: &scan.tool_version },
            uid: format!("{}/{}/{}", scan.id, finding.id, judgement(finding)),
            event_code: &finding.check,
        },
        finding_info: finding_info(scan.taken_at, finding),
        compliance: compliance(finding),
        remediation: Remediation { desc: Visible(&finding.remediation).to_string() },
        resources: [resource(report, subjects, finding)],
        cloud: cloud(report, subjects, finding),
        evidences: if finding.evidence.is_empty() { Vec::new() } else { vec![evidence] },
        unmapped: Unmapped { scan_id: &scan.id, status: finding.status },
    }
}

/// What tells one judgement of a finding from another: who takes each event once must not miss an acceptance.
fn judgement(finding: &Finding) -> String {
    let said = (finding.status, finding.severity, &finding.detail, &finding.evidence);
    sha256_hex(serde_json::to_string(&said).unwrap_or_default().as_bytes()).chars().take(16).collect()
}

fn severity(severity: Severity) -> (u8, &'static str) {
    match severity {
        Severity::Critical => (5, "Critical"),
        Severity::High => (4, "High"),
        Severity::Medium => (3, "Medium"),
        Severity::Low => (2, "Low"),
        Severity::Info => (1, "Informational"),
    }
}

/// Where the finding stands among its readers.
fn status(status: Status) -> (u8, &'static str) {
    match status {
        Status::Fail | Status::Unknown => (1, "New"),
        Status::Accepted => (3, "Suppressed"),
    }
}

/// What the check says. A Warning is, in OCSF's words, no result for want of information.
fn outcome(status: Status) -> (u8, &'static str) {
    match status {
        Status::Fail | Status::Accepted => (3, "Fail"),
        Status::Unknown => (2, "Warning"),
    }
}

fn finding_info(taken_at: Timestamp, finding: &Finding) -> FindingInfo<'_> {
    FindingInfo {
        uid: &finding.id,
        title: Visible(&finding.title).to_string(),
        desc: Visible(&finding.detail).to_string(),
        last_seen_time: taken_at.as_millisecond(),
        last_seen_time_dt: taken_at,
        analytic: Analytic { uid: &finding.check, type_id: 1, r#type: "Rule" },
    }
}

/// `CIS-AWS-5.0.0/3.6` is a requirement of the standard `CIS-AWS-5.0.0`.
fn compliance(finding: &Finding) -> Compliance<'_> {
    let (status_id, status) = outcome(finding.status);
    let mut standards: Vec<&str> = Vec::new();
    for framework in &finding.frameworks {
        let standard = framework.split_once('/').map_or(framework.as_str(), |(standard, _)| standard);
        if !standards.contains(&standard) {
            standards.push(standard);
        }
    }
    if standards.is_empty() {
        standards.push("Keyreach");
    }
    Compliance {
        control: &finding.check,
        status_id,
        status,
        status_details: [Visible(&finding.detail).to_string()],
        standards,
        requirements: finding.frameworks.iter().map(String::as_str).collect(),
    }
}

fn resource<'a>(report: &'a Report<'a>, subjects: &Subjects<'a>, finding: &'a Finding) -> Resource<'a> {
    let reported = subjects.key(finding);
    let account = account(subjects, finding.account_id);
    let tags = reported.and_then(|reported| reported.key.tags.known()).into_iter().flatten();
    Resource {
        uid: subject::resource_id(finding),
        name: reported.and_then(|reported| reported.key.aliases.first()).map(String::as_str),
        r#type: if finding.key_arn.is_some() { "AWS::KMS::Key" } else { "AWS::::Account" },
        region: finding.region.as_ref().map(Region::as_str),
        cloud_partition: report.snapshot.scan.partition.as_str(),
        owner: Owner { account },
        tags: tags.map(|(name, value)| Tag { name, value }).collect(),
        data: reported.map(facts),
    }
}

fn facts(reported: ReportedKey<'_>) -> Facts<'_> {
    let metadata = reported.key.metadata.known();
    Facts {
        aliases: &reported.key.aliases,
        key_state: metadata.map(|of| of.key_state.as_str()),
        key_spec: metadata.map(|of| of.key_spec.as_str()),
        exposure_level: reported.judged.exposure.level,
        lockout_verdict: reported.judged.lockout.verdict,
    }
}

fn cloud<'a>(report: &'a Report<'a>, subjects: &Subjects<'a>, finding: &'a Finding) -> Cloud<'a> {
    let path = subjects.account(finding.account_id).and_then(|account| account.path.as_ref());
    let organization = report.snapshot.organization.known().and_then(Option::as_ref);
    Cloud {
        provider: "AWS",
        account: account(subjects, finding.account_id),
        org: organization.map(|organization| Organization {
            uid: organization.id.as_str(),
            ou_uid: path.map(OrgPath::as_str).and_then(unit),
        }),
        region: finding.region.as_ref().map(Region::as_str),
        cloud_partition: report.snapshot.scan.partition.as_str(),
    }
}

/// The last place of a path: the unit that holds the account.
fn unit(path: &str) -> Option<&str> {
    path.trim_end_matches('/').rsplit('/').next().filter(|place| place.starts_with("ou-"))
}

fn account<'a>(subjects: &Subjects<'a>, id: AccountId) -> Account<'a> {
    let name = subjects.account(id).and_then(|account| account.name.as_deref());
    Account { uid: id, name, type_id: 10, r#type: "AWS Account" }
}

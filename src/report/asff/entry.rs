//! One finding in the AWS Security Finding Format. All text is visible text of the length that Security Hub takes;
//! an empty one is left out or a dash, as the service refuses it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keyreach_policy::aws::AccountId;
use serde::Serialize;

use crate::{
    assess::{
        acceptance::Terms,
        finding::{Finding, Severity, Status},
        rotation::Eligibility,
    },
    report::{
        Report, ReportedKey,
        subject::{Subjects, resource_id},
        text::{Visible, cut},
    },
    snapshot::gap::Fact,
};

/// The partitions that Security Hub knows by name.
const PARTITIONS: [&str; 5] = ["aws", "aws-cn", "aws-us-gov", "aws-us-iso", "aws-us-iso-b"];

const TYPES: [&str; 1] = ["Software and Configuration Checks/AWS Security Best Practices"];

/// Where a finding is imported.
pub(super) struct Place {
    pub(super) account: AccountId,
    pub(super) region: String,
}

/// One finding.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Entry<'a> {
    schema_version: &'static str,
    id: &'a str,
    product_arn: String,
    product_name: &'static str,
    company_name: &'static str,
    region: String,
    generator_id: String,
    aws_account_id: AccountId,
    #[serde(skip_serializing_if = "Option::is_none")]
    aws_account_name: Option<String>,
    types: [&'static str; 1],
    created_at: Timestamp,
    updated_at: Timestamp,
    last_observed_at: Timestamp,
    severity: Label,
    title: String,
    description: String,
    remediation: Remediation,
    product_fields: BTreeMap<&'static str, String>,
    resources: [Resource; 1],
    compliance: Compliance,
    record_state: &'static str,
    finding_provider_fields: ProviderFields,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Label {
    label: &'static str,
    original: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Remediation {
    recommendation: Recommendation,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Recommendation {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Compliance {
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_requirements: Vec<String>,
}

/// Where providers put what they may update later on.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProviderFields {
    severity: Label,
    types: [&'static str; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    r#type: &'static str,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    partition: Option<String>,
    region: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    tags: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Details>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Details {
    aws_kms_key: KmsKey,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct KmsKey {
    #[serde(rename = "AWSAccountId")]
    account_id: AccountId,
    /// Seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    creation_date: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    key_id: String,
    key_manager: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_rotation_status: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
}

impl<'a> Entry<'a> {
    pub(super) fn new(
        report: &Report<'a>,
        subjects: &Subjects<'a>,
        place: &Place,
        finding: &'a Finding,
    ) -> Self {
        let scan = &report.snapshot.scan;
        let Place { account, region } = place;
        let name = subjects.account(*account).and_then(|account| account.name.as_deref());
        Self {
            schema_version: "2018-10-08",
            id: &finding.id,
            product_arn: format!(
                "arn:{}:securityhub:{region}:{account}:product/{account}/default",
                Visible(scan.partition.as_str())
            ),
            product_name: "Keyreach",
            company_name: "Keyreach",
            region: region.clone(),
            generator_id: short(&format!("keyreach/{}", finding.check), 512),
            aws_account_id: *account,
            aws_account_name: name.and_then(|name| filled(name, 50)),
            types: TYPES,
            created_at: scan.taken_at,
            updated_at: scan.taken_at,
            last_observed_at: scan.taken_at,
            severity: label(finding.severity),
            title: short(&finding.title, 256),
            description: short(&finding.detail, 1024),
            remediation: Remediation {
                recommendation: Recommendation { text: short(&finding.remediation, 512) },
            },
            product_fields: product_fields(report, finding),
            resources: [resource(report, subjects.key(finding), region, finding)],
            compliance: compliance(finding),
            record_state: if finding.status == Status::Accepted { "ARCHIVED" } else { "ACTIVE" },
            finding_provider_fields: ProviderFields { severity: label(finding.severity), types: TYPES },
        }
    }

    pub(super) fn forget_tags(&mut self) {
        for resource in &mut self.resources {
            resource.tags.clear();
        }
    }
}

fn label(severity: Severity) -> Label {
    let label = match severity {
        Severity::Critical => "CRITICAL",
        Severity::High => "HIGH",
        Severity::Medium => "MEDIUM",
        Severity::Low => "LOW",
        Severity::Info => "INFORMATIONAL",
    };
    Label { label, original: severity.as_str() }
}

/// A WARNING is, in Security Hub's words, that some information is missing.
fn compliance(finding: &Finding) -> Compliance {
    let status = match finding.status {
        Status::Fail | Status::Accepted => "FAILED",
        Status::Unknown => "WARNING",
    };
    let frameworks = finding.frameworks.iter().take(32);
    Compliance { status, related_requirements: frameworks.filter_map(|name| filled(name, 64)).collect() }
}

fn product_fields(report: &Report<'_>, finding: &Finding) -> BTreeMap<&'static str, String> {
    let evidence = serde_json::to_string(&finding.evidence).unwrap_or_default();
    let mut fields = BTreeMap::from([
        ("keyreach/check", short(&finding.check, 2048)),
        ("keyreach/status", finding.status.as_str().to_owned()),
        ("keyreach/scan_id", short(&report.snapshot.scan.id, 2048)),
        ("keyreach/evidence", short(&evidence, 2048)),
    ]);
    if let Some(terms) = Terms::of(finding) {
        fields.insert("keyreach/acceptance", short(&terms.to_string(), 2048));
    }
    fields
}

fn resource(
    report: &Report<'_>,
    reported: Option<ReportedKey<'_>>,
    region: &str,
    finding: &Finding,
) -> Resource {
    let partition = report.snapshot.scan.partition.as_str();
    let tags = reported.and_then(|reported| reported.key.tags.known()).into_iter().flatten();
    Resource {
        r#type: if finding.key_arn.is_some() { "AwsKmsKey" } else { "AwsAccount" },
        id: short(&resource_id(finding), 512),
        partition: PARTITIONS.contains(&partition).then(|| partition.to_owned()),
        region: region.to_owned(),
        tags: tags
            .take(50)
            .filter_map(|(name, value)| Some((filled(name, 128)?, filled(value, 256)?)))
            .collect(),
        details: reported.map(|reported| Details { aws_kms_key: kms_key(reported) }),
    }
}

fn kms_key(reported: ReportedKey<'_>) -> KmsKey {
    let ReportedKey { cell, key, .. } = reported;
    let metadata = key.metadata.known();
    let text = |text: Option<&String>| text.and_then(|text| filled(text, 1024));
    KmsKey {
        account_id: cell.account_id,
        creation_date: metadata.and_then(|of| of.creation_date).map(seconds),
        description: text(metadata.map(|of| &of.description)),
        key_id: short(&key.key_id, 512),
        key_manager: "CUSTOMER",
        key_rotation_status: match &key.rotation {
            // On a key that cannot rotate, AWS's `false` is no setting.
            Fact::Known(Some(status)) if reported.judged.rotation != Eligibility::NotApplicable => {
                Some(status.enabled)
            }
            Fact::Known(_) | Fact::Unknown(_) => None,
        },
        key_state: text(metadata.map(|of| &of.key_state)),
        origin: text(metadata.map(|of| &of.origin)),
    }
}

fn seconds(time: Timestamp) -> f64 {
    time.as_duration().as_secs_f64()
}

/// Visible text of a bounded length; `None` where nothing is visible.
fn filled(text: &str, longest: usize) -> Option<String> {
    let shown = Visible(text).to_string();
    (!shown.trim().is_empty()).then(|| cut(&shown, longest).into_owned())
}

/// The same, with a dash where nothing is visible.
fn short(text: &str, longest: usize) -> String {
    filled(text, longest).unwrap_or_else(|| "-".to_owned())
}

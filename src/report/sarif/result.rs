//! The findings as results, each made when its turn to be written comes.

use keyreach_policy::aws::Region;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Serialize, Serializer};

use super::{
    Message, plain,
    rule::{self, Rules, level},
};
use crate::{
    assess::{
        acceptance::Terms,
        finding::{Finding, Severity, Status},
    },
    report::{subject::resource_id, text::Visible},
};

/// What may stand in a name of a path as it is.
const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// The findings of a run.
pub(super) struct Results<'a> {
    pub(super) rules: &'a Rules<'a>,
    pub(super) findings: &'a [Finding],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    kind: &'static str,
    level: &'static str,
    message: Message,
    locations: [Location<'a>; 1],
    partial_fingerprints: Fingerprints<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: PhysicalLocation,
    logical_locations: [LogicalLocation<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: Artifact,
    region: Line,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

/// The first line: code scanning shows no result without one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    start_line: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'a> {
    fully_qualified_name: std::borrow::Cow<'a, str>,
    kind: &'static str,
}

#[derive(Serialize)]
struct Fingerprints<'a> {
    #[serde(rename = "keyreach/v1")]
    id: &'a str,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    status: &'static str,
    justification: String,
}

#[derive(Serialize)]
struct Properties<'a> {
    severity: Severity,
    status: Status,
    account_id: String,
    region: Option<&'a str>,
    frameworks: &'a [String],
    remediation: &'a str,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.findings.iter().map(|finding| result(finding, self.rules)))
    }
}

fn result<'a>(finding: &'a Finding, rules: &Rules<'_>) -> SarifResult<'a> {
    let (kind, level) = match finding.status {
        Status::Fail | Status::Accepted => ("fail", level(finding.severity)),
        // "Insufficient information to decide"; every kind but `fail` is without level.
        Status::Unknown => ("open", "none"),
    };
    SarifResult {
        rule_id: rule::id(finding),
        rule_index: rules.place(finding),
        kind,
        level,
        message: plain(&format!("{}: {}", finding.title, finding.detail)),
        locations: [location(finding)],
        partial_fingerprints: Fingerprints { id: &finding.id },
        suppressions: Terms::of(finding).map(suppression).into_iter().collect(),
        properties: Properties {
            severity: finding.severity,
            status: finding.status,
            account_id: finding.account_id.to_string(),
            region: finding.region.as_ref().map(Region::as_str),
            frameworks: &finding.frameworks,
            remediation: &finding.remediation,
        },
    }
}

fn suppression(terms: Terms<'_>) -> Suppression {
    Suppression {
        kind: "external",
        status: "accepted",
        justification: Visible(&terms.to_string()).to_string(),
    }
}

/// `aws/111122223333/eu-west-1/kms/KEY-ID.json`: nothing is there, and nothing else ever will be.
fn location(finding: &Finding) -> Location<'_> {
    let name = |text| utf8_percent_encode(text, NAME).to_string();
    let region = finding.region.as_ref().map_or("global", Region::as_str);
    let file = match &finding.key_arn {
        Some(arn) => format!("kms/{}", name(arn.rsplit_once('/').map_or(arn.as_str(), |(_, id)| id))),
        None => "account".to_owned(),
    };
    let uri = format!("aws/{}/{}/{file}.json", finding.account_id, name(region));
    Location {
        physical_location: PhysicalLocation {
            artifact_location: Artifact { uri },
            region: Line { start_line: 1 },
        },
        logical_locations: [LogicalLocation { fully_qualified_name: resource_id(finding), kind: "resource" }],
    }
}

//! What the data block holds of a key beyond its row: what only its own page shows.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::{
    assess::{
        exposure::GrantZone,
        finding::{Finding, Severity, Status},
    },
    check,
    report::ReportedKey,
    snapshot::{
        grant::Grant,
        key::{LastUsage, MultiRegion, RotationStatus},
    },
};

/// Grants of a key that the page shows at most.
const GRANTS: usize = 50;

/// Facts that are a key's own.
#[derive(Serialize)]
pub(super) struct Own<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_to: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    multi_region: Option<&'a MultiRegion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rotation: Option<&'a RotationStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<&'a LastUsage>,
    /// `null` where they were not read.
    tags: Option<&'a BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    grants: Vec<ZonedGrant<'a>>,
    /// Grants that are not among these.
    #[serde(skip_serializing_if = "is_none")]
    more_grants: usize,
    /// What was not read, as operation and sort of no.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gaps: Vec<(&'a str, &'static str)>,
    /// The checks that cannot tell.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    undecided: &'a BTreeSet<&'static str>,
    /// Those for which the scan was not told to ask.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    not_asked: &'a BTreeSet<&'static str>,
}

fn is_none(number: &usize) -> bool {
    *number == 0
}

#[derive(Serialize)]
struct ZonedGrant<'a> {
    #[serde(flatten)]
    grant: &'a Grant,
    zone: GrantZone,
}

impl<'a> Own<'a> {
    pub(super) fn of(reported: &ReportedKey<'a>) -> Self {
        let &ReportedKey { key, judged, .. } = reported;
        let metadata = key.metadata.known();
        let zone = |at: usize| judged.grant_zones.get(at).copied().unwrap_or(GrantZone::Unknown);
        let grants = key.grants.items.iter().enumerate().take(GRANTS);
        Self {
            created: metadata.and_then(|m| m.creation_date),
            deletion: metadata.and_then(|m| m.deletion_date),
            valid_to: metadata.and_then(|m| m.valid_to),
            store: metadata.and_then(|m| m.custom_key_store_id.as_deref()),
            multi_region: metadata.and_then(|m| m.multi_region.as_ref()),
            rotation: key.rotation.known().and_then(Option::as_ref),
            usage: key.last_usage.as_ref().and_then(|usage| usage.known()),
            tags: key.tags.known(),
            grants: grants.map(|(at, grant)| ZonedGrant { grant, zone: zone(at) }).collect(),
            more_grants: key.grants.items.len().saturating_sub(GRANTS),
            gaps: key.gaps().map(|gap| (gap.operation.as_str(), gap.kind.as_str())).collect(),
            undecided: &judged.undecided,
            not_asked: &judged.not_asked,
        }
    }
}

/// One finding on a key's page. Title, reason and remedy stand with its check.
#[derive(Serialize)]
pub(super) struct Told<'a> {
    check: &'a str,
    severity: Severity,
    status: Status,
    detail: &'a str,
    /// What to do, where it is not what the check always says.
    #[serde(skip_serializing_if = "Option::is_none")]
    to_do: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    frameworks: &'a [String],
    /// Why it may be so, and who said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    acceptance: Option<&'a Value>,
}

impl<'a> From<&'a Finding> for Told<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            check: &finding.check,
            severity: finding.severity,
            status: finding.status,
            detail: &finding.detail,
            to_do: Some(finding.remediation.as_str())
                .filter(|fix| check::named(&finding.check).is_none_or(|meta| meta.fix != *fix)),
            frameworks: &finding.frameworks,
            acceptance: finding.evidence.get("acceptance").filter(|_| finding.status == Status::Accepted),
        }
    }
}

//! The table of all keys: what the explorer lists, searches, sorts and counts.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{ByKey, column::Column, ids::Ids};
use crate::{
    assess::finding::{Severity, Status},
    report::{
        Report, ReportedKey,
        html::{keys, party::Party},
    },
};

/// No severity: nothing was found.
const NOTHING: &str = "none";

/// The columns, by the names that the script knows them by.
#[derive(Serialize)]
pub(super) struct Columns<'a> {
    id: Ids<'a>,
    stem: Column<Stem<'a>>,
    alias: Column<&'a [String]>,
    description: Column<&'a str>,
    tags: Column<Vec<String>>,
    account: Column<String>,
    region: Column<&'a str>,
    state: Column<String>,
    spec: Column<&'a str>,
    usage: Column<&'a str>,
    origin: Column<&'a str>,
    rotation: Column<String>,
    grants: Column<String>,
    exposure: Column<&'static str>,
    lockout: Column<&'static str>,
    /// The worst of what was found.
    severity: Column<&'static str>,
    /// What was found, by check.
    checks: Column<BTreeSet<&'a str>>,
    /// Who reaches it from outside.
    parties: Column<BTreeSet<String>>,
    gaps: Column<usize>,
}

/// An ARN without the key's id at its end; a list of the whole where it does not end so.
#[derive(Serialize, Clone, PartialEq, Eq, Hash)]
#[serde(untagged)]
enum Stem<'a> {
    Before(&'a str),
    Whole([&'a str; 1]),
}

impl<'a> Columns<'a> {
    pub(super) fn of(report: &Report<'a>, findings: &ByKey<'a>) -> Self {
        let rows: Vec<keys::Row<'a>> = report.keys.iter().map(|key| keys::row(key, "")).collect();
        let keys = || report.keys.iter();
        Self {
            id: Ids::new(keys().map(|key| key.key.key_id.as_str())),
            stem: Column::new(keys().map(stem)),
            alias: Column::new(keys().map(|key| key.key.aliases.as_slice())),
            description: Column::new(rows.iter().map(|row| row.description)),
            tags: Column::new(keys().map(tags)),
            account: Column::new(rows.iter().map(|row| row.account_id.clone())),
            region: Column::new(rows.iter().map(|row| row.region)),
            state: Column::new(rows.iter().map(|row| row.state.clone())),
            spec: Column::new(rows.iter().map(|row| row.spec)),
            usage: Column::new(
                keys().map(|key| key.key.metadata.known().map_or("unknown", |m| &m.key_usage)),
            ),
            origin: Column::new(rows.iter().map(|row| row.origin)),
            rotation: Column::new(rows.iter().map(|row| row.rotation.clone())),
            grants: Column::new(rows.iter().map(|row| row.grants.clone())),
            exposure: Column::new(rows.iter().map(|row| row.exposure)),
            lockout: Column::new(rows.iter().map(|row| row.lockout)),
            severity: Column::new(
                keys().map(|key| findings.worst(key.key).map_or(NOTHING, Severity::as_str)),
            ),
            checks: Column::new(keys().map(|key| {
                let found = findings.of(key.key).iter().filter(|finding| finding.status == Status::Fail);
                found.map(|finding| finding.check.as_str()).collect()
            })),
            parties: Column::new(keys().map(|key| {
                key.judged.exposure.reaches.iter().map(|reach| Party::of(reach).token()).collect()
            })),
            gaps: Column::new(rows.iter().map(|row| row.gaps)),
        }
    }
}

fn stem<'a>(reported: &ReportedKey<'a>) -> Stem<'a> {
    let arn = reported.key.arn.as_str();
    arn.strip_suffix(reported.key.key_id.as_str()).map_or(Stem::Whole([arn]), Stem::Before)
}

fn tags(reported: &ReportedKey<'_>) -> Vec<String> {
    let tags = reported.key.tags.known().into_iter().flatten();
    tags.map(|(name, value)| format!("{name}={value}")).collect()
}

//! Findings that the settings accept: with what reason, on whose word, until when.

use std::collections::HashMap;

use serde_json::Value;

use super::{Table, link::KeyLink};
use crate::{
    assess::finding::{Finding, Status},
    report::{Report, ReportedKey},
};

/// One accepted finding.
pub(super) struct Row<'a> {
    pub(super) severity: &'static str,
    pub(super) title: &'a str,
    /// `None` where it is about no single key.
    pub(super) key: Option<KeyLink<'a>>,
    pub(super) account: String,
    pub(super) reason: &'a str,
    pub(super) owner: &'a str,
    pub(super) expires: &'a str,
}

/// Every accepted finding, in order.
pub(super) fn rows<'a>(report: &Report<'a>) -> Table<Row<'a>> {
    let accepted: Vec<&'a Finding> =
        report.findings.iter().filter(|finding| finding.status == Status::Accepted).collect();
    if accepted.is_empty() {
        return Table::new(std::iter::empty());
    }
    let keys: HashMap<&str, &ReportedKey<'a>> =
        report.keys.iter().map(|one| (one.key.arn.as_str(), one)).collect();
    Table::new(accepted.into_iter().map(|finding| {
        let said = |name: &str| {
            finding
                .evidence
                .get("acceptance")
                .and_then(|said| said.get(name))
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        Row {
            severity: finding.severity.as_str(),
            title: &finding.title,
            key: finding.key_arn.as_deref().and_then(|arn| keys.get(arn)).map(|key| KeyLink::to(key)),
            account: finding.account_id.to_string(),
            reason: said("reason"),
            owner: said("owner"),
            expires: said("expires"),
        }
    }))
}

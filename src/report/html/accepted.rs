//! What the settings accept: each acceptance with what became of it, and the findings that are accepted.

use std::collections::HashMap;

use super::{
    Table,
    link::KeyLink,
    words::{count, grouped},
};
use crate::{
    assess::{
        acceptance::{Acceptance, AcceptanceState, Terms},
        finding::Finding,
    },
    report::{Report, ReportedKey},
};

/// One acceptance of the settings.
pub(super) struct Rule<'a> {
    pub(super) check: &'a str,
    pub(super) about: String,
    pub(super) reason: &'a str,
    pub(super) owner: &'a str,
    pub(super) ticket: &'a str,
    pub(super) expires: &'a str,
    /// Whether somebody has to look at it: it accepts nothing.
    pub(super) idle: bool,
    pub(super) state: String,
}

/// One accepted finding.
pub(super) struct Row<'a> {
    pub(super) severity: &'static str,
    pub(super) title: &'a str,
    /// `None` where it is about no single key.
    pub(super) key: Option<KeyLink<'a>>,
    pub(super) account: String,
    pub(super) terms: Terms<'a>,
}

/// Every acceptance, in the order of the settings.
pub(super) fn rules<'a>(report: &Report<'a>) -> Table<Rule<'a>> {
    Table::new(report.acceptances.iter().map(|rule| Rule {
        check: if rule.check == "*" { "every check" } else { &rule.check },
        about: rule.about(),
        reason: &rule.reason,
        owner: &rule.owner,
        ticket: rule.ticket.as_deref().unwrap_or_default(),
        expires: &rule.expires,
        idle: rule.state != AcceptanceState::InForce,
        state: state(rule),
    }))
}

fn state(rule: &Acceptance) -> String {
    match rule.state {
        AcceptanceState::InForce if rule.findings == 0 => "may fit what was not read".to_owned(),
        AcceptanceState::InForce => format!("fits {}", count(rule.findings, "finding", "findings")),
        AcceptanceState::Unused => "unused: no finding fits it".to_owned(),
        AcceptanceState::Expired if rule.findings == 0 => "expired, and no finding fits it".to_owned(),
        AcceptanceState::Expired => {
            format!("expired: {} it fits count again", grouped(rule.findings))
        }
    }
}

/// Every accepted finding, in order.
pub(super) fn rows<'a>(report: &Report<'a>) -> Table<Row<'a>> {
    let accepted: Vec<(&'a Finding, Terms<'a>)> =
        report.findings.iter().filter_map(|finding| Some((finding, Terms::of(finding)?))).collect();
    if accepted.is_empty() {
        return Table::new(std::iter::empty());
    }
    let keys: HashMap<&str, &ReportedKey<'a>> =
        report.keys.iter().map(|one| (one.key.arn.as_str(), one)).collect();
    Table::new(accepted.into_iter().map(|(finding, terms)| Row {
        severity: finding.severity.as_str(),
        title: &finding.title,
        key: finding.key_arn.as_deref().and_then(|arn| keys.get(arn)).map(|key| KeyLink::to(key)),
        account: finding.account_id.to_string(),
        terms,
    }))
}

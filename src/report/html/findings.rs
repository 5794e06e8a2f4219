//! What the checks found, check by check, the worst first; what they could not tell is counted beside it.

use std::collections::{BTreeMap, HashMap};

use super::{
    FEW_ROWS, Table, link,
    words::{count, grouped},
};
use crate::{
    assess::finding::{Finding, Severity, Status},
    check::{ALL, FACT_UNREAD, Meta},
    report::{Report, Undecided},
    snapshot::key::Key,
};

/// All findings of one check.
pub(super) struct Group<'a> {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) severity: &'static str,
    /// How many of each severity, and how many it could not tell of where it found none.
    pub(super) count: String,
    pub(super) matters: &'static str,
    pub(super) fix: &'static str,
    pub(super) blind: &'static str,
    pub(super) unknown: Option<String>,
    pub(super) not_asked: Option<String>,
    pub(super) accepted: Option<String>,
    /// The keys in the explorer; `None` where the findings are about none.
    pub(super) all: Option<String>,
    pub(super) findings: Table<Row<'a>>,
}

/// One finding.
pub(super) struct Row<'a> {
    pub(super) severity: &'static str,
    pub(super) alias: &'a str,
    pub(super) key_id: &'a str,
    /// `None` where it is about no single key.
    pub(super) href: Option<String>,
    pub(super) place: String,
    pub(super) detail: &'a str,
    /// What to do, where it is not what the check always says.
    pub(super) to_do: Option<&'a str>,
}

/// Findings by severity, in words.
pub(super) fn in_words(report: &Report<'_>) -> String {
    let found = report.findings.iter().filter(|finding| finding.status == Status::Fail);
    let told = by_severity(found.map(|finding| finding.severity));
    if told.is_empty() { "none".to_owned() } else { told }
}

/// How many there are of each severity: `5 critical, 17 high`.
pub(super) fn by_severity(severities: impl Iterator<Item = Severity>) -> String {
    let mut counts: BTreeMap<Severity, usize> = BTreeMap::new();
    severities.for_each(|severity| *counts.entry(severity).or_default() += 1);
    let told: Vec<String> = counts
        .iter()
        .map(|(severity, number)| format!("{} {}", grouped(*number), severity.as_str()))
        .collect();
    told.join(", ")
}

/// Every check that has something to say.
pub(super) fn groups<'a>(report: &Report<'a>) -> Vec<Group<'a>> {
    let keys: HashMap<&str, &Key> = report.keys.iter().map(|one| (one.key.arn.as_str(), one.key)).collect();
    let mut by_check: HashMap<&str, Vec<&'a Finding>> = HashMap::new();
    for finding in report.findings {
        by_check.entry(&finding.check).or_default().push(finding);
    }
    let said = |meta: &'static Meta| {
        let findings = by_check.get(meta.id).map(Vec::as_slice).unwrap_or_default();
        let open = report.undecided.get(meta.id).copied().unwrap_or_default();
        // Of accounts that were not seen every check cannot tell: `fact-unread` says so once.
        let is_silent = findings.is_empty() && open.keys + open.not_asked == 0;
        (!is_silent).then(|| group(meta, findings, open, &keys))
    };
    let mut groups: Vec<(Option<Severity>, Group<'a>)> =
        ALL.iter().filter_map(|check| said(check.meta())).collect();
    groups.sort_by_key(|(worst, group)| (worst.is_none(), *worst, group.id != FACT_UNREAD, group.id));
    groups.into_iter().map(|(_, group)| group).collect()
}

fn group<'a>(
    meta: &'static Meta,
    findings: &[&'a Finding],
    open: Undecided,
    keys: &HashMap<&str, &'a Key>,
) -> (Option<Severity>, Group<'a>) {
    let of = |status| findings.iter().filter(move |one| one.status == status);
    let found: Vec<&'a Finding> = of(Status::Fail).copied().collect();
    let (unread, accepted) = (of(Status::Unknown).count(), of(Status::Accepted).count());
    let worst = found.first().map(|finding| finding.severity);
    let (rest, number) = match (unread as u64 + open.keys, open.not_asked, accepted) {
        (0, 0, accepted) => ("accepted", accepted as u64),
        (0, not_asked, _) => ("not asked", not_asked),
        (unknown, ..) => ("unknown", unknown),
    };
    let shown: Vec<&'a Finding> = found.iter().copied().chain(of(Status::Unknown).copied()).collect();
    let group = Group {
        id: meta.id,
        title: meta.title,
        severity: worst.map_or(rest, Severity::as_str),
        count: match found.len() {
            0 => grouped(number),
            _ => by_severity(found.iter().map(|finding| finding.severity)),
        },
        matters: meta.matters,
        fix: meta.fix,
        blind: meta.blind,
        unknown: (open.keys > 0)
            .then(|| format!("Not known of {}: that is no pass.", count(open.keys, "key", "keys"))),
        not_asked: (open.not_asked > 0).then(|| {
            let keys = count(open.not_asked, "key", "keys");
            format!("Not asked about {keys} (--last-usage): that is no pass.")
        }),
        accepted: (accepted > 0)
            .then(|| format!("Accepted by the settings: {}.", count(accepted, "finding", "findings"))),
        all: found.iter().any(|finding| finding.key_arn.is_some()).then(|| link::keys_with("check", meta.id)),
        findings: Table::up_to(FEW_ROWS, shown.into_iter().map(|finding| row(meta, finding, keys))),
    };
    (worst, group)
}

fn row<'a>(meta: &Meta, finding: &'a Finding, keys: &HashMap<&str, &'a Key>) -> Row<'a> {
    let key = finding.key_arn.as_deref().and_then(|arn| keys.get(arn));
    let region = finding.region.as_ref().map(|region| format!(" {region}")).unwrap_or_default();
    Row {
        severity: finding.severity.as_str(),
        alias: key.and_then(|key| key.aliases.first()).map(String::as_str).unwrap_or_default(),
        key_id: key.map(|key| key.key_id.as_str()).unwrap_or_default(),
        href: finding.key_arn.as_deref().map(link::key),
        place: format!("{}{region}", finding.account_id),
        detail: &finding.detail,
        to_do: (finding.remediation != meta.fix).then_some(finding.remediation.as_str()),
    }
}

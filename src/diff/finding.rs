//! Findings by their ids. One is closed only where NEW looked and could tell.

use std::collections::BTreeSet;

use super::{
    FindingChange, FindingKind,
    document::Findings,
    leaves::replaced,
    run::{Finding, Run},
};

/// What became of the findings.
pub(super) fn compare(old: &Run, new: &Run) -> Findings {
    let (doubt, earlier_doubt) = (Doubt::of(new), Doubt::of(old));
    let mut findings = Findings::default();
    for finding in in_order(new) {
        match old.findings.get(&finding.id) {
            None if finding.status == UNKNOWN => {
                findings.unsettled.push(entry(finding, FindingKind::Unknown));
            }
            None if earlier_doubt.is_about(finding) || is_out_of_sight(old, finding) => {
                findings.new.push(entry(finding, FindingKind::FirstSeen));
            }
            None => findings.new.push(entry(finding, FindingKind::New)),
            Some(was) => both(was, finding, &mut findings),
        }
    }
    for finding in in_order(old) {
        if new.findings.contains_key(&finding.id) || finding.status == UNKNOWN {
            continue;
        }
        if is_out_of_sight(new, finding) {
            findings.unsettled.push(entry(finding, FindingKind::NotSeen));
        } else if doubt.is_about(finding) {
            findings.unsettled.push(entry(finding, FindingKind::Unknown));
        } else {
            let is_key_gone = finding.key_arn.as_ref().is_some_and(|arn| !new.keys.contains_key(arn));
            let kind = if is_key_gone { FindingKind::KeyGone } else { FindingKind::Closed };
            findings.closed.push(entry(finding, kind));
        }
    }
    findings
}

const UNKNOWN: &str = "unknown";
const SEVERITIES: [&str; 5] = ["critical", "high", "medium", "low", "info"];

/// The worst first.
fn in_order(run: &Run) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = run.findings.values().collect();
    let severity = |of: &Finding| SEVERITIES.iter().position(|known| *known == of.severity);
    findings.sort_by_cached_key(|of| {
        (severity(of).unwrap_or(SEVERITIES.len()), of.check.clone(), of.key_arn.clone(), of.id.clone())
    });
    findings
}

/// A finding that both runs have.
fn both(old: &Finding, new: &Finding, findings: &mut Findings) {
    let (was, now) = (old.status.as_str(), new.status.as_str());
    match (was == UNKNOWN, now == UNKNOWN) {
        (false, true) => return findings.unsettled.push(entry(new, FindingKind::Unknown)),
        (true, false) => return findings.new.push(entry(new, FindingKind::FirstSeen)),
        (true, true) => return,
        (false, false) => {}
    }
    let changes: Vec<_> = [replaced("severity", &old.severity, &new.severity), replaced("status", was, now)]
        .into_iter()
        .flatten()
        .collect();
    if !changes.is_empty() {
        findings.changed.push(FindingChange { changes, ..entry(new, FindingKind::Changed) });
    }
}

/// What a run's checks could not tell: check, and key, or account and Region.
struct Doubt<'a>(BTreeSet<(&'a str, &'a str, Option<&'a str>, Option<&'a str>)>);

impl<'a> Doubt<'a> {
    fn of(run: &'a Run) -> Self {
        Self(run.findings.values().filter(|finding| finding.status == UNKNOWN).map(mark).collect())
    }

    fn is_about(&self, finding: &Finding) -> bool {
        self.0.contains(&mark(finding))
    }
}

fn mark(finding: &Finding) -> (&str, &str, Option<&str>, Option<&str>) {
    (&finding.check, &finding.account_id, finding.region.as_deref(), finding.key_arn.as_deref())
}

/// Whether a run could not come to see what a finding is about.
fn is_out_of_sight(run: &Run, finding: &Finding) -> bool {
    if finding.key_arn.as_ref().is_some_and(|arn| run.keys.contains_key(arn)) {
        return false;
    }
    match &finding.region {
        Some(region) => run.unlisted_cell(&finding.account_id, region).is_some(),
        // What belongs to a whole account is seen only where all of it is.
        None => {
            let mut cells =
                run.cells.values().filter(|cell| cell.account_id == finding.account_id).peekable();
            cells.peek().is_none()
                || cells.any(|cell| !["complete", "disabled"].contains(&cell.state.as_str()))
        }
    }
}

fn entry(finding: &Finding, kind: FindingKind) -> FindingChange {
    FindingChange {
        id: finding.id.clone(),
        check: finding.check.clone(),
        severity: finding.severity.clone(),
        status: finding.status.clone(),
        account_id: finding.account_id.clone(),
        region: finding.region.clone(),
        key_arn: finding.key_arn.clone(),
        title: finding.title.clone(),
        kind,
        changes: Vec::new(),
    }
}

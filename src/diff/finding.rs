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
    let lost = lost(old, new);
    let is_told = |check: &str, of: &Finding| lost.iter().any(|lost| is_because_of(lost, check, of));
    let is_news = |finding: &Finding| {
        finding
            .open()
            .into_iter()
            .any(|check| !earlier_doubt.held(check, finding) && !is_told(check, finding))
    };
    let mut findings = Findings::default();
    for finding in in_order(new) {
        match old.findings.get(&finding.id) {
            // That a check cannot tell is said by what it had found, and is no news where it could not before.
            None if finding.status == UNKNOWN && !is_news(finding) => {}
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
            findings.unsettled.push(found_before(finding, FindingKind::NotSeen));
        } else if doubt.is_about(finding) {
            findings.unsettled.push(found_before(finding, FindingKind::Unknown));
        } else {
            let is_key_gone = finding.key_arn.as_ref().is_some_and(|arn| !new.keys.contains_key(arn));
            let kind = if is_key_gone { FindingKind::KeyGone } else { FindingKind::Closed };
            findings.closed.push(found_before(finding, kind));
        }
    }
    // The sort keeps the worst first on either side.
    findings.unsettled.sort_by_key(|of| !of.found_by_old);
    findings
}

/// What OLD found and NEW lacks.
fn lost<'a>(old: &'a Run, new: &Run) -> Vec<&'a Finding> {
    let is_lost = |of: &&Finding| of.status != UNKNOWN && !new.findings.contains_key(&of.id);
    old.findings.values().filter(is_lost).collect()
}

/// Whether a check's finding may be lost for what `unread` says was not read: about its key, or about its account.
fn is_because_of(lost: &Finding, check: &str, unread: &Finding) -> bool {
    let same_thing = unread.key_arn.is_none() || unread.key_arn == lost.key_arn;
    same_thing && unread.account_id == lost.account_id && lost.check == check
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
        (false, true) => return findings.unsettled.push(found_before(new, FindingKind::Unknown)),
        (true, false) => return findings.new.push(entry(new, FindingKind::FirstSeen)),
        (true, true) => return,
        (false, false) => {}
    }
    let changes: Vec<_> = [replaced("severity", &old.severity, &new.severity), replaced("status", was, now)]
        .into_iter()
        .flatten()
        .collect();
    if !changes.is_empty() {
        findings.changed.push(FindingChange { changes, ..found_before(new, FindingKind::Changed) });
    }
}

/// What a run's checks could not tell.
struct Doubt<'a> {
    run: &'a Run,
    /// By check and key
    of_keys: BTreeSet<(&'a str, &'a str)>,
    /// By check and account: what is about no single key
    of_accounts: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Doubt<'a> {
    fn of(run: &'a Run) -> Self {
        let mut doubt = Self { run, of_keys: BTreeSet::new(), of_accounts: BTreeSet::new() };
        for finding in run.findings.values() {
            let checks = finding.open().into_iter();
            match &finding.key_arn {
                Some(arn) => doubt.of_keys.extend(checks.map(|check| (check, arn.as_str()))),
                None => {
                    doubt.of_accounts.extend(checks.map(|check| (check, finding.account_id.as_str())));
                }
            }
        }
        doubt
    }

    fn is_about(&self, finding: &Finding) -> bool {
        self.holds(&finding.check, finding)
    }

    /// Whether a check could not tell of what a finding is about.
    fn holds(&self, check: &str, of: &Finding) -> bool {
        let of_account = || self.of_accounts.contains(&(check, of.account_id.as_str()));
        let Some(arn) = &of.key_arn else { return of_account() };
        if self.of_keys.contains(&(check, arn.as_str())) {
            return true;
        }
        // A report that does not say it of the key says it of all keys of the account.
        self.run.keys.get(arn).is_some_and(|key| match &key.undecided {
            Some(checks) => checks.contains(check),
            None => of_account(),
        })
    }

    /// Whether a check that `unread` leaves open was open before, if only of some keys of the account.
    fn held(&self, check: &str, unread: &Finding) -> bool {
        let of_some_key = || {
            let mut keys = self.run.keys.values().filter(|key| key.account_id == unread.account_id);
            unread.key_arn.is_none() && keys.any(|key| self.of_keys.contains(&(check, key.arn.as_str())))
        };
        self.holds(check, unread) || of_some_key()
    }
}

/// Whether a run could not come to see what a finding is about.
fn is_out_of_sight(run: &Run, finding: &Finding) -> bool {
    if finding.key_arn.as_ref().is_some_and(|arn| run.keys.contains_key(arn)) {
        return false;
    }
    match &finding.region {
        Some(region) => run.unlisted_cell(&finding.account_id, region).is_some(),
        // One that looks at a whole account says itself what it could not tell. Where no cell was listed, nobody looked.
        None => {
            let mut cells = run.cells.values().filter(|cell| cell.account_id == finding.account_id);
            cells.all(|cell| run.unlisted_cell(&cell.account_id, &cell.region).is_some())
        }
    }
}

fn found_before(finding: &Finding, kind: FindingKind) -> FindingChange {
    FindingChange { found_by_old: true, ..entry(finding, kind) }
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
        found_by_old: false,
        changes: Vec::new(),
    }
}

//! `report.md`: a summary for a ticket or a build: the counts, and the worst findings. What others wrote stands in
//! code spans only, where neither markup nor a mention is read; it is a summary, so it ends before a ticket is full.

use std::{
    collections::BTreeMap,
    fmt,
    io::{self, Write},
};

use keyreach_policy::aws::AccountId;

use super::{
    Part, Report,
    coverage::AccountCoverage,
    subject::{Subjects, resource_id},
    text::Visible,
    words::{count, grouped, minute},
};
use crate::{
    assess::{
        acceptance::AcceptanceState,
        exposure::ExposureLevel,
        finding::{Finding, Severity, Status},
        lockout::LockoutVerdict,
    },
    snapshot::cell::CellState,
};

/// Findings that are named one by one. GitHub takes 65,536 characters in an issue.
const NAMED: usize = 100;
/// Accounts and Regions that are named one by one as not read.
const MISSING: usize = 20;
/// Characters of a name.
const LONGEST: usize = 200;

pub(super) fn parts<'a>(report: &'a Report<'a>) -> Vec<Part<'a>> {
    vec![Part::new("report.md", |out| {
        head(report, out)?;
        coverage(report, out)?;
        keys(report, out)?;
        checks(report, out)?;
        worst(report, out)?;
        undecided(report, out)?;
        acceptances(report, out)
    })]
}

fn head(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let scan = &report.snapshot.scan;
    let organization = report.snapshot.organization.known().and_then(Option::as_ref);
    writeln!(out, "# KMS keys: who can reach them, who can govern them\n")?;
    let place = organization.map_or_else(
        || format!("account {}", Code(&scan.caller_account.to_string())),
        |of| format!("organization {}", Code(of.id.as_str())),
    );
    writeln!(
        out,
        "{} of {place}, taken {} by Keyreach {} (scan {}).",
        count(report.keys.len(), "key", "keys"),
        minute(scan.taken_at),
        Code(&scan.tool_version),
        Code(&scan.id)
    )?;
    match report.coverage.read() {
        (_, 0) => writeln!(out, "\n**Nothing was read: no statement about any key can be made.**"),
        (accounts, listed) if listed < accounts => writeln!(
            out,
            "\nThe keys of {} of {} were listed; of the others nothing is known.",
            grouped(listed),
            count(accounts, "account", "accounts")
        ),
        _ => Ok(()),
    }
}

fn coverage(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let coverage = &report.coverage;
    let verdict = if coverage.interrupted {
        "**The scan was stopped before its end.**"
    } else if coverage.is_complete() {
        "Everything that was to be read was read."
    } else {
        "**Not everything could be read**: what is missing is unknown, not fine."
    };
    writeln!(out, "\n## Coverage\n\n{verdict}\n\n| | complete | partial | failed | not visited |")?;
    writeln!(out, "| --- | ---: | ---: | ---: | ---: |")?;
    let accounts = [
        AccountCoverage::Complete,
        AccountCoverage::Partial,
        AccountCoverage::Failed,
        AccountCoverage::Skipped,
    ];
    let accounts = accounts.map(|state| grouped(coverage.count(state)));
    writeln!(out, "| accounts | {} |", accounts.join(" | "))?;
    let of = |state| coverage.cells_in(state);
    let cells = [
        of(CellState::Complete),
        of(CellState::Partial),
        of(CellState::Failed),
        of(CellState::Disabled) + of(CellState::NotStarted),
    ];
    writeln!(out, "| accounts in Regions | {} |", cells.map(grouped).join(" | "))?;
    for (at, (kind, number)) in coverage.gaps_by_kind().into_iter().enumerate() {
        let gap = if at == 0 { "\nUnanswered questions: " } else { ", " };
        write!(out, "{gap}{} {kind}", grouped(number))?;
    }
    writeln!(out)?;
    unread(report, out)?;
    match &report.not_asked {
        Some(of) => writeln!(out, "\nNot asked: {}.", of.in_words()),
        None => Ok(()),
    }
}

/// Which accounts and Regions are missing, those of which nothing was read first.
fn unread(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let missing = missing(report);
    if !missing.is_empty() {
        writeln!(out, "\nNot read, or not wholly:\n")?;
    }
    for Missing { account, region, state, gaps, .. } in missing.iter().take(MISSING) {
        let region = region.map(|region| format!(" {}", Code(region))).unwrap_or_default();
        let open = if *gaps > 0 {
            format!(", {} open", count(*gaps, "question", "questions"))
        } else {
            String::new()
        };
        writeln!(out, "- {}{region}: {}{open}", Code(&account.to_string()), state.replace('_', " "))?;
    }
    match missing.len().saturating_sub(MISSING) {
        0 => Ok(()),
        left => writeln!(out, "\nAnd {}: see `coverage.csv` or `report.html`.", count(left, "more", "more")),
    }
}

/// An account or a Region that was not read, or not wholly. In the order in which they are named.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Missing<'a> {
    /// Something was read.
    partly: bool,
    account: AccountId,
    region: Option<&'a str>,
    state: &'static str,
    gaps: usize,
}

/// Of an account that was not entered, the Regions need no naming; of one that was, they say it all, but for its own
/// gaps.
fn missing<'a>(report: &'a Report<'_>) -> Vec<Missing<'a>> {
    let state_of = |account: AccountId| report.coverage.accounts.get(&account).copied();
    let accounts = report.snapshot.accounts.iter().filter_map(|account| {
        let (state, gaps) = (state_of(account.id)?, account.gaps().count());
        let partly = state == AccountCoverage::Partial;
        let is_missing = state == AccountCoverage::Failed || (partly && gaps > 0);
        is_missing.then_some(Missing {
            partly,
            account: account.id,
            region: None,
            state: state.as_str(),
            gaps,
        })
    });
    let cells = report.snapshot.cells.iter().filter_map(|cell| {
        let (account, state) = (cell.account_id, cell.state());
        let is_missing = matches!(state, CellState::Partial | CellState::Failed | CellState::NotStarted)
            && state_of(account) != Some(AccountCoverage::Failed);
        is_missing.then(|| Missing {
            partly: state == CellState::Partial,
            account,
            region: Some(cell.region.as_str()),
            state: state.as_str(),
            gaps: cell.all_gaps().count(),
        })
    });
    let mut missing: Vec<Missing<'_>> = accounts.chain(cells).collect();
    missing.sort();
    missing
}

fn keys(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let exposure = |level| report.summary.by_exposure.get(&level).copied().unwrap_or(0);
    writeln!(out, "\n## Who can reach them\n")?;
    row(out, &ExposureLevel::ALL.map(|level| level.as_str().to_owned()))?;
    row(out, &ExposureLevel::ALL.map(|_| "---:".to_owned()))?;
    row(out, &ExposureLevel::ALL.map(|level| grouped(exposure(level))))?;
    let lockout = |verdict| report.summary.by_lockout.get(&verdict).copied().unwrap_or(0);
    writeln!(out, "\n## Who can govern them\n")?;
    row(out, &LockoutVerdict::ALL.map(|verdict| verdict.as_str().replace('_', " ")))?;
    row(out, &LockoutVerdict::ALL.map(|_| "---:".to_owned()))?;
    row(out, &LockoutVerdict::ALL.map(|verdict| grouped(lockout(verdict))))
}

fn row(out: &mut dyn Write, cells: &[String]) -> io::Result<()> {
    writeln!(out, "| {} |", cells.join(" | "))
}

/// How often each check found something, the worst first.
fn checks(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## Findings\n")?;
    if report.findings.is_empty() {
        return writeln!(out, "None.");
    }
    let mut counts: BTreeMap<(Severity, &str), BTreeMap<Status, u64>> = BTreeMap::new();
    for finding in report.findings {
        let of_check = counts.entry((finding.severity, &finding.check)).or_default();
        *of_check.entry(finding.status).or_default() += 1;
    }
    writeln!(out, "| severity | check | found | not known | accepted |\n| --- | --- | ---: | ---: | ---: |")?;
    for ((severity, check), statuses) in counts {
        let of = |status| grouped(statuses.get(&status).copied().unwrap_or(0));
        let [fail, unknown, accepted] = Status::ALL.map(of);
        writeln!(out, "| {} | {} | {fail} | {unknown} | {accepted} |", severity.as_str(), Code(check))?;
    }
    Ok(())
}

/// What checks cannot tell: that one is not above, or found nothing, is no pass.
fn undecided(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    if report.undecided.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## What checks could not tell\n")?;
    let mut alike: BTreeMap<[u64; 3], Vec<String>> = BTreeMap::new();
    for (check, of) in &report.undecided {
        alike.entry([of.keys, of.accounts, of.not_asked]).or_default().push(Code(check).to_string());
    }
    writeln!(out, "| keys | accounts | keys not asked about | checks |\n| ---: | ---: | ---: | --- |")?;
    // What leaves most open comes first.
    for ([keys, accounts, not_asked], checks) in alike.into_iter().rev() {
        let [keys, accounts, not_asked] = [keys, accounts, not_asked].map(grouped);
        writeln!(out, "| {keys} | {accounts} | {not_asked} | {} |", checks.join(", "))?;
    }
    Ok(())
}

/// Acceptances that accept nothing any more, or nothing at all.
fn acceptances(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let ended = || report.acceptances.iter().filter(|one| one.state != AcceptanceState::InForce);
    if ended().next().is_none() {
        return Ok(());
    }
    writeln!(out, "\n## Acceptances to look at\n")?;
    for one in ended().take(NAMED) {
        let what = match one.state {
            AcceptanceState::Expired => format!(
                "ended on {}; {} that it fits count again",
                Code(&one.expires),
                count(one.findings, "finding", "findings")
            ),
            AcceptanceState::Unused | AcceptanceState::InForce => "no finding fits it".to_owned(),
        };
        let ticket = one.ticket.as_deref().map(|ticket| format!(", {}", Code(ticket))).unwrap_or_default();
        let (check, about, owner) = (Code(&one.check), one.about(), Code(&one.owner));
        writeln!(out, "- {check}, {}, by {owner}{ticket} ({}): {what}", Code(&about), Code(&one.reason))?;
    }
    match ended().count().saturating_sub(NAMED) {
        0 => Ok(()),
        left => writeln!(out, "\nAnd {}: see `report.json`.", count(left, "more", "more")),
    }
}

fn worst(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let subjects = Subjects::of(report);
    // Findings come in their order: what was found first, the worst before the rest.
    let found = || report.findings.iter().filter(|finding| finding.status == Status::Fail);
    if found().next().is_some() {
        writeln!(out, "\n## The worst\n")?;
    }
    for finding in found().take(NAMED) {
        writeln!(out, "- {}", line(finding, &subjects))?;
    }
    let left = found().count().saturating_sub(NAMED);
    if left > 0 {
        writeln!(out, "\nAnd {}: see `report.html` or `findings.csv`.", count(left, "more", "more"))?;
    }
    Ok(())
}

fn line(finding: &Finding, subjects: &Subjects<'_>) -> String {
    let alias = subjects.key(finding).and_then(|reported| reported.key.aliases.first());
    let alias = alias.map(|alias| format!(" {}", Code(alias))).unwrap_or_default();
    let name = subjects.account(finding.account_id).and_then(|account| account.name.as_deref());
    let name = name.map(|name| format!(" of {}", Code(name))).unwrap_or_default();
    format!(
        "**{}** {}:{alias} {}{name}",
        finding.severity.as_str(),
        Code(&finding.check),
        Code(&resource_id(finding))
    )
}

/// Foreign text in a code span. A vertical bar would end the cell of a table even there, and backticks the span:
/// both become a look-alike.
struct Code<'a>(&'a str);

impl fmt::Display for Code<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = Visible(self.0).to_string().replace('|', "¦").replace('`', "ˋ");
        let shown = super::text::cut(shown.trim(), LONGEST);
        if shown.is_empty() { f.write_str("`-`") } else { write!(f, "`{shown}`") }
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn foreign_text_stays_in_its_span() {
        let shown = ["a`b|c", " ` ", "", "<b>\n@x"].map(|text| Code(text).to_string());
        assert_eq!(shown, ["`aˋb¦c`", "`ˋ`", "`-`", r"`<b>\n@x`"]);
    }
}

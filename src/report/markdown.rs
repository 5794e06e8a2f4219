//! `report.md`: a summary for a ticket or a build: the counts, and the worst findings. What others wrote stands in
//! code spans only, where neither markup nor a mention is read; it is a summary, so it ends before a ticket is full.

use std::{
    collections::BTreeMap,
    fmt,
    io::{self, Write},
};

use super::{
    Part, Report,
    coverage::AccountCoverage,
    html::words::{count, grouped, minute},
    subject::{Subjects, resource_id},
    text::Visible,
};
use crate::{
    assess::{
        exposure::ExposureLevel,
        finding::{Finding, Severity, Status},
        lockout::LockoutVerdict,
    },
    snapshot::cell::CellState,
};

/// Findings that are named one by one. GitHub takes 65,536 characters in an issue.
const NAMED: usize = 100;
/// Characters of a name.
const LONGEST: usize = 200;

pub(super) fn parts<'a>(report: &'a Report<'a>) -> Vec<Part<'a>> {
    vec![Part::new("report.md", |out| {
        head(report, out)?;
        coverage(report, out)?;
        keys(report, out)?;
        checks(report, out)?;
        worst(report, out)
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
    )
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
    writeln!(out)
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

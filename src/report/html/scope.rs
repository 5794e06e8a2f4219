//! What was scanned, by whom, and how much of it was seen: the top of the page, in words.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Table,
    words::{count, grouped, minute, were},
};
use crate::{
    report::{
        Report,
        coverage::{AccountCoverage, Coverage},
    },
    snapshot::{
        Snapshot, TargetSource,
        cell::{Cell, CellState},
        gap::Fact,
        organization::{Account, Entry, Organization, RegionSource, SkipReason},
        principal::Iam,
    },
};

/// The heading and the figures under it.
pub(super) struct Head {
    pub(super) title: &'static str,
    pub(super) subject: String,
    pub(super) taken_at: String,
    pub(super) taken_at_exact: String,
    pub(super) figures: Vec<(&'static str, String)>,
    pub(super) tool_version: String,
    pub(super) scan_id: String,
    /// How much was read, in a few words.
    pub(super) coverage: String,
}

impl Head {
    pub(super) fn of(report: &Report<'_>) -> Self {
        let Report { snapshot, coverage, .. } = report;
        let (title, subject) = match &snapshot.organization {
            Fact::Known(Some(organization)) => ("KMS keys of organization", organization.id.to_string()),
            Fact::Known(None) => ("KMS keys of account", snapshot.scan.caller_account.to_string()),
            Fact::Unknown(_) => ("KMS keys of an organization that could not be read", String::new()),
        };
        let aws_managed: u64 = snapshot.cells.iter().map(|cell| cell.aws_managed_keys).sum();
        let cells = snapshot.cells.len() as u64 - coverage.cells_in(CellState::Disabled);
        let complete = coverage.cells_in(CellState::Complete);
        let accounts = coverage.count(AccountCoverage::Complete);
        Self {
            title,
            subject,
            taken_at: minute(snapshot.scan.taken_at),
            taken_at_exact: snapshot.scan.taken_at.to_string(),
            figures: vec![
                ("customer managed keys", grouped(report.keys.len())),
                ("AWS managed keys", grouped(aws_managed)),
                (
                    "accounts read completely",
                    format!("{} of {}", grouped(accounts), grouped(snapshot.accounts.len())),
                ),
                ("cells read completely", format!("{} of {}", grouped(complete), grouped(cells))),
                ("questions unanswered", grouped(coverage.gaps.len())),
            ],
            tool_version: snapshot.scan.tool_version.clone(),
            scan_id: snapshot.scan.id.clone(),
            coverage: format!(
                "{} of {} accounts read completely",
                grouped(accounts),
                grouped(snapshot.accounts.len())
            ),
        }
    }
}

/// Whether what follows is everything.
pub(super) struct Verdict {
    pub(super) complete: bool,
    pub(super) word: &'static str,
    pub(super) sentences: Vec<String>,
}

impl Verdict {
    pub(super) fn of(report: &Report<'_>) -> Self {
        let coverage = &report.coverage;
        let total = coverage.accounts.len();
        let complete = coverage.is_complete();
        let mut sentences = shortfalls(coverage, report.snapshot, total);
        if complete {
            sentences.insert(0, "Every question that was asked was answered.".to_owned());
        }
        let skipped = coverage.count(AccountCoverage::Skipped);
        if skipped > 0 {
            sentences.push(format!(
                "{} left out, by AWS's state of the account or by the settings.",
                were(skipped, "account", "accounts")
            ));
        }
        let word = match (complete, coverage.interrupted) {
            (true, _) => "Coverage complete",
            (false, true) => "Interrupted, coverage incomplete",
            (false, false) => "Coverage incomplete",
        };
        Self { complete, word, sentences }
    }
}

/// One sentence for each way in which the scan fell short.
fn shortfalls(coverage: &Coverage<'_>, snapshot: &Snapshot, total: usize) -> Vec<String> {
    let mut sentences = Vec::new();
    if coverage.interrupted {
        sentences
            .push("The scan was stopped before its end. This page shows what it had by then.".to_owned());
    }
    if coverage.accounts_unread {
        sentences.push(
            "The organization's accounts could not be listed: only the caller's own account was scanned."
                .to_owned(),
        );
    }
    let with = |entry: &Entry| snapshot.accounts.iter().filter(|account| account.entry == *entry).count();
    let of_total = |number: usize| format!("{} of {}", grouped(number), count(total, "account", "accounts"));
    let (refused, unstarted) = (with(&Entry::Refused), with(&Entry::NotStarted));
    let partial = coverage.count(AccountCoverage::Partial);
    if refused > 0 {
        sentences
            .push(format!("{} refused to be entered: nothing is known of their keys.", of_total(refused)));
    }
    if unstarted > 0 {
        sentences.push(format!("{} had no turn before the scan was stopped.", of_total(unstarted)));
    }
    if partial > 0 {
        sentences.push(format!("{} could be read only in part.", of_total(partial)));
    }
    if !coverage.gaps.is_empty() {
        let kinds = coverage.gaps_by_kind();
        let kinds: Vec<String> =
            kinds.iter().map(|(kind, n)| format!("{} {}", grouped(*n), spaced(kind.as_str()))).collect();
        let questions = count(coverage.gaps.len(), "question", "questions");
        sentences.push(format!("{questions} went unanswered: {}.", kinds.join(", ")));
    }
    sentences
}

/// `timed_out` as `timed out`.
pub(super) fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// The scope of the scan, as pairs of a name and what there is to say.
pub(super) fn in_words(report: &Report<'_>) -> Vec<(&'static str, String)> {
    let snapshot = report.snapshot;
    let organization = match &snapshot.organization {
        Fact::Known(Some(organization)) => {
            format!("{}, managed by account {}", organization.id, organization.management_account_id)
        }
        Fact::Known(None) => "none: the caller's account belongs to no organization".to_owned(),
        Fact::Unknown(gap) => {
            format!("unknown: {} was answered with {}", gap.operation, spaced(gap.kind.as_str()))
        }
    };
    let accounts = match snapshot.scan.targets {
        TargetSource::Organizations => "as Organizations lists them",
        TargetSource::Settings => "as the settings name them",
        TargetSource::NoOrganization => "the caller's own, which belongs to no organization",
        TargetSource::OrganizationUnread => "the caller's own, because the others could not be listed",
    };
    let accounts = format!("{}: {accounts}", grouped(snapshot.accounts.len()));
    let not_asked = report.not_asked.as_ref().map(|of| ("Not asked", of.in_words()));
    let facts = vec![
        ("Organization", organization),
        ("Accounts", accounts),
        ("Regions", regions(snapshot)),
        ("Partition", snapshot.scan.partition.to_string()),
        ("Taken at", minute(snapshot.scan.taken_at)),
        ("Taken by", snapshot.scan.caller_arn.clone()),
        ("Tool", format!("keyreach {}", snapshot.scan.tool_version)),
        ("Scan", snapshot.scan.id.clone()),
    ];
    facts.into_iter().chain(not_asked).collect()
}

/// The Regions in which keys were listed, and those in which that succeeded in no account.
fn regions(snapshot: &Snapshot) -> String {
    let all: BTreeSet<&str> = snapshot.cells.iter().map(|cell| cell.region.as_str()).collect();
    let listed = |cell: &&Cell| matches!(cell.state(), CellState::Complete | CellState::Partial);
    let read: BTreeSet<&str> =
        snapshot.cells.iter().filter(listed).map(|cell| cell.region.as_str()).collect();
    let unread: Vec<&str> = all.difference(&read).copied().collect();
    let names = read.iter().copied().collect::<Vec<_>>().join(", ");
    let told = format!("keys listed in {}: {names}", grouped(read.len()));
    match (read.is_empty(), unread.is_empty()) {
        (_, true) => told,
        (true, false) => format!(
            "the keys of no account listed in any of {}: {}",
            grouped(unread.len()),
            unread.join(", ")
        ),
        (false, false) => {
            format!("{told}; in {} more, those of no account: {}", grouped(unread.len()), unread.join(", "))
        }
    }
}

/// One account.
pub(super) struct AccountRow<'a> {
    pub(super) id: String,
    pub(super) name: &'a str,
    pub(super) state: &'a str,
    pub(super) coverage: &'static str,
    pub(super) entered: String,
    pub(super) regions: &'static str,
    pub(super) principals: String,
    pub(super) place: String,
}

/// Every account.
pub(super) fn accounts<'a>(report: &Report<'a>) -> Table<AccountRow<'a>> {
    let units = unit_names(report.snapshot);
    let row = |account: &'a Account| AccountRow {
        id: account.id.to_string(),
        name: account.name.as_deref().unwrap_or_default(),
        state: account.state.as_deref().unwrap_or("unknown"),
        coverage: report.coverage.accounts.get(&account.id).map_or("unknown", |coverage| coverage.as_str()),
        entered: entered(&account.entry),
        regions: match account.regions {
            Some(RegionSource::Account) => "those the account has on",
            Some(RegionSource::Settings) => "by the settings",
            Some(RegionSource::PartitionDefaults) => "the partition's defaults: the account could not tell",
            None => "",
        },
        principals: principals(account.iam.as_ref()),
        place: account.path.as_ref().map_or_else(
            || "unknown".to_owned(),
            |path| {
                path.parents().map(|id| units.get(id).copied().unwrap_or(id)).collect::<Vec<_>>().join(" / ")
            },
        ),
    };
    Table::new(report.snapshot.accounts.iter().map(row))
}

fn entered(entry: &Entry) -> String {
    match entry {
        Entry::Role(arn) => arn.clone(),
        Entry::Caller(arn) => format!("{arn} (the caller itself)"),
        Entry::Refused => "refused".to_owned(),
        Entry::Skipped(SkipReason::State) => "left out: its state forbids it".to_owned(),
        Entry::Skipped(SkipReason::Settings) => "left out by the settings".to_owned(),
        Entry::NotStarted => "not started: the scan was stopped first".to_owned(),
    }
}

fn principals(iam: Option<&Iam>) -> String {
    let Some(iam) = iam else { return "not read".to_owned() };
    let read =
        format!("{}, {}", count(iam.roles.len(), "role", "roles"), count(iam.users.len(), "user", "users"));
    if iam.gap.is_some() { format!("{read}; the rest not read") } else { read }
}

/// The names of roots and units by id. Two may share a name; their ids are in report.json.
fn unit_names(snapshot: &Snapshot) -> BTreeMap<&str, &str> {
    let organization: Option<&Organization> = snapshot.organization.known().and_then(Option::as_ref);
    let roots = organization.iter().flat_map(|o| &o.roots.items).map(|r| (r.id.as_str(), r.name.as_deref()));
    let units = organization.iter().flat_map(|o| &o.units.items).map(|u| (u.id.as_str(), u.name.as_deref()));
    roots.chain(units).filter_map(|(id, name)| Some((id, name?))).collect()
}

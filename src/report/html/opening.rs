//! The first thing one reads: the judgement in two sentences, in numbers, and the worst that was found.

use std::collections::{BTreeSet, HashMap, HashSet};

use keyreach_policy::aws::AccountId;

use super::{
    findings::by_severity,
    link::{self, KeyLink},
    words::{count, grouped},
};
use crate::{
    assess::{
        exposure::ExposureLevel,
        finding::{Finding, Severity, Status},
        lockout::LockoutVerdict,
    },
    report::{Report, ReportedKey, Summary},
};

/// Checks that stand on the first screen, and keys of each.
const WORST: usize = 8;
const KEYS: usize = 3;

/// The length of a bar, and the least length of a part that is not empty: one key among thousands is seen.
const BAR: f64 = 1000.0;
const LEAST: f64 = 8.0;

/// What the page opens with.
pub(super) struct Opening<'a> {
    pub(super) exposure: Question,
    pub(super) lockout: Question,
    pub(super) worst: Vec<Worst<'a>>,
    pub(super) more: Option<String>,
    pub(super) nothing_read: bool,
}

/// One of the two questions with its answer.
pub(super) struct Question {
    pub(super) sentence: String,
    pub(super) levels: Vec<Level>,
    pub(super) unread: Option<Unread>,
}

/// The accounts of which no key was listed, as the last part of a bar.
pub(super) struct Unread {
    pub(super) accounts: String,
    pub(super) x: String,
    pub(super) width: String,
}

/// Of how many accounts the keys were to be listed, and of how many they were.
#[derive(Clone, Copy)]
struct Read {
    accounts: usize,
    listed: usize,
}

impl Read {
    fn is_nothing(self) -> bool {
        self.listed == 0
    }

    fn unread(self) -> usize {
        self.accounts.saturating_sub(self.listed)
    }

    /// What a sentence about keys speaks of.
    fn lead(self, sentence: &str) -> String {
        if self.is_nothing() {
            return "Nothing was read: no statement about any key can be made.".to_owned();
        }
        if self.unread() == 0 {
            return sentence.to_owned();
        }
        let (listed, accounts) = (grouped(self.listed), grouped(self.accounts));
        format!("In the accounts that were read ({listed} of {accounts}): {}", lower_first(sentence))
    }

    /// The room that a bar leaves to the keys that were read.
    #[expect(clippy::cast_precision_loss, reason = "a drawing: numbers of accounts are far below 2^52")]
    fn bar(self) -> f64 {
        if self.unread() == 0 {
            return BAR;
        }
        let share = self.listed as f64 / self.accounts as f64;
        (BAR * share).min(BAR - LEAST)
    }

    fn part(self) -> Option<Unread> {
        (self.unread() > 0).then(|| Unread {
            accounts: count(self.unread(), "account", "accounts"),
            x: format!("{:.1}", self.bar()),
            width: format!("{:.1}", BAR - self.bar()),
        })
    }
}

fn lower_first(sentence: &str) -> String {
    let mut characters = sentence.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

/// How many keys have one answer.
pub(super) struct Level {
    pub(super) name: &'static str,
    pub(super) word: String,
    pub(super) meaning: &'static str,
    pub(super) keys: String,
    pub(super) none: bool,
    pub(super) href: String,
    pub(super) x: String,
    pub(super) width: String,
}

/// The worst of one check on the first screen.
pub(super) struct Worst<'a> {
    pub(super) severity: &'static str,
    pub(super) title: &'a str,
    pub(super) sum: String,
    pub(super) keys: Vec<(KeyLink<'a>, bool)>,
    pub(super) more: Option<String>,
    pub(super) href: String,
}

impl<'a> Opening<'a> {
    pub(super) fn of(report: &Report<'a>) -> Self {
        let total = report.keys.len();
        let (accounts, listed) = report.coverage.read();
        let read = Read { accounts, listed };
        let found = report.findings.iter().filter(|finding| finding.status == Status::Fail).count();
        Self {
            exposure: Question {
                sentence: read.lead(&exposure_in_words(&report.summary, total)),
                levels: exposure_levels(&report.summary, total, read.bar()),
                unread: read.part(),
            },
            lockout: Question {
                sentence: read.lead(&lockout_in_words(&report.summary, total)),
                levels: lockout_levels(&report.summary, total, read.bar()),
                unread: read.part(),
            },
            worst: worst(report),
            nothing_read: read.is_nothing(),
            more: (found > 0).then(|| format!("All {}, check by check", count(found, "finding", "findings"))),
        }
    }
}

/// What one check found: each key once, with the worst that was found of it, and accounts where it is about no key.
struct OfCheck<'a> {
    first: &'a Finding,
    keys: Vec<(&'a str, Severity)>,
    accounts: BTreeSet<AccountId>,
}

/// The checks with findings, the one with the worst first: findings come in that order.
fn by_check(findings: &[Finding]) -> Vec<OfCheck<'_>> {
    let mut by_check: Vec<OfCheck<'_>> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut known: HashSet<(&str, &str)> = HashSet::new();
    for finding in findings.iter().filter(|finding| finding.status == Status::Fail) {
        let place = *places.entry(&finding.check).or_insert(by_check.len());
        if place == by_check.len() {
            by_check.push(OfCheck { first: finding, keys: Vec::new(), accounts: BTreeSet::new() });
        }
        let Some(of_check) = by_check.get_mut(place) else { continue };
        match finding.key_arn.as_deref() {
            Some(arn) if known.insert((&finding.check, arn)) => of_check.keys.push((arn, finding.severity)),
            Some(_) => {}
            None => of_check.accounts.extend([finding.account_id]),
        }
    }
    by_check
}

/// The checks with the worst findings, each with the first of its keys.
fn worst<'a>(report: &Report<'a>) -> Vec<Worst<'a>> {
    let keys: HashMap<&str, &ReportedKey<'_>> =
        report.keys.iter().map(|one| (one.key.arn.as_str(), one)).collect();
    let severities = |found: &[(&str, Severity)]| by_severity(found.iter().map(|(_, severity)| *severity));
    let one = |OfCheck { first, keys: found, accounts }: OfCheck<'a>| Worst {
        severity: first.severity.as_str(),
        title: &first.title,
        // In accounts, or in as many keys as the link leads to.
        sum: match (found.len(), accounts.len()) {
            (0, 1) => format!("account {}", first.account_id),
            (0, accounts) => count(accounts, "account", "accounts"),
            (found_in, _) => format!("{}: {}", count(found_in, "key", "keys"), severities(&found)),
        },
        keys: examples(found.iter().take(KEYS).filter_map(|(arn, _)| keys.get(arn).copied())),
        more: found.len().checked_sub(KEYS + 1).map(|beyond| format!("and {} more", grouped(beyond + 1))),
        href: if found.is_empty() {
            format!("#check-{}", first.check)
        } else {
            link::keys_with("check", &first.check)
        },
    };
    by_check(report.findings).into_iter().take(WORST).map(one).collect()
}

/// Links to keys, and for each whether another of them has its name.
fn examples<'a: 'b, 'b>(keys: impl Iterator<Item = &'b ReportedKey<'a>>) -> Vec<(KeyLink<'a>, bool)> {
    let links: Vec<KeyLink<'a>> = keys.map(KeyLink::to).collect();
    let names: Vec<&str> = links.iter().map(|link| link.name).collect();
    let shared = |name: &str| names.iter().filter(|other| **other == name).count() > 1;
    let alike: Vec<bool> = names.iter().map(|name| shared(name)).collect();
    links.into_iter().zip(alike).collect()
}

fn exposure_in_words(summary: &Summary, total: usize) -> String {
    let of = |level| summary.by_exposure.get(&level).copied().unwrap_or(0);
    let parts = [
        (of(ExposureLevel::Public), "from any AWS account"),
        (of(ExposureLevel::External), "from outside accounts that are named or bounded"),
        (of(ExposureLevel::Trusted), "from accounts that are trusted"),
        (of(ExposureLevel::Organization), "from other accounts of the organization"),
    ];
    let told: Vec<String> = parts
        .iter()
        .filter(|(keys, _)| *keys > 0)
        .map(|(keys, from)| format!("{} {from}", grouped(*keys)))
        .collect();
    let unknown = of(ExposureLevel::Unknown);
    let judged = count(total, "key", "keys");
    match (told.is_empty(), unknown) {
        (_, _) if total == 0 => "No customer managed key was found.".to_owned(),
        (true, 0) => format!("None of {judged} can be reached from outside its own account."),
        (true, _) if unknown == total as u64 => format!("Of {judged}, none could be judged."),
        (true, _) => format!(
            "None of the keys that could be judged can be reached from outside; {} of {judged} could not.",
            grouped(unknown)
        ),
        (false, 0) => format!("Of {judged}, these can be reached: {}.", told.join(", ")),
        (false, _) => format!(
            "Of {judged}, these can be reached: {}. {} could not be judged.",
            told.join(", "),
            grouped(unknown)
        ),
    }
}

fn lockout_in_words(summary: &Summary, total: usize) -> String {
    let of = |verdict| summary.by_lockout.get(&verdict).copied().unwrap_or(0);
    let parts = [
        (of(LockoutVerdict::LockedOut), "by nobody any more"),
        (of(LockoutVerdict::RootOnly), "only by the root user"),
        (of(LockoutVerdict::Conditional), "only under a condition"),
        (of(LockoutVerdict::Fragile), "only by one principal or by perishable ones"),
    ];
    let told: Vec<String> = parts
        .iter()
        .filter(|(keys, _)| *keys > 0)
        .map(|(keys, how)| format!("{} {how}", grouped(*keys)))
        .collect();
    let unknown = of(LockoutVerdict::Unknown);
    let judged = count(total, "key", "keys");
    let mut sentence = match (told.is_empty(), unknown) {
        (_, _) if total == 0 => {
            return "No customer managed key was found, so there is nothing to govern.".to_owned();
        }
        (true, _) if unknown == total as u64 => return format!("Of {judged}, none could be judged."),
        (true, 0) => format!("Each of {judged} can be governed in more than one durable way."),
        (true, _) => "Each key that could be judged can be governed in more than one durable way.".to_owned(),
        (false, _) => format!("Of {judged}, these can be governed: {}.", told.join(", ")),
    };
    if unknown > 0 {
        sentence.push_str(&format!(" {} could not be judged.", grouped(unknown)));
    }
    sentence
}

/// Every level with who can reach a key, the widest first; what is not known before what is closed.
pub(super) const WIDEST_FIRST: [(ExposureLevel, &str); 6] = [
    (ExposureLevel::Public, "an unbounded set of AWS accounts"),
    (ExposureLevel::External, "named or bounded outside accounts"),
    (ExposureLevel::Trusted, "accounts the settings trust"),
    (ExposureLevel::Organization, "other accounts of the organization"),
    (ExposureLevel::Unknown, "not judged or not readable; never safe"),
    (ExposureLevel::Account, "nobody outside its account"),
];

fn exposure_levels(summary: &Summary, total: usize, bar: f64) -> Vec<Level> {
    let level = |(level, meaning): (ExposureLevel, &'static str)| {
        (level.as_str(), meaning, summary.by_exposure.get(&level).copied().unwrap_or(0))
    };
    levels("exposure", WIDEST_FIRST.into_iter().map(level), (total, bar))
}

fn lockout_levels(summary: &Summary, total: usize, bar: f64) -> Vec<Level> {
    let level = |verdict: LockoutVerdict| {
        (verdict.as_str(), verdict_in_words(verdict), summary.by_lockout.get(&verdict).copied().unwrap_or(0))
    };
    levels("lockout", WORST_FIRST.into_iter().map(level), (total, bar))
}

/// Every verdict, the one to act on first.
pub(super) const WORST_FIRST: [LockoutVerdict; 6] = [
    LockoutVerdict::LockedOut,
    LockoutVerdict::RootOnly,
    LockoutVerdict::Conditional,
    LockoutVerdict::Fragile,
    LockoutVerdict::Unknown,
    LockoutVerdict::Manageable,
];

/// What a verdict says.
pub(super) fn verdict_in_words(verdict: LockoutVerdict) -> &'static str {
    match verdict {
        LockoutVerdict::LockedOut => "nobody can rewrite the policy",
        LockoutVerdict::RootOnly => "only the root user can",
        LockoutVerdict::Conditional => "a network, MFA, tag, alias or time condition must hold",
        LockoutVerdict::Fragile => "one principal, or perishable ones",
        LockoutVerdict::Unknown => "not judged or not readable; never safe",
        LockoutVerdict::Manageable => "more than one durable way",
    }
}

fn levels(
    column: &str,
    counts: impl Iterator<Item = (&'static str, &'static str, u64)>,
    (total, bar): (usize, f64),
) -> Vec<Level> {
    let counts: Vec<_> = counts.collect();
    let parts = counts.iter().filter(|(_, _, keys)| *keys > 0).count();
    let mut x = 0.0;
    let level = |(name, meaning, keys): (&'static str, &'static str, u64)| {
        let width = part(keys, total, parts, bar);
        let level = Level {
            name,
            word: name.replace('_', " "),
            meaning,
            keys: grouped(keys),
            none: keys == 0,
            href: link::keys_with(column, name),
            x: format!("{x:.1}"),
            width: format!("{width:.1}"),
        };
        x += width;
        level
    };
    counts.into_iter().map(level).collect()
}

/// The length of a part of a bar: its least length, and its share of what the least lengths leave.
#[expect(clippy::cast_precision_loss, reason = "a drawing: numbers of keys are far below 2^52")]
fn part(keys: u64, total: usize, parts: usize, bar: f64) -> f64 {
    if keys == 0 {
        return 0.0;
    }
    let least = LEAST.min(bar / parts as f64);
    least + (bar - parts as f64 * least) * keys as f64 / total as f64
}

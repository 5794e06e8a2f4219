//! The first thing one reads: the judgement in two sentences, in numbers, and the worst that was found.

use std::collections::HashMap;

use super::{
    link::{self, KeyLink},
    words::{count, grouped},
};
use crate::{
    assess::{
        exposure::ExposureLevel,
        finding::{Finding, Status},
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
}

/// One of the two questions with its answer.
pub(super) struct Question {
    pub(super) sentence: String,
    pub(super) levels: Vec<Level>,
}

/// How many keys have one answer.
pub(super) struct Level {
    pub(super) name: &'static str,
    pub(super) word: String,
    pub(super) meaning: &'static str,
    pub(super) keys: String,
    pub(super) href: String,
    pub(super) x: String,
    pub(super) width: String,
}

/// The worst of one check on the first screen.
pub(super) struct Worst<'a> {
    pub(super) severity: &'static str,
    pub(super) title: &'a str,
    pub(super) keys: Vec<KeyLink<'a>>,
    pub(super) more: Option<String>,
    pub(super) href: String,
}

impl<'a> Opening<'a> {
    pub(super) fn of(report: &Report<'a>) -> Self {
        let total = report.keys.len();
        let found = report.findings.iter().filter(|finding| finding.status == Status::Fail).count();
        Self {
            exposure: Question {
                sentence: exposure_in_words(&report.summary, total),
                levels: exposure_levels(&report.summary, total),
            },
            lockout: Question {
                sentence: lockout_in_words(&report.summary, total),
                levels: lockout_levels(&report.summary, total),
            },
            worst: worst(report),
            more: (found > 0).then(|| format!("All {}, check by check", count(found, "finding", "findings"))),
        }
    }
}

/// The checks with the worst findings, each with the first of its keys. Findings come in order: those of one check and
/// one severity stand together, by key.
fn worst<'a>(report: &Report<'a>) -> Vec<Worst<'a>> {
    let mut by_check: Vec<(&Finding, Vec<&str>)> = Vec::new();
    for finding in report.findings.iter().filter(|finding| finding.status == Status::Fail) {
        let arn = finding.key_arn.as_deref();
        match by_check.last_mut() {
            Some((first, keys)) if first.check == finding.check && first.severity == finding.severity => {
                keys.extend(arn.filter(|arn| keys.last() != Some(arn)));
            }
            _ => by_check.push((finding, arn.into_iter().collect())),
        }
    }
    let keys: HashMap<&str, &ReportedKey<'_>> =
        report.keys.iter().map(|one| (one.key.arn.as_str(), one)).collect();
    let one = |(finding, arns): (&'a Finding, Vec<&str>)| Worst {
        severity: finding.severity.as_str(),
        title: &finding.title,
        keys: arns.iter().take(KEYS).filter_map(|arn| Some(KeyLink::to(keys.get(arn)?))).collect(),
        more: match arns.len() {
            0 => Some(format!("account {}", finding.account_id)),
            known => known.checked_sub(KEYS + 1).map(|beyond| format!("and {} more", grouped(beyond + 1))),
        },
        href: match arns.len() {
            0 => format!("#check-{}", finding.check),
            _ => link::keys_with("check", &finding.check),
        },
    };
    by_check.into_iter().take(WORST).map(one).collect()
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
        (_, _) if total == 0 => return "There is nothing to govern.".to_owned(),
        (true, 0) => format!("Each of {judged} can be governed in more than one durable way."),
        (true, _) => "Each key that could be judged can be governed in more than one durable way.".to_owned(),
        (false, _) => format!("Of {judged}, these can be governed: {}.", told.join(", ")),
    };
    if unknown > 0 {
        sentence.push_str(&format!(" {} could not be judged.", grouped(unknown)));
    }
    sentence
}

fn exposure_levels(summary: &Summary, total: usize) -> Vec<Level> {
    let worst_first = [
        (ExposureLevel::Public, "an unbounded set of AWS accounts"),
        (ExposureLevel::External, "named or bounded outside accounts"),
        (ExposureLevel::Trusted, "accounts the settings trust"),
        (ExposureLevel::Organization, "other accounts of the organization"),
        (ExposureLevel::Unknown, "not judged or not readable; never safe"),
        (ExposureLevel::Account, "nobody outside its account"),
    ];
    let level = |(level, meaning): (ExposureLevel, &'static str)| {
        (level.as_str(), meaning, summary.by_exposure.get(&level).copied().unwrap_or(0))
    };
    levels("exposure", worst_first.into_iter().map(level), total)
}

fn lockout_levels(summary: &Summary, total: usize) -> Vec<Level> {
    let level = |verdict: LockoutVerdict| {
        (verdict.as_str(), verdict_in_words(verdict), summary.by_lockout.get(&verdict).copied().unwrap_or(0))
    };
    levels("lockout", WORST_FIRST.into_iter().map(level), total)
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
        LockoutVerdict::Conditional => "a network, MFA, tag or time condition must hold",
        LockoutVerdict::Fragile => "one principal, or perishable ones",
        LockoutVerdict::Unknown => "not judged or not readable; never safe",
        LockoutVerdict::Manageable => "more than one durable way",
    }
}

fn levels(
    column: &str,
    counts: impl Iterator<Item = (&'static str, &'static str, u64)>,
    total: usize,
) -> Vec<Level> {
    let counts: Vec<_> = counts.collect();
    let parts = counts.iter().filter(|(_, _, keys)| *keys > 0).count();
    let mut x = 0.0;
    let level = |(name, meaning, keys): (&'static str, &'static str, u64)| {
        let width = part(keys, total, parts);
        let level = Level {
            name,
            word: name.replace('_', " "),
            meaning,
            keys: grouped(keys),
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
fn part(keys: u64, total: usize, parts: usize) -> f64 {
    if keys == 0 {
        return 0.0;
    }
    LEAST + (BAR - parts as f64 * LEAST) * keys as f64 / total as f64
}

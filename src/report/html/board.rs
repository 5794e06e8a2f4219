//! The lockout board: every verdict with its keys, the ones nobody can govern first, and who can repair them.

use std::collections::BTreeMap;

use super::{
    link::{self, KeyLink},
    opening::{WORST_FIRST, verdict_in_words},
    words::{count, grouped},
};
use crate::{
    assess::lockout::LockoutVerdict,
    report::{Report, ReportedKey},
};

/// Ways of repair that a verdict shows, and keys that a way shows; the explorer has all.
const WAYS: usize = 4;
const KEYS: usize = 6;

/// The keys of one verdict.
pub(super) struct Verdict<'a> {
    pub(super) name: &'static str,
    pub(super) word: String,
    pub(super) meaning: &'static str,
    pub(super) keys: String,
    pub(super) none: bool,
    pub(super) href: String,
    pub(super) ways: Vec<Way<'a>>,
    pub(super) more: Option<String>,
}

/// Keys that are repaired in the same way.
pub(super) struct Way<'a> {
    /// Who can, and how, in a sentence.
    pub(super) recovery: &'a str,
    pub(super) keys: Vec<KeyLink<'a>>,
    pub(super) more: Option<String>,
}

/// Every verdict, the one to act on first.
pub(super) fn verdicts<'a>(report: &Report<'a>) -> Vec<Verdict<'a>> {
    let mut by_verdict: BTreeMap<LockoutVerdict, BTreeMap<&'a str, Vec<&ReportedKey<'a>>>> = BTreeMap::new();
    for key in &report.keys {
        let lockout = &key.judged.lockout;
        let ways = by_verdict.entry(lockout.verdict).or_default();
        ways.entry(lockout.recovery.as_str()).or_default().push(key);
    }
    let verdict = |verdict: LockoutVerdict| {
        let mut ways: Vec<_> = by_verdict.remove(&verdict).unwrap_or_default().into_iter().collect();
        let keys: usize = ways.iter().map(|(_, keys)| keys.len()).sum();
        // The sort is stable: ways of equal weight stay in the order of their words.
        ways.sort_by_key(|(_, keys)| std::cmp::Reverse(keys.len()));
        // Whoever can be governed needs no repair.
        let shown = if verdict == LockoutVerdict::Manageable { 0 } else { WAYS };
        let beyond: usize = ways.iter().skip(shown).map(|(_, keys)| keys.len()).sum();
        Verdict {
            name: verdict.as_str(),
            word: verdict.as_str().replace('_', " "),
            meaning: verdict_in_words(verdict),
            keys: grouped(keys),
            none: keys == 0,
            href: link::keys_with("lockout", verdict.as_str()),
            more: (beyond > 0 && shown > 0).then(|| format!("and {} more", count(beyond, "key", "keys"))),
            ways: ways.into_iter().take(shown).map(|(recovery, keys)| way(recovery, &keys)).collect(),
        }
    };
    WORST_FIRST.into_iter().map(verdict).collect()
}

fn way<'a>(recovery: &'a str, keys: &[&ReportedKey<'a>]) -> Way<'a> {
    let beyond = keys.len().saturating_sub(KEYS);
    Way {
        recovery,
        keys: keys.iter().take(KEYS).map(|key| KeyLink::to(key)).collect(),
        more: (beyond > 0).then(|| format!("and {} more", grouped(beyond))),
    }
}

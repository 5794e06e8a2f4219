//! The published controls that findings speak to, framework by framework.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use keyreach_policy::aws::AccountId;

use super::words::{count, grouped};
use crate::{assess::finding::Status, report::Report};

/// All controls of one framework.
pub(super) struct Framework<'a> {
    pub(super) name: &'a str,
    pub(super) controls: Vec<Control<'a>>,
}

/// One control with what speaks against it.
pub(super) struct Control<'a> {
    pub(super) name: &'a str,
    pub(super) findings: String,
    pub(super) about: String,
    pub(super) checks: Vec<&'a str>,
}

#[derive(Default)]
struct Tally<'a> {
    findings: usize,
    /// By their places in the report: a key is told apart once, not for each control.
    keys: HashSet<usize>,
    /// Accounts that findings are about as a whole.
    accounts: HashSet<AccountId>,
    checks: BTreeSet<&'a str>,
}

/// Every framework that a finding names.
pub(super) fn frameworks<'a>(report: &Report<'a>) -> Vec<Framework<'a>> {
    let places: HashMap<&str, usize> =
        report.keys.iter().enumerate().map(|(place, one)| (one.key.arn.as_str(), place)).collect();
    let mut frameworks: BTreeMap<&str, BTreeMap<&str, Tally<'_>>> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| finding.status == Status::Fail) {
        let key = finding.key_arn.as_deref().and_then(|arn| places.get(arn)).copied();
        for named in &finding.frameworks {
            let (framework, control) = named.split_once('/').unwrap_or((named, ""));
            let tally = frameworks.entry(framework).or_default().entry(control).or_default();
            tally.findings += 1;
            match key {
                Some(key) => _ = tally.keys.insert(key),
                None => _ = tally.accounts.insert(finding.account_id),
            }
            tally.checks.insert(&finding.check);
        }
    }
    let control = |(name, tally): (&'a str, Tally<'a>)| Control {
        name,
        findings: grouped(tally.findings),
        about: about(&tally),
        checks: tally.checks.into_iter().collect(),
    };
    frameworks
        .into_iter()
        .map(|(name, controls)| Framework { name, controls: controls.into_iter().map(control).collect() })
        .collect()
}

/// How many keys and accounts the findings are about.
fn about(tally: &Tally<'_>) -> String {
    let parts = [(tally.keys.len(), "key", "keys"), (tally.accounts.len(), "account", "accounts")];
    let told =
        parts.iter().filter(|(number, ..)| *number > 0).map(|(number, one, many)| count(*number, one, many));
    told.collect::<Vec<_>>().join(", ")
}

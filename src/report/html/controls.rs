//! The published controls that findings speak to, framework by framework.

use std::collections::{BTreeMap, BTreeSet, HashSet};

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
    pub(super) keys: String,
    pub(super) checks: Vec<&'a str>,
}

#[derive(Default)]
struct Tally<'a> {
    findings: usize,
    keys: HashSet<&'a str>,
    checks: BTreeSet<&'a str>,
}

/// Every framework that a finding names.
pub(super) fn frameworks<'a>(report: &Report<'a>) -> Vec<Framework<'a>> {
    let mut frameworks: BTreeMap<&str, BTreeMap<&str, Tally<'_>>> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| finding.status == Status::Fail) {
        for named in &finding.frameworks {
            let (framework, control) = named.split_once('/').unwrap_or((named, ""));
            let tally = frameworks.entry(framework).or_default().entry(control).or_default();
            tally.findings += 1;
            tally.keys.extend(finding.key_arn.as_deref());
            tally.checks.insert(&finding.check);
        }
    }
    let control = |(name, tally): (&'a str, Tally<'a>)| Control {
        name,
        findings: grouped(tally.findings),
        keys: count(tally.keys.len(), "key", "keys"),
        checks: tally.checks.into_iter().collect(),
    };
    frameworks
        .into_iter()
        .map(|(name, controls)| Framework { name, controls: controls.into_iter().map(control).collect() })
        .collect()
}

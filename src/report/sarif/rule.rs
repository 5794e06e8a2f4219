//! The checks as rules. GitHub ranks an alert by its rule, so a rule is as severe as the worst it found.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    assess::finding::{Finding, Severity, Status},
    check::{ALL, Meta},
    report::Report,
};

/// Every check, by its id: whoever ran without finding anything is told of too.
pub(super) struct Rules<'a> {
    places: BTreeMap<&'a str, usize>,
    list: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    id: String,
    name: String,
    short_description: Text,
    full_description: Text,
    help: Help,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Properties {
    security_severity: &'static str,
    tags: [&'static str; 3],
}

impl<'a> Rules<'a> {
    pub(super) fn of(report: &Report<'a>) -> Self {
        let mut worst: BTreeMap<&'a str, Severity> = BTreeMap::new();
        let mut titles: BTreeMap<&'a str, &'a Finding> = BTreeMap::new();
        for finding in report.findings {
            titles.entry(&finding.check).or_insert(finding);
            if finding.status == Status::Fail {
                let known = worst.entry(&finding.check).or_insert(finding.severity);
                *known = (*known).min(finding.severity);
            }
        }
        let mut rules: BTreeMap<&'a str, Rule> = BTreeMap::new();
        for (check, finding) in titles {
            rules.insert(check, Rule::of_finding(finding));
        }
        for meta in ALL.iter().map(|check| check.meta()) {
            rules.insert(meta.id, Rule::new(meta, worst.get(meta.id).copied().unwrap_or(meta.severity)));
        }
        let places = rules.keys().enumerate().map(|(at, id)| (*id, at)).collect();
        Self { places, list: rules.into_values().collect() }
    }

    pub(super) fn list(&self) -> &[Rule] {
        &self.list
    }

    pub(super) fn place(&self, check: &str) -> Option<usize> {
        self.places.get(check).copied()
    }
}

impl Rule {
    fn new(meta: &Meta, worst: Severity) -> Self {
        let parts =
            [("Why it matters", meta.matters), ("What to do", meta.fix), ("What it cannot see", meta.blind)];
        let text = parts.map(|(title, text)| format!("{title}: {text}")).join("\n\n");
        let markdown = parts.map(|(title, text)| format!("## {title}\n\n{text}")).join("\n\n");
        Self {
            id: meta.id.to_owned(),
            name: name(meta.id),
            short_description: Text { text: meta.title.to_owned() },
            full_description: Text { text: meta.finds.to_owned() },
            help: Help { text, markdown },
            default_configuration: Configuration { level: level(worst) },
            properties: properties(worst),
        }
    }

    /// Of a check that this version does not have: a finding tells what is known.
    fn of_finding(finding: &Finding) -> Self {
        let text = || finding.title.clone();
        Self {
            id: finding.check.clone(),
            name: name(&finding.check),
            short_description: Text { text: text() },
            full_description: Text { text: text() },
            help: Help { text: finding.remediation.clone(), markdown: finding.remediation.clone() },
            default_configuration: Configuration { level: level(finding.severity) },
            properties: properties(finding.severity),
        }
    }
}

fn properties(worst: Severity) -> Properties {
    Properties { security_severity: security_severity(worst), tags: ["security", "aws", "kms"] }
}

/// `public-key-access` as `PublicKeyAccess`: SARIF's names are identifiers.
fn name(id: &str) -> String {
    id.split('-')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
        })
        .collect()
}

/// How loud a viewer is.
pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// GitHub's scale: critical above 9.0, high from 7.0, medium from 4.0, low above 0.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.0",
    }
}

//! The checks as rules: one for each severity of what a check found, and one for what it could not tell. GitHub ranks an
//! alert by its rule and reads no `kind`, so a rule of a whole check would make all it says as bad as the worst.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{
    assess::finding::{Finding, Severity, Status},
    check::{ALL, Meta},
};

/// A check, and what it says: something of a severity, or that it cannot tell.
type Saying<'a> = (&'a str, Option<Severity>);

/// A rule for whatever was said; whoever ran without saying anything has one too.
pub(super) struct Rules<'a> {
    places: BTreeMap<Saying<'a>, usize>,
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
    /// None where nothing is known: GitHub would rank it.
    #[serde(skip_serializing_if = "Option::is_none")]
    security_severity: Option<&'static str>,
    tags: [&'static str; 3],
}

impl<'a> Rules<'a> {
    pub(super) fn of(findings: &'a [Finding]) -> Self {
        let mut rules: BTreeMap<Saying<'a>, Rule> = BTreeMap::new();
        let metas: BTreeMap<&str, &Meta> = ALL.iter().map(|check| (check.meta().id, check.meta())).collect();
        for finding in findings {
            let saying = saying(finding);
            rules.entry(saying).or_insert_with(|| match metas.get(saying.0) {
                Some(meta) => Rule::new(meta, saying.1),
                None => Rule::of_finding(finding, saying.1),
            });
        }
        let said: BTreeSet<&str> = rules.keys().map(|(check, _)| *check).collect();
        let silent = metas.into_values().filter(|meta| !said.contains(meta.id));
        rules.extend(silent.map(|meta| {
            let worst = Some(meta.severity);
            ((meta.id, worst), Rule::new(meta, worst))
        }));
        let places = rules.keys().enumerate().map(|(at, saying)| (*saying, at)).collect();
        Self { places, list: rules.into_values().collect() }
    }

    pub(super) fn list(&self) -> &[Rule] {
        &self.list
    }

    pub(super) fn place(&self, finding: &Finding) -> Option<usize> {
        self.places.get(&saying(finding)).copied()
    }
}

fn saying(finding: &Finding) -> Saying<'_> {
    let severity = match finding.status {
        Status::Fail | Status::Accepted => Some(finding.severity),
        Status::Unknown => None,
    };
    (&finding.check, severity)
}

/// `public-key-access/high`: SARIF's hierarchy of rules, in which a check is one level.
pub(super) fn id(finding: &Finding) -> String {
    let (check, severity) = saying(finding);
    format!("{check}/{}", word(severity))
}

fn word(severity: Option<Severity>) -> &'static str {
    severity.map_or("unknown", Severity::as_str)
}

impl Rule {
    fn new(meta: &Meta, severity: Option<Severity>) -> Self {
        let parts =
            [("Why it matters", meta.matters), ("What to do", meta.fix), ("What it cannot see", meta.blind)];
        let text = parts.map(|(title, text)| format!("{title}: {text}")).join("\n\n");
        let markdown = parts.map(|(title, text)| format!("## {title}\n\n{text}")).join("\n\n");
        let help = Help { text, markdown };
        Self::written(meta.id, severity, meta.title.to_owned(), meta.finds.to_owned(), help)
    }

    /// Of a check that this version does not have: a finding tells what is known.
    fn of_finding(finding: &Finding, severity: Option<Severity>) -> Self {
        let text = || finding.title.clone();
        let help = Help { text: finding.remediation.clone(), markdown: finding.remediation.clone() };
        Self::written(&finding.check, severity, text(), text(), help)
    }

    fn written(check: &str, severity: Option<Severity>, short: String, full: String, help: Help) -> Self {
        let word = word(severity);
        Self {
            id: format!("{check}/{word}"),
            name: name(&format!("{check}-{word}")),
            short_description: Text { text: short },
            full_description: Text { text: full },
            help,
            default_configuration: Configuration { level: severity.map_or("note", level) },
            properties: Properties {
                security_severity: severity.map(security_severity),
                tags: ["security", "aws", "kms"],
            },
        }
    }
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

//! What every format shows, counted and ordered once; then one file per format.
//!
//! Made of a [`Snapshot`] and its [`Assessment`] alone: no clock, no files, so that rendering again gives
//! the same bytes. Who opens the files is the command's business.

pub mod access;
mod asff;
pub mod checked;
pub mod closing;
pub mod coverage;
mod csv;
pub mod explain;
mod html;
mod json;
mod markdown;
mod metrics;
mod ndjson;
mod ocsf;
pub mod outsider;
mod part;
mod sarif;
mod subject;
pub mod text;
mod words;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use thiserror::Error;

use crate::{
    assess::{
        Assessment, KeyAssessment,
        acceptance::Acceptance,
        exposure::ExposureLevel,
        finding::{Finding, Severity, Status},
        lockout::LockoutVerdict,
    },
    snapshot::{Snapshot, cell::Cell, key::Key},
};
use coverage::Coverage;

pub use crate::config::Format;
pub use json::{inert, schema};
pub use part::Part;

/// What every format shows.
#[derive(Debug)]
pub struct Report<'a> {
    /// The facts.
    pub snapshot: &'a Snapshot,
    /// How far the scan came.
    pub coverage: Coverage<'a>,
    /// The judgement, counted.
    pub summary: Summary,
    /// Every key with its judgement, in the snapshot's order.
    pub keys: Vec<ReportedKey<'a>>,
    /// What the checks found, in their order.
    pub findings: &'a [Finding],
    /// What became of the acceptances in the settings.
    pub acceptances: &'a [Acceptance],
    /// Of what each check cannot tell; those that can tell of everything are absent.
    pub undecided: BTreeMap<&'static str, Undecided>,
    /// When keys were last used, where the scan was not told to ask.
    pub not_asked: Option<NotAsked>,
}

/// Of how much a check cannot tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Undecided {
    /// Keys of which a fact was not read.
    pub keys: u64,
    /// Accounts of which a fact was not read, or of which not all keys were seen.
    pub accounts: u64,
    /// Keys of which the scan was not told to ask.
    pub not_asked: u64,
}

/// A question that the scan was not told to ask and that checks need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotAsked {
    /// The checks that cannot tell without it.
    pub checks: BTreeSet<&'static str>,
    /// Of how many keys they cannot.
    pub keys: u64,
}

/// One key with what was made of it.
#[derive(Debug, Clone, Copy)]
pub struct ReportedKey<'a> {
    /// Where it lives.
    pub cell: &'a Cell,
    /// The facts.
    pub key: &'a Key,
    /// The judgement.
    pub judged: &'a KeyAssessment,
}

/// The judgement, counted. Levels that nothing has are absent here; the formats show them as zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Keys by how far they are exposed.
    pub by_exposure: BTreeMap<ExposureLevel, u64>,
    /// Keys by how firmly they are governed.
    pub by_lockout: BTreeMap<LockoutVerdict, u64>,
    /// Findings of status `fail` by severity.
    pub by_severity: BTreeMap<Severity, u64>,
}

/// A report could not be made or written.
#[derive(Debug, Error)]
pub enum ReportError {
    /// The assessment was made of another snapshot. A shorter one would lose keys without a word.
    #[error("the assessment judges {judged} keys, but the snapshot holds {keys}")]
    OtherSnapshot {
        /// Keys in the snapshot.
        keys: usize,
        /// Keys in the assessment.
        judged: usize,
    },
    /// The writer failed.
    #[error("cannot write the report")]
    Unwritable(#[from] io::Error),
}

impl<'a> Report<'a> {
    /// Puts a snapshot and its judgement together.
    pub fn new(snapshot: &'a Snapshot, assessment: &'a Assessment) -> Result<Self, ReportError> {
        let found: Vec<(&Cell, &Key)> =
            snapshot.cells.iter().flat_map(|cell| cell.keys.iter().map(move |key| (cell, key))).collect();
        if found.len() != assessment.keys.len() {
            return Err(ReportError::OtherSnapshot { keys: found.len(), judged: assessment.keys.len() });
        }
        Ok(Self {
            snapshot,
            coverage: Coverage::of(snapshot, assessment),
            summary: Summary::of(assessment),
            keys: found
                .into_iter()
                .zip(&assessment.keys)
                .map(|((cell, key), judged)| ReportedKey { cell, key, judged })
                .collect(),
            findings: &assessment.findings,
            acceptances: &assessment.acceptances,
            undecided: undecided(assessment),
            not_asked: NotAsked::of(assessment),
        })
    }

    /// The worst severity among findings of status `fail`; `None` where there is none.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.summary.by_severity.keys().next().copied()
    }
}

fn undecided(assessment: &Assessment) -> BTreeMap<&'static str, Undecided> {
    let mut all: BTreeMap<&'static str, Undecided> = BTreeMap::new();
    for key in &assessment.keys {
        key.undecided.iter().for_each(|check| all.entry(check).or_default().keys += 1);
        let not_asked = key.not_asked.difference(&key.undecided);
        not_asked.for_each(|check| all.entry(check).or_default().not_asked += 1);
    }
    for (check, accounts) in &assessment.undecided {
        all.entry(check).or_default().accounts += accounts;
    }
    all
}

impl NotAsked {
    fn of(assessment: &Assessment) -> Option<Self> {
        let mut of = Self::default();
        for key in assessment.keys.iter().filter(|key| !key.not_asked.is_empty()) {
            of.keys += 1;
            of.checks.extend(&key.not_asked);
        }
        (of.keys > 0).then_some(of)
    }

    /// In a sentence, but for its capital.
    #[must_use]
    pub fn in_words(&self) -> String {
        let checks: Vec<&str> = self.checks.iter().copied().collect();
        let (of_keys, were) = if self.keys == 1 {
            ("1 key".to_owned(), "was")
        } else {
            (words::count(self.keys, "key", "keys"), "were")
        };
        format!(
            "when {of_keys} {were} last used (--last-usage), so {} cannot tell of them",
            checks.join(" and ")
        )
    }
}

impl Summary {
    fn of(assessment: &Assessment) -> Self {
        let mut summary = Self::default();
        for key in &assessment.keys {
            *summary.by_exposure.entry(key.exposure.level).or_default() += 1;
            *summary.by_lockout.entry(key.lockout.verdict).or_default() += 1;
        }
        for finding in assessment.findings.iter().filter(|finding| finding.status == Status::Fail) {
            *summary.by_severity.entry(finding.severity).or_default() += 1;
        }
        summary
    }
}

impl Format {
    /// The folder below that of the reports which the format has to itself, where it has one. What files it holds
    /// changes from report to report.
    #[must_use]
    pub fn tree(self) -> Option<&'static str> {
        (self == Self::Asff).then_some("asff")
    }
}

/// The files of a report in one format, in the order in which they are written. Each is made when it is rendered.
#[must_use]
pub fn parts<'a>(report: &'a Report<'a>, format: Format) -> Vec<Part<'a>> {
    match format {
        Format::Html => vec![Part::new("report.html", |out| html::render(report, out))],
        Format::Json => vec![Part::new("report.json", |out| json::render(report, out))],
        Format::Ndjson => ndjson::parts(report),
        Format::Csv => csv::parts(report),
        Format::Ocsf => ocsf::parts(report),
        Format::Sarif => sarif::parts(report),
        Format::Metrics => metrics::parts(report),
        Format::Asff => asff::parts(report),
        Format::Markdown => markdown::parts(report),
    }
}

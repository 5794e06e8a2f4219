//! What every format shows, counted and ordered once; then one file per format.
//!
//! Made of a [`Snapshot`] and its [`Assessment`] alone: no clock, no files, so that rendering again gives
//! the same bytes. Who opens the files is the command's business.

pub mod access;
pub mod coverage;
mod html;
mod json;
pub mod text;

use std::{collections::BTreeMap, io};

use thiserror::Error;

use crate::{
    assess::{
        Assessment, KeyAssessment,
        exposure::ExposureLevel,
        finding::{Finding, Severity, Status},
        lockout::LockoutVerdict,
    },
    snapshot::{Snapshot, cell::Cell, key::Key},
};
use coverage::Coverage;

pub use crate::config::Format;
pub use json::{inert, schema};

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
        })
    }

    /// The worst severity among findings of status `fail`; `None` where there is none.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.summary.by_severity.keys().next().copied()
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
    /// The file in the folder of the reports.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Html => "report.html",
            Self::Json => "report.json",
        }
    }
}

/// Writes a report in one format. The same report gives the same bytes.
pub fn render(report: &Report<'_>, format: Format, out: &mut dyn io::Write) -> Result<(), ReportError> {
    let mut out = io::BufWriter::new(out);
    match format {
        Format::Html => html::render(report, &mut out)?,
        Format::Json => json::render(report, &mut out)?,
    }
    Ok(io::Write::flush(&mut out)?)
}

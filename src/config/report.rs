//! What to write, where, and when to complain: the formats and the thresholds that a user can name.

use std::{collections::BTreeSet, path::PathBuf};

use super::{ConfigError, choice, raw, value, words};

/// The folder of the reports, where nobody names one.
pub const OUT: &str = "keyreach-out";

/// What to write, and when to complain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportSettings {
    /// The folder of the reports.
    pub out: PathBuf,
    /// The formats.
    pub formats: BTreeSet<Format>,
    /// The severity from which on findings have an exit code of their own.
    pub fail_on: FailOn,
    /// Incomplete coverage has no exit code of its own.
    pub allow_gaps: bool,
    /// Say nothing but errors.
    pub quiet: bool,
    /// Take the place of a snapshot that read more, or that is of another organization.
    pub replace: bool,
}

/// A report format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// One page for people, complete without network or script.
    Html,
    /// The whole report for programs.
    Json,
    /// The same, one object a line, for programs that read line by line.
    Ndjson,
    /// Keys and findings as tables, for spreadsheets.
    Csv,
    /// Findings as OCSF 1.6.0 Compliance Findings, for SIEMs and data lakes.
    Ocsf,
    /// Findings as SARIF 2.1.0, for code scanning.
    Sarif,
    /// The counts, for Prometheus.
    Metrics,
    /// Findings in batches for Security Hub.
    Asff,
    /// A summary for a ticket or a build.
    Markdown,
}

impl Format {
    /// Every format, in the order in which files are written.
    pub const ALL: [Self; 9] = [
        Self::Html,
        Self::Json,
        Self::Ndjson,
        Self::Csv,
        Self::Ocsf,
        Self::Sarif,
        Self::Metrics,
        Self::Asff,
        Self::Markdown,
    ];

    /// What is written where nobody says what to write.
    pub const DEFAULT: [Self; 2] = [Self::Html, Self::Json];

    /// The name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Ocsf => "ocsf",
            Self::Sarif => "sarif",
            Self::Metrics => "metrics",
            Self::Asff => "asff",
            Self::Markdown => "markdown",
        }
    }
}

/// From which severity on findings have an exit code of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailOn {
    /// Never.
    None,
    /// From low on.
    Low,
    /// From medium on.
    Medium,
    /// From high on.
    High,
    /// Critical only.
    Critical,
}

impl FailOn {
    /// Every value.
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::None];

    /// The name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl ReportSettings {
    pub(super) fn validate(raw: raw::RawReport) -> Result<Self, ConfigError> {
        let out = raw.out.unwrap_or_else(|| PathBuf::from(OUT));
        if out.as_os_str().is_empty() {
            return Err(value("report.out", "", "is not a folder"));
        }
        Ok(Self {
            out,
            formats: words(raw.format).map_or_else(
                || Ok(Format::DEFAULT.into()),
                |names| {
                    names.iter().map(|name| choice("format", name, Format::ALL, Format::as_str)).collect()
                },
            )?,
            fail_on: raw
                .fail_on
                .map_or(Ok(FailOn::None), |name| choice("fail_on", &name, FailOn::ALL, FailOn::as_str))?,
            allow_gaps: raw.allow_gaps.unwrap_or_default(),
            quiet: raw.quiet.unwrap_or_default(),
            replace: raw.replace.unwrap_or_default(),
        })
    }
}

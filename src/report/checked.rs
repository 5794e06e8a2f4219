//! What is said of key policy documents that are not deployed yet: for people a line each, for programs one object.

use std::io::{self, Write};

use keyreach_policy::{
    Position,
    check::{Complaint, Level},
};
use serde::Serialize;

use super::{json::inert, text::Visible};
use crate::assess::{
    bare::Bare,
    exposure::ExposureLevel,
    finding::{Finding, Severity, Status},
};

/// One document, and what was made of it.
#[derive(Debug)]
pub struct Checked {
    /// The file.
    pub file: String,
    /// The member of the file that holds the document as a text: lines and columns count in it.
    pub member: Option<&'static str>,
    /// The document, where it is one.
    pub text: String,
    /// What is wrong with its form.
    pub complaints: Vec<Complaint>,
    /// What it does; `None` where it is no policy document.
    pub bare: Option<Bare>,
}

impl Checked {
    /// Whether there is something to complain of: in the form, or a finding at least that severe.
    #[must_use]
    pub fn fails(&self, threshold: Option<Severity>) -> bool {
        let is_bad = |finding: &Finding| threshold.is_some_and(|threshold| finding.severity <= threshold);
        !self.complaints.is_empty()
            || self.bare.iter().flat_map(|bare| &bare.findings).any(|(finding, _)| is_bad(finding))
    }

    /// The lines for people: what is wrong, findings at least that severe, and that the level is not known.
    pub fn render(&self, threshold: Option<Severity>, out: &mut dyn Write) -> io::Result<()> {
        for complaint in &self.complaints {
            let level = match complaint.problem.level() {
                Level::Error => "error",
                Level::Ineffective => "no effect",
            };
            self.line(complaint.position, level, &complaint.problem.to_string(), out)?;
        }
        let Some(bare) = &self.bare else { return Ok(()) };
        let is_shown = |finding: &Finding| threshold.is_none_or(|threshold| finding.severity <= threshold);
        for (finding, place) in bare.findings.iter().filter(|(finding, _)| is_shown(finding)) {
            let position = Position::of(&self.text, place.unwrap_or_default());
            let words = format!("{} ({})", finding.detail, finding.check);
            self.line(position, finding.severity.as_str(), &words, out)?;
        }
        if bare.level == ExposureLevel::Unknown {
            let missing = if bare.unknown.contains(&"organization") { ": say --organization" } else { "" };
            let words = format!("who outside could use the key{missing}");
            self.line(Position { line: 1, column: 1 }, "not known", &words, out)?;
        }
        Ok(())
    }

    fn line(&self, at: Position, level: &str, words: &str, out: &mut dyn Write) -> io::Result<()> {
        let member = self.member.map(|member| format!(" ({member})")).unwrap_or_default();
        writeln!(
            out,
            "{}{member}:{}:{}: {level}: {}",
            Visible(&self.file),
            at.line,
            at.column,
            Visible(words)
        )
    }
}

#[derive(Serialize)]
struct Document<'a> {
    keys: Vec<Key<'a>>,
    errors: Vec<Error<'a>>,
}

#[derive(Serialize)]
struct Key<'a> {
    file: &'a str,
    /// The place of the key in a template; a bare policy has none
    resource: Option<&'a str>,
    line: usize,
    column: usize,
    level: ExposureLevel,
    /// Not judged without the roles of an organization
    indirect: Option<ExposureLevel>,
    verdict: &'static str,
    /// Nobody said who deploys it
    refused_for_caller: Option<bool>,
    unknown: &'a [&'static str],
    findings: Vec<Found<'a>>,
}

#[derive(Serialize)]
struct Found<'a> {
    check: &'a str,
    severity: Severity,
    status: Status,
    line: usize,
    column: usize,
    title: &'a str,
    detail: &'a str,
    remediation: &'a str,
}

#[derive(Serialize)]
struct Error<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    level: Level,
    message: String,
}

/// Writes everything as one JSON object.
///
/// # Errors
/// When nothing can be written.
pub fn render_json(all: &[Checked], out: &mut dyn Write) -> io::Result<()> {
    let complaints = all.iter().flat_map(|one| one.complaints.iter().map(move |complaint| (one, complaint)));
    let document = Document {
        keys: all.iter().filter_map(|one| one.bare.as_ref().map(|bare| key(one, bare))).collect(),
        errors: complaints
            .map(|(one, complaint)| Error {
                file: &one.file,
                line: complaint.position.line,
                column: complaint.position.column,
                level: complaint.problem.level(),
                message: complaint.problem.to_string(),
            })
            .collect(),
    };
    inert(&document, out)
}

fn key<'a>(one: &'a Checked, bare: &'a Bare) -> Key<'a> {
    let found = |(finding, place): &'a (Finding, _)| {
        let position = Position::of(&one.text, Option::unwrap_or_default(*place));
        Found {
            check: &finding.check,
            severity: finding.severity,
            status: finding.status,
            line: position.line,
            column: position.column,
            title: &finding.title,
            detail: &finding.detail,
            remediation: &finding.remediation,
        }
    };
    Key {
        file: &one.file,
        resource: None,
        line: 1,
        column: 1,
        level: bare.level,
        indirect: None,
        verdict: bare.verdict.as_str(),
        refused_for_caller: None,
        unknown: &bare.unknown,
        findings: bare.findings.iter().map(found).collect(),
    }
}

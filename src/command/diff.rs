//! `keyreach diff`: what changed between two runs, each a snapshot or a report. A snapshot is judged and made into
//! the report it would give, so that there is one way to read a run.

use std::{fs, path::Path};

use anyhow::{Context, bail};
use serde::{Deserialize, de::IgnoredAny};

use super::voice;
use crate::{
    assess::assess,
    cli::{DiffArgs, DiffFailOn, DiffFormat},
    config::{Format, Settings, raw::RawSettings},
    diff::{Diff, Run, compare, render_markdown, render_text},
    outcome::Outcome,
    report::{Report, inert, parts},
    snapshot::{Snapshot, file},
};

pub(super) fn run(args: &DiffArgs) -> anyhow::Result<Outcome> {
    let settings = Settings::resolve(RawSettings::default(), args.config.as_deref())?;
    let (old, new) = (load(&args.old, &settings)?, load(&args.new, &settings)?);
    let diff = compare(&old, &new);
    let outcome = outcome(&args.fail_on, &diff);
    if outcome != Outcome::Done && !diff.unread.is_empty() {
        voice::say(&format!("NEW could not read what OLD read: {}", diff.unread.join("; ")));
    }
    voice::print(outcome, |out| {
        match args.format {
            DiffFormat::Text => render_text(&diff, out)?,
            DiffFormat::Json => inert(&diff, out)?,
            DiffFormat::Markdown => render_markdown(&diff, out)?,
        }
        Ok(())
    })
}

/// Nothing widened as far as it was read is no answer where less was read.
fn outcome(fail_on: &[DiffFailOn], diff: &Diff) -> Outcome {
    let asks = |what| fail_on.contains(&what);
    let (widened, unread) = (diff.summary.widened > 0, !diff.unread.is_empty());
    match (asks(DiffFailOn::Widened), asks(DiffFailOn::Unread)) {
        (true, _) if widened => Outcome::Findings,
        (_, true) if unread => Outcome::Findings,
        (true, _) if unread => Outcome::Incomplete,
        _ => Outcome::Done,
    }
}

/// Tells a snapshot from a report: only the one has cells at the top, only the other a coverage.
#[derive(Deserialize)]
struct Sort {
    schema_version: String,
    cells: Option<IgnoredAny>,
    coverage: Option<IgnoredAny>,
}

fn load(path: &Path, settings: &Settings) -> anyhow::Result<Run> {
    let neither = || format!("`{}` is neither a keyreach snapshot nor a report", path.display());
    // Read once: a pipe gives its text no second time.
    let text = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let sort: Sort = match serde_json::from_slice(&text) {
        Err(error) if file::is_cut_short(&text, &error) => {
            bail!("`{}` is cut short: write or copy it again", path.display())
        }
        sort => sort.with_context(neither)?,
    };
    if sort.cells.is_some() {
        return judge(&file::parse(path, &text)?, settings);
    }
    if sort.coverage.is_none() {
        bail!(neither());
    }
    if !sort.schema_version.starts_with("1.") {
        bail!(
            "`{}` has schema version `{}`; this keyreach compares 1.x",
            path.display(),
            sort.schema_version
        );
    }
    serde_json::from_slice(&text).with_context(neither)
}

/// The report that a snapshot gives today.
fn judge(snapshot: &Snapshot, settings: &Settings) -> anyhow::Result<Run> {
    let assessment = assess(snapshot, &settings.judgement);
    let mut text = Vec::new();
    let report = Report::new(snapshot, &assessment)?;
    for part in parts(&report, Format::Json) {
        part.render(&mut text)?;
    }
    serde_json::from_slice(&text).context("the report cannot be read back: please report it")
}

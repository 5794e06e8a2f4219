//! `keyreach diff`: what changed between two runs, each a snapshot or a report. A snapshot is judged and made into
//! the report it would give, so that there is one way to read a run.

use std::{
    fs::File,
    io::{self, BufReader, Write},
    path::Path,
};

use anyhow::{Context, bail};
use serde::{Deserialize, de::IgnoredAny};

use crate::{
    assess::assess,
    cli::{DiffArgs, DiffFailOn, DiffFormat},
    config::{Format, Settings, raw::RawSettings},
    diff::{Run, compare, render_markdown, render_text},
    outcome::Outcome,
    report::{Report, inert, render},
    snapshot::file,
};

pub(super) fn run(args: &DiffArgs) -> anyhow::Result<Outcome> {
    let settings = Settings::resolve(RawSettings::default(), args.config.as_deref())?;
    let (old, new) = (load(&args.old, &settings)?, load(&args.new, &settings)?);
    let diff = compare(&old, &new);
    let mut out = io::BufWriter::new(io::stdout().lock());
    match args.format {
        DiffFormat::Text => render_text(&diff, &mut out)?,
        DiffFormat::Json => inert(&diff, &mut out)?,
        DiffFormat::Markdown => render_markdown(&diff, &mut out)?,
    }
    out.flush()?;
    let is_too_wide = args.fail_on == DiffFailOn::Widened && diff.summary.widened > 0;
    Ok(if is_too_wide { Outcome::Findings } else { Outcome::Done })
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
    let sort: Sort = serde_json::from_reader(open(path)?).with_context(neither)?;
    if sort.cells.is_some() {
        return judge(path, settings);
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
    serde_json::from_reader(open(path)?).with_context(neither)
}

fn open(path: &Path) -> anyhow::Result<BufReader<File>> {
    let file = File::open(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(BufReader::new(file))
}

/// The report that a snapshot gives today.
fn judge(path: &Path, settings: &Settings) -> anyhow::Result<Run> {
    let snapshot = file::load(path)?;
    let assessment = assess(&snapshot, &settings.judgement);
    let mut text = Vec::new();
    render(&Report::new(&snapshot, &assessment)?, Format::Json, &mut text)?;
    serde_json::from_slice(&text).context("the report cannot be read back: please report it")
}

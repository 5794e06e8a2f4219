//! `keyreach analyze`: the stream from the snapshot on.

use super::{folder::Folder, reports};
use crate::{cli::AnalyzeArgs, config::Settings, outcome::Outcome, snapshot::file};

pub(super) fn run(args: AnalyzeArgs) -> anyhow::Result<Outcome> {
    let (typed, config) = args.report.into_settings();
    let settings = Settings::resolve(typed, config.as_deref())?;
    let snapshot = file::load(&args.snapshot)?;
    let folder = Folder::open(&settings.report.out)?;
    reports::write(&settings, &folder, &snapshot)
}

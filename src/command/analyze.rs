//! `keyreach analyze`: the stream from the snapshot on.

use super::{folder::Folder, input, reports, settings};
use crate::{cli::AnalyzeArgs, outcome::Outcome, snapshot::file};

pub(super) fn run(args: AnalyzeArgs) -> anyhow::Result<Outcome> {
    let settings = settings::resolve(args.report.into_settings())?;
    let snapshot = file::parse(&args.snapshot, &input::bytes(&args.snapshot)?)?;
    let folder = Folder::open(&settings.report.out)?;
    reports::write(&settings, folder, &snapshot)
}

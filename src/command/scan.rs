//! `keyreach scan`: the whole stream.

use std::sync::Arc;

use jiff::{Timestamp, Unit};

use super::{folder::Folder, reports, settings, watch};
use crate::{
    cli::ScanArgs,
    collect::{self, Order, client::Connection, progress::Progress},
    outcome::Outcome,
};

pub(super) fn run(args: ScanArgs) -> anyhow::Result<Outcome> {
    let settings = settings::resolve(args.into_settings())?;
    let folder = Folder::open(&settings.report.out)?;
    let progress = Arc::new(Progress::default());
    let watcher = watch::watcher(&settings.report, &progress);
    let order =
        Order { settings: settings.clone(), taken_at: Timestamp::now().round(Unit::Second)?, progress };
    let snapshot = collect::run(order, Connection::from_environment, watcher)?;
    reports::write(&settings, folder, &snapshot)
}

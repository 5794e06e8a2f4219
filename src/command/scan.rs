//! `keyreach scan`: the whole stream.

use std::sync::Arc;

use jiff::{Timestamp, Unit};

use super::{folder::Folder, reports};
use crate::{
    cli::ScanArgs,
    collect::{self, Order, client::Connection, progress::Progress},
    config::Settings,
    outcome::Outcome,
};

pub(super) fn run(args: ScanArgs) -> anyhow::Result<Outcome> {
    let (typed, file) = args.into_settings();
    let settings = Settings::resolve(typed, file.as_deref())?;
    let folder = Folder::open(&settings.report.out)?;
    let progress = Arc::new(Progress::default());
    let watcher = reports::watcher(&settings.report, &progress);
    let order =
        Order { settings: settings.clone(), taken_at: Timestamp::now().round(Unit::Second)?, progress };
    let snapshot = collect::run(order, Connection::from_environment, watcher)?;
    reports::write(&settings, &folder, &snapshot)
}

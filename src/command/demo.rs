//! `keyreach demo`: the whole stream on a simulated organization, through the real SDK, without a socket.

use std::sync::Arc;

use anyhow::Context;
use jiff::{Timestamp, Unit};
use keyreach_mocks::{Cloud, Scenario, http_client, time_source};

use super::{folder::Folder, reports, settings, watch};
use crate::{
    cli::ReportArgs,
    collect::{self, Order, client::Connection, progress::Progress},
    outcome::Outcome,
};

/// One of everything.
const SCENARIO: &str = "menagerie";

/// The folder of its reports: that of a real scan is not its own.
const OUT: &str = "keyreach-demo";

pub(super) fn run(args: ReportArgs) -> anyhow::Result<Outcome> {
    let settings = settings::resolve_into(args.into_settings(), OUT)?;
    let folder = Folder::open(&settings.report.out)?;
    let scenario = Scenario::builtin(SCENARIO).context("the built-in organization is missing")?;
    let cloud = Cloud::new(&scenario)?;
    let progress = Arc::new(Progress::default());
    let watcher = watch::watcher(&settings.report, &progress);
    let order = Order {
        settings: settings.clone(),
        // The organization lives in its own time: its keys expire when its clock says so.
        taken_at: Timestamp::try_from(cloud.now())?.round(Unit::Second)?,
        progress,
    };
    let connection = Connection::to(
        http_client(Arc::clone(&cloud)),
        time_source(&cloud),
        cloud.region(),
        cloud.credentials(),
    );
    let snapshot = collect::run(order, async || Ok(connection), watcher)?;
    reports::write(&settings, folder, &snapshot)
}

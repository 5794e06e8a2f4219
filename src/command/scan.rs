//! `keyreach scan`: the whole stream.

use std::{env, sync::Arc};

use anyhow::anyhow;
use jiff::{Timestamp, Unit};

use super::{folder::Folder, reports, settings, watch};
use crate::{
    cli::ScanArgs,
    collect::{self, CollectError, MissingCredentials, Order, client::Connection, progress::Progress},
    outcome::Outcome,
};

pub(super) fn run(args: ScanArgs) -> anyhow::Result<Outcome> {
    let settings = settings::resolve(args.into_settings())?;
    let folder = Folder::open(&settings.report.out)?;
    let progress = Arc::new(Progress::default());
    let watcher = watch::watcher(&settings.report, &progress);
    let order =
        Order { settings: settings.clone(), taken_at: Timestamp::now().round(Unit::Second)?, progress };
    let snapshot = collect::run(order, Connection::from_environment, watcher).map_err(explained)?;
    reports::write(&settings, folder, &snapshot)
}

/// Without credentials, what the SDK tried is of less use than where to put them.
fn explained(error: CollectError) -> anyhow::Error {
    let profile = env::var("AWS_PROFILE").ok().filter(|name| !name.is_empty());
    let of_profile =
        profile.as_ref().map(|name| format!(" for profile `{name}` (AWS_PROFILE)")).unwrap_or_default();
    let login = profile.map_or_else(String::new, |name| format!(" --profile {name}"));
    match error.missing_credentials() {
        None => error.into(),
        Some(MissingCredentials::NotFound) => anyhow!(
            "no AWS credentials found{of_profile}: looked in the environment (AWS_ACCESS_KEY_ID), in the profiles of \
             ~/.aws/config and ~/.aws/credentials, and for a web identity, container or instance role. Set AWS_PROFILE \
             to a profile that is there, or run `aws sso login{login}`; `aws sts get-caller-identity{login}` must answer"
        ),
        Some(MissingCredentials::NotLoaded(why)) => anyhow!(
            "the AWS credentials{of_profile} could not be loaded: {why}. `aws sso login{login}` may renew them; \
             `aws sts get-caller-identity{login}` must answer"
        ),
    }
}

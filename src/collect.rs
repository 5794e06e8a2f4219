//! Asks AWS: everything that a snapshot holds, and a gap for everything that AWS will not tell.
//!
//! The only async room. [`run`] builds a runtime and drops it; [`collect`] runs on whatever runtime there is,
//! so that a test can run it in virtual time.

mod account;
mod ask;
mod builder;
mod cell;
pub mod client;
mod gap;
mod iam;
mod kms;
mod levels;
mod organization;
mod organizations;
pub mod pacer;
pub mod progress;
pub mod redact;
mod session;
mod sts;
mod visit;

use std::{
    convert::Infallible,
    hash::{BuildHasher, RandomState},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use thiserror::Error;
use tokio::{sync::watch, task::JoinSet};

use crate::{
    call::Place,
    config::Settings,
    snapshot::{Scan, Snapshot, TargetSource, gap::Gap},
    target,
};
use ask::{Asker, Door};
use builder::Builder;
use client::{Connection, ConnectionError};
use organizations::Organizations;
use pacer::{Pace, Pacer, gate::Gate};
use progress::Progress;
use session::{RoleRequest, Session};
use sts::Caller;
use visit::Visitor;

/// Open keys for each request in flight: enough for every answer to find the next question waiting.
const OPEN_KEYS_PER_REQUEST: usize = 8;

/// Nothing could be collected at all.
#[derive(Debug, Error)]
pub enum CollectError {
    /// AWS cannot be reached in the way the environment asks for.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// AWS does not know the caller.
    #[error("AWS does not tell who the caller is: {message}", message = .0.message)]
    NoCaller(Gap),
    /// The system gives no threads.
    #[error("cannot start the runtime")]
    Runtime(#[from] std::io::Error),
}

impl CollectError {
    /// What the SDK says where it found no credentials, or could not load those that it found.
    #[must_use]
    pub fn missing_credentials(&self) -> Option<MissingCredentials<'_>> {
        let Self::NoCaller(gap) = self else { return None };
        if gap.code.as_deref() == Some(gap::NO_CREDENTIALS) {
            return Some(MissingCredentials::NotFound);
        }
        let is_loading = gap.code.is_none() && gap.message.contains("loading credentials");
        is_loading.then_some(MissingCredentials::NotLoaded(&gap.message))
    }
}

/// Why there is nothing to sign requests with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingCredentials<'a> {
    /// Nowhere where the SDK looks.
    NotFound,
    /// They are there and could not be loaded, in the words of the SDK.
    NotLoaded(&'a str),
}

/// What a scan needs to know.
pub struct Order {
    /// Whom to visit, and how fast.
    pub settings: Settings,
    /// The one reading of the clock.
    pub taken_at: Timestamp,
    /// Tells scans apart that one caller begins at one time: a new one for each.
    pub nonce: u128,
    /// Where to count what happens.
    pub progress: Arc<Progress>,
}

/// Collects on a runtime of its own, with a watcher beside it for as long as it takes. Ctrl-C and SIGTERM
/// stop the asking; what is there is returned.
pub fn run(
    order: Order,
    connect: impl AsyncFnOnce() -> Result<Connection, ConnectionError>,
    watcher: impl Future<Output = Infallible>,
) -> Result<Snapshot, CollectError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let (stopper, stop) = watch::channel(false);
        let signals = tokio::spawn(async move {
            if wait_for_signal().await.is_ok() {
                let _ = stopper.send(true);
            }
            // The channel stays open: a closed one would look like a stop.
            std::future::pending::<()>().await;
        });
        let connection = connect().await?;
        let snapshot = tokio::select! {
            snapshot = collect(order, connection, stop) => snapshot,
            never = watcher => match never {},
        };
        signals.abort();
        snapshot
    })
}

#[cfg(not(unix))]
async fn wait_for_signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

#[cfg(unix)]
async fn wait_for_signal() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

/// Collects on the current runtime until all is asked or `stop` turns true.
pub async fn collect(
    order: Order,
    connection: Connection,
    stop: watch::Receiver<bool>,
) -> Result<Snapshot, CollectError> {
    let Order { settings, taken_at, nonce, progress } = order;
    let pace = Pace { quota_share: settings.pace.quota_share, in_flight: settings.pace.in_flight };
    let pacer = Pacer::new(pace);
    let clockwork = tokio::spawn(Arc::clone(&pacer).run());
    let time_out = Duration::from_secs(settings.pace.request_timeout_seconds);
    let asker = Asker::new(pacer, progress, stop, time_out);
    let snapshot = survey(&asker, &connection, &settings, Start { taken_at, nonce }).await;
    clockwork.abort();
    snapshot
}

async fn survey(
    asker: &Asker,
    connection: &Connection,
    settings: &Settings,
    start: Start,
) -> Result<Snapshot, CollectError> {
    let sts = aws_sdk_sts::Client::new(&connection.as_caller());
    let door = Door { lane: asker.pacer.lane(), session: None };
    let caller = sts::get_caller_identity(asker, &door, &sts).await.map_err(CollectError::NoCaller)?;
    let organizations = organizations(asker, connection, settings, &sts, &door);
    let found = organization::find(&organizations, &caller, &settings.scan).await;

    let targets = target::expand(&settings.scan, found.accounts);
    asker.progress.found_accounts(targets.iter().filter(|target| target.skip.is_none()).count());
    let visitor = Arc::new(Visitor {
        asker: asker.clone(),
        connection: connection.clone(),
        gate: Gate::new(settings.pace.in_flight.saturating_mul(OPEN_KEYS_PER_REQUEST)),
        settings: settings.scan.clone(),
        caller: caller.clone(),
        sts,
        sts_door: door,
    });
    let mut visits = JoinSet::new();
    for target in targets {
        let visitor = Arc::clone(&visitor);
        visits.spawn(async move { visitor.visit(target).await });
    }
    let (details, visited) = tokio::join!(
        organization::describe(&organizations, found.organization, &found.unplaced),
        visits.join_all()
    );
    let mut builder = Builder::new(details.organization);
    builder.found_paths(details.paths);
    details.gaps.into_iter().for_each(|gap| builder.found_gap(gap));
    visited.into_iter().for_each(|(account, cells)| builder.found_account(account, cells));
    let mut snapshot = builder.finish(scan(&caller, start, found.source, asker.is_stopped()));
    if let Some(external_id) = &settings.scan.external_id {
        redact::redact(&mut snapshot, external_id);
    }
    Ok(snapshot)
}

/// Organizations through the role that the settings name, or as the caller.
fn organizations(
    asker: &Asker,
    connection: &Connection,
    settings: &Settings,
    sts: &aws_sdk_sts::Client,
    sts_door: &Door,
) -> Organizations {
    let lane = asker.pacer.lane();
    let Some(role) = &settings.scan.organization_role else {
        let client = aws_sdk_organizations::Client::new(&connection.as_caller());
        return Organizations { asker: asker.clone(), door: Door { lane, session: None }, client };
    };
    let request = RoleRequest {
        role_arn: role.to_string(),
        external_id: settings.scan.external_id.as_ref().map(|id| id.reveal().to_owned()),
        place: Place::Organization,
    };
    let session = Arc::new(Session::new(request, sts.clone(), sts_door.clone(), connection.clock()));
    let client = aws_sdk_organizations::Client::new(&connection.with(&session));
    Organizations { asker: asker.clone(), door: Door { lane, session: Some(session) }, client }
}

/// What tells one scan from another of the same caller.
#[derive(Clone, Copy)]
struct Start {
    taken_at: Timestamp,
    nonce: u128,
}

/// A nonce that no other scan has: the standard library seeds its hash maps from the system's random source, which tells
/// apart also two machines that were started from one image at one moment.
#[must_use]
pub fn new_nonce() -> u128 {
    let half = || u128::from(RandomState::new().hash_one(()));
    half() << 64 | half()
}

fn scan(caller: &Caller, start: Start, targets: TargetSource, interrupted: bool) -> Scan {
    let Start { taken_at, nonce } = start;
    let digest = Sha256::digest(format!("{} {taken_at} {nonce}", caller.arn));
    let id = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Scan {
        id,
        taken_at,
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        caller_arn: caller.arn.clone(),
        caller_account: caller.account,
        partition: caller.partition.clone(),
        targets,
        interrupted,
    }
}

//! Scans of simulated organizations in virtual time: an organization as text, what goes wrong in it, settings,
//! and then everything the scan saw beside everything that AWS was asked.

use std::{sync::Arc, time::Duration};

use keyreach::{
    collect::{self, CollectError, Order, client::Connection, progress::Progress},
    config::{Settings, raw::RawSettings},
    snapshot::{Snapshot, cell::Cell, gap::Gap, key::Key, organization::Account},
};
use keyreach_mocks::{Cloud, Ledger, Line, Scenario, http_client, time_source};
use tokio::{sync::watch, time::Instant};

/// No scan of these tests lasts that long: one that does never ends.
const TOO_LONG: Duration = Duration::from_secs(7 * 24 * 3600);

/// A scan to be run.
pub(crate) struct Scan {
    scenario: Scenario,
    settings: RawSettings,
    stopped_after: Option<Duration>,
    nonce: u128,
}

/// What a scan saw, and what was asked for it.
pub(crate) struct Seen {
    pub(crate) snapshot: Snapshot,
    pub(crate) ledger: Ledger,
    pub(crate) took: Duration,
}

impl Scan {
    /// A scan of an organization written in TOML.
    pub(crate) fn of(scenario: &str) -> Self {
        Self::of_scenario(Scenario::parse(scenario).unwrap())
    }

    /// A scan of an organization that comes with the simulated AWS.
    pub(crate) fn builtin(name: &str) -> Self {
        Self::of_scenario(Scenario::builtin(name).unwrap())
    }

    fn of_scenario(mut scenario: Scenario) -> Self {
        // Facts count from the scenario's clock: a fixed one makes two scans alike on any day.
        scenario.clock.get_or_insert_with(|| "2026-11-01T09:00:00Z".to_owned());
        Self { scenario, settings: RawSettings::default(), stopped_after: None, nonce: 0 }
    }

    /// The same with other settings.
    pub(crate) fn with(mut self, set: impl FnOnce(&mut RawSettings)) -> Self {
        set(&mut self.settings);
        self
    }

    /// The same in another organization.
    pub(crate) fn in_scenario(mut self, change: impl FnOnce(&mut Scenario)) -> Self {
        change(&mut self.scenario);
        self
    }

    /// The same, stopped as if by a signal.
    pub(crate) fn stopped_after(mut self, time: Duration) -> Self {
        self.stopped_after = Some(time);
        self
    }

    /// The same, begun by itself.
    pub(crate) fn with_nonce(mut self, nonce: u128) -> Self {
        self.nonce = nonce;
        self
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Seen {
        self.try_run().unwrap()
    }

    /// Runs it to its end or to the reason why it could not run.
    pub(crate) fn try_run(self) -> Result<Seen, CollectError> {
        // The pauses before asking again are drawn at random: from here, so that a run can be repeated.
        fastrand::seed(1);
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(self.collect())
    }

    async fn collect(self) -> Result<Seen, CollectError> {
        let cloud = Cloud::new(&self.scenario).unwrap();
        let connection = Connection::to(
            http_client(Arc::clone(&cloud)),
            time_source(&cloud),
            cloud.region(),
            cloud.credentials(),
        );
        let order = Order {
            settings: Settings::resolve(self.settings, None).unwrap(),
            taken_at: cloud.now().try_into().unwrap(),
            nonce: self.nonce,
            progress: Arc::new(Progress::default()),
        };
        let (stopper, stop) = watch::channel(false);
        let start = Instant::now();
        let stopping = async {
            if let Some(after) = self.stopped_after {
                tokio::time::sleep(after).await;
                stopper.send(true).unwrap();
            }
            std::future::pending::<()>().await;
        };
        let snapshot = tokio::select! {
            snapshot = collect::collect(order, connection, stop) => snapshot?,
            () = stopping => unreachable!("it waits for ever"),
            () = tokio::time::sleep(TOO_LONG) => panic!("the scan does not end"),
        };
        Ok(Seen { snapshot, ledger: cloud.ledger(), took: start.elapsed() })
    }
}

impl Seen {
    /// An account by its id.
    pub(crate) fn account(&self, id: &str) -> &Account {
        self.snapshot.accounts.iter().find(|account| account.id.to_string() == id).unwrap()
    }

    /// One cell.
    pub(crate) fn cell(&self, account: &str, region: &str) -> &Cell {
        let is_it = |cell: &&Cell| cell.account_id.to_string() == account && cell.region.as_str() == region;
        self.snapshot.cells.iter().find(is_it).unwrap()
    }

    /// The cells of an account.
    pub(crate) fn cells(&self, account: &str) -> Vec<&Cell> {
        self.snapshot.cells.iter().filter(|cell| cell.account_id.to_string() == account).collect()
    }

    /// Every key.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.snapshot.cells.iter().flat_map(|cell| &cell.keys)
    }

    /// Every gap, wherever it stands.
    pub(crate) fn gaps(&self) -> Vec<&Gap> {
        let inside = self.snapshot.cells.iter().flat_map(Cell::all_gaps);
        self.snapshot.gaps_outside_cells().chain(inside).collect()
    }

    /// How often an operation was asked where the line fits.
    pub(crate) fn asked(&self, operation: &str, fits: impl Fn(&Line) -> bool) -> u64 {
        let lines = self.ledger.lines.iter();
        lines
            .filter(|(line, _)| line.operation == operation && fits(line))
            .map(|(_, count)| count.calls)
            .sum()
    }

    /// The operations asked in one cell, in order.
    pub(crate) fn operations(&self, account: &str, region: &str) -> Vec<&'static str> {
        let here = |line: &&Line| line.account == account && line.region == region && line.service == "kms";
        self.ledger.lines.keys().filter(here).map(|line| line.operation).collect()
    }
}

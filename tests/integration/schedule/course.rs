//! One scan of a generated organization in virtual time, measured against the least time that any scan of it
//! could take. Used by the tests at a small size and by `benches/schedule.rs` at the full one.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use keyreach::{
    call::{CALLS, IAM_READS_OF_THE_CALLER, Quota},
    collect::{self, Order, client::Connection, progress::Progress},
    config::{PaceSettings, Settings, raw::RawSettings},
    snapshot::Snapshot,
};
use keyreach_mocks::{Cloud, Generated, Ledger, Scenario, http_client, time_source};
use tokio::time::Instant;

/// Every round trip.
pub(crate) const LATENCY: Duration = Duration::from_millis(120);

/// What is scanned, and how fast it may go.
pub(crate) struct Course {
    pub(crate) name: &'static str,
    pub(crate) generated: Generated,
    pub(crate) pace: PaceSettings,
    /// The share of every KMS quota that somebody else uses up.
    pub(crate) neighbour: f64,
    /// Pages of the longest list of grants.
    pub(crate) grant_pages: u32,
}

/// How it went.
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    pub(crate) makespan: Duration,
    pub(crate) bound: Duration,
    pub(crate) bound_by: String,
    pub(crate) requests: u64,
    pub(crate) throttled: u64,
    pub(crate) peak_in_flight: u64,
    pub(crate) keys: usize,
    pub(crate) gaps: usize,
}

impl Measured {
    /// The time taken, over the least that any scan could take.
    pub(crate) fn ratio(&self) -> f64 {
        self.makespan.as_secs_f64() / self.bound.as_secs_f64()
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} keys, {} requests, {} throttled, {} gaps, {} in flight at most; {:.2} s, bound {:.2} s by {}, ratio {:.3}",
            self.name,
            self.keys,
            self.requests,
            self.throttled,
            self.gaps,
            self.peak_in_flight,
            self.makespan.as_secs_f64(),
            self.bound.as_secs_f64(),
            self.bound_by,
            self.ratio()
        )
    }
}

/// Scans once.
pub(crate) fn run(course: &Course) -> Measured {
    let mut scenario = Scenario::builtin("large").unwrap();
    scenario.neighbour = course.neighbour;
    scenario.latency.fixed_ms = u64::try_from(LATENCY.as_millis()).unwrap();
    scenario.latency.jitter_ms = 0;
    scenario.generated = Some(course.generated.clone());
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let (snapshot, ledger, makespan) = runtime.block_on(scan(&scenario, course.pace.clone()));
    let (bound_by, bound) = bounds(course, &ledger).into_iter().max_by_key(|(_, bound)| *bound).unwrap();
    let inside = snapshot.cells.iter().flat_map(|cell| cell.all_gaps());
    Measured {
        name: course.name,
        makespan,
        bound,
        bound_by,
        requests: ledger.all().calls,
        throttled: ledger.all().throttled,
        peak_in_flight: ledger.peak_in_flight,
        keys: snapshot.cells.iter().map(|cell| cell.keys.len()).sum(),
        gaps: snapshot.gaps_outside_cells().chain(inside).count(),
    }
}

async fn scan(scenario: &Scenario, pace: PaceSettings) -> (Snapshot, Ledger, Duration) {
    let cloud = Cloud::new(scenario).unwrap();
    let settings = Settings { pace, ..Settings::resolve(RawSettings::default(), None).unwrap() };
    let order = Order {
        settings,
        taken_at: jiff::Timestamp::try_from(cloud.now()).unwrap(),
        nonce: 0,
        progress: Arc::new(Progress::default()),
    };
    let connection = Connection::to(
        http_client(Arc::clone(&cloud)),
        time_source(&cloud),
        cloud.region(),
        cloud.credentials(),
    );
    let (_stopper, stop) = tokio::sync::watch::channel(false);
    let start = Instant::now();
    let snapshot = collect::collect(order, connection, stop).await.unwrap();
    (snapshot, cloud.ledger(), start.elapsed())
}

/// Times below which no scan can stay: each quota's, the requests' over the bound in flight, and the longest
/// chain of requests that wait for each other.
fn bounds(course: &Course, ledger: &Ledger) -> BTreeMap<String, Duration> {
    let seconds = |seconds: f64| Duration::from_secs_f64(seconds.max(0.0));
    let mut bounds = BTreeMap::new();
    for (line, count) in &ledger.lines {
        let call = CALLS.iter().find(|call| call.name == line.operation).unwrap();
        let answered = count.calls - count.throttled;
        let time = quota_time(call.quota, line.service, answered, course.neighbour);
        let name = format!("the quota of {}", line.operation);
        let longest: &mut Duration = bounds.entry(name).or_default();
        *longest = seconds(time).max(*longest);
    }
    let of_iam = ledger.lines.iter().filter(|(line, _)| line.service == "iam");
    let iam_reads = of_iam.map(|(_, count)| count.calls - count.throttled).sum();
    let of_the_caller = quota_time(IAM_READS_OF_THE_CALLER, "iam", iam_reads, 0.0);
    bounds.insert("the IAM reads of the caller".to_owned(), seconds(of_the_caller));
    let answered = ledger.all().calls - ledger.all().throttled;
    let in_flight = answered as f64 * LATENCY.as_secs_f64() / course.pace.in_flight as f64;
    bounds.insert("the requests in flight".to_owned(), seconds(in_flight));
    bounds.insert("the longest chain".to_owned(), LATENCY * chain(course, ledger));
    bounds
}

/// A bucket starts full: of one second of a KMS quota, of the published burst of the others.
fn quota_time(quota: Quota, service: &str, answered: u64, neighbour: f64) -> f64 {
    let (rate, burst) = match service {
        "kms" => (quota.per_second * (1.0 - neighbour), quota.per_second * (1.0 - neighbour)),
        _ => (quota.per_second, quota.burst),
    };
    (answered as f64 - burst) / rate
}

/// GetCallerIdentity, DescribeOrganization, ListAccounts, AssumeRole, ListRegions, ListKeys, one page of
/// ListAliases, DescribeKey, ListGrants: each needs what the one before it said.
fn chain(course: &Course, ledger: &Ledger) -> u32 {
    let pages = |operation: &str| {
        let of_cell =
            ledger.lines.iter().filter(|(line, _)| line.operation == operation).map(|(_, count)| count);
        u32::try_from(of_cell.map(|count| count.calls - count.throttled).max().unwrap_or(0)).unwrap()
    };
    6 + pages("ListAccounts") + pages("ListKeys") + course.grant_pages
}

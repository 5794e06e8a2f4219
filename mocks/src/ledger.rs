//! What was asked so far: counts for each operation, account and region, and the most requests in flight at once.
//! Tests and benches read it; nothing in the cloud does.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A line of the ledger: where the count was taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// `kms`, `organizations`, `sts`, `iam` or `account`.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// The account of the credentials.
    pub account: String,
    /// The region of the signature.
    pub region: String,
}

/// What was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Requests, refused ones among them.
    pub calls: u64,
    /// Refused over a quota, real or as a fault.
    pub throttled: u64,
    /// Touched by a fault of the scenario.
    pub faulted: u64,
    /// That named a key by an alias, which a careful scanner never does.
    pub by_alias: u64,
    /// The first, since the start of the cloud.
    pub first: Duration,
    /// The last, since the start of the cloud.
    pub last: Duration,
}

/// What was asked so far.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// The counts, in order of service, operation, account, region.
    pub lines: BTreeMap<Line, Count>,
    /// Requests that named no known credentials or operation.
    pub not_understood: u64,
    /// The most requests in flight at once.
    pub peak_in_flight: u64,
}

impl Ledger {
    /// All counts of an operation together.
    #[must_use]
    pub fn total(&self, operation: &str) -> Count {
        self.sum(|line| line.operation == operation)
    }

    /// All counts together.
    #[must_use]
    pub fn all(&self) -> Count {
        self.sum(|_| true)
    }

    fn sum(&self, wanted: impl Fn(&Line) -> bool) -> Count {
        let mut sum: Option<Count> = None;
        for (_, count) in self.lines.iter().filter(|(line, _)| wanted(line)) {
            let sum = sum.get_or_insert(Count { first: count.first, ..Count::default() });
            sum.calls += count.calls;
            sum.throttled += count.throttled;
            sum.faulted += count.faulted;
            sum.by_alias += count.by_alias;
            sum.first = sum.first.min(count.first);
            sum.last = sum.last.max(count.last);
        }
        sum.unwrap_or_default()
    }
}

/// A place in numbers: operation, account, region.
pub(crate) type Place = (usize, usize, usize);

/// What became of one request.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Fate {
    pub(crate) throttled: bool,
    pub(crate) faulted: bool,
    pub(crate) by_alias: bool,
}

#[derive(Debug, Default)]
struct Books {
    counts: HashMap<Place, Count>,
    not_understood: u64,
    in_flight: u64,
    peak: u64,
}

/// The ledger while it is written.
#[derive(Debug, Default)]
pub(crate) struct Recorder(Mutex<Books>);

impl Recorder {
    fn with<T>(&self, change: impl FnOnce(&mut Books) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A request is in flight until the guard is dropped, given up ones too.
    pub(crate) fn in_flight(&self) -> InFlight<'_> {
        self.with(|books| {
            books.in_flight += 1;
            books.peak = books.peak.max(books.in_flight);
        });
        InFlight(self)
    }

    pub(crate) fn not_understood(&self) {
        self.with(|books| books.not_understood += 1);
    }

    pub(crate) fn record(&self, place: Place, fate: Fate, at: Duration) {
        self.with(|books| {
            let count = books.counts.entry(place).or_insert(Count { first: at, ..Count::default() });
            count.calls += 1;
            count.throttled += u64::from(fate.throttled);
            count.faulted += u64::from(fate.faulted);
            count.by_alias += u64::from(fate.by_alias);
            count.last = at;
        });
    }

    /// The ledger, each place spelled out by `name`.
    pub(crate) fn read(&self, name: impl Fn(Place) -> Line) -> Ledger {
        self.with(|books| {
            let mut lines = BTreeMap::new();
            let places: Vec<(Place, Count)> =
                books.counts.iter().map(|(place, count)| (*place, *count)).collect();
            for (place, count) in places {
                lines.insert(name(place), count);
            }
            Ledger { lines, not_understood: books.not_understood, peak_in_flight: books.peak }
        })
    }
}

/// One request in flight.
#[derive(Debug)]
pub(crate) struct InFlight<'a>(&'a Recorder);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.with(|books| books.in_flight = books.in_flight.saturating_sub(1));
    }
}

//! How far the scan has come, for whoever watches a long one. Counts only; nothing here decides anything.

mod bar;
mod lines;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

pub use bar::draw;
pub use lines::tell;

/// Counters that every part of a scan adds to.
#[derive(Debug, Default)]
pub struct Progress {
    accounts: Share,
    cells: Share,
    keys: Share,
    requests: AtomicU64,
    throttles: AtomicU64,
}

#[derive(Debug, Default)]
struct Share {
    done: AtomicU64,
    total: AtomicU64,
}

/// The counters at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Accounts done and to do.
    pub accounts: (u64, u64),
    /// Cells done and to do.
    pub cells: (u64, u64),
    /// Keys done and found.
    pub keys: (u64, u64),
    /// Requests sent.
    pub requests: u64,
    /// Requests that AWS throttled.
    pub throttles: u64,
}

impl Progress {
    /// The counters now.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts {
            accounts: self.accounts.get(),
            cells: self.cells.get(),
            keys: self.keys.get(),
            requests: self.requests.load(Relaxed),
            throttles: self.throttles.load(Relaxed),
        }
    }

    pub(super) fn found_accounts(&self, count: usize) {
        self.accounts.found(count);
    }

    pub(super) fn account_done(&self) {
        self.accounts.done.fetch_add(1, Relaxed);
    }

    pub(super) fn found_cells(&self, count: usize) {
        self.cells.found(count);
    }

    pub(super) fn cell_done(&self) {
        self.cells.done.fetch_add(1, Relaxed);
    }

    pub(super) fn found_keys(&self, count: usize) {
        self.keys.found(count);
    }

    pub(super) fn key_done(&self) {
        self.keys.done.fetch_add(1, Relaxed);
    }

    pub(super) fn asked(&self) {
        self.requests.fetch_add(1, Relaxed);
    }

    pub(super) fn throttled(&self) {
        self.throttles.fetch_add(1, Relaxed);
    }
}

impl Share {
    fn found(&self, count: usize) {
        self.total.fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Relaxed);
    }

    fn get(&self) -> (u64, u64) {
        (self.done.load(Relaxed), self.total.load(Relaxed))
    }
}

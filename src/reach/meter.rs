//! How much work one key is worth: beyond it, what is still open stays open. Units are about a tenth of a microsecond.

use std::cell::Cell;

/// What the search of one key may cost.
const WORK: u64 = 6_000_000;

/// The work that is left.
#[derive(Debug, Clone)]
pub(super) struct Meter(Cell<u64>);

impl Default for Meter {
    fn default() -> Self {
        Self(Cell::new(WORK))
    }
}

impl Meter {
    /// Nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.0.get() == 0
    }

    /// Takes some of it; false when there is none left.
    pub(super) fn spend(&self, units: usize) -> bool {
        let left = self.0.get().saturating_sub(units as u64);
        self.0.set(left);
        left > 0
    }
}

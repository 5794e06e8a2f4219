//! Keyreach.

pub mod assess;
pub mod report;
pub mod snapshot;

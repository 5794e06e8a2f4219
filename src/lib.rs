//! Keyreach.

pub mod snapshot;

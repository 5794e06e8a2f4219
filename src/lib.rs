//! Keyreach.

pub mod collect;
pub mod config;
pub mod snapshot;
pub mod target;

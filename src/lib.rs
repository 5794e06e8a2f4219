#![doc = include_str!("../README.md")]
//!
//! # The rooms
//!
//! A scan is a stream, one way only: settings → targets → AWS → [`snapshot::Snapshot`] → judgement → report.
//!
//! | room | what it does | reads or writes the world |
//! | --- | --- | --- |
//! | [`config`] | settings as written become valid settings | only `config::load` |
//! | [`target`] | settings and organization become accounts and Regions to visit | no |
//! | [`call`] | the operations of AWS that are used, a table | no |
//! | `collect` (features `aws`, `demo`) | asks AWS | yes |
//! | [`snapshot`] | everything one scan saw and could not see, a value | only `snapshot::file` |
//! | [`reach`] | who outside can reach a key | no |
//! | [`lockout`] | who can still govern a key | no |
//! | [`check`] | what is worth a finding | no |
//! | [`accept`] | which findings the settings accept | no |
//! | [`framework`] | which controls of published frameworks the checks speak to | no |
//! | [`assess`] | judges every key in parallel | no |
//! | [`report`] | what every format shows, and the formats | no |
//! | [`diff`] | what changed between two reports | no |
//! | [`command`] | one file a verb; reads the clock, writes the files | yes |
//!
//! The identifiers of AWS and the policy language live in the crate `keyreach-policy`, the simulated AWS of
//! the demo and the tests in `keyreach-mocks`.

pub mod accept;
pub mod assess;
pub mod call;
pub mod check;
pub mod cli;
#[cfg(feature = "sdk")]
#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "the room that asks AWS")]
pub mod collect;
#[expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "reads the clock, writes the reports"
)]
pub mod command;
pub mod config;
pub mod diff;
pub mod framework;
pub mod lockout;
pub mod outcome;
pub mod reach;
pub mod report;
pub mod snapshot;
pub mod target;

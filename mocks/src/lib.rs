//! An AWS organization in memory that answers the real wire protocols to the real SDK.
//!
//! A [`Scenario`] is the organization as written in TOML; a [`Cloud`] is the organization alive. One handler
//! answers every request; [`http_client`] puts it under an SDK in process, [`serve`] on loopback. It decides
//! no authorization: who is refused stands in the scenario. It knows nothing of the tool that scans it.

mod answer;
mod client;
mod clock;
mod cloud;
mod fault;
mod generated;
mod ledger;
mod operation;
mod outcome;
mod page;
mod quota;
mod scenario;
mod seed;
mod server;
mod service;
mod session;
mod wire;
mod world;

pub use client::http_client;
pub use clock::{CloudTime, time_source};
pub use cloud::{Cloud, ConnectionLost};
pub use ledger::{Count, Ledger, Line};
pub use scenario::*;
pub use server::serve;

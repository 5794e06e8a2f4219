//! The simulated AWS, asked as a client asks it: requests by hand, answers read as text.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected fails there"
)]

mod ask;
mod faults;
mod loopback;
mod package;
mod scenarios;
mod services;

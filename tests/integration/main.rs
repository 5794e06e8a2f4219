//! The tests of the whole tool, in one binary so that it links once.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod accept;
#[expect(clippy::disallowed_methods, reason = "reads the sources")]
mod architecture;
#[expect(clippy::disallowed_methods, reason = "the cases are files")]
mod bare;
mod check;
#[cfg(all(feature = "aws", feature = "demo"))]
#[expect(clippy::disallowed_methods, reason = "runs the program and reads what it wrote")]
mod cli;
#[cfg(all(feature = "aws", feature = "demo"))]
mod collect;
#[expect(clippy::disallowed_methods, reason = "the cases are files")]
mod diff;
mod example;
#[cfg(all(feature = "aws", feature = "demo"))]
mod faults;
#[cfg(all(feature = "aws", feature = "demo"))]
#[expect(clippy::disallowed_methods, reason = "reads, and on request writes, files of the repository")]
mod generated;
mod inside;
#[expect(clippy::disallowed_methods, reason = "the cases are files")]
mod lockout;
#[cfg(all(feature = "aws", feature = "demo"))]
#[expect(clippy::disallowed_methods, reason = "reads the pages")]
mod pages;
mod reach;
#[cfg(all(feature = "aws", feature = "demo"))]
mod redact;
mod report;
#[cfg(all(feature = "aws", feature = "demo"))]
mod scan;
#[cfg(all(feature = "aws", feature = "demo"))]
mod schedule;
mod succession;

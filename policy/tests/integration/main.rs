//! The tests of the policy engine that need more than one module: the acceptance cases, the laws, the
//! shapes of documents. One binary, so that the crate links once.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod answers;
mod cases;
mod documents;
mod laws;
mod package;
mod tables;

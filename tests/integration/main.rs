//! The tests of the whole tool, in one binary so that it links once.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod example;
mod reach;
mod report;
mod schedule;

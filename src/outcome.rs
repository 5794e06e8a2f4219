//! Every exit code.

use std::process::{ExitCode, Termination};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done; nothing at or above `--fail-on`.
    Done = 0,
    /// Could not run at all; the reason is on stderr.
    CouldNotRun = 1,
    /// A flag or a setting that cannot be.
    Usage = 2,
    /// Done; findings at or above `--fail-on`.
    Findings = 3,
    /// Done; something could not be read, or the scan was stopped.
    Incomplete = 4,
}

impl Termination for Outcome {
    fn report(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}

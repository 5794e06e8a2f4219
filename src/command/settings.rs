//! The settings of a run, with what only the checks know of them held against the checks.

use std::path::PathBuf;

use crate::{
    check::{named, nearest},
    config::{ConfigError, OUT, Settings, raw::RawSettings},
};

/// What the user typed over the file named over the defaults.
pub(super) fn resolve(written: (RawSettings, Option<PathBuf>)) -> Result<Settings, ConfigError> {
    resolve_into(written, OUT)
}

/// The same, where the folder of the reports is another one unless somebody names it.
pub(super) fn resolve_into(
    (typed, file): (RawSettings, Option<PathBuf>),
    out: &str,
) -> Result<Settings, ConfigError> {
    let settings = Settings::resolve_into(typed, file.as_deref(), out)?;
    settings.judgement.refuse_unknown_checks(|id| named(id).is_some(), nearest)?;
    Ok(settings)
}

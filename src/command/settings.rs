//! The settings of a run, with what only the checks know of them held against the checks.

use std::path::PathBuf;

use crate::{
    check::{named, nearest},
    config::{ConfigError, Settings, raw::RawSettings},
};

/// What the user typed over the file named over the defaults.
pub(super) fn resolve((typed, file): (RawSettings, Option<PathBuf>)) -> Result<Settings, ConfigError> {
    let settings = Settings::resolve(typed, file.as_deref())?;
    settings.judgement.refuse_unknown_checks(|id| named(id).is_some(), nearest)?;
    Ok(settings)
}

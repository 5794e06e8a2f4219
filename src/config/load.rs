//! Reads the settings file.

use std::{fs, path::Path};

use super::{ConfigError, raw::RawSettings};

/// The settings in a file, as written.
pub fn load(path: &Path) -> Result<RawSettings, ConfigError> {
    let text = fs::read_to_string(path)
        .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    toml::from_str(&text).map_err(|source| ConfigError::Malformed { path: path.to_owned(), source })
}

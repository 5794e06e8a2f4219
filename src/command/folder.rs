//! The folder of the reports: each file is written beside its place and renamed, so that it is there whole
//! or not at all. Only its owner may read it: policies and tags are nobody else's business.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use tempfile::NamedTempFile;

/// A folder that can be written to.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes the folder, and finds out whether it can be written to before hours of scanning.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let told = || format!("cannot write to the folder `{}`", path.display());
        fs::create_dir_all(path).with_context(told)?;
        NamedTempFile::new_in(path).with_context(told)?;
        Ok(Self { path: path.to_owned() })
    }

    /// Writes one file whole. `print` puts its bytes into an open file.
    pub(super) fn write<E>(
        &self,
        name: &str,
        print: impl FnOnce(&mut dyn Write) -> Result<(), E>,
    ) -> anyhow::Result<()>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        let place = self.path.join(name);
        let told = || format!("cannot write `{}`", place.display());
        let mut file = NamedTempFile::new_in(&self.path).with_context(told)?;
        print(file.as_file_mut()).with_context(told)?;
        file.as_file().sync_all().with_context(told)?;
        file.persist(&place).map_err(io::Error::from).with_context(told)?;
        Ok(())
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

//! The folder of the reports: each file is written beside its place and renamed, so that it is there whole
//! or not at all. Only its owner may read it: policies and tags are nobody else's business.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use tempfile::NamedTempFile;

/// A folder that can be written to. One that was made for nothing is taken away again.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// What was not there before, the innermost first.
    made: Vec<PathBuf>,
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Only empty folders can be removed so: what holds a report stays.
        let _ = self.made.iter().try_for_each(fs::remove_dir);
    }
}

impl Folder {
    /// Makes the folder, and finds out whether it can be written to before hours of scanning.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let told = || format!("cannot write to the folder `{}`", path.display());
        let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
        let made = path.ancestors().take_while(is_missing).map(Path::to_owned).collect();
        let folder = Self { path: path.to_owned(), made };
        make(path).with_context(told)?;
        NamedTempFile::new_in(path).with_context(told)?;
        Ok(folder)
    }

    /// A folder in it.
    pub(super) fn within(&self, name: &str) -> anyhow::Result<Self> {
        Self::open(&self.path.join(name))
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
        let parent = place.parent().unwrap_or(&self.path);
        make(parent).with_context(told)?;
        let mut file = NamedTempFile::new_in(parent).with_context(told)?;
        print(file.as_file_mut()).with_context(told)?;
        file.as_file().sync_all().with_context(told)?;
        file.persist(&place).map_err(io::Error::from).with_context(told)?;
        Ok(())
    }

    /// Takes away what an earlier run left in the tree `name` and this one did not write again: files that would
    /// pass for news. Only files whose place there is one that reports have, three levels down, are touched.
    pub(super) fn sweep(&self, name: &str, written: &BTreeSet<PathBuf>) -> anyhow::Result<()> {
        let tree = self.path.join(name);
        if tree.is_symlink() {
            // What lies behind it is not this folder's.
            return Ok(());
        }
        for account in folders(&tree)? {
            for region in folders(&account)? {
                for file in entries(&region)? {
                    let is_ours = |name: &str| name.starts_with("batch-") && name.ends_with(".json");
                    let of_report = file.file_name().and_then(OsStr::to_str).is_some_and(is_ours);
                    if of_report && !written.contains(&file) {
                        fs::remove_file(&file)
                            .with_context(|| format!("cannot remove `{}`", file.display()))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The place of a file.
    pub(super) fn place(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Makes a folder and those above it, where they are not there. The names of folders tell accounts and Regions, so only
/// their owner may look into them.
fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// What is in a folder; nothing where it is not there.
fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let told = || format!("cannot read the folder `{}`", folder.display());
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(told)?,
    };
    entries.map(|entry| Ok(entry.with_context(told)?.path())).collect()
}

/// The folders in a folder; a link leads elsewhere and is none.
fn folders(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    Ok(entries(folder)?.into_iter().filter(|entry| entry.is_dir() && !entry.is_symlink()).collect())
}

//! What a verb reads: a file, or standard input where the user writes `-`.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use anyhow::Context;

/// A file, or standard input for `-`.
pub(super) fn open(path: &Path) -> anyhow::Result<Box<dyn Read>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = fs::File::open(path).with_context(|| cannot_read(path))?;
    Ok(Box::new(file))
}

/// All of it.
pub(super) fn text(path: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    open(path)?.read_to_string(&mut text).with_context(|| cannot_read(path))?;
    Ok(text)
}

/// All of it, whatever it holds.
pub(super) fn bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes).with_context(|| cannot_read(path))?;
    Ok(bytes)
}

fn cannot_read(path: &Path) -> String {
    format!("cannot read `{}`", path.display())
}

//! A snapshot on disk: JSON, read back whole and only in the shape this version writes.

use std::{
    fs,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use thiserror::Error;

use super::{SCHEMA_VERSION, Snapshot};

/// A snapshot could not be read.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// There is no such file, or it may not be read.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is not a snapshot.
    #[error("`{}` is not a keyreach snapshot", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where it stops making sense.
        source: serde_json::Error,
    },
    /// It was not written or copied to its end.
    #[error("`{}` is cut short: write or copy it again", path.display())]
    CutShort {
        /// The file.
        path: PathBuf,
    },
    /// Another version of Keyreach wrote it.
    #[error("`{}` has schema version `{found}`; this keyreach reads `{SCHEMA_VERSION}`", path.display())]
    OtherVersion {
        /// The file.
        path: PathBuf,
        /// The version in it.
        found: String,
    },
}

/// Reads the snapshot in a file.
pub fn load(path: &Path) -> Result<Snapshot, SnapshotError> {
    let unreadable = |source| SnapshotError::Unreadable { path: path.to_owned(), source };
    parse(path, &fs::read(path).map_err(unreadable)?)
}

/// The snapshot in the text of a file, read once: a pipe gives its text no second time.
pub fn parse(path: &Path, text: &[u8]) -> Result<Snapshot, SnapshotError> {
    let snapshot: Snapshot = serde_json::from_slice(text).map_err(|source| explain(path, text, source))?;
    if snapshot.schema_version == SCHEMA_VERSION {
        return Ok(snapshot);
    }
    Err(SnapshotError::OtherVersion { path: path.to_owned(), found: snapshot.schema_version })
}

/// A file of another version usually fails by its fields; say so rather than name a field.
fn explain(path: &Path, text: &[u8], source: serde_json::Error) -> SnapshotError {
    #[derive(serde::Deserialize)]
    struct Version {
        schema_version: String,
    }
    if is_cut_short(text, &source) {
        return SnapshotError::CutShort { path: path.to_owned() };
    }
    match serde_json::from_slice::<Version>(text) {
        Ok(version) if version.schema_version != SCHEMA_VERSION => {
            SnapshotError::OtherVersion { path: path.to_owned(), found: version.schema_version }
        }
        _ => SnapshotError::Malformed { path: path.to_owned(), source },
    }
}

/// Whether a text ends before its end; one that holds nothing is no text at all.
#[must_use]
pub fn is_cut_short(text: &[u8], error: &serde_json::Error) -> bool {
    error.is_eof() && text.trim_ascii_start().first() == Some(&b'{')
}

/// Prints the snapshot into an open file, without holding a second copy in memory.
pub fn print(snapshot: &Snapshot, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    serde_json::to_writer(&mut out, snapshot)?;
    out.write_all(b"\n")?;
    out.flush()
}

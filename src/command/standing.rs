//! The snapshot that stands in the folder of the reports: one that read more than the new one, that is later, or that
//! is of another organization stays, and the new one goes to a folder of its own beside it.

use std::{io, path::Path};

use jiff::Timestamp;

use super::{folder::Folder, voice};
use crate::snapshot::{
    Snapshot,
    file::{self, SnapshotError},
    succession::{Loss, Obstacle},
};

/// How many accounts a line names.
const NAMED: usize = 3;

/// The folder to write to: this one, unless something would be lost there.
pub(super) fn spare(folder: Folder, snapshot: &Snapshot) -> anyhow::Result<Folder> {
    let mut folder = folder;
    // The folder of another organization has a snapshot of its own to lose.
    while let Some((name, why)) = obstacle(&folder.place("snapshot.json"), snapshot) {
        let beside = folder.within(&name)?;
        voice::say(&format!(
            "`{}` stays: {why}; this scan is written to `{}` (--replace: in its place)",
            folder.place("snapshot.json").display(),
            beside.path().display()
        ));
        folder = beside;
    }
    Ok(folder)
}

/// The name of the folder for the new one, and why the one that stands there stays.
fn obstacle(standing: &Path, snapshot: &Snapshot) -> Option<(String, String)> {
    let time = snapshot.scan.taken_at.strftime("%Y-%m-%dT%H-%M-%SZ");
    let standing = match file::load(standing) {
        Ok(standing) => standing,
        Err(error) if is_worthless(&error) => return None,
        Err(_) => return Some((format!("scan-{time}"), "this keyreach cannot read it".to_owned())),
    };
    Some(match snapshot.obstacle_to_replace(&standing)? {
        Obstacle::OtherOrganization => {
            (snapshot.place(), format!("it is of {}, this scan of {}", standing.place(), snapshot.place()))
        }
        Obstacle::Poorer(loss) => (format!("partial-{time}"), words(&loss, standing.scan.taken_at)),
        Obstacle::Later(at) => (format!("earlier-{time}"), format!("it was taken later, at {at}")),
    })
}

/// Nothing is there, or something that was not written to its end, or that is no document at all.
fn is_worthless(error: &SnapshotError) -> bool {
    match error {
        SnapshotError::Unreadable { source, .. } => source.kind() == io::ErrorKind::NotFound,
        SnapshotError::Malformed { source, .. } => !source.is_data(),
        SnapshotError::CutShort { .. } => true,
        SnapshotError::OtherVersion { .. } => false,
    }
}

fn words(loss: &Loss, taken_at: Timestamp) -> String {
    let mut ids: Vec<String> = loss.accounts.iter().map(ToString::to_string).collect();
    let more = ids.len().saturating_sub(NAMED);
    ids.truncate(NAMED);
    let accounts = match (ids.as_slice(), more) {
        ([], _) => None,
        ([one], _) => Some(format!("in account {one}")),
        (several, 0) => Some(format!("in accounts {}", several.join(", "))),
        (several, more) => Some(format!("in accounts {} and {more} more", several.join(", "))),
    };
    let organization = loss.organization.then(|| "of the organization".to_owned());
    let parts: Vec<String> = organization.into_iter().chain(accounts).collect();
    let stopped = if loss.interrupted { "this scan was stopped before the end" } else { "" };
    if parts.is_empty() {
        return stopped.to_owned();
    }
    let read = format!("it read (at {taken_at}) what this scan could not read {}", parts.join(" and "));
    if stopped.is_empty() { read } else { format!("{stopped}, and {read}") }
}

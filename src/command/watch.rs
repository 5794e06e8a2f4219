//! Who watches a scan: a line on a terminal that is drawn anew, a line now and then in a log, or nobody.

use std::{
    convert::Infallible,
    future::pending,
    io::{self, IsTerminal},
    pin::Pin,
    sync::Arc,
};

use super::voice;
use crate::{
    collect::progress::{self, Progress},
    config::ReportSettings,
};

/// Draws how far a scan has come, unless nothing is to be said.
pub(super) fn watcher(
    settings: &ReportSettings,
    progress: &Arc<Progress>,
) -> Pin<Box<dyn Future<Output = Infallible>>> {
    let progress = Arc::clone(progress);
    match (settings.quiet, io::stderr().is_terminal()) {
        (true, _) => Box::pin(pending()),
        (false, true) => Box::pin(progress::draw(progress)),
        (false, false) => Box::pin(progress::tell(progress, voice::say)),
    }
}

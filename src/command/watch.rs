//! Who watches a scan: a line on a terminal, or nobody.

use std::{convert::Infallible, future::pending, pin::Pin, sync::Arc};

use crate::{
    collect::progress::{self, Progress},
    config::ReportSettings,
};

/// Draws how far a scan has come, unless nothing is to be said.
pub(super) fn watcher(
    settings: &ReportSettings,
    progress: &Arc<Progress>,
) -> Pin<Box<dyn Future<Output = Infallible>>> {
    if settings.quiet { Box::pin(pending()) } else { Box::pin(progress::draw(Arc::clone(progress))) }
}

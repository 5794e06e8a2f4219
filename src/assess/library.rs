//! The policy texts of a snapshot, each distinct one read once, by all threads.

use rayon::prelude::*;

use crate::{
    reach::{Library, Reviewed},
    snapshot::Snapshot,
};

pub(super) fn read(snapshot: &Snapshot) -> Library<'_> {
    let texts = Library::texts(snapshot);
    let policies = texts.par_iter().filter_map(|text| Some((*text, Reviewed::parse(text).ok()?))).collect();
    Library::new(snapshot, policies)
}

//! `keyreach schema`: the JSON Schema of each document, made from the types that write or read it.

use schemars::schema_for;

use super::voice;
use crate::{
    cli::{Document, SchemaArgs},
    config::raw::RawSettings,
    diff,
    outcome::Outcome,
    report,
    snapshot::Snapshot,
};

pub(super) fn run(args: &SchemaArgs) -> anyhow::Result<Outcome> {
    let schema = match args.document {
        Document::Report => report::schema(),
        Document::Snapshot => schema_for!(Snapshot).to_value(),
        Document::Diff => diff::schema(),
        Document::Config => schema_for!(RawSettings).to_value(),
    };
    voice::print(Outcome::Done, |out| {
        serde_json::to_writer_pretty(&mut *out, &schema)?;
        Ok(writeln!(out)?)
    })
}

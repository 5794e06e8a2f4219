//! `keyreach schema`: the JSON Schema of each document, made from the types that write or read it.

use std::io::{self, Write};

use schemars::schema_for;

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
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &schema)?;
    writeln!(out)?;
    Ok(Outcome::Done)
}

//! `keyreach who-can`: every principal that can do one thing with one key, and through what.

use super::voice;
use crate::{
    assess::access::{AccessQuery, access},
    cli::WhoCanArgs,
    config::{Settings, raw::RawSettings},
    outcome::Outcome,
    report::access::{render, render_json},
    snapshot::{cell::Cell, file, key::Key},
};

pub(super) fn run(args: &WhoCanArgs) -> anyhow::Result<Outcome> {
    let settings = Settings::resolve(RawSettings::default(), args.config.as_deref())?;
    let snapshot = file::load(&args.snapshot)?;
    let found = snapshot.keys_named(&args.key);
    let (cell, key) = match found.as_slice() {
        [only] => *only,
        several => {
            complain(&args.key, several);
            return Ok(Outcome::Usage);
        }
    };
    let query = AccessQuery { action: args.action, cell, key, refused: args.deny_reason.as_deref() };
    let Some(answer) = access(&snapshot, &settings.judgement.trusted, query) else {
        anyhow::bail!("`{}` is not the ARN of a key", key.arn);
    };
    voice::print(Outcome::Done, |out| {
        if args.json {
            render_json(&answer, out)?;
        } else {
            render(&answer, out)?;
        }
        Ok(())
    })
}

/// The name is that of no key, or of several.
fn complain(name: &str, several: &[(&Cell, &Key)]) {
    if several.is_empty() {
        voice::say(&format!("error: no key of the snapshot is called `{name}`"));
        voice::say("give its ARN, its id or one of its aliases, as `alias/orders`");
        return;
    }
    voice::say(&format!("error: {} keys of the snapshot are called `{name}`; give the ARN:", several.len()));
    for (_, key) in several {
        voice::say(&format!("  {}", key.arn));
    }
}

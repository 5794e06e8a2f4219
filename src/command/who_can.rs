//! `keyreach who-can`: every principal that can do one thing with one key, and through what; where nobody can, what
//! stands in the way.

use super::voice;
use crate::{
    assess::{
        access::{AccessQuery, access},
        outsider::doors,
    },
    cli::WhoCanArgs,
    config::{JudgementSettings, Settings, raw::RawSettings},
    outcome::Outcome,
    report::{
        access::{render, render_json},
        outsider,
    },
    snapshot::{Snapshot, cell::Cell, file, key::Key},
};

/// As many names are suggested.
const NEAR: usize = 5;
/// As many keys of one name are listed.
const LISTED: usize = 20;

pub(super) fn run(args: &WhoCanArgs) -> anyhow::Result<Outcome> {
    let settings = Settings::resolve(RawSettings::default(), args.config.as_deref())?;
    let snapshot = file::load(&args.snapshot)?;
    let Some(name) = &args.key else { return from_outside(args, &snapshot, &settings.judgement) };
    let mut found = snapshot.keys_named(name);
    found.retain(|(cell, _)| is_meant(args, cell));
    let (cell, key) = match found.as_slice() {
        [only] => *only,
        several => {
            complain(args, name, &snapshot, several);
            return Ok(Outcome::Usage);
        }
    };
    let query = AccessQuery { action: args.action, cell, key, refused: args.deny_reason.as_deref() };
    let Some(answer) = access(&snapshot, &settings.judgement, query) else {
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

/// The keys that an account can reach that is not theirs.
fn from_outside(
    args: &WhoCanArgs,
    snapshot: &Snapshot,
    settings: &JudgementSettings,
) -> anyhow::Result<Outcome> {
    let Some(account) = args.from else { return Ok(Outcome::Usage) };
    let doors = doors(snapshot, settings, args.action, account);
    voice::print(Outcome::Done, |out| {
        if args.json {
            outsider::render_json(&doors, args.action, account, out)?;
        } else {
            outsider::render(&doors, args.action, account, out)?;
        }
        Ok(())
    })
}

/// Whether the flags leave a key's account and Region in.
fn is_meant(args: &WhoCanArgs, cell: &Cell) -> bool {
    args.account.is_none_or(|account| cell.account_id == account)
        && args.region.as_ref().is_none_or(|region| cell.region.as_str() == region)
}

/// The name is that of no key, or of several.
fn complain(args: &WhoCanArgs, name: &str, snapshot: &Snapshot, several: &[(&Cell, &Key)]) {
    if several.is_empty() {
        let narrowed = args.account.is_some() || args.region.is_some();
        let there = if narrowed { " in that account and Region" } else { "" };
        voice::say(&format!("error: no key of the snapshot is called `{name}`{there}"));
        match near(args, name, snapshot) {
            near if near.is_empty() => {
                voice::say("give its ARN, its id or one of its aliases, as `alias/orders`");
            }
            near => voice::say(&format!("there is {}", near.join(", "))),
        }
        return;
    }
    voice::say(&format!(
        "error: {} keys of the snapshot are called `{name}`; give --account, --region or the ARN:",
        several.len()
    ));
    for (cell, key) in several.iter().take(LISTED) {
        let account = snapshot.accounts.iter().find(|account| account.id == cell.account_id);
        let of = account.and_then(|account| account.name.as_ref()).map(|name| format!("  ({name})"));
        voice::say(&format!("  {}{}", key.arn, of.unwrap_or_default()));
    }
    if let Some(more) = several.len().checked_sub(LISTED).filter(|more| *more > 0) {
        voice::say(&format!("  and {more} more"));
    }
}

/// The names that somebody who wrote another one may have meant: aliases like it, ids that begin so.
fn near(args: &WhoCanArgs, name: &str, snapshot: &Snapshot) -> Vec<String> {
    const LEAST: f64 = 0.6;
    const SHORTEST: usize = 4;
    let wanted = name.trim_start_matches("alias/").to_ascii_lowercase();
    let keys = snapshot.cells.iter().filter(|cell| is_meant(args, cell)).flat_map(|cell| &cell.keys);
    let likeness = |name: &String| {
        let plain = name.trim_start_matches("alias/").to_ascii_lowercase();
        let holds = wanted.len() >= SHORTEST && plain.contains(&wanted);
        let last = plain.rsplit('/').next().unwrap_or(&plain);
        let like = |text: &str| strsim::normalized_damerau_levenshtein(text, &wanted);
        if holds { 1.0 } else { like(&plain).max(like(last)) }
    };
    let names = keys.flat_map(|key| {
        let begins = wanted.len() >= SHORTEST && key.key_id.starts_with(&wanted);
        key.aliases.iter().cloned().chain(begins.then(|| key.key_id.clone()))
    });
    let mut all: Vec<(f64, String)> =
        names.map(|name| (likeness(&name), name)).filter(|(likeness, _)| *likeness >= LEAST).collect();
    all.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    all.dedup_by(|one, other| one.1 == other.1);
    all.into_iter().take(NEAR).map(|(_, name)| name).collect()
}

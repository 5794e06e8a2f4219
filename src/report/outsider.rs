//! Which keys an account can reach from outside, for people and for programs.

use std::io::{self, Write};

use keyreach_policy::aws::{AccountId, Action};
use serde::Serialize;

use super::{access::opening, json::inert, text::Visible};
use crate::assess::{
    exposure::Reach,
    outsider::{Door, Doors, Openness},
};

/// Writes the answer in words.
///
/// # Errors
/// When nothing can be written.
pub fn render(doors: &Doors<'_>, action: Action, account: AccountId, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{action} from account {account}, on keys of other accounts")?;
    if doors.doors.is_empty() {
        writeln!(out, "\nNo key of the snapshot is known to be open to it.")?;
    }
    for openness in Openness::ALL {
        let those: Vec<&Door<'_>> = doors.doors.iter().filter(|door| door.openness == openness).collect();
        if those.is_empty() {
            continue;
        }
        writeln!(out, "\n{}", title(openness, those.len()))?;
        those.into_iter().try_for_each(|door| line(door, out))?;
    }
    if !doors.unknown.is_empty() {
        writeln!(out, "\nNot known of {}", doors.unknown.len())?;
        doors.unknown.iter().try_for_each(|key| writeln!(out, "  {}", Visible(&key.arn)))?;
    }
    Ok(())
}

fn title(openness: Openness, count: usize) -> String {
    let keys = |one: &str, many: &str| {
        if count == 1 { format!("1 key {one}") } else { format!("{count} keys {many}") }
    };
    match openness {
        Openness::Named => keys("names it", "name it"),
        Openness::Organization => keys(
            "is open to every account of the organization",
            "are open to every account of the organization",
        ),
        Openness::Anybody => keys("is open to any account", "are open to any account"),
        Openness::Perhaps => keys(
            "is open to accounts of another organization, which may be its own",
            "are open to accounts of another organization, which may be its own",
        ),
    }
}

fn line(door: &Door<'_>, out: &mut dyn Write) -> io::Result<()> {
    let aliases = door.key.aliases.join(", ");
    let names = if aliases.is_empty() { String::new() } else { format!("  ({})", Visible(&aliases)) };
    writeln!(out, "  {}{names}", Visible(&door.key.arn))?;
    for reach in &door.reaches {
        let via: Vec<String> = reach.via.iter().map(opening).collect();
        let conditions = match reach.conditions.is_empty() {
            true => String::new(),
            false => format!(", if {}", reach.conditions.join(" and ")),
        };
        writeln!(out, "      {}", Visible(&format!("{}{conditions}", via.join(", "))))?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: &'static str,
    action: &'static str,
    account_id: String,
    keys: Vec<Listed<'a>>,
    unknown: Vec<&'a str>,
}

#[derive(Serialize)]
struct Listed<'a> {
    arn: &'a str,
    account_id: String,
    region: &'a str,
    aliases: &'a [String],
    open_to: &'static str,
    reaches: &'a [Reach],
}

/// Writes the answer as one JSON object.
///
/// # Errors
/// When nothing can be written.
pub fn render_json(
    doors: &Doors<'_>,
    action: Action,
    account: AccountId,
    out: &mut dyn Write,
) -> io::Result<()> {
    let document = Document {
        schema_version: "1.0",
        action: action.name(),
        account_id: account.to_string(),
        keys: doors
            .doors
            .iter()
            .map(|door| Listed {
                arn: &door.key.arn,
                account_id: door.cell.account_id.to_string(),
                region: door.cell.region.as_str(),
                aliases: &door.key.aliases,
                open_to: open_to(door.openness),
                reaches: &door.reaches,
            })
            .collect(),
        unknown: doors.unknown.iter().map(|key| key.arn.as_str()).collect(),
    };
    inert(&document, out)
}

fn open_to(openness: Openness) -> &'static str {
    match openness {
        Openness::Named => "named",
        Openness::Organization => "organization",
        Openness::Anybody => "anybody",
        Openness::Perhaps => "another_organization",
    }
}

//! `keyreach role`: the least the scanner needs, printed from the table of its calls.

use serde_json::json;

use super::voice;
use crate::{
    call::{Place, actions},
    cli::{RoleArgs, RoleFormat},
    outcome::Outcome,
};

pub(super) fn run(args: &RoleArgs) -> anyhow::Result<Outcome> {
    let text = match args.format {
        RoleFormat::Json => policy()?,
        RoleFormat::Cloudformation => cloudformation(),
        RoleFormat::Terraform => terraform(),
    };
    voice::print(Outcome::Done, |out| Ok(out.write_all(text.as_bytes())?))
}

fn policy() -> serde_json::Result<String> {
    let statement = |sid: &str, place| json!({ "Sid": sid, "Effect": "Allow", "Action": actions(place), "Resource": "*" });
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [
            statement("KeyreachEveryAccount", Place::Member),
            statement("KeyreachOrganization", Place::Organization),
        ],
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&policy)?))
}

fn cloudformation() -> String {
    let list = |place, indent: usize| lines(place, |action| format!("{:indent$}- {action}", ""));
    include_str!("role/member-role.yaml")
        .replace("{member_actions}", &list(Place::Member, 18))
        .replace("{organization_actions}", &list(Place::Organization, 20))
}

fn terraform() -> String {
    let list = |place| lines(place, |action| format!("      \"{action}\","));
    include_str!("role/member-role.tf")
        .replace("{member_actions}", &list(Place::Member))
        .replace("{organization_actions}", &list(Place::Organization))
}

fn lines(place: Place, line: impl Fn(&str) -> String) -> String {
    actions(place).iter().map(|action| line(action)).collect::<Vec<_>>().join("\n")
}

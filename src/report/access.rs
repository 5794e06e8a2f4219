//! Who can do one thing with one key, for people; for programs in `json`.

mod json;

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use super::text::Visible;
use crate::assess::{
    access::{Able, Access, Blocked, Holder, Holding, Obstacle, PolicyPlace, Refusal},
    exposure::{Reach, ReachZone, Via, ViaKind, Witness},
};

pub use json::render_json;

/// Columns are no wider.
const WIDEST: usize = 64;

/// Writes the answer in words. Where a principal was asked about, only why it cannot.
///
/// # Errors
/// When nothing can be written.
pub fn render(access: &Access<'_>, out: &mut dyn Write) -> io::Result<()> {
    let names = if access.key.aliases.is_empty() {
        String::new()
    } else {
        format!("  ({})", access.key.aliases.join(", "))
    };
    writeln!(out, "{} on {}{}", access.action, Visible(&access.key.arn), Visible(&names))?;
    if let Some(state) = access.key.metadata.known().map(|of| &of.key_state).filter(|of| *of != "Enabled") {
        writeln!(out, "The key's state is {}: what is said here holds once it is enabled.", Visible(state))?;
    }
    match &access.refusal {
        Some(refusal) => refused(refusal, out)?,
        None => everybody(access, out)?,
    }
    list("Not known", &access.unknown, out)
}

fn everybody(access: &Access<'_>, out: &mut dyn Write) -> io::Result<()> {
    let width = width(access.holders.iter().map(|holder| holder.principal.as_str()));
    for (able, one, many) in [
        (Able::Can, "principal can", "principals can"),
        (
            Able::Depends,
            "principal can if AWS reads an open rule so",
            "principals can if AWS reads an open rule so",
        ),
        (Able::Unclear, "principal of which it is not known", "principals of which it is not known"),
    ] {
        let holders: Vec<&Holder> = access.holders.iter().filter(|holder| holder.able == able).collect();
        match holders.len() {
            0 if able == Able::Can => nobody(access, out)?,
            0 => continue,
            1 => writeln!(out, "\n1 {one}")?,
            count => writeln!(out, "\n{count} {many}")?,
        }
        let shared = shared(&holders);
        shared.iter().try_for_each(|text| writeln!(out, "  each of them only if {}", Visible(text)))?;
        for holder in holders {
            let way = holder.holding.as_ref().map_or_else(String::new, through);
            let rules = if holder.depends_on.is_empty() || able == Able::Can {
                String::new()
            } else {
                format!("  [{}]", holder.depends_on.join(", "))
            };
            let principal = Visible(&holder.principal).to_string();
            writeln!(out, "{}", format!("  {principal:width$}  {}{rules}", Visible(&way)).trim_end())?;
            let all = holder.holding.iter().flat_map(|holding| &holding.conditions);
            conditions(all.filter(|text| !shared.contains(text)), out)?;
        }
    }
    outside(&access.outside, out)?;
    let services = access.services.iter().map(|of| match &of.guard {
        Some(guard) => format!("{}  guarded: {guard}", of.principal),
        None => format!("{}  for anybody it acts for", of.principal),
    });
    list("AWS services that may", &services.collect::<Vec<_>>(), out)
}

/// Conditions that all of several principals must meet.
fn shared<'a>(holders: &[&'a Holder]) -> Vec<&'a String> {
    let texts = |holder: &&'a Holder| holder.holding.as_ref().map_or(&[][..], |holding| &holding.conditions);
    let Some((first, rest)) = holders.split_first().filter(|(_, rest)| !rest.is_empty()) else {
        return Vec::new();
    };
    texts(first).iter().filter(|text| rest.iter().all(|holder| texts(holder).contains(text))).collect()
}

/// Nobody can for certain: what stands in the way, and who can repair it.
fn nobody(access: &Access<'_>, out: &mut dyn Write) -> io::Result<()> {
    match access.holders.len() {
        0 => writeln!(out, "\nNobody in the snapshot can.")?,
        open => writeln!(out, "\nNobody for certain. It is not known of {open}.")?,
    }
    let Some(Blocked { likely, recovery }) = &access.blocked else { return Ok(()) };
    // Those who are stopped by the same things stand together.
    let mut stopped: Vec<(&[Obstacle], Vec<&str>)> = Vec::new();
    for refusal in likely {
        match stopped.iter_mut().find(|(obstacles, _)| *obstacles == refusal.obstacles) {
            Some((_, principals)) => principals.push(&refusal.principal),
            None => stopped.push((&refusal.obstacles, vec![&refusal.principal])),
        }
    }
    for (obstacles, principals) in stopped {
        let names: Vec<String> = principals.iter().map(|name| Visible(name).to_string()).collect();
        writeln!(out, "  in the way of {}:", names.join(", "))?;
        against(obstacles, "    ", out)?;
    }
    recovery.iter().try_for_each(|sentence| writeln!(out, "  repair: {}", Visible(sentence)))
}

/// What stands in somebody's way, a line each.
fn against(obstacles: &[Obstacle], indent: &str, out: &mut dyn Write) -> io::Result<()> {
    obstacles.iter().try_for_each(|obstacle| {
        let (kind, _, text) = words(obstacle);
        writeln!(out, "{indent}{kind:8}  {}", Visible(&text))
    })
}

fn outside(reaches: &[Reach], out: &mut dyn Write) -> io::Result<()> {
    if reaches.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nFrom outside the key's account")?;
    let width = width(reaches.iter().map(|reach| reach.principal.as_str()));
    for reach in reaches {
        let zone = zone(reach.zone);
        let via: Vec<String> = reach.via.iter().map(opening).collect();
        let confirmed = match (reach.zone, reach.confirmed) {
            (ReachZone::Organization, Some(true)) => "; somebody there holds the permission",
            (ReachZone::Organization, Some(false)) => "; nobody there holds the permission",
            (ReachZone::Organization, None) => "; not known whether somebody there holds the permission",
            _ => "",
        };
        let principal = Visible(&reach.principal).to_string();
        writeln!(out, "  {zone:12}  {principal:width$}  {}{confirmed}", Visible(&via.join(", ")))?;
        conditions(reach.conditions.iter(), out)?;
        if let Some(witness) = reach.witness.as_ref().filter(|_| reach.zone != ReachZone::Organization) {
            writeln!(out, "      for example {}", Visible(&example(witness)))?;
        }
    }
    Ok(())
}

fn refused(refusal: &Refusal, out: &mut dyn Write) -> io::Result<()> {
    let principal = Visible(&refusal.principal);
    let rules = refusal.depends_on.join(", ");
    match refusal.able {
        _ if refusal.exists == Some(false) => writeln!(out, "\n{principal} cannot: it does not exist")?,
        Able::Can => writeln!(out, "\n{principal} can")?,
        Able::Cannot => writeln!(out, "\n{principal} cannot")?,
        Able::Depends => writeln!(out, "\n{principal} can only if AWS reads an open rule so [{rules}]")?,
        Able::Unclear => writeln!(out, "\nnot known whether {principal} can")?,
    }
    if let Some(holding) = &refusal.holding {
        writeln!(out, "  through {}", Visible(&through(holding)))?;
        conditions(holding.conditions.iter(), out)?;
    }
    if refusal.exists.is_none() {
        writeln!(out, "  it is no principal of the snapshot: nothing is known of its IAM")?;
    }
    against(&refusal.obstacles, "  ", out)
}

/// The width of a column; texts that are much longer stand out of it.
fn width<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(|text| text.chars().count()).filter(|width| *width <= WIDEST).max().unwrap_or(0)
}

fn conditions<'a>(mut texts: impl Iterator<Item = &'a String>, out: &mut dyn Write) -> io::Result<()> {
    texts.try_for_each(|text| writeln!(out, "      if {}", Visible(text)))
}

fn list(title: &str, lines: &[String], out: &mut dyn Write) -> io::Result<()> {
    if !lines.is_empty() {
        writeln!(out, "\n{title}")?;
    }
    lines.iter().try_for_each(|line| writeln!(out, "  {}", Visible(line)))
}

fn zone(zone: ReachZone) -> &'static str {
    match zone {
        ReachZone::Organization => "organization",
        ReachZone::Trusted => "trusted",
        ReachZone::External => "external",
        ReachZone::Public => "public",
    }
}

/// What lets somebody in.
pub(super) fn opening(via: &Via) -> String {
    let statement = via.statement.as_deref().unwrap_or_default();
    match via.kind {
        ViaKind::KeyPolicy => format!("key policy `{statement}`"),
        ViaKind::Ram => format!("policy of Resource Access Manager `{statement}`"),
        ViaKind::Grant => format!("grant {}", via.grant_id.as_deref().unwrap_or_default()),
    }
}

/// The whole way of somebody who exists.
fn through(holding: &Holding) -> String {
    let identity = holding.identity.as_ref().map_or_else(String::new, |of| {
        let group = of.group.as_ref().map_or_else(String::new, |group| format!(" of group {group}"));
        format!(" and {} `{}`{group}", of.policy, of.statement)
    });
    format!("{}{identity}", opening(&holding.via))
}

/// A request in a line.
fn example(witness: &Witness) -> String {
    let context: &BTreeMap<String, Vec<String>> = &witness.context;
    let pairs: Vec<String> =
        context.iter().map(|(key, values)| format!("{key}={}", values.join("+"))).collect();
    let with = if pairs.is_empty() { String::new() } else { format!(" with {}", pairs.join(" ")) };
    format!("{} by {}{with}", witness.action, witness.principal)
}

/// An obstacle: whether it is an explicit Deny, on which side it stands, and what it says.
fn words(obstacle: &Obstacle) -> (&'static str, &'static str, String) {
    let implicit = "implicit";
    match obstacle {
        Obstacle::KeyType => {
            let text = "no key of this key spec, key usage and origin can do it";
            (implicit, "key_type", text.to_owned())
        }
        Obstacle::KeyPolicy => (
            implicit,
            "key_policy",
            "no statement of the key policy and no grant covers it or its account".to_owned(),
        ),
        Obstacle::OtherAccount => {
            let text = "only principals of the key's own account can be allowed this";
            (implicit, "key_policy", text.to_owned())
        }
        Obstacle::Unmet(via) => {
            (implicit, "key_policy", format!("the conditions of {} cannot hold for it", opening(via)))
        }
        Obstacle::Identity(count) => {
            let text = match count {
                0 => "it has no identity policy, and the key leaves it to IAM to allow".to_owned(),
                1 => "its one identity policy does not allow it on this key".to_owned(),
                count => format!("none of its {count} identity policies allows it on this key"),
            };
            (implicit, "identity_policy", text)
        }
        Obstacle::Boundary(arn) => {
            (implicit, "permissions_boundary", format!("its permissions boundary {arn} does not allow it"))
        }
        Obstacle::Limit(place) => {
            (implicit, "service_control_policy", format!("no service control policy at {place} allows it"))
        }
        Obstacle::Denied(place, statement) => {
            let (side, name) = place_words(place);
            ("explicit", side, format!("statement `{statement}` of {name} denies it"))
        }
        Obstacle::Together => (
            implicit,
            "conditions",
            "each statement could be satisfied, and not all of them by one request".to_owned(),
        ),
    }
}

fn place_words(place: &PolicyPlace) -> (&'static str, String) {
    match place {
        PolicyPlace::KeyPolicy => ("key_policy", "the key policy".to_owned()),
        PolicyPlace::Ram => ("ram", "the policy of Resource Access Manager".to_owned()),
        PolicyPlace::ResourceControl(name) => {
            ("resource_control_policy", format!("the resource control policy {name}"))
        }
        PolicyPlace::ServiceControl(name) => {
            ("service_control_policy", format!("the service control policy {name}"))
        }
        PolicyPlace::Identity(name) => ("identity_policy", format!("the identity policy {name}")),
        PolicyPlace::Boundary(arn) => ("permissions_boundary", format!("its permissions boundary {arn}")),
    }
}

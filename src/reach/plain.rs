//! The circumstances of a request by somebody who exists: any, ordinary, or ordinary and bare of every tag and alias, at
//! the end of time. Who needs nothing but the last depends on no network, MFA, tag, alias or time condition.

use std::{collections::BTreeMap, net::IpAddr};

use super::{caller::Kind, pred::network, world::World};

/// How much of the circumstances is fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mode {
    /// The time alone: now
    Open,
    /// A direct call from an address that is named nowhere, through no VPC endpoint, without MFA, now
    Plain,
    /// The same without any tag of the caller or the key, without any alias, and far in the future
    Bare,
}

/// Addresses that documents use, so that nobody's is shown.
const ADDRESSES: [&str; 4] = ["198.51.100.7", "192.0.2.7", "203.0.113.7", "2001:db8::7"];
/// Networks shorter than this stand for everywhere.
const NARROW: u8 = 2;
const FAR: (&str, &str) = ("9999-01-01T00:00:00Z", "253370764800");

/// Whether a key says how a request travels, or with which device.
fn is_way(key: &str) -> bool {
    key.starts_with("aws:vpce")
        || key.starts_with("aws:ec2instancesource")
        || matches!(
            key,
            "aws:sourceip"
                | "aws:vpcsourceip"
                | "aws:sourcevpc"
                | "aws:sourcevpce"
                | "aws:sourcevpcarn"
                | "aws:securetransport"
                | "aws:multifactorauthpresent"
                | "aws:multifactorauthage"
                | "aws:viaawsservice"
                | "kms:viaservice"
                | "aws:calledvia"
                | "aws:calledviafirst"
                | "aws:calledvialast"
                | "kms:grantisforawsresource"
        )
}

fn is_time(key: &str) -> bool {
    key.starts_with("aws:currenttime") || key.starts_with("aws:epochtime")
}

/// Whether a key can change while caller, key and way stay what they are: a tag, an alias, or the time. Tags and aliases
/// are alike in this: whoever may set them decides who gets in, and need not be allowed to change any policy.
/// Source: AWS KMS Developer Guide, "ABAC for AWS KMS".
pub(super) fn is_passing(key: &str) -> bool {
    let tags = ["aws:principaltag/", "aws:resourcetag/", "aws:requesttag/"];
    let is_alias = matches!(key, "kms:resourcealiases" | "kms:requestalias");
    is_time(key) || is_alias || key == "aws:tagkeys" || tags.iter().any(|start| key.starts_with(start))
}

/// Whether a world mentions keys that tell the modes apart: those of the way, and those that pass.
pub(super) fn told_apart(world: &World<'_>) -> (bool, bool) {
    let has = |is: fn(&str) -> bool| world.keys.keys().any(|key| is(key));
    (has(is_way), has(is_passing))
}

/// The keys that a mode fixes, of those that a world mentions.
pub(super) fn bound(world: &World<'_>, kind: Kind, mode: Mode) -> BTreeMap<String, Option<String>> {
    let fixed = world.keys.keys().filter_map(|key| Some((key.clone(), value(world, kind, mode, key)?)));
    fixed.collect()
}

#[expect(clippy::option_option, reason = "not fixed is not absent")]
fn value(world: &World<'_>, kind: Kind, mode: Mode, key: &str) -> Option<Option<String>> {
    let text = |text: &str| Some(Some(text.to_owned()));
    match key {
        "aws:currenttime" if mode == Mode::Bare => return text(FAR.0),
        "aws:epochtime" if mode == Mode::Bare => return text(FAR.1),
        "aws:currenttime" => return text(&world.now_text),
        "aws:epochtime" => return text(&world.facts.taken_at.as_second().to_string()),
        _ if mode == Mode::Bare && is_passing(key) => return Some(None),
        _ if mode == Mode::Open || !is_way(key) => return None,
        _ => {}
    }
    match key {
        "aws:sourceip" => Some(Some(address(world))),
        "aws:securetransport" => text("true"),
        "aws:viaawsservice" => text("false"),
        // Only temporary credentials tell of MFA (SEM-38).
        "aws:multifactorauthpresent" if kind == Kind::Session => text("false"),
        _ => Some(None),
    }
}

/// A public address that no condition names.
fn address(world: &World<'_>) -> String {
    let named = world.keys.get("aws:sourceip").into_iter().flatten().filter_map(|text| network(text));
    let narrow: Vec<_> = named.filter(|net| net.prefix_len() >= NARROW).collect();
    let elsewhere = (1..=223u8).map(|first| format!("{first}.7.7.7"));
    let all = ADDRESSES.iter().map(|text| (*text).to_owned()).chain(elsewhere);
    let free = |text: &String| {
        text.parse::<IpAddr>().is_ok_and(|address| !narrow.iter().any(|net| net.contains(&address)))
    };
    all.into_iter().find(free).unwrap_or_else(|| "198.51.100.7".to_owned())
}

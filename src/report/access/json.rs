//! Who can do one thing with one key, for programs. Fields are added, never renamed or dropped.

use std::io;

use serde::Serialize;

use super::words;
use crate::{
    assess::{
        access::{Able, Access, Holder, Holding, Obstacle, Refusal, ResidentKind},
        exposure::{Reach, ServiceUse, Via, Witness},
    },
    report::json::inert,
};

#[derive(Serialize)]
struct Document<'a> {
    schema_version: &'static str,
    action: &'static str,
    key: Key<'a>,
    holders: Vec<Listed<'a>>,
    outside: &'a [Reach],
    services: &'a [ServiceUse],
    unknown: &'a [String],
    deny_reason: Option<Reason<'a>>,
    blocked: Option<Stopped<'a>>,
}

#[derive(Serialize)]
struct Stopped<'a> {
    principals: Vec<Reason<'a>>,
    recovery: Option<&'a str>,
}

#[derive(Serialize)]
struct Key<'a> {
    arn: &'a str,
    account_id: String,
    region: &'a str,
    key_id: &'a str,
    aliases: &'a [String],
}

#[derive(Serialize)]
struct Listed<'a> {
    principal: &'a str,
    account_id: String,
    kind: &'static str,
    answer: &'static str,
    depends_on: &'a [String],
    way: Option<Way<'a>>,
}

#[derive(Serialize)]
struct Way<'a> {
    via: &'a Via,
    identity_policy: Option<Identity<'a>>,
    conditions: &'a [String],
    unconditional: bool,
    witness: &'a Witness,
}

#[derive(Serialize)]
struct Identity<'a> {
    policy: &'a str,
    group: Option<&'a str>,
    statement: &'a str,
}

#[derive(Serialize)]
struct Reason<'a> {
    principal: &'a str,
    exists: Option<bool>,
    answer: &'static str,
    depends_on: &'a [String],
    way: Option<Way<'a>>,
    reasons: Vec<Against>,
}

#[derive(Serialize)]
struct Against {
    kind: &'static str,
    side: &'static str,
    text: String,
}

/// Writes the answer as one JSON object.
///
/// # Errors
/// When nothing can be written.
pub fn render_json(access: &Access<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let document = Document {
        schema_version: "1.0",
        action: access.action.name(),
        key: Key {
            arn: &access.key.arn,
            account_id: access.cell.account_id.to_string(),
            region: access.cell.region.as_str(),
            key_id: &access.key.key_id,
            aliases: &access.key.aliases,
        },
        holders: access.holders.iter().map(listed).collect(),
        outside: &access.outside,
        services: &access.services,
        unknown: &access.unknown,
        deny_reason: access.refusal.as_ref().map(reason),
        blocked: access.blocked.as_ref().map(|blocked| Stopped {
            principals: blocked.likely.iter().map(reason).collect(),
            recovery: blocked.recovery.as_deref(),
        }),
    };
    inert(&document, out)
}

fn listed(holder: &Holder) -> Listed<'_> {
    Listed {
        principal: &holder.principal,
        account_id: holder.account.to_string(),
        kind: match holder.kind {
            ResidentKind::Root => "root",
            ResidentKind::User => "user",
            ResidentKind::Role => "role",
        },
        answer: answer(holder.able),
        depends_on: &holder.depends_on,
        way: holder.holding.as_ref().map(way),
    }
}

fn answer(able: Able) -> &'static str {
    match able {
        Able::Can => "can",
        Able::Depends => "depends",
        Able::Unclear => "unknown",
        Able::Cannot => "cannot",
    }
}

fn way(holding: &Holding) -> Way<'_> {
    Way {
        via: &holding.via,
        identity_policy: holding.identity.as_ref().map(|of| Identity {
            policy: &of.policy,
            group: of.group.as_deref(),
            statement: &of.statement,
        }),
        conditions: &holding.conditions,
        unconditional: holding.unconditional,
        witness: &holding.witness,
    }
}

fn reason(refusal: &Refusal) -> Reason<'_> {
    let against = |obstacle: &Obstacle| {
        let (kind, side, text) = words(obstacle);
        Against { kind, side, text }
    };
    Reason {
        principal: &refusal.principal,
        exists: refusal.exists,
        answer: answer(refusal.able),
        depends_on: &refusal.depends_on,
        way: refusal.holding.as_ref().map(way),
        reasons: refusal.obstacles.iter().map(against).collect(),
    }
}

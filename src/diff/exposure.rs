//! Who outside can reach a key: the level, the ways in, and the services.

use std::collections::BTreeSet;

use super::{
    Change, Direction, Level, ReachChange, ServiceChange, Shift,
    leaves::{change, replaced},
    run::{Key, Reach, Service, Via},
};

/// The levels that are known, narrowest first. A level of a later version is as good as unknown.
const LEVELS: [&str; 5] = ["account", "organization", "trusted", "external", "public"];

/// How wide a level or a zone is; `None` where that is not known.
pub(super) fn width(level: &str) -> Option<usize> {
    LEVELS.iter().position(|known| *known == level)
}

/// Whether a level or a zone is known to lie beyond the key's own account.
pub(super) fn is_outside(level: &str) -> bool {
    width(level).is_some_and(|width| width > 0)
}

/// The level, where it changed.
pub(super) fn level(old: &Key, new: &Key) -> Option<Level> {
    let (was, now) = (&old.exposure.level, &new.exposure.level);
    let direction = match (width(was), width(now)) {
        _ if was == now => return None,
        (Some(was), Some(now)) if now > was => Direction::Widened,
        (Some(_), Some(_)) => Direction::Narrowed,
        (None, _) => Direction::NowKnown,
        (Some(_), None) => Direction::NoLongerKnown,
    };
    Some(Level { old: Some(was.clone()), new: now.clone(), direction })
}

/// The ways in that changed, as NEW orders them, then those that are gone.
pub(super) fn reaches(old: &Key, new: &Key) -> Vec<ReachChange> {
    let (pairs, gone, came) = pair(&old.exposure.reaches, &new.exposure.reaches);
    let kind = if old.shows_all_ways() { Shift::New } else { Shift::FirstSeen };
    let mut changes: Vec<ReachChange> =
        pairs.into_iter().filter_map(|(was, now)| reach_change(was, now)).collect();
    changes.extend(came.into_iter().map(|reach| lone(reach, kind)));
    // What NEW could not read may still be there.
    if new.shows_all_ways() {
        changes.extend(gone.into_iter().map(|reach| lone(reach, Shift::Gone)));
    }
    changes
}

/// A way in that only one side has.
pub(super) fn lone(reach: &Reach, kind: Shift) -> ReachChange {
    ReachChange {
        kind,
        principal: reach.principal.clone(),
        zone: reach.zone.clone(),
        via: reach.via.iter().map(words).collect(),
        actions: reach.actions.iter().cloned().collect(),
        conditions: reach.conditions.iter().cloned().collect(),
        changes: Vec::new(),
    }
}

fn words(via: &Via) -> String {
    let statement = via.statement.as_deref().unwrap_or_default();
    match via.kind.as_str() {
        "grant" => format!("grant {}", via.grant_id.as_deref().unwrap_or_default()),
        "ram" => format!("statement {statement} of AWS_RAM"),
        _ => format!("statement {statement}"),
    }
}

type Pairs<'a> = (Vec<(&'a Reach, &'a Reach)>, Vec<&'a Reach>, Vec<&'a Reach>);

/// Which way of OLD is which of NEW: the same one; of the same principal through the same; the same through another
/// (a statement that moved has another number); the same principal. What is left came or went.
fn pair<'a>(old: &'a [Reach], new: &'a [Reach]) -> Pairs<'a> {
    let alike: [fn(&Reach, &Reach) -> bool; 4] = [
        |was, now| was == now,
        |was, now| was.principal == now.principal && was.via == now.via,
        |was, now| Reach { via: Vec::new(), ..was.clone() } == Reach { via: Vec::new(), ..now.clone() },
        |was, now| was.principal == now.principal,
    ];
    let (mut gone, mut came): (Vec<&Reach>, Vec<&Reach>) = (old.iter().collect(), new.iter().collect());
    let mut pairs = Vec::new();
    for is_alike in alike {
        came.retain(|now| match gone.iter().position(|was| is_alike(was, now)) {
            Some(at) => {
                pairs.push((gone.remove(at), *now));
                false
            }
            None => true,
        });
    }
    (pairs, gone, came)
}

/// How a way in changed. Through which statement it leads does not make it wider.
fn reach_change(old: &Reach, new: &Reach) -> Option<ReachChange> {
    let own_policy = |reach: &Reach| if reach.needs_identity_policy { "true" } else { "false" };
    let changes: Vec<Change> = [
        replaced("zone", &old.zone, &new.zone),
        change("actions", &old.actions, &new.actions),
        change("conditions", &old.conditions, &new.conditions),
        replaced("needs_identity_policy", own_policy(old), own_policy(new)),
    ]
    .into_iter()
    .flatten()
    .collect();
    if changes.is_empty() {
        return None;
    }
    let (wider, narrower) = (allows_more(old, new), allows_more(new, old));
    let kind = match (wider, narrower) {
        (true, _) => Shift::Widened,
        (false, true) => Shift::Narrowed,
        (false, false) => Shift::Changed,
    };
    Some(ReachChange { changes, ..lone(new, kind) })
}

/// Whether something of `new` goes beyond `old`: one more action is wider, whatever else is gone. Conditions are words
/// here, so only one that is gone without another in its place is known to be wider.
fn allows_more(old: &Reach, new: &Reach) -> bool {
    new.actions.difference(&old.actions).next().is_some()
        || width(&new.zone) > width(&old.zone)
        || (new.conditions.is_subset(&old.conditions) && new.conditions != old.conditions)
        || (old.needs_identity_policy && !new.needs_identity_policy)
}

/// The services that came, went, or have another guard or other actions.
pub(super) fn services(old: &Key, new: &Key) -> Vec<ServiceChange> {
    let (was, now) = (&old.exposure.services, &new.exposure.services);
    let principals: BTreeSet<&String> = was.iter().chain(now).map(|service| &service.principal).collect();
    let of = |all: &[Service], principal: &String| merged(all, principal);
    let change = |principal: &String| match (of(was, principal), of(now, principal)) {
        (None, Some(service)) if old.shows_all_ways() => Some(service_change(&service, Shift::New, vec![])),
        (None, Some(service)) => Some(service_change(&service, Shift::FirstSeen, vec![])),
        (Some(service), None) if new.shows_all_ways() => {
            Some(service_change(&service, Shift::Gone, Vec::new()))
        }
        (Some(was), Some(now)) => service_shift(&was, &now),
        _ => None,
    };
    principals.into_iter().filter_map(change).collect()
}

/// All entries of one service in one: guarded where each is.
fn merged(services: &[Service], principal: &String) -> Option<Service> {
    let of = services.iter().filter(|service| service.principal == *principal).cloned();
    of.reduce(|mut all, service| {
        all.actions.extend(service.actions);
        all.guarded &= service.guarded;
        all.guard = all.guard.zip(service.guard).map(|(one, other)| format!("{one}; {other}"));
        all
    })
}

fn service_shift(old: &Service, new: &Service) -> Option<ServiceChange> {
    let none = "none".to_owned();
    let changes: Vec<Change> = [
        change("actions", &old.actions, &new.actions),
        replaced("guard", old.guard.as_ref().unwrap_or(&none), new.guard.as_ref().unwrap_or(&none)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let more = |was: &Service, now: &Service| {
        (was.guarded && !now.guarded) || now.actions.difference(&was.actions).next().is_some()
    };
    let kind = match (more(old, new), more(new, old)) {
        (true, _) => Shift::Widened,
        (false, true) => Shift::Narrowed,
        (false, false) => Shift::Changed,
    };
    (!changes.is_empty()).then(|| service_change(new, kind, changes))
}

fn service_change(service: &Service, kind: Shift, changes: Vec<Change>) -> ServiceChange {
    ServiceChange { kind, principal: service.principal.clone(), guarded: service.guarded, changes }
}

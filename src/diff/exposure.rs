//! Who outside can reach a key: the level, the ways in, and the services.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{
    Change, Direction, Level, ReachChange, ServiceChange, Shift,
    cover::Cover,
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

/// The ways in that changed, by principal.
pub(super) fn reaches(old: &Key, new: &Key) -> Vec<ReachChange> {
    let mut sides: BTreeMap<&str, (Vec<&Reach>, Vec<&Reach>)> = BTreeMap::new();
    for reach in &old.exposure.reaches {
        sides.entry(&reach.principal).or_default().0.push(reach);
    }
    for reach in &new.exposure.reaches {
        sides.entry(&reach.principal).or_default().1.push(reach);
    }
    let kind = if old.shows_all_ways() { Shift::New } else { Shift::FirstSeen };
    let covers = (Cover::of(old), Cover::of(new));
    let mut changes = Vec::new();
    for (gone, came) in sides.into_values() {
        let (pairs, gone, came) = pair(gone, came);
        changes.extend(pairs.into_iter().filter_map(|(was, now)| reach_change(was, now, &covers)));
        changes.extend(
            came.into_iter().map(|reach| {
                if covers.0.covers(reach) { moved(reach, Shift::New) } else { lone(reach, kind) }
            }),
        );
        // What NEW could not read may still be there.
        if new.shows_all_ways() {
            changes.extend(gone.into_iter().map(|reach| {
                if covers.1.covers(reach) { moved(reach, Shift::Gone) } else { lone(reach, Shift::Gone) }
            }));
        }
    }
    changes
}

/// A way in that only one side has, of which the other side lets all through by other ways.
fn moved(reach: &Reach, side: Shift) -> ReachChange {
    let (via, none) = (reach.via.iter().map(words).collect(), BTreeSet::new());
    let (was, now) = if side == Shift::New { (&none, &via) } else { (&via, &none) };
    ReachChange { changes: change("via", was, now).into_iter().collect(), ..lone(reach, Shift::Changed) }
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

/// Which way of a principal in OLD is which in NEW: the same one; that through the same; the same through another (a
/// statement that moved has another number); one whose conditions can be compared. What is left came or went.
fn pair<'a>(mut gone: Vec<&'a Reach>, mut came: Vec<&'a Reach>) -> Pairs<'a> {
    let mut pairs = Vec::new();
    pair_by(|reach| reach, &mut gone, &mut came, &mut pairs);
    pair_by(|reach| &reach.via, &mut gone, &mut came, &mut pairs);
    pair_by(Reach::allowed, &mut gone, &mut came, &mut pairs);
    if gone.len().saturating_mul(came.len()) <= COMPARED {
        came.retain(|now| match gone.iter().position(|was| are_comparable(was, now)) {
            Some(at) => {
                pairs.push((gone.remove(at), *now));
                false
            }
            None => true,
        });
    }
    (pairs, gone, came)
}

/// More ways than this are not compared each with each.
const COMPARED: usize = 10_000;

/// Pairs those of equal mark, in their order.
fn pair_by<'a, M: Ord>(
    mark: impl Fn(&'a Reach) -> M,
    gone: &mut Vec<&'a Reach>,
    came: &mut Vec<&'a Reach>,
    pairs: &mut Vec<(&'a Reach, &'a Reach)>,
) {
    let mut waiting: BTreeMap<M, VecDeque<usize>> = BTreeMap::new();
    for (at, reach) in gone.iter().enumerate() {
        waiting.entry(mark(reach)).or_default().push_back(at);
    }
    let mut taken = BTreeSet::new();
    came.retain(|now| {
        let partner = waiting.get_mut(&mark(now)).and_then(VecDeque::pop_front);
        let Some((at, was)) = partner.and_then(|at| Some((at, *gone.get(at)?))) else { return true };
        taken.insert(at);
        pairs.push((was, *now));
        false
    });
    let mut at = 0;
    gone.retain(|_| {
        at += 1;
        !taken.contains(&(at - 1))
    });
}

/// How a way in changed. Through which statement it leads does not make it wider.
fn reach_change(old: &Reach, new: &Reach, covers: &(Cover<'_>, Cover<'_>)) -> Option<ReachChange> {
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
    let wider = allows_more(old, new) && !covers.0.covers(new);
    let narrower = !allows_more(old, new) && allows_more(new, old) && !covers.1.covers(old);
    let kind = match (wider, narrower) {
        (true, _) => Shift::Widened,
        (false, true) if are_comparable(old, new) => Shift::Narrowed,
        (false, _) => Shift::Changed,
    };
    Some(ReachChange { changes, ..lone(new, kind) })
}

/// Whether some of these actions gives something of the key: to retire a grant gives nothing.
pub(super) fn gives_use<'a>(actions: impl IntoIterator<Item = &'a String>) -> bool {
    actions.into_iter().any(|action| action != "kms:RetireGrant")
}

/// Whether the conditions of one are among those of the other. They are words here: of others, nobody knows which
/// let more through.
fn are_comparable(one: &Reach, other: &Reach) -> bool {
    one.conditions.is_subset(&other.conditions) || other.conditions.is_subset(&one.conditions)
}

/// Whether something of `new` goes beyond `old`: one more action is wider, whatever else is gone, and so is a condition that is
/// gone without another in its place.
fn allows_more(old: &Reach, new: &Reach) -> bool {
    gives_use(new.actions.difference(&old.actions))
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

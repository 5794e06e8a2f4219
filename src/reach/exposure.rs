//! The verdict: passes under every reading of the open rules that made a difference, put together into a level with
//! its certainty, ways in, ways that only RCPs close, and services. Goes to `assess`.

use std::collections::BTreeMap;

use keyreach_policy::{
    RuleSet,
    aws::Actions,
    principal::{Form, Principal},
};

use super::{
    grant,
    outsiders::callers,
    reading::Reading,
    run::{Found1, Hit, Run, favorite},
    service::uses,
    witness::Stage,
    world::{Facts, World},
    zone::Zone,
};
use crate::{
    assess::exposure::{
        Access, BlockedReach, Certainty, Exposure, ExposureLevel, GrantZone, Reach, ServiceUse, Via,
    },
    snapshot::grant::Grant,
};

/// What was found about one key.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Who outside reaches it.
    pub exposure: Exposure,
    /// Where each grant leads, in the order of the grants.
    pub grant_zones: Vec<GrantZone>,
    /// Keyreach contradicts itself about this key; the level is unknown for that reason.
    pub bug: Option<String>,
}

const ORGANIZATION_KEYS: [&str; 8] = [
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:resourceorgid",
    "aws:resourceorgpaths",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
];

/// Decides who outside reaches a key.
#[must_use]
pub fn exposure(facts: Facts<'_>) -> Judged {
    let Some(world) = World::new(facts) else {
        return Judged {
            exposure: Exposure::not_judged(),
            grant_zones: vec![GrantZone::Unknown; facts.grants.len()],
            bug: Some(format!("`{}` names no account", facts.arn)),
        };
    };
    let grant_zones = facts.grants.iter().map(|grant| grant_zone(&world, grant)).collect();
    let passes = passes(&world);
    let services = passes.first().map_or_else(Vec::new, |(_, _, services)| services.clone());
    let bug = replay(&world, &passes);
    let mut exposure = put_together(&world, &passes, services);
    if bug.is_some() {
        exposure.level = ExposureLevel::Unknown;
    }
    Judged { exposure, grant_zones, bug }
}

type Pass = (Reading, Found1, Vec<ServiceUse>);

/// One pass under the usual readings; where others make a difference, one under each combination of these.
fn passes(world: &World<'_>) -> Vec<Pass> {
    let callers = callers(world);
    let pass = |reading| {
        let run = Run::new(world, reading);
        let found = run.ways_in(&callers);
        let services = uses(&run);
        (reading, found, services)
    };
    let mut all = vec![pass(Reading::default())];
    let mut tried = RuleSet::default();
    loop {
        let touched = all.iter().fold(RuleSet::default(), |rules, (_, found, _)| rules.union(found.touched));
        if touched.is_subset(tried) {
            return all;
        }
        tried = touched;
        all.clear();
        for reading in Reading::all(touched) {
            // Of what is left unsearched nothing is known.
            if let Some((_, found, _)) = all.last_mut().filter(|_| world.meter.is_empty()) {
                found.unclear = Some(Zone::Public);
                return all;
            }
            all.push(pass(reading));
        }
    }
}

/// Up to so many hits are replayed with every action of theirs.
const REPLAYS: usize = 50;

/// Every witness must be allowed by the policy engine too.
fn replay(world: &World<'_>, passes: &[Pass]) -> Option<String> {
    let stage = Stage::new(world);
    for (_, found, _) in passes {
        let hits = found.hits.iter().map(|hit| (hit, true));
        let blocked = found.blocked.iter().map(|(hit, _)| (hit, false));
        for (hit, guarded) in hits.chain(blocked) {
            // No statement tells the actions of a hit apart: of very many hits one action each is enough.
            let most = if found.hits.len() > REPLAYS { 1 } else { usize::MAX };
            for action in favorite(hit.actions).into_iter().chain(hit.actions.iter()).take(most) {
                // What an RCP cannot bind for the engine was bound for the search.
                if let Err(error) = stage.confirm(&hit.caller, &hit.witness, action, guarded) {
                    return Some(error);
                }
            }
        }
    }
    None
}

/// The level that one pass finds. Whoever can only retire grants gets nothing of the key.
fn level(world: &World<'_>, found: &Found1) -> ExposureLevel {
    let uses = found.hits.iter().filter(|hit| !hit.only_retires_grants());
    let widest = uses.map(|hit| hit.caller.zone).max();
    let facts = world.facts;
    let hidden_organization =
        facts.perimeter.unread && ORGANIZATION_KEYS.iter().any(|key| world.keys.contains_key(*key));
    match widest {
        Some(Zone::Public) => ExposureLevel::Public,
        _ if facts.unread || hidden_organization || found.unclear > widest => ExposureLevel::Unknown,
        None => ExposureLevel::Account,
        Some(Zone::Organization) => ExposureLevel::Organization,
        Some(Zone::Trusted) => ExposureLevel::Trusted,
        Some(Zone::External) => ExposureLevel::External,
    }
}

fn put_together(world: &World<'_>, passes: &[Pass], services: Vec<ServiceUse>) -> Exposure {
    let upper: Vec<ExposureLevel> = passes.iter().map(|(_, found, _)| level(world, found)).collect();
    let widest = upper.iter().copied().max().unwrap_or(ExposureLevel::Unknown);
    let mut depends: Vec<RuleSet> = Vec::new();
    let usual = upper.first().copied().unwrap_or(ExposureLevel::Unknown);
    for ((reading, ..), level) in passes.iter().zip(&upper) {
        if *level != usual {
            depends.push(reading.unusual());
        }
    }
    let rules = smallest(&mut depends);
    let hits = passes.iter().flat_map(|(_, found, _)| found.hits.iter());
    let blocked = passes.iter().flat_map(|(_, found, _)| found.blocked.iter());
    Exposure {
        level: widest,
        certainty: if rules.is_empty() { Certainty::Certain } else { Certainty::Depends },
        depends_on: rules.iter().map(|rule| rule.to_string()).collect(),
        reaches: reaches(hits),
        blocked_by_rcp: blocked_reaches(blocked),
        services,
    }
}

/// What suffices to change the answer.
pub(super) fn smallest(sets: &mut [RuleSet]) -> RuleSet {
    sets.sort_by_key(|rules| rules.iter().count());
    let mut union = RuleSet::default();
    for (index, set) in sets.iter().enumerate() {
        let smaller = sets.get(..index).unwrap_or_default();
        if smaller.iter().all(|other| other == set || !other.is_subset(*set)) {
            union = union.union(*set);
        }
    }
    union
}

type Way = (std::cmp::Reverse<Zone>, String, Via, Vec<String>, bool);

/// Hits that differ in nothing but their actions are one way in.
fn reaches<'a>(hits: impl Iterator<Item = &'a Hit>) -> Vec<Reach> {
    let mut ways: BTreeMap<Way, (Actions, &Hit)> = BTreeMap::new();
    for hit in hits {
        let way = (
            std::cmp::Reverse(hit.caller.zone),
            hit.label(),
            hit.via.clone(),
            hit.conditions.clone(),
            hit.needs_identity_policy,
        );
        let (actions, shown) = ways.entry(way).or_insert((hit.actions, hit));
        *actions = actions.union(hit.actions);
        if favorite(*actions).is_some_and(|action| hit.actions.contains(action)) {
            *shown = hit;
        }
    }
    ways.into_values().map(|(actions, hit)| reach(actions, hit)).collect()
}

fn reach(actions: Actions, hit: &Hit) -> Reach {
    let mut access: Vec<Access> = actions.iter().map(|action| action.access()).collect();
    access.sort_unstable();
    access.dedup();
    Reach {
        zone: hit.caller.zone,
        principal: hit.label(),
        actions: actions.iter().map(|action| action.name().to_owned()).collect(),
        access,
        via: vec![hit.via.clone()],
        conditions: hit.conditions.clone(),
        needs_identity_policy: hit.needs_identity_policy,
        confirmed: None,
        witness: Some(hit.witness.clone()),
    }
}

fn blocked_reaches<'a>(blocked: impl Iterator<Item = &'a (Hit, String)>) -> Vec<BlockedReach> {
    let mut by_policy: BTreeMap<&str, Vec<&Hit>> = BTreeMap::new();
    for (hit, policy) in blocked {
        by_policy.entry(policy).or_default().push(hit);
    }
    by_policy
        .into_iter()
        .flat_map(|(policy, hits)| {
            let ways = reaches(hits.into_iter());
            ways.into_iter().map(|reach| BlockedReach { reach, policy: policy.to_owned() })
        })
        .collect()
}

/// Where the grantee of a grant stands; a principal that is gone stands nowhere (SEM-8).
fn grant_zone(world: &World<'_>, of: &Grant) -> GrantZone {
    let grantee: Option<Principal> = grant::grantee(of);
    let Some(grantee) = grantee else { return GrantZone::Unknown };
    let borne = world.perimeter.bearers.arn(grantee.as_str()).filter(|_| grantee.form() == Form::UniqueId);
    let grantee = borne.map_or(grantee, Principal::of_grant);
    match (grantee.form(), grantee.account()) {
        (Form::Service, _) => GrantZone::Service,
        (_, None) => GrantZone::Unknown,
        (_, Some(account)) if account == world.account => GrantZone::Account,
        (_, Some(account)) => match world.perimeter.account(world.account, account) {
            Zone::Organization => GrantZone::Organization,
            Zone::Trusted => GrantZone::Trusted,
            Zone::External => GrantZone::External,
            Zone::Public => GrantZone::Public,
        },
    }
}

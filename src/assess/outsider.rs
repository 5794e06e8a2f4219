//! Which keys an account that is not their own can do something with: those that name it, and those that are open to
//! more than it.

use keyreach_policy::aws::{AccountId, Action};
use rayon::prelude::*;

use super::{
    Bench, accounts,
    exposure::{ExposureLevel, Reach, ReachZone},
    library,
};
use crate::{
    config::JudgementSettings,
    snapshot::{Snapshot, cell::Cell, key::Key},
};

/// How a key lets an account in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Openness {
    /// It names the account, or somebody in it.
    Named,
    /// It is open to every account of the organization, and the account is one.
    Organization,
    /// It is open to any account.
    Anybody,
    /// It is open to the accounts of another organization, which may be the account's own.
    Perhaps,
}

impl Openness {
    /// Each, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Named, Self::Organization, Self::Anybody, Self::Perhaps];
}

/// A key and the ways in that the account has.
#[derive(Debug, Clone)]
pub struct Door<'a> {
    /// Where the key lives.
    pub cell: &'a Cell,
    /// The key.
    pub key: &'a Key,
    /// The surest of them.
    pub openness: Openness,
    /// Those of that sort.
    pub reaches: Vec<Reach>,
}

/// What an account can reach.
#[derive(Debug)]
pub struct Doors<'a> {
    /// The keys, in the snapshot's order.
    pub doors: Vec<Door<'a>>,
    /// Keys of which it is not known who outside can reach them.
    pub unknown: Vec<&'a Key>,
}

/// The keys of other accounts with which an account can do one thing.
#[must_use]
pub fn doors<'a>(
    snapshot: &'a Snapshot,
    settings: &JudgementSettings,
    action: Action,
    account: AccountId,
) -> Doors<'a> {
    let (accounts, library) = (accounts(snapshot), library::read(snapshot));
    let bench = Bench::new(snapshot, settings, &accounts, &library);
    let is_member = accounts.contains_key(&account);
    let keys: Vec<(&'a Cell, &'a Key)> = snapshot
        .cells
        .iter()
        .filter(|cell| cell.account_id != account)
        .flat_map(|cell| cell.keys.iter().map(move |key| (cell, key)))
        .collect();
    let judged: Vec<(bool, Option<Door<'a>>)> = keys
        .par_iter()
        .map(|&(cell, key)| {
            let case = bench.case(cell, key);
            let Some(dossier) = &case.dossier else { return (true, None) };
            let exposure = bench.exposure(dossier).exposure;
            let reaches = exposure.reaches.into_iter().filter(|reach| does(reach, action));
            let ways: Vec<(Openness, Reach)> =
                reaches.filter_map(|reach| Some((openness(&reach, account, is_member)?, reach))).collect();
            (exposure.level == ExposureLevel::Unknown, door(cell, key, ways))
        })
        .collect();
    let unknown = keys.iter().zip(&judged).filter(|(_, (unknown, door))| *unknown && door.is_none());
    Doors {
        unknown: unknown.map(|((_, key), _)| *key).collect(),
        doors: judged.into_iter().filter_map(|(_, door)| door).collect(),
    }
}

fn does(reach: &Reach, action: Action) -> bool {
    reach.actions.iter().any(|name| name == action.name())
}

fn openness(reach: &Reach, account: AccountId, is_member: bool) -> Option<Openness> {
    let named: Option<AccountId> = reach.principal.parse().ok();
    let named = named.or_else(|| reach.principal.split(':').nth(4)?.parse().ok());
    match (reach.zone, reach.principal.as_str()) {
        (ReachZone::Public, "*") => Some(Openness::Anybody),
        (ReachZone::Organization, "*") => is_member.then_some(Openness::Organization),
        (ReachZone::External | ReachZone::Trusted, "*") => (!is_member).then_some(Openness::Perhaps),
        _ => (named == Some(account)).then_some(Openness::Named),
    }
}

/// The surest ways of all.
fn door<'a>(cell: &'a Cell, key: &'a Key, ways: Vec<(Openness, Reach)>) -> Option<Door<'a>> {
    let openness = ways.iter().map(|(openness, _)| *openness).min()?;
    let of_sort = |(of, reach)| (of == openness).then_some(reach);
    Some(Door { cell, key, openness, reaches: ways.into_iter().filter_map(of_sort).collect() })
}

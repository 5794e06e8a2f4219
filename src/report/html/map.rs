//! The exposure map: the accounts whose keys are reached on one side, who reaches them on the other, and a band
//! between them as wide as the keys are many. A table beside it says the same.

mod drawing;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use keyreach_policy::aws::{Access, AccountId};

use super::{
    Table, keys, link,
    party::{Party, zone_name},
    words::{count, grouped},
};
use crate::report::Report;
pub(super) use drawing::{Band, Node};
use drawing::{Label, REACHED, Reached, Side, draw};

/// Nodes a side; the rest are drawn as one.
const OWNERS: usize = 16;
const PARTIES: usize = 14;

/// Rows of the table.
const ROWS: usize = 200;

/// The map.
pub(super) struct Map {
    pub(super) height: String,
    pub(super) owners: Vec<Node>,
    pub(super) parties: Vec<Node>,
    pub(super) bands: Vec<Band>,
    pub(super) rows: Table<Row>,
}

/// One party in the table.
pub(super) struct Row {
    pub(super) zone: &'static str,
    pub(super) who: String,
    pub(super) href: String,
    pub(super) keys: String,
    pub(super) accounts: String,
    pub(super) access: String,
}

/// Keys by who owns them and who reaches them.
#[derive(Default)]
struct Tally {
    /// Keys by owner and all who reach them.
    reached: BTreeMap<(AccountId, Vec<Party>), usize>,
    owners: BTreeMap<AccountId, usize>,
    parties: BTreeMap<Party, Seen>,
}

#[derive(Default)]
struct Seen {
    keys: usize,
    owners: BTreeSet<AccountId>,
    access: BTreeSet<Access>,
}

impl Tally {
    fn of(report: &Report<'_>) -> Self {
        let mut tally = Self::default();
        for key in &report.keys {
            let mut parties: BTreeMap<Party, BTreeSet<Access>> = BTreeMap::new();
            for reach in &key.judged.exposure.reaches {
                parties.entry(Party::of(reach)).or_default().extend(&reach.access);
            }
            let owner = key.cell.account_id;
            if !parties.is_empty() {
                *tally.owners.entry(owner).or_default() += 1;
                *tally.reached.entry((owner, parties.keys().cloned().collect())).or_default() += 1;
            }
            for (party, access) in parties {
                let seen = tally.parties.entry(party).or_default();
                seen.keys += 1;
                seen.owners.insert(owner);
                seen.access.extend(access);
            }
        }
        tally
    }

    /// Keys that one or more of these parties reach.
    fn reached_by(&self, parties: &[Side]) -> usize {
        let of: HashSet<&str> = parties.iter().map(|party| party.of.as_str()).collect();
        let by_them = |by: &[Party]| by.iter().any(|party| of.contains(party.token().as_str()));
        self.reached.iter().filter(|((_, by), _)| by_them(by)).map(|(_, keys)| keys).sum()
    }
}

impl Map {
    /// `None` where no key is reached.
    pub(super) fn of(report: &Report<'_>) -> Option<Self> {
        let tally = Tally::of(report);
        if tally.parties.is_empty() {
            return None;
        }
        let names = keys::account_names(report.snapshot);
        let mut parties: Vec<(&Party, &Seen)> = tally.parties.iter().collect();
        parties.sort_by_key(|(party, seen)| {
            (std::cmp::Reverse(party.zone), std::cmp::Reverse(seen.keys), party.who.clone())
        });
        let mut owners: Vec<(&AccountId, &usize)> = tally.owners.iter().collect();
        owners.sort_by_key(|(id, keys)| (std::cmp::Reverse(**keys), **id));
        let left = owners.iter().map(|(id, keys)| Side {
            of: id.to_string(),
            label: Label::of_account(names.get(id).copied(), &id.to_string()),
            class: "own",
            keys: **keys,
            href: link::keys_with("account", &id.to_string()) + REACHED,
        });
        let right = parties.iter().map(|(party, seen)| Side {
            of: party.token(),
            label: party_label(party, &names),
            class: zone_name(party.zone),
            keys: seen.keys,
            href: link::keys_with("party", &party.token()),
        });
        let reached: Vec<Reached> = tally.reached.iter().map(Reached::of).collect();
        let owners = fold(left.collect(), OWNERS, |rest| rest.iter().map(|owner| owner.keys).sum());
        let right = fold(right.collect(), PARTIES, |rest| tally.reached_by(rest));
        let drawing = draw(&owners, &right, &reached);
        let rows = parties.iter().map(|(party, seen)| row(party, seen, &names));
        Some(Self {
            height: drawing.height,
            owners: drawing.owners,
            parties: drawing.parties,
            bands: drawing.bands,
            rows: Table::up_to(ROWS, rows),
        })
    }
}

fn party_label(party: &Party, names: &BTreeMap<AccountId, &str>) -> Label {
    match party.who.parse() {
        Ok(id) => Label::of_account(names.get(&id).copied(), &party.who),
        Err(_) => Label::of_account(None, &party.label(names)),
    }
}

/// The first of a side; the others as one that stands for all that are not named, and looks like the worst of them.
fn fold(mut side: Vec<Side>, most: usize, keys: impl Fn(&[Side]) -> usize) -> Vec<Side> {
    if side.len() > most {
        let others = side.split_off(most - 1);
        side.push(Side {
            of: String::new(),
            label: Label::of_account(None, &format!("{} others", grouped(others.len()))),
            class: others.first().map_or("others", |worst| worst.class),
            keys: keys(&others),
            href: "#map-table".to_owned(),
        });
    }
    side
}

fn row(party: &Party, seen: &Seen, names: &BTreeMap<AccountId, &str>) -> Row {
    Row {
        zone: zone_name(party.zone),
        who: party.label(names),
        href: link::keys_with("party", &party.token()),
        keys: grouped(seen.keys),
        accounts: count(seen.owners.len(), "account", "accounts"),
        access: seen.access.iter().map(|access| access_name(*access)).collect::<Vec<_>>().join(", "),
    }
}

/// The name in reports.
fn access_name(access: Access) -> &'static str {
    match access {
        Access::Decrypt => "decrypt",
        Access::Encrypt => "encrypt",
        Access::Sign => "sign",
        Access::Verify => "verify",
        Access::Mac => "mac",
        Access::Derive => "derive",
        Access::Describe => "describe",
        Access::Grant => "grant",
        Access::Administer => "administer",
    }
}

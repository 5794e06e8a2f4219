//! The exposure map: the accounts whose keys are reached on one side, who reaches them on the other, and a band
//! between them as wide as the keys are many. A table beside it says the same.

mod drawing;

use std::collections::{BTreeMap, BTreeSet};

use keyreach_policy::aws::{Access, AccountId};

use super::{
    Table, keys, link,
    party::{Party, zone_name},
    words::{count, grouped},
};
use crate::report::Report;
pub(super) use drawing::{Band, Node};
use drawing::{Side, draw};

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
    bands: BTreeMap<(AccountId, Party), usize>,
    owners: BTreeMap<AccountId, usize>,
    parties: BTreeMap<Party, Seen>,
}

#[derive(Default)]
struct Seen {
    keys: usize,
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
            }
            for (party, access) in parties {
                *tally.bands.entry((owner, party.clone())).or_default() += 1;
                let seen = tally.parties.entry(party).or_default();
                seen.keys += 1;
                seen.access.extend(access);
            }
        }
        tally
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
            of: (*id).to_string(),
            label: names.get(id).map_or_else(|| id.to_string(), |name| format!("{name} {id}")),
            class: "own",
            keys: **keys,
            href: link::keys_with("account", &id.to_string()),
        });
        let right = parties.iter().map(|(party, seen)| Side {
            of: party.token(),
            label: party.label(&names),
            class: zone_name(party.zone),
            keys: seen.keys,
            href: link::keys_with("party", &party.token()),
        });
        let bands: Vec<(String, String, usize)> = tally
            .bands
            .iter()
            .map(|((owner, party), keys)| (owner.to_string(), party.token(), *keys))
            .collect();
        let drawing = draw(&fold(left.collect(), OWNERS), &fold(right.collect(), PARTIES), &bands);
        let rows = parties.iter().map(|(party, seen)| row(party, seen, &tally, &names));
        Some(Self {
            height: drawing.height,
            owners: drawing.owners,
            parties: drawing.parties,
            bands: drawing.bands,
            rows: Table::up_to(ROWS, rows),
        })
    }
}

/// The first of a side; the others as one that stands for all that are not named.
fn fold(mut side: Vec<Side>, most: usize) -> Vec<Side> {
    if side.len() > most {
        let others = side.split_off(most - 1);
        side.push(Side {
            of: String::new(),
            label: format!("{} others", grouped(others.len())),
            class: "others",
            keys: others.iter().map(|other| other.keys).sum(),
            href: "#map-table".to_owned(),
        });
    }
    side
}

fn row(party: &Party, seen: &Seen, tally: &Tally, names: &BTreeMap<AccountId, &str>) -> Row {
    let accounts = tally.bands.keys().filter(|(_, of)| of == party).count();
    Row {
        zone: zone_name(party.zone),
        who: party.label(names),
        href: link::keys_with("party", &party.token()),
        keys: grouped(seen.keys),
        accounts: count(accounts, "account", "accounts"),
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

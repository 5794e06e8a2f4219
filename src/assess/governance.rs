//! Who governs each key, asked once for all keys that do not differ in what the answer depends on.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use keyreach_policy::aws::{AccountId, Action};
use rayon::prelude::*;

use super::{
    Bench, Case,
    exposure::Exposure,
    lockout::{Lockout, Unread},
};
use crate::{
    lockout::{self, Question},
    reach::{Asks, Signature},
};

/// The lockout of a key, and where Keyreach contradicts itself about it.
#[derive(Debug)]
pub(super) struct Ruling {
    pub(super) lockout: Arc<Lockout>,
    pub(super) bug: Option<String>,
}

/// What a ruling depends on.
type Mark = (Signature, Unread);

impl Bench<'_> {
    /// One ruling a case, in their order; keys of equal mark share it.
    pub(super) fn rulings(&self, cases: &[Case<'_>]) -> Vec<Arc<Ruling>> {
        let asks = self.asks(cases);
        let mark = |case: &Case<'_>| {
            let asks = asks.get(&case.cell.account_id)?;
            Some((case.dossier.as_ref()?.signature(asks), case.unread))
        };
        let marks: Vec<Option<Mark>> = cases.par_iter().map(mark).collect();
        let mut first: HashMap<&Mark, usize> = HashMap::new();
        let mut distinct: Vec<&Case<'_>> = Vec::new();
        let place = |(case, mark)| match mark {
            Some(mark) => *first.entry(mark).or_insert_with(|| {
                distinct.push(case);
                distinct.len() - 1
            }),
            None => {
                distinct.push(case);
                distinct.len() - 1
            }
        };
        let places: Vec<usize> = cases.iter().zip(marks.iter().map(Option::as_ref)).map(place).collect();
        let rulings: Vec<Arc<Ruling>> = distinct.par_iter().map(|case| Arc::new(self.ruling(case))).collect();
        places.iter().filter_map(|place| rulings.get(*place).cloned()).collect()
    }

    /// What the people of each account that has keys ask of keys.
    fn asks(&self, cases: &[Case<'_>]) -> BTreeMap<AccountId, Asks> {
        let Ok(action) = "kms:PutKeyPolicy".parse::<Action>() else { return BTreeMap::new() };
        let accounts: BTreeSet<AccountId> = cases.iter().map(|case| case.cell.account_id).collect();
        let of = |account: AccountId| Some((account, self.population.household(account)?.asks(action)));
        accounts.into_iter().filter_map(of).collect()
    }

    fn ruling(&self, case: &Case<'_>) -> Ruling {
        let lockout::Judged { lockout, bug } = match self.question(case) {
            Some(question) => lockout::judge(&question),
            None => lockout::Judged { lockout: Lockout::not_judged(case.unread), bug: None },
        };
        Ruling { lockout: Arc::new(lockout), bug }
    }

    /// Whether anybody can use the key for what it is for.
    pub(super) fn usable(&self, case: &Case<'_>, exposure: &Exposure) -> Option<bool> {
        lockout::usable(&self.question(case)?, exposure)
    }

    fn question<'q>(&'q self, case: &'q Case<'q>) -> Option<Question<'q>> {
        let dossier = case.dossier.as_ref()?;
        let taken_at = self.snapshot.scan.taken_at;
        Some(Question {
            facts: dossier.facts(&self.perimeter, taken_at),
            unread: dossier.unread,
            account: case.cell.account_id,
            household: self.population.household(case.cell.account_id)?,
            iam: case.account.and_then(|account| account.iam.as_ref()),
            library: self.library,
            missing: case.unread,
            thresholds: self.settings.thresholds,
            taken_at,
        })
    }
}

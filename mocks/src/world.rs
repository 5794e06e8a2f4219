//! The organization resolved: every name of the scenario looked up, every default filled in, every id drawn.
//! Read-only once built; the services answer from it. What is generated from numbers is computed, not held.

mod account;
mod cell;
mod fill;
mod iam;
mod key;
mod organization;
mod place;

use std::collections::{BTreeMap, HashMap};

pub(crate) use account::{Door, Member};
pub(crate) use cell::{Alias, Cell, StoreState};
pub(crate) use iam::{Kind, drawn_id, encode, trust};
pub(crate) use key::{Key, Source, or};
pub(crate) use organization::{GuardrailState, OrganizationState, Unit};

use crate::generated::Estate;
use crate::{Scenario, ScenarioError};
use cell::Written;
use fill::Texts;

/// The organization, resolved.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) partition: String,
    pub(crate) seed: u64,
    /// The simulated time at the start.
    pub(crate) base: i64,
    pub(crate) account_status: bool,
    pub(crate) account_paths: bool,
    pub(crate) organization: Option<OrganizationState>,
    pub(crate) estate: Option<Estate>,
    accounts: Vec<Member>,
    account_numbers: HashMap<String, usize>,
    /// Regions on everywhere, then the opt-in ones.
    regions: Vec<String>,
    region_numbers: HashMap<String, usize>,
    always_on: usize,
    cells: HashMap<(usize, usize), Written>,
}

impl World {
    /// Resolves a scenario, its times counted from `base`.
    pub(crate) fn build(scenario: &Scenario, base: i64) -> Result<Self, ScenarioError> {
        let mut scenario = scenario.clone();
        let estate = scenario.generated.clone().map(|numbers| Estate::new(&mut scenario, numbers, base));
        let regions: Vec<String> = scenario.regions.iter().chain(&scenario.opt_in_regions).cloned().collect();
        let region_numbers = numbered(regions.iter());
        let account_numbers = numbered(scenario.accounts.iter().map(|account| &account.id));
        let texts = Texts::new(&scenario);
        let accounts = account::build(&scenario, &texts, &region_numbers, base)?;
        let organization = organization::build(&scenario, &texts, &accounts)?;
        let mut world = Self {
            partition: scenario.partition.clone(),
            seed: scenario.seed,
            base,
            account_status: scenario.account_status,
            account_paths: scenario.account_paths,
            organization,
            estate,
            accounts,
            account_numbers,
            always_on: scenario.regions.len(),
            regions,
            region_numbers,
            cells: HashMap::new(),
        };
        world.cells = place::fill_cells(&scenario, &texts, &world)?;
        Ok(world)
    }

    pub(crate) fn accounts(&self) -> &[Member] {
        &self.accounts
    }

    /// An account by its number, which always came from this world.
    pub(crate) fn account(&self, number: usize) -> &Member {
        self.accounts.get(number).unwrap_or(&account::NOBODY)
    }

    pub(crate) fn account_number(&self, id: &str) -> Option<usize> {
        self.account_numbers.get(id).copied()
    }

    pub(crate) fn region_number(&self, name: &str) -> Option<usize> {
        self.region_numbers.get(name).copied()
    }

    pub(crate) fn region_name(&self, number: usize) -> &str {
        self.regions.get(number).map_or("unknown", String::as_str)
    }

    pub(crate) fn regions(&self) -> &[String] {
        &self.regions
    }

    /// The status of a region as `account:ListRegions` gives it.
    pub(crate) fn region_status(&self, account: usize, region: usize) -> &str {
        let member = self.account(account);
        if let Some(status) = member.region_status.get(&region) {
            status
        } else if region < self.always_on {
            "ENABLED_BY_DEFAULT"
        } else if member.opted_in.contains(&region) {
            "ENABLED"
        } else {
            "DISABLED"
        }
    }

    pub(crate) fn is_enabled(&self, account: usize, region: usize) -> bool {
        matches!(self.region_status(account, region), "ENABLED_BY_DEFAULT" | "ENABLED" | "DISABLING")
    }

    /// The keys of an account in a region.
    pub(crate) fn cell(&self, account: usize, region: usize) -> Cell<'_> {
        Cell::new(self, account, region, self.cells.get(&(account, region)))
    }
}

fn numbered<'a>(names: impl Iterator<Item = &'a String>) -> HashMap<String, usize> {
    names.enumerate().map(|(number, name)| (name.clone(), number)).collect()
}

/// A map of texts with each value filled in.
fn filled(map: &BTreeMap<String, String>, fill: impl Fn(&str) -> String) -> BTreeMap<String, String> {
    map.iter().map(|(name, value)| (name.clone(), fill(value))).collect()
}

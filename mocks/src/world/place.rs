//! Puts the keys and stores of a scenario into their cells: copies, accounts and regions written as `*`,
//! replicas of multi-Region keys, and the AWS managed keys that stand beside them.

use std::collections::HashMap;

use super::World;
use super::cell::{StoreState, Written};
use super::fill::Texts;
use super::key::{self, Key, Multi, Source, StoreIds};
use crate::ScenarioError;
use crate::scenario::{self, Scenario, Store};
use crate::seed;

type Cells = HashMap<(usize, usize), Written>;

/// What the cells are filled from.
struct Placer<'a> {
    scenario: &'a Scenario,
    texts: &'a Texts,
    world: &'a World,
    cells: Cells,
}

/// Fills all cells.
pub(super) fn fill_cells(scenario: &Scenario, texts: &Texts, world: &World) -> Result<Cells, ScenarioError> {
    let mut placer = Placer { scenario, texts, world, cells: HashMap::new() };
    for store in &scenario.stores {
        placer.store(store)?;
    }
    for (entry, key) in scenario.keys.iter().enumerate() {
        placer.entry(entry, key)?;
    }
    placer.aws_managed()?;
    Ok(placer.cells)
}

/// One key about to be placed.
struct Seated<'a> {
    account: usize,
    region: usize,
    id: String,
    copy: u64,
    written: &'a scenario::Key,
    policy: &'a str,
    state: Option<&'a str>,
    multi: Option<Multi>,
}

impl<'a> Placer<'a> {
    fn account(&self, id: &str) -> Result<usize, ScenarioError> {
        let unknown = || ScenarioError::Unknown { name: id.to_owned(), role: "the account of a key" };
        self.world.account_number(id).ok_or_else(unknown)
    }

    fn region(&self, name: &str) -> Result<usize, ScenarioError> {
        let unknown = || ScenarioError::Unknown { name: name.to_owned(), role: "a region" };
        self.world.region_number(name).ok_or_else(unknown)
    }

    fn store(&mut self, store: &Store) -> Result<(), ScenarioError> {
        let place = (self.account(&store.account)?, self.region(&store.region)?);
        let drawn = seed::hash(self.texts.seed, &["store", &store.account, &store.region, &store.name]);
        let cluster = store.xks.is_none().then(|| {
            store.cluster.clone().unwrap_or_else(|| format!("cluster-{}", seed::lower(seed::mix(drawn), 11)))
        });
        let state = StoreState {
            ids: StoreIds {
                id: format!("cks-{}", seed::hex64(drawn).get(..17).unwrap_or_default()),
                cluster,
            },
            created: key::created(self.world.base, store.age_days, &store.name),
            written: store.clone(),
        };
        self.cells.entry(place).or_default().stores.push(state);
        Ok(())
    }

    fn accounts(&self, key: &scenario::Key) -> Result<Vec<usize>, ScenarioError> {
        let mut all = Vec::new();
        for id in key.accounts.iter().chain((!key.account.is_empty()).then_some(&key.account)) {
            if id == "*" {
                let accounts = self.world.accounts().iter().enumerate();
                all.extend(
                    accounts.filter(|(_, account)| account.state == "ACTIVE").map(|(number, _)| number),
                );
            } else {
                all.push(self.account(id)?);
            }
        }
        Ok(all)
    }

    fn regions(&self, key: &scenario::Key) -> Result<Vec<usize>, ScenarioError> {
        let mut all = Vec::new();
        for name in key.regions.iter().chain((!key.region.is_empty()).then_some(&key.region)) {
            if name == "*" {
                all.extend(0..self.scenario.regions.len());
            } else {
                all.push(self.region(name)?);
            }
        }
        Ok(all)
    }

    fn entry(&mut self, entry: usize, key: &'a scenario::Key) -> Result<(), ScenarioError> {
        for account in self.accounts(key)? {
            for region in self.regions(key)? {
                for copy in 0..key.count.max(1) {
                    self.copies(entry, key, (account, region), copy)?;
                }
            }
        }
        Ok(())
    }

    /// A key, and its replicas.
    fn copies(
        &mut self,
        entry: usize,
        key: &'a scenario::Key,
        place: (usize, usize),
        copy: u64,
    ) -> Result<(), ScenarioError> {
        let world = self.world;
        let (account, region) = place;
        let home = world.region_name(region);
        // Named, not counted, where there is a name: a new entry must not give the others new ids.
        let number = match key.label.as_ref().or(key.aliases.first()) {
            Some(name) => format!("{name}:{copy}"),
            None => format!("{entry}:{copy}"),
        };
        let high = seed::hash(self.texts.seed, &["key", &world.account(account).id, home, &number]);
        let policy = key::or(&key.policy, "standard");
        let Some(multi) = &key.multi_region else {
            let id = key.id.clone().unwrap_or_else(|| seed::uuid(high, seed::mix(high)));
            let seated = Seated { account, region, id, copy, written: key, policy, state: None, multi: None };
            return self.seat(seated);
        };
        let id = key.id.clone().unwrap_or_else(|| format!("mrk-{}", seed::hex32(high, seed::mix(high))));
        let primary = multi.primary.clone().unwrap_or_else(|| home.to_owned());
        let replicas = if multi.primary.is_some() { vec![home.to_owned()] } else { multi.replicas.clone() };
        let mut regions = replicas.clone();
        if !regions.iter().any(|known| known == home) {
            regions.push(home.to_owned());
        }
        for name in &regions {
            let multi_here =
                Multi { primary: primary.clone(), is_primary: *name == primary, replicas: replicas.clone() };
            self.seat(Seated {
                account,
                region: self.region(name)?,
                id: id.clone(),
                copy,
                written: key,
                policy: multi.policies.get(name).map_or(policy, String::as_str),
                state: multi.states.get(name).map(String::as_str),
                multi: Some(multi_here),
            })?;
        }
        Ok(())
    }

    fn seat(&mut self, seated: Seated<'_>) -> Result<(), ScenarioError> {
        let world = self.world;
        let account = world.account(seated.account).id.clone();
        let region = world.region_name(seated.region);
        let arn = format!("arn:{}:kms:{region}:{account}:key/{}", world.partition, seated.id);
        let fill = self.texts.fill.with(&[
            ("account", &account),
            ("region", region),
            ("key", &seated.id),
            ("arn", &arn),
        ]);
        let mut facts = key::filled(seated.written, &fill, seated.copy);
        if let Some(state) = seated.state {
            state.clone_into(&mut facts.state);
        }
        if let Some(ram) = &facts.ram_policy {
            facts.ram_policy = Some(fill.text(self.texts.policy(ram)?));
        }
        let policy = fill.text(self.texts.policy(seated.policy)?);
        let cell = self.cells.entry((seated.account, seated.region)).or_default();
        let store = match &facts.store {
            None => None,
            Some(name) => {
                let unknown = || ScenarioError::Unknown { name: name.clone(), role: "a custom key store" };
                Some(cell.store(name).ok_or_else(unknown)?)
            }
        };
        cell.add(Key {
            created: key::created(world.base, facts.age_days, &seated.id),
            id: seated.id,
            arn,
            account,
            aws_managed: false,
            facts,
            multi: seated.multi,
            store,
            source: Source::Written { policy },
        });
        Ok(())
    }

    /// AWS managed keys wherever there are customer keys.
    fn aws_managed(&mut self) -> Result<(), ScenarioError> {
        let mut places: Vec<(usize, usize)> = self.cells.keys().copied().collect();
        places.sort_unstable();
        for (account, region) in places {
            let world = self.world;
            let (id, name) = (world.account(account).id.clone(), world.region_name(region));
            for service in &self.scenario.aws_managed_keys {
                let fill = self.texts.fill.with(&[("account", &id), ("region", name), ("service", service)]);
                let high = seed::hash(self.texts.seed, &["aws", &id, name, service]);
                let key_id = seed::uuid(high, seed::mix(high));
                let facts = scenario::Key {
                    aliases: vec![format!("aws/{service}")],
                    description: format!(
                        "Default key that protects my {service} data when no other key is defined"
                    ),
                    ..scenario::Key::default()
                };
                let arn = format!("arn:{}:kms:{name}:{id}:key/{key_id}", world.partition);
                self.cells.entry((account, region)).or_default().add(Key {
                    created: key::created(world.base, 0, &key_id),
                    id: key_id,
                    arn,
                    account: id.clone(),
                    aws_managed: true,
                    facts,
                    multi: None,
                    store: None,
                    source: Source::Written { policy: fill.text(AWS_MANAGED) },
                });
            }
            let unbound =
                self.scenario.unbound_aliases.iter().map(|service| (format!("alias/aws/{service}"), None));
            self.cells.entry((account, region)).or_default().aliases.extend(unbound);
        }
        Ok(())
    }
}

/// How AWS writes the policy of its own keys.
const AWS_MANAGED: &str = r#"{
  "Version" : "2012-10-17",
  "Id" : "auto-{service}-2",
  "Statement" : [ {
    "Sid" : "Allow access through {service} for all principals in the account that are authorized to use {service}",
    "Effect" : "Allow",
    "Principal" : { "AWS" : "*" },
    "Action" : [ "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey" ],
    "Resource" : "*",
    "Condition" : { "StringEquals" : { "kms:CallerAccount" : "{account}", "kms:ViaService" : "{service}.{region}.amazonaws.com" } }
  }, {
    "Sid" : "Allow direct access to key metadata to the account",
    "Effect" : "Allow",
    "Principal" : { "AWS" : "arn:{partition}:iam::{account}:root" },
    "Action" : [ "kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant" ],
    "Resource" : "*"
  } ]
}"#;

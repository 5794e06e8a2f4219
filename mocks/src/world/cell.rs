//! The keys of one account in one region, written and generated ones as one list.

use std::collections::HashMap;
use std::sync::Arc;

use super::World;
use super::key::{Key, StoreIds};
use crate::scenario::Store;

/// What the scenario wrote for a cell.
#[derive(Debug, Default)]
pub(super) struct Written {
    keys: Vec<Arc<Key>>,
    by_id: HashMap<String, usize>,
    /// Aliases, with the number of their key.
    pub(super) aliases: Vec<(String, Option<usize>)>,
    pub(super) stores: Vec<StoreState>,
}

/// A custom key store.
#[derive(Debug)]
pub(crate) struct StoreState {
    pub(crate) ids: StoreIds,
    pub(crate) created: i64,
    pub(crate) written: Store,
}

impl Written {
    pub(super) fn add(&mut self, key: Key) {
        let number = self.keys.len();
        self.by_id.insert(key.id.clone(), number);
        self.aliases.extend(key.facts.aliases.iter().map(|alias| (format!("alias/{alias}"), Some(number))));
        self.keys.push(Arc::new(key));
    }

    pub(super) fn store(&self, name: &str) -> Option<StoreIds> {
        self.stores.iter().find(|store| store.written.name == name).map(|store| store.ids.clone())
    }
}

/// The keys of an account in a region.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell<'a> {
    world: &'a World,
    account: usize,
    region: usize,
    written: Option<&'a Written>,
    generated: usize,
}

/// An alias: its name, its key, and when it was made.
#[derive(Debug)]
pub(crate) struct Alias {
    pub(crate) name: String,
    pub(crate) key: Option<String>,
    pub(crate) created: i64,
}

impl<'a> Cell<'a> {
    pub(super) fn new(world: &'a World, account: usize, region: usize, written: Option<&'a Written>) -> Self {
        let generated = world.estate.as_ref().map_or(0, |estate| estate.keys(account, region));
        Self { world, account, region, written, generated }
    }

    fn written_keys(&self) -> &'a [Arc<Key>] {
        self.written.map_or(&[], |written| &written.keys)
    }

    pub(crate) fn len(&self) -> usize {
        self.written_keys().len() + self.generated
    }

    /// Id and ARN of a key by its number.
    pub(crate) fn ids(&self, number: usize) -> Option<(String, String)> {
        if let Some(key) = self.written_keys().get(number) {
            return Some((key.id.clone(), key.arn.clone()));
        }
        let estate = self.world.estate.as_ref()?;
        let id = estate.key_id(self.account, self.region, number.checked_sub(self.written_keys().len())?);
        let arn = self.arn(&format!("key/{id}"));
        Some((id, arn))
    }

    /// The ARN of something in this cell.
    pub(crate) fn arn(&self, resource: &str) -> String {
        format!(
            "arn:{}:kms:{}:{}:{resource}",
            self.world.partition,
            self.world.region_name(self.region),
            self.world.account(self.account).id
        )
    }

    /// A key by its id.
    pub(crate) fn key(&self, id: &str) -> Option<Arc<Key>> {
        if let Some(written) = self.written
            && let Some(number) = written.by_id.get(id)
        {
            return written.keys.get(*number).cloned();
        }
        let estate = self.world.estate.as_ref()?;
        let number = estate.number(self.account, self.region, id)?;
        if number >= self.generated {
            return None;
        }
        Some(Arc::new(estate.key(self.world, self.account, self.region, number)))
    }

    /// A key by its alias.
    pub(crate) fn key_of_alias(&self, alias: &str) -> Option<Arc<Key>> {
        let written = self.written.and_then(|written| {
            let number = written.aliases.iter().find(|(name, _)| name == alias)?.1?;
            written.keys.get(number).cloned()
        });
        written.or_else(|| {
            let estate = self.world.estate.as_ref()?;
            let number = estate.number_of_alias(alias).filter(|number| *number < self.generated)?;
            Some(Arc::new(estate.key(self.world, self.account, self.region, number)))
        })
    }

    /// What a fault may call the key that a request names.
    pub(crate) fn names_of(&self, named: &str) -> Vec<String> {
        let id = named.rsplit_once(":key/").map_or(named, |(_, id)| id);
        let alias = named.find("alias/").and_then(|at| named.get(at..));
        let key = alias.map_or_else(|| self.key(id), |alias| self.key_of_alias(alias));
        key.map(|key| key.names()).unwrap_or_default()
    }

    pub(crate) fn aliases(&self) -> usize {
        self.written.map_or(0, |written| written.aliases.len()) + self.generated
    }

    /// An alias by its number.
    pub(crate) fn alias(&self, number: usize) -> Option<Alias> {
        let aliases: &[(String, Option<usize>)] = self.written.map_or(&[], |written| &written.aliases);
        if let Some((name, key)) = aliases.get(number) {
            let key = key.and_then(|key| self.written_keys().get(key));
            return Some(Alias {
                name: name.clone(),
                key: key.map(|key| key.id.clone()),
                created: key.map_or(self.world.base, |key| key.created),
            });
        }
        let estate = self.world.estate.as_ref()?;
        let number = number.checked_sub(aliases.len())?;
        Some(Alias {
            name: estate.alias(number),
            key: Some(estate.key_id(self.account, self.region, number)),
            created: self.world.base,
        })
    }

    pub(crate) fn stores(&self) -> &'a [StoreState] {
        self.written.map_or(&[], |written| &written.stores)
    }
}

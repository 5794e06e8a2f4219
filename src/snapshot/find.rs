//! Keys of a snapshot by what people call them.

use super::{Snapshot, cell::Cell, key::Key};

impl Snapshot {
    /// Every key of that name: its ARN, its id, an alias with or without `alias/`, or the ARN of an alias.
    #[must_use]
    pub fn keys_named(&self, name: &str) -> Vec<(&Cell, &Key)> {
        let all = self.cells.iter().flat_map(|cell| cell.keys.iter().map(move |key| (cell, key)));
        all.filter(|(cell, key)| is_called(cell, key, name)).collect()
    }
}

fn is_called(cell: &Cell, key: &Key, name: &str) -> bool {
    let has = |alias: &str| key.aliases.iter().any(|known| known == alias);
    if name.starts_with("arn:") {
        let at = format!(":{}:{}:", cell.region, cell.account_id);
        return key.arn == name || name.split_once(&at).is_some_and(|(_, alias)| has(alias));
    }
    if name.starts_with("alias/") {
        return has(name);
    }
    key.key_id == name || has(&format!("alias/{name}"))
}

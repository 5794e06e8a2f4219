//! The KMS permissions and what is known of each: the class of access it gives, whether it works from
//! another account, whether a grant can hold it, the condition keys its requests carry.
//! A permission is not an API operation: ReEncrypt needs two of them (SEM-20).

mod table;

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use table::ACTIONS;

/// A KMS permission such as `kms:Decrypt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Action(u8);

/// What a permission gives, coarsely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Plaintext out of ciphertext
    Decrypt,
    /// Ciphertext or data keys
    Encrypt,
    /// Signatures
    Sign,
    /// Checks of signatures and of MACs
    Verify,
    /// MACs
    Mac,
    /// Shared secrets
    Derive,
    /// Facts about the key
    Describe,
    /// Grants
    Grant,
    /// Everything else
    Administer,
}

struct Facts {
    name: &'static str,
    lower: &'static str,
    access: Access,
    on_key: bool,
    cross_account: bool,
    grantable: bool,
    condition_keys: &'static [&'static str],
}

/// The text names no KMS permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionError(String);

impl fmt::Display for ActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a KMS permission such as `kms:Decrypt`", self.0)
    }
}

impl std::error::Error for ActionError {}

impl Action {
    /// Every KMS permission, by name.
    pub fn all() -> impl Iterator<Item = Self> {
        (0u8..).zip(&ACTIONS).map(|(index, _)| Self(index))
    }

    fn facts(self) -> &'static Facts {
        // Every `Action` was made from an index of the table.
        ACTIONS.get(usize::from(self.0)).unwrap_or(&ACTIONS[0])
    }

    /// The name with its prefix: `kms:Decrypt`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// The name in lower case, as patterns are matched.
    pub(crate) fn lower_name(self) -> &'static str {
        self.facts().lower
    }

    /// What it gives.
    #[must_use]
    pub fn access(self) -> Access {
        self.facts().access
    }

    /// Whether it is asked for a key (not for the account, an alias or a key store).
    #[must_use]
    pub fn is_on_key(self) -> bool {
        self.facts().on_key
    }

    /// Whether a principal of another account than the key's can have it.
    #[must_use]
    pub fn is_cross_account(self) -> bool {
        self.facts().cross_account
    }

    /// Whether a grant can hold it (SEM-55).
    #[must_use]
    pub fn is_grantable(self) -> bool {
        self.facts().grantable
    }

    /// The condition keys that requests for it carry beside the global ones; one that ends in `/` or `:`
    /// stands for all keys that begin so (SEM-40).
    #[must_use]
    pub fn condition_keys(self) -> &'static [&'static str] {
        self.facts().condition_keys
    }

    /// Whether requests for it can carry an encryption context (SEM-40, SEM-59).
    #[must_use]
    pub fn has_encryption_context(self) -> bool {
        self.condition_keys().contains(&"kms:EncryptionContextKeys")
    }

    /// Whether it is `kms:` and this name.
    pub(crate) fn is(self, name: &str) -> bool {
        self.name().strip_prefix("kms:") == Some(name)
    }
}

impl FromStr for Action {
    type Err = ActionError;

    /// Case says nothing (SEM-18).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::all()
            .find(|action| action.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| ActionError(text.to_owned()))
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl TryFrom<String> for Action {
    type Error = ActionError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Action> for String {
    fn from(action: Action) -> Self {
        action.name().to_owned()
    }
}

impl JsonSchema for Action {
    fn schema_name() -> Cow<'static, str> {
        "Action".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^kms:[A-Za-z]+$" })
    }
}

/// A set of KMS permissions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Actions(u64);

const _: () = assert!(ACTIONS.len() <= 64, "`Actions` keeps one bit for each permission");

impl Actions {
    /// None.
    #[must_use]
    pub fn none() -> Self {
        Self(0)
    }

    /// Every one.
    #[must_use]
    pub fn every() -> Self {
        Action::all().collect()
    }

    /// Adds one.
    pub fn insert(&mut self, action: Action) {
        self.0 |= 1 << action.0;
    }

    /// Whether it is in the set.
    #[must_use]
    pub fn contains(self, action: Action) -> bool {
        self.0 & (1 << action.0) != 0
    }

    /// Whether the set is empty.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those not in the set.
    #[must_use]
    pub fn complement(self) -> Self {
        Self(Self::every().0 & !self.0)
    }

    /// Those in either.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those in both.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The permissions in the set, by name.
    pub fn iter(self) -> impl Iterator<Item = Action> {
        Action::all().filter(move |&action| self.contains(action))
    }
}

impl FromIterator<Action> for Actions {
    fn from_iter<I: IntoIterator<Item = Action>>(actions: I) -> Self {
        let mut set = Self::none();
        for action in actions {
            set.insert(action);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::{Access, Action, Actions};

    fn action(name: &str) -> Action {
        name.parse().unwrap()
    }

    #[test]
    fn names_are_found_in_any_case() {
        assert_eq!(action("KMS:decrypt").name(), "kms:Decrypt");
        assert!("kms:ReEncrypt".parse::<Action>().is_err());
        assert!("Decrypt".parse::<Action>().is_err());
    }

    #[test]
    fn the_table_says_what_the_documents_say() {
        assert_eq!(Action::all().filter(|action| action.is_cross_account()).count(), 22);
        assert_eq!(Action::all().filter(|action| action.is_grantable()).count(), 19);
        assert!(Action::all().filter(|a| a.is_grantable()).all(Action::is_cross_account));
        assert!(!action("kms:PutKeyPolicy").is_cross_account());
        assert_eq!(action("kms:Decapsulate").access(), Access::Decrypt);
        assert_eq!(action("kms:PutKeyPolicy").access(), Access::Administer);
        assert!(action("kms:Decrypt").has_encryption_context());
        assert!(!action("kms:Sign").has_encryption_context());
    }

    #[test]
    fn a_set_and_its_complement_are_everything() {
        let some: Actions = [action("kms:Decrypt"), action("kms:Sign")].into_iter().collect();
        assert_eq!(some.complement().union(some), Actions::every());
        assert!(some.complement().intersection(some).is_empty());
        assert_eq!(some.iter().map(Action::name).collect::<Vec<_>>(), ["kms:Decrypt", "kms:Sign"]);
    }
}

//! The condition keys of one request and their values.

use std::fmt;

use crate::{
    condition_key::{Cardinality, cardinality},
    pattern::same,
};

/// The prefix of the keys that carry a request's encryption context.
const ENCRYPTION_CONTEXT: &str = "kms:encryptioncontext:";

/// The condition keys of a request. Names are compared without case (SEM-27).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// The hash of each entry's name, sorted: most keys that policies ask for are not there, and this
    /// says so without a look at any text.
    hashes: Vec<u64>,
    /// The entries, in the order of their hashes
    entries: Vec<Entry>,
}

/// The name of a condition key in lower case, ready to be looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyName {
    lower: String,
    hash: u64,
}

impl KeyName {
    pub(crate) fn new(name: &str) -> Self {
        let lower = name.to_ascii_lowercase();
        // FNV-1a
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let hash = lower.bytes().fold(0xcbf2_9ce4_8422_2325, step);
        Self { lower, hash }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.lower
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// The name in lower case
    lower: String,
    /// The name as given: the case of encryption-context keys matters to grants (SEM-59).
    name: String,
    values: Vec<String>,
    multi: bool,
}

/// What a request holds under one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held<'a> {
    /// The values, at least one
    pub values: &'a [String],
    /// The key can hold several values (SEM-32)
    pub multi: bool,
}

/// A key that cannot be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContextError {
    /// The key is given twice, perhaps in different case.
    Twice(String),
    /// A key of one value is given several.
    SeveralValues(String),
}

impl fmt::Display for ContextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Twice(key) => write!(f, "condition key `{key}` is given twice"),
            Self::SeveralValues(key) => write!(f, "condition key `{key}` holds one value, several are given"),
        }
    }
}

impl std::error::Error for ContextError {}

impl Context {
    /// No keys.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Where the entry of that name is, or where it would stand.
    fn find(&self, name: &KeyName) -> Result<usize, usize> {
        let first = self.hashes.partition_point(|hash| *hash < name.hash);
        let candidates =
            self.hashes.iter().zip(&self.entries).skip(first).take_while(|(hash, _)| **hash == name.hash);
        let mut place = first;
        for (_, entry) in candidates {
            if same(&entry.lower, &name.lower) {
                return Ok(place);
            }
            place += 1;
        }
        Err(place)
    }

    fn put(&mut self, at: usize, hash: u64, entry: Entry) {
        self.hashes.insert(at, hash);
        self.entries.insert(at, entry);
    }

    /// Adds a key. Without values it is known to be absent, and `fill` leaves it so.
    ///
    /// # Errors
    /// When the key is there already, or holds one value and several are given.
    pub fn insert<V: Into<String>>(
        &mut self,
        name: impl Into<String>,
        values: impl IntoIterator<Item = V>,
    ) -> Result<(), ContextError> {
        let name = name.into();
        let values: Vec<String> = values.into_iter().map(Into::into).collect();
        let multi = match cardinality(&name) {
            Cardinality::Multi => true,
            Cardinality::Single if values.len() > 1 => return Err(ContextError::SeveralValues(name)),
            Cardinality::Single => false,
            Cardinality::Unknown => values.len() > 1,
        };
        let key = KeyName::new(&name);
        match self.find(&key) {
            Ok(_) => Err(ContextError::Twice(name)),
            Err(at) => {
                self.put(at, key.hash, Entry { lower: key.lower, name, values, multi });
                Ok(())
            }
        }
    }

    /// Adds a key of one value where nothing is said of that key.
    pub(crate) fn fill(&mut self, name: &str, value: impl Into<String>) {
        let key = KeyName::new(name);
        if let Err(at) = self.find(&key) {
            let values = vec![value.into()];
            self.put(at, key.hash, Entry { lower: key.lower, name: name.to_owned(), values, multi: false });
        }
    }

    /// What the request holds under a key, given in any case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Held<'_>> {
        self.look_up(&KeyName::new(name))
    }

    /// The only value of a key.
    #[must_use]
    pub fn single(&self, name: &str) -> Option<&str> {
        match self.get(name)?.values {
            [value] => Some(value),
            _ => None,
        }
    }

    /// As `get`, for a name made ready before.
    pub(crate) fn look_up(&self, name: &KeyName) -> Option<Held<'_>> {
        let entry = self.entries.get(self.find(name).ok()?).filter(|entry| !entry.values.is_empty())?;
        Some(Held { values: &entry.values, multi: entry.multi })
    }

    /// The encryption context: pairs of key and value, the keys in their own case.
    pub fn encryption_context(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().filter(|entry| entry.lower.starts_with(ENCRYPTION_CONTEXT)).filter_map(|entry| {
            let key = entry.name.get(ENCRYPTION_CONTEXT.len()..)?;
            Some((key, entry.values.first()?.as_str()))
        })
    }

    /// Every key as given, with its values, by name in lower case.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        let mut entries: Vec<&Entry> = self.entries.iter().collect();
        entries.sort_by(|one, other| one.lower.cmp(&other.lower));
        entries.into_iter().map(|entry| (entry.name.as_str(), entry.values.as_slice()))
    }
}

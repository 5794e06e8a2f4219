//! The condition keys of one request and their values.

use std::fmt;

use crate::condition_key::{Cardinality, cardinality};

/// The prefix of the keys that carry a request's encryption context.
const ENCRYPTION_CONTEXT: &str = "kms:encryptioncontext:";

/// The condition keys of a request. Names are compared without case (SEM-27).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// The name in lower case; the entries are sorted by it.
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

    fn find(&self, lower: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|entry| entry.lower.as_str().cmp(lower))
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
        let lower = name.to_ascii_lowercase();
        match self.find(&lower) {
            Ok(_) => Err(ContextError::Twice(name)),
            Err(at) => {
                self.entries.insert(at, Entry { lower, name, values, multi });
                Ok(())
            }
        }
    }

    /// Adds a key of one value where nothing is said of that key.
    pub(crate) fn fill(&mut self, name: &str, value: impl Into<String>) {
        let lower = name.to_ascii_lowercase();
        if let Err(at) = self.find(&lower) {
            let values = vec![value.into()];
            self.entries.insert(at, Entry { lower, name: name.to_owned(), values, multi: false });
        }
    }

    /// What the request holds under a key, given in any case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Held<'_>> {
        self.get_lower(&name.to_ascii_lowercase())
    }

    /// The only value of a key.
    #[must_use]
    pub fn single(&self, name: &str) -> Option<&str> {
        match self.get(name)?.values {
            [value] => Some(value),
            _ => None,
        }
    }

    /// As `get`, for a name already in lower case.
    pub(crate) fn get_lower(&self, lower: &str) -> Option<Held<'_>> {
        let entry = self.entries.get(self.find(lower).ok()?).filter(|entry| !entry.values.is_empty())?;
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
        self.entries.iter().map(|entry| (entry.name.as_str(), entry.values.as_slice()))
    }
}

//! What is known of condition keys: which hold several values (SEM-32), which one, and what a request can hold under
//! those that stand for one of its parameters (SEM-40).

mod contents;
mod table;

use crate::aws::Action;

/// How many values a condition key holds in one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cardinality {
    /// One
    Single,
    /// Any number; conditions on it need a set operator (SEM-32)
    Multi,
    /// A key the tables do not have
    Unknown,
}

/// The cardinality of a key; the case of its name says nothing (SEM-27).
#[must_use]
pub fn cardinality(key: &str) -> Cardinality {
    let lower = key.to_ascii_lowercase();
    match table::KEYS.binary_search_by_key(&lower.as_str(), |(name, _)| name) {
        Ok(index) if table::KEYS.get(index).is_some_and(|(_, multi)| *multi) => Cardinality::Multi,
        Ok(_) => Cardinality::Single,
        Err(_) if table::FAMILIES.iter().any(|family| lower.starts_with(family)) => Cardinality::Single,
        Err(_) => Cardinality::Unknown,
    }
}

/// Whether AWS has named the key, in any case of letters. Of some the name alone is published, and `cardinality` is
/// unknown.
#[must_use]
pub fn is_named(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    let fits = |name: &str| if name.ends_with('/') { lower.starts_with(name) } else { lower == name };
    cardinality(&lower) != Cardinality::Unknown || table::UNPUBLISHED.iter().any(|name| fits(name))
}

/// What a request can hold under a key of one value that stands for a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content {
    /// The key is always there: the parameter is required, or AWS says what it is when it is left out
    pub always: bool,
    /// What it then is
    pub values: Values,
}

/// The values of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// One of these
    Of(&'static [&'static str]),
    /// A whole number from the first to the last
    Between(u32, u32),
}

struct Row {
    key: &'static str,
    /// The only action of which it is said
    action: Option<&'static str>,
    content: Content,
}

/// What requests for an action can hold under a key; `None` where AWS does not say, or lets the caller write anything.
/// Whether the action carries the key at all is for `Action::condition_keys` to say.
#[must_use]
pub fn content(key: &str, action: Action) -> Option<Content> {
    let is_about =
        |row: &&Row| row.key.eq_ignore_ascii_case(key) && row.action.is_none_or(|name| name == action.name());
    contents::CONTENTS.iter().find(is_about).map(|row| row.content)
}

#[cfg(test)]
mod tests {
    use super::{Cardinality, cardinality, is_named, table};

    #[test]
    fn names_without_a_type_are_known_as_names() {
        for key in [
            "aws:OriginIdentity/Subject",
            "AWS:transactioncontext/identityprovider/x",
            "aws:SignInSessionArn",
        ] {
            assert!(is_named(key), "{key}");
            assert_eq!(cardinality(key), Cardinality::Unknown, "{key}");
        }
        assert!(is_named("kms:PolicyName"));
        assert!(!is_named("aws:OriginIdentity"));
        assert!(!is_named("aws:SignInSessionArns"));
        assert!(!is_named("example:Key"));
    }

    #[test]
    fn names_are_found_in_any_case() {
        assert_eq!(cardinality("KMS:grantoperations"), Cardinality::Multi);
        assert_eq!(cardinality("aws:PrincipalArn"), Cardinality::Single);
        assert_eq!(cardinality("kms:EncryptionContext:Dept"), Cardinality::Single);
        assert_eq!(cardinality("kms:EncryptionContextKeys"), Cardinality::Multi);
        assert_eq!(cardinality("example:Key"), Cardinality::Unknown);
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(table::KEYS.is_sorted());
    }
}

//! What is known of condition keys: which hold several values (SEM-32), which one.

mod table;

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

#[cfg(test)]
mod tests {
    use super::{Cardinality, cardinality, table};

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

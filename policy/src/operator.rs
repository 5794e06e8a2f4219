//! Condition operators by name: the base, the set operator before it, `IfExists` after it.

/// A condition operator as written and as understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// The name as written.
    pub text: String,
    /// `ForAllValues:` or `ForAnyValue:`
    pub quantifier: Option<Quantifier>,
    /// What is compared and how; `None` for a name AWS does not know.
    pub base: Option<Base>,
    /// `…IfExists` (SEM-28)
    pub if_exists: bool,
}

/// A set operator (SEM-30 to SEM-33).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// `ForAllValues:`
    All,
    /// `ForAnyValue:`
    Any,
}

/// What an operator compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base {
    /// The comparison, never negated
    pub test: Test,
    /// A `Not` operator: true where no value matches (SEM-26), and true for a missing key (SEM-28)
    pub negated: bool,
}

/// The comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    /// `StringEquals`
    StringEquals,
    /// `StringEqualsIgnoreCase`
    StringEqualsIgnoreCase,
    /// `StringLike`
    StringLike,
    /// `ArnEquals` and `ArnLike`, which are the same (SEM-35)
    ArnLike,
    /// `Numeric…`
    Numeric(Order),
    /// `Date…`
    Date(Order),
    /// `Bool`
    Bool,
    /// `BinaryEquals`
    Binary,
    /// `IpAddress`
    IpAddress,
    /// `Null` (SEM-29)
    Null,
}

/// The relation of the request's value to the policy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `…Equals`
    Equal,
    /// `…LessThan`
    Less,
    /// `…LessThanEquals`
    AtMost,
    /// `…GreaterThan`
    Greater,
    /// `…GreaterThanEquals`
    AtLeast,
}

const BASES: [(&str, Test, bool); 27] = [
    ("StringEquals", Test::StringEquals, false),
    ("StringNotEquals", Test::StringEquals, true),
    ("StringEqualsIgnoreCase", Test::StringEqualsIgnoreCase, false),
    ("StringNotEqualsIgnoreCase", Test::StringEqualsIgnoreCase, true),
    ("StringLike", Test::StringLike, false),
    ("StringNotLike", Test::StringLike, true),
    ("ArnEquals", Test::ArnLike, false),
    ("ArnNotEquals", Test::ArnLike, true),
    ("ArnLike", Test::ArnLike, false),
    ("ArnNotLike", Test::ArnLike, true),
    ("Bool", Test::Bool, false),
    ("Null", Test::Null, false),
    ("IpAddress", Test::IpAddress, false),
    ("NotIpAddress", Test::IpAddress, true),
    ("NumericEquals", Test::Numeric(Order::Equal), false),
    ("NumericNotEquals", Test::Numeric(Order::Equal), true),
    ("NumericLessThan", Test::Numeric(Order::Less), false),
    ("NumericLessThanEquals", Test::Numeric(Order::AtMost), false),
    ("NumericGreaterThan", Test::Numeric(Order::Greater), false),
    ("NumericGreaterThanEquals", Test::Numeric(Order::AtLeast), false),
    ("DateEquals", Test::Date(Order::Equal), false),
    ("DateNotEquals", Test::Date(Order::Equal), true),
    ("DateLessThan", Test::Date(Order::Less), false),
    ("DateLessThanEquals", Test::Date(Order::AtMost), false),
    ("DateGreaterThan", Test::Date(Order::Greater), false),
    ("DateGreaterThanEquals", Test::Date(Order::AtLeast), false),
    ("BinaryEquals", Test::Binary, false),
];

impl Operator {
    /// Understands a name, in any case; one that AWS does not know has no base.
    #[must_use]
    pub fn parse(text: impl Into<String>) -> Self {
        let text = text.into();
        let (quantifier, name) = match text.split_once(':') {
            Some((set, name)) if set.eq_ignore_ascii_case("ForAllValues") => (Some(Quantifier::All), name),
            Some((set, name)) if set.eq_ignore_ascii_case("ForAnyValue") => (Some(Quantifier::Any), name),
            _ => (None, text.as_str()),
        };
        let find = |name: &str| BASES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name));
        let cut = name.len().saturating_sub("IfExists".len());
        let conditional = name
            .split_at_checked(cut)
            .filter(|(_, end)| end.eq_ignore_ascii_case("IfExists"))
            .and_then(|(name, _)| find(name))
            // AWS refuses `NullIfExists`: it would ask whether a key that exists exists.
            .filter(|(_, test, _)| *test != Test::Null);
        let (known, if_exists) = match find(name) {
            Some(known) => (Some(known), false),
            None => (conditional, conditional.is_some()),
        };
        let base = known.map(|&(_, test, negated)| Base { test, negated });
        Self { quantifier, base, if_exists, text }
    }
}

#[cfg(test)]
mod tests {
    use super::{Operator, Order, Quantifier, Test};

    #[test]
    fn names_come_apart() {
        let operator = Operator::parse("forallvalues:StringNotEqualsIgnoreCaseIfExists");
        let base = operator.base.unwrap();
        assert_eq!((operator.quantifier, operator.if_exists), (Some(Quantifier::All), true));
        assert_eq!((base.test, base.negated), (Test::StringEqualsIgnoreCase, true));
        let less = Operator::parse("DateLessThanEquals").base.unwrap();
        assert_eq!((less.test, less.negated), (Test::Date(Order::AtMost), false));
    }

    #[test]
    fn unknown_names_have_no_base() {
        for name in ["StringEqual", "ForSomeValues:StringEquals", "NullIfExists", "IfExists", ""] {
            assert_eq!(Operator::parse(name).base, None, "{name}");
        }
    }
}

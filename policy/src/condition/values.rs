//! The values of one condition, prepared for their operator, and the comparison of one value of the
//! request with them (SEM-34 to SEM-37). A value that the operator cannot read fits nothing.

use std::{cmp::Ordering, net::IpAddr};

use ipnet::IpNet;

use super::boolean;
use crate::{
    arn_pattern::{ArnPattern, components},
    context::Context,
    moment::{self, Moment},
    operator::{Order, Test},
    pattern::{Glob, Piece, has_variable, literal, pieces, same, substitute},
    reading::{Reader, Rule},
};

/// Values prepared for their operator.
#[derive(Debug, Clone)]
pub(super) enum Values {
    Equal(Vec<Text>),
    EqualFolded(Vec<Text>),
    Like(Vec<Value<Glob>>),
    Arn(Vec<Value<ArnPattern>>),
    Bool(Vec<Value<bool>>),
    Binary(Vec<String>),
    Number(Order, Vec<f64>),
    Date(Order, Vec<Moment>),
    Network(Vec<IpNet>),
}

type Text = Value<String>;

/// A value, ready or waiting for the request's values of its policy variables.
#[derive(Debug, Clone)]
pub(super) enum Value<T> {
    Ready(T),
    Variable(Vec<Piece>),
}

impl<T> Value<T> {
    /// Prepares a value; `None` when it can fit nothing.
    fn new(text: &str, variables: bool, wildcards: bool, ready: fn(&[Piece]) -> Option<T>) -> Option<Self> {
        let pieces = pieces(text, variables, wildcards);
        if has_variable(&pieces) { Some(Self::Variable(pieces)) } else { ready(&pieces).map(Self::Ready) }
    }

    /// Whether it fits. An unresolved variable fits nothing (SEM-37).
    fn fits(&self, context: &Context, ready: fn(&[Piece]) -> Option<T>, test: impl Fn(&T) -> bool) -> bool {
        match self {
            Self::Ready(value) => test(value),
            Self::Variable(pieces) => substitute(pieces, context)
                .and_then(|pieces| ready(&pieces))
                .is_some_and(|value| test(&value)),
        }
    }
}

fn glob(pieces: &[Piece]) -> Option<Glob> {
    Some(Glob::new(pieces))
}

fn literal_boolean(pieces: &[Piece]) -> Option<bool> {
    literal(pieces).as_deref().and_then(boolean)
}

impl Values {
    pub(super) fn new<'a>(test: Test, texts: impl Iterator<Item = &'a str>, variables: bool) -> Self {
        match test {
            Test::StringEquals => {
                Self::Equal(texts.filter_map(|text| Value::new(text, variables, false, literal)).collect())
            }
            Test::StringEqualsIgnoreCase => Self::EqualFolded(
                texts.filter_map(|text| Value::new(text, variables, false, literal)).collect(),
            ),
            Test::StringLike => {
                Self::Like(texts.filter_map(|text| Value::new(text, variables, true, glob)).collect())
            }
            Test::ArnLike => Self::Arn(
                texts.filter_map(|text| Value::new(text, variables, true, ArnPattern::new)).collect(),
            ),
            Test::Bool => Self::Bool(
                texts.filter_map(|text| Value::new(text, variables, false, literal_boolean)).collect(),
            ),
            // `Null` is not a comparison; its values never come here.
            Test::Binary | Test::Null => Self::Binary(texts.map(str::to_owned).collect()),
            Test::Numeric(order) => Self::Number(order, texts.filter_map(number).collect()),
            Test::Date(order) => Self::Date(order, texts.filter_map(moment::parse).collect()),
            Test::IpAddress => Self::Network(texts.filter_map(network).collect()),
        }
    }

    /// Whether ARNs are compared (SEM-35).
    pub(super) fn is_arn(&self) -> bool {
        matches!(self, Self::Arn(_))
    }

    /// Whether the request's value fits one of these.
    pub(super) fn any_fits(&self, given: &str, context: &Context, reader: &mut Reader) -> bool {
        match self {
            Self::Equal(values) => values.iter().any(|v| v.fits(context, literal, |v| same(v, given))),
            Self::EqualFolded(values) => {
                values.iter().any(|v| v.fits(context, literal, |v| equal_folded(v, given)))
            }
            Self::Like(values) => values.iter().any(|v| v.fits(context, glob, |v| v.matches(given))),
            Self::Arn(values) => components(given).is_some_and(|parts| {
                values.iter().any(|v| v.fits(context, ArnPattern::new, |v| v.matches(&parts)))
            }),
            Self::Bool(values) => boolean(given)
                .is_some_and(|given| values.iter().any(|v| fits_bool(v, given, context, reader))),
            Self::Binary(values) => values.iter().any(|value| value == given),
            Self::Number(order, values) => number(given).is_some_and(|given| {
                values.iter().any(|value| given.partial_cmp(value).is_some_and(|found| order.fits(found)))
            }),
            Self::Date(order, values) => moment::parse(given)
                .is_some_and(|given| values.iter().any(|value| order.fits(given.cmp(value)))),
            Self::Network(values) => given
                .parse::<IpAddr>()
                .is_ok_and(|given| values.iter().any(|network| network.contains(&given))),
        }
    }
}

/// SEM-36: whether `Bool` substitutes policy variables is open.
fn fits_bool(value: &Value<bool>, given: bool, context: &Context, reader: &mut Reader) -> bool {
    let fits = value.fits(context, literal_boolean, |value| *value == given);
    match value {
        Value::Ready(_) => fits,
        Value::Variable(_) => {
            reader.choose(Rule::BoolVariable, reader.readings.bool_variable_is_literal, fits, false)
        }
    }
}

impl Order {
    /// Whether the request's value stands so to the policy's.
    fn fits(self, found: Ordering) -> bool {
        match self {
            Self::Equal => found.is_eq(),
            Self::Less => found.is_lt(),
            Self::AtMost => found.is_le(),
            Self::Greater => found.is_gt(),
            Self::AtLeast => found.is_ge(),
        }
    }
}

/// SEM-34: character by character in lower case, without normalization.
fn equal_folded(one: &str, other: &str) -> bool {
    one.chars().flat_map(char::to_lowercase).eq(other.chars().flat_map(char::to_lowercase))
}

/// A decimal number; not the words and signs that Rust reads too.
fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let decimal = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    if decimal { text.parse().ok() } else { None }
}

/// A network, or an address alone (SEM-36).
fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

//! One condition ready to test: its key looked up in the request, its values compared (SEM-26 to SEM-37).
//! What each operator compares is in `condition::values`.

mod values;

use crate::{
    context::{Context, Held, KeyName},
    operator::{Base, Operator, Quantifier, Test},
    reading::{Reader, Rule},
    syntax::Condition as Written,
};

use values::Values;

/// A condition ready to test.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    key: KeyName,
    quantifier: Option<Quantifier>,
    if_exists: bool,
    negated: bool,
    test: Prepared,
}

#[derive(Debug, Clone)]
enum Prepared {
    /// The operator is none that AWS knows
    Unknown,
    /// `Null`: the accepted answers to "is it absent?" (SEM-29)
    Absence(Vec<bool>),
    /// Any other operator
    Compare(Values),
}

/// Why a condition does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unmet {
    /// The request does not have the key
    KeyAbsent,
    /// The request has the key, and `Null` asks for its absence
    KeyPresent,
    /// The key holds several values and the operator has no set operator (SEM-32)
    NeedsSetOperator,
    /// No value fits, or for a negated operator one does
    Value,
    /// The operator is none that AWS knows
    UnknownOperator,
}

impl Condition {
    pub(crate) fn new(operator: &Operator, written: &Written, variables: bool) -> Self {
        let values = written.values.iter().map(|value| value.as_str());
        let test = match operator.base {
            None => Prepared::Unknown,
            Some(Base { test: Test::Null, .. }) => Prepared::Absence(values.filter_map(boolean).collect()),
            Some(base) => Prepared::Compare(Values::new(base.test, values, variables)),
        };
        Self {
            key: KeyName::new(&written.key),
            quantifier: operator.quantifier,
            if_exists: operator.if_exists,
            negated: operator.base.is_some_and(|base| base.negated),
            test,
        }
    }

    /// Whether the condition holds. `hidden` tells which keys this kind of policy does not see.
    pub(crate) fn test(
        &self,
        context: &Context,
        hidden: impl Fn(&str) -> bool,
        reader: &mut Reader,
    ) -> Result<(), Unmet> {
        let held = context.look_up(&self.key).filter(|_| !hidden(self.key.as_str()));
        match &self.test {
            Prepared::Unknown => Err(Unmet::UnknownOperator),
            Prepared::Absence(wanted) => match held {
                None => hold(wanted.contains(&true), Unmet::KeyAbsent),
                Some(_) => hold(wanted.contains(&false), Unmet::KeyPresent),
            },
            Prepared::Compare(values) => match held {
                None => hold(self.holds_for_absent_key(), Unmet::KeyAbsent),
                Some(held) => self.compare(values, held, context, reader),
            },
        }
    }

    /// SEM-28, SEM-30
    fn holds_for_absent_key(&self) -> bool {
        self.if_exists
            || match self.quantifier {
                Some(Quantifier::All) => true,
                Some(Quantifier::Any) => false,
                None => self.negated,
            }
    }

    fn compare(
        &self,
        values: &Values,
        held: Held<'_>,
        context: &Context,
        reader: &mut Reader,
    ) -> Result<(), Unmet> {
        let fits = |value: &String| self.fits(values, value, context, reader);
        // SEM-30: one empty string is an empty set.
        let empty = matches!(held.values, [value] if value.is_empty());
        match (self.quantifier, held.values) {
            (None, _) if held.multi => Err(Unmet::NeedsSetOperator),
            (None, values) => hold(values.first().is_some_and(fits), Unmet::Value),
            (Some(Quantifier::All), values) => hold(empty || values.iter().all(fits), Unmet::Value),
            (Some(Quantifier::Any), values) => hold(!empty && values.iter().any(fits), Unmet::Value),
        }
    }

    /// One value of the request against all values of the policy (SEM-26, SEM-31).
    fn fits(&self, values: &Values, value: &str, context: &Context, reader: &mut Reader) -> bool {
        if self.negated && values.is_arn() && crate::arn_pattern::components(value).is_none() {
            return reader.choose(Rule::NegatedArn, reader.readings.negated_arn_is_false, true, false);
        }
        values.any_fits(value, context, reader) != self.negated
    }
}

fn hold(holds: bool, otherwise: Unmet) -> Result<(), Unmet> {
    if holds { Ok(()) } else { Err(otherwise) }
}

/// `true` or `false`, in any case.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    [true, false].into_iter().find(|value| text.eq_ignore_ascii_case(if *value { "true" } else { "false" }))
}

//! What is wrong with a key policy document before it is deployed: what AWS would refuse, and
//! statements that are accepted and have no effect (SEM-21). Facts of the document alone; who can do what with
//! it is decided elsewhere.

use std::fmt;

use serde::Serialize;

use crate::{
    condition_key::{Cardinality, cardinality},
    operator::{Operator, Test},
    parse::Position,
    principal::Form,
    syntax::{Condition, Document, Effect, Entry, Ineffective, Place, PrincipalSet, Principals, Statement},
};

/// AWS refuses key policies longer than this many bytes.
const LONGEST: usize = 32_768;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// AWS refuses the document
    Error,
    /// The statement, or a part of it, is accepted and has no effect
    Ineffective,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The text is no policy document
    Parse(crate::json::Fault),
    /// The document is longer than AWS accepts
    TooLong(usize),
    /// A member the policy language does not know
    UnknownElement(String),
    /// A known element with a value of a shape it cannot have
    Shape(String),
    /// A name in another case than AWS's
    Spelling(&'static str),
    /// An entry of `Statement` that is no statement
    NoStatement,
    /// No `Action` and no `NotAction`
    NoAction,
    /// No `Resource` and no `NotResource`
    NoResource,
    /// No `Principal` and no `NotPrincipal`
    NoPrincipal,
    /// `NotPrincipal` with `Allow` (SEM-11)
    NotPrincipalAllow,
    /// A principal that covers nobody
    Principal(String, Form),
    /// Patterns that cover no KMS permission
    NoKmsAction,
    /// An operator AWS does not know
    Operator(String),
    /// A key of several values under an operator without a set operator (SEM-32)
    NeedsSetOperator(String),
    /// A condition without values
    NoValues(String),
}

impl Problem {
    /// How bad it is.
    #[must_use]
    pub fn level(&self) -> Level {
        match self {
            Self::NoAction
            | Self::NoResource
            | Self::NoKmsAction
            | Self::NeedsSetOperator(_)
            | Self::Principal(_, Form::UniqueId) => Level::Ineffective,
            _ => Level::Error,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parse(fault) => fault.fmt(f),
            Self::TooLong(length) => {
                write!(f, "the document is {length} bytes long; KMS accepts {LONGEST}")
            }
            Self::UnknownElement(name) => write!(f, "unknown element `{name}`"),
            Self::Shape(name) => write!(f, "`{name}` has a value of the wrong type"),
            Self::Spelling(name) => write!(f, "AWS writes this name `{name}`"),
            Self::NoStatement => f.write_str("this entry is no statement"),
            Self::NoAction => f.write_str("the statement has no `Action`, so it has no effect"),
            Self::NoResource => f.write_str("the statement has no `Resource`, so it has no effect"),
            Self::NoPrincipal => f.write_str("a statement of a key policy must have a `Principal`"),
            Self::NotPrincipalAllow => f.write_str("`NotPrincipal` with `Allow` is not supported"),
            Self::Principal(text, Form::UniqueId) => {
                write!(f, "`{text}` is the id of a deleted identity; it covers nobody")
            }
            Self::Principal(text, Form::Pattern) => {
                write!(f, "`{text}`: wildcards inside a principal are no patterns; it covers nobody")
            }
            Self::Principal(text, _) => write!(f, "`{text}` is no principal that can call KMS"),
            Self::NoKmsAction => {
                f.write_str("the actions cover no KMS permission, so the statement has no effect")
            }
            Self::Operator(text) => write!(f, "unknown condition operator `{text}`"),
            Self::NeedsSetOperator(key) => write!(
                f,
                "`{key}` holds several values: without `ForAllValues:` or `ForAnyValue:` the condition never \
                 holds where the key is present"
            ),
            Self::NoValues(key) => write!(f, "the condition on `{key}` has no values"),
        }
    }
}

/// A problem and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// What is wrong
    pub problem: Problem,
    /// Where
    pub position: Position,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.position, self.problem)
    }
}

/// Reads a key policy and lists what is wrong with it, in the order of the text.
#[must_use]
pub fn check(text: &str) -> Vec<Complaint> {
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            return vec![Complaint { problem: Problem::Parse(error.fault), position: error.position }];
        }
    };
    let mut found = Vec::new();
    if text.len() > LONGEST {
        found.push((Problem::TooLong(text.len()), Place(0)));
    }
    check_document(&document, &mut found);
    found.sort_by_key(|(_, place)| place.0);
    let positioned = |(problem, place)| Complaint { problem, position: Position::of(text, place) };
    found.into_iter().map(positioned).collect()
}

/// What is wrong with one statement.
#[must_use]
pub fn problems(statement: &Statement) -> Vec<Problem> {
    let mut found = Vec::new();
    check_statement(statement, &mut found);
    found.into_iter().map(|(problem, _)| problem).collect()
}

type Found = Vec<(Problem, Place)>;

fn check_document(document: &Document, found: &mut Found) {
    let known = |name: &str| matches!(name.to_ascii_lowercase().as_str(), "version" | "id" | "statement");
    for unread in &document.unread {
        found.push((unread_problem(&unread.name, known), unread.place));
    }
    found.extend(document.respelled.iter().map(|name| (Problem::Spelling(name.name), name.place)));
    for entry in document.statement.iter() {
        match entry {
            Entry::Unread(_, place) => found.push((Problem::NoStatement, *place)),
            Entry::Statement(statement) => check_statement(statement, found),
        }
    }
}

fn unread_problem(name: &str, known: impl Fn(&str) -> bool) -> Problem {
    if known(name) { Problem::Shape(name.to_owned()) } else { Problem::UnknownElement(name.to_owned()) }
}

fn check_statement(statement: &Statement, found: &mut Found) {
    let known = |name: &str| {
        let name = name.to_ascii_lowercase();
        let base = name.strip_prefix("not").unwrap_or(&name);
        matches!(base, "sid" | "effect" | "principal" | "action" | "resource" | "condition")
    };
    for unread in &statement.unread {
        found.push((unread_problem(&unread.name, known), unread.place));
    }
    found.extend(statement.respelled.iter().map(|name| (Problem::Spelling(name.name), name.place)));
    if statement.effect_written.is_some() {
        let effect = if statement.effect == Effect::Allow { "Allow" } else { "Deny" };
        found.push((Problem::Spelling(effect), statement.place));
    }
    match (statement.ineffective(), &statement.action) {
        (Some(Ineffective::NoAction), _) => found.push((Problem::NoAction, statement.place)),
        (Some(Ineffective::NoResource), _) => found.push((Problem::NoResource, statement.place)),
        (None, Some(set)) if set.actions().is_empty() => found.push((Problem::NoKmsAction, set.place)),
        _ => {}
    }
    check_principal(statement, found);
    for (operator, condition) in statement.conditions() {
        check_condition(operator, condition, found);
    }
}

fn check_principal(statement: &Statement, found: &mut Found) {
    let Some(PrincipalSet { negated, principals, place }) = &statement.principal else {
        found.push((Problem::NoPrincipal, statement.place));
        return;
    };
    if *negated && statement.effect == Effect::Allow {
        found.push((Problem::NotPrincipalAllow, *place));
    }
    if let Principals::Named(lists) = principals {
        for principal in lists.iter().flat_map(|(_, list)| list.iter()) {
            if let form @ (Form::UniqueId | Form::Pattern | Form::Foreign | Form::Unknown) = principal.form()
            {
                found.push((Problem::Principal(principal.as_str().to_owned(), form), *place));
            }
        }
    }
}

fn check_condition(operator: &Operator, condition: &Condition, found: &mut Found) {
    let Some(base) = operator.base else {
        found.push((Problem::Operator(operator.text.clone()), condition.place));
        return;
    };
    if condition.values.is_empty() {
        found.push((Problem::NoValues(condition.key.clone()), condition.place));
    }
    let several = cardinality(&condition.key) == Cardinality::Multi;
    if several && operator.quantifier.is_none() && base.test != Test::Null {
        found.push((Problem::NeedsSetOperator(condition.key.clone()), condition.place));
    }
}

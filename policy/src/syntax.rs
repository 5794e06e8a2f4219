//! The syntax tree of a policy document: what was written, typed, with nothing decided yet.
//! Everything that analyzes policies shares this tree and may share nothing else. Shapes that mean the
//! same (a string, a list of one) are told apart only so that a document prints back as it was.

use std::ops::Deref;

use crate::{json::Value, operator::Operator, principal::Principal};

/// Where an element begins: bytes from the start of the text. All places are equal, so that trees
/// compare by content.
#[derive(Debug, Clone, Copy, Default, Eq)]
pub struct Place(pub usize);

impl PartialEq for Place {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// One thing written alone, or a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOrMany<T> {
    /// The things, in the order written.
    pub items: Vec<T>,
    /// Written alone, not as a list of one.
    pub alone: bool,
}

impl<T> OneOrMany<T> {
    /// One thing written alone.
    pub fn one(item: T) -> Self {
        Self { items: vec![item], alone: true }
    }

    /// A list.
    pub fn many(items: Vec<T>) -> Self {
        Self { items, alone: false }
    }
}

impl<T> Deref for OneOrMany<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

/// A member that the policy language does not know, or whose value has a shape it does not know.
/// It takes no part in any decision; a known element found here counts as missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The name as written.
    pub name: String,
    /// The value as written.
    pub value: Value,
    /// Where its name stands.
    pub place: Place,
}

/// An element whose name is not written in AWS's own case, such as `action`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Respelled {
    /// The name in AWS's case.
    pub name: &'static str,
    /// The name as written.
    pub written: String,
    /// Where it stands.
    pub place: Place,
}

/// A policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// `Version`. Policy variables need `2012-10-17` (SEM-37).
    pub version: Option<String>,
    /// `Id`
    pub id: Option<String>,
    /// `Statement`
    pub statement: OneOrMany<Entry>,
    /// Everything else.
    pub unread: Vec<Unread>,
    /// Names in unusual case.
    pub respelled: Vec<Respelled>,
}

impl Document {
    /// The statements with their index in the list; entries that are none are left out.
    pub fn statements(&self) -> impl Iterator<Item = (usize, &Statement)> {
        self.statement.iter().enumerate().filter_map(|(index, entry)| match entry {
            Entry::Statement(statement) => Some((index, statement.as_ref())),
            Entry::Unread(..) => None,
        })
    }

    /// Whether policy variables are substituted (SEM-37).
    #[must_use]
    pub fn has_variables(&self) -> bool {
        self.version.as_deref() == Some("2012-10-17")
    }
}

/// One entry of `Statement`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A statement
    Statement(Box<Statement>),
    /// Something else, such as `null`; it has no effect.
    Unread(Value, Place),
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// `Sid`
    pub sid: Option<String>,
    /// `Effect`
    pub effect: Effect,
    /// How `Effect` is written, where that is not AWS's case.
    pub effect_written: Option<String>,
    /// `Principal` or `NotPrincipal`
    pub principal: Option<PrincipalSet>,
    /// `Action` or `NotAction`
    pub action: Option<ActionSet>,
    /// `Resource` or `NotResource`
    pub resource: Option<ResourceSet>,
    /// `Condition`, one block an operator
    pub condition: Option<Vec<ConditionBlock>>,
    /// Everything else.
    pub unread: Vec<Unread>,
    /// Names in unusual case.
    pub respelled: Vec<Respelled>,
    /// Where the statement begins.
    pub place: Place,
}

impl Statement {
    /// Whether the statement can have no effect in a key policy whatever is asked, and why (SEM-21).
    #[must_use]
    pub fn ineffective(&self) -> Option<Ineffective> {
        let unread = |name: &str| self.unread.iter().any(|unread| unread.name.eq_ignore_ascii_case(name));
        if self.action.as_ref().is_none_or(|action| action.patterns.is_empty()) {
            Some(Ineffective::NoAction)
        } else if self.resource.as_ref().is_none_or(|resource| resource.patterns.is_empty()) {
            Some(Ineffective::NoResource)
        } else if unread("Condition") {
            Some(Ineffective::UnreadCondition)
        } else {
            None
        }
    }

    /// Every condition: its operator, key and values. All must hold (SEM-26).
    pub fn conditions(&self) -> impl Iterator<Item = (&Operator, &Condition)> {
        let blocks = self.condition.iter().flatten();
        blocks.flat_map(|block| block.conditions.iter().map(|condition| (&block.operator, condition)))
    }
}

/// Why a statement has no effect although the document was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ineffective {
    /// No `Action` and no `NotAction`, or an empty one (SEM-21)
    NoAction,
    /// No `Resource` and no `NotResource`, or an empty one (SEM-21)
    NoResource,
    /// A `Condition` of a shape that cannot be read; assumed never to hold
    UnreadCondition,
}

/// `Effect`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// `Allow`
    Allow,
    /// `Deny`
    Deny,
}

/// `Principal` or `NotPrincipal`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrincipalSet {
    /// `NotPrincipal` (SEM-11 to SEM-14)
    pub negated: bool,
    /// Who is named
    pub principals: Principals,
    /// Where the element begins
    pub place: Place,
}

/// The two forms of a principal element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principals {
    /// `"*"` (SEM-3)
    Everyone,
    /// Lists by type: `AWS`, `Service`, `Federated`, `CanonicalUser`
    Named(Vec<(String, OneOrMany<Principal>)>),
}

/// `Action` or `NotAction`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionSet {
    /// `NotAction` (SEM-19)
    pub negated: bool,
    /// Patterns such as `kms:*` (SEM-18)
    pub patterns: OneOrMany<String>,
    /// Where the element begins
    pub place: Place,
}

/// `Resource` or `NotResource`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceSet {
    /// `NotResource`
    pub negated: bool,
    /// `*`, ARNs, or patterns of ARNs (SEM-21 to SEM-25)
    pub patterns: OneOrMany<String>,
    /// Where the element begins
    pub place: Place,
}

/// One operator of a `Condition` and what it tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionBlock {
    /// The operator
    pub operator: Operator,
    /// The keys tested; all must hold (SEM-26)
    pub conditions: Vec<Condition>,
}

/// One condition key and the values it is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The key's name as written; its case says nothing (SEM-27)
    pub key: String,
    /// The values; one of them must match, or for a negated operator none (SEM-26)
    pub values: OneOrMany<ConditionValue>,
    /// Where the key stands
    pub place: Place,
}

/// A value of a condition as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConditionValue {
    /// A string
    Text(String),
    /// `true` or `false` without quotes
    Bool(bool),
    /// A number without quotes
    Number(String),
}

impl ConditionValue {
    /// The value as text, whichever way it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number(text) => text,
            Self::Bool(true) => "true",
            Self::Bool(false) => "false",
        }
    }
}

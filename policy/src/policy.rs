//! One policy, ready to be evaluated: what each of its statements says of one request.

use crate::{
    aws::{Action, Actions},
    caller::{Caller, Coverage, Via, coverage},
    condition::{Condition, Unmet},
    context::Context,
    parse::ParseError,
    reading::Reader,
    resource::{Resource, Resources},
    syntax::{Document, Effect, Entry, Ineffective, PrincipalSet, Statement},
};

/// A policy document, ready to be evaluated.
#[derive(Debug, Clone)]
pub struct Policy {
    document: Document,
    statements: Vec<Prepared>,
}

/// One statement, ready to be evaluated.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    /// Its index in the document's list
    pub(crate) index: usize,
    pub(crate) effect: Effect,
    actions: Actions,
    resources: Option<Resources>,
    conditions: Vec<Condition>,
    ineffective: Option<Ineffective>,
}

/// What a policy is attached to, as far as it changes the meaning of its statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// On the key (SEM-21, SEM-40)
    Key,
    /// On a VPC endpoint (SEM-50)
    Endpoint,
    /// On an identity, as a limit of one, or an SCP: no principals
    Identity,
    /// An RCP: its principal is everyone (SEM-14)
    ResourceControl,
}

/// Who asks for what, as statements see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) action: Action,
    pub(crate) resource: Resource<'a>,
    pub(crate) context: &'a Context,
    /// The caller has a permissions boundary (SEM-13)
    pub(crate) bounded: bool,
}

/// Why a statement does not apply to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    /// It has no effect at all
    Ineffective(Ineffective),
    /// Its actions do not cover the request's
    Action,
    /// Its principals do not cover the caller
    Principal,
    /// It names principals where that kind of policy cannot, or not everyone where it must (SEM-14)
    PrincipalElement,
    /// Its resources do not cover the key
    Resource,
    /// A condition does not hold
    Condition {
        /// Which one, in the order of `Statement::conditions`
        index: usize,
        /// Why not
        unmet: Unmet,
    },
}

impl Policy {
    /// Reads and prepares a policy document.
    ///
    /// # Errors
    /// When the text is no policy document.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Document::parse(text).map(Self::new)
    }

    /// Prepares a policy document.
    #[must_use]
    pub fn new(document: Document) -> Self {
        let variables = document.has_variables();
        let prepare = |(index, statement)| Prepared::new(index, statement, variables);
        let statements = document.statements().map(prepare).collect();
        Self { document, statements }
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// A statement by its index in the document's list.
    #[must_use]
    pub fn statement(&self, index: usize) -> Option<&Statement> {
        match self.document.statement.get(index) {
            Some(Entry::Statement(statement)) => Some(statement),
            _ => None,
        }
    }

    /// A statement's name for people: its `Sid`, or `#` and its index.
    #[must_use]
    pub fn statement_name(&self, index: usize) -> String {
        let sid = self.statement(index).and_then(|statement| statement.sid.as_deref());
        sid.filter(|sid| !sid.is_empty()).map_or_else(|| format!("#{index}"), str::to_owned)
    }

    pub(crate) fn prepared(&self) -> &[Prepared] {
        &self.statements
    }

    /// Whether a statement applies to a request, and through what its principals cover the caller.
    pub(crate) fn applies(
        &self,
        statement: &Prepared,
        place: Place,
        asked: Asked<'_>,
        reader: &mut Reader,
    ) -> Result<Coverage, Mismatch> {
        if let Some(why) = statement.ineffective {
            return Err(Mismatch::Ineffective(why));
        }
        if !statement.actions.contains(asked.action) {
            return Err(Mismatch::Action);
        }
        let principal = self.statement(statement.index).and_then(|written| written.principal.as_ref());
        let coverage = covers(principal, statement.effect, place, asked, reader)?;
        let resource = statement.resources.as_ref();
        if !resource.is_some_and(|set| set.covers(asked.resource, asked.context, reader)) {
            return Err(Mismatch::Resource);
        }
        // SEM-40: key policies do not see the aliases of the key.
        let hidden = |key: &str| place == Place::Key && key == "kms:resourcealiases";
        for (index, condition) in statement.conditions.iter().enumerate() {
            condition
                .test(asked.context, hidden, reader)
                .map_err(|unmet| Mismatch::Condition { index, unmet })?;
        }
        Ok(coverage)
    }
}

fn covers(
    principal: Option<&PrincipalSet>,
    effect: Effect,
    place: Place,
    asked: Asked<'_>,
    reader: &mut Reader,
) -> Result<Coverage, Mismatch> {
    let everyone = || {
        let mut everyone = Coverage::default();
        everyone.add(Via::Everyone);
        everyone
    };
    let covered =
        |set, reader: &mut _| coverage(set, effect == Effect::Deny, asked.caller, asked.bounded, reader);
    match (place, principal) {
        (Place::Key | Place::Endpoint, Some(set)) => match covered(set, reader) {
            none if none.is_empty() => Err(Mismatch::Principal),
            some => Ok(some),
        },
        (Place::Key | Place::Endpoint, None) => Err(Mismatch::Principal),
        (Place::Identity, None) => Ok(everyone()),
        (Place::ResourceControl, Some(set)) if !set.negated && covered(set, reader).has(Via::Everyone) => {
            Ok(everyone())
        }
        (Place::Identity | Place::ResourceControl, _) => Err(Mismatch::PrincipalElement),
    }
}

impl Prepared {
    fn new(index: usize, statement: &Statement, variables: bool) -> Self {
        let conditions = statement
            .conditions()
            .map(|(operator, condition)| Condition::new(operator, condition, variables))
            .collect();
        Self {
            index,
            effect: statement.effect,
            actions: statement.action.as_ref().map_or(Actions::none(), |set| set.actions()),
            resources: statement.resource.as_ref().map(|set| Resources::new(set, variables)),
            conditions,
            ineffective: statement.ineffective(),
        }
    }
}

//! Policies as the search sees them: which actions each statement covers, whether its resources are the key, and
//! what all statements together name. Read once for each distinct text.

use std::collections::{BTreeMap, BTreeSet};

use keyreach_policy::{
    ParseError, Policy, ResourceStar, Rule,
    aws::{Action, Actions},
    principal::Principal,
    syntax::{ActionSet, Document, Effect, Entry, OneOrMany, Principals, ResourceSet, Statement},
};

use super::{
    axis::Case,
    condition::Asked,
    glob::{Class, Glob, Piece, Resolved, accepts, arn, over, pieces, resolve, variables},
    principal::Directory,
    reading::Lens,
};

/// A policy, read for the search.
#[derive(Debug, Clone)]
pub struct Reviewed {
    pub(super) policy: Policy,
    pub(super) rules: Vec<StatementRule>,
    pub(super) mentions: Mentions,
}

/// One statement that can have an effect.
#[derive(Debug, Clone)]
pub(super) struct StatementRule {
    pub(super) index: usize,
    pub(super) allows: bool,
    pub(super) actions: Actions,
    /// Whom its principal names
    pub(super) directory: Directory,
    /// Its conditions, in their order
    pub(super) conditions: Vec<Asked>,
    /// Policy variables stand in it
    pub(super) varies: bool,
    /// A Deny as it is written
    pub(super) text: String,
}

/// What a policy names.
#[derive(Debug, Clone, Default)]
pub(super) struct Mentions {
    /// Principals, by text
    pub(super) principals: BTreeMap<String, Principal>,
    /// Condition keys in lower case, with the values they are compared with; of variables, none
    pub(super) keys: BTreeMap<String, BTreeSet<String>>,
    /// The same keys as they are written first
    pub(super) spelling: BTreeMap<String, String>,
    /// Patterns of resources other than `*`
    pub(super) resources: BTreeSet<String>,
    /// It has a `NotPrincipal`
    pub(super) not_principal: bool,
}

impl Reviewed {
    /// Reads a policy.
    ///
    /// # Errors
    /// When the text is no policy document.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let policy = Policy::parse(text)?;
        let mut rules = Vec::new();
        let mut mentions = Mentions::default();
        for (index, statement) in policy.document().statements() {
            if statement.ineffective().is_some() {
                continue;
            }
            rules.push(StatementRule::new(index, statement, policy.document().has_variables()));
            mentions.note(statement);
        }
        Ok(Self { policy, rules, mentions })
    }

    /// The policy as the engine reads it.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The KMS permissions that its Allow statements cover, whatever they ask for.
    #[must_use]
    pub fn allowed(&self) -> Actions {
        let allows = self.rules.iter().filter(|rule| rule.allows);
        allows.fold(Actions::none(), |all, rule| all.union(rule.actions))
    }
}

impl StatementRule {
    fn new(index: usize, statement: &Statement, variables: bool) -> Self {
        let allows = statement.effect == Effect::Allow;
        let asked = statement.conditions().map(|(operator, asked)| Asked::new(operator, asked, variables));
        let values = statement.conditions().flat_map(|(_, condition)| condition.values.iter());
        let resources = statement.resource.iter().flat_map(|set| set.patterns.iter().map(String::as_str));
        let mut texts = values.map(|value| value.as_str()).chain(resources);
        Self {
            index,
            allows,
            actions: statement.action.as_ref().map_or(Actions::none(), covered),
            directory: Directory::new(statement.principal.as_ref()),
            conditions: asked.collect(),
            varies: variables && texts.any(|text| text.contains("${")),
            text: if allows { String::new() } else { written(statement) },
        }
    }
}

impl Mentions {
    pub(super) fn note(&mut self, statement: &Statement) {
        if let Some(set) = &statement.principal {
            self.not_principal |= set.negated;
            if let Principals::Named(lists) = &set.principals {
                for principal in lists.iter().flat_map(|(_, list)| list.iter()) {
                    self.principals.insert(principal.as_str().to_owned(), principal.clone());
                }
            }
        }
        let resources = statement.resource.iter().flat_map(|set| set.patterns.iter());
        for text in resources.filter(|text| *text != "*") {
            self.variables(text);
            self.resources.insert(text.clone());
        }
        for (_, condition) in statement.conditions() {
            let lower = condition.key.to_ascii_lowercase();
            self.spelling.entry(lower.clone()).or_insert_with(|| condition.key.clone());
            let values = self.keys.entry(lower).or_default();
            values.extend(condition.values.iter().map(|value| value.as_str().to_owned()));
            for value in condition.values.iter() {
                self.variables(value.as_str());
            }
        }
    }

    fn variables(&mut self, text: &str) {
        for key in variables(text) {
            self.keys.entry(key).or_default();
        }
    }
}

/// A statement's text, wherever it stands.
fn written(statement: &Statement) -> String {
    let document = Document {
        version: None,
        id: None,
        statement: OneOrMany::one(Entry::Statement(Box::new(statement.clone()))),
        unread: Vec::new(),
        respelled: Vec::new(),
    };
    document.to_string()
}

/// SEM-18, SEM-19: the KMS permissions that an element covers.
fn covered(set: &ActionSet) -> Actions {
    let named = set.patterns.iter().fold(Actions::none(), |all, text| all.union(covered_by(text)));
    if set.negated { named.complement() } else { named }
}

fn covered_by(text: &str) -> Actions {
    let lower = text.to_ascii_lowercase();
    if matches!(lower.as_str(), "*" | "kms:*") {
        return Actions::every();
    }
    let Some((service, _)) = lower.split_once(':') else { return Actions::none() };
    if service != "kms" && !service.contains(['*', '?']) {
        return Actions::none();
    }
    let pattern = over(Class::Any, &pieces(&lower, false, true));
    Action::all().filter(|action| accepts(&pattern, &action.name().to_ascii_lowercase())).collect()
}

/// Whether a `Resource` or `NotResource` element covers the key of a case; `None` where a variable is open.
pub(super) fn is_resource(
    set: &ResourceSet,
    has_variables: bool,
    case: &Case<'_>,
    lens: &Lens<'_>,
) -> Option<bool> {
    let mut open = false;
    for text in set.patterns.iter() {
        match fits(text, has_variables, case, lens) {
            Some(true) => return Some(!set.negated),
            Some(false) => {}
            None => open = true,
        }
    }
    if open { None } else { Some(set.negated) }
}

fn fits(text: &str, has_variables: bool, case: &Case<'_>, lens: &Lens<'_>) -> Option<bool> {
    if text == "*" {
        return Some(true);
    }
    let written = pieces(text, has_variables, true);
    if !begins_as_arn(&written) {
        return Some(false);
    }
    let pieces = match resolve(written, &|key| case.meaning(key)) {
        Resolved::Pieces(pieces) => pieces,
        Resolved::Nothing => return Some(false),
        Resolved::Open => return None,
    };
    let key = case.world.arn;
    if arn(&pieces).is_some_and(|glob| accepts(&glob, key)) {
        return Some(true);
    }
    if !accepts(&over(Class::Any, &pieces), key) {
        return Some(false);
    }
    // SEM-24: it fits only where a star runs over a colon.
    lens.touch(Rule::ResourceStar);
    Some(match lens.reading.resource_star {
        ResourceStar::WithinSegment => false,
        ResourceStar::Anywhere => true,
        ResourceStar::EndOfSegment => accepts(&running_on(&pieces), key),
    })
}

/// A pattern of a `Resource` element without variables, under each reading of SEM-24.
#[derive(Debug, Clone)]
pub(super) struct Coverage(Option<[Option<Glob>; 3]>);

impl Coverage {
    pub(super) fn of(text: &str) -> Self {
        let written = pieces(text, false, true);
        let readings = || [arn(&written), Some(running_on(&written)), Some(over(Class::Any, &written))];
        Self(begins_as_arn(&written).then(readings))
    }

    /// Whether it covers a key, reading by reading.
    pub(super) fn of_key(&self, key: &str) -> [bool; 3] {
        let covers = |glob: &Option<Glob>| glob.as_ref().is_some_and(|glob| accepts(glob, key));
        self.0.as_ref().map_or([false; 3], |globs| globs.each_ref().map(covers))
    }
}

/// SEM-24, SEM-25: it begins as an ARN, its service is literal, and variables stand after the fifth colon.
fn begins_as_arn(pieces: &[Piece]) -> bool {
    let start: Vec<Piece> = "arn:".chars().map(Piece::Char).collect();
    if !pieces.starts_with(&start) {
        return false;
    }
    let mut colons = 0;
    for piece in pieces {
        match piece {
            Piece::Char(':') => colons += 1,
            Piece::Char(_) => {}
            Piece::One | Piece::Many if colons == 2 => return false,
            Piece::One | Piece::Many => {}
            Piece::Variable { .. } if colons < 5 => return false,
            Piece::Variable { .. } => {}
        }
    }
    colons > 2
}

/// A star that ends a segment may run on over colons, no other wildcard may.
fn running_on(pieces: &[Piece]) -> Glob {
    use super::glob::Token;
    let after = pieces.iter().skip(1).map(Some).chain([None]);
    pieces
        .iter()
        .zip(after)
        .filter_map(|(piece, next)| match piece {
            Piece::Char(c) => Some(Token::Char(*c)),
            Piece::One => Some(Token::One(Class::NotColon)),
            Piece::Many if matches!(next, None | Some(Piece::Char(':'))) => Some(Token::Many(Class::Any)),
            Piece::Many => Some(Token::Many(Class::NotColon)),
            Piece::Variable { .. } => None,
        })
        .collect()
}

//! Patterns of the `Resource` element against the ARN of a key (SEM-21 to SEM-25).

use crate::{
    arn_pattern::ArnPattern,
    context::Context,
    pattern::{Glob, Piece, has_variable, literal, pieces, same, substitute},
    reading::{Reader, ResourceStar, Rule},
    syntax::ResourceSet,
};

/// The ARN of the key that a request is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resource<'a> {
    pub(crate) text: &'a str,
    /// Its six components
    pub(crate) parts: [&'a str; 6],
}

/// A `Resource` or `NotResource` element ready to match.
#[derive(Debug, Clone)]
pub(crate) struct Resources {
    negated: bool,
    patterns: Vec<Pattern>,
}

#[derive(Debug, Clone)]
enum Pattern {
    /// `*`
    All,
    /// An ARN without wildcards
    Exact(String),
    /// An ARN with wildcards
    Arn(Box<Wild>),
    /// An ARN with policy variables after its fifth colon (SEM-25)
    Variable(Vec<Piece>),
    /// No ARN, a wildcard in the service, or a variable before the fifth colon
    Nothing,
}

/// A pattern with wildcards, under each reading of SEM-24.
#[derive(Debug, Clone)]
struct Wild {
    within: Option<ArnPattern>,
    anywhere: Glob,
    pieces: Vec<Piece>,
}

impl ResourceSet {
    /// Whether the element may cover an ARN, its variables standing for anything.
    #[must_use]
    pub fn may_cover(&self, arn: &str) -> bool {
        let one = |text: &String| {
            let parts = pieces(text, true, true);
            let open = parts
                .iter()
                .map(|piece| if let Piece::Variable { .. } = piece { &Piece::Star } else { piece });
            Glob::new(open).matches(arn)
        };
        if self.negated {
            !self.patterns.iter().any(|text| text == "*" || text == arn)
        } else {
            self.patterns.iter().any(one)
        }
    }
}

impl Resources {
    pub(crate) fn new(set: &ResourceSet, variables: bool) -> Self {
        let patterns = set.patterns.iter().map(|text| Pattern::new(text, variables)).collect();
        Self { negated: set.negated, patterns }
    }

    pub(crate) fn covers(&self, arn: Resource<'_>, context: &Context, reader: &mut Reader) -> bool {
        self.patterns.iter().any(|pattern| pattern.covers(arn, context, reader)) != self.negated
    }
}

impl Pattern {
    fn new(text: &str, variables: bool) -> Self {
        if text == "*" {
            return Self::All;
        }
        let pieces = pieces(text, variables, true);
        if !has_usable_head(&pieces) {
            return Self::Nothing;
        }
        if has_variable(&pieces) {
            return Self::Variable(pieces);
        }
        match literal(&pieces) {
            Some(text) => Self::Exact(text),
            None => Self::Arn(Box::new(Wild::new(pieces))),
        }
    }

    fn covers(&self, arn: Resource<'_>, context: &Context, reader: &mut Reader) -> bool {
        match self {
            Self::All => true,
            Self::Exact(text) => same(text, arn.text),
            Self::Arn(wild) => wild.covers(arn, reader),
            Self::Variable(pieces) => {
                substitute(pieces, context).is_some_and(|pieces| Wild::new(pieces).covers(arn, reader))
            }
            Self::Nothing => false,
        }
    }
}

/// Whether a pattern begins as an ARN with a literal service (SEM-24), and its variables all stand after the
/// fifth colon (SEM-25).
fn has_usable_head(pieces: &[Piece]) -> bool {
    if !matches!(pieces.first(), Some(Piece::Text(text)) if text.starts_with("arn:")) {
        return false;
    }
    let mut colons = 0;
    for piece in pieces {
        match piece {
            Piece::Text(text) => colons += text.matches(':').count(),
            Piece::Star | Piece::One if colons == 2 => return false,
            Piece::Star | Piece::One => {}
            Piece::Variable { .. } if colons < 5 => return false,
            Piece::Variable { .. } => {}
        }
    }
    colons > 2
}

impl Wild {
    fn new(pieces: Vec<Piece>) -> Self {
        Self { within: ArnPattern::new(&pieces), anywhere: Glob::new(&pieces), pieces }
    }

    /// SEM-24. What matches within segments matches under every reading; what does not match anywhere,
    /// under none.
    fn covers(&self, arn: Resource<'_>, reader: &mut Reader) -> bool {
        let within = self.within.as_ref().is_some_and(|pattern| pattern.matches(&arn.parts));
        if within {
            return true;
        }
        if !self.anywhere.matches(arn.text) {
            return false;
        }
        reader.touched.insert(Rule::ResourceStar);
        match reader.readings.resource_star {
            ResourceStar::WithinSegment => false,
            ResourceStar::Anywhere => true,
            ResourceStar::EndOfSegment => runs_on(&self.pieces, arn.text),
        }
    }
}

/// Whether the pattern covers the ARN when only a `*` that ends a segment may run on over colons.
fn runs_on(pieces: &[Piece], arn: &str) -> bool {
    let text: Vec<char> = arn.chars().collect();
    // reached[i]: the pieces so far can cover the first i characters.
    let mut reached = vec![false; text.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            // Variables were substituted before.
            Piece::Variable { .. } => return false,
            Piece::Text(part) => {
                for wanted in part.chars() {
                    reached = step(&reached, &text, |found| found == wanted);
                }
            }
            Piece::One => reached = step(&reached, &text, |found| found != ':'),
            Piece::Star => {
                let crosses = match pieces.get(index + 1) {
                    None => true,
                    Some(Piece::Text(next)) => next.starts_with(':'),
                    Some(_) => false,
                };
                run(&mut reached, &text, crosses);
            }
        }
    }
    reached.last().copied().unwrap_or(false)
}

/// One character further.
fn step(reached: &[bool], text: &[char], fits: impl Fn(char) -> bool) -> Vec<bool> {
    let next = reached.iter().zip(text).map(|(&reached, &found)| reached && fits(found));
    std::iter::once(false).chain(next).collect()
}

/// Any number of characters further.
fn run(reached: &mut [bool], text: &[char], crosses: bool) {
    let mut open = false;
    for (index, place) in reached.iter_mut().enumerate() {
        let before = index.checked_sub(1).and_then(|before| text.get(before));
        open &= crosses || before != Some(&':');
        open |= *place;
        *place = open;
    }
}

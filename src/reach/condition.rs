//! One condition of a policy, read for one case: what it asks of the values of its key, and of a request without
//! the key (SEM-26 to SEM-37). What keys stand for in the case comes from `axis`.

use std::sync::Arc;

use keyreach_policy::{
    Rule, RuleSet,
    condition_key::{Cardinality, cardinality},
    operator::{Base, Operator, Quantifier, Test as Comparison},
    syntax::Condition,
};

use super::{
    date::date,
    glob::{Class, Glob, Meaning, Piece, Resolved, arn, exactly, folded, over, pieces, resolve},
    pred::{Pred, Test, boolean, network, number},
    reading::Reading,
};

/// What is asked of the values of a key that can hold several.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Several {
    /// Each satisfies it; so does the empty set
    All(Pred),
    /// Some value satisfies it; the empty set does not
    Any(Pred),
    /// Whatever they are; `None` where not known
    Always(Option<bool>),
}

impl Several {
    fn not(&self) -> Self {
        match self {
            Self::All(pred) => Self::Any(pred.not()),
            Self::Any(pred) => Self::All(pred.not()),
            Self::Always(holds) => Self::Always(holds.map(|holds| !holds)),
        }
    }
}

/// What is asked of a key.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Demand {
    /// Whether it holds without the key; `None` where not known
    pub(super) absent: Option<bool>,
    /// What it asks of a key of one value
    pub(super) single: Pred,
    /// What it asks of a key of several
    pub(super) several: Several,
}

impl Demand {
    /// The key is there, or it is not.
    pub(super) fn presence(there: bool) -> Self {
        Self { absent: Some(!there), single: Pred::always(there), several: Several::Always(Some(there)) }
    }

    /// The key is there and every value satisfies this.
    pub(super) fn each(pred: Pred) -> Self {
        Self { absent: Some(false), single: pred.clone(), several: Several::All(pred) }
    }

    /// The key is there and some value satisfies this.
    pub(super) fn some(pred: Pred) -> Self {
        Self { absent: Some(false), single: pred.clone(), several: Several::Any(pred) }
    }

    /// The key is not there, or each value satisfies this.
    pub(super) fn if_there(pred: Pred) -> Self {
        Self { absent: Some(true), ..Self::each(pred) }
    }

    pub(super) fn not(&self) -> Self {
        Self {
            absent: self.absent.map(|holds| !holds),
            single: self.single.not(),
            several: self.several.not(),
        }
    }

    /// Nothing is known of it.
    fn unclear() -> Self {
        Self { absent: None, single: Pred::unclear(), several: Several::Always(None) }
    }
}

/// What a condition is read with.
pub(super) struct Glossary<'a> {
    /// The key, in lower case
    pub(super) key: &'a str,
    /// Policy variables are substituted (SEM-37)
    pub(super) variables: bool,
    /// What variables stand for
    pub(super) meaning: &'a dyn Fn(&str) -> Meaning,
    pub(super) reading: Reading,
}

/// A condition, as far as it can be read without a case.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// The key, in lower case
    pub(super) key: String,
    /// The key can hold several values
    pub(super) several: bool,
    /// What is asked of it; `None` where a variable or an open rule has a say
    pub(super) demand: Option<Demand>,
}

impl Asked {
    pub(super) fn new(operator: &Operator, condition: &Condition, variables: bool) -> Self {
        let key = condition.key.to_ascii_lowercase();
        let varies = variables && condition.values.iter().any(|value| value.as_str().contains("${"));
        let glossary = Glossary {
            key: &key,
            variables: false,
            meaning: &|_| Meaning::Nothing,
            reading: Reading::default(),
        };
        let mut touched = RuleSet::default();
        let demand = demand(operator, condition, &glossary, &mut touched);
        let demand = Some(demand).filter(|_| !varies && touched.is_empty());
        Self { several: cardinality(&key) == Cardinality::Multi, key, demand }
    }
}

/// SEM-35 leaves nothing open about keys that hold nothing but ARNs.
fn holds_arns_only(key: &str) -> bool {
    matches!(key, "aws:principalarn" | "aws:sourcearn" | "kms:grantconstraintsourcearn")
}

/// Reads a condition. `touched` receives the rules whose other readings would read it otherwise.
pub(super) fn demand(
    operator: &Operator,
    condition: &Condition,
    glossary: &Glossary<'_>,
    touched: &mut RuleSet,
) -> Demand {
    let Some(base) = operator.base else { return Demand::unclear() };
    let texts = || condition.values.iter().map(|value| value.as_str());
    if base.test == Comparison::Null {
        let wanted: Vec<bool> = texts().filter_map(boolean).collect();
        let (absent, there) = (wanted.contains(&true), wanted.contains(&false));
        return Demand {
            absent: Some(absent),
            single: Pred::always(there),
            several: Several::Always(Some(there)),
        };
    }
    let pred = compare(base, texts(), glossary, touched);
    let missing = operator.if_exists
        || match operator.quantifier {
            Some(Quantifier::All) => true,
            Some(Quantifier::Any) => false,
            None => base.negated,
        };
    let (single, several) = match operator.quantifier {
        // SEM-32
        None => (pred, Several::Always(Some(false))),
        Some(Quantifier::All) => (Pred { empty: Some(true), ..pred.clone() }, Several::All(pred)),
        Some(Quantifier::Any) => (Pred { empty: Some(false), ..pred.clone() }, Several::Any(pred)),
    };
    Demand { absent: Some(missing), single, several }
}

/// What the values ask of one value of the request.
fn compare<'a>(
    base: Base,
    texts: impl Iterator<Item = &'a str>,
    glossary: &Glossary<'_>,
    touched: &mut RuleSet,
) -> Pred {
    let test = match base.test {
        Comparison::Numeric(order) => Test::Number(order, texts.filter_map(number).collect()),
        Comparison::Date(order) => Test::Date(order, texts.filter_map(date).collect()),
        Comparison::IpAddress => Test::Net(texts.filter_map(network).collect()),
        Comparison::Binary | Comparison::Null => Test::Match(texts.map(exactly).collect()),
        Comparison::Bool => match booleans(texts, glossary, touched) {
            Some(wanted) => Test::Bool(wanted),
            None => Test::Unclear,
        },
        Comparison::StringEquals
        | Comparison::StringEqualsIgnoreCase
        | Comparison::StringLike
        | Comparison::ArnLike => match patterns(base.test, texts, glossary) {
            Some(globs)
                if base.test == Comparison::ArnLike && base.negated && !holds_arns_only(glossary.key) =>
            {
                touched.insert(Rule::NegatedArn);
                if glossary.reading.negated_arn_is_false {
                    return Pred::new(Test::OtherArn(globs));
                }
                Test::Match(globs)
            }
            Some(globs) => Test::Match(globs),
            None => Test::Unclear,
        },
    };
    Pred { test, positive: !base.negated, empty: None }
}

/// A value in pieces. Where an ARN of the caller has its account, a variable that stands for the caller's account
/// says nothing: every twelve characters there are that account.
pub(super) fn written(key: &str, test: Comparison, text: &str, variables: bool) -> Vec<Piece> {
    let mut pieces = pieces(text, variables, matches!(test, Comparison::StringLike | Comparison::ArnLike));
    let kept = test == Comparison::StringEqualsIgnoreCase || key != "aws:principalarn";
    let of_account = |piece: &Piece| matches!(piece, Piece::Variable { key, .. } if key == "aws:principalaccount" || key == "kms:calleraccount");
    let Some(at) = pieces.iter().position(of_account).filter(|_| !kept) else { return pieces };
    let before = pieces.get(..at).unwrap_or_default();
    let colons = before.iter().filter(|piece| **piece == Piece::Char(':')).count();
    let fixed = test == Comparison::ArnLike || before.iter().all(|piece| matches!(piece, Piece::Char(_)));
    if colons == 4 && before.last() == Some(&Piece::Char(':')) && fixed {
        pieces.splice(at..=at, std::iter::repeat_n(Piece::One, 12));
    }
    pieces
}

/// The patterns of the values; `None` where a variable is open.
fn patterns<'a>(
    test: Comparison,
    texts: impl Iterator<Item = &'a str>,
    glossary: &Glossary<'_>,
) -> Option<Arc<[Glob]>> {
    let mut globs = Vec::new();
    for text in texts {
        match resolve(written(glossary.key, test, text, glossary.variables), glossary.meaning) {
            Resolved::Open => return None,
            Resolved::Nothing => {}
            Resolved::Pieces(pieces) => match test {
                Comparison::ArnLike => globs.extend(arn(&pieces)),
                Comparison::StringEqualsIgnoreCase => globs.push(folded(&plain(&pieces))),
                _ => globs.push(over(Class::Any, &pieces)),
            },
        }
    }
    Some(globs.into())
}

fn plain(pieces: &[Piece]) -> String {
    let characters = pieces.iter().filter_map(|piece| match piece {
        Piece::Char(c) => Some(*c),
        _ => None,
    });
    characters.collect()
}

/// SEM-36: whether `Bool` substitutes policy variables is open.
fn booleans<'a>(
    texts: impl Iterator<Item = &'a str>,
    glossary: &Glossary<'_>,
    touched: &mut RuleSet,
) -> Option<Vec<bool>> {
    let mut wanted = Vec::new();
    for text in texts {
        let written = pieces(text, glossary.variables, false);
        let has_variable = written.iter().any(|piece| matches!(piece, Piece::Variable { .. }));
        if has_variable {
            touched.insert(Rule::BoolVariable);
            if glossary.reading.bool_variable_is_literal {
                continue;
            }
        }
        match resolve(written, glossary.meaning) {
            Resolved::Open => return None,
            Resolved::Nothing => {}
            Resolved::Pieces(pieces) => wanted.extend(boolean(&plain(&pieces))),
        }
    }
    Some(wanted)
}

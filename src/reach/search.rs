//! The search itself: clauses of demands on axes, one alternative of each to be satisfied together, axis by axis
//! (semantics, 5.3). Complete within its budget; beyond it the answer is `Unclear`, never "no".

use super::{
    axis::{Axis, Domain, Share},
    condition::{Demand, Several},
    glob::{Class, Token},
    glob_space::Found,
    meter::Meter,
    pred::{Pred, find},
};

/// How many alternatives a search may try.
const TRIES: usize = 4_000;

/// In `fails`: the statement of that number is an Allow, and applies.
pub(super) const APPLIES: usize = usize::MAX - 1;

/// A demand on one axis.
#[derive(Debug, Clone)]
pub(super) struct Atom {
    pub(super) axis: usize,
    pub(super) demand: Demand,
}

/// One way to satisfy a clause: all of these at once.
#[derive(Debug, Clone, Default)]
pub(super) struct Alternative {
    pub(super) atoms: Vec<Atom>,
    /// The condition that is made to fail, where the clause is a Deny: number of the statement, of the condition;
    /// where it is one of several Allow statements, `APPLIES`
    pub(super) fails: Option<(usize, usize)>,
}

/// A question: axes, and clauses of which each must be satisfied.
#[derive(Debug, Default)]
pub(super) struct Puzzle {
    pub(super) axes: Vec<Axis>,
    pub(super) clauses: Vec<Vec<Alternative>>,
}

/// What a key holds in a solution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Held {
    Absent,
    Values(Vec<String>),
}

/// A solution.
#[derive(Debug, Clone)]
pub(super) struct Solution {
    /// By axis; `None` where nothing was asked
    pub(super) values: Vec<Option<Held>>,
    /// The conditions of Deny statements that were made to fail
    pub(super) fails: Vec<(usize, usize)>,
}

/// The end of a search.
#[derive(Debug)]
pub(super) enum Answer {
    Solved(Solution),
    Impossible,
    Unclear,
}

impl Puzzle {
    /// The number of an axis.
    pub(super) fn axis(&mut self, axis: Axis) -> usize {
        match self.axes.iter().position(|known| known.id == axis.id) {
            Some(index) => index,
            None => {
                self.axes.push(axis);
                self.axes.len() - 1
            }
        }
    }

    /// An atom of which nothing is known: a question that may go either way.
    pub(super) fn riddle(&mut self) -> Atom {
        let domain = Domain { absent: true, ..Domain::default() };
        let axis = self.axis(Axis { id: "?".to_owned(), domain, share: Share::Whole });
        let demand = Demand { absent: None, single: Pred::unclear(), several: Several::Always(None) };
        Atom { axis, demand }
    }

    /// Searches for a solution.
    pub(super) fn solve(&self, meter: &Meter) -> Answer {
        let mut clauses: Vec<&[Alternative]> = self.clauses.iter().map(Vec::as_slice).collect();
        clauses.sort_by_key(|clause| clause.len());
        let mut search = Search {
            axes: &self.axes,
            asked: vec![Vec::new(); self.axes.len()],
            held: vec![None; self.axes.len()],
            fails: Vec::new(),
            unclear: false,
            tries: 0,
            meter,
        };
        if search.satisfy(&clauses) {
            return Answer::Solved(Solution { values: search.held, fails: search.fails });
        }
        if search.unclear { Answer::Unclear } else { Answer::Impossible }
    }
}

struct Search<'a> {
    axes: &'a [Axis],
    asked: Vec<Vec<&'a Demand>>,
    held: Vec<Option<Held>>,
    fails: Vec<(usize, usize)>,
    unclear: bool,
    tries: usize,
    meter: &'a Meter,
}

impl<'a> Search<'a> {
    fn satisfy(&mut self, clauses: &[&'a [Alternative]]) -> bool {
        let Some((clause, rest)) = clauses.split_first() else {
            let doubtful =
                self.asked.iter().zip(&self.held).any(|(asked, held)| !asked.is_empty() && held.is_none());
            self.unclear |= doubtful;
            return !doubtful;
        };
        // What the values found so far satisfy already comes first.
        let (easy, hard): (Vec<&Alternative>, Vec<&Alternative>) =
            clause.iter().partition(|alternative| self.satisfied(alternative));
        for alternative in easy.into_iter().chain(hard) {
            self.tries += 1;
            if self.tries > TRIES || !self.meter.spend(1) {
                self.unclear = true;
                return false;
            }
            let before = (self.held.clone(), self.fails.len());
            let taken = alternative.atoms.iter().take_while(|atom| self.push(atom)).count();
            if taken == alternative.atoms.len() {
                self.fails.extend(alternative.fails);
                if self.satisfy(rest) {
                    return true;
                }
            }
            for atom in alternative.atoms.iter().take(taken + 1) {
                if let Some(asked) = self.asked.get_mut(atom.axis) {
                    asked.pop();
                }
            }
            self.held = before.0;
            self.fails.truncate(before.1);
        }
        false
    }

    fn satisfied(&self, alternative: &Alternative) -> bool {
        alternative.atoms.iter().all(|atom| {
            self.axes.get(atom.axis).zip(self.held.get(atom.axis)).is_some_and(|(axis, held)| {
                held.as_ref().is_some_and(|held| axis.domain.meets(held, &atom.demand))
            })
        })
    }

    /// Adds a demand; false where the axis has no value left.
    fn push(&mut self, atom: &'a Atom) -> bool {
        let (Some(asked), Some(axis)) = (self.asked.get_mut(atom.axis), self.axes.get(atom.axis)) else {
            return false;
        };
        asked.push(&atom.demand);
        let Some(held) = self.held.get_mut(atom.axis) else { return false };
        if held.as_ref().is_some_and(|held| axis.domain.meets(held, &atom.demand)) {
            return true;
        }
        match value(&axis.domain, asked, self.meter) {
            Some(Ok(found)) => {
                *held = Some(found);
                true
            }
            Some(Err(Doubt)) => {
                *held = None;
                true
            }
            None => false,
        }
    }
}

impl Domain {
    /// Whether what a key of this domain holds certainly meets a demand: one value of a key that only ever holds several
    /// is a set of one (SEM-32).
    fn meets(&self, held: &Held, demand: &Demand) -> bool {
        let answer = match held {
            Held::Values(values) if self.single.is_none() => meets_several(values, demand),
            held => meets(held, demand),
        };
        answer == Some(true)
    }
}

/// Nothing is known of an axis.
struct Doubt;

/// Whether what a key holds meets a demand.
pub(super) fn meets(held: &Held, demand: &Demand) -> Option<bool> {
    let values = match held {
        Held::Absent => return demand.absent,
        Held::Values(values) => values.as_slice(),
    };
    match values {
        [value] => demand.single.holds(value),
        _ => meets_several(values, demand),
    }
}

/// As `meets`, for a key that can hold several values (SEM-30, SEM-32).
pub(super) fn meets_several(values: &[String], demand: &Demand) -> Option<bool> {
    let empty = matches!(values, [value] if value.is_empty());
    let answers = |pred: &Pred| values.iter().map(|value| pred.holds(value)).collect::<Vec<_>>();
    match &demand.several {
        Several::Always(holds) => *holds,
        Several::All(_) if empty => Some(true),
        Several::Any(_) if empty => Some(false),
        Several::All(pred) => {
            let answers = answers(pred);
            if answers.contains(&Some(false)) {
                Some(false)
            } else {
                (!answers.contains(&None)).then_some(true)
            }
        }
        Several::Any(pred) => {
            let answers = answers(pred);
            if answers.contains(&Some(true)) {
                Some(true)
            } else {
                (!answers.contains(&None)).then_some(false)
            }
        }
    }
}

/// A value that meets all demands; `None` where there is none.
fn value(domain: &Domain, demands: &[&Demand], meter: &Meter) -> Option<Result<Held, Doubt>> {
    let mut doubt = false;
    if domain.absent {
        let answers: Vec<Option<bool>> = demands.iter().map(|demand| demand.absent).collect();
        if answers.iter().all(|answer| *answer == Some(true)) {
            return Some(Ok(Held::Absent));
        }
        doubt |= !answers.contains(&Some(false));
    }
    if let Some(base) = &domain.single {
        let preds: Vec<&Pred> = demands.iter().map(|demand| &demand.single).collect();
        match find(base, &preds, meter) {
            Found::Text(text) => return Some(Ok(Held::Values(vec![text]))),
            Found::Unclear => doubt = true,
            Found::Nothing => {}
        }
    }
    if domain.several.is_some() {
        match several(domain, demands, meter) {
            Found2::Values(values) => return Some(Ok(Held::Values(values))),
            Found2::Unclear => doubt = true,
            Found2::Nothing => {}
        }
    }
    doubt.then_some(Err(Doubt))
}

enum Found2 {
    Values(Vec<String>),
    Nothing,
    Unclear,
}

/// Values of a key that can hold several: one for each demand that asks for some, all of them as every other asks.
fn several(domain: &Domain, demands: &[&Demand], meter: &Meter) -> Found2 {
    let Some(base) = &domain.several else { return Found2::Nothing };
    let (mut each, mut some, mut doubt) = (Vec::new(), Vec::new(), false);
    for demand in demands {
        match &demand.several {
            Several::All(pred) => each.push(pred),
            Several::Any(pred) => some.push(pred),
            Several::Always(Some(true)) => {}
            Several::Always(Some(false)) => return Found2::Nothing,
            Several::Always(None) => doubt = true,
        }
    }
    let filled = Pred::like(vec![vec![Token::One(Class::Any), Token::Many(Class::Any)]]);
    let nothing = Pred::always(true);
    let asked = if some.is_empty() { vec![&nothing] } else { some.clone() };
    let mut values = Vec::new();
    for one in asked {
        let preds: Vec<&Pred> = each.iter().copied().chain([one, &filled]).collect();
        match find(base, &preds, meter) {
            Found::Text(text) if values.contains(&text) => {}
            Found::Text(text) => values.push(text),
            Found::Unclear => doubt = true,
            // Only the set of one empty string is left, which satisfies whatever is asked of each.
            Found::Nothing
                if some.is_empty() && find(base, &[], meter) != Found::Nothing && base.only.is_none() =>
            {
                values.push(String::new());
            }
            Found::Nothing => return beside_empty(base, &each, (one, &filled), meter),
        }
    }
    if doubt {
        return Found2::Unclear;
    }
    // A key that no table knows shows that it holds several by holding two.
    if domain.single.is_some() && values.len() == 1 {
        values.extend(values.clone());
    }
    Found2::Values(values)
}

/// Whether the empty string, beside another, could satisfy a demand; a case that nobody writes.
fn beside_empty(
    base: &super::pred::Base,
    each: &[&Pred],
    (one, filled): (&Pred, &Pred),
    meter: &Meter,
) -> Found2 {
    let with_empty: Vec<&Pred> = each.iter().copied().chain([one]).collect();
    let other: Vec<&Pred> = each.iter().copied().chain([filled]).collect();
    let found = |preds: &[&Pred]| find(base, preds, meter) != Found::Nothing;
    let possible = found(&with_empty) && found(&other);
    if possible { Found2::Unclear } else { Found2::Nothing }
}

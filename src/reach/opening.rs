//! What can let a caller in, a statement or a grant, made into a puzzle: its own conditions, every Deny with one of
//! its conditions to fail, and the relations between keys (semantics, 5.3).

use keyreach_policy::{
    RuleSet,
    condition_key::{Cardinality, cardinality},
    operator::{Operator, Test},
    principal::Form,
    syntax::{Condition, PrincipalSet, Principals, Statement},
};

use super::{
    axis::{Axis, Case, Place, USER_ID},
    bearer::user_ids,
    condition::{Asked, Demand, Glossary, Several, demand},
    glob::{Meaning, Piece, pieces},
    pred::{Pred, one_of},
    principal::{Concern, concern},
    reading::Lens,
    search::{Alternative, Atom, Held, Puzzle, meets, meets_several},
    statement::{Reviewed, is_resource},
};

/// Where a statement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Site {
    Key,
    /// An RCP
    Guardrail,
    /// An identity policy, a permissions boundary or an SCP: no principals
    Identity,
}

/// A statement of a policy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clause<'a> {
    pub(super) policy: &'a Reviewed,
    /// Its number among the policy's rules
    pub(super) rule: usize,
    pub(super) site: Site,
}

impl<'a> Clause<'a> {
    /// The statement as it is written, to bring statements into an order of their own.
    pub(super) fn text(&self) -> &'a str {
        self.policy.rules.get(self.rule).map_or("", |rule| rule.text.as_str())
    }

    pub(super) fn statement(&self) -> Option<&'a Statement> {
        self.policy.policy.statement(self.policy.rules.get(self.rule)?.index)
    }
}

/// Builds puzzles of one case.
pub(super) struct Builder<'a, 'c> {
    pub(super) case: &'c Case<'a>,
    pub(super) lens: &'c Lens<'a>,
    pub(super) puzzle: Puzzle,
}

impl Builder<'_, '_> {
    /// The demand on a key as an atom, or what it comes to where the key is fixed.
    pub(super) fn atom(
        &mut self,
        place: Place,
        several: bool,
        demand: &Demand,
    ) -> Result<Atom, Option<bool>> {
        match place {
            Place::Open(axis) => Ok(self.on(axis, demand.clone())),
            Place::Fixed(None) => Err(meets(&Held::Absent, demand)),
            Place::Fixed(Some(values)) if several || values.len() > 1 => Err(meets_several(&values, demand)),
            Place::Fixed(Some(values)) => Err(meets(&Held::Values(values), demand)),
        }
    }

    fn on(&mut self, axis: Axis, demand: Demand) -> Atom {
        let demand = axis.asks(demand);
        Atom { axis: self.puzzle.axis(axis), demand }
    }

    /// The conditions under which a statement applies, each with its number; `None` where it does not.
    pub(super) fn applies(&mut self, clause: &Clause<'_>) -> Option<Vec<(usize, Atom)>> {
        let statement = clause.statement()?;
        let rule = clause.policy.rules.get(clause.rule)?;
        if !rule.actions.contains(self.case.action) {
            return None;
        }
        let all = |concerns| if concerns { Concern::All } else { Concern::None };
        let concern = match (clause.site, &statement.principal) {
            (Site::Key, Some(set)) => {
                concern((set, &rule.directory), !rule.allows, self.case.caller, self.lens)
            }
            // SEM-14: an RCP is for everyone or for nobody.
            (Site::Guardrail, Some(set)) => all(is_everyone(set)),
            (Site::Identity, set) => all(set.is_none()),
            (Site::Key | Site::Guardrail, None) => Concern::None,
        };
        let mut atoms = Vec::new();
        let asked = match concern {
            Concern::None => return None,
            Concern::All => None,
            Concern::Bearers(ids) => Some(self.bears_one_of(&ids)),
            Concern::Others(ids) => Some(self.bears_one_of(&ids).not()),
        };
        if let Some(demand) = asked {
            match self.atom(self.case.place(USER_ID), false, &demand) {
                Ok(atom) => atoms.push((usize::MAX, atom)),
                Err(Some(true)) => {}
                Err(Some(false)) => return None,
                Err(None) => atoms.push((usize::MAX, self.puzzle.riddle())),
            }
        }
        let variables = clause.policy.policy.document().has_variables();
        match is_resource(statement.resource.as_ref()?, variables, self.case, self.lens) {
            Some(true) => {}
            Some(false) => return None,
            None => atoms.push((usize::MAX, self.puzzle.riddle())),
        }
        for (number, (written, asked)) in statement.conditions().zip(&rule.conditions).enumerate() {
            match self.condition(clause.site, written, asked, variables) {
                Ok(atom) => atoms.push((number, atom)),
                Err(Some(true)) => {}
                Err(Some(false)) => return None,
                Err(None) => atoms.push((number, self.puzzle.riddle())),
            }
        }
        Some(atoms)
    }

    /// What `aws:userid` is asked for by unique ids that stand for principals.
    fn bears_one_of(&self, ids: &[&str]) -> Demand {
        Demand::each(Pred::like(user_ids(ids, self.case.caller.kind, None)))
    }

    /// What a condition asks, or what it comes to where its key is fixed.
    pub(super) fn condition(
        &mut self,
        site: Site,
        (operator, condition): (&Operator, &Condition),
        asked: &Asked,
        variables: bool,
    ) -> Result<Atom, Option<bool>> {
        let key = asked.key.as_str();
        let hidden = site == Site::Key && key == "kms:resourcealiases";
        let place = if hidden { Place::Fixed(None) } else { self.case.place(key) };
        if let Some(demand) = &asked.demand {
            return self.atom(place, asked.several, demand);
        }
        if let Some((variable, asked)) = turned(self.case, operator, condition, &place, variables) {
            return self.atom(self.case.place(&variable), false, &asked);
        }
        let meaning = |key: &str| self.case.meaning(key);
        let glossary = Glossary { key, variables, meaning: &meaning, reading: self.lens.reading };
        let mut touched = RuleSet::default();
        let demand = demand(operator, condition, &glossary, &mut touched);
        if place != Place::Fixed(None) {
            touched.iter().for_each(|rule| self.lens.touch(rule));
        }
        self.atom(place, asked.several, &demand)
    }

    /// Adds demands that must all be met.
    pub(super) fn must(&mut self, atoms: Vec<Atom>) {
        for atom in atoms {
            self.puzzle.clauses.push(vec![Alternative { atoms: vec![atom], fails: None }]);
        }
    }

    /// Adds a Deny, of which one condition must fail; false where none can.
    pub(super) fn must_fail(&mut self, number: usize, clause: &Clause<'_>) -> bool {
        let Some(atoms) = self.applies(clause) else { return true };
        if atoms.is_empty() {
            return false;
        }
        let alternatives = atoms.into_iter().map(|(condition, atom)| Alternative {
            atoms: vec![Atom { axis: atom.axis, demand: atom.demand.not() }],
            fails: Some((number, condition)),
        });
        self.puzzle.clauses.push(alternatives.collect());
        true
    }

    /// Adds a demand on a key that must be met; false where it cannot.
    pub(super) fn require(&mut self, key: &str, demand: &Demand) -> bool {
        let several = cardinality(key) == Cardinality::Multi;
        match self.atom(self.case.place(&key.to_ascii_lowercase()), several, demand) {
            Ok(atom) => {
                self.must(vec![atom]);
                true
            }
            Err(Some(holds)) => holds,
            Err(None) => {
                let riddle = self.puzzle.riddle();
                self.must(vec![riddle]);
                true
            }
        }
    }
}

/// A condition that compares a fixed value with one open policy variable, turned into a demand on the variable.
pub(super) fn turned(
    case: &Case<'_>,
    operator: &Operator,
    condition: &Condition,
    place: &Place,
    variables: bool,
) -> Option<(String, Demand)> {
    let (Place::Fixed(Some(values)), true) = (place, variables) else { return None };
    let ([value], [text]) = (values.as_slice(), &*condition.values) else { return None };
    let base = operator.base.filter(|base| matches!(base.test, Test::StringEquals | Test::StringLike))?;
    if cardinality(&condition.key) == Cardinality::Multi || value.is_empty() {
        return None;
    }
    let pieces = pieces(text.as_str(), true, base.test == Test::StringLike);
    let at = pieces.iter().position(|piece| matches!(piece, Piece::Variable { .. }))?;
    let (before, rest) = pieces.split_at_checked(at)?;
    let (Piece::Variable { key, default }, after) = rest.split_first()? else { return None };
    if case.meaning(key) != Meaning::Open {
        return None;
    }
    let (before, after) = (literal(before)?, literal(after)?);
    let middle = value.strip_prefix(&before).and_then(|rest| rest.strip_suffix(&after));
    let single = middle.map_or(Pred::always(false), |middle| one_of(&[middle]));
    let absent = middle.is_some() && default.as_deref() == middle;
    let fits = Demand { absent: Some(absent), single, several: Several::Always(Some(false)) };
    Some((key.clone(), if base.negated { fits.not() } else { fits }))
}

fn literal(pieces: &[Piece]) -> Option<String> {
    let one = |piece: &Piece| if let Piece::Char(c) = piece { Some(*c) } else { None };
    pieces.iter().map(one).collect()
}

fn is_everyone(set: &PrincipalSet) -> bool {
    !set.negated
        && match &set.principals {
            Principals::Everyone => true,
            Principals::Named(lists) => {
                lists.iter().flat_map(|(_, list)| list.iter()).any(|one| one.form() == Form::Everyone)
            }
        }
}

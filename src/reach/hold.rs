//! One question about somebody who exists: can it through this statement or grant? One of the Allow statements of
//! each side that must allow too (identity policies, boundary, each level of SCPs) is a clause with one alternative
//! a statement, beside the Deny statements of all policies (semantics, 2).

use std::collections::BTreeMap;

use keyreach_policy::{Rule, aws::Action, syntax::Condition};

use super::{
    axis::Case,
    caller::{Caller, Kind},
    gate::Gate,
    grant,
    meter::Meter,
    opening::{Builder, Clause},
    plain::{Mode, bound, is_passing, told_apart},
    principal::{Via as CoveredBy, through},
    reading::Lens,
    relation::relate,
    resident::{Limit, Paper, Resident},
    search::{APPLIES, Alternative, Answer, Puzzle, Solution},
    way_in::Opening,
    witness::witness,
    words,
};
use crate::assess::exposure::Witness;

/// What must allow beside the opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sides {
    pub(super) identity: bool,
    pub(super) boundary: bool,
}

/// What must allow and what may deny, beside the opening.
pub(super) struct Parts<'q> {
    pub(super) sides: Sides,
    /// The levels of SCPs
    pub(super) levels: Vec<&'q Limit<'q>>,
    pub(super) denies: Vec<Clause<'q>>,
}

/// A question.
pub(super) struct Trial<'q> {
    pub(super) gate: &'q Gate<'q>,
    pub(super) lens: &'q Lens<'q>,
    pub(super) resident: &'q Resident<'q>,
    pub(super) caller: &'q Caller,
    pub(super) action: Action,
    pub(super) opening: Opening<'q>,
    /// Identity policies are taken to allow
    pub(super) generous: bool,
}

/// A way to be allowed.
pub(super) struct Way<'q> {
    pub(super) witness: Witness,
    /// The identity policy and the statement that allow, where one is needed
    pub(super) identity: Option<(&'q Paper<'q>, Clause<'q>)>,
    pub(super) conditions: Vec<String>,
    pub(super) unconditional: bool,
    /// The statements that allow
    used: Vec<Clause<'q>>,
}

pub(super) enum Outcome<'q> {
    Way(Box<Way<'q>>),
    None,
    Unclear,
}

/// The Allow statements of the sides, by number after the Deny statements.
struct Ledger<'q> {
    denies: Vec<Clause<'q>>,
    allows: Vec<(Option<usize>, Clause<'q>)>,
    /// The open conditions of each Allow
    asked: BTreeMap<usize, Vec<usize>>,
    /// The Allow statements that apply whatever is asked of the request
    settled: Vec<usize>,
}

impl<'q> Trial<'q> {
    /// Which sides must allow; `None` where the opening does not cover the caller (semantics, 2: T1 to T4).
    pub(super) fn sides(&self) -> Option<Sides> {
        let lens = self.lens;
        let is_root = self.caller.kind == Kind::Root;
        let full = Sides { identity: !is_root, boundary: true };
        match self.opening {
            Opening::Statement(_, clause) => {
                let rule = clause.policy.rules.get(clause.rule)?;
                let set = clause.statement()?.principal.as_ref()?;
                let via = through((set, &rule.directory), self.caller, lens)?;
                if self.action.name() == "kms:RetireGrant" {
                    lens.touch(Rule::RetireByPolicy);
                    if !lens.reading.retire_by_policy {
                        return None;
                    }
                }
                if self.resident.account != lens.world.account {
                    return self.action.is_cross_account().then_some(full);
                }
                Some(match via {
                    CoveredBy::Everyone | CoveredBy::Identity => Sides { identity: false, boundary: false },
                    CoveredBy::Role => Sides { identity: false, boundary: true },
                    CoveredBy::Account => full,
                })
            }
            Opening::Grant(grant) => {
                let via = grant.covers(self.action, self.caller, lens)?;
                if self.resident.boundary.is_some() {
                    lens.touch(Rule::GrantLimit);
                }
                let direct = Sides { identity: false, boundary: lens.reading.grant_limited };
                if via != CoveredBy::Account {
                    return Some(direct);
                }
                lens.touch(Rule::AccountGrant);
                Some(if lens.reading.account_grant_is_direct { direct } else { full })
            }
        }
    }

    /// The best way: first one that needs nothing but an ordinary call.
    pub(super) fn best(&self) -> Outcome<'q> {
        let Some(sides) = self.sides() else { return Outcome::None };
        let parts = self.parts(sides);
        let (of_way, passing) = told_apart(self.lens.world);
        let (way, direct) = match self.solve(&parts, Mode::Plain) {
            Outcome::Way(way) => (way, true),
            _ if of_way => match self.solve(&parts, Mode::Open) {
                Outcome::Way(way) => (way, false),
                other => return other,
            },
            other => return other,
        };
        let lasts = !passing || matches!(self.solve(&parts, Mode::Bare), Outcome::Way(_));
        let unconditional = direct && lasts;
        let mut way = *way;
        if !unconditional && passing {
            let more = self.passing_conditions(&way.used);
            way.conditions.extend(more);
            let mut seen = std::collections::BTreeSet::new();
            way.conditions.retain(|text| seen.insert(text.clone()));
        }
        Outcome::Way(Box::new(Way { unconditional, ..way }))
    }

    fn case(&self, mode: Mode) -> Case<'q> {
        let world = self.lens.world;
        Case { world, caller: self.caller, action: self.action, bound: bound(world, self.caller.kind, mode) }
    }

    /// Everything that has a say.
    pub(super) fn parts(&self, sides: Sides) -> Parts<'q> {
        let levels = self.resident.limits().into_iter().flat_map(|limits| &limits.levels);
        let denies = self.gate.denies_of(self.resident, self.action);
        Parts { sides, levels: levels.collect(), denies }
    }

    pub(super) fn solve(&self, parts: &Parts<'q>, mode: Mode) -> Outcome<'q> {
        let case = self.case(mode);
        let mut builder = Builder { case: &case, lens: self.lens, puzzle: Puzzle::default() };
        let Some(open) = self.open(&mut builder) else { return Outcome::None };
        let mut ledger = Ledger {
            denies: parts.denies.clone(),
            allows: Vec::new(),
            asked: BTreeMap::new(),
            settled: Vec::new(),
        };
        if !self.allow(parts, &mut builder, &mut ledger) {
            return Outcome::None;
        }
        for (number, clause) in ledger.denies.iter().enumerate() {
            if !builder.must_fail(number, clause) {
                return Outcome::None;
            }
        }
        relate(&mut builder);
        let puzzle = builder.puzzle;
        // Each question has its own budget, so that no other one shows in its answer.
        match puzzle.solve(&Meter::default()) {
            Answer::Impossible => Outcome::None,
            Answer::Unclear => Outcome::Unclear,
            Answer::Solved(solution) => self.way(&case, &open, &ledger, (&puzzle, &solution)),
        }
    }

    /// The open conditions of the opening; `None` where it does not apply.
    fn open(&self, builder: &mut Builder<'q, '_>) -> Option<Vec<usize>> {
        match self.opening {
            Opening::Statement(_, clause) => {
                let atoms = builder.applies(&clause)?;
                let numbers = atoms.iter().map(|(number, _)| *number).collect();
                builder.must(atoms.into_iter().map(|(_, atom)| atom).collect());
                Some(numbers)
            }
            Opening::Grant(grant) => grant::constrain(builder, grant.listed).then(Vec::new),
        }
    }

    /// Adds what the sides must allow; false where one cannot.
    fn allow(&self, parts: &Parts<'q>, builder: &mut Builder<'q, '_>, ledger: &mut Ledger<'q>) -> bool {
        let (resident, sides) = (self.resident, parts.sides);
        if sides.identity && !self.generous {
            let own = resident.identity.allows.iter().map(|(paper, clause)| (Some(*paper), *clause));
            if !ledger.one_of(builder, own.collect()) {
                return false;
            }
        }
        if let Some(boundary) = resident.boundary.as_ref().filter(|_| sides.boundary)
            && boundary.policy.is_some()
            && !ledger
                .one_of(builder, boundary.rules.allows.iter().map(|(_, clause)| (None, *clause)).collect())
        {
            return false;
        }
        parts.levels.iter().all(|level| {
            let allows = level.rules.allows.iter().map(|(_, clause)| (None, *clause));
            ledger.one_of(builder, allows.collect())
        })
    }

    fn way(
        &self,
        case: &Case<'q>,
        open: &[usize],
        ledger: &Ledger<'q>,
        (puzzle, solution): (&Puzzle, &Solution),
    ) -> Outcome<'q> {
        let mut spelling = self.gate.spelling_for(self.resident);
        spelling.extend(self.opening.spelling());
        let Some(witness) = witness(case, puzzle, solution, &spelling) else { return Outcome::Unclear };
        let chosen = solution.fails.iter().filter(|(_, condition)| *condition == APPLIES);
        let mut numbers: Vec<usize> =
            chosen.map(|(number, _)| *number).chain(ledger.settled.iter().copied()).collect();
        numbers.sort_unstable();
        let mut conditions = match self.opening {
            Opening::Statement(_, clause) => held(&clause, open),
            Opening::Grant(_) => self.opening.conditions(),
        };
        let mut used: Vec<Clause<'q>> = match self.opening {
            Opening::Statement(_, clause) => vec![clause],
            Opening::Grant(_) => Vec::new(),
        };
        let mut identity = None;
        for number in numbers {
            let Some((paper, clause)) = ledger.allow(number) else { continue };
            used.push(clause);
            let asked = ledger.asked.get(&number).map_or(&[][..], Vec::as_slice);
            conditions.extend(held(&clause, asked));
            let paper = paper.and_then(|paper| self.resident.papers.get(paper));
            identity = identity.or(paper.map(|paper| (paper, clause)));
        }
        let mut failing: Vec<(usize, usize)> =
            solution.fails.iter().filter(|(_, condition)| *condition != APPLIES).copied().collect();
        failing.sort_unstable();
        for (number, condition) in failing {
            conditions.extend(ledger.denies.get(number).and_then(|clause| failed(clause, condition)));
        }
        let mut seen = std::collections::BTreeSet::new();
        conditions.retain(|text| seen.insert(text.clone()));
        Outcome::Way(Box::new(Way { witness, identity, conditions, unconditional: false, used }))
    }

    /// The conditions on tags, aliases and time that hold now, and without which there would be no way: those of the
    /// statements that allow, and those that keep a Deny from applying.
    fn passing_conditions(&self, used: &[Clause<'q>]) -> Vec<String> {
        let mut texts = Vec::new();
        let passing = |clause: &Clause<'q>| {
            let conditions = clause.statement().into_iter().flat_map(|statement| statement.conditions());
            conditions.enumerate().filter(|(_, (_, condition))| passes(condition)).collect::<Vec<_>>()
        };
        for clause in used {
            texts.extend(passing(clause).into_iter().map(|(_, (operator, of))| words::holds(operator, of)));
        }
        let (now, bare) = (self.case(Mode::Open), self.case(Mode::Bare));
        let mut builder = Builder { case: &now, lens: self.lens, puzzle: Puzzle::default() };
        let mut later = Builder { case: &bare, lens: self.lens, puzzle: Puzzle::default() };
        for clause in self.gate.denies_of(self.resident, self.action) {
            if later.applies(&clause).is_none() || builder.applies(&clause).is_some() {
                continue;
            }
            let rule = clause.policy.rules.get(clause.rule);
            for (number, (operator, condition)) in passing(&clause) {
                let Some(asked) = rule.and_then(|rule| rule.conditions.get(number)) else { continue };
                let variables = clause.policy.policy.document().has_variables();
                let answer = builder.condition(clause.site, (operator, condition), asked, variables);
                if matches!(answer, Err(Some(false))) {
                    texts.push(words::fails(operator, condition));
                }
            }
        }
        texts
    }
}

impl<'q> Ledger<'q> {
    /// One of these statements must apply; false where none can.
    fn one_of(&mut self, builder: &mut Builder<'q, '_>, options: Vec<(Option<usize>, Clause<'q>)>) -> bool {
        let start = self.denies.len() + self.allows.len();
        let mut alternatives = Vec::new();
        for (number, (_, clause)) in (start..).zip(&options) {
            let Some(atoms) = builder.applies(clause) else { continue };
            if atoms.is_empty() {
                self.settled.push(number);
                self.allows.extend(options);
                return true;
            }
            self.asked.insert(number, atoms.iter().map(|(condition, _)| *condition).collect());
            let atoms = atoms.into_iter().map(|(_, atom)| atom).collect();
            alternatives.push(Alternative { atoms, fails: Some((number, APPLIES)) });
        }
        self.allows.extend(options);
        alternatives.sort_by_key(|alternative| alternative.atoms.len());
        let possible = !alternatives.is_empty();
        builder.puzzle.clauses.push(alternatives);
        possible
    }

    fn allow(&self, number: usize) -> Option<(Option<usize>, Clause<'q>)> {
        self.allows.get(number.checked_sub(self.denies.len())?).copied()
    }
}

/// Whether a condition asks for a tag, an alias or the time, as its key or in a variable.
fn passes(condition: &Condition) -> bool {
    let variables = condition.values.iter().flat_map(|value| value.as_str().split("${").skip(1));
    let mut keys = variables.map(str::to_ascii_lowercase).chain([condition.key.to_ascii_lowercase()]);
    keys.any(|key| is_passing(&key))
}

/// Conditions of a statement that hold, in words.
fn held(clause: &Clause<'_>, numbers: &[usize]) -> Vec<String> {
    let Some(statement) = clause.statement() else { return Vec::new() };
    let conditions = statement.conditions().enumerate().filter(|(number, _)| numbers.contains(number));
    conditions.map(|(_, (operator, condition))| words::holds(operator, condition)).collect()
}

/// A condition of a statement that fails, in words.
fn failed(clause: &Clause<'_>, number: usize) -> Option<String> {
    let (operator, condition) = clause.statement()?.conditions().nth(number)?;
    Some(words::fails(operator, condition))
}

//! One pass over all openings, callers and actions of a key under one reading of the open rules: every way in, the
//! ways that only an RCP closes, and the questions that stayed open.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use keyreach_policy::{
    RuleSet,
    aws::{AccountId, Action, Actions},
    condition_key::{Values, content},
    operator::Test,
};

use super::{
    axis::{Axis, Case, PRINCIPAL, Place, USER_ID},
    bearer::Bears,
    caller::{Caller, Kind},
    condition::written,
    glob::{variables, variables_in},
    glob_space::Found,
    grant::{self, Granted, RETIRE_GRANT},
    opening::{Builder, Clause, Site, turned},
    pred::{find, one_of},
    principal::{Concern, Via as CoveredBy, concern},
    reading::{Lens, Reading},
    relation::relate,
    search::{Answer, Puzzle, Solution},
    way_in::Opening,
    witness::witness,
    words,
    world::World,
    zone::Zone,
};
use crate::assess::exposure::{Via, Witness};

/// A way in: a case of callers, what it may do, and one request.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    pub(super) caller: Caller,
    pub(super) actions: Actions,
    pub(super) via: Via,
    pub(super) conditions: Vec<String>,
    pub(super) needs_identity_policy: bool,
    pub(super) witness: Witness,
}

impl Hit {
    /// Whether it ends grants and gives nothing of the key.
    pub(super) fn only_retires_grants(&self) -> bool {
        self.actions.iter().all(|action| action.name() == RETIRE_GRANT)
    }
}

/// What one pass found.
#[derive(Debug, Default)]
pub(super) struct Found1 {
    pub(super) hits: Vec<Hit>,
    /// Ways that RCPs close, with their names
    pub(super) blocked: Vec<(Hit, String)>,
    /// The widest zone of callers about whom a question stayed open
    pub(super) unclear: Option<Zone>,
    /// The rules whose readings made a difference
    pub(super) touched: RuleSet,
}

/// The search of one case.
pub(super) enum Outcome {
    Way(Box<(Witness, Vec<String>)>),
    None,
    Unclear,
}

/// What to search for a case: an opening, the RCPs in force, and what else is asked of the request.
pub(super) struct Query<'a, 'q> {
    pub(super) opening: Opening<'a>,
    pub(super) guards: &'q [Clause<'a>],
    pub(super) narrow: &'q dyn Fn(&mut Builder<'_, '_>),
}

/// One pass.
pub(super) struct Run<'a> {
    pub(super) lens: Lens<'a>,
    world: &'a World<'a>,
    pub(super) denies: Vec<Clause<'a>>,
    pub(super) guards: Vec<(&'a str, Clause<'a>)>,
    pub(super) spelling: BTreeMap<String, String>,
}

impl<'a> Run<'a> {
    pub(super) fn new(world: &'a World<'a>, reading: Reading) -> Self {
        let facts = world.facts;
        let clauses = |policy: &'a super::Reviewed, site| {
            let denies = policy.rules.iter().enumerate().filter(|(_, rule)| !rule.allows);
            denies.map(move |(rule, _)| Clause { policy, rule, site })
        };
        let mut spelling = BTreeMap::new();
        let guards = facts.guardrails.iter().map(|(_, policy)| *policy);
        for policy in facts.policies.iter().map(|(_, policy)| *policy).chain(guards) {
            for (key, written) in &policy.mentions.spelling {
                spelling.entry(key.clone()).or_insert_with(|| written.clone());
            }
        }
        let of_key = facts.policies.iter().flat_map(|(_, policy)| clauses(policy, Site::Key));
        let mut denies: Vec<Clause<'a>> = of_key.collect();
        let named = |(name, policy): &(&'a str, &'a super::Reviewed)| {
            let name = *name;
            clauses(policy, Site::Guardrail).map(move |clause| (name, clause))
        };
        let mut guards: Vec<(&str, Clause<'a>)> = facts.guardrails.iter().flat_map(named).collect();
        // Where statements stand says nothing, so it must not show in the answer.
        denies.sort_by_key(Clause::text);
        guards.sort_by_key(|(name, clause)| (*name, clause.text()));
        Self { lens: Lens::new(world, reading), world, denies, guards, spelling }
    }

    /// Everything that lets somebody in.
    pub(super) fn openings(&self) -> Vec<Opening<'a>> {
        let facts = self.world.facts;
        let statements = facts.policies.iter().flat_map(|&(kind, policy)| {
            let allows = policy.rules.iter().enumerate().filter(|(_, rule)| rule.allows);
            allows.map(move |(rule, _)| Opening::Statement(kind, Clause { policy, rule, site: Site::Key }))
        });
        statements.chain(facts.grants.iter().map(|grant| Opening::Grant(Granted::new(grant)))).collect()
    }

    /// Searches for ways in from outside.
    pub(super) fn ways_in(&self, callers: &[Caller]) -> Found1 {
        let mut found = Found1::default();
        let mut of_account: BTreeMap<Option<AccountId>, Vec<&Caller>> = BTreeMap::new();
        for caller in callers {
            of_account.entry(caller.account).or_default().push(caller);
        }
        for opening in self.openings().into_iter().filter(|opening| opening.leads_outside(self.world)) {
            if self.world.meter.is_empty() {
                found.unclear = Some(Zone::Public);
                break;
            }
            let example = favorite(opening.actions());
            let may = |caller: &&Caller| match opening {
                Opening::Statement(..) => {
                    example.is_some_and(|action| self.covers(opening, action, caller).is_some())
                }
                Opening::Grant(_) => true,
            };
            let near: Vec<&Caller> = match opening.accounts() {
                None => callers.iter().collect(),
                Some(accounts) => accounts
                    .into_iter()
                    .filter_map(|one| of_account.get(&Some(one)))
                    .flatten()
                    .copied()
                    .collect(),
            };
            let mut covered_ones: Vec<&Caller> = near.into_iter().filter(may).collect();
            covered_ones.sort_by_key(|caller| std::cmp::Reverse(caller.zone));
            for actions in self.groups(opening, Action::is_cross_account) {
                let start = found.hits.len();
                for &caller in &covered_ones {
                    let covered = found.hits.iter().skip(start).any(|hit| includes(&hit.caller, caller));
                    if !covered {
                        self.ask(opening, actions, caller, &mut found);
                    }
                }
            }
        }
        found.touched = self.lens.touched();
        found
    }

    fn ask(&self, opening: Opening<'a>, actions: Actions, caller: &Caller, found: &mut Found1) {
        let Some(action) = favorite(actions) else { return };
        let Some(covered) = self.covers(opening, action, caller) else { return };
        let by_statement = matches!(opening, Opening::Statement(..));
        let retires = action.name() == RETIRE_GRANT;
        // SEM-49 exempts RetireGrant from RCPs; what a policy alone allows of it (SEM-61) is not counted beyond them.
        let bound = !self.guards.is_empty() && !caller.linked && (by_statement || !retires);
        let hit = |(witness, conditions)| Hit {
            caller: caller.clone(),
            actions,
            via: opening.via(),
            conditions,
            needs_identity_policy: caller.kind != Kind::Root
                && (by_statement || covered == CoveredBy::Account),
            witness,
        };
        let guards: Vec<Clause<'a>> =
            if bound { self.guards.iter().map(|(_, clause)| *clause).collect() } else { Vec::new() };
        let query = |guards| Query { opening, guards, narrow: &|_| {} };
        match self.search(action, caller, &query(&guards)) {
            Outcome::Way(way) => return found.hits.push(hit(*way)),
            Outcome::Unclear => {
                let raises_the_level = !retires;
                found.unclear = found.unclear.max(raises_the_level.then_some(caller.zone));
                return;
            }
            Outcome::None => {}
        }
        if !bound {
            return;
        }
        let via = opening.via();
        let known = found
            .blocked
            .iter()
            .any(|(hit, _)| hit.via == via && hit.actions == actions && includes(&hit.caller, caller));
        if known {
            return;
        }
        if let Outcome::Way(way) = self.search(action, caller, &query(&[])) {
            found.blocked.push((hit(*way), self.blocking(opening, action, caller)));
        }
    }

    /// The RCPs that close a way, by name: one that does so alone, or all of them together.
    fn blocking(&self, opening: Opening<'a>, action: Action, caller: &Caller) -> String {
        let names: BTreeSet<&str> = self.guards.iter().map(|(name, _)| *name).collect();
        let alone = names.iter().find(|name| {
            let guards: Vec<Clause<'a>> =
                self.guards.iter().filter(|(of, _)| of == *name).map(|(_, clause)| *clause).collect();
            let query = Query { opening, guards: &guards, narrow: &|_| {} };
            matches!(self.search(action, caller, &query), Outcome::None)
        });
        alone.map_or_else(
            || names.iter().copied().collect::<Vec<_>>().join(" and "),
            |name| (*name).to_owned(),
        )
    }

    /// The actions of an opening, those together that no statement tells apart.
    pub(super) fn groups(&self, opening: Opening<'a>, wanted: fn(Action) -> bool) -> Vec<Actions> {
        let actions = opening.actions();
        let mut groups: BTreeMap<Vec<bool>, Actions> = BTreeMap::new();
        let clauses = || self.denies.iter().chain(self.guards.iter().map(|(_, clause)| clause));
        for action in actions.intersection(self.world.possible).iter().filter(|action| wanted(*action)) {
            let denied = clauses().map(|clause| {
                clause.policy.rules.get(clause.rule).is_some_and(|rule| rule.actions.contains(action))
            });
            let carried = self.world.keys.keys().filter(|key| key.starts_with("kms:")).map(|key| {
                action.condition_keys().iter().any(|carried| {
                    key.get(..carried.len()).is_some_and(|start| start.eq_ignore_ascii_case(carried))
                })
            });
            // Of one action a parameter can be a constant that another may choose.
            let chosen = self.world.keys.keys().filter(|key| key.starts_with("kms:")).map(|key| {
                content(key, action).is_some_and(|content| matches!(content.values, Values::Of([_])))
            });
            let retires = action.name() == RETIRE_GRANT;
            let of_grant =
                [action.name() == "kms:CreateGrant", action.has_encryption_context(), action.is_grantable()];
            let of_grant = of_grant.map(|is| is && matches!(opening, Opening::Grant(_)));
            let signature: Vec<bool> =
                denied.chain(carried).chain(chosen).chain([retires]).chain(of_grant).collect();
            groups.entry(signature).or_default().insert(action);
        }
        groups.into_values().collect()
    }

    /// Through what an opening covers a caller.
    pub(super) fn covers(&self, opening: Opening<'a>, action: Action, caller: &Caller) -> Option<CoveredBy> {
        match opening {
            // Which principal covers is asked again with the statement's other elements.
            Opening::Statement(_, clause) => {
                let set = clause.statement()?.principal.as_ref()?;
                let directory = &clause.policy.rules.get(clause.rule)?.directory;
                (concern((set, directory), false, caller, &self.lens) != Concern::None)
                    .then_some(CoveredBy::Identity)
            }
            Opening::Grant(grant) => grant.covers(action, caller, &self.lens),
        }
    }

    /// Searches one case.
    pub(super) fn search(&self, action: Action, caller: &Caller, query: &Query<'a, '_>) -> Outcome {
        self.search_bound(Case { world: self.world, caller, action, bound: BTreeMap::new() }, query)
    }

    /// As `search`, once for every value worth trying of the axes that policy variables stand for.
    fn search_bound(&self, mut case: Case<'_>, query: &Query<'a, '_>) -> Outcome {
        let Some(axis) = self.open_variable(&case, query) else {
            return self.solve(&case, query);
        };
        let mut unclear = !self.told_apart_by_equality(&axis);
        if case.bound.len() >= 3 {
            return Outcome::Unclear;
        }
        for value in self.values_to_try(&case, &axis) {
            case.bound.insert(axis.id.clone(), value);
            let inner = Case {
                world: case.world,
                caller: case.caller,
                action: case.action,
                bound: case.bound.clone(),
            };
            match self.search_bound(inner, query) {
                Outcome::Way(way) => return Outcome::Way(way),
                Outcome::Unclear => unclear = true,
                Outcome::None => {}
            }
        }
        if unclear { Outcome::Unclear } else { Outcome::None }
    }

    fn solve(&self, case: &Case<'_>, query: &Query<'a, '_>) -> Outcome {
        if !self.world.meter.spend(2 + self.denies.len() + query.guards.len()) {
            return Outcome::Unclear;
        }
        let mut builder = Builder { case, lens: &self.lens, puzzle: Puzzle::default() };
        match query.opening {
            Opening::Statement(_, clause) => match builder.applies(&clause) {
                None => return Outcome::None,
                Some(atoms) => builder.must(atoms.into_iter().map(|(_, atom)| atom).collect()),
            },
            Opening::Grant(grant) => {
                if !grant::constrain(&mut builder, grant.listed) {
                    return Outcome::None;
                }
            }
        }
        let all: Vec<Clause<'a>> = self.denies.iter().chain(query.guards).copied().collect();
        for (number, clause) in all.iter().enumerate() {
            if !builder.must_fail(number, clause) {
                return Outcome::None;
            }
        }
        (query.narrow)(&mut builder);
        relate(&mut builder);
        let puzzle = builder.puzzle;
        match puzzle.solve(&self.world.meter) {
            Answer::Impossible => Outcome::None,
            Answer::Unclear => Outcome::Unclear,
            Answer::Solved(solution) => self.way(case, query.opening, &all, (&puzzle, &solution)),
        }
    }

    fn way(
        &self,
        case: &Case<'_>,
        opening: Opening<'a>,
        denies: &[Clause<'a>],
        (puzzle, solution): (&Puzzle, &Solution),
    ) -> Outcome {
        let mut spelling = self.spelling.clone();
        spelling.extend(opening.spelling());
        let Some(witness) = witness(case, puzzle, solution, &spelling) else { return Outcome::Unclear };
        let mut conditions = opening.conditions();
        let mut failing_ones = solution.fails.clone();
        failing_ones.sort_unstable();
        for (number, condition) in &failing_ones {
            let statement = denies.get(*number).and_then(Clause::statement);
            let failing = statement.and_then(|statement| statement.conditions().nth(*condition));
            let text = failing.map(|(operator, condition)| words::fails(operator, condition));
            conditions.extend(text.filter(|text| !conditions.contains(text)).into_iter().collect::<Vec<_>>());
        }
        Outcome::Way(Box::new((witness, conditions)))
    }

    /// An open axis that a policy variable of a statement in play stands for.
    fn open_variable(&self, case: &Case<'_>, query: &Query<'a, '_>) -> Option<Axis> {
        let own = match query.opening {
            Opening::Statement(_, clause) => Some(clause),
            Opening::Grant(_) => None,
        };
        let in_play = own.iter().chain(&self.denies).chain(query.guards).filter(|clause| {
            let rule = clause.policy.rules.get(clause.rule);
            rule.is_some_and(|rule| rule.varies && rule.actions.contains(case.action))
        });
        for clause in in_play {
            let Some(statement) = clause.statement() else { continue };
            let tested = statement.conditions().filter(|(operator, condition)| {
                let place = case.place(&condition.key.to_ascii_lowercase());
                place != Place::Fixed(None) && turned(case, operator, condition, &place, true).is_none()
            });
            let texts = tested.flat_map(|(operator, condition)| {
                let key = condition.key.to_ascii_lowercase();
                let test = operator.base.map_or(Test::StringEquals, |base| base.test);
                condition
                    .values
                    .iter()
                    .flat_map(move |value| variables_in(written(&key, test, value.as_str(), true)))
                    .collect::<Vec<String>>()
            });
            let resources = statement.resource.iter().flat_map(|set| set.patterns.iter());
            let in_resources = resources.flat_map(|text| variables(text));
            for key in texts.chain(in_resources) {
                if super::glob::Meaning::Open == case.meaning(&key)
                    && let Place::Open(axis) = case.place(&key)
                {
                    return Some(axis);
                }
            }
        }
        None
    }

    /// Whether all that is asked of an axis and of keys compared with it is equality: then values that are named
    /// nowhere are all alike, and trying one of them is enough.
    fn told_apart_by_equality(&self, axis: &Axis) -> bool {
        let of_axis = |key: &str| {
            key == axis.id
                || axis.id == PRINCIPAL
                    && matches!(key, "aws:principalaccount" | "kms:calleraccount" | "aws:username" | USER_ID)
                || axis.id == super::axis::PATHS && key == "aws:principalorgid"
        };
        self.world.keys.iter().all(|(key, values)| {
            let compared = of_axis(key) || values.iter().any(|value| value.contains("${"));
            !compared || values.iter().all(|value| !value.contains(['*', '?']))
        })
    }

    fn values_to_try(&self, case: &Case<'_>, axis: &Axis) -> Vec<Option<String>> {
        let base = axis.domain.single.clone().unwrap_or_default();
        let mut texts: Vec<String> = base.prefer.clone();
        texts.push("keyreach".to_owned());
        texts.extend(self.world.keys.get(&axis.id).into_iter().flatten().cloned());
        for (key, values) in &self.world.keys {
            if values.iter().any(|value| value.contains("${"))
                && let Place::Fixed(Some(held)) = case.place(key)
            {
                texts.extend(held);
            }
        }
        let mut seen = BTreeSet::new();
        texts.retain(|text| seen.insert(text.clone()));
        let inside =
            |text: &String| matches!(find(&base, &[&one_of(&[text])], &self.world.meter), Found::Text(_));
        let given = texts.into_iter().filter(inside).map(Some);
        given.chain(axis.domain.absent.then_some(None)).take(24).collect()
    }
}

impl Hit {
    /// How reports name who it is: a stranger of whom nothing else is known by the id.
    pub(super) fn label(&self) -> String {
        let stranger = self.caller.name.is_none() && matches!(self.caller.bears, Bears::Stranger(_));
        let is_id = |key: &&String| key.eq_ignore_ascii_case(USER_ID);
        let user_id = self.witness.context.iter().find(|(key, _)| stranger && is_id(key));
        let id = user_id.and_then(|(_, values)| values.first()?.split(':').next());
        id.map_or_else(|| self.caller.label(), str::to_owned)
    }
}

/// Whether a way for one case of callers leaves nothing to say of the other.
fn includes(one: &Caller, other: &Caller) -> bool {
    let anyone = |caller: &Caller| caller.name.is_none() && caller.account.is_none();
    if matches!(one.bears, Bears::Stranger(_)) {
        // There is one bearer of an id, wherever it is.
        let same = one.name == other.name && one.account == other.account;
        return one.bears == other.bears && (anyone(one) || same) && one.zone >= other.zone;
    }
    if anyone(one) {
        let members = one.zone == Zone::Organization && other.zone == one.zone;
        return one.zone == Zone::Public || members || (anyone(other) && one.belongs == other.belongs);
    }
    let account = one.name.is_none() && one.account == other.account;
    let same = one.name == other.name && (one.name.is_some() || one.account == other.account);
    (account || same) && one.zone >= other.zone
}

/// The action to show: what hurts most.
pub(super) fn favorite(actions: Actions) -> Option<Action> {
    static ORDER: LazyLock<Vec<Action>> = LazyLock::new(|| {
        let names = ["kms:Decrypt", "kms:Sign", "kms:GenerateDataKey", "kms:CreateGrant"];
        names.iter().filter_map(|name| name.parse().ok()).collect()
    });
    ORDER.iter().copied().find(|action| actions.contains(*action)).or_else(|| actions.iter().next())
}

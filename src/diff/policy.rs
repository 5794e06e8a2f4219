//! Two policies statement by statement: which are new, which are gone, and what changed in the others.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Change, PolicyChange, Shift, StatementChange,
    leaves::{Leaves, differences, leaves},
    run::Policy,
};

/// How a policy changed; `None` where it says the same.
pub(super) fn compare(old: Option<&Policy>, new: Option<&Policy>) -> Option<PolicyChange> {
    let kind = match (old, new) {
        (None, None) => return None,
        (None, Some(_)) => Shift::New,
        (Some(_), None) => Shift::Gone,
        (Some(was), Some(now)) if was.document == now.document => return None,
        (Some(_), Some(_)) => Shift::Changed,
    };
    let (was, now) = (Parts::of(old), Parts::of(new));
    // Of a text that nobody can take apart, nothing can be told statement by statement: none is known to be gone.
    let is_comparable = kind != Shift::Changed || (was.is_policy && now.is_policy);
    let (statements, changes) = if is_comparable {
        (statements(&was.statements, &now.statements), differences(&was.beside, &now.beside))
    } else {
        (Vec::new(), Vec::new())
    };
    // Only the order of lists differs: no change.
    if kind == Shift::Changed && is_comparable && statements.is_empty() && changes.is_empty() {
        return None;
    }
    let name = new.or(old).map(|policy| policy.name.clone())?;
    let hash = |policy: Option<&Policy>| policy.and_then(|of| of.sha256.clone());
    Some(PolicyChange {
        name,
        kind,
        old_sha256: hash(old),
        new_sha256: hash(new),
        old_is_readable: was.is_policy,
        new_is_readable: now.is_policy,
        statements,
        changes,
    })
}

/// A policy taken apart.
struct Parts<'a> {
    is_policy: bool,
    statements: Vec<Statement<'a>>,
    beside: Leaves,
}

/// A statement: its Sid or its place, and its members.
struct Statement<'a> {
    sid: Option<&'a str>,
    place: usize,
    members: Leaves,
}

impl<'a> Parts<'a> {
    fn of(policy: Option<&'a Policy>) -> Self {
        let nothing = Self { is_policy: false, statements: Vec::new(), beside: Leaves::new() };
        let Some(Value::Object(members)) = policy.map(|policy| &policy.document) else { return nothing };
        let beside = members.iter().filter(|(name, _)| *name != "Statement");
        let statements = match members.get("Statement") {
            Some(Value::Array(several)) => several.iter().collect(),
            Some(one) => vec![one],
            None => Vec::new(),
        };
        Self {
            is_policy: true,
            statements: statements.into_iter().enumerate().map(Statement::new).collect(),
            beside: beside.flat_map(|(name, value)| leaves(name, value)).collect(),
        }
    }
}

impl<'a> Statement<'a> {
    fn new((place, value): (usize, &'a Value)) -> Self {
        Self { sid: value.get("Sid").and_then(Value::as_str), place, members: leaves("", value) }
    }

    fn name(&self) -> String {
        self.sid.map_or_else(|| format!("#{}", self.place), str::to_owned)
    }

    /// The values of all members of a name, those below it included: `Principal`, `Principal.AWS`.
    fn below(&self, name: &str) -> Leaves {
        let is_below =
            |path: &str| path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.members.iter().filter(|(path, _)| is_below(path)).map(|(p, v)| (p.clone(), v.clone())).collect()
    }

    /// The members by which a statement without a Sid is known again: how many of them are the same. None where
    /// neither whom it speaks of nor what for is.
    fn likeness(&self, other: &Self) -> Option<usize> {
        let same = |name: &str| self.below(name) == other.below(name);
        let whom = same("Principal") && same("NotPrincipal");
        let what = same("Action") && same("NotAction");
        let others = ["Effect", "Resource", "NotResource", "Condition"];
        let more = others.into_iter().filter(|name| same(name)).count();
        (whom || what).then_some(more + usize::from(whom) + usize::from(what))
    }
}

/// How well a statement of OLD fits one of NEW; `None` where it does not.
type Rule<'r> = &'r dyn Fn(&Statement<'_>, &Statement<'_>) -> Option<usize>;

/// The statements that differ, in the order of NEW; those that are gone stand last.
fn statements(old: &[Statement<'_>], new: &[Statement<'_>]) -> Vec<StatementChange> {
    let mut taken = BTreeSet::new();
    let mut partners: Vec<Option<&Statement<'_>>> = vec![None; new.len()];
    let same_text = |was: &Statement<'_>, now: &Statement<'_>| (was.members == now.members).then_some(1);
    let same_sid = |was: &Statement<'_>, now: &Statement<'_>| (was.sid? == now.sid?).then_some(1);
    let alike = |was: &Statement<'_>, now: &Statement<'_>| was.likeness(now);
    let rules: [Rule<'_>; 3] = [&same_text, &same_sid, &alike];
    for rule in rules {
        for (now, partner) in new.iter().zip(&mut partners).filter(|(_, partner)| partner.is_none()) {
            let free = old.iter().filter(|was| !taken.contains(&was.place));
            // The first of the best.
            let rated = free.filter_map(|was| Some((rule(was, now)?, was)));
            let best = rated.reduce(|best, other| if other.0 > best.0 { other } else { best });
            if let Some((_, was)) = best {
                taken.insert(was.place);
                *partner = Some(was);
            }
        }
    }
    let kept = new.iter().zip(partners).filter_map(|(now, was)| statement_change(was, now));
    let gone = old.iter().filter(|was| !taken.contains(&was.place));
    let gone = gone.map(|was| lone(was, Shift::Gone, differences(&was.members, &Leaves::new())));
    kept.chain(gone).collect()
}

fn statement_change(old: Option<&Statement<'_>>, new: &Statement<'_>) -> Option<StatementChange> {
    let Some(old) = old else {
        return Some(lone(new, Shift::New, differences(&Leaves::new(), &new.members)));
    };
    let changes = differences(&old.members, &new.members);
    (!changes.is_empty()).then(|| lone(new, Shift::Changed, changes))
}

fn lone(statement: &Statement<'_>, kind: Shift, changes: Vec<Change>) -> StatementChange {
    StatementChange { kind, statement: statement.name(), changes }
}

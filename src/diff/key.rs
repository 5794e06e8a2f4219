//! One key in both runs, or in NEW alone.

use super::{
    Direction, KeyChange, Level, PolicyChange, Shift,
    exposure::{self, is_outside},
    facts::facts,
    grant, lockout, policy,
    run::{Key, Run},
};

/// What changed about a key.
pub(super) fn compare(old: &Key, new: &Key) -> KeyChange {
    let mut change = KeyChange {
        key: new.name(),
        exposure: exposure::level(old, new),
        reaches: exposure::reaches(old, new),
        services: exposure::services(old, new),
        lockout: lockout::verdict(old, new),
        writers: lockout::writers(old, new),
        grants: grant::grants(old, new),
        policies: policies(old, new),
        facts: facts(old, new),
        ..KeyChange::default()
    };
    change.widened = is_widened(&change);
    change
}

/// A key that only NEW has, with what makes it reachable from outside.
pub(super) fn found(old: &Run, new: &Key) -> KeyChange {
    let now = |level: &String, direction| Some(Level { old: None, new: level.clone(), direction });
    let first_seen = old.unlisted(new).is_some();
    let kind = if first_seen { Shift::FirstSeen } else { Shift::New };
    let outside = new.grants.iter().filter(|of| is_outside(&of.zone));
    let is_exposed = is_outside(&new.exposure.level);
    let direction = if is_exposed { Direction::Widened } else { Direction::NowKnown };
    let mut change = KeyChange {
        key: new.name(),
        first_seen,
        exposure: now(&new.exposure.level, direction),
        reaches: new.exposure.reaches.iter().map(|reach| exposure::lone(reach, kind)).collect(),
        lockout: now(&new.lockout.verdict, Direction::NowKnown),
        grants: outside.map(|of| grant::lone(of, kind)).collect(),
        ..KeyChange::default()
    };
    change.widened = is_widened(&change);
    change
}

/// What was not known before counts like what was not there: else a closed key could open unseen, by way of a run
/// that could not read it.
fn is_widened(change: &KeyChange) -> bool {
    let level = change.exposure.as_ref().is_some_and(|level| match level.direction {
        Direction::Widened => true,
        Direction::NowKnown => is_outside(&level.new),
        _ => false,
    });
    level
        || change.reaches.iter().any(|reach| reach.kind.is_wider() && exposure::gives_use(&reach.actions))
        || change.grants.iter().any(|grant| grant.kind.is_wider() && is_outside(&grant.zone))
}

/// The policies that came, went or say something else. The same statements in another order or spelling do not.
fn policies(old: &Key, new: &Key) -> Vec<PolicyChange> {
    let names = [("AWS_RAM", "kms:GetKeyPolicy (AWS_RAM)"), ("default", "kms:GetKeyPolicy")];
    let change = |(name, question): (&str, &str)| {
        let both_read = old.has_read(question) && new.has_read(question);
        both_read.then(|| policy::compare(old.policy(name), new.policy(name)))?
    };
    names.into_iter().filter_map(change).collect()
}

/// The questions that OLD has answered and NEW has not.
pub(super) fn no_longer_read(old: &Key, new: &Key) -> Vec<String> {
    new.unread.difference(&old.unread).cloned().collect()
}

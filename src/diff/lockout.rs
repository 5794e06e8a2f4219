//! Who can still govern a key: the verdict and the writers.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Direction, Level, Shift, WriterChange,
    leaves::change,
    run::{Key, Writer},
};

/// The verdicts that are known, firmest first.
const VERDICTS: [&str; 5] = ["manageable", "fragile", "conditional", "root_only", "locked_out"];

/// The verdict, where it changed.
pub(super) fn verdict(old: &Key, new: &Key) -> Option<Level> {
    let place = |verdict: &str| VERDICTS.iter().position(|known| *known == verdict);
    let (was, now) = (&old.lockout.verdict, &new.lockout.verdict);
    let direction = match (place(was), place(now)) {
        _ if was == now => return None,
        (Some(was), Some(now)) if now > was => Direction::Worse,
        (Some(_), Some(_)) => Direction::Better,
        (None, _) => Direction::NowKnown,
        (Some(_), None) => Direction::NoLongerKnown,
    };
    Some(Level { old: Some(was.clone()), new: now.clone(), direction })
}

/// The writers that came, went, or need other conditions.
pub(super) fn writers(old: &Key, new: &Key) -> Vec<WriterChange> {
    let (was, now) = (by_principal(old), by_principal(new));
    let principals: BTreeSet<&&str> = was.keys().chain(now.keys()).collect();
    let change = |principal: &&&str| match (was.get(**principal), now.get(**principal)) {
        (None, Some(writer)) => {
            let kind = if old.shows_all_writers() { Shift::New } else { Shift::FirstSeen };
            Some(WriterChange { kind, ..lone(writer) })
        }
        (Some(writer), None) if new.shows_all_writers() => {
            Some(WriterChange { kind: Shift::Gone, ..lone(writer) })
        }
        (Some(was), Some(now)) => shift(was, now),
        _ => None,
    };
    principals.iter().filter_map(change).collect()
}

/// The writers; of one with several ways, that with the fewest conditions.
fn by_principal(key: &Key) -> BTreeMap<&str, &Writer> {
    let mut writers: BTreeMap<&str, &Writer> = BTreeMap::new();
    for writer in &key.lockout.writers {
        let best = writers.entry(&writer.principal).or_insert(writer);
        if writer.conditions.len() < best.conditions.len() {
            *best = writer;
        }
    }
    writers
}

fn lone(writer: &Writer) -> WriterChange {
    WriterChange {
        kind: Shift::Changed,
        principal: writer.principal.clone(),
        via: writer.via.clone(),
        changes: Vec::new(),
    }
}

fn shift(old: &Writer, new: &Writer) -> Option<WriterChange> {
    let changes = vec![change("conditions", &old.conditions, &new.conditions)?];
    let kind = match (new.conditions.is_subset(&old.conditions), old.conditions.is_subset(&new.conditions)) {
        (true, _) => Shift::Widened,
        (false, true) => Shift::Narrowed,
        (false, false) => Shift::Changed,
    };
    Some(WriterChange { kind, changes, ..lone(new) })
}

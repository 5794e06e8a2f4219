//! The verdict over a set of ways, tested in the order of the contract: nobody, the root user alone, under conditions
//! alone, one or perishable ones alone, else durable.

use super::writers::Way;
use crate::{assess::lockout::LockoutVerdict, reach::ResidentKind};

/// How firmly a key is governed by these.
pub(super) fn verdict<'w>(ways: impl IntoIterator<Item = &'w Way>) -> LockoutVerdict {
    let all: Vec<&Way> = ways.into_iter().collect();
    if all.is_empty() {
        return LockoutVerdict::LockedOut;
    }
    if all.iter().all(|way| way.kind == ResidentKind::Root) {
        return LockoutVerdict::RootOnly;
    }
    let firm: Vec<&Way> = all.into_iter().filter(|way| way.unconditional).collect();
    if firm.is_empty() {
        LockoutVerdict::Conditional
    } else if firm.len() == 1 || perishable(&firm).next().is_some() {
        LockoutVerdict::Fragile
    } else {
        LockoutVerdict::Manageable
    }
}

/// The sorts of perishable way that all of them are.
pub(super) fn perishable(firm: &[&Way]) -> impl Iterator<Item = Sort> {
    let all = |is: fn(&Way) -> bool| !firm.is_empty() && firm.iter().all(|way| is(way));
    let sorts = [
        (Sort::IdentityCenter, all(|way| way.custody.identity_center)),
        (Sort::Pipeline, all(|way| way.custody.pipeline)),
        (Sort::Idle, all(|way| way.custody.idle)),
    ];
    sorts.into_iter().filter_map(|(sort, holds)| holds.then_some(sort))
}

/// The sorts of perishable way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    IdentityCenter,
    Pipeline,
    Idle,
}

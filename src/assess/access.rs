//! Who can do one thing with one key: every principal that exists, whoever outside can, and what cannot be told; on
//! request, why one principal cannot.

use std::collections::{BTreeMap, BTreeSet};

use keyreach_policy::aws::{AccountId, Action};

use super::{
    exposure::{Reach, ReachZone, ServiceUse},
    lockout_of,
};
use crate::{
    config::JudgementSettings,
    reach::{
        self, Answer, Confirmation, Dossier, Gate, Household, Library, Perimeter, Population, Resident,
        Verdict,
    },
    snapshot::{Snapshot, cell::Cell, key::Key, organization::Account},
};

pub use crate::reach::{Holding, IdentitySource, Obstacle, PolicyPlace, ResidentKind};

/// Who can do one thing with one key.
pub struct Access<'a> {
    /// What is to be done.
    pub action: Action,
    /// Where the key lives.
    pub cell: &'a Cell,
    /// The key.
    pub key: &'a Key,
    /// Everybody who exists and can, or of whom that cannot be told: the key's account first, each in the order of
    /// ARNs.
    pub holders: Vec<Holder>,
    /// Ways in from outside the key's account.
    pub outside: Vec<Reach>,
    /// AWS services that may.
    pub services: Vec<ServiceUse>,
    /// Why the answer may be incomplete.
    pub unknown: Vec<String>,
    /// Why the principal that was asked about cannot.
    pub refusal: Option<Refusal>,
    /// Where nobody can for certain: what stands in the way.
    pub blocked: Option<Blocked>,
}

/// What stands in the way of everybody.
pub struct Blocked {
    /// Why those cannot who most likely would: the root user of the key's account, and some whom IAM allows it.
    pub likely: Vec<Refusal>,
    /// Who can repair the key, and how; only where the key policy could not be rewritten.
    pub recovery: Option<String>,
}

/// What is known of a principal's permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Able {
    /// It can.
    Can,
    /// It can under some readings of rules that AWS leaves open.
    Depends,
    /// What was read does not tell.
    Unclear,
    /// It cannot.
    Cannot,
}

/// A principal that can, or of which that cannot be told.
pub struct Holder {
    /// Its ARN.
    pub principal: String,
    /// Its account.
    pub account: AccountId,
    /// What sort of principal it is.
    pub kind: ResidentKind,
    /// What is known.
    pub able: Able,
    /// The rules it depends on, as `SEM-…`.
    pub depends_on: Vec<String>,
    /// The way.
    pub holding: Option<Holding>,
}

/// Why one principal cannot.
pub struct Refusal {
    /// The ARN as given.
    pub principal: String,
    /// It is a principal of the snapshot; `None` where its account was not read to the end.
    pub exists: Option<bool>,
    /// What is known of its permission.
    pub able: Able,
    /// The rules it depends on, as `SEM-…`.
    pub depends_on: Vec<String>,
    /// The way, if it can after all.
    pub holding: Option<Holding>,
    /// What stands in its way, if it cannot.
    pub obstacles: Vec<Obstacle>,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct AccessQuery<'a> {
    /// What is to be done.
    pub action: Action,
    /// Where the key lives.
    pub cell: &'a Cell,
    /// The key.
    pub key: &'a Key,
    /// A principal of which to say why it cannot.
    pub refused: Option<&'a str>,
}

/// As many principals are looked at to find some whom IAM allows it.
const ASKED: usize = 200;
/// As many are named, the root user among them.
const LIKELY: usize = 4;

/// Whether it tells nothing about this principal: the key lets nobody like it in, or a policy of its own is in its way.
fn keeps_anybody(obstacle: &Obstacle) -> bool {
    matches!(
        obstacle,
        Obstacle::KeyPolicy
            | Obstacle::OtherAccount
            | Obstacle::Unmet(_)
            | Obstacle::Identity(_)
            | Obstacle::Boundary(_)
            | Obstacle::Denied(PolicyPlace::Identity(_) | PolicyPlace::Boundary(_), _)
    )
}

/// Everything that answers are made of.
struct Scene<'a> {
    population: &'a Population<'a>,
    perimeter: &'a Perimeter,
    dossier: &'a Dossier<'a>,
    gate: &'a Gate<'a>,
    query: AccessQuery<'a>,
}

/// Answers a query about a key of the snapshot. `None` where the key's ARN is none.
#[must_use]
pub fn access<'a>(
    snapshot: &'a Snapshot,
    settings: &JudgementSettings,
    query: AccessQuery<'a>,
) -> Option<Access<'a>> {
    let library = Library::read(snapshot);
    let population = Population::new(snapshot, &library);
    let perimeter = Perimeter::new(snapshot, &settings.trusted);
    let accounts: BTreeMap<AccountId, &Account> = snapshot.accounts.iter().map(|a| (a.id, a)).collect();
    let of_account = accounts.get(&query.cell.account_id).copied();
    let dossier = library.dossier(query.cell, of_account, query.key)?;
    let taken_at = snapshot.scan.taken_at;
    let gate = dossier.gate(&perimeter, taken_at)?;
    let scene =
        Scene { population: &population, perimeter: &perimeter, dossier: &dossier, gate: &gate, query };
    let mut bugs = BTreeSet::new();
    let holders = scene.holders(&mut bugs);
    let judged = reach::exposure(dossier.facts(&perimeter, taken_at));
    bugs.extend(judged.bug);
    let does = |actions: &[String]| actions.iter().any(|name| name == query.action.name());
    let outside: Vec<Reach> = judged
        .exposure
        .reaches
        .into_iter()
        .filter(|reach| does(&reach.actions))
        .map(|reach| scene.confirmed(reach, &mut bugs))
        .collect();
    let refusal = query.refused.map(|principal| scene.refusal(principal, &mut bugs));
    let is_blocked = refusal.is_none() && holders.iter().all(|holder| holder.able != Able::Can);
    let blocked = is_blocked.then(|| Blocked {
        likely: scene.likely(&mut bugs),
        recovery: (query.action.name() == "kms:PutKeyPolicy")
            .then(|| Some(lockout_of(snapshot, settings, &query.key.arn)?.recovery.clone()))
            .flatten(),
    });
    let mut unknown = scene.unknown(&outside);
    unknown
        .extend(bugs.into_iter().map(|bug| format!("keyreach contradicts itself, please report it: {bug}")));
    Some(Access {
        action: query.action,
        cell: query.cell,
        key: query.key,
        holders,
        outside,
        services: judged.exposure.services.into_iter().filter(|of| does(&of.actions)).collect(),
        unknown,
        refusal,
        blocked,
    })
}

impl Scene<'_> {
    fn holders(&self, bugs: &mut BTreeSet<String>) -> Vec<Holder> {
        let own = self.query.cell.account_id;
        let mut households: Vec<(AccountId, &Household<'_>)> = self.population.households().collect();
        households.sort_by_key(|(account, _)| (*account != own, *account));
        let residents = households.iter().flat_map(|(_, household)| &household.residents);
        let mut holders = Vec::new();
        for resident in residents {
            let answer = self.gate.answer(resident, self.query.action);
            bugs.extend(answer.bug.clone());
            let able = able(&answer);
            if able == Able::Cannot {
                continue;
            }
            holders.push(Holder {
                principal: resident.arn().to_owned(),
                account: resident.account(),
                kind: resident.kind(),
                able,
                holding: way(&answer),
                depends_on: answer.depends_on,
            });
        }
        holders
    }

    /// Why the root user of the key's account cannot, and some whom nothing of their own keeps from it.
    fn likely(&self, bugs: &mut BTreeSet<String>) -> Vec<Refusal> {
        let Some(household) = self.population.household(self.query.cell.account_id) else {
            return Vec::new();
        };
        let is_allowed = |resident: &&Resident<'_>| {
            let obstacles = self.gate.obstacles(resident, self.query.action);
            resident.kind() == ResidentKind::Root || !obstacles.iter().any(keeps_anybody)
        };
        let likely = household.residents.iter().take(ASKED).filter(is_allowed).take(LIKELY);
        let refusals = likely.map(|resident| self.refusal(resident.arn(), bugs));
        refusals.filter(|refusal| refusal.able == Able::Cannot).collect()
    }

    fn confirmed(&self, reach: Reach, bugs: &mut BTreeSet<String>) -> Reach {
        if reach.zone != ReachZone::Organization {
            return reach;
        }
        let action = self.query.action.name().to_owned();
        let of_action = Reach { actions: vec![action], ..reach.clone() };
        let Confirmation { holds, bug } = self.gate.confirm(self.population, &of_action);
        bugs.extend(bug);
        Reach { confirmed: holds, ..reach }
    }

    fn refusal(&self, principal: &str, bugs: &mut BTreeSet<String>) -> Refusal {
        let known = self.population.find(principal);
        let supposed = if known.is_none() { self.population.suppose(principal) } else { None };
        let resident: Option<&Resident<'_>> = known.or(supposed.as_ref());
        let answer = resident.map(|resident| self.gate.answer(resident, self.query.action));
        bugs.extend(answer.as_ref().and_then(|answer| answer.bug.clone()));
        let is_complete = supposed
            .as_ref()
            .and_then(|of| self.population.household(of.account()))
            .is_some_and(|household| household.complete);
        let exists = if known.is_some() { Some(true) } else { is_complete.then_some(false) };
        let able = match &answer {
            _ if exists == Some(false) => Able::Cannot,
            Some(answer) => able(answer),
            None => Able::Unclear,
        };
        let obstacles = resident
            .filter(|_| able != Able::Can)
            .map_or_else(Vec::new, |resident| self.gate.obstacles(resident, self.query.action));
        Refusal {
            principal: principal.to_owned(),
            exists,
            able,
            holding: answer.as_ref().and_then(way),
            depends_on: answer.map_or_else(Vec::new, |answer| answer.depends_on),
            obstacles,
        }
    }

    /// What was not read and could change the answer.
    fn unknown(&self, outside: &[Reach]) -> Vec<String> {
        let AccessQuery { key, cell, .. } = self.query;
        let mut texts: Vec<String> =
            key.gaps().map(|gap| format!("{}: {} ({})", gap.operation, gap.message, gap.kind)).collect();
        if self.dossier.unread.policy && key.policy.gap().is_none() && key.ram_policy.gap().is_none() {
            texts.push("a policy of the key is no policy document".to_owned());
        }
        if self.perimeter.unread {
            texts.push("the organization was not read: no guardrail is known".to_owned());
        } else if self.dossier.unread.guardrails {
            texts.push("not all resource control policies over the key were read".to_owned());
        }
        let unread: Vec<AccountId> =
            self.admitted(outside).into_iter().filter(|one| self.is_unread(*one)).collect();
        let (own, others): (Vec<AccountId>, Vec<AccountId>) =
            unread.into_iter().partition(|account| *account == cell.account_id);
        for account in own {
            texts.push(format!("not all principals of the key's account {account} were read"));
        }
        if let Some((first, rest)) = others.split_first() {
            let more =
                if rest.is_empty() { String::new() } else { format!(" and of {} more accounts", rest.len()) };
            texts.push(format!(
                "not all principals of account {first}{more} were read, which the key lets in"
            ));
        }
        texts
    }

    /// The accounts of the snapshot that the key lets in, its own among them.
    fn admitted(&self, outside: &[Reach]) -> BTreeSet<AccountId> {
        let mut all = BTreeSet::from([self.query.cell.account_id]);
        for reach in outside {
            if reach.principal == "*" {
                all.extend(self.population.households().map(|(account, _)| account));
            }
            let named: Option<AccountId> = reach.principal.parse().ok();
            all.extend(named.or_else(|| reach.principal.split(':').nth(4)?.parse().ok()));
        }
        all
    }

    fn is_unread(&self, account: AccountId) -> bool {
        self.population.household(account).is_some_and(|household| !household.complete)
    }
}

fn able(answer: &Answer) -> Able {
    match (&answer.lower, &answer.upper) {
        (Verdict::Can(_), _) => Able::Can,
        (Verdict::Cannot, Verdict::Cannot) => Able::Cannot,
        (Verdict::Cannot, Verdict::Can(_)) => Able::Depends,
        _ => Able::Unclear,
    }
}

fn way(answer: &Answer) -> Option<Holding> {
    answer.lower.holding().or(answer.upper.holding()).cloned()
}

//! Why somebody cannot: which side allows nothing, or which statement denies, each tried alone beside what lets it in.

use keyreach_policy::{
    aws::Action,
    principal::{Form, Principal},
};

use super::{
    answer::statement_name,
    gate::Gate,
    hold::{Outcome, Parts, Sides, Trial},
    opening::Clause,
    plain::Mode,
    population::Population,
    reading::{Lens, Reading},
    resident::Resident,
};
use crate::assess::exposure::{Via, ViaKind};

/// One thing that stands between a principal and a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// The key's spec, usage or origin rules the operation out.
    KeyType,
    /// No statement of the key's policies and no grant covers it.
    KeyPolicy,
    /// The action is nobody's outside the key's account.
    OtherAccount,
    /// The conditions of what covers it cannot hold for it.
    Unmet(Via),
    /// The key leaves it to the account, and of so many identity policies none allows it.
    Identity(usize),
    /// The permissions boundary does not allow it.
    Boundary(String),
    /// No SCP at this place allows it: a root, a unit or an account.
    Limit(String),
    /// A statement denies it.
    Denied(PolicyPlace, String),
    /// Each statement could be met, and not all of them together.
    Together,
}

/// Where a statement stands that denies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyPlace {
    /// The key policy.
    KeyPolicy,
    /// The policy of Resource Access Manager.
    Ram,
    /// An RCP.
    ResourceControl(String),
    /// An SCP.
    ServiceControl(String),
    /// An identity policy.
    Identity(String),
    /// The permissions boundary.
    Boundary(String),
}

impl<'l> Population<'l> {
    /// A principal by its ARN that need not exist, so that nothing of its IAM is known; a session is its role.
    /// `None` where the text is no ARN of a principal.
    #[must_use]
    pub fn suppose(&self, arn: &str) -> Option<Resident<'l>> {
        let principal = Principal::of_grant(arn);
        let account = principal.account().filter(|_| arn.starts_with("arn:"))?;
        let limits = self.household(account).and_then(|of| of.residents.first()).map(|root| &root.limits);
        let (kind, arn) = match principal.form() {
            Form::Account(_) => (super::ResidentKind::Root, arn.to_owned()),
            Form::User(_) => (super::ResidentKind::User, arn.to_owned()),
            Form::Role(_) => (super::ResidentKind::Role, arn.to_owned()),
            Form::Session(_) => {
                let (start, rest) = arn.split_once(":assumed-role/")?;
                let role = rest.split('/').next()?;
                (super::ResidentKind::Role, format!("{}:role/{role}", start.replacen(":sts:", ":iam:", 1)))
            }
            _ => return None,
        };
        Some(Resident::supposed(kind, account, arn, limits.cloned().unwrap_or_default()))
    }
}

impl Gate<'_> {
    /// What stands between a resident and an action, under the usual readings: of several ways in, of the one that
    /// has least against it.
    #[must_use]
    pub fn obstacles(&self, resident: &Resident<'_>, action: Action) -> Vec<Obstacle> {
        if !self.can_do(action) {
            return vec![Obstacle::KeyType];
        }
        let world = self.world_for(resident);
        let lens = Lens::new(&world, Reading::default());
        let (belongs, _) = self.belongs(resident.account);
        let sessions = std::iter::once(None).chain(self.sessions(resident).map(Some));
        let mut least: Option<Vec<Obstacle>> = None;
        for session in sessions {
            let caller = resident.caller(belongs.clone(), session);
            for &opening in self.openings.iter().filter(|opening| opening.actions().contains(action)) {
                let generous = resident.unread;
                let trial =
                    Trial { gate: self, lens: &lens, resident, caller: &caller, action, opening, generous };
                let Some(sides) = trial.sides() else { continue };
                let found = trial.against(sides);
                if least.as_ref().is_none_or(|least| found.len() < least.len()) {
                    least = Some(found);
                }
            }
        }
        let foreign = resident.account != self.world.account && !action.is_cross_account();
        least.unwrap_or_else(|| vec![if foreign { Obstacle::OtherAccount } else { Obstacle::KeyPolicy }])
    }

    /// Where a statement that denies a resident stands.
    fn place(&self, resident: &Resident<'_>, clause: &Clause<'_>) -> PolicyPlace {
        let is = |policy: &super::Reviewed| std::ptr::eq(policy, clause.policy);
        let of_key = self.world.facts.policies.iter().find(|(_, policy)| is(policy));
        let over = self.world.facts.guardrails.iter().find(|(_, policy)| is(policy));
        let paper = resident.papers.iter().find(|paper| is(paper.policy));
        let boundary = resident.boundary.as_ref().filter(|boundary| boundary.policy.is_some_and(is));
        let mut scps =
            resident.limits().into_iter().flat_map(|limits| &limits.levels).flat_map(|of| &of.policies);
        match (of_key, over, paper, boundary) {
            (Some((ViaKind::Ram, _)), ..) => PolicyPlace::Ram,
            (Some(_), ..) => PolicyPlace::KeyPolicy,
            (_, Some((name, _)), ..) => PolicyPlace::ResourceControl((*name).to_owned()),
            (_, _, Some(paper), _) => PolicyPlace::Identity(paper.name.to_owned()),
            (_, _, _, Some(boundary)) => PolicyPlace::Boundary(boundary.arn.to_owned()),
            _ => {
                let name = scps.find(|(_, policy)| is(policy)).map_or("", |(name, _)| *name);
                PolicyPlace::ServiceControl(name.to_owned())
            }
        }
    }
}

impl<'q> Trial<'q> {
    /// What stands against this opening, each thing that does so alone.
    fn against(&self, sides: Sides) -> Vec<Obstacle> {
        let all = self.parts(sides);
        let nothing = || Parts {
            sides: Sides { identity: false, boundary: false },
            levels: Vec::new(),
            denies: Vec::new(),
        };
        let closed = |parts: &Parts<'q>| matches!(self.solve(parts, Mode::Open), Outcome::None);
        if closed(&nothing()) {
            return vec![Obstacle::Unmet(self.opening.via())];
        }
        let mut found = Vec::new();
        if closed(&Parts { sides: Sides { boundary: false, ..sides }, ..nothing() }) {
            found.push(Obstacle::Identity(self.resident.papers.len()));
        }
        if closed(&Parts { sides: Sides { identity: false, ..sides }, ..nothing() }) {
            let boundary = self.resident.boundary.as_ref().map_or("", |boundary| boundary.arn);
            found.push(Obstacle::Boundary(boundary.to_owned()));
        }
        for level in &all.levels {
            if closed(&Parts { levels: vec![*level], ..nothing() }) {
                found.push(Obstacle::Limit(level.place.clone()));
            }
        }
        for clause in &all.denies {
            if closed(&Parts { denies: vec![*clause], ..nothing() }) {
                let place = self.gate.place(self.resident, clause);
                found.push(Obstacle::Denied(place, statement_name(clause)));
            }
        }
        if found.is_empty() && closed(&all) {
            found.push(Obstacle::Together);
        }
        found
    }
}

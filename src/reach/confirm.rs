//! Whether a way in from the organization is used: whether a principal that exists in the member accounts it admits
//! holds the permission in its own account too.

use std::collections::BTreeSet;

use keyreach_policy::{
    aws::{AccountId, Action},
    principal::{Form, Principal},
};

use super::{
    answer::Verdict,
    gate::{Gate, label},
    population::{Household, Population},
    resident::{Resident, ResidentKind},
    zone::Zone,
};
use crate::assess::exposure::{Reach, ViaKind};

/// What was found of one way in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Confirmation {
    /// Somebody holds the permission; `None` where that is not known.
    pub holds: Option<bool>,
    /// Keyreach contradicts itself.
    pub bug: Option<String>,
}

/// Which principals of which accounts a way in admits.
struct Admitted {
    accounts: BTreeSet<AccountId>,
    /// One user or role alone
    label: Option<String>,
    /// There may be other accounts
    open: bool,
}

impl Gate<'_> {
    /// Looks for a user or role that holds one of the actions of a way in from the organization. Root users do
    /// not count: each holds whatever its account is given, which tells nothing.
    #[must_use]
    pub fn confirm(&self, population: &Population<'_>, reach: &Reach) -> Confirmation {
        let Some(admitted) = self.admitted(reach) else { return Confirmation::default() };
        let actions: Vec<Action> = reach.actions.iter().filter_map(|name| name.parse().ok()).collect();
        let mut sure = !admitted.open;
        for account in &admitted.accounts {
            let Some(household) = population.household(*account) else {
                sure = false;
                continue;
            };
            sure &= household.complete;
            if !may_hold(household, reach, &actions) {
                continue;
            }
            let residents = household.residents.iter().filter(|resident| admitted.has(resident));
            for (resident, action) in
                residents.flat_map(|one| actions.iter().map(move |action| (one, *action)))
            {
                let answer =
                    self.answer_through(resident, action, &|opening| reach.via.contains(&opening.via()));
                if let Some(bug) = answer.bug {
                    return Confirmation { holds: None, bug: Some(bug) };
                }
                if answer.lower.holding().is_some() {
                    return Confirmation { holds: Some(true), bug: None };
                }
                sure &= answer.upper == Verdict::Cannot;
            }
        }
        Confirmation { holds: sure.then_some(false), bug: None }
    }

    fn admitted(&self, reach: &Reach) -> Option<Admitted> {
        let own = self.world.own.filter(|_| reach.zone == Zone::Organization)?;
        let only = |account| BTreeSet::from([account]);
        if reach.principal == "*" {
            let all = own.members.iter().copied().chain([own.management]);
            let accounts = all.filter(|account| *account != self.world.account).collect();
            return Some(Admitted { accounts, label: None, open: !own.members_known });
        }
        let principal = Principal::of_grant(reach.principal.as_str());
        match principal.form() {
            Form::Account(account) => Some(Admitted { accounts: only(account), label: None, open: false }),
            Form::User(_) | Form::Role(_) | Form::Session(_) => {
                let account = principal.account()?;
                let label = Some(label(account, principal.as_str()));
                Some(Admitted { accounts: only(account), label, open: false })
            }
            // Sessions of federated users are nobody that a snapshot could show.
            _ => None,
        }
    }
}

impl Admitted {
    fn has(&self, resident: &Resident<'_>) -> bool {
        resident.kind != ResidentKind::Root
            && self.label.as_ref().is_none_or(|wanted| *wanted == label(resident.account, resident.arn()))
    }
}

/// Whether anybody of an account could hold it: a statement of another account's key asks for its IAM too.
fn may_hold(household: &Household<'_>, reach: &Reach, actions: &[Action]) -> bool {
    let by_grant = reach.via.iter().any(|via| via.kind == ViaKind::Grant);
    by_grant || household.half_known || actions.iter().any(|action| household.allowed.contains(*action))
}

//! What the text of a key's policies says of its administrators: whom the statements name that allow the policy to be
//! rewritten. Who of them exists and really can is another question.

use keyreach_policy::{
    Policy,
    aws::{AccountId, Action},
    principal::{Form, Principal},
    syntax::{Effect, PrincipalSet, Principals},
};

/// Whom statements name that allow an action.
#[derive(Debug, Default)]
pub struct Administrators<'a> {
    /// By name.
    pub named: Vec<&'a Principal>,
    /// Some statement is for everyone, or for everyone but some.
    pub everyone: bool,
}

impl<'a> Administrators<'a> {
    /// Whom policies of the key of that ARN let rewrite themselves.
    #[must_use]
    pub fn of(policies: impl Iterator<Item = &'a Policy>, key: &str) -> Self {
        let mut all = Self::default();
        let Ok(action) = "kms:PutKeyPolicy".parse::<Action>() else { return all };
        for (_, statement) in policies.flat_map(|policy| policy.document().statements()) {
            let allows = statement.effect == Effect::Allow && statement.ineffective().is_none();
            let covers = statement.action.as_ref().is_some_and(|set| set.actions().contains(action))
                && statement.resource.as_ref().is_some_and(|set| set.may_cover(key));
            match statement.principal.as_ref().filter(|_| allows && covers) {
                Some(PrincipalSet { principals: Principals::Named(lists), negated: false, .. }) => {
                    all.named.extend(lists.iter().flat_map(|(_, list)| list.iter()));
                }
                Some(_) => all.everyone = true,
                None => {}
            }
        }
        all
    }

    /// Whether the key is handed to its account, to decide in IAM.
    #[must_use]
    pub fn hand_over_to(&self, account: AccountId) -> bool {
        let all = [Form::Everyone, Form::Account(account)];
        self.everyone || self.named.iter().any(|one| all.contains(&one.form()))
    }

    /// Whether somebody of the account is named at all.
    #[must_use]
    pub fn live_in(&self, account: AccountId) -> bool {
        self.hand_over_to(account) || self.named.iter().any(|one| one.account() == Some(account))
    }

    /// Whether somebody of another account is named.
    #[must_use]
    pub fn live_outside(&self, account: AccountId) -> bool {
        self.named.iter().any(|one| one.account().is_some_and(|owner| owner != account))
    }
}

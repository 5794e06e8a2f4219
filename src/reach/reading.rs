//! The rules that AWS leaves open and that matter to the search, each with the reading to take, and every
//! combination of the readings of some of them (semantics, 3.9).

use std::cell::Cell;

use keyreach_policy::{Readings, ResourceStar, Rule, RuleSet};

use super::world::World;

/// One way to read the open rules; the default is what AWS documents or the probable one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Reading {
    /// SEM-6: role names are compared with case
    pub(super) role_name_with_case: bool,
    /// SEM-12: the identity alone exempts from `NotPrincipal`
    pub(super) identity_alone_exempts: bool,
    /// SEM-24
    pub(super) resource_star: ResourceStar,
    /// SEM-35: a negated ARN operator is false for what is no ARN
    pub(super) negated_arn_is_false: bool,
    /// SEM-36: a variable under `Bool` is text
    pub(super) bool_variable_is_literal: bool,
    /// SEM-57: a grant to an account needs no permission in IAM
    pub(super) account_grant_is_direct: bool,
    /// SEM-61: a policy alone can allow `kms:RetireGrant`
    pub(super) retire_by_policy: bool,
    /// SEM-62: the boundary limits a caller who holds only a grant
    pub(super) grant_limited: bool,
}

impl Reading {
    /// Every combination of the readings of these rules, the default first.
    pub(super) fn all(rules: RuleSet) -> Vec<Self> {
        let mut all = vec![Self::default()];
        for rule in rules.iter() {
            all = all.into_iter().flat_map(|reading| reading.each(rule)).collect();
        }
        all
    }

    fn each(self, rule: Rule) -> Vec<Self> {
        match rule {
            Rule::RoleNameCase => vec![self, Self { role_name_with_case: true, ..self }],
            Rule::NotPrincipalChain => vec![self, Self { identity_alone_exempts: true, ..self }],
            Rule::ResourceStar => {
                [ResourceStar::EndOfSegment, ResourceStar::WithinSegment, ResourceStar::Anywhere]
                    .map(|resource_star| Self { resource_star, ..self })
                    .to_vec()
            }
            Rule::NegatedArn => vec![self, Self { negated_arn_is_false: true, ..self }],
            Rule::BoolVariable => vec![self, Self { bool_variable_is_literal: true, ..self }],
            Rule::AccountGrant => vec![self, Self { account_grant_is_direct: true, ..self }],
            Rule::RetireByPolicy => vec![self, Self { retire_by_policy: true, ..self }],
            Rule::GrantLimit => vec![self, Self { grant_limited: true, ..self }],
            _ => vec![self],
        }
    }

    /// The same reading, as the policy engine takes it.
    pub(super) fn of_engine(self) -> Readings {
        Readings {
            role_name_with_case: self.role_name_with_case,
            identity_alone_exempts: self.identity_alone_exempts,
            resource_star: self.resource_star,
            negated_arn_is_false: self.negated_arn_is_false,
            bool_variable_is_literal: self.bool_variable_is_literal,
            account_grant_is_direct: self.account_grant_is_direct,
            retire_by_policy: self.retire_by_policy,
            grant_limited: self.grant_limited,
            ..Readings::default()
        }
    }

    /// The rules read otherwise than by default.
    pub(super) fn unusual(self) -> RuleSet {
        let default = Self::default();
        let changed = [
            (Rule::RoleNameCase, self.role_name_with_case != default.role_name_with_case),
            (Rule::NotPrincipalChain, self.identity_alone_exempts != default.identity_alone_exempts),
            (Rule::ResourceStar, self.resource_star != default.resource_star),
            (Rule::NegatedArn, self.negated_arn_is_false != default.negated_arn_is_false),
            (Rule::BoolVariable, self.bool_variable_is_literal != default.bool_variable_is_literal),
            (Rule::AccountGrant, self.account_grant_is_direct),
            (Rule::RetireByPolicy, self.retire_by_policy),
            (Rule::GrantLimit, self.grant_limited),
        ];
        let mut rules = RuleSet::default();
        for (rule, changed) in changed {
            if changed {
                rules.insert(rule);
            }
        }
        rules
    }
}

/// A key seen under one reading; notes the rules whose other readings made a difference on the way.
pub(super) struct Lens<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) reading: Reading,
    touched: Cell<RuleSet>,
}

impl<'a> Lens<'a> {
    pub(super) fn new(world: &'a World<'a>, reading: Reading) -> Self {
        Self { world, reading, touched: Cell::default() }
    }

    /// Another reading of the rule would have said something else.
    pub(super) fn touch(&self, rule: Rule) {
        let mut rules = self.touched.get();
        rules.insert(rule);
        self.touched.set(rules);
    }

    /// The rules that made a difference so far.
    pub(super) fn touched(&self) -> RuleSet {
        self.touched.get()
    }
}

//! The rules that AWS leaves open, and how to read them. `Readings::default()` is the documented or most
//! probable reading of each (what `decision` takes); the others give the lower and the upper bound.

use std::fmt;

/// A rule that can be read in more than one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Rule {
    /// SEM-6: the case of a role's name
    RoleNameCase,
    /// SEM-12: what `NotPrincipal` must list to exempt a caller
    NotPrincipalChain,
    /// SEM-24: a `*` in a Resource pattern and colons
    ResourceStar,
    /// SEM-35: a negated ARN operator and a value that is no ARN
    NegatedArn,
    /// SEM-36: a policy variable under `Bool`
    BoolVariable,
    /// SEM-45: a session policy's implicit deny and a direct grant
    SessionLimit,
    /// SEM-57: a grant to an account
    AccountGrant,
    /// SEM-59: the case of encryption-context keys in grant constraints
    ConstraintCase,
    /// SEM-61: `kms:RetireGrant` allowed by a policy alone
    RetireByPolicy,
    /// SEM-62: implicit limits on a caller who holds only a grant
    GrantLimit,
}

impl Rule {
    /// All of them, by number.
    pub const ALL: [Self; 10] = [
        Self::RoleNameCase,
        Self::NotPrincipalChain,
        Self::ResourceStar,
        Self::NegatedArn,
        Self::BoolVariable,
        Self::SessionLimit,
        Self::AccountGrant,
        Self::ConstraintCase,
        Self::RetireByPolicy,
        Self::GrantLimit,
    ];

    /// The rule's number in the documentation of the semantics.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::RoleNameCase => 6,
            Self::NotPrincipalChain => 12,
            Self::ResourceStar => 24,
            Self::NegatedArn => 35,
            Self::BoolVariable => 36,
            Self::SessionLimit => 45,
            Self::AccountGrant => 57,
            Self::ConstraintCase => 59,
            Self::RetireByPolicy => 61,
            Self::GrantLimit => 62,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SEM-{}", self.number())
    }
}

/// A set of rules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RuleSet(u16);

impl RuleSet {
    /// Adds a rule.
    pub fn insert(&mut self, rule: Rule) {
        self.0 |= 1 << rule as u8;
    }

    /// Whether the rule is in it.
    #[must_use]
    pub fn contains(self, rule: Rule) -> bool {
        self.0 & (1 << rule as u8) != 0
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of it is in the other set.
    #[must_use]
    pub fn is_subset(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// What is in either.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The rules in it, by number.
    pub fn iter(self) -> impl Iterator<Item = Rule> {
        Rule::ALL.into_iter().filter(move |&rule| self.contains(rule))
    }
}

/// SEM-24: how far a `*` in a Resource pattern reaches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ResourceStar {
    /// One that ends a segment may run on over colons (the current IAM user guide).
    #[default]
    EndOfSegment,
    /// Never over a colon.
    WithinSegment,
    /// Over anything.
    Anywhere,
}

/// One way to read all open rules. The default of each field is what `decision` takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Readings {
    /// SEM-6: the role name of a session is compared with a role ARN with case. Default: without.
    pub role_name_with_case: bool,
    /// SEM-12: the identity alone exempts a caller from `NotPrincipal`. Default: identity and account,
    /// for a session also the role.
    pub identity_alone_exempts: bool,
    /// SEM-24
    pub resource_star: ResourceStar,
    /// SEM-35: a negated ARN operator is false for a value that is no ARN. Default: true.
    pub negated_arn_is_false: bool,
    /// SEM-36: a policy variable under `Bool` is literal text. Default: substituted.
    pub bool_variable_is_literal: bool,
    /// SEM-45: a session policy limits direct grants to sessions and to everyone. Default: it does not.
    pub session_policy_limits: bool,
    /// SEM-57: a grant to an account needs no permission in IAM. Default: it delegates to IAM.
    pub account_grant_is_direct: bool,
    /// SEM-59: encryption-context keys of a grant's constraints are compared without case. Default: with.
    pub constraint_keys_folded: bool,
    /// SEM-61: a policy alone can allow `kms:RetireGrant`. Default: it has no effect.
    pub retire_by_policy: bool,
    /// SEM-62: boundary and session policy limit a caller who holds only a grant. Default: they do not.
    pub grant_limited: bool,
}

impl Readings {
    /// These readings with every reading of one rule in its place, the default first.
    pub(crate) fn each(self, rule: Rule) -> Vec<Self> {
        let with = |change: &dyn Fn(&mut Self, bool)| {
            [false, true]
                .into_iter()
                .map(|other| {
                    let mut readings = self;
                    change(&mut readings, other);
                    readings
                })
                .collect()
        };
        match rule {
            Rule::RoleNameCase => with(&|r, other| r.role_name_with_case = other),
            Rule::NotPrincipalChain => with(&|r, other| r.identity_alone_exempts = other),
            Rule::ResourceStar => {
                [ResourceStar::EndOfSegment, ResourceStar::WithinSegment, ResourceStar::Anywhere]
                    .map(|resource_star| Self { resource_star, ..self })
                    .to_vec()
            }
            Rule::NegatedArn => with(&|r, other| r.negated_arn_is_false = other),
            Rule::BoolVariable => with(&|r, other| r.bool_variable_is_literal = other),
            Rule::SessionLimit => with(&|r, other| r.session_policy_limits = other),
            Rule::AccountGrant => with(&|r, other| r.account_grant_is_direct = other),
            Rule::ConstraintCase => with(&|r, other| r.constraint_keys_folded = other),
            Rule::RetireByPolicy => with(&|r, other| r.retire_by_policy = other),
            Rule::GrantLimit => with(&|r, other| r.grant_limited = other),
        }
    }

    /// The rules that these readings do not read as `decision` does.
    pub(crate) fn unusual(self) -> RuleSet {
        let mut rules = RuleSet::default();
        for rule in Rule::ALL {
            if self.each(rule).first() != Some(&self) {
                rules.insert(rule);
            }
        }
        rules
    }
}

/// The readings under which something is evaluated, and the rules whose other readings made a
/// difference somewhere on the way.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    pub(crate) readings: Readings,
    pub(crate) touched: RuleSet,
}

impl Reader {
    pub(crate) fn new(readings: Readings) -> Self {
        Self { readings, touched: RuleSet::default() }
    }

    /// Chooses between what the default and what the other reading of a rule says.
    pub(crate) fn choose(&mut self, rule: Rule, take_other: bool, default: bool, other: bool) -> bool {
        if default != other {
            self.touched.insert(rule);
        }
        if take_other { other } else { default }
    }
}

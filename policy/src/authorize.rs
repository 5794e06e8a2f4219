//! The answer to a request: the decision under the documented readings, and its bounds under every reading
//! of the rules that AWS leaves open. How one reading decides is in `decide`.

use std::fmt;

use serde::Serialize;

use crate::{
    aws::AccountId,
    decide::{Decided, Source, decide},
    grant::Grant,
    policy::Policy,
    reading::{Readings, RuleSet},
    request::Request,
};

/// Every policy that has a say in a request.
#[derive(Debug, Clone, Default)]
pub struct Policies<'a> {
    /// The key's own: `default`, and `AWS_RAM` where there is one (SEM-68)
    pub key_policies: Vec<&'a Policy>,
    /// The key's grants
    pub grants: Vec<&'a Grant>,
    /// The caller's: its own and its groups'
    pub identity_policies: Vec<&'a Policy>,
    /// The caller's permissions boundary
    pub permissions_boundary: Option<&'a Policy>,
    /// The session's policy
    pub session_policy: Option<&'a Policy>,
    /// SCPs on the path of the caller's account, one list a level, root first; none without an organization
    pub service_control_policies: Vec<Vec<&'a Policy>>,
    /// RCPs on the path of the key's account beside `RCPFullAWSAccess`, one list a level, root first
    pub resource_control_policies: Vec<Vec<&'a Policy>>,
    /// The policy of the VPC endpoint through which the request came
    pub endpoint_policy: Option<&'a Policy>,
    /// The account that no SCP and no RCP binds
    pub management_account: Option<AccountId>,
    /// The key is managed by AWS: no RCP binds it (SEM-49)
    pub aws_managed_key: bool,
}

/// What a request is answered. The order is from the strictest to the most permissive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// A statement denies it
    ExplicitDeny,
    /// Nothing allows it
    ImplicitDeny,
    /// It is allowed
    Allow,
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allow => "allow",
            Self::ImplicitDeny => "implicit deny",
            Self::ExplicitDeny => "explicit deny",
        })
    }
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    /// By AWS's documents, and the probable reading where they leave something open
    pub decision: Decision,
    /// Under the strictest readings
    pub lower: Decision,
    /// Under the most permissive readings
    pub upper: Decision,
    /// The rules whose reading changes the answer
    pub depends_on: RuleSet,
    /// What decided: the statements that deny, or those and the grants that allow
    pub decided_by: Vec<Source>,
}

/// Answers a request.
#[must_use]
pub fn authorize(request: &Request, policies: &Policies<'_>) -> Authorization {
    let Decided { decision, sources, touched } = decide(request, policies, Readings::default());
    let mut answer = Authorization {
        decision,
        lower: decision,
        upper: decision,
        depends_on: RuleSet::default(),
        decided_by: sources,
    };
    if !touched.is_empty() {
        bound(&mut answer, request, policies, touched);
    }
    answer
}

/// Answers a request under one way to read the open rules.
#[must_use]
pub fn authorize_under(request: &Request, policies: &Policies<'_>, readings: Readings) -> Decision {
    decide(request, policies, readings).decision
}

/// Tries every combination of readings of the rules that made a difference somewhere. Another reading can
/// bring further rules into play, so this repeats until none is new.
fn bound(answer: &mut Authorization, request: &Request, policies: &Policies<'_>, mut touched: RuleSet) {
    let tried = loop {
        let mut readings = vec![Readings::default()];
        for rule in touched.iter() {
            readings = readings.into_iter().flat_map(|reading| reading.each(rule)).collect();
        }
        let mut met = touched;
        let tried: Vec<(Readings, Decision)> = readings
            .into_iter()
            .map(|reading| {
                let decided = decide(request, policies, reading);
                met = met.union(decided.touched);
                (reading, decided.decision)
            })
            .collect();
        if met == touched {
            break tried;
        }
        touched = met;
    };
    for (_, decision) in &tried {
        answer.lower = answer.lower.min(*decision);
        answer.upper = answer.upper.max(*decision);
    }
    let mut changes: Vec<RuleSet> = tried
        .iter()
        .filter(|(_, decision)| *decision != answer.decision)
        .map(|(readings, _)| readings.unusual())
        .collect();
    changes.sort_by_key(|rules| rules.iter().count());
    answer.depends_on = smallest(&changes).fold(RuleSet::default(), RuleSet::union);
}

/// The sets that hold no other of the sets, of sets in the order of their size: what suffices to change the
/// answer.
fn smallest(sets: &[RuleSet]) -> impl Iterator<Item = RuleSet> {
    sets.iter().enumerate().filter_map(|(index, &set)| {
        let smaller = sets.get(..index).unwrap_or_default();
        let suffices = smaller.iter().all(|&other| other == set || !other.is_subset(set));
        suffices.then_some(set)
    })
}

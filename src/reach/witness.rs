//! A solution as one concrete request, and the replay of that request through the policy engine: what the engine
//! does not allow is not believed.

use std::collections::{BTreeMap, BTreeSet};

use keyreach_policy::{
    Authorization, Caller as EngineCaller, Context, Decision, Grant, Organization, Policies, Policy, Request,
    authorize, aws::Action,
};

use super::{
    axis::{Axis, Case, PRINCIPAL, Place, Share, USER_ID},
    caller::{ANY_SERVICE, Caller, Kind},
    glob_space::Found,
    grant,
    meter::Meter,
    pred::find,
    search::{Held, Puzzle, Solution},
    world::World,
};
use crate::assess::exposure::Witness;

/// Everything allowed: what the outsider's own account is assumed to say.
const ALLOW_ALL: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

/// How AWS writes keys that follow from others and stand in no policy.
const USUAL: [&str; 15] = [
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:SourceArn",
    "aws:userid",
    "aws:username",
    "kms:CallerAccount",
    "kms:EncryptionContextKeys",
    "kms:GrantConstraintSourceArn",
    "kms:GrantConstraintType",
    "kms:GrantOperations",
    "kms:ViaService",
];

/// The request of a solution.
pub(super) fn witness(
    case: &Case<'_>,
    puzzle: &Puzzle,
    solution: &Solution,
    spelling: &BTreeMap<String, String>,
) -> Option<Witness> {
    let solved: BTreeMap<&str, &Held> = puzzle
        .axes
        .iter()
        .zip(&solution.values)
        .filter_map(|(axis, held)| Some((axis.id.as_str(), held.as_ref()?)))
        .collect();
    let world = case.world;
    let keys: BTreeSet<&str> = world
        .keys
        .keys()
        .map(String::as_str)
        .chain(solved.keys().copied())
        .chain(spelling.contains_key(USER_ID).then_some(USER_ID))
        .filter(|key| *key != "?")
        .collect();
    let mut context = BTreeMap::new();
    for key in keys {
        if let Some(values) = values(case, key, &solved)? {
            let usual = USUAL.iter().find(|usual| usual.eq_ignore_ascii_case(key)).copied().unwrap_or(key);
            let name = spelling.get(key).cloned().unwrap_or_else(|| usual.to_owned());
            context.insert(name, values);
        }
    }
    let principal = principal(case, &solved, &mut context)?;
    Some(Witness { principal, action: case.action.name().to_owned(), context })
}

/// What a key holds; the outer `None` where no value can be made.
#[expect(clippy::option_option, reason = "no value to be made is not absence")]
fn values(case: &Case<'_>, key: &str, solved: &BTreeMap<&str, &Held>) -> Option<Option<Vec<String>>> {
    match case.place(key) {
        Place::Fixed(values) => Some(values),
        Place::Open(axis) => held(&axis, solved.get(axis.id.as_str()).copied(), &case.world.meter),
    }
}

#[expect(clippy::option_option, reason = "no value to be made is not absence")]
fn held(axis: &Axis, solved: Option<&Held>, meter: &Meter) -> Option<Option<Vec<String>>> {
    let values = match solved {
        Some(Held::Absent) => return Some(None),
        Some(Held::Values(values)) => values.clone(),
        None if axis.domain.absent => return Some(None),
        None => match find(axis.domain.single.as_ref().or(axis.domain.several.as_ref())?, &[], meter) {
            Found::Text(text) => vec![text],
            Found::Nothing | Found::Unclear => return None,
        },
    };
    Some(Some(values.iter().map(|value| axis.part(value)).collect()))
}

/// Who asks. Puts `aws:PrincipalArn` in the context where the ARN of a session does not tell it.
fn principal(
    case: &Case<'_>,
    solved: &BTreeMap<&str, &Held>,
    context: &mut BTreeMap<String, Vec<String>>,
) -> Option<String> {
    let caller = case.caller;
    if caller.kind == Kind::Service {
        return Some(caller.name.clone().unwrap_or_else(|| ANY_SERVICE.to_owned()));
    }
    let arn = values(case, PRINCIPAL, solved)??.into_iter().next()?;
    if caller.kind != Kind::Session {
        return Some(arn);
    }
    let (start, path) = arn.split_once(":role/")?;
    if path.contains('/') && !context.keys().any(|key| key.eq_ignore_ascii_case(PRINCIPAL)) {
        context.insert("aws:PrincipalArn".to_owned(), vec![arn.clone()]);
    }
    if let Some(session) = caller.session() {
        return Some(session.to_owned());
    }
    let name = path.rsplit('/').next()?;
    // `aws:userid` of a session ends in its name.
    let user_id = values(case, USER_ID, solved)??.into_iter().next()?;
    let (_, session) = user_id.split_once(':')?;
    Some(format!("{}:assumed-role/{name}/{session}", start.replacen(":iam:", ":sts:", 1)))
}

impl Axis {
    /// The part of a value of the axis that the key is.
    fn part(&self, value: &str) -> String {
        match self.share {
            Share::Whole | Share::OnlyValue => value.to_owned(),
            share => super::axis::part(value, share),
        }
    }
}

/// What replays need of a key, made once.
pub(super) struct Stage<'a> {
    world: &'a World<'a>,
    grants: Vec<Grant>,
    allow_all: Option<Policy>,
    organization: Option<Organization>,
}

impl<'a> Stage<'a> {
    pub(super) fn new(world: &'a World<'a>) -> Self {
        Self {
            world,
            grants: world.facts.grants.iter().filter_map(grant::as_engine).collect(),
            allow_all: Policy::parse(ALLOW_ALL).ok(),
            organization: world.own.map(|own| Organization {
                id: own.id.clone(),
                management_account: Some(own.management),
                members: own.members.clone(),
            }),
        }
    }

    /// What the engine says of a witness, with or without RCPs; `Err` tells why it cannot be asked.
    pub(super) fn replay(
        &self,
        caller: &Caller,
        witness: &Witness,
        action: Action,
        guarded: bool,
    ) -> Result<Authorization, String> {
        let mut context = Context::new();
        for (key, values) in &witness.context {
            context.insert(key.clone(), values.iter().cloned()).map_err(|error| error.to_string())?;
        }
        let engine_caller = EngineCaller::parse(&witness.principal, context.single("aws:PrincipalArn"))
            .map_err(|error| error.to_string())?;
        let request = Request::new(engine_caller, action, self.world.facts.arn.clone(), context)
            .map_err(|error| error.to_string())?
            .completed(self.organization.as_ref());
        Ok(authorize(&request, &self.policies(caller, guarded)))
    }

    fn policies(&self, caller: &Caller, guarded: bool) -> Policies<'_> {
        let facts = self.world.facts;
        let mut policies = Policies {
            key_policies: facts.policies.iter().map(|(_, policy)| policy.policy()).collect(),
            grants: self.grants.iter().collect(),
            identity_policies: self.allow_all.iter().collect(),
            ..Policies::default()
        };
        if caller.kind == Kind::Federated {
            policies.session_policy = self.allow_all.as_ref();
        }
        if guarded {
            let all = facts.guardrails.iter().map(|(_, policy)| policy.policy()).collect();
            policies.resource_control_policies = vec![all];
        }
        policies
    }

    /// Whether the engine allows a witness under its most permissive readings.
    pub(super) fn confirm(
        &self,
        caller: &Caller,
        witness: &Witness,
        action: Action,
        guarded: bool,
    ) -> Result<(), String> {
        let answer = self.replay(caller, witness, action, guarded)?;
        if answer.upper == Decision::Allow {
            return Ok(());
        }
        Err(format!(
            "{} by {} on {}: the search finds it allowed, the policy engine answers {}",
            action, witness.principal, self.world.arn, answer.decision
        ))
    }
}

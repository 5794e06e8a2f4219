//! Whether somebody who exists can do something with a key, under every reading of the open rules that makes a
//! difference and with what was not read; each yes with its statements, its conditions and a request that the policy
//! engine allows too.

use keyreach_policy::{
    Caller as EngineCaller, Context, Decision, Policies, Request, Rule, RuleSet, authorize_under,
    aws::{AccountId, Action},
};

use super::{
    caller::Caller,
    exposure::smallest,
    gate::Gate,
    hold::{Outcome, Trial, Way},
    opening::Clause,
    reading::{Lens, Reading},
    resident::{Acquaintance, Resident, ResidentKind},
    way_in::Opening,
    world::World,
};
use crate::assess::exposure::{Via, Witness};

/// The answer to one question: can this principal do that with this key?
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Under the strictest reading of every open rule; where it can, in the way that asks for most.
    pub lower: Verdict,
    /// Under the most permissive one.
    pub upper: Verdict,
    /// The rules on which it depends whether it can, or whether it needs conditions, as `SEM-…`.
    pub depends_on: Vec<String>,
    /// Keyreach contradicts itself; the answer is unclear for that reason.
    pub bug: Option<String>,
}

/// Whether a principal can.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It can, in this way.
    Can(Box<Holding>),
    /// It cannot.
    Cannot,
    /// What was read, or the limits of the search, do not tell.
    Unclear,
}

/// How a principal can.
#[derive(Debug, Clone, PartialEq)]
pub struct Holding {
    /// The statement of the key's policies or the grant that lets it in.
    pub via: Via,
    /// The identity policy that allows, where one is needed.
    pub identity: Option<IdentitySource>,
    /// Plain text, one per condition that must hold.
    pub conditions: Vec<String>,
    /// An ordinary call is enough: no network, MFA, tag, alias or time condition must hold, and no service must call.
    pub unconditional: bool,
    /// One request that gets through.
    pub witness: Witness,
}

/// A statement of an identity policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct IdentitySource {
    /// The policy's name.
    pub policy: String,
    /// The group through which a user has it.
    pub group: Option<String>,
    /// The statement's Sid, or `#` and its place.
    pub statement: String,
}

impl Verdict {
    /// The way, if there is one.
    #[must_use]
    pub fn holding(&self) -> Option<&Holding> {
        match self {
            Self::Can(holding) => Some(holding),
            Self::Cannot | Self::Unclear => None,
        }
    }

    /// What says more stands higher; to need a condition is less than to need none.
    fn rank(&self) -> u8 {
        match self {
            Self::Cannot => 0,
            Self::Unclear => 1,
            Self::Can(holding) => 2 + u8::from(holding.unconditional),
        }
    }
}

/// What one reading says.
struct Pass {
    reading: Reading,
    verdict: Verdict,
    touched: RuleSet,
    bug: Option<String>,
}

/// A question with what does not change from reading to reading.
struct Question<'q> {
    gate: &'q Gate<'q>,
    world: &'q World<'q>,
    resident: &'q Resident<'q>,
    callers: Vec<Caller>,
    action: Action,
    through: &'q dyn Fn(Opening<'q>) -> bool,
}

const ORGANIZATION_KEYS: [&str; 2] = ["aws:principalorgid", "aws:principalorgpaths"];

impl Gate<'_> {
    /// Whether the resident can do the action with the key.
    #[must_use]
    pub fn answer(&self, resident: &Resident<'_>, action: Action) -> Answer {
        self.answer_through(resident, action, &|_| true)
    }

    /// As `answer`, through some of the openings only.
    pub(super) fn answer_through(
        &self,
        resident: &Resident<'_>,
        action: Action,
        through: &dyn Fn(Opening<'_>) -> bool,
    ) -> Answer {
        if !self.can_do(action) {
            return Answer::certain(Verdict::Cannot);
        }
        let unread = self.unread.policy || self.unread.grants;
        if !unread && !resident.unread && !self.may_admit(resident, action, false) {
            return Answer::certain(Verdict::Cannot);
        }
        let (belongs, guessed) = self.belongs(resident.account);
        let world = self.world_for(resident);
        let sessions = self.sessions(resident).map(Some);
        let callers = std::iter::once(None).chain(sessions);
        let question = Question {
            gate: self,
            world: &world,
            resident,
            callers: callers.map(|session| resident.caller(belongs.clone(), session)).collect(),
            action,
            through,
        };
        let mut answer = question.answer();
        let hidden = guessed && ORGANIZATION_KEYS.iter().any(|key| world.keys.contains_key(*key));
        let may_deny = hidden
            || resident.half_known()
            || self.unread.policy
            || (self.unread.guardrails && !resident.linked)
            || open_facts(&world, resident.account);
        let may_allow = |question: &Question<'_>| {
            hidden
                || self.unread.policy
                || (self.unread.grants && super::grant::may_give(action))
                || (resident.unread && question.could())
        };
        answer.unsettle(may_deny, || may_allow(&question));
        answer
    }
}

/// Whether conditions ask for facts that were not read and that the search takes as it likes.
fn open_facts(world: &World<'_>, account: AccountId) -> bool {
    let of_key = ["kms:key", "kms:customermasterkey", "kms:multiregion"];
    let paths = |account| world.own.is_some_and(|own| !own.paths.contains_key(&account));
    world.keys.keys().any(|key| match key.as_str() {
        "aws:principalorgpaths" => paths(account),
        "aws:resourceorgpaths" => paths(world.account),
        "kms:resourcealiases" => world.aliases.is_none(),
        key if key.starts_with("aws:resourcetag/") => world.tags.is_none(),
        key => world.metadata.is_none() && of_key.iter().any(|start| key.starts_with(start)),
    })
}

impl Answer {
    fn certain(verdict: Verdict) -> Self {
        Self { lower: verdict.clone(), upper: verdict, depends_on: Vec::new(), bug: None }
    }

    /// What was not read could deny, or allow.
    fn unsettle(&mut self, may_deny: bool, may_allow: impl Fn() -> bool) {
        if may_deny && self.lower.holding().is_some() {
            self.lower = Verdict::Unclear;
        }
        let lacks = |verdict: &Verdict| *verdict == Verdict::Cannot;
        if (lacks(&self.lower) || lacks(&self.upper)) && may_allow() {
            for verdict in [&mut self.lower, &mut self.upper] {
                if lacks(verdict) {
                    *verdict = Verdict::Unclear;
                }
            }
        }
    }
}

impl<'q> Question<'q> {
    /// One pass under the usual readings; where others make a difference, one under each combination of these.
    fn answer(&self) -> Answer {
        let mut all = vec![self.pass(Reading::default(), false)];
        let mut tried = RuleSet::default();
        loop {
            let touched = all.iter().fold(RuleSet::default(), |rules, pass| rules.union(pass.touched));
            if touched.is_subset(tried) {
                break;
            }
            tried = touched;
            all = Reading::all(touched).into_iter().map(|reading| self.pass(reading, false)).collect();
        }
        let usual = all.first().map_or(0, |pass| pass.verdict.rank());
        let mut changes: Vec<RuleSet> = all
            .iter()
            .filter(|pass| pass.verdict.rank() != usual)
            .map(|pass| pass.reading.unusual())
            .collect();
        let depends_on = smallest(&mut changes).iter().map(|rule| rule.to_string()).collect();
        let bug = all.iter().find_map(|pass| pass.bug.clone());
        let lower = all.iter().map(|pass| &pass.verdict).min_by_key(|verdict| verdict.rank());
        // Of several the first is the most usual one.
        let upper = all.iter().rev().map(|pass| &pass.verdict).max_by_key(|verdict| verdict.rank());
        let [lower, upper] = [lower, upper].map(|one| one.cloned().unwrap_or(Verdict::Unclear));
        Answer { lower, upper, depends_on, bug }
    }

    /// Whether it could if its identity policies allowed everything.
    fn could(&self) -> bool {
        self.gate.may_admit(self.resident, self.action, true)
            && self.pass(Reading::default(), true).verdict != Verdict::Cannot
    }

    /// What one reading says: the first way that is unconditional, else the first.
    fn pass(&self, reading: Reading, generous: bool) -> Pass {
        let lens = Lens::new(self.world, reading);
        let (mut best, mut unclear) = (None::<(Opening<'q>, Holding)>, false);
        'search: for caller in &self.callers {
            if !self.is_of_role(caller, &lens) {
                continue;
            }
            for &opening in &self.gate.openings {
                if !opening.actions().contains(self.action) || !(self.through)(opening) {
                    continue;
                }
                let (gate, resident, action) = (self.gate, self.resident, self.action);
                let trial = Trial { gate, lens: &lens, resident, caller, action, opening, generous };
                match trial.best() {
                    Outcome::None => {}
                    Outcome::Unclear => unclear = true,
                    Outcome::Way(way) => {
                        let is_best = way.unconditional;
                        if is_best || best.is_none() {
                            best = Some((opening, holding(opening, *way)));
                        }
                        if is_best {
                            break 'search;
                        }
                    }
                }
            }
        }
        let bug = match &best {
            Some((_, holding)) if !generous => self.replay(&holding.witness, reading).err(),
            _ => None,
        };
        let verdict = match best {
            Some((_, holding)) if bug.is_none() => Verdict::Can(Box::new(holding)),
            None if !unclear => Verdict::Cannot,
            _ => Verdict::Unclear,
        };
        Pass { reading, verdict, touched: lens.touched(), bug }
    }

    /// Whether a session that is named is one of the role (SEM-6).
    fn is_of_role(&self, caller: &Caller, lens: &Lens<'_>) -> bool {
        let name = caller.session().and_then(|_| caller.role_name());
        if name.is_none_or(|name| self.resident.arn().rsplit('/').next() == Some(name)) {
            return true;
        }
        lens.touch(Rule::RoleNameCase);
        !lens.reading.role_name_with_case
    }

    /// The policy engine must allow the request too, under the same reading.
    fn replay(&self, witness: &Witness, reading: Reading) -> Result<(), String> {
        let mut context = Context::new();
        for (key, values) in &witness.context {
            context.insert(key.clone(), values.iter().cloned()).map_err(|error| error.to_string())?;
        }
        let arn = match self.resident.acquaintance {
            Acquaintance::Whole => Some(self.resident.arn()),
            Acquaintance::Name | Acquaintance::Account => context.single("aws:PrincipalArn"),
        };
        let arn = arn.filter(|_| self.resident.kind == ResidentKind::Role);
        let caller = EngineCaller::parse(&witness.principal, arn).map_err(|error| error.to_string())?;
        let key = self.world.facts.arn.clone();
        let request = Request::new(caller, self.action, key, context)
            .map_err(|error| error.to_string())?
            .completed(self.gate.organization.as_ref());
        match authorize_under(&request, &self.gate.policies_for(self.resident), reading.of_engine()) {
            Decision::Allow => Ok(()),
            decision => Err(format!(
                "{} by {} on {}: the search finds it allowed, the policy engine answers {decision}",
                self.action, witness.principal, self.world.arn
            )),
        }
    }
}

impl Gate<'_> {
    /// Every policy that has a say in a resident's request, as the policy engine takes them.
    pub(super) fn policies_for<'p>(&'p self, resident: &'p Resident<'p>) -> Policies<'p> {
        let facts = self.world.facts;
        let level = |policies: &[(&'p str, &'p super::Reviewed)]| {
            policies.iter().map(|(_, policy)| policy.policy()).collect::<Vec<_>>()
        };
        let limits = resident.limits().into_iter().flat_map(|limits| &limits.levels);
        Policies {
            key_policies: facts.policies.iter().map(|(_, policy)| policy.policy()).collect(),
            grants: self.grants.iter().collect(),
            identity_policies: resident.papers.iter().map(|paper| paper.policy.policy()).collect(),
            permissions_boundary: resident
                .boundary
                .as_ref()
                .and_then(|boundary| boundary.policy)
                .map(|p| p.policy()),
            service_control_policies: limits.map(|limit| level(&limit.policies)).collect(),
            resource_control_policies: vec![
                facts.guardrails.iter().map(|(_, policy)| policy.policy()).collect(),
            ],
            ..Policies::default()
        }
    }
}

/// The Sid of a statement, or `#` and its place.
pub(super) fn statement_name(clause: &Clause<'_>) -> String {
    let rule = clause.policy.rules.get(clause.rule);
    rule.map_or_else(String::new, |rule| clause.policy.policy.statement_name(rule.index))
}

fn holding(opening: Opening<'_>, way: Way<'_>) -> Holding {
    let identity = way.identity.map(|(paper, clause)| IdentitySource {
        policy: paper.name.to_owned(),
        group: paper.group.map(str::to_owned),
        statement: statement_name(&clause),
    });
    let Way { conditions, unconditional, witness, .. } = way;
    Holding { via: opening.via(), identity, conditions, unconditional, witness }
}

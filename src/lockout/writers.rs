//! Everybody of the key's account who can rewrite its policy, each with the way and how long he may last. Those who
//! might, for want of a fact or by another reading of AWS's rules, stand apart.

use keyreach_policy::{
    aws::Action,
    principal::{Form, Principal},
    syntax::Principals,
};

use super::{Question, custody::Custody};
use crate::{
    assess::{exposure::ViaKind, lockout::Writer},
    reach::{Gate, Holding, Resident, ResidentKind, Verdict},
};

/// One way to rewrite the policy.
#[derive(Debug, Clone)]
pub(super) struct Way {
    /// Who
    pub(super) principal: String,
    pub(super) kind: ResidentKind,
    /// How it may end; of what was not read nothing is known
    pub(super) custody: Custody,
    /// No network, MFA, tag, alias or time condition must hold
    pub(super) unconditional: bool,
    pub(super) conditions: Vec<String>,
    pub(super) via: String,
    /// Rules that it depends on
    depends_on: Vec<String>,
}

/// Every way, by how sure it is.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// Under every reading of the rules, by what was read
    pub(super) sure: Vec<Way>,
    /// Under some readings only, or without conditions under some only
    pub(super) ruled: Vec<Way>,
    /// A fact about them was not read, or the search ended
    pub(super) unclear: Vec<Way>,
    /// Principals that were not read and that the key would admit
    pub(super) hidden: Vec<Way>,
    /// Some that are unclear are so for something of their own that was not read
    pub(super) half_known: bool,
    pub(super) bug: Option<String>,
}

impl Ways {
    /// The rules on which the ways depend.
    pub(super) fn depends_on(&self) -> Vec<String> {
        let mut rules: Vec<String> =
            self.ruled.iter().flat_map(|way| way.depends_on.iter().cloned()).collect();
        rules.sort();
        rules.dedup();
        rules
    }
}

impl Way {
    fn new(question: &Question<'_>, resident: &Resident<'_>, holding: Option<&Holding>) -> Self {
        Self {
            principal: resident.arn().to_owned(),
            kind: resident.kind(),
            custody: Custody::of(question, resident),
            unconditional: holding.is_none_or(|holding| holding.unconditional),
            conditions: holding.map_or_else(Vec::new, |holding| holding.conditions.clone()),
            via: holding.map_or_else(String::new, through),
            depends_on: Vec::new(),
        }
    }

    /// As reports show it.
    pub(super) fn writer(&self) -> Writer {
        Writer {
            principal: self.principal.clone(),
            via: self.via.clone(),
            conditions: self.conditions.clone(),
        }
    }
}

/// Asks everybody in the account.
pub(super) fn ways(question: &Question<'_>, action: Action) -> Ways {
    let mut ways = Ways::default();
    let Some(gate) = Gate::new(question.facts, question.unread) else { return ways };
    for resident in &question.household.residents {
        let answer = gate.answer(resident, action);
        let way = |verdict: &Verdict| Way::new(question, resident, verdict.holding());
        match (&answer.lower, &answer.upper) {
            (Verdict::Can(_), _) => {
                ways.sure.push(way(&answer.lower));
                if !answer.depends_on.is_empty() {
                    ways.ruled.push(Way { depends_on: answer.depends_on, ..way(&answer.upper) });
                }
            }
            (Verdict::Unclear, _) | (_, Verdict::Unclear) => {
                ways.half_known |= resident.is_half_read();
                ways.unclear.push(way(&answer.upper));
            }
            (Verdict::Cannot, Verdict::Can(_)) => {
                ways.ruled.push(Way { depends_on: answer.depends_on, ..way(&answer.upper) });
            }
            (Verdict::Cannot, Verdict::Cannot) => {}
        }
        ways.bug = ways.bug.or(answer.bug);
    }
    if !question.household.complete {
        ways.hidden = hidden(question, &gate, action);
    }
    ways
}

/// Whom the key would admit of those who were not read.
fn hidden(question: &Question<'_>, gate: &Gate<'_>, action: Action) -> Vec<Way> {
    let admitted = |stranger: &Resident<'_>| {
        let answer = gate.answer(stranger, action);
        let way = Way { custody: Custody::default(), ..Way::new(question, stranger, answer.upper.holding()) };
        (answer.upper != Verdict::Cannot).then_some(way)
    };
    let found: Vec<Way> = strangers(question).iter().filter_map(admitted).collect();
    // Where one might be, there may be several.
    found.iter().cloned().chain(found.iter().cloned()).collect()
}

/// Those of the account who may exist and were not read: users and roles that the key names, and any other.
pub(super) fn strangers<'a>(question: &Question<'a>) -> Vec<Resident<'a>> {
    let (household, library) = (question.household, question.library);
    let any = |kind, name| {
        let arn = format!("arn:{}:iam::{}:{name}", question.facts.arn.partition(), question.account);
        household.unnamed(kind, &arn, library)
    };
    let unnamed = [any(ResidentKind::Role, "role/not-read"), any(ResidentKind::User, "user/not-read")];
    let missing = named(question)
        .into_iter()
        .filter(|(_, arn)| household.residents.iter().all(|resident| resident.arn() != arn))
        .filter_map(|(kind, arn)| household.unread(kind, &arn, library));
    unnamed.into_iter().flatten().chain(missing).collect()
}

/// Users and roles of the account that the key's policies name: as principals, or by a condition on their ARN.
pub(super) fn named(question: &Question<'_>) -> Vec<(ResidentKind, String)> {
    let own = question.account;
    let as_resident = |principal: &Principal| match principal.form() {
        Form::Role(account) if account == own => Some((ResidentKind::Role, principal.as_str().to_owned())),
        Form::User(account) if account == own => Some((ResidentKind::User, principal.as_str().to_owned())),
        Form::Session(account) if account == own => {
            let text = principal.as_str();
            let name = text.split('/').nth(1)?;
            let partition = question.facts.arn.partition();
            Some((ResidentKind::Role, format!("arn:{partition}:iam::{own}:role/{name}")))
        }
        _ => None,
    };
    let mut all = Vec::new();
    for (_, policy) in question.facts.policies {
        for (_, statement) in policy.policy().document().statements() {
            if let Some(Principals::Named(lists)) = statement.principal.as_ref().map(|set| &set.principals) {
                all.extend(lists.iter().flat_map(|(_, list)| list.iter()).filter_map(as_resident));
            }
            let by_arn = statement
                .conditions()
                .filter(|(_, condition)| condition.key.eq_ignore_ascii_case("aws:PrincipalArn"));
            let values = by_arn.flat_map(|(_, condition)| condition.values.iter());
            all.extend(values.filter_map(|value| as_resident(&Principal::parse("AWS", value.as_str()))));
        }
    }
    all.sort();
    all.dedup();
    all
}

/// Through what, in words.
fn through(holding: &Holding) -> String {
    let name = holding.via.statement.as_deref().or(holding.via.grant_id.as_deref()).unwrap_or_default();
    let opening = match holding.via.kind {
        ViaKind::KeyPolicy => format!("statement {name} of the key policy"),
        ViaKind::Ram => format!("statement {name} that Resource Access Manager attached"),
        ViaKind::Grant => format!("grant {name}"),
    };
    match &holding.identity {
        None => opening,
        Some(source) => {
            let group = source.group.as_ref().map(|group| format!(" of group {group}")).unwrap_or_default();
            format!("{opening} and statement {} of policy {}{group}", source.statement, source.policy)
        }
    }
}

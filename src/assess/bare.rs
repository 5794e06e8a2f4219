//! A key policy that is not deployed yet, judged by itself: a snapshot of one key of which the policy is all that is
//! known. Grants there are none before a key exists; everything else that a scan reads is unread here, so that nothing
//! rests on it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use keyreach_policy::{
    Policy,
    aws::{AccountId, Arn, OrganizationId, Partition, Region},
    principal::Principal,
    syntax::{Effect, Place, Principals, Statement},
};

use serde_json::Value;

use super::{
    Assessment, assess,
    exposure::ExposureLevel,
    finding::{Finding, Status, Subject, finding_id},
    lockout::LockoutVerdict,
};
use crate::{
    config::JudgementSettings,
    lockout::Administrators,
    snapshot::{
        SCHEMA_VERSION, Scan, Snapshot, TargetSource,
        cell::{Cell, Visit},
        gap::{Fact, Gap, GapKind, Listing},
        key::Key,
        organization::{Account, Entry, Organization},
    },
};

/// The Region of a key that is deployed who knows where.
const REGION: &str = "us-east-1";
/// As many Regions of a policy are tried.
const REGIONS: usize = 8;
/// An id that no key has.
const KEY_ID: &str = "00000000-0000-0000-0000-000000000000";
/// What the complaints about the text say better.
const TOLD_BY_FORM: [&str; 2] = ["ineffective-statement", "policy-unreadable"];

/// What is known of the place that a policy is for.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The account of the key.
    pub account: Option<AccountId>,
    /// Its organization.
    pub organization: Option<OrganizationId>,
}

/// What was made of one policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Bare {
    /// How far outside the key could be reached.
    pub level: ExposureLevel,
    /// Who could govern it: unknown, unless the policy alone shuts everybody out.
    pub verdict: LockoutVerdict,
    /// What is missing to say more, by name.
    pub unknown: Vec<&'static str>,
    /// What the checks found, each with the beginning of the statement that it is about, if it is about one.
    pub findings: Vec<(Finding, Option<Place>)>,
}

/// Judges a policy document by itself.
#[must_use]
pub fn judge(
    policy: &Policy,
    text: &str,
    about: &Surroundings,
    settings: &JudgementSettings,
    now: Timestamp,
) -> Bare {
    let Some(owner) = owner(policy, text, about) else { return Bare::not_judged() };
    let regions = if owner.key.is_some() { BTreeSet::new() } else { regions(text) };
    let first = owner.key.as_ref().map_or(REGION, |key| key.region());
    // A policy that holds in one Region only is judged for that one: the widest answer counts.
    let judged = [Region::new(first)].into_iter().chain(regions).map(|region| {
        let snapshot = snapshot(text, &owner, about, region, now);
        let assessment = assess(&snapshot, settings);
        (snapshot, assessment)
    });
    let widest = judged.max_by_key(|(_, assessment)| width(assessment));
    widest.map_or_else(Bare::not_judged, |(snapshot, assessment)| {
        Bare::of(policy, about, &snapshot, assessment)
    })
}

impl Bare {
    fn not_judged() -> Self {
        let (level, verdict) = (ExposureLevel::Unknown, LockoutVerdict::Unknown);
        Self { level, verdict, unknown: Vec::new(), findings: Vec::new() }
    }

    fn of(policy: &Policy, about: &Surroundings, snapshot: &Snapshot, assessment: Assessment) -> Self {
        let Some(key) = assessment.keys.first() else { return Self::not_judged() };
        let (level, verdict) = (key.exposure.level, key.lockout.verdict);
        let is_open = |missing: bool, name: &'static str| missing.then_some(name);
        let unknown = [
            is_open(about.account.is_none(), "account"),
            is_open(about.organization.is_none(), "organization"),
            is_open(verdict == LockoutVerdict::Unknown, "iam"),
            is_open(verdict == LockoutVerdict::Unknown, "guardrails"),
        ];
        let arn = snapshot.cells.iter().flat_map(|cell| &cell.keys).map(|key| key.arn.as_str()).next();
        let is_foreign = about.organization.is_some() || level != ExposureLevel::Unknown;
        let of_policy = |finding: &Finding| {
            finding.status == Status::Fail
                && finding.key_arn.is_some()
                && !TOLD_BY_FORM.contains(&finding.check.as_str())
                && (is_foreign || !rests_on_organization(finding))
        };
        let findings = assessment
            .findings
            .into_iter()
            .filter(of_policy)
            .map(|finding| {
                let place = place(policy, arn.unwrap_or_default(), &finding);
                (of_tomorrow(finding), place)
            })
            .collect();
        Self { level, verdict, unknown: unknown.into_iter().flatten().collect(), findings }
    }
}

/// Whether every way in that was found asks for an organization: it may be the key's own.
fn rests_on_organization(finding: &Finding) -> bool {
    let asks = |way: &Value| {
        let conditions = way.get("conditions").and_then(Value::as_array).into_iter().flatten();
        let mut texts = conditions.filter_map(Value::as_str);
        texts.any(|text| text.to_ascii_lowercase().contains("aws:principalorg"))
    };
    let ways = finding.evidence.get("reaches").and_then(Value::as_array);
    ways.is_some_and(|ways| !ways.is_empty() && ways.iter().all(asks))
}

/// Who can repair a key is no question before it exists: what is wrong with the policy is said instead.
fn of_tomorrow(finding: Finding) -> Finding {
    if !finding.evidence.contains_key("lockout") {
        return finding;
    }
    let detail = match finding.check.as_str() {
        "policy-locked-out" => {
            "No principal of the account could call kms:PutKeyPolicy. KMS refuses the policy unless its \
                                lockout safety check is bypassed; then only AWS Support could change it."
                .to_owned()
        }
        _ => format!("{}.", finding.title),
    };
    let remediation =
        "Let a statement allow kms:* to the key's account, or to an administrator in it.".to_owned();
    Finding { detail, remediation, ..finding }
}

/// The statement that a finding is about: the id of the finding is made of its name.
fn place(policy: &Policy, arn: &str, finding: &Finding) -> Option<Place> {
    let is_it = |(index, _): &(usize, &Statement)| {
        finding_id(&finding.check, Subject::Key(arn), &policy.statement_name(*index)) == finding.id
    };
    let denies_administration = |(_, statement): &(usize, &Statement)| {
        finding.check == "deny-blocks-administration"
            && statement.effect == Effect::Deny
            && statement
                .action
                .as_ref()
                .is_some_and(|set| set.actions().iter().any(|action| action.name() == "kms:PutKeyPolicy"))
    };
    let mut statements = policy.document().statements();
    let found = statements.find(|one| is_it(one) || denies_administration(one));
    found.map(|(_, statement)| statement.place)
}

/// The wider, the higher. What is not known could be anything but is not yet everybody.
fn width(assessment: &Assessment) -> usize {
    let level = assessment.keys.first().map_or(ExposureLevel::Unknown, |key| key.exposure.level);
    let order = [
        ExposureLevel::Account,
        ExposureLevel::Organization,
        ExposureLevel::Trusted,
        ExposureLevel::External,
        ExposureLevel::Unknown,
        ExposureLevel::Public,
    ];
    order.iter().position(|one| *one == level).unwrap_or_default()
}

/// Whose the key is.
struct Owner {
    account: AccountId,
    /// The ARN of the key, where the policy names one.
    key: Option<Arn>,
    /// An account that the policy does not know.
    stranger: AccountId,
}

/// The account that was told, else that of the key that the policy is about, else one that it lets govern the key: KMS
/// accepts no other policy unless it is made to. Else one that the policy does not know.
fn owner(policy: &Policy, text: &str, about: &Surroundings) -> Option<Owner> {
    let statements = || policy.document().statements().map(|(_, statement)| statement);
    let arns: Vec<Arn> = statements().flat_map(resources).filter_map(|text| text.parse().ok()).collect();
    let is_key = |arn: &&Arn| {
        arn.service() == "kms"
            && arn.account_id().is_some()
            && arn.resource().starts_with("key/")
            && !arn.as_str().contains(['*', '?', '$'])
            && about.account.is_none_or(|told| arn.account_id() == Some(told))
    };
    let key = arns.iter().find(is_key).cloned();
    let of_pattern = arns.iter().filter(|arn| arn.service() == "kms").find_map(Arn::account_id);
    let governing = Administrators::of([policy].into_iter(), "*").named;
    let named = statements().flat_map(principals).filter_map(Principal::account).next();
    let ids = (0..).filter_map(|number: u64| format!("{number:012}").parse::<AccountId>().ok());
    let mut strangers = ids.filter(|id| !text.contains(&id.to_string()));
    let (own, stranger) = (strangers.next()?, strangers.next()?);
    let account = about
        .account
        .or_else(|| key.as_ref().and_then(Arn::account_id))
        .or(of_pattern)
        .or_else(|| governing.into_iter().find_map(Principal::account))
        .or(named)
        .unwrap_or(own);
    Some(Owner { account, key, stranger })
}

fn resources(statement: &Statement) -> impl Iterator<Item = &String> {
    statement.resource.iter().flat_map(|set| set.patterns.iter())
}

fn principals(statement: &Statement) -> impl Iterator<Item = &Principal> {
    let lists = match statement.principal.as_ref().map(|set| &set.principals) {
        Some(Principals::Named(lists)) => Some(lists.iter().flat_map(|(_, list)| list.iter())),
        Some(Principals::Everyone) | None => None,
    };
    lists.into_iter().flatten()
}

/// The Regions that the text names.
fn regions(text: &str) -> BTreeSet<Region> {
    let is_region = |word: &&str| {
        let parts: Vec<&str> = word.split('-').collect();
        matches!(parts.as_slice(), [place, middle @ .., number]
            if place.len() == 2
                && !middle.is_empty()
                && middle.iter().chain([place]).all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase()))
                && number.len() == 1
                && number.bytes().all(|b| b.is_ascii_digit()))
    };
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    words.filter(is_region).map(Region::new).collect::<BTreeSet<_>>().into_iter().take(REGIONS).collect()
}

fn partition(text: &str) -> &'static str {
    ["aws-cn", "aws-us-gov"].into_iter().find(|one| text.contains(&format!("arn:{one}:"))).unwrap_or("aws")
}

fn snapshot(text: &str, owner: &Owner, about: &Surroundings, region: Region, now: Timestamp) -> Snapshot {
    let partition = partition(text);
    let account = owner.account;
    let arn = owner
        .key
        .as_ref()
        .map_or_else(|| format!("arn:{partition}:kms:{region}:{account}:key/{KEY_ID}"), ToString::to_string);
    let organization = match &about.organization {
        None => Fact::Unknown(unread("organizations:DescribeOrganization")),
        Some(id) => Fact::Known(Some(organization(id.clone(), owner.stranger))),
    };
    Snapshot {
        schema_version: SCHEMA_VERSION.to_owned(),
        scan: Scan {
            id: String::new(),
            taken_at: now,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            caller_arn: String::new(),
            caller_account: account,
            partition: Partition::new(partition),
            targets: TargetSource::Settings,
            interrupted: false,
        },
        organization,
        accounts: vec![Account {
            id: account,
            name: None,
            state: None,
            path: None,
            entry: Entry::NotStarted,
            regions: None,
            iam: None,
            gaps: Vec::new(),
        }],
        cells: vec![Cell { keys: vec![key(text, arn)], ..Cell::new(account, region, Visit::Visited) }],
        gaps: Vec::new(),
    }
}

/// An organization of which the id alone is known; its management account is nobody whom the policy names.
fn organization(id: OrganizationId, management_account_id: AccountId) -> Organization {
    Organization {
        id,
        management_account_id,
        feature_set: None,
        members: Listing::unread(unread("organizations:ListAccounts")),
        roots: Listing::unread(unread("organizations:ListRoots")),
        units: Listing::unread(unread("organizations:ListOrganizationalUnitsForParent")),
        guardrails: Listing::unread(unread("organizations:ListPolicies")),
    }
}

fn key(text: &str, arn: String) -> Key {
    Key {
        key_id: KEY_ID.to_owned(),
        arn,
        metadata: Fact::Unknown(unread("kms:DescribeKey")),
        policy: Fact::Known(text.to_owned()),
        ram_policy: Fact::Known(None),
        grants: Listing::default(),
        rotation: Fact::Unknown(unread("kms:GetKeyRotationStatus")),
        rotations: Listing::unread(unread("kms:ListKeyRotations")),
        tags: Fact::Unknown(unread("kms:ListResourceTags")),
        aliases: Vec::new(),
        last_usage: None,
    }
}

fn unread(operation: &str) -> Gap {
    Gap {
        operation: operation.to_owned(),
        resource: "the key of this policy".to_owned(),
        kind: GapKind::Missing,
        code: None,
        message: "the policy is not deployed".to_owned(),
    }
}

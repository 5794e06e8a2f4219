//! The answer of a comparison, and the document that `keyreach diff --format json` prints.
//! Frozen as report.json is: a field is added, never renamed or dropped without a new schema version.

use schemars::JsonSchema;
use serde::Serialize;

/// What changed between two runs.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "keyreach diff")]
pub struct Diff {
    /// The version of this shape.
    #[schemars(extend("const" = "1.0"))]
    pub schema_version: String,
    /// The run that was compared with.
    pub old: Side,
    /// The run that is asked about.
    pub new: Side,
    /// What a reader must know before believing the rest, one sentence each.
    pub notes: Vec<String>,
    /// The changes, counted.
    pub summary: Summary,
    /// What OLD read and NEW could not, one sentence each: what `--fail-on unread` asks about.
    pub unread: Vec<String>,
    /// Cells that only one of the runs could list.
    pub coverage: CoverageChange,
    /// The keys.
    pub keys: Keys,
    /// The findings.
    pub findings: Findings,
}

impl Diff {
    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let CoverageChange { no_longer_listed, newly_listed } = &self.coverage;
        self.summary == Summary::default() && no_longer_listed.is_empty() && newly_listed.is_empty()
    }
}

/// One of the two runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Side {
    /// The id of the scan.
    pub scan_id: String,
    /// When its facts were taken.
    pub taken_at: String,
    /// The version of Keyreach that took them.
    pub tool_version: String,
    /// The organization; `null` where there is none or it could not be read.
    pub organization_id: Option<String>,
}

/// The changes, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Summary {
    /// Keys of `keys.new` and `keys.changed` that are `widened`: what `--fail-on widened` asks about.
    pub widened: usize,
    /// Keys whose exposure level or a way in became narrower, and nothing wider.
    pub narrowed: usize,
    /// Keys that only NEW has.
    pub keys_new: usize,
    /// Keys that NEW would have if they still were.
    pub keys_gone: usize,
    /// Keys of which something changed.
    pub keys_changed: usize,
    /// Keys of cells that NEW could not list: nobody knows whether they are still there.
    pub keys_not_seen: usize,
    /// Keys of which NEW could not read what OLD had read.
    pub keys_unread: usize,
    /// Findings that only NEW has.
    pub findings_new: usize,
    /// Findings that NEW no longer has.
    pub findings_closed: usize,
    /// Findings of another severity or status.
    pub findings_changed: usize,
    /// Findings of which NEW cannot tell.
    pub findings_unsettled: usize,
}

impl Summary {
    pub(super) fn of(keys: &Keys, findings: &Findings) -> Self {
        let widened = keys.new.iter().chain(&keys.changed).filter(|key| key.widened).count();
        Self {
            widened,
            narrowed: keys.changed.iter().filter(|key| !key.widened && key.is_narrower()).count(),
            keys_new: keys.new.len(),
            keys_gone: keys.gone.len(),
            keys_changed: keys.changed.len(),
            keys_not_seen: keys.not_seen.len(),
            keys_unread: keys.unread.len(),
            findings_new: findings.new.len(),
            findings_closed: findings.closed.len(),
            findings_changed: findings.changed.len(),
            findings_unsettled: findings.unsettled.len(),
        }
    }
}

/// Cells that only one of the runs could list. Regions that are off count as not listed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CoverageChange {
    /// Listed by OLD and not by NEW.
    pub no_longer_listed: Vec<Seen>,
    /// Listed by NEW and not by OLD.
    pub newly_listed: Vec<Seen>,
}

/// One account in one Region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Seen {
    /// The account.
    pub account_id: String,
    /// The Region.
    pub region: String,
    /// Why one run could not list it.
    pub why: String,
    /// How many keys the other run found in it.
    pub keys: usize,
}

/// The keys, by ARN.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Keys {
    /// Only in NEW.
    pub new: Vec<KeyChange>,
    /// Only in OLD, though NEW listed their cell.
    pub gone: Vec<KeyName>,
    /// Only in OLD, and NEW could not list their cell.
    pub not_seen: Vec<NotSeen>,
    /// In both, and not the same.
    pub changed: Vec<KeyChange>,
    /// In both, and NEW could not read what OLD had read.
    pub unread: Vec<Unread>,
}

/// Which key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KeyName {
    /// Its ARN.
    pub arn: String,
    /// Its account.
    pub account_id: String,
    /// Its Region.
    pub region: String,
    /// Its aliases.
    pub aliases: Vec<String>,
}

/// A key that NEW did not come to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NotSeen {
    /// Which key.
    #[serde(flatten)]
    pub key: KeyName,
    /// What became of its cell.
    pub why: String,
}

/// A key of which NEW knows less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unread {
    /// Which key.
    #[serde(flatten)]
    pub key: KeyName,
    /// The questions that AWS no longer answers, as `kms:GetKeyPolicy`.
    pub facts: Vec<String>,
}

/// What changed about a key; of a new key, all ways in and grants from outside.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct KeyChange {
    /// Which key, as NEW names it.
    #[serde(flatten)]
    pub key: KeyName,
    /// Something outside its account can do more than OLD knew: a wider level, a grant from outside that OLD does not
    /// show, or a way in with actions that no way in of OLD covers.
    pub widened: bool,
    /// A new key that OLD could not have seen: its cell was not listed.
    pub first_seen: bool,
    /// The exposure level; `null` where it is the same.
    pub exposure: Option<Level>,
    /// The ways in from outside its account.
    pub reaches: Vec<ReachChange>,
    /// AWS services that may use it.
    pub services: Vec<ServiceChange>,
    /// The lockout verdict; `null` where it is the same.
    pub lockout: Option<Level>,
    /// Who can rewrite its policy.
    pub writers: Vec<WriterChange>,
    /// The grants.
    pub grants: Vec<GrantChange>,
    /// The policies, statement by statement.
    pub policies: Vec<PolicyChange>,
    /// State, tags, aliases, rotation and what else DescribeKey says: `state`, `tags.team`, `rotation.enabled`.
    pub facts: Vec<Change>,
}

impl KeyChange {
    pub(super) fn is_empty(&self) -> bool {
        self.exposure.is_none()
            && self.lockout.is_none()
            && self.reaches.is_empty()
            && self.services.is_empty()
            && self.writers.is_empty()
            && self.grants.is_empty()
            && self.policies.is_empty()
            && self.facts.is_empty()
    }

    fn is_narrower(&self) -> bool {
        let level = self.exposure.as_ref().is_some_and(|level| level.direction == Direction::Narrowed);
        level || self.reaches.iter().any(|reach| matches!(reach.kind, Shift::Narrowed | Shift::Gone))
    }
}

/// A level or a verdict, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Level {
    /// In OLD.
    pub old: Option<String>,
    /// In NEW.
    pub new: String,
    /// Which way it went.
    pub direction: Direction,
}

/// Which way a level or a verdict went. `unknown` stands apart from the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// An exposure level: more can reach the key.
    Widened,
    /// An exposure level: fewer can.
    Narrowed,
    /// A lockout verdict: less firmly governed.
    Worse,
    /// A lockout verdict: more firmly governed.
    Better,
    /// OLD did not know.
    NowKnown,
    /// NEW does not know.
    NoLongerKnown,
}

/// What became of a part of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shift {
    /// Only NEW has it, and OLD would have seen it.
    New,
    /// Only NEW has it, and OLD could not have seen it.
    FirstSeen,
    /// Only OLD has it, and NEW would have seen it.
    Gone,
    /// It allows more.
    Widened,
    /// It allows less.
    Narrowed,
    /// It is another, and neither wider nor narrower: a way in that only one side has too, where ways in of the other
    /// side cover all of it.
    Changed,
}

impl Shift {
    /// Whether somebody can do more than was known.
    #[must_use]
    pub fn is_wider(self) -> bool {
        matches!(self, Self::New | Self::FirstSeen | Self::Widened)
    }
}

/// A way in from outside the key's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReachChange {
    /// What became of it.
    pub kind: Shift,
    /// Who: an ARN, `*`, or an account id.
    pub principal: String,
    /// Where the caller stands.
    pub zone: String,
    /// What lets the caller through: a statement or a grant.
    pub via: Vec<String>,
    /// The actions; of a way in that changed, those of NEW.
    pub actions: Vec<String>,
    /// The conditions that must hold; of a way in that changed, those of NEW.
    pub conditions: Vec<String>,
    /// What differs between OLD and NEW.
    pub changes: Vec<Change>,
}

/// An AWS service that may use the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ServiceChange {
    /// What became of it: `widened` where a guard is gone.
    pub kind: Shift,
    /// The service principal.
    pub principal: String,
    /// A source condition holds every use to this account or organization.
    pub guarded: bool,
    /// What differs between OLD and NEW.
    pub changes: Vec<Change>,
}

/// Somebody who can rewrite the key's policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WriterChange {
    /// What became of it: `widened` where it needs fewer conditions.
    pub kind: Shift,
    /// Who.
    pub principal: String,
    /// Through what.
    pub via: String,
    /// What differs between OLD and NEW.
    pub changes: Vec<Change>,
}

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GrantChange {
    /// What became of it: `widened` and `narrowed` where its zone is another.
    pub kind: Shift,
    /// Its id.
    pub grant_id: String,
    /// Who may use it.
    pub grantee: Option<String>,
    /// Where the grantee stands.
    pub zone: String,
    /// What it allows.
    pub operations: Vec<String>,
    /// What differs between OLD and NEW.
    pub changes: Vec<Change>,
}

/// A policy on a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PolicyChange {
    /// `default` or `AWS_RAM`.
    pub name: String,
    /// `new`, `gone` or `changed`.
    pub kind: Shift,
    /// The SHA-256 in OLD.
    pub old_sha256: Option<String>,
    /// The SHA-256 in NEW.
    pub new_sha256: Option<String>,
    /// OLD has it, and it can be read as a policy.
    pub old_is_readable: bool,
    /// NEW has it, and it can be read as a policy.
    pub new_is_readable: bool,
    /// The statements; of a policy that changed, none where one of the texts cannot be read as a policy.
    pub statements: Vec<StatementChange>,
    /// What stands beside the statements: `Version`, `Id`.
    pub changes: Vec<Change>,
}

/// A statement of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StatementChange {
    /// `new`, `gone` or `changed`.
    pub kind: Shift,
    /// Its Sid, or `#` and its place: in NEW, or in OLD where it is gone.
    pub statement: String,
    /// Member by member, as `Action`, `Principal.AWS` or `Condition.StringEquals.aws:PrincipalOrgID`.
    pub changes: Vec<Change>,
}

/// A member with the values that went and came. A value that was replaced stands in both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change {
    /// Which member.
    pub name: String,
    /// Values of OLD that NEW lacks.
    pub removed: Vec<String>,
    /// Values of NEW that OLD lacks.
    pub added: Vec<String>,
}

/// The findings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Findings {
    /// Found by NEW and not by OLD.
    pub new: Vec<FindingChange>,
    /// Found by OLD, looked for by NEW, and not found.
    pub closed: Vec<FindingChange>,
    /// Found by both, with another severity or status.
    pub changed: Vec<FindingChange>,
    /// Found by OLD, or not in doubt there, and NEW cannot tell. What OLD found stands first.
    pub unsettled: Vec<FindingChange>,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FindingChange {
    /// Its id, the same from scan to scan.
    pub id: String,
    /// The check.
    pub check: String,
    /// `critical`, `high`, `medium`, `low` or `info`: in NEW, or in OLD where NEW lacks it.
    pub severity: String,
    /// `fail`, `unknown` or `accepted`: in NEW, or in OLD where NEW lacks it.
    pub status: String,
    /// The account it is about.
    pub account_id: String,
    /// The Region; `null` for what belongs to none.
    pub region: Option<String>,
    /// The key; `null` for what is about no single key.
    pub key_arn: Option<String>,
    /// One line.
    pub title: String,
    /// Why it stands here.
    pub kind: FindingKind,
    /// OLD found it: of what is unsettled, what may be lost from sight.
    pub found_by_old: bool,
    /// What differs between OLD and NEW: `severity`, `status`.
    pub changes: Vec<Change>,
}

/// Why a finding stands in a diff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Found, and not found before.
    New,
    /// Found, and OLD could not tell.
    FirstSeen,
    /// No longer found.
    Closed,
    /// No longer found: its key is gone.
    KeyGone,
    /// Of another severity or status.
    Changed,
    /// The check could not tell.
    Unknown,
    /// What it is about was not seen.
    NotSeen,
}

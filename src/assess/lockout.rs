//! Who can still govern a key: the shape of the answer, and which unread facts stand in its way.
//! The names are those of report.json and never change without a new schema version.

use keyreach_policy::aws::{AccountId, OrgPath};
use schemars::JsonSchema;
use serde::Serialize;

use super::exposure::Certainty;
use crate::snapshot::{
    Snapshot,
    gap::Fact,
    key::Key,
    organization::{Account, Guardrail, Organization},
};

/// How firmly a key is governed: who can rewrite its policy today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LockoutVerdict {
    /// More than one durable way.
    Manageable,
    /// One way, or only perishable ones.
    Fragile,
    /// Every way hangs on a network, MFA, tag, alias or time condition.
    Conditional,
    /// Only the account's root user.
    RootOnly,
    /// Nobody.
    LockedOut,
    /// The facts to tell were not read, or not judged.
    Unknown,
}

impl LockoutVerdict {
    /// Every verdict, best first.
    pub const ALL: [Self; 6] =
        [Self::Manageable, Self::Fragile, Self::Conditional, Self::RootOnly, Self::LockedOut, Self::Unknown];

    /// The name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manageable => "manageable",
            Self::Fragile => "fragile",
            Self::Conditional => "conditional",
            Self::RootOnly => "root_only",
            Self::LockedOut => "locked_out",
            Self::Unknown => "unknown",
        }
    }
}

/// What a verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LockoutReason {
    /// Just one principal can.
    SingleWriter,
    /// Only roles of Identity Center can.
    IdentityCenterOnly,
    /// Only roles that trust services or web identities can.
    PipelineOnly,
    /// Only roles that nobody has used for long can.
    IdleOnly,
    /// The policy does not hand the key to its account.
    NoAccountStatement,
    /// A principal in the policy is gone.
    DeletedPrincipal,
    /// Only another account can, by the policy's text.
    ExternalWriterOnly,
    /// A Deny statement stops everybody.
    DenyBlocksAll,
    /// A service or resource control policy stops everybody.
    GuardrailBlocksAll,
    /// A condition can never hold.
    ConditionUnsatisfiable,
    /// Every way needs a condition to hold.
    ConditionRequired,
    /// The account may decide, and nobody in it was given the permission.
    NoIamWriter,
    /// The key policy could not be read.
    PolicyUnread,
    /// The account's principals could not be read, or not all.
    IamUnread,
    /// The organization's guardrails could not be read, or not all.
    GuardrailsUnread,
    /// The search ended at its limit.
    SearchLimit,
}

impl LockoutReason {
    /// Every reason, in their order.
    pub const ALL: [Self; 16] = [
        Self::SingleWriter,
        Self::IdentityCenterOnly,
        Self::PipelineOnly,
        Self::IdleOnly,
        Self::NoAccountStatement,
        Self::DeletedPrincipal,
        Self::ExternalWriterOnly,
        Self::DenyBlocksAll,
        Self::GuardrailBlocksAll,
        Self::ConditionUnsatisfiable,
        Self::ConditionRequired,
        Self::NoIamWriter,
        Self::PolicyUnread,
        Self::IamUnread,
        Self::GuardrailsUnread,
        Self::SearchLimit,
    ];

    /// The name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SingleWriter => "single_writer",
            Self::IdentityCenterOnly => "identity_center_only",
            Self::PipelineOnly => "pipeline_only",
            Self::IdleOnly => "idle_only",
            Self::NoAccountStatement => "no_account_statement",
            Self::DeletedPrincipal => "deleted_principal",
            Self::ExternalWriterOnly => "external_writer_only",
            Self::DenyBlocksAll => "deny_blocks_all",
            Self::GuardrailBlocksAll => "guardrail_blocks_all",
            Self::ConditionUnsatisfiable => "condition_unsatisfiable",
            Self::ConditionRequired => "condition_required",
            Self::NoIamWriter => "no_iam_writer",
            Self::PolicyUnread => "policy_unread",
            Self::IamUnread => "iam_unread",
            Self::GuardrailsUnread => "guardrails_unread",
            Self::SearchLimit => "search_limit",
        }
    }

    /// What it says, as the end of a sentence that begins with "because".
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::SingleWriter => "just one principal can change the policy",
            Self::IdentityCenterOnly => "only roles of Identity Center can change the policy",
            Self::PipelineOnly => "only roles that services or web identities assume can change the policy",
            Self::IdleOnly => "only roles that nobody has used for long can change the policy",
            Self::NoAccountStatement => "no statement hands the key to its account",
            Self::DeletedPrincipal => "a principal whom the policy names does not exist any more",
            Self::ExternalWriterOnly => "the policy names administrators of other accounts only",
            Self::DenyBlocksAll => "a Deny statement of the key policy stops everybody",
            Self::GuardrailBlocksAll => "a service or resource control policy stops everybody",
            Self::ConditionUnsatisfiable => "a condition of the key policy can never hold",
            Self::ConditionRequired => "every way needs a condition to hold",
            Self::NoIamWriter => "no IAM policy of the account gives anybody the permission",
            Self::PolicyUnread => "the key policy could not be read",
            Self::IamUnread => "the users and roles of the account could not all be read",
            Self::GuardrailsUnread => "the guardrails over the account could not all be read",
            Self::SearchLimit => {
                "a fact that a condition asks for was not read, or the search ended at its limit"
            }
        }
    }
}

/// One way to rewrite a key's policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Writer {
    /// Who.
    pub principal: String,
    /// Through what.
    pub via: String,
    /// Plain text, one per condition that must hold.
    pub conditions: Vec<String>,
}

/// Who can still govern a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Lockout {
    /// How firmly it is governed.
    pub verdict: LockoutVerdict,
    /// Whether that holds under every reading of AWS's rules.
    pub certainty: Certainty,
    /// The rules it depends on, as `SEM-…`.
    pub depends_on: Vec<String>,
    /// What the verdict rests on.
    pub reasons: Vec<LockoutReason>,
    /// Every way to rewrite the policy, the account root user included.
    pub writers: Vec<Writer>,
    /// One sentence: who can repair this key, and how.
    pub recovery: String,
}

/// Which facts that decide about lockout are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Unread {
    /// The key policy.
    pub policy: bool,
    /// The principals of the key's account.
    pub iam: bool,
    /// The guardrails that bind the key's account.
    pub guardrails: bool,
}

impl Unread {
    /// What is missing about a key. `of_account` is what the snapshot holds about the key's account.
    #[must_use]
    pub fn about(snapshot: &Snapshot, account: AccountId, of_account: Option<&Account>, key: &Key) -> Self {
        Self {
            policy: key.policy.gap().is_some(),
            iam: of_account.and_then(|a| a.iam.as_ref()).is_none_or(|iam| iam.gap.is_some()),
            guardrails: match &snapshot.organization {
                Fact::Unknown(_) => true,
                Fact::Known(None) => false,
                Fact::Known(Some(organization)) => {
                    guardrails_unread(organization, account, of_account.and_then(|a| a.path.as_ref()))
                }
            },
        }
    }

    /// As reasons for not knowing.
    #[must_use]
    pub fn reasons(self) -> Vec<LockoutReason> {
        let reasons = [
            (self.policy, LockoutReason::PolicyUnread),
            (self.iam, LockoutReason::IamUnread),
            (self.guardrails, LockoutReason::GuardrailsUnread),
        ];
        reasons.into_iter().filter_map(|(holds, reason)| holds.then_some(reason)).collect()
    }
}

/// Guardrails never bind the management account. Elsewhere one needs the texts of those that hang over the account,
/// where all hang, whether their type is in force, and where the account stands.
fn guardrails_unread(organization: &Organization, account: AccountId, path: Option<&OrgPath>) -> bool {
    let own = account.to_string();
    let is_over = |target: &String| {
        *target == own || path.is_none_or(|path| path.parents().any(|place| place == target))
    };
    let is_unread = |guardrail: &Guardrail| {
        let hangs_here = guardrail.targets.items.iter().any(is_over);
        guardrail.targets.gap.is_some() || (guardrail.document.gap().is_some() && hangs_here)
    };
    account != organization.management_account_id
        && (path.is_none()
            || organization.guardrails.gap.is_some()
            || organization.roots.gap.is_some()
            || organization.guardrails.items.iter().any(is_unread))
}

#[cfg(test)]
mod tests {
    use super::LockoutReason;

    #[test]
    fn a_reason_has_the_name_of_reports_and_words_without_it() {
        for reason in LockoutReason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
            assert!(
                !reason.in_words().contains('_') && reason.in_words().split(' ').count() > 4,
                "{reason:?}"
            );
        }
        assert!(LockoutReason::ALL.is_sorted());
    }
}

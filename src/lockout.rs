//! Who can still govern a key: everybody in its account who exists today and can call `kms:PutKeyPolicy` on it, the
//! verdict that follows, what it rests on, and who can repair the key. Each question about one principal goes to
//! `reach`; nothing here matches policies.

mod blocker;
mod custody;
mod reason;
mod recovery;
mod rewrite;
mod self_help;
mod stranded;
mod text;
mod verdict;
mod writers;

use jiff::Timestamp;
use keyreach_policy::aws::{AccountId, Action};

use crate::{
    assess::{
        exposure::Certainty,
        lockout::{Lockout, LockoutReason, LockoutVerdict, Unread},
    },
    config::Thresholds,
    reach::{Facts, GateUnread, Household, Library},
    snapshot::principal::Iam,
};
pub use recovery::unread_in_words;
pub use stranded::usable;
pub use text::Administrators;

use verdict::verdict;
use writers::{Ways, ways};

/// What decides who governs a key.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The key, its policies and the RCPs over it.
    pub facts: Facts<'a>,
    /// What of them was not read.
    pub unread: GateUnread,
    /// The account of the key.
    pub account: AccountId,
    /// Who lives there.
    pub household: &'a Household<'a>,
    /// The same as IAM tells of them; `None` where the account was not entered.
    pub iam: Option<&'a Iam>,
    /// The policies of the snapshot.
    pub library: &'a Library<'a>,
    /// What of all this was not read, by its reason.
    pub missing: Unread,
    /// From when on a role counts as idle.
    pub thresholds: Thresholds,
    /// When the facts were read.
    pub taken_at: Timestamp,
}

/// What was found about one key.
pub struct Judged {
    /// Who governs it.
    pub lockout: Lockout,
    /// Where Keyreach contradicts itself about this key.
    pub bug: Option<String>,
}

/// Decides who governs a key.
#[must_use]
pub fn judge(question: &Question<'_>) -> Judged {
    let Ok(action) = "kms:PutKeyPolicy".parse::<Action>() else {
        return Judged { lockout: Lockout::unknown(question.missing), bug: None };
    };
    let resolved = rewrite::ids_resolved(question);
    let policies: Vec<_> = resolved.iter().map(|(kind, policy)| (*kind, policy.as_ref())).collect();
    let question = Question { facts: Facts { policies: &policies, ..question.facts }, ..*question };
    let ways = ways(&question, action);
    let verdict = decided(&question, &ways);
    let certain = ways.ruled.is_empty() || {
        let permissive = ways.sure.iter().chain(&ways.ruled);
        self::verdict(permissive) == self::verdict(&ways.sure)
    };
    let reasons = reason::reasons(&question, action, &ways, verdict);
    let lockout = Lockout {
        verdict,
        certainty: if certain { Certainty::Certain } else { Certainty::Depends },
        depends_on: if certain { Vec::new() } else { ways.depends_on() },
        recovery: recovery::sentence(&question, action, &ways, verdict, &reasons),
        reasons,
        writers: ways.sure.iter().map(writers::Way::writer).collect(),
    };
    Judged { lockout, bug: ways.bug }
}

/// What was not read leaves the verdict open only where it could change it.
fn decided(question: &Question<'_>, ways: &Ways) -> LockoutVerdict {
    let known = verdict(&ways.sure);
    let all = ways.sure.iter().chain(&ways.unclear).chain(&ways.hidden);
    if question.unread.policy || verdict(all) != known { LockoutVerdict::Unknown } else { known }
}

impl Lockout {
    fn unknown(missing: Unread) -> Self {
        Self {
            verdict: LockoutVerdict::Unknown,
            certainty: Certainty::Certain,
            depends_on: Vec::new(),
            reasons: missing.reasons(),
            writers: Vec::new(),
            recovery: recovery::not_known(&missing.reasons()),
        }
    }

    /// A key of which no question can be asked.
    #[must_use]
    pub fn not_judged(missing: Unread) -> Self {
        Self { reasons: vec![LockoutReason::SearchLimit], ..Self::unknown(missing) }
    }
}

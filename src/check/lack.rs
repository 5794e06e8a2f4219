//! What a check misses: a fact that was not read, and where it belongs. Each is told once, by `fact-unread`, with the
//! checks that it leaves open; a question that the scan was not told to ask is no finding.

use keyreach_policy::aws::AccountId;

use crate::snapshot::{
    Snapshot,
    gap::{Fact, Gap},
    organization::{Account, Entry},
};

/// Facts without which a check cannot tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// The account was not entered.
    Entry,
    /// The keys of some Regions of the account.
    Regions,
    /// The users, roles and IAM policies of the account.
    Principals,
    /// The users and roles of another account, which keys of this one name.
    PrincipalsOf(AccountId),
    /// The guardrails over the account.
    Guardrails,
    /// Which accounts belong to the organization.
    Members,
    /// The custom key stores of the account in the Region.
    KeyStores,
    /// Who owns the endpoint service of an external key store.
    ProxyOwner,
    /// What DescribeKey says of the key.
    Metadata,
    /// The texts of its policies.
    Policies,
    /// Its grants.
    Grants,
    /// When its grants were made.
    GrantDates,
    /// Whether and how often it rotates.
    Rotation,
    /// Its rotations and key materials.
    Rotations,
    /// Its tags.
    Tags,
    /// When it was last used.
    LastUse,
    /// When it was created.
    Creation,
    /// What a key of its kind can do.
    Kind,
    /// The primary of its multi-Region set.
    Primary,
    /// What the search would have found beyond its limit.
    Search,
    /// When it was last used, which the scan was not told to ask.
    LastUseNotAsked,
}

/// What a fact is about, and so where it is told that it was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    Key,
    /// The account in one Region.
    Cell,
    Account,
    /// It was not asked for: no finding tells it.
    NotAsked,
}

impl Missing {
    /// What findings call it; their ids rest on it.
    pub(super) fn name(self) -> String {
        let name = match self {
            Self::Entry => "entry",
            Self::Regions => "regions",
            Self::Principals => "principals",
            Self::PrincipalsOf(account) => return format!("principals-of/{account}"),
            Self::Guardrails => "guardrails",
            Self::Members => "members",
            Self::KeyStores => "key-stores",
            Self::ProxyOwner => "proxy-owner",
            Self::Metadata => "metadata",
            Self::Policies => "policies",
            Self::Grants => "grants",
            Self::GrantDates => "grant-dates",
            Self::Rotation => "rotation",
            Self::Rotations => "rotations",
            Self::Tags => "tags",
            Self::LastUse | Self::LastUseNotAsked => "last-use",
            Self::Creation => "creation",
            Self::Kind => "kind",
            Self::Primary => "primary",
            Self::Search => "search",
        };
        name.to_owned()
    }

    /// What it is, for titles: `Not read: the grants of the key`.
    pub(super) fn title(self) -> String {
        let what = match self {
            Self::Entry => "the account, which was not entered",
            Self::Regions => "the keys of some Regions of the account",
            Self::Principals => "the users, roles and policies of the account",
            Self::PrincipalsOf(account) => return format!("the users and roles of account {account}"),
            Self::Guardrails => "the guardrails over the account",
            Self::Members => "the accounts of the organization",
            Self::KeyStores => "the custom key stores of the account in the Region",
            Self::ProxyOwner => "who owns the endpoint service of an external key store",
            Self::Metadata => "the description of the key",
            Self::Policies => "the policies of the key",
            Self::Grants => "the grants of the key",
            Self::GrantDates => "when grants of the key were made",
            Self::Rotation => "the rotation of the key",
            Self::Rotations => "the rotations and materials of the key",
            Self::Tags => "the tags of the key",
            Self::LastUse | Self::LastUseNotAsked => "the last use of the key",
            Self::Creation => "when the key was created",
            Self::Kind => "what a key of this kind can do",
            Self::Primary => "the primary of the multi-Region key",
            Self::Search => "a fact that a condition asks for, or what lies beyond the limit of the search",
        };
        what.to_owned()
    }

    /// Who can be asked to let it be read, or what else to do.
    pub(super) fn fix(self) -> &'static str {
        match self {
            Self::Entry => {
                "Create the role of the scan in the account (keyreach role), let the scanner assume it, and scan again."
            }
            Self::Regions => {
                "Let the role of the scan call kms:ListKeys in these Regions, leave Regions that a guardrail closes \
                 out with --regions, and scan again."
            }
            Self::Principals | Self::PrincipalsOf(_) => {
                "Let the role of the scan call iam:GetAccountAuthorizationDetails in that account, and scan again."
            }
            Self::Guardrails | Self::Members => {
                "Let the scan read the organization: --organization-role with a role of the management account or of \
                 a delegated administrator. Then scan again."
            }
            Self::KeyStores => "Let the role of the scan call kms:DescribeCustomKeyStores, and scan again.",
            Self::ProxyOwner => {
                "AWS left it out of its answer. Ask for the owner of the endpoint service that the key store names \
                 (ec2:DescribeVpcEndpointServices), and scan again later."
            }
            Self::Policies => {
                "Let the role of the scan call kms:GetKeyPolicy: the key policy must let the account decide or name \
                 the role. Where the text is no policy document, write it again. Then scan again."
            }
            Self::Metadata | Self::Grants | Self::Rotation | Self::Rotations | Self::Tags | Self::Primary => {
                "Let the role of the scan ask that question of the key, in IAM, in the key policy and in guardrails, \
                 and scan again. The permissions it needs: keyreach role."
            }
            Self::LastUse | Self::LastUseNotAsked => {
                "Let the role of the scan call kms:GetKeyLastUsage. Where KMS has not kept track of the key for long \
                 enough, search CloudTrail for its use, or wait."
            }
            Self::GrantDates | Self::Creation => {
                "AWS left it out of its answer. Look at the key in the console, and scan again later."
            }
            Self::Kind => {
                "This version does not know such keys. Look for a newer one, and judge the key by hand until then."
            }
            Self::Search => {
                "Judge the policy by hand, or write it more simply: fewer statements and conditions, no policy \
                 variables. Then scan again."
            }
        }
    }

    pub(super) fn home(self) -> Home {
        match self {
            Self::Entry
            | Self::Regions
            | Self::Principals
            | Self::PrincipalsOf(_)
            | Self::Guardrails
            | Self::Members => Home::Account,
            Self::KeyStores | Self::ProxyOwner => Home::Cell,
            Self::LastUseNotAsked => Home::NotAsked,
            _ => Home::Key,
        }
    }
}

/// A fact that was not read, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// Which.
    pub fact: Missing,
    /// Why, in words.
    pub why: String,
}

impl Lack {
    pub(super) fn new(fact: Missing, why: impl Into<String>) -> Self {
        Self { fact, why: why.into() }
    }

    /// The principals of an account.
    pub(super) fn of_principals(id: AccountId, account: Option<&Account>) -> Self {
        let iam = account.and_then(|account| account.iam.as_ref());
        let why = match iam {
            None => format!("the users, roles and policies of account {id} were not read"),
            Some(iam) => match &iam.gap {
                Some(gap) => because(&format!("the users, roles and policies of account {id}"), gap),
                None => format!("an IAM policy of account {id} could not be read"),
            },
        };
        Self::new(Missing::Principals, why)
    }

    /// The guardrails over an account.
    pub(super) fn of_guardrails(snapshot: &Snapshot) -> Self {
        const WHAT: &str = "the guardrails over the account";
        let gap = match &snapshot.organization {
            Fact::Unknown(gap) => Some(gap),
            Fact::Known(None) => None,
            Fact::Known(Some(own)) => {
                let of_policies = own.guardrails.items.iter();
                let texts =
                    of_policies.flat_map(|one| one.document.gap().into_iter().chain(&one.targets.gap));
                let lists = [&own.guardrails.gap, &own.roots.gap, &own.units.gap];
                lists.into_iter().flatten().chain(texts).next()
            }
        };
        // A level at which none hangs is told beside the lists that are complete.
        let is_of_level = |gap: &&Gap| gap.operation == "organizations:ListTargetsForPolicy";
        let gap = gap.or_else(|| snapshot.gaps.iter().find(is_of_level));
        let why = gap.map_or_else(|| format!("{WHAT} could not all be read"), |gap| because(WHAT, gap));
        Self::new(Missing::Guardrails, why)
    }

    /// That an account was not entered, where it was to be.
    pub(super) fn of_entry(account: &Account) -> Option<Self> {
        let why = match &account.entry {
            Entry::Refused => {
                let gap = account.gaps.iter().find(|gap| gap.operation == "sts:AssumeRole");
                let gap = gap.or(account.gaps.first());
                let told = gap.map(|gap| format!(" ({}: {})", gap.operation, gap.kind));
                format!("the account was not entered{}", told.unwrap_or_default())
            }
            Entry::NotStarted => "the scan was stopped before the account's turn came".to_owned(),
            Entry::Role(_) | Entry::Caller(_) | Entry::Skipped(_) => return None,
        };
        Some(Self::new(Missing::Entry, why))
    }
}

/// Why something was not read, in words.
pub(super) fn because(what: &str, gap: &Gap) -> String {
    format!("{what} could not be read ({}: {})", gap.operation, gap.kind)
}

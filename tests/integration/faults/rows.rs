//! What goes wrong, and which questions stay unanswered for it.

use keyreach::snapshot::gap::{Gap, GapKind};

/// Something that goes wrong for good.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) faults: &'static str,
    pub(super) missing: &'static [Missing],
    /// No account tells its Regions: each is visited where its partition is on by default.
    pub(super) regions_untold: bool,
    /// The organization is not told: the caller's account is scanned alone.
    pub(super) alone: bool,
}

/// A sort of gap, and how many of it.
pub(super) struct Missing {
    pub(super) operation: &'static str,
    /// A part of what was asked about.
    pub(super) resource: &'static str,
    pub(super) kind: GapKind,
    pub(super) code: Option<&'static str>,
    pub(super) count: usize,
}

impl Missing {
    pub(super) fn is(&self, gap: &Gap) -> bool {
        gap.operation == self.operation && gap.kind == self.kind && gap.code.as_deref() == self.code
    }
}

const fn missing(
    operation: &'static str,
    resource: &'static str,
    (kind, code): (GapKind, Option<&'static str>),
    count: usize,
) -> Missing {
    Missing { operation, resource, kind, code, count }
}

const fn row(name: &'static str, faults: &'static str, missing: &'static [Missing]) -> Row {
    Row { name, faults, missing, regions_untold: false, alone: false }
}

type Sort = (GapKind, Option<&'static str>);

const DENIED: Sort = (GapKind::Denied, Some("AccessDeniedException"));
const DENIED_BY_STS: Sort = (GapKind::Denied, Some("AccessDenied"));
const THROTTLED: Sort = (GapKind::Throttled, Some("ThrottlingException"));
const FAILED: Sort = (GapKind::ServerError, Some("KMSInternalException"));
const DOWN: Sort = (GapKind::ServerError, Some("ServiceUnavailable"));
const LOST: Sort = (GapKind::Unreachable, None);
const MALFORMED: Sort = (GapKind::Malformed, None);
const EXPIRED: Sort = (GapKind::Expired, Some("ExpiredTokenException"));
const SLOW: Sort = (GapKind::TimedOut, Some("RequestTimeout"));

const PICKED: &str = "arn:aws:kms:us-east-1:222222222222:key/11111111-0000-4000-8000-000000000001";
const SHOP: &str = "222222222222/us-east-1";

pub(super) const ROWS: &[Row] = &[
    row(
        "an account whose role lets nobody in",
        "[[fault]]\noperation = 'AssumeRole'\naccount = '222222222222'\nkind = 'denied'",
        &[missing("sts:AssumeRole", "arn:aws:iam::222222222222:role/keyreach-audit", DENIED_BY_STS, 1)],
    ),
    row(
        "a Region that an SCP denies",
        "[[fault]]\nservice = 'kms'\nregion = 'eu-west-1'\nkind = 'denied_by_scp'",
        &[missing("kms:ListKeys", "/eu-west-1", DENIED, 3)],
    ),
    row(
        "a key that may not be described",
        "[[fault]]\noperation = 'DescribeKey'\nkey = 'alias/picked'\nkind = 'denied'",
        &[missing("kms:DescribeKey", PICKED, DENIED, 1)],
    ),
    row(
        "a key whose policy may not be read",
        "[[fault]]\noperation = 'GetKeyPolicy'\nkey = 'alias/picked'\nkind = 'denied'",
        &[missing("kms:GetKeyPolicy", PICKED, DENIED, 2)],
    ),
    row(
        "a key of which nothing may be read",
        "[[fault]]\nservice = 'kms'\nkey = 'alias/picked'\nkind = 'denied'",
        &[
            missing("kms:DescribeKey", PICKED, DENIED, 1),
            missing("kms:GetKeyPolicy", PICKED, DENIED, 2),
            missing("kms:ListGrants", PICKED, DENIED, 1),
            missing("kms:GetKeyRotationStatus", PICKED, DENIED, 1),
            missing("kms:ListKeyRotations", PICKED, DENIED, 1),
            missing("kms:ListResourceTags", PICKED, DENIED, 1),
        ],
    ),
    row(
        "aliases that may not be listed",
        "[[fault]]\noperation = 'ListAliases'\naccount = '222222222222'\nregion = 'us-east-1'\nkind = 'denied'",
        &[missing("kms:ListAliases", SHOP, DENIED, 1)],
    ),
    row(
        "key stores that may not be described",
        "[[fault]]\noperation = 'DescribeCustomKeyStores'\nregion = 'us-east-1'\nkind = 'denied'",
        &[missing("kms:DescribeCustomKeyStores", "/us-east-1", DENIED, 3)],
    ),
    row(
        "IAM that may not be read",
        "[[fault]]\nservice = 'iam'\naccount = '222222222222'\nkind = 'denied'",
        &[
            missing("iam:GetAccountAuthorizationDetails", "222222222222", DENIED_BY_STS, 1),
            missing("iam:GetAccountSummary", "222222222222", DENIED_BY_STS, 1),
        ],
    ),
    row(
        "guardrails that may not be read",
        "[[fault]]\noperation = 'DescribePolicy'\nkind = 'denied'",
        &[missing("organizations:DescribePolicy", "p-", DENIED, 3)],
    ),
    Row {
        alone: true,
        ..row(
            "an organization that may not be read",
            "[[fault]]\nservice = 'organizations'\nkind = 'denied'",
            &[missing("organizations:DescribeOrganization", "111122223333", DENIED, 1)],
        )
    },
    Row {
        regions_untold: true,
        ..row(
            "accounts that may not tell their Regions",
            "[[fault]]\nservice = 'account'\nkind = 'denied'",
            &[
                missing("account:ListRegions", "", DENIED, 3),
                // The simulated AWS has two Regions; in the others of the list nobody knows the caller.
                missing("kms:ListKeys", "/", (GapKind::Denied, Some("UnrecognizedClientException")), 45),
            ],
        )
    },
    row(
        "throttled for ever",
        "[[fault]]\noperation = 'ListGrants'\nkey = 'alias/picked'\nkind = 'throttled'",
        &[missing("kms:ListGrants", PICKED, THROTTLED, 1)],
    ),
    row(
        "failing for ever",
        "[[fault]]\noperation = 'GetKeyPolicy'\nkey = 'alias/picked'\nkind = 'server_error'",
        &[missing("kms:GetKeyPolicy", PICKED, FAILED, 2)],
    ),
    row(
        "down for ever",
        "[[fault]]\nservice = 'kms'\naccount = '222222222222'\nregion = 'us-east-1'\nkind = 'unavailable'",
        &[missing("kms:ListKeys", SHOP, DOWN, 1)],
    ),
    row(
        "connections that always drop",
        "[[fault]]\noperation = 'DescribeKey'\nkey = 'alias/picked'\nkind = 'drop'",
        &[missing("kms:DescribeKey", PICKED, LOST, 1)],
    ),
    row(
        "STS out of reach for one account",
        "[[fault]]\noperation = 'AssumeRole'\naccount = '222222222222'\nkind = 'drop'",
        &[missing("sts:AssumeRole", "222222222222", LOST, 1)],
    ),
    row(
        "bodies that always break off",
        "[[fault]]\noperation = 'ListResourceTags'\nkey = 'alias/picked'\nkind = 'truncate'",
        &[missing("kms:ListResourceTags", PICKED, MALFORMED, 1)],
    ),
    row(
        "answers that make no sense",
        "[[fault]]\noperation = 'GetKeyPolicy'\nkey = 'alias/picked'\nkind = 'malformed'",
        &[missing("kms:GetKeyPolicy", PICKED, MALFORMED, 2)],
    ),
    row(
        "sessions that are always expired",
        "[[fault]]\noperation = 'DescribeKey'\nkey = 'alias/picked'\nkind = 'expired'",
        &[missing("kms:DescribeKey", PICKED, EXPIRED, 1)],
    ),
    row(
        "a list of grants that never ends",
        "[[fault]]\noperation = 'ListGrants'\nkey = 'alias/picked'\nkind = 'repeat_token'",
        &[missing("kms:ListGrants", PICKED, MALFORMED, 1)],
    ),
    row(
        "a list of keys that never ends",
        "[[fault]]\noperation = 'ListKeys'\naccount = '222222222222'\nregion = 'us-east-1'\nkind = 'repeat_token'",
        &[missing("kms:ListKeys", SHOP, MALFORMED, 1)],
    ),
    row(
        "a list of aliases that never ends",
        "[[fault]]\noperation = 'ListAliases'\naccount = '222222222222'\nregion = 'us-east-1'\nkind = 'repeat_token'",
        &[missing("kms:ListAliases", SHOP, MALFORMED, 1)],
    ),
    row(
        "a list of principals that never ends",
        "[[fault]]\noperation = 'GetAccountAuthorizationDetails'\naccount = '222222222222'\nkind = 'repeat_token'",
        &[missing("iam:GetAccountAuthorizationDetails", "222222222222", MALFORMED, 1)],
    ),
    row(
        "a list of accounts that never ends",
        "[[fault]]\noperation = 'ListAccounts'\nkind = 'repeat_token'",
        &[missing("organizations:ListAccounts", "o-", MALFORMED, 1)],
    ),
    row(
        "trees and targets that never end",
        "[[fault]]\noperation = 'ListOrganizationalUnitsForParent'\nkind = 'repeat_token'\n\
         [[fault]]\noperation = 'ListTargetsForPolicy'\nkind = 'repeat_token'\n\
         [[fault]]\noperation = 'ListRoots'\nkind = 'repeat_token'\n\
         [[fault]]\noperation = 'ListPolicies'\nkind = 'repeat_token'",
        &[
            missing("organizations:ListOrganizationalUnitsForParent", "", MALFORMED, 4),
            missing("organizations:ListTargetsForPolicy", "p-", MALFORMED, 3),
            missing("organizations:ListRoots", "o-", MALFORMED, 1),
            missing("organizations:ListPolicies", "_CONTROL_POLICY", MALFORMED, 2),
        ],
    ),
    row(
        "answers slower than the time-out",
        "[[fault]]\noperation = 'GetKeyRotationStatus'\nkey = 'alias/picked'\nkind = 'slow'\nseconds = 60",
        &[missing("kms:GetKeyRotationStatus", PICKED, SLOW, 1)],
    ),
];

/// Trouble that passes: after it, the snapshot is the same as without.
pub(super) const PASSING: &[(&str, &str)] = &[
    ("every question throttled three times", "[[fault]]\nkind = 'throttled'\ntimes = 3"),
    (
        "one question throttled fifteen times",
        "[[fault]]\noperation = 'ListGrants'\nkey = 'alias/picked'\nkind = 'throttled'\ntimes = 15",
    ),
    ("a fifth of all questions throttled", "[[fault]]\nkind = 'throttled'\nshare = 0.2"),
    ("every question failing three times", "[[fault]]\nkind = 'server_error'\ntimes = 3"),
    ("every question met by a service that is down", "[[fault]]\nkind = 'unavailable'\ntimes = 2"),
    ("every connection dropped twice", "[[fault]]\nkind = 'drop'\ntimes = 2"),
    ("every body cut twice", "[[fault]]\nkind = 'truncate'\ntimes = 2"),
    ("every answer senseless twice", "[[fault]]\nkind = 'malformed'\ntimes = 2"),
    (
        "every session expired once for each question",
        "[[fault]]\nservice = 'kms'\nkind = 'expired'\ntimes = 1",
    ),
    ("sessions that expire now and then", "[[fault]]\nservice = 'kms'\nkind = 'expired'\nevery = 50"),
    ("IAM's sessions expired", "[[fault]]\nservice = 'iam'\nkind = 'expired'\ntimes = 2"),
    ("every answer too slow at first", "[[fault]]\nkind = 'slow'\nseconds = 60\ntimes = 1"),
    ("slow answers within the time-out", "[[fault]]\nkind = 'slow'\nseconds = 15"),
    ("empty pages between the real ones", "[[fault]]\nkind = 'empty_pages'"),
    ("pages shorter than asked for", "[[fault]]\nkind = 'short_pages'"),
];

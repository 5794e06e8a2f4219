//! Every AWS operation that Keyreach uses: its IAM action, its published quota, and why it is asked.
//! The scanner's role, its session policy and the permissions page are made from this table.

/// One AWS operation.
#[derive(Debug, PartialEq)]
pub struct Call {
    /// The service, by the prefix of its IAM actions.
    pub service: &'static str,
    /// The operation.
    pub name: &'static str,
    /// Where the permission for it must be.
    pub place: Place,
    /// What AWS allows.
    pub quota: Quota,
    /// Why Keyreach asks.
    pub why: &'static str,
}

/// Where the permission for an operation must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The scanner's own identity, before it enters any account.
    Caller,
    /// The management account, or a member account that may read the organization.
    Organization,
    /// Each account that is scanned.
    Member,
    /// AWS answers everybody.
    Nowhere,
}

/// What AWS allows: a token bucket per account, Region and operation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quota {
    /// Requests per second.
    pub per_second: f64,
    /// Requests at once after a pause.
    pub burst: f64,
}

impl Quota {
    /// KMS publishes a rate only. Half a second of it at once is what its limiter always had room for.
    const fn rate(per_second: f64) -> Self {
        Self { per_second, burst: per_second / 2.0 }
    }

    const fn bucket(per_second: f64, burst: f64) -> Self {
        Self { per_second, burst }
    }
}

impl Call {
    /// What is counted against the account of the caller beside the account that is asked, for all operations of the
    /// service together.
    #[must_use]
    pub fn quota_of_the_caller(&self) -> Option<Quota> {
        (self.service == "iam").then_some(IAM_READS_OF_THE_CALLER)
    }

    /// The IAM action, as policies write it.
    #[must_use]
    pub fn action(&self) -> String {
        format!("{}:{}", self.service, self.name)
    }

    const fn new(
        service: &'static str,
        name: &'static str,
        place: Place,
        quota: Quota,
        why: &'static str,
    ) -> Self {
        Self { service, name, place, quota, why }
    }

    const fn kms(name: &'static str, per_second: f64, why: &'static str) -> Self {
        Self::new("kms", name, Place::Member, Quota::rate(per_second), why)
    }

    const fn organizations(name: &'static str, per_second: f64, burst: f64, why: &'static str) -> Self {
        Self::new("organizations", name, Place::Organization, Quota::bucket(per_second, burst), why)
    }
}

/// Who is asking.
pub static GET_CALLER_IDENTITY: Call = Call::new(
    "sts",
    "GetCallerIdentity",
    Place::Nowhere,
    Quota::rate(600.0),
    "to learn the scanner's own account and partition",
);
/// Enters an account.
pub static ASSUME_ROLE: Call =
    Call::new("sts", "AssumeRole", Place::Caller, Quota::rate(600.0), "to enter each account once");

/// The organization's id and management account.
pub static DESCRIBE_ORGANIZATION: Call =
    Call::organizations("DescribeOrganization", 1.0, 2.0, "to tell members from outsiders");
/// Every account.
pub static LIST_ACCOUNTS: Call =
    Call::organizations("ListAccounts", 8.0, 12.0, "to know every account, its state and its place");
/// The roots with the policy types in force.
pub static LIST_ROOTS: Call =
    Call::organizations("ListRoots", 1.0, 2.0, "to know whether SCPs and RCPs are in force");
/// The units below a root or unit.
pub static LIST_ORGANIZATIONAL_UNITS_FOR_PARENT: Call = Call::organizations(
    "ListOrganizationalUnitsForParent",
    5.0,
    8.0,
    "to know the tree that SCPs and RCPs are inherited along",
);
/// The accounts right below a root or unit.
pub static LIST_ACCOUNTS_FOR_PARENT: Call = Call::organizations(
    "ListAccountsForParent",
    5.0,
    8.0,
    "to know an account's place where ListAccounts does not tell it",
);
/// The SCPs and RCPs.
pub static LIST_POLICIES: Call = Call::organizations("ListPolicies", 5.0, 8.0, "to know every SCP and RCP");
/// The text of one.
pub static DESCRIBE_POLICY: Call =
    Call::organizations("DescribePolicy", 2.0, 2.0, "to read each SCP and RCP");
/// Where one hangs.
pub static LIST_TARGETS_FOR_POLICY: Call =
    Call::organizations("ListTargetsForPolicy", 5.0, 8.0, "to know whom each SCP and RCP binds");

/// The Regions of the account.
pub static LIST_REGIONS: Call = Call::new(
    "account",
    "ListRegions",
    Place::Member,
    Quota::bucket(5.0, 5.0),
    "to visit every Region that is on, and to show those that are off",
);
/// Every principal with its policies.
pub static GET_ACCOUNT_AUTHORIZATION_DETAILS: Call = Call::new(
    "iam",
    "GetAccountAuthorizationDetails",
    Place::Member,
    // IAM publishes no quota; large organizations report throttling above a few requests a second.
    Quota::bucket(2.0, 4.0),
    "to know who can use and govern a key through IAM, and which principals are gone",
);
/// Whether the root user can act.
pub static GET_ACCOUNT_SUMMARY: Call = Call::new(
    "iam",
    "GetAccountSummary",
    Place::Member,
    Quota::bucket(2.0, 4.0),
    "to know whether the root user can still sign in",
);

/// What AWS allows the account of the caller of all IAM reads together: they count there as well as in the account that
/// is read. Unpublished; tools that read whole organizations get along with fifty accounts at once. Where AWS allows less, it
/// throttles, and the pace drops for all accounts together.
/// Source: AWS Security Blog, "How to monitor and query IAM resources at scale – Part 2".
pub const IAM_READS_OF_THE_CALLER: Quota = Quota::bucket(50.0, 100.0);

/// The keys.
pub static LIST_KEYS: Call = Call::kms("ListKeys", 500.0, "to find every key");
/// The aliases.
pub static LIST_ALIASES: Call =
    Call::kms("ListAliases", 500.0, "to name keys, and to leave AWS managed keys alone");
/// One key.
pub static DESCRIBE_KEY: Call = Call::kms("DescribeKey", 2000.0, "to know a key's state, kind and origin");
/// One policy of a key.
pub static GET_KEY_POLICY: Call = Call::kms(
    "GetKeyPolicy",
    1000.0,
    "to judge who can reach and govern a key, also when shared through RAM",
);
/// The grants of a key.
pub static LIST_GRANTS: Call = Call::kms("ListGrants", 100.0, "to judge who can reach a key by a grant");
/// Whether a key rotates.
pub static GET_KEY_ROTATION_STATUS: Call =
    Call::kms("GetKeyRotationStatus", 1000.0, "to know whether a key rotates");
/// The materials of a key.
pub static LIST_KEY_ROTATIONS: Call =
    Call::kms("ListKeyRotations", 100.0, "to know when a key rotated, and when imported material expires");
/// The tags of a key.
pub static LIST_RESOURCE_TAGS: Call =
    Call::kms("ListResourceTags", 2000.0, "to judge access by tags, and to select keys by them");
/// The custom key stores.
pub static DESCRIBE_CUSTOM_KEY_STORES: Call =
    Call::kms("DescribeCustomKeyStores", 5.0, "to know whether the store that holds a key is connected");
/// When a key was last used.
pub static GET_KEY_LAST_USAGE: Call =
    Call::kms("GetKeyLastUsage", 5.0, "to know whether a key is in use; asked only with `--last-usage`");

/// The table.
pub static CALLS: [&Call; 23] = [
    &GET_CALLER_IDENTITY,
    &ASSUME_ROLE,
    &DESCRIBE_ORGANIZATION,
    &LIST_ACCOUNTS,
    &LIST_ROOTS,
    &LIST_ORGANIZATIONAL_UNITS_FOR_PARENT,
    &LIST_ACCOUNTS_FOR_PARENT,
    &LIST_POLICIES,
    &DESCRIBE_POLICY,
    &LIST_TARGETS_FOR_POLICY,
    &LIST_REGIONS,
    &GET_ACCOUNT_AUTHORIZATION_DETAILS,
    &GET_ACCOUNT_SUMMARY,
    &LIST_KEYS,
    &LIST_ALIASES,
    &DESCRIBE_KEY,
    &GET_KEY_POLICY,
    &LIST_GRANTS,
    &GET_KEY_ROTATION_STATUS,
    &LIST_KEY_ROTATIONS,
    &LIST_RESOURCE_TAGS,
    &DESCRIBE_CUSTOM_KEY_STORES,
    &GET_KEY_LAST_USAGE,
];

/// The IAM actions needed in a place, in order.
#[must_use]
pub fn actions(place: Place) -> Vec<String> {
    let mut actions: Vec<String> =
        CALLS.iter().filter(|call| call.place == place).map(|c| c.action()).collect();
    actions.sort();
    actions
}

/// The least IAM policy for a place, on one line. It is also what a session in that place is limited to.
#[must_use]
pub fn policy(place: Place) -> String {
    let actions =
        actions(place).into_iter().map(|action| format!("\"{action}\"")).collect::<Vec<_>>().join(",");
    format!(
        "{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Action\":[{actions}],\"Resource\":\"*\"}}]}}"
    )
}

#[cfg(test)]
mod tests {
    use super::{CALLS, Place, actions, policy};

    #[test]
    fn every_call_reads() {
        let reading = ["Get", "List", "Describe"];
        for call in CALLS.iter().filter(|call| call.name != "AssumeRole") {
            assert!(reading.iter().any(|verb| call.name.starts_with(verb)), "{}", call.action());
        }
        assert!(CALLS.iter().all(|call| !call.name.contains('*')));
    }

    #[test]
    fn a_session_policy_fits_in_what_sts_accepts() {
        for place in [Place::Member, Place::Organization] {
            assert!(policy(place).len() <= 2048);
            assert!(actions(place).len() > 5);
        }
    }
}

//! Who makes a request, and whether a named principal covers that caller (SEM-1 to SEM-13, SEM-39).

use std::fmt;

use crate::{
    aws::AccountId,
    principal::{Form, Principal, is_service},
    reading::{Reader, Rule},
    syntax::{PrincipalSet, Principals},
};

/// The principal of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    arn: String,
    kind: Kind,
    service_linked: bool,
    /// `AIDA…` of a user, `AROA…` of a session's role, where the request tells it
    unique_id: Option<String>,
}

/// The kinds of callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The root user of an account
    Root(AccountId),
    /// An IAM user
    User(AccountId),
    /// A session of a role; a caller given by its role's ARN is some session of it
    Role {
        /// The account of the role
        account: AccountId,
        /// The role's name
        name: String,
        /// Which session, where that is known
        session: Option<String>,
    },
    /// A session of a federated user
    FederatedUser {
        /// The account
        account: AccountId,
        /// The ARN of the IAM user whose session it is, where that is known
        user: Option<String>,
    },
    /// An AWS service acting for itself
    Service,
}

/// The text names no principal that can call KMS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerError(String);

impl fmt::Display for CallerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no caller: the ARN of a user, a role, a role session, a federated user or an account's \
             root user is expected, or a service principal",
            self.0
        )
    }
}

impl std::error::Error for CallerError {}

impl Caller {
    /// Understands a caller. `principal_arn` is the request's `aws:PrincipalArn` where that is known: it
    /// tells the path of a session's role, and with it service-linked roles, and the user of a
    /// federated session.
    ///
    /// # Errors
    /// When the text is neither the ARN of an identity nor a service principal.
    pub fn parse(text: &str, principal_arn: Option<&str>) -> Result<Self, CallerError> {
        let principal = Principal::of_grant(text);
        let name = || principal.name().to_owned();
        let kind = match principal.form() {
            Form::Account(account) if text.starts_with("arn:") => Kind::Root(account),
            Form::User(account) => Kind::User(account),
            Form::Role(account) => Kind::Role { account, name: name(), session: None },
            Form::Session(account) => Self::session(text, account),
            Form::FederatedUser(account) => {
                let user = principal_arn.filter(
                    |arn| matches!(Principal::of_grant(*arn).form(), Form::User(owner) if owner == account),
                );
                Kind::FederatedUser { account, user: user.map(str::to_owned) }
            }
            Form::Service if is_service(text) => Kind::Service,
            _ => return Err(CallerError(text.to_owned())),
        };
        let service_linked = match &kind {
            Kind::Role { name, .. } => {
                let path = ":role/aws-service-role/";
                name.starts_with("AWSServiceRoleFor")
                    || text.contains(path)
                    || principal_arn.is_some_and(|arn| arn.contains(path))
            }
            _ => false,
        };
        Ok(Self { arn: text.to_owned(), kind, service_linked, unique_id: None })
    }

    /// The caller with what the request's `aws:userid` tells: the id of a user, or that of a session's role before the
    /// colon.
    pub(crate) fn with_user_id(mut self, user_id: Option<&str>) -> Self {
        self.unique_id = match self.kind {
            Kind::User(_) => user_id.map(str::to_owned),
            Kind::Role { .. } => user_id.and_then(|id| Some(id.split_once(':')?.0.to_owned())),
            Kind::Root(_) | Kind::FederatedUser { .. } | Kind::Service => None,
        };
        self
    }

    fn session(text: &str, account: AccountId) -> Kind {
        let mut parts = text.splitn(3, '/').skip(1);
        let name = parts.next().unwrap_or_default().to_owned();
        Kind::Role { account, name, session: parts.next().map(str::to_owned) }
    }

    /// The caller as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.arn
    }

    /// What kind of caller it is.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The account of the caller; services have none.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match self.kind {
            Kind::Root(account)
            | Kind::User(account)
            | Kind::Role { account, .. }
            | Kind::FederatedUser { account, .. } => Some(account),
            Kind::Service => None,
        }
    }

    /// Whether it is a session of a service-linked role, which SCPs and RCPs do not bind (SEM-48, SEM-49).
    #[must_use]
    pub fn is_service_linked(&self) -> bool {
        self.service_linked
    }

    /// SEM-8: whether the unique id is the caller's, as far as the request tells.
    fn bears(&self, principal: &Principal) -> bool {
        self.unique_id.as_deref() == Some(principal.as_str())
    }

    /// The partition of the caller's ARN.
    #[must_use]
    pub fn partition(&self) -> Option<&str> {
        self.arn.strip_prefix("arn:").and_then(|rest| rest.split_once(':')).map(|(partition, _)| partition)
    }
}

/// Through what a principal covers a caller. Later ones are weaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Via {
    /// It is the caller, exactly: a user, a session, a federated session, a service, an account's root user
    Identity,
    /// It is everyone
    Everyone,
    /// It is the role of the caller's session
    Role,
    /// It is the user of the caller's federated session
    FederatingUser,
    /// It is the caller's account
    Account,
}

/// Whether one principal covers the caller, and through what.
pub(crate) fn covers(principal: &Principal, caller: &Caller, reader: &mut Reader) -> Option<Via> {
    let same_partition = || principal.partition() == caller.partition();
    match (principal.form(), &caller.kind) {
        (Form::Everyone, _) => Some(Via::Everyone),
        (Form::Account(named), _) => {
            let partition_fits = principal.partition().is_none_or(|named| Some(named) == caller.partition());
            (caller.account() == Some(named) && partition_fits).then_some(Via::Account)
        }
        (Form::Role(named), Kind::Role { account, name, session: Some(_) }) => {
            // In long lists most names are others.
            let fits = named == *account && principal.ends_with(name) && same_partition();
            (fits && same_role(principal.name(), name, reader)).then_some(Via::Role)
        }
        (Form::Role(_), Kind::Role { session: None, .. }) => {
            (principal.as_str() == caller.arn).then_some(Via::Role)
        }
        (Form::User(_), Kind::FederatedUser { user: Some(user), .. }) => {
            (principal.as_str() == user).then_some(Via::FederatingUser)
        }
        (Form::UniqueId, Kind::Role { .. }) => caller.bears(principal).then_some(Via::Role),
        (Form::UniqueId, Kind::User(_)) => caller.bears(principal).then_some(Via::Identity),
        (Form::User(_), Kind::User(_))
        | (Form::Session(_), Kind::Role { session: Some(_), .. })
        | (Form::FederatedUser(_), Kind::FederatedUser { .. })
        | (Form::Service, Kind::Service) => (principal.as_str() == caller.arn).then_some(Via::Identity),
        _ => None,
    }
}

/// SEM-6, SEM-7: a session names its role without the path; names are unique without case.
fn same_role(named: &str, name: &str, reader: &mut Reader) -> bool {
    let (folded, exact) = (named.eq_ignore_ascii_case(name), named == name);
    reader.choose(Rule::RoleNameCase, reader.readings.role_name_with_case, folded, exact)
}

/// How a `Principal` element covers the caller: the strongest way of each kind is what counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Coverage {
    bits: u8,
}

impl Coverage {
    pub(crate) fn add(&mut self, via: Via) {
        self.bits |= 1 << via as u8;
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.bits |= other.bits;
    }

    pub(crate) fn has(self, via: Via) -> bool {
        self.bits & (1 << via as u8) != 0
    }

    pub(crate) fn meets(self, other: Self) -> bool {
        self.bits & other.bits != 0
    }

    pub(crate) fn is_empty(self) -> bool {
        self.bits == 0
    }
}

/// How a `Principal` element covers the caller, in a statement that allows or denies.
/// `bounded` tells whether the caller has a permissions boundary (SEM-13).
pub(crate) fn coverage(
    set: &PrincipalSet,
    denies: bool,
    caller: &Caller,
    bounded: bool,
    reader: &mut Reader,
) -> Coverage {
    let mut named = Coverage::default();
    match &set.principals {
        Principals::Everyone => named.add(Via::Everyone),
        Principals::Named(lists) => {
            for principal in lists.iter().flat_map(|(_, list)| list.iter()) {
                if let Some(via) = covers(principal, caller, reader) {
                    named.add(via);
                }
            }
        }
    }
    if !set.negated {
        return named;
    }
    let exempt = if denies { !bounded && exempted(named, caller, reader) } else { !named.is_empty() };
    let mut everyone_else = Coverage::default();
    if !exempt {
        everyone_else.add(Via::Everyone);
    }
    everyone_else
}

/// SEM-12: whether `NotPrincipal` in a Deny exempts the caller: by default the whole chain must be listed,
/// the session, its role and their account.
fn exempted(named: Coverage, caller: &Caller, reader: &mut Reader) -> bool {
    if named.has(Via::Everyone) {
        return true;
    }
    let account = named.has(Via::Account);
    let (chain, identity) = match &caller.kind {
        Kind::Root(_) => (account, account),
        Kind::Service => (named.has(Via::Identity), named.has(Via::Identity)),
        Kind::Role { session: Some(_), .. } => {
            let (session, role) = (named.has(Via::Identity), named.has(Via::Role));
            (session && role && account, session || role)
        }
        Kind::Role { session: None, .. } => (named.has(Via::Role) && account, named.has(Via::Role)),
        Kind::User(_) | Kind::FederatedUser { .. } => {
            (named.has(Via::Identity) && account, named.has(Via::Identity))
        }
    };
    reader.choose(Rule::NotPrincipalChain, reader.readings.identity_alone_exempts, chain, identity)
}

//! The decision procedure of KMS under one reading of its open rules: an explicit deny anywhere, then
//! the limits on the caller's account, then a way to be allowed (SEM-43 to SEM-63).

use crate::{
    authorize::{Decision, Policies},
    caller::{Caller, Coverage, Kind, Via},
    grant::{Grant, GrantMismatch},
    policy::{Asked, Place, Policy, Prepared},
    reading::{Reader, Readings, Rule, RuleSet},
    request::Request,
    resource::Resource,
    syntax::Effect,
};

/// Which of the policies of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// One of the key's policies
    KeyPolicy(usize),
    /// One of the key's grants
    Grant(usize),
    /// One of the caller's identity policies
    IdentityPolicy(usize),
    /// The caller's permissions boundary
    PermissionsBoundary,
    /// The session's policy
    SessionPolicy,
    /// An SCP: its level, root first, and its index there
    ServiceControlPolicy(usize, usize),
    /// An RCP: its level, root first, and its index there
    ResourceControlPolicy(usize, usize),
    /// The policy of the VPC endpoint
    EndpointPolicy,
}

/// A statement of a policy, or a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    /// The policy
    pub layer: Layer,
    /// The statement's index in it; `None` for a grant
    pub statement: Option<usize>,
}

/// Why a whole policy does not concern a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotConcerned {
    /// No SCP and no RCP binds the management account (SEM-48, SEM-49)
    ManagementAccount,
    /// Neither binds service-linked roles (SEM-48, SEM-49)
    ServiceLinkedRole,
    /// AWS services have no account and no IAM
    ServicePrincipal,
    /// Nothing can be attached to an account's root user (SEM-53)
    RootUser,
    /// RCPs have no effect on RetireGrant (SEM-49)
    RetireGrant,
    /// RCPs have no effect on keys managed by AWS (SEM-49)
    AwsManagedKey,
}

/// What one reading decides.
pub(crate) struct Decided {
    pub(crate) decision: Decision,
    pub(crate) sources: Vec<Source>,
    /// The rules whose other readings made a difference on the way
    pub(crate) touched: RuleSet,
}

impl<'a> Policies<'a> {
    /// Every policy but the grants, with its layer.
    pub(crate) fn layers(&self) -> impl Iterator<Item = (Layer, &'a Policy)> {
        let key = self.key_policies.iter().enumerate();
        let identity = self.identity_policies.iter().enumerate();
        let scps = self.service_control_policies.iter().enumerate();
        let rcps = self.resource_control_policies.iter().enumerate();
        key.map(|(index, policy)| (Layer::KeyPolicy(index), *policy))
            .chain(identity.map(|(index, policy)| (Layer::IdentityPolicy(index), *policy)))
            .chain(self.permissions_boundary.map(|policy| (Layer::PermissionsBoundary, policy)))
            .chain(self.session_policy.map(|policy| (Layer::SessionPolicy, policy)))
            .chain(self.endpoint_policy.map(|policy| (Layer::EndpointPolicy, policy)))
            .chain(scps.flat_map(|(level, list)| {
                let numbered = list.iter().enumerate();
                numbered.map(move |(index, policy)| (Layer::ServiceControlPolicy(level, index), *policy))
            }))
            .chain(rcps.flat_map(|(level, list)| {
                let numbered = list.iter().enumerate();
                numbered.map(move |(index, policy)| (Layer::ResourceControlPolicy(level, index), *policy))
            }))
    }

    /// Why the policies of a layer do not concern this request, if they do not.
    pub(crate) fn not_concerned(&self, layer: Layer, request: &Request) -> Option<NotConcerned> {
        let caller = request.caller();
        let managed = |account| self.management_account.is_some() && self.management_account == account;
        match layer {
            Layer::KeyPolicy(_) | Layer::Grant(_) | Layer::EndpointPolicy => None,
            Layer::IdentityPolicy(_) | Layer::PermissionsBoundary | Layer::SessionPolicy => {
                match caller.kind() {
                    Kind::Service => Some(NotConcerned::ServicePrincipal),
                    Kind::Root(_) if layer != Layer::SessionPolicy => Some(NotConcerned::RootUser),
                    _ => None,
                }
            }
            Layer::ServiceControlPolicy(..) => match caller.kind() {
                Kind::Service => Some(NotConcerned::ServicePrincipal),
                _ if managed(caller.account()) => Some(NotConcerned::ManagementAccount),
                _ => linked(caller),
            },
            Layer::ResourceControlPolicy(..) if managed(Some(request.key_account())) => {
                Some(NotConcerned::ManagementAccount)
            }
            Layer::ResourceControlPolicy(..) if self.aws_managed_key => Some(NotConcerned::AwsManagedKey),
            Layer::ResourceControlPolicy(..) if request.action().is("RetireGrant") => {
                Some(NotConcerned::RetireGrant)
            }
            Layer::ResourceControlPolicy(..) => linked(caller),
        }
    }

    /// What statements of this request are asked.
    pub(crate) fn asked<'r>(&self, request: &'r Request) -> Asked<'r> {
        let key = request.key();
        let parts = ["arn", key.partition(), key.service(), key.region(), key.account(), key.resource()];
        Asked {
            caller: request.caller(),
            action: request.action(),
            resource: Resource { text: key.as_str(), parts },
            context: request.context(),
            bounded: self.permissions_boundary.is_some()
                && self.not_concerned(Layer::PermissionsBoundary, request).is_none(),
        }
    }
}

fn linked(caller: &Caller) -> Option<NotConcerned> {
    caller.is_service_linked().then_some(NotConcerned::ServiceLinkedRole)
}

impl Layer {
    /// What a policy of this layer is attached to.
    pub(crate) fn place(self) -> Place {
        match self {
            Self::KeyPolicy(_) | Self::Grant(_) => Place::Key,
            Self::EndpointPolicy => Place::Endpoint,
            Self::ResourceControlPolicy(..) => Place::ResourceControl,
            Self::IdentityPolicy(_)
            | Self::PermissionsBoundary
            | Self::SessionPolicy
            | Self::ServiceControlPolicy(..) => Place::Identity,
        }
    }
}

/// What the statements that apply to a request say.
#[derive(Default)]
struct Said {
    denies: Vec<Source>,
    /// Key policy statements that allow, and through what they cover the caller
    key: Vec<(Source, Coverage)>,
    coverage: Coverage,
    identity: Vec<Source>,
    boundary: bool,
    session: bool,
    endpoint: bool,
    /// How many levels of SCPs allow, and the last one seen
    levels: usize,
    last_level: Option<usize>,
}

impl Said {
    fn hear(&mut self, source: Source, statement: &Prepared, coverage: Coverage) {
        if statement.effect == Effect::Deny {
            self.denies.push(source);
            return;
        }
        match source.layer {
            Layer::KeyPolicy(_) => {
                self.coverage.merge(coverage);
                self.key.push((source, coverage));
            }
            Layer::IdentityPolicy(_) => self.identity.push(source),
            Layer::PermissionsBoundary => self.boundary = true,
            Layer::SessionPolicy => self.session = true,
            Layer::EndpointPolicy => self.endpoint = true,
            Layer::ServiceControlPolicy(level, _) => {
                self.levels += usize::from(self.last_level != Some(level));
                self.last_level = Some(level);
            }
            // RCPs only take away beside `RCPFullAWSAccess` (SEM-49).
            Layer::Grant(_) | Layer::ResourceControlPolicy(..) => {}
        }
    }
}

/// Decides a request under one reading.
pub(crate) fn decide(request: &Request, policies: &Policies<'_>, readings: Readings) -> Decided {
    let mut reader = Reader::new(readings);
    let said = listen(request, policies, &mut reader);
    let (decision, sources) = if said.denies.is_empty() {
        let standing = Standing::new(request, policies, &said);
        let allowed = if standing.limits_allow {
            by_policy(request, &said, standing, &mut reader)
                .or_else(|| by_grant(request, policies, standing, &mut reader))
        } else {
            None
        };
        allowed.map_or((Decision::ImplicitDeny, Vec::new()), |sources| (Decision::Allow, sources))
    } else {
        (Decision::ExplicitDeny, said.denies)
    };
    Decided { decision, sources, touched: reader.touched }
}

fn listen(request: &Request, policies: &Policies<'_>, reader: &mut Reader) -> Said {
    let asked = policies.asked(request);
    let mut said = Said::default();
    for (layer, policy) in policies.layers() {
        if policies.not_concerned(layer, request).is_some() {
            continue;
        }
        for statement in policy.prepared() {
            if let Ok(coverage) = policy.applies(statement, layer.place(), asked, reader) {
                let source = Source { layer, statement: Some(statement.index) };
                said.hear(source, statement, coverage);
            }
        }
    }
    said
}

/// Where the caller stands before key policy and grants are asked.
#[derive(Clone, Copy)]
struct Standing {
    /// SCPs and the VPC endpoint's policy allow
    limits_allow: bool,
    /// Permissions boundary and session policy allow
    bounds_allow: bool,
    /// The session policy allows
    session_allows: bool,
    /// The caller's own IAM allows, within its bounds
    identity_allows: bool,
}

impl Standing {
    fn new(request: &Request, policies: &Policies<'_>, said: &Said) -> Self {
        let concerned = |layer| policies.not_concerned(layer, request).is_none();
        let has_session = policies.session_policy.is_some() && concerned(Layer::SessionPolicy);
        let has_boundary = policies.permissions_boundary.is_some() && concerned(Layer::PermissionsBoundary);
        let scps_allow = !concerned(Layer::ServiceControlPolicy(0, 0))
            || said.levels == policies.service_control_policies.len();
        let session_allows = !has_session || said.session;
        let bounds_allow = session_allows && (!has_boundary || said.boundary);
        let own = match request.caller().kind() {
            Kind::Root(_) => true,
            Kind::Service => false,
            // STS gives a federated user nothing without a session policy.
            Kind::FederatedUser { .. } => has_session && !said.identity.is_empty(),
            Kind::User(_) | Kind::Role { .. } => !said.identity.is_empty(),
        };
        Self {
            limits_allow: scps_allow && (policies.endpoint_policy.is_none() || said.endpoint),
            bounds_allow,
            session_allows,
            identity_allows: own && bounds_allow,
        }
    }
}

/// The statements through which key policy and IAM allow, if they do.
fn by_policy(request: &Request, said: &Said, standing: Standing, reader: &mut Reader) -> Option<Vec<Source>> {
    let ways = ways(request, said.coverage, standing, reader)?;
    if request.action().is("RetireGrant")
        && !reader.choose(Rule::RetireByPolicy, reader.readings.retire_by_policy, false, true)
    {
        return None;
    }
    let identity = if ways.needs_identity { said.identity.as_slice() } else { &[] };
    let key = said.key.iter().filter(|(_, coverage)| coverage.meets(ways.through));
    Some(key.map(|(source, _)| *source).chain(identity.iter().copied()).collect())
}

/// Through what a key policy allows.
struct Ways {
    through: Coverage,
    needs_identity: bool,
}

fn ways(request: &Request, coverage: Coverage, standing: Standing, reader: &mut Reader) -> Option<Ways> {
    let caller = request.caller();
    if caller.account().is_some_and(|account| account != request.key_account()) {
        // SEM-47: both accounts must allow, each by itself.
        let allowed = request.action().is_cross_account() && !coverage.is_empty() && standing.identity_allows;
        return allowed.then_some(Ways { through: coverage, needs_identity: true });
    }
    let mut through = Coverage::default();
    for via in [Via::Identity, Via::Everyone] {
        if coverage.has(via) && direct_grant(caller, via, standing, reader) {
            through.add(via);
        }
    }
    for via in [Via::Role, Via::FederatingUser] {
        if coverage.has(via) && standing.bounds_allow {
            through.add(via);
        }
    }
    if !through.is_empty() {
        return Some(Ways { through, needs_identity: false });
    }
    // SEM-44: the account may use its own IAM.
    through.add(Via::Account);
    let delegated = coverage.has(Via::Account) && standing.identity_allows;
    delegated.then_some(Ways { through, needs_identity: true })
}

/// SEM-45: what an implicit deny of the session policy does to a direct grant is open for sessions and
/// for everyone. Users have no session policy.
fn direct_grant(caller: &Caller, via: Via, standing: Standing, reader: &mut Reader) -> bool {
    if via == Via::Identity && !matches!(caller.kind(), Kind::Role { .. } | Kind::FederatedUser { .. }) {
        return true;
    }
    reader.choose(Rule::SessionLimit, reader.readings.session_policy_limits, true, standing.session_allows)
}

/// The first grant that gives the permission.
fn by_grant(
    request: &Request,
    policies: &Policies<'_>,
    standing: Standing,
    reader: &mut Reader,
) -> Option<Vec<Source>> {
    let gives = |grant: &Grant, reader: &mut Reader| grant_allows(grant, request, standing, reader).is_ok();
    let found = policies.grants.iter().position(|grant| gives(grant, reader))?;
    Some(vec![Source { layer: Layer::Grant(found), statement: None }])
}

fn grant_allows(
    grant: &Grant,
    request: &Request,
    standing: Standing,
    reader: &mut Reader,
) -> Result<(), GrantMismatch> {
    let via = grant.gives(request, reader)?;
    // SEM-62: implicit limits of a caller who holds only a grant.
    let direct = |reader: &mut Reader| {
        reader.choose(Rule::GrantLimit, reader.readings.grant_limited, true, standing.bounds_allow)
    };
    if via != Via::Account {
        return if direct(reader) { Ok(()) } else { Err(GrantMismatch::Limited) };
    }
    if standing.identity_allows {
        return Ok(());
    }
    // SEM-57: a grant to an account, or one that an account may retire.
    let taken = reader.choose(Rule::AccountGrant, reader.readings.account_grant_is_direct, false, true);
    if taken && direct(reader) { Ok(()) } else { Err(GrantMismatch::NotDelegated) }
}

/// As `decide`, for one grant: what stands between it and the request under the default readings.
pub(crate) fn grant_mismatch(
    grant: &Grant,
    request: &Request,
    policies: &Policies<'_>,
) -> Result<(), GrantMismatch> {
    let mut reader = Reader::new(Readings::default());
    let said = listen(request, policies, &mut reader);
    grant_allows(grant, request, Standing::new(request, policies, &said), &mut reader)
}

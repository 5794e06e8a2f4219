//! The unique ids that policies speak of, `AIDA…` of users and `AROA…` of roles, and who bears them (SEM-8): as
//! principals, and in conditions on `aws:userid`. An id is never given twice, so one that nobody of the snapshot bears
//! is one stranger.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use keyreach_policy::{aws::AccountId, principal::Principal};

use super::{
    axis::{Case, Place, Share, USER_ID, absent, fixed, open},
    caller::Kind,
    glob::{Class, Glob, Part, glob},
    pred::{Base, Pred},
    world::{World, account_of},
};
use crate::snapshot::Snapshot;

/// Who bears the unique ids that the keys and guardrails of a snapshot speak of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bearers {
    /// The ARN of a user or role by its id.
    pub arns: BTreeMap<String, String>,
    /// The accounts of which every user and role is known: an id that stands there for a principal and that nobody
    /// bears is of one that is gone.
    pub complete: BTreeSet<AccountId>,
}

impl Bearers {
    /// Finds them in a snapshot.
    #[must_use]
    pub fn new(snapshot: &Snapshot) -> Self {
        let asked = asked(snapshot);
        let mut all = Self::default();
        for (account, iam) in snapshot.accounts.iter().filter_map(|of| Some((of.id, of.iam.as_ref()?))) {
            if iam.gap.is_none() {
                all.complete.insert(account);
            }
            let users = iam.users.iter().map(|user| (&user.user_id, &user.arn));
            let roles = iam.roles.iter().map(|role| (&role.role_id, &role.arn));
            let borne = users.chain(roles).filter(|(id, _)| asked.contains(id.as_str()));
            all.arns.extend(borne.map(|(id, arn)| (id.clone(), arn.clone())));
        }
        all
    }

    /// The ARN of the user or role that bears an id.
    #[must_use]
    pub fn arn(&self, id: &str) -> Option<&str> {
        self.arns.get(id).map(String::as_str)
    }
}

/// Everything in the texts of keys and guardrails that looks like an id: a snapshot can have a million roles, and
/// policies speak of few.
fn asked(snapshot: &Snapshot) -> BTreeSet<&str> {
    let keys = || snapshot.cells.iter().flat_map(|cell| &cell.keys);
    let policies = keys().filter_map(|key| key.policy.known());
    let shared = keys().filter_map(|key| key.ram_policy.known()?.as_ref());
    let grants = keys().flat_map(|key| &key.grants.items).flat_map(|grant| {
        [grant.grantee_principal.as_ref(), grant.retiring_principal.as_ref()].into_iter().flatten()
    });
    let organization = snapshot.organization.known().and_then(Option::as_ref);
    let guardrails = organization.into_iter().flat_map(|of| &of.guardrails.items);
    let guardrails = guardrails.filter_map(|guardrail| guardrail.document.known());
    let texts = policies.chain(shared).chain(grants).chain(guardrails);
    texts.flat_map(|text| ids_in(text)).collect()
}

fn ids_in(text: &str) -> impl Iterator<Item = &str> {
    let may_have = text.contains("AROA") || text.contains("AIDA");
    let words = may_have.then(|| text.split(|c: char| !c.is_ascii_alphanumeric()));
    words.into_iter().flatten().filter(|word| kind_of(word).is_some())
}

/// Of what kind of caller an id is.
pub(super) fn kind_of(id: &str) -> Option<Kind> {
    let kind = match id.get(..4)? {
        "AROA" => Kind::Session,
        "AIDA" => Kind::User,
        _ => return None,
    };
    (id.len() > 4 && id.chars().all(|c| Class::Id.has(c))).then_some(kind)
}

/// The id to which a value of `aws:userid` is pinned: all of it stands there, before any wildcard.
fn pinned(value: &str) -> Option<String> {
    let id = value.split(':').next()?.to_ascii_uppercase();
    kind_of(&id).map(|_| id)
}

/// What a caller's unique id is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bears {
    /// Any
    Anything,
    /// One of which no policy speaks
    Nothing,
    /// That of the user or role with this ARN
    Known { id: String, arn: String },
    /// One of these, which nobody of the snapshot bears
    Stranger(Arc<[String]>),
}

impl Bears {
    /// The only id that the caller can bear.
    pub(super) fn known(&self) -> Option<&str> {
        match self {
            Self::Known { id, .. } => Some(id),
            _ => None,
        }
    }

    /// Whether the caller bears an id; `None` where some caller of the case does.
    pub(super) fn has(&self, wanted: &str) -> Option<bool> {
        match self {
            Self::Anything => None,
            Self::Nothing => Some(false),
            Self::Known { id, .. } => Some(id == wanted),
            Self::Stranger(ids) => {
                if ids.iter().any(|id| id == wanted) {
                    None
                } else {
                    Some(false)
                }
            }
        }
    }
}

/// The ids of which the policies over one key speak.
#[derive(Debug, Clone, Default)]
pub(super) struct Ids {
    /// All of them
    pub(super) all: BTreeSet<String>,
    /// Those of users and roles of other accounts, with their ARNs
    pub(super) known: BTreeMap<String, String>,
    /// Those that strangers may bear
    strangers: BTreeSet<String>,
}

/// More ids than this of one kind are one case together.
const ALONE: usize = 16;

impl Ids {
    /// `principals` are ids that stand for principals of statements, `grants` those that do so in grants, `values` what
    /// `aws:userid` is compared with.
    pub(super) fn new(
        (bearers, account): (&Bearers, AccountId),
        principals: &[String],
        grants: &[String],
        values: &[String],
    ) -> Self {
        let mut ids = Self::default();
        let gone = |id: &String| bearers.complete.contains(&account) && bearers.arn(id).is_none();
        let mut strangers: BTreeSet<String> = values.iter().filter_map(|value| pinned(value)).collect();
        ids.all = strangers.iter().cloned().chain(principals.iter().cloned()).collect();
        // AWS shows the id of a principal only once it cannot find who bears it.
        strangers.extend(principals.iter().filter(|id| !gone(id)).cloned());
        strangers.extend(grants.iter().filter(|id| bearers.arn(id).is_some()).cloned());
        for id in strangers {
            match bearers.arn(&id) {
                Some(arn) if account_of(arn) == Some(account) => {}
                Some(arn) => {
                    ids.known.insert(id, arn.to_owned());
                }
                None if kind_of(&id).is_some() => {
                    ids.strangers.insert(id);
                }
                None => {}
            }
        }
        ids
    }

    /// The users and roles of other accounts that bear some.
    pub(super) fn bearers(&self) -> impl Iterator<Item = Principal> {
        self.known.values().map(|arn| Principal::parse("AWS", arn.as_str()))
    }

    /// The cases of strangers of a kind who bear one of the ids: each alone, and the last of very many together.
    pub(super) fn of_strangers(&self, kind: Kind) -> Vec<Bears> {
        let ids: Vec<String> =
            self.strangers.iter().filter(|id| kind_of(id) == Some(kind)).cloned().collect();
        let (alone, together) = ids.split_at_checked(ALONE).unwrap_or((&ids, &[]));
        let together = (!together.is_empty()).then_some(together);
        let cases = alone.iter().map(std::slice::from_ref).chain(together);
        cases.map(|ids| Bears::Stranger(ids.into())).collect()
    }

    /// Whether somebody outside may bear the id.
    pub(super) fn leads_outside(&self, id: &str) -> bool {
        self.known.contains_key(id) || self.strangers.contains(id)
    }
}

impl World<'_> {
    /// The id of a user or of a role, given the ARN or that of a session, where a policy speaks of it.
    pub(super) fn id_of(&self, principal: &Principal) -> Option<Bears> {
        let account = principal.account()?;
        let wanted = super::gate::label(account, principal.as_str());
        let is_same =
            |arn: &str| account_of(arn) == Some(account) && super::gate::label(account, arn) == wanted;
        let (id, arn) = self.ids.known.iter().find(|(_, arn)| is_same(arn))?;
        Some(Bears::Known { id: id.clone(), arn: arn.clone() })
    }
}

/// `aws:userid` of whoever bears an id: of a session it goes on with a colon and the session's name.
pub(super) fn user_ids(ids: &[&str], kind: Kind, session: Option<&str>) -> Vec<Glob> {
    let end = [Part::Text(":"), session.map_or(Part::Some(Class::Name), Part::Text)];
    let of = |id: &&str| match kind {
        Kind::Session => [Part::Text(id)].iter().chain(&end).flat_map(|part| glob([*part])).collect(),
        _ => glob([Part::Text(id)]),
    };
    ids.iter().map(of).collect()
}

impl Case<'_> {
    /// `aws:userid`: the account of a root user, the id of a user, the id of its role and its own name for a session,
    /// the account and the name for a federated user.
    /// Source: IAM User Guide, "IAM policy elements: Variables and tags", the table of principal key values.
    pub(super) fn user_id(&self) -> Place {
        let caller = self.caller;
        let (start, session) = match caller.kind {
            Kind::Root => return self.account(),
            Kind::Federated => return self.principal(Share::FederatedId),
            Kind::Service => return absent(),
            Kind::User => ("AIDA", ""),
            Kind::Session => ("AROA", if caller.known.is_some() { "keyreach" } else { "outsider" }),
        };
        let session_name = caller.session().and_then(|name| name.rsplit('/').next());
        let end = match session_name.unwrap_or(session) {
            "" => String::new(),
            name => format!(":{name}"),
        };
        let borne = |ids: &[&str]| {
            let base = Base::like(user_ids(ids, caller.kind, session_name));
            ids.iter().map(|id| format!("{id}{end}")).fold(base, Base::preferring)
        };
        match (caller.id(), &caller.bears) {
            (Some(id), _) if caller.kind == Kind::User || session_name.is_some() => {
                fixed(format!("{id}{end}"))
            }
            (Some(id), _) => open(USER_ID, false, borne(&[id])),
            (None, Bears::Stranger(ids)) => {
                open(USER_ID, false, borne(&ids.iter().map(String::as_str).collect::<Vec<_>>()))
            }
            (None, Bears::Anything | Bears::Nothing | Bears::Known { .. }) => {
                open(USER_ID, false, self.unnamed_ids(start, session_name, &end))
            }
        }
    }

    /// The ids of a kind, without those of which policies speak where they are cases of their own.
    fn unnamed_ids(&self, start: &str, session_name: Option<&str>, end: &str) -> Base {
        let is_session = self.caller.kind == Kind::Session;
        let name = [Part::Text(":"), session_name.map_or(Part::Some(Class::Name), Part::Text)];
        let parts = [Part::Text(start), Part::Some(Class::Id)];
        let shape = parts.iter().chain(name.iter().filter(|_| is_session)).flat_map(|part| glob([*part]));
        let mut base = Base::like(vec![shape.collect()]).preferring(format!("{start}OUTSIDEREXAMPLE00{end}"));
        let named: Vec<&str> = self.world.ids.all.iter().map(String::as_str).collect();
        if self.caller.bears == Bears::Nothing && !named.is_empty() {
            base.preds.push(Pred::like(user_ids(&named, self.caller.kind, None)).not());
        }
        base
    }
}

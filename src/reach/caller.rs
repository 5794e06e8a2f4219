//! Callers from outside as a finite number of cases: whoever is named, and for every sort of outsider one that is
//! not named anywhere, whose account and name stay open (semantics, 5.2). Which cases there are is in `outsiders`, what
//! a case says of condition keys in `axis`, whom a `Principal` covers in `principal`.

use std::sync::Arc;

use keyreach_policy::{aws::AccountId, principal::Form};

use super::{
    bearer::Bears,
    glob::{Class, Glob, Part, glob},
    known::Known,
    pred::{Base, Pred, one_of},
    world::World,
    zone::Zone,
};

/// The kinds of callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Root,
    User,
    Session,
    Federated,
    Service,
}

/// The organization of a caller's account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Belongs {
    /// To none
    Nowhere,
    /// To the key's
    Own,
    /// To this one
    Named(String),
    /// To one that is named nowhere
    Elsewhere,
}

/// A case of callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Caller {
    pub(super) kind: Kind,
    /// The account; open where there is none
    pub(super) account: Option<AccountId>,
    pub(super) belongs: Belongs,
    /// Named as this: the ARN of a user, role, session or federated user, or a service; else it is one that
    /// is named nowhere
    pub(super) name: Option<String>,
    /// The role has the name, but in no case of letters in which somebody names it (SEM-6)
    pub(super) respelled: bool,
    /// A session of a service-linked role, which RCPs do not bind (SEM-49)
    pub(super) linked: bool,
    pub(super) zone: Zone,
    /// Its unique id
    pub(super) bears: Bears,
    /// What IAM tells of it, where it exists in the snapshot
    pub(super) known: Option<Arc<Known>>,
}

impl Caller {
    /// How reports name it.
    pub(super) fn label(&self) -> String {
        match (&self.name, self.account) {
            (Some(name), _) => name.clone(),
            (None, Some(account)) => account.to_string(),
            (None, None) => "*".to_owned(),
        }
    }

    /// The name's last segment: of a role, whoever names its session.
    pub(super) fn role_name(&self) -> Option<&str> {
        let name = self.name.as_deref()?;
        match name.split_once(":assumed-role/") {
            Some((_, rest)) => rest.split('/').next(),
            None => name.rsplit('/').next(),
        }
    }

    /// The name, if it names one session of a role.
    pub(super) fn session(&self) -> Option<&str> {
        self.name.as_deref().filter(|name| name.contains(":assumed-role/"))
    }

    /// The only unique id that it can bear.
    pub(super) fn id(&self) -> Option<&str> {
        self.known.as_ref().map(|known| known.id.as_str()).or_else(|| self.bears.known())
    }

    /// Whether it bears an id; `None` where some caller of the case does.
    pub(super) fn bears(&self, id: &str) -> Option<bool> {
        if self.known.is_some() { Some(self.id() == Some(id)) } else { self.bears.has(id) }
    }

    /// `aws:PrincipalArn` where the case fixes it.
    pub(super) fn arn(&self, world: &World<'_>) -> Option<String> {
        if let Some(known) = &self.known {
            return Some(known.arn.clone());
        }
        if let Bears::Known { arn, .. } = &self.bears {
            return Some(arn.clone());
        }
        match (self.kind, &self.name, self.account) {
            (Kind::Root, _, Some(account)) => Some(format!("arn:{}:iam::{account}:root", world.partition)),
            (Kind::Session, Some(name), _) if self.session().is_none() && !world.arn_matters => {
                Some(name.clone())
            }
            (Kind::User | Kind::Federated, Some(name), _) => Some(name.clone()),
            _ => None,
        }
    }

    /// The values that `aws:PrincipalArn` can have where the case leaves it open (SEM-39).
    pub(super) fn arns(&self, world: &World<'_>) -> Base {
        let mut base = Base::like(self.shapes(world));
        let mut taken: Vec<Glob> = Vec::new();
        match self.account {
            None => base.preds.push(Pred::like(Arc::clone(&world.in_accounts)).not()),
            Some(account) if self.name.is_none() || self.respelled => {
                taken.extend(self.named_ones(world, account))
            }
            Some(_) => {}
        }
        if self.kind == Kind::Session && self.session().is_none() {
            taken_by_services(world, &mut taken, self.linked, &mut base);
        }
        if !taken.is_empty() {
            base.preds.push(Pred::like(taken).not());
        }
        match &self.name {
            Some(name) if self.session().is_none() && !self.respelled => base.preferring(name),
            _ => base.preferring(self.sample(world)),
        }
    }

    /// An ARN to show.
    fn sample(&self, world: &World<'_>) -> String {
        let account =
            self.account.map_or_else(|| world.stranger(&self.belongs), |account| account.to_string());
        let partition = world.partition;
        match self.kind {
            Kind::Root => format!("arn:{partition}:iam::{account}:root"),
            Kind::User => format!("arn:{partition}:iam::{account}:user/outsider"),
            Kind::Federated => format!("arn:{partition}:sts::{account}:federated-user/outsider"),
            Kind::Session if self.linked => {
                format!(
                    "arn:{partition}:iam::{account}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
                )
            }
            Kind::Session | Kind::Service => {
                let name = self.role_name().unwrap_or("outsider");
                let name = if self.respelled { turned(name) } else { name.to_owned() };
                format!("arn:{partition}:iam::{account}:role/{name}")
            }
        }
    }

    fn shapes(&self, world: &World<'_>) -> Vec<Glob> {
        use Part::{Folded, Many, Some as AtLeastOne, Text, Times};
        let service = if self.kind == Kind::Federated { ":sts::" } else { ":iam::" };
        let digits = self.account.map(|account| account.to_string());
        let account = digits.as_deref().map_or(Times(12, Class::Digit), Text);
        let start = [Text("arn:"), Text(world.partition), Text(service), account];
        let with =
            |rest: &[Part<'_>]| start.iter().chain(rest).flat_map(|part| glob([*part])).collect::<Glob>();
        // A path ends before the name, which holds fewer characters than a path.
        let any = |kind| {
            vec![
                with(&[Text(kind), AtLeastOne(Class::Name)]),
                with(&[Text(kind), Many(Class::Path), Text("/"), AtLeastOne(Class::Name)]),
            ]
        };
        match (self.kind, self.role_name()) {
            (Kind::Root, _) => vec![with(&[Text(":root")])],
            (Kind::User, _) => any(":user/"),
            (Kind::Federated, _) => vec![with(&[Text(":federated-user/"), AtLeastOne(Class::Name)])],
            (_, Some(name)) => {
                let name = if self.respelled { Folded(name) } else { Text(name) };
                vec![
                    with(&[Text(":role/"), name]),
                    with(&[Text(":role/"), Many(Class::Path), Text("/"), name]),
                ]
            }
            (_, None) => any(":role/"),
        }
    }

    /// The ARNs in its account that are cases of their own.
    fn named_ones(&self, world: &World<'_>, account: AccountId) -> Vec<Glob> {
        use Part::{Folded, Many, Text};
        let of_account = world.named.iter().filter(|principal| principal.account() == Some(account));
        let kind = self.kind;
        of_account
            .flat_map(|principal| match (principal.form(), kind) {
                (Form::User(_), Kind::User) | (Form::FederatedUser(_), Kind::Federated) => {
                    vec![super::glob::exactly(principal.as_str())]
                }
                (Form::Role(_) | Form::Session(_), Kind::Session) => {
                    let start = format!("arn:{}:iam::{account}:role/", world.partition);
                    let name = super::principal::role_name(principal).unwrap_or_default();
                    let name = if self.respelled { Text(name) } else { Folded(name) };
                    vec![glob([Text(&start), name]), glob([Text(&start), Many(Class::Path), Text("/"), name])]
                }
                _ => Vec::new(),
            })
            .collect()
    }
}

/// A name with every letter in the other case.
fn turned(name: &str) -> String {
    let other =
        |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    name.chars().map(other).collect()
}

/// Service-linked roles are a case of their own: RCPs tell them apart.
fn taken_by_services(world: &World<'_>, taken: &mut Vec<Glob>, linked: bool, base: &mut Base) {
    use Part::{Many, Text};
    let any = Many(Class::Any);
    let shapes = vec![
        glob([any, Text(":role/aws-service-role/"), any]),
        glob([any, Text("/AWSServiceRoleFor"), Many(Class::Name)]),
    ];
    if linked {
        base.preds.push(Pred::like(shapes));
    } else if world.mentions_service_linked {
        taken.extend(shapes);
    }
}

/// The name of a service that is named nowhere.
pub(super) const ANY_SERVICE: &str = "any-service.amazonaws.com";

/// Every account number.
pub(super) fn account_numbers() -> Base {
    Base::like(vec![glob([Part::Times(12, Class::Digit)])])
}

/// Not one of these accounts.
pub(super) fn other_than(texts: &[String]) -> Pred {
    one_of(texts).not()
}

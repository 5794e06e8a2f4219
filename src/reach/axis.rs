//! What each condition key stands for in one case of caller and action: a constant, or an axis with the values it
//! can take (semantics, 5.2; SEM-38 to SEM-40). Keys that follow from one another share an axis.

use std::{collections::BTreeMap, sync::Arc};

use keyreach_policy::{
    aws::Action,
    condition_key::{Cardinality, Content, Values, cardinality, content},
};

use super::{
    caller::{ANY_SERVICE, Belongs, Caller, Kind, account_numbers},
    condition::{Demand, Several},
    glob::{Class, Meaning, Part, every_arn, glob},
    pred::{Base, Pred, Test, network},
    shape::{BEFORE_ACCOUNT, BEFORE_NAME, BEFORE_NAME_IN_PATH, inside, of_federated},
    world::World,
};

/// A case: who asks for what, and the axes that were bound to one value.
pub(super) struct Case<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) caller: &'a Caller,
    pub(super) action: Action,
    /// Values of axes; `None` is absence
    pub(super) bound: BTreeMap<String, Option<String>>,
}

/// What a key stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    /// These values, or absent
    Fixed(Option<Vec<String>>),
    /// Open
    Open(Axis),
}

/// An open key.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    /// Its own name in lower case, or that of the key from which it follows
    pub(super) id: String,
    pub(super) domain: Domain,
    pub(super) share: Share,
}

/// The values that an axis can take.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Domain {
    pub(super) absent: bool,
    pub(super) single: Option<Base>,
    pub(super) several: Option<Base>,
}

/// Which part of its axis a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Share {
    /// All of it
    Whole,
    /// A key that can hold several values, and holds this one
    OnlyValue,
    /// The account of an ARN
    Account,
    /// The last segment of a user's ARN
    UserName,
    /// The account and the name in a federated user's ARN, with a colon between them
    FederatedId,
    /// The organization of a path
    Organization,
}

/// `aws:PrincipalArn`, from which account and user name follow.
pub(super) const PRINCIPAL: &str = "aws:principalarn";
/// `aws:userid`, by which the bearers of unique ids are known.
pub(super) const USER_ID: &str = "aws:userid";
/// `aws:PrincipalOrgPaths`, from which the organization follows.
pub(super) const PATHS: &str = "aws:principalorgpaths";

pub(super) fn absent() -> Place {
    Place::Fixed(None)
}

pub(super) fn fixed(text: impl Into<String>) -> Place {
    Place::Fixed(Some(vec![text.into()]))
}

pub(super) fn open(key: &str, absent: bool, base: Base) -> Place {
    share(key, absent, base, Share::Whole)
}

fn share(id: &str, absent: bool, base: Base, share: Share) -> Place {
    let domain = Domain { absent, single: Some(base), several: None };
    Place::Open(Axis { id: id.to_owned(), domain, share })
}

fn list(key: &str, absent: bool, base: Base) -> Place {
    let domain = Domain { absent, single: None, several: Some(base) };
    Place::Open(Axis { id: key.to_owned(), domain, share: Share::Whole })
}

fn text() -> Base {
    Base::default()
}

fn truth() -> Base {
    Base::only(["true", "false"])
}

/// Names of services as `aws:CalledVia` has them.
fn service_names() -> Base {
    Base::like(vec![glob([Part::Some(Class::Word), Part::Text(".amazonaws.com")])])
        .preferring("s3.amazonaws.com")
}

fn paths(id: Option<&str>) -> Base {
    use Part::{Many, Some, Text, Times};
    let shape = match id {
        std::option::Option::Some(id) => {
            glob([Text(id), Text("/r-"), Some(Class::Word), Text("/"), Many(Class::Path)])
        }
        None => glob([
            Text("o-"),
            Times(10, Class::Word),
            Many(Class::Word),
            Text("/r-"),
            Some(Class::Word),
            Text("/"),
            Many(Class::Path),
        ]),
    };
    let ends = glob([Many(Class::Any), Text("/")]);
    let mut base = Base::like(vec![shape]);
    base.preds.push(Pred::like(vec![ends]));
    base.preferring(format!("{}/r-ex01/", id.unwrap_or("o-example0000")))
}

impl Case<'_> {
    /// What a key stands for; its name in lower case. What is bound goes before what is fixed.
    pub(super) fn place(&self, key: &str) -> Place {
        if let Some(value) = self.bound.get(key) {
            return Place::Fixed(value.clone().map(|value| vec![value]));
        }
        match self.unbound(key) {
            Place::Open(axis) => match self.bound.get(&axis.id) {
                None => Place::Open(axis),
                Some(value) => Place::Fixed(value.as_deref().map(|value| vec![part(value, axis.share)])),
            },
            fixed => fixed,
        }
    }

    /// What a policy variable stands for (SEM-37: keys of several values have none).
    pub(super) fn meaning(&self, key: &str) -> Meaning {
        if cardinality(key) == Cardinality::Multi {
            return Meaning::Nothing;
        }
        match self.place(key) {
            Place::Fixed(Some(values)) => match values.as_slice() {
                [value] => Meaning::Value(value.clone()),
                _ => Meaning::Nothing,
            },
            Place::Fixed(None) => Meaning::Nothing,
            Place::Open(_) => Meaning::Open,
        }
    }

    fn unbound(&self, key: &str) -> Place {
        self.of_known(key)
            .or_else(|| self.of_caller(key))
            .or_else(|| self.of_organization(key))
            .or_else(|| self.of_session(key))
            .or_else(|| self.of_source(key))
            .or_else(|| self.of_way(key))
            .or_else(|| self.of_key(key))
            .unwrap_or_else(|| self.of_request(key))
    }

    pub(super) fn principal(&self, share_: Share) -> Place {
        match self.caller.arn(self.world) {
            Some(arn) => fixed(part(&arn, share_)),
            None => share(PRINCIPAL, false, self.caller.arns(self.world), share_),
        }
    }

    pub(super) fn account(&self) -> Place {
        match self.caller.account {
            Some(account) => fixed(account.to_string()),
            None => self.principal(Share::Account),
        }
    }

    fn of_caller(&self, key: &str) -> Option<Place> {
        let caller = self.caller;
        let service = caller.kind == Kind::Service;
        Some(match key {
            PRINCIPAL | "aws:principalaccount" | "aws:principaltype" | "aws:username" | USER_ID
                if service =>
            {
                absent()
            }
            PRINCIPAL => self.principal(Share::Whole),
            "kms:calleraccount" if service => open(key, true, account_numbers()),
            "aws:principalaccount" | "kms:calleraccount" => self.account(),
            "aws:principaltype" => fixed(match caller.kind {
                Kind::Root => "Account",
                Kind::User => "User",
                Kind::Federated => "FederatedUser",
                Kind::Session | Kind::Service => "AssumedRole",
            }),
            "aws:username" if caller.kind == Kind::User => self.principal(Share::UserName),
            "aws:username" => absent(),
            USER_ID => self.user_id(),
            "aws:principalisawsservice" => fixed(service.to_string()),
            "aws:principalservicename" | "aws:principalservicenameslist" if service => {
                fixed(caller.name.as_deref().unwrap_or(ANY_SERVICE))
            }
            "aws:principalservicename" | "aws:principalservicenameslist" => absent(),
            _ => return None,
        })
    }

    fn of_organization(&self, key: &str) -> Option<Place> {
        let is_path = match key {
            "aws:principalorgid" => false,
            PATHS => true,
            _ => return None,
        };
        let own = self.world.own;
        let id = match &self.caller.belongs {
            _ if self.caller.kind == Kind::Service => return Some(absent()),
            Belongs::Nowhere => return Some(absent()),
            Belongs::Own => own.map(|own| own.id.as_str()),
            Belongs::Named(id) => Some(id.as_str()),
            Belongs::Elsewhere => None,
        };
        let known_path = own
            .filter(|_| self.caller.belongs == Belongs::Own)
            .and_then(|own| self.caller.account.and_then(|account| own.paths.get(&account)));
        Some(match (id, is_path) {
            (Some(id), false) => fixed(id),
            (Some(_), true) if known_path.is_some() => fixed(known_path.map_or("", |path| path.as_str())),
            (Some(id), true) => share(PATHS, false, paths(Some(id)), Share::OnlyValue),
            (None, true) => share(PATHS, false, self.elsewhere(), Share::OnlyValue),
            (None, false) => share(PATHS, false, self.elsewhere(), Share::Organization),
        })
    }

    /// Paths in organizations that are named nowhere.
    fn elsewhere(&self) -> Base {
        let mut base = paths(None);
        base.preds.push(Pred::like(Arc::clone(&self.world.in_organizations)).not());
        base
    }

    /// What depends on the credentials (SEM-38).
    fn of_session(&self, key: &str) -> Option<Place> {
        let kind = self.caller.kind;
        let temporary = matches!(kind, Kind::Session | Kind::Federated);
        let is_session = key.starts_with("aws:principaltag/")
            || matches!(
                key,
                "aws:tokenissuetime"
                    | "aws:multifactorauthpresent"
                    | "aws:multifactorauthage"
                    | "aws:sourceidentity"
                    | "aws:federatedprovider"
                    | "aws:assumedroot"
                    | "aws:chatbotsourcearn"
            );
        // A root user cannot be tagged, and only roles carry on who assumed them.
        let lacks = match key {
            "aws:sourceidentity" | "aws:federatedprovider" | "aws:chatbotsourcearn" => kind != Kind::Session,
            _ => kind == Kind::Root && key.starts_with("aws:principaltag/"),
        };
        if is_session && (kind == Kind::Service || lacks) {
            return Some(absent());
        }
        Some(match key {
            "aws:tokenissuetime" => {
                let past =
                    Pred::new(Test::Date(keyreach_policy::operator::Order::AtMost, vec![self.world.now]));
                open(key, !temporary, Base { preds: vec![past], ..Base::default() })
            }
            "aws:multifactorauthpresent" | "aws:assumedroot" => open(key, true, truth()),
            _ if is_session => open(key, true, text()),
            _ => return None,
        })
    }

    /// On whose behalf a service calls; other callers have none of it.
    fn of_source(&self, key: &str) -> Option<Place> {
        let service = self.caller.kind == Kind::Service;
        Some(match key {
            "aws:sourceaccount" | "aws:sourceowner" | "aws:sourcearn" | "aws:sourceorgid"
            | "aws:sourceorgpaths"
                if !service =>
            {
                absent()
            }
            "aws:sourceaccount" | "aws:sourceowner" => open(key, true, account_numbers()),
            "aws:sourcearn" => open(key, true, Base::like(vec![every_arn()])),
            "aws:sourceorgid" => {
                open(key, true, Base::like(vec![glob([Part::Text("o-"), Part::Some(Class::Word)])]))
            }
            "aws:sourceorgpaths" => share(key, true, paths(None), Share::OnlyValue),
            _ => return None,
        })
    }

    /// The way a request takes: network, services in between, time.
    fn of_way(&self, key: &str) -> Option<Place> {
        let service = self.caller.kind == Kind::Service;
        Some(match key {
            "aws:viaawsservice" if service => fixed("false"),
            "kms:viaservice" | "aws:calledvia" | "aws:calledviafirst" | "aws:calledvialast" if service => {
                absent()
            }
            "aws:viaawsservice" => open(key, false, Base::only(["false", "true"])),
            "kms:viaservice" => {
                let end = format!(".{}.amazonaws.com", self.world.region);
                let shape = glob([Part::Some(Class::Word), Part::Text(&end)]);
                open(key, true, Base::like(vec![shape]).preferring(format!("s3{end}")))
            }
            "aws:calledvia" => list(key, true, service_names()),
            "aws:calledviafirst" | "aws:calledvialast" => open(key, true, service_names()),
            "aws:sourceip" | "aws:vpcsourceip" => {
                let every = ["0.0.0.0/0", "::/0"].iter().filter_map(|text| network(text)).collect();
                let base = Base { preds: vec![Pred::new(Test::Net(every))], ..Base::default() };
                open(key, true, base.preferring("198.51.100.7"))
            }
            "aws:vpceorgpaths" => share(key, true, paths(None), Share::OnlyValue),
            "aws:currenttime" | "aws:epochtime" => {
                let from =
                    Pred::new(Test::Date(keyreach_policy::operator::Order::AtLeast, vec![self.world.now]));
                let base = Base { preds: vec![from], ..Base::default() };
                open(key, false, base.preferring(self.world.now_text.clone()))
            }
            "aws:securetransport" => open(key, false, truth()),
            "aws:requestedregion" => fixed(self.world.region),
            _ => return None,
        })
    }

    /// What every request for this key has (SEM-38, SEM-40).
    fn of_key(&self, key: &str) -> Option<Place> {
        let world = self.world;
        if let Some(tag) = key.strip_prefix("aws:resourcetag/") {
            let Some(tags) = world.tags else { return Some(open(key, true, text())) };
            let held = tags.iter().find(|(name, _)| name.to_ascii_lowercase() == tag);
            return Some(held.map_or_else(absent, |(_, value)| fixed(value)));
        }
        let own = world.own;
        Some(match key {
            "aws:resourceaccount" => fixed(world.account.to_string()),
            "aws:resourceorgid" => own.map_or_else(absent, |own| fixed(own.id.as_str())),
            "aws:resourceorgpaths" => match own.map(|own| (own, own.paths.get(&world.account))) {
                None => absent(),
                Some((_, Some(path))) => fixed(path.as_str()),
                Some((own, None)) => share(key, false, paths(Some(own.id.as_str())), Share::OnlyValue),
            },
            "kms:resourcealiases" => match world.aliases {
                Some(all) => Place::Fixed(Some(all.to_vec()).filter(|all| !all.is_empty())),
                None => list(key, true, text()),
            },
            "kms:keyspec" | "kms:customermasterkeyspec" => {
                self.of_metadata(key, |key| Some(key.key_spec.clone()))
            }
            "kms:keyusage" | "kms:customermasterkeyusage" => {
                self.of_metadata(key, |key| Some(key.key_usage.clone()))
            }
            "kms:keyorigin" => self.of_metadata(key, |key| Some(key.origin.clone())),
            "kms:multiregion" => self.of_metadata(key, |key| Some(key.multi_region.is_some().to_string())),
            "kms:multiregionkeytype" => {
                self.of_metadata(key, |key| key.multi_region.as_ref().map(|of| of.key_type.clone()))
            }
            _ => return None,
        })
    }

    fn of_metadata(
        &self,
        key: &str,
        value: fn(&crate::snapshot::key::KeyMetadata) -> Option<String>,
    ) -> Place {
        match self.world.metadata {
            None => open(key, true, text()),
            Some(metadata) => value(metadata).map_or_else(absent, fixed),
        }
    }

    /// What the caller writes into the request; absent where the action has no such parameter (SEM-40).
    fn of_request(&self, key: &str) -> Place {
        if key.starts_with("aws:requesttag/") || key == "aws:tagkeys" {
            return absent();
        }
        let known = cardinality(key);
        if key.starts_with("kms:") && known != Cardinality::Unknown && !self.carries(key) {
            return absent();
        }
        if let Some(content) = content(key, self.action) {
            return of_parameter(key, content);
        }
        match (key, known) {
            ("kms:grantoperations", _) => list(key, false, operations()),
            (_, Cardinality::Multi) => list(key, true, text()),
            (_, Cardinality::Single) => open(key, true, text()),
            (_, Cardinality::Unknown) => {
                let domain = Domain { absent: true, single: Some(text()), several: Some(text()) };
                Place::Open(Axis { id: key.to_owned(), domain, share: Share::Whole })
            }
        }
    }

    fn carries(&self, key: &str) -> bool {
        self.action.condition_keys().iter().any(|carried| {
            let family = carried.ends_with(['/', ':']);
            let start = key.get(..carried.len()).filter(|start| start.eq_ignore_ascii_case(carried));
            start.is_some() && (family || key.len() == carried.len())
        })
    }
}

/// A key that stands for a parameter of which AWS says what it can be.
fn of_parameter(key: &str, content: Content) -> Place {
    let base = match content.values {
        Values::Of([only]) if content.always => return fixed(*only),
        Values::Of(texts) => Base::only(texts.iter().copied()),
        Values::Between(first, last) => Base::only((first..=last).map(|number| number.to_string())),
    };
    open(key, !content.always, base)
}

/// The operations a grant can hold, as CreateGrant names them (SEM-55).
fn operations() -> Base {
    let grantable = Action::all().filter(|action| action.is_grantable());
    Base::only(grantable.filter_map(|action| action.name().strip_prefix("kms:")))
}

/// The part of an axis's value that a key is.
pub(super) fn part(value: &str, share: Share) -> String {
    let part = match share {
        Share::FederatedId => {
            let account = value.split(':').nth(4).unwrap_or_default();
            let name = value.split_once(":federated-user/").map_or("", |(_, name)| name);
            return format!("{account}:{name}");
        }
        Share::Whole | Share::OnlyValue => Some(value),
        Share::Account => value.split(':').nth(4),
        Share::UserName => value.rsplit('/').next(),
        Share::Organization => value.split('/').next(),
    };
    part.unwrap_or(value).to_owned()
}

impl Axis {
    /// What a demand on the key asks of its axis.
    pub(super) fn asks(&self, demand: Demand) -> Demand {
        let single = match self.share {
            Share::Whole => return demand,
            Share::OnlyValue => match &demand.several {
                Several::All(pred) | Several::Any(pred) => pred.clone(),
                Several::Always(Some(holds)) => Pred::always(*holds),
                Several::Always(None) => Pred::unclear(),
            },
            Share::Account => inside(
                &demand.single,
                &[&BEFORE_ACCOUNT],
                Class::Digit,
                &[Part::Text(":"), Part::Many(Class::Any)],
            ),
            Share::UserName => {
                inside(&demand.single, &[&BEFORE_NAME, &BEFORE_NAME_IN_PATH], Class::Name, &[])
            }
            Share::FederatedId => of_federated(&demand.single),
            Share::Organization => {
                inside(&demand.single, &[&[]], Class::Word, &[Part::Text("/"), Part::Many(Class::Any)])
            }
        };
        Demand { single, ..demand }
    }
}

//! The cases of callers from outside that a key's policies, grants and guardrails tell apart (semantics, 5.2).

use keyreach_policy::{
    aws::AccountId,
    principal::{Form, Principal},
};

use super::{
    bearer::Bears,
    caller::{Belongs, Caller, Kind},
    world::World,
    zone::Zone,
};

/// All cases of callers outside the key's account, the widest first; services apart.
pub(super) fn callers(world: &World<'_>) -> Vec<Caller> {
    let mut all = Vec::new();
    let own = world.own.is_some() && world.org_matters;
    let mut standings = vec![Belongs::Nowhere];
    if world.org_matters {
        standings.push(Belongs::Elsewhere);
        standings.extend(world.organizations.iter().cloned().map(Belongs::Named));
    }
    if own {
        standings.push(Belongs::Own);
    }
    for belongs in &standings {
        fresh(world, None, belongs, &mut all);
    }
    for &account in world.accounts.iter().filter(|account| **account != world.account) {
        let member = world.own.is_some_and(|own| own.has(account));
        let possible: Vec<&Belongs> = standings
            .iter()
            .filter(|belongs| match belongs {
                Belongs::Own => member || world.own.is_some_and(|own| !own.members_known),
                _ => !member || !own,
            })
            .collect();
        for belongs in &possible {
            fresh(world, Some(account), belongs, &mut all);
        }
        for principal in world.named.iter().filter(|principal| principal.account() == Some(account)) {
            for belongs in &possible {
                all.extend(named(world, principal, belongs));
            }
        }
    }
    all.sort_by_key(|caller| std::cmp::Reverse(caller.zone));
    all
}

/// The callers of an account that are named nowhere; of any account where none is given.
fn fresh(world: &World<'_>, account: Option<AccountId>, belongs: &Belongs, all: &mut Vec<Caller>) {
    let zone = zone(world, account, belongs);
    let mut add = |kind, linked, bears: Bears| {
        let zone = if matches!(bears, Bears::Stranger(_)) { one_alone(zone) } else { zone };
        let belongs = belongs.clone();
        let (name, respelled, known) = (None, false, None);
        all.push(Caller { kind, account, belongs, name, respelled, linked, zone, bears, known });
    };
    add(Kind::Session, false, Bears::Nothing);
    if world.kind_matters {
        add(Kind::User, false, Bears::Nothing);
        add(Kind::Root, false, Bears::Nothing);
        add(Kind::Federated, false, Bears::Nothing);
    }
    if world.mentions_service_linked {
        add(Kind::Session, true, Bears::Nothing);
    }
    for kind in [Kind::Session, Kind::User] {
        for bears in strangers(world, account, kind) {
            add(kind, false, bears.clone());
            if world.mentions_service_linked && kind == Kind::Session {
                add(kind, true, bears);
            }
        }
    }
}

/// The cases of strangers in an account who bear an id that is named. Where every user and role is known there are none.
fn strangers(world: &World<'_>, account: Option<AccountId>, kind: Kind) -> Vec<Bears> {
    let complete = &world.perimeter.bearers.complete;
    if account.is_some_and(|account| complete.contains(&account)) {
        return Vec::new();
    }
    world.ids.of_strangers(kind)
}

/// An id is of one principal, whose account is not known: a bounded set, however many accounts it might be in.
fn one_alone(zone: Zone) -> Zone {
    zone.min(Zone::External)
}

/// The cases that a name stands for. Where `aws:PrincipalArn` is asked about, roles of the same name are told apart:
/// by their sessions, by the case of their letters, and by the path of service-linked roles.
fn named(world: &World<'_>, principal: &Principal, belongs: &Belongs) -> Vec<Caller> {
    let kind = match principal.form() {
        Form::User(_) => Kind::User,
        Form::Role(_) | Form::Session(_) => Kind::Session,
        Form::FederatedUser(_) => Kind::Federated,
        _ => return Vec::new(),
    };
    let account = principal.account();
    let text = principal.as_str();
    let name = super::principal::role_name(principal).unwrap_or_default();
    let linked = kind == Kind::Session
        && (name.starts_with("AWSServiceRoleFor") || text.contains(":role/aws-service-role/"));
    let zone = zone(world, account, belongs);
    let bears = world.id_of(principal);
    let itself = Caller {
        kind,
        account,
        belongs: belongs.clone(),
        name: Some(text.to_owned()),
        respelled: false,
        linked,
        zone,
        bears: bears.clone().unwrap_or(Bears::Nothing),
        known: None,
    };
    let mut all = vec![itself.clone()];
    if bears.is_some() {
        return all;
    }
    let strangers = strangers(world, account, kind);
    all.extend(strangers.into_iter().map(|bears| Caller { bears, zone: one_alone(zone), ..itself.clone() }));
    if kind != Kind::Session || !world.arn_matters {
        return all;
    }
    let role = if itself.session().is_some() {
        let digits = account.map(|account| account.to_string()).unwrap_or_default();
        let role = format!("arn:{}:iam::{digits}:role/{name}", world.partition);
        let role = Caller { name: Some(role), ..itself };
        all.push(role.clone());
        role
    } else {
        itself
    };
    if name.contains(|c: char| c.is_ascii_alphabetic()) {
        all.push(Caller { respelled: true, ..role.clone() });
    }
    if world.mentions_service_linked && !name.starts_with("AWSServiceRoleFor") {
        all.push(Caller { linked: !linked, ..role });
    }
    all
}

fn zone(world: &World<'_>, account: Option<AccountId>, belongs: &Belongs) -> Zone {
    let by_organization = match belongs {
        Belongs::Own => Zone::Organization,
        Belongs::Named(id) => world.perimeter.organization(id),
        Belongs::Nowhere | Belongs::Elsewhere => Zone::Public,
    };
    match account {
        None => by_organization,
        Some(account) => match world.perimeter.account(world.account, account) {
            Zone::External if by_organization == Zone::Trusted => Zone::Trusted,
            zone => zone,
        },
    }
}

/// The services: those that are named, and one that is not.
pub(super) fn services(world: &World<'_>) -> Vec<Caller> {
    let case = |name: Option<String>| Caller {
        kind: Kind::Service,
        account: None,
        belongs: Belongs::Nowhere,
        name,
        respelled: false,
        linked: false,
        zone: Zone::Organization,
        bears: Bears::Nothing,
        known: None,
    };
    world.services.iter().cloned().map(Some).chain([None]).map(case).collect()
}

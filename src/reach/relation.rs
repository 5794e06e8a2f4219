//! Relations between keys, as clauses of a puzzle: networks exclude one another, services in between show in
//! several keys at once, the keys of an encryption context are listed in another key (semantics, 5.2).

use super::{
    axis::Place,
    condition::Demand,
    glob::folded,
    opening::Builder,
    pred::{Pred, one_of},
    search::{Alternative, Atom},
};

const ENDPOINT: [&str; 8] = [
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:vpcsourceip",
    "aws:sourcevpcarn",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "aws:ec2instancesourcevpc",
];
const THROUGH_SERVICE: [&str; 5] =
    ["aws:viaawsservice", "kms:viaservice", "aws:calledvia", "aws:calledviafirst", "aws:calledvialast"];
const CONTEXT: &str = "kms:encryptioncontext:";
const CONTEXT_KEYS: &str = "kms:encryptioncontextkeys";

/// Adds the relations between the keys that the puzzle asks about.
pub(super) fn relate(builder: &mut Builder<'_, '_>) {
    networks(builder);
    services_between(builder);
    encryption_context(builder);
}

/// The axis of a key, where the puzzle has it.
fn position(builder: &Builder<'_, '_>, key: &str) -> Option<usize> {
    builder.puzzle.axes.iter().position(|axis| axis.id == key)
}

fn atoms(builder: &Builder<'_, '_>, keys: &[&str], demand: &Demand) -> Vec<Atom> {
    let found = keys.iter().filter_map(|key| position(builder, key));
    found.map(|axis| Atom { axis, demand: demand.clone() }).collect()
}

fn either(builder: &mut Builder<'_, '_>, ways: Vec<Vec<Atom>>) {
    let alternatives = ways.into_iter().map(|atoms| Alternative { atoms, fails: None });
    builder.puzzle.clauses.push(alternatives.collect());
}

/// SEM-38: through a VPC endpoint there is no `aws:SourceIp`; else nothing of the endpoint.
fn networks(builder: &mut Builder<'_, '_>) {
    let (there, gone) = (Demand::presence(true), Demand::presence(false));
    let endpoint = atoms(builder, &ENDPOINT, &gone);
    let address = atoms(builder, &["aws:sourceip"], &gone);
    if endpoint.len() + address.len() < 2 {
        return;
    }
    let through = [address.clone(), atoms(builder, &["aws:sourcevpc", "aws:sourcevpce"], &there)].concat();
    let direct = [endpoint.clone(), atoms(builder, &["aws:sourceip"], &there)].concat();
    let by_service = [endpoint, address, between(builder)].concat();
    either(builder, vec![direct, through, by_service]);
}

/// What shows that a service passes a request on (SEM-38, SEM-41).
fn between(builder: &Builder<'_, '_>) -> Vec<Atom> {
    let yes = Demand::each(one_of(&["true"]));
    let there = Demand::presence(true);
    let keys = THROUGH_SERVICE.get(1..).unwrap_or_default();
    [atoms(builder, &["aws:viaawsservice"], &yes), atoms(builder, keys, &there)].concat()
}

fn services_between(builder: &mut Builder<'_, '_>) {
    let (no, gone) = (Demand::each(one_of(&["false"])), Demand::presence(false));
    let direct = atoms(builder, &["aws:viaawsservice"], &no);
    let grant = Demand::if_there(one_of(&["true"]).not());
    // Services that call for themselves make grants for resources too.
    let for_resource = if builder.case.caller.kind == super::caller::Kind::Service {
        Vec::new()
    } else {
        atoms(builder, &["kms:grantisforawsresource"], &grant)
    };
    let keys = THROUGH_SERVICE.get(1..).unwrap_or_default();
    let direct = [direct, atoms(builder, keys, &gone), for_resource].concat();
    if direct.len() < 2 {
        return;
    }
    let through = between(builder);
    either(builder, vec![direct, through]);
}

/// SEM-40: `kms:EncryptionContextKeys` lists the keys of the encryption context, in the caller's spelling.
fn encryption_context(builder: &mut Builder<'_, '_>) {
    let Some(list) = position(builder, CONTEXT_KEYS) else { return };
    let pairs: Vec<(usize, String)> = builder
        .puzzle
        .axes
        .iter()
        .enumerate()
        .filter_map(|(index, axis)| Some((index, axis.id.strip_prefix(CONTEXT)?.to_owned())))
        .collect();
    for (axis, name) in pairs {
        let named = Pred::like(vec![folded(&name)]);
        let with = vec![
            Atom { axis, demand: Demand::presence(true) },
            Atom { axis: list, demand: Demand::some(named.clone()) },
        ];
        let without = vec![
            Atom { axis, demand: Demand::presence(false) },
            Atom { axis: list, demand: Demand::if_there(named.not()) },
        ];
        either(builder, vec![without, with]);
    }
}

/// The encryption context is exactly these pairs, or holds them.
pub(super) fn hold_pairs(
    builder: &mut Builder<'_, '_>,
    pairs: &std::collections::BTreeMap<String, String>,
    exactly: bool,
) -> bool {
    for (name, value) in pairs {
        let key = format!("{CONTEXT}{}", name.to_ascii_lowercase());
        let listed = Demand::some(one_of(&[name]));
        if !builder.require(&key, &Demand::each(one_of(&[value]))) || !builder.require(CONTEXT_KEYS, &listed)
        {
            return false;
        }
    }
    if !exactly {
        return true;
    }
    let names: Vec<&String> = pairs.keys().collect();
    let only = if pairs.is_empty() { Demand::presence(false) } else { Demand::each(one_of(&names)) };
    if !builder.require(CONTEXT_KEYS, &only) {
        return false;
    }
    // Keys that other statements ask for are not there.
    let asked: Vec<String> =
        builder.case.world.keys.keys().filter(|key| key.starts_with(CONTEXT)).cloned().collect();
    asked.iter().all(|key| {
        let given =
            pairs.keys().any(|name| key.get(CONTEXT.len()..) == Some(name.to_ascii_lowercase().as_str()));
        given
            || !matches!(builder.case.place(key), Place::Open(_))
            || builder.require(key, &Demand::presence(false))
    })
}

//! No external id in a snapshot, wherever it stands and however it is spelled; and nothing else changed.

use std::{collections::BTreeSet, fmt, sync::LazyLock};

use keyreach::{
    collect::redact::redact,
    config::{ExternalId, Settings, raw::RawSettings},
    snapshot::{Snapshot, gap::Fact},
};
use proptest::prelude::*;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Value, json};

use crate::{example, scan::Scan};

const SECRET: &str = "S3CR3T/external-id";

static HOSTILE: LazyLock<Snapshot> = LazyLock::new(|| Scan::builtin("hostile").run().snapshot);

fn external_id(secret: &str) -> ExternalId {
    let mut settings = RawSettings::default();
    settings.scan.external_id = Some(secret.to_owned());
    Settings::resolve(settings, None).unwrap().scan.external_id.unwrap()
}

/// What is left of the text of a key policy.
fn redacted(secret: &str, text: &str) -> String {
    let mut snapshot = example::snapshot();
    snapshot.cells[0].keys[0].policy = Fact::Known(text.to_owned());
    redact(&mut snapshot, &external_id(secret));
    snapshot.cells[0].keys[0].policy.known().unwrap().clone()
}

#[test]
fn values_of_the_condition_key_are_redacted_in_every_spelling() {
    for (secret, text, left) in [
        ("s3cr3t", r#"{"sts:ExternalId":["a","s3cr3t"]}"#, r#"{"sts:ExternalId":["a","…"]}"#),
        (
            "s3cr3t",
            r#"{ "sts:ExternalId" : [ "${aws:PrincipalTag/x}", [ "s3cr3t" ] ] , "x" : "s3cr3ts" }"#,
            r#"{ "sts:ExternalId" : [ "${aws:PrincipalTag/x}", [ "…" ] ] , "x" : "s3cr3ts" }"#,
        ),
        ("team/s3cr3t", r#"{"sts:ExternalId":"team\/s3cr3t"}"#, r#"{"sts:ExternalId":"…"}"#),
        ("s3cr3t", r#"{"sts:External\u0049d":"s3cr3\u0074"}"#, r#"{"sts:External\u0049d":"…"}"#),
        ("s3cr3t", r#"{"STS:EXTERNALID":"x-S3CR3T-*"}"#, r#"{"STS:EXTERNALID":"x-…-*"}"#),
        ("s3cr3t", r#"{"sts:ExternalId":"${x,'s3cr3t'}"}"#, r#"{"sts:ExternalId":"${x,'…'}"}"#),
        (
            "team/s3cr3t",
            r#"{"sts:ExternalId":[["a"],"\ud800team/s3cr3t"]}"#,
            r#"{"sts:ExternalId":[["a"],"\ud800…"]}"#,
        ),
        ("123456", r#"{"sts:ExternalId":[7,123456],"x":123456}"#, r#"{"sts:ExternalId":[7,"…"],"x":"…"}"#),
        (
            "s3cr3t",
            r#"{"sts:ExternalId":"s3cr3t","sts:ExternalId":"b","a":{"sts:externalid":{"b":"s3cr3t*"}},"c":"s3cr3t*"}"#,
            r#"{"sts:ExternalId":"…","sts:ExternalId":"b","a":{"sts:externalid":{"b":"…*"}},"c":"s3cr3t*"}"#,
        ),
        // Words of the policy language and names stay where they are not external ids.
        (
            "Allow",
            r#"[{"Effect":"Allow","Condition":{"a":{"sts:ExternalId":["b","Allow"]}},"Sid":"Allow"}]"#,
            r#"[{"Effect":"Allow","Condition":{"a":{"sts:ExternalId":["b","…"]}},"Sid":"Allow"}]"#,
        ),
        (
            "111122223333",
            r#"{"AWS":"111122223333","sts:ExternalId":"111122223333"}"#,
            r#"{"AWS":"111122223333","sts:ExternalId":"…"}"#,
        ),
        // A text that is not JSON is no policy: nothing in it is kept.
        ("s3cr3t", r#"{"sts:ExternalId":"a" "s3cr3\u0074s"#, r#"{"sts:ExternalId":"a" "…s"#),
        ("team/s3cr3t", "%FF team%2fs3cr3t", "…"),
        ("team/s3cr3t", r"broken team\/s3cr3t", "broken …"),
        // A longer id goes everywhere.
        (SECRET, r#"{"Sid":"S3CR3T/external-id-2","S3CR3T\/external-id":1}"#, r#"{"Sid":"…-2","…":1}"#),
        (SECRET, r#"{"Sid":"s3cr3t/external-id"}"#, r#"{"Sid":"s3cr3t/external-id"}"#),
    ] {
        assert_eq!(redacted(secret, text), left, "{secret} in {text}");
    }
}

#[test]
fn a_text_without_the_id_stays_as_it_was_sent() {
    for text in
        ["", "{", r#"{ "sts:ExternalId" : "\u0061" ,"b":1e3, "c":"\ud800" }"#, "%FF%", r#""\"#, "\u{feff}{}"]
    {
        assert_eq!(redacted(SECRET, text), text);
        assert_eq!(redacted("ab", text), text);
    }
}

/// The last members of the places at which the id stays: AWS's own words, such as states and codes, and the ids, ARNs and
/// names by which things are told apart. An id that stands there is a name, and no secret.
const NAMES: &str = "
    arn attached_policies caller_arn cloud_hsm_cluster_id code connection_error_code connection_state
    current_key_material_id custom_key_store_id custom_key_store_type default_version_id
    enabled_policy_types expiration_model feature_set grant_id group_name groups id import_state
    issuing_account key_id key_material_id key_material_state key_spec key_state key_usage operation
    operations origin parent_id partition permissions_boundary policy_name region role role_id role_name
    rotation_type schema_version state targets tool_version type user_id user_name xks_connectivity";

/// Every place of a string in the snapshot of the example that comes with the simulated AWS, one of each sort.
#[test]
fn no_field_is_forgotten() {
    let mut whole = serde_json::to_value(Scan::builtin("menagerie").run().snapshot).unwrap();
    keep_one_of_each(&mut whole, "", &mut BTreeSet::new());
    let mut places = BTreeSet::new();
    let mut pointers = Vec::new();
    strings(&whole, "", "", &mut |pointer, sort| {
        if places.insert(sort.to_owned()) {
            pointers.push((pointer.to_owned(), sort.to_owned()));
        }
    });
    let mut kept = BTreeSet::new();
    for (pointer, sort) in pointers {
        let mut changed = whole.clone();
        *changed.pointer_mut(&pointer).unwrap() = json!(SECRET);
        // Some places have a shape of their own that no external id has.
        let Ok(mut snapshot) = serde_json::from_value::<Snapshot>(changed) else { continue };
        redact(&mut snapshot, &external_id(SECRET));
        if serde_json::to_string(&snapshot).unwrap().contains(SECRET) {
            kept.insert(sort.trim_end_matches("/items").rsplit('/').next().unwrap().to_owned());
        }
    }
    let names: BTreeSet<String> = NAMES.split_whitespace().map(str::to_owned).collect();
    assert_eq!(kept, names);
}

/// Keeps of each list what has a sort of string that nothing before it had; whether there was one.
fn keep_one_of_each(value: &mut Value, sort: &str, seen: &mut BTreeSet<String>) -> bool {
    match value {
        Value::String(_) => seen.insert(sort.to_owned()),
        Value::Array(items) => {
            items.retain_mut(|item| keep_one_of_each(item, sort, seen));
            !items.is_empty()
        }
        Value::Object(members) => members.iter_mut().fold(false, |new, (name, member)| {
            keep_one_of_each(member, &format!("{sort}/{name}"), seen) || new
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Every string below, with its JSON pointer and the same without numbers.
fn strings(value: &Value, pointer: &str, sort: &str, found: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::String(_) => found(pointer, sort),
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                strings(item, &format!("{pointer}/{number}"), sort, found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let step = name.replace('~', "~0").replace('/', "~1");
                strings(member, &format!("{pointer}/{step}"), &format!("{sort}/{name}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Every string of a JSON text, names of members included, also of members that stand twice.
#[derive(Default)]
struct Strings(Vec<String>);

impl<'de> Deserialize<'de> for Strings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Strings;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Strings, E> {
        Ok(Strings(vec![text.to_owned()]))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Strings, E> {
        Ok(Strings::default())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Strings, E> {
        Ok(Strings(vec![number.to_string()]))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Strings, E> {
        Ok(Strings(vec![number.to_string()]))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Strings, E> {
        Ok(Strings(vec![number.to_string()]))
    }

    fn visit_unit<E: Error>(self) -> Result<Strings, E> {
        Ok(Strings::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Strings, A::Error> {
        let mut all = Strings::default();
        while let Some(Strings(inside)) = items.next_element()? {
            all.0.extend(inside);
        }
        Ok(all)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Strings, A::Error> {
        let mut all = Strings::default();
        while let Some((name, Strings(inside))) = members.next_entry::<String, Strings>()? {
            all.0.push(name);
            all.0.extend(inside);
        }
        Ok(all)
    }
}

/// Every string of a snapshot; and of strings that are JSON themselves, as policies are, every string in them.
fn said(snapshot: &Snapshot) -> Vec<String> {
    let Strings(all) = serde_json::from_str(&serde_json::to_string(snapshot).unwrap()).unwrap();
    let inside = all.iter().filter_map(|text| serde_json::from_str::<Strings>(text).ok());
    let inside: Vec<String> = inside.flat_map(|Strings(inside)| inside).collect();
    all.into_iter().chain(inside).collect()
}

/// The id with each letter written as itself or as an escape.
fn spelled(secret: &'static str) -> impl Strategy<Value = String> {
    let letters: Vec<_> = secret
        .chars()
        .map(|letter| {
            let code = u32::from(letter);
            let own = if letter == '/' { "\\/".to_owned() } else { letter.to_string() };
            proptest::sample::select(vec![
                letter.to_string(),
                own,
                format!("\\u{code:04x}"),
                format!("\\u{code:04X}"),
            ])
        })
        .collect();
    letters.prop_map(|letters| letters.concat())
}

/// A policy that holds it somewhere, or the ruins of one.
fn policy(secret: &'static str) -> impl Strategy<Value = String> {
    let shapes = [
        r#"{"Statement":[{"Effect":"Allow","Condition":{"StringEquals":{"sts:ExternalId":["${aws:PrincipalTag/x}","@"]}}}]}"#,
        r#"{"Statement":{"Condition":{"StringLike":{"sts\u003aexternalid":"*@*"}},"Sid":"}"}}"#,
        r#"{"Statement":{"Condition":{"StringEquals":{"sts:ExternalId":"@","sts:ExternalId":"b"}}}}"#,
        r#"{"Statement":{"Condition":{"StringEquals":{"aws:PrincipalTag/@":"b","aws:PrincipalTag/c":"x@@"}}}}"#,
        r#"{"Statement":{"Principal":{"AWS":["arn:aws:iam::999999999999:role/@"]},"Resource":"arn:aws:s3:::@/*"}}"#,
        r#"["@",{"@":[{"@":"@"}]},"\"@\\"]"#,
        r#"{"Statement": "@" "#,
        r#"no JSON: @"#,
        r#""half a string @"#,
    ];
    (proptest::sample::select(shapes.to_vec()), spelled(secret))
        .prop_map(|(shape, spelled)| shape.replace('@', &spelled))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_snapshot_holds_the_id_in_any_spelling(text in policy(SECRET), place in 0..6_usize) {
        let mut snapshot = HOSTILE.clone();
        prop_assert!(put(&mut snapshot, place, &text));
        redact(&mut snapshot, &external_id(SECRET));
        for one in said(&snapshot) {
            prop_assert!(!one.contains(SECRET), "{one}");
        }
    }

    #[test]
    fn what_is_left_is_json_where_it_was(text in policy(SECRET)) {
        let was = serde_json::from_str::<Strings>(&text);
        let is = serde_json::from_str::<Strings>(&redacted(SECRET, &text));
        prop_assert_eq!(was.is_ok(), is.is_ok());
        let wanted: Vec<String> = was.unwrap_or_default().0.iter().map(|one| one.replace(SECRET, "…")).collect();
        prop_assert_eq!(is.unwrap_or_default().0, wanted);
    }
}

/// Puts a text in one of the places where policies stand; whether there was such a place.
fn put(snapshot: &mut Snapshot, place: usize, text: &str) -> bool {
    let text = text.to_owned();
    let key = snapshot.cells.iter_mut().flat_map(|cell| &mut cell.keys).next();
    let iam = snapshot.accounts.iter_mut().filter_map(|account| account.iam.as_mut());
    let iam = iam.into_iter().find(|iam| !iam.users.is_empty() && !iam.roles.is_empty());
    let Fact::Known(Some(organization)) = &mut snapshot.organization else { return false };
    match (place, key, iam) {
        (0, Some(key), _) => key.policy = Fact::Known(text),
        (1, Some(key), _) => key.ram_policy = Fact::Known(Some(text)),
        (2, ..) => organization.guardrails.items[0].document = Fact::Known(text),
        (3, _, Some(iam)) => iam.roles[0].trust_policy = Some(text),
        (4, _, Some(iam)) => iam.users[0].inline_policies[0].document = text,
        (5, _, Some(iam)) => iam.policies[0].document = Some(text),
        _ => return false,
    }
    true
}

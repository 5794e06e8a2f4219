//! Keeps the external id out of a snapshot: policies name it, and a snapshot is handed around. Knows how JSON spells
//! texts, and nothing of the language of policies beyond the condition key of the id.

use serde::de::IgnoredAny;

use crate::{
    config::ExternalId,
    snapshot::{Snapshot, cell::Cell, gap::Fact, organization::Organization, principal::Iam},
};

/// The condition key whose values are external ids; its case says nothing.
const KEY: &str = "sts:externalid";
/// Stands in place of the secret.
const REDACTED: &str = "…";
/// Shorter ids are taken for words outside the condition key.
const TELLING: usize = 6;

/// Redacts the external id in every policy text of the snapshot: among the values of the condition key wherever it is a
/// part of one; elsewhere where it is the whole of a text, unless it could be an ordinary word or number.
pub(super) fn redact(snapshot: &mut Snapshot, external_id: &ExternalId) {
    let secret = external_id.reveal();
    if let Fact::Known(Some(organization)) = &mut snapshot.organization {
        texts_of_organization(organization).for_each(|text| redact_text(text, secret));
    }
    for iam in snapshot.accounts.iter_mut().filter_map(|account| account.iam.as_mut()) {
        texts_of_iam(iam).for_each(|text| redact_text(text, secret));
    }
    for cell in &mut snapshot.cells {
        texts_of_cell(cell).for_each(|text| redact_text(text, secret));
    }
}

fn texts_of_organization(organization: &mut Organization) -> impl Iterator<Item = &mut String> {
    organization.guardrails.items.iter_mut().filter_map(|guardrail| known(&mut guardrail.document))
}

fn texts_of_iam(iam: &mut Iam) -> impl Iterator<Item = &mut String> {
    let Iam { users, roles, groups, policies, .. } = iam;
    let of_users = users.iter_mut().flat_map(|user| &mut user.inline_policies);
    let of_groups = groups.iter_mut().flat_map(|group| &mut group.inline_policies);
    let inline = of_users.chain(of_groups).map(|policy| &mut policy.document);
    let of_roles = roles.iter_mut().flat_map(|role| {
        let inline = role.inline_policies.iter_mut().map(|policy| &mut policy.document);
        role.trust_policy.iter_mut().chain(inline)
    });
    inline.chain(of_roles).chain(policies.iter_mut().filter_map(|policy| policy.document.as_mut()))
}

fn texts_of_cell(cell: &mut Cell) -> impl Iterator<Item = &mut String> {
    cell.keys.iter_mut().flat_map(|key| {
        known(&mut key.policy).into_iter().chain(known(&mut key.ram_policy).and_then(Option::as_mut))
    })
}

fn known<T>(fact: &mut Fact<T>) -> Option<&mut T> {
    match fact {
        Fact::Known(value) => Some(value),
        Fact::Unknown(_) => None,
    }
}

/// A text without the secret stays as it is, to the byte. Every text in JSON is read as JSON spells it, so that no escape,
/// no order and no second member of one name hides the secret.
fn redact_text(text: &mut String, secret: &str) {
    let mut redacted = String::with_capacity(text.len());
    let mut rest = text.as_str();
    let mut values = Values::default();
    while let Some((between, literal, after)) = next_literal(rest) {
        values.pass(between);
        redacted.push_str(between);
        let said = serde_json::from_str::<String>(literal).ok();
        match said.as_deref().and_then(|said| without(said, secret, values.are_external_ids)) {
            Some(said) => redacted.push_str(&serde_json::Value::from(said).to_string()),
            None => redacted.push_str(literal),
        }
        values.read(said.as_deref(), after);
        rest = after;
    }
    redacted.push_str(rest);
    if is_telling(secret) && serde_json::from_str::<IgnoredAny>(&redacted).is_err() {
        redacted = redacted.replace(secret, REDACTED);
    }
    if redacted != *text {
        *text = redacted;
    }
}

/// A text of JSON without the secret; `None` where it stays.
fn without(said: &str, secret: &str, is_external_id: bool) -> Option<String> {
    let is_secret = said == secret && is_telling(secret);
    (is_secret || is_external_id && said.contains(secret)).then(|| said.replace(secret, REDACTED))
}

/// Whether nothing else in a policy is likely to be called so: an id of digits can be an account, one of letters a word.
fn is_telling(secret: &str) -> bool {
    secret.len() >= TELLING
        && secret.contains(|c: char| c.is_ascii_digit())
        && secret.contains(|c: char| c.is_ascii_alphabetic())
}

/// The text before the next string literal, the literal with its quotes, and what follows it.
fn next_literal(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find('"')?;
    let (between, from) = text.split_at(start);
    let mut escaped = false;
    let end = from.char_indices().skip(1).find_map(|(at, c)| match c {
        _ if escaped => {
            escaped = false;
            None
        }
        '\\' => {
            escaped = true;
            None
        }
        '"' => Some(at + 1),
        _ => None,
    })?;
    let (literal, after) = from.split_at(end);
    Some((between, literal, after))
}

/// Whether the literal to come is a value of the condition key.
#[derive(Default)]
struct Values {
    are_external_ids: bool,
    in_list: bool,
}

impl Values {
    /// Passes what stands between two literals.
    fn pass(&mut self, between: &str) {
        for c in between.chars() {
            match c {
                '[' => self.in_list = true,
                ']' | '}' => *self = Self::default(),
                ',' if !self.in_list => *self = Self::default(),
                _ => {}
            }
        }
    }

    /// Passes a literal: the name of the condition key begins its values.
    fn read(&mut self, said: Option<&str>, after: &str) {
        let is_name = after.trim_start().starts_with(':');
        if is_name {
            let is_key = said.is_some_and(|said| said.eq_ignore_ascii_case(KEY));
            *self = Self { are_external_ids: is_key, in_list: false };
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::redact_text;

    const SECRET: &str = "team/s3cr3t";

    fn redacted(text: &str, secret: &str) -> String {
        let mut text = text.to_owned();
        redact_text(&mut text, secret);
        text
    }

    /// The texts of a JSON document, names of members among them.
    fn texts(value: &Value) -> Vec<String> {
        match value {
            Value::String(text) => vec![text.clone()],
            Value::Array(items) => items.iter().flat_map(texts).collect(),
            Value::Object(members) => members
                .iter()
                .flat_map(|(name, member)| [vec![name.clone()], texts(member)].concat())
                .collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn the_values_of_the_condition_key_are_redacted_in_any_spelling() {
        for text in [
            r#"{"Condition":{"StringEquals":{"sts:ExternalId":"team/s3cr3t"}}}"#,
            r#"{"Condition":{"StringEquals":{"sts:ExternalId":["a","team/s3cr3t"]}}}"#,
            r#"{"Condition":{"StringEquals":{"sts:ExternalId":["${aws:PrincipalTag/x}","team/s3cr3t"]}}}"#,
            r#"{"Condition":{"StringEquals":{"STS:externalid":"team\/s3cr3t"}}}"#,
            r#"{"Condition":{"StringEquals":{"sts:External\u0049d":"team/s3cr3\u0074"}}}"#,
            r#"{"Condition":{"StringLike":{"sts:ExternalId":["x*","*team/s3cr3t*"]}}}"#,
            r#"{"Condition":{"StringEquals":{"sts:ExternalId":"team/s3cr3t","sts:ExternalId":"a"}}}"#,
            r#"{"Condition":{"StringEquals":{"aws:PrincipalTag/id":"team/s3cr3t"}}}"#,
        ] {
            let redacted = redacted(text, SECRET);
            let found = texts(&serde_json::from_str(&redacted).unwrap());
            assert!(found.iter().all(|text| !text.contains(SECRET)), "{redacted}");
            assert!(redacted.contains('…') && !redacted.contains("s3cr3"), "{redacted}");
        }
    }

    #[test]
    fn nothing_else_is_touched() {
        let statement = r#"{"Effect": "Allow", "Condition":{"StringEquals":{"sts:ExternalId":["a", "Allow"]},"Bool":{"x":"Allow"}},"Sid":"Allow"}"#;
        let expected = r#"{"Effect": "Allow", "Condition":{"StringEquals":{"sts:ExternalId":["a", "…"]},"Bool":{"x":"Allow"}},"Sid":"Allow"}"#;
        assert_eq!(redacted(statement, "Allow"), expected);
        let arn =
            r#"{"Principal":{"AWS":"arn:aws:iam::111122223333:role/team/s3cr3t"},"Sid":"111122223333"}"#;
        for (text, secret) in [
            (arn, SECRET),
            (arn, "111122223333"),
            ("", SECRET),
            (r#"{"sts:ExternalId":{"a":"b"},"c":"Allowed"}"#, "Allow"),
            (r#"{"sts:ExternalId":"a","b":"xAllow"}"#, "Allow"),
        ] {
            assert_eq!(redacted(text, secret), text);
        }
    }

    #[test]
    fn a_text_that_is_not_json_keeps_no_secret_either() {
        assert_eq!(redacted(r#"{"sts:ExternalId":"team/s3cr3t"#, SECRET), r#"{"sts:ExternalId":"…"#);
        assert_eq!(redacted("team/s3cr3t or not", SECRET), "… or not");
    }

    /// A literal that says a text, each character in one of its spellings.
    fn spelled(text: &'static str) -> impl Strategy<Value = String> {
        let spellings = text.chars().map(|c| {
            let unicode = format!("\\u{:04x}", u32::from(c));
            let mut all = vec![c.to_string(), unicode.to_uppercase().replacen("\\U", "\\u", 1), unicode];
            if c == '/' {
                all.push("\\/".to_owned());
            }
            prop::sample::select(all)
        });
        spellings.collect::<Vec<_>>().prop_map(|parts| format!("\"{}\"", parts.concat()))
    }

    proptest! {
        #[test]
        fn no_spelling_hides_the_secret(
            key in spelled("sts:ExternalId"),
            secret in spelled(SECRET),
            pattern in spelled("a*team/s3cr3t?"),
            before in prop::sample::select(vec!["", "\"${aws:PrincipalTag/x}\", ", "\"}]\\\"\", ", "\"\\\\\", "]),
            space in prop::sample::select(vec!["", " ", "\n\t"]),
        ) {
            let text = format!(
                "{{\"Condition\":{space}{{\"StringLike\":{{{key}{space}:{space}[{before}{secret},{pattern}]}},\
                 \"Other\":{{\"k\":{secret}}}}},\"Sid\":\"x\"}}"
            );
            let redacted = redacted(&text, SECRET);
            let found = texts(&serde_json::from_str(&redacted).unwrap());
            prop_assert!(found.iter().all(|text| !text.contains(SECRET)), "{}", redacted);
            let kept = texts(&serde_json::from_str(&text).unwrap()).len();
            prop_assert_eq!(found.len(), kept);
        }
    }
}

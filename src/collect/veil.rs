//! Keeps the external id out of what a scan finds: the scanner's own role and policies name it, and a
//! snapshot is handed around.

use crate::{config::ExternalId, snapshot::principal::Iam};

/// The condition key whose values are external ids.
const KEY: &str = "sts:externalid";
/// Stands in place of the secret.
const VEIL: &str = "\"…\"";

/// Veils the external id wherever a policy of the account asks for it.
pub(super) fn veil(iam: &mut Iam, external_id: &ExternalId) {
    let inline = iam.users.iter_mut().flat_map(|user| &mut user.inline_policies);
    let inline = inline.chain(iam.groups.iter_mut().flat_map(|group| &mut group.inline_policies));
    for policy in inline {
        veil_text(&mut policy.document, external_id.reveal());
    }
    for role in &mut iam.roles {
        let inline = role.inline_policies.iter_mut().map(|policy| &mut policy.document);
        for document in role.trust_policy.iter_mut().chain(inline) {
            veil_text(document, external_id.reveal());
        }
    }
    for document in iam.policies.iter_mut().filter_map(|policy| policy.document.as_mut()) {
        veil_text(document, external_id.reveal());
    }
}

/// Only the values of the condition key: the same word elsewhere is none of its business.
fn veil_text(document: &mut String, secret: &str) {
    let quoted = format!("\"{secret}\"");
    if !document.contains(&quoted) {
        return;
    }
    let (mut veiled, mut rest) = (String::with_capacity(document.len()), document.as_str());
    while let Some(at) = rest.to_ascii_lowercase().find(KEY) {
        let (before, values) = rest.split_at(at);
        let (values, after) = values.split_at(values.find('}').unwrap_or(values.len()));
        veiled.push_str(before);
        veiled.push_str(&values.replace(&quoted, VEIL));
        rest = after;
    }
    veiled.push_str(rest);
    *document = veiled;
}

#[cfg(test)]
mod tests {
    use super::veil_text;

    fn veiled(document: &str) -> String {
        let mut text = document.to_owned();
        veil_text(&mut text, "Allow");
        text
    }

    #[test]
    fn the_values_of_the_condition_key_are_veiled_and_nothing_else() {
        let statement = r#"{"Effect":"Allow","Condition":{"StringEquals":{"STS:ExternalId":["a","Allow"]}},"Sid":"Allow"}"#;
        let expected =
            r#"{"Effect":"Allow","Condition":{"StringEquals":{"STS:ExternalId":["a","…"]}},"Sid":"Allow"}"#;
        assert_eq!(veiled(statement), expected);
        assert_eq!(veiled(&[statement, statement].concat()), expected.repeat(2));
        for other in
            ["", r#"{"Effect":"Allow"}"#, r#""sts:ExternalId":"Allow"#, r#""sts:ExternalId":"Allowed""#]
        {
            assert_eq!(veiled(other), other);
        }
    }
}

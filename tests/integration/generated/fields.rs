//! A page of all fields of a document, made of its JSON Schema: one table an object, one list an enumeration, in the
//! order in which a reader meets them.

use std::collections::BTreeMap;

use serde_json::Value;

/// The page, below its heading.
pub(super) fn page(schema: &Value) -> String {
    let definitions = schema["$defs"].as_object().unwrap();
    let mut shown = vec!["The document".to_owned()];
    let mut page = table("The document", schema, &mut shown);
    let mut at = 1;
    while let Some(name) = shown.get(at).cloned() {
        page += &section(&name, &definitions[&name], &mut shown);
        at += 1;
    }
    let unseen: Vec<&String> = definitions.keys().filter(|name| !shown.contains(name)).collect();
    assert_eq!(unseen, [""; 0], "nothing leads there");
    page
}

fn section(name: &str, node: &Value, shown: &mut Vec<String>) -> String {
    match node.get("oneOf").or(node.get("enum")) {
        Some(values) => values_of(name, node, values.as_array().unwrap()),
        None if node.get("properties").is_some() => table(name, node, shown),
        None => format!("\n## {name}\n\n{}: {}.\n", words(node, shown), line(node)),
    }
}

fn table(name: &str, node: &Value, shown: &mut Vec<String>) -> String {
    let mut rows =
        format!("\n## {name}\n\n{}\n\n| field | value | meaning |\n| --- | --- | --- |\n", line(node));
    let properties = node["properties"].as_object().unwrap();
    // The order of the document; what may be left out stands last.
    let required = node["required"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap());
    let order: BTreeMap<&str, usize> = required.enumerate().map(|(at, name)| (name, at)).collect();
    let mut fields: Vec<(&String, &Value)> = properties.iter().collect();
    fields.sort_by_key(|(name, _)| order.get(name.as_str()).copied().unwrap_or(usize::MAX));
    for (field, value) in fields {
        rows += &format!("| `{field}` | {} | {} |\n", words(value, shown), line(value));
    }
    rows
}

fn values_of(name: &str, node: &Value, values: &[Value]) -> String {
    let mut list = format!("\n## {name}\n\n{}\n\n", line(node));
    for value in values {
        let (text, meaning) = match value.get("const") {
            Some(text) => (vec![text], line(value)),
            // Values without words of their own stand together.
            None if value.get("enum").is_some() => {
                (value["enum"].as_array().unwrap().iter().collect(), String::new())
            }
            None => (vec![value], String::new()),
        };
        for text in text {
            let meaning = if meaning.is_empty() { String::new() } else { format!(": {meaning}") };
            list += &format!("- `{}`{meaning}\n", text.as_str().unwrap());
        }
    }
    list
}

/// The description in one line, as a cell of a table takes it.
fn line(node: &Value) -> String {
    let text = node["description"].as_str().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// What a value is. What it leads to is shown in its turn.
fn words(node: &Value, shown: &mut Vec<String>) -> String {
    if let Some(reference) = node["$ref"].as_str() {
        let name = reference.trim_start_matches("#/$defs/").to_owned();
        if !shown.contains(&name) {
            shown.push(name.clone());
        }
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(constant) = node.get("const") {
        return format!("`{constant}`");
    }
    if let Some(several) = node["anyOf"].as_array() {
        return several.iter().map(|one| words(one, shown)).collect::<Vec<_>>().join(" or ");
    }
    let kinds = match &node["type"] {
        Value::String(kind) => vec![kind.as_str()],
        Value::Array(kinds) => kinds.iter().map(|kind| kind.as_str().unwrap()).collect(),
        _ => vec!["any"],
    };
    kinds.into_iter().map(|kind| word(kind, node, shown)).collect::<Vec<_>>().join(" or ")
}

fn word(kind: &str, node: &Value, shown: &mut Vec<String>) -> String {
    match kind {
        "array" => format!("list of {}", words(&node["items"], shown)),
        "object" if node["additionalProperties"].is_object() => {
            format!("object of {}", words(&node["additionalProperties"], shown))
        }
        "object" => "object".to_owned(),
        "string" if node["format"] == "date-time" => "time".to_owned(),
        "string" => "text".to_owned(),
        "integer" | "number" => "number".to_owned(),
        "boolean" => "`true` or `false`".to_owned(),
        "null" => "`null`".to_owned(),
        "any" => "any JSON".to_owned(),
        other => panic!("what is `{other}`?"),
    }
}

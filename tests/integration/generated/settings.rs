//! The tables of the settings, made of `config/keyreach.toml`: its comments are their text, and a column of a comment
//! names the flag and the variable.

/// The tables, one a part of the file.
pub(super) fn tables(file: &str) -> String {
    let (mut tables, mut comment) = (String::new(), Vec::new());
    for line in file.lines().map(str::trim_end) {
        if let Some(part) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            tables += &format!(
                "\n### `[{part}]`\n\n| setting | default | flag | variable | meaning |\n\
                 | --- | --- | --- | --- | --- |\n"
            );
            comment.clear();
        } else if let Some((name, value)) = setting(line) {
            // A setting that is commented out has no default; the value shows what could stand there.
            let value = if line.starts_with('#') { String::new() } else { format!("`{value}`") };
            tables += &row(name, &value, &comment);
            comment.clear();
        } else if let Some(text) = line.strip_prefix("# ") {
            // Parties that are trusted are lists of tables: the page tells of them in words.
            if text.starts_with("[[") {
                break;
            }
            comment.push(text.to_owned());
        } else {
            comment.clear();
        }
    }
    tables
}

/// `name = value`, perhaps commented out.
fn setting(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.trim_start_matches("# ").split_once(" = ")?;
    name.chars().all(|c| c.is_ascii_lowercase() || c == '_').then_some((name, value))
}

fn row(name: &str, value: &str, comment: &[String]) -> String {
    let (mut words, mut flag, mut variable) = (Vec::new(), String::new(), String::new());
    for line in comment {
        let mut columns = line.split("  ").map(str::trim).filter(|column| !column.is_empty());
        words.extend(columns.next().map(str::to_owned));
        for column in columns {
            let place = if column.starts_with("--") { &mut flag } else { &mut variable };
            *place = format!("`{column}`");
        }
    }
    format!("| `{name}` | {value} | {flag} | {variable} | {} |\n", words.join(" ").replace('|', "\\|"))
}

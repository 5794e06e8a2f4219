//! Parses policy documents and prints each back; says where the JSON value or the tree is not the same.
//! Usage: print_back FILE…
#![expect(clippy::print_stdout, reason = "an example program; its output is its purpose")]
#![expect(clippy::disallowed_methods, reason = "an example program reads the files it is given")]

use keyreach_policy::syntax::Document;

fn problem(text: &str) -> Option<String> {
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => return Some(error.to_string()),
    };
    let printed = document.to_string();
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    if value(text) != value(&printed) {
        return Some(format!("prints back as another value: {printed}"));
    }
    let again = Document::parse(&printed);
    (again.as_ref() != Ok(&document)).then(|| format!("reads back as another tree: {again:?}"))
}

fn main() -> std::io::Result<()> {
    let (mut files, mut failed) = (0, 0);
    for path in std::env::args().skip(1) {
        files += 1;
        if let Some(problem) = problem(&std::fs::read_to_string(&path)?) {
            failed += 1;
            println!("{path}: {problem}");
        }
    }
    println!("{files} documents, {failed} failed");
    Ok(())
}

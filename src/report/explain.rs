//! The pages of the checks, for terminals and as Markdown: what each finds, why it matters, how to fix it, what it
//! cannot see, and the controls it speaks to.

use std::fmt::Write;

use crate::{
    check::{ALL, Meta},
    framework,
};

/// The page of one check, wrapped to so many columns.
#[must_use]
pub fn page(meta: &Meta, width: usize) -> String {
    let mut page = format!("{}\n{}\n", meta.id, wrapped(meta.title, width, 2));
    for (heading, text) in parts(meta) {
        page += &format!("\n{heading}\n{}\n", wrapped(&text, width, 2));
    }
    page += "\nFrameworks\n";
    let controls = controls(meta);
    if controls.is_empty() {
        page += "  None of those that Keyreach knows speaks of this.\n";
    }
    for line in controls {
        page += &wrapped(&line, width, 2);
        page.push('\n');
    }
    page
}

/// The pages of all checks.
#[must_use]
pub fn book(width: usize) -> String {
    let pages: Vec<String> = ALL.iter().map(|check| page(check.meta(), width)).collect();
    pages.join(&format!("\n{}\n\n", "-".repeat(width.min(72))))
}

/// The pages of all checks as one Markdown document.
#[must_use]
pub fn markdown() -> String {
    let mut book =
        "# Checks\n\nWhat each check finds, why it matters, how to fix it, and what it cannot see. \
                    `keyreach explain CHECK-ID` prints one page.\nGenerated from the checks themselves.\n\n"
            .to_owned();
    for check in ALL {
        let meta = check.meta();
        // Writing to a string cannot fail.
        let _ = writeln!(book, "- [`{}`](#{}): {}", meta.id, meta.id, escaped(meta.title));
    }
    for check in ALL {
        let meta = check.meta();
        let _ = write!(book, "\n## {}\n\n{}.\n", meta.id, escaped(meta.title));
        for (heading, text) in parts(meta) {
            let _ = write!(book, "\n**{heading}.** {}\n", escaped(&text));
        }
        let controls: Vec<String> = controls(meta).iter().map(|line| escaped(line)).collect();
        if !controls.is_empty() {
            let _ = write!(book, "\n**Frameworks.** {}.\n", controls.join("; "));
        }
    }
    book
}

fn parts(meta: &Meta) -> [(&'static str, String); 5] {
    [
        ("Severity", format!("Usually {}; the facts decide.", meta.severity.as_str())),
        ("Finds", meta.finds.to_owned()),
        ("Why it matters", meta.matters.to_owned()),
        ("How to fix it", meta.fix.to_owned()),
        ("What it cannot see", meta.blind.to_owned()),
    ]
}

/// One line a framework and source: `CIS-AWS-5.0.0: 3.6 (AWS Security Hub, control KMS.4)`.
fn controls(meta: &Meta) -> Vec<String> {
    let line = |(framework, mapping, controls): framework::Controls| {
        let source = if mapping.source == "own" { "our own mapping" } else { &mapping.source };
        let only: String =
            mapping.only.iter().map(|(fact, sort)| format!(", where the {fact} is {sort}")).collect();
        format!("{}: {} ({source}{only})", framework.id, controls.join(", "))
    };
    framework::spoken_to(meta.id, meta.topic).into_iter().map(line).collect()
}

/// Lines of at most so many columns, each moved in. The pages are written in Latin letters
/// (a test sees to it), so a character is a column.
fn wrapped(text: &str, width: usize, indent: usize) -> String {
    let room = width.saturating_sub(indent).max(20);
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { continue };
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= room {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    let moved: Vec<String> = lines.iter().map(|line| format!("{:indent$}{line}", "")).collect();
    moved.join("\n")
}

/// Text that Markdown shows as it is.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '*' | '<' | '[' | ']' | '_' | '\\') {
            shown.push('\\');
        }
        shown.push(character);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{ALL, book, escaped, page, wrapped};

    #[test]
    fn lines_keep_to_the_width() {
        assert_eq!(wrapped("one two three four five six", 22, 2), "  one two three four\n  five six");
        // Below U+0300 nothing is wide, and nothing combines with what stands before it.
        assert!(book(60).chars().all(|character| character < '\u{300}' || character == '…'));
        for line in book(60).lines() {
            assert!(line.chars().count() <= 60 || !line.trim().contains(' '), "{line}");
        }
    }

    #[test]
    fn a_page_has_every_part() {
        for check in ALL {
            let page = page(check.meta(), 80);
            for part in ["Finds", "Why it matters", "How to fix it", "What it cannot see", "Frameworks"] {
                assert!(page.contains(part), "{}: {part}", check.meta().id);
            }
        }
        assert_eq!(escaped("kms:* [x]"), r"kms:\* \[x\]");
    }
}

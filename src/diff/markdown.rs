//! A diff for pull requests and job summaries. Foreign text stands in code spans alone: there it is neither markup
//! nor a link nor a mention.

use std::io::{self, Write};

use super::{
    Diff,
    words::{sections, summary},
};
use crate::report::text::Visible;

/// Writes a diff in Markdown.
///
/// # Errors
/// When nothing can be written.
pub fn render(diff: &Diff, out: &mut dyn Write) -> io::Result<()> {
    let (old, new) = (code(&diff.old.taken_at), code(&diff.new.taken_at));
    writeln!(out, "## KMS keys from {old} to {new}\n\n{}", summary(diff))?;
    if !diff.notes.is_empty() {
        writeln!(out)?;
    }
    diff.notes.iter().try_for_each(|note| writeln!(out, "- Note: {}", code(note)))?;
    for section in sections(diff) {
        writeln!(out, "\n### {}\n", section.title)?;
        for thing in &section.things {
            writeln!(out, "- {}", code(&thing.line))?;
            for (label, text) in &thing.below {
                let (deeper, label) =
                    if label.is_empty() { ("  ", String::new()) } else { ("", format!("{label} ")) };
                writeln!(out, "  {deeper}- {label}{}", code(text))?;
            }
        }
    }
    Ok(())
}

/// A code span that its text cannot leave: fenced by more backticks than stand in it.
fn code(text: &str) -> String {
    let text = Visible(text).to_string();
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.is_empty() || text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn no_text_leaves_its_span() {
        for (text, span) in [
            ("a", "`a`"),
            ("a`b", "``a`b``"),
            ("`` <img> @all", "``` `` <img> @all ```"),
            ("a\n# b", r"`a\n# b`"),
            ("", "`  `"),
        ] {
            assert_eq!(code(text), span);
        }
    }
}

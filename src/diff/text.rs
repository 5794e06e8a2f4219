//! A diff for terminals: aligned, and safe for any of them.

use std::io::{self, Write};

use super::{
    Diff,
    words::{sections, summary},
};
use crate::report::text::Visible;

/// Writes a diff in words.
///
/// # Errors
/// When nothing can be written.
pub fn render(diff: &Diff, out: &mut dyn Write) -> io::Result<()> {
    let (old, new) = (&diff.old.taken_at, &diff.new.taken_at);
    writeln!(out, "{} to {}: {}", Visible(old), Visible(new), summary(diff))?;
    diff.notes.iter().try_for_each(|note| writeln!(out, "note: {}", Visible(note)))?;
    for section in sections(diff) {
        writeln!(out, "\n{}", section.title)?;
        for thing in &section.things {
            writeln!(out, "  {}", Visible(&thing.line))?;
            for (label, text) in &thing.below {
                let deeper = if label.is_empty() { "  " } else { "" };
                writeln!(out, "      {label:8}  {deeper}{}", Visible(text))?;
            }
        }
    }
    Ok(())
}

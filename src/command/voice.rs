//! What the tool says to people: on stderr, one line a thing, safe for any terminal.

use std::io::{self, Write};

use crate::report::text::Visible;

/// Says one line. A closed stderr is nobody's failure.
pub(super) fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "keyreach: {}", Visible(line));
}

/// Says what went wrong, from the outermost cause to the innermost.
pub(super) fn error(error: &anyhow::Error) {
    let causes: Vec<String> = error.chain().map(|cause| cause.to_string().trim_end().to_owned()).collect();
    // A settings file's error draws the place over several lines; each is made safe by itself.
    for (at, line) in causes.join(": ").lines().enumerate() {
        if at == 0 {
            say(&format!("error: {line}"));
        } else {
            let _ = writeln!(io::stderr().lock(), "  {}", Visible(line));
        }
    }
}

//! What the tool says to people: on stderr, one line a thing, safe for any terminal.

use std::io::{self, Write};

use crate::{outcome::Outcome, report::text::Visible};

/// Prints, and ends as the verb would. A reader of stdout who has seen enough is nobody's failure, and changes no
/// verdict.
pub(super) fn print(
    outcome: Outcome,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<Outcome> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = write(&mut out).and_then(|()| Ok(out.flush()?));
    // What is left in the buffer has no reader: the buffer must not try again.
    let _ = out.into_parts();
    match written {
        Err(error) if !is_closed_pipe(&error) => Err(error),
        _ => Ok(outcome),
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let kind = |cause: &(dyn std::error::Error + 'static)| {
        let of_json = || cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
        cause.downcast_ref::<io::Error>().map(io::Error::kind).or_else(of_json)
    };
    error.chain().any(|cause| kind(cause) == Some(io::ErrorKind::BrokenPipe))
}

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

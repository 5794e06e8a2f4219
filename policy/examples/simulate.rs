//! Reads cases, one JSON object a line, from standard input and writes one answer a line.
//! With `--trace` each answer tells what every statement said.
#![expect(clippy::print_stdout, reason = "an example program; its output is its purpose")]

use std::io::{self, BufRead};

use keyreach_policy::simulate::{Detail, answer};

fn main() -> io::Result<()> {
    let trace = std::env::args().any(|argument| argument == "--trace");
    let detail = if trace { Detail::Trace } else { Detail::Decision };
    for line in io::stdin().lock().lines() {
        println!("{}", serde_json::to_string(&answer(&line?, detail))?);
    }
    Ok(())
}

//! Variables of the environment that look like settings and are none: a setting that is misspelled is not in force.

use std::{collections::BTreeSet, env};

use clap::{Command, CommandFactory};

use super::voice;
use crate::cli::Cli;

/// What all variables of the tool begin with.
const START: &str = "KEYREACH_";

/// Says which variables nothing reads.
pub(super) fn warn_of_strangers() {
    let strangers: Vec<String> = env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with(START))
        .collect();
    if strangers.is_empty() {
        return;
    }
    let known = known(&Cli::command());
    for name in strangers.iter().filter(|name| !known.contains(*name)) {
        let near = known.iter().max_by(|one, other| {
            let likeness = |of: &String| strsim::normalized_damerau_levenshtein(of, name);
            likeness(one).total_cmp(&likeness(other))
        });
        let hint = near.map(|near| format!("; there is {near}")).unwrap_or_default();
        voice::say(&format!("the variable `{name}` is not one that keyreach reads{hint}"));
    }
}

/// Every variable that some flag reads.
fn known(command: &Command) -> BTreeSet<String> {
    let own = command.get_arguments().filter_map(|flag| flag.get_env()?.to_str().map(str::to_owned));
    command.get_subcommands().flat_map(known).chain(own).collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::{Cli, known};

    #[test]
    fn variables_are_known_from_the_flags() {
        let known = known(&Cli::command());
        assert!(known.contains("KEYREACH_FAIL_ON") && known.contains("KEYREACH_EXTERNAL_ID"), "{known:?}");
        assert!(known.iter().all(|name| name.starts_with(super::START)), "{known:?}");
    }
}

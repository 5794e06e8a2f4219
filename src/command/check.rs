//! `keyreach check`: judges key policy documents before they are deployed: what AWS would refuse, what it would accept
//! without effect, who outside could use the key, and whether nobody could govern it.

use std::{borrow::Cow, collections::BTreeMap, path::Path};

use jiff::Timestamp;
use keyreach_policy::{Policy, check::check};
use serde::{Deserialize, de::IgnoredAny};

use super::{input, reports, settings, voice};
use crate::{
    assess::bare::{Surroundings, judge},
    cli::{CheckArgs, CheckFormat},
    config::{JudgementSettings, raw::RawSettings},
    outcome::Outcome,
    report::checked::{Checked, render_json},
};

/// What is read.
const FORMS: &str = "key policies are read as JSON, bare or as `aws kms get-key-policy` prints them, and not inside a \
                     template or plan";

pub(super) fn run(args: &CheckArgs) -> anyhow::Result<Outcome> {
    let settings = settings::resolve((RawSettings::default(), args.config.clone()))?.judgement;
    let about = Surroundings { account: args.account, organization: args.organization.clone() };
    let (mut all, mut unread) = (Vec::new(), false);
    for path in &args.files {
        // One file that cannot be read does not keep the others from being checked.
        match input::text(path) {
            Ok(text) => {
                if is_something_else(&text) {
                    voice::say(&format!("`{}` is not a key policy: {FORMS}", path.display()));
                }
                all.push(checked(path, &text, &about, &settings));
            }
            Err(error) => {
                voice::error(&error);
                unread = true;
            }
        }
    }
    let threshold = reports::threshold(args.fail_on);
    let outcome = match unread {
        true => Outcome::CouldNotRun,
        false if all.iter().any(|one| one.fails(threshold)) => Outcome::Findings,
        false => Outcome::Done,
    };
    voice::print(outcome, |out| {
        match args.format {
            CheckFormat::Text => all.iter().try_for_each(|one| one.render(threshold, out))?,
            CheckFormat::Json => render_json(&all, out)?,
        }
        Ok(())
    })
}

fn checked(path: &Path, text: &str, about: &Surroundings, settings: &JudgementSettings) -> Checked {
    let (text, member) = document(text);
    let policy = Policy::parse(&text).ok();
    Checked {
        file: path.display().to_string(),
        member,
        complaints: check(&text),
        bare: policy.map(|policy| judge(&policy, &text, about, settings, Timestamp::now())),
        text: text.into_owned(),
    }
}

/// The policy itself, and the member that holds it as a text. GetKeyPolicy answers with such a member; as text, the
/// AWS CLI prints the policy and its name with a tab between them.
fn document(text: &str) -> (Cow<'_, str>, Option<&'static str>) {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(rename = "Policy")]
        policy: String,
    }
    if let Ok(Answer { policy }) = serde_json::from_str(text) {
        return (Cow::Owned(policy), Some("Policy"));
    }
    let named = ["default", "AWS_RAM"].into_iter().find_map(|name| text.trim_end().strip_suffix(name));
    (Cow::Borrowed(named.and_then(|rest| rest.strip_suffix('\t')).unwrap_or(text)), None)
}

/// Whether a text is no JSON object at all, or one of another kind: a policy that is broken begins like one.
fn is_something_else(text: &str) -> bool {
    const SIGNS: [&str; 4] = ["AWSTemplateFormatVersion", "Resources", "resource_changes", "planned_values"];
    let members = || serde_json::from_str::<BTreeMap<String, IgnoredAny>>(text);
    !text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
        || members().is_ok_and(|members| SIGNS.iter().any(|sign| members.contains_key(*sign)))
}

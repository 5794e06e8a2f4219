//! `keyreach simulate`: answers authorization requests from files, for programs a line each, for people with
//! what every statement said.

use std::{
    io::{self, BufRead, BufReader, Write},
    path::Path,
};

use anyhow::Context;
use keyreach_policy::{
    Outcome as Said, Unmet,
    simulate::{Answer, Decided, Detail, Result as Answered, TraceStep, answer},
};

use super::{input, voice};
use crate::{cli::SimulateArgs, outcome::Outcome, report::text::Visible};

pub(super) fn run(args: &SimulateArgs) -> anyhow::Result<Outcome> {
    match (&args.batch, &args.case) {
        (Some(batch), _) => answer_each(batch),
        (None, Some(case)) => answer_one(case, args.json),
        (None, None) => Ok(Outcome::Usage),
    }
}

/// One answer a line, in the order of the cases; a malformed case is answered with what is wrong with it.
fn answer_each(path: &Path) -> anyhow::Result<Outcome> {
    let told = || format!("cannot read `{}`", path.display());
    let cases = BufReader::new(input::open(path)?);
    voice::print(Outcome::Done, |out| {
        for line in cases.split(b'\n') {
            let line = line.with_context(told)?;
            write_json(out, &answer(&String::from_utf8_lossy(&line), Detail::Decision))?;
        }
        Ok(())
    })
}

fn answer_one(path: &Path, json: bool) -> anyhow::Result<Outcome> {
    let text = input::text(path)?;
    let answer = answer(&text, Detail::Trace);
    let outcome = match answer.result {
        Answered::Decided(_) => Outcome::Done,
        Answered::Malformed { .. } => Outcome::Usage,
    };
    voice::print(outcome, |out| {
        match &answer.result {
            _ if json => write_json(out, &answer)?,
            Answered::Decided(decided) => write_words(out, decided)?,
            Answered::Malformed { error } => voice::say(&format!("error: `{}`: {error}", path.display())),
        }
        Ok(())
    })
}

fn write_json(out: &mut dyn Write, answer: &Answer) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *out, answer)?;
    Ok(writeln!(out)?)
}

fn write_words(out: &mut dyn Write, decided: &Decided) -> io::Result<()> {
    writeln!(out, "{}", decided.decision)?;
    if decided.lower != decided.upper {
        let rules = decided.depends_on.join(", ");
        writeln!(
            out,
            "  at the strictest {}, at the most permissive {}: {rules}",
            decided.lower, decided.upper
        )?;
    }
    for by in &decided.decided_by {
        writeln!(out, "  decided by {} {}", by.policy, Visible(&by.statement))?;
    }
    let steps = decided.trace.iter().flatten();
    let width = steps.clone().map(|step| step.policy.len()).max().unwrap_or(0);
    for step in steps {
        let statement = Visible(&step.statement).to_string();
        writeln!(out, "{:width$}  {statement:<24} {:5}  {}", step.policy, step.effect, words(step))?;
    }
    Ok(())
}

fn words(step: &TraceStep) -> String {
    match &step.outcome {
        Said::Applies { via } if via.is_empty() => "applies".to_owned(),
        Said::Applies { via } => format!("applies, through {}", via.join(", ").replace('_', " ")),
        Said::NotConcerned { reason } => format!("does not concern the request: {}", spoken(reason)),
        Said::Ineffective { lacks } => format!("has no effect: no {}", lacks.replace('_', " ")),
        Said::ActionMismatch => "covers other actions".to_owned(),
        Said::PrincipalMismatch => "covers other principals".to_owned(),
        Said::PrincipalElement => "its principals are none that this kind of policy can have".to_owned(),
        Said::ResourceMismatch => "covers other resources".to_owned(),
        Said::ConditionUnmet { operator, key, reason } => {
            format!("{} {}: {}", Visible(operator), Visible(key), unmet(*reason))
        }
        Said::GrantMismatch { reason } => format!("does not give it: {}", spoken(reason)),
    }
}

fn unmet(reason: Unmet) -> &'static str {
    match reason {
        Unmet::KeyAbsent => "the request does not have the key",
        Unmet::KeyPresent => "the request has the key",
        Unmet::NeedsSetOperator => "a key of several values needs `ForAllValues:` or `ForAnyValue:`",
        Unmet::Value => "the value does not fit",
        Unmet::UnknownOperator => "AWS knows no such operator",
    }
}

/// An enumerated reason as words.
fn spoken(reason: &impl serde::Serialize) -> String {
    match serde_json::to_value(reason) {
        Ok(serde_json::Value::String(name)) => name.replace('_', " "),
        Ok(value) => value.to_string(),
        Err(error) => error.to_string(),
    }
}

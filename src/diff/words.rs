//! A diff in words, for every format that people read: headings, things, and lines below each. Foreign text stands
//! in them as it came; the formats make it safe.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Change, Diff, Direction, FindingChange, FindingKind, GrantChange, KeyChange, KeyName, Level,
    PolicyChange, ReachChange, Seen, Shift, StatementChange,
};

/// A heading with what stands under it.
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) things: Vec<Thing>,
}

/// One thing: its line, and what changed about it as label and text.
pub(super) struct Thing {
    pub(super) line: String,
    pub(super) below: Vec<(&'static str, String)>,
}

/// More values than this are counted.
const SHOWN: usize = 6;

/// The whole diff in a line.
pub(super) fn summary(diff: &Diff) -> String {
    if diff.is_empty() {
        return "nothing changed".to_owned();
    }
    let of = &diff.summary;
    let exposure = told("exposure", &[(of.widened, "widened"), (of.narrowed, "narrowed")]);
    let keys = told(
        "keys",
        &[
            (of.keys_new, "new"),
            (of.keys_gone, "gone"),
            (of.keys_changed, "changed"),
            (of.keys_not_seen, "not seen"),
            (of.keys_unread, "less readable"),
        ],
    );
    let findings = told(
        "findings",
        &[
            (of.findings_new, "new"),
            (of.findings_closed, "closed"),
            (of.findings_changed, "changed"),
            (of.findings_unsettled, "unsettled"),
        ],
    );
    let parts: Vec<String> = [exposure, keys, findings].into_iter().flatten().collect();
    if parts.is_empty() { "other cells were listed".to_owned() } else { parts.join("; ") }
}

fn told(what: &str, counts: &[(usize, &str)]) -> Option<String> {
    let some: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    (!some.is_empty()).then(|| format!("{what}: {}", some.join(", ")))
}

/// The sections that have something to say, what is most urgent first.
pub(super) fn sections(diff: &Diff) -> Vec<Section> {
    let keys = &diff.keys;
    let all = || keys.new.iter().chain(&keys.changed);
    let seen = |cells: &[Seen], sides| cells.iter().map(|of| cell(of, sides)).collect::<Vec<_>>();
    let findings = |of: &[FindingChange]| of.iter().map(finding).collect::<Vec<_>>();
    let sections = [
        ("Widened", all().filter(|key| key.widened).map(key).collect()),
        ("Changed", keys.changed.iter().filter(|key| !key.widened).map(key).collect()),
        ("New keys", keys.new.iter().filter(|key| !key.widened).map(key).collect()),
        ("Keys that are gone", keys.gone.iter().map(|of| bare(name(of))).collect()),
        (
            "Keys that were not seen",
            keys.not_seen.iter().map(|of| bare(format!("{}  {}", name(&of.key), of.why))).collect(),
        ),
        (
            "Keys of which less could be read",
            keys.unread
                .iter()
                .map(|of| bare(format!("{}  {}", name(&of.key), of.facts.join(", "))))
                .collect(),
        ),
        ("Cells no longer listed", seen(&diff.coverage.no_longer_listed, ["NEW", "OLD"])),
        ("Cells listed for the first time", seen(&diff.coverage.newly_listed, ["OLD", "NEW"])),
        ("New findings", findings(&diff.findings.new)),
        ("Closed findings", findings(&diff.findings.closed)),
        ("Changed findings", findings(&diff.findings.changed)),
        ("Findings of which NEW cannot tell", unsettled(&diff.findings.unsettled)),
    ];
    let section = |(title, things): (&'static str, Vec<Thing>)| Section { title, things };
    sections.into_iter().map(section).filter(|section| !section.things.is_empty()).collect()
}

fn bare(line: String) -> Thing {
    Thing { line, below: Vec::new() }
}

fn name(key: &KeyName) -> String {
    if key.aliases.is_empty() {
        key.arn.clone()
    } else {
        format!("{}  ({})", key.arn, key.aliases.join(", "))
    }
}

/// Which run could not list a cell, and what the other found there.
fn cell(seen: &Seen, [blind, seeing]: [&str; 2]) -> Thing {
    let keys = match seen.keys {
        1 => "1 key".to_owned(),
        count => format!("{count} keys"),
    };
    bare(format!("{} {}  {blind}: {}; {seeing}: {keys}", seen.account_id, seen.region, seen.why))
}

/// What was lost by name, then what was not read. Of an older version, in which each check told its own doubt, the
/// checks are counted, a line for each thing that they are about.
fn unsettled(findings: &[FindingChange]) -> Vec<Thing> {
    let mut checks: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let (unread, doubts): (Vec<&FindingChange>, Vec<&FindingChange>) =
        findings.iter().filter(|of| !of.found_by_old).partition(|of| of.check == "fact-unread");
    for of in doubts {
        checks.entry(about(of)).or_default().insert(&of.check);
    }
    let line = |(about, checks): (String, BTreeSet<&str>)| match checks.len() {
        1 => bare(format!("{about}  1 check cannot tell")),
        count => bare(format!("{about}  {count} checks cannot tell")),
    };
    let found = findings.iter().filter(|of| of.found_by_old).map(finding);
    let unread = unread.into_iter().map(|of| bare(format!("{}  {}", about(of), of.title)));
    found.chain(unread).chain(checks.into_iter().map(line)).collect()
}

fn about(finding: &FindingChange) -> String {
    let region = finding.region.as_deref().unwrap_or_default();
    let place = format!("{} {region}", finding.account_id);
    finding.key_arn.clone().unwrap_or_else(|| place.trim_end().to_owned())
}

fn finding(finding: &FindingChange) -> Thing {
    let about = about(finding);
    let why = match finding.kind {
        FindingKind::New | FindingKind::Closed | FindingKind::Changed => "",
        FindingKind::FirstSeen => "  OLD could not tell",
        FindingKind::KeyGone => "  the key is gone",
        FindingKind::Unknown => "  OLD found it; a fact was not read",
        FindingKind::NotSeen => "  OLD found it; it was not seen",
    };
    let accepted = if finding.status == "accepted" { "  accepted" } else { "" };
    Thing {
        line: format!("{:8}  {}  {about}{accepted}{why}", finding.severity, finding.check),
        below: finding.changes.iter().map(|of| ("", change(of))).collect(),
    }
}

fn key(of: &KeyChange) -> Thing {
    let mut below = Vec::new();
    below.extend(of.exposure.iter().map(|of| ("exposure", level(of))));
    below.extend(of.reaches.iter().map(|of| ("way in", reach(of))));
    below.extend(of.grants.iter().map(|of| ("grant", grant(of))));
    below.extend(of.services.iter().map(|of| {
        let guard = if of.guarded { "guarded" } else { "for anybody it acts for" };
        ("service", part(of.kind, &format!("{}  {guard}", of.principal), &of.changes))
    }));
    below.extend(of.lockout.iter().map(|of| ("lockout", level(of))));
    below.extend(of.writers.iter().map(|of| {
        let words = format!("{} through {}", of.principal, of.via);
        ("writer", part(of.kind, &words, &of.changes))
    }));
    of.policies.iter().for_each(|of| below.extend(policy(of)));
    below.extend(of.facts.iter().map(|of| ("fact", change(of))));
    let seen = if of.first_seen { "  not seen before" } else { "" };
    Thing { line: format!("{}{seen}", name(&of.key)), below }
}

fn level(of: &Level) -> String {
    let apart = match of.direction {
        Direction::Widened => "  widened",
        Direction::Narrowed => "  narrowed",
        Direction::Worse => "  worse",
        Direction::Better => "  better",
        Direction::NowKnown | Direction::NoLongerKnown => "",
    };
    match &of.old {
        Some(old) => format!("{old} -> {}{apart}", of.new),
        None => of.new.clone(),
    }
}

fn reach(of: &ReachChange) -> String {
    let conditions = if of.conditions.is_empty() {
        String::new()
    } else {
        format!("  if {}", of.conditions.join(" and "))
    };
    let words = format!(
        "{} {} by {}  through {}{conditions}",
        of.zone,
        short(&of.actions),
        of.principal,
        of.via.join(", ")
    );
    part(of.kind, &words, &of.changes)
}

fn grant(of: &GrantChange) -> String {
    let grantee = of.grantee.as_deref().unwrap_or("nobody");
    let words = format!("{} {} to {grantee}  {}", of.zone, short(&of.operations), of.grant_id);
    part(of.kind, &words, &of.changes)
}

fn policy(of: &PolicyChange) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    match of.kind {
        Shift::New => lines.push(("policy", format!("+ {}", of.name))),
        Shift::Gone => lines.push(("policy", format!("- {}", of.name))),
        _ if of.statements.is_empty() && of.changes.is_empty() => {
            let words = match (of.old_is_readable, of.new_is_readable) {
                (true, false) => "is no longer a policy that can be read",
                (false, true) => "can be read as a policy now",
                _ => "is another text",
            };
            lines.push(("policy", format!("~ {} {words}", of.name)));
        }
        _ => {}
    }
    for statement in &of.statements {
        let of_whom = if of.name == "default" { String::new() } else { format!(" of {}", of.name) };
        let words = format!("statement {}{of_whom}", statement.statement);
        lines.push(("policy", format!("{} {words}", sign(statement.kind))));
        lines.extend(members(statement).iter().map(|of| ("", change(of))));
    }
    lines.extend(of.changes.iter().map(|of| ("policy", change(of))));
    lines
}

/// The Sid of a statement that came or went is in its name.
fn members(statement: &StatementChange) -> Vec<&Change> {
    let is_named = statement.kind != Shift::Changed;
    statement.changes.iter().filter(|of| !(is_named && of.name == "Sid")).collect()
}

/// What became of a part, what it is, and what differs in it.
fn part(kind: Shift, words: &str, changes: &[Change]) -> String {
    let differing: Vec<String> = changes.iter().map(change).collect();
    let differing =
        if differing.is_empty() { String::new() } else { format!("  [{}]", differing.join("; ")) };
    let seen = if kind == Shift::FirstSeen { "  not known before" } else { "" };
    format!("{} {words}{differing}{seen}", sign(kind))
}

fn sign(kind: Shift) -> char {
    match kind {
        Shift::New | Shift::FirstSeen => '+',
        Shift::Gone => '-',
        Shift::Widened => '>',
        Shift::Narrowed => '<',
        Shift::Changed => '~',
    }
}

/// A member: `state: Enabled -> Disabled`, `Action: + kms:Decrypt - kms:Encrypt`.
fn change(of: &Change) -> String {
    if let ([old], [new]) = (of.removed.as_slice(), of.added.as_slice()) {
        return format!("{}: {} -> {}", of.name, quoted(old), quoted(new));
    }
    let signed = |sign: &str, values: &[String]| match values {
        [] => String::new(),
        values => format!(" {sign} {}", short(values)),
    };
    format!("{}:{}{}", of.name, signed("+", &of.added), signed("-", &of.removed))
}

/// The first of many values.
pub(super) fn short(values: &[String]) -> String {
    let shown: Vec<&str> = values.iter().take(SHOWN).map(|value| quoted(value)).collect();
    let more = values.len().saturating_sub(SHOWN);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

/// An empty text would not be seen.
fn quoted(value: &str) -> &str {
    if value.is_empty() { "\"\"" } else { value }
}

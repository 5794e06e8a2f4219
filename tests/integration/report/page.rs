//! The page as a page: nothing from outside, nothing inline, complete without script, no row lost in silence.

use base64::{Engine, prelude::BASE64_STANDARD};
use keyreach::{
    assess::{Assessment, assess},
    config::{Format, JudgementSettings, Settings},
    report::{Report, parts},
    snapshot::{
        Snapshot,
        cell::Visit,
        gap::{Fact, GapKind},
        organization::Entry,
    },
};
use sha2::{Digest, Sha256};

use super::{html, rendered};
use crate::example::{self, MEMBER};

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap();
    rest.split_once(end).unwrap().0
}

#[test]
fn the_policy_of_the_page_names_just_its_own_style_and_script() {
    let page = html(&example::snapshot());
    let hash = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
    let policy = between(&page, r#"Content-Security-Policy" content=""#, "\"").replace("&#39;", "'");
    let expected = format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data:; base-uri 'none'; form-action 'none'",
        hash(between(&page, "<script>", "</script>")),
        hash(between(&page, "<style>", "</style>"))
    );
    assert_eq!(policy, expected);
    let (before, _) = page.split_once("Content-Security-Policy").unwrap();
    assert!(!before.contains("<style") && !before.contains("<script"), "the policy comes first");
}

#[test]
fn nothing_is_inline_and_nothing_is_fetched() {
    let page = html(&example::snapshot());
    let style = between(&page, "<style>", "</style>");
    let script = between(&page, "<script>", "</script>");
    let markup = page.replace(style, "").replace(script, "");
    let data = between(&page, r#"<script type="application/octet-stream" id="data">"#, "</script>");
    assert!(data.chars().all(|c| c.is_ascii_alphanumeric() || "+/= ".contains(c)), "base64 and blanks");
    for forbidden in
        [" style=", " src=", "http://", "https://", "<link", "<iframe", "<form", " onclick", " onload"]
    {
        assert!(!markup.contains(forbidden), "{forbidden}");
    }
    for forbidden in
        ["innerHTML", "eval(", "fetch(", "XMLHttpRequest", "insertAdjacentHTML", "document.write"]
    {
        assert!(!script.contains(forbidden), "{forbidden}");
    }
    assert!(!style.contains("url(") && !style.contains("@import"));
}

#[test]
fn the_page_is_built_for_every_reader() {
    let page = html(&example::snapshot());
    for part in
        [r#"<html lang="en">"#, r#"<main id="main">"#, r##"class="skip" href="#main""##, r#"role="status""#]
    {
        assert!(page.contains(part), "{part}");
    }
    assert_eq!(page.matches("<h1>").count(), 1);
    assert_eq!(page.matches("<table").count(), page.matches("<caption").count(), "a caption each");
    assert_eq!(
        page.matches("<th").count() - page.matches("<thead").count(),
        page.matches("<th scope=").count()
    );
}

#[test]
fn facts_stand_in_the_page_without_script() {
    let mut snapshot = example::snapshot();
    snapshot.cells[1].key_stores.items.push(example::key_store("cks-1"));
    let unnamed = &mut snapshot.cells[1].keys[0];
    unnamed.aliases.clear();
    unnamed.grants.gap = Some(example::gap("kms:ListGrants", "key-b", GapKind::Throttled));
    let page = html(&snapshot);
    for fact in [
        "KMS keys of organization",
        "o-a1b2c3d4e5, managed by account 000000000001",
        "2026-03-04 12:00 UTC",
        "arn:aws:sts::000000000001:assumed-role/audit/me",
        "keyreach 0.1.0",
        "arn:aws:iam::111122223333:role/keyreach-audit",
        "Root / Workloads",
        "alias/key-a",
        "no alias",
        "1 or more",
        "on, 365 days",
        "cks-1",
        "1 could not be judged.",
        "Of 2 keys, these can be governed: 2 by nobody any more.",
        "Nobody can change the key policy any more",
    ] {
        assert!(page.contains(fact), "{fact}");
    }
}

#[test]
fn an_alias_that_was_not_read_is_not_a_missing_one() {
    let mut snapshot = example::snapshot();
    snapshot.cells[1].keys[0].aliases.clear();
    snapshot.cells[1].gaps.push(example::gap("kms:ListAliases", MEMBER, GapKind::Denied));
    let page = html(&snapshot);
    assert!(page.contains("aliases not read"));
    assert!(!page.contains("no alias"));
}

#[test]
fn rotation_says_what_is_known_of_it() {
    let mut snapshot = example::snapshot();
    snapshot.cells[1].keys[0].rotation =
        Fact::Unknown(example::gap("kms:GetKeyRotationStatus", "key-b", GapKind::Denied));
    let page = html(&snapshot);
    assert!(page.contains("<td>on, 365 days</td>"));
    assert!(page.contains("<td>unknown</td>"));
    assert!(!page.contains("<td>off</td>"));
}

#[test]
fn more_keys_than_a_page_holds_are_counted_aloud() {
    let mut snapshot = example::snapshot();
    let keys = (0..2_500).map(|n| example::key(MEMBER, "us-east-1", &format!("many-{n:04}")));
    snapshot.cells[2].keys = keys.collect();
    let page = html(&snapshot);
    assert!(
        page.contains(
            "This page shows the first 600 of 2,502 keys. The other 1,902 keys are in report.json."
        )
    );
    let table = page.split("id=\"keys-table\"").nth(1).unwrap();
    assert!(table.contains("many-0597") && !table.contains("many-0598"));
    let whole = html(&example::snapshot());
    assert!(!whole.contains("This page shows the first"));
}

#[test]
fn controls_are_shown_where_findings_have_them() {
    let snapshot = example::snapshot();
    let mut assessment = assess(&snapshot, &JudgementSettings::default());
    assessment.findings.iter_mut().for_each(|finding| finding.frameworks.clear());
    assert!(!page_of(&snapshot, &assessment).contains("id=\"frameworks\""));
    assessment.findings[0].frameworks = vec!["CIS-AWS-5.0.0/3.6".to_owned()];
    let page = page_of(&snapshot, &assessment);
    for part in ["<h3>CIS-AWS-5.0.0</h3>", ">3.6</th>"] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn every_acceptance_is_shown_with_what_became_of_it() {
    let accept = |check: &str, alias: &str, expires: &str| {
        format!(
            "[[accept]]\ncheck = '{check}'\nalias = '{alias}'\nreason = '<known>'\nowner = 'security'\nticket = \
             'SEC-7'\nexpires = '{expires}'\n"
        )
    };
    let settings = accept("policy-locked-out", "alias/key-a", "2027-01-31")
        + &accept("policy-locked-out", "alias/none", "2027-01-31")
        + &accept("policy-locked-out", "alias/key-*", "2026-01-31");
    let settings = Settings::resolve(toml::from_str(&settings).unwrap(), None).unwrap();
    let snapshot = example::snapshot();
    assert!(!html(&snapshot).contains("id=\"accepted\""));
    let page = page_of(&snapshot, &assess(&snapshot, &settings.judgement));
    for part in [
        "<td>fits 1 finding</td>",
        "<b>unused: no finding fits it</b>",
        "<b>expired: 2 it fits count again</b>",
        "alias alias/none",
        "SEC-7",
    ] {
        assert!(page.contains(part), "{part}");
    }
    let accepted = page.split("id=\"accepted-caption\"").nth(1).unwrap();
    let accepted = accepted.split("</table>").next().unwrap();
    assert_eq!(accepted.matches("&#60;known&#62;").count(), 1);
}

fn page_of(snapshot: &Snapshot, assessment: &Assessment) -> String {
    let report = Report::new(snapshot, assessment).unwrap();
    let mut out = Vec::new();
    parts(&report, Format::Html).iter().for_each(|part| part.render(&mut out).unwrap());
    String::from_utf8(out).unwrap()
}

#[test]
fn only_our_own_style_and_script_skip_the_escaping() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut safe = Vec::new();
    for folder in [root.clone(), root.join("parts")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "html") {
                let text = std::fs::read_to_string(path).unwrap();
                safe.extend(text.lines().filter(|line| line.contains("safe")).map(str::to_owned));
            }
        }
    }
    // "safe" also stands in a sentence of the page, which is no filter.
    safe.retain(|line| line.contains('|'));
    assert_eq!(safe, ["<style>{{ style|safe }}</style>", "<script>{{ script|safe }}</script>"]);
}

/// The example organization, of which the first accounts refused the scan.
fn refused(accounts: usize) -> Snapshot {
    let mut snapshot = example::snapshot();
    let ids: Vec<_> = snapshot.accounts.iter().take(accounts).map(|account| account.id).collect();
    for account in snapshot.accounts.iter_mut().take(accounts) {
        account.entry = Entry::Refused;
        account.iam = None;
        account.gaps.push(example::gap("sts:AssumeRole", &account.id.to_string(), GapKind::Denied));
    }
    for cell in snapshot.cells.iter_mut().filter(|cell| ids.contains(&cell.account_id)) {
        cell.visit = Visit::Failed;
        cell.keys.clear();
    }
    snapshot
}

/// What reassures where nothing was read.
const REASSURING: [&str; 6] = [
    "No customer managed key was found",
    "nothing to govern",
    "The checks found nothing",
    "can be reached from outside its own account",
    "can be governed in more than one durable way",
    "could tell of everything",
];

#[test]
fn where_nothing_was_read_nothing_reassures() {
    let mut stopped = refused(2);
    stopped.scan.interrupted = true;
    stopped.accounts.iter_mut().for_each(|account| account.entry = Entry::NotStarted);
    stopped.cells.iter_mut().for_each(|cell| cell.visit = Visit::NotStarted);
    let mut throttled = refused(2);
    throttled.accounts.iter_mut().for_each(|account| account.entry = Entry::Role("arn".to_owned()));
    for snapshot in [refused(2), stopped, throttled] {
        let page = html(&snapshot);
        for words in REASSURING {
            assert!(!page.contains(words), "{words}");
        }
        let opening = between(&page, "<div class=\"opening\">", "<section class=\"verdict");
        assert_eq!(opening.matches("Nothing was read: no statement about any key can be made.").count(), 2);
        assert_eq!(opening.matches("keys of 2 accounts, of which nothing is known").count(), 2);
        assert_eq!(opening.matches("<rect class=\"unread\"").count(), 2);
        assert!(
            rendered(&snapshot, Format::Markdown).contains("**Nothing was read: no statement about any key")
        );
    }
}

#[test]
fn headlines_speak_of_what_was_read() {
    let page = html(&refused(1));
    let opening = between(&page, "<div class=\"opening\">", "<section class=\"verdict");
    assert_eq!(opening.matches("In the accounts that were read (1 of 2): ").count(), 2, "{opening}");
    assert_eq!(opening.matches("keys of 1 account, of which nothing is known").count(), 2);
    let summary = rendered(&refused(1), Format::Markdown);
    assert!(summary.contains("The keys of 1 of 2 accounts were listed; of the others nothing is known."));
    assert!(!html(&refused(0)).contains("of which nothing is known"));
    assert!(!rendered(&refused(0), Format::Markdown).contains("nothing is known"));
}

#[test]
fn keys_of_which_none_was_judged_are_not_called_governed() {
    let mut snapshot = example::snapshot();
    for key in snapshot.cells.iter_mut().flat_map(|cell| &mut cell.keys) {
        key.policy = Fact::Unknown(example::gap("kms:GetKeyPolicy", &key.arn, GapKind::Denied));
    }
    let page = html(&snapshot);
    let opening = between(&page, "<div class=\"opening\">", "<section class=\"verdict");
    assert_eq!(opening.matches("Of 2 keys, none could be judged.").count(), 2, "{opening}");
}

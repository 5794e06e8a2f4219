//! The shapes of documents: what is read, what is refused and where, what prints back, what `check` says.

use keyreach_policy::{
    check::{Level, check},
    syntax::{Document, Effect, Ineffective},
};

fn statement(members: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": [{{{members}}}]}}"#)
}

fn assert_prints_back(text: &str) {
    let document = Document::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let printed = document.to_string();
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(value(text), value(&printed));
    assert_eq!(Document::parse(&printed).as_ref(), Ok(&document));
}

#[test]
fn every_shape_that_was_ever_stored_prints_back() {
    for text in [
        r#"{"Statement": {"Effect": "Allow"}}"#,
        r#"{"Version": "2008-10-17", "Id": "", "Statement": []}"#,
        r#"{"Statement": [null, "not a statement", 7, {"Effect": "denY", "effects": null}]}"#,
        r#"{"statement": {"EFFECT": "Allow", "action": ["kms:*"], "notResource": []}, "Extra": {"a": [1.50e3]}}"#,
        r#"{"Version": 2012, "Statement": {"Effect": "Deny", "Sid": 1, "Principal": ["*"], "Action": 5}}"#,
        r#"{"Statement": {"Effect": "Deny", "Principal": {"AWS": ["a", null], "Service": "b"}, "Resource": ["x", null]}}"#,
        r#"{"Statement": {"Effect": "Deny", "Principal": {"AWS": [], "Service": ["*"], "Other": "x"}}}"#,
        r#"{"Statement": {"Effect": "Allow", "Condition": {"Bool": {"a": true, "b": ["x", false, 1, -2.5e-7]}, "StringEquals": {}}}}"#,
        r#"{"Statement": {"Effect": "Allow", "Condition": {"Bool": {"a": null}, "StringEquals": {"b": ["c"]}}}}"#,
        r#"{"Statement": {"Effect": "Allow", "Condition": ["x", {"y": {"z": 1}}], "Sid": "\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t\u0000"}}"#,
        r#"{"Statement": {"Effect": "Allow", "Condition": {}, "NotPrincipal": "*", "NotAction": "s3:*", "Resource": "*"}}"#,
    ] {
        assert_prints_back(text);
    }
}

#[test]
fn errors_name_their_place() {
    for (text, message) in [
        ("", "line 1, column 1: the text ends too early"),
        ("[]", "line 1, column 1: expected an object"),
        ("{\n  \"Id\": \"x\"\n}", "line 1, column 1: the document has no `Statement`"),
        ("{\"Statement\": [],\n \"Statement\": []}", "line 2, column 2: duplicate key `Statement`"),
        ("{\"Statement\": [],\n \"stateMENT\": []}", "line 2, column 2: duplicate key `stateMENT`"),
        ("{\"Statement\": []} x", "line 1, column 19: expected the end of the text"),
        ("{\"Statement\": [{}]}", "line 1, column 16: the statement has no `Effect`"),
        (
            "{\"Statement\": [{\"Effect\": \"Grant\"}]}",
            "line 1, column 27: `Effect` is `Grant`; it must be `Allow` or `Deny`",
        ),
        (
            "{\"Statement\": {\"Effect\": \"Allow\",\n\"é\": 1, \"é\": 2}}",
            "line 2, column 9: duplicate key `é`",
        ),
        (
            "{\"Statement\": {\"\\u0045ffect\": \"Allow\", \"Effect\": \"Allow\"}}",
            "line 1, column 40: duplicate key `Effect`",
        ),
        (
            "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"a\", \"NotAction\": \"b\"}}",
            "line 1, column 50: `Action` and `NotAction` exclude each other",
        ),
        (
            "{\"Statement\": {\"Effect\": \"Allow\", \"Condition\": {\"Bool\": {\"a\": 1, \"a\": 2}}}}",
            "line 1, column 66: duplicate key `a`",
        ),
        (
            "{\"Statement\": {\"Effect\": \"Allow\", \"x\": {\"y\": [{\"z\": 1, \"z\": 2}]}}}",
            "line 1, column 56: duplicate key `z`",
        ),
        ("{\"Statement\": [1,]}", "line 1, column 18: expected a value"),
        ("{\"Statement\": [01]}", "line 1, column 17: expected `,` or `]`"),
        ("{\"Statement\": [1.]}", "line 1, column 18: invalid number"),
        (
            "{\"Statement\": \"a\tb\"}",
            "line 1, column 17: control character in a string; write it as an escape",
        ),
        ("{\"Statement\": \"\\x\"}", "line 1, column 16: invalid escape in a string"),
        ("{\"Statement\": \"\\ud800\"}", "line 1, column 16: invalid escape in a string"),
        ("{\"Statement\": \"\\udc00\\ud800\"}", "line 1, column 16: invalid escape in a string"),
        ("{\"Statement\": \"", "line 1, column 16: the text ends too early"),
        ("{'Statement': []}", "line 1, column 2: expected a string"),
    ] {
        let error = Document::parse(text).unwrap_err().to_string();
        assert_eq!(error, message, "{text}");
    }
}

#[test]
fn many_members_are_checked_for_duplicates_too() {
    let members: Vec<String> = (0..5_000).map(|index| format!("\"key{index}\": {index}")).collect();
    let text =
        |last: &str| statement(&format!("\"Effect\": \"Allow\", {}, \"{last}\": 1", members.join(", ")));
    assert!(Document::parse(&text("new")).is_ok());
    assert!(Document::parse(&text("key7")).unwrap_err().to_string().ends_with("duplicate key `key7`"));
    assert!(Document::parse(&text("key4999")).unwrap_err().to_string().ends_with("duplicate key `key4999`"));
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| {
        statement(&format!("\"Effect\": \"Allow\", \"x\": {}1{}", "[".repeat(depth), "]".repeat(depth)))
    };
    assert!(Document::parse(&nested(50)).is_ok());
    let error = Document::parse(&nested(1_000_000)).unwrap_err();
    assert!(error.to_string().ends_with("nested deeper than 64 levels"), "{error}");
}

#[test]
fn a_tree_is_what_was_written() {
    let text = statement(
        r#""Sid": "s", "Effect": "Deny", "NotPrincipal": {"AWS": "*"}, "NotAction": ["a", "b"], "Resource": "*""#,
    );
    let document = Document::parse(&text).unwrap();
    let (index, statement) = document.statements().next().unwrap();
    assert_eq!((index, statement.effect), (0, Effect::Deny));
    assert_eq!(statement.sid.as_deref(), Some("s"));
    assert!(statement.principal.as_ref().unwrap().negated);
    assert_eq!(statement.action.as_ref().unwrap().patterns.items, ["a", "b"]);
    assert_eq!(statement.ineffective(), None);
}

#[test]
fn ineffective_statements_are_marked() {
    let why = |members: &str| {
        let document = Document::parse(&statement(members)).unwrap();
        document.statements().next().unwrap().1.ineffective()
    };
    assert_eq!(why(r#""Effect": "Allow", "Resource": "*""#), Some(Ineffective::NoAction));
    assert_eq!(why(r#""Effect": "Allow", "Action": "kms:*""#), Some(Ineffective::NoResource));
    assert_eq!(
        why(r#""Effect": "Allow", "Action": "kms:*", "Resource": [null]"#),
        Some(Ineffective::NoResource)
    );
    assert_eq!(
        why(r#""Effect": "Allow", "Action": "a", "Resource": "*", "Condition": 1"#),
        Some(Ineffective::UnreadCondition)
    );
    assert_eq!(why(r#""Effect": "Allow", "Action": "a", "Resource": "*""#), None);
}

#[test]
fn check_says_what_is_wrong_and_where() {
    let text = r#"{
  "Version": "2012-10-17",
  "Comment": "x",
  "Statement": [
    {"Effect": "Allow", "Principal": "*", "Action": "kms:*"},
    {"Effect": "allow", "Principal": {"AWS": ["AROAEXAMPLEEXAMPLE123", "arn:aws:iam::111122223333:role/*"]},
     "action": "s3:*", "Resource": "*"},
    {"Effect": "Deny", "Action": "kms:*", "Resource": "*", "Condition": {
       "StringEqual": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
       "StringEquals": {"kms:EncryptionContextKeys": "a"},
       "StringLike": {"aws:username": []}}},
    null,
    {"Effect": "Allow", "NotPrincipal": {"AWS": "111122223333"}, "Action": {}, "Resource": "*"}
  ]
}"#;
    let found: Vec<String> = check(text).iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "line 3, column 3: unknown element `Comment`",
            "line 5, column 5: the statement has no `Resource`, so it has no effect",
            "line 6, column 5: AWS writes this name `Allow`",
            "line 6, column 25: `AROAEXAMPLEEXAMPLE123` is the id of a deleted identity; it covers nobody",
            "line 6, column 25: `arn:aws:iam::111122223333:role/*`: wildcards inside a principal are no patterns; it covers nobody",
            "line 7, column 6: AWS writes this name `Action`",
            "line 7, column 6: the actions cover no KMS permission, so the statement has no effect",
            "line 8, column 5: a statement of a key policy must have a `Principal`",
            "line 9, column 24: unknown condition operator `StringEqual`",
            "line 10, column 25: `kms:EncryptionContextKeys` holds several values: without `ForAllValues:` or `ForAnyValue:` the condition never holds where the key is present",
            "line 11, column 23: the condition on `aws:username` has no values",
            "line 12, column 5: this entry is no statement",
            "line 13, column 5: the statement has no `Action`, so it has no effect",
            "line 13, column 25: `NotPrincipal` with `Allow` is not supported",
            "line 13, column 66: `Action` has a value of the wrong type",
        ]
    );
    let levels: Vec<Level> = check(text).iter().map(|complaint| complaint.problem.level()).collect();
    assert_eq!(levels.iter().filter(|level| **level == Level::Ineffective).count(), 5);
}

#[test]
fn check_has_nothing_to_say_of_a_sound_policy() {
    let text = statement(
        r#""Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*""#,
    );
    assert_eq!(check(&text), []);
    assert_eq!(check("{").len(), 1);
    assert_eq!(check(&format!("{text}{}", " ".repeat(40_000))).len(), 1);
}

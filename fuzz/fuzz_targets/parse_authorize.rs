//! Any text as a policy document: parsing never fails badly, printing gives the same tree back, and no request
//! makes the engine panic or answer outside its own bounds. The document stands in every place a policy can.
#![no_main]

use keyreach_policy::{
    Caller, Constraints, Context, Grant, Policies, Policy, Request, authorize,
    aws::{Action, Actions},
    check::check,
    principal::Principal,
    simulate::{Detail, answer},
    syntax::Document,
    trace,
};
use libfuzzer_sys::fuzz_target;

const CALLERS: [&str; 6] = [
    "arn:aws:iam::111122223333:user/alice",
    "arn:aws:sts::111122223333:assumed-role/Admin/s",
    "arn:aws:sts::111122223333:federated-user/fred",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::444455556666:role/Partner",
    "logs.us-east-1.amazonaws.com",
];

fn request(caller: &str, action: &str) -> Request {
    let mut context = Context::new();
    for (key, values) in [
        ("aws:SourceIp", &["203.0.113.9"][..]),
        ("aws:CurrentTime", &["2026-01-01T00:00:00Z"]),
        ("aws:SourceArn", &["not an arn"]),
        ("aws:PrincipalTag/t", &["a*b"]),
        ("aws:MultiFactorAuthPresent", &["true"]),
        ("kms:EncryptionContext:Dept", &["IT"]),
        ("kms:EncryptionContextKeys", &["Dept", ""]),
        ("kms:ScheduleKeyDeletionPendingWindowInDays", &["7"]),
    ] {
        context.insert(key, values.iter().copied()).unwrap();
    }
    let key = "arn:aws:kms:us-east-1:111122223333:key/k".parse().unwrap();
    Request::new(Caller::parse(caller, None).unwrap(), action.parse().unwrap(), key, context)
        .unwrap()
        .completed(None)
}

fuzz_target!(|text: &str| {
    let _ = answer(text, Detail::Trace);
    let _ = check(text);
    let Ok(document) = Document::parse(text) else { return };
    let printed = document.to_string();
    assert_eq!(Document::parse(&printed).as_ref(), Ok(&document), "{printed}");
    let policy = Policy::new(document);
    let grant = Grant {
        grantee: Principal::of_grant("arn:aws:iam::111122223333:role/admin"),
        operations: Action::all().collect::<Actions>(),
        constraints: Constraints::default(),
        retiring: None,
        issuing_account: None,
    };
    let everywhere = Policies {
        key_policies: vec![&policy],
        grants: vec![&grant],
        identity_policies: vec![&policy],
        permissions_boundary: Some(&policy),
        session_policy: Some(&policy),
        service_control_policies: vec![vec![&policy]],
        resource_control_policies: vec![vec![&policy]],
        endpoint_policy: Some(&policy),
        ..Policies::default()
    };
    let on_the_key = Policies { key_policies: vec![&policy], ..Policies::default() };
    for caller in CALLERS {
        for action in ["kms:Decrypt", "kms:PutKeyPolicy", "kms:RetireGrant"] {
            let request = request(caller, action);
            for policies in [&everywhere, &on_the_key] {
                let answer = authorize(&request, policies);
                assert!(answer.lower <= answer.decision && answer.decision <= answer.upper);
                assert_eq!(answer.lower == answer.upper, answer.depends_on.is_empty());
                let _ = trace(&request, policies);
            }
        }
    }
});

//! The shapes of principals' ARNs, to turn what a policy asks of a part into what it asks of the whole.

use super::{
    glob::{Class, Glob, Part, Token, glob},
    pred::{Pred, Test},
};

const PART: Part<'static> = Part::Many(Class::NotColon);
pub(super) const BEFORE_ACCOUNT: [Part<'static>; 5] =
    [Part::Text("arn:"), PART, Part::Text(":"), PART, Part::Text("::")];
pub(super) const BEFORE_NAME: [Part<'static>; 5] =
    [Part::Text("arn:"), PART, Part::Text(":iam::"), Part::Times(12, Class::Digit), Part::Text(":user/")];
pub(super) const BEFORE_NAME_IN_PATH: [Part<'static>; 7] = [
    Part::Text("arn:"),
    PART,
    Part::Text(":iam::"),
    Part::Times(12, Class::Digit),
    Part::Text(":user/"),
    Part::Many(Class::Path),
    Part::Text("/"),
];

/// Everything in an account, given its number.
pub(super) fn in_account(digits: &str) -> Glob {
    let end = [Part::Text(digits), Part::Text(":"), Part::Many(Class::Any)];
    BEFORE_ACCOUNT.iter().chain(&end).flat_map(|part| glob([*part])).collect()
}

/// A wildcard over nothing but a class.
fn narrow(token: Token, class: Class) -> Token {
    match token {
        Token::One(Class::Any | Class::NotColon) => Token::One(class),
        Token::Many(Class::Any | Class::NotColon) => Token::Many(class),
        other => other,
    }
}

/// What a question about `ACCOUNT:NAME`, as `aws:userid` has it, asks of the ARN of a federated user.
pub(super) fn of_federated(pred: &Pred) -> Pred {
    let Test::Match(globs) = &pred.test else { return inside(pred, &[], Class::Name, &[]) };
    let before = BEFORE_ACCOUNT.iter().flat_map(|part| glob([*part])).collect::<Glob>();
    let between = glob([Part::Text(":federated-user/")]);
    let joined = |account: &[Token], name: &[Token]| -> Glob {
        let account = account.iter().map(|token| narrow(*token, Class::Digit));
        let name = name.iter().map(|token| narrow(*token, Class::Name));
        before.iter().copied().chain(account).chain(between.iter().copied()).chain(name).collect()
    };
    // The colon is one of the pattern's own, or one that a wildcard takes.
    let whole = globs.iter().flat_map(|glob| {
        glob.iter().enumerate().filter_map(move |(at, token)| {
            let (before, after) = (glob.get(..at)?, glob.get(at + 1..)?);
            match token {
                Token::Char(':') | Token::Fold(':') | Token::One(Class::Any) => Some((before, after)),
                Token::Many(Class::Any) => Some((glob.get(..=at)?, glob.get(at..)?)),
                _ => None,
            }
        })
    });
    let whole = whole.map(|(account, name)| joined(account, name)).collect();
    Pred { test: Test::Match(whole), positive: pred.positive, empty: None }
}

/// What a question about a part asks of the whole.
pub(super) fn inside(pred: &Pred, starts: &[&[Part<'_>]], class: Class, end: &[Part<'_>]) -> Pred {
    let Test::Match(globs) = &pred.test else {
        return match &pred.test {
            Test::Always => pred.clone(),
            // Parts are no ARNs, addresses or truths.
            Test::OtherArn(_) | Test::Net(_) | Test::Bool(_) => Pred::always(!pred.positive),
            _ => Pred::unclear(),
        };
    };
    let made = |parts: &[Part<'_>]| parts.iter().flat_map(|part| glob([*part])).collect::<Glob>();
    let narrow = |token: &Token| narrow(*token, class);
    let whole = globs.iter().flat_map(|glob| {
        starts.iter().map(move |start| {
            made(start).into_iter().chain(glob.iter().map(narrow)).chain(made(end)).collect::<Glob>()
        })
    });
    Pred { test: Test::Match(whole.collect()), positive: pred.positive, empty: None }
}

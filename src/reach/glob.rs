//! Sets of strings as patterns write them: characters, `?` and `*` over classes of characters, and the texts of
//! policies read into them (SEM-34, SEM-35, SEM-37). Which strings several sets share is for `glob_space`.

use std::collections::BTreeSet;

/// A class of characters, the range of a wildcard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Every character
    Any,
    /// All but the colon: inside a component of an ARN
    NotColon,
    /// All that a path of IAM can hold
    Path,
    /// All that a name of IAM can hold
    Name,
    /// All that ids of organizations and names of services can hold
    Word,
    /// Capitals and digits, of which the unique ids of IAM are made
    Id,
    /// Decimal digits
    Digit,
}

impl Class {
    pub(super) const ALL: [Self; 7] =
        [Self::Any, Self::NotColon, Self::Path, Self::Name, Self::Word, Self::Id, Self::Digit];

    /// Whether the character is in it.
    pub(super) fn has(self, c: char) -> bool {
        match self {
            Self::Any => true,
            Self::NotColon => c != ':',
            Self::Path => ('!'..='~').contains(&c),
            Self::Name => c.is_ascii_alphanumeric() || "_+=,.@-".contains(c),
            Self::Word => c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-',
            Self::Id => c.is_ascii_uppercase() || c.is_ascii_digit(),
            Self::Digit => c.is_ascii_digit(),
        }
    }
}

/// One piece of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Token {
    /// This character
    Char(char),
    /// This character in any case; written in lower case
    Fold(char),
    /// One of a class
    One(Class),
    /// Any number of a class
    Many(Class),
}

impl Token {
    /// Whether it takes the character.
    pub(super) fn takes(self, c: char) -> bool {
        match self {
            Self::Char(wanted) => wanted == c,
            Self::Fold(wanted) => {
                wanted == c || {
                    let mut lower = c.to_lowercase();
                    lower.next() == Some(wanted) && lower.next().is_none()
                }
            }
            Self::One(class) | Self::Many(class) => class.has(c),
        }
    }
}

/// A pattern.
pub(super) type Glob = Vec<Token>;

/// Exactly this text.
pub(super) fn exactly(text: &str) -> Glob {
    text.chars().map(Token::Char).collect()
}

/// This text in any case.
pub(super) fn folded(text: &str) -> Glob {
    text.chars().flat_map(char::to_lowercase).map(Token::Fold).collect()
}

/// A pattern from texts in turn with tokens.
pub(super) fn glob<const N: usize>(parts: [Part<'_>; N]) -> Glob {
    let mut all = Glob::new();
    for part in parts {
        match part {
            Part::Text(text) => all.extend(text.chars().map(Token::Char)),
            Part::Folded(text) => all.extend(folded(text)),
            Part::Times(count, class) => all.extend(std::iter::repeat_n(Token::One(class), count)),
            Part::Some(class) => all.extend([Token::One(class), Token::Many(class)]),
            Part::Many(class) => all.push(Token::Many(class)),
        }
    }
    all
}

/// A part of a pattern made here, not read from a policy.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part<'a> {
    Text(&'a str),
    Folded(&'a str),
    Times(usize, Class),
    Some(Class),
    Many(Class),
}

/// The only text of a pattern without wildcards, in whose letters case matters.
pub(super) fn only_text(glob: &[Token]) -> Option<String> {
    glob.iter()
        .map(|token| match token {
            Token::Char(c) => Some(*c),
            Token::Fold(c) if c.is_ascii() && !c.is_ascii_alphabetic() => Some(*c),
            Token::Fold(_) | Token::One(_) | Token::Many(_) => None,
        })
        .collect()
}

/// A text of the pattern: wildcards filled with as little as they take, or with one character more.
pub(super) fn instance(glob: &[Token], filled: bool) -> String {
    let filler = |class: Class| match class {
        Class::Digit => '0',
        Class::Id => 'X',
        _ => 'x',
    };
    glob.iter()
        .filter_map(|token| match token {
            Token::Char(c) | Token::Fold(c) => Some(*c),
            Token::One(class) => Some(filler(*class)),
            Token::Many(class) => filled.then(|| filler(*class)),
        })
        .collect()
}

/// A text of the pattern whose free components are those of another text: an ARN, or a path.
pub(super) fn instance_like(glob: &[Token], like: &str, filled: bool) -> String {
    let (separator, most) = if like.starts_with("arn:") { (':', 6) } else { ('/', usize::MAX) };
    let mut theirs = like.splitn(most, separator);
    let ours = glob.splitn(most, |token| *token == Token::Char(separator));
    let texts = ours.map(|ours| match (ours, theirs.next()) {
        (free @ [_, ..], Some(theirs))
            if free.iter().all(|token| matches!(token, Token::One(_) | Token::Many(_))) =>
        {
            theirs.to_owned()
        }
        _ => instance(ours, filled),
    });
    texts.collect::<Vec<String>>().join(separator.encode_utf8(&mut [0; 4]))
}

/// Whether the pattern covers the whole text.
pub(super) fn accepts(glob: &[Token], text: &str) -> bool {
    let single = |token: &&Token| !matches!(token, Token::Many(_));
    let start = glob.iter().take_while(single).count();
    let (before, glob) = glob.split_at_checked(start).unwrap_or_default();
    let mut chars = text.chars();
    if !before.iter().all(|token| chars.next().is_some_and(|c| token.takes(c))) {
        return false;
    }
    let end = glob.iter().rev().take_while(single).count();
    let (middle, after) = glob.split_at_checked(glob.len() - end).unwrap_or_default();
    if !after.iter().rev().all(|token| chars.next_back().is_some_and(|c| token.takes(c))) {
        return false;
    }
    match middle {
        [] => chars.next().is_none(),
        [Token::Many(class)] => chars.all(|c| class.has(c)),
        _ => runs(middle, chars),
    }
}

/// Whether the pattern covers all characters, by trying all its stars side by side.
fn runs(glob: &[Token], chars: std::str::Chars<'_>) -> bool {
    let mut open = vec![false; glob.len() + 1];
    let mut next = open.clone();
    enter(glob, &mut open, 0);
    for c in chars {
        next.fill(false);
        for (at, token) in glob.iter().enumerate().filter(|(at, _)| open.get(*at) == Some(&true)) {
            if token.takes(c) {
                enter(glob, &mut next, if matches!(token, Token::Many(_)) { at } else { at + 1 });
            }
        }
        std::mem::swap(&mut open, &mut next);
    }
    open.last() == Some(&true)
}

/// Marks a position, and those after it that stars skip.
pub(super) fn enter(glob: &[Token], open: &mut [bool], mut at: usize) {
    while let Some(place) = open.get_mut(at) {
        if *place {
            return;
        }
        *place = true;
        if !matches!(glob.get(at), Some(Token::Many(_))) {
            return;
        }
        at += 1;
    }
}

/// A piece of a text of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// A character
    Char(char),
    /// `?`
    One,
    /// `*`
    Many,
    /// `${key}` or `${key, 'default'}`; the key in lower case
    Variable { key: String, default: Option<String> },
}

/// Cuts a text into pieces. Without `variables` (SEM-37) a `${…}` is text, without `wildcards` so are `*` and `?`.
pub(super) fn pieces(text: &str, variables: bool, wildcards: bool) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (piece, length) = match first {
            '$' if variables => variable(rest).unwrap_or((Piece::Char('$'), 1)),
            '*' if wildcards => (Piece::Many, 1),
            '?' if wildcards => (Piece::One, 1),
            other => (Piece::Char(other), other.len_utf8()),
        };
        pieces.push(piece);
        rest = rest.get(length..).unwrap_or_default();
    }
    pieces
}

/// The variable at the start of a text, and its length in bytes.
fn variable(text: &str) -> Option<(Piece, usize)> {
    let inner = text.strip_prefix("${")?;
    let end = inner.find([',', '}'])?;
    let key = inner.get(..end)?;
    let (default, after) = match inner.get(end..)?.strip_prefix(',') {
        None => (None, inner.get(end + 1..)?),
        Some(rest) => {
            let (default, after) = rest.trim_start_matches(' ').strip_prefix('\'')?.split_once('\'')?;
            (Some(default.to_owned()), after.trim_start_matches(' ').strip_prefix('}')?)
        }
    };
    let piece = match key {
        "*" => Piece::Char('*'),
        "?" => Piece::Char('?'),
        "$" => Piece::Char('$'),
        key => Piece::Variable { key: key.trim().to_ascii_lowercase(), default },
    };
    Some((piece, text.len() - after.len()))
}

/// What is known of a policy variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Its value
    Value(String),
    /// The request does not have it, or it holds several values
    Nothing,
    /// Open in this case
    Open,
}

/// Text with its variables replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Resolved {
    /// No variable is left
    Pieces(Vec<Piece>),
    /// A variable has no value: the text fits nothing
    Nothing,
    /// A variable is open
    Open,
}

/// Replaces variables. `None` of a default stands for nothing.
pub(super) fn resolve(pieces: Vec<Piece>, meaning: &dyn Fn(&str) -> Meaning) -> Resolved {
    if !pieces.iter().any(|piece| matches!(piece, Piece::Variable { .. })) {
        return Resolved::Pieces(pieces);
    }
    let mut all = Vec::new();
    for piece in pieces {
        let Piece::Variable { key, default } = piece else {
            all.push(piece);
            continue;
        };
        match meaning(&key) {
            Meaning::Value(text) => all.extend(text.chars().map(Piece::Char)),
            Meaning::Open => return Resolved::Open,
            Meaning::Nothing => match default {
                Some(text) => all.extend(text.chars().map(Piece::Char)),
                None => return Resolved::Nothing,
            },
        }
    }
    Resolved::Pieces(all)
}

/// Pieces without variables as a pattern whose wildcards range over one class.
pub(super) fn over(class: Class, pieces: &[Piece]) -> Glob {
    pieces.iter().filter_map(|piece| token(class, piece)).collect()
}

fn token(class: Class, piece: &Piece) -> Option<Token> {
    match piece {
        Piece::Char(c) => Some(Token::Char(*c)),
        Piece::One => Some(Token::One(class)),
        Piece::Many => Some(Token::Many(class)),
        Piece::Variable { .. } => None,
    }
}

/// SEM-35: a pattern of ARNs, compared component by component. `None` where no ARN can fit.
pub(super) fn arn(pieces: &[Piece]) -> Option<Glob> {
    let mut parts = pieces.splitn(6, |piece| *piece == Piece::Char(':'));
    let scheme = over(Class::NotColon, parts.next()?);
    if !accepts(&scheme, "arn") {
        return None;
    }
    let mut all = exactly("arn");
    for index in 1..6 {
        all.push(Token::Char(':'));
        all.extend(over(if index < 5 { Class::NotColon } else { Class::Any }, parts.next()?));
    }
    Some(all)
}

/// Every ARN.
pub(super) fn every_arn() -> Glob {
    use Part::{Many, Text};
    let part = Many(Class::NotColon);
    let colon = Text(":");
    glob([Text("arn:"), part, colon, part, colon, part, colon, part, colon, Many(Class::Any)])
}

/// The keys of all variables in a text.
pub(super) fn variables(text: &str) -> BTreeSet<String> {
    if text.contains("${") { variables_in(pieces(text, true, false)) } else { BTreeSet::new() }
}

/// The keys of all variables among pieces.
pub(super) fn variables_in(pieces: Vec<Piece>) -> BTreeSet<String> {
    let key = |piece| if let Piece::Variable { key, .. } = piece { Some(key) } else { None };
    pieces.into_iter().filter_map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::{Class, Piece, accepts, arn, folded, over, pieces};

    fn like(pattern: &str, text: &str) -> bool {
        accepts(&over(Class::Any, &pieces(pattern, false, true)), text)
    }

    #[test]
    fn stars_and_question_marks() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*bc*bc", "abc", false),
            ("?", "é", true),
            ("*?x", "x", false),
            ("**", "anything", true),
            ("*a?", "aab", true),
        ] {
            assert_eq!(like(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn arns_by_component() {
        let fits = |pattern: &str, text: &str| {
            arn(&pieces(pattern, false, true)).is_some_and(|glob| accepts(&glob, text))
        };
        let role = "arn:aws:iam::111122223333:role/a/b";
        assert!(fits("arn:aws:iam::111122223333:role/*", role));
        assert!(fits("*:*:iam::*:role/a/?", role));
        assert!(!fits("arn:aws:*:role/a/b", role));
        assert!(!fits("*", role));
        assert!(fits("arn:aws:sns:*:*:t:*", "arn:aws:sns:eu-west-1:111122223333:t:u:v"));
    }

    #[test]
    fn variables_and_case() {
        assert!(accepts(&folded("ÄbC"), "äBc"));
        assert_eq!(
            pieces("${aws:UserName , 'a}b'}x", true, true),
            [
                Piece::Variable { key: "aws:username".to_owned(), default: Some("a}b".to_owned()) },
                Piece::Char('x')
            ]
        );
        assert_eq!(pieces("${*}", true, true), [Piece::Char('*')]);
        assert_eq!(pieces("${a", true, true).len(), 3);
    }
}

//! Patterns with `*` and `?`, with policy variables inside them, and the matcher (SEM-34, SEM-37).

use crate::context::{Context, KeyName};

/// A pattern with `*` and `?` that covers whole texts or nothing, as `StringLike` does (SEM-34).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wildcard(Glob);

impl Wildcard {
    /// Reads a pattern. Every text is one.
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        Self(Glob::plain(pattern))
    }

    /// Whether it covers the whole text.
    #[must_use]
    pub fn covers(&self, text: &str) -> bool {
        self.0.matches(text)
    }
}

/// A piece of a value that may hold wildcards and policy variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Literal text
    Text(String),
    /// `*`
    Star,
    /// `?`
    One,
    /// `${key}` or `${key, 'default'}`
    Variable { key: KeyName, default: Option<String> },
}

/// Cuts a value into pieces. Without `variables` (SEM-37), `${…}` is text; without `wildcards`, so are
/// `*` and `?`.
pub(crate) fn pieces(text: &str, variables: bool, wildcards: bool) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let variable = if variables { variable(rest) } else { None };
        let (piece, length) = match (variable, first) {
            (Some((Piece::Text(text), length)), _) => {
                literal.push_str(&text);
                (None, length)
            }
            (Some((piece, length)), _) => (Some(piece), length),
            (None, '*') if wildcards => (Some(Piece::Star), 1),
            (None, '?') if wildcards => (Some(Piece::One), 1),
            (None, other) => {
                literal.push(other);
                (None, other.len_utf8())
            }
        };
        if let Some(piece) = piece {
            flush(&mut pieces, &mut literal);
            pieces.push(piece);
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    flush(&mut pieces, &mut literal);
    pieces
}

fn flush(pieces: &mut Vec<Piece>, literal: &mut String) {
    if !literal.is_empty() {
        pieces.push(Piece::Text(std::mem::take(literal)));
    }
}

/// The variable at the start of the text and how long it is. `${*}`, `${?}` and `${$}` are literal
/// characters; what has no closing brace is no variable.
fn variable(text: &str) -> Option<(Piece, usize)> {
    let inner = text.strip_prefix("${")?;
    let (key, default, length) = match inner.find([',', '}']) {
        Some(comma) if inner.get(comma..)?.starts_with(',') => {
            let after = inner.get(comma + 1..)?;
            let quoted = after.trim_start_matches(' ').strip_prefix('\'')?;
            let end = quoted.find('\'')?;
            let close = quoted.get(end + 1..)?.trim_start_matches(' ').strip_prefix('}')?;
            (inner.get(..comma)?, Some(quoted.get(..end)?.to_owned()), text.len() - close.len())
        }
        Some(close) => (inner.get(..close)?, None, close + 3),
        None => return None,
    };
    let piece = match key {
        "*" | "?" | "$" => Piece::Text(key.to_owned()),
        _ => Piece::Variable { key: KeyName::new(key.trim()), default },
    };
    Some((piece, length))
}

/// Puts the request's values in place of variables. `None` when one has neither value nor default, or
/// names a key of several values.
pub(crate) fn substitute(pieces: &[Piece], context: &Context) -> Option<Vec<Piece>> {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Variable { key, default } => match context.look_up(key) {
                Some(held) if held.multi => None,
                Some(held) => held.values.first().cloned().map(Piece::Text),
                None => default.clone().map(Piece::Text),
            },
            other => Some(other.clone()),
        })
        .collect()
}

/// Whether any piece is a policy variable.
pub(crate) fn has_variable(pieces: &[Piece]) -> bool {
    pieces.iter().any(|piece| matches!(piece, Piece::Variable { .. }))
}

/// The text of pieces that are all literal.
pub(crate) fn literal(pieces: &[Piece]) -> Option<String> {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(part) => text.push_str(part),
            _ => return None,
        }
    }
    Some(text)
}

/// A pattern ready to match. `?` is one character, newlines are characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Glob {
    /// `*`
    Any,
    /// No wildcard
    Exact(String),
    /// Text, then `*`
    Prefix(String),
    /// Runs; between two neighbors stands a `*`. At least one.
    Runs(Vec<Run>),
}

/// Text and `?` between two stars.
pub(crate) type Run = Vec<Atom>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Atom {
    /// Literal text
    Text(String),
    /// `?`
    One,
}

impl Glob {
    /// The pattern that these pieces write. Variables must be substituted before; one left matches nothing
    /// but itself.
    pub(crate) fn new<'a>(pieces: impl IntoIterator<Item = &'a Piece>) -> Self {
        let mut runs = vec![Run::new()];
        for piece in pieces {
            let atom = match piece {
                Piece::Star => {
                    runs.push(Run::new());
                    continue;
                }
                Piece::One => Atom::One,
                Piece::Text(text) => Atom::Text(text.clone()),
                Piece::Variable { key, .. } => Atom::Text(key.as_str().to_owned()),
            };
            if let Some(run) = runs.last_mut() {
                run.push(atom);
            }
        }
        match runs.as_mut_slice() {
            [run] => match run.as_mut_slice() {
                [] => Self::Exact(String::new()),
                [Atom::Text(text)] => Self::Exact(std::mem::take(text)),
                _ => Self::Runs(runs),
            },
            [first, last] if last.is_empty() => match first.as_mut_slice() {
                [] => Self::Any,
                [Atom::Text(text)] => Self::Prefix(std::mem::take(text)),
                _ => Self::Runs(runs),
            },
            _ => Self::Runs(runs),
        }
    }

    /// The pattern of a text without variables.
    pub(crate) fn plain(text: &str) -> Self {
        Self::new(&pieces(text, false, true))
    }

    /// Whether the pattern covers the whole text.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let runs = match self {
            Self::Any => return true,
            Self::Exact(pattern) => return same(pattern, text),
            Self::Prefix(pattern) => return without_prefix(text, pattern).is_some(),
            Self::Runs(runs) => runs,
        };
        let Some((first, others)) = runs.split_first() else {
            return false;
        };
        let Some(mut rest) = strip_prefix(first, text) else {
            return false;
        };
        let Some((last, middle)) = others.split_last() else {
            return rest.is_empty();
        };
        for run in middle {
            match find(run, rest) {
                Some(after) => rest = after,
                None => return false,
            }
        }
        strip_suffix(last, rest).is_some()
    }
}

/// Whether two texts are equal. Byte by byte: what is compared here is mostly a few bytes long or differs
/// in the first, and a call to the C library's comparison costs more than that.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).all(|(one, other)| one == other)
}

/// As `strip_prefix`, byte by byte.
fn without_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let begins =
        prefix.len() <= text.len() && prefix.bytes().zip(text.bytes()).all(|(one, other)| one == other);
    if begins { text.get(prefix.len()..) } else { None }
}

/// What follows the run at the start of the text.
fn strip_prefix<'a>(run: &[Atom], text: &'a str) -> Option<&'a str> {
    run.iter().try_fold(text, |rest, atom| match atom {
        Atom::Text(part) => without_prefix(rest, part),
        Atom::One => rest.chars().next().and_then(|one| rest.get(one.len_utf8()..)),
    })
}

/// What precedes the run at the end of the text.
fn strip_suffix<'a>(run: &[Atom], text: &'a str) -> Option<&'a str> {
    run.iter().rev().try_fold(text, |rest, atom| match atom {
        Atom::Text(part) => rest.strip_suffix(part.as_str()),
        Atom::One => rest.chars().next_back().and_then(|one| rest.get(..rest.len() - one.len_utf8())),
    })
}

/// What follows the first place where the run stands. Taking the first leaves most for the runs after it.
fn find<'a>(run: &[Atom], text: &'a str) -> Option<&'a str> {
    if let [Atom::Text(part)] = run {
        return text.find(part.as_str()).and_then(|at| text.get(at + part.len()..));
    }
    if run.is_empty() {
        return Some(text);
    }
    text.char_indices().find_map(|(at, _)| strip_prefix(run, text.get(at..)?))
}

#[cfg(test)]
mod tests {
    use super::{Glob, KeyName, Piece, Wildcard, pieces};

    #[test]
    fn a_wildcard_covers_whole_texts_and_knows_no_variables() {
        let covers = |pattern: &str, text: &str| Wildcard::new(pattern).covers(text);
        assert!(covers("alias/app-*", "alias/app-1") && covers("key-?", "key-1") && covers("${a}", "${a}"));
        assert!(!covers("logs", "my-logs") && !covers("alias/app-*", "my/alias/app-1") && !covers("A", "a"));
    }

    #[test]
    fn stars_and_question_marks() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c", "ac", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*bc*bc", "abc", false),
            ("?", "é", true),
            ("?", "ab", false),
            ("a?c", "a\nc", true),
            ("*?x", "x", false),
            ("**", "anything", true),
            ("*a?", "aab", true),
        ] {
            assert_eq!(Glob::plain(pattern).matches(text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn variables_come_apart() {
        let variable = |key: &str, default: Option<&str>| Piece::Variable {
            key: KeyName::new(key),
            default: default.map(str::to_owned),
        };
        assert_eq!(pieces("${aws:UserName}", true, true), [variable("aws:username", None)]);
        assert_eq!(
            pieces("${aws:PrincipalTag/t, 'a}b'}", true, true),
            [variable("aws:principaltag/t", Some("a}b"))]
        );
        assert_eq!(pieces("a${*}${$}b", true, true), [Piece::Text("a*$b".to_owned())]);
        assert_eq!(pieces("${a", true, true), [Piece::Text("${a".to_owned())]);
        assert_eq!(pieces("${a}*", false, true), [Piece::Text("${a}".to_owned()), Piece::Star]);
    }
}

//! What can be told of two patterns at a glance: that one covers all the other covers, or that they share nothing. Either
//! may stay unnoticed; `glob_space` finds out then.

use super::glob::{Class, Token, enter};

impl Class {
    /// Whether all of it is in the other.
    fn within(self, other: Self) -> bool {
        let word = matches!(self, Self::Word | Self::Id | Self::Digit);
        self == other
            || match other {
                Self::Any => true,
                Self::NotColon | Self::Path => word || self == Self::Name,
                Self::Name => word,
                Self::Word | Self::Id => self == Self::Digit,
                Self::Digit => false,
            }
    }
}

/// Whether one pattern certainly covers all that another covers: it runs over the other's tokens, of which only
/// wildcards over as much take wildcards. A no may be wrong.
pub(super) fn covers(wide: &[Token], narrow: &[Token]) -> bool {
    let before_star = wide.iter().take_while(|token| !matches!(token, Token::Many(_)));
    if !before_star.zip(narrow).all(|(token, symbol)| takes(*token, *symbol)) {
        return false;
    }
    let mut open = vec![false; wide.len() + 1];
    let mut next = open.clone();
    enter(wide, &mut open, 0);
    for symbol in narrow {
        next.fill(false);
        for (at, token) in wide.iter().enumerate().filter(|(at, _)| open.get(*at) == Some(&true)) {
            if takes(*token, *symbol) {
                enter(wide, &mut next, if matches!(token, Token::Many(_)) { at } else { at + 1 });
            }
        }
        std::mem::swap(&mut open, &mut next);
    }
    open.last() == Some(&true)
}

/// Whether a token takes whatever another takes.
fn takes(token: Token, symbol: Token) -> bool {
    match (token, symbol) {
        (Token::Many(class), Token::One(inner) | Token::Many(inner))
        | (Token::One(class), Token::One(inner)) => inner.within(class),
        (_, Token::Char(c)) => token.takes(c),
        (Token::Many(Class::Any), Token::Fold(_)) => true,
        (Token::Fold(c), Token::Fold(d)) => c == d,
        _ => false,
    }
}

/// Whether no text certainly fits both.
pub(super) fn apart(one: &[Token], other: &[Token]) -> bool {
    match (parts(one), parts(other)) {
        (Some(ones), Some(others)) => ones.iter().zip(&others).any(|(one, other)| ends_differ(one, other)),
        _ => ends_differ(one, other),
    }
}

/// The six parts of a pattern of ARNs, where no wildcard runs over the colons between them.
fn parts(glob: &[Token]) -> Option<[&[Token]; 6]> {
    let mut parts = [glob; 6];
    let mut rest = glob;
    for part in parts.iter_mut().take(5) {
        let end = rest.iter().position(|token| match token {
            Token::One(class) | Token::Many(class) => class.has(':'),
            Token::Char(c) | Token::Fold(c) => *c == ':',
        })?;
        let (before, after) = rest.split_at_checked(end)?;
        let (colon, after) = after.split_first()?;
        if *colon != Token::Char(':') {
            return None;
        }
        (*part, rest) = (before, after);
    }
    *parts.last_mut()? = rest;
    Some(parts)
}

/// Whether two patterns differ in a character before the first star or behind the last.
fn ends_differ(one: &[Token], other: &[Token]) -> bool {
    let single = |token: &&Token| !matches!(token, Token::Many(_));
    let from_start = one.iter().take_while(single).zip(other.iter().take_while(single));
    let from_end = one.iter().rev().take_while(single).zip(other.iter().rev().take_while(single));
    let no_star = one.iter().chain(other).all(|token| single(&token));
    no_star && one.len() != other.len() || from_start.chain(from_end).any(|(one, other)| differ(*one, *other))
}

/// Whether no character certainly fits both.
fn differ(one: Token, other: Token) -> bool {
    match (one, other) {
        (Token::Char(c), other) | (other, Token::Char(c)) => !other.takes(c),
        (Token::Fold(c), Token::Fold(d)) => c != d,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{apart, covers};
    use crate::reach::glob::{Class, arn, over, pieces};

    #[test]
    fn what_covers_what() {
        let read = |text: &str| over(Class::Any, &pieces(text, false, true));
        for (wide, narrow, expected) in [
            ("a*", "a?b*", true),
            ("a*", "*", false),
            ("*b", "ab", true),
            ("a?", "a*", false),
            ("*", "*", true),
            ("*:x:*", "a:x:*", true),
            ("ab", "ab", true),
            ("ab", "abc", false),
        ] {
            assert_eq!(covers(&read(wide), &read(narrow)), expected, "{wide} {narrow}");
        }
        assert!(!covers(&over(Class::NotColon, &pieces("*", false, true)), &read("*")));
    }

    #[test]
    fn what_shares_nothing() {
        let read = |text: &str| over(Class::Any, &pieces(text, false, true));
        for (one, other, expected) in [
            ("a*", "b*", true),
            ("*a", "*b", true),
            ("*", "a", false),
            ("a?c", "abc", false),
            ("a?c", "ab", true),
            ("ab*", "a*", false),
            ("a*b", "ab", false),
        ] {
            assert_eq!(apart(&read(one), &read(other)), expected, "{one} {other}");
        }
        let of = |text: &str| arn(&pieces(text, false, true)).unwrap();
        assert!(apart(&of("arn:*:iam::*:role/*"), &of("arn:aws:iam::*:user/*")));
        assert!(!apart(&read("arn:*:iam::*:role/*"), &of("arn:aws:iam::1:x:role/*")));
    }
}

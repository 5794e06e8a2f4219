//! The external id in the text of a policy, however JSON spells it. Only the letters that spell it are replaced;
//! every other byte stays, so that a text that does not hold it is the text that AWS sent.

use std::{borrow::Cow, ops::Range};

use percent_encoding::percent_decode_str;
use serde::de::IgnoredAny;

use super::{Elsewhere, STAND_IN, Secret};

/// The condition key whose values are external ids.
const KEY: &str = "sts:ExternalId";
/// Stands in the place of a number that is the id.
const QUOTED_STAND_IN: &str = "\"…\"";

/// The text without the id; `None` where it does not hold it.
pub(super) fn redacted(text: &str, secret: &Secret<'_>) -> Option<String> {
    if !text.contains('\\') && !text.contains('%') && !holds(text, secret.id) {
        return None;
    }
    if serde_json::from_str::<IgnoredAny>(text).is_err() {
        return redacted_throughout(text, secret.id);
    }
    let cuts = tokens(text).into_iter().flat_map(|token| token.cuts(text, secret));
    without(text, &cuts.collect::<Vec<_>>())
}

/// A text that is not JSON, and so no policy: every occurrence goes, in any spelling.
fn redacted_throughout(text: &str, id: &str) -> Option<String> {
    let letters = letters(text, 0);
    let cuts = occurrences(&letters, id, true).map(|range| Cut { range, by: STAND_IN });
    let redacted = without(text, &cuts.collect::<Vec<_>>());
    let left = redacted.as_deref().unwrap_or(text);
    let decoded = percent_decode_str(left).decode_utf8_lossy();
    if matches!(decoded, Cow::Owned(_)) && holds(&decoded, id) {
        return Some(STAND_IN.to_owned());
    }
    redacted
}

fn holds(text: &str, id: &str) -> bool {
    text.to_ascii_lowercase().contains(&id.to_ascii_lowercase())
}

/// Bytes of a text and what stands in their place.
struct Cut {
    range: Range<usize>,
    by: &'static str,
}

/// The text with the cuts made, which are in order; `None` where there are none.
fn without(text: &str, cuts: &[Cut]) -> Option<String> {
    let mut left = String::with_capacity(text.len());
    let mut at = 0;
    for cut in cuts {
        left.push_str(text.get(at..cut.range.start)?);
        left.push_str(cut.by);
        at = cut.range.end;
    }
    left.push_str(text.get(at..)?);
    (!cuts.is_empty()).then_some(left)
}

/// A string, number or word of a JSON text.
struct Token {
    /// Where it stands, without its quotes.
    range: Range<usize>,
    is_string: bool,
    /// It stands among the values of `sts:ExternalId`.
    is_external_id: bool,
}

impl Token {
    fn cuts(&self, text: &str, secret: &Secret<'_>) -> Vec<Cut> {
        let inside = text.get(self.range.clone()).unwrap_or_default();
        let letters = letters(inside, self.range.start);
        let is_taken_out = |range: &Range<usize>| match secret.elsewhere {
            Elsewhere::Nothing => self.is_external_id,
            Elsewhere::WholeStrings => self.is_external_id || *range == self.range,
            Elsewhere::Parts => true,
        };
        let mut found = occurrences(&letters, secret.id, self.is_external_id).filter(is_taken_out);
        if self.is_string {
            return found.map(|range| Cut { range, by: STAND_IN }).collect();
        }
        found.next().map(|_| Cut { range: self.range.clone(), by: QUOTED_STAND_IN }).into_iter().collect()
    }
}

/// Every string, number and word of a JSON text, names of members included. Members of one name are all here.
fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut depth = 0_usize;
    // The depth at which a member named `sts:ExternalId` stands whose value is being read.
    let mut external_id: Option<usize> = None;
    while let Some(&byte) = text.as_bytes().get(at) {
        let range = match byte {
            b'"' => at + 1..end_of_string(text, at + 1),
            _ => at..end_of_word(text, at),
        };
        let is_string = byte == b'"';
        if is_string || !range.is_empty() {
            let next = range.end + usize::from(is_string);
            let is_key = is_string && external_id.is_none() && is_name(text, next) && is_key(text, &range);
            found.push(Token { range, is_string, is_external_id: external_id.is_some() });
            external_id = if is_key { Some(depth) } else { external_id };
            at = next;
            continue;
        }
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                external_id = external_id.filter(|key| *key <= depth);
            }
            b',' => external_id = external_id.filter(|key| *key != depth),
            _ => {}
        }
        at += 1;
    }
    found
}

/// Where the closing quote of a string stands.
fn end_of_string(text: &str, start: usize) -> usize {
    let mut at = start;
    while let Some(&byte) = text.as_bytes().get(at) {
        match byte {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

/// Where a number, `true`, `false` or `null` ends; the start where there is none.
fn end_of_word(text: &str, start: usize) -> usize {
    let is_of_word = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
    start + text.as_bytes().iter().skip(start).take_while(is_of_word).count()
}

/// Whether the string before this place names a member.
fn is_name(text: &str, after: usize) -> bool {
    text.get(after..).is_some_and(|rest| rest.trim_start().starts_with(':'))
}

fn is_key(text: &str, range: &Range<usize>) -> bool {
    let inside = text.get(range.clone()).unwrap_or_default();
    let name: String = letters(inside, 0).into_iter().map(|letter| letter.letter).collect();
    name.eq_ignore_ascii_case(KEY)
}

/// One character of a string, and the bytes that spell it.
struct Letter {
    letter: char,
    range: Range<usize>,
}

/// The characters that a piece of JSON spells. `offset` is where it stands in its text.
fn letters(piece: &str, offset: usize) -> Vec<Letter> {
    let mut found = Vec::with_capacity(piece.len());
    let mut rest = piece.char_indices();
    while let Some((at, character)) = rest.next() {
        let (letter, length) = match character {
            '\\' => unescaped(piece.get(at + 1..).unwrap_or_default()),
            _ => (character, character.len_utf8()),
        };
        // An escape is ASCII: as many characters as bytes.
        if character == '\\' && length > 1 {
            rest.nth(length - 2);
        }
        found.push(Letter { letter, range: offset + at..offset + at + length });
    }
    found
}

/// What a backslash and the characters after it spell, and in how many bytes.
fn unescaped(after: &str) -> (char, usize) {
    let code = || u32::from_str_radix(after.get(1..5)?, 16).ok();
    match after.chars().next() {
        Some('u') => match code() {
            Some(code) => (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 6),
            None => ('\\', 1),
        },
        Some(same @ ('"' | '\\' | '/')) => (same, 2),
        Some('b' | 'f' | 'n' | 'r' | 't') => (' ', 2),
        _ => ('\\', 1),
    }
}

/// The bytes of every part that spells the id. The id is ASCII.
fn occurrences<'l>(
    letters: &'l [Letter],
    id: &'l str,
    ignore_case: bool,
) -> impl Iterator<Item = Range<usize>> + 'l {
    let is_same = move |letter: &Letter, byte: char| {
        letter.letter == byte || (ignore_case && letter.letter.eq_ignore_ascii_case(&byte))
    };
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let part = letters.get(at..at + id.len())?;
            if part.iter().zip(id.chars()).all(|(letter, byte)| is_same(letter, byte)) {
                at += id.len();
                return Some(part.first()?.range.start..part.last()?.range.end);
            }
            at += 1;
        }
    })
}

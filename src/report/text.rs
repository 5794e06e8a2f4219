//! The one way in which foreign text becomes visible. Aliases, descriptions, tags, Sids and messages are written
//! by anybody: what would move the cursor, turn the reading direction or stay unseen is spelled out instead.

use std::{
    borrow::Cow,
    fmt::{self, Write},
};

/// Whether a character acts on its reader's screen instead of standing on it: controls, bidirectional controls,
/// zero-width and other invisible format characters, line and paragraph separators, tags.
/// Source: Unicode 17, general categories Cc, Zl, Zp and the invisible part of Cf.
#[must_use]
pub fn acts(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Writes text with every acting character spelled out, as `\u{202e}` or `\n`. `plain` writes the rest.
pub fn write_visible<W: Write>(
    out: &mut W,
    text: &str,
    plain: impl Fn(&mut W, &str) -> fmt::Result,
) -> fmt::Result {
    let mut rest = text;
    while let Some(at) = rest.find(acts) {
        let (before, from) = rest.split_at(at);
        plain(out, before)?;
        let mut characters = from.chars();
        if let Some(character) = characters.next() {
            write!(out, "{}", character.escape_default())?;
        }
        rest = characters.as_str();
    }
    plain(out, rest)
}

/// Text with every acting character spelled out, for terminals and plain files.
#[derive(Debug, Clone, Copy)]
pub struct Visible<'a>(pub &'a str);

impl fmt::Display for Visible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_visible(f, self.0, |f, text| f.write_str(text))
    }
}

/// Text of at most so many characters: of a longer one the beginning, with an ellipsis for its last.
#[must_use]
pub fn cut(text: &str, longest: usize) -> Cow<'_, str> {
    if text.len() <= longest || text.chars().nth(longest).is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().take(longest.saturating_sub(1)).chain(['…']).collect())
}

#[cfg(test)]
mod tests {
    use super::{Visible, acts, cut};

    /// What stands between the brackets of the script's `ACTING`, as ranges of characters.
    fn acting_of_the_script() -> Vec<(u32, u32)> {
        let script = include_str!("../../templates/script/text.js");
        let table = script.split_once("const ACTING =\n  /[").unwrap().1.split_once("]/gu;").unwrap().0;
        let code = |digits: &str| u32::from_str_radix(digits, 16).unwrap();
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for piece in table.replace(r"\u{", "").split_terminator('}') {
            match piece.strip_prefix('-') {
                Some(last) => ranges.last_mut().unwrap().1 = code(last),
                None => ranges.push((code(piece), code(piece))),
            }
        }
        ranges
    }

    #[test]
    fn the_script_spells_out_the_same_characters() {
        let ranges = acting_of_the_script();
        assert!(ranges.len() > 10, "{ranges:?}");
        for character in '\0'..=char::MAX {
            let code = u32::from(character);
            let acts_there = ranges.iter().any(|(from, to)| (*from..=*to).contains(&code));
            assert_eq!(acts(character), acts_there, "U+{code:04X}");
        }
    }

    #[test]
    fn a_long_text_is_cut_by_characters() {
        assert_eq!(["", "鍵鍵鍵", "鍵鍵鍵鍵"].map(|text| cut(text, 3).into_owned()), ["", "鍵鍵鍵", "鍵鍵…"]);
    }

    #[test]
    fn what_acts_is_spelled_out_and_the_rest_untouched() {
        let shown = Visible("a\u{1b}[31mb\u{202e}c\u{200b}\n\u{9b}\u{e0041}é ü 鍵 <b>").to_string();
        assert_eq!(shown, r"a\u{1b}[31mb\u{202e}c\u{200b}\n\u{9b}\u{e0041}é ü 鍵 <b>");
    }
}

//! Which string satisfies several patterns at once and none of others: all patterns run side by side, one
//! character at a time, breadth first, so that the first string found is a shortest one. Exact within its limit.

use std::{
    collections::{BTreeSet, HashSet, VecDeque},
    ops::Range,
};

use super::{
    glob::{Class, Glob, Token},
    meter::Meter,
};

/// How many states a search may visit before it gives up.
const STATES: usize = 6_000;

/// What is wanted of a string: that one of these parts holds.
#[derive(Debug, Clone)]
pub(super) struct Want {
    /// Globs by index, and whether one of them must fit or none
    pub(super) parts: Vec<(Range<usize>, bool)>,
}

/// The end of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// A shortest string
    Text(String),
    /// There is none
    Nothing,
    /// Not known: the search ended at its limit, or the question is beyond it
    Unclear,
}

/// Where all patterns stand: bits of positions, pattern after pattern.
type State = Vec<u64>;

struct Runner<'a> {
    globs: &'a [&'a [Token]],
    /// Where the words of each pattern begin
    starts: Vec<usize>,
    words: usize,
}

impl<'a> Runner<'a> {
    fn new(globs: &'a [&'a [Token]]) -> Self {
        let mut words = 0;
        let starts = globs
            .iter()
            .map(|glob| {
                let start = words;
                words += glob.len() / 64 + 1;
                start
            })
            .collect();
        Self { globs, starts, words }
    }

    fn enter(&self, state: &mut State, glob: usize, mut at: usize) {
        let (Some(&start), Some(tokens)) = (self.starts.get(glob), self.globs.get(glob)) else { return };
        loop {
            let Some(word) = state.get_mut(start + at / 64) else { return };
            let bit = 1 << (at % 64);
            if *word & bit != 0 {
                return;
            }
            *word |= bit;
            if !matches!(tokens.get(at), Some(Token::Many(_))) {
                return;
            }
            at += 1;
        }
    }

    fn has(&self, state: &State, glob: usize, at: usize) -> bool {
        let start = self.starts.get(glob).copied().unwrap_or_default();
        state.get(start + at / 64).is_some_and(|word| word & (1 << (at % 64)) != 0)
    }

    fn first(&self) -> State {
        let mut state = vec![0; self.words];
        for glob in 0..self.globs.len() {
            self.enter(&mut state, glob, 0);
        }
        state
    }

    /// Where patterns stand, as numbers of pattern and token; those that are through are left out.
    fn active(&self, state: &State) -> Vec<(usize, usize)> {
        let mut all = Vec::new();
        for (glob, (tokens, start)) in self.globs.iter().zip(&self.starts).enumerate() {
            let words = state.get(*start..start + tokens.len() / 64 + 1).unwrap_or_default();
            for (number, word) in words.iter().enumerate() {
                let mut left = *word;
                while left != 0 {
                    let at = number * 64 + left.trailing_zeros() as usize;
                    left &= left - 1;
                    if at < tokens.len() {
                        all.push((glob, at));
                    }
                }
            }
        }
        all
    }

    /// Where they stand after one more character.
    fn step(&self, active: &[(usize, usize)], c: char, next: &mut State) {
        next.fill(0);
        for &(glob, at) in active {
            let Some(token) = self.globs.get(glob).and_then(|tokens| tokens.get(at)) else { continue };
            if token.takes(c) {
                self.enter(next, glob, if matches!(token, Token::Many(_)) { at } else { at + 1 });
            }
        }
    }

    fn fits(&self, state: &State, range: &Range<usize>) -> bool {
        range.clone().any(|glob| self.has(state, glob, self.globs.get(glob).map_or(0, |g| g.len())))
    }

    fn alive(&self, state: &State, range: &Range<usize>) -> bool {
        range.clone().any(|glob| {
            let start = self.starts.get(glob).copied().unwrap_or_default();
            let end = self.starts.get(glob + 1).copied().unwrap_or(self.words);
            state.get(start..end).is_some_and(|words| words.iter().any(|word| *word != 0))
        })
    }

    fn satisfied(&self, state: &State, want: &Want) -> bool {
        want.parts.iter().any(|(range, positive)| self.fits(state, range) == *positive)
    }

    /// Whether some longer string may still satisfy it.
    fn hopeful(&self, state: &State, want: &Want) -> bool {
        want.parts.iter().any(|(range, positive)| !positive || self.alive(state, range))
    }
}

/// A shortest string that satisfies every want.
pub(super) fn shortest(globs: &[&[Token]], wants: &[Want], meter: &Meter) -> Found {
    let letters = alphabet(globs);
    let runner = Runner::new(globs);
    let first = runner.first();
    if wants.iter().all(|want| runner.satisfied(&first, want)) {
        return Found::Text(String::new());
    }
    let mut seen = HashSet::from([first.clone()]);
    let mut open = VecDeque::from([(first, 0)]);
    // How each state was reached: from which, by which character.
    let mut steps: Vec<(usize, char)> = vec![(0, ' ')];
    let mut next = vec![0; runner.words];
    while let Some((state, number)) = open.pop_front() {
        let active = runner.active(&state);
        if !meter.spend(1 + letters.len() * active.len() / 32) {
            return Found::Unclear;
        }
        for &c in &letters {
            runner.step(&active, c, &mut next);
            if !wants.iter().all(|want| runner.hopeful(&next, want)) || seen.contains(&next) {
                continue;
            }
            if wants.iter().all(|want| runner.satisfied(&next, want)) {
                return Found::Text(text(&steps, number, c));
            }
            if seen.len() >= STATES {
                return Found::Unclear;
            }
            seen.insert(next.clone());
            open.push_back((next.clone(), steps.len()));
            steps.push((number, c));
        }
    }
    Found::Nothing
}

/// The characters that led to a state, and one more.
fn text(steps: &[(usize, char)], mut number: usize, last: char) -> String {
    let mut letters = vec![last];
    while number != 0
        && let Some((before, c)) = steps.get(number)
    {
        letters.push(*c);
        number = *before;
    }
    letters.into_iter().rev().collect()
}

/// One character for each that patterns tell apart: all they name, and one of each mix of classes.
fn alphabet(globs: &[&[Token]]) -> Vec<char> {
    let mut named = BTreeSet::new();
    let mut classes = BTreeSet::new();
    for token in globs.iter().flat_map(|glob| glob.iter()) {
        match token {
            Token::Char(c) => {
                named.insert(*c);
            }
            Token::Fold(c) => {
                named.insert(*c);
                named.extend(c.to_uppercase());
            }
            Token::One(class) | Token::Many(class) => {
                classes.insert(*class);
            }
        }
    }
    let pool =
        ('a'..='z').rev().skip(2).chain('0'..='9').chain('A'..='Z').chain("-_+!#%&'()~: éèà\u{7f}".chars());
    let mut mixes = BTreeSet::new();
    let mut letters = Vec::new();
    for c in pool.filter(|c| !named.contains(c)) {
        let mix: Vec<bool> = Class::ALL.iter().map(|class| classes.contains(class) && class.has(c)).collect();
        if mix.contains(&true) && mixes.insert(mix) {
            letters.push(c);
        }
    }
    letters.extend(named);
    letters
}

/// The globs and one want that some of them fit, or none.
pub(super) fn signed<'a>(
    globs: &'a [Glob],
    positive: bool,
    all: &mut Vec<&'a [Token]>,
) -> (Range<usize>, bool) {
    let start = all.len();
    all.extend(globs.iter().map(Vec::as_slice));
    (start..all.len(), positive)
}

#[cfg(test)]
mod tests {
    use super::{Found, Meter, Want, shortest, signed};
    use crate::reach::glob::{Class, accepts, over, pieces};

    fn between(positive: &[&str], negative: &[&str]) -> Found {
        let read = |texts: &[&str]| -> Vec<_> {
            texts.iter().map(|text| vec![over(Class::Any, &pieces(text, false, true))]).collect()
        };
        let (positive, negative) = (read(positive), read(negative));
        let mut all = Vec::new();
        let mut wants = Vec::new();
        for globs in &positive {
            wants.push(Want { parts: vec![signed(globs, true, &mut all)] });
        }
        for globs in &negative {
            wants.push(Want { parts: vec![signed(globs, false, &mut all)] });
        }
        let found = shortest(&all, &wants, &Meter::default());
        if let Found::Text(text) = &found {
            assert!(positive.iter().all(|globs| accepts(&globs[0], text)));
            assert!(!negative.iter().any(|globs| accepts(&globs[0], text)));
        }
        found
    }

    #[test]
    fn shortest_strings() {
        assert_eq!(between(&["a*c", "*b*"], &[]), Found::Text("abc".to_owned()));
        assert_eq!(between(&["a*"], &["*"]), Found::Nothing);
        assert_eq!(between(&["a?"], &["*"]), Found::Nothing);
        assert_eq!(between(&["abc"], &["*d*"]), Found::Text("abc".to_owned()));
        assert_eq!(between(&["a*", "b*"], &[]), Found::Nothing);
    }

    #[test]
    fn what_nothing_excludes_is_found() {
        assert!(matches!(between(&["??*"], &["x*", "*x", "w*"]), Found::Text(_)));
        assert!(matches!(between(&["*a*b*", "?????"], &["a*"]), Found::Text(_)));
        assert_eq!(between(&["??"], &["?*"]), Found::Nothing);
    }
}

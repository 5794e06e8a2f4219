//! Where the nodes and bands of the map lie. Knows numbers and names, nothing of keys.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use keyreach_policy::aws::AccountId;

use crate::report::{
    html::{party::Party, words::count},
    text::{Visible, cut},
};

/// The sides, in the drawing's own units: it is 1000 wide.
const LEFT: f64 = 340.0;
const RIGHT: f64 = 660.0;
const NODE: f64 = 10.0;

/// Air between two nodes, and the least height of one: a line of text.
const AIR: f64 = 10.0;
const LINE: f64 = 17.0;

/// Letters of a name that have room beside a node, before an account's id.
const NAME: usize = 18;

/// An owner's link leads to the keys that the map counts: those that somebody outside reaches.
pub(super) const REACHED: &str = "&exposure=public&exposure=external&exposure=trusted&exposure=organization";

/// What a node is called.
#[derive(Debug, Clone)]
pub(super) struct Label {
    whole: String,
    /// As much of it as has room.
    short: String,
}

impl Label {
    /// An account by name and id, or somebody who has no name but what stands for the id.
    pub(super) fn of_account(name: Option<&str>, id: &str) -> Self {
        let Some(name) = name else { return Self { whole: id.to_owned(), short: id.to_owned() } };
        // Spelled out before it is cut: what is spelled out is longer.
        let short = format!("{} {id}", cut(&Visible(name).to_string(), NAME));
        Self { whole: format!("{name} {id}"), short }
    }
}

/// Keys that have the same owner and are reached by the same parties, by their names in bands.
#[derive(Debug)]
pub(super) struct Reached {
    owner: String,
    parties: Vec<String>,
    keys: usize,
}

impl Reached {
    pub(super) fn of(((owner, parties), keys): (&(AccountId, Vec<Party>), &usize)) -> Self {
        let parties = parties.iter().map(Party::token).collect();
        Self { owner: owner.to_string(), parties, keys: *keys }
    }
}

/// One node before it has a place.
#[derive(Debug, Clone)]
pub(super) struct Side {
    /// Its name in bands; empty for the one that stands for all the rest.
    pub(super) of: String,
    pub(super) label: Label,
    pub(super) class: &'static str,
    pub(super) keys: usize,
    pub(super) href: String,
}

/// One node.
pub(in super::super) struct Node {
    pub(in super::super) label: String,
    pub(in super::super) title: String,
    pub(in super::super) class: &'static str,
    pub(in super::super) keys: String,
    pub(in super::super) href: String,
    pub(in super::super) x: String,
    pub(in super::super) y: String,
    pub(in super::super) height: String,
    pub(in super::super) middle: String,
}

/// One band between two nodes.
pub(in super::super) struct Band {
    pub(in super::super) class: &'static str,
    pub(in super::super) path: String,
    pub(in super::super) width: String,
    pub(in super::super) title: String,
    pub(in super::super) href: String,
}

/// All of it.
pub(super) struct Drawing {
    pub(super) height: String,
    pub(super) owners: Vec<Node>,
    pub(super) parties: Vec<Node>,
    pub(super) bands: Vec<Band>,
}

/// Draws bands between an owner and a party by the number of keys.
pub(super) fn draw(owners: &[Side], parties: &[Side], reached: &[Reached]) -> Drawing {
    let widths = widths(owners, parties, reached);
    let thick = |pick: fn(&(usize, usize)) -> usize, of: usize| -> f64 {
        widths.iter().filter(|(ends, _)| pick(ends) == of).map(|(_, keys)| thickness(*keys)).sum()
    };
    let heights =
        |side: &[Side], pick| (0..side.len()).map(|at| thick(pick, at).max(LINE)).collect::<Vec<f64>>();
    let (left, right) = (heights(owners, |ends| ends.0), heights(parties, |ends| ends.1));
    let length = |side: &[f64]| side.iter().map(|height| height + AIR).sum::<f64>();
    let height = length(&left).max(length(&right));
    let tops = |side: &[f64]| {
        // The shorter side stands in the middle of the longer one.
        let mut y = (height - length(side)) / 2.0 + AIR / 2.0;
        let top = |of: &f64| {
            let top = y;
            y += of + AIR;
            top
        };
        side.iter().map(top).collect::<Vec<f64>>()
    };
    let (left_tops, right_tops) = (tops(&left), tops(&right));
    let mut from: Vec<f64> = centered(&left_tops, &left, |at| thick(|ends| ends.0, at));
    let mut to: Vec<f64> = centered(&right_tops, &right, |at| thick(|ends| ends.1, at));
    let mut drawn = Vec::new();
    for ((owner, party), keys) in &widths {
        let (Some(out), Some(into)) = (from.get_mut(*owner), to.get_mut(*party)) else { continue };
        let (Some(a), Some(b)) = (owners.get(*owner), parties.get(*party)) else { continue };
        let width = thickness(*keys);
        drawn.push(Band {
            class: b.class,
            path: curve(*out + width / 2.0, *into + width / 2.0),
            width: format!("{width:.1}"),
            title: format!("{}: {} reached by {}", a.label.whole, count(*keys, "key", "keys"), b.label.whole),
            href: both(a, b),
        });
        *out += width;
        *into += width;
    }
    Drawing {
        height: format!("{height:.0}"),
        owners: nodes(owners, &left_tops, &left, LEFT - NODE),
        parties: nodes(parties, &right_tops, &right, RIGHT),
        bands: drawn,
    }
}

/// Keys between two nodes. What belongs to no node of its own belongs to the last, which stands for the rest; a key that
/// several of these reach counts once.
fn widths(owners: &[Side], parties: &[Side], reached: &[Reached]) -> BTreeMap<(usize, usize), usize> {
    let place = |side: &[Side], of: &str| {
        side.iter().position(|node| node.of == of).unwrap_or_else(|| side.len().saturating_sub(1))
    };
    let mut widths = BTreeMap::new();
    for of in reached {
        let owner = place(owners, &of.owner);
        let ends: BTreeSet<usize> = of.parties.iter().map(|party| place(parties, party)).collect();
        for party in ends {
            *widths.entry((owner, party)).or_default() += of.keys;
        }
    }
    widths
}

/// A hundred keys are wider than one, but not a hundred times.
#[expect(clippy::cast_precision_loss, reason = "a drawing: numbers of keys are far below 2^52")]
fn thickness(keys: usize) -> f64 {
    2.0 + 2.5 * (keys as f64).ln()
}

/// Where the bands of each node begin, so that they lie in its middle.
fn centered(tops: &[f64], heights: &[f64], thick: impl Fn(usize) -> f64) -> Vec<f64> {
    tops.iter().zip(heights).enumerate().map(|(at, (top, height))| top + (height - thick(at)) / 2.0).collect()
}

fn curve(from: f64, to: f64) -> String {
    let middle = f64::midpoint(LEFT, RIGHT);
    let mut path = String::new();
    // Writing to a string cannot fail.
    let _ = write!(path, "M{LEFT:.0} {from:.1}C{middle:.0} {from:.1} {middle:.0} {to:.1} {RIGHT:.0} {to:.1}");
    path
}

fn both(owner: &Side, party: &Side) -> String {
    match (owner.of.is_empty(), party.of.is_empty()) {
        (false, false) => {
            // Whoever a party reaches is reached from outside.
            let owner = owner.href.trim_end_matches(REACHED);
            format!("{owner}&{}", party.href.trim_start_matches("#?"))
        }
        (true, false) => party.href.clone(),
        (false, true) => owner.href.clone(),
        (true, true) => "#map-table".to_owned(),
    }
}

fn nodes(side: &[Side], tops: &[f64], heights: &[f64], x: f64) -> Vec<Node> {
    let node = |((of, top), height): ((&Side, &f64), &f64)| Node {
        label: of.label.short.clone(),
        title: format!("{}: {}", of.label.whole, count(of.keys, "key", "keys")),
        class: of.class,
        keys: count(of.keys, "key", "keys"),
        href: of.href.clone(),
        x: format!("{x:.0}"),
        y: format!("{top:.1}"),
        height: format!("{height:.1}"),
        middle: format!("{:.1}", top + height / 2.0),
    };
    side.iter().zip(tops).zip(heights).map(node).collect()
}

#[cfg(test)]
mod tests {
    use super::{Label, Reached, Side, draw};

    fn side(of: &str) -> Side {
        let label = Label::of_account(None, of);
        Side { of: of.to_owned(), label, class: "own", keys: 1, href: format!("#?of={of}") }
    }

    fn reached(owner: &str, parties: &[&str], keys: usize) -> Reached {
        let parties = parties.iter().map(|party| (*party).to_owned()).collect();
        Reached { owner: owner.to_owned(), parties, keys }
    }

    #[test]
    fn what_has_no_node_goes_to_the_one_for_the_rest_and_counts_once() {
        let keys = [reached("a", &["x"], 4), reached("a", &["x", "y", "z"], 1), reached("b", &["x"], 1)];
        let drawing = draw(&[side("a"), side("")], &[side("x"), side("")], &keys);
        let told: Vec<_> =
            drawing.bands.iter().map(|band| (band.title.as_str(), band.href.as_str())).collect();
        let expected = [
            ("a: 5 keys reached by x", "#?of=a&of=x"),
            ("a: 1 key reached by ", "#?of=a"),
            (": 1 key reached by x", "#?of=x"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_long_name_leaves_room_for_the_id() {
        let short = |name| Label::of_account(Some(name), "111122223333").short;
        assert_eq!(short("payments-prod"), "payments-prod 111122223333");
        assert_eq!(short("payments-production-of-the-west"), "payments-producti… 111122223333");
        assert_eq!(short("\u{202e}\u{202e}\u{202e}"), "\\u{202e}\\u{202e}\\… 111122223333");
    }
}

//! Checks by name, and the names that are near to one that no check has.

use super::{ALL, Meta};

/// The check of that id.
#[must_use]
pub fn named(id: &str) -> Option<&'static Meta> {
    ALL.iter().map(|check| check.meta()).find(|meta| meta.id == id)
}

/// The ids that somebody who wrote `text` may have meant, the nearest first.
#[must_use]
pub fn nearest(text: &str) -> Vec<&'static str> {
    const MOST: usize = 5;
    const LEAST: f64 = 0.5;
    let text = text.to_ascii_lowercase().replace('_', "-");
    let likeness = |id: &'static str| {
        let holds_it = !text.is_empty() && id.contains(text.as_str());
        let likeness = if holds_it { 1.0 } else { strsim::normalized_damerau_levenshtein(id, &text) };
        (likeness, id)
    };
    let mut all: Vec<(f64, &str)> = ALL.iter().map(|check| likeness(check.meta().id)).collect();
    // A stable sort: equals stay in order.
    all.sort_by(|one, other| other.0.total_cmp(&one.0));
    all.into_iter().filter(|(likeness, _)| *likeness >= LEAST).take(MOST).map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::{named, nearest};

    #[test]
    fn a_name_that_is_almost_right_is_found() {
        assert_eq!(nearest("rotation_disable").first(), Some(&"rotation-disabled"));
        assert_eq!(nearest("public-acces").first(), Some(&"public-key-access"));
        assert!(nearest("grant").len() > 3);
        assert!(nearest("xyzzy").is_empty());
        assert!(named("rotation-disabled").is_some() && named("rotation").is_none());
    }
}

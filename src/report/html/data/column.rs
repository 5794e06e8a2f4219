//! One column of the data block: every value once, and for each key the number of its value.

use std::{collections::HashMap, hash::Hash};

use serde::Serialize;

/// A column. `d` is its dictionary, `i` the place of each row's value in it.
#[derive(Debug, Serialize)]
pub(super) struct Column<T: Serialize> {
    d: Vec<T>,
    i: Vec<usize>,
    #[serde(skip)]
    places: HashMap<T, usize>,
}

impl<T: Serialize + Clone + Eq + Hash> Column<T> {
    pub(super) fn new(values: impl Iterator<Item = T>) -> Self {
        let mut column = Self { d: Vec::new(), i: Vec::new(), places: HashMap::new() };
        for value in values {
            let next = column.d.len();
            let place = *column.places.entry(value).or_insert_with_key(|value| {
                column.d.push(value.clone());
                next
            });
            column.i.push(place);
        }
        column
    }
}

//! Documents of the data block: JSON texts in order, packed into compressed pieces that a page unpacks one by one.
//!
//! Each text is stored once. When the pieces have cost what they may, the rest is left out, and counted.

use std::{
    collections::HashMap,
    io::{self, Write as _},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use flate2::{Compression, write::ZlibEncoder};

/// A piece is closed once it holds this much text: unpacking one takes a browser some milliseconds.
const PIECE: usize = 256 * 1024;

/// A document that was left out.
pub(super) const LEFT_OUT: i64 = -1;

/// A document that cannot be: what it would hold was not read.
pub(super) const UNREAD: i64 = -2;

/// Documents, numbered in the order in which they came.
#[derive(Debug)]
pub(super) struct Documents {
    /// Closed pieces, compressed, in base64.
    pieces: Vec<String>,
    /// The number of the first document of each piece, the open one last.
    starts: Vec<i64>,
    /// The piece that is being filled: a JSON array without its last bracket.
    open: Vec<u8>,
    count: i64,
    known: HashMap<String, i64>,
    /// Bytes of base64 that are left to spend.
    budget: usize,
    left_out: usize,
}

impl Documents {
    /// None yet. `budget` is in bytes of base64; it is overdrawn by at most one piece.
    pub(super) fn new(budget: usize) -> Self {
        Self {
            pieces: Vec::new(),
            starts: vec![0],
            open: Vec::new(),
            count: 0,
            known: HashMap::new(),
            budget,
            left_out: 0,
        }
    }

    /// The number of a document that others may share.
    pub(super) fn shared(&mut self, json: String) -> io::Result<i64> {
        if let Some(known) = self.known.get(&json) {
            return Ok(*known);
        }
        let number = self.own(|| Ok(json.clone()))?;
        if number != LEFT_OUT {
            self.known.insert(json, number);
        }
        Ok(number)
    }

    /// The number of a document that nobody shares; it is made only where there is room for it.
    pub(super) fn own(&mut self, json: impl FnOnce() -> serde_json::Result<String>) -> io::Result<i64> {
        if self.budget == 0 {
            self.left_out += 1;
            return Ok(LEFT_OUT);
        }
        self.open.push(if self.open.is_empty() { b'[' } else { b',' });
        self.open.extend_from_slice(json()?.as_bytes());
        self.count += 1;
        if self.open.len() >= PIECE {
            self.close()?;
        }
        Ok(self.count - 1)
    }

    fn close(&mut self) -> io::Result<()> {
        self.open.push(b']');
        let piece = packed(&self.open)?;
        self.budget = self.budget.saturating_sub(piece.len());
        self.pieces.push(piece);
        self.starts.push(self.count);
        self.open.clear();
        Ok(())
    }

    /// The pieces, the number of the first document of each, and how many documents were left out.
    pub(super) fn finish(mut self) -> io::Result<(Vec<String>, Vec<i64>, usize)> {
        if !self.open.is_empty() {
            self.close()?;
        }
        self.starts.truncate(self.pieces.len());
        Ok((self.pieces, self.starts, self.left_out))
    }
}

/// Bytes as the page carries them: zlib, which browsers call "deflate", in base64.
pub(super) fn packed(bytes: &[u8]) -> io::Result<String> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(bytes.len() / 8), Compression::new(4));
    encoder.write_all(bytes)?;
    Ok(BASE64_STANDARD.encode(encoder.finish()?))
}

#[cfg(test)]
mod tests {
    use super::{Documents, LEFT_OUT, PIECE};

    #[test]
    fn a_shared_text_is_stored_once_and_the_budget_ends_it() -> std::io::Result<()> {
        let mut documents = Documents::new(1);
        assert_eq!(documents.shared("{}".to_owned())?, 0);
        assert_eq!(documents.shared("{}".to_owned())?, 0);
        assert_eq!(documents.own(|| Ok(format!("\"{}\"", "x".repeat(PIECE))))?, 1);
        assert_eq!(documents.own(|| Ok("2".to_owned()))?, LEFT_OUT);
        assert_eq!(documents.shared("{}".to_owned())?, 0, "what is there stays there");
        let (pieces, starts, left_out) = documents.finish()?;
        assert_eq!((pieces.len(), starts, left_out), (1, vec![0], 1));
        Ok(())
    }
}

//! Ids of generated keys, which hold the number of their key, so that a key is found again without a table.

use super::Estate;
use crate::seed;

/// Spreads key numbers over 32 bits; odd, so that it can be undone.
const SPREAD: u32 = 0x9E37_79B1;
/// Undoes `SPREAD`.
const GATHER: u32 = inverse(SPREAD);

/// The inverse of an odd number among 32-bit numbers, by Newton's method.
const fn inverse(odd: u32) -> u32 {
    let mut guess = odd;
    let mut round = 0;
    while round < 5 {
        guess = guess.wrapping_mul(2_u32.wrapping_sub(odd.wrapping_mul(guess)));
        round += 1;
    }
    guess
}

impl Estate {
    /// What everything in a cell is drawn from.
    pub(super) fn cell(&self, account: usize, region: usize) -> u64 {
        let place = u64::try_from(account).unwrap_or(0) << 16 | u64::try_from(region).unwrap_or(0);
        seed::mix(self.seed ^ seed::mix(place))
    }

    /// The id of a key: its last eight digits hold its number, spread and masked, the others prove it.
    pub(crate) fn key_id(&self, account: usize, region: usize, number: usize) -> String {
        let cell = self.cell(account, region);
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        let mask = u32::try_from(cell & 0xFFFF_FFFF).unwrap_or(0);
        let spread = number.wrapping_mul(SPREAD) ^ mask;
        let proof = seed::mix(cell ^ u64::from(number));
        let low = (proof & 0xFFFF_FFFF) << 32 | u64::from(spread);
        seed::uuid(seed::mix(proof), low)
    }

    /// The number of a key by its id, if it is one of the cell.
    pub(crate) fn number(&self, account: usize, region: usize, id: &str) -> Option<usize> {
        let tail = id.get(id.len().checked_sub(8)?..)?;
        let mask = u32::try_from(self.cell(account, region) & 0xFFFF_FFFF).unwrap_or(0);
        let number = (u32::from_str_radix(tail, 16).ok()? ^ mask).wrapping_mul(GATHER);
        let number = usize::try_from(number).ok()?;
        (self.key_id(account, region, number) == id).then_some(number)
    }
}

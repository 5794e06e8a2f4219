//! Everything random: hashes of a seed and a place, and the ids AWS would have drawn.
//! No generator with a state, so that an answer never depends on what was asked before.

const LOWER: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz012345";
const UPPER: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Scrambles 64 bits (splitmix64).
pub(crate) const fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Hashes words, each apart from the next.
pub(crate) fn hash(seed: u64, words: &[&str]) -> u64 {
    let mut state = mix(seed);
    for word in words {
        for byte in word.bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
        state = mix(state);
    }
    state
}

/// Two hashes as a UUID.
pub(crate) fn uuid(high: u64, low: u64) -> String {
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xFFFF,
        high & 0xFFF,
        0x8000 | ((low >> 48) & 0x3FFF),
        low & 0xFFFF_FFFF_FFFF
    )
}

/// Thirty-two hexadecimal digits.
pub(crate) fn hex32(high: u64, low: u64) -> String {
    format!("{high:016x}{low:016x}")
}

fn letters(alphabet: &[u8; 32], mut state: u64, length: usize) -> String {
    let mut out = String::with_capacity(length);
    for _ in 0..length {
        state = mix(state);
        let at = usize::try_from(state & 31).unwrap_or(0);
        out.push(char::from(alphabet.get(at).copied().unwrap_or(b'a')));
    }
    out
}

/// Small letters and digits, for organization ids.
pub(crate) fn lower(state: u64, length: usize) -> String {
    letters(LOWER, state, length)
}

/// Capital letters and digits, for IAM ids.
pub(crate) fn upper(state: u64, length: usize) -> String {
    letters(UPPER, state, length)
}

/// Sixty-four hexadecimal digits, for grant and material ids.
pub(crate) fn hex64(state: u64) -> String {
    let (a, b, c) = (mix(state), mix(state ^ 1), mix(state ^ 2));
    format!("{state:016x}{a:016x}{b:016x}{c:016x}")
}

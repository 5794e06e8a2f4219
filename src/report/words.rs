//! Numbers and times as people read them.

use jiff::Timestamp;

/// `12345` as `12,345`.
pub(super) fn grouped(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().unwrap_or(u64::MAX).to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 key`, `2 keys`.
pub(super) fn count(number: impl TryInto<u64> + Copy, one: &str, many: &str) -> String {
    let noun = if matches!(number.try_into(), Ok(1)) { one } else { many };
    format!("{} {noun}", grouped(number))
}

/// `1 key is`, `2 keys are`.
pub(super) fn are(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(number, one, many), if number == 1 { "is" } else { "are" })
}

/// `1 account was`, `2 accounts were`.
pub(super) fn were(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(number, one, many), if number == 1 { "was" } else { "were" })
}

/// To the minute, in UTC.
pub(super) fn minute(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// The day, in UTC.
pub(super) fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::{count, grouped};

    #[test]
    fn numbers_are_grouped_and_agree() {
        let shown: Vec<_> = [0_u64, 7, 999, 1_000, 50_000, 1_234_567].into_iter().map(grouped).collect();
        assert_eq!(shown, ["0", "7", "999", "1,000", "50,000", "1,234,567"]);
        assert_eq!([count(0_u64, "key", "keys"), count(1_u64, "key", "keys")], ["0 keys", "1 key"]);
    }
}

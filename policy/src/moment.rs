//! Dates of conditions: ISO 8601 (the profile of W3C) or seconds since 1970 (SEM-36).

/// A moment: seconds and nanoseconds since 1970-01-01T00:00:00Z.
pub(crate) type Moment = (i64, u32);

/// Reads a date. `None` when it is none.
pub(crate) fn parse(text: &str) -> Option<Moment> {
    epoch(text).or_else(|| iso(text))
}

fn epoch(text: &str) -> Option<Moment> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let seconds: i64 = number(whole, 1..=15)?.checked_mul(sign)?;
    let nanos = fraction(part)?;
    Some(if sign < 0 && nanos > 0 { (seconds - 1, 1_000_000_000 - nanos) } else { (seconds, nanos) })
}

/// A number of so many digits and nothing else.
fn number(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let digits = length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// The digits after a decimal point, in nanoseconds; what is finer is cut off.
fn fraction(text: &str) -> Option<u32> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.bytes()
        .chain(std::iter::repeat(b'0'))
        .take(9)
        .try_fold(0u32, |nanos, digit| nanos.checked_mul(10)?.checked_add(u32::from(digit - b'0')))
}

fn iso(text: &str) -> Option<Moment> {
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year = number(parts.next()?, 4..=4)?;
    let month = parts.next().map_or(Some(1), |month| number(month, 2..=2))?;
    let day = parts.next().map_or(Some(1), |day| number(day, 2..=2))?;
    let whole_date = date.len() == 10;
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
        return None;
    }
    let midnight = days_since_epoch(year, month, day) * 86_400;
    match time {
        None => Some((midnight, 0)),
        Some(time) if whole_date => {
            let (seconds, nanos) = time_of_day(time)?;
            Some((midnight + seconds, nanos))
        }
        Some(_) => None,
    }
}

/// `hh:mm`, `hh:mm:ss` or `hh:mm:ss.fff`, then `Z` or an offset; without either it is UTC.
fn time_of_day(text: &str) -> Option<(i64, u32)> {
    let (clock, offset) = match text.find(['Z', 'z', '+', '-']) {
        Some(at) => (text.get(..at)?, zone(text.get(at..)?)?),
        None => (text, 0),
    };
    let mut parts = clock.split(':');
    let hour = number(parts.next()?, 2..=2)?;
    let minute = number(parts.next()?, 2..=2)?;
    let (second, nanos) = match parts.next() {
        None => (0, 0),
        Some(text) => {
            let (second, part) = text.split_once('.').unwrap_or((text, "0"));
            (number(second, 2..=2)?, fraction(part)?)
        }
    };
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some((hour * 3600 + minute * 60 + second - offset, nanos))
}

/// `Z`, `+hh:mm` or `-hh:mm`, in seconds east of UTC.
fn zone(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text.get(1..)?.chars().filter(|&c| c != ':').collect();
    let plain = digits.len() + 1 == text.len() || text.get(3..4) == Some(":") && text.len() == 6;
    let (hours, minutes) = (number(digits.get(..2)?, 2..=2)?, number(digits.get(2..)?, 2..=2)?);
    (plain && hours <= 23 && minutes <= 59).then_some(sign * (hours * 3600 + minutes * 60))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let leap_days = |year: i64| year / 4 - year / 100 + year / 400;
    let before = (year - 1970) * 365 + leap_days(year - 1) - leap_days(1969);
    before + (1..month).map(|month| days_in(year, month)).sum::<i64>() + day - 1
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn one_moment_in_many_words() {
        for text in [
            "1709210096",
            "2024-02-29T12:34:56Z",
            "2024-02-29T12:34:56.000Z",
            "2024-02-29T13:34:56+01:00",
            "2024-02-29T07:04:56-0530",
            "2024-02-29T12:34:56",
        ] {
            assert_eq!(parse(text), Some((1_709_210_096, 0)), "{text}");
        }
        assert_eq!(parse("1970-01-01"), Some((0, 0)));
        assert_eq!(parse("0001-01-01T00:00Z"), Some((-62_135_596_800, 0)));
        assert_eq!(parse("-0.25"), Some((-1, 750_000_000)));
        assert_eq!(parse("1970-01-01T00:00:00.5Z"), Some((0, 500_000_000)));
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            "now",
            "2023-02-29",
            "2024-13-01",
            "2024-1-1",
            "2024-01-01T24:00Z",
            "2024-01T00:00Z",
            "12:00",
            "1e9",
            "+5",
            "2024-01-01T00:00+1:00",
            "2024-01-01T00:00Zjunk",
            "2024-01-01 00:00",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

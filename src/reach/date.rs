//! Dates as conditions and requests write them, read apart from the policy engine's own reader.

use jiff::{civil, tz::Offset};

/// In nanoseconds.
pub(super) const SECOND: i128 = 1_000_000_000;

/// SEM-36: seconds since 1970, or an ISO 8601 date; without an offset it is UTC.
pub(super) fn date(text: &str) -> Option<i128> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && !digits.contains('-') && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    {
        return epoch(text, digits);
    }
    let (day, time) = match text.split_once(['T', 't']) {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    };
    let parts: Vec<&str> = day.split('-').collect();
    let (year, month, first) = match parts.as_slice() {
        [year] => (*year, "01", "01"),
        [year, month] => (*year, *month, "01"),
        [year, month, day] => (*year, *month, *day),
        _ => return None,
    };
    let [month, first] = [two_digits(month)?, two_digits(first)?];
    let year = Some(year).filter(|year| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()))?;
    let date = civil::Date::new(year.parse().ok()?, month, first).ok()?;
    let midnight = Offset::UTC.to_timestamp(date.to_datetime(civil::Time::midnight())).ok()?.as_nanosecond();
    match time {
        None => Some(midnight),
        Some(time) if parts.len() == 3 => Some(midnight + time_of_day(time)?),
        Some(_) => None,
    }
}

fn two_digits(text: &str) -> Option<i8> {
    let plain = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// `hh:mm`, with seconds and their fraction where given, then `Z`, an offset or nothing; in nanoseconds of UTC.
fn time_of_day(text: &str) -> Option<i128> {
    let at = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at_checked(at)?;
    let mut parts = clock.split(':');
    let (hour, minute) = (two_digits(parts.next()?)?, two_digits(parts.next()?)?);
    let (second, nanos) = match parts.next() {
        None => (0, 0),
        Some(text) => {
            let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
            (two_digits(whole)?, fraction(part)?)
        }
    };
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = i128::from(hour) * 3600 + i128::from(minute) * 60 + i128::from(second);
    Some((seconds - offset(zone)?) * SECOND + nanos)
}

/// Seconds east of UTC.
fn offset(zone: &str) -> Option<i128> {
    if matches!(zone, "" | "Z" | "z") {
        return Some(0);
    }
    let digits = zone.get(1..)?;
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (two_digits(hours)?, two_digits(minutes)?),
        None => (two_digits(digits.get(..2)?)?, two_digits(digits.get(2..)?)?),
    };
    let size = i128::from(hours) * 3600 + i128::from(minutes) * 60;
    (hours <= 23 && minutes <= 59).then_some(if zone.starts_with('-') { -size } else { size })
}

fn epoch(text: &str, digits: &str) -> Option<i128> {
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let seconds: i128 = Some(whole).filter(|whole| (1..=15).contains(&whole.len()))?.parse().ok()?;
    let size = seconds * SECOND + fraction(part)?;
    Some(if text.starts_with('-') { -size } else { size })
}

/// The digits after a decimal point, in nanoseconds.
fn fraction(part: &str) -> Option<i128> {
    let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let nine: String = part.chars().chain("000000000".chars()).take(9).collect();
    if digits { nine.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn dates_in_many_words() {
        for text in [
            "1709210096",
            "2024-02-29T12:34:56Z",
            "2024-02-29T12:34:56.000Z",
            "2024-02-29T13:34:56+01:00",
            "2024-02-29T07:04:56-0530",
            "2024-02-29T12:34:56",
            "2024-02-29t12:34:56z",
        ] {
            assert_eq!(date(text), Some(1_709_210_096_000_000_000), "{text}");
        }
        assert_eq!(date("1970-01-01"), Some(0));
        assert_eq!(date("1970"), Some(1_970_000_000_000));
        assert_eq!(date("1970-01"), Some(0));
        assert_eq!(date("2024-02-29T12:34Z"), Some(1_709_210_040_000_000_000));
        assert_eq!(date("-0.25"), Some(-250_000_000));
        for text in ["", "now", "2023-02-29", "+5", "1e9"] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}

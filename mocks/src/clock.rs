//! The simulated time: a wall time at the start plus what tokio's clock says has passed, so that it stands
//! still, and jumps, with a paused runtime. Also the three spellings of time that AWS uses.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use crate::{Cloud, ScenarioError};

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// Wall time that follows tokio's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    base: SystemTime,
    start: Instant,
}

impl Clock {
    /// Starts at `written`, or at the wall clock.
    pub(crate) fn start(written: Option<&str>) -> Result<Self, ScenarioError> {
        let base = match written {
            None => SystemTime::now(),
            Some(text) => {
                let seconds = parse(text).ok_or_else(|| ScenarioError::Clock(text.to_owned()))?;
                UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
            }
        };
        Ok(Self { base, start: Instant::now() })
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.base + self.elapsed()
    }

    /// What has passed since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// The start, in seconds since the epoch: facts of the scenario count from it.
    pub(crate) fn base_seconds(&self) -> i64 {
        seconds(self.base)
    }
}

/// Seconds since the epoch.
pub(crate) fn seconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |past| i64::try_from(past.as_secs()).unwrap_or(i64::MAX))
}

/// A clock for the SDK that runs with `cloud`.
#[must_use]
pub fn time_source(cloud: &Arc<Cloud>) -> CloudTime {
    CloudTime(Arc::clone(cloud))
}

/// The simulated time as the SDK's clock.
#[derive(Debug, Clone)]
pub struct CloudTime(Arc<Cloud>);

impl aws_smithy_async::time::TimeSource for CloudTime {
    fn now(&self) -> SystemTime {
        self.0.now()
    }
}

struct Civil {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    weekday: i64,
}

/// Days to a date (Howard Hinnant's `civil_from_days`).
fn civil(seconds: i64) -> Civil {
    let days = seconds.div_euclid(DAY);
    let rest = seconds.rem_euclid(DAY);
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    Civil {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month,
        day: of_year - (153 * shifted + 2) / 5 + 1,
        hour: rest / 3600,
        minute: rest / 60 % 60,
        second: rest % 60,
        weekday: (days + 4).rem_euclid(7),
    }
}

/// `2026-11-01T09:00:00Z`.
pub(crate) fn iso(seconds: i64) -> String {
    let at = civil(seconds);
    format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", at.year, at.month, at.day, at.hour, at.minute, at.second)
}

/// `Sun, 01 Nov 2026 09:00:00 GMT`.
pub(crate) fn http_date(seconds: i64) -> String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let at = civil(seconds);
    let name = |names: &[&'static str], at: i64| {
        usize::try_from(at).ok().and_then(|at| names.get(at).copied()).unwrap_or("")
    };
    format!(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
        name(&DAYS, at.weekday),
        at.day,
        name(&MONTHS, at.month - 1),
        at.year,
        at.hour,
        at.minute,
        at.second
    )
}

/// Reads `2026-11-01T09:00:00Z`.
fn parse(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let numbers = |text: &str, by: char| -> Option<[i64; 3]> {
        let parts: Vec<i64> = text.split(by).map(str::parse).collect::<Result<_, _>>().ok()?;
        parts.try_into().ok()
    };
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time, ':')?;
    let shifted_year = year - i64::from(month <= 2);
    let era = shifted_year.div_euclid(400);
    let year_of_era = shifted_year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - 719_468;
    Some(days * DAY + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_back_as_it_was_written() {
        for text in
            ["1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "2026-11-01T09:00:00Z", "2100-03-01T00:00:00Z"]
        {
            assert_eq!(parse(text).map(iso).as_deref(), Some(text));
        }
        assert_eq!(http_date(parse("2026-11-01T09:00:00Z").unwrap()), "Sun, 01 Nov 2026 09:00:00 GMT");
    }
}

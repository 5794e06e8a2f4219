//! One token bucket that slows down when AWS throttles it and recovers by and by.

use std::time::Duration;

use tokio::time::Instant;

use crate::call::Quota;

/// What a throttled bucket keeps of its rate.
const CUT: f64 = 0.8;
/// What it regains of its full rate each second.
const REGAIN_PER_SECOND: f64 = 0.05;
/// It never stops altogether.
const LEAST: f64 = 0.02;

/// A token bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    /// Tokens per second at full speed.
    rate: f64,
    /// Tokens it holds at most.
    burst: f64,
    tokens: f64,
    /// The part of the rate in force, 1 when AWS never throttled.
    speed: f64,
    counted_at: Instant,
    slowed_at: Option<Instant>,
}

impl Bucket {
    /// A full bucket at a share of a quota.
    pub(super) fn new(quota: Quota, share: f64, now: Instant) -> Self {
        let burst = (quota.burst * share).floor().max(1.0);
        Self {
            rate: quota.per_second * share,
            burst,
            tokens: burst,
            speed: 1.0,
            counted_at: now,
            slowed_at: None,
        }
    }

    fn count(&mut self, now: Instant) {
        let seconds = now.saturating_duration_since(self.counted_at).as_secs_f64();
        let speed = (self.speed + REGAIN_PER_SECOND * seconds).min(1.0);
        let mean = f64::midpoint(self.speed, speed);
        self.tokens = (self.tokens + self.rate * mean * seconds).min(self.burst);
        self.speed = speed;
        self.counted_at = now;
    }

    /// When there will be a token; not later than `now` if there is one.
    pub(super) fn next_token(&mut self, now: Instant) -> Instant {
        self.token_after(0, now)
    }

    /// When there will be a token beside those that others wait for.
    pub(super) fn token_after(&mut self, others: u32, now: Instant) -> Instant {
        self.count(now);
        let wanted = f64::from(others) + 1.0;
        if self.tokens >= wanted {
            return now;
        }
        // Timers tick in milliseconds: rounding up keeps a waiter from waking just too early.
        let seconds = (wanted - self.tokens) / (self.rate * self.speed);
        now + Duration::from_secs_f64(seconds) + Duration::from_micros(1)
    }

    /// Takes a token.
    pub(super) fn take(&mut self, now: Instant) {
        self.count(now);
        self.tokens -= 1.0;
    }

    /// AWS throttled a request that left then. Requests that left before the last cut say nothing new.
    pub(super) fn slow_down(&mut self, left_at: Instant, now: Instant) {
        if self.slowed_at.is_some_and(|slowed_at| left_at <= slowed_at) {
            return;
        }
        self.count(now);
        self.speed = (self.speed * CUT).max(LEAST);
        self.tokens = self.tokens.min(0.0);
        self.slowed_at = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::Bucket;
    use crate::call::Quota;

    const QUOTA: Quota = Quota { per_second: 100.0, burst: 50.0 };

    /// How many tokens a greedy taker gets within a second.
    fn taken_in_a_second(bucket: &mut Bucket, start: Instant) -> u32 {
        let (mut now, mut taken) = (start, 0);
        loop {
            now = bucket.next_token(now);
            if now >= start + Duration::from_secs(1) {
                return taken;
            }
            bucket.take(now);
            taken += 1;
        }
    }

    #[test]
    fn a_share_of_the_quota_is_never_passed() {
        let start = Instant::now();
        let mut bucket = Bucket::new(QUOTA, 0.5, start);
        assert_eq!(taken_in_a_second(&mut bucket, start), 25 + 49);
    }

    #[test]
    fn a_throttled_bucket_slows_once_for_all_that_left_before() {
        let start = Instant::now();
        let mut bucket = Bucket::new(QUOTA, 1.0, start);
        let later = start + Duration::from_millis(200);
        bucket.slow_down(start, later);
        bucket.slow_down(start, later);
        let taken = taken_in_a_second(&mut bucket, later);
        assert!((79..=83).contains(&taken), "{taken}");
    }

    #[test]
    fn a_slowed_bucket_recovers_in_full() {
        let start = Instant::now();
        let mut bucket = Bucket::new(QUOTA, 1.0, start);
        for step in 0..100 {
            let now = start + Duration::from_millis(step);
            bucket.slow_down(now, now);
        }
        let later = start + Duration::from_secs(60);
        assert!(taken_in_a_second(&mut bucket, later) >= 99);
    }
}
